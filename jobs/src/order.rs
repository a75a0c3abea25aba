//! The order: what was asked for, valid, normalised and with the account's defaults filled in, as it is stored.
//!
//! Made only by [`crate::validate::Draft::seal`] and by reading it back. Fields are named as in the contract's
//! document; what is empty is left out, because a plain renewal is stored a million times. Nothing in it changes after
//! intake: what happens to the order stands in the ledger's record.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use domorder_api_client::provider::{InvoiceOption, Operation};
use iso_currency::Currency;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::seal::Sealed;
use crate::state::{EmailAction, Kind, Priority};
use crate::trace::Trace;

#[cfg(test)]
mod tests;

/// An order's id, `<shard>-<ulid>`: sortable by time within a shard, and it tells where the order is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderId {
    shard: u16,
    ulid: Ulid,
}

/// A text that is no order id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an order id, `<shard>-<26 characters>`")]
pub struct NoOrderId;

impl OrderId {
    /// A new id for an order of this domain (ASCII, lower case), with `shards` partitions (at least one).
    #[must_use]
    pub fn new(domain: &str, shards: u16) -> Self {
        Self::from_parts(shard_of(domain, shards), Ulid::generate())
    }

    /// The id of these parts.
    #[must_use]
    pub const fn from_parts(shard: u16, ulid: Ulid) -> Self {
        Self { shard, ulid }
    }

    /// The partition that keeps the order.
    #[must_use]
    pub const fn shard(self) -> u16 {
        self.shard
    }

    /// When the id was made, in milliseconds since 1970.
    #[must_use]
    pub const fn created_ms(self) -> u64 {
        self.ulid.timestamp_ms()
    }
}

/// The partition of a domain: its orders share one, so that one script can see them all.
#[must_use]
pub fn shard_of(domain: &str, shards: u16) -> u16 {
    let digest = Sha256::digest(domain.as_bytes());
    let mut head = [0; 8];
    head.copy_from_slice(&digest[..8]);
    u16::try_from(u64::from_be_bytes(head) % u64::from(shards.max(1))).unwrap_or(0)
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.shard, self.ulid))
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderId({self})")
    }
}

impl FromStr for OrderId {
    type Err = NoOrderId;

    fn from_str(text: &str) -> Result<Self, NoOrderId> {
        let (shard, ulid) = text.split_once('-').ok_or(NoOrderId)?;
        let id = Self {
            shard: shard.parse().map_err(|_| NoOrderId)?,
            ulid: Ulid::from_string(ulid).map_err(|_| NoOrderId)?,
        };
        // One spelling for one id: leading zeros or lower case would name another key.
        if id.to_string() == text { Ok(id) } else { Err(NoOrderId) }
    }
}

impl TryFrom<String> for OrderId {
    type Error = NoOrderId;

    fn try_from(text: String) -> Result<Self, NoOrderId> {
        text.parse()
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> Self {
        id.to_string()
    }
}

/// The producer's name for one order: 1–200 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdempotencyKey(String);

/// A text that is no idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 1–200 printable ASCII characters")]
pub struct NoIdempotencyKey;

impl IdempotencyKey {
    /// The key as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for IdempotencyKey {
    type Err = NoIdempotencyKey;

    fn from_str(text: &str) -> Result<Self, NoIdempotencyKey> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = NoIdempotencyKey;

    fn try_from(text: String) -> Result<Self, NoIdempotencyKey> {
        if (1..=200).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
            Ok(Self(text))
        } else {
            Err(NoIdempotencyKey)
        }
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

/// A price limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxPrice {
    /// More than nothing; without trailing zeros.
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: Currency,
}

/// Contact data in full. Its Debug tells no person's data.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactProfile {
    /// Person.
    pub name: String,
    /// Organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Mail address.
    pub email: String,
    /// Street.
    pub address1: String,
    /// Second line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address2: Option<String>,
    /// Third line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address3: Option<String>,
    /// City.
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// Postal code.
    pub zip: String,
    /// Country code of the phone, digits.
    pub phone_cc: String,
    /// Phone, digits.
    pub phone: String,
    /// Country code of the fax, digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax_cc: Option<String>,
    /// Fax, digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    /// LogicBoxes contact type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<String>,
    /// TLD-specific details.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl fmt::Debug for ContactProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactProfile")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// A contact: one that the provider has, or one to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Contact {
    /// The provider's id.
    Id {
        /// The id.
        id: String,
    },
    /// Full data.
    Profile(Box<ContactProfile>),
}

/// The four roles. In a stored order an absent role is the registrant's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// The holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrant: Option<Contact>,
    /// Administrative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<Contact>,
    /// Technical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tech: Option<Contact>,
    /// Billing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Contact>,
}

impl Contacts {
    /// No role is filled.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.registrant.is_none() && self.admin.is_none() && self.tech.is_none() && self.billing.is_none()
    }
}

/// An order as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The producer's name for it.
    pub idempotency_key: IdempotencyKey,
    /// What is ordered.
    pub kind: Kind,
    /// Of an email order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<EmailAction>,
    /// The account that buys.
    pub account: String,
    /// ASCII, lower case.
    pub domain: String,
    /// 1–10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u8>,
    /// None, or 2–13 host names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nameservers: Vec<String>,
    /// The provider's customer id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The contacts.
    #[serde(default, skip_serializing_if = "Contacts::is_empty")]
    pub contacts: Contacts,
    /// Whois privacy; none: no, and for a renewal: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<bool>,
    /// Renewal by the provider's own means; none: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_renew: Option<bool>,
    /// The EPP secret, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_code: Option<Sealed>,
    /// The expiry the producer believes in; a bare date is its first second, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_expiry: Option<Timestamp>,
    /// 1–120.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u16>,
    /// Mailboxes, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<u32>,
    /// Customer invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceOption>,
    /// Coupon code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// TLD-specific details.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The price limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<MaxPrice>,
    /// Do not start before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Stop waiting after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// How urgent.
    #[serde(default = "normal", skip_serializing_if = "is_normal")]
    pub priority: Priority,
    /// The producer's own, handed back untouched.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The trace it belongs to; no part of what was asked for. What is no trace any more is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

impl Order {
    /// What it asks of the provider.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        operation(self.kind, self.action)
    }

    /// The fields in which another order's content differs, secrets aside; the trace is no content.
    #[must_use]
    pub fn differs_in(&self, other: &Self) -> Vec<String> {
        let fields = |order: &Self| match serde_json::to_value(order) {
            Ok(serde_json::Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        let (mine, theirs) = (fields(self), fields(other));
        let names: std::collections::BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
        let told = |name: &&String| !matches!(name.as_str(), "id" | "idempotency_key" | "auth_code" | "trace");
        names
            .into_iter()
            .filter(told)
            .filter(|n| mine.get(*n) != theirs.get(*n))
            .cloned()
            .collect()
    }

    /// What must not be worked on by two orders at once: the domain.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.domain
    }
}

/// The operation of a kind and, for email orders, an action. Validation sees to it that an email order has one; a
/// record without is a create by name only, for [`Order::purchase`] makes nothing of it.
pub(crate) const fn operation(kind: Kind, action: Option<EmailAction>) -> Operation {
    match (kind, action) {
        (Kind::Register, _) => Operation::Register,
        (Kind::Transfer, _) => Operation::Transfer,
        (Kind::Renew, _) => Operation::Renew,
        (Kind::EmailOrder, Some(EmailAction::Create) | None) => Operation::EmailCreate,
        (Kind::EmailOrder, Some(EmailAction::Renew)) => Operation::EmailRenew,
        (Kind::EmailOrder, Some(EmailAction::AddAccounts)) => Operation::EmailAddAccounts,
        (Kind::EmailOrder, Some(EmailAction::RemoveAccounts)) => Operation::EmailRemoveAccounts,
        (Kind::EmailOrder, Some(EmailAction::Delete)) => Operation::EmailDelete,
    }
}

const fn normal() -> Priority {
    Priority::Normal
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_normal(priority: &Priority) -> bool {
    *priority == Priority::Normal
}
