//! Between a signal and what comes of it: nobody is asked for what was just given, whoever asks what the order waits for.

use super::*;

const STALLED: &str = "action_required/auth_code_invalid";
const REPLACED: &str = "in_progress/being_replaced";
const CANCELLED: &str = "in_progress/being_cancelled";
const AMENDED: &str = "in_progress/being_amended";
const BLOCKED: &str = "blocked/awaiting_losing_registrar";
const OFF: &str = "cancelled/cancelled_by_signal";

/// How long a change stays to be seen, ms: time enough to ask in every way, on a machine that has much else to do.
const SLOW: u64 = 4_000;

/// Calls may take long, reads lag behind for a while, and absence is believed a while later than that.
async fn slow_world(settle: &str) -> World {
    let world = World::with()
        .scale(1.0)
        .setting("http.tokens", TOKENS)
        .setting("reconcile.settle", settle)
        .setting("reconcile.gate", "'500ms'")
        .setting("worker.lease", "'20s'")
        .setting("accounts.cr-main.timeout", "'6s'")
        .setting("accounts.lb-main.timeout", "'6s'")
        .setting("polling.register", "['150ms', '300ms']")
        .start()
        .await;
    world.keep_secret(GOOD_CODE);
    world
}

impl World {
    async fn stalled_at(&self, account: &str, domain: &str) -> String {
        let key = self.order(transfer_at(account, domain)).await;
        self.until(&key, STALLED).await;
        key
    }

    /// Every way to ask says that the provider has the word.
    async fn asks_nobody(&self, key: &str, state: &str, headline: &str) {
        let view = self.until(key, state).await;
        let id = text(&view, "id").to_owned();
        let told = ["needs", "waiting_on", "charged"].map(|field| view[field].clone());
        assert_eq!(told, [Value::Null, json!("provider"), json!("yes")], "{view:#}");
        assert!(view["next_check_at"].is_string(), "{view:#}");
        let http = self.http().by("boss");
        let answer = http.get(&format!("/v1/orders/{id}")).await.is(200);
        assert_eq!((state_of(&answer), &answer["needs"]), (state.to_owned(), &Value::Null));
        let asked = http.get("/v1/orders?needs=auth_code").await.is(200);
        assert_eq!(asked["orders"], json!([]));
        let card = self.run(&["orders", "show", key]).await.ended(0).out;
        for told in [headline, "The provider.", "it goes on by itself"] {
            assert!(card.contains(told), "no `{told}` on the card\n{card}");
        }
        let events = self.events(key).await;
        let told = events.iter().find(|event| state_of(&event["data"]) == state);
        let told = told.expect("it was told as an event");
        assert_eq!(told["type"], "order.in_progress");
        assert_eq!(
            (&told["data"]["needs"], &told["data"]["waiting_on"]),
            (&Value::Null, &json!("provider"))
        );
    }

    /// What was told after the stall, up to this.
    async fn told_since_the_stall(&self, key: &str, up_to: &str) -> Vec<String> {
        let steps = self.steps(key).await;
        let stalls = steps.iter().position(|step| step == STALLED).expect("it stalled");
        let steps = &steps[stalls + 1..];
        let end = steps.iter().position(|step| step == up_to);
        steps[..end.map_or(steps.len(), |end| end + 1)].to_vec()
    }
}

fn slow_call(operation: &str) -> Rule {
    Rule::new(Behaviour::Late { ms: SLOW }).operation(operation).once()
}

fn reads_lag(ms: u64, operation: &str) -> Rule {
    Rule::new(Behaviour::Lag { ms }).operation(operation).once()
}

#[tokio::test]
async fn a_transfer_that_is_placed_anew_asks_nobody_until_a_lagging_provider_shows_its_end() {
    let world = slow_world("'7s'").await;
    let key = world.stalled_at("cr-main", "badauth-example-shop.com").await;
    world.providers().add_fault(reads_lag(SLOW, "CancelTransfer"));
    world
        .tell_by(Way::Http, &key, "auth-code", &json!({"auth_code": "bad-Code-0000"}))
        .await;
    world.asks_nobody(&key, REPLACED, "Being placed anew").await;
    // It was the wrong one: the newer is what is sent. Placing anew is under way already.
    world
        .tell_by(Way::Http, &key, "auth-code", &json!({"auth_code": GOOD_CODE}))
        .await;
    let told = world.refused_by(Way::Http, &key, "retry", &json!({})).await;
    assert!(told.contains("placed anew already"), "{told}");
    let calls = || world.providers().requests().calls("CancelTransfer");
    world
        .wait_until("it is looked at while reads lag", || async { calls() > 1 })
        .await;
    world.asks_nobody(&key, REPLACED, "Being placed anew").await;

    let view = world.until(&key, BLOCKED).await;
    assert_eq!(view["attempts"], 2, "{view:#}");
    let steps = world.told_since_the_stall(&key, "queued/restarted").await;
    assert_eq!(steps, [REPLACED, "queued/restarted"], "and nothing else was told");
    world.providers().advance(8 * DAY);
    world.until(&key, "succeeded").await;
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (2, 1));
}

#[tokio::test]
async fn a_transfer_that_is_called_off_says_so_until_that_is_seen_and_wins_over_placing_it_anew() {
    let world = slow_world("'7s'").await;
    let slow = world.stalled_at("cr-main", "badauth-example-mill.com").await;
    world.providers().add_fault(slow_call("CancelTransfer"));
    world.tell_by(Way::CommandLine, &slow, "cancel", &json!({})).await;
    world.asks_nobody(&slow, CANCELLED, "Being called off").await;
    let view = world.until(&slow, OFF).await;
    assert_eq!(view["charged"], "refund_due");

    let key = world.stalled_at("cr-main", "badauth-example-shop.com").await;
    world.providers().add_fault(reads_lag(SLOW, "CancelTransfer"));
    world
        .tell_by(Way::Redis, &key, "auth-code", &json!({"auth_code": GOOD_CODE}))
        .await;
    world.until(&key, REPLACED).await;
    world.tell_by(Way::Http, &key, "cancel", &json!({})).await;
    world.asks_nobody(&key, CANCELLED, "Being called off").await;
    for signal in ["auth-code", "retry"] {
        let more = json!({"auth_code": GOOD_CODE});
        let more = if signal == "retry" { json!({}) } else { more };
        let told = world.refused_by(Way::Http, &key, signal, &more).await;
        assert!(told.contains("is being called off"), "{told}");
    }
    world.tell_by(Way::Http, &key, "cancel", &json!({})).await;
    let view = world.until(&key, OFF).await;
    assert_eq!((&view["charged"], &view["attempts"]), (&json!("refund_due"), &json!(1)));
    let steps = world.told_since_the_stall(&key, OFF).await;
    assert_eq!(steps, [REPLACED, CANCELLED, OFF]);
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (2, 2));
}

#[tokio::test]
async fn what_the_provider_does_not_let_be_cancelled_asks_again_for_what_it_still_needs() {
    let world = slow_world("'4s'").await;
    let refusal = |message: &str| {
        let body = json!({"responseMsg": {"statusCode": 400, "message": message}, "responseData": null});
        Rule::new(Behaviour::Answer { status: 200, body }).operation("CancelTransfer")
    };
    for (domain, message) in [
        ("badauth-example-shop.com", "Invalid state for a cancellation"),
        // In words that nobody knows: no less, once a cancellation would show.
        (
            "badauth-example-mill.com",
            "Transfer cannot be cancelled in its current state",
        ),
    ] {
        let key = world.stalled_at("cr-main", domain).await;
        world.providers().add_fault(refusal(message).domain(domain));
        world.tell(&key, "auth-code", json!({"auth_code": GOOD_CODE})).await;
        let asked_again = || async {
            let steps = world.told_since_the_stall(&key, STALLED).await;
            steps == [REPLACED, "in_progress", STALLED]
        };
        world.wait_until("it asks again", asked_again).await;
        let view = world.until(&key, STALLED).await;
        assert_eq!(
            (&view["needs"], &view["attempts"]),
            (&json!("auth_code"), &json!(1)),
            "{view:#}"
        );
        world.leave(&key);
    }
    assert_eq!(world.providers().charges().count, 2);
}

#[tokio::test]
async fn a_code_that_is_handed_in_in_place_asks_for_another_only_when_the_provider_goes_on_asking() {
    let world = slow_world("'7s'").await;
    let key = world.stalled_at("lb-main", "badauth-example-shop.com").await;
    let operation = "domains/transfer/submit-auth-code";
    world.providers().add_fault(slow_call(operation));
    world.providers().add_fault(reads_lag(350, operation));
    world
        .tell_by(Way::Http, &key, "auth-code", &json!({"auth_code": GOOD_CODE}))
        .await;
    world
        .asks_nobody(&key, AMENDED, "The new auth code is being handed in")
        .await;
    world.until(&key, BLOCKED).await;
    assert_eq!(world.told_since_the_stall(&key, BLOCKED).await, [AMENDED, BLOCKED]);

    // What did not arrive is handed in again, and a wrong one is found out.
    let other = world.stalled_at("lb-main", "badauth-example-mill.com").await;
    world.providers().clear_faults();
    let throttled = Rule::new(Behaviour::Throttle429).operation(operation);
    world.providers().add_fault(throttled.once());
    world
        .tell(&other, "auth-code", json!({"auth_code": "bad-Code-0000"}))
        .await;
    let found_out = || async { world.told_since_the_stall(&other, STALLED).await == [AMENDED, STALLED] };
    world.wait_until("it was the wrong one", found_out).await;
    world.tell(&other, "auth-code", json!({"auth_code": GOOD_CODE})).await;
    world.until(&other, BLOCKED).await;
    world.providers().advance(8 * DAY);
    world.until_all(&[key, other], "succeeded").await;
    assert_eq!(world.providers().charges().count, 2);
}
