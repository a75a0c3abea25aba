//! A provider that answers at once: ConnectReseller's answers to the calls of a renewal, with just enough state to be
//! believed, and one plain address for the peer. It counts paid calls and when they came.

use std::collections::HashMap;
use std::convert::Infallible;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, server::conn::http1};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::process::{Running, beside};

/// What it was asked for so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Stats {
    /// Requests of any kind, this one not counted.
    pub(crate) requests: u64,
    /// Connections taken.
    pub(crate) connections: u64,
    /// Calls that cost money, or the peer's.
    pub(crate) paid: u64,
    /// Paid calls beyond one for a name.
    pub(crate) doubled: u64,
    /// When the latest paid call came, microseconds since 1970.
    pub(crate) last_paid_us: u64,
}

#[derive(Default)]
struct State {
    requests: AtomicU64,
    connections: AtomicU64,
    paid: AtomicU64,
    doubled: AtomicU64,
    last_paid_us: AtomicU64,
    /// Renewals by name.
    renewed: Mutex<HashMap<String, u32>>,
    delay: Duration,
}

/// Serves until killed; tells its address on the first line of standard error.
pub(crate) async fn serve(delay_ms: u64) -> anyhow::Result<()> {
    let state = Arc::new(State {
        delay: Duration::from_millis(delay_ms),
        ..State::default()
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        state.connections.fetch_add(1, Ordering::Relaxed);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&state), request));
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let action = request.uri().path().rsplit('/').next().unwrap_or_default();
    if action == "stats" {
        let stats = Stats {
            requests: state.requests.load(Ordering::Relaxed),
            connections: state.connections.load(Ordering::Relaxed),
            paid: state.paid.load(Ordering::Relaxed),
            doubled: state.doubled.load(Ordering::Relaxed),
            last_paid_us: state.last_paid_us.load(Ordering::Relaxed),
        };
        return Ok(json(&serde_json::json!(stats).to_string()));
    }
    state.requests.fetch_add(1, Ordering::Relaxed);
    if !state.delay.is_zero() {
        tokio::time::sleep(state.delay).await;
    }
    let name = parameter(request.uri().query().unwrap_or_default(), "websitename").to_owned();
    Ok(match action {
        "ViewDomain" => json(&view(&name, renewals(&state, &name, false))),
        "RenewalOrder" => {
            paid(&state);
            if renewals(&state, &name, true) > 1 {
                state.doubled.fetch_add(1, Ordering::Relaxed);
            }
            json(&format!(
                r#"{{"responseMsg":{{"statusCode":200,"message":"Success","reason":null,"id":0}},"responseData":{{"statusCode":1000,"message":"Command completed successfully","exdate":"2027-03-04T09:15:02.0Z","domainName":"{name}"}}}}"#
            ))
        }
        "one" => {
            paid(&state);
            json(r#"{"responseMsg":{"statusCode":200,"message":"Success","reason":null,"id":0}}"#)
        }
        _ => {
            json(r#"{"responseMsg":{"statusCode":404,"message":"not here","reason":null,"id":0},"responseData":null}"#)
        }
    })
}

fn paid(state: &State) {
    state.paid.fetch_add(1, Ordering::Relaxed);
    state.last_paid_us.store(now_us(), Ordering::Relaxed);
}

/// Microseconds since 1970.
pub(crate) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

fn renewals(state: &State, name: &str, one_more: bool) -> u32 {
    let mut renewed = state.renewed.lock().unwrap_or_else(PoisonError::into_inner);
    if one_more {
        let n = renewed.entry(name.to_owned()).or_default();
        *n += 1;
        return *n;
    }
    renewed.get(name).copied().unwrap_or(0)
}

/// 4 March 2026, and a year more for each renewal.
fn view(name: &str, years: u32) -> String {
    const YEAR_MS: u64 = 365 * 86_400_000;
    let expires = 1_772_615_702_000 + u64::from(years) * YEAR_MS;
    format!(
        r#"{{"responseMsg":{{"statusCode":200,"message":"Success","reason":null,"id":0}},"responseData":{{"domainNameId":900417,"websiteName":"{name}","websiteId":771204,"status":"Active","orderDate":1741079700000,"creationDate":1741079702000,"lastUpdatedDate":1741079702000,"expirationDate":{expires},"nameserver1":"ns1.parked.example","nameserver2":"ns2.parked.example","nameserver3":"","authCode":"demo-Auth-99","isDomainLocked":"true","isThiefProtected":"True","isPrivacyProtection":"true","isParked":"0","customerId":5512,"registrantContactId":"OR_30211","adminContactId":"OR_30211","technicalContactId":"OR_30211","billingContactId":"OR_30211","isRegistrantVerification":"false","registrantVerificationDate":null,"dnszoneStatus":"0","dnszoneId":0}}}}"#
    )
}

fn json(body: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    response
}

/// A query parameter by its name in any letter case; values here need no decoding.
fn parameter<'a>(query: &'a str, name: &str) -> &'a str {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}

/// The provider as a process of its own.
pub(crate) struct Provider {
    _process: Running,
    address: String,
    client: reqwest::Client,
}

impl Provider {
    pub(crate) async fn start(folder: &std::path::Path, delay_ms: u64) -> anyhow::Result<Self> {
        let log = folder.join(format!("provider-{}.log", now_us()));
        let mut command = Command::new(beside(None, "domorder-bench")?);
        command.arg("provider").arg("--delay-ms").arg(delay_ms.to_string());
        let process = Running::start(&mut command, &log)?;
        for _ in 0..400 {
            let told = std::fs::read_to_string(&log)?;
            if let Some((address, _)) = told.split_once('\n') {
                return Ok(Self {
                    _process: process,
                    address: address.to_owned(),
                    client: reqwest::Client::builder().no_proxy().build()?,
                });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the provider did not start")
    }

    /// As an account's `base_url`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/ConnectReseller/ESHOP", self.address)
    }

    pub(crate) async fn stats(&self) -> anyhow::Result<Stats> {
        let url = format!("http://{}/stats", self.address);
        self.client
            .get(url)
            .send()
            .await?
            .json()
            .await
            .context("the provider's counts")
    }

    /// Waits until so many paid calls have come.
    pub(crate) async fn paid(&self, at_least: u64, pause: Duration) -> anyhow::Result<Stats> {
        let mut before = (0, 0u32);
        loop {
            let stats = self.stats().await?;
            if stats.paid >= at_least {
                return Ok(stats);
            }
            before = if stats.paid == before.0 {
                (stats.paid, before.1 + 1)
            } else {
                (stats.paid, 0)
            };
            // Half a minute without a single call.
            if f64::from(before.1) * pause.as_secs_f64() > 30.0 {
                anyhow::bail!("stuck: {} of {at_least} calls came", stats.paid);
            }
            tokio::time::sleep(pause).await;
        }
    }
}
