//! An account's money: one reads it, the nearest deadline goes first, and nothing is spent twice over.

use rust_decimal::Decimal;

use super::*;

const WAITS: &[Duration] = &[Duration::from_secs(600)];

fn purse<'a>(id: &'a str, deadline_ms: Option<u64>) -> Purse<'a> {
    Purse {
        account: ACCOUNT,
        id,
        deadline_ms,
        reading: Duration::from_secs(60),
        waits: WAITS,
    }
}

fn of(amount: i64) -> Price {
    Price::Of(Decimal::from(amount))
}

async fn ask(ledger: &Ledger, id: &str, deadline_ms: u64, price: Price) -> MayPay {
    ledger
        .may_pay(purse(id, Some(deadline_ms)), price)
        .await
        .expect("asked")
}

async fn seen(ledger: &Ledger, id: &str, amount: i64) {
    let amount = Some(Decimal::from(amount));
    ledger.balance_seen(purse(id, None), amount).await.expect("kept");
}

/// Orders that are parked for want of money, not to come round by themselves for an hour; the first has the latest
/// deadline.
async fn parked(ledger: &Ledger, n: u64) -> Vec<(String, u64)> {
    let new = (0..n).map(|at| order(ledger, &format!("k{at}"))).collect();
    accept_all(ledger, new).await;
    let claimed = claim(ledger, 128).await;
    let mut orders = Vec::new();
    for (order, left) in claimed.orders.iter().zip((0..n).rev()) {
        let parked = Record {
            state: State::Parked,
            due: Due::At(claimed.now_ms + 3_600_000),
            release: true,
            ..record(order)
        };
        ledger.record(parked).await.expect("parked");
        orders.push((order.id.clone(), claimed.now_ms + 10_000 + left));
    }
    assert!(claim(ledger, 1).await.orders.is_empty());
    orders
}

/// The ids that are due now.
async fn woken(ledger: &Ledger) -> Vec<String> {
    let mut ids: Vec<String> = claim(ledger, 128)
        .await
        .orders
        .into_iter()
        .map(|order| order.id)
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn one_reads_and_those_with_the_nearest_deadlines_go_while_it_lasts() {
    let World {
        server: _server,
        ledger,
    } = &world().await;
    let orders = parked(ledger, 5).await;
    assert_eq!(
        ask(ledger, &orders[0].0, orders[0].1, of(10)).await,
        MayPay::ReadBalance
    );
    for (id, deadline) in &orders[1..] {
        assert_eq!(ask(ledger, id, *deadline, of(10)).await, MayPay::Wait, "another reads");
    }
    seen(ledger, &orders[0].0, 25).await;
    let mut nearest = vec![orders[3].0.clone(), orders[4].0.clone()];
    nearest.sort();
    assert_eq!(woken(ledger).await, nearest);
    for (id, deadline) in &orders {
        let goes = nearest.contains(id);
        let expected = if goes { MayPay::Go } else { MayPay::Wait };
        assert_eq!(ask(ledger, id, *deadline, of(10)).await, expected);
    }
    // What was spent is gone from what was seen, and nobody else goes on it.
    ledger.paid(purse(&orders[4].0, None), Paid::Spent).await.expect("told");
    assert!(woken(ledger).await.is_empty());
    // What was set aside for nothing is there for the next.
    ledger.paid(purse(&orders[3].0, None), Paid::Gone).await.expect("told");
    assert_eq!(woken(ledger).await, [&*orders[2].0]);
}

#[tokio::test]
async fn a_later_read_has_seen_what_was_spent_before_it() {
    let World {
        server: _server,
        ledger,
    } = &world().await;
    let orders = parked(ledger, 2).await;
    let (last, first) = (&orders[0], &orders[1]);
    ask(ledger, &first.0, first.1, of(10)).await;
    seen(ledger, &first.0, 15).await;
    assert_eq!(ask(ledger, &first.0, first.1, of(10)).await, MayPay::Go);
    assert_eq!(
        ask(ledger, &last.0, last.1, of(10)).await,
        MayPay::Wait,
        "five are left"
    );
    ledger.paid(purse(&first.0, None), Paid::Spent).await.expect("told");
    // A refused order makes the balance worth nothing, until it is read again.
    ledger
        .paid(purse(&last.0, Some(last.1)), Paid::Broke)
        .await
        .expect("told");
    let waits = Purse {
        waits: &[Duration::from_millis(1)],
        ..purse(&last.0, Some(last.1))
    };
    for _ in 0..400 {
        match ledger.may_pay(waits, of(10)).await.expect("asked") {
            MayPay::ReadBalance => break,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    ledger.balance_seen(waits, Some(Decimal::from(10))).await.expect("kept");
    assert_eq!(
        ledger.may_pay(waits, of(10)).await.expect("asked"),
        MayPay::Go,
        "all ten are free"
    );
}

#[tokio::test]
async fn whose_price_is_not_known_is_asked_for_it_and_goes_alone_where_nobody_tells() {
    let World {
        server: _server,
        ledger,
    } = &world().await;
    let orders = parked(ledger, 3).await;
    let (last, middle, first) = (&orders[0], &orders[1], &orders[2]);
    for (id, deadline) in [middle, first, last] {
        ask(ledger, id, *deadline, Price::Unasked).await;
    }
    seen(ledger, &middle.0, 100).await;
    assert_eq!(woken(ledger).await, [&*first.0], "its price decides");
    assert_eq!(ask(ledger, &first.0, first.1, Price::Unasked).await, MayPay::TellPrice);
    assert_eq!(ask(ledger, &first.0, first.1, Price::NotTold).await, MayPay::Go);
    assert_eq!(ask(ledger, &middle.0, middle.1, of(1)).await, MayPay::Wait, "alone");
    ledger.paid(purse(&first.0, None), Paid::Spent).await.expect("told");
    assert_eq!(woken(ledger).await, [&*middle.0]);
    assert_eq!(
        ask(ledger, &middle.0, middle.1, of(1)).await,
        MayPay::ReadBalance,
        "what is left?"
    );
}

#[tokio::test]
async fn who_has_moved_on_holds_nobody_up() {
    let World {
        server: _server,
        ledger,
    } = &world().await;
    let orders = parked(ledger, 3).await;
    for (id, deadline) in &orders {
        ask(ledger, id, *deadline, of(10)).await;
    }
    // The two at the head are called off.
    for (id, _) in &orders[1..] {
        let ended = Record {
            state: State::Cancelled,
            release: true,
            due: Due::Never,
            ..record(&by_hand(ledger, id).await)
        };
        ledger.record(ended).await.expect("recorded");
    }
    seen(ledger, &orders[0].0, 10).await;
    assert_eq!(woken(ledger).await, [&*orders[0].0]);
    assert_eq!(ask(ledger, &orders[0].0, orders[0].1, of(10)).await, MayPay::Go);
}

/// Claims one order that waits, by a signal.
async fn by_hand(ledger: &Ledger, id: &str) -> ClaimedOrder {
    ledger.signal(id, 2, "{}").await.expect("signalled");
    let order = claim_one(ledger).await;
    assert_eq!(order.id, id);
    order
}
