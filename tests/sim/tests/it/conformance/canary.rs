//! No secret in any error, debug text, log line, span or panic message, whatever a provider answers.
//!
//! The simulator is made to echo every secret it was sent, in each field that a message could come from. Searched are
//! the texts of all results and all that is logged at the most talkative level, by this code and by the libraries
//! under it, whether they speak to `tracing` or to `log`.

use std::fmt::Debug;
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use domorder_api_client::endpoint::{Arguments, Endpoint, Shape};
use domorder_api_client::http::CallClass;
use domorder_api_client::provider::{Amendment, Operation, Provider, Purchase, Question};
use domorder_tests_sim::{Behaviour, NAMECOM_USERNAME, Rule};
use jiff::Timestamp;
use rstest::rstest;
use secrecy::SecretString;
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;

use super::kits::{AUTH_CODE, Kit, Shop};
use super::suite::fitting;

/// A password and the like.
const PASSWORD: &str = "Canary!Pass9word";

/// All that was logged.
static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Book;

impl Write for Book {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Book {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = writeln!(Self, "log {} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

/// For the whole process: a library's log knows no other scope.
fn listen() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        log::set_logger(&Book).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Book)
            .init();
    });
}

/// Each secret as it may be spelt on its way.
fn spellings(shop: Shop) -> Vec<String> {
    let mut all = vec!["Canary".to_owned(), shop.key().to_owned()];
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    for secret in [AUTH_CODE, PASSWORD, shop.key()] {
        all.push(encoded(secret));
        all.push(base64::engine::general_purpose::STANDARD.encode(secret));
    }
    let pair = format!("{NAMECOM_USERNAME}:{}", shop.key());
    all.push(base64::engine::general_purpose::STANDARD.encode(pair));
    all
}

struct Search {
    spellings: Vec<String>,
    texts: usize,
}

impl Search {
    fn through(&mut self, what: &str, text: &str) {
        self.texts += 1;
        for secret in &self.spellings {
            assert!(
                !text.contains(secret.as_str()),
                "{what} shows {secret}: {}",
                around(text, secret)
            );
        }
    }

    fn debug(&mut self, what: &str, value: &impl Debug) {
        self.through(what, &format!("{value:?}"));
        self.through(what, &format!("{value:#?}"));
    }
}

/// Where it stands, for whoever reads the failure.
fn around<'a>(text: &'a str, secret: &str) -> &'a str {
    let line = text.lines().find(|line| line.contains(secret)).unwrap_or_default();
    let at = line.find(secret).unwrap_or_default();
    line.get(at.saturating_sub(200)..)
        .unwrap_or(line)
        .get(..300)
        .unwrap_or(line)
}

fn with_secrets(row: &'static Endpoint) -> Arguments {
    let mut arguments = fitting(row);
    let given: Vec<&str> = row
        .params
        .iter()
        .filter(|p| p.secret && p.required)
        .map(|p| p.name)
        .collect();
    if !given.is_empty() {
        let others = row.params.iter().filter(|p| p.required && !p.secret);
        let value = |shape| match shape {
            Shape::Whole | Shape::Flag => "1",
            Shape::Json => "[]",
            _ => "word",
        };
        arguments = others.map(|p| (p.name, value(p.shape))).collect();
    }
    for param in row.params.iter().filter(|param| param.secret) {
        arguments.push(param.name, SecretString::from(PASSWORD));
    }
    arguments
}

/// How an answer is spoilt.
#[derive(Debug, Clone)]
enum Spoilt {
    /// What was sent comes back, under this status, wherever a provider keeps its words.
    Echo(u16),
    By(Behaviour),
}

impl Spoilt {
    fn all() -> Vec<Option<Self>> {
        let by = [
            Behaviour::DoThenDrop,
            Behaviour::DoThenTruncated,
            Behaviour::Garbage,
            Behaviour::Unauthorized,
        ];
        let echoes = [200, 400, 500].map(Self::Echo);
        let spoilt = echoes.into_iter().chain(by.map(Self::By));
        std::iter::once(None).chain(spoilt.map(Some)).collect()
    }

    /// From now on, for calls that send the key and this secret.
    fn begin(&self, kit: &Kit, sent: &str) {
        kit.sim.clear_faults();
        kit.sim.add_fault(Rule::new(match self {
            Self::By(behaviour) => behaviour.clone(),
            Self::Echo(status) => {
                let words = format!("bad {} {sent}", kit.shop.key());
                let inner = json!({ "statusCode": status, "message": words, "msg": words, "msgCode": 400 });
                let body = json!({
                    "responseMsg": inner, "responseData": inner, "status": "ERROR", "message": words, "error": words,
                    "actionstatusdesc": words, "result": { "code": 203, "message": words, "detail": words },
                    "items": [{ "result": { "code": 203, "message": words } }],
                });
                Behaviour::DoThenAnswer { status: *status, body }
            }
        }));
    }
}

#[rstest]
#[case::connectreseller(Shop::ConnectReseller)]
#[case::logicboxes(Shop::LogicBoxes)]
#[case::namecom(Shop::NameCom)]
#[tokio::test]
async fn no_secret_leaves_the_library(#[case] shop: Shop) {
    listen();
    let kit = Kit::straight(shop).await;
    let provider = &*kit.provider;
    let mut search = Search {
        spellings: spellings(shop),
        texts: 0,
    };
    for spoilt in Spoilt::all() {
        let spoil = |sent: &str| spoilt.iter().for_each(|spoilt| spoilt.begin(&kit, sent));
        // A read that is lost on the road is repeated, with pauses; one tells as much as all, since its row is not
        // asked any more.
        let on_the_road = matches!(
            spoilt,
            Some(Spoilt::By(Behaviour::DoThenDrop | Behaviour::DoThenTruncated))
        );
        let mut reads = 0;
        for row in provider.endpoints() {
            if row.class == CallClass::Read {
                reads += 1;
                if on_the_road && reads > 1 {
                    continue;
                }
            }
            let has_secret = row.params.iter().any(|param| param.secret);
            spoil(if has_secret { PASSWORD } else { "" });
            let arguments = with_secrets(row);
            let came = provider.call(row, &arguments).await;
            search.debug(row.name, &arguments);
            search.debug(row.name, &came);
            match &came {
                Ok(answer) => search.through(row.name, &answer.to_string()),
                Err(error) => search.through(row.name, &error.to_string()),
            }
        }
        for operation in Operation::ALL.into_iter().filter(|o| provider.sells(*o)) {
            spoil(if operation == Operation::Transfer {
                AUTH_CODE
            } else {
                ""
            });
            let name = shop.name(operation, 1);
            orders(provider, &shop.purchase(operation, &name), &mut search).await;
        }
        spoil("");
        search.debug("control", &provider.control().await);
        search.debug("funds", &provider.funds().await);
        kit.sim.clear_faults();
    }
    kit.sim.refuse_connections();
    let name = shop.name(Operation::Register, 2);
    orders(provider, &shop.purchase(Operation::Register, &name), &mut search).await;
    search.debug("control", &provider.control().await);

    let logged = String::from_utf8_lossy(&LOGGED.lock().unwrap()).into_owned();
    assert!(logged.contains("called the provider"), "this code's log is heard");
    assert!(
        logged.contains("log reqwest") || logged.contains("log hyper"),
        "the libraries' log is heard"
    );
    search.through("the log", &logged);
    assert!(search.texts > 500, "{}", search.texts);
}

async fn orders(provider: &dyn Provider, purchase: &Purchase, search: &mut Search) {
    let question = Question {
        purchase,
        baseline: None,
        expected_expiry: None,
        since: Timestamp::UNIX_EPOCH,
        attempted_at: Some(Timestamp::now()),
        provider_order_id: Some("1"),
    };
    let what = purchase.operation().as_str();
    search.debug(what, purchase);
    search.debug(what, &question);
    search.debug(what, &provider.look(None, &question).await);
    let mut visit = provider.visit();
    visit.set_gate(|| Err("the intent is too old".to_owned()));
    search.debug(what, &provider.submit(&mut visit, purchase, None).await);
    visit.set_gate(|| Ok(()));
    search.debug(what, &provider.submit(&mut visit, purchase, None).await);
    search.debug(what, &visit);
    let mut visit = provider.visit();
    visit.set_gate(|| Ok(()));
    let amendment = Amendment::AuthCode(SecretString::from(AUTH_CODE));
    search.debug(what, &amendment);
    search.debug(what, &provider.amend(&mut visit, &question, &amendment).await);
    search.debug(what, &provider.cancel(&mut visit, &question).await);
    // What a panic would print: a failed `expect` shows its value's `Debug`.
    let said = format!("called `Result::unwrap()`: {purchase:?} {question:?} {visit:?} {amendment:?}");
    search.through("a panic", &said);
}

#[test]
fn a_search_finds_what_is_there() {
    let found = std::panic::catch_unwind(|| {
        let mut search = Search {
            spellings: spellings(Shop::NameCom),
            texts: 0,
        };
        let pair = format!("{NAMECOM_USERNAME}:{}", Shop::NameCom.key());
        let coded = base64::engine::general_purpose::STANDARD.encode(pair);
        search.through("a header", &format!("authorization: Basic {coded}"));
    });
    assert!(found.is_err());
}
