//! What differs between the providers.

use std::sync::Arc;
use std::time::Duration;

use domorder_api_client::provider::{
    ContactIds, EmailAccounts, EmailCreate, EmailDelete, EmailRenew, InvoiceOption, Operation, Provider, Purchase,
    Register, Renew, Transfer,
};
use domorder_api_client::{connectreseller, logicboxes, namecom};
use domorder_tests_sim::{
    CONNECTRESELLER_KEY, Control, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Seed, Sim, SimHandle,
    SimOptions,
};
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::lenient::{Leniency, Proxy};

/// Longer than any answer of a simulator on this machine, and short enough to wait out.
const TIMEOUT: Duration = Duration::from_secs(2);
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// The auth code of every transfer; right for the simulators, and found by its words wherever it leaks.
pub(super) const AUTH_CODE: &str = "good-Canary&Code9";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shop {
    ConnectReseller,
    LogicBoxes,
    NameCom,
}

impl Shop {
    fn path(self) -> &'static str {
        match self {
            Self::ConnectReseller => "/ConnectReseller/ESHOP",
            Self::LogicBoxes => "/api",
            Self::NameCom => "/namecom/api",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::ConnectReseller => CONNECTRESELLER_KEY,
            Self::LogicBoxes => LOGICBOXES_KEY,
            Self::NameCom => NAMECOM_TOKEN,
        }
    }

    fn provider(self, origin: &str, key: &str) -> Arc<dyn Provider> {
        let base: Url = format!("{origin}{}", self.path()).parse().unwrap();
        let key = SecretString::from(key);
        match self {
            Self::ConnectReseller => {
                let mut settings = connectreseller::Settings::new(base, key);
                settings.timeout = TIMEOUT;
                Arc::new(connectreseller::ConnectReseller::new(settings).unwrap())
            }
            Self::LogicBoxes => {
                let mut settings = logicboxes::Settings::new(base, LOGICBOXES_ID.to_string(), key);
                settings.timeout = TIMEOUT;
                Arc::new(logicboxes::LogicBoxes::new(settings).unwrap())
            }
            Self::NameCom => {
                let mut settings = namecom::Settings::new(base, NAMECOM_USERNAME, key);
                settings.timeout = TIMEOUT;
                Arc::new(namecom::NameCom::new(settings).unwrap())
            }
        }
    }

    /// The name of an operation's call, in the simulator's journal.
    pub(super) fn call(self, operation: Operation) -> &'static str {
        match (self, operation) {
            (Self::ConnectReseller, Operation::Register) => "Order",
            (Self::ConnectReseller, Operation::Transfer) => "TransferOrder",
            (Self::ConnectReseller, _) => "RenewalOrder",
            (Self::LogicBoxes, Operation::Register) => "domains/register",
            (Self::LogicBoxes, Operation::Transfer) => "domains/transfer",
            (Self::LogicBoxes, Operation::Renew) => "domains/renew",
            (Self::LogicBoxes, Operation::EmailCreate) => "eelite/add",
            (Self::LogicBoxes, Operation::EmailRenew) => "eelite/renew",
            (Self::LogicBoxes, Operation::EmailAddAccounts) => "eelite/add-email-account",
            (Self::LogicBoxes, Operation::EmailRemoveAccounts) => "eelite/delete-email-account",
            (Self::LogicBoxes, Operation::EmailDelete) => "eelite/delete",
            (Self::NameCom, _) => "order",
        }
    }

    /// An account without money.
    pub(super) fn broke(self) -> Seed {
        let value = match self {
            Self::ConnectReseller => json!({ "connectreseller": { "balance_cents": 0 } }),
            Self::LogicBoxes => json!({ "logicboxes": { "balance_cents": 0 } }),
            Self::NameCom => json!({ "namecom": { "accounts": [
                { "username": NAMECOM_USERNAME, "token": NAMECOM_TOKEN, "credit_cents": 0 }
            ] } }),
        };
        serde_json::from_value(value).unwrap()
    }

    /// A name that such an order can be placed for.
    pub(super) fn name(self, operation: Operation, number: usize) -> String {
        let prefix = match operation {
            Operation::Register | Operation::Transfer | Operation::EmailCreate => "fresh",
            Operation::Renew => "renew",
            Operation::EmailRenew
            | Operation::EmailAddAccounts
            | Operation::EmailRemoveAccounts
            | Operation::EmailDelete => "mail",
        };
        // Name.com's simulator sells what the provider does.
        let tld = if self == Self::NameCom { "com" } else { "example" };
        format!("{prefix}-{}-{number}.{tld}", operation.as_str())
    }

    fn customer(self) -> String {
        if self == Self::LogicBoxes { "4400012" } else { "5512" }.to_owned()
    }

    pub(super) fn purchase(self, operation: Operation, domain: &str) -> Purchase {
        let domain = domain.to_owned();
        let invoice = InvoiceOption::NoInvoice;
        let contacts = ContactIds {
            registrant: (self == Self::LogicBoxes).then(|| "991".to_owned()),
            ..ContactIds::default()
        };
        let accounts = |domain| EmailAccounts {
            domain,
            accounts: 1,
            invoice,
        };
        match operation {
            Operation::Register => Purchase::Register(Register {
                domain,
                years: 1,
                nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
                customer: self.customer(),
                contacts,
                privacy: false,
                auto_renew: false,
                invoice,
                coupon: None,
                attributes: Vec::new(),
                profiles: None,
            }),
            Operation::Transfer => Purchase::Transfer(Transfer {
                domain,
                auth_code: Some(SecretString::from(AUTH_CODE)),
                nameservers: Vec::new(),
                customer: self.customer(),
                contacts,
                privacy: false,
                invoice,
            }),
            Operation::Renew => Purchase::Renew(Renew {
                domain,
                years: 1,
                customer: None,
                privacy: None,
                auto_renew: false,
                invoice,
            }),
            Operation::EmailCreate => Purchase::EmailCreate(EmailCreate {
                domain,
                customer: self.customer(),
                months: 12,
                accounts: 5,
                auto_renew: false,
                invoice,
            }),
            Operation::EmailRenew => Purchase::EmailRenew(EmailRenew {
                domain,
                months: 12,
                additional_accounts: None,
                auto_renew: false,
                invoice,
            }),
            Operation::EmailAddAccounts => Purchase::EmailAddAccounts(accounts(domain)),
            Operation::EmailRemoveAccounts => Purchase::EmailRemoveAccounts(accounts(domain)),
            Operation::EmailDelete => Purchase::EmailDelete(EmailDelete { domain }),
        }
    }
}

/// A provider, its simulator, and perhaps a lenient server between them.
pub(super) struct Kit {
    pub(super) shop: Shop,
    pub(super) provider: Arc<dyn Provider>,
    /// The same with a wrong key.
    pub(super) stranger: Arc<dyn Provider>,
    pub(super) sim: Control,
    _server: SimHandle,
    _proxy: Option<Proxy>,
}

impl Kit {
    /// The provider speaks to its simulator itself.
    pub(super) async fn straight(shop: Shop) -> Self {
        Self::new(shop, None).await
    }

    pub(super) async fn new(shop: Shop, leniency: Option<Leniency>) -> Self {
        // Already installed by another test of this process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Sim::start(SimOptions::default()).await.unwrap();
        let mut origin = format!("http://{}", server.address());
        let mut proxy = None;
        if let Some(leniency) = leniency {
            let started = Proxy::start(origin, leniency).await;
            origin = started.origin();
            proxy = Some(started);
        }
        Self {
            shop,
            provider: shop.provider(&origin, shop.key()),
            stranger: shop.provider(&origin, "not-the-key"),
            sim: server.control().clone(),
            _server: server,
            _proxy: proxy,
        }
    }

    /// Lets come what the provider does later: transfers take days, email actions minutes.
    pub(super) fn let_it_happen(&self) {
        self.sim.advance(WEEK);
    }

    /// How often money was taken for a name and not given back.
    pub(super) fn standing(&self, domain: &str) -> u64 {
        let charges = self.sim.charges();
        let rows = charges.by_domain.iter().filter(|row| row.domain == domain);
        rows.map(|row| row.charges - row.refunds).sum()
    }
}
