//! What an endpoint answers, spoilt, over real connections: taken only by a status of 2xx, sent once, never followed.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use domorder_config::{Begin, Webhook};
use domorder_tests_support::fuzz::{Fuzz, Limits, law};

use super::post::{Outcome, Poster};

/// Longer than an answer from this machine takes.
const TIMEOUT: Duration = Duration::from_secs(2);

const SEEDS: &[&str] = &[
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 503 Away\r\nRetry-After: Sun, 06 Nov 2094 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 301 Moved\r\nLocation: HERE\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 307 Elsewhere\r\nLocation: http://169.254.169.254/latest/meta-data\r\n\r\n",
    "HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngone\r\n0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.0 500 No\r\n\r\n<html>no</html>",
    "+OK\r\n",
];

#[test]
fn an_event_is_taken_only_by_a_status_that_says_so_and_is_sent_once() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let says = Arc::new(Mutex::new(Vec::new()));
    let posts = Arc::new(AtomicUsize::new(0));
    let (says_here, posts_here) = (Arc::clone(&says), Arc::clone(&posts));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = Vec::new();
            let mut part = [0; 4_096];
            while !request.ends_with(b"{}") {
                match stream.read(&mut part) {
                    Ok(read) if read > 0 => request.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            posts_here.fetch_add(1, Ordering::SeqCst);
            let says: Vec<u8> = says_here.lock().unwrap().clone();
            let _ = stream.write_all(&says);
        }
    });
    let poster = Poster::new(&Webhook {
        url: url.parse().unwrap(),
        secret: format!("whsec_{}", "A".repeat(40)).into(),
        previous_secret: None,
        ca_file: None,
        events: vec!["order.*".to_owned()],
        begin: Begin::New,
        allow_private: true,
        timeout: TIMEOUT,
        in_flight: 1,
        retry_initial: Duration::from_secs(5),
        retry_max: Duration::from_secs(60),
        give_up: Duration::from_secs(3_600),
    })
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let check = |input: &[u8]| {
        // A redirect to this very server would be seen.
        let text = String::from_utf8_lossy(input).replace("HERE", &url);
        *says.lock().unwrap() = text.clone().into_bytes();
        posts.store(0, Ordering::SeqCst);
        let began = Instant::now();
        let answer = runtime.block_on(poster.post("evt-1", "{}".to_owned()));
        law(began.elapsed() < TIMEOUT * 2, || "it held the lane up".into())?;
        let sent = posts.load(Ordering::SeqCst);
        law(sent == 1, || format!("sent {sent} times"))?;
        if let Some(wait) = answer.retry_after {
            law(wait <= Duration::from_secs(3_600), || {
                format!("left alone for {wait:?}")
            })?;
        }
        let last = final_status(&text);
        let taken = matches!(answer.outcome, Outcome::Ok);
        law(!taken || last.is_some_and(|status| status / 100 == 2), || {
            format!("taken by {last:?}")
        })?;
        Ok(format!(
            "{} {:?} {:?}",
            answer.outcome.as_str(),
            last,
            answer.retry_after.map(|wait| wait.as_secs().min(9))
        ))
    };
    Fuzz::new("endpoint", Path::new("tests/fuzz"), check)
        .seeds(SEEDS.iter().copied())
        .words([
            "Retry-After: ",
            "Location: ",
            "HERE",
            "Content-Length: 99",
            "Content-Encoding: gzip",
            "HTTP/1.1 200 ",
            " 2",
            "\r\n\r\n",
        ])
        .holds(Limits::brief(8_000, Duration::from_secs(3)));
}

/// The first status that is no interim one.
fn final_status(text: &str) -> Option<u16> {
    let statuses = text
        .split("HTTP/1.")
        .skip(1)
        .filter_map(|rest| rest.get(2..5)?.parse::<u16>().ok());
    statuses.into_iter().find(|status| status / 100 != 1)
}
