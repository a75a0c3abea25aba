//! Transfers: days with the losing registrar, stalls and their remedies, refusals, cancellations.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::{Value, json};

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);

/// A world in which time passes at the test's word only.
async fn slow_world(seed: Value) -> World {
    World::with().scale(1.0).seed(seed).start().await
}

fn with_code(domain: &str, auth_code: &str) -> Value {
    json!({"connectreseller": {"transfers": [{"name": domain, "auth_code": auth_code}]}})
}

#[tokio::test]
async fn a_transfer_is_followed_for_days_until_it_is_done() {
    let world = slow_world(json!({})).await;
    let key = world.order(transfer("move-example-shop.com", "right-Code-7Fq2")).await;
    let view = world.until(&key, "blocked/awaiting_losing_registrar").await;
    assert_eq!(
        (&view["waiting_on"], &view["charged"], &view["expiry"]),
        (&json!("losing_registrar"), &json!("yes"), &Value::Null)
    );
    let deadline: jiff::Timestamp = text(&view, "deadline_at").parse().unwrap();
    let created: jiff::Timestamp = text(&view, "created_at").parse().unwrap();
    assert_eq!(deadline.duration_since(created).as_hours(), 14 * 24);

    let looks = || world.providers().request_summary().calls("syncTransfer");
    world.providers().advance(4 * DAY);
    let before = looks();
    world
        .wait_until("it is looked at again", || async { looks() > before + 2 })
        .await;
    assert_eq!(world.view(&key).await.unwrap()["state"], "blocked");
    world.providers().advance(2 * DAY);
    let view = world.until(&key, "succeeded").await;
    assert!(
        view["expiry"].is_string() && view["provider_order_id"].is_string(),
        "{view:#}"
    );
    assert_eq!(world.providers().requests().calls("TransferOrder"), 1);
}

#[tokio::test]
async fn a_transfer_stalled_on_its_auth_code_goes_on_with_a_new_one() {
    let domain = "move-example-shop.com";
    let world = slow_world(with_code(domain, "right-Code-7Fq2")).await;
    let key = world.order(transfer(domain, "wrong-Code-0000")).await;
    let view = world.until(&key, "action_required/auth_code_invalid").await;
    assert_eq!(
        (&view["needs"], &view["waiting_on"], &view["charged"]),
        (&json!("auth_code"), &json!("customer"), &json!("yes"))
    );
    assert!(
        text(&view, "provider_message").to_lowercase().contains("auth"),
        "{view:#}"
    );

    world
        .tell(&key, "auth-code", json!({"auth_code": "right-Code-7Fq2"}))
        .await;
    let view = world.until(&key, "blocked/awaiting_losing_registrar").await;
    assert_eq!(view["attempts"], 2, "cancelled there and placed anew");
    world.providers().advance(6 * DAY);
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["charged"], "yes");
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (2, 1));
    let timeline = world.timeline(&key).await;
    let told: Vec<&str> = timeline
        .iter()
        .map(|entry| text(entry, "signal"))
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(told, ["auth-code by redis"]);
}

#[tokio::test]
async fn a_second_wrong_auth_code_stalls_it_again() {
    let domain = "move-example-shop.com";
    let world = slow_world(with_code(domain, "right-Code-7Fq2")).await;
    let key = world.order(transfer(domain, "wrong-Code-0000")).await;
    world.until(&key, "action_required/auth_code_invalid").await;
    world
        .tell(&key, "auth-code", json!({"auth_code": "wrong-Code-1111"}))
        .await;
    world
        .wait_until("it was placed anew", || async {
            let view = world.view(&key).await.unwrap();
            view["attempts"] == 2 && state_of(&view) == "action_required/auth_code_invalid"
        })
        .await;
    world.tell(&key, "cancel", json!({})).await;
    let view = world.until(&key, "cancelled/cancelled_by_signal").await;
    assert_eq!(view["charged"], "refund_due");
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (2, 2));
}

#[tokio::test]
async fn a_stalled_transfer_can_be_called_off() {
    let world = slow_world(json!({})).await;
    let key = world
        .order(transfer("badauth-example-shop.com", "some-Code-4444"))
        .await;
    world.until(&key, "action_required/auth_code_invalid").await;
    world.tell(&key, "cancel", json!({})).await;
    let view = world.until(&key, "cancelled/cancelled_by_signal").await;
    assert_eq!((&view["charged"], &view["needs"]), (&json!("refund_due"), &Value::Null));
    assert_eq!(
        world
            .providers()
            .state()
            .domain("badauth-example-shop.com")
            .unwrap()
            .transfer
            .as_deref(),
        Some("cancelled")
    );
}

#[tokio::test]
async fn a_locked_name_waits_for_the_customer_and_is_placed_anew_on_retry() {
    let domain = "move-example-shop.com";
    let world = slow_world(json!({})).await;
    // This beginning of a code stands for a name that is locked at its registrar.
    let key = world.order(transfer(domain, "locked-Code-12")).await;
    let view = world.until(&key, "action_required/domain_locked").await;
    assert_eq!(
        (&view["needs"], &view["waiting_on"]),
        (&json!("unlock"), &json!("customer"))
    );
    let unlocked = serde_json::from_value(json!({"connectreseller": {
        "transfers": [{"name": domain, "scenario": "good"}]}}))
    .unwrap();
    world.providers().seed(&unlocked);
    world.tell(&key, "retry", json!({})).await;
    world.until(&key, "blocked/awaiting_losing_registrar").await;
    world.providers().advance(6 * DAY);
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn a_name_that_is_too_young_asks_for_a_decision() {
    let world = slow_world(json!({})).await;
    let key = world.order(transfer("sixty-example-shop.com", "some-Code-4444")).await;
    let view = world.until(&key, "action_required/too_young").await;
    assert_eq!(
        (&view["needs"], &view["waiting_on"]),
        (&json!("decision"), &json!("operator"))
    );
    world.tell(&key, "cancel", json!({})).await;
    world.until(&key, "cancelled/cancelled_by_signal").await;
}

#[tokio::test]
async fn a_transfer_that_the_losing_registrar_refuses_fails_and_its_money_is_owed_back() {
    let world = slow_world(json!({})).await;
    let key = world
        .order(transfer("rejected-example-shop.com", "right-Code-7Fq2"))
        .await;
    world.until(&key, "blocked").await;
    world.providers().advance(6 * DAY);
    let view = world.until(&key, "failed/transfer_refused").await;
    assert_eq!(view["charged"], "refund_due");
    assert_eq!(world.providers().charges().refunds, 1);
}

#[tokio::test]
async fn a_running_transfer_is_adopted_and_not_bought_again() {
    let domain = "move-example-shop.com";
    let world = slow_world(json!({})).await;
    let first = world.order(transfer(domain, "right-Code-7Fq2")).await;
    world.until(&first, "blocked").await;
    let second = world
        .order(with(
            transfer(domain, "right-Code-7Fq2"),
            json!({"idempotency_key": "again"}),
        ))
        .await;
    world.until(&second, "parked/domain_busy").await;
    world.providers().advance(6 * DAY);
    world.until(&first, "succeeded").await;
    let view = world.until(&second, "succeeded/already_done").await;
    assert_eq!(view["charged"], "no");
    assert_eq!(world.providers().charges().count, 1);
}

#[tokio::test]
async fn a_name_that_was_registered_here_and_never_transferred_is_not_transferred() {
    let (ours, others) = ("ours-example-shop.com", "others-example-shop.com");
    let domains = json!([{"name": ours, "customer_id": 5512}, {"name": others, "customer_id": 7001}]);
    let world = slow_world(json!({"connectreseller": {"domains": domains}})).await;
    // Of both, `syncTransfer` says `failed`.
    let keys = world
        .orders([transfer(ours, "right-Code-7Fq2"), transfer(others, "right-Code-7Fq2")])
        .await;
    let view = world.until(&keys[0], "succeeded/already_done").await;
    assert_eq!(
        (view["charged"].clone(), view["expiry"].is_string()),
        (json!("no"), true),
        "{view:#}"
    );
    let view = world.until(&keys[1], "failed/domain_taken").await;
    assert_eq!(view["charged"], "no");
    assert_eq!(world.providers().requests().calls("TransferOrder"), 0);
}

#[tokio::test]
async fn a_transfer_that_is_done_at_once_is_done() {
    let world = slow_world(json!({})).await;
    let key = world
        .order(transfer("instant-example-shop.com", "right-Code-7Fq2"))
        .await;
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn a_refusal_in_words_that_nobody_knows_ends_with_a_person_and_uncharged() {
    // Absence is proven three times: gate, timeout and settle time add up.
    let world = World::with()
        .setting("reconcile.gate", "'500ms'")
        .setting("accounts.cr-main.timeout", "'900ms'")
        .start()
        .await;
    let key = world
        .order(transfer("refused-example-shop.com", "right-Code-7Fq2"))
        .await;
    let view = world.until(&key, "action_required/attempts_exhausted").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(3), &json!("no")));
    assert_eq!(
        world.replicas[0]
            .metrics()
            .await
            .sum("domorder_unlisted_answers_total", &[]),
        3.0
    );
    world.tell(&key, "cancel", json!({})).await;
    let view = world.until(&key, "cancelled/cancelled_by_signal").await;
    assert_eq!(view["charged"], "no");
}

#[tokio::test]
async fn a_code_refused_at_the_call_is_mended_by_one_new_code_and_one_attempt() {
    let domain = "move-example-shop.com";
    let world = slow_world(with_code(domain, "right-Code-7Fq2")).await;
    let refusal = json!({"responseMsg": {"statusCode": 400, "message": "invalid AuthCode"}, "responseData": null});
    let refused = Rule::new(Behaviour::Answer {
        status: 200,
        body: refusal,
    });
    world.providers().add_fault(refused.operation("TransferOrder").once());
    let key = world.order(transfer(domain, "wrong-Code-0000")).await;
    let view = world.until(&key, "action_required/auth_code_invalid").await;
    assert_eq!(view["charged"], "no");
    world
        .tell(&key, "auth-code", json!({"auth_code": "right-Code-7Fq2"}))
        .await;
    let view = world.until(&key, "blocked/awaiting_losing_registrar").await;
    assert_eq!(view["attempts"], 2);
    world.providers().advance(6 * DAY);
    world.until(&key, "succeeded").await;
    assert_eq!(world.providers().charges().count, 1);
}
