//! What is kept of a webhook endpoint, and who may write it.

use domorder_tests_support::RedisCluster;

use super::*;

const NAME: &str = "billing";
const RIGHT: Duration = Duration::from_millis(300);

fn at(ms: u64, seq: u64) -> EventAt {
    EventAt { ms, seq }
}

fn letter(ms: u64) -> DeadLetter {
    DeadLetter {
        at: at(ms, 0),
        event: format!("0-A-{ms}"),
        kind: "order.queued".to_owned(),
        order: "0-A".to_owned(),
        attempts: 3,
        result: "refused".to_owned(),
    }
}

async fn fence(hooks: &Webhooks, holder: &str) -> Option<u64> {
    hooks.lease(NAME, holder, RIGHT, Begin::New).await.unwrap()[0].0
}

#[test]
fn a_place_is_read_as_it_is_written_and_the_next_one_follows() {
    assert_eq!("17-4".parse(), Ok(at(17, 4)));
    assert_eq!(at(17, 4).to_string(), "17-4");
    for wrong in ["", "17", "17-", "-4", "17-4-1", "a-b"] {
        assert_eq!(wrong.parse::<EventAt>(), Err(NoPlace), "{wrong}");
    }
    assert_eq!(at(17, 4).next(), at(17, 5));
    assert_eq!(at(17, u64::MAX).next(), at(18, 0));
}

#[tokio::test]
async fn one_holder_at_a_time_and_a_late_one_writes_nothing() {
    let world = world().await;
    let hooks = world.ledger.webhooks();
    let first = fence(&hooks, "a").await.unwrap();
    assert_eq!(fence(&hooks, "a").await, Some(first), "it keeps what it has");
    assert_eq!(fence(&hooks, "b").await, None);
    let update = HookUpdate {
        cursor: at(7, 1),
        settled: 3,
        waiting: 2,
        failing_ms: 5,
        held: vec![(
            "0-A".to_owned(),
            Some(HeldOrder {
                events: vec![at(5, 0), at(6, 2)],
                attempts: 4,
                since_ms: 1,
                next_ms: 99,
            }),
        )],
        dead: vec![letter(4)],
        begun: Vec::new(),
    };
    assert!(hooks.save(NAME, 0, first, &update).await.unwrap());
    assert!(
        hooks.save(NAME, 0, first, &update).await.unwrap(),
        "a repeat is as once"
    );
    let mut second = None;
    while second.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        second = fence(&hooks, "b").await;
    }
    assert!(second > Some(first));
    let late = HookUpdate {
        cursor: at(9, 0),
        ..HookUpdate::default()
    };
    assert!(!hooks.save(NAME, 0, first, &late).await.unwrap());
    assert_eq!(fence(&hooks, "a").await, None);
    let kept = hooks.position(NAME, 0).await.unwrap();
    assert_eq!((kept.cursor, kept.settled, kept.failing_ms), (at(7, 1), 3, 5));
    assert_eq!(kept.held.len(), 1);
    assert_eq!(Some(&kept.held[0].1), update.held[0].1.as_ref());
    assert_eq!(hooks.dead(NAME, 0, 0, 10).await.unwrap(), [letter(4)]);
    hooks.release(NAME, "b").await.unwrap();
    assert!(fence(&hooks, "a").await > second, "given back, it can be had at once");
}

#[tokio::test]
async fn a_new_endpoint_begins_after_the_newest_event_and_what_comes_then_is_counted() {
    let world = world().await;
    let ledger = &world.ledger;
    accept_all(ledger, vec![order(ledger, "a"), order(ledger, "b")]).await;
    let hooks = ledger.webhooks();
    assert_eq!(hooks.look(NAME).await.unwrap(), [None]);
    fence(&hooks, "x").await.unwrap();
    hooks.lease("old", "x", RIGHT, Begin::Oldest).await.unwrap();
    accept_all(ledger, vec![order(ledger, "c")]).await;
    let depth = async |name: &str| hooks.look(name).await.unwrap()[0].unwrap().depth();
    assert_eq!((depth(NAME).await, depth("old").await), (1, 3));
    let from = hooks.position(NAME, 0).await.unwrap().cursor;
    let events = hooks.events_after(0, from, 10).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(hooks.event(0, events[0].0).await.unwrap().as_ref(), Some(&events[0].1));
    assert_eq!(hooks.event(0, at(1, 1)).await.unwrap(), None);
    assert_eq!(
        hooks.known().await.unwrap().into_iter().collect::<Vec<_>>(),
        [NAME, "old"]
    );
}

#[tokio::test]
async fn a_replay_is_a_dead_letter_until_it_has_begun_and_its_holder_is_woken() {
    let world = world().await;
    let hooks = world.ledger.webhooks().apart();
    let fence = fence(&hooks, "a").await.unwrap();
    let dead = HookUpdate {
        dead: vec![letter(4), letter(9)],
        ..HookUpdate::default()
    };
    assert!(hooks.save(NAME, 0, fence, &dead).await.unwrap());
    let mut wakes = listening(&world.ledger).await;
    assert_eq!(hooks.replay(NAME, 0, &[letter(9), letter(5)]).await.unwrap(), 1);
    let woken = tokio::time::timeout(Duration::from_secs(10), async {
        while wakes.recv().await.unwrap() != Wake::Account(format!("webhook:{NAME}")) {}
    });
    woken.await.expect("it is woken");
    assert_eq!(
        hooks.replay(NAME, 0, &[letter(9)]).await.unwrap(),
        0,
        "it is one no more"
    );
    assert_eq!(hooks.again(NAME, 0, 10).await.unwrap(), [letter(9)]);
    assert_eq!(
        hooks.lease(NAME, "a", RIGHT, Begin::New).await.unwrap(),
        [(Some(fence), 1)]
    );
    let begun = HookUpdate {
        begun: vec![letter(9)],
        ..HookUpdate::default()
    };
    assert!(hooks.save(NAME, 0, fence, &begun).await.unwrap());
    assert!(hooks.again(NAME, 0, 10).await.unwrap().is_empty());
    assert_eq!(hooks.drop_dead(NAME, 0, 4).await.unwrap(), 0);
    assert_eq!(hooks.drop_dead(NAME, 0, 5).await.unwrap(), 1);
}

#[tokio::test]
async fn an_endpoint_is_forgotten_when_nobody_delivers_to_it() {
    let world = world().await;
    let hooks = world.ledger.webhooks();
    fence(&hooks, "a").await.unwrap();
    assert!(!hooks.forget(NAME).await.unwrap());
    hooks.release(NAME, "a").await.unwrap();
    assert!(hooks.forget(NAME).await.unwrap());
    assert!(hooks.known().await.unwrap().is_empty());
    assert_eq!(hooks.look(NAME).await.unwrap(), [None]);
    hooks.release(NAME, "a").await.unwrap();
    assert!(
        hooks.known().await.unwrap().is_empty(),
        "giving nothing back makes nothing"
    );
}

#[tokio::test]
async fn a_tail_hears_of_what_was_there_and_of_what_comes() {
    let world = world_with(RedisOptions::default(), |mut settings| {
        settings.shards = 3;
        settings
    })
    .await;
    let ledger = &world.ledger;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let mut tails = ledger.tails();
    assert_eq!(tails.len(), 1, "one server, one read");
    let mut tail = tails.remove(0);
    let there = shard_of_resource("a.example", 3);
    assert_eq!(tail.heard().await.unwrap(), [there]);
    let waiting = tokio::spawn(async move { tail.heard().await.unwrap() });
    accept_all(ledger, vec![order(ledger, "b")]).await;
    let heard = tokio::time::timeout(Duration::from_secs(4), waiting).await;
    assert_eq!(
        heard.expect("heard before the read ends").unwrap(),
        [shard_of_resource("b.example", 3)]
    );
}

#[tokio::test]
async fn in_a_cluster_every_shard_has_its_tail_and_its_state() {
    let cluster = RedisCluster::start(3).await.expect("a cluster");
    let mut settings = LedgerSettings::new(cluster.url(), "t");
    settings.shards = 4;
    let ledger = Ledger::connect(settings).await.expect("a ledger");
    let hooks = ledger.webhooks();
    let rights = hooks.lease(NAME, "a", RIGHT, Begin::New).await.unwrap();
    assert_eq!(rights.iter().filter(|(fence, _)| fence.is_some()).count(), 4);
    let mut tails = ledger.tails();
    assert_eq!(tails.len(), 4);
    let shard = shard_of_resource("a.example", 4);
    let mut tail = tails.remove(usize::from(shard));
    accept_all(&ledger, vec![order(&ledger, "a")]).await;
    assert_eq!(tail.heard().await.unwrap(), [shard]);
    let looks = hooks.look(NAME).await.unwrap();
    assert_eq!(looks[usize::from(shard)].unwrap().behind, 1);
}
