//! Many orders: how fast they drain, what they weigh.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_due_orders_drain() {
    let world = world_with(
        RedisOptions {
            args: vec!["--appendfsync".to_owned(), "no".to_owned()],
            ..RedisOptions::default()
        },
        |s| LedgerSettings {
            durability: Durability::Relaxed,
            ..s
        },
    )
    .await;
    let ledger = &world.ledger;
    let began = tokio::time::Instant::now();
    for part in 0..100 {
        accept_all(
            ledger,
            (0..1_000).map(|n| order(ledger, &format!("k{part}-{n}"))).collect(),
        )
        .await;
    }
    let accepted = began.elapsed();
    let began = tokio::time::Instant::now();
    let mut drained = 0;
    loop {
        let orders = claim(ledger, BATCH_MAX).await.orders;
        if orders.is_empty() {
            break;
        }
        drained += orders.len();
        let answers = futures::future::join_all(orders.iter().map(|order| ledger.record(success(order)))).await;
        assert!(answers.iter().all(Result::is_ok));
    }
    assert_eq!(drained, 100_000);
    let took = began.elapsed();
    let mut connection = world.server.connection().await.expect("a connection");
    let info: String = redis::cmd("INFO")
        .arg("commandstats")
        .query_async(&mut connection)
        .await
        .expect("statistics");
    println!("100,000 orders: accepted in {accepted:?}, claimed and recorded in {took:?}");
    println!(
        "scripts: {}",
        crate::ledger::durability::field(&info, "cmdstat_evalsha").expect("scripts were run")
    );
    assert!(took < Duration::from_secs(120));
}

#[tokio::test]
async fn a_waiting_order_weighs_at_most_1200_bytes_and_a_finished_one_2000() {
    const N: u64 = 10_000;
    let World { ledger, server } = &world_with(
        RedisOptions {
            args: vec!["--appendfsync".to_owned(), "no".to_owned()],
            ..RedisOptions::default()
        },
        |s| LedgerSettings {
            durability: Durability::Relaxed,
            ..s
        },
    )
    .await;
    let mut connection = server.connection().await.expect("a connection");
    let empty = used(&mut connection).await;
    for part in 0..N / 1_000 {
        let orders = (0..1_000).map(|n| NewOrder {
            idempotency_key: format!("invoice-{part:06}-{n:06}"),
            doc: "d".repeat(150),
            rec: "r".repeat(100),
            // The outbox is weighed by itself: it has a retention of its own.
            event: String::new(),
            ..about(ledger, "", &format!("customer-{part}-{n}.example"))
        });
        accept_all(ledger, orders.collect()).await;
    }
    let waiting = (used(&mut connection).await - empty) / N;
    loop {
        let orders = claim(ledger, BATCH_MAX).await.orders;
        if orders.is_empty() {
            break;
        }
        let records = orders.iter().map(|order| async {
            let step = |rec: &str| Record {
                rec: rec.repeat(100),
                timeline: Some("t".repeat(110)),
                ..record(order)
            };
            ledger
                .record(Record {
                    state: State::Dispatching,
                    ..step("1")
                })
                .await
                .expect("recorded");
            ledger
                .record(Record {
                    version: 2,
                    state: State::InProgress,
                    ..step("2")
                })
                .await
                .expect("recorded");
            let last = Record {
                version: 3,
                state: State::Succeeded,
                release: true,
                ..step("3")
            };
            ledger.record(last).await.expect("recorded");
        });
        futures::future::join_all(records).await;
    }
    let finished = (used(&mut connection).await - empty) / N;
    println!("{waiting} bytes a waiting order, {finished} a finished one with three timeline entries of 110 bytes");
    assert!(waiting <= 1_200, "{waiting}");
    assert!(finished <= 2_000, "{finished}");
}

async fn used(connection: &mut redis::aio::MultiplexedConnection) -> u64 {
    let info: String = redis::cmd("INFO")
        .arg("memory")
        .query_async(connection)
        .await
        .expect("memory");
    crate::ledger::durability::field(&info, "used_memory")
        .and_then(|bytes| bytes.parse().ok())
        .expect("a number")
}
