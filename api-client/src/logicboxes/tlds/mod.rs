//! The provider's rules by TLD, as data (fact sheet `logicboxes-tlds.md`), and the check that names every fault.
//!
//! A rule for `.x` covers names under it at any depth unless a longer suffix has a row of its own: `.net.au` is covered by
//! `.au`, `.org.co` stands for itself (the sheet's head). What is not in the tables is not forbidden by this room.

mod attributes;
mod contacts;
mod extras;
mod idn;
mod terms;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use contacts::{CONTACT_TYPES, contact_type};

use crate::provider::{ContactProfile, Operation};

/// Which contact of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The holder.
    Registrant,
    /// Administrative.
    Admin,
    /// Technical.
    Tech,
    /// Billing.
    Billing,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Registrant, Self::Admin, Self::Tech, Self::Billing];

    /// The name in an order's document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registrant => "registrant",
            Self::Admin => "admin",
            Self::Tech => "tech",
            Self::Billing => "billing",
        }
    }
}

/// What is to be checked. Fields are named as in the order's document.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    /// What is asked for.
    pub operation: Operation,
    /// ASCII, lower case.
    pub domain: &'a str,
    /// The term, where one was given.
    pub years: Option<u8>,
    /// Whois privacy is wanted.
    pub privacy: bool,
    /// TLD-specific details (`attributes`).
    pub attributes: &'a BTreeMap<String, String>,
    /// The contacts that were given in full; those given by id can't be checked.
    pub contacts: &'a [(Role, &'a ContactProfile)],
}

/// A rule that a sale breaks. Texts hold no person's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the order's document.
    pub field: String,
    /// What was expected.
    pub detail: String,
}

impl Fault {
    fn new(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            detail: detail.into(),
        }
    }
}

/// Every rule that a sale breaks.
#[must_use]
pub fn faults(sale: &Sale<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    terms::check(sale, &mut faults);
    if sale.privacy && !privacy(sale.domain) {
        faults.push(Fault::new(
            "/privacy",
            format!("whois privacy is not sold under .{}", suffix(sale.domain)),
        ));
    }
    if sale.operation == Operation::Register {
        idn::check(sale, &mut faults);
        attributes::check(sale, &mut faults);
    }
    if matches!(sale.operation, Operation::Register | Operation::Transfer) {
        for (role, contact) in sale.contacts {
            contacts::check(sale.domain, *role, contact, &mut faults);
        }
    }
    faults
}

/// All behind a registrable name's first label.
fn suffix(domain: &str) -> &str {
    domain.split_once('.').map_or(domain, |(_, suffix)| suffix)
}

/// The longest of these suffixes that a name stands under.
fn rule<'r>(domain: &str, rules: impl IntoIterator<Item = &'r str>) -> Option<&'r str> {
    let suffix = suffix(domain);
    let under = |rule: &str| suffix == rule || suffix.strip_suffix(rule).is_some_and(|rest| rest.ends_with('.'));
    rules
        .into_iter()
        .filter(|rule| under(rule))
        .max_by_key(|rule| rule.len())
}

fn covered(domain: &str, rules: &[&str]) -> bool {
    rule(domain, rules.iter().copied()).is_some()
}

/// TLDs without an administrative and a technical contact (§1 \[S\]).
const NO_ADMIN_NO_TECH: &[&str] = &["eu", "nz", "ru", "uk"];
/// Without a technical one beside those (§1 \[P\]).
const NO_TECH: &[&str] = &["fr"];
/// Without a billing contact (§1 \[S\], .FR \[P\]).
const NO_BILLING: &[&str] = &["at", "berlin", "ca", "eu", "nl", "nz", "ru", "uk", "london", "fr"];

/// Whether the provider wants `-1` instead of a contact in that role.
#[must_use]
pub fn no_contact(domain: &str, role: Role) -> bool {
    match role {
        Role::Registrant => false,
        Role::Admin => covered(domain, NO_ADMIN_NO_TECH),
        Role::Tech => covered(domain, NO_ADMIN_NO_TECH) || covered(domain, NO_TECH),
        Role::Billing => covered(domain, NO_BILLING),
    }
}

/// TLDs without whois privacy (§2 \[S\]); where newer vendor lists differ, this one wins.
const NO_PRIVACY: &[&str] = &[
    "asia", "at", "au", "ca", "cn", "org.co", "mil.co", "gov.co", "edu.co", "de", "es", "eu", "hn", "in", "nl", "nz",
    "pro", "ru", "sx", "tel", "uk", "us",
];
/// What newer vendor lists add (§2 \[K\]).
const NO_PRIVACY_NEWER: &[&str] = &["cl", "fr"];
/// Whether whois privacy is sold under the name's suffix.
#[must_use]
pub fn privacy(domain: &str) -> bool {
    !covered(domain, NO_PRIVACY) && !covered(domain, NO_PRIVACY_NEWER)
}

/// TLDs whose transfer is a push by the losing registrar (IPS tag) and takes no auth code (§3 \[I:hi\]).
const NO_AUTH_CODE: &[&str] = &["uk"];

/// Whether a transfer needs an auth code: the vendor lists 22 TLDs that do and "most others need one too" (§3 \[K\]), so
/// all do but those known not to.
#[must_use]
pub fn auth_code(domain: &str) -> bool {
    !covered(domain, NO_AUTH_CODE)
}

/// A registrar's tag as `domains/uk/release` wants it: two letters get a leading `#` (fact sheet §3.3 \[S\]).
#[must_use]
pub fn uk_tag(tag: &str) -> String {
    let two_letters = tag.len() == 2 && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    if two_letters { format!("#{tag}") } else { tag.to_owned() }
}

/// Suffixes that the Public Suffix List has in its private part and that this provider sells like a TLD (§5).
pub const PRIVATE_SUFFIXES: &[&str] = &[
    "eu.com", "gb.com", "qc.com", "de.com", "gb.net", "no.com", "hu.com", "uy.com", "za.com", "br.com", "se.com",
    "se.net", "uk.com", "uk.net", "ae.org", "sa.com", "kr.com", "us.com", "gr.com", "jpn.com", "cn.com", "ru.com",
    "in.net",
];
