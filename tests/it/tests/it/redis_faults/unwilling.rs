//! A server that answers and does not serve: full, read-only, leaderless, loading; and one that hangs, or is slow.

use rstest::rstest;

use super::*;

/// A world in mid-traffic, and its orders.
async fn in_mid_traffic() -> (World, Vec<String>) {
    let world = slowly(World::with().replicas(2)).start().await;
    answers_take(&world, 40);
    let keys = accepted(&world, (0..3).flat_map(every_kind).collect()).await;
    until_charged(&world, 4).await;
    (world, keys)
}

/// Whether the server has refused something in these words.
async fn refused(world: &World, word: &str) -> bool {
    // A server without a primary answers not even this.
    let mut connection = world.connection().await;
    let told: redis::RedisResult<String> = redis::cmd("INFO").arg("errorstats").query_async(&mut connection).await;
    told.is_ok_and(|told| told.contains(&format!("errorstat_{word}")))
}

/// All orders end, charged once; a call whose outcome could not be recorded is found out by reading.
async fn all_end(world: &World, keys: &[String]) {
    let ended = until_at_rest(world, keys).await;
    assert_charged_once(world, &ended, 1);
}

#[rstest]
#[case::full("OOM", "CONFIG SET maxmemory 1mb", "CONFIG SET maxmemory 0")]
#[case::read_only("READONLY", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE")]
#[case::without_a_primary(
    "MASTERDOWN",
    "CONFIG SET replica-serve-stale-data no, REPLICAOF 127.0.0.1 1",
    "REPLICAOF NO ONE"
)]
#[tokio::test]
async fn a_server_that_takes_no_writes_is_waited_for_and_nothing_is_bought_meanwhile(
    #[case] word: &str,
    #[case] begin: &str,
    #[case] end: &str,
) {
    let (world, keys) = in_mid_traffic().await;
    for command in begin.split(", ") {
        let () = world.redis(&command.split(' ').collect::<Vec<_>>()).await;
    }
    nothing_is_bought(&world).await;
    assert!(refused(&world, word).await, "it refused nothing with {word}");
    assert!(
        world.providers().charge_summary().count < 21,
        "there is something left to buy"
    );
    let () = world.redis(&end.split(' ').collect::<Vec<_>>()).await;
    assert_intents(&world, &keys).await;
    all_end(&world, &keys).await;
    assert_eq!(epoch(&world).await, 1, "the same life of the same server");
}

#[tokio::test]
async fn a_server_that_loads_its_journal_is_waited_for() {
    let (mut world, keys) = in_mid_traffic().await;
    // The delay is for keys of a snapshot, which a rewritten journal begins with.
    let () = world.redis(&["BGREWRITEAOF"]).await;
    world
        .wait_until("the journal is rewritten", || async {
            let told: String = world.redis(&["INFO", "persistence"]).await;
            told.contains("aof_rewrite_in_progress:0") && told.contains("aof_rewrite_scheduled:0")
        })
        .await;
    let slowly = [
        "--key-load-delay",
        "15000",
        "--loading-process-events-interval-bytes",
        "1024",
    ];
    world.redis.kill9();
    world.redis.launch(&slowly).unwrap();
    let charges = world.providers().charge_summary().count;
    let mut loading = false;
    world
        .wait_until("it serves", || async {
            let Ok(mut connection) = world.redis.connection().await else {
                return false;
            };
            let pong: redis::RedisResult<String> = redis::cmd("GET").arg("it:none").query_async(&mut connection).await;
            match pong {
                Err(error) => error.code() != Some("LOADING") && !error.is_io_error(),
                Ok(_) => true,
            }
        })
        .await;
    loading |= refused(&world, "LOADING").await;
    assert!(loading, "the workers were told that it loads");
    assert!(world.providers().charge_summary().count <= charges + 6);
    all_end(&world, &keys).await;
    assert_eq!(epoch(&world).await, 2);
}

#[tokio::test]
async fn a_server_that_hangs_longer_than_an_answer_may_take_is_waited_for() {
    let (world, keys) = in_mid_traffic().await;
    world.redis.pause();
    nothing_is_bought(&world).await;
    // Answers may take five seconds: what was asked is asked again, and the hung server will do both.
    tokio::time::sleep(Duration::from_millis(4_600)).await;
    world.redis.resume();
    assert_intents(&world, &keys).await;
    all_end(&world, &keys).await;
}

#[tokio::test]
async fn a_server_that_is_slow_costs_time_and_nothing_else() {
    let (mut world, proxy) = behind_a_proxy(World::with()).await;
    proxy.delay(Duration::from_millis(100));
    for _ in 0..2 {
        world.another_replica().await;
    }
    let keys = world.orders((0..2).flat_map(every_kind)).await;
    let ended = world.until_all(&keys, "succeeded").await;
    assert_charged_once(&world, &ended, 1);
    for key in &keys {
        // An intent that took too long to write is surely not sent; nothing becomes unknown by it.
        let steps = world.steps(key).await;
        assert!(!steps.iter().any(|step| step.starts_with("unknown")), "{steps:?}");
    }
}
