//! What was proved of a name goes with the success, comes with the next claim, and is not kept for ever.

use super::*;

async fn kept(server: &RedisServer) -> Vec<(String, String)> {
    let mut connection = server.connection().await.expect("a connection");
    let mut all: Vec<(String, String)> = redis::cmd("HGETALL")
        .arg("{t:0}:proved")
        .query_async(&mut connection)
        .await
        .expect("a hash");
    all.sort();
    all
}

fn proves(order: &ClaimedOrder, text: &str) -> Record {
    Record {
        proved: Some(text.to_owned()),
        ..success(order)
    }
}

#[tokio::test]
async fn what_an_order_proved_is_told_to_the_next_of_its_name_and_account() {
    let World { ledger, .. } = &world().await;
    let orders = ["a", "b", "c"].map(|key| about(ledger, key, "one-example.com"));
    accept_all(ledger, orders.into()).await;
    let first = claim_one(ledger).await;
    assert_eq!(first.proved, "");
    let record = proves(&first, "x1830000000@1800000000");
    for _ in 0..2 {
        // The second one is a repeat, as after an answer that was lost.
        ledger.record(record.clone()).await.expect("recorded");
    }
    let second = claim_one(ledger).await;
    assert_eq!(second.proved, "x1830000000@1800000000");
    // An order that says nothing takes nothing away.
    ledger.record(success(&second)).await.expect("recorded");
    assert_eq!(claim_one(ledger).await.proved, "x1830000000@1800000000");

    let elsewhere = NewOrder {
        account: "other".to_owned(),
        ..about(ledger, "d", "one-example.com")
    };
    accept_all(ledger, vec![elsewhere, about(ledger, "e", "two-example.com")]).await;
    assert_eq!(claim_one(ledger).await.proved, "", "another name");
    let claimed = ledger
        .claim(0, "other", 1, LEASE, Limits::default())
        .await
        .expect("a claim");
    assert_eq!(claimed.orders[0].proved, "", "another account");
}

#[tokio::test]
async fn a_record_that_is_refused_proves_nothing() {
    let World { ledger, server } = &world().await;
    accept_all(ledger, vec![about(ledger, "a", "one-example.com")]).await;
    let held = claim_one(ledger).await;
    let late = Record {
        fence: held.fence - 1,
        ..proves(&held, "x1@1800000000")
    };
    ledger.record(late).await.expect_err("another has it");
    assert_eq!(kept(server).await, []);
}

#[tokio::test]
async fn what_is_too_old_to_matter_is_dropped_as_others_come() {
    let World { ledger, server } = &world().await;
    let mut connection = server.connection().await.expect("a connection");
    for n in 0..400 {
        let () = redis::cmd("HSET")
            .arg("{t:0}:proved")
            .arg(format!("old-{n}-example.com|{ACCOUNT}"))
            .arg("x1700000000@1600000000 e1@1500000000")
            .query_async(&mut connection)
            .await
            .expect("set");
    }
    let now = now_secs(server).await;
    for round in 0..6 {
        let names = (0..64).map(|n| {
            about(
                ledger,
                &format!("k{round}-{n}"),
                &format!("new-{round}-{n}-example.com"),
            )
        });
        accept_all(ledger, names.collect()).await;
        for order in claim(ledger, 64).await.orders {
            ledger
                .record(proves(&order, &format!("x1830000000@{now}")))
                .await
                .expect("recorded");
        }
    }
    let (new, old): (Vec<_>, Vec<_>) = kept(server)
        .await
        .into_iter()
        .partition(|(name, _)| name.starts_with("new"));
    assert_eq!(new.len(), 6 * 64, "what is fresh is kept");
    assert!(old.len() < new.len() / 2, "{} of 400 old ones are left", old.len());
}

#[tokio::test]
async fn sweeping_an_order_drops_what_it_proved_if_that_is_old() {
    let World { ledger, server } = &world().await;
    let now = now_secs(server).await;
    let names = ["old-example.com", "new-example.com"];
    accept_all(ledger, names.map(|name| about(ledger, name, name)).into()).await;
    for order in claim(ledger, 2).await.orders {
        let at = if order.resource.starts_with("old") {
            now - 172_900
        } else {
            now
        };
        let record = Record {
            // So that no other draw drops it before.
            proved: Some(format!("x1830000000@{now}")),
            ..success(&order)
        };
        ledger.record(record).await.expect("recorded");
        let mut connection = server.connection().await.expect("a connection");
        let () = redis::cmd("HSET")
            .arg("{t:0}:proved")
            .arg(format!("{}|{ACCOUNT}", order.resource))
            .arg(format!("x1830000000@{at}"))
            .query_async(&mut connection)
            .await
            .expect("set");
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(ledger.sweep(Duration::ZERO, 100).await.expect("swept"), 2);
    let left: Vec<String> = kept(server).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, [format!("new-example.com|{ACCOUNT}")]);
}

async fn now_secs(server: &RedisServer) -> i64 {
    let mut connection = server.connection().await.expect("a connection");
    let (secs, _): (i64, i64) = redis::cmd("TIME").query_async(&mut connection).await.expect("a time");
    secs
}
