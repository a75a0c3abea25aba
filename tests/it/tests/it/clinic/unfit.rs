//! Signals that do not fit are refused with the reason and change nothing; the same one said often does what it does once.

use std::collections::BTreeMap;

use super::*;

const MAIL: &str = "does not wait for an approval mail";
const DECISION: &str = "only an order that asks for a decision can be resolved";
const RETRY: &str = "only an order that is parked or asks for action can be retried";
const CODE: &str = "is under way and does not wait for an auth code";
const MOVING: &str = "the transfer is moving, and this provider cancels one only while it is stalled";
const THROUGH: &str = "the order is through: nothing leads out of a final state";

/// An order, where it stands, and the signals that do not fit there with the reason.
type Refused = (Value, &'static str, &'static [(&'static str, &'static str)]);

fn more_of(signal: &str) -> Value {
    match signal {
        "auth-code" => json!({"auth_code": GOOD_CODE}),
        "resolve" => json!({"outcome": "not-done", "note": "a look at the panel"}),
        _ => json!({}),
    }
}

impl World {
    /// All that is stored of an order.
    async fn stored(&self, key: &str) -> BTreeMap<String, String> {
        let id = self.id_of(key).await.expect("an order");
        let stored = self.redis(&["HGETALL", &format!("{{{NAMESPACE}:0}}:order:{id}")]).await;
        assert!(!BTreeMap::is_empty(&stored));
        stored
    }
}

#[tokio::test]
async fn a_signal_that_does_not_fit_is_refused_by_each_way_in_and_changes_nothing() {
    let world = World::clinic().await;
    world.keep_secret(GOOD_CODE);
    let rows: [Refused; 7] = [
        (
            transfer_at("cr-main", "badauth-example-shop.com"),
            "action_required/auth_code_invalid",
            &[("resend-approval", MAIL), ("resolve", DECISION)],
        ),
        (
            transfer_at("cr-main", "locked-example-shop.com"),
            "action_required/domain_locked",
            &[("auth-code", CODE), ("resend-approval", MAIL), ("resolve", DECISION)],
        ),
        (
            transfer_at("cr-main", "good-example-shop.com"),
            "blocked/awaiting_losing_registrar",
            &[
                ("auth-code", CODE),
                ("retry", RETRY),
                ("cancel", MOVING),
                ("resend-approval", MAIL),
                ("resolve", DECISION),
            ],
        ),
        (
            transfer_at("lb-main", "approval-example-shop.com"),
            "action_required/approval_pending",
            &[("auth-code", CODE), ("resolve", DECISION)],
        ),
        (
            transfer_at("lb-main", "starting-example-shop.com"),
            "in_progress",
            &[
                ("auth-code", CODE),
                ("retry", RETRY),
                ("resend-approval", MAIL),
                ("resolve", DECISION),
            ],
        ),
        (
            transfer_at("lb-main", "whois-example-shop.com"),
            "action_required/contact_invalid",
            &[("auth-code", CODE), ("resend-approval", MAIL), ("resolve", DECISION)],
        ),
        (
            register("new-example-shop.com"),
            "succeeded",
            &[
                ("auth-code", THROUGH),
                ("retry", THROUGH),
                ("cancel", THROUGH),
                ("check-now", THROUGH),
                ("resend-approval", THROUGH),
                ("resolve", THROUGH),
            ],
        ),
    ];
    let keys = world.orders(rows.iter().map(|(document, ..)| document.clone())).await;
    for (key, (_, state, _)) in keys.iter().zip(&rows) {
        world.until(key, state).await;
    }
    // Nothing is looked at by itself while it is compared.
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "pause", account]).await.ended(0);
    }
    world.until_it_rests().await;
    for (key, (_, _, refused)) in keys.iter().zip(&rows) {
        let id = world.id_of(key).await.expect("an order");
        let card = world.run(&["orders", "show", key]).await.ended(0).out;
        let before = world.stored(key).await;
        for (signal, reason) in *refused {
            assert!(
                !card.contains(&format!("orders {signal} {id}")),
                "`{signal}` is offered\n{card}"
            );
            for way in Way::ALL {
                let told = world.refused_by(way, key, signal, &more_of(signal)).await;
                assert!(told.contains(reason), "{key} {signal} {way:?}: {told}");
                assert_eq!(world.stored(key).await, before, "{key} {signal} {way:?}");
            }
        }
    }
    // They go on as if nothing had been said.
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "resume", account]).await.ended(0);
    }
    for key in [&keys[0], &keys[1], &keys[5]] {
        world.tell(key, "cancel", json!({})).await;
        world.until(key, "cancelled/cancelled_by_signal").await;
    }
    world.providers().advance(8 * DAY);
    for (key, end) in [
        (&keys[2], "succeeded"),
        (&keys[3], "failed/provider_failed"),
        (&keys[4], "succeeded"),
    ] {
        world.until(key, end).await;
    }
}

#[tokio::test]
async fn the_same_signal_fifty_times_by_two_ways_at_once_does_what_it_does_once() {
    let world = World::clinic().await;
    world.keep_secret(GOOD_CODE);
    let documents = [
        transfer_at("cr-main", "badauth-example-shop.com"),
        transfer_at("cr-main", "locked-example-shop.com"),
        transfer_at("lb-main", "badauth-example-mill.com"),
        transfer_at("lb-main", "approval-example-mill.com"),
        transfer_at("lb-main", "locked-example-mill.com"),
    ];
    let keys = world.orders(documents).await;
    let said = ["auth-code", "cancel", "auth-code", "resend-approval", "cancel"];
    for key in &keys {
        world.until(key, "action_required").await;
    }
    join_all(
        keys.iter()
            .zip(said)
            .map(|(key, signal)| said_often(&world, key, signal)),
    )
    .await;
    let (replaced, amended) = (&keys[0], &keys[2]);
    let ends = [
        (replaced, "blocked/awaiting_losing_registrar"),
        (&keys[1], "cancelled/cancelled_by_signal"),
        (amended, "blocked/awaiting_losing_registrar"),
        (&keys[3], "action_required/approval_pending"),
        (&keys[4], "cancelled/cancelled_by_signal"),
    ];
    for (key, end) in ends {
        world.until(key, end).await;
    }
    world.providers().advance(6 * DAY);
    world.until_all(&[replaced, amended], "succeeded").await;
    world.until(&keys[3], "failed/provider_failed").await;

    // Codes stand in the stream until it has been read.
    world.until_all_is_taken_in().await;
    let requests = world.providers().requests();
    let calls = |operation: &str, domain: &str| {
        let sent = requests
            .requests
            .iter()
            .filter(|request| request.operation == operation);
        sent.filter(|request| request.domain.as_deref() == Some(domain)).count()
    };
    for (operation, domain, times) in [
        ("TransferOrder", "badauth-example-shop.com", 2),
        ("CancelTransfer", "badauth-example-shop.com", 1),
        ("TransferOrder", "locked-example-shop.com", 1),
        ("CancelTransfer", "locked-example-shop.com", 1),
        ("domains/transfer", "badauth-example-mill.com", 1),
        ("domains/cancel-transfer", "badauth-example-mill.com", 0),
        ("domains/transfer", "approval-example-mill.com", 1),
        ("domains/transfer", "locked-example-mill.com", 1),
        ("domains/cancel-transfer", "locked-example-mill.com", 1),
    ] {
        assert_eq!(calls(operation, domain), times, "{operation} of {domain}");
    }
    // Those that came too late are refused, one after another.
    world.until_all_is_taken_in().await;
    let charges = world.providers().charges();
    assert_eq!(
        (charges.count, charges.refunds),
        (6, 4),
        "one more for what was placed anew"
    );
}

async fn said_often(world: &World, key: &str, signal: &str) {
    let id = world.id_of(key).await.expect("an order");
    let document = with(json!({"idempotency_key": key, "signal": signal}), more_of(signal));
    let entries: Vec<String> = (0..25).map(|_| document.to_string()).collect();
    let path = format!("/v1/orders/{id}/{signal}");
    let http = world.http().by("boss");
    let over_http = async {
        for _ in 0..25 {
            let answer = http.post(&path, &more_of(signal)).await;
            assert!(matches!(answer.status, 202 | 409 | 429), "{answer:?}");
        }
    };
    tokio::join!(world.write_entries("signal", &entries), over_http);
}
