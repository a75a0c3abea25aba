use std::collections::BTreeSet;

use domorder_tests_support::RedisCluster;

use super::*;

/// All events from the start on, in pages.
async fn pages(ledger: &Ledger, limit: usize) -> (Vec<Event>, EventCursor) {
    let (mut all, mut after) = (Vec::new(), EventCursor::start(ledger.shards()));
    loop {
        let page = ledger.events_after(&after, limit).await.expect("a page");
        if page.is_empty() {
            return (all, after);
        }
        page.iter().for_each(|event| after.pass(event));
        all.extend(page);
    }
}

#[tokio::test]
async fn pages_and_tails_of_a_cluster_tell_every_event_once() {
    let cluster = RedisCluster::start(3).await.expect("a cluster");
    let settings = LedgerSettings {
        shards: 6,
        ..LedgerSettings::new(cluster.url(), "t")
    };
    let ledger = Ledger::connect(settings).await.expect("a ledger");
    accept_all(&ledger, (0..90).map(|n| order(&ledger, &format!("k{n}"))).collect()).await;

    let (all, after) = pages(&ledger, 7).await;
    let places: BTreeSet<_> = all.iter().map(|event| (event.shard, event.id)).collect();
    assert_eq!((all.len(), places.len()), (90, 90));
    assert_eq!(ledger.events_end().await.expect("the end"), after);

    let tails = ledger.event_tails();
    assert_eq!(tails.len(), 6, "shards of a cluster stand on different servers");
    let start = EventCursor::start(6);
    let mut told = BTreeSet::new();
    for tail in &tails {
        let events = tail.read(&start, 1000, Duration::from_secs(5)).await.expect("events");
        told.extend(events.iter().map(|event| (event.shard, event.id)));
        let none = tail
            .read(&after, 1000, Duration::from_millis(1))
            .await
            .expect("an answer");
        assert!(none.is_empty());
    }
    assert_eq!(told, places);
}

#[tokio::test]
async fn a_tail_waits_until_something_happens_in_any_shard() {
    let world = world_with(RedisOptions::default(), |settings| LedgerSettings {
        shards: 4,
        ..settings
    })
    .await;
    let tails = world.ledger.event_tails();
    assert_eq!(tails.len(), 1, "one read for all shards of one server");
    let end = world.ledger.events_end().await.expect("the end");
    for n in 0..8 {
        let key = format!("k{n}");
        let waiting = tails[0].read(&end, 10, Duration::from_secs(5));
        let happening = accept_all(&world.ledger, vec![order(&world.ledger, &key)]);
        let (events, ids) = tokio::join!(waiting, happening);
        let events = events.expect("events");
        assert!(!events.is_empty());
        assert!(n > 0 || Some(events[0].shard) == shard_of_id(&ids[0]));
    }
    assert_eq!(pages(&world.ledger, 3).await.0.len(), 8);
}
