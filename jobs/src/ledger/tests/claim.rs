use std::collections::HashSet;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_claimers_share_five_thousand_orders_without_overlap() {
    let world = world().await;
    let orders = (0..5_000).map(|n| order(&world.ledger, &format!("k{n}"))).collect();
    accept_all(&world.ledger, orders).await;
    let claimers: Vec<_> = (0..8)
        .map(|_| {
            let settings = LedgerSettings::new(world.server.url(), "t");
            tokio::spawn(async move {
                let ledger = Ledger::connect(settings).await.expect("a ledger");
                let mut mine = Vec::new();
                loop {
                    let orders = claim(&ledger, 50).await.orders;
                    if orders.is_empty() {
                        return mine;
                    }
                    mine.extend(orders.into_iter().map(|order| order.id));
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for claimer in claimers {
        all.extend(claimer.await.expect("a claimer"));
    }
    assert_eq!(all.len(), 5_000);
    assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), 5_000);
}

#[tokio::test]
async fn the_order_of_a_dead_worker_comes_back_with_a_higher_fence() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let dead = claim_for(ledger, 1, Duration::from_millis(50)).await.orders.remove(0);
    let heir = claim_soon(ledger).await;
    assert!(heir.lapsed && !dead.lapsed);
    assert!(heir.fence > dead.fence);
    assert!(matches!(
        ledger.record(success(&dead)).await,
        Err(RecordError::LostLease)
    ));
    assert_eq!(
        ledger
            .extend(&[(dead.id.clone(), dead.fence), (heir.id.clone(), heir.fence)], LEASE)
            .await
            .expect("told"),
        [false, true]
    );
    assert!(ledger.note(&dead.id, "200, order 123").await.expect("noted"));
    assert_eq!(ledger.timeline(&dead.id).await.expect("a timeline"), ["200, order 123"]);
    ledger.record(success(&heir)).await.expect("recorded");
}

#[tokio::test]
async fn urgent_orders_are_first() {
    let World { ledger, .. } = &world().await;
    let with = |key: &str, priority| NewOrder {
        priority,
        ..order(ledger, key)
    };
    let orders = vec![
        with("low", Priority::Low),
        with("normal", Priority::Normal),
        with("high", Priority::High),
    ];
    accept_all(ledger, orders).await;
    let seen: Vec<Priority> = claim(ledger, 3)
        .await
        .orders
        .into_iter()
        .map(|order| order.priority)
        .collect();
    assert_eq!(seen, [Priority::High, Priority::Normal, Priority::Low]);
}

#[tokio::test]
async fn what_is_due_later_is_told_and_not_handed_out() {
    let World { ledger, .. } = &world().await;
    assert_eq!(claim(ledger, 1).await.next_due, None);
    let at = ledger.now_ms().await.expect("a clock") + 30_000;
    accept_all(
        ledger,
        vec![NewOrder {
            due_at_ms: Some(at),
            ..order(ledger, "a")
        }],
    )
    .await;
    let claimed = claim(ledger, 1).await;
    assert!(claimed.orders.is_empty());
    let wait = claimed.next_due.expect("it waits");
    assert!(
        wait > Duration::from_secs(20) && wait <= Duration::from_secs(30),
        "{wait:?}"
    );
    assert_eq!(
        ledger.queue_depth(ACCOUNT).await.expect("a depth"),
        Depth {
            due: 0,
            later: 1,
            leased: 0
        }
    );
}

#[tokio::test]
async fn concurrency_is_of_all_replicas_and_a_free_place_is_told() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, (0..4).map(|n| order(ledger, &format!("k{n}"))).collect()).await;
    let limits = Limits {
        concurrency: Some(3),
        ..Limits::default()
    };
    let first = ledger.claim(0, ACCOUNT, 2, LEASE, limits).await.expect("a claim");
    assert_eq!(
        (first.orders.len(), first.held_back, first.next_due),
        (2, None, Some(Duration::ZERO))
    );
    let second = ledger.claim(0, ACCOUNT, 2, LEASE, limits).await.expect("a claim");
    assert_eq!(
        (second.orders.len(), second.held_back),
        (1, Some(HeldBack::Concurrency))
    );
    let mut wakes = listening(ledger).await;
    ledger.record(success(&first.orders[0])).await.expect("recorded");
    assert!(heard(&mut wakes).await);
    assert_eq!(
        ledger
            .claim(0, ACCOUNT, 2, LEASE, limits)
            .await
            .expect("a claim")
            .orders
            .len(),
        1
    );
}

#[tokio::test]
async fn the_rate_is_of_all_replicas() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, (0..9).map(|n| order(ledger, &format!("k{n}"))).collect()).await;
    let rate = Rate {
        tokens: 10,
        period: Duration::from_secs(60),
        per_order: 2,
        burst: 8,
    };
    let limits = Limits {
        rate: Some(rate),
        ..Limits::default()
    };
    let claimed = ledger.claim(0, ACCOUNT, 9, LEASE, limits).await.expect("a claim");
    assert_eq!((claimed.orders.len(), claimed.held_back), (4, Some(HeldBack::Rate)));
    let wait = claimed.next_due.expect("more is due");
    assert!(
        wait > Duration::from_secs(10) && wait <= Duration::from_secs(12),
        "{wait:?}"
    );
    let again = ledger.claim(0, ACCOUNT, 9, LEASE, limits).await.expect("a claim");
    assert_eq!((again.orders.len(), again.held_back), (0, Some(HeldBack::Rate)));
}

#[tokio::test]
async fn a_call_of_no_order_is_taken_from_the_same_rate() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, (0..9).map(|n| order(ledger, &format!("k{n}"))).collect()).await;
    let rate = Rate {
        tokens: 10,
        period: Duration::from_secs(60),
        per_order: 1,
        burst: 4,
    };
    for _ in 0..3 {
        let wait = ledger.take_call(ACCOUNT, rate).await.expect("told");
        assert_eq!(wait, Duration::ZERO, "within what may be made at once");
    }
    let limits = Limits {
        rate: Some(rate),
        ..Limits::default()
    };
    let claimed = ledger.claim(0, ACCOUNT, 9, LEASE, limits).await.expect("a claim");
    assert_eq!((claimed.orders.len(), claimed.held_back), (1, Some(HeldBack::Rate)));
    // Orders take what they get; a call's turn comes whoever else wants one, and they wait the longer.
    for turn in [6, 12] {
        let wait = ledger.take_call(ACCOUNT, rate).await.expect("told");
        let at_most = Duration::from_secs(turn);
        assert!(wait > at_most - Duration::from_secs(2) && wait <= at_most, "{wait:?}");
    }
    let claimed = ledger.claim(0, ACCOUNT, 9, LEASE, limits).await.expect("a claim");
    assert!(claimed.orders.is_empty());
    let wait = claimed.next_due.expect("more is due");
    assert!(
        wait > Duration::from_secs(16) && wait <= Duration::from_secs(18),
        "{wait:?}"
    );
}

#[tokio::test]
async fn a_paused_account_hands_out_nothing_until_it_goes_on() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    ledger.set_paused(ACCOUNT, Some("credentials")).await.expect("paused");
    let accounts = [ACCOUNT.to_owned(), "other".to_owned()];
    assert_eq!(
        ledger.paused(&accounts).await.expect("told"),
        [(ACCOUNT.to_owned(), "credentials".to_owned())]
    );
    let claimed = claim(ledger, 1).await;
    assert!(claimed.orders.is_empty());
    assert_eq!(
        claimed.held_back,
        Some(HeldBack::Paused {
            reason: "credentials".to_owned()
        })
    );
    ledger.set_paused(ACCOUNT, None).await.expect("goes on");
    claim_one(ledger).await;
}

#[tokio::test]
async fn what_is_handed_back_is_due_at_once() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    assert_eq!(
        ledger.hand_back(&[(held.id.clone(), held.fence)]).await.expect("told"),
        [true]
    );
    let next = claim_one(ledger).await;
    assert!(!next.lapsed && next.fence > held.fence && next.version == held.version);
    assert_eq!(ledger.hand_back(&[(held.id, held.fence)]).await.expect("told"), [false]);
}

#[tokio::test]
async fn damaged_orders_are_set_aside_and_the_others_go_on() {
    let World { ledger, server } = &world().await;
    let ids = accept_all(ledger, (0..4).map(|n| order(ledger, &format!("k{n}"))).collect()).await;
    let mut connection = server.connection().await.expect("a connection");
    let spoil = |id: &str, field: &str, text: &str| {
        redis::cmd("HSET")
            .arg(format!("{{t:0}}:order:{id}"))
            .arg(field)
            .arg(text)
            .to_owned()
    };
    let _: () = spoil(&ids[0], "m", "nonsense")
        .query_async(&mut connection)
        .await
        .expect("set");
    let mut gone = redis::cmd("HDEL");
    gone.arg(format!("{{t:0}}:order:{}", ids[1])).arg("r");
    let _: () = gone.query_async(&mut connection).await.expect("deleted");
    // A state that only a newer version of ours knows.
    let m = format!("queued_twice|1|0|0|{ACCOUNT}|renew|1|0||k2");
    let _: () = spoil(&ids[2], "m", &m).query_async(&mut connection).await.expect("set");

    let claimed = claim(ledger, 10).await;
    assert_eq!(
        claimed.orders.iter().map(|order| &order.id).collect::<Vec<_>>(),
        [&ids[3]]
    );
    assert_eq!(claimed.bad.iter().collect::<HashSet<_>>(), ids[..3].iter().collect());
    for _ in 0..200 {
        if ledger.aside(10).await.expect("told").len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ledger.aside(10).await.expect("told").len(), 3);
    assert_eq!(
        ledger.queue_depth(ACCOUNT).await.expect("a depth"),
        Depth {
            due: 0,
            later: 0,
            leased: 1
        }
    );
    let _: () = spoil(&ids[1], "r", "{}")
        .query_async(&mut connection)
        .await
        .expect("mended");
    assert!(ledger.put_back(&ids[1]).await.expect("put back"));
    assert!(!ledger.put_back(&ids[0]).await.expect("told"));
    assert_eq!(claim_one(ledger).await.id, ids[1]);
}

#[tokio::test]
async fn an_accepted_order_is_heard_of_without_asking() {
    let World { ledger, server } = &world().await;
    let other = Ledger::connect(LedgerSettings::new(server.url(), "t"))
        .await
        .expect("a ledger");
    let mut wakes = listening(&other).await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    assert!(heard(&mut wakes).await);
}
