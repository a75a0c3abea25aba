//! Accounts without money: nothing is lost, nothing is sent again, and orders go on by themselves once money is seen.

use domorder_tests_sim::Seed;
use serde_json::{Value, json};

use crate::world::*;

fn money(world: &World, provider: &str, cents: i64) {
    let seed: Seed = serde_json::from_value(json!({provider: {"balance_cents": cents}})).unwrap();
    world.providers().seed(&seed);
}

#[tokio::test]
async fn an_order_without_funds_is_parked_and_released_when_money_is_seen() {
    // The account's number is told by its domains only, and without it there is no asking for the balance.
    let seed = json!({"connectreseller": {"balance_cents": 0, "domains": [{"name": "own-example-shop.com"}]}});
    let world = World::with().seed(seed).start().await;
    let keys = world
        .orders([
            register("new-example-shop.com"),
            renew("renew-example-shop.com"),
            transfer("move-example-shop.com", "right-Code-7Fq2"),
        ])
        .await;
    for view in world.until_all(&keys, "parked/funds").await {
        assert_eq!(
            (&view["charged"], &view["waiting_on"]),
            (&json!("no"), &json!("operator"))
        );
    }
    let asked = || world.providers().request_summary().calls("availablefund");
    let before = asked();
    world
        .wait_until("the balance is read again", || async { asked() > before + 3 })
        .await;
    assert_eq!(
        world.providers().requests().requests.len(),
        3,
        "nothing is sent meanwhile"
    );

    money(&world, "connectreseller", 1_000_000);
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!((&view["charged"], &view["attempts"]), (&json!("yes"), &json!(2)));
    }
}

#[tokio::test]
async fn a_low_balance_buys_what_is_most_urgent_and_two_replicas_do_not_overspend_it() {
    let seed = json!({"connectreseller": {"balance_cents": 0, "domains": [{"name": "own-example-shop.com"}]}});
    // Long enough that no second read falls into the test.
    let world = World::with()
        .replicas(2)
        .setting("polling.funds", "['4s', '5m']")
        .seed(seed)
        .start()
        .await;
    // The most urgent is handed in last.
    let now = jiff::Timestamp::now();
    let documents: Vec<Value> = (0..10)
        .map(|at| {
            let deadline = now + jiff::SignedDuration::from_hours(20 - at);
            let deadline = json!({"deadline": deadline.to_string()});
            with(renew(&format!("renew-{at}-example.com")), deadline)
        })
        .collect();
    let keys = world.orders(documents).await;
    world.until_all(&keys, "parked/funds").await;
    assert_eq!(world.providers().requests().requests.len(), 10, "each was refused once");
    // A renewal costs 11.99: enough for three, and a little.
    money(&world, "connectreseller", 3 * 1_199 + 500);
    let reads = || world.providers().request_summary().calls("availablefund");
    let before = reads();
    world.until_all(&keys[7..], "succeeded").await;
    world
        .wait_until("the money was looked at", || async { reads() > before })
        .await;
    for key in &keys[..7] {
        let view = world.until(key, "parked/funds").await;
        assert_eq!(
            (&view["charged"], &view["attempts"]),
            (&json!("no"), &json!(1)),
            "{view:#}"
        );
    }
    assert_eq!(
        world.providers().requests().requests.len(),
        13,
        "three more, and none in vain"
    );
    assert_eq!(world.providers().charges().count, 3);
    let prices = world.providers().request_summary().calls("getdomainprice");
    assert!(prices <= 4, "{prices} prices were asked for");
    assert!(reads() - before <= 2, "one read for all, and not one for each");

    money(&world, "connectreseller", 1_000_000);
    for key in &keys[..7] {
        world.tell(key, "retry", json!({})).await;
    }
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn where_the_balance_cannot_be_read_a_person_releases_the_order() {
    let world = World::with()
        .seed(json!({"connectreseller": {"balance_cents": 0}}))
        .start()
        .await;
    let key = world.order(register("new-example-shop.com")).await;
    world.until(&key, "parked/funds").await;
    money(&world, "connectreseller", 1_000_000);
    world.tell(&key, "retry", json!({})).await;
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn an_order_that_the_provider_holds_for_funds_is_looked_at_and_never_sent_again() {
    let world = World::with()
        .seed(json!({"logicboxes": {"balance_cents": 0}}))
        .start()
        .await;
    let keys = world
        .orders([
            email_create("fresh-example-shop.com"),
            email_renew("mail-longer-example.com"),
            email_add("mail-more-example.com"),
        ])
        .await;
    for view in world.until_all(&keys, "parked/funds").await {
        assert!(view["provider_order_id"].is_string(), "{view:#}");
        assert_eq!(view["waiting_on"], "operator");
    }
    assert_eq!(world.providers().charges().count, 0);
    let refusals_before = world.rejected().await.len();
    world.tell(&keys[0], "cancel", json!({})).await;
    world
        .wait_until("the signal is refused", || async {
            world.rejected().await.len() > refusals_before
        })
        .await;

    money(&world, "logicboxes", 1_000_000);
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!((&view["charged"], &view["attempts"]), (&json!("yes"), &json!(1)));
    }
    let sent = world.providers().requests().requests;
    assert_eq!(sent.len(), 3, "{sent:#?}");
}

#[tokio::test]
async fn want_of_funds_holds_up_no_other_account_and_can_be_called_off() {
    let seed = json!({"connectreseller": {"balance_cents": 0}});
    let world = World::with().seed(seed).start().await;
    let parked = world.order(register("new-example-shop.com")).await;
    world.until(&parked, "parked/funds").await;
    let other = world.order(email_create("fresh-example-shop.com")).await;
    world.until(&other, "succeeded").await;
    let list = world
        .run(&["orders", "list", "--state", "parked", "-o", "json"])
        .await
        .ended(0)
        .json();
    assert_eq!(list["orders"][0]["reason"], "funds");
    assert_eq!(list["next_cursor"], Value::Null);
    world.tell(&parked, "cancel", json!({})).await;
    let view = world.until(&parked, "cancelled/cancelled_by_signal").await;
    assert_eq!((&view["charged"], &view["waiting_on"]), (&json!("no"), &Value::Null));
}
