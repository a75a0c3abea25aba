//! Server-sent events: as they happen, resumed, shared, cut off.

use serde_json::Value;

use super::http_events::{clients, fill};
use crate::world::*;

async fn open_streams(world: &World) -> f64 {
    world.replicas[0].metrics().await.sum("domorder_http_streams", &[])
}

#[tokio::test]
async fn a_stream_tells_what_happens_and_is_resumed_without_a_gap() {
    let world = World::new().await;
    let http = world.http();
    let first = world.order(renew("renew-0-example.com")).await;
    world.until(&first, "succeeded").await;
    let mut stream = http.stream("", None).await;
    let second = world.order(renew("renew-1-example.com")).await;
    let event = stream.next().await.unwrap();
    assert_eq!(
        (text(&event, "type"), text(&event["data"], "idempotency_key")),
        ("order.queued", second.as_str())
    );
    let last = stream.last.clone();
    drop(stream);
    world.until(&second, "succeeded").await;
    world
        .wait_until("the place of the one that left is free", || async {
            open_streams(&world).await == 0.0
        })
        .await;

    let mut told = vec![event];
    let mut stream = http.stream("?after=0", Some(&last)).await;
    while text(told.last().unwrap(), "type") != "order.succeeded" {
        told.push(stream.next().await.unwrap());
    }
    assert_eq!(told, world.events(&second).await);
    let mut whole = http.stream("?after=0", None).await;
    for event in world.events(&first).await {
        assert_eq!(whole.next().await.unwrap(), event);
    }
}

#[tokio::test]
async fn a_hundred_streams_cost_redis_what_one_costs_and_miss_nothing() {
    let world = World::new().await;
    let http = world.http();
    let mut streams = vec![http.stream("?after=0", None).await];
    world
        .wait_until("it follows", || async { clients(&world, "cmd=xread ").await == 1 })
        .await;
    let before = clients(&world, "id=").await;
    for _ in 1..100 {
        streams.push(http.stream("?after=0", None).await);
    }
    assert_eq!(clients(&world, "cmd=xread ").await, 1, "one blocking read for all");
    assert_eq!(clients(&world, "id=").await, before, "no connection more");
    assert_eq!(open_streams(&world).await, 100.0);
    let calls = async || -> u64 {
        let stats: String = world.redis(&["INFO", "commandstats"]).await;
        let line = stats
            .lines()
            .find(|line| line.starts_with("cmdstat_xrange:"))
            .unwrap_or_default()
            .to_owned();
        line.split("calls=")
            .nth(1)
            .and_then(|rest| rest.split(',').next()?.parse().ok())
            .unwrap_or(0)
    };
    let reads = calls().await;
    let keys = world.orders(renewals(20)).await;
    world.until_all(&keys, "succeeded").await;
    let all = world.all_events("0").await;
    for stream in &mut streams {
        let mut told: Vec<Value> = Vec::new();
        while told.len() < all.len() {
            told.push(
                tokio::time::timeout(LIMIT, stream.next())
                    .await
                    .expect("it is told in time")
                    .unwrap(),
            );
        }
        assert_eq!(told, all);
    }
    let more = calls().await - reads;
    assert!(more < 100, "{} events to 100 streams cost {more} reads", all.len());
}

#[tokio::test]
async fn a_stream_is_kept_alive_and_ends_with_a_hint_when_the_process_stops() {
    let mut world = World::new().await;
    let http = world.http();
    let mut stream = http.stream("", None).await;
    stream.until_comment().await;
    world.replicas[0].signal("-TERM");
    assert!(stream.next().await.is_none(), "nothing happens");
    assert_eq!(stream.comments, 2, "a heartbeat and the farewell");
    assert_eq!(stream.retries, 2, "at the begin and at the end");
    assert!(world.replicas[0].ended().await.success());
}

#[tokio::test]
async fn who_does_not_read_is_cut_off_and_nothing_is_buffered_for_it() {
    use tokio::io::AsyncWriteExt as _;
    let world = World::new().await;
    fill(&world, 40_000).await;
    let resident = async || {
        world.replicas[0]
            .metrics()
            .await
            .sum("process_resident_memory_bytes", &[])
    };
    let before = resident().await;
    let mut silent = Vec::new();
    for _ in 0..5 {
        let mut stream = tokio::net::TcpStream::connect(world.replicas[0].address().unwrap())
            .await
            .unwrap();
        stream
            .write_all(b"GET /v1/events/stream?after=0 HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .await
            .unwrap();
        silent.push(stream);
    }
    world
        .wait_until("they are open", || async { open_streams(&world).await == 5.0 })
        .await;
    world
        .wait_until("they are cut off", || async { open_streams(&world).await == 0.0 })
        .await;
    let grown = (resident().await - before) / 1024.0 / 1024.0;
    assert!(grown < 16.0, "{grown} MiB");
    // One that reads is served all the while.
    let mut reader = world.http().stream("?after=0", None).await;
    for at in 0..40_000 {
        assert_eq!(reader.next().await.unwrap()["data"]["number"], at);
    }
}

#[tokio::test]
async fn there_are_as_many_streams_as_are_allowed() {
    let world = World::with().setting("http.streams", "2").start().await;
    let http = world.http();
    let _open = [http.stream("", None).await, http.stream("", None).await];
    let third = http.get("/v1/events/stream").await;
    third.is(503);
    assert!(!third.header("retry-after").is_empty());
    http.get("/v1/events?wait=1s&after=latest").await.is(503);
    http.get("/v1/events?after=latest").await.is(200);
}

#[tokio::test]
async fn a_stream_outlives_a_redis_that_goes_and_comes_back_and_misses_nothing() {
    let mut world = World::new().await;
    let http = world.http();
    let mut stream = http.stream("", None).await;
    let first = world.order(renew("renew-0-example.com")).await;
    let mut told = vec![stream.next().await.unwrap()];
    world.until(&first, "succeeded").await;
    world.redis.kill9();
    world
        .wait_until("that is noticed", || async {
            world.replicas[0].said("the events cannot be followed")
        })
        .await;
    world.redis.restart().await.unwrap();
    let second = world.order(renew("renew-1-example.com")).await;
    world.until(&second, "succeeded").await;
    let wanted = [world.events(&first).await, world.events(&second).await].concat();
    while told.len() < wanted.len() {
        told.push(
            tokio::time::timeout(LIMIT, stream.next())
                .await
                .expect("it goes on")
                .unwrap(),
        );
    }
    assert_eq!(told, wanted);
}
