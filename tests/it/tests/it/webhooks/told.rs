//! What an endpoint is told.

use std::collections::BTreeSet;

use crate::world::*;

#[tokio::test]
async fn every_event_of_every_order_comes_signed_under_its_id_and_in_order() {
    let receiver = Receiver::new().await;
    let world = World::with()
        .hook(&receiver.url())
        .setting("redis.shards", "4")
        .replicas(2)
        .start()
        .await;
    world.keep_secret(&SECRET["whsec_".len()..]);
    world.keep_secret("query-t0ken-of-the-tests");
    let mut documents = renewals(20);
    documents.push(register("new-example-shop.com"));
    documents.push(transfer("incoming-example-shop.com", "good-Code-1"));
    documents.push(email_create("mail-example-shop.com"));
    let keys = world.orders(documents).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys).await;
    world.until_quiet("billing").await;
    let mut stream = Vec::new();
    for shard in 0..4 {
        stream.extend(world.all_events(&shard.to_string()).await);
    }
    let posts = receiver.posts().clone();
    assert_eq!(
        posts.len(),
        stream.len(),
        "some events came twice, though nothing went wrong"
    );
    for post in &posts {
        assert!(stream.contains(&post.event), "{:#} is not in the stream", post.event);
        assert_eq!(post.event["id"], *post.id);
    }
    let mut deliveries = 0.0;
    for replica in &world.replicas {
        let metrics = replica.metrics().await;
        deliveries += metrics.sum(
            "domorder_webhook_deliveries_total",
            &[("endpoint", "billing"), ("result", "ok")],
        );
        assert_eq!(
            metrics.sum("domorder_webhook_queue_depth", &[("endpoint", "billing")]),
            0.0
        );
        assert!(
            metrics
                .text()
                .contains("domorder_webhook_queue_depth{endpoint=\"billing\"} 0")
        );
        for name in metrics
            .text()
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE domorder_webhook_"))
        {
            let name = name.split(' ').next().unwrap();
            assert!(
                metrics.text().contains(&format!("# HELP domorder_webhook_{name} ")),
                "{name}"
            );
        }
    }
    assert_eq!(deliveries, posts.len() as f64, "one replica delivers, and counts");
}

#[tokio::test]
async fn endpoints_hear_what_they_asked_for_only() {
    let (all, ends) = (Receiver::new().await, Receiver::new().await);
    let world = World::with()
        .hook_named("all", &all.url())
        .hook_named("ends", &ends.url())
        .setting("webhooks.ends.events", "['order.succeeded', 'order.failed']")
        .start()
        .await;
    let keys = world.orders(renewals(5)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&all, &keys).await;
    world.until_quiet("ends").await;
    let kinds: Vec<String> = ends
        .posts()
        .iter()
        .map(|post| text(&post.event, "type").to_owned())
        .collect();
    assert_eq!(kinds, vec!["order.succeeded"; 5]);
    assert_eq!(
        ends.posts()
            .iter()
            .map(|post| &post.order)
            .collect::<BTreeSet<_>>()
            .len(),
        5
    );
}

#[tokio::test]
async fn while_a_secret_is_replaced_the_old_one_verifies_too() {
    let receiver = Receiver::new().await;
    let new = "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlc2UtdGVzdHM";
    let world = World::with()
        .hook(&receiver.url())
        .setting("webhooks.billing.secret", &format!("'{new}'"))
        .setting("webhooks.billing.previous_secret", &format!("'{SECRET}'"))
        .start()
        .await;
    world.keep_secret(&new["whsec_".len()..]);
    let keys = world.orders(renewals(1)).await;
    world.until_all(&keys, "succeeded").await;
    // The receiver verifies with the old one, and says when it is dropped what it could not verify.
    world.until_told(&receiver, &keys).await;
}

#[tokio::test]
async fn a_new_endpoint_begins_with_what_happens_from_then_on_or_with_the_oldest() {
    let (new, oldest) = (Receiver::new().await, Receiver::new().await);
    let mut world = World::with().start().await;
    let before = world.orders(renewals(3)).await;
    world.until_all(&before, "succeeded").await;
    world.replicas[0].stop().await;
    let hook = |name: &str, receiver: &Receiver| {
        [
            (format!("webhooks.{name}.url"), format!("'{}'", receiver.url())),
            (format!("webhooks.{name}.secret"), format!("'{SECRET}'")),
            (format!("webhooks.{name}.allow_private"), "true".to_owned()),
        ]
    };
    let settings = [hook("new", &new), hook("oldest", &oldest)].concat();
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    world.reconfigure(&settings);
    world.reconfigure(&[("webhooks.oldest.begin", "'oldest'")]);
    world.another_replica().await;
    world.until_told(&oldest, &before).await;
    world.until_quiet("new").await;
    assert_eq!(new.posts().len(), 0);
    let after = world.orders([register("later-example-shop.com")]).await;
    world.until_all(&after, "succeeded").await;
    world.until_told(&new, &after).await;
    world.until_told(&oldest, &after).await;
    assert!(
        new.posts()
            .iter()
            .all(|post| text(&post.event["data"], "domain") == "later-example-shop.com")
    );
}

/// A hundred thousand with `DOMORDER_EVENTS=100000`; says how fast.
#[tokio::test]
async fn an_endpoint_far_behind_catches_up() {
    let events: usize = std::env::var("DOMORDER_EVENTS").map_or(5_000, |n| n.parse().unwrap());
    let receiver = Receiver::new().await;
    let mut world = World::with()
        .hook(&receiver.url())
        .setting("webhooks.billing.begin", "'oldest'")
        .prepare()
        .await;
    let mut connection = world.connection().await;
    for chunk in (0..events).collect::<Vec<_>>().chunks(1_000) {
        let mut pipeline = redis::pipe();
        for at in chunk {
            let order = format!("0-{:026}", at % 2_000);
            let event = serde_json::json!({
                "specversion": "1.0", "id": format!("{order}-{at}"), "source": "/domorder/it", "type": "order.queued",
                "subject": order, "time": "2026-01-01T00:00:00Z", "data": {"id": order, "filling": "x".repeat(500)},
            });
            let stream = format!("{{{NAMESPACE}:0}}:events");
            pipeline
                .cmd("XADD")
                .arg(stream)
                .arg("*")
                .arg("event")
                .arg(event.to_string())
                .ignore();
        }
        let () = pipeline.query_async(&mut connection).await.unwrap();
    }
    let begun = std::time::Instant::now();
    world.another_replica().await;
    // Orders are worked meanwhile as ever.
    let keys = world.orders(renewals(3)).await;
    world.until_all(&keys, "succeeded").await;
    let limit = LIMIT.max(std::time::Duration::from_millis(events as u64 * 10));
    while receiver.posts().len() < events {
        assert!(begun.elapsed() < limit, "{} of {events}", receiver.posts().len());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let took = begun.elapsed().as_secs_f64();
    let cpu = world.replicas[0].metrics().await.sum("process_cpu_seconds_total", &[]);
    let micros = cpu / events as f64 * 1e6;
    eprintln!(
        "{events} events in {took:.1} s, {:.0}/s, {micros:.0} µs of the worker's CPU each",
        events as f64 / took
    );
    world.until_quiet("billing").await;
    let posts = receiver.posts();
    let ids: BTreeSet<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids.len(), posts.len(), "some came twice");
    let mut last = std::collections::BTreeMap::<&str, usize>::new();
    for post in posts.iter().filter(|post| post.event["data"]["filling"].is_string()) {
        let number = post.id.rsplit('-').next().unwrap().parse().unwrap();
        let before = last.insert(&post.order, number);
        assert!(
            before.is_none_or(|before| before < number),
            "{} came after {before:?}",
            post.id
        );
    }
}
