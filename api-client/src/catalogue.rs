//! All providers and their documented operations, for tools that have no account at hand.

use serde_json::Value;

use crate::endpoint::{CallError, Endpoint};
use crate::http::Answer;
use crate::{connectreseller, logicboxes, namecom};

/// A provider by its configured name, with a row for each of its operations.
pub type Entry = (&'static str, &'static [Endpoint]);

/// Every provider, in the order of the fact sheets.
pub static CATALOGUE: &[Entry] = &[
    (connectreseller::NAME, connectreseller::endpoints::ENDPOINTS),
    (logicboxes::NAME, logicboxes::endpoints::ENDPOINTS),
    (namecom::NAME, namecom::endpoints::ENDPOINTS),
];

/// A provider's rows; `None` for a name that no provider has.
#[must_use]
pub fn endpoints_of(provider: &str) -> Option<&'static [Endpoint]> {
    CATALOGUE
        .iter()
        .find(|(name, _)| *name == provider)
        .map(|(_, rows)| *rows)
}

/// What a recorded answer to one of a provider's operations comes to, by the rules of [`Provider::call`]; `None` for a
/// name that no provider has.
///
/// [`Provider::call`]: crate::provider::Provider::call
#[must_use]
pub fn judge(provider: &str, endpoint: &Endpoint, answer: &Answer) -> Option<Result<Value, CallError>> {
    match provider {
        connectreseller::NAME => Some(connectreseller::call::judge(answer, endpoint)),
        logicboxes::NAME => Some(logicboxes::client::by_name::judged(endpoint, answer)),
        namecom::NAME => Some(namecom::call::judge(answer, endpoint, answer.redactor())),
        _ => None,
    }
}
