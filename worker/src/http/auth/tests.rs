//! The gate by itself.

use axum::http::HeaderValue;
use domorder_config::{Rate, Token};

use super::*;

fn gate(tokens: &[(&str, &str, &[Scope])]) -> Gate {
    let token = |(name, token, scopes): &(&str, &str, &[Scope])| Token {
        name: (*name).to_owned(),
        token: (*token).into(),
        scopes: scopes.to_vec(),
    };
    Gate::new(&Http {
        listen: "127.0.0.1:0".parse().unwrap(),
        tokens: tokens.iter().map(token).collect(),
        rate: Rate::parse("1000/s").unwrap(),
        connections: 1,
        streams: 1,
    })
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(
            header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    map
}

async fn ask(gate: &Gate, pairs: &[(&str, &str)], peer: &str) -> Result<String, u16> {
    let came = gate
        .admit(&headers(pairs), &Uri::from_static("/v1/orders"), peer.parse().unwrap())
        .await;
    came.map(|caller| caller.name.to_string())
        .map_err(|problem| problem.details().status)
}

#[tokio::test]
async fn a_token_is_told_from_all_others_and_from_none() {
    let gate = gate(&[
        ("one", "first-token", &[Scope::OrdersRead]),
        ("two", "second-token", &[Scope::Admin]),
    ]);
    let of = async |authorization: &str| ask(&gate, &[("authorization", authorization)], "192.0.2.1").await;
    assert_eq!(of("Bearer first-token").await, Ok("one".to_owned()));
    assert_eq!(of("bearer  second-token").await, Ok("two".to_owned()));
    for wrong in [
        "Bearer third-token",
        "Bearer first-toke",
        "Basic first-token",
        "Bearer",
        "Bearer ",
        "first-token",
    ] {
        assert_eq!(of(wrong).await, Err(401), "{wrong}");
    }
    let twice = [
        ("authorization", "Bearer first-token"),
        ("authorization", "Bearer second-token"),
    ];
    assert_eq!(ask(&gate, &twice, "192.0.2.1").await, Err(401));
    assert_eq!(ask(&gate, &[], "192.0.2.1").await, Err(401));
}

#[tokio::test]
async fn an_address_that_guesses_is_refused_even_the_right_one_but_who_was_proven_before_goes_on() {
    let gate = gate(&[
        ("one", "first-token", &[Scope::Admin]),
        ("two", "second-token", &[Scope::Admin]),
    ]);
    let right = [("authorization", "Bearer first-token")];
    assert_eq!(ask(&gate, &right, "192.0.2.1").await, Ok("one".to_owned()));
    let guesses: Vec<String> = (0..40).map(|guess| format!("Bearer guess-{guess}")).collect();
    let guesses = guesses
        .iter()
        .map(async |guess| ask(&gate, &[("authorization", guess)], "192.0.2.1").await);
    let answers = futures::future::join_all(guesses).await;
    let refused = answers.iter().filter(|answer| **answer == Err(429)).count();
    assert!(refused >= 15, "{refused}");
    let other = [("authorization", "Bearer second-token")];
    assert_eq!(
        ask(&gate, &other, "192.0.2.1").await,
        Err(429),
        "a right guess is not told"
    );
    assert_eq!(ask(&gate, &right, "192.0.2.1").await, Ok("one".to_owned()));
    assert_eq!(ask(&gate, &other, "192.0.2.2").await, Ok("two".to_owned()));
}

#[tokio::test]
async fn without_tokens_programs_of_this_machine_are_served_and_pages_of_others_are_not() {
    let gate = gate(&[]);
    let of = async |pairs: &[(&str, &str)]| ask(&gate, pairs, "127.0.0.1").await;
    for host in [
        "127.0.0.1:8080",
        "localhost",
        "LOCALHOST:8080",
        "[::1]:8080",
        "127.9.9.9",
    ] {
        assert_eq!(of(&[("host", host)]).await, Ok("http".to_owned()), "{host}");
    }
    for host in [
        "shop.example",
        "127.0.0.1.shop.example",
        "192.0.2.1:8080",
        "localhost.shop.example",
        "[::1]x",
        "",
    ] {
        assert_eq!(of(&[("host", host)]).await, Err(403), "{host}");
    }
    assert_eq!(of(&[]).await, Err(403));
    let here = ("host", "localhost:8080");
    assert!(
        of(&[
            here,
            ("origin", "http://localhost:8080"),
            ("sec-fetch-site", "same-origin")
        ])
        .await
        .is_ok()
    );
    for origin in [
        "http://shop.example",
        "http://localhost:3000",
        "null",
        "https://localhost:8080",
    ] {
        assert_eq!(of(&[here, ("origin", origin)]).await, Err(403), "{origin}");
    }
    assert_eq!(of(&[here, ("sec-fetch-site", "cross-site")]).await, Err(403));
}

#[tokio::test]
async fn the_gate_keeps_no_token() {
    let gate = gate(&[("one", "first-token-of-the-shop", &[Scope::Admin])]);
    assert!(!format!("{gate:?}").contains("first-token"));
}
