use std::collections::HashMap;

use domorder_tests_support::RedisCluster;

use super::*;

#[tokio::test]
async fn a_cluster_of_three_masters_serves_all_shards() {
    let mut cluster = RedisCluster::start(3).await.expect("a cluster");
    let settings = LedgerSettings {
        shards: 8,
        ..LedgerSettings::new(cluster.url(), "t")
    };
    let ledger = Ledger::connect(settings).await.expect("a ledger");
    assert!(ledger.check().await.expect("a report").ok);
    let mut wakes = listening(&ledger).await;
    let ids = accept_all(&ledger, (0..300).map(|n| order(&ledger, &format!("k{n}"))).collect()).await;
    assert!(heard(&mut wakes).await);

    let mut by_shard: HashMap<u16, usize> = HashMap::new();
    let mut held = Vec::new();
    for shard in 0..8 {
        let claimed = ledger
            .claim(shard, ACCOUNT, 128, LEASE, Limits::default())
            .await
            .expect("a claim");
        by_shard.insert(shard, claimed.orders.len());
        held.extend(claimed.orders);
    }
    assert!(by_shard.values().all(|n| *n > 0), "{by_shard:?}");
    assert_eq!(held.len(), 300);
    let answers = futures::future::join_all(held.iter().map(|order| ledger.record(success(order)))).await;
    assert!(answers.iter().all(Result::is_ok));
    let read = ledger.read(&ids).await.expect("read");
    assert!(
        read.iter()
            .all(|order| order.as_ref().is_some_and(|order| order.meta.state == State::Succeeded))
    );
    let page = ledger.list(&Filter::default(), None, 300).await.expect("a page");
    assert_eq!(page.orders.len(), 300);

    // A master that restarts serves its shards again.
    cluster.nodes_mut()[1].restart().await.expect("it starts again");
    let more = (0..100).map(|n| order(&ledger, &format!("m{n}"))).collect();
    accept_all(&ledger, more).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(ledger.sweep(Duration::ZERO, 128).await.expect("swept"), 300);
}
