//! An account's breakers: when they open, who may try, and who hears of the end.

use super::*;
use crate::state::Reason;

const PAID: BreakerLimits = BreakerLimits {
    in_a_row: 3,
    pause: Duration::from_millis(300),
    pause_max: Duration::from_millis(700),
};
/// A pause that no test outlives.
const LONG: BreakerLimits = BreakerLimits {
    pause: Duration::from_secs(600),
    pause_max: Duration::from_secs(600),
    ..PAID
};

async fn unknown(ledger: &Ledger, id: &str, limits: BreakerLimits) -> bool {
    ledger
        .paid_call_came_to(ACCOUNT, id, PaidCall::Unknown(limits))
        .await
        .expect("counted")
}

async fn paid(ledger: &Ledger) -> BreakerState {
    ledger.breakers(ACCOUNT).await.expect("told").paid
}

async fn until_half_open(ledger: &Ledger) {
    for _ in 0..400 {
        if paid(ledger).await == BreakerState::HalfOpen {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the pause does not end");
}

fn intent(order: &ClaimedOrder, epoch: Epoch) -> Record {
    Record {
        state: State::Dispatching,
        intent_epoch: Some(epoch.number),
        ..record(order)
    }
}

/// Parks an order for the breaker, not to come back by itself for an hour.
async fn park(ledger: &Ledger, order: &ClaimedOrder, deadline_ms: Option<u64>) {
    let hour = ledger.now_ms().await.expect("a clock") + 3_600_000;
    let parked = Record {
        state: State::Parked,
        due: Due::At(hour),
        release: true,
        parked: Some(Shelf {
            reason: Reason::BreakerOpen,
            deadline_ms,
        }),
        ..record(order)
    };
    ledger.record(parked).await.expect("parked");
}

#[tokio::test]
async fn it_opens_after_so_many_unknowns_in_a_row_and_holds_intents_and_claims_back() {
    let World {
        server: _server,
        ledger,
    } = world().await;
    accept_all(&ledger, (0..3).map(|at| order(&ledger, &format!("k{at}"))).collect()).await;
    let claimed = claim(&ledger, 1).await;
    assert_eq!(claimed.orders[0].brake, Brake::default());
    // Two, a known one, then three: a row that was broken does not count.
    for _ in 0..2 {
        assert!(!unknown(&ledger, "a", LONG).await);
    }
    let known = ledger
        .paid_call_came_to(ACCOUNT, "b", PaidCall::Known)
        .await
        .expect("counted");
    assert!(!known, "nothing was open");
    for opened in [false, false, true] {
        assert_eq!(unknown(&ledger, "a", LONG).await, opened);
    }
    assert!(matches!(paid(&ledger).await, BreakerState::Open { .. }));
    // Those that were under way do not lengthen the pause.
    assert!(!unknown(&ledger, "c", LONG).await);

    let refused = ledger.record(intent(&claimed.orders[0], claimed.epoch)).await;
    assert!(
        matches!(refused, Err(RecordError::Breaker { until_ms }) if until_ms > claimed.now_ms),
        "{refused:?}"
    );
    // Nothing of it was written, and other records are made.
    let same = ledger.record(record(&claimed.orders[0])).await.expect("made");
    assert_eq!(same.version, 2);
    let brake = claim_one(&ledger).await.brake;
    assert!(brake.paid_until_ms.is_some() && !brake.tries, "{brake:?}");
}

#[tokio::test]
async fn one_order_tries_over_all_claims_and_its_known_outcome_lets_all_go() {
    let World {
        server: _server,
        ledger,
    } = world().await;
    accept_all(&ledger, (0..6).map(|at| order(&ledger, &format!("k{at}"))).collect()).await;
    let stale = claim_one(&ledger).await;
    let parked = claim(&ledger, 2).await.orders;
    park(&ledger, &parked[0], None).await;
    park(&ledger, &parked[1], Some(parked[1].lease_end_ms)).await;
    for _ in 0..3 {
        unknown(&ledger, "a", PAID).await;
    }
    until_half_open(&ledger).await;
    let one = claim(&ledger, 2).await;
    assert_eq!(
        one.orders.iter().map(|order| order.brake.tries).collect::<Vec<_>>(),
        [true, false]
    );
    assert!(!claim_one(&ledger).await.brake.tries, "one alone");
    let refused = ledger.record(intent(&stale, one.epoch)).await;
    assert!(matches!(refused, Err(RecordError::Breaker { .. })), "{refused:?}");
    let trial = &one.orders[0];
    let intended = ledger.record(intent(trial, one.epoch)).await.expect("the trial may");
    assert!(intended.watched);
    // Another's known outcome is of a call that was sent before.
    assert!(
        !ledger
            .paid_call_came_to(ACCOUNT, &stale.id, PaidCall::Known)
            .await
            .expect("told")
    );
    assert!(
        ledger
            .paid_call_came_to(ACCOUNT, &trial.id, PaidCall::Known)
            .await
            .expect("told")
    );
    assert_eq!(paid(&ledger).await, BreakerState::Closed);
    let free = claim(&ledger, 10).await.orders;
    let ids: Vec<&str> = free.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(
        ids.len(),
        2,
        "both that were parked, an hour before their time: {ids:?}"
    );
    assert!(free.iter().all(|order| order.brake == Brake::default()));
}

#[tokio::test]
async fn an_unknown_trial_doubles_the_pause_up_to_its_limit_and_one_that_passes_hands_on() {
    let World {
        server: _server,
        ledger,
    } = world().await;
    accept_all(&ledger, (0..3).map(|at| order(&ledger, &format!("k{at}"))).collect()).await;
    let waits = claim_one(&ledger).await;
    for _ in 0..3 {
        unknown(&ledger, "a", PAID).await;
    }
    for pause in [300, 600, 700, 700] {
        until_half_open(&ledger).await;
        let trial = claim_soon(&ledger).await;
        assert!(trial.brake.tries, "{:?}", trial.brake);
        assert_eq!(trial.brake.pause, Duration::from_millis(pause));
        assert!(unknown(&ledger, &trial.id, PAID).await);
        ledger
            .hand_back(&[(trial.id.clone(), trial.fence)])
            .await
            .expect("handed back");
    }
    park(&ledger, &waits, None).await;
    until_half_open(&ledger).await;
    let trial = claim_soon(&ledger).await;
    ledger
        .paid_call_came_to(ACCOUNT, &trial.id, PaidCall::Passed)
        .await
        .expect("told");
    let tries = claim(&ledger, 10).await.orders;
    assert!(
        tries.iter().any(|order| order.id == waits.id),
        "the next in line: {tries:?}"
    );
    assert_eq!(tries.iter().filter(|order| order.brake.tries).count(), 1);
}

#[tokio::test]
async fn a_trial_that_surely_did_not_leave_says_nothing_of_the_provider() {
    let World {
        server: _server,
        ledger,
    } = world().await;
    accept_all(&ledger, vec![order(&ledger, "k")]).await;
    for _ in 0..3 {
        unknown(&ledger, "a", PAID).await;
    }
    until_half_open(&ledger).await;
    let trial = claim_one(&ledger).await;
    ledger
        .paid_call_came_to(ACCOUNT, &trial.id, PaidCall::Unsent)
        .await
        .expect("told");
    assert!(
        matches!(paid(&ledger).await, BreakerState::Open { .. }),
        "as long as before"
    );
    until_half_open(&ledger).await;
}

#[tokio::test]
async fn closed_by_hand_it_lets_all_go_and_says_who_did_it() {
    let World {
        server: _server,
        ledger,
    } = world().await;
    accept_all(&ledger, vec![order(&ledger, "k")]).await;
    park(&ledger, &claim_one(&ledger).await, None).await;
    for _ in 0..3 {
        unknown(&ledger, "a", LONG).await;
    }
    let mut wakes = listening(&ledger).await;
    assert!(ledger.close_breakers(ACCOUNT, "cli:ada").await.expect("closed"));
    assert!(heard(&mut wakes).await);
    let breakers = ledger.breakers(ACCOUNT).await.expect("told");
    assert_eq!(
        (breakers.paid, breakers.closed_by.as_deref()),
        (BreakerState::Closed, Some("cli:ada"))
    );
    claim_one(&ledger).await;
}

#[tokio::test]
async fn looks_that_fail_in_a_row_are_spaced_until_one_is_answered() {
    let World {
        server: _server,
        ledger,
    } = world().await;
    let ids = accept_all(&ledger, vec![order(&ledger, "k")]).await;
    let failed = || ledger.look_came_to(ACCOUNT, Some(LONG));
    for opened in [false, false, true, false] {
        assert_eq!(failed().await.expect("counted"), opened);
    }
    assert!(matches!(
        ledger.breakers(ACCOUNT).await.expect("told").read,
        BreakerState::Open { .. }
    ));
    let brake = claim_one(&ledger).await.brake;
    assert!(
        brake.looks_spaced && brake.looks_fail && brake.paid_until_ms.is_none(),
        "{brake:?}"
    );
    assert!(ledger.may_look(ACCOUNT, &ids[0]).await.expect("told") > Duration::from_secs(500));
    assert!(ledger.look_came_to(ACCOUNT, None).await.expect("counted"));
    assert_eq!(ledger.may_look(ACCOUNT, &ids[0]).await.expect("told"), Duration::ZERO);

    // Once the time has come it is one look's turn alone.
    for _ in 0..3 {
        ledger.look_came_to(ACCOUNT, Some(PAID)).await.expect("counted");
    }
    let turns = async {
        loop {
            let waits = [
                ledger.may_look(ACCOUNT, &ids[0]).await,
                ledger.may_look(ACCOUNT, &ids[0]).await,
            ];
            let waits = waits.map(|wait| wait.expect("told"));
            if waits.iter().any(Duration::is_zero) {
                return waits;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waits = tokio::time::timeout(Duration::from_secs(10), turns)
        .await
        .expect("a turn");
    assert_eq!(waits.iter().filter(|wait| wait.is_zero()).count(), 1, "{waits:?}");
}
