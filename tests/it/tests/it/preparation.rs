//! What stands around a purchase: contacts made before it and once, the price asked right before it, contacts set after it.

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::{Value, json};

use crate::world::*;

/// An invented person.
fn mara() -> Value {
    json!({"name": "Mara Quill", "email": "mara@quill.example", "address1": "1 Mill Lane", "city": "Oslo",
        "country": "NO", "zip": "0150", "phone_cc": "47", "phone": "22334455"})
}

fn for_mara(document: Value) -> Value {
    with(document, json!({"contacts": {"registrant": mara()}}))
}

fn at_most(document: Value, amount: &str) -> Value {
    with(document, json!({"max_price": {"amount": amount, "currency": "USD"}}))
}

/// How often the provider was asked for an operation.
fn calls(world: &World, operation: &str) -> u64 {
    world.providers().request_summary().calls(operation)
}

/// What was last sent with an operation.
fn last_sent(world: &World, operation: &str) -> String {
    let requests = world.providers().requests().requests;
    let sent = requests.iter().rev().find(|request| request.operation == operation);
    sent.map(|request| request.parameters.clone()).unwrap_or_default()
}

/// The number of the first contact that is added to the simulator.
const FIRST: &str = "40001";

#[tokio::test]
async fn a_registration_with_contacts_gets_them_by_profile_and_by_id() {
    let world = World::new().await;
    let key = world.order(for_mara(register("new-a-example.com"))).await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("yes")));
    assert_eq!(
        world.steps(&key).await,
        ["queued", "dispatching", "in_progress", "succeeded"]
    );
    assert_eq!(calls(&world, "AddRegistrantContact"), 1);
    let all = last_sent(&world, "updatecontact");
    for role in ["registrant", "admin", "technical", "billing"] {
        assert!(all.contains(&format!("{role}ContactId={FIRST}")), "{all}");
    }

    let by_id = json!({"contacts": {"registrant": {"id": FIRST}}});
    let key = world.order(with(register("new-b-example.com"), by_id)).await;
    world.until(&key, "succeeded").await;
    assert_eq!(calls(&world, "updatecontact"), 2);
    assert_eq!(calls(&world, "AddRegistrantContact"), 1);
    // Who asks for none of his own takes those of the customer, and costs no call more.
    let key = world.order(register("new-c-example.com")).await;
    world.until(&key, "succeeded").await;
    assert_eq!(calls(&world, "updatecontact"), 2);
}

#[tokio::test]
async fn the_registrant_of_many_orders_is_added_once_and_remembered_without_his_data() {
    let world = World::with().replicas(2).start().await;
    let documents = (0..12).map(|at| for_mara(register(&format!("new-{at}-example.com"))));
    let keys = world.orders(documents).await;
    world.until_all(&keys, "succeeded").await;
    assert_eq!(calls(&world, "AddRegistrantContact"), 1);
    assert_eq!(calls(&world, "updatecontact"), 12);
    let kept: Vec<String> = world.redis(&["HGETALL", "{it:0}:contacts:cr-main"]).await;
    assert_eq!((kept.len(), kept[1].as_str()), (2, "=40001"));
    assert_eq!(kept[0].len(), 22, "a keyed digest: {kept:?}");
}

#[tokio::test]
async fn lost_answers_around_a_purchase_make_no_second_contact_and_no_second_purchase() {
    let world = World::new().await;
    let lost = [
        Behaviour::DoThenDrop,
        Behaviour::DoThen500,
        Behaviour::Garbage,
        Behaviour::Stall,
    ];
    for (at, behaviour) in lost.iter().enumerate() {
        for operation in ["AddRegistrantContact", "updatecontact"] {
            let rule = Rule::new(behaviour.clone()).operation(operation).once();
            world.providers().add_fault(rule);
        }
        let someone = with(mara(), json!({"name": format!("Mara Quill {at}")}));
        let document = with(
            register(&format!("new-{at}-example.com")),
            json!({"contacts": {"registrant": someone}}),
        );
        let key = world.order(document).await;
        let view = world.until(&key, "succeeded").await;
        assert_eq!(view["attempts"], 1, "{view:#}");
        assert_eq!(calls(&world, "AddRegistrantContact"), at as u64 + 1, "{behaviour:?}");
    }
    for rule in world.providers().faults() {
        assert_eq!(rule.fired, 1, "{rule:?}");
    }
}

#[tokio::test]
async fn what_was_made_when_the_worker_died_is_found_by_the_next_one() {
    let mut world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Stall).operation("AddRegistrantContact").once());
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Stall).operation("updatecontact").once());
    let key = world.order(for_mara(register("new-a-example.com"))).await;
    for (at, operation) in ["AddRegistrantContact", "updatecontact"].into_iter().enumerate() {
        world
            .wait_until(operation, || async { calls(&world, operation) == 1 })
            .await;
        world.replicas[at].kill9();
        let orders = calls(&world, "Order");
        assert_eq!(orders, at as u64, "between the two stands the purchase");
        world.another_replica().await;
    }
    let view = world.until(&key, "succeeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("yes")));
    assert_eq!(calls(&world, "AddRegistrantContact"), 1);
    assert_eq!(calls(&world, "updatecontact"), 1, "its effect was found");
}

#[tokio::test]
async fn a_refused_contact_asks_the_customer_before_anything_is_bought() {
    let world = World::new().await;
    // Nobody of that number is there to have a contact.
    let document = with(for_mara(register("new-a-example.com")), json!({"customer": "7"}));
    let key = world.order(document).await;
    let view = world.until(&key, "action_required/contact_invalid").await;
    assert_eq!(
        (&view["needs"], &view["charged"], &view["attempts"]),
        (&json!("contact"), &json!("no"), &json!(0))
    );
    assert_eq!(view["waiting_on"], "customer");
    world.tell(&key, "cancel", json!({})).await;
    world.until(&key, "cancelled/cancelled_by_signal").await;
    assert_eq!(calls(&world, "Order"), 0);
}

#[tokio::test]
async fn contacts_that_are_refused_after_the_purchase_ask_the_customer_and_buy_nothing_again() {
    let world = World::new().await;
    let unknown = json!({"contacts": {"registrant": {"id": FIRST}}});
    let key = world.order(with(register("new-a-example.com"), unknown)).await;
    let view = world.until(&key, "action_required/contact_invalid").await;
    assert_eq!(
        (&view["needs"], &view["charged"], &view["attempts"]),
        (&json!("contact"), &json!("yes"), &json!(1))
    );
    // The contact is made by another order; then a person says that it is worth another try.
    let other = world.order(for_mara(register("new-b-example.com"))).await;
    world.until(&other, "succeeded").await;
    world.tell(&key, "retry", json!({})).await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("yes")));
    assert_eq!(calls(&world, "Order"), 2);
}

#[tokio::test]
async fn a_transfer_gets_its_contacts_once_the_name_is_here() {
    let world = World::new().await;
    let key = world
        .order(for_mara(transfer("move-example-shop.com", "right-Code-7Fq2")))
        .await;
    world.until(&key, "succeeded").await;
    let steps = world.steps(&key).await;
    assert_eq!(
        steps,
        [
            "queued",
            "dispatching",
            "blocked/awaiting_losing_registrar",
            "in_progress",
            "succeeded"
        ]
    );
    assert_eq!(calls(&world, "updatecontact"), 1);
}

#[tokio::test]
async fn nothing_is_bought_above_its_limit() {
    let world = World::new().await;
    let private = json!({"privacy": true});
    let cases = [
        // Two years: 10.99 and 11.99.
        (at_most(register("new-a-example.com"), "22.98"), "succeeded", 1),
        (
            at_most(register("new-b-example.com"), "22.97"),
            "failed/price_exceeded",
            0,
        ),
        (
            at_most(register("premium-example.com"), "50"),
            "failed/price_exceeded",
            0,
        ),
        (at_most(renew("renew-a-example.com"), "11.99"), "succeeded", 1),
        (
            at_most(renew("renew-b-example.com"), "11.98"),
            "failed/price_exceeded",
            0,
        ),
        (
            at_most(transfer("move-a-example.com", "right-Code-7Fq2"), "10.49"),
            "succeeded",
            1,
        ),
        (
            at_most(transfer("move-b-example.com", "right-Code-7Fq2"), "10.48"),
            "failed/price_exceeded",
            0,
        ),
        // No call tells the price of privacy.
        (
            at_most(with(register("new-c-example.com"), private), "999"),
            "failed/unsupported",
            0,
        ),
    ];
    world.orders(cases.iter().map(|(document, ..)| document.clone())).await;
    for (document, wanted, attempts) in &cases {
        let view = world.until(&key_of(document), wanted).await;
        assert_eq!(view["attempts"], *attempts, "{view:#}");
        assert_eq!(view["charged"], if *attempts == 1 { "yes" } else { "no" });
    }
    assert_eq!(world.providers().charges().count, 3);
    let view = world.view(&key_of(&cases[1].0)).await.unwrap();
    assert_eq!(view["provider_message"], "quoted 22.98, at most 22.97 USD");
}

#[tokio::test]
async fn a_price_that_cannot_be_read_is_asked_again_and_nothing_is_bought_meanwhile() {
    let world = World::new().await;
    for behaviour in [Behaviour::Html200, Behaviour::FailBefore, Behaviour::Fail500Before] {
        // More often than the client itself asks again.
        let rule = Rule::new(behaviour).operation("checkdomainavailable").count(4);
        world.providers().add_fault(rule);
    }
    let key = world.order(at_most(register("new-a-example.com"), "22.98")).await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 1, "{view:#}");
    let steps = world.steps(&key).await;
    assert!(steps.contains(&"queued/look_failed".to_owned()), "{steps:?}");
    let unread = steps.iter().position(|step| step == "queued/look_failed");
    assert!(
        unread < steps.iter().position(|step| step == "dispatching"),
        "{steps:?}"
    );
}

#[tokio::test]
async fn the_price_is_asked_again_for_every_attempt() {
    let world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::FailBefore).operation("Order").once());
    let key = world.order(at_most(register("new-a-example.com"), "22.98")).await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 2, "{view:#}");
    assert!(calls(&world, "checkdomainavailable") >= 2);
}

#[tokio::test]
async fn a_logicboxes_registration_has_its_contacts_made_first_and_once() {
    let world = World::new().await;
    let at_logicboxes = |domain: &str| {
        let servers = json!(["ns1.host.example", "ns2.host.example"]);
        let document = with(register(domain), json!({"account": "lb-main", "nameservers": servers}));
        for_mara(document)
    };
    world
        .providers()
        .add_fault(Rule::new(Behaviour::DoThenDrop).operation("contacts/add").once());
    let keys = world
        .orders([at_logicboxes("new-a-example.com"), at_logicboxes("new-b-example.com")])
        .await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("yes")));
    }
    assert_eq!(calls(&world, "contacts/add"), 1);
    assert_eq!(calls(&world, "domains/register"), 2);
    let limited = with(
        at_most(at_logicboxes("new-c-example.com"), "100"),
        json!({"idempotency_key": "limited"}),
    );
    world.order(limited).await;
    let rejected = world.until_rejected(1).await.remove(0);
    assert_eq!(rejected.pointers(), ["/max_price"], "it tells no prices");
}

#[tokio::test]
async fn a_name_com_registration_carries_its_contacts_and_keeps_its_limit() {
    let world = World::new().await;
    let at_name_com = |domain: &str| with(for_mara(register(domain)), json!({"account": "nc-main"}));
    // Two years at 10.49.
    let within = at_most(at_name_com("new-a-example.com"), "20.98");
    let above = at_most(at_name_com("new-b-example.com"), "20.97");
    let keys = world.orders([within, above]).await;
    let view = world.until(&keys[0], "succeeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(1), &json!("yes")));
    let view = world.until(&keys[1], "failed/price_exceeded").await;
    assert_eq!((&view["attempts"], &view["charged"]), (&json!(0), &json!("no")));
    assert_eq!(calls(&world, "order"), 1);
}
