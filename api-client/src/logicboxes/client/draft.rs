//! A request in the making: its row says where each parameter goes.

use secrecy::{ExposeSecret as _, SecretString};

use crate::endpoint::{Endpoint, Place, Verb};
use crate::http::Request;

/// A request by a row.
pub(super) struct Draft {
    row: &'static Endpoint,
    request: Request,
}

impl Draft {
    pub(super) fn new(row: &'static Endpoint, path: String) -> Self {
        let request = match row.method {
            Verb::Get => Request::get(row.name, row.class, path),
            Verb::Post => Request::post(row.name, row.class, path),
        };
        Self { row, request }
    }

    pub(super) fn row(&self) -> &'static Endpoint {
        self.row
    }

    pub(super) fn into_request(self) -> Request {
        self.request
    }

    pub(super) fn signed(mut self, sign: impl FnOnce(Request) -> Request) -> Self {
        self.request = sign(self.request);
        self
    }

    /// A parameter of the row, with one value.
    pub(super) fn set(self, name: &'static str, value: impl ToString) -> Self {
        self.put(name, name.to_owned(), value.to_string())
    }

    /// A parameter, if there is a value.
    pub(super) fn some(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// An array: its key is repeated.
    pub(super) fn list(self, name: &'static str, values: impl IntoIterator<Item: ToString>) -> Self {
        values.into_iter().fold(self, |draft, value| draft.set(name, value))
    }

    /// A map as numbered pairs from 1: `<prefix>-name1`, `<prefix>-value1`, …
    pub(super) fn pairs<'a>(self, prefix: &'static str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        (1..).zip(pairs).fold(self, |draft, (number, (key, value))| {
            draft.put(prefix, format!("{prefix}-name{number}"), key.to_owned()).put(
                prefix,
                format!("{prefix}-value{number}"),
                value.to_owned(),
            )
        })
    }

    /// A secret, kept out of every text about the call.
    pub(super) fn secret(mut self, name: &'static str, value: &SecretString) -> Self {
        self.request = self.request.hide(value);
        self.set(name, value.expose_secret())
    }

    fn put(mut self, param: &'static str, name: String, value: String) -> Self {
        let place = self.row.params.iter().find(|p| p.name == param).map(|p| p.place);
        debug_assert!(place.is_some(), "{} has no parameter {param}", self.row.name);
        self.request = match place {
            Some(Place::Form) => self.request.form(name, value),
            _ => self.request.query(name, value),
        };
        self
    }
}
