//! Every way a connection can fail, against a raw TCP server that counts what reached it.
//!
//! The law of each case: at most one paid request reaches the server, the class is the expected one, and no secret is
//! in any text.

mod clock;
mod tls;
mod transport;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rstest::rstest;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use url::Url;

use super::*;

const CANARY: &str = "canary-Key+77";

/// What the server does with a paid request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Answer(&'static str),
    CloseBeforeReading,
    CloseAfterReading,
    Reset,
    Stall,
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";

/// What reached the server.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    paid: AtomicUsize,
    reads: AtomicUsize,
    bytes_after_read: AtomicUsize,
    paid_arrived: Notify,
    closed: Notify,
}

/// A server that answers reads (`/free`), and paid requests (`/buy`) in one way.
async fn server(way: Way, close_after_read: bool) -> (Url, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api/", listener.local_addr().unwrap())).unwrap();
    let seen = Arc::new(Seen::default());
    let counted = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, way, close_after_read, Arc::clone(&counted)));
        }
    });
    (url, seen)
}

async fn serve(mut stream: TcpStream, way: Way, close_after_read: bool, seen: Arc<Seen>) {
    if way == Way::CloseBeforeReading {
        return;
    }
    let mut served_read = false;
    while let Some(head) = head(&mut stream).await {
        if served_read {
            seen.bytes_after_read.fetch_add(head.len(), Ordering::SeqCst);
        }
        if head.starts_with("GET /api/free") {
            seen.reads.fetch_add(1, Ordering::SeqCst);
            served_read = true;
            stream.write_all(OK.as_bytes()).await.unwrap();
            if close_after_read {
                stream.shutdown().await.unwrap();
                seen.closed.notify_one();
                return;
            }
            continue;
        }
        assert!(head.starts_with("GET /api/buy?APIKey=canary-Key%2B77 "), "{head}");
        seen.paid.fetch_add(1, Ordering::SeqCst);
        seen.paid_arrived.notify_one();
        match way {
            Way::Answer(text) => {
                // The client may hang up on an answer it does not like.
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
                return;
            }
            Way::Reset => {
                stream.set_zero_linger().unwrap();
                return;
            }
            Way::Stall => {
                let mut rest = [0; 16];
                while !matches!(stream.read(&mut rest).await, Ok(0) | Err(_)) {}
                seen.closed.notify_one();
                return;
            }
            Way::CloseAfterReading | Way::CloseBeforeReading => return,
        }
    }
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => text.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8(text).unwrap())
}

#[derive(Default)]
struct Reports(Mutex<Vec<(CallClass, CallResult)>>);

impl CallObserver for Reports {
    fn called(&self, call: &CallReport) {
        self.0.lock().unwrap().push((call.class, call.result));
    }
}

impl Reports {
    fn all(&self) -> Vec<(CallClass, CallResult)> {
        self.0.lock().unwrap().clone()
    }
}

fn door(url: Url) -> (Http, Arc<Reports>) {
    let reports = Arc::new(Reports::default());
    let mut settings = HttpSettings::new(url);
    settings.timeout = Duration::from_millis(400);
    settings.body_bytes_max = 64;
    settings.read_backoff.initial = Duration::from_millis(1);
    settings.secrets = vec![SecretString::from(CANARY)];
    settings.observer = Some(reports.clone());
    (Http::new(settings).unwrap(), reports)
}

fn buy() -> Request {
    Request::get("buy", CallClass::Paid, "buy").query_secret("APIKey", &SecretString::from(CANARY))
}

fn free() -> Request {
    Request::get("free", CallClass::Read, "free").query_secret("APIKey", &SecretString::from(CANARY))
}

fn open_visit(http: &Http) -> Visit {
    let mut visit = http.visit();
    visit.set_gate(|| Ok(()));
    visit
}

fn no_secret(text: &impl fmt::Debug) {
    let text = format!("{text:?}");
    assert!(
        !["canary", "Key+77", "Key%2B77"].iter().any(|part| text.contains(part)),
        "{text}"
    );
}

/// Within a limit, so that a hang is a failure and not a hang.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), what)
        .await
        .expect("in time")
}

#[derive(Debug, PartialEq)]
enum Class {
    Answer(u16),
    Unknown,
}

#[rstest]
#[case::fine(Way::Answer(OK), Class::Answer(200))]
#[case::closed_before_reading(Way::CloseBeforeReading, Class::Unknown)]
#[case::closed_after_reading(Way::CloseAfterReading, Class::Unknown)]
#[case::reset(Way::Reset, Class::Unknown)]
#[case::stalled(Way::Stall, Class::Unknown)]
#[case::half_head(Way::Answer("HTTP/1.1 200 OK\r\nContent-Le"), Class::Unknown)]
#[case::half_body(Way::Answer("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"ok\":"), Class::Unknown)]
#[case::half_chunk(
    Way::Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"ok\""),
    Class::Unknown
)]
#[case::garbage(Way::Answer("\u{1}\u{2} canary-Key+77 is not HTTP\r\n\r\n"), Class::Unknown)]
#[case::redirect(
    Way::Answer("HTTP/1.1 302 Found\r\nLocation: /api/buy\r\nContent-Length: 0\r\n\r\n"),
    Class::Answer(302)
)]
#[case::informational_first(
    Way::Answer("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    Class::Answer(200)
)]
#[case::length_that_is_none(Way::Answer("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"), Class::Unknown)]
#[case::two_lengths(
    Way::Answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    Class::Unknown
)]
#[case::over_the_limit(
    Way::Answer(
        "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n0123456789012345678901234567890123456789012345678901234567890123456789"
    ),
    Class::Unknown
)]
#[case::server_error(Way::Answer("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"), Class::Answer(500))]
#[case::unavailable(Way::Answer("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), Class::Answer(503))]
#[tokio::test]
async fn a_paid_request_reaches_the_server_at_most_once(#[case] way: Way, #[case] class: Class) {
    let (url, seen) = server(way, false).await;
    let (http, reports) = door(url);
    let mut visit = open_visit(&http);

    let outcome = soon(http.send_once(&mut visit, &buy())).await;

    let saw = match &outcome {
        Ok(answer) => Class::Answer(answer.status),
        Err(SendError::Unknown(_)) => Class::Unknown,
        Err(SendError::NotSent(why)) => panic!("called not sent: {why}"),
    };
    assert_eq!(saw, class);
    no_secret(&outcome);
    no_secret(&visit);
    // Whatever came of it, the visit sends nothing more.
    drop(outcome);
    let again = soon(http.send_once(&mut visit, &buy())).await;
    assert_eq!(again.unwrap_err(), SendError::NotSent("spent".into()));
    assert!(seen.paid.load(Ordering::SeqCst) <= 1);
    assert_eq!(
        reports.all(),
        [
            (CallClass::Paid, CallResult::Unknown),
            (CallClass::Paid, CallResult::NotSent)
        ],
        "each call is reported once, an unclassified answer as unknown"
    );
}

#[tokio::test]
async fn a_body_shorter_than_it_should_be_is_no_json() {
    let short = Way::Answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{\"ok\":true}");
    let (url, _) = server(short, false).await;
    let (http, _) = door(url);
    let answer = soon(http.send_once(&mut open_visit(&http), &buy())).await.unwrap();
    assert!(answer.json().is_err());
}

#[tokio::test]
async fn nobody_listening_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let (http, reports) = door(url);
    let mut visit = open_visit(&http);

    let error = soon(http.send_once(&mut visit, &buy())).await.unwrap_err();

    assert!(matches!(error, SendError::NotSent(_)), "{error}");
    no_secret(&error);
    assert!(!visit.is_spent(), "nothing left, so the visit may still be used");
    let error = soon(http.read(None, &free())).await.unwrap_err();
    assert!(matches!(error, ReadError::NotSent(_)), "{error}");
    no_secret(&error);
    assert_eq!(
        reports.all(),
        [
            (CallClass::Paid, CallResult::NotSent),
            (CallClass::Read, CallResult::NotSent)
        ]
    );
}

#[tokio::test]
async fn a_name_that_resolves_to_nothing_is_not_sent() {
    let mut settings = HttpSettings::new(Url::parse("http://nobody.invalid/").unwrap());
    settings.allow_plain_http = true;
    settings.timeout = Duration::from_secs(3);
    let http = Http::new(settings).unwrap();
    let error = soon(http.send_once(&mut open_visit(&http), &buy())).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(_)), "{error}");
}

#[tokio::test]
async fn a_tls_failure_is_not_sent() {
    // The server speaks no TLS: the handshake fails on its first bytes.
    let (url, seen) = server(Way::Answer(OK), false).await;
    let mut https = url;
    https.set_scheme("https").unwrap();
    let mut settings = HttpSettings::new(https);
    settings.timeout = Duration::from_secs(1);
    // A system without roots cannot even build the door, which is as good.
    let Ok(http) = Http::new(settings) else { return };
    let error = soon(http.send_once(&mut open_visit(&http), &buy())).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent(_)), "{error}");
    assert_eq!(seen.paid.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_refusing_gate_lets_no_byte_of_a_paid_request_out() {
    let (url, seen) = server(Way::Answer(OK), false).await;
    let (http, _) = door(url);
    let mut visit = http.visit();
    visit.set_gate(|| Err(format!("the intent is too old, {CANARY}")));
    soon(http.read(Some(&mut visit), &free()))
        .await
        .unwrap()
        .classified(CallResult::Ok);

    let error = soon(http.send_once(&mut visit, &buy())).await.unwrap_err();

    assert_eq!(error, SendError::NotSent("the intent is too old, ***".into()));
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
    assert_eq!(seen.bytes_after_read.load(Ordering::SeqCst), 0);
    assert_eq!(seen.paid.load(Ordering::SeqCst), 0);
    // Once the gate opens, the same visit may send, on the same connection.
    visit.set_gate(|| Ok(()));
    assert!(soon(http.send_once(&mut visit, &buy())).await.is_ok());
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_forgotten_gate_refuses() {
    let (url, seen) = server(Way::Answer(OK), false).await;
    let (http, _) = door(url);
    let error = soon(http.send_once(&mut http.visit(), &buy())).await.unwrap_err();
    assert_eq!(error, SendError::NotSent("no gate is set".into()));
    assert_eq!(seen.paid.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_gate_is_asked_after_the_connection_is_up() {
    let (url, seen) = server(Way::Answer(OK), false).await;
    let (http, _) = door(url);
    let mut visit = http.visit();
    let connected = Arc::new(AtomicUsize::new(99));
    let (watch, seen_by_gate) = (Arc::clone(&connected), Arc::clone(&seen));
    visit.set_gate(move || {
        watch.store(seen_by_gate.paid.load(Ordering::SeqCst), Ordering::SeqCst);
        Ok(())
    });
    soon(http.read(Some(&mut visit), &free())).await.unwrap();
    assert_eq!(connected.load(Ordering::SeqCst), 99, "a read asks no gate");
    soon(http.send_once(&mut visit, &buy())).await.unwrap();
    assert_eq!(
        connected.load(Ordering::SeqCst),
        0,
        "the paid request had not left when the gate was asked"
    );
}

#[rstest]
#[case::one_thread(false)]
#[case::many_threads(true)]
fn a_connection_closed_between_read_and_pay_is_opened_anew(#[case] many: bool) {
    let mut builder = if many {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    builder.enable_all().build().unwrap().block_on(async {
        let (url, seen) = server(Way::Answer(OK), true).await;
        let (http, _) = door(url);
        let mut visit = open_visit(&http);
        soon(http.read(Some(&mut visit), &free()))
            .await
            .unwrap()
            .classified(CallResult::Ok);
        soon(seen.closed.notified()).await;

        let answer = soon(http.send_once(&mut visit, &buy())).await.unwrap();

        assert_eq!(answer.status, 200);
        assert_eq!(seen.connections.load(Ordering::SeqCst), 2);
        assert_eq!(seen.paid.load(Ordering::SeqCst), 1);
    });
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_and_counts_as_unknown() {
    let (url, seen) = server(Way::Stall, false).await;
    let (http, reports) = door(url);
    let mut visit = open_visit(&http);
    let request = buy();
    tokio::select! {
        _ = http.send_once(&mut visit, &request) => panic!("the server never answers"),
        () = seen.paid_arrived.notified() => {}
    }
    soon(seen.closed.notified()).await;
    assert!(visit.is_spent());
    assert_eq!(reports.all(), [(CallClass::Paid, CallResult::Unknown)]);
}

#[tokio::test]
async fn reads_are_repeated_and_reported_once() {
    let (url, seen) = server(Way::CloseBeforeReading, false).await;
    let (http, reports) = door(url);
    let error = soon(http.read(None, &free())).await.unwrap_err();
    assert!(matches!(error, ReadError::Lost(_)), "{error}");
    no_secret(&error);
    assert_eq!(seen.connections.load(Ordering::SeqCst), 3);
    assert_eq!(reports.all(), [(CallClass::Read, CallResult::Unknown)]);
}

#[tokio::test]
async fn a_paid_request_is_never_taken_for_a_read() {
    let (url, seen) = server(Way::Answer(OK), false).await;
    let (http, _) = door(url);
    assert!(matches!(http.read(None, &buy()).await, Err(ReadError::NotSent(_))));
    assert_eq!(seen.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_visit_serves_its_own_account_only() {
    let (url, seen) = server(Way::Answer(OK), false).await;
    let (http, _) = door(url.clone());
    let (other, _) = door(url);
    for mut visit in [open_visit(&other), Visit::detached()] {
        assert!(matches!(
            http.send_once(&mut visit, &buy()).await,
            Err(SendError::NotSent(_))
        ));
    }
    assert_eq!(seen.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_read_and_its_debug_show_no_secret() {
    let (url, _) = server(Way::Answer(OK), false).await;
    let (http, reports) = door(url);
    let mut answer = soon(http.read(None, &free())).await.unwrap();
    assert_eq!(answer.json().unwrap()["ok"], true);
    answer.classified(CallResult::Ok);
    answer.classified(CallResult::Rejected);
    no_secret(&answer);
    no_secret(&free());
    no_secret(&http);
    drop(answer);
    assert_eq!(reports.all(), [(CallClass::Read, CallResult::Ok)]);
}

#[rstest]
#[case("http://192.0.2.1/")]
#[case("http://registrar.example/")]
#[case("ftp://registrar.example/")]
#[case("https://user:pass@registrar.example/")]
fn an_address_that_would_show_the_key_is_refused(#[case] url: &str) {
    assert!(matches!(
        Http::new(HttpSettings::new(Url::parse(url).unwrap())),
        Err(HttpError::BaseUrl(_))
    ));
}

#[test]
fn parameters_keep_their_order_and_spelling() {
    let settings = HttpSettings::new(Url::parse("https://api.example/Base/ESHOP/").unwrap());
    let request = buy()
        .query("Websitename", "blue-otter-7.com")
        .query("ns1", "a b")
        .basic_auth(&SecretString::from("user"), &SecretString::from("canary-pass"));
    let wire = request.wire(&settings).unwrap();
    assert_eq!(
        wire.target,
        "/Base/ESHOP/buy?APIKey=canary-Key%2B77&Websitename=blue-otter-7.com&ns1=a+b"
    );
    assert_eq!(wire.headers["authorization"], "Basic dXNlcjpjYW5hcnktcGFzcw==");
    no_secret(&wire);
    no_secret(&request);
    assert!(Request::get("x", CallClass::Read, "a b").wire(&settings).is_err());
}
