//! Paid calls whose answers are lost, late, wrong or refused: each operation, each behaviour of the simulator.
//!
//! All of one table run in one world, side by side, each about a domain of its own. The world's books hold the money:
//! at most one charge, exactly one where an order succeeded.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::{Value, json};

use crate::world::*;

/// An operation: the simulator's name of it, how its domains begin, its document.
type Operation = (&'static str, &'static str, fn(&str) -> Value);

fn move_here(domain: &str) -> Value {
    transfer(domain, "right-Code-7Fq2")
}

const OPERATIONS: [Operation; 8] = [
    ("Order", "new", register),
    ("TransferOrder", "move", move_here),
    ("RenewalOrder", "renew", renew),
    ("eelite/add", "fresh", email_create),
    ("eelite/renew", "mail-longer", email_renew),
    ("eelite/add-email-account", "mail-more", email_add),
    ("eelite/delete-email-account", "mail-fewer", email_remove),
    ("eelite/delete", "mail-gone", email_delete),
];

/// One order of an operation whose first paid call meets a behaviour.
struct Case {
    operation: &'static str,
    behaviour: &'static str,
    domain: String,
    key: String,
}

impl Case {
    /// How often the provider was sent it. Not the attempts: one that a busy machine wrote too late is not sent.
    fn sent(&self, world: &World) -> usize {
        let requests = world.providers().requests().requests;
        let of_it = requests
            .iter()
            .filter(|request| request.operation == self.operation && request.domain.as_ref() == Some(&self.domain));
        of_it.count()
    }

    fn told(&self) -> String {
        format!("{} of {}", self.behaviour, self.operation)
    }
}

/// Orders of every operation against every behaviour.
async fn spoil(world: &World, behaviours: &[Behaviour]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut documents = Vec::new();
    for (operation, prefix, document) in OPERATIONS {
        for behaviour in behaviours {
            let name = behaviour.name();
            let domain = format!("{prefix}-{}-example.com", name.replace('_', "-"));
            let rule = Rule::new(behaviour.clone()).operation(operation).domain(&domain).once();
            world.providers().add_fault(rule);
            let document = document(&domain);
            cases.push(Case {
                operation,
                behaviour: name,
                domain,
                key: key_of(&document),
            });
            documents.push(document);
        }
    }
    world.orders(documents).await;
    cases
}

/// Every rule was met, or the test has shown nothing.
fn every_rule_acted(world: &World) {
    for rule in world.providers().faults() {
        assert!(rule.fired > 0, "{rule:?}");
    }
}

#[tokio::test]
async fn an_effect_whose_answer_was_lost_is_found_by_reading_and_never_sent_again() {
    let world = World::new().await;
    let behaviours = [
        Behaviour::DoThenDrop,
        Behaviour::DoThenReset,
        Behaviour::DoThen500,
        Behaviour::DoThen502Html,
        Behaviour::DoThenTruncated,
        Behaviour::Garbage,
        Behaviour::Html200,
        Behaviour::Redirect,
        Behaviour::Stall,
        // Longer than the account's timeout.
        Behaviour::Late { ms: 2_500 },
        Behaviour::DoLate { ms: 2_000 },
    ];
    for case in spoil(&world, &behaviours).await {
        world.until(&case.key, "succeeded").await;
        assert_eq!(case.sent(&world), 1, "{}", case.told());
        let steps = world.steps(&case.key).await;
        assert!(steps.contains(&"unknown_outcome/answer_lost".to_owned()), "{steps:?}");
    }
    every_rule_acted(&world);
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(
        metrics.sum("domorder_unknown_resolved_total", &[("resolution", "present")]),
        88.0
    );
    assert!(metrics.sum("domorder_duplicates_prevented_total", &[("guard", "reconciled")]) > 0.0);
    assert_eq!(metrics.sum("domorder_unknown_outcomes", &[]), 0.0);
}

#[tokio::test]
async fn a_call_that_had_no_effect_is_sent_again_only_after_absence_is_proven() {
    let world = World::new().await;
    let behaviours = [
        Behaviour::FailBefore,
        Behaviour::ResetBefore,
        Behaviour::Fail500Before,
        Behaviour::Fail502Before,
    ];
    let cases = spoil(&world, &behaviours).await;
    for case in &cases {
        // Where nothing refuses a repeat and one witness only can be asked, a person decides (`exactly-once.md` §4).
        if case.operation == "RenewalOrder" {
            let view = world.until(&case.key, "action_required/absence_inconclusive").await;
            assert_eq!(
                (&view["needs"], &view["charged"]),
                (&json!("decision"), &json!("unknown"))
            );
            assert_eq!(view["waiting_on"], "operator");
            world.leave(&case.key);
            continue;
        }
        world.until(&case.key, "succeeded").await;
        assert_eq!(case.sent(&world), 2, "{}", case.told());
        let events = world.events(&case.key).await;
        let intent = events
            .iter()
            .find(|event| event["type"] == "order.dispatching")
            .unwrap();
        let intent: jiff::Timestamp = text(intent, "time").parse().unwrap();
        let requests = world.providers().requests().requests;
        let again = requests
            .iter()
            .rfind(|request| request.domain.as_ref() == Some(&case.domain));
        // gate + timeout and connecting + settle
        let apart = again.unwrap().at.duration_since(intent);
        assert!(
            apart >= jiff::SignedDuration::from_millis(1_000 + 2_000 + 300),
            "{apart:?}"
        );
    }
    every_rule_acted(&world);
    assert_eq!(
        world.providers().requests().calls("RenewalOrder"),
        4,
        "one each, no repeat"
    );
}

#[tokio::test]
async fn a_throttled_call_is_made_later() {
    let world = World::new().await;
    for case in spoil(&world, &[Behaviour::Throttle429]).await {
        world.until(&case.key, "succeeded").await;
        assert_eq!(case.sent(&world), 2, "{}", case.told());
        let steps = world.steps(&case.key).await;
        assert!(steps.contains(&"parked/rate_limited".to_owned()), "{steps:?}");
    }
    every_rule_acted(&world);
}

#[tokio::test]
async fn refused_credentials_pause_the_account_and_lose_nothing() {
    let world = World::new().await;
    let refused = Rule::new(Behaviour::Unauthorized).operation("Order").once();
    world.providers().add_fault(refused);
    let first = world.order(register("new-one-example.com")).await;
    let view = world.until(&first, "parked/paused").await;
    assert_eq!(
        (&view["charged"], &view["waiting_on"]),
        (&json!("no"), &json!("operator"))
    );

    let waiting = world.order(register("new-two-example.com")).await;
    let other_account = world.order(email_create("fresh-example-shop.com")).await;
    world.until(&other_account, "succeeded").await;
    let accounts = world.run(&["accounts", "list", "-o", "json"]).await.ended(0).json();
    assert!(text(&accounts[0], "paused").starts_with("credentials"), "{accounts:#}");
    assert_eq!(accounts[1]["paused"], Value::Null);
    let metrics = world.replicas[0].metrics().await;
    assert_eq!(metrics.sum("domorder_account_paused", &[("account", "cr-main")]), 1.0);
    assert_eq!(world.view(&waiting).await.unwrap()["state"], "queued");

    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&[first, waiting], "succeeded").await;
}

#[tokio::test]
async fn credentials_refused_to_a_read_pause_the_account_before_anything_is_sent() {
    let world = World::new().await;
    for read in ["ViewDomain", "eelite/orderid"] {
        world
            .providers()
            .add_fault(Rule::new(Behaviour::Unauthorized).operation(read).once());
    }
    let keys = world
        .orders([renew("renew-example-shop.com"), email_create("fresh-example-shop.com")])
        .await;
    for view in world.until_all(&keys, "parked/paused").await {
        assert_eq!(view["attempts"], 0);
    }
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "resume", account]).await.ended(0);
    }
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn a_foreign_address_page_is_no_proof_that_nothing_was_done() {
    let world = World::new().await;
    let cases = spoil(&world, &[Behaviour::Cdn1020]).await;
    for case in &cases {
        if case.operation == "RenewalOrder" {
            world.until(&case.key, "action_required/absence_inconclusive").await;
            world.leave(&case.key);
            continue;
        }
        // LogicBoxes documents the page (fact sheet): there the account pauses, and a person lets it go on.
        if case.operation.starts_with("eelite") {
            world
                .wait_until("the order ends", || async {
                    let view = world.view(&case.key).await.unwrap_or_default();
                    if state_of(&view) == "parked/paused" {
                        world.run(&["accounts", "resume", "lb-main"]).await.ended(0);
                    }
                    view["state"] == "succeeded"
                })
                .await;
            continue;
        }
        world.until(&case.key, "succeeded").await;
    }
    every_rule_acted(&world);
}

#[tokio::test]
async fn a_provider_that_refuses_connections_costs_time_only() {
    let world = World::new().await;
    world.providers().refuse_connections();
    let keys = world
        .orders(OPERATIONS.map(|(_, prefix, document)| document(&format!("{prefix}-example.com"))))
        .await;
    for view in world.until_all(&keys, "queued/look_failed").await {
        assert_eq!((&view["charged"], &view["attempts"]), (&json!("no"), &json!(0)));
    }
    world.providers().accept_connections();
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["attempts"], 1);
    }
}

#[tokio::test]
async fn reads_that_lag_behind_a_lost_answer_buy_nothing_twice() {
    let world = World::new().await;
    let mut documents = Vec::new();
    for (operation, prefix, document) in OPERATIONS {
        let domain = format!("{prefix}-lag-example.com");
        for behaviour in [Behaviour::Lag { ms: 1_500 }, Behaviour::DoThenDrop] {
            let rule = Rule::new(behaviour).operation(operation).domain(&domain).once();
            world.providers().add_fault(rule);
        }
        documents.push(document(&domain));
    }
    let keys = world.orders(documents).await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["attempts"], 1, "{view:#}");
    }
    every_rule_acted(&world);
}

#[tokio::test]
async fn reads_that_lag_longer_than_the_settle_time_meet_the_providers_own_refusal() {
    let world = World::new().await;
    let unique = OPERATIONS
        .into_iter()
        .filter(|(operation, _, _)| matches!(*operation, "Order" | "TransferOrder"));
    let mut documents = Vec::new();
    for (operation, prefix, document) in unique {
        let domain = format!("{prefix}-lag-example.com");
        for behaviour in [Behaviour::Lag { ms: 5_500 }, Behaviour::DoThenDrop] {
            let rule = Rule::new(behaviour).operation(operation).domain(&domain).once();
            world.providers().add_fault(rule);
        }
        documents.push(document(&domain));
    }
    let keys = world.orders(documents).await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(
            (&view["attempts"], &view["charged"]),
            (&json!(2), &json!("yes")),
            "{view:#}"
        );
    }
    every_rule_acted(&world);
    assert_eq!(world.providers().charges().count, 2);
}

#[tokio::test]
async fn lagging_reads_after_an_answer_that_came_do_not_undo_it() {
    // What lags longer than the settle time is held for vanished, and a person is asked.
    let world = World::with().setting("reconcile.settle", "'3s'").start().await;
    world.providers().add_fault(Rule::new(Behaviour::Lag { ms: 1_000 }));
    let keys = world
        .orders(OPERATIONS.map(|(_, prefix, document)| document(&format!("{prefix}-example.com"))))
        .await;
    for view in world.until_all(&keys, "succeeded").await {
        assert_eq!(view["attempts"], 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_only_slow_is_waited_for() {
    let world = World::new().await;
    let begun = std::time::Instant::now();
    for case in spoil(&world, &[Behaviour::Late { ms: 400 }]).await {
        world.until(&case.key, "succeeded").await;
        let steps = world.steps(&case.key).await;
        assert!(!steps.iter().any(|step| step.starts_with("unknown")), "{steps:?}");
    }
    assert!(begun.elapsed() >= Duration::from_millis(400));
}
