//! Replicas that die, hang, come too late, or share the work.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::{Value, json};

use crate::world::*;

#[tokio::test]
async fn an_order_whose_worker_was_killed_in_a_paid_call_is_found_out_by_reading() {
    let mut world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Stall).operation("RenewalOrder").once());
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Stall).operation("eelite/add").once());
    let keys = world
        .orders([renew("renew-example-shop.com"), email_create("fresh-example-shop.com")])
        .await;
    world.until_called("RenewalOrder", 1).await;
    world.until_called("eelite/add", 1).await;
    world.replicas[0].kill9();
    for key in &keys {
        assert_eq!(world.view(key).await.unwrap()["state"], "dispatching");
    }

    let next = world.another_replica().await;
    for (key, view) in keys.iter().zip(world.until_all(&keys, "succeeded").await) {
        assert_eq!(view["attempts"], 1, "{view:#}");
        let steps = world.steps(key).await;
        assert!(
            steps.contains(&"unknown_outcome/found_after_crash".to_owned()),
            "{steps:?}"
        );
    }
    let metrics = world.replicas[next].metrics().await;
    assert_eq!(metrics.sum("domorder_leases_expired_total", &[]), 2.0);
}

#[tokio::test]
async fn an_order_whose_worker_was_killed_before_the_call_arrived_is_sent_anew_once_absence_is_proven() {
    let mut world = World::new().await;
    // The provider drops what it was sent: as if it had never arrived, but the worker does not live to see that.
    let lost = Rule::new(Behaviour::DoLate { ms: 600_000 }).operation("Order").once();
    world.providers().add_fault(lost);
    let key = world.order(register("new-example-shop.com")).await;
    world
        .wait_until("the call has arrived", || async {
            world.providers().faults()[0].fired == 1
        })
        .await;
    world.replicas[0].kill9();

    world.another_replica().await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(2), &json!("yes")));
}

#[tokio::test]
async fn replicas_share_the_work_and_buy_nothing_twice() {
    let mut world = World::with()
        .replicas(2)
        .setting("accounts.cr-main.concurrency", "4")
        .start()
        .await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 20 }).operation("RenewalOrder"));
    let keys = world.orders(renewals(60)).await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["attempts"], 1);
    }
    for replica in &world.replicas {
        let metrics = replica.metrics().await;
        assert!(metrics.sum("domorder_orders_finished_total", &[]) > 0.0);
        // Gauges about orders are the same from every replica.
        assert_eq!(metrics.sum("domorder_orders", &[("state", "succeeded")]), 60.0);
    }
    world.replicas[0].kill9();
}

#[tokio::test]
async fn an_accounts_limits_hold_over_all_replicas() {
    let world = World::with()
        .replicas(2)
        .setting("accounts.cr-main.concurrency", "2")
        .setting("accounts.lb-main.rate", "'5/s'")
        .start()
        .await;
    let takes = Duration::from_millis(250);
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 250 }).operation("RenewalOrder"));
    let emails = (0..16).map(|at| email_add(&format!("mail-{at}-example.com")));
    let keys = world.orders(renewals(10).into_iter().chain(emails)).await;
    world.until_all(&keys, "succeeded").await;

    let arrived = |operation: &str| -> Vec<jiff::Timestamp> {
        let requests = world.providers().requests().requests;
        let of_it = requests.iter().filter(|request| request.operation == operation);
        of_it.map(|request| request.at).collect()
    };
    // Two in flight: the third comes no sooner than one of them has been answered.
    for three in arrived("RenewalOrder").windows(3) {
        let apart = three[2].duration_since(three[0]);
        assert!(apart >= jiff::SignedDuration::try_from(takes).unwrap(), "{apart:?}");
    }
    // Five at once after a pause, then five a second: sixteen take more than two seconds.
    let calls = arrived("eelite/add-email-account");
    let all = calls[15].duration_since(calls[0]);
    assert!(all >= jiff::SignedDuration::from_millis(1_900), "{all:?}");
}

#[tokio::test]
async fn replicas_that_are_killed_one_after_another_buy_nothing_twice() {
    let mut world = World::with().replicas(2).setting("worker.lease", "'4s'").start().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 60 }).provider(domorder_tests_sim::Provider::ConnectReseller));
    let documents: Vec<Value> = (0..30)
        .flat_map(|at| {
            let name = format!("{at}-example.com");
            [register(&format!("new-{name}")), renew(&format!("renew-{name}"))]
        })
        .collect();
    let keys: Vec<String> = documents.iter().map(key_of).collect();
    world.orders(documents).await;
    world
        .wait_until("all are accepted", || async {
            world.redis::<u64>(&["XLEN", "it:intake"]).await == 0
        })
        .await;
    for round in 0..2 {
        world.until_called("Order", 4 + 8 * round as u64).await;
        world.replicas[round].kill9();
        world.another_replica().await;
    }
    for key in &keys {
        world
            .wait_until(&format!("{key} ends"), || async {
                let view = world.view(key).await.unwrap_or_default();
                state_of(&view) == "succeeded" || state_of(&view) == "action_required/absence_inconclusive"
            })
            .await;
        let view = world.view(key).await.unwrap();
        if view["state"] == "action_required" {
            assert_eq!(
                view["kind"], "renew",
                "only where one weak witness can be asked: {view:#}"
            );
            world.leave(key);
        }
    }
}

#[tokio::test]
async fn a_replica_that_was_held_still_longer_than_its_lease_records_nothing() {
    let mut world = World::with().setting("worker.lease", "'4s'").start().await;
    world.providers().add_fault(
        Rule::new(Behaviour::Late { ms: 1_000 })
            .operation("RenewalOrder")
            .once(),
    );
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until_called("RenewalOrder", 1).await;
    world.replicas[0].signal("-STOP");

    let next = world.another_replica().await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 1);
    assert_eq!(
        world.replicas[next]
            .metrics()
            .await
            .sum("domorder_leases_expired_total", &[]),
        1.0
    );

    world.replicas[0].signal("-CONT");
    world
        .wait_until("the late holder's record is refused", || async {
            world.replicas[0]
                .metrics()
                .await
                .sum("domorder_records_refused_total", &[])
                == 1.0
        })
        .await;
    let timeline = world.timeline(&key).await;
    assert!(
        timeline.iter().any(|entry| text(entry, "why").contains("late holder")),
        "what it knows is kept as evidence: {timeline:#?}"
    );
    assert_eq!(world.view(&key).await.unwrap(), view, "and nothing else changes");
    let mut finished = 0.0;
    for replica in &world.replicas {
        finished += replica.metrics().await.sum("domorder_orders_finished_total", &[]);
    }
    assert_eq!(finished, 1.0, "it is counted once");
}

/// Holds Redis still between the read before a paid call and the intent of it.
async fn hold_before_the_intent(world: &World) {
    world
        .wait_until("the read before the call arrives", || async {
            world.providers().faults()[0].fired == 1
        })
        .await;
    world.redis.pause();
    world
        .wait_until("the call is decided on", || async {
            world.replicas[0].said("the intent is written, then the one request goes out")
        })
        .await;
}

/// A world whose first order takes a while to read.
async fn world_with_a_slow_read(lease: &str) -> (World, String) {
    slow_to_read(World::with().setting("worker.lease", lease).start().await).await
}

async fn slow_to_read(world: World) -> (World, String) {
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 300 }).operation("ViewDomain").once());
    let key = world.order(renew("renew-example-shop.com")).await;
    (world, key)
}

#[tokio::test]
async fn a_call_whose_connection_is_refused_was_not_sent_and_is_tried_again() {
    let (world, key) = world_with_a_slow_read("'5s'").await;
    hold_before_the_intent(&world).await;
    world.providers().refuse_connections();
    world.redis.resume();
    world
        .wait_until("it is known that nothing left", || async {
            world.steps(&key).await.contains(&"queued/not_sent".to_owned())
        })
        .await;
    assert_eq!(world.providers().requests().calls("RenewalOrder"), 0);
    world.providers().accept_connections();
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["charged"], "yes");
    assert!(view["attempts"].as_u64() >= Some(2), "{view:#}");
    let steps = world.steps(&key).await;
    assert!(!steps.iter().any(|step| step.starts_with("unknown")), "{steps:?}");
}

#[tokio::test]
async fn an_intent_that_took_too_long_to_write_is_not_sent() {
    let (world, key) = world_with_a_slow_read("'20s'").await;
    hold_before_the_intent(&world).await;
    // Beyond the gate of a second.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    world.redis.resume();
    world.until(&key, "succeeded").await;
    let steps = world.steps(&key).await;
    assert_eq!(steps[..3], ["queued", "dispatching", "queued/not_sent"], "{steps:?}");
    assert_eq!(world.providers().requests().calls("RenewalOrder"), 1);
}

/// A replica that is stopped after it has decided on a call and before it hears that the intent of it is durable.
async fn stop_the_writer(world: &mut World, key: &str) {
    hold_before_the_intent(world).await;
    world.replicas[0].signal("-STOP");
    // The intent was on its way: it is written, and its writer does not hear of it.
    world.redis.resume();
    world.until(key, "dispatching").await;
    world.another_replica().await;
}

/// A person finds that nothing stands there, and the order is bought once.
async fn is_bought_once_after_a_look_by_hand(world: &World, key: &str) {
    assert_eq!(world.providers().requests().calls("RenewalOrder"), 0);
    let found = json!({"outcome": "not-done", "note": "nothing there"});
    world.tell(key, "resolve", found).await;
    world.until(key, "succeeded").await;
}

#[tokio::test]
async fn a_replica_held_still_between_intent_and_call_does_not_send_it_late() {
    let mut quick = World::with().setting("worker.lease", "'2s'");
    for account in ["cr-main", "lb-main", "nc-main"] {
        quick = quick.setting(&format!("accounts.{account}.timeout"), "'900ms'");
    }
    let (mut world, key) = slow_to_read(quick.start().await).await;
    stop_the_writer(&mut world, &key).await;
    world.until(&key, "unknown_outcome/found_after_crash").await;
    // For longer than the gate of a second, and for less than it waits for an answer of Redis: it hears that its intent
    // is durable, and the gate alone keeps the call back.
    world.replicas[0].signal("-CONT");
    world
        .wait_until("the late holder has given up", || async {
            world.replicas[0].said("not sent: the intent is older")
        })
        .await;
    let view = world.until(&key, "action_required/absence_inconclusive").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("unknown")));
    is_bought_once_after_a_look_by_hand(&world, &key).await;
}

#[tokio::test]
async fn a_replica_held_still_until_its_call_was_given_up_does_not_send_it_late() {
    let (mut world, key) = world_with_a_slow_read("'4s'").await;
    stop_the_writer(&mut world, &key).await;
    let view = world.until(&key, "action_required/absence_inconclusive").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("unknown")));

    world.replicas[0].signal("-CONT");
    world
        .wait_until("the late holder has given up", || async {
            // By the time that absence is believed it has waited too long for Redis as well, and may notice that first.
            let ways = ["not sent: the intent is older", "the intent could not be made durable"];
            ways.iter().any(|way| world.replicas[0].said(way))
        })
        .await;
    is_bought_once_after_a_look_by_hand(&world, &key).await;
}

#[tokio::test]
async fn what_a_dead_replica_had_read_is_taken_over() {
    let mut world = World::with().prepare().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    // A reader that took the entry and died a minute ago.
    let () = world.redis(&["XGROUP", "CREATE", "it:intake", "domorder", "0"]).await;
    let read = ["XREADGROUP", "GROUP", "domorder", "dead", "STREAMS", "it:intake", ">"];
    let entries: redis::streams::StreamReadReply = world.redis(&read).await;
    let id = entries.keys[0].ids[0].id.clone();
    let claim = ["XCLAIM", "it:intake", "domorder", "dead", "0", &id, "IDLE", "61000"];
    let _: redis::Value = world.redis(&claim).await;
    world.another_replica().await;
    world.until(&key, "succeeded").await;
}
