//! Every fixture is read, every table row is met, every request is as documented.

mod calls;
mod demands;
mod looks;
mod orders;
mod requests;
mod tables;
mod values;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request as Asked, State};
use axum::response::IntoResponse;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::*;
use crate::http::{CallObserver, CallReport};
use crate::provider::{ContactIds, ContactProfile, ContactProfiles, Transfer};

pub(super) const DOMAIN: &str = "quiet-harbor.org";
pub(super) const USERNAME: &str = "canary-seller";
pub(super) const TOKEN: &str = "canary&token/0001";

/// The text of a fixture.
pub(super) fn fixture(name: &str) -> String {
    let path = format!("{}/src/namecom/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// An answer that the server is to give: status, headers, body.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

/// A fixture under HTTP 200, labelled as Name.com labels JSON.
pub(super) fn reply(name: &str) -> Reply {
    raw(200, fixture(name))
}

/// Any body under any status.
pub(super) fn raw(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: vec![("content-type", "text/html; charset=UTF-8")],
        body: body.into(),
    }
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

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    sent: Vec<Sent>,
}

/// A server that answers by a script and remembers what it was asked, and a provider that talks to it.
pub(super) struct World {
    script: Arc<Mutex<Script>>,
    reports: Arc<Reports>,
    pub(super) provider: NameCom,
}

#[derive(Default)]
pub(super) struct Reports(Mutex<Vec<CallReport>>);

impl CallObserver for Reports {
    fn called(&self, call: &CallReport) {
        self.0.lock().unwrap().push(*call);
    }
}

async fn serve(State(script): State<Arc<Mutex<Script>>>, asked: Asked) -> impl IntoResponse {
    let (head, body) = asked.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let path = head.uri.to_string();
    let line = format!(
        "{} {}",
        head.method,
        path.strip_prefix("/api/").expect("under the base")
    );
    let body = (!body.is_empty()).then(|| {
        assert_eq!(head.headers["content-type"], "application/json");
        serde_json::from_slice(&body).expect("JSON")
    });
    let proof = head
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("api-"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let mut script = script.lock().unwrap();
    script.sent.push(Sent { line, body, proof });
    let reply = script
        .replies
        .pop_front()
        .unwrap_or_else(|| raw(599, "nothing was expected"));
    let mut answer = (http::StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    for (name, value) in reply.headers {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}

impl World {
    pub(super) async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(Script {
            replies: replies.into_iter().collect(),
            sent: Vec::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
        let router = Router::new().fallback(serve).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let reports = Arc::new(Reports::default());
        let mut settings = Settings::new(base, USERNAME, SecretString::from(TOKEN));
        settings.timeout = Duration::from_secs(5);
        settings.observer = Some(reports.clone());
        assert!(!format!("{settings:?}").contains("canary"));
        Self {
            script,
            reports,
            provider: NameCom::new(settings).unwrap(),
        }
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
        self.script.lock().unwrap().sent.clone()
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
        let text = format!("{seen:?} {:?}", self.provider);
        assert!(!text.contains("canary"), "{text}");
        let script = self.script.lock().unwrap();
        assert!(script.replies.is_empty(), "not asked for: {:?}", script.replies);
        assert_eq!(
            script.sent.len(),
            self.reports.0.lock().unwrap().len(),
            "each call is reported once"
        );
    }

    pub(super) fn reports(&self) -> Vec<CallReport> {
        self.reports.0.lock().unwrap().clone()
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
    ]
    .concat();
    let folder = format!("{}/src/namecom/fixtures", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".json") else {
            continue;
        };
        serde_json::from_str::<Value>(&fixture(name)).unwrap();
        assert!(tests.contains(&format!("\"{name}\"")), "{file} is read by no test");
    }
}
