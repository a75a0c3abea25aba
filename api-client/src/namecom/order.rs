//! What `order` and `domain/create` are asked for (fact sheet 3.2, 4).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::contact::Contact;

/// A name to be registered.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewDomain<'a> {
    /// ASCII.
    pub domain: &'a str,
    /// Years.
    pub years: u8,
    /// None: the account's defaults.
    pub nameservers: &'a [String],
    /// None: the account's defaults.
    pub contacts: &'a [Contact],
    /// TLD-specific details (fact sheet 7).
    pub requirements: &'a [(String, String)],
    /// Whois privacy along with it, `whois_privacy: 1`: costs extra and adds a row to the answer. Not for
    /// `domain/create`, which has no such field.
    pub privacy: bool,
}

/// A product of an order. There is no transfer \[S\].
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// `domain/create`
    DomainCreate(NewDomain<'a>),
    /// `domain/renew`; nothing refuses a repeat.
    DomainRenew {
        /// The name.
        domain: &'a str,
        /// Years.
        years: u8,
        /// Privacy along with it: costs extra and adds a row to the answer.
        privacy: bool,
    },
    /// `whois_privacy/create`
    PrivacyCreate {
        /// The name.
        domain: &'a str,
        /// Years.
        years: u8,
    },
    /// `whois_privacy/renew`; nothing refuses a repeat.
    PrivacyRenew {
        /// The name.
        domain: &'a str,
        /// Years.
        years: u8,
    },
    /// `backorder/create`
    Backorder {
        /// The name.
        domain: &'a str,
    },
}

impl<'a> Item<'a> {
    /// Its word in a request.
    #[must_use]
    pub const fn order_type(&self) -> &'static str {
        match self {
            Self::DomainCreate(_) => "domain/create",
            Self::DomainRenew { .. } => "domain/renew",
            Self::PrivacyCreate { .. } => "whois_privacy/create",
            Self::PrivacyRenew { .. } => "whois_privacy/renew",
            Self::Backorder { .. } => "backorder/create",
        }
    }

    /// The name it is about.
    #[must_use]
    pub const fn domain(&self) -> &'a str {
        match self {
            Self::DomainCreate(new) => new.domain,
            Self::DomainRenew { domain, .. }
            | Self::PrivacyCreate { domain, .. }
            | Self::PrivacyRenew { domain, .. }
            | Self::Backorder { domain } => domain,
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut item = match self {
            Self::DomainCreate(new) => new.json(),
            Self::DomainRenew { domain, years, .. }
            | Self::PrivacyCreate { domain, years }
            | Self::PrivacyRenew { domain, years } => dated(domain, *years),
            Self::Backorder { domain } => fields([("domain_name", (*domain).into())]),
        };
        item.insert("order_type".into(), self.order_type().into());
        let privacy = match self {
            Self::DomainCreate(new) => new.privacy,
            Self::DomainRenew { privacy, .. } => *privacy,
            Self::PrivacyCreate { .. } | Self::PrivacyRenew { .. } | Self::Backorder { .. } => false,
        };
        if privacy {
            item.insert("whois_privacy".into(), 1.into());
        }
        Value::Object(item)
    }
}

impl NewDomain<'_> {
    /// The fields that `domain/create` and a `domain/create` item share.
    pub(super) fn json(&self) -> Map<String, Value> {
        let mut map = dated(self.domain, self.years);
        if !self.nameservers.is_empty() {
            map.insert("nameservers".into(), value(self.nameservers));
        }
        if !self.contacts.is_empty() {
            map.insert("contacts".into(), value(self.contacts));
        }
        if !self.requirements.is_empty() {
            let requirements: BTreeMap<_, _> = self.requirements.iter().map(|(k, v)| (k, v)).collect();
            map.insert("requirements".into(), value(&requirements));
        }
        map
    }
}

/// An order type as compared: the answer says `renewal` where the request says `renew` \[D\].
#[must_use]
pub fn normalised(order_type: &str) -> String {
    let word = order_type.trim().to_ascii_lowercase();
    match word.strip_suffix("/renewal") {
        Some(product) => format!("{product}/renew"),
        None => word,
    }
}

fn dated(domain: &str, years: u8) -> Map<String, Value> {
    fields([("domain_name", domain.into()), ("period", years.into())])
}

pub(super) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub(super) fn value<T: Serialize + ?Sized>(of: &T) -> Value {
    serde_json::to_value(of).expect("texts and maps with text keys are JSON")
}
