//! Every way a server can behave, for GET and POST, paid and read: what reached it, and the class that was given.
//!
//! The laws of each row: a paid request reaches the server at most once; what is called *not sent* did not reach it by
//! a single byte; no text shows the secret.

use http::Method;

use super::*;

/// One thing a server does with a connection. Steps run in order; at the end the connection is closed.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Reads so many bytes.
    Bytes(usize),
    /// Reads the whole request.
    Request,
    /// Sends text.
    Send(&'static str),
    /// Sends text, a byte every 60 ms.
    Drip(&'static str),
    /// Waits until the client goes.
    Silence,
    /// Closes with a reset instead of an orderly end.
    Reset,
}
use Step::{Bytes, Drip, Reset, Send, Silence};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Answer(u16),
    Unknown,
}
use Expected::{Answer, Unknown};

const HTML: &str =
    "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 17\r\n\r\n<html>502</html>\n";

/// What a server does, and what is made of it. All but the first four read the whole request first.
const BEHAVIOURS: &[(&str, &[Step], Expected)] = &[
    ("closed before reading", &[], Unknown),
    ("reset before reading", &[Reset], Unknown),
    ("never reads", &[Silence], Unknown),
    ("closed after the first byte", &[Bytes(1)], Unknown),
    ("reset after the first byte", &[Bytes(1), Reset], Unknown),
    ("closed after doing", &[Step::Request], Unknown),
    ("reset after doing", &[Step::Request, Reset], Unknown),
    ("silent after doing", &[Step::Request, Silence], Unknown),
    ("half a status line", &[Step::Request, Send("HTTP/1.1 2")], Unknown),
    (
        "half a head",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Le")],
        Unknown,
    ),
    (
        "half a head, reset",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Le"), Reset],
        Unknown,
    ),
    (
        "half a head, silence",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Le"), Silence],
        Unknown,
    ),
    (
        "a head and no body",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")],
        Unknown,
    ),
    (
        "half a body",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"o")],
        Unknown,
    ),
    (
        "half a body, reset",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"o"),
            Reset,
        ],
        Unknown,
    ),
    (
        "half a body, silence",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"o"),
            Silence,
        ],
        Unknown,
    ),
    (
        "half a chunk",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"o"),
        ],
        Unknown,
    ),
    (
        "no last chunk",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        ],
        Unknown,
    ),
    (
        "a chunk of no size",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
        ],
        Unknown,
    ),
    (
        "slower than the limit",
        &[Step::Request, Drip("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")],
        Unknown,
    ),
    (
        "garbage that echoes the key",
        &[Step::Request, Send("\u{1}canary-Key+77 is not HTTP\r\n\r\n")],
        Unknown,
    ),
    (
        "an HTTP/2 preface",
        &[Step::Request, Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")],
        Unknown,
    ),
    (
        "a TLS alert",
        &[Step::Request, Send("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}")],
        Unknown,
    ),
    (
        "a length that is none",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}")],
        Unknown,
    ),
    (
        "a negative length",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}")],
        Unknown,
    ),
    (
        "two lengths",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        ],
        Unknown,
    ),
    (
        "longer than it may be",
        &[
            Step::Request,
            Send(
                "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n0123456789012345678901234567890123456789012345678901234567890123456789",
            ),
        ],
        Unknown,
    ),
    (
        "a status that is none",
        &[Step::Request, Send("HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}")],
        Unknown,
    ),
    (
        "100 only",
        &[Step::Request, Send("HTTP/1.1 100 Continue\r\n\r\n")],
        Unknown,
    ),
    (
        "103 only, silence",
        &[Step::Request, Send("HTTP/1.1 103 Early Hints\r\n\r\n"), Silence],
        Unknown,
    ),
    (
        "103 first",
        &[
            Step::Request,
            Send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        ],
        Answer(200),
    ),
    (
        "301 to itself",
        &[
            Step::Request,
            Send("HTTP/1.1 301 M\r\nLocation: /api/buy\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(301),
    ),
    (
        "302 to itself",
        &[
            Step::Request,
            Send("HTTP/1.1 302 F\r\nLocation: /api/buy\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(302),
    ),
    (
        "303 to itself",
        &[
            Step::Request,
            Send("HTTP/1.1 303 S\r\nLocation: /api/buy\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(303),
    ),
    (
        "307 to itself",
        &[
            Step::Request,
            Send("HTTP/1.1 307 T\r\nLocation: /api/buy\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(307),
    ),
    (
        "308 to itself",
        &[
            Step::Request,
            Send("HTTP/1.1 308 P\r\nLocation: /api/buy\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(308),
    ),
    (
        "no content",
        &[Step::Request, Send("HTTP/1.1 204 No\r\n\r\n")],
        Answer(204),
    ),
    (
        "401 with a challenge",
        &[
            Step::Request,
            Send("HTTP/1.1 401 U\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(401),
    ),
    (
        "408",
        &[
            Step::Request,
            Send("HTTP/1.1 408 T\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(408),
    ),
    (
        "421",
        &[Step::Request, Send("HTTP/1.1 421 M\r\nContent-Length: 0\r\n\r\n")],
        Answer(421),
    ),
    (
        "429",
        &[
            Step::Request,
            Send("HTTP/1.1 429 T\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(429),
    ),
    (
        "500",
        &[Step::Request, Send("HTTP/1.1 500 O\r\nContent-Length: 2\r\n\r\n{}")],
        Answer(500),
    ),
    ("502 with a page", &[Step::Request, Send(HTML)], Answer(502)),
    (
        "503",
        &[
            Step::Request,
            Send("HTTP/1.1 503 B\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(503),
    ),
    (
        "an answer to the end of the connection",
        &[Step::Request, Send("HTTP/1.1 200 OK\r\n\r\n{}")],
        Answer(200),
    ),
    (
        "an answer, and another nobody asked for",
        &[
            Step::Request,
            Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 O\r\nContent-Length: 0\r\n\r\n"),
        ],
        Answer(200),
    ),
];

/// What reached the server, over all connections.
#[derive(Default)]
struct Reached {
    bytes: AtomicUsize,
    requests: AtomicUsize,
}

async fn server(steps: &'static [Step]) -> (Url, Arc<Reached>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api/", listener.local_addr().unwrap())).unwrap();
    let reached = Arc::new(Reached::default());
    let counted = Arc::clone(&reached);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream, steps, Arc::clone(&counted)));
        }
    });
    (url, reached)
}

/// Writing may fail: a client hangs up on what it does not like.
async fn behave(mut stream: TcpStream, steps: &[Step], reached: Arc<Reached>) {
    for step in steps {
        match step {
            Bytes(wanted) => {
                let mut bytes = vec![0; *wanted];
                if stream.read_exact(&mut bytes).await.is_ok() {
                    reached.bytes.fetch_add(*wanted, Ordering::SeqCst);
                }
            }
            Step::Request => {
                let Some(head) = head(&mut stream).await else { return };
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.trim().parse().unwrap())
                });
                let mut body = vec![0; length.unwrap_or(0)];
                stream.read_exact(&mut body).await.unwrap();
                reached.bytes.fetch_add(head.len() + body.len(), Ordering::SeqCst);
                reached.requests.fetch_add(1, Ordering::SeqCst);
            }
            Send(text) => drop(stream.write_all(text.as_bytes()).await),
            Drip(text) => {
                for byte in text.bytes() {
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(60)).await;
                }
            }
            Silence => {
                // Not by reading: a server that never reads must not.
                while stream
                    .ready(tokio::io::Interest::ERROR)
                    .await
                    .is_ok_and(|r| !r.is_error())
                {}
                return;
            }
            Reset => stream.set_zero_linger().unwrap(),
        }
    }
    let _ = stream.shutdown().await;
}

fn request(method: &Method, class: CallClass) -> Request {
    let canary = SecretString::from(CANARY);
    let request = Request::new(method.clone(), "buy", class, "buy");
    if *method == Method::POST {
        request.form_secret("APIKey", &canary)
    } else {
        request.query_secret("APIKey", &canary)
    }
}

fn check_paid(name: &str, expected: Expected, came: &Result<super::Answer, SendError>, reached: &Reached) {
    let saw = match came {
        Ok(answer) => Answer(answer.status),
        Err(SendError::Unknown(_)) => Unknown,
        Err(SendError::NotSent(why)) => panic!("{name}: called not sent: {why}"),
    };
    assert_eq!(saw, expected, "{name}");
    assert!(
        reached.requests.load(Ordering::SeqCst) <= 1,
        "{name}: sent more than once"
    );
    no_secret(came);
}

#[test]
fn there_is_a_row_for_every_behaviour() {
    assert!(BEHAVIOURS.len() >= 26, "{}", BEHAVIOURS.len());
}

#[rstest]
#[tokio::test]
async fn a_paid_request_is_sent_once_whatever_the_server_does(
    #[values(Method::GET, Method::POST)] method: Method,
    #[values(CallClass::Paid, CallClass::Write)] class: CallClass,
) {
    // All at once: most of them wait for a limit.
    let rows = BEHAVIOURS.iter().map(|(name, steps, expected)| {
        let request = request(&method, class);
        async move {
            let (url, reached) = server(steps).await;
            let (http, reports) = door(url);
            let mut visit = open_visit(&http);
            let came = soon(http.send_once(&mut visit, &request)).await;
            check_paid(name, *expected, &came, &reached);
            drop(came);
            assert_eq!(
                reports.all(),
                [(class, CallResult::Unknown)],
                "{name}: unclassified is unknown"
            );
            assert_eq!(visit.is_spent(), class == CallClass::Paid, "{name}");
        }
    });
    futures::future::join_all(rows).await;
}

#[rstest]
#[tokio::test]
async fn a_read_called_not_sent_did_not_reach_the_server(#[values(Method::GET, Method::POST)] method: Method) {
    let rows = BEHAVIOURS.iter().map(|(name, steps, expected)| {
        let request = request(&method, CallClass::Read);
        async move {
            for pooled in [true, false] {
                let (url, reached) = server(steps).await;
                let (http, _) = door(url);
                let mut visit = open_visit(&http);
                let came = soon(http.read((!pooled).then_some(&mut visit), &request)).await;
                let saw = match &came {
                    Ok(answer) => Answer(answer.status),
                    Err(ReadError::NotSent(why)) => panic!("{name}: called not sent: {why}"),
                    Err(ReadError::Lost(_) | ReadError::TooLong(_)) => Unknown,
                };
                assert_eq!(saw, *expected, "{name}, pooled: {pooled}");
                let most = if pooled { 3 } else { 1 };
                assert!(
                    reached.requests.load(Ordering::SeqCst) <= most,
                    "{name}, pooled: {pooled}"
                );
                no_secret(&came);
            }
        }
    });
    futures::future::join_all(rows).await;
}
