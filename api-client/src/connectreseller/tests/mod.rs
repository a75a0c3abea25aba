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

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use http::Uri;
use secrecy::SecretString;
use url::Url;

use super::*;
use crate::http::{CallObserver, CallReport};
use crate::provider::ContactIds;

pub(super) const DOMAIN: &str = "blue-otter-7.com";
pub(super) const KEY: &str = "CR-canary-KEY-0001";
pub(super) const AUTH_CODE: &str = "canary-Auth&99";

/// The text of a fixture.
pub(super) fn fixture(name: &str) -> String {
    let path = format!(
        "{}/src/connectreseller/fixtures/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// An answer that the server is to give: status, headers, body.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

/// A fixture under HTTP 200.
pub(super) fn reply(name: &str) -> Reply {
    raw(200, fixture(name))
}

/// Any body under any status.
pub(super) fn raw(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        status,
        headers: vec![("content-type", "application/json")],
        body: body.into(),
    }
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    asked: Vec<String>,
}

/// A server that answers by a script and remembers what it was asked, and a provider that talks to it.
pub(super) struct World {
    script: Arc<Mutex<Script>>,
    reports: Arc<Reports>,
    pub(super) provider: ConnectReseller,
}

#[derive(Default)]
pub(super) struct Reports(Mutex<Vec<CallReport>>);

impl CallObserver for Reports {
    fn called(&self, call: &CallReport) {
        self.0.lock().unwrap().push(*call);
    }
}

async fn serve(State(script): State<Arc<Mutex<Script>>>, uri: Uri) -> impl IntoResponse {
    let mut script = script.lock().unwrap();
    script.asked.push(uri.to_string());
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
            asked: Vec::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!(
            "http://{}/ConnectReseller/ESHOP",
            listener.local_addr().unwrap()
        ))
        .unwrap();
        let router = Router::new().fallback(serve).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let reports = Arc::new(Reports::default());
        let mut settings = Settings::new(base, SecretString::from(KEY));
        settings.timeout = Duration::from_secs(5);
        settings.observer = Some(reports.clone());
        Self {
            script,
            reports,
            provider: ConnectReseller::new(settings).unwrap(),
        }
    }

    pub(super) fn visit(&self) -> Visit {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        visit
    }

    /// What was asked, without the base and the key.
    pub(super) fn asked(&self) -> Vec<String> {
        let asked = self.script.lock().unwrap().asked.clone();
        let bare = |uri: String| {
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
        asked.into_iter().map(bare).collect()
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
        let text = format!("{seen:?}");
        assert!(!text.contains("canary"), "{text}");
        self.asked();
        let script = self.script.lock().unwrap();
        assert!(script.replies.is_empty(), "not asked for: {:?}", script.replies);
        assert_eq!(
            script.asked.len(),
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
