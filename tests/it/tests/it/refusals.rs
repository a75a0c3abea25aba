//! Bad input: refused with every fault named by its place, kept without its secrets, counted, and nothing else disturbed.

use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{text as word, *};

/// The only refused entry of a world.
async fn refused(world: &World, field: &str, text: &str) -> Value {
    world.write_entries(field, &[text.to_owned()]).await;
    let rejected = world.until_rejected(1).await.remove(0);
    let at: jiff::Timestamp = rejected.at.parse().unwrap();
    assert!(at <= jiff::Timestamp::now());
    json!({"entry": rejected.entry, "error": rejected.error, "pointers": rejected.pointers()})
}

/// What came before and after the bad entries is worked as if they had not been there.
async fn is_undisturbed(world: &World) {
    let key = world.order(renew("renew-afterwards-example.com")).await;
    world.until(&key, "succeeded").await;
    let left: u64 = world.redis(&["XLEN", "it:intake"]).await;
    assert_eq!(left, 0);
    let pending: Vec<redis::Value> = world.redis(&["XPENDING", "it:intake", "domorder"]).await;
    assert_eq!(pending[0], redis::Value::Int(0), "{pending:?}");
    assert_eq!(world.providers().charges().count, 1);
}

#[tokio::test]
async fn every_bad_document_of_a_batch_is_refused_by_itself() {
    let world = World::new().await;
    let base = || renew("renew-example-shop.com");
    let text = |change: Value| with(base(), change).to_string();
    let long = json!({"metadata": {"note": "x".repeat(70_000)}});
    let cases: Vec<(String, u64, Vec<&str>)> = vec![
        ("{\"kind\": \"renew\"".to_owned(), 400, vec![""]),
        ("not JSON at all".to_owned(), 400, vec![""]),
        ("[1, 2]".to_owned(), 422, vec![""]),
        ("\"renew\"".to_owned(), 422, vec![""]),
        (text(long), 413, vec![""]),
        (
            r#"{"idempotency_key":"k","kind":"renew","account":"cr-main","domain":"renew-a-example.com","years":1,"years":9}"#.to_owned(),
            422,
            vec!["/years"],
        ),
        (text(json!({"years": "1", "privacy": "yes", "domain": 7})), 422, vec!["/domain", "/privacy", "/years"]),
        (text(json!({"years": 0, "wibble": 1, "yaers": 2})), 422, vec!["/wibble", "/yaers", "/years"]),
        (text(json!({"years": null, "account": null, "idempotency_key": null})), 422, vec!["/account", "/idempotency_key", "/years"]),
        (text(json!({"account": "nobody"})), 422, vec!["/account"]),
        (with(email_create("other-example-shop.com"), json!({"account": "cr-main", "action": "delete", "months": null, "accounts": null, "customer": null})).to_string(), 422, vec!["/kind"]),
        (with(email_create("fresh-example-shop.com"), json!({"account": "cr-main"})).to_string(), 422, vec!["/kind"]),
        (text(json!({"domain": "com"})), 422, vec!["/domain"]),
        (text(json!({"domain": "www.renew-example-shop.com"})), 422, vec!["/domain"]),
        (text(json!({"domain": "renew.example"})), 422, vec!["/domain"]),
        (text(json!({"domain": "192.0.2.7"})), 422, vec!["/domain"]),
        (text(json!({"auth_code": "misplaced-Code-77", "months": 3, "coupon": "X"})), 422, vec!["/auth_code", "/coupon", "/months"]),
        (text(json!({"account": "lb-main", "max_price": {"amount": "12.50", "currency": "USD"}})), 422, vec!["/max_price"]),
        (text(json!({"deadline": "2001-01-01T00:00:00Z"})), 422, vec!["/deadline"]),
        (text(json!({"metadata": {"a": 1}, "priority": "urgent"})), 422, vec!["/metadata/a", "/priority"]),
        (
            with(register("new-example-shop.com"), json!({"nameservers": ["ns1.host.example"], "contacts": {"boss": {}}})).to_string(),
            422,
            vec!["/contacts/boss", "/nameservers"],
        ),
        (with(transfer("move-example-shop.com", "x"), json!({"auth_code": null, "nameservers": ["a.example", "b.example"]})).to_string(), 422, vec!["/auth_code", "/nameservers"]),
    ];
    let texts: Vec<String> = cases.iter().map(|(text, _, _)| text.clone()).collect();
    world.keep_secret("misplaced-Code-77");
    world.write_entries("order", &texts).await;

    let rejected = world.until_rejected(cases.len()).await;
    for ((text, status, pointers), rejected) in cases.iter().zip(&rejected) {
        let told = format!("{:.300}\n{rejected:#?}", text);
        assert_eq!(rejected.error["status"], *status, "{told}");
        assert!(
            word(&rejected.error, "type").starts_with("urn:domorder:problem:"),
            "{told}"
        );
        for field in ["title", "detail"] {
            assert!(rejected.error[field].is_string(), "{told}");
        }
        let named = rejected.pointers();
        for pointer in pointers {
            assert!(
                named.iter().any(|name| name == pointer),
                "no fault at {pointer}: {told}"
            );
        }
    }
    is_undisturbed(&world).await;
    let metrics = world.replicas[0].metrics().await;
    let counted = |reason: &str| metrics.sum("domorder_orders_refused_total", &[("reason", reason)]);
    assert_eq!((counted("not_json"), counted("too_large")), (2.0, 1.0));
    assert_eq!(counted("invalid"), cases.len() as f64 - 3.0);
}

#[tokio::test]
async fn an_oversized_document_is_kept_as_its_length_and_digest() {
    let world = World::new().await;
    let text = with(
        transfer("move-example-shop.com", "buried-Code-31"),
        json!({"metadata": {"note": "x".repeat(66_000)}}),
    )
    .to_string();
    world.keep_secret("buried-Code-31");
    let told = refused(&world, "order", &text).await;
    assert!(
        word(&told, "entry").starts_with(&format!("{} bytes, sha256 ", text.len())),
        "{told:#}"
    );
    is_undisturbed(&world).await;
}

#[tokio::test]
async fn a_document_that_is_no_text_is_refused() {
    let world = World::new().await;
    let mut command = redis::cmd("XADD");
    command
        .arg("it:intake")
        .arg("*")
        .arg("order")
        .arg(&b"{\"kind\": \xff\xfe\x00}"[..]);
    let () = command.query_async(&mut world.connection().await).await.unwrap();
    let rejected = world.until_rejected(1).await.remove(0);
    assert_eq!(rejected.error["status"], 400);
    is_undisturbed(&world).await;
}

#[rstest]
#[case::spelt_otherwise(json!({"auth_code": null, "authCode": "CanarySecret-1"}))]
#[case::in_the_wrong_kind(json!({"kind": "renew", "years": 1, "auth_code": "CanarySecret-1"}))]
#[case::copied_elsewhere(json!({"auth_code": "CanarySecret-1", "coupon": "CanarySecret-1", "CanarySecret-1": 1}))]
#[case::nested(json!({"auth_code": {"value": "CanarySecret-1"}}))]
#[case::of_the_provider(json!({"auth_code": 5, "api_key": "CanarySecret-1", "epp": "CanarySecret-1"}))]
#[tokio::test]
async fn no_secret_of_a_refused_document_is_kept(#[case] change: Value) {
    let world = World::new().await;
    world.keep_secret("CanarySecret-1");
    let document = with(transfer("move-example-shop.com", "unused"), change);
    let told = refused(&world, "order", &document.to_string()).await;
    let entry: Value = serde_json::from_str(word(&told, "entry")).unwrap();
    assert_eq!(entry["domain"], "move-example-shop.com", "the rest is kept: {told:#}");
}

#[tokio::test]
async fn an_entry_that_is_neither_an_order_nor_a_signal_is_refused_by_its_names() {
    let world = World::new().await;
    world.keep_secret("CanarySecret-2");
    let () = world
        .redis(&["XADD", "it:intake", "*", "ordre", "{}", "auth", "CanarySecret-2"])
        .await;
    let rejected = world.until_rejected(1).await.remove(0);
    assert_eq!(rejected.entry, "fields: ordre, auth");
    assert!(text(&rejected.error, "detail").contains("neither"), "{rejected:#?}");
    is_undisturbed(&world).await;
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(
        metrics.sum("domorder_orders_refused_total", &[("reason", "neither")]),
        1.0
    );
}

#[tokio::test]
async fn signals_that_are_wrong_or_do_not_fit_are_refused_with_the_reason() {
    let world = World::new().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    let view = world.until(&key, "succeeded").await;
    let signal = |change: Value| with(json!({"idempotency_key": key, "signal": "retry"}), change).to_string();
    let cases: Vec<(String, u64, &str)> = vec![
        ("{".to_owned(), 400, ""),
        (signal(json!({"signal": "restart"})), 422, "/signal"),
        (signal(json!({"signal": null})), 422, "/signal"),
        (signal(json!({"order": view["id"]})), 422, "/order"),
        (signal(json!({"idempotency_key": null})), 422, "/order"),
        (signal(json!({"order": "7", "idempotency_key": null})), 422, "/order"),
        (signal(json!({"auth_code": "CanarySecret-3"})), 422, "/auth_code"),
        (signal(json!({"signal": "auth-code"})), 422, "/auth_code"),
        (signal(json!({"signal": "resolve"})), 422, "/outcome"),
        (
            signal(json!({"signal": "resolve", "outcome": "maybe"})),
            422,
            "/outcome",
        ),
        (signal(json!({"wibble": 1})), 422, "/wibble"),
        (signal(json!({"idempotency_key": "nobody"})), 404, "-"),
        (signal(json!({})), 409, "-"),
        (signal(json!({"signal": "cancel"})), 409, "-"),
        (
            signal(json!({"signal": "auth-code", "auth_code": "CanarySecret-3"})),
            409,
            "-",
        ),
        (
            signal(json!({"signal": "resolve", "outcome": "done", "note": "n"})),
            409,
            "-",
        ),
        (signal(json!({"signal": "resend-approval"})), 409, "-"),
    ];
    world.keep_secret("CanarySecret-3");
    let texts: Vec<String> = cases.iter().map(|(text, _, _)| text.clone()).collect();
    world.write_entries("signal", &texts).await;
    let rejected = world.until_rejected(cases.len()).await;
    for ((text, status, pointer), rejected) in cases.iter().zip(&rejected) {
        assert_eq!(rejected.error["status"], *status, "{text}\n{rejected:#?}");
        let named = rejected.pointers();
        assert!(
            *pointer == "-" || named.iter().any(|name| name == pointer),
            "{text}\n{rejected:#?}"
        );
        assert!(!word(&rejected.error, "detail").is_empty());
    }
    assert_eq!(world.view(&key).await.unwrap(), view, "nothing was changed");
}

#[tokio::test]
async fn a_signal_that_the_orders_state_does_not_allow_changes_nothing() {
    let world = World::with().scale(1.0).start().await;
    let key = world.order(transfer("move-example-shop.com", "right-Code-7Fq2")).await;
    world.until(&key, "blocked").await;
    world.tell(&key, "retry", json!({})).await;
    world
        .tell(&key, "auth-code", json!({"auth_code": "newer-Code-8888"}))
        .await;
    world
        .tell(&key, "resolve", json!({"outcome": "done", "note": "n"}))
        .await;
    let rejected = world.until_rejected(3).await;
    for rejected in &rejected {
        assert_eq!(rejected.error["status"], 409, "{rejected:#?}");
    }
    world.tell(&key, "check-now", json!({})).await;
    world.providers().advance(std::time::Duration::from_secs(6 * 86_400));
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 1);
}

#[tokio::test]
async fn a_damaged_record_is_set_aside_and_reported_and_its_lane_goes_on() {
    let world = World::new().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let documents: Vec<Value> = (0..6).map(|at| renew(&format!("renew-{at}-example.com"))).collect();
    let keys = world.orders(documents).await;
    world
        .wait_until("all are accepted", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:due:cr-main"]).await == 6
        })
        .await;
    // Index field, document, record: each damaged once; and a state of a version that is to come.
    for (key, field, text) in [
        (&keys[0], "m", "damaged"),
        (&keys[1], "d", "{\"half\": "),
        (&keys[2], "r", "{\"st\":\"teleporting\",\"ca\":1}"),
    ] {
        let id = world.id_of(key).await.unwrap();
        let () = world
            .redis(&["HSET", &format!("{{it:0}}:order:{id}"), field, text])
            .await;
    }
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&keys[3..], "succeeded").await;
    world
        .wait_until("they are set aside", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:aside"]).await == 3
        })
        .await;

    let metrics = world.replicas[0].metrics().await;
    assert_eq!(metrics.sum("domorder_records_set_aside_total", &[]), 3.0);
    let doctor = world.run(&["doctor"]).await.ended(1);
    for key in &keys[..3] {
        let id = world.id_of(key).await.unwrap();
        assert!(doctor.out.contains(&id), "{doctor:?}");
    }
    assert!(world.replicas[0].said("set aside"));
    let list = world.run(&["orders", "list"]).await.ended(0);
    assert!(
        list.out.contains("renew-5-example.com") && list.err.contains("cannot be read"),
        "{list:?}"
    );
    world.leave(&keys[0]);
    let due = world.redis::<u64>(&["ZCARD", "{it:0}:due:cr-main"]).await;
    assert_eq!(due, 0, "they are not tried again and again");
    assert_eq!(world.providers().charges().count, 3);
}
