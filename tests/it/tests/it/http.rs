//! Orders over HTTP: handed in, looked at, listed, refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::*;

#[tokio::test]
async fn an_order_is_accepted_shown_worked_and_replayed() {
    let world = World::new().await;
    let http = world.http();
    let document = with(
        register("new-example-shop.com"),
        json!({"metadata": {"invoice": "20931"}}),
    );
    let answer = http.post("/v1/orders", &document).await;
    let view = answer.is(202);
    let place = answer.header("location").to_owned();
    assert_eq!(place, format!("/v1/orders/{}", text(&view, "id")));
    assert_eq!(
        (&view["state"], &view["kind"], &view["metadata"]["invoice"]),
        (&json!("queued"), &json!("register"), &json!("20931"))
    );
    assert_eq!(answer.header("idempotency-replayed"), "");
    let done = world.until(&key_of(&document), "succeeded").await;
    assert_eq!(http.get(&place).await.is(200), done);

    let again = http.post("/v1/orders", &document).await;
    assert_eq!(again.is(200), done);
    assert_eq!(
        (again.header("idempotency-replayed"), again.header("location")),
        ("true", place.as_str())
    );
    let other = http
        .post("/v1/orders", &with(document.clone(), json!({"years": 3})))
        .await;
    let problem = other.is(409);
    assert_eq!(
        (&problem["order"], other.places()),
        (&done["id"], vec!["/years".to_owned()])
    );
    assert_eq!(world.providers().charges().count, 1);

    let timeline = http.get(&format!("{place}/timeline")).await.is(200);
    let entries = timeline["timeline"].as_array().unwrap();
    let states: Vec<&str> = entries.iter().map(|entry| text(entry, "state")).collect();
    assert_eq!(
        (states.first(), states.last()),
        (Some(&"dispatching"), Some(&"succeeded")),
        "{timeline:#}"
    );
    assert!(text(&entries[0], "at").parse::<jiff::Timestamp>().is_ok());
}

#[tokio::test]
async fn a_header_stands_for_the_idempotency_key_whatever_is_in_it() {
    let world = World::new().await;
    let http = world.http();
    let submit = async |key: &str, document: &Value| {
        let request = http
            .request("POST", "/v1/orders")
            .header("Idempotency-Key", key)
            .json(document);
        http.send(request).await
    };
    let bare = with(renew("renew-example-shop.com"), json!({"idempotency_key": null}));
    let key = "shop/7 invoice #20931?&%2F+";
    let view = submit(key, &bare).await.is(202);
    assert_eq!(view["idempotency_key"], key);
    assert_eq!(submit(key, &bare).await.header("idempotency-replayed"), "true");
    assert_eq!(
        submit(key, &with(bare.clone(), json!({"idempotency_key": key})))
            .await
            .status,
        200
    );

    let both = submit("one", &with(bare.clone(), json!({"idempotency_key": "two"}))).await;
    let problem = both.is(422);
    assert_eq!(both.places(), ["/idempotency_key"]);
    assert!(
        text(&problem, "detail").contains("Idempotency-Key header"),
        "{problem:#}"
    );
    assert_eq!(submit(&"k".repeat(201), &bare).await.places(), ["/idempotency_key"]);
    let twice = http
        .request("POST", "/v1/orders")
        .header("Idempotency-Key", "a")
        .header("Idempotency-Key", "b");
    http.send(twice.json(&bare)).await.is(400);
    assert_eq!(http.post("/v1/orders", &bare).await.places(), ["/idempotency_key"]);

    let encoded = "shop%2F7%20invoice%20%2320931%3F%26%252F%2B";
    let found = http.get(&format!("/v1/orders/by-key/{encoded}")).await.is(200);
    assert_eq!(found["id"], view["id"]);
    for path in [
        "by-key/nothing",
        "by-key/%FF",
        "by-key/%00",
        "0-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
        "wibble",
        "7-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
    ] {
        http.get(&format!("/v1/orders/{path}")).await.is(404);
    }
    world.until(key, "succeeded").await;
}

#[tokio::test]
async fn every_refusal_says_what_was_wrong_and_changes_nothing() {
    let world = World::new().await;
    let http = world.http();
    let raw = async |content_type: &str, body: &str| {
        let request = http.request("POST", "/v1/orders").header("Content-Type", content_type);
        http.send(request.body(body.to_owned())).await
    };
    let right = register("new-example-shop.com").to_string();
    raw("application/json", "{").await.is(400);
    raw("application/json", "").await.is(400);
    raw("application/json", "[]").await.is(422);
    raw("text/plain", &right).await.is(415);
    raw("", &right).await.is(415);
    raw("application/json", &format!("{right}{}", " ".repeat(64 * 1024)))
        .await
        .is(413);
    http.send(http.request("PUT", "/v1/orders")).await.is(405);
    assert_eq!(
        http.send(http.request("DELETE", "/v1/orders")).await.header("allow"),
        "POST,GET,HEAD"
    );
    http.get("/v1/wibble").await.is(404);

    let wrong = json!({"idempotency_key": "", "kind": "register", "account": "cr-main", "domain": "com",
                       "years": 11, "yaers": 1, "auth_code": "invented-Code-9"});
    let answer = http.post("/v1/orders", &wrong).await;
    answer.is(422);
    assert_eq!(
        answer.places(),
        ["/auth_code", "/domain", "/idempotency_key", "/yaers", "/years"]
    );
    assert!(!answer.text.contains("invented-Code-9"));
    let answer = http
        .post("/v1/orders?dry-run=1", &register("new-example-shop.com"))
        .await;
    assert_eq!((answer.status, answer.places()), (422, vec!["dry-run".to_owned()]));
    let twice = raw(
        "application/json; charset=utf-8",
        r#"{"kind": "renew", "kind": "renew"}"#,
    )
    .await;
    assert!(twice.places().contains(&"/kind".to_owned()), "{twice:?}");

    assert!(
        http.get("/v1/orders").await.is(200)["orders"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(world.rejected().await.is_empty(), "the caller has its answer in hand");
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(
        metrics.sum("domorder_orders_refused_total", &[("reason", "not_json")]),
        2.0
    );
    let served = [("route", "/v1/orders"), ("method", "POST"), ("status", "415")];
    assert_eq!(metrics.sum("domorder_http_requests_total", &served), 2.0);
    assert_eq!(
        metrics.sum("domorder_http_requests_total", &[("route", "unmatched")]),
        1.0
    );
}

#[tokio::test]
async fn lists_are_read_in_pages_and_filtered() {
    let world = World::with().scale(1.0).start().await;
    let http = world.http();
    let stalled = world.order(transfer("locked-example-shop.com", "some-Code-4444")).await;
    let keys = world.orders(renewals(30)).await;
    world.until_all(&keys, "succeeded").await;
    world.until(&stalled, "action_required/domain_locked").await;

    let all = async |filter: &str, limit: usize| {
        let (mut ids, mut pages, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let page = http
                .get(&format!("/v1/orders?{filter}&limit={limit}{cursor}"))
                .await
                .is(200);
            let orders = page["orders"].as_array().unwrap().clone();
            assert!(orders.len() <= limit);
            ids.extend(orders.iter().map(|order| text(order, "id").to_owned()));
            pages += 1;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return (ids, pages),
            }
        }
    };
    let (ids, pages) = all("state=succeeded", 7).await;
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (30, 30));
    assert!(pages >= 5, "{pages}");
    assert_eq!(all("state=succeeded,action_required", 200).await.0.len(), 31);
    assert_eq!(all("kind=transfer", 200).await.0.len(), 1);
    assert_eq!(all("account=lb-main", 200).await.0.len(), 0);
    assert_eq!(all("domain=RENEW-7-example.com", 200).await.0.len(), 1);
    // Each once, whatever the size of a page, also those that came into their state in one millisecond.
    for limit in [1, 2, 29, 30, 31, 200] {
        let (ids, _) = all("state=succeeded", limit).await;
        assert_eq!(
            (ids.len(), ids.iter().collect::<BTreeSet<_>>().len()),
            (30, 30),
            "{limit}"
        );
    }
    assert_eq!(all("needs=unlock", 10).await.0.len(), 1);
    assert_eq!(all("needs=auth_code", 10).await.0.len(), 0);
    assert_eq!(all("needs=unlock&state=queued", 10).await.0.len(), 0);

    let wrong = http
        .get("/v1/orders?state=gone&kind=rent&limit=0&cursor=!&needs=x&domain=&page=2&limit=201")
        .await;
    wrong.is(422);
    assert_eq!(
        wrong.places(),
        ["cursor", "domain", "kind", "limit", "limit", "needs", "page", "state"]
    );
    http.post(
        &format!("/v1/orders/{}/cancel", world.id_of(&stalled).await.unwrap()),
        &json!({}),
    )
    .await
    .is(202);
    world.until(&stalled, "cancelled").await;
}

#[tokio::test]
async fn a_page_goes_on_where_the_one_before_ended_while_orders_come_and_go() {
    let world = World::with().scale(1.0).setting("redis.shards", "4").start().await;
    let http = world.http();
    let keys = world.orders(renewals(40)).await;
    world.until_all(&keys, "succeeded").await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for round in 0.. {
        let path = format!("/v1/orders?state=succeeded,action_required&limit=7{cursor}");
        let page = http.get(&path).await.is(200);
        let orders = page["orders"].as_array().unwrap();
        seen.extend(orders.iter().map(|order| text(order, "idempotency_key").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
        // They come in before the place that the list has reached.
        let fresh = world.order(register(&format!("fresh-{round}-example.com"))).await;
        world.until(&fresh, "succeeded").await;
    }
    let (unique, wanted): (BTreeSet<_>, BTreeSet<_>) = (seen.iter().collect(), keys.iter().collect());
    assert_eq!((seen.len(), unique), (40, wanted));
    // A cursor of another list, or of another ledger, is a place like any other; one that was tampered with is none.
    http.get(&format!("/v1/orders?kind=renew{cursor}")).await.is(200);
    http.get(&format!("/v1/orders?limit=7{cursor}x")).await.is(422);
}

#[tokio::test]
async fn the_server_answers_before_redis_is_there_and_while_it_is_away() {
    let mut world = World::with().prepare().await;
    world.redis.kill9();
    let replica = world.spawn_replica(&["run"]);
    world
        .wait_until("it listens", || async { replica.address().is_some() })
        .await;
    let http = Http::of(&replica);
    assert_eq!(replica.get("/livez").await.unwrap(), (200, "ok\n".to_owned()));
    let (status, said) = replica.get("/readyz").await.unwrap();
    assert!(status == 503 && said.contains("redis has not been reached"), "{said}");
    assert_eq!(replica.metrics().await.sum("domorder_redis_up", &[]), 0.0);
    let document = renew("renew-example-shop.com");
    let answer = http.post("/v1/orders", &document).await;
    answer.is(503);
    assert_eq!(answer.header("retry-after"), "5");

    world.redis.restart().await.unwrap();
    replica.until_it_listens().await;
    assert_eq!(replica.get("/readyz").await.unwrap().0, 200);
    http.post("/v1/orders", &document).await.is(202);
    world.replicas.push(replica);
    world.until(&key_of(&document), "succeeded").await;

    world.redis.kill9();
    let later = renew("renew-later-example.com");
    let answer = http.post("/v1/orders", &later).await;
    let problem = answer.is(503);
    assert!(
        text(&problem, "detail").contains("submit the same document again"),
        "{problem:#}"
    );
    http.get("/v1/orders").await.is(503);
    world.redis.restart().await.unwrap();
    world
        .wait_until("it is taken", || async {
            http.post("/v1/orders", &later).await.status < 300
        })
        .await;
    world.until(&key_of(&later), "succeeded").await;
}
