//! What a world starts with, as JSON: accounts, money, names, and how the providers behave.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::faults::Rule;
pub use crate::namecom::seed::{NameComAccount, NameComAutoSeed, NameComDomainSeed, NameComSeed, NameComSettings};

/// State to add to a world. Everything may be left out; names that exist are replaced.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// ConnectReseller's side.
    pub connectreseller: ConnectResellerSeed,
    /// LogicBoxes' side.
    pub logicboxes: LogicBoxesSeed,
    /// Name.com's side.
    pub namecom: NameComSeed,
    /// Fault rules to add.
    pub faults: Vec<Rule>,
}

/// An account with a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reseller {
    /// Its number.
    pub id: u64,
    /// Its key.
    pub key: String,
    /// Whether its address is on the provider's list.
    #[serde(default = "yes")]
    pub allowed: bool,
}

fn yes() -> bool {
    true
}

/// Names that exist as soon as they are spoken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoSeed {
    /// How they begin.
    pub prefix: String,
    /// Whose they are.
    pub customer_id: u64,
    /// How many months ahead they end; 12 if left out.
    #[serde(default = "twelve")]
    pub months: u64,
}

fn twelve() -> u64 {
    12
}

/// ConnectReseller's side of a seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectResellerSeed {
    /// Replaces how the provider behaves.
    pub settings: Option<ConnectResellerSettings>,
    /// Accounts to add; one with a known key is replaced.
    pub resellers: Vec<Reseller>,
    /// Sets the balance, in cents.
    pub balance_cents: Option<i64>,
    /// Customers to add.
    pub customers: Vec<u64>,
    /// Domains to add.
    pub domains: Vec<DomainSeed>,
    /// What a transfer of a name will meet.
    pub transfers: Vec<TransferSeed>,
    /// Names registered elsewhere, which cannot be registered here.
    pub taken: Vec<String>,
    /// Replaces the prefixes of names that exist when spoken of.
    pub auto_seed: Option<Vec<AutoSeed>>,
}

/// A domain in the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSeed {
    /// Its name.
    pub name: String,
    /// Whose it is; 5512 if left out.
    #[serde(default = "customer_5512")]
    pub customer_id: u64,
    /// When it was made; a year ago if left out.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it ends; a year ahead if left out.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Its status; `Active` if left out.
    #[serde(default)]
    pub status: Option<String>,
    /// Its name servers.
    #[serde(default)]
    pub nameservers: Vec<String>,
}

fn customer_5512() -> u64 {
    5512
}

/// What a transfer of a name will meet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TransferSeed {
    /// The name.
    pub name: String,
    /// What happens to it; if left out, what the code or the name says. At LogicBoxes, `good` for a transfer that runs is
    /// somebody's having done what it waits for.
    pub scenario: Option<Scenario>,
    /// The only right auth code; if left out, any that does not begin with `bad`.
    pub auth_code: Option<String>,
    /// How long the losing registrar takes, in virtual seconds; five days if left out.
    pub after_secs: Option<u64>,
    /// When the name ends before the transfer; half a year ahead if left out.
    pub expires_at: Option<Timestamp>,
}

/// How a transfer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// The losing registrar lets it go, by silence.
    Good,
    /// It stalls: the auth code is wrong, whatever it is.
    WrongAuthCode,
    /// It stalls: the name is locked.
    Locked,
    /// It stalls: the name is too young.
    SixtyDays,
    /// The losing registrar says no; the money comes back.
    Rejected,
    /// Somebody cancels it at the provider; the money comes back.
    Cancelled,
    /// As that, spelled with one l.
    Canceled,
    /// The order is refused at once.
    Refused,
    /// It is done as soon as it is asked for.
    Instant,
}

/// How ConnectReseller behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectResellerSettings {
    /// How long a losing registrar takes, in virtual seconds.
    pub losing_registrar_secs: u64,
    /// How long the registry takes with names beginning with `pending-`, in virtual seconds.
    pub registry_pending_secs: u64,
    /// Price of a year's registration, in cents.
    pub register_cents: i64,
    /// Price of a year's renewal, in cents.
    pub renew_cents: i64,
    /// Price of a transfer, in cents.
    pub transfer_cents: i64,
    /// What `syncTransfer` answers about a name it has never heard of.
    pub sync_unknown: SyncUnknown,
    /// HTTP status of an answer to a wrong key: 200 and 401 were both seen.
    pub unauthorized_status: u16,
    /// Whether a wrong `Expiryyear` is refused. Not every account does.
    pub enforce_expiry_year: bool,
    /// Whether the dates of a domain come as strings, as seen now and then.
    pub dates_as_strings: bool,
    /// Whether the inner status of a transfer comes wrapped in `responseMsg`, as documented, or bare, as seen.
    pub nested_transfer_status: bool,
    /// Top-level domains that are not sold.
    pub unsupported_tlds: Vec<String>,
}

impl Default for ConnectResellerSettings {
    fn default() -> Self {
        Self {
            losing_registrar_secs: 5 * 86_400,
            registry_pending_secs: 3_600,
            register_cents: 1_099,
            renew_cents: 1_199,
            transfer_cents: 1_049,
            sync_unknown: SyncUnknown::NotFound,
            unauthorized_status: 200,
            enforce_expiry_year: true,
            dates_as_strings: false,
            nested_transfer_status: false,
            unsupported_tlds: vec!["invalid".to_owned()],
        }
    }
}

/// What `syncTransfer` answers about a name without a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncUnknown {
    /// 404 inside HTTP 200, as documented.
    NotFound,
    /// HTTP 500, as seen.
    ServerError,
}

/// LogicBoxes' side of a seed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogicBoxesSeed {
    /// Replaces how the provider behaves.
    pub settings: Option<LogicBoxesSettings>,
    /// Accounts to add; one with a known number is replaced.
    pub resellers: Vec<Reseller>,
    /// Sets the balance, in cents.
    pub balance_cents: Option<i64>,
    /// Customers to add.
    pub customers: Vec<u64>,
    /// Business Email orders to add.
    pub email_orders: Vec<EmailSeed>,
    /// Domain orders to add.
    pub domain_orders: Vec<DomainOrderSeed>,
    /// What a transfer of a name will meet.
    pub transfers: Vec<TransferSeed>,
    /// Names registered elsewhere, which cannot be registered here. Those beginning with `taken-` are too.
    pub taken: Vec<String>,
    /// Replaces the prefixes of names whose order exists when spoken of.
    pub auto_seed: Option<Vec<AutoSeed>>,
}

/// A Business Email order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSeed {
    /// The domain.
    pub domain: String,
    /// Its number; a fresh one if left out.
    #[serde(default)]
    pub id: Option<u64>,
    /// Whose it is; 4400012 if left out.
    #[serde(default = "customer_4400012")]
    pub customer_id: u64,
    /// How many mailboxes; 5 if left out.
    #[serde(default = "five")]
    pub accounts: u64,
    /// When it was made; a year ago if left out.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it ends; a year ahead if left out.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Its status; `Active` if left out.
    #[serde(default)]
    pub status: Option<String>,
}

/// A domain order at LogicBoxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainOrderSeed {
    /// The domain.
    pub domain: String,
    /// Whose it is; 4400012 if left out.
    #[serde(default = "customer_4400012")]
    pub customer_id: u64,
    /// When it was made; a year ago if left out.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it ends; a year ahead if left out.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Its status; `Active` if left out.
    #[serde(default)]
    pub status: Option<String>,
}

fn customer_4400012() -> u64 {
    4_400_012
}

fn five() -> u64 {
    5
}

/// How LogicBoxes behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogicBoxesSettings {
    /// How long an email action takes, in virtual seconds.
    pub email_delay_secs: u64,
    /// How long an action on a domain takes, in virtual seconds; 0: it is done before the answer.
    pub domain_delay_secs: u64,
    /// How long a losing registrar takes, in virtual seconds.
    pub losing_registrar_secs: u64,
    /// How long a transfer waits for the name to be unlocked before it fails, in virtual seconds.
    pub unlock_secs: u64,
    /// How long the registry takes with names beginning with `pending-`, in virtual seconds.
    pub registry_pending_secs: u64,
    /// Price of a year's registration, in cents.
    pub register_cents: i64,
    /// Price of a year's renewal, in cents.
    pub renew_cents: i64,
    /// Price of a transfer, in cents.
    pub transfer_cents: i64,
    /// Price of a restoration, in cents.
    pub restore_cents: i64,
    /// Price of whois privacy, in cents.
    pub privacy_cents: i64,
    /// Price of a mailbox for a month, in cents.
    pub account_month_cents: i64,
    /// Whether a second action on an order with one pending is refused. Off: email renewals have no guard at all.
    pub pending_conflict: bool,
    /// HTTP status of an answer to a wrong key: 401, 403 and 500 were seen.
    pub unauthorized_status: u16,
    /// HTTP status of most errors.
    pub error_status: u16,
}

impl Default for LogicBoxesSettings {
    fn default() -> Self {
        Self {
            email_delay_secs: 300,
            domain_delay_secs: 0,
            losing_registrar_secs: 5 * 86_400,
            unlock_secs: 7 * 86_400,
            registry_pending_secs: 3_600,
            register_cents: 1_049,
            renew_cents: 1_149,
            transfer_cents: 999,
            restore_cents: 8_000,
            privacy_cents: 300,
            account_month_cents: 90,
            pending_conflict: false,
            unauthorized_status: 401,
            error_status: 500,
        }
    }
}

impl Seed {
    /// What every world begins with: one account and one customer at each provider, plenty of money, and names that
    /// exist when spoken of (`renew-…` as domains, `renew-…` and `mail-…` as email orders).
    pub fn standard() -> Self {
        let auto = |prefix: &str, customer_id| AutoSeed {
            prefix: prefix.to_owned(),
            customer_id,
            months: 12,
        };
        Self {
            connectreseller: ConnectResellerSeed {
                settings: Some(ConnectResellerSettings::default()),
                resellers: vec![Reseller {
                    id: 88,
                    key: "CR-DEMO-KEY-0001".to_owned(),
                    allowed: true,
                }],
                balance_cents: Some(10_000_000_000),
                customers: vec![customer_5512()],
                auto_seed: Some(vec![auto("renew-", customer_5512())]),
                ..ConnectResellerSeed::default()
            },
            logicboxes: LogicBoxesSeed {
                settings: Some(LogicBoxesSettings::default()),
                resellers: vec![Reseller {
                    id: 700_001,
                    key: "LBDEMOKEY000".to_owned(),
                    allowed: true,
                }],
                balance_cents: Some(10_000_000_000),
                customers: vec![customer_4400012()],
                auto_seed: Some(vec![
                    auto("renew-", customer_4400012()),
                    auto("mail-", customer_4400012()),
                ]),
                ..LogicBoxesSeed::default()
            },
            namecom: NameComSeed::standard(),
            faults: Vec::new(),
        }
    }
}
