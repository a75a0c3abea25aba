//! What a provider can be asked, as rows of a table: path, method, parameters, and the function that answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Now;
use crate::params::Param;
use crate::world::World;

/// A simulated provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// ConnectReseller's ESHOP interface.
    ConnectReseller,
    /// LogicBoxes' HTTP interface.
    LogicBoxes,
    /// Name.com's legacy JSON interface.
    NameCom,
}

impl Provider {
    /// How many there are.
    pub(crate) const COUNT: usize = 3;
}

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing.
    Read,
    /// Something, for no money.
    Write,
    /// Something, for money.
    Paid,
}

/// What became of a call, at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done, or read.
    Done,
    /// The provider said no; nothing changed.
    Refused,
    /// A fault came before it; nothing changed.
    NotDone,
}

/// The method a call must use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    /// Documented as POST, used as GET by the vendor's own client.
    Either,
}

/// Which parameter tells the domain a call is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    /// None does.
    Nobody,
    /// Its name stands in this parameter.
    Name(&'static str),
    /// The provider's id of it stands in this parameter.
    Id(&'static str),
    /// It stands inside the JSON body, where this finds it.
    Inside(fn(&Value) -> Option<String>),
}

/// One row: an endpoint.
pub(crate) struct Operation {
    pub(crate) provider: Provider,
    /// The name in rules, journal and ledger.
    pub(crate) name: &'static str,
    /// The last path segment (ConnectReseller, any letter case) or the path (LogicBoxes; Name.com, where `{name}` is a
    /// parameter), first the usual one.
    pub(crate) paths: &'static [&'static str],
    pub(crate) method: Method,
    pub(crate) effect: Effect,
    pub(crate) subject: Subject,
    pub(crate) params: &'static [Param],
    pub(crate) run: fn(&mut World, &Call) -> Answer,
}

/// A request that was understood.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    /// Parameters by their first spelling, in the order they came; what stands in JSON as JSON text, unless it is a text
    /// or a number itself.
    pub(crate) values: Vec<(&'static str, String)>,
    /// The JSON body; null if there was none.
    pub(crate) body: Value,
    /// The number of the request.
    pub(crate) seq: u64,
    pub(crate) now: Now,
    /// The domain it is about, in lower case, if it is known.
    pub(crate) domain: Option<Arc<str>>,
}

impl Call {
    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The value of a required parameter; empty if it is not there, which the check before has excluded.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The value of a parameter that is a whole number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// All values of a parameter that may come several times.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values
            .iter()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a parameter says true, in any of its spellings.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// The domain the call is about; empty if none.
    pub(crate) fn name(&self) -> &str {
        self.domain.as_deref().unwrap_or_default()
    }
}

/// A body to answer with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Payload {
    Json(Value),
    /// JSON under the wrong name, `text/html`.
    Mislabelled(Value),
    Html(String),
}

/// What the provider answers, before any fault.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) payload: Payload,
    pub(crate) outcome: Outcome,
}

impl Answer {
    /// Done, with a JSON body.
    pub(crate) fn done(body: Value) -> Self {
        Self {
            status: 200,
            payload: Payload::Json(body),
            outcome: Outcome::Done,
        }
    }

    /// Refused, with this HTTP status and JSON body.
    pub(crate) fn refused(status: u16, body: Value) -> Self {
        Self {
            status,
            payload: Payload::Json(body),
            outcome: Outcome::Refused,
        }
    }

    /// Refused, with a page for people.
    pub(crate) fn page(status: u16, html: &str) -> Self {
        Self {
            status,
            payload: Payload::Html(html.to_owned()),
            outcome: Outcome::Refused,
        }
    }
}
