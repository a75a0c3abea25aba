//! Sentinels that put a replica in the primary's place, which may not have all that was answered.

use domorder_tests_sim::Effect;
use domorder_tests_support::{RedisOptions, RedisReplica, RedisSentinel};

use super::*;

/// A world on a primary with one replica behind a link of its own, and a sentinel that knows both.
async fn watched(builder: Builder) -> (World, RedisReplica, RedisSentinel) {
    let mut world = slowly(builder).prepare().await;
    let args = ["--rdbcompression", "no"].map(str::to_owned).to_vec();
    let options = RedisOptions {
        args,
        ..RedisOptions::default()
    };
    let replica = RedisReplica::of(&world.redis, options).await.unwrap();
    let sentinel = RedisSentinel::start(&world.redis, "orders").await.unwrap();
    sentinel.knows_replica("orders").await.unwrap();
    world.reconfigure(&[("redis.url", &format!("'{}'", sentinel.url("orders")))]);
    for _ in 0..2 {
        world.another_replica().await;
    }
    (world, replica, sentinel)
}

/// The primary dies, and the replica becomes it.
async fn fail_over(world: &mut World, replica: RedisReplica) {
    world.redis.kill9();
    world
        .wait_until("the replica is promoted", || async { replica.is_primary().await })
        .await;
    world.redis = replica.into_server();
}

#[tokio::test]
async fn after_a_failover_that_lost_answered_writes_what_was_bought_is_found_and_not_bought_again() {
    let (mut world, replica, _sentinel) = watched(World::with().setting("reconcile.settle", "'1s'")).await;
    answers_take(&world, 40);
    let keys = accepted(&world, (0..5).flat_map(claimed_after_loss).collect()).await;
    let told: u64 = world.redis(&["WAIT", "1", "2000"]).await;
    assert_eq!(told, 1, "the orders are on both servers");
    replica.cut_link();
    let had = world.providers().charge_summary().count;
    until_charged(&world, had + 6).await;
    // What the replica never hears of.
    until_recorded_as_charged(&world, &keys, 5).await;
    let before = views(&world, &keys).await;
    world.ledger_was_lost();
    fail_over(&mut world, replica).await;
    let lost = lost(&world, &before).await;
    assert!(!lost.is_empty(), "answered writes are gone: {before:#?}");

    let ended = world.until_all(&keys, "succeeded").await;
    assert_charged_once(&world, &ended, 2);
    for view in ended
        .iter()
        .filter(|view| lost.contains(&text(view, "idempotency_key").to_owned()))
    {
        assert_eq!(view["attempts"], 0, "found by reading first: {view:#}");
    }
    // Nothing was bought for the settle time of the new epoch, and something waited for that.
    assert_eq!(epoch(&world).await, 2);
    let since: i64 = world.redis(&["HGET", "{it:0}:epoch", "since"]).await;
    let paid_calls = world.providers().requests().requests.into_iter();
    let too_early = paid_calls.filter(|request| {
        let after = request.at.as_millisecond() - since;
        request.effect != Effect::Read && (0..1_000).contains(&after)
    });
    let too_early: Vec<String> = too_early.map(|request| format!("{request:?}")).collect();
    assert_eq!(too_early, [""; 0]);
    let mut waited = 0;
    for key in &keys {
        let steps = world.steps(key).await;
        waited += usize::from(steps.contains(&"queued/ledger_restarted".to_owned()));
    }
    assert!(waited > 0, "something was left to buy");
}

#[tokio::test]
async fn a_write_that_waited_for_its_replica_is_there_after_a_failover() {
    let builder = World::with().setting("redis.durability", "'replicated'");
    let (mut world, replica, _sentinel) = watched(builder).await;
    answers_take(&world, 40);
    let keys = accepted(&world, (0..4).flat_map(every_kind).collect()).await;
    until_charged(&world, 6).await;
    // At one stroke, in mid-traffic: the link first, so that what is answered from now on would be lost.
    replica.cut_link();
    fail_over(&mut world, replica).await;
    assert_intents(&world, &keys).await;
    nothing_is_bought(&world).await;
    // The new primary has no replica, so that nothing is bought before it has one.
    let options = RedisOptions::default();
    let _next = RedisReplica::of(&world.redis, options).await.unwrap();
    let ended = until_at_rest(&world, &keys).await;
    assert_charged_once(&world, &ended, 2);
    assert_eq!(epoch(&world).await, 2);
}

#[tokio::test]
async fn with_no_replica_to_be_reached_nothing_is_bought_until_there_is_one() {
    let builder = World::with().setting("redis.durability", "'replicated'");
    let (world, replica, _sentinel) = watched(builder).await;
    answers_take(&world, 20);
    let keys = accepted(&world, (0..4).flat_map(every_kind).collect()).await;
    until_charged(&world, 4).await;
    replica.cut_link();
    nothing_is_bought(&world).await;
    let had = world.providers().charge_summary().count;
    assert!(had < 28, "there is something left to buy: {had}");
    replica.mend_link();
    let ended = until_at_rest(&world, &keys).await;
    assert_charged_once(&world, &ended, 1);
}
