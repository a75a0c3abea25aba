//! Every fixture is read, every table row is met, every request is as documented.

mod calls;
mod changes;
mod contacts;
mod listing;
mod looks;
mod people;
mod quotes;
mod reads;
mod requests;
mod rows;
mod tables;

use std::time::Duration;

use secrecy::SecretString;

use super::*;
use crate::http::CallReport;
use crate::provider::ContactIds;
use crate::testing::{self, Reply, Scripted, raw};

pub(super) const DOMAIN: &str = "blue-otter-7.com";
pub(super) const KEY: &str = "CR-canary-KEY-0001";
pub(super) const AUTH_CODE: &str = "canary-Auth&99";

/// The text of a fixture.
pub(super) fn fixture(name: &str) -> String {
    testing::fixture("connectreseller", &format!("{name}.json"))
}

/// A fixture under HTTP 200.
pub(super) fn reply(name: &str) -> Reply {
    raw(200, fixture(name))
}

/// A server that answers by a script, and a provider that talks to it.
pub(super) struct World {
    server: Scripted,
    pub(super) provider: ConnectReseller,
}

impl World {
    pub(super) async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let server = Scripted::start("/ConnectReseller/ESHOP", replies).await;
        let mut settings = Settings::new(server.base.clone(), SecretString::from(KEY));
        settings.timeout = Duration::from_secs(5);
        settings.observer = Some(server.observer());
        let provider = ConnectReseller::new(settings).unwrap();
        Self { server, provider }
    }

    pub(super) fn visit(&self) -> Visit {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        visit
    }

    /// What was asked, without the base and the key.
    pub(super) fn asked(&self) -> Vec<String> {
        let bare = |sent: testing::Sent| {
            let uri = sent.head.uri.to_string();
            let uri = uri
                .strip_prefix("/ConnectReseller/ESHOP/")
                .expect("under the base")
                .to_owned();
            let key = format!("APIKey={KEY}");
            assert_eq!(uri.matches(&key).count(), 1, "{uri}");
            rows::assert_fits_its_row(&uri);
            // Typed calls send the key first, as the document's sample URLs do; calls by name send it last.
            let bare = uri.replacen(&format!("{key}&"), "", 1).replacen(&key, "", 1);
            bare.trim_end_matches(['&', '?']).to_owned()
        };
        self.server.sent().into_iter().map(bare).collect()
    }

    /// Submits, and checks what holds for every call: reported once, nothing left in the script, no secrets.
    pub(super) async fn submit(&self, purchase: &Purchase) -> Outcome {
        let outcome = self
            .provider
            .submit(&mut self.visit(), purchase, Some(&baseline()))
            .await;
        self.check(&outcome);
        outcome
    }

    pub(super) async fn look(&self, question: &Question<'_>) -> Sighting {
        let sighting = self.provider.look(Some(&mut self.visit()), question).await;
        self.check(&sighting);
        sighting
    }

    pub(super) fn check(&self, seen: &impl std::fmt::Debug) {
        self.asked();
        self.server.check(seen);
    }

    pub(super) fn reports(&self) -> Vec<CallReport> {
        self.server.reports()
    }
}

pub(super) fn baseline() -> Baseline {
    Baseline {
        expiry: Some("2026-03-04T09:15:02Z".parse().unwrap()),
        accounts: None,
        provider_order_id: Some("900417".into()),
        customer: Some("5512".into()),
    }
}

pub(super) fn register() -> Purchase {
    Purchase::Register(Register {
        domain: DOMAIN.into(),
        years: 2,
        nameservers: vec![
            "ns1.parked.example".into(),
            "ns2.parked.example".into(),
            "ns3.parked.example".into(),
        ],
        customer: "5512".into(),
        contacts: ContactIds::default(),
        profiles: None,
        privacy: true,
        auto_renew: false,
        invoice: Default::default(),
        coupon: Some("SPRING 5%".into()),
        attributes: Vec::new(),
    })
}

pub(super) fn transfer() -> Purchase {
    Purchase::Transfer(Transfer {
        domain: DOMAIN.into(),
        auth_code: Some(SecretString::from(AUTH_CODE)),
        nameservers: Vec::new(),
        customer: "5512".into(),
        contacts: ContactIds::default(),
        privacy: false,
        invoice: Default::default(),
    })
}

pub(super) fn renew(customer: Option<&str>, privacy: Option<bool>) -> Purchase {
    Purchase::Renew(Renew {
        domain: DOMAIN.into(),
        years: 1,
        customer: customer.map(Into::into),
        privacy,
        auto_renew: false,
        invoice: Default::default(),
    })
}
