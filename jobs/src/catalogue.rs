//! What intake has to know of the configured accounts, without knowing the configuration.
//!
//! The worker builds the [`Catalogue`] once from its configuration and its providers. It says what an account sells and
//! what its provider takes, so that a document asking for anything else is refused before it is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use domorder_api_client::logicboxes;
use domorder_api_client::provider::{Abilities, InvoiceOption, Operation};

use crate::order::Contacts;
use crate::validate::{Fault, LogicBoxesRules, NameComRules};

/// Every configured account by its name.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    accounts: BTreeMap<String, AccountFacts>,
}

impl Catalogue {
    /// A catalogue of these accounts; a name given twice keeps the last.
    pub fn new(accounts: impl IntoIterator<Item = (String, AccountFacts)>) -> Self {
        Self {
            accounts: accounts.into_iter().collect(),
        }
    }

    /// What is known of an account.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<&AccountFacts> {
        self.accounts.get(name)
    }

    /// The accounts' names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.accounts.keys().map(String::as_str)
    }
}

/// One account: what it sells, what its provider takes, what it adds to a document that leaves something out.
#[derive(Debug, Clone, Default)]
pub struct AccountFacts {
    /// The provider's name as configured.
    pub provider: String,
    /// What it sells.
    pub sells: BTreeSet<Operation>,
    /// What can be done there about a running transfer.
    pub abilities: Abilities,
    /// What its orders may carry.
    pub capabilities: Capabilities,
    /// Stands in for a missing `customer`.
    pub default_customer: Option<String>,
    /// Stand in for missing `nameservers`; ASCII, lower case.
    pub default_nameservers: Vec<String>,
    /// Stand in for other missing fields.
    pub defaults: AccountDefaults,
    /// Suffixes of the private part of the Public Suffix List that are sold here like a TLD (`uk.com`).
    pub private_suffixes: BTreeSet<String>,
    /// The provider's rules by TLD; `None`: no rule beyond the contract's.
    pub tld_rules: Option<Arc<dyn TldRules>>,
}

/// The `[accounts.<name>.defaults]` of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountDefaults {
    /// Contact id of the holder.
    pub registrant: Option<String>,
    /// Contact id; none: the registrant.
    pub admin: Option<String>,
    /// Contact id; none: the registrant.
    pub tech: Option<String>,
    /// Contact id; none: the registrant.
    pub billing: Option<String>,
    /// Customer invoice.
    pub invoice: Option<InvoiceOption>,
    /// Whois privacy for new names and transfers; never added to a renewal, where it would be bought unasked.
    pub privacy: Option<bool>,
    /// Renewal by the provider's own means.
    pub auto_renew: Option<bool>,
}

/// What an account's provider takes with an order. What it doesn't take is refused, never dropped silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Prices can be asked before buying: `max_price` is possible.
    pub quotes: bool,
    /// It has customers: register, transfer and a new email order need one.
    pub customers: bool,
    /// Orders take contact ids.
    pub contact_ids: bool,
    /// Contacts can be created from full profiles, or stand in the order.
    pub contact_profiles: bool,
    /// Profiles may carry `type` and `attributes`.
    pub contact_details: bool,
    /// A profile's name has to be a first and a last one.
    pub contact_two_names: bool,
    /// Register and transfer need a registrant (document or account default).
    pub contacts_required: bool,
    /// Register needs name servers (document or account default).
    pub nameservers_required: bool,
    /// How many name servers register takes at most, 2–13.
    pub nameservers_max: usize,
    /// A transfer takes name servers.
    pub transfer_nameservers: bool,
    /// A transfer takes `years`.
    pub transfer_years: bool,
    /// It can renew by its own means, `auto_renew: true`.
    pub auto_renew: bool,
    /// Orders take `invoice`.
    pub invoice: bool,
    /// Register takes `coupon`.
    pub coupon: bool,
    /// Register takes `attributes`.
    pub attributes: bool,
}

impl Default for Capabilities {
    /// Takes what every provider takes, and nothing else.
    fn default() -> Self {
        Self {
            quotes: false,
            customers: true,
            contact_ids: false,
            contact_profiles: false,
            contact_details: true,
            contact_two_names: false,
            contacts_required: false,
            nameservers_required: true,
            nameservers_max: 13,
            transfer_nameservers: false,
            transfer_years: false,
            auto_renew: false,
            invoice: false,
            coupon: false,
            attributes: false,
        }
    }
}

impl Capabilities {
    /// What the known providers take, by the name in the configuration; `None` for another name.
    #[must_use]
    pub fn of(provider: &str) -> Option<Self> {
        let common = Self::default();
        match provider {
            // `Order` has ns1 to ns4, a customer and a coupon, and takes the contacts of the customer: others are set once
            // the name is here. `TransferOrder` has neither name servers nor a term.
            "connectreseller" => Some(Self {
                quotes: true,
                contact_ids: true,
                contact_profiles: true,
                contact_details: false,
                nameservers_max: 4,
                coupon: true,
                ..common
            }),
            "logicboxes" => Some(Self {
                contact_ids: true,
                contact_profiles: true,
                contacts_required: true,
                transfer_nameservers: true,
                auto_renew: true,
                invoice: true,
                attributes: true,
                ..common
            }),
            // No customers and no contact ids: contacts live inside the domain, and go along with the order.
            "namecom" => Some(Self {
                quotes: true,
                customers: false,
                contact_profiles: true,
                contact_details: false,
                contact_two_names: true,
                nameservers_required: false,
                attributes: true,
                ..common
            }),
            _ => None,
        }
    }
}

/// The rules by TLD of a provider, by the name in the configuration; `None`: none beyond the contract's.
#[must_use]
pub fn tld_rules_of(provider: &str) -> Option<Arc<dyn TldRules>> {
    match provider {
        "logicboxes" => Some(Arc::new(LogicBoxesRules)),
        "namecom" => Some(Arc::new(NameComRules)),
        _ => None,
    }
}

/// What a provider sells like a TLD though it stands in the private part of the Public Suffix List.
#[must_use]
pub fn private_suffixes_of(provider: &str) -> BTreeSet<String> {
    let suffixes = match provider {
        "logicboxes" => logicboxes::tlds::PRIVATE_SUFFIXES,
        _ => &[],
    };
    suffixes.iter().map(|suffix| (*suffix).to_owned()).collect()
}

/// A provider's rules for names under a TLD, which decide whether a document can be sold at all.
pub trait TldRules: fmt::Debug + Send + Sync {
    /// Whether whois privacy exists under the name's suffix.
    fn privacy(&self, domain: &str) -> bool;

    /// Whether a transfer of the name needs an auth code.
    fn auth_code(&self, domain: &str) -> bool;

    /// Every other rule the document breaks (`/years`, `/attributes/…`).
    fn faults(&self, question: &TldQuestion<'_>) -> Vec<Fault>;
}

/// What [`TldRules::faults`] looks at.
#[derive(Debug, Clone, Copy)]
pub struct TldQuestion<'a> {
    /// What is asked for.
    pub operation: Operation,
    /// ASCII, lower case.
    pub domain: &'a str,
    /// The term, where one was given.
    pub years: Option<u8>,
    /// TLD-specific details.
    pub attributes: &'a BTreeMap<String, String>,
    /// The contacts that the document gives.
    pub contacts: &'a Contacts,
}
