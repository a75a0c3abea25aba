use std::collections::HashSet;

use super::*;

#[tokio::test]
async fn sweeping_deletes_final_orders_and_frees_their_keys_only() {
    let World { ledger, server } = &world().await;
    accept_all(ledger, (0..3).map(|n| order(ledger, &format!("k{n}"))).collect()).await;
    let held = claim(ledger, 2).await.orders;
    for order in &held {
        ledger.record(success(order)).await.expect("recorded");
    }
    assert_eq!(ledger.sweep(Duration::from_secs(60), 100).await.expect("swept"), 0);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(ledger.sweep(Duration::ZERO, 100).await.expect("swept"), 2);
    let left = claim_one(ledger).await;
    let mut connection = server.connection().await.expect("a connection");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .expect("keys");
    let stays = |key: &&String| key.contains(":order:") || key.contains(":idem:");
    assert_eq!(keys.iter().filter(stays).count(), 2, "{keys:?}");
    let read = ledger.read(std::slice::from_ref(&left.id)).await.expect("read");
    assert_eq!(read[0].as_ref().expect("there").meta.version, 1);
    assert_eq!(
        ledger
            .counts()
            .await
            .expect("counts")
            .iter()
            .map(|count| count.n)
            .sum::<u64>(),
        1
    );
    // A freed key is free.
    let free = ["k0", "k1", "k2"].map(|key| order(ledger, key));
    let answers = ledger.accept(free.into()).await;
    assert_eq!(
        answers
            .iter()
            .filter(|answer| matches!(answer, Ok(Acceptance::Accepted)))
            .count(),
        2
    );
    assert!(ledger.trim_events(Duration::from_secs(60)).await.expect("trimmed") == 0);
}

#[tokio::test]
async fn lists_go_on_where_they_stopped() {
    let World { ledger, .. } = &world().await;
    let mut ids = HashSet::new();
    for part in 0..3 {
        let orders = (0..100).map(|n| order(ledger, &format!("k{part}-{n}"))).collect();
        ids.extend(accept_all(ledger, orders).await);
    }
    let filter = Filter {
        states: vec![State::Queued],
        account: Some(ACCOUNT.to_owned()),
        ..Filter::default()
    };
    let (mut seen, mut cursor, mut last) = (Vec::new(), None, u64::MAX);
    loop {
        let page = ledger.list(&filter, cursor.as_deref(), 7).await.expect("a page");
        for listed in page.orders {
            assert!(listed.since_ms <= last);
            last = listed.since_ms;
            seen.push(listed.order.id);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 300);
    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), ids);
    let one = Filter {
        resource: Some("k1-7.example".to_owned()),
        ..Filter::default()
    };
    assert_eq!(ledger.list(&one, None, 10).await.expect("a page").orders.len(), 1);
    assert!(matches!(
        ledger.list(&one, Some("x"), 10).await,
        Err(LedgerError::Invalid(_))
    ));
}

#[tokio::test]
async fn intake_entries_stay_until_they_are_done() {
    let World { ledger, server } = &world().await;
    ledger
        .submit(&[("order", "{}"), ("trace", "t")])
        .await
        .expect("submitted");
    let mut first = ledger.intake("one").await.expect("a reader");
    let entries = first.read(10, Duration::from_millis(10)).await.expect("read");
    assert_eq!(
        (entries.len(), entries[0].field("order"), entries[0].field("trace")),
        (1, Some("{}"), Some("t"))
    );
    assert!(
        first
            .read(10, Duration::from_millis(10))
            .await
            .expect("read")
            .is_empty()
    );
    assert!(first.reclaim(10).await.expect("told").is_empty());

    // The reader dies; a minute later another one finds what it left.
    let mut connection = server.connection().await.expect("a connection");
    let mut aged = redis::cmd("XCLAIM");
    aged.arg("t:intake")
        .arg("domorder")
        .arg("one")
        .arg(0)
        .arg(&entries[0].id)
        .arg("IDLE")
        .arg(61_000);
    let _: redis::Value = aged.query_async(&mut connection).await.expect("aged");
    let mut second = ledger.intake("two").await.expect("a reader");
    assert_eq!(second.reclaim(10).await.expect("reclaimed"), entries);
    second.done(std::slice::from_ref(&entries[0].id)).await.expect("done");
    let left: u64 = redis::cmd("XLEN")
        .arg("t:intake")
        .query_async(&mut connection)
        .await
        .expect("length");
    assert_eq!(left, 0);

    // The stream is deleted under us.
    let _: u64 = redis::cmd("DEL")
        .arg("t:intake")
        .query_async(&mut connection)
        .await
        .expect("deleted");
    assert!(
        second
            .read(1, Duration::from_millis(10))
            .await
            .expect("read")
            .is_empty()
    );
    ledger.submit(&[("signal", "{}")]).await.expect("submitted");
    assert_eq!(second.read(1, Duration::from_secs(1)).await.expect("read").len(), 1);
    ledger
        .reject("{}", "{\"status\":422}", "2026-01-01T00:00:00Z")
        .await
        .expect("kept");
}
