//! Endpoints that are away or refuse, and replicas that die.

use std::time::Duration;

use crate::world::*;

#[tokio::test]
async fn an_endpoint_that_was_down_hears_all_that_it_missed() {
    let mut receiver = Receiver::new().await;
    receiver.go_down().await;
    let world = World::with()
        .hook(&receiver.url())
        .setting("redis.shards", "4")
        .start()
        .await;
    let keys = world.orders(renewals(30)).await;
    world.until_all(&keys, "succeeded").await;
    world
        .wait_until("the endpoint counts as failing", || async {
            world.hook("billing").await["failing_since"].is_string()
        })
        .await;
    let doctor = world.run(&["doctor"]).await.ended(1);
    assert!(
        doctor.out.contains("webhook endpoint billing takes nothing since"),
        "{doctor:?}"
    );
    let metrics = world.replicas[0].metrics().await;
    assert!(metrics.sum("domorder_webhook_queue_depth", &[("endpoint", "billing")]) >= 60.0);
    assert!(metrics.sum("domorder_webhook_deliveries_total", &[("result", "connect")]) > 0.0);
    receiver.come_up().await;
    world.until_told(&receiver, &keys).await;
    world.until_quiet("billing").await;
    world
        .wait_until("every shard knows that it takes events", || async {
            world.hook("billing").await["failing_since"].is_null()
        })
        .await;
    assert!(world.replicas[0].said("the endpoint takes events again"));
}

#[tokio::test]
async fn while_an_orders_event_is_refused_its_later_ones_wait_and_other_orders_go_on() {
    // Refused until all others are through.
    let receiver = Receiver::answering(|post, _| match text(&post.event["data"], "domain") {
        "renew-0-example.com" => Reply::Status(500),
        _ => Reply::Status(200),
    })
    .await;
    let world = World::with().hook(&receiver.url()).start().await;
    let keys = world.orders(renewals(12)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys[1..]).await;
    let refused = world.id_of(&keys[0]).await.unwrap();
    let first = format!("{refused}-1");
    let tries = || receiver.posts().iter().filter(|post| post.order == refused).count();
    world.wait_until("some tries", || async { tries() >= 4 }).await;
    assert!(
        receiver
            .posts()
            .iter()
            .all(|post| post.order != refused || post.id == first)
    );
    assert_eq!(world.hook("billing").await["held_orders"], 1);
    receiver.answer(|_, _| Reply::Status(200));
    world.until_told(&receiver, &keys).await;
    world.until_quiet("billing").await;
}

#[tokio::test]
async fn every_other_post_refused_still_brings_all_in_order() {
    let receiver = Receiver::answering(|post, before| {
        let tries = before.iter().filter(|other| other.id == post.id).count();
        Reply::Status(if tries == 0 { 503 } else { 202 })
    })
    .await;
    let world = World::with().hook(&receiver.url()).start().await;
    let keys = world.orders(renewals(10)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys).await;
}

#[tokio::test]
async fn a_pause_that_the_endpoint_asks_for_is_kept() {
    let receiver = Receiver::answering(|_, before| match before.len() {
        0 => Reply::Told(429, "retry-after", "2".to_owned()),
        _ => Reply::Status(200),
    })
    .await;
    let world = World::with().hook(&receiver.url()).start().await;
    let keys = world.orders(renewals(1)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys).await;
    let posts = receiver.posts().clone();
    let pause = posts[1].at - posts[0].at;
    assert!(pause >= Duration::from_millis(1_950), "{pause:?}");
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(
        metrics.sum("domorder_webhook_deliveries_total", &[("result", "throttled")]),
        1.0
    );
}

#[tokio::test]
async fn a_replica_killed_in_mid_delivery_is_followed_by_another_under_the_same_ids() {
    // Nothing is answered while the first one lives, so that it dies in the middle of what it has posted.
    let receiver = Receiver::answering(|_, _| Reply::After(Duration::from_secs(30))).await;
    let mut world = World::with().hook(&receiver.url()).start().await;
    world.another_replica().await;
    let keys = world.orders(renewals(8)).await;
    world
        .wait_until("posts that are not answered", || async { receiver.posts().len() >= 4 })
        .await;
    // Only deliveries are on their way when it dies: a renewal cut off before its call would need a person.
    world.until_all(&keys, "succeeded").await;
    world.replicas[0].kill9();
    let told = receiver.posts().clone();
    receiver.answer(|_, _| Reply::Status(200));
    world
        .wait_until("what was on its way comes again", || async {
            let posts = receiver.posts();
            told.iter().all(|one| {
                posts[told.len()..]
                    .iter()
                    .any(|post| post.id == one.id && post.event == one.event)
            })
        })
        .await;
    world.until_told(&receiver, &keys).await;
    world.until_quiet("billing").await;
}

#[tokio::test]
async fn after_a_restart_nothing_is_missing_and_nothing_told_comes_again() {
    let receiver = Receiver::new().await;
    let mut world = World::with().hook(&receiver.url()).start().await;
    let first = world.orders(renewals(6)).await;
    world.until_all(&first, "succeeded").await;
    world.until_told(&receiver, &first).await;
    let (ended, _) = world.replicas[0].stop().await;
    assert!(ended.success());
    let told = receiver.posts().len();
    let later: Vec<_> = ["a", "b", "c"]
        .map(|n| register(&format!("{n}-example-shop.com")))
        .into();
    let lines: Vec<String> = later.iter().map(ToString::to_string).collect();
    world.run_with(&["enqueue"], &lines.join("\n")).await.ended(0);
    world.another_replica().await;
    let keys: Vec<String> = later.iter().map(key_of).collect();
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys).await;
    let ids: std::collections::BTreeSet<String> = receiver.posts()[..told].iter().map(|post| post.id.clone()).collect();
    assert!(receiver.posts()[told..].iter().all(|post| !ids.contains(&post.id)));
}

#[tokio::test]
async fn without_redis_for_a_while_deliveries_go_on_afterwards() {
    let receiver = Receiver::new().await;
    let mut world = World::with().hook(&receiver.url()).start().await;
    let keys = world.orders(renewals(5)).await;
    world.until_all(&keys, "succeeded").await;
    world.redis.restart().await.unwrap();
    let more = world.orders([register("new-example-shop.com")]).await;
    world.until_all(&more, "succeeded").await;
    world.until_told(&receiver, &keys).await;
    world.until_told(&receiver, &more).await;
}

#[tokio::test]
async fn a_process_without_worker_posts_nothing() {
    let receiver = Receiver::new().await;
    let mut world = World::with().hook(&receiver.url()).prepare().await;
    let http = world.spawn_replica(&["run", "--no-worker"]);
    http.until_it_listens().await;
    world.replicas.push(http);
    world
        .run_with(&["enqueue"], &renew("renew-example-shop.com").to_string())
        .await
        .ended(0);
    assert_eq!(world.hook("billing").await["seen"], false);
    world.reconfigure(&[("webhooks.billing.begin", "'oldest'")]);
    world.replicas.push(world.spawn_replica(&["run", "--no-http"]));
    let keys = ["renew:renew-example-shop.com".to_owned()];
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys).await;
}
