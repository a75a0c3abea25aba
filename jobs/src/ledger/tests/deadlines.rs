//! Deadlines of orders whose account is paused.

use super::*;

async fn now(ledger: &Ledger) -> u64 {
    ledger.now_ms().await.expect("a clock")
}

/// An order whose deadline is so many milliseconds from now.
async fn due_in(ledger: &Ledger, key: &str, ms: i64) -> NewOrder {
    NewOrder {
        deadline_ms: Some(now(ledger).await.saturating_add_signed(ms)),
        ..order(ledger, key)
    }
}

async fn pause(ledger: &Ledger) {
    ledger.set_paused(ACCOUNT, Some("by hand")).await.expect("paused");
}

/// How many deadlines are kept.
async fn kept(world: &World) -> u64 {
    let mut connection = world.server.connection().await.expect("a connection");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("*:deadlines:*")
        .query_async(&mut connection)
        .await
        .expect("keys");
    match keys.first() {
        None => 0,
        Some(key) => redis::cmd("ZCARD")
            .arg(key)
            .query_async(&mut connection)
            .await
            .expect("a set"),
    }
}

/// What the handler makes of an overdue order: a person is asked.
fn asked(order: &ClaimedOrder) -> Record {
    Record {
        state: State::ActionRequired,
        due: Due::Never,
        notice: Notice::Never,
        release: true,
        ..record(order)
    }
}

#[tokio::test]
async fn a_paused_account_hands_out_orders_whose_deadline_has_passed_and_no_others() {
    let world = world().await;
    let ledger = &world.ledger;
    let late = due_in(ledger, "late", -5).await;
    let wanted = late.id.clone();
    let soon = due_in(ledger, "soon", 90_000).await;
    accept_all(ledger, vec![order(ledger, "whenever"), soon, late]).await;
    pause(ledger).await;
    let claimed = claim(ledger, 10).await;
    assert!(matches!(claimed.held_back, Some(HeldBack::Paused { .. })));
    let [overdue] = &claimed.orders[..] else {
        panic!("{claimed:?}");
    };
    assert!(overdue.id == wanted && overdue.paused, "{overdue:?}");
    ledger.record(asked(overdue)).await.expect("recorded");
    // Told once; and the lane sleeps until the next one.
    let again = claim(ledger, 10).await;
    assert!(again.orders.is_empty(), "{again:?}");
    let sleeps = again.next_due.expect("one is left");
    assert!(
        sleeps > Duration::from_secs(60) && sleeps <= Duration::from_secs(90),
        "{sleeps:?}"
    );
    ledger.set_paused(ACCOUNT, None).await.expect("goes on");
    let all = claim(ledger, 10).await.orders;
    assert_eq!(all.len(), 2, "the others, as if nothing had been: {all:?}");
    assert!(all.iter().all(|order| !order.paused && order.lane_head));
}

#[tokio::test]
async fn an_order_in_hand_is_handed_to_nobody_else_when_its_deadline_passes() {
    let world = world().await;
    let ledger = &world.ledger;
    accept_all(ledger, vec![due_in(ledger, "a", -5).await]).await;
    let held = claim_one(ledger).await;
    pause(ledger).await;
    let claimed = claim(ledger, 10).await;
    assert!(claimed.orders.is_empty(), "{claimed:?}");
    assert!(claimed.next_due.expect("when its lease ends") > Duration::from_secs(1));
    // Its holder says where it stands, and it is noticed at its deadline.
    let waits = Record {
        due: Due::At(now(ledger).await + 600_000),
        notice: Notice::At(now(ledger).await),
        release: true,
        ..record(&held)
    };
    ledger.record(waits).await.expect("recorded");
    assert_eq!(claim(ledger, 10).await.orders.len(), 1);
}

#[tokio::test]
async fn a_deadline_that_dies_unnoticed_with_its_worker_comes_again() {
    let world = world().await;
    let ledger = &world.ledger;
    accept_all(ledger, vec![due_in(ledger, "a", -5).await]).await;
    pause(ledger).await;
    let lease = Duration::from_millis(150);
    let claimed = ledger
        .claim(0, ACCOUNT, 1, lease, Limits::default())
        .await
        .expect("claimed");
    assert_eq!(claimed.orders.len(), 1);
    let again = claim_soon(ledger).await;
    assert!(again.paused && again.lapsed, "{again:?}");
}

#[tokio::test]
async fn a_deadline_is_forgotten_with_its_end_by_whichever_program() {
    let world = world().await;
    let ledger = &world.ledger;
    for key in ["a", "b"] {
        accept_all(ledger, vec![due_in(ledger, key, -5).await]).await;
    }
    let claimed = claim(ledger, 2).await.orders;
    let ends = Record {
        notice: Notice::Never,
        ..success(&claimed[0])
    };
    ledger.record(ends).await.expect("recorded");
    assert_eq!(kept(&world).await, 1);
    // One that knows nothing of deadlines ends the other.
    ledger.record(success(&claimed[1])).await.expect("recorded");
    assert_eq!(kept(&world).await, 1);
    pause(ledger).await;
    let claimed = claim(ledger, 10).await;
    assert!(claimed.orders.is_empty() && claimed.bad.is_empty(), "{claimed:?}");
    assert_eq!(kept(&world).await, 0);
}
