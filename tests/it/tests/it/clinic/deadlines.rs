//! A deadline that passes in any waiting state asks for a decision, and what is decided then is done.

use jiff::{SignedDuration, Timestamp};

use super::*;

/// Long enough that every order waits before it.
const DEADLINE: SignedDuration = SignedDuration::from_secs(8);

/// An order that waits, and what a person decides in the end.
struct Row {
    document: Value,
    cause: Cause,
    waits: &'static str,
    charged: &'static str,
    decided: &'static str,
    end: &'static str,
}

fn rows() -> Vec<Row> {
    let row = |account: &str, domain: &str, waits, charged, decided, end| Row {
        document: transfer_at(account, domain),
        cause: Cause::Script,
        waits,
        charged,
        decided,
        end,
    };
    let cr = |domain, waits| {
        row(
            "cr-main",
            domain,
            waits,
            "yes",
            "cancel",
            "cancelled/cancelled_by_signal",
        )
    };
    let lb = |domain, waits| {
        row(
            "lb-main",
            domain,
            waits,
            "yes",
            "cancel",
            "cancelled/cancelled_by_signal",
        )
    };
    vec![
        // What moves cannot be cancelled there: it is let go on.
        Row {
            decided: "retry",
            end: "succeeded",
            ..cr("good-example-shop.com", "blocked/awaiting_losing_registrar")
        },
        cr("badauth-example-shop.com", "action_required/auth_code_invalid"),
        cr("locked-example-shop.com", "action_required/domain_locked"),
        Row {
            cause: Cause::Refused("Transfer failed: invalid AuthCode"),
            charged: "no",
            ..cr("denied-example-shop.com", "action_required/auth_code_invalid")
        },
        Row {
            cause: Cause::Said("Insufficient funds, transfer on hold"),
            decided: "retry",
            end: "succeeded",
            ..cr("said-funds-example-shop.com", "parked/funds")
        },
        lb("starting-example-mill.com", "in_progress"),
        lb("good-example-mill.com", "blocked/awaiting_losing_registrar"),
        lb("badauth-example-mill.com", "action_required/auth_code_invalid"),
        lb("locked-example-mill.com", "action_required/domain_locked"),
        lb("whois-example-mill.com", "action_required/contact_invalid"),
        lb("approval-example-mill.com", "action_required/approval_pending"),
    ]
}

#[tokio::test]
async fn a_deadline_that_passes_in_any_waiting_state_asks_for_a_decision_which_is_done() {
    let world = World::clinic().await;
    let deadline = Timestamp::now().round(jiff::Unit::Second).expect("in range") + DEADLINE;
    let due = json!({"deadline": deadline.to_string()});
    let mut rows = rows();
    for row in &rows {
        world.spoil(text(&row.document, "account"), text(&row.document, "domain"), row.cause);
    }
    let documents: Vec<Value> = rows.iter().map(|row| with(row.document.clone(), due.clone())).collect();
    let mut keys = world.orders(documents).await;
    for (key, row) in keys.iter().zip(&rows) {
        world.until(key, row.waits).await;
    }
    // Behind another of its domain; and without money, once the others have been paid for.
    let mut more = |row: Row| {
        let document = with(row.document.clone(), due.clone());
        rows.push(row);
        document
    };
    let unsent = |document, waits| Row {
        document,
        cause: Cause::Script,
        waits,
        charged: "no",
        decided: "cancel",
        end: "cancelled/cancelled_by_signal",
    };
    let again = with(
        transfer_at("cr-main", "good-example-shop.com"),
        json!({"idempotency_key": "again"}),
    );
    let behind = more(unsent(again, "parked/domain_busy"));
    let poor = more(unsent(renew("renew-example-shop.com"), "parked/funds"));
    keys.push(world.order(behind).await);
    let broke = json!({"connectreseller": {"balance_cents": 0}});
    world.providers().seed(&serde_json::from_value(broke).expect("a seed"));
    keys.push(world.order(poor).await);
    for (key, row) in keys.iter().zip(&rows).skip(rows.len() - 2) {
        world.until(key, row.waits).await;
    }

    for (key, row) in keys.iter().zip(&rows) {
        let view = world.until(key, "action_required/deadline_passed").await;
        let told = ["needs", "waiting_on", "charged", "next_check_at"].map(|field| view[field].clone());
        let expected = [json!("decision"), json!("operator"), json!(row.charged), Value::Null];
        assert_eq!(told, expected, "{} waited as {}", row.document, row.waits);
        let ends: Timestamp = text(&view, "deadline_at").parse().expect("an instant");
        assert_eq!(ends, deadline, "{view:#}");
    }
    let card = world.run(&["orders", "show", &keys[1]]).await.ended(0).out;
    for told in ["It was not through by its deadline.", "Its deadline passed"] {
        assert!(card.contains(told), "no `{told}` on the card\n{card}");
    }
    world.providers().clear_faults();
    for (at, (key, row)) in keys.iter().zip(&rows).enumerate() {
        world.tell_by(Way::ALL[at % 3], key, row.decided, &json!({})).await;
    }
    world.providers().advance(8 * DAY);
    for (key, row) in keys.iter().zip(&rows) {
        let view = world.until(key, row.end).await;
        let charged = match (row.end, row.charged) {
            ("succeeded", _) => "yes",
            (_, "yes") => "refund_due",
            _ => "no",
        };
        assert_eq!(view["charged"], charged, "{view:#}");
    }
}

#[tokio::test]
async fn a_deadline_that_passes_while_the_account_is_paused_asks_a_person_and_no_provider() {
    let world = World::clinic().await;
    let deadline = Timestamp::now().round(jiff::Unit::Second).expect("in range") + DEADLINE;
    let due = json!({"deadline": deadline.to_string()});
    let placed = [
        ("cr-main", "good-example-shop.com", "blocked/awaiting_losing_registrar"),
        (
            "lb-main",
            "badauth-example-mill.com",
            "action_required/auth_code_invalid",
        ),
    ];
    let documents = placed.map(|(account, domain, _)| with(transfer_at(account, domain), due.clone()));
    let mut keys = world.orders(documents).await;
    for (key, (.., waits)) in keys.iter().zip(placed) {
        world.until(key, waits).await;
    }
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "pause", account]).await.ended(0);
    }
    world.until_it_rests().await;
    let asked = world.providers().request_summary().total;
    // One that nobody has touched, one that is behind it, and one without a deadline.
    let untouched = renew("renew-example-shop.com");
    let behind = with(untouched.clone(), json!({"idempotency_key": "behind"}));
    keys.extend(
        world
            .orders([untouched, behind].map(|document| with(document, due.clone())))
            .await,
    );
    let patient = world.order(renew("renew-other-example-shop.com")).await;

    for (key, charged) in keys.iter().zip(["yes", "yes", "no", "no"]) {
        let view = world.until(key, "action_required/deadline_passed").await;
        let told = ["needs", "waiting_on", "charged", "next_check_at"].map(|field| view[field].clone());
        let expected = [json!("decision"), json!("operator"), json!(charged), Value::Null];
        assert_eq!(told, expected, "{view:#}");
        assert!(Timestamp::now() >= deadline, "not before it");
    }
    let card = world.run(&["orders", "show", &keys[0]]).await.ended(0).out;
    assert!(card.contains("It was not through by its deadline."), "{card}");
    assert_eq!(world.until(&patient, "queued").await["attempts"], 0);
    let accounts = world.run(&["accounts", "list", "-o", "json"]).await.json();
    let stops = |row: &Value| row["paused"].is_null() == (row["account"] == "nc-main");
    assert!(accounts.as_array().expect("rows").iter().all(stops), "{accounts:#}");
    assert_eq!(
        world.providers().request_summary().total,
        asked,
        "a paused account asks nothing"
    );

    // What is decided meanwhile is done when it goes on.
    for (key, decided) in keys.iter().zip(["retry", "cancel", "retry", "cancel"]) {
        world.tell(key, decided, json!({})).await;
    }
    world.until_all_is_taken_in().await;
    assert_eq!(world.providers().request_summary().total, asked);
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "resume", account]).await.ended(0);
    }
    for (key, end) in keys[2..].iter().zip(["succeeded", "cancelled/cancelled_by_signal"]) {
        world.until(key, end).await;
    }
    world.until(&patient, "succeeded").await;
    world.providers().advance(8 * DAY);
    for (key, end) in keys.iter().zip(["succeeded", "cancelled/cancelled_by_signal"]) {
        world.until(key, end).await;
    }
}
