//! Redis that dies, hangs, forgets its scripts, or is not there yet.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::{Value, json};

use crate::world::*;

/// Orders of two kinds that take a while each.
async fn some_orders(world: &World) -> Vec<String> {
    world.providers().add_fault(Rule::new(Behaviour::Late { ms: 60 }));
    let documents: Vec<Value> = (0..20)
        .flat_map(|at| {
            [
                register(&format!("new-{at}-example.com")),
                email_create(&format!("fresh-{at}-example.com")),
            ]
        })
        .collect();
    world.orders(documents).await
}

async fn some_are_bought(world: &World, n: u64) {
    world
        .wait_until("some are bought", || async {
            world.providers().charge_summary().count >= n
        })
        .await;
}

async fn epoch(world: &World) -> u64 {
    let n: Option<u64> = world.redis(&["HGET", "{it:0}:epoch", "n"]).await;
    n.unwrap_or(0)
}

#[tokio::test]
async fn a_redis_that_was_killed_and_comes_back_loses_and_doubles_nothing() {
    let mut world = World::with()
        .replicas(2)
        .setting("accounts.cr-main.concurrency", "4")
        .setting("accounts.lb-main.concurrency", "4")
        .start()
        .await;
    let keys = some_orders(&world).await;
    some_are_bought(&world, 6).await;
    assert_eq!(epoch(&world).await, 1);
    world.redis.kill9();
    world
        .wait_until("readiness says so", || async {
            world.replicas[0]
                .get("/readyz")
                .await
                .is_some_and(|(status, _)| status == 503)
        })
        .await;
    let (status, _) = world.replicas[0].get("/livez").await.unwrap();
    assert_eq!(status, 200, "a process is not unhealthy for want of Redis");
    let begun = std::time::Instant::now();
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(metrics.sum("domorder_redis_up", &[]), 0.0);
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "a scrape does not wait for Redis"
    );
    world.redis.restart().await.unwrap();

    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["charged"], "yes");
    }
    assert_eq!(epoch(&world).await, 2, "another life of the server");
    world
        .wait_until("readiness is back", || async {
            world.replicas[0]
                .get("/readyz")
                .await
                .is_some_and(|(status, _)| status == 200)
        })
        .await;
    assert_eq!(world.providers().charges().double_charges, 0);
}

#[tokio::test]
async fn no_paid_call_is_made_for_the_settle_time_after_redis_restarted() {
    let mut world = World::with().setting("reconcile.settle", "'2s'").start().await;
    let first = world.order(register("new-one-example.com")).await;
    world.until(&first, "succeeded").await;
    world.redis.kill9();
    world.redis.restart().await.unwrap();
    let begun = std::time::Instant::now();
    let second = world.order(register("new-two-example.com")).await;
    world.until(&second, "queued/ledger_restarted").await;
    let view = world.until(&second, "succeeded").await;
    assert!(begun.elapsed() > Duration::from_millis(1_500), "{:?}", begun.elapsed());
    assert_eq!(view["attempts"], 1);
}

#[tokio::test]
async fn a_redis_that_forgets_its_scripts_is_told_them_again() {
    let world = World::new().await;
    let keys = some_orders(&world).await;
    for n in [3, 10, 20] {
        some_are_bought(&world, n).await;
        let () = world.redis(&["SCRIPT", "FLUSH", "SYNC"]).await;
    }
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["attempts"], 1);
    }
}

#[tokio::test]
async fn a_redis_that_hangs_for_a_while_is_waited_for() {
    let world = World::with().setting("accounts.cr-main.concurrency", "2").start().await;
    let keys = some_orders(&world).await;
    some_are_bought(&world, 4).await;
    world.redis.pause();
    world
        .wait_until("readiness says so", || async {
            world.replicas[0]
                .get("/readyz")
                .await
                .is_some_and(|(status, _)| status == 503)
        })
        .await;
    world.redis.resume();
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn after_a_total_loss_what_is_submitted_again_is_not_bought_again() {
    let world = World::new().await;
    let expiry = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_add(jiff::Span::new().years(1))
        .unwrap();
    let expected = json!({"expected_expiry": expiry.timestamp().to_string()});
    // What `exactly-once.md` §5 promises: register and transfer by reading first, renewals by what the producer states.
    let documents = [
        register("new-example-shop.com"),
        transfer("move-example-shop.com", "right-Code-7Fq2"),
        with(renew("renew-example-shop.com"), expected.clone()),
        with(email_renew("mail-example-shop.com"), expected),
        email_create("fresh-example-shop.com"),
    ];
    let keys = world.orders(documents.clone()).await;
    world.until_all(&keys, "succeeded").await;

    let () = world.redis(&["FLUSHALL"]).await;
    world.ledger_was_lost();
    // Calls that nobody remembers may be on their way: nothing is bought for a while.
    world.orders(documents).await;
    world.until(&keys[0], "queued/ledger_restarted").await;
    for view in world.until_all(&keys, "succeeded/already_done").await {
        assert_eq!(
            (&view["charged"], &view["attempts"]),
            (&json!("no"), &json!(0)),
            "{view:#}"
        );
    }
    assert_eq!(world.providers().charges().count, 5);
}

#[tokio::test]
async fn a_redis_whose_settings_are_made_worse_stops_the_buying_and_loses_nothing() {
    let world = World::with().setting("accounts.cr-main.concurrency", "2").start().await;
    let durable = || async {
        let labels = [("durability", "fsync")];
        world.replicas[0].metrics().await.sum("domorder_redis_durable", &labels)
    };
    assert_eq!(durable().await, 1.0);
    let documents: Vec<Value> = (0..60).map(|at| register(&format!("new-{at}-example.com"))).collect();
    world.providers().add_fault(Rule::new(Behaviour::Late { ms: 60 }));
    let keys = world.orders(documents).await;
    some_are_bought(&world, 4).await;
    let () = world.redis(&["CONFIG", "SET", "appendonly", "no"]).await;
    world
        .wait_until("it is noticed", || async { durable().await == 0.0 })
        .await;
    world
        .wait_until("it is said loudly", || async {
            world.replicas[0].said("nothing is handed out")
        })
        .await;
    let sent = || world.providers().requests().requests.len();
    let before = sent();
    world.run(&["doctor"]).await.ended(1);
    assert_eq!(sent(), before, "nothing is bought meanwhile");
    assert!(before < 60);
    let () = world.redis(&["CONFIG", "SET", "appendonly", "yes"]).await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["charged"], "yes");
    }
    assert_eq!((durable().await, sent()), (1.0, 60));
}

#[tokio::test]
async fn with_the_journal_a_total_loss_buys_nothing_twice_even_where_nothing_was_expected() {
    let mut world = World::with()
        .replicas(2)
        .setting("redis.durability", "'relaxed'")
        .start()
        .await;
    let lost = Rule::new(Behaviour::DoThenDrop)
        .operation("RenewalOrder")
        .domain("renew-lost-example.com");
    world.providers().add_fault(lost.once());
    let documents = [
        renew("renew-one-example.com"),
        renew("renew-lost-example.com"),
        register("new-example-shop.com"),
        transfer("move-example-shop.com", "right-Code-7Fq2"),
        email_renew("mail-longer-example.com"),
        email_add("mail-more-example.com"),
    ];
    let keys = world.orders(documents.clone()).await;
    world.until_all(&keys, "succeeded").await;
    assert_eq!(world.providers().charges().count, 6);

    let () = world.redis(&["FLUSHALL"]).await;
    world.ledger_was_lost();
    world.orders(documents.clone()).await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(
            (&view["charged"], &view["attempts"]),
            (&json!("yes"), &json!(1)),
            "{view:#}"
        );
    }
    let steps = world.steps(&keys[0]).await;
    assert_eq!(
        steps,
        [
            "queued",
            // The ledger has lost what it held, and says so: nothing is bought for a while, but the journal knows more.
            "queued/ledger_restarted",
            "dispatching",
            "unknown_outcome/found_after_crash",
            "succeeded"
        ]
    );

    // A process that was not there at the time knows as much.
    for replica in &mut world.replicas {
        replica.kill9();
    }
    let () = world.redis(&["FLUSHALL"]).await;
    world.orders(documents).await;
    world.another_replica().await;
    world.until_all(&keys, "succeeded").await;
    assert_eq!(world.providers().charges().count, 6);
    assert_eq!(world.providers().requests().requests.len(), 6);
    for secret in ["right-Code-7Fq2", domorder_tests_sim::CONNECTRESELLER_KEY] {
        for file in std::fs::read_dir(world.folder().join("domorder.journal")).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains(secret), "the journal holds a secret");
        }
    }
}

#[tokio::test]
async fn with_the_journal_a_failover_to_what_knows_of_no_intent_buys_nothing_twice() {
    let mut world = World::with().setting("redis.journal", "'on'").start().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let keys = world.orders(renewals(5)).await;
    for key in &keys {
        world
            .wait_until("it is accepted", || async { world.view(key).await.is_some() })
            .await;
    }
    // What a replica has whose link is cut from now on.
    let (live, stale) = (world.redis.folder().join("appendonlydir"), world.folder().join("stale"));
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        std::fs::create_dir_all(to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    };
    copy(&live, &stale);
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&keys, "succeeded").await;
    assert_eq!(world.providers().charges().count, 5);

    world.redis.kill9();
    std::fs::remove_dir_all(&live).unwrap();
    copy(&stale, &live);
    world.redis.restart().await.unwrap();
    world.ledger_was_lost();
    world.until_all(&keys, "queued").await;
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!((&view["charged"], &view["attempts"]), (&json!("yes"), &json!(1)));
    }
    assert_eq!(world.providers().charges().count, 5);
    assert_eq!(world.providers().requests().requests.len(), 5);
    let prevented = world.replicas[0].metrics().await;
    let labels = [("guard", "journal")];
    assert_eq!(prevented.sum("domorder_duplicates_prevented_total", &labels), 5.0);
}

#[tokio::test]
async fn what_the_journal_cannot_hold_is_not_bought() {
    let world = World::with()
        .setting("redis.journal", "'on'")
        .setting("redis.journal_folder", "'kept'")
        .start()
        .await;
    let folder = world.folder().join("kept");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let key = world.order(register("new-example-shop.com")).await;
    world.until(&key, "queued/look_failed").await;
    assert_eq!(world.providers().requests().requests.len(), 0);
    assert!(world.replicas[0].said("nothing is bought"), "it is said loudly");
    std::fs::remove_file(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn a_replica_that_starts_before_redis_waits_for_it() {
    let mut world = World::with().prepare().await;
    world.redis.kill9();
    let replica = world.spawn_replica(&["run"]);
    world
        .wait_until("it says that it waits", || async {
            replica.said("Redis is not reachable")
        })
        .await;
    world.redis.restart().await.unwrap();
    replica.until_it_listens().await;
    world.replicas.push(replica);
    let key = world.order(register("new-example-shop.com")).await;
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn a_replica_that_waits_for_redis_stops_when_it_is_told_to() {
    let mut world = World::with().prepare().await;
    world.redis.kill9();
    let mut replica = world.spawn_replica(&["run"]);
    world
        .wait_until("it says that it waits", || async {
            replica.said("Redis is not reachable")
        })
        .await;
    let (status, took) = replica.stop().await;
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status:?} after {took:?}"
    );
    world.redis.restart().await.unwrap();
}

#[tokio::test]
async fn what_was_written_before_the_first_replica_started_is_taken_in() {
    let mut world = World::with().prepare().await;
    let key = world.order(register("new-example-shop.com")).await;
    world.another_replica().await;
    world.until(&key, "succeeded").await;
    let left: u64 = world.redis(&["XLEN", "it:intake"]).await;
    assert_eq!(left, 0, "entries go once their order is stored");
}
