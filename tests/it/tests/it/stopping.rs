//! Replicas that are told to stop: what is in hand is finished, what is not begun is handed back, nothing is in doubt.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::json;

use crate::world::*;

#[tokio::test]
async fn a_stopping_replica_finishes_the_paid_call_in_hand_and_starts_no_other() {
    let mut world = World::with().setting("accounts.cr-main.concurrency", "1").start().await;
    world.providers().add_fault(
        Rule::new(Behaviour::Late { ms: 1_000 })
            .operation("RenewalOrder")
            .once(),
    );
    let keys = world.orders(renewals(4)).await;
    world.until_called("RenewalOrder", 1).await;
    let (status, took) = world.replicas[0].stop().await;
    assert!(status.success(), "{status:?}");
    assert!(took < Duration::from_secs(5), "it waited for the call only: {took:?}");

    let mut done = 0;
    for key in &keys {
        let view = world.view(key).await.unwrap();
        done += usize::from(view["state"] == "succeeded");
        assert!(["queued", "succeeded"].contains(&text(&view, "state")), "{view:#}");
    }
    assert_eq!(done, 1);
    assert_eq!(world.providers().requests().calls("RenewalOrder"), 1);

    world.another_replica().await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["attempts"], 1);
    }
}

#[tokio::test]
async fn what_a_stopping_replica_has_just_claimed_is_handed_back() {
    let mut world = World::with().setting("worker.lease", "'2m'").start().await;
    let starts_at = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(700);
    let document = with(
        renew("renew-example-shop.com"),
        json!({"not_before": starts_at.to_string()}),
    );
    let key = world.order(document).await;
    world
        .wait_until("it is accepted", || async { world.view(&key).await.is_some() })
        .await;
    // The claim is sent when the order is due, and answered when the replica has been told to stop.
    world.redis.pause();
    world
        .wait_until("it is due", || async {
            jiff::Timestamp::now() > starts_at + jiff::SignedDuration::from_millis(200)
        })
        .await;
    world.replicas[0].signal("-TERM");
    world
        .wait_until("the replica has heard", || async {
            world.replicas[0].said("stopping:")
        })
        .await;
    world.redis.resume();
    let status = world.replicas[0].ended().await;
    assert!(status.success(), "{status:?}");
    assert_eq!(world.view(&key).await.unwrap()["attempts"], 0);

    world.another_replica().await;
    world.until_within(&key, "succeeded", Duration::from_secs(20)).await;
}

#[tokio::test]
async fn what_is_still_in_hand_when_the_grace_is_over_is_handed_back_and_found_out() {
    let mut world = World::with()
        .setting("worker.shutdown_grace", "'200ms'")
        .setting("worker.lease", "'60s'")
        .start()
        .await;
    world.providers().add_fault(
        Rule::new(Behaviour::Late { ms: 1_200 })
            .operation("RenewalOrder")
            .once(),
    );
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until_called("RenewalOrder", 1).await;
    let (status, took) = world.replicas[0].stop().await;
    assert!(status.success(), "{status:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(world.replicas[0].said("handed back"));

    // Far sooner than the lease would lapse.
    world.another_replica().await;
    let view = world.until_within(&key, "succeeded", Duration::from_secs(20)).await;
    assert_eq!(view["attempts"], 1);
    assert!(
        world
            .steps(&key)
            .await
            .contains(&"unknown_outcome/found_after_crash".to_owned())
    );
}

#[tokio::test]
async fn a_second_signal_ends_a_stopping_replica_at_once() {
    let mut world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Stall).operation("RenewalOrder").once());
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until_called("RenewalOrder", 1).await;
    world.replicas[0].signal("-TERM");
    world
        .wait_until("it has heard the first", || async {
            world.replicas[0].said("stopping:")
        })
        .await;
    world.replicas[0].signal("-TERM");
    assert_eq!(world.replicas[0].ended().await.code(), Some(130));
    world.another_replica().await;
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn replicas_are_replaced_one_after_another_while_orders_run() {
    // Longer than the test may take: whatever a stopping replica has claimed and not worked, it hands back.
    let mut world = World::with().replicas(2).setting("worker.lease", "'2m'").start().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 60 }).operation("RenewalOrder"));
    let documents = renewals(90);
    let keys: Vec<String> = documents.iter().map(key_of).collect();
    for (round, part) in documents.chunks(30).enumerate() {
        world.orders(part.to_vec()).await;
        world.until_called("RenewalOrder", 5 + 30 * round as u64).await;
        let (status, took) = world.replicas[round].stop().await;
        assert!(status.success(), "{status:?}");
        assert!(took < Duration::from_secs(5), "it does not sit out its grace: {took:?}");
        world.another_replica().await;
    }
    world.until_all(&keys, "succeeded").await;
    for key in &keys {
        let steps = world.steps(key).await;
        let doubtful = steps.iter().any(|step| step.starts_with("unknown"));
        assert!(!doubtful, "an orderly restart leaves nothing in doubt: {steps:?}");
    }
}
