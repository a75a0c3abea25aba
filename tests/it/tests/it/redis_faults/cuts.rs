//! Connections that are cut at every place of a record, and at random; scripts that are forgotten between two commands.

use std::time::{Duration, Instant};

use domorder_tests_sim::{Behaviour, Chaos, Effect};
use domorder_tests_support::{Cut, ErrorReply, Place};
use rstest::rstest;

use super::*;

/// A text that stands in the record of an open intent only.
const INTENT: &str = "\"op\":true";

/// What its paid call looks like to the provider.
fn paid_calls(world: &World, domain: &str) -> usize {
    let requests = world.providers().requests().requests;
    requests
        .iter()
        .filter(|request| request.effect != Effect::Read && request.domain.as_deref() == Some(domain))
        .count()
}

#[rstest]
#[tokio::test]
async fn an_intent_whose_connection_is_cut_anywhere_is_written_once_and_sent_once(
    #[values(
        Place::BeforeRequest,
        Place::HalfRequest,
        Place::AfterRequest,
        Place::BeforeReply,
        Place::HalfReply
    )]
    place: Place,
) {
    let (mut world, proxy) = behind_a_proxy(World::with()).await;
    world.another_replica().await;
    for document in every_kind(0) {
        let made = proxy.cuts().iter().map(|(_, n)| n).sum::<u64>();
        proxy.plan(Cut::at(place, &[INTENT]).and_hold());
        let key = world.order(document).await;
        world
            .wait_until("the intent is cut off", || async { proxy.is_refusing() })
            .await;
        // Was it written, or not? The worker cannot know; we look past the proxy.
        if let Some(is_done) = place.is_done() {
            let wanted = if is_done { "dispatching" } else { "queued" };
            let view = world.until_within(&key, wanted, Duration::from_secs(2)).await;
            assert_eq!(view["attempts"], u64::from(is_done), "{view:#}");
        }
        let domain = text(&world.view(&key).await.unwrap(), "domain").to_owned();
        assert_eq!(
            paid_calls(&world, &domain),
            0,
            "nothing is sent on an intent that was not confirmed"
        );
        proxy.accept();
        let view = world.until(&key, "succeeded").await;
        // Within the gate it is asked again and recognised; beyond it the attempt is given up, surely unsent.
        assert!(view["attempts"].as_u64() <= Some(2), "{view:#}");
        assert_eq!(paid_calls(&world, &domain), 1, "{view:#}");
        assert_eq!(proxy.cuts().iter().map(|(_, n)| n).sum::<u64>(), made + 1);
    }
}

#[rstest]
#[tokio::test]
async fn an_outcome_whose_connection_is_cut_anywhere_is_recorded_once(
    #[values(
        Place::BeforeRequest,
        Place::HalfRequest,
        Place::AfterRequest,
        Place::BeforeReply,
        Place::HalfReply
    )]
    place: Place,
) {
    let (mut world, proxy) = behind_a_proxy(World::with()).await;
    world.another_replica().await;
    for (n, document) in (1..).zip(every_kind(0)) {
        // The first record of an intent that is no longer open.
        proxy.plan(Cut::at(place, &["\"in\":{"]).but_not(INTENT));
        let domain = text(&document, "domain").to_owned();
        let key = world.order(document).await;
        let view = world.until(&key, "succeeded").await;
        assert_eq!(view["attempts"], 1, "{view:#}");
        assert_eq!(paid_calls(&world, &domain), 1);
        assert_eq!(proxy.cuts(), [(place, n)], "its outcome was cut off");
    }
}

#[rstest]
#[case::rights_are_taken("NOPERM User default has no permissions to run the 'evalsha' command")]
#[case::a_password_is_set("NOAUTH Authentication required.")]
#[case::by_a_proxy("ERR upstream connection was lost")]
#[tokio::test]
async fn an_outcome_that_is_refused_for_a_moment_is_recorded_and_nothing_is_in_doubt(#[case] error: &str) {
    let (mut world, proxy) = behind_a_proxy(World::with()).await;
    world.another_replica().await;
    for (n, document) in (1..).zip(every_kind(0)) {
        proxy.answer(ErrorReply::to(&["\"in\":{"], error).but_not(INTENT));
        let key = world.order(document).await;
        let view = world.until(&key, "succeeded").await;
        assert_eq!(view["attempts"], 1, "{view:#}");
        let steps = world.steps(&key).await;
        assert!(!steps.iter().any(|step| step.starts_with("unknown")), "{steps:?}");
        assert_eq!(proxy.replies(), n, "its outcome was refused");
    }
}

#[tokio::test]
async fn an_intent_that_was_written_unheard_by_a_replica_that_then_died_is_found_out_by_reading() {
    let (mut world, proxy) = behind_a_proxy(World::with()).await;
    world.another_replica().await;
    proxy.plan(Cut::at(Place::BeforeReply, &[INTENT]).and_hold());
    let key = world.order(email_create("fresh-example-shop.com")).await;
    world.until(&key, "dispatching").await;
    world.replicas[0].kill9();
    proxy.accept();
    world.another_replica().await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(
        view["attempts"], 2,
        "the first was never sent, which only absence over time can show: {view:#}"
    );
    let steps = world.steps(&key).await;
    assert!(
        steps.contains(&"unknown_outcome/found_after_crash".to_owned()),
        "{steps:?}"
    );
}

#[tokio::test]
async fn an_intent_that_was_written_unheard_and_outlived_its_gate_is_not_sent() {
    let (mut world, proxy) = behind_a_proxy(World::with()).await;
    world.another_replica().await;
    proxy.plan(Cut::at(Place::BeforeReply, &[INTENT]).and_hold());
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "dispatching").await;
    // Beyond the gate of a second.
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    proxy.accept();
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 2, "{view:#}");
    let steps = world.steps(&key).await;
    assert_eq!(steps[..3], ["queued", "dispatching", "queued/not_sent"], "{steps:?}");
    assert_eq!(paid_calls(&world, "renew-example-shop.com"), 1);
}

#[tokio::test]
async fn whatever_is_cut_at_random_all_orders_end_and_are_charged_once() {
    let seed = std::env::var("DOMORDER_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap());
    eprintln!("DOMORDER_SEED={seed}");
    let builder = World::with().setting("worker.lease", "'4s'");
    let (mut world, proxy) = behind_a_proxy(builder).await;
    world.another_replica().await;
    world.another_replica().await;
    answers_take(&world, 10);
    world.providers().set_chaos(Some(Chaos {
        seed,
        rate: 0.2,
        behaviours: Behaviour::lossy(),
    }));
    proxy.cut_at_random(1_500, seed);
    // More orders as long as too few were cut: how many commands an order costs depends on how many share one.
    let mut keys = Vec::new();
    let made = || proxy.cuts().iter().map(|(_, n)| n).sum::<u64>();
    for round in 0..30 {
        keys.extend(world.orders(every_kind(round)).await);
        let (begun, before) = (Instant::now(), made());
        while made() < before + 3 && begun.elapsed() < Duration::from_millis(400) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if made() >= 20 && round >= 4 {
            break;
        }
    }
    let cuts = proxy.cuts();
    assert!(made() >= 15, "{cuts:?} (seed {seed})");
    proxy.calm();
    world.providers().clear_faults();
    world.providers().set_chaos(None);
    let ended = until_at_rest(&world, &keys).await;
    assert_charged_once(&world, &ended, cuts.iter().map(|(_, n)| n).sum());
}

#[tokio::test]
async fn scripts_that_are_flushed_all_the_time_are_loaded_again_and_nothing_is_done_twice() {
    let world = slowly(World::with().replicas(2)).start().await;
    answers_take(&world, 5);
    let keys = world.orders((0..4).flat_map(every_kind)).await;
    // Without a pause: between the commands of one pipeline, too.
    let mut connection = world.connection().await;
    let mut flushes = 0;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1_500) {
        let () = redis::cmd("SCRIPT")
            .arg("FLUSH")
            .query_async(&mut connection)
            .await
            .unwrap();
        flushes += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let told: String = world.redis(&["INFO", "errorstats"]).await;
    assert!(
        told.contains("errorstat_NOSCRIPT"),
        "{flushes} flushes were never noticed: {told}"
    );
    for view in world.until_all(&keys, "succeeded").await {
        // A flush can outlast the gate of an intent: then it was surely not sent, and there is another one.
        assert_eq!(paid_calls(&world, text(&view, "domain")), 1, "{view:#}");
    }
}
