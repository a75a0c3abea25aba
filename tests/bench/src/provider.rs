//! A provider that answers at once: ConnectReseller's answers to the calls of a renewal, with just enough state to be
//! believed, and one plain address for the peer. It counts paid calls and when they came.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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
    requests: Cell<u64>,
    connections: Cell<u64>,
    paid: Cell<u64>,
    doubled: Cell<u64>,
    last_paid_us: Cell<u64>,
    /// Renewals by name.
    renewed: RefCell<HashMap<String, u32>>,
    delay: Duration,
}

/// Serves until killed; tells its address on the first line of standard error. It knows GET and nothing else of HTTP, in
/// one thread: on a machine of few cores what it costs is taken from those that are measured.
pub(crate) fn serve(delay_ms: u64) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let state = Rc::new(State {
            delay: Duration::from_millis(delay_ms),
            ..State::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        eprintln!("{}", listener.local_addr()?);
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                loop {
                    let (stream, _) = listener.accept().await?;
                    stream.set_nodelay(true)?;
                    bump(&state.connections);
                    tokio::task::spawn_local(converse(Rc::clone(&state), stream));
                }
            })
            .await
    })
}

/// Answers request after request, until the other side closes.
async fn converse(state: Rc<State>, mut stream: TcpStream) {
    let (mut seen, mut answer) = (Vec::with_capacity(2_048), String::with_capacity(2_048));
    loop {
        while let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen[..end]);
            let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
            drop(head);
            seen.drain(..end + 4);
            let body = respond(&state, &target).await;
            answer.clear();
            let _ = write!(
                answer,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut seen).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

async fn respond(state: &State, target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let action = path.rsplit('/').next().unwrap_or_default();
    if action == "stats" {
        let stats = Stats {
            requests: state.requests.get(),
            connections: state.connections.get(),
            paid: state.paid.get(),
            doubled: state.doubled.get(),
            last_paid_us: state.last_paid_us.get(),
        };
        return serde_json::json!(stats).to_string();
    }
    bump(&state.requests);
    if !state.delay.is_zero() {
        tokio::time::sleep(state.delay).await;
    }
    let name = parameter(query, "websitename");
    match action {
        "ViewDomain" => view(name, renewals(state, name, false)),
        "RenewalOrder" => {
            paid(state);
            if renewals(state, name, true) > 1 {
                bump(&state.doubled);
            }
            format!(
                r#"{{"responseMsg":{{"statusCode":200,"message":"Success","reason":null,"id":0}},"responseData":{{"statusCode":1000,"message":"Command completed successfully","exdate":"2027-03-04T09:15:02.0Z","domainName":"{name}"}}}}"#
            )
        }
        "one" => {
            paid(state);
            r#"{"responseMsg":{"statusCode":200,"message":"Success","reason":null,"id":0}}"#.to_owned()
        }
        _ => r#"{"responseMsg":{"statusCode":404,"message":"not here","reason":null,"id":0},"responseData":null}"#
            .to_owned(),
    }
}

fn bump(count: &Cell<u64>) {
    count.set(count.get() + 1);
}

fn paid(state: &State) {
    bump(&state.paid);
    state.last_paid_us.set(now_us());
}

/// Microseconds since 1970.
pub(crate) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

fn renewals(state: &State, name: &str, one_more: bool) -> u32 {
    let mut renewed = state.renewed.borrow_mut();
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
