//! Words both sides speak: what is bought, with the provider's own ids already filled in.

mod abilities;
mod contact;
mod operation;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use abilities::Abilities;
pub(crate) use contact::digest;
pub use contact::{ContactProfile, ContactProfiles, Preparation, Prepared, WantedContact, WantedContacts};
pub use operation::Operation;

/// The four contacts of a domain by the provider's ids; `None`: the provider's or the account's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactIds {
    /// The holder.
    pub registrant: Option<String>,
    /// Administrative contact.
    pub admin: Option<String>,
    /// Technical contact.
    pub tech: Option<String>,
    /// Billing contact.
    pub billing: Option<String>,
}

/// LogicBoxes' `invoice-option`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum InvoiceOption {
    /// No customer invoice; the reseller is debited now.
    #[default]
    NoInvoice,
    /// Raised, and paid if the customer's debit account covers it; otherwise it stays pending.
    PayInvoice,
    /// Raised, paid later; executed now.
    KeepInvoice,
    /// Raised, paid later; executed when paid.
    OnlyAdd,
}

impl InvoiceOption {
    /// The provider's spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoInvoice => "NoInvoice",
            Self::PayInvoice => "PayInvoice",
            Self::KeepInvoice => "KeepInvoice",
            Self::OnlyAdd => "OnlyAdd",
        }
    }
}

/// Register a name.
#[derive(Debug, Clone)]
pub struct Register {
    /// ASCII, lower case.
    pub domain: String,
    /// 1–10.
    pub years: u8,
    /// 2–13 host names.
    pub nameservers: Vec<String>,
    /// The provider's customer id.
    pub customer: String,
    /// The contacts.
    pub contacts: ContactIds,
    /// The contacts in full, for a provider that keeps them inside the domain
    /// ([`crate::provider::Provider::takes_profiles`]); elsewhere `None`.
    pub profiles: Option<Box<ContactProfiles>>,
    /// Whois privacy.
    pub privacy: bool,
    /// Renew by the provider's own means.
    pub auto_renew: bool,
    /// Customer invoice (LogicBoxes).
    pub invoice: InvoiceOption,
    /// Coupon code (ConnectReseller).
    pub coupon: Option<String>,
    /// TLD-specific extra details.
    pub attributes: Vec<(String, String)>,
}

/// Move a name here.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// ASCII, lower case.
    pub domain: String,
    /// The EPP secret.
    pub auth_code: Option<SecretString>,
    /// None, or 2–13 host names.
    pub nameservers: Vec<String>,
    /// The provider's customer id.
    pub customer: String,
    /// The contacts.
    pub contacts: ContactIds,
    /// Whois privacy.
    pub privacy: bool,
    /// Customer invoice (LogicBoxes).
    pub invoice: InvoiceOption,
}

/// Buy more years.
#[derive(Debug, Clone)]
pub struct Renew {
    /// ASCII, lower case.
    pub domain: String,
    /// 1–10.
    pub years: u8,
    /// The provider's customer id; `None`: as read from the provider.
    pub customer: Option<String>,
    /// Whois privacy along with it; `None`: leave as it is.
    pub privacy: Option<bool>,
    /// Renew by the provider's own means from now on.
    pub auto_renew: bool,
    /// Customer invoice (LogicBoxes).
    pub invoice: InvoiceOption,
}

/// A new email order.
#[derive(Debug, Clone)]
pub struct EmailCreate {
    /// ASCII, lower case.
    pub domain: String,
    /// The provider's customer id.
    pub customer: String,
    /// 1–120.
    pub months: u16,
    /// Mailboxes.
    pub accounts: u32,
    /// Renew by the provider's own means.
    pub auto_renew: bool,
    /// Customer invoice.
    pub invoice: InvoiceOption,
}

/// More months for an email order.
#[derive(Debug, Clone)]
pub struct EmailRenew {
    /// ASCII, lower case.
    pub domain: String,
    /// 1–120.
    pub months: u16,
    /// Additional mailboxes, if any.
    pub additional_accounts: Option<u32>,
    /// Renew by the provider's own means.
    pub auto_renew: bool,
    /// Customer invoice.
    pub invoice: InvoiceOption,
}

/// More or fewer mailboxes.
#[derive(Debug, Clone)]
pub struct EmailAccounts {
    /// ASCII, lower case.
    pub domain: String,
    /// How many to add or to remove, at least 1.
    pub accounts: u32,
    /// Customer invoice (adding only).
    pub invoice: InvoiceOption,
}

/// The end of an email order.
#[derive(Debug, Clone)]
pub struct EmailDelete {
    /// ASCII, lower case.
    pub domain: String,
}

/// An expiry moved by about a term: the one rule by which every adapter judges a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiryMove {
    /// As before (within a day).
    Same,
    /// Later by the term (± 2 days a year-boundary can make).
    ByTerm,
    /// Anything else.
    Other,
}

/// Compares an expiry with the one before, for a term in months.
///
/// Tolerances are those of the protocol: a day for "the same", two days for "moved by the term".
#[must_use]
pub fn expiry_move(before: Timestamp, now: Timestamp, months: u32) -> ExpiryMove {
    const DAY: i64 = 86_400;
    let apart = now.as_second() - before.as_second();
    if apart.abs() <= DAY {
        return ExpiryMove::Same;
    }
    let moved = before
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_add(jiff::Span::new().months(i64::from(months)))
        .map(|z| z.timestamp().as_second());
    match moved {
        Ok(goal) if (now.as_second() - goal).abs() <= 2 * DAY => ExpiryMove::ByTerm,
        _ => ExpiryMove::Other,
    }
}

/// Whether an expiry can be one at all: no name expired before 1990, and ten years are the longest term, to which a
/// registry's own rounding may add one. The one rule by which dates are believed.
#[must_use]
pub fn expiry_plausible(at: Timestamp, now: Timestamp) -> bool {
    const FIRST: i64 = 631_152_000;
    const AHEAD_MAX: jiff::SignedDuration = jiff::SignedDuration::from_hours(11 * 366 * 24);
    at.as_second() >= FIRST && at.duration_since(now) <= AHEAD_MAX
}
