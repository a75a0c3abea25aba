//! Actions, money, prices, the .CA agreement.

use std::fmt;

use serde::Deserialize;

use super::{Body, Fields, FromBody, Scalar, object, read};

/// A row of `actions/search-current` and `actions/search-archived` (§3.7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ActionRow {
    /// The action's id.
    pub eaqid: Scalar,
    /// The order it is about.
    pub entityid: Scalar,
    /// The order's product.
    pub entitytypeid: Scalar,
    /// §7.1.
    pub actiontype: Scalar,
    /// For people; names the domain.
    pub actiontypedesc: Scalar,
    /// When it was asked for.
    pub actionadded: Scalar,
    /// When it was begun.
    pub actionstarted: Scalar,
    /// When it ended; `0` before.
    pub actioncompleted: Scalar,
    /// §7.2.
    pub actionstatus: Scalar,
    /// The informative part.
    pub actionstatusdesc: Scalar,
}

/// `billing/reseller-balance` (§3.7).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ResellerBalance {
    /// ISO 4217.
    pub sellingcurrencysymbol: Scalar,
    /// Money at hand; a JSON number.
    pub sellingcurrencybalance: Scalar,
    /// Of which reserved.
    pub sellingcurrencylockedbalance: Scalar,
}

impl FromBody for ResellerBalance {
    fn from_body(body: &Body) -> Result<Self, String> {
        let balance: Self = read(object(body)?)?;
        match balance.sellingcurrencybalance.text() {
            Some(_) => Ok(balance),
            None => Err("no `sellingcurrencybalance`".to_owned()),
        }
    }
}

/// `products/*-price` and `products/category-keys-mapping`: maps by product, whose inside the sheet leaves open. Strings
/// for resellers, numbers for customers.
#[derive(Clone, PartialEq)]
pub struct Prices(pub Fields);

impl FromBody for Prices {
    fn from_body(body: &Body) -> Result<Self, String> {
        object(body).cloned().map(Self)
    }
}

impl fmt::Debug for Prices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prices of {} products", self.0.len())
    }
}

/// `contacts/dotca/registrantagreement`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Agreement {
    /// Feeds a contact's `AgreementVersion`.
    pub version: Scalar,
    /// The text.
    pub agreement: Scalar,
}

impl FromBody for Agreement {
    fn from_body(body: &Body) -> Result<Self, String> {
        let agreement: Self = read(object(body)?)?;
        match agreement.version.text() {
            Some(_) => Ok(agreement),
            None => Err("no `version`".to_owned()),
        }
    }
}
