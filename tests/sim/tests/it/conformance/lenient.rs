//! Servers that are lenient where a provider is not: the suite has to report each of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rstest::rstest;
use tokio::task::JoinHandle;

use super::kits::{Kit, Shop};
use super::suite;

/// In what a server is lenient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leniency {
    /// Says a bare yes to everything, and does nothing.
    YesToAll,
    /// Says yes to an order that it has carried out before.
    Repeats,
    /// Knows every name.
    Found,
}

/// A server between a provider and its simulator.
pub(super) struct Proxy {
    address: std::net::SocketAddr,
    task: JoinHandle<()>,
}

struct Between {
    origin: String,
    leniency: Leniency,
    client: reqwest::Client,
    orders: Mutex<HashMap<String, Bytes>>,
}

impl Proxy {
    pub(super) async fn start(origin: String, leniency: Leniency) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let between = Arc::new(Between {
            origin,
            leniency,
            client: client(),
            orders: Mutex::default(),
        });
        let router = Router::new().fallback(pass_on).with_state(between);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn client() -> reqwest::Client {
    let to_the_letter = reqwest::Client::builder().no_proxy().retry(reqwest::retry::never());
    to_the_letter
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// GETs of ConnectReseller are understood by all three modes, others by [`Leniency::YesToAll`] only.
async fn pass_on(State(between): State<Arc<Between>>, method: Method, uri: Uri) -> Response {
    assert!(method == Method::GET || between.leniency == Leniency::YesToAll);
    let mut target = uri.to_string();
    match between.leniency {
        Leniency::YesToAll => return "{}".into_response(),
        Leniency::Repeats => {
            if let Some(answer) = between.orders.lock().unwrap().get(&target) {
                return answer.clone().into_response();
            }
        }
        // The simulator knows every name that begins so.
        Leniency::Found => target = target.replace("=fresh-", "=renew-fresh-"),
    }
    let answer = match between.client.get(format!("{}{target}", between.origin)).send().await {
        Ok(answer) => answer,
        Err(_) => return StatusCode::BAD_GATEWAY.into_response(),
    };
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let Ok(body) = answer.bytes().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let is_order = uri.path().ends_with("/Order");
    if between.leniency == Leniency::Repeats && is_order && status == StatusCode::OK {
        between.orders.lock().unwrap().insert(target, body.clone());
    }
    let text = String::from_utf8_lossy(&body).replace("renew-fresh-", "fresh-");
    (status, text).into_response()
}

#[rstest]
#[case::connectreseller(Shop::ConnectReseller)]
#[case::logicboxes(Shop::LogicBoxes)]
#[case::namecom(Shop::NameCom)]
#[tokio::test]
async fn a_server_that_says_yes_to_everything_is_reported(#[case] shop: Shop) {
    let faults = suite::faults(&Kit::new(shop, Some(Leniency::YesToAll)).await).await;
    reports(&faults, "a first look finds nothing");
    reports(&faults, "a good order is accepted");
    reports(&faults, "control: ");
    let (_, faults) = suite::reads(&Kit::new(shop, Some(Leniency::YesToAll)).await).await;
    reports(&faults, "did not arrive");
}

#[tokio::test]
async fn a_server_that_takes_an_order_twice_is_reported() {
    let kit = Kit::new(Shop::ConnectReseller, Some(Leniency::Repeats)).await;
    let faults = suite::faults(&kit).await;
    reports(&faults, "register: a guard that refuses repeats does");
    reports_no_renewal(&faults);
}

#[tokio::test]
async fn a_server_that_knows_every_name_is_reported() {
    let kit = Kit::new(Shop::ConnectReseller, Some(Leniency::Found)).await;
    let faults = suite::faults(&kit).await;
    reports(&faults, "register: a first look finds nothing");
    reports(&faults, "transfer: a first look finds nothing");
    reports_no_renewal(&faults);
}

fn reports(faults: &[String], rule: &str) {
    assert!(faults.iter().any(|fault| fault.contains(rule)), "{rule}: {faults:#?}");
}

/// What the server is not lenient in passes; but for the connection, which this server takes whoever is behind it.
fn reports_no_renewal(faults: &[String]) {
    let mut renewals = faults.iter().filter(|fault| fault.starts_with("renew: "));
    assert!(
        renewals.all(|fault| fault.contains("no connection means not sent")),
        "{faults:#?}"
    );
}
