//! `[accounts.<name>]`: accounts at providers, each with its credentials, limits and defaults.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::duration::Rate;
use crate::error::{Fault, FaultKind};
use crate::settings::Settings;
use crate::words::words;

words! {
    /// The providers there are.
    pub enum ProviderKind {
        /// ConnectReseller.
        ConnectReseller = "connectreseller",
        /// LogicBoxes (ResellerClub and kin).
        LogicBoxes = "logicboxes",
        /// Name.com.
        NameCom = "namecom",
    }
}

words! {
    /// What LogicBoxes does with the invoice of an order, in its own words.
    pub enum InvoiceOption {
        /// No invoice is raised.
        NoInvoice = "NoInvoice",
        /// An invoice is raised and paid from the customer's balance.
        PayInvoice = "PayInvoice",
        /// An invoice is raised and left open.
        KeepInvoice = "KeepInvoice",
        /// An invoice is raised; the order waits for its payment.
        OnlyAdd = "OnlyAdd",
    }
}

/// Every key that is a credential of some provider.
const CREDENTIALS: [&str; 4] = ["api_key", "auth_userid", "username", "api_token"];

impl ProviderKind {
    /// The provider's own address: all that stands before an operation's path.
    pub const fn default_base_url(self) -> &'static str {
        match self {
            Self::ConnectReseller => "https://api.connectreseller.com/ConnectReseller/ESHOP",
            Self::LogicBoxes => "https://httpapi.com/api",
            Self::NameCom => "https://api.name.com/api",
        }
    }

    const fn credentials(self) -> &'static [&'static str] {
        match self {
            Self::ConnectReseller => &["api_key"],
            Self::LogicBoxes => &["auth_userid", "api_key"],
            Self::NameCom => &["username", "api_token"],
        }
    }
}

/// What an account proves itself with; its variant is the provider.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// ConnectReseller's.
    ConnectReseller {
        /// The API key.
        api_key: SecretString,
    },
    /// LogicBoxes'.
    LogicBoxes {
        /// The reseller's id.
        auth_userid: String,
        /// The API key.
        api_key: SecretString,
    },
    /// Name.com's.
    NameCom {
        /// The user.
        username: String,
        /// The API token.
        api_token: SecretString,
    },
}

/// An account at a provider.
#[derive(Debug, Clone)]
pub struct Account {
    /// The provider.
    pub provider: ProviderKind,
    /// All that stands before an operation's path.
    pub base_url: Url,
    /// The provider's credentials.
    pub credentials: Credentials,
    /// How long one call may take.
    pub timeout: Duration,
    /// Calls in flight, all replicas together.
    pub concurrency: u32,
    /// Calls in a period, all replicas together.
    pub rate: Rate,
    /// The customer of orders that name none.
    pub default_customer: Option<String>,
    /// The name servers of orders that name none; none or 2 to 13.
    pub default_nameservers: Vec<String>,
    /// What else orders of this account fall back to.
    pub defaults: Defaults,
}

/// `[accounts.<name>.defaults]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Contact id of the registrant.
    pub registrant: Option<String>,
    /// Contact id of the administrative contact.
    pub admin: Option<String>,
    /// Contact id of the technical contact.
    pub tech: Option<String>,
    /// Contact id of the billing contact.
    pub billing: Option<String>,
    /// The invoice option; LogicBoxes only.
    pub invoice: Option<InvoiceOption>,
    /// Whether privacy protection is bought.
    pub privacy: Option<bool>,
    /// Whether renewal is left to the provider.
    pub auto_renew: Option<bool>,
}

pub(crate) fn accounts(settings: &Settings, faults: &mut Vec<Fault>) -> Option<BTreeMap<String, Account>> {
    let all: Vec<_> = settings
        .names("accounts")
        .into_iter()
        .map(|name| (account(settings, &name, faults), name))
        .collect();
    all.into_iter().map(|(account, name)| Some((name, account?))).collect()
}

fn account(settings: &Settings, name: &str, faults: &mut Vec<Fault>) -> Option<Account> {
    let key = |field: &str| format!("accounts.{name}.{field}");
    let what = format!("one of {}", ProviderKind::WORDS.join(", "));
    let provider: Option<String> = settings.need(&key("provider"), &what, faults);
    let provider = ProviderKind::from_word(&provider?)?;
    foreign(settings, &key, provider, faults);
    let credentials = credentials(settings, &key, provider, faults);
    let base_url = if settings.is_set(&key("base_url")) {
        settings.get(&key("base_url"))
    } else {
        Url::parse(provider.default_base_url()).ok()
    };
    Some(Account {
        provider,
        base_url: base_url?,
        credentials: credentials?,
        timeout: settings.get(&key("timeout"))?,
        concurrency: settings.get(&key("concurrency"))?,
        rate: settings.get(&key("rate"))?,
        default_customer: settings.get(&key("default_customer")),
        default_nameservers: settings.get(&key("default_nameservers"))?,
        defaults: Defaults {
            registrant: settings.get(&key("defaults.registrant")),
            admin: settings.get(&key("defaults.admin")),
            tech: settings.get(&key("defaults.tech")),
            billing: settings.get(&key("defaults.billing")),
            invoice: settings
                .get::<String>(&key("defaults.invoice"))
                .and_then(|word| InvoiceOption::from_word(&word)),
            privacy: settings.get(&key("defaults.privacy")),
            auto_renew: settings.get(&key("defaults.auto_renew")),
        },
    })
}

fn credentials(
    settings: &Settings,
    key: &impl Fn(&str) -> String,
    provider: ProviderKind,
    faults: &mut Vec<Fault>,
) -> Option<Credentials> {
    let text = |field: &str, faults: &mut _| settings.need(&key(field), &format!("{provider} needs it"), faults);
    let secret = |field: &str, faults: &mut _| {
        settings.need(
            &key(field),
            &format!("{field} or {field}_file: {provider} needs it"),
            faults,
        )
    };
    Some(match provider {
        ProviderKind::ConnectReseller => Credentials::ConnectReseller {
            api_key: secret("api_key", faults)?,
        },
        ProviderKind::LogicBoxes => {
            let (auth_userid, api_key) = (text("auth_userid", faults), secret("api_key", faults));
            Credentials::LogicBoxes {
                auth_userid: auth_userid?,
                api_key: api_key?,
            }
        }
        ProviderKind::NameCom => {
            let (username, api_token) = (text("username", faults), secret("api_token", faults));
            Credentials::NameCom {
                username: username?,
                api_token: api_token?,
            }
        }
    })
}

/// A credential of another provider is a mix-up of two accounts; better said than ignored.
fn foreign(settings: &Settings, key: &impl Fn(&str) -> String, provider: ProviderKind, faults: &mut Vec<Fault>) {
    let own = provider.credentials();
    let mut others: Vec<&str> = CREDENTIALS.into_iter().filter(|field| !own.contains(field)).collect();
    if provider != ProviderKind::LogicBoxes {
        others.push("defaults.invoice");
    }
    for field in others {
        if settings.is_set(&key(field)) {
            faults.push(Fault {
                key: key(field),
                source: settings.source(&key(field)),
                kind: FaultKind::Foreign,
                found: format!("{provider} has no such setting"),
                expected: format!("its credentials to be {}", own.join(" and ")),
                remedy: "Remove it, or correct `provider`".to_owned(),
            });
        }
    }
}
