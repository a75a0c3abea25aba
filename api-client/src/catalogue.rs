//! All providers and their documented operations, for tools that have no account at hand.

use crate::endpoint::Endpoint;
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
