use domorder_tests_support::{AppendFsync, RedisSentinel};

use super::*;

#[tokio::test]
async fn a_killed_server_comes_back_with_all_that_was_answered_and_a_new_epoch() {
    let mut world = world().await;
    let ledger = world.ledger.clone();
    let ids = accept_all(&ledger, (0..50).map(|n| order(&ledger, &format!("k{n}"))).collect()).await;
    let before = claim(&ledger, 20).await;
    assert_eq!((before.epoch.number, before.epoch.since_ms), (1, 0));
    for held in &before.orders[..10] {
        ledger.record(success(held)).await.expect("recorded");
    }
    world.server.kill9();
    world.server.restart().await.expect("it starts again");

    let read: Vec<Stored> = ledger
        .read(&ids)
        .await
        .expect("read")
        .into_iter()
        .map(|o| o.expect("there"))
        .collect();
    assert_eq!(
        read.iter().filter(|order| order.meta.state == State::Succeeded).count(),
        10
    );
    let held = &before.orders[10];
    let intent = Record {
        intent_epoch: Some(before.epoch.number),
        ..record(held)
    };
    assert!(matches!(
        ledger.record(intent).await,
        Err(RecordError::Epoch { now: 2 })
    ));
    // The leases of before are void: their orders are handed out at once, with higher fences.
    let after = claim(&ledger, 100).await;
    assert_eq!(after.orders.len(), 40);
    assert_eq!(
        (
            after.epoch.number,
            after.orders.iter().filter(|order| order.lapsed).count()
        ),
        (2, 10)
    );
    assert!(after.epoch.since_ms > 0 && after.epoch.since_ms <= after.now_ms);
    assert!(after.orders[0].fence > before.orders[0].fence);
    assert_eq!(
        ledger
            .extend(&[(held.id.clone(), held.fence)], LEASE)
            .await
            .expect("told"),
        [false]
    );
}

#[tokio::test]
async fn a_record_under_way_while_the_server_dies_is_made_once() {
    let mut world = world().await;
    let ledger = world.ledger.clone();
    accept_all(&ledger, vec![order(&ledger, "a")]).await;
    let held = claim_one(&ledger).await;
    world.server.kill9();
    let recording = tokio::spawn({
        let (ledger, outcome) = (
            ledger.clone(),
            Record {
                timeline: Some("once".to_owned()),
                ..record(&held)
            },
        );
        async move { ledger.record(outcome).await }
    });
    world.server.restart().await.expect("it starts again");
    assert_eq!(recording.await.expect("joined").expect("recorded").version, 2);
    assert_eq!(ledger.timeline(&held.id).await.expect("a timeline"), ["once"]);
}

#[tokio::test]
async fn a_stalled_server_loses_and_doubles_nothing() {
    let world = world_with(RedisOptions::default(), |settings| LedgerSettings {
        response_timeout: Duration::from_secs(1),
        ..settings
    })
    .await;
    let ledger = world.ledger.clone();
    accept_all(&ledger, vec![order(&ledger, "a")]).await;
    let held = claim_one(&ledger).await;
    world.server.pause();
    let recording = tokio::spawn({
        let (ledger, outcome) = (
            ledger.clone(),
            Record {
                timeline: Some("once".to_owned()),
                ..record(&held)
            },
        );
        async move { ledger.record(outcome).await }
    });
    // Longer than an answer may take: the record is in the socket of a connection that is given up.
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    world.server.resume();
    assert_eq!(recording.await.expect("joined").expect("recorded").version, 2);
    assert_eq!(ledger.timeline(&held.id).await.expect("a timeline"), ["once"]);
}

#[tokio::test]
async fn flushed_scripts_are_loaded_again() {
    let World { ledger, server } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let mut connection = server.connection().await.expect("a connection");
    let flush = || redis::cmd("SCRIPT").arg("FLUSH").to_owned();
    let _: () = flush().query_async(&mut connection).await.expect("flushed");
    let held = claim_one(ledger).await;
    let _: () = flush().query_async(&mut connection).await.expect("flushed");
    ledger.record(success(&held)).await.expect("recorded");
    let _: () = flush().query_async(&mut connection).await.expect("flushed");
    accept_all(ledger, vec![order(ledger, "b")]).await;
}

#[tokio::test]
async fn wakes_are_heard_again_after_a_restart() {
    let mut world = world().await;
    let mut wakes = listening(&world.ledger).await;
    world.server.kill9();
    world.server.restart().await.expect("it starts again");
    // What was said while nobody listened may have been for anybody.
    while wakes.recv().await.expect("listening") != Wake::All {}
    world.ledger.wake(ACCOUNT).await.expect("woken");
    assert!(heard(&mut wakes).await);
}

#[tokio::test]
async fn an_absent_server_and_a_wrong_address_are_told_apart() {
    let mut world = world().await;
    world.server.kill9();
    let absent = Ledger::connect(LedgerSettings::new(world.server.url(), "t"))
        .await
        .expect_err("absent");
    assert!(absent.is_retryable(), "{absent}");
    for url in [
        "127.0.0.1",
        "http://127.0.0.1",
        "redis+sentinel://127.0.0.1",
        "redis+cluster://",
    ] {
        let wrong = Ledger::connect(LedgerSettings::new(url, "t")).await.expect_err("wrong");
        assert!(matches!(wrong, LedgerError::Address(_)), "{url}: {wrong}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_keep_orders_is_refused_in_plain_words() {
    let World { ledger, .. } = &world().await;
    let report = ledger.check().await.expect("a report");
    assert!(report.ok && report.faults.is_empty(), "{report:?}");
    assert_eq!(
        (report.appendonly, report.appendfsync.as_str(), report.is_valkey),
        (true, "always", false)
    );

    for (args, word) in [
        (vec!["--maxmemory-policy", "allkeys-lru"], "deletes keys"),
        (vec!["--appendonly", "no"], "append-only"),
        (vec!["--appendfsync", "no"], "before the disk"),
    ] {
        let options = RedisOptions {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..RedisOptions::default()
        };
        let World { ledger, server } = &world_with(options, |settings| settings).await;
        let report = ledger.check().await.expect("a report");
        assert!(
            !report.ok && report.faults.iter().any(|fault| fault.what.contains(word)),
            "{args:?}: {report:?}"
        );
        let settings = LedgerSettings {
            durability: Durability::Relaxed,
            ..LedgerSettings::new(server.url(), "t")
        };
        assert!(
            Ledger::connect(settings)
                .await
                .expect("a ledger")
                .check()
                .await
                .expect("a report")
                .ok
        );
    }
}

#[tokio::test]
async fn an_order_is_not_accepted_on_a_server_that_cannot_be_waited_for() {
    let options = RedisOptions {
        appendfsync: AppendFsync::EverySecond,
        ..RedisOptions::default()
    };
    let World { ledger, .. } = &world_with(options, |settings| LedgerSettings {
        response_timeout: Duration::from_millis(200),
        ..settings
    })
    .await;
    if ledger.check().await.expect("a report").waitaof_supported {
        return accept_all(ledger, vec![order(ledger, "a")]).await.truncate(0);
    }
    let answer = ledger.accept(vec![order(ledger, "a")]).await.remove(0);
    assert!(matches!(answer, Err(LedgerError::NotDurable(_))), "{answer:?}");
}

#[tokio::test]
async fn the_ledger_follows_its_sentinels_to_a_new_master() {
    let mut master = RedisServer::start(RedisOptions::default()).await.expect("a master");
    let args = vec![
        "--replicaof".to_owned(),
        "127.0.0.1".to_owned(),
        master.port().to_string(),
    ];
    let replica = RedisServer::start(RedisOptions {
        args,
        ..RedisOptions::default()
    })
    .await
    .expect("a replica");
    let sentinel = RedisSentinel::start(&master, "orders").await.expect("a sentinel");
    sentinel.knows_replica("orders").await.expect("told");

    let settings = LedgerSettings::new(sentinel.url("orders"), "t");
    let all = LedgerSettings {
        durability: Durability::Replicated,
        ..settings.clone()
    };
    let both = Ledger::connect(all).await.expect("a ledger");
    let report = both.check().await.expect("a report");
    assert!(report.ok && report.replicas == 1, "{report:?}");
    let ids = accept_all(&both, (0..10).map(|n| order(&both, &format!("k{n}"))).collect()).await;

    let ledger = Ledger::connect(settings).await.expect("a ledger");
    let before = claim(&ledger, 1).await;
    master.kill9();
    let mut found = None;
    for _ in 0..100 {
        match ledger.claim(0, ACCOUNT, 128, LEASE, Limits::default()).await {
            Ok(claimed) => {
                found = Some(claimed);
                break;
            }
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let after = found.expect("the replica is the master now");
    assert_eq!(after.orders.len(), ids.len());
    assert!(after.epoch.number > before.epoch.number || after.epoch.since_ms == 0);
    ledger.record(success(&after.orders[0])).await.expect("recorded");
    drop(replica);
}
