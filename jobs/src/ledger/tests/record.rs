use super::*;

#[tokio::test]
async fn changes_that_were_held_back_are_told_in_their_turn_and_repeated_once() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    let change = |n: &str| Change {
        event: Some(format!("e{n}")),
        timeline: Some(format!("t{n}")),
    };
    let record = Record {
        event: Some("e4".to_owned()),
        timeline: Some("t4".to_owned()),
        before: vec![change("2"), Change::default(), change("3")],
        ..success(&held)
    };
    for _ in 0..2 {
        // The second one is a repeat, as after an answer that was lost.
        assert_eq!(ledger.record(record.clone()).await.expect("recorded").version, 5);
    }
    assert_eq!(ledger.timeline(&held.id).await.expect("a timeline"), ["t2", "t3", "t4"]);
    let told = ledger.events(0, "0", 10).await.expect("events");
    let told: Vec<&str> = told[1..].iter().map(|(_, event)| event.as_str()).collect();
    assert_eq!(told, ["e2", "e3", "e4"]);
}

#[tokio::test]
async fn a_record_moves_state_indexes_event_and_timeline_together() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    let intent = Record {
        state: State::Dispatching,
        event: Some("e2".to_owned()),
        timeline: Some("t1".to_owned()),
        intent_epoch: Some(claim(ledger, 1).await.epoch.number),
        ..record(&held)
    };
    let recorded = ledger.record(intent).await.expect("recorded");
    assert_eq!((recorded.version, recorded.poked), (2, false));
    let stored = ledger.read(&ids).await.expect("read").remove(0).expect("there");
    assert_eq!(
        (stored.meta.state, stored.meta.version, stored.leased),
        (State::Dispatching, 2, true)
    );
    assert_eq!(stored.rec, "{\"v\":2}");
    assert_eq!(ledger.events(0, "0", 10).await.expect("events")[1].1, "e2");
    assert_eq!(ledger.timeline(&ids[0]).await.expect("a timeline"), ["t1"]);
    let counts = ledger.counts().await.expect("counts");
    assert_eq!(
        counts,
        [Count {
            state: State::Dispatching,
            kind: Kind::Renew,
            account: ACCOUNT.to_owned(),
            n: 1
        }]
    );
    assert_eq!(ledger.oldest(State::Queued).await.expect("told"), None);
    assert_eq!(
        ledger.oldest(State::Dispatching).await.expect("told"),
        Some(recorded.now_ms)
    );
}

#[tokio::test]
async fn a_record_on_another_version_is_refused() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    ledger.record(record(&held)).await.expect("recorded");
    let other = Record {
        rec: "other".to_owned(),
        ..record(&held)
    };
    assert!(matches!(
        ledger.record(other).await,
        Err(RecordError::WrongVersion { found: 2 })
    ));
}

#[tokio::test]
async fn the_same_record_twice_is_one_record() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    for _ in 0..3 {
        // As if the answer had been lost, after the order was let go even.
        let again = Record {
            timeline: Some("t".to_owned()),
            due: Due::Never,
            release: true,
            ..record(&held)
        };
        assert_eq!(ledger.record(again).await.expect("recorded").version, 2);
    }
    assert_eq!(ledger.timeline(&ids[0]).await.expect("a timeline").len(), 1);
}

#[tokio::test]
async fn an_intent_of_another_epoch_or_past_its_lease_is_refused() {
    let World { ledger, .. } = &world().await;
    accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_for(ledger, 1, Duration::from_millis(30)).await;
    let order = &held.orders[0];
    let intent = |epoch| Record {
        intent_epoch: Some(epoch),
        ..record(order)
    };
    let number = held.epoch.number;
    match ledger.record(intent(number + 1)).await {
        Err(RecordError::Epoch { now }) => assert_eq!(now, number),
        other => panic!("{other:?}"),
    }
    while ledger.now_ms().await.expect("a clock") <= order.lease_end_ms {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(matches!(
        ledger.record(intent(number)).await,
        Err(RecordError::LostLease)
    ));
    // Its outcome is still welcome while nobody else has the order.
    ledger.record(record(order)).await.expect("recorded");
}

#[tokio::test]
async fn orders_of_one_domain_take_turns() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(
        ledger,
        (0..3).map(|n| about(ledger, &format!("k{n}"), "one.example")).collect(),
    )
    .await;
    let held = claim(ledger, 3).await.orders;
    assert_eq!(
        held.iter().map(|order| order.lane_head).collect::<Vec<_>>(),
        [true, false, false]
    );
    let wait = |order: &ClaimedOrder| Record {
        state: State::Parked,
        due: Due::Never,
        release: true,
        ..record(order)
    };
    ledger.record(wait(&held[1])).await.expect("waits");
    assert!(claim(ledger, 3).await.orders.is_empty());
    ledger.record(success(&held[0])).await.expect("done");
    let second = claim_one(ledger).await;
    assert_eq!((&second.id, second.lane_head), (&ids[1], true));
    // Its turn comes while it is held: it is due as soon as it is let go, whatever its holder thought.
    ledger.record(success(&second)).await.expect("done");
    assert!(ledger.record(wait(&held[2])).await.expect("waits").poked);
    let third = claim_one(ledger).await;
    assert_eq!((&third.id, third.lane_head), (&ids[2], true));
}

#[tokio::test]
async fn who_gives_up_its_turn_stands_in_line_again() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(
        ledger,
        (0..2).map(|n| about(ledger, &format!("k{n}"), "one.example")).collect(),
    )
    .await;
    let held = claim(ledger, 2).await.orders;
    let yields = Record {
        release: true,
        release_lane: true,
        due: Due::Now,
        ..record(&held[0])
    };
    ledger.record(yields).await.expect("recorded");
    let first = claim_one(ledger).await;
    assert_eq!((&first.id, first.lane_head), (&ids[0], false));
    let waits = Record {
        due: Due::Never,
        release: true,
        ..record(&first)
    };
    ledger.record(waits).await.expect("waits");
    ledger.record(success(&held[1])).await.expect("done");
    let again = claim_one(ledger).await;
    assert_eq!((&again.id, again.lane_head), (&ids[0], true));
}

#[tokio::test]
async fn a_signal_during_a_lease_makes_the_order_due_when_it_is_let_go() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    assert_eq!(
        ledger.signal(&ids[0], 1, "check-now").await.expect("told"),
        Signalled::Signalled
    );
    assert_eq!(
        ledger.signal(&ids[0], 1, "check-now").await.expect("told"),
        Signalled::Signalled
    );
    assert_eq!(
        ledger.signal(&ids[0], 1, "cancel: \u{e9}").await.expect("told"),
        Signalled::Signalled
    );
    let away = Record {
        due: Due::Never,
        release: true,
        ..record(&held)
    };
    assert!(ledger.record(away).await.expect("recorded").poked);
    assert_eq!(
        ledger.signal(&ids[0], 1, "late").await.expect("told"),
        Signalled::VersionChanged { found: 2 }
    );

    let next = claim_one(ledger).await;
    assert_eq!(next.signals, ["check-now", "cancel: \u{e9}"]);
    let took = Record {
        due: Due::Never,
        release: true,
        signals_consumed: 1,
        ..record(&next)
    };
    assert!(!ledger.record(took).await.expect("recorded").poked);
    assert!(claim(ledger, 1).await.orders.is_empty());
    assert_eq!(
        ledger.read(&ids).await.expect("read")[0]
            .as_ref()
            .expect("there")
            .signals,
        ["cancel: \u{e9}"]
    );
}

#[tokio::test]
async fn a_signal_wakes_a_waiting_order_and_signals_are_bounded() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let held = claim_one(ledger).await;
    ledger
        .record(Record {
            due: Due::Never,
            release: true,
            ..record(&held)
        })
        .await
        .expect("recorded");
    for n in 0..SIGNALS_MAX {
        assert_eq!(
            ledger.signal(&ids[0], 2, &format!("s{n}")).await.expect("told"),
            Signalled::Signalled
        );
    }
    assert_eq!(
        ledger.signal(&ids[0], 2, "one more").await.expect("told"),
        Signalled::Full
    );
    assert_eq!(
        ledger.signal(&new_order_id(0), 2, "x").await.expect("told"),
        Signalled::Missing
    );
    assert_eq!(claim_one(ledger).await.signals.len(), SIGNALS_MAX);
}

#[tokio::test]
async fn records_that_are_ready_together_share_their_way() {
    let World { ledger, server } = &world().await;
    accept_all(ledger, (0..100).map(|n| order(ledger, &format!("k{n}"))).collect()).await;
    let held = claim(ledger, 100).await.orders;
    let calls = || async {
        let mut connection = server.connection().await.expect("a connection");
        let info: String = redis::cmd("INFO")
            .arg("commandstats")
            .query_async(&mut connection)
            .await
            .expect("statistics");
        let line = crate::ledger::durability::field(&info, "cmdstat_evalsha")
            .expect("scripts were run")
            .to_owned();
        line.split(['=', ','])
            .nth(1)
            .and_then(|n| n.parse::<u64>().ok())
            .expect("a number")
    };
    let before = calls().await;
    let answers = futures::future::join_all(held.iter().map(|order| ledger.record(success(order)))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(
        calls().await - before <= 4,
        "100 records took {} scripts",
        calls().await - before
    );
}

#[tokio::test]
async fn the_first_entry_of_a_long_timeline_stays() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let notes = (0..300).map(|n| async move { n });
    for n in futures::future::join_all(notes).await {
        ledger.note(&ids[0], &format!("{n}")).await.expect("noted");
    }
    let timeline = ledger.timeline(&ids[0]).await.expect("a timeline");
    assert_eq!(
        (timeline.len(), timeline[0].as_str(), timeline[255].as_str()),
        (256, "0", "299")
    );
}
