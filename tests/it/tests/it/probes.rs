//! Probes and metrics over HTTP.

use std::collections::BTreeMap;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::Value;

use crate::world::*;

/// Metrics of the contract (§6) that a worker has after it has worked, with their labels.
const OF_THE_CONTRACT: [(&str, &[&str]); 22] = [
    ("domorder_orders_accepted_total", &["kind", "account"]),
    ("domorder_orders_refused_total", &["reason"]),
    ("domorder_orders_finished_total", &["kind", "account", "outcome"]),
    ("domorder_orders", &["state", "kind", "account"]),
    ("domorder_order_oldest_age_seconds", &["state"]),
    ("domorder_order_completion_seconds", &["kind", "account"]),
    ("domorder_queue_depth", &["account"]),
    ("domorder_queue_pickup_seconds", &["account"]),
    ("domorder_leases_expired_total", &[]),
    (
        "domorder_provider_requests_total",
        &["account", "operation", "class", "result"],
    ),
    ("domorder_provider_request_seconds", &["account", "operation", "class"]),
    ("domorder_unknown_outcomes", &["account"]),
    ("domorder_unknown_resolved_total", &["account", "resolution"]),
    ("domorder_duplicates_prevented_total", &["guard"]),
    ("domorder_account_paused", &["account"]),
    ("domorder_rate_limit_waits_total", &["account"]),
    ("domorder_polls_total", &["kind", "account", "result"]),
    ("domorder_transfers_stalled", &["reason"]),
    ("domorder_redis_command_seconds", &["command"]),
    ("domorder_redis_up", &[]),
    ("domorder_build_info", &["version"]),
    ("process_resident_memory_bytes", &[]),
];

/// The label names of every metric, histograms by their own name.
fn labels(metrics: &Metrics) -> BTreeMap<String, Vec<String>> {
    let mut names = BTreeMap::new();
    for (name, labels, _) in metrics.series() {
        let name = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end).filter(|name| name.ends_with("_seconds")))
            .unwrap_or(name);
        let of_it: Vec<String> = labels
            .trim_end_matches('}')
            .split("\",")
            .filter_map(|label| Some(label.split_once('=')?.0.to_owned()))
            .filter(|label| label != "le")
            .collect();
        names.insert(name.to_owned(), of_it);
    }
    names
}

#[tokio::test]
async fn every_metric_of_the_contract_is_there_with_its_labels() {
    let mut world = World::with().setting("accounts.lb-main.rate", "'20/s'").start().await;
    // Something of everything: a refusal, a lost answer, a crash, a stalled transfer, more work than the rate allows.
    world.write_entries("order", &["{}".to_owned()]).await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::DoThenDrop).operation("Order").once());
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Stall).operation("RenewalOrder").once());
    let mut documents = vec![register("new-example-shop.com"), renew("renew-example-shop.com")];
    documents.extend((0..60).map(|at| email_add(&format!("mail-{at}-example.com"))));
    let stalled = world.order(transfer("locked-example-shop.com", "some-Code-4444")).await;
    world.until(&stalled, "action_required/domain_locked").await;
    let keys = world.orders(documents).await;
    world.until(&keys[0], "succeeded").await;
    world.until(&keys[1], "dispatching").await;
    let before = world.replicas[0].metrics().await;
    world.replicas[0].kill9();
    world.another_replica().await;
    world.until_all(&keys, "succeeded").await;

    let mut there = labels(&before);
    there.extend(labels(&world.replicas[1].metrics().await));
    for (name, wanted) in OF_THE_CONTRACT {
        let mut has = there
            .get(name)
            .cloned()
            .unwrap_or_else(|| panic!("no {name} in {there:#?}"));
        let mut wanted: Vec<String> = wanted.iter().map(|label| (*label).to_owned()).collect();
        has.sort();
        wanted.sort();
        assert_eq!(has, wanted, "{name}");
    }
    for name in there.keys() {
        assert!(name.starts_with("domorder_") || name.starts_with("process_"), "{name}");
    }
    let metrics = world.replicas[1].metrics().await;
    assert_eq!(
        metrics.sum("domorder_transfers_stalled", &[("reason", "domain_locked")]),
        1.0
    );
    assert_eq!(metrics.sum("domorder_redis_up", &[]), 1.0);
    for line in metrics.text().lines().filter(|line| line.starts_with("# TYPE")) {
        let name = line.split(' ').nth(2).unwrap();
        assert!(
            metrics.text().contains(&format!("# HELP {name} ")),
            "{name} is not described"
        );
    }
    world
        .tell(&stalled, "cancel", Value::Object(serde_json::Map::new()))
        .await;
    world.until(&stalled, "cancelled").await;
}

#[tokio::test]
async fn gauges_follow_the_ledger_down_again() {
    let world = World::with().scale(1.0).start().await;
    let key = world.order(transfer("locked-example-shop.com", "some-Code-4444")).await;
    world.until(&key, "action_required/domain_locked").await;
    let stalled = || async {
        let metrics = world.replicas[0].metrics().await;
        (
            metrics.sum("domorder_transfers_stalled", &[("reason", "domain_locked")]),
            metrics.sum("domorder_orders", &[("state", "action_required"), ("kind", "transfer")]),
        )
    };
    assert_eq!(stalled().await, (1.0, 1.0));
    world.tell(&key, "cancel", Value::Object(serde_json::Map::new())).await;
    world.until(&key, "cancelled").await;
    assert_eq!(stalled().await, (0.0, 0.0));
}

#[tokio::test]
async fn an_unknown_path_is_not_found_and_probes_answer_in_words() {
    let world = World::new().await;
    let replica = &world.replicas[0];
    assert_eq!(replica.get("/livez").await.unwrap(), (200, "ok\n".to_owned()));
    assert_eq!(replica.get("/readyz").await.unwrap(), (200, "ok\n".to_owned()));
    assert_eq!(replica.get("/wibble").await.unwrap().0, 404);
}
