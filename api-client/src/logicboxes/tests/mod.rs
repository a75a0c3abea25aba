//! The words, the calls and the looks, each against fixtures; the calls and looks through a small server.

mod calls;
mod listing;
mod looks;
mod operations;
mod requests;
mod transfers;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use axum::response::IntoResponse;
use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use super::{LogicBoxes, Settings};
use crate::http::Visit;
use crate::provider::{
    EmailAccounts, EmailCreate, EmailDelete, EmailRenew, InvoiceOption, Provider as _, Purchase, Question,
};

pub(super) const DOMAIN: &str = "lark-mill.example";
pub(super) const ORDER: &str = "90220007";
pub(super) const CUSTOMER: &str = "4400012";
/// Must never be seen outside of a request.
pub(super) const CANARY: &str = "LBcanary+KEY/000";
/// The end time of the fixtures' order.
pub(super) const END: i64 = 1_772_616_000;
/// Shortly before the fixtures' actions.
pub(super) const ATTEMPT: i64 = 1_764_000_000;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn fixture(name: &str) -> String {
    crate::testing::fixture("logicboxes", name)
}

/// The status a fixture comes with, by the fixtures' README.
pub(super) fn status(name: &str) -> u16 {
    match name {
        _ if name.starts_with("cdn.") => 403,
        _ if name.starts_with("gateway.502") => 502,
        _ if name.ends_with(".no.json") => 500,
        _ if ["error.", "generic."].iter().any(|p| name.starts_with(p)) => 500,
        _ if [".absent.", ".failed.", "current.none."]
            .iter()
            .any(|p| name.contains(p)) =>
        {
            500
        }
        _ => 200,
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) body: String,
}

/// A provider that answers fixtures by path, each once and the last for ever, and remembers what it was asked.
pub(super) struct World {
    pub(super) provider: LogicBoxes,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl World {
    pub(super) async fn new(answers: &[(&str, &str)]) -> Self {
        let bodies: Vec<_> = answers
            .iter()
            .map(|(path, name)| (*path, status(name), fixture(name)))
            .collect();
        Self::raw(bodies).await
    }

    pub(super) async fn raw(answers: Vec<(&str, u16, String)>) -> Self {
        let mut script: HashMap<String, Vec<(u16, String)>> = HashMap::new();
        for (path, status, body) in answers {
            script
                .entry(format!("/api/{path}.json"))
                .or_default()
                .push((status, body));
        }
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (script, log) = (Arc::new(Mutex::new(script)), Arc::clone(&seen));
        let app = Router::new().fallback(move |method: Method, uri: Uri, body: Bytes| {
            let (script, log) = (Arc::clone(&script), Arc::clone(&log));
            async move {
                let path = uri.path().to_owned();
                log.lock().unwrap().push(Seen {
                    method,
                    path: path.clone(),
                    query: uri.query().unwrap_or_default().to_owned(),
                    body: String::from_utf8(body.to_vec()).unwrap(),
                });
                let mut script = script.lock().unwrap();
                let (status, body) = match script.get_mut(&path) {
                    Some(answers) if answers.len() > 1 => answers.remove(0),
                    Some(answers) => answers[0].clone(),
                    None => (404, "<html>unscripted</html>".to_owned()),
                };
                (StatusCode::from_u16(status).unwrap(), body).into_response()
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/api", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let mut settings = Settings::new(Url::parse(&base).unwrap(), "700001", SecretString::from(CANARY));
        // What a page means is asked here, not how often a read is repeated.
        settings.read_backoff.retries_max = 0;
        no_secret(&settings);
        let provider = LogicBoxes::new(settings).unwrap();
        Self { provider, seen }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn visit(&self) -> Visit {
        let mut visit = self.provider.visit();
        visit.set_gate(|| Ok(()));
        visit
    }
}

pub(super) fn create() -> Purchase {
    Purchase::EmailCreate(EmailCreate {
        domain: DOMAIN.into(),
        customer: CUSTOMER.into(),
        months: 12,
        accounts: 5,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    })
}

pub(super) fn renew() -> Purchase {
    Purchase::EmailRenew(EmailRenew {
        domain: DOMAIN.into(),
        months: 12,
        additional_accounts: None,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    })
}

pub(super) fn accounts(invoice: InvoiceOption) -> EmailAccounts {
    EmailAccounts {
        domain: DOMAIN.into(),
        accounts: 5,
        invoice,
    }
}

pub(super) fn delete() -> Purchase {
    Purchase::EmailDelete(EmailDelete { domain: DOMAIN.into() })
}

pub(super) fn question(purchase: &Purchase) -> Question<'_> {
    Question {
        purchase,
        baseline: None,
        expected_expiry: None,
        since: at(ATTEMPT - 600),
        attempted_at: None,
        provider_order_id: None,
    }
}

/// No secret stands in a text, in whatever spelling.
pub(super) fn no_secret(value: &impl std::fmt::Debug) {
    let text = format!("{value:?}");
    for spelling in [CANARY, "LBcanary%2BKEY%2F000", "LBcanary"] {
        assert!(!text.contains(spelling), "a secret shows in {text}");
    }
}
