//! A ledger that lost everything is told from one that is new: nothing is bought in it for a while.

use super::*;

async fn empty(server: &RedisServer) {
    let mut connection = server.connection().await.expect("a connection");
    let () = redis::cmd("FLUSHALL")
        .query_async(&mut connection)
        .await
        .expect("flushed");
}

async fn another(server: &RedisServer) -> Ledger {
    Ledger::connect(LedgerSettings::new(server.url(), "t"))
        .await
        .expect("a ledger")
}

async fn epoch(ledger: &Ledger) -> Epoch {
    claim(ledger, 1).await.epoch
}

#[tokio::test]
async fn a_new_ledger_on_a_new_server_may_buy_at_once() {
    let World { ledger, server } = &world().await;
    assert_eq!(epoch(ledger).await, Epoch { number: 1, since_ms: 0 });
    assert_eq!(epoch(&another(server).await).await, Epoch { number: 1, since_ms: 0 });
}

#[tokio::test]
async fn whoever_knew_a_ledger_that_is_empty_now_knows_that_it_was_lost() {
    let World { ledger, server } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let before = claim(ledger, 1).await;
    empty(server).await;
    let after = claim(ledger, 1).await;
    assert_eq!(after.epoch.number, 1);
    assert!(after.epoch.since_ms >= before.now_ms, "{after:?}");
    let later = claim(ledger, 1).await;
    assert_eq!(later.epoch, after.epoch, "it is lost once");
}

#[tokio::test]
async fn whoever_knows_better_overrules_one_that_takes_it_for_new() {
    let World { ledger, server } = &world().await;
    let also_knew = another(server).await;
    epoch(ledger).await;
    epoch(&also_knew).await;
    empty(server).await;
    let stranger = another(server).await;
    accept_all(&stranger, vec![order(&stranger, "a")]).await;
    let hasty = claim(&stranger, 1).await;
    assert_eq!(hasty.epoch, Epoch { number: 1, since_ms: 0 });

    let known = claim(ledger, 1).await;
    assert_eq!(known.epoch.number, 2);
    assert!(known.epoch.since_ms >= hasty.now_ms);
    let intent = Record {
        intent_epoch: Some(hasty.epoch.number),
        ..record(&hasty.orders[0])
    };
    assert!(
        matches!(
            stranger.record(intent).await,
            Err(RecordError::LostLease | RecordError::Epoch { now: 2 })
        ),
        "what it decided before is not sent"
    );
    for ledger in [&also_knew, &stranger, ledger] {
        assert_eq!(epoch(ledger).await, known.epoch, "all agree, and begin no other");
    }
}

#[tokio::test]
async fn an_empty_ledger_on_a_server_that_is_not_new_may_have_lost_what_it_held() {
    let World { ledger, .. } = &world_with(RedisOptions::default(), |settings| LedgerSettings {
        new_server: Duration::ZERO,
        ..settings
    })
    .await;
    let first = claim(ledger, 1).await;
    assert_eq!((first.epoch.number, first.epoch.since_ms), (1, first.now_ms));
}

#[tokio::test]
async fn an_intent_that_comes_to_an_empty_ledger_tells_that_it_was_lost() {
    let World { ledger, server } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim(ledger, 1).await;
    empty(server).await;
    let intent = Record {
        intent_epoch: Some(held.epoch.number),
        ..record(&held.orders[0])
    };
    assert!(matches!(ledger.record(intent).await, Err(RecordError::LostLease)));
    let stranger = another(server).await;
    assert!(epoch(&stranger).await.since_ms > 0);
}

#[tokio::test]
async fn a_ledger_of_an_older_version_gets_its_name_and_nothing_else() {
    let World { ledger, server } = &world().await;
    let before = epoch(ledger).await;
    let mut connection = server.connection().await.expect("a connection");
    let () = redis::cmd("HDEL")
        .arg("{t:0}:epoch")
        .arg("name")
        .query_async(&mut connection)
        .await
        .expect("deleted");
    let later = another(server).await;
    assert_eq!(epoch(&later).await, before);
    let name: Option<String> = redis::cmd("HGET")
        .arg("{t:0}:epoch")
        .arg("name")
        .query_async(&mut connection)
        .await
        .expect("read");
    assert!(name.is_some_and(|name| !name.is_empty()));
}
