//! Every fixture is read, every table row is met, every request is as documented.

mod calls;
mod demands;
mod looks;
mod orders;
mod requests;
mod tables;
mod values;

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use super::*;
use crate::http::CallReport;
use crate::provider::{ContactIds, ContactProfile, ContactProfiles, Transfer};
use crate::testing::{self, Reply, Scripted};

pub(super) const DOMAIN: &str = "quiet-harbor.org";
pub(super) const USERNAME: &str = "canary-seller";
pub(super) const TOKEN: &str = "canary&token/0001";

/// The text of a fixture.
pub(super) fn fixture(name: &str) -> String {
    testing::fixture("namecom", &format!("{name}.json"))
}

/// A fixture under HTTP 200.
pub(super) fn reply(name: &str) -> Reply {
    raw(200, fixture(name))
}

/// Any body under any status, labelled as Name.com labels JSON.
pub(super) fn raw(status: u16, body: impl Into<String>) -> Reply {
    testing::raw(status, body).labelled("text/html; charset=UTF-8")
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    /// `METHOD path`, without the base.
    pub(super) line: String,
    /// `None`: no body at all.
    pub(super) body: Option<Value>,
    /// The headers that prove who asks, sorted.
    pub(super) proof: Vec<(String, String)>,
}

impl From<testing::Sent> for Sent {
    fn from(testing::Sent { head, body }: testing::Sent) -> Self {
        let path = head.uri.to_string();
        let path = path.strip_prefix("/api/").expect("under the base");
        Self {
            line: format!("{} {path}", head.method),
            body: (!body.is_empty()).then(|| {
                assert_eq!(head.headers["content-type"], "application/json");
                serde_json::from_slice(&body).expect("JSON")
            }),
            proof: head
                .headers
                .iter()
                .filter(|(name, _)| name.as_str().starts_with("api-"))
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
        }
    }
}

/// A server that answers by a script, and a provider that talks to it.
pub(super) struct World {
    server: Scripted,
    pub(super) provider: NameCom,
}

impl World {
    pub(super) async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let server = Scripted::start("/api", replies).await;
        let mut settings = Settings::new(server.base.clone(), USERNAME, SecretString::from(TOKEN));
        settings.timeout = Duration::from_secs(5);
        settings.observer = Some(server.observer());
        assert!(!format!("{settings:?}").contains("canary"));
        let provider = NameCom::new(settings).unwrap();
        Self { server, provider }
    }

    pub(super) fn client(&self) -> &Client {
        self.provider.client()
    }

    pub(super) fn visit(&self) -> Visit {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        visit
    }

    pub(super) fn sent(&self) -> Vec<Sent> {
        self.server.sent().into_iter().map(Sent::from).collect()
    }

    /// The lines of what was sent.
    pub(super) fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
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
        self.sent();
        self.server.check(&(seen, &self.provider));
    }

    pub(super) fn reports(&self) -> Vec<CallReport> {
        self.server.reports()
    }
}

pub(super) fn baseline() -> Baseline {
    Baseline {
        expiry: Some("2026-05-01T18:22:10Z".parse().unwrap()),
        ..Baseline::default()
    }
}

pub(super) fn register() -> Purchase {
    Purchase::Register(registration())
}

pub(super) fn registration() -> Register {
    Register {
        domain: DOMAIN.into(),
        years: 2,
        nameservers: Vec::new(),
        customer: String::new(),
        contacts: ContactIds::default(),
        profiles: None,
        privacy: false,
        auto_renew: false,
        invoice: Default::default(),
        coupon: None,
        attributes: Vec::new(),
    }
}

pub(super) fn renewal() -> Renew {
    Renew {
        domain: DOMAIN.into(),
        years: 1,
        customer: None,
        privacy: None,
        auto_renew: false,
        invoice: Default::default(),
    }
}

pub(super) fn renew() -> Purchase {
    Purchase::Renew(renewal())
}

pub(super) fn transfer() -> Purchase {
    Purchase::Transfer(Transfer {
        domain: DOMAIN.into(),
        auth_code: Some(SecretString::from("canary-Auth&99")),
        nameservers: Vec::new(),
        customer: String::new(),
        contacts: ContactIds::default(),
        privacy: false,
        invoice: Default::default(),
    })
}

pub(super) fn profile(name: &str) -> ContactProfile {
    ContactProfile {
        name: name.into(),
        company: Some("Vane Works".into()),
        email: "ilse@vane.example".into(),
        address1: "9 Mill Row".into(),
        address2: Some("Back door".into()),
        address3: Some("Third floor".into()),
        city: "Laramie".into(),
        state: Some("WY".into()),
        country: "US".into(),
        zip: "82070".into(),
        phone_cc: "1".into(),
        phone: "3075550100".into(),
        ..ContactProfile::default()
    }
}

#[test]
fn every_fixture_is_json_and_read_by_a_test() {
    let tests = [
        include_str!("calls.rs"),
        include_str!("looks.rs"),
        include_str!("orders.rs"),
        include_str!("requests.rs"),
        include_str!("tables.rs"),
        include_str!("values.rs"),
    ];
    testing::assert_every_fixture_is_read("namecom", &tests);
}
