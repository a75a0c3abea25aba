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

/// The gauges that are read from the ledger.
const OF_THE_LEDGER: [&str; 17] = [
    "domorder_account_credentials_refused",
    "domorder_account_paused",
    "domorder_charged_twice_suspected",
    "domorder_deadlines_ending",
    "domorder_intake_backlog",
    "domorder_orders",
    "domorder_orders_in_hand",
    "domorder_orders_needing",
    "domorder_orders_parked",
    "domorder_queue_depth",
    "domorder_records_aside",
    "domorder_rejected_kept",
    "domorder_renewals_expiring",
    "domorder_transfers_open",
    "domorder_transfers_stalled",
    "domorder_unknown_outcomes",
    "domorder_redis_up",
];

#[tokio::test]
async fn every_replica_tells_the_same_of_the_ledger() {
    let world = World::with().replicas(2).start().await;
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(30);
    let long_ago = soon - jiff::SignedDuration::from_hours(24 * 100);
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(50);
    let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(60);
    let wrong = with(
        renew("renew-wrong-example.com"),
        serde_json::json!({"expected_expiry": long_ago.to_string()}),
    );
    let waits = with(
        renew("renew-waits-example.com"),
        serde_json::json!({"expected_expiry": soon.to_string(), "not_before": later.to_string(), "deadline": ends.to_string()}),
    );
    let keys = world
        .orders([wrong, waits, transfer("locked-example-shop.com", "some-Code-4444")])
        .await;
    world.until(&keys[2], "action_required/domain_locked").await;
    let behind = world.order(renew("locked-example-shop.com")).await;
    world.until(&behind, "parked/domain_busy").await;
    world.write_entries("order", &["{}".to_owned()]).await;
    world.until(&keys[0], "action_required/expectation_differs").await;
    world.until(&keys[1], "queued").await;
    world.until_rejected(1).await;
    let told = |metrics: &Metrics| -> BTreeMap<String, String> {
        let of_the_ledger = metrics.series().filter(|(name, _, _)| OF_THE_LEDGER.contains(name));
        of_the_ledger
            .map(|(name, labels, value)| (format!("{name}{{{labels}"), value.to_string()))
            .collect()
    };
    // Not at one moment: the transfer is looked at again and again.
    world
        .wait_until("both tell the same", || async {
            let (one, other) = (world.replicas[0].metrics().await, world.replicas[1].metrics().await);
            told(&one) == told(&other)
        })
        .await;
    let one = world.replicas[0].metrics().await;
    for name in OF_THE_LEDGER {
        assert!(one.series().any(|(named, _, _)| named == name), "no {name}");
    }
    type Labels<'a> = &'a [(&'a str, &'a str)];
    let wanted: [(&str, Labels<'_>, f64); 16] = [
        (
            "domorder_orders_parked",
            &[("reason", "domain_busy"), ("account", "cr-main")],
            1.0,
        ),
        ("domorder_orders_parked", &[], 1.0),
        ("domorder_orders_needing", &[("needs", "decision")], 1.0),
        ("domorder_orders_needing", &[("needs", "unlock")], 1.0),
        ("domorder_transfers_open", &[("older", "0d")], 1.0),
        ("domorder_transfers_open", &[("older", "2d")], 0.0),
        ("domorder_transfers_stalled", &[], 1.0),
        // What the producer believed of the one that waits; what the provider showed, of the one that asks.
        ("domorder_renewals_expiring", &[("within", "1d")], 0.0),
        ("domorder_renewals_expiring", &[("within", "7d")], 1.0),
        ("domorder_deadlines_ending", &[("within", "1d")], 0.0),
        ("domorder_deadlines_ending", &[("within", "7d")], 1.0),
        ("domorder_deadlines_ending", &[("within", "30d")], 2.0),
        ("domorder_rejected_kept", &[], 1.0),
        ("domorder_intake_backlog", &[], 0.0),
        ("domorder_charged_twice_suspected", &[], 0.0),
        ("domorder_lane_up", &[], 3.0),
    ];
    for (name, labels, wanted) in wanted {
        assert_eq!(one.sum(name, labels), wanted, "{name} {labels:?}\n{}", one.text());
    }
    for key in std::iter::once(&behind).chain(&keys) {
        world.tell(key, "cancel", Value::Object(serde_json::Map::new())).await;
        world.until(key, "cancelled").await;
    }
}

#[tokio::test]
async fn a_renewal_that_moved_by_more_than_was_bought_is_told_as_charged_twice() {
    let world = World::new().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::ResetBefore).operation("RenewalOrder").once());
    let domain = "renew-example-shop.com";
    let key = world.order(renew(domain)).await;
    world.until(&key, "unknown_outcome").await;
    let suspected = || async {
        let metrics = world.replicas[0].metrics().await;
        metrics.sum("domorder_charged_twice_suspected", &[("account", "cr-main")])
    };
    assert_eq!(suspected().await, 0.0);
    // Two years stand where the order asked for one: as if the lost call and another had both been carried out.
    let url = format!(
        "{}/RenewalOrder?OrderType=2&Websitename={domain}&Duration=2&Id=5512&APIKey={}",
        world.sim.base_url_connectreseller(),
        domorder_tests_sim::CONNECTRESELLER_KEY
    );
    reqwest::get(url).await.unwrap();
    world.by_hand("RenewalOrder", domain);
    world
        .tell(&key, "check-now", Value::Object(serde_json::Map::new()))
        .await;
    world.until(&key, "action_required/expectation_differs").await;
    assert_eq!(suspected().await, 1.0);
    world.leave(&key);
}

#[tokio::test]
async fn counters_begin_at_nothing_so_that_the_first_of_something_is_an_increase() {
    let world = World::new().await;
    let metrics = world.replicas[0].metrics().await;
    let named: [(&str, &[(&str, &str)]); 6] = [
        ("domorder_duplicates_prevented_total", &[("guard", "gate")]),
        ("domorder_orders_refused_total", &[("reason", "invalid")]),
        (
            "domorder_unknown_resolved_total",
            &[("account", "nc-main"), ("resolution", "absent")],
        ),
        ("domorder_worker_restarts_total", &[("account", "lb-main")]),
        ("domorder_records_set_aside_total", &[]),
        ("domorder_panics_total", &[]),
    ];
    for (name, labels) in named {
        assert_eq!(metrics.sum(name, labels), 0.0, "{name}");
        assert!(metrics.series().any(|(named, _, _)| named == name), "no {name}");
    }
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    world.order(renew("renew-example-shop.com")).await;
    world
        .wait_until("the replay was counted", || async {
            let metrics = world.replicas[0].metrics().await;
            metrics.sum("domorder_duplicates_prevented_total", &[("guard", "idempotency_key")]) == 1.0
        })
        .await;
}

#[tokio::test]
async fn an_unknown_path_is_not_found_and_probes_answer_in_words() {
    let world = World::new().await;
    let replica = &world.replicas[0];
    assert_eq!(replica.get("/livez").await.unwrap(), (200, "ok\n".to_owned()));
    assert_eq!(replica.get("/readyz").await.unwrap(), (200, "ok\n".to_owned()));
    assert_eq!(replica.get("/wibble").await.unwrap().0, 404);
}
