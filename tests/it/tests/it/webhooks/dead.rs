//! Events that are given up, replays, and endpoints that are no longer configured.

use serde_json::Value;

use crate::world::*;

fn refusing(post: &Post) -> bool {
    text(&post.event["data"], "domain").starts_with("renew-0")
}

#[tokio::test]
async fn what_is_refused_for_too_long_is_given_up_listed_and_delivered_by_a_replay() {
    let receiver = Receiver::answering(|post, _| Reply::Status(if refusing(post) { 500 } else { 200 })).await;
    let world = World::with()
        .hook(&receiver.url())
        .setting("webhooks.billing.give_up", "'1s'")
        .start()
        .await;
    let keys = world.orders(renewals(3)).await;
    world.until_all(&keys, "succeeded").await;
    let events: Vec<String> = world
        .events(&keys[0])
        .await
        .iter()
        .map(|e| text(e, "id").to_owned())
        .collect();
    world
        .wait_until("dead letters", || async {
            world.hook("billing").await["dead_letters"] == events.len()
        })
        .await;
    world.until_told(&receiver, &keys[1..]).await;
    let dead = world
        .run(&["webhooks", "dead", "billing", "-o", "json"])
        .await
        .ended(0)
        .json();
    let letters = dead["dead_letters"].as_array().unwrap();
    let ids: Vec<&str> = letters.iter().map(|letter| text(letter, "event")).collect();
    assert_eq!(ids, events);
    assert!(letters.iter().all(|letter| letter["result"] == "refused"));
    assert!(letters[0]["attempts"].as_u64() >= Some(3), "{letters:#?}");
    assert!(
        world
            .run(&["webhooks", "dead", "billing"])
            .await
            .ended(0)
            .out
            .contains(&events[0])
    );
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(
        metrics.sum("domorder_webhook_dead_letters", &[("endpoint", "billing")]),
        events.len() as f64
    );
    assert!(
        world
            .run(&["doctor"])
            .await
            .ended(1)
            .out
            .contains("domorder webhooks replay billing --all")
    );

    receiver.answer(|_, _| Reply::Status(200));
    let replayed = world.run(&["webhooks", "replay", "billing", &events[1]]).await.ended(0);
    assert!(replayed.out.contains("1 dead letters"), "{replayed:?}");
    let refused = world.id_of(&keys[0]).await.unwrap();
    world
        .wait_until("the replay", || async {
            receiver.taken_of(&refused) == [events[1].clone()]
        })
        .await;
    let missing = world.run(&["webhooks", "replay", "billing", &events[1]]).await.ended(1);
    assert!(missing.err.contains("no dead letters of billing"), "{missing:?}");
    world.run(&["webhooks", "replay", "billing", "--all"]).await.ended(0);
    world
        .wait_until("all of them", || async {
            receiver.taken_of(&refused).len() == events.len()
        })
        .await;
    let rest: Vec<String> = events.iter().filter(|id| **id != events[1]).cloned().collect();
    assert_eq!(receiver.taken_of(&refused)[1..], rest);
    world.until_quiet("billing").await;
    assert_eq!(world.hook("billing").await["dead_letters"], 0);
    world.run(&["doctor"]).await.ended(0);
}

#[tokio::test]
async fn gone_means_that_an_event_is_given_up_at_once_and_the_endpoint_stays() {
    let receiver = Receiver::answering(|post, _| Reply::Status(if refusing(post) { 410 } else { 200 })).await;
    let world = World::with().hook(&receiver.url()).start().await;
    let keys = world.orders(renewals(2)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys[1..]).await;
    world.until_quiet("billing").await;
    let events = world.events(&keys[0]).await.len();
    assert_eq!(world.hook("billing").await["dead_letters"], events);
    let refused = world.id_of(&keys[0]).await.unwrap();
    assert_eq!(
        receiver.posts().iter().filter(|post| post.order == refused).count(),
        events
    );
    let alert = world.replicas[0].lines().find(|line| line["result"] == "gone").unwrap();
    assert_eq!(alert["level"], "ERROR");
}

#[tokio::test]
async fn an_endpoint_out_of_the_configuration_is_reported_and_can_be_forgotten() {
    let receiver = Receiver::answering(|post, _| Reply::Status(if refusing(post) { 410 } else { 200 })).await;
    let mut world = World::with().hook(&receiver.url()).start().await;
    let keys = world.orders(renewals(2)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_quiet("billing").await;
    world.run(&["webhooks", "forget", "billing"]).await.ended(2);
    let settings = [
        "url",
        "secret",
        "allow_private",
        "timeout",
        "retry_initial",
        "retry_max",
    ];
    let settings = settings.map(|key| format!("webhooks.billing.{key}"));
    world.reconfigure(&settings.each_ref().map(|key| (key.as_str(), "")));
    let held = world.run(&["webhooks", "forget", "billing"]).await.ended(1);
    assert!(held.err.contains("restart the replicas"), "{held:?}");
    world.replicas[0].stop().await;
    world.another_replica().await;
    let doctor = world.run(&["doctor"]).await.ended(1);
    assert!(doctor.out.contains("billing is no longer configured"), "{doctor:?}");
    world.run(&["webhooks", "forget", "billing"]).await.ended(0);
    assert_eq!(world.hook("billing").await, Value::Null);
    world.run(&["doctor"]).await.ended(0);
    let left: Vec<String> = world.redis(&["KEYS", &format!("*{NAMESPACE}*webhook*")]).await;
    assert!(left.is_empty(), "{left:?}");
    world.run(&["webhooks", "dead", "billing"]).await.ended(2);
}
