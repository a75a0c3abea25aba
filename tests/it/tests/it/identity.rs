//! One key is one order; one domain is one paid order at a time; orders that wait for a time, or run out of it.

use domorder_tests_sim::{Behaviour, Rule};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::*;

/// An instant in whole milliseconds, as they are stored.
fn from_now(by: SignedDuration) -> String {
    let at = Timestamp::now() + by;
    Timestamp::from_millisecond(at.as_millisecond()).unwrap().to_string()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn the_same_key_with_the_same_content_is_the_same_order() {
    let world = World::new().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    let view = world.until(&key, "succeeded").await;
    let events = world.events(&key).await;

    // Spelt otherwise, and the same after normalisation; while it runs, and after it has ended.
    let respelt = with(
        renew("Renew-Example-SHOP.com."),
        json!({"idempotency_key": key, "priority": "normal", "metadata": {}}),
    );
    world.orders([renew("renew-example-shop.com"), respelt]).await;
    let last = world.order(register("new-example-shop.com")).await;
    world.until(&last, "succeeded").await;

    assert_eq!(world.view(&key).await.unwrap(), view);
    assert_eq!(world.events(&key).await, events);
    assert!(world.rejected().await.is_empty());
    assert_eq!(
        world.replicas[0]
            .metrics()
            .await
            .sum("domorder_orders_accepted_total", &[]),
        2.0
    );
}

#[tokio::test]
async fn the_same_key_with_other_content_is_a_conflict_and_changes_nothing() {
    let world = World::new().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    let view = world.until(&key, "succeeded").await;
    let other = json!({"idempotency_key": key});
    world
        .orders([
            with(
                renew("renew-example-shop.com"),
                json!({"years": 2, "metadata": {"a": "b"}}),
            ),
            with(register("new-example-shop.com"), other),
        ])
        .await;

    let rejected = world.until_rejected(2).await;
    assert_eq!(rejected[0].error["status"], 409);
    assert_eq!(rejected[0].error["order"], view["id"]);
    assert_eq!(rejected[0].pointers(), ["/metadata", "/years"]);
    assert_eq!(
        rejected[1].pointers(),
        ["/domain", "/kind", "/nameservers", "/years", "/customer"].sorted()
    );
    assert_eq!(world.view(&key).await.unwrap(), view);
    assert_eq!(world.providers().charges().count, 1);
}

#[tokio::test]
async fn another_auth_code_under_the_same_key_is_a_conflict_that_shows_neither() {
    let world = World::new().await;
    let key = world.order(transfer("move-example-shop.com", "right-Code-7Fq2")).await;
    world.until(&key, "succeeded").await;
    world.order(transfer("move-example-shop.com", "right-Code-7Fq2")).await;
    world.order(transfer("move-example-shop.com", "other-Code-99Zz")).await;
    let rejected = world.until_rejected(1).await;
    assert_eq!(rejected[0].pointers(), ["/auth_code"]);
}

#[tokio::test]
async fn two_orders_of_a_domain_run_one_after_the_other() {
    let world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 500 }).operation("RenewalOrder").once());
    let domain = "renew-example-shop.com";
    let first = world.order(renew(domain)).await;
    world.until(&first, "dispatching").await;
    let second = world
        .order(with(renew(domain), json!({"idempotency_key": "another renewal"})))
        .await;
    let view = world.until(&second, "parked/domain_busy").await;
    assert_eq!(
        (&view["waiting_on"], &view["charged"]),
        (&json!("domorder"), &json!("no"))
    );

    let views = world.until_all(&[first, second.clone()], "succeeded").await;
    assert!(
        text(&views[0], "expiry") < text(&views[1], "expiry"),
        "each bought its own year"
    );
    assert_eq!(
        world.steps(&second).await[..4],
        ["queued", "parked/domain_busy", "queued", "dispatching"]
    );
}

#[tokio::test]
async fn an_order_whose_outcome_is_unknown_holds_the_later_ones_of_its_domain() {
    let world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::FailBefore).operation("RenewalOrder").once());
    let domain = "renew-example-shop.com";
    let first = world.order(renew(domain)).await;
    world.until(&first, "action_required/absence_inconclusive").await;
    let second = world
        .order(with(renew(domain), json!({"idempotency_key": "another renewal"})))
        .await;
    world.until(&second, "parked/domain_busy").await;

    world
        .tell(
            &first,
            "resolve",
            json!({"outcome": "not-done", "note": "looked at the panel"}),
        )
        .await;
    world.until_all(&[first, second], "succeeded").await;
    assert_eq!(world.providers().charges().count, 2);
}

#[tokio::test]
async fn an_order_waits_for_its_time() {
    let world = World::new().await;
    let not_before = from_now(SignedDuration::from_millis(1_500));
    let key = world
        .order(with(
            register("new-example-shop.com"),
            json!({"not_before": not_before}),
        ))
        .await;
    let held_up = world
        .order(with(
            register("new-example-shop.com"),
            json!({"idempotency_key": "sooner", "years": 1}),
        ))
        .await;
    // What starts later keeps nobody of its domain waiting: the second one takes the name.
    world.until(&held_up, "succeeded").await;
    let view = world.until(&key, "succeeded/already_done").await;
    assert!(instant(text(&view, "finished_at")) >= instant(&not_before), "{view:#}");
    assert_eq!(view["charged"], "no");
}

#[tokio::test]
async fn a_signal_to_look_does_not_bring_an_orders_time_forward() {
    let world = World::new().await;
    let not_before = from_now(SignedDuration::from_hours(24));
    let key = world
        .order(with(
            register("new-example-shop.com"),
            json!({"not_before": not_before}),
        ))
        .await;
    world
        .wait_until("it is accepted", || async { world.view(&key).await.is_some() })
        .await;
    let view = world.view(&key).await.unwrap();
    assert_eq!(instant(text(&view, "next_check_at")), instant(&not_before));
    world.tell(&key, "check-now", json!({})).await;
    let view = world.until(&key, "parked/not_before").await;
    assert_eq!(view["waiting_on"], "domorder");
    // Looked at or not, it keeps nobody of its domain waiting today.
    let today = renew("new-example-shop.com");
    let today = world.order(today).await;
    world.until(&today, "failed/not_found").await;
    world.tell(&key, "cancel", json!({})).await;
    world.until(&key, "cancelled/cancelled_by_signal").await;
    assert_eq!(world.providers().requests().requests.len(), 0);
}

#[tokio::test]
async fn a_deadline_that_passes_asks_for_a_decision() {
    let world = World::with().scale(1.0).start().await;
    world.providers().refuse_connections();
    let unsent = with(
        register("new-example-shop.com"),
        json!({"deadline": from_now(SignedDuration::from_millis(900))}),
    );
    let unsent = world.order(unsent).await;
    let view = world.until(&unsent, "action_required/deadline_passed").await;
    assert_eq!((&view["needs"], &view["charged"]), (&json!("decision"), &json!("no")));
    world.providers().accept_connections();

    // With the provider for five days.
    let placed = with(
        transfer("move-example-shop.com", "right-Code-7Fq2"),
        json!({"deadline": from_now(SignedDuration::from_millis(900))}),
    );
    let placed = world.order(placed).await;
    let view = world.until(&placed, "action_required/deadline_passed").await;
    assert_eq!(
        (&view["charged"], &view["waiting_on"]),
        (&json!("yes"), &json!("operator"))
    );

    // What a person says then is done: sent after all; followed on.
    world.tell(&unsent, "retry", json!({})).await;
    world.until(&unsent, "succeeded").await;
    world.tell(&placed, "retry", json!({})).await;
    world.until(&placed, "blocked").await;
    world.providers().advance(std::time::Duration::from_secs(6 * 86_400));
    world.until(&placed, "succeeded").await;
}

#[tokio::test]
async fn an_urgent_order_goes_before_the_others() {
    let world = World::with().setting("accounts.cr-main.concurrency", "1").start().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let document = |at: usize, priority: &str| {
        with(
            register(&format!("new-{at}-{priority}-example.com")),
            json!({"priority": priority}),
        )
    };
    let mut documents = vec![document(0, "low"), document(1, "low"), document(2, "normal")];
    documents.extend([document(3, "normal"), document(4, "high"), document(5, "high")]);
    let keys = world.orders(documents).await;
    world
        .wait_until("all are accepted", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:due:cr-main"]).await == 6
        })
        .await;
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&keys, "succeeded").await;

    let sent = world.providers().requests().requests;
    let priorities: Vec<String> = sent
        .iter()
        .filter_map(|request| Some(request.domain.as_deref()?.split('-').nth(2)?.to_owned()))
        .collect();
    assert_eq!(priorities, ["high", "high", "normal", "normal", "low", "low"]);
}

#[tokio::test]
async fn under_a_scarce_rate_the_urgent_are_paid_for_first_whoever_works_them() {
    // Transfers wait, and are looked at far more often than the rate allows: looks are always overdue.
    let mut world = World::with().scale(1.0).start().await;
    let waiting: Vec<Value> = (0..8)
        .map(|at| transfer(&format!("good-{at}-example.com"), "some-Code-4444"))
        .collect();
    let waiting = world.orders(waiting).await;
    world.until_all(&waiting, "blocked").await;
    world.stop_all().await;
    // The concurrency is the default one: all could be in hand at once.
    world.reconfigure(&[("accounts.cr-main.concurrency", ""), ("accounts.cr-main.rate", "'2/s'")]);
    for _ in 0..3 {
        world.another_replica().await;
    }
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let document = |at: usize, priority: &str| {
        let document = register(&format!("new-{at}-{priority}-example.com"));
        with(document, json!({"priority": priority}))
    };
    let mut documents = vec![document(0, "low"), document(1, "low"), document(2, "normal")];
    documents.extend([document(3, "normal"), document(4, "high"), document(5, "high")]);
    let mut keys = world.orders(documents).await;
    world
        .wait_until("all are accepted", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:due:cr-main"]).await == 14
        })
        .await;
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    // One more comes while the others wait for their turn.
    world.until_called("Order", 3).await;
    keys.extend(world.orders([document(6, "high")]).await);
    world.until_all(&keys, "succeeded").await;

    let sent = world.providers().requests().requests;
    let paid = sent.iter().filter(|request| request.operation == "Order");
    let paid: Vec<&str> = paid
        .filter_map(|request| request.domain.as_deref()?.split('-').nth(2))
        .collect();
    assert_eq!(paid[..3], ["high", "high", "normal"]);
    assert_eq!(paid[5..], ["low", "low"]);
    assert!(
        paid[3] == "high" || paid[4] == "high",
        "it came last and waited behind others: {paid:?}"
    );
    world.providers().advance(std::time::Duration::from_secs(6 * 86_400));
    world.until_all(&waiting, "succeeded").await;
}

/// Lists are compared without regard to their order.
trait Sorted {
    fn sorted(self) -> Vec<String>;
}

impl<const N: usize> Sorted for [&str; N] {
    fn sorted(self) -> Vec<String> {
        let mut list = self.map(str::to_owned).to_vec();
        list.sort();
        list
    }
}
