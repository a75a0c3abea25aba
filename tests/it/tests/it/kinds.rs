//! Every kind of order and every email action, from the intake stream to the end.

use domorder_tests_sim::Effect;
use serde_json::{Value, json};

use crate::world::*;

/// Every thing that can be ordered, each about a domain of its own.
pub(crate) fn one_of_each() -> Vec<Value> {
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
        with(document, json!({"metadata": {"invoice": invoice, "Ünïcode": "✓ \" \\"}}))
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
    assert_eq!(
        sent.requests.iter().filter(|r| r.effect != Effect::Read).count(),
        8,
        "one request an order"
    );
}
