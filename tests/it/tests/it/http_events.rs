//! Events in pages: by long poll, over several shards, far behind.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::world::*;

/// All events from a place on, in pages, until an empty one; and the place behind them.
async fn all(http: &Http, limit: usize, from: &str) -> (Vec<Value>, String, usize) {
    let (mut events, mut after, mut pages) = (Vec::new(), from.to_owned(), 0);
    loop {
        let page = http
            .get(&format!("/v1/events?limit={limit}&after={after}"))
            .await
            .is(200);
        let more = page["events"].as_array().unwrap();
        assert!(more.len() <= limit);
        text(&page, "next").clone_into(&mut after);
        if more.is_empty() {
            return (events, after, pages);
        }
        pages += 1;
        events.extend(more.iter().cloned());
    }
}

/// Invented events of no order.
pub(crate) async fn fill(world: &World, n: usize) {
    let mut connection = world.connection().await;
    for from in (0..n).step_by(5_000) {
        let mut pipeline = redis::pipe();
        for at in from..n.min(from + 5_000) {
            let event = serde_json::json!({"specversion": "1.0", "id": format!("0-01K9ZJ4R7QWX5T3V8M2N6P1D0E-{at}"),
                "source": "/domorder/it", "type": "order.queued", "subject": "0-01K9ZJ4R7QWX5T3V8M2N6P1D0E",
                "time": "2026-11-24T09:00:00Z", "data": {"number": at, "filler": "x".repeat(500)}});
            pipeline
                .cmd("XADD")
                .arg("{it:0}:events")
                .arg("*")
                .arg("event")
                .arg(event.to_string())
                .ignore();
        }
        let () = pipeline.query_async(&mut connection).await.unwrap();
    }
}

#[tokio::test]
async fn a_consumer_that_is_100_000_events_behind_catches_up_in_pages() {
    let world = World::new().await;
    let http = world.http();
    fill(&world, 100_000).await;
    let begun = Instant::now();
    let (events, after, pages) = all(&http, 1000, "0").await;
    println!("100,000 events in {pages} pages and {:?}", begun.elapsed());
    assert_eq!((events.len(), pages), (100_000, 100));
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["data"]["number"], at);
    }
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    let (new, _, _) = all(&http, 2, &after).await;
    assert_eq!(new, world.events(&key).await);
    let (none, _, _) = all(
        &http,
        10,
        text(&http.get("/v1/events?after=latest").await.is(200), "next"),
    )
    .await;
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_long_poll_answers_when_something_happens_and_not_before() {
    let mut world = World::new().await;
    let http = world.http();
    let begun = Instant::now();
    let page = http.get("/v1/events?wait=300ms").await.is(200);
    assert!(page["events"].as_array().unwrap().is_empty() && begun.elapsed() >= Duration::from_millis(300));
    let path = format!("/v1/events?wait=30s&after={}", text(&page, "next"));
    let begun = Instant::now();
    let waiting = http.get(&path);
    let happening = async {
        world
            .wait_until("it waits", || async { clients(&world, "cmd=xread ").await > 0 })
            .await;
        world.order(renew("renew-example-shop.com")).await
    };
    let (page, key) = tokio::join!(waiting, happening);
    let page = page.is(200);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(text(&page["events"][0], "type"), "order.queued");
    world.until(&key, "succeeded").await;

    // One that waits is answered when the process stops.
    let path = "/v1/events?wait=60s&after=latest";
    let waiting = http.get(path);
    let stopping = async {
        world
            .wait_until("it waits", || async { clients(&world, "cmd=xread ").await > 0 })
            .await;
        world.replicas[0].signal("-TERM");
    };
    let (page, ()) = tokio::join!(waiting, stopping);
    assert!(page.is(200)["events"].as_array().unwrap().is_empty());
    assert!(world.replicas[0].ended().await.success());
}

/// Connections of Redis of which its list says this.
pub(crate) async fn clients(world: &World, what: &str) -> usize {
    let list: String = world.redis(&["CLIENT", "LIST"]).await;
    list.lines().filter(|line| line.contains(what)).count()
}

#[tokio::test]
async fn events_of_several_shards_are_told_once_each_and_in_the_order_of_their_orders() {
    let world = World::with().setting("redis.shards", "5").replicas(2).start().await;
    let http = world.http();
    let keys: Vec<String> = renewals(40).iter().map(key_of).collect();
    let (submitting, reading) = (
        async {
            for document in renewals(40) {
                http.post("/v1/orders", &document).await.is(202);
            }
        },
        async {
            // From one replica and the other by turns: a place holds for every one of them.
            let readers = [Http::of(&world.replicas[0]), Http::of(&world.replicas[1])];
            let (mut events, mut after) = (Vec::<Value>::new(), "0".to_owned());
            let begun = Instant::now();
            for turn in 0.. {
                let page = readers[turn % 2]
                    .get(&format!("/v1/events?wait=1s&limit=7&after={after}"))
                    .await
                    .is(200);
                text(&page, "next").clone_into(&mut after);
                events.extend(page["events"].as_array().unwrap().iter().cloned());
                let over = events.iter().filter(|event| event["type"] == "order.succeeded").count();
                if over == 40 {
                    break;
                }
                assert!(begun.elapsed() < LIMIT, "{over} of 40");
            }
            events
        },
    );
    let ((), events) = tokio::join!(submitting, reading);
    world.until_all(&keys, "succeeded").await;
    let mut by_order = BTreeMap::<String, Vec<Value>>::new();
    for event in events {
        by_order
            .entry(text(&event["data"], "idempotency_key").to_owned())
            .or_default()
            .push(event);
    }
    for key in &keys {
        assert_eq!(by_order[key], world.events(key).await, "{key}");
    }
    let place = text(&http.get("/v1/events?after=latest").await.is(200), "next").to_owned();
    let (none, same, _) = all(&http, 10, &place).await;
    assert!(none.is_empty() && same == place);
}

#[tokio::test]
async fn places_and_bounds_that_are_wrong_are_named() {
    let world = World::new().await;
    let http = world.http();
    let answer = http.get("/v1/events?after=yesterday&limit=1001&wait=61s&since=1").await;
    answer.is(422);
    assert_eq!(answer.places(), ["after", "limit", "since", "wait"]);
    for after in ["0", "latest", "0-0", "1764000000000-7"] {
        http.get(&format!("/v1/events?after={after}")).await.is(200);
    }
    let request = http
        .request("GET", "/v1/events/stream")
        .header("last-event-id", "wibble");
    assert_eq!(http.send(request).await.places(), ["Last-Event-ID"]);
    http.get("/v1/events/stream?after=wibble").await.is(422);
}
