//! What a server must keep, before and while it serves.

use domorder_tests_support::{AppendFsync, Confirms, WaitaofProxy};

use super::*;

/// A setting is changed while the server runs.
async fn set(server: &RedisServer, name: &str, value: &str) {
    let mut connection = server.connection().await.expect("a connection");
    let mut command = redis::cmd("CONFIG");
    command.arg("SET").arg(name).arg(value);
    let () = command.query_async(&mut connection).await.expect("set");
}

async fn intend(ledger: &Ledger, order: &ClaimedOrder, epoch: Epoch) -> Result<Recorded, RecordError> {
    let intent = Record {
        state: State::Dispatching,
        intent_epoch: Some(epoch.number),
        ..record(order)
    };
    ledger.record(intent).await
}

fn hasty(settings: LedgerSettings) -> LedgerSettings {
    LedgerSettings {
        response_timeout: Duration::from_millis(300),
        ..settings
    }
}

#[tokio::test]
async fn a_setting_that_is_changed_at_run_time_stops_intents_and_claims_until_it_is_put_back() {
    for (name, worse, right, word) in [
        ("appendonly", "no", "yes", "append-only"),
        ("appendfsync", "everysec", "always", "before the disk"),
        ("maxmemory-policy", "allkeys-lru", "noeviction", "deletes keys"),
    ] {
        let World { ledger, server } = &world_with(RedisOptions::default(), hasty).await;
        accept_all(ledger, vec![order(ledger, "a"), order(ledger, "b")]).await;
        let claimed = claim(ledger, 1).await;
        set(server, name, worse).await;
        let refused = intend(ledger, &claimed.orders[0], claimed.epoch).await;
        assert!(
            matches!(&refused, Err(RecordError::Ledger(LedgerError::NotDurable(_)))),
            "{name}: {refused:?}"
        );
        let held = ledger.claim(0, ACCOUNT, 1, LEASE, Limits::default()).await;
        assert!(matches!(&held, Err(LedgerError::NotDurable(_))), "{name}: {held:?}");
        let report = ledger.check().await.expect("a report");
        assert!(
            !report.meets && report.faults[0].what.contains(word),
            "{name}: {report:?}"
        );

        set(server, name, right).await;
        let next = claim_one(ledger).await;
        assert_eq!(next.doc, "{\"key\":\"b\"}");
        // What was refused as not durable was written, and is found: nothing is lost, and nothing made twice.
        let again = intend(ledger, &claimed.orders[0], claimed.epoch)
            .await
            .expect("recorded");
        assert_eq!(again.version, 2);
        assert!(ledger.check().await.expect("a report").meets);
    }
}

#[tokio::test]
async fn replicated_waits_for_every_replica_and_stops_while_one_is_away() {
    let World { ledger, server } = &world_with(RedisOptions::default(), |settings| LedgerSettings {
        durability: Durability::Replicated,
        ..hasty(settings)
    })
    .await;
    let report = ledger.check().await.expect("a report");
    assert!(
        report.faults.iter().any(|fault| fault.what.contains("No replica")),
        "{report:?}"
    );
    let args = ["--replicaof", "127.0.0.1", &server.port().to_string()].map(str::to_owned);
    let options = RedisOptions {
        args: args.to_vec(),
        ..RedisOptions::default()
    };
    let replicas = [
        RedisServer::start(options.clone()).await.expect("a replica"),
        RedisServer::start(options).await.expect("a replica"),
    ];
    let connected = |n: u64| async move {
        for _ in 0..600 {
            if ledger.check().await.expect("a report").replicas == n {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{n} replicas do not connect");
    };
    connected(2).await;
    // A batch is accepted again until the replicas have caught up with what was before them.
    for at in 0.. {
        match ledger.accept(vec![order(ledger, "a")]).await.remove(0) {
            Ok(_) => break,
            Err(error) => assert!(error.is_retryable() && at < 100, "{error}"),
        }
    }
    let claimed = claim(ledger, 1).await;
    let [_stays, mut goes] = replicas;
    goes.kill9();
    connected(1).await;
    let refused = intend(ledger, &claimed.orders[0], claimed.epoch).await;
    assert!(
        matches!(&refused, Err(RecordError::Ledger(LedgerError::NotDurable(_)))),
        "{refused:?}"
    );
    let report = ledger.check().await.expect("a report");
    assert!(
        report.faults.iter().any(|fault| fault.what.contains("1 of 2")),
        "{report:?}"
    );
    assert!(ledger.claim(0, ACCOUNT, 1, LEASE, Limits::default()).await.is_err());
    goes.restart().await.expect("back");
    connected(2).await;
    for at in 0.. {
        match intend(ledger, &claimed.orders[0], claimed.epoch).await {
            Ok(made) => {
                assert_eq!(made.version, 2);
                break;
            }
            Err(error) => assert!(at < 100, "{error}"),
        }
    }
}

async fn through_a_proxy(confirms: Confirms) -> (RedisServer, WaitaofProxy, Ledger) {
    let options = RedisOptions {
        appendfsync: AppendFsync::EverySecond,
        ..RedisOptions::default()
    };
    let server = RedisServer::start(options).await.expect("a server");
    let proxy = WaitaofProxy::start(&server, confirms).await.expect("a proxy");
    let ledger = Ledger::connect(LedgerSettings::new(proxy.url(), "t"))
        .await
        .expect("a ledger");
    (server, proxy, ledger)
}

#[tokio::test]
async fn a_server_that_confirms_too_early_is_found_out_and_refused() {
    let (_server, _proxy, ledger) = through_a_proxy(Confirms::AtOnce).await;
    let report = ledger.check().await.expect("a report");
    let found = |fault: &CheckFault| fault.what.contains("confirms WAITAOF before the disk");
    assert!(!report.ok && report.faults.iter().any(found), "{report:?}");
    let held = ledger.accept(vec![order(&ledger, "a")]).await.remove(0);
    assert!(matches!(held, Err(LedgerError::NotDurable(_))), "{held:?}");
}

#[tokio::test]
async fn a_server_that_writes_through_once_a_second_is_waited_for_on_the_connection_of_the_write() {
    let (_server, _proxy, ledger) = through_a_proxy(Confirms::OnceASecond).await;
    let report = ledger.check().await.expect("a report");
    assert!(report.ok && report.waitaof_supported, "{report:?}");
    let begun = std::time::Instant::now();
    for at in 0..2 {
        accept_all(&ledger, vec![order(&ledger, &format!("k{at}"))]).await;
    }
    assert!(
        begun.elapsed() > Duration::from_millis(900),
        "the second one waits for the disk"
    );
}
