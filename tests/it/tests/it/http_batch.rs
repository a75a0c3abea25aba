//! Batches: streamed in and out, in order, of any length.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::world::*;

/// A replica that takes orders in and works none.
async fn front(world: &mut World) -> Http {
    let replica = world.spawn_replica(&["run", "--no-worker"]);
    replica.until_it_listens().await;
    world.replicas.push(replica);
    world.http()
}

fn leave(world: &World, documents: &[Value]) {
    documents.iter().for_each(|document| world.leave(&key_of(document)));
}

#[tokio::test]
async fn every_line_is_answered_in_its_place_whatever_became_of_it() {
    let mut world = World::with().prepare().await;
    let http = front(&mut world).await;
    let one = renew("renew-1-example.com");
    let two = renew("renew-2-example.com");
    let long = json!({"idempotency_key": "long", "metadata": {"x": "y".repeat(64 * 1024)}}).to_string();
    let body = format!(
        "{one}\n\n{{\n{two}\r\n{one}\n{long}\n{}\n  \n{}",
        with(one.clone(), json!({"years": 2})),
        with(two.clone(), json!({"years": 0, "idempotency_key": "three"})),
    );
    let lines = http.batch(body).await;
    let came_to: Vec<(u64, Value)> = lines
        .iter()
        .map(|line| {
            let what = if line["order"].is_object() {
                line["order"]["idempotency_key"].clone()
            } else {
                line["problem"]["status"].clone()
            };
            (line["line"].as_u64().unwrap(), what)
        })
        .collect();
    let (first, second) = (json!(key_of(&one)), json!(key_of(&two)));
    let wanted = [
        (1, first.clone()),
        (3, json!(400)),
        (4, second),
        (5, first),
        (6, json!(413)),
        (7, json!(409)),
        (9, json!(422)),
    ];
    assert_eq!(came_to, wanted, "{lines:#?}");
    assert_eq!(lines[3]["order"]["id"], lines[0]["order"]["id"]);
    assert_eq!(
        (&lines[0]["replayed"], &lines[3]["replayed"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(lines[6]["problem"]["errors"][0]["pointer"], "/years");
    assert!(http.batch("").await.is_empty());
    let plain = http
        .request("POST", "/v1/orders/batch")
        .header("content-type", "application/json");
    http.send(plain.body("{}")).await.is(415);
    leave(&world, &[one, two]);
}

#[tokio::test]
async fn a_line_is_answered_before_the_next_one_is_sent() {
    let mut world = World::with().prepare().await;
    let http = front(&mut world).await;
    let (send, parts) = futures::channel::mpsc::unbounded::<Bytes>();
    let documents = renewals(5);
    let request = http
        .request("POST", "/v1/orders/batch")
        .header("content-type", "application/x-ndjson");
    send.unbounded_send(format!("{}\n", documents[0]).into()).unwrap();
    let mut response = request.body(streamed(parts)).send().await.unwrap();
    for (at, document) in documents.iter().enumerate() {
        let line: Value = serde_json::from_slice(&response.chunk().await.unwrap().unwrap()).unwrap();
        assert_eq!(line["order"]["idempotency_key"], key_of(document));
        if let Some(next) = documents.get(at + 1) {
            send.unbounded_send(format!("{next}\n").into()).unwrap();
        }
    }
    drop(send);
    assert!(response.chunk().await.unwrap().is_none());
    leave(&world, &documents);
}

#[tokio::test]
async fn a_huge_batch_takes_little_memory_and_starves_nobody() {
    let mut world = World::with().prepare().await;
    let http = front(&mut world).await;
    let documents = renewals(12_000);
    let single = renew("renew-single-example.com");
    let resident = async || {
        world.replicas[0]
            .metrics()
            .await
            .sum("process_resident_memory_bytes", &[])
    };
    let before = resident().await;
    let body = ndjson(&documents);
    let begun = Instant::now();
    let batch = http.batch(body);
    let meanwhile = async {
        world
            .wait_until("the batch is under way", || async {
                world.replicas[0]
                    .metrics()
                    .await
                    .sum("domorder_orders_accepted_total", &[])
                    > 500.0
            })
            .await;
        let begun = Instant::now();
        http.post("/v1/orders", &single).await.is(202);
        let took = begun.elapsed();
        let accepted = world.replicas[0]
            .metrics()
            .await
            .sum("domorder_orders_accepted_total", &[]);
        (took, accepted, resident().await)
    };
    let (lines, (took, accepted, during)) = tokio::join!(batch, meanwhile);
    let (took_all, grown) = (begun.elapsed(), (during - before) / 1024.0 / 1024.0);
    println!("12,000 orders in {took_all:?}; one of another caller meanwhile in {took:?}; {grown:.1} MiB more");
    assert!(
        accepted < 12_000.0,
        "the single order came while the batch was under way"
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(grown < 24.0, "{grown} MiB");
    assert_eq!(lines.len(), documents.len());
    for (at, (line, document)) in lines.iter().zip(&documents).enumerate() {
        assert_eq!(line["line"], at + 1);
        assert_eq!(line["order"]["idempotency_key"], key_of(document), "{line:#}");
    }
    leave(&world, &documents);
    leave(&world, &[single]);
}

#[tokio::test]
async fn a_batch_that_was_cut_is_sent_again_and_each_order_is_there_once() {
    let mut world = World::with().prepare().await;
    let http = front(&mut world).await;
    let documents = renewals(4_000);
    let (first, rest) = documents.split_at(1_000);
    let (send, parts) = futures::channel::mpsc::unbounded::<Bytes>();
    let request = http
        .request("POST", "/v1/orders/batch")
        .header("content-type", "application/x-ndjson");
    send.unbounded_send(ndjson(first).into()).unwrap();
    let mut response = request.body(streamed(parts)).send().await.unwrap();
    let mut text = Vec::new();
    while text.iter().filter(|byte| **byte == b'\n').count() < 1_000 {
        text.extend_from_slice(&response.chunk().await.unwrap().unwrap());
    }
    world.redis.kill9();
    send.unbounded_send(ndjson(rest).into()).unwrap();
    drop(send);
    while let Some(part) = response.chunk().await.unwrap() {
        text.extend_from_slice(&part);
    }
    let lines: Vec<Value> = text
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    assert_eq!(lines.len(), 4_000, "every line is answered");
    assert!(
        lines[1_000..].iter().all(|line| line["problem"]["status"] == 503),
        "{:#}",
        lines[1_000]
    );

    world.redis.restart().await.unwrap();
    world
        .wait_until("Redis is back", || async {
            world.replicas[0].get("/readyz").await.unwrap().0 == 200
        })
        .await;
    let again = http.batch(ndjson(&documents)).await;
    assert!(again.iter().all(|line| line["order"].is_object()));
    let replayed = again.iter().filter(|line| line["replayed"] == true).count();
    assert!((1_000..2_000).contains(&replayed), "{replayed}");
    leave(&world, &documents);
}

#[tokio::test]
async fn a_batch_in_hand_is_answered_to_its_end_when_the_process_is_told_to_stop() {
    let mut world = World::with().prepare().await;
    let http = front(&mut world).await;
    let documents = renewals(2_000);
    let (send, parts) = futures::channel::mpsc::unbounded::<Bytes>();
    let request = http
        .request("POST", "/v1/orders/batch")
        .header("content-type", "application/x-ndjson");
    send.unbounded_send(ndjson(&documents[..500]).into()).unwrap();
    let response = request.body(streamed(parts)).send().await.unwrap();
    world.replicas[0].signal("-TERM");
    world
        .wait_until("it stops", || async { world.replicas[0].said("stopping: nothing new") })
        .await;
    send.unbounded_send(ndjson(&documents[500..]).into()).unwrap();
    drop(send);
    let text = response.text().await.unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2_000);
    let refused: Vec<&Value> = lines.iter().filter(|line| line["problem"].is_object()).collect();
    assert!(refused.len() >= 1_500 && refused.iter().all(|line| line["problem"]["status"] == 503));
    assert!(world.replicas[0].ended().await.success());
    let accepted: Vec<Value> = documents
        .iter()
        .zip(&lines)
        .filter(|(_, l)| l["order"].is_object())
        .map(|(d, _)| d.clone())
        .collect();
    leave(&world, &accepted);
}
