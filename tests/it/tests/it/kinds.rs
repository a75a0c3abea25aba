//! Every kind of order and every email action, from the intake stream to the end.

use std::collections::BTreeSet;
use std::time::Duration;

use domorder_tests_sim::{Behaviour, Effect, Rule};
use serde_json::{Value, json};

use crate::world::*;

/// Every thing that can be ordered, each about a domain of its own.
fn one_of_each() -> Vec<Value> {
    vec![
        register("new-example-shop.com"),
        renew("renew-example-shop.com"),
        transfer("move-example-shop.com", "right-Code-7Fq2"),
        email_create("fresh-example-shop.com"),
        email_renew("mail-example-longer.com"),
        email_add("mail-example-more.com"),
        email_remove("mail-example-fewer.com"),
        email_delete("mail-example-gone.com"),
    ]
}

#[tokio::test]
async fn every_kind_and_action_comes_to_its_end_and_is_charged_once() {
    let world = World::new().await;
    let documents = one_of_each().into_iter().map(|document| {
        let invoice = key_of(&document);
        with(
            document,
            json!({"metadata": {"invoice": invoice, "Ünïcode": "✓ \" \\"}}),
        )
    });
    let keys = world.orders(documents).await;
    let views = world.until_all(&keys, "succeeded").await;

    for (key, view) in keys.iter().zip(&views) {
        assert_eq!(view["attempts"], 1, "{view:#}");
        assert_eq!(view["metadata"], json!({"invoice": key, "Ünïcode": "✓ \" \\"}));
        let is_free = key.starts_with("remove") || key.starts_with("delete");
        assert_eq!(view["charged"], if is_free { "no" } else { "yes" }, "{view:#}");
    }
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (6, 0));
    let state = world.providers().state();
    assert_eq!(state.email("mail-example-more.com").unwrap().accounts, 7);
    assert_eq!(state.email("mail-example-fewer.com").unwrap().accounts, 3);
    assert_eq!(state.email("mail-example-gone.com").unwrap().status, "Deleted");
    assert_eq!(state.domain("new-example-shop.com").unwrap().customer_id, Some(5512));
    let sent = world.providers().requests();
    let changing = sent.requests.iter().filter(|r| r.effect != Effect::Read).count();
    assert_eq!(changing, 8, "one request an order");

    let metrics = world.replicas[0].metrics().await;
    let sum = |name: &str, labels: &[(&str, &str)]| metrics.sum(name, labels);
    assert_eq!(sum("domorder_orders_accepted_total", &[]), 8.0);
    assert_eq!(
        sum(
            "domorder_orders_finished_total",
            &[("outcome", "succeeded"), ("account", "lb-main")]
        ),
        5.0
    );
    assert_eq!(
        sum("domorder_orders", &[("state", "succeeded"), ("kind", "email-order")]),
        5.0
    );
    assert_eq!(sum("domorder_order_completion_seconds_count", &[]), 8.0);
    assert_eq!(
        sum(
            "domorder_provider_requests_total",
            &[("class", "paid"), ("result", "ok")]
        ),
        8.0
    );
}

#[tokio::test]
async fn the_order_view_has_every_field_of_the_contract_and_no_other() {
    let world = World::new().await;
    let document = with(
        renew("renew-example-shop.com"),
        json!({"metadata": {"invoice": "20931"}}),
    );
    let key = world.order(document).await;
    world.until(&key, "succeeded").await;

    let mut shown = world.run(&["orders", "show", &key, "-o", "json"]).await.ended(0).json();
    let told = world.events(&key).await.pop().unwrap()["data"].clone();
    assert_eq!(shown, told, "events and command line show one view");
    for instant in ["created_at", "updated_at", "finished_at", "expiry"] {
        let at: jiff::Timestamp = text(&shown, instant).parse().unwrap();
        assert!(text(&shown, instant).ends_with('Z'), "{instant} is {at}");
        shown[instant] = "…".into();
    }
    let id = world.id_of(&key).await.unwrap();
    let wanted = json!({
        "id": id, "idempotency_key": "renew:renew-example-shop.com", "kind": "renew", "account": "cr-main",
        "domain": "renew-example-shop.com", "state": "succeeded", "reason": null, "needs": null, "waiting_on": null,
        "charged": "yes", "provider_order_id": shown["provider_order_id"],
        "provider_message": "Command completed successfully", "expiry": "…", "attempts": 1, "next_check_at": null, "deadline_at": null, "created_at": "…", "updated_at": "…",
        "finished_at": "…", "metadata": {"invoice": "20931"}
    });
    assert_eq!(shown, wanted);
    assert!(shown["provider_order_id"].is_string(), "{shown:#}");
}

#[tokio::test]
async fn events_tell_each_step_once_and_in_order() {
    let world = World::new().await;
    let keys = world
        .orders([
            register("new-example-shop.com"),
            transfer("move-example-shop.com", "right-Code-7Fq2"),
        ])
        .await;
    world.until_all(&keys, "succeeded").await;

    let told = |charged: &[&str], events: &[Value]| {
        let seen: Vec<String> = events.iter().map(|e| text(&e["data"], "charged").to_owned()).collect();
        assert_eq!(seen, charged);
    };
    assert_eq!(
        world.steps(&keys[0]).await,
        ["queued", "dispatching", "in_progress", "succeeded"]
    );
    let events = world.events(&keys[0]).await;
    told(&["no", "unknown", "yes", "yes"], &events);
    assert_eq!(
        world.steps(&keys[1]).await,
        [
            "queued",
            "dispatching",
            "blocked/awaiting_losing_registrar",
            "succeeded"
        ]
    );
    let events = world.events(&keys[1]).await;
    assert_eq!(events[2]["data"]["waiting_on"], "losing_registrar");
    let fields: BTreeSet<&str> = events[0].as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = ["specversion", "id", "source", "type", "subject", "time", "data"];
    assert_eq!(fields, BTreeSet::from(wanted));
}

#[tokio::test]
async fn the_timeline_says_why_at_every_step() {
    let world = World::new().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;

    let timeline = world.timeline(&key).await;
    let states: Vec<&str> = timeline.iter().map(|entry| text(entry, "state")).collect();
    assert_eq!(states, ["dispatching", "in_progress", "succeeded"]);
    for entry in &timeline {
        assert!(
            !text(entry, "why").is_empty() && entry["at"].is_i64() && entry["attempt"] == 1,
            "{entry}"
        );
    }
    let quoted: Vec<Option<&str>> = timeline.iter().map(|entry| entry["provider"].as_str()).collect();
    assert_eq!(
        quoted,
        [None, Some("Command completed successfully"), None],
        "the provider's words are told once"
    );
}

#[tokio::test]
async fn a_look_is_made_when_it_is_due_and_not_when_the_lane_comes_round() {
    // The registry takes an hour, which is far less than a second here; the lane would sleep for 15 s.
    let world = World::with().setting("worker.lease", "'60s'").start().await;
    let key = world.order(register("pending-example-shop.com")).await;
    world.until_within(&key, "succeeded", Duration::from_secs(10)).await;
}

#[tokio::test]
async fn a_unicode_name_is_ordered_in_its_ascii_form() {
    let world = World::new().await;
    let document = with(
        register("Bücher-Example.com."),
        json!({"idempotency_key": "a-unicode-name"}),
    );
    let key = world.order(document).await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["domain"], "xn--bcher-example-wob.com");
}

#[tokio::test]
async fn a_trace_may_come_with_an_order() {
    let world = World::new().await;
    let document = renew("renew-example-shop.com");
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let entry = document.to_string();
    let () = world
        .redis(&["XADD", "it:intake", "*", "order", &entry, "trace", trace])
        .await;
    world.until(&key_of(&document), "succeeded").await;
}

#[tokio::test]
async fn an_order_that_the_provider_refuses_for_good_fails_uncharged() {
    let seed = json!({"connectreseller": {"taken": ["taken-example-shop.com"],
        "domains": [{"name": "other-example-shop.com", "customer_id": 7777}],
        "settings": {"unsupported_tlds": ["shop"]}}});
    let world = World::with().seed(seed).start().await;
    let cases = [
        (register("taken-example-shop.com"), "failed/domain_taken"),
        (register("other-example-shop.com"), "failed/domain_taken"),
        (
            transfer("other-example-shop.com", "right-Code-7Fq2"),
            "failed/domain_taken",
        ),
        (register("new-example.shop"), "failed/unsupported"),
        (renew("nobody-has-example.com"), "failed/not_found"),
        (email_add("nobody-has-example.com"), "failed/not_found"),
    ];
    for (document, _) in &cases {
        world.order(document.clone()).await;
    }
    for (document, wanted) in &cases {
        let view = world.until(&key_of(document), wanted).await;
        assert_eq!(view["charged"], "no", "{view:#}");
    }
    assert_eq!(world.providers().charges().count, 0);
}

#[tokio::test]
async fn what_is_there_already_is_not_bought_again() {
    let seed = json!({"connectreseller": {"domains": [{"name": "own-example-shop.com"}]}});
    let world = World::with().seed(seed).start().await;
    let keys = world
        .orders([
            register("own-example-shop.com"),
            transfer("own-example-shop.com", "right-Code-7Fq2"),
            email_create("mail-example-shop.com"),
            email_delete("nobody-has-example.com"),
        ])
        .await;
    for view in world.until_all(&keys, "succeeded/already_done").await {
        assert_eq!(
            (&view["charged"], &view["attempts"]),
            (&json!("no"), &json!(0)),
            "{view:#}"
        );
    }
    assert_eq!(world.providers().requests().requests.len(), 0);
}

/// As if the first look had not missed it: what the provider sells once, and what was there before, was not bought.
#[tokio::test]
async fn a_name_from_before_that_is_refused_and_found_is_told_as_it_was_without_a_charge() {
    let domain = "own-example-shop.com";
    let seed = json!({"connectreseller": {"domains": [{"name": domain}]}});
    let world = World::with().seed(seed).start().await;
    let gone = json!({"responseMsg": {"statusCode": 404, "message": "Domain not found"}, "responseData": null});
    let missed = Rule::new(Behaviour::Answer {
        status: 200,
        body: gone,
    });
    world.providers().add_fault(missed.operation("ViewDomain").once());
    let key = world.order(register(domain)).await;
    let view = world.until(&key, "succeeded/already_done").await;
    assert_eq!(
        (&view["charged"], &view["attempts"]),
        (&json!("no"), &json!(1)),
        "{view:#}"
    );
    assert!(
        world
            .steps(&key)
            .await
            .contains(&"unknown_outcome/taken_check".to_owned())
    );
    assert_eq!(world.providers().charges().count, 0);
}

/// The first look misses it, and the order that follows is refused: what stands is found, and is not this order's doing.
#[tokio::test]
async fn an_email_order_from_before_is_not_taken_for_the_one_that_was_refused() {
    let domain = "own-example-shop.com";
    let seed = json!({"logicboxes": {"email_orders": [{"domain": domain}]}});
    let world = World::with().seed(seed).start().await;
    let missing = json!({"status": "ERROR", "message": format!("Website doesn't exist for {domain}")});
    let missed = Rule::new(Behaviour::Answer {
        status: 500,
        body: missing,
    });
    world.providers().add_fault(missed.operation("eelite/orderid").once());
    let key = world.order(email_create(domain)).await;
    let view = world.until(&key, "action_required/expectation_differs").await;
    assert_eq!(
        (&view["needs"], &view["charged"], &view["attempts"]),
        (&json!("decision"), &json!("unknown"), &json!(1)),
        "{view:#}"
    );
    let told = text(&view, "provider_message");
    assert!(told.contains("was here before this order"), "{told}");

    let decided = json!({"outcome": "not-done", "note": "the bill has no such line"});
    world.tell(&key, "resolve", decided).await;
    let view = world.until(&key, "succeeded/already_done").await;
    assert_eq!((&view["charged"], &view["attempts"]), (&json!("no"), &json!(1)));
    assert_eq!(world.providers().charges().count, 0);
    assert_eq!(world.providers().requests().calls("eelite/add"), 1, "asked for once");
}

#[tokio::test]
async fn what_the_provider_takes_and_gives_up_fails_and_its_money_is_owed_back() {
    let seed = json!({"logicboxes": {"email_orders": [
        {"domain": "fail-more-example.com"}, {"domain": "fail-fewer-example.com"}]}});
    let world = World::with().seed(seed).start().await;
    let keys = world
        .orders([
            email_create("fail-new-example.com"),
            email_add("fail-more-example.com"),
            email_remove("fail-fewer-example.com"),
        ])
        .await;
    let views = world.until_all(&keys, "failed/provider_failed").await;
    let charged: Vec<&str> = views.iter().map(|view| text(view, "charged")).collect();
    assert_eq!(charged, ["refund_due", "refund_due", "no"]);
    let charges = world.providers().charges();
    assert_eq!((charges.count, charges.refunds), (2, 2));
}
