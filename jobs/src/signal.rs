//! Signals: what a person or a program tells an order that runs.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::machine::SignalSeen;
use crate::order::{IdempotencyKey, OrderId};
use crate::seal::{KeyRing, SealError, Sealed};
use crate::state::SignalName;
use crate::validate::fields::Fields;
use crate::validate::refusal::Faults;
use crate::validate::{Refusal, object, rules};

#[cfg(test)]
mod tests;

const FIELDS: [&str; 6] = ["order", "idempotency_key", "signal", "auth_code", "outcome", "note"];
const NOTE_CHARS_MAX: usize = 1000;

/// Which order a signal is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By its id.
    Order(OrderId),
    /// By the producer's name for it.
    Key(IdempotencyKey),
}

/// What the operator found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ResolveOutcome {
    /// The effect stands.
    Done,
    /// It does not.
    NotDone,
}

impl std::fmt::Display for ResolveOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Done => "done",
            Self::NotDone => "not-done",
        })
    }
}

impl std::str::FromStr for ResolveOutcome {
    type Err = NoOutcome;

    fn from_str(text: &str) -> Result<Self, NoOutcome> {
        match text {
            "done" => Ok(Self::Done),
            "not-done" => Ok(Self::NotDone),
            _ => Err(NoOutcome),
        }
    }
}

/// A word that is no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `done` or `not-done`")]
pub struct NoOutcome;

/// A valid signal.
#[derive(Debug, Clone)]
pub struct Signal {
    /// What it says.
    pub name: SignalName,
    /// The new EPP secret; with `auth-code`, always and only.
    pub auth_code: Option<SecretString>,
    /// With `resolve`, always and only.
    pub outcome: Option<ResolveOutcome>,
    /// The operator's words, with `resolve`.
    pub note: Option<String>,
    /// Who sent it: the name of a token, or of a way in. Set by the way in, never by the document.
    pub actor: Option<String>,
}

/// A signal and the order it is for.
#[derive(Debug, Clone)]
pub struct SignalDocument {
    /// The order.
    pub target: Target,
    /// What it is told.
    pub signal: Signal,
}

/// A signal as stored: its secret sealed to the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSignal {
    /// What it says.
    #[serde(rename = "signal")]
    pub name: SignalName,
    /// The new EPP secret, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_code: Option<Sealed>,
    /// With `resolve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ResolveOutcome>,
    /// With `resolve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// When it was taken.
    pub at: Timestamp,
}

impl SignalDocument {
    /// Validates the document of a signal: `order` or `idempotency_key`, `signal`, and what belongs to it.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn parse(document: &[u8]) -> Result<Self, Refusal> {
        let (map, mut faults) = object("signal", document)?;
        let mut fields = Fields::new(&map, "", &mut faults);
        let order = fields
            .text_if("order", "an order id", |text| text.parse::<OrderId>().is_ok())
            .and_then(|text| text.parse().ok());
        let key: Option<IdempotencyKey> = fields
            .text_if("idempotency_key", "1–200 printable ASCII characters", |t| {
                t.parse::<IdempotencyKey>().is_ok()
            })
            .and_then(|text| text.parse().ok());
        match (fields.has("order"), fields.has("idempotency_key")) {
            (true, true) => fields.fault("order", "stands beside `idempotency_key`; expected exactly one of them"),
            (false, false) => fields.fault("order", "is missing: expected `order` or `idempotency_key`"),
            _ => {}
        }
        fields.require("signal", "expected what the order is told");
        let name = fields.word("signal", SignalName::ALL);
        let signal = rest(&map, name, &["order", "idempotency_key", "signal"], &mut faults);
        let target = order.map(Target::Order).or_else(|| key.clone().map(Target::Key));
        match (target, signal) {
            (Some(target), Some(signal)) if faults.is_empty() => Ok(Self { target, signal }),
            _ => Err(Refusal::invalid("signal", faults, &map, key.map(String::from))),
        }
    }
}

impl Signal {
    /// Validates the body of a signal whose order and name stand elsewhere (in an address). An empty body is `{}`.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(name: SignalName, body: &[u8]) -> Result<Self, Refusal> {
        let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
        let (map, mut faults) = object("signal", body)?;
        match rest(&map, Some(name), &[], &mut faults) {
            Some(signal) if faults.is_empty() => Ok(signal),
            _ => Err(Refusal::invalid("signal", faults, &map, None)),
        }
    }

    /// The signal as from this sender.
    #[must_use]
    pub fn by(self, actor: impl Into<String>) -> Self {
        Self {
            actor: Some(actor.into()),
            ..self
        }
    }

    /// As it is stored with the order.
    ///
    /// # Errors
    /// Where the secret cannot be sealed.
    pub fn seal(self, id: OrderId, ring: &KeyRing, at: Timestamp) -> Result<StoredSignal, SealError> {
        let auth_code = self
            .auth_code
            .as_ref()
            .map(|secret| ring.seal(id, secret))
            .transpose()?;
        let Self {
            name,
            outcome,
            note,
            actor,
            ..
        } = self;
        Ok(StoredSignal {
            name,
            auth_code,
            outcome,
            note,
            actor,
            at,
        })
    }
}

/// What belongs to the signal itself; `head` names the fields that were read before.
fn rest(
    map: &Map<String, Value>,
    name: Option<SignalName>,
    head: &[&'static str],
    faults: &mut Faults,
) -> Option<Signal> {
    let mut fields = Fields::new(map, "", faults);
    let belongs = |field: &str| match field {
        "auth_code" => Some(SignalName::AuthCode),
        "outcome" | "note" => Some(SignalName::Resolve),
        _ => None,
    };
    for field in map.keys().filter(|field| !head.contains(&field.as_str())) {
        match (belongs(field), name) {
            (Some(owner), Some(name)) if owner != name => {
                fields.fault(field, format!("belongs to the signal `{owner}`, not to `{name}`"));
            }
            (Some(_), _) => {}
            (None, _) if !head.is_empty() || !FIELDS.contains(&field.as_str()) => {
                let known = head.iter().copied().chain(["auth_code", "outcome", "note"]);
                fields.fault(field, rules::unknown(field, known));
            }
            (None, _) => fields.fault(
                field,
                "does not belong here: the address names the order and the signal",
            ),
        }
    }
    let takes = |field| name.is_none() || belongs(field) == name;
    let auth_code = if takes("auth_code") {
        fields.secret("auth_code").map(SecretString::from)
    } else {
        None
    };
    let outcome = if takes("outcome") {
        fields.word("outcome", &[ResolveOutcome::Done, ResolveOutcome::NotDone])
    } else {
        None
    };
    let note = if takes("note") {
        fields.line("note", NOTE_CHARS_MAX).map(str::to_owned)
    } else {
        None
    };
    match name? {
        SignalName::AuthCode => fields.require("auth_code", "expected the new EPP secret"),
        SignalName::Resolve => {
            fields.require("outcome", "expected `done` or `not-done`");
            fields.require(
                "note",
                "expected how you know; it stays with the order, beside your name",
            );
        }
        SignalName::Cancel | SignalName::Retry | SignalName::CheckNow | SignalName::ResendApproval => {}
    }
    Some(Signal {
        name: name?,
        auth_code,
        outcome,
        note,
        actor: None,
    })
}

impl StoredSignal {
    /// As the machine sees it.
    #[must_use]
    pub fn seen(&self) -> SignalSeen {
        match self.name {
            SignalName::AuthCode => SignalSeen::AuthCode {
                sealed: self
                    .auth_code
                    .as_ref()
                    .map(|s| s.as_str().to_owned())
                    .unwrap_or_default(),
            },
            SignalName::Cancel => SignalSeen::Cancel,
            SignalName::Retry => SignalSeen::Retry,
            SignalName::CheckNow => SignalSeen::CheckNow,
            SignalName::ResendApproval => SignalSeen::ResendApproval,
            SignalName::Resolve => SignalSeen::Resolve {
                done: self.outcome == Some(ResolveOutcome::Done),
            },
        }
    }

    /// Who said what, for the timeline; without its secret.
    #[must_use]
    pub fn told(&self) -> String {
        let mut told = self.name.to_string();
        if let Some(outcome) = self.outcome {
            told.push_str(&format!(" {outcome}"));
        }
        if let Some(actor) = &self.actor {
            told.push_str(&format!(" by {actor}"));
        }
        if let Some(note) = &self.note {
            told.push_str(&format!(": {note}"));
        }
        told
    }
}
