//! What Name.com's side of a world starts with, as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Name.com's side of a seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NameComSeed {
    /// Replaces how the provider behaves.
    pub settings: Option<NameComSettings>,
    /// Accounts to add; one with a known user name is replaced.
    pub accounts: Vec<NameComAccount>,
    /// Domains to add.
    pub domains: Vec<NameComDomainSeed>,
    /// Names registered elsewhere, which cannot be registered here.
    pub taken: Vec<String>,
    /// Replaces the prefixes of names that exist when spoken of.
    pub auto_seed: Option<Vec<NameComAutoSeed>>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameComAccount {
    /// Its user name.
    pub username: String,
    /// Its token.
    pub token: String,
    /// Its credit, in cents; 100,000,000.00 if left out.
    #[serde(default = "plenty")]
    pub credit_cents: i64,
    /// Whether its address is on the provider's list.
    #[serde(default = "yes")]
    pub allowed: bool,
}

fn plenty() -> i64 {
    10_000_000_000
}

fn yes() -> bool {
    true
}

/// A domain in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameComDomainSeed {
    /// Its name.
    pub name: String,
    /// Whose it is; `demo-seller` if left out.
    #[serde(default = "demo")]
    pub username: String,
    /// When it was made; a year ago if left out.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it ends; a year ahead if left out.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Until when it has privacy; none if left out.
    #[serde(default)]
    pub privacy_until: Option<Timestamp>,
    /// Its name servers.
    #[serde(default)]
    pub nameservers: Vec<String>,
}

pub(crate) fn demo() -> String {
    crate::NAMECOM_USERNAME.to_owned()
}

/// Names that exist as soon as they are spoken of, in the demo account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameComAutoSeed {
    /// How they begin.
    pub prefix: String,
    /// How many months ahead they end; 12 if left out.
    #[serde(default = "twelve")]
    pub months: u64,
}

fn twelve() -> u64 {
    12
}

/// How Name.com behaves. Where the fact sheet leaves something open, this chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NameComSettings {
    /// Price of a year's registration, in cents.
    pub register_cents: i64,
    /// Price of a year's renewal, in cents.
    pub renew_cents: i64,
    /// Price of a year's privacy, in cents.
    pub privacy_cents: i64,
    /// Price of a backorder, in cents.
    pub backorder_cents: i64,
    /// Prices of a year, registration and renewal alike, by top-level domain.
    pub tld_cents: BTreeMap<String, i64>,
    /// Top-level domains that are not sold.
    pub unsupported_tlds: Vec<String>,
    /// Whether money is asked of each item by itself (its own `success: false`), or of the order as a whole (260).
    pub funds_by_item: bool,
    /// The code for a domain that is not the account's: 221, 204 or 240.
    pub foreign_code: u16,
    /// The code for a term beyond ten years: 204 or 240.
    pub term_code: u16,
    /// Whether a second record or host like the first is refused, or stands beside it.
    pub refuse_duplicates: bool,
    /// Whether answers about domains have `whois_privacy` and `auto_renew`, as newer ones do.
    pub newer_answers: bool,
}

impl Default for NameComSettings {
    fn default() -> Self {
        Self {
            register_cents: 1_049,
            renew_cents: 1_149,
            privacy_cents: 299,
            backorder_cents: 4_995,
            tld_cents: BTreeMap::new(),
            unsupported_tlds: vec!["invalid".to_owned()],
            funds_by_item: false,
            foreign_code: 221,
            term_code: 204,
            refuse_duplicates: true,
            newer_answers: true,
        }
    }
}

impl NameComSeed {
    pub(crate) fn standard() -> Self {
        Self {
            settings: Some(NameComSettings::default()),
            accounts: vec![NameComAccount {
                username: demo(),
                token: crate::NAMECOM_TOKEN.to_owned(),
                credit_cents: plenty(),
                allowed: true,
            }],
            auto_seed: Some(vec![NameComAutoSeed {
                prefix: "renew-".to_owned(),
                months: 12,
            }]),
            ..Self::default()
        }
    }
}
