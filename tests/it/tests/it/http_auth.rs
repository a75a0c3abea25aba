//! Who may ask for what: tokens, scopes, rates, pages of browsers.

use serde_json::Value;

use crate::world::*;

/// Every operation of the document: method, path, scope.
fn operations(document: &Value) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scope = operation["security"][0]["bearer"][0].as_str().unwrap_or_default();
            all.push((method.to_uppercase(), path.clone(), scope.to_owned()));
        }
    }
    all
}

#[tokio::test]
async fn the_scopes_of_the_document_are_those_that_are_enforced() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    for name in ["reader", "writer", "support", "shop", "boss"] {
        world.keep_secret(token(name));
    }
    let http = world.http();
    let document = http.by("reader").get("/openapi.json").await.is(200);
    let operations = operations(&document);
    assert!(operations.len() >= 11, "{operations:?}");
    for (method, path, scope) in operations {
        let path = path
            .replace("{id}", "0-01K9ZJ4R7QWX5T3V8M2N6P1D0E")
            .replace("{idempotency_key}", "x")
            .replace("{name}", "nobody");
        // Refused before anything is read, or else for what it asks.
        let ask = async |http: &Http| http.send(http.request(&method, &format!("{path}?wibble=1"))).await;
        let none = ask(&http).await;
        none.is(401);
        assert!(none.header("www-authenticate").starts_with("Bearer"), "{none:?}");
        ask(&http.with_token("no-such-token")).await.is(401);
        for (name, has) in [
            ("reader", "orders:read"),
            ("writer", "orders:write"),
            ("support", "orders:act"),
            ("boss", "admin"),
        ] {
            let answer = ask(&http.by(name)).await;
            let may = has == scope || has == "admin";
            assert_eq!(answer.status == 403, !may, "{name} {method} {path}: {answer:?}");
            assert_eq!(answer.status == 422, may, "{name} {method} {path}: {answer:?}");
            if !may {
                let told = answer.json();
                assert!(
                    text(&told, "detail").contains(&scope) && text(&told, "detail").contains(name),
                    "{told:#}"
                );
                assert!(
                    answer
                        .header("www-authenticate")
                        .contains(&format!("scope=\"{scope}\""))
                );
            }
        }
    }
    http.get("/openapi.json").await.is(401);
    assert_eq!(world.replicas[0].get("/metrics").await.unwrap().0, 200);
    assert!(
        world.replicas[0].said("\"caller\":\"reader\""),
        "the log says who asked"
    );
}

#[tokio::test]
async fn a_token_beyond_its_rate_is_told_when_to_come_back_and_others_are_served() {
    let world = World::with()
        .setting("http.tokens", TOKENS)
        .setting("http.rate", "'5/h'")
        .start()
        .await;
    let http = world.http();
    for _ in 0..5 {
        http.by("reader").get("/v1/orders").await.is(200);
    }
    let answer = http.by("reader").get("/v1/orders").await;
    answer.is(429);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=720).contains(&wait), "{wait}");
    http.by("boss").get("/v1/orders").await.is(200);
}

#[tokio::test]
async fn guessed_tokens_are_slowed_down_and_then_refused() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    let http = world.http();
    http.by("shop").get("/v1/orders").await.is(200);
    let guesses = (0..40).map(|at| http.with_token(&format!("guess-{at}")));
    let answers =
        futures::future::join_all(guesses.map(|http| async move { http.get("/v1/orders").await.status })).await;
    let of = |status: u16| answers.iter().filter(|had| **had == status).count();
    assert_eq!(of(401) + of(429), 40, "{answers:?}");
    assert!(of(429) >= 15, "{answers:?}");
    http.by("shop").get("/v1/orders").await.is(200);
}

#[tokio::test]
async fn without_tokens_a_browsers_pages_are_refused() {
    let world = World::new().await;
    let http = world.http();
    let ask = async |name: &str, value: &str| {
        http.send(http.request("GET", "/v1/orders").header(name, value))
            .await
            .status
    };
    assert_eq!(ask("accept", "*/*").await, 200);
    assert_eq!(ask("origin", "http://shop.example").await, 403);
    assert_eq!(ask("host", "shop.example").await, 403);
    assert_eq!(ask("sec-fetch-site", "cross-site").await, 403);
    let id = http
        .send(http.request("GET", "/v1/orders").header("x-request-id", "mine-7"))
        .await;
    assert_eq!(id.header("x-request-id"), "mine-7");
    let id = http
        .send(http.request("GET", "/v1/orders").header("x-request-id", "two words"))
        .await;
    assert_ne!(id.header("x-request-id"), "two words");
}

#[tokio::test]
async fn what_comes_too_slowly_or_in_too_large_a_head_is_cut_off() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let world = World::with().setting("http.connections", "4").start().await;
    let address = world.replicas[0].address().unwrap();
    let mut large = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /v1/orders HTTP/1.1\r\nhost: localhost\r\nx-large: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    // The server may close before all was taken.
    let _ = large.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = large.read_to_end(&mut answer).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 431"),
        "{:?}",
        String::from_utf8_lossy(&answer)
    );

    // Heads that do not come hold every place, and are cut off; then others are served.
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /v1/or").await.unwrap();
        slow.push(stream);
    }
    let served = tokio::time::timeout(LIMIT, async {
        loop {
            if world.replicas[0].get("/livez").await.is_some() {
                return;
            }
        }
    });
    served.await.expect("places come free");
    drop(slow);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let world = World::new().await;
    let http = world.http();
    let request = http
        .request("POST", "/v1/orders")
        .header("content-type", "application/json");
    let answer = http.send(request.body(streamed(futures::stream::pending()))).await;
    answer.is(408);
    assert_eq!(text(&answer.json(), "type"), "urn:domorder:problem:too-slow");
}
