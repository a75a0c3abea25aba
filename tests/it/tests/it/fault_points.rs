//! Every named fault point, and every kind at every provider: the replica dies there, others go on.
//!
//! What has to hold then is what the world checks of every order: the charges are those that the orders account for.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use domorder_jobs::fault::Point;
use domorder_tests_sim::{Behaviour, Rule};
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::*;

/// A world whose leases end soon.
fn quick() -> Builder {
    World::with()
        .setting("worker.lease", "'2500ms'")
        .setting("accounts.cr-main.timeout", "'1s'")
        .setting("accounts.lb-main.timeout", "'1s'")
        .setting("accounts.nc-main.timeout", "'1s'")
}

fn in_an_hour(document: Value) -> Value {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    with(document, json!({"not_before": then.to_string()}))
}

/// Kills at this point; a key narrows it to one order.
fn abort(point: Point, key: Option<&str>) -> Value {
    json!({"point": point.as_str(), "key": key, "action": "abort"})
}

impl World {
    /// Waits until the replica has died of a fault, and nothing else.
    async fn until_killed(&mut self, replica: usize, point: Point) {
        let status = self.replicas[replica].ended().await;
        let log = self.replicas[replica].log();
        assert_eq!(status.signal(), Some(9), "at {}: {status}\n{log}", point.as_str());
        assert!(log.contains("a planned fault"), "at {}", point.as_str());
    }
}

/// The replica dies once at each point of the way, an order a point; the next one dies at the next.
#[rstest]
#[tokio::test]
async fn a_replica_that_dies_anywhere_on_an_orders_way_costs_nothing(
    #[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)] at: usize,
) {
    let sold = SOLD[at];
    let mut world = quick().prepare().await;
    let mut documents = Vec::new();
    for point in sold.points() {
        let document = sold.order(&point.as_str().replace('_', "-"));
        let key = key_of(&document);
        let replica = world.another_replica_that(&json!([abort(point, Some(&key))])).await;
        world.order(document.clone()).await;
        documents.push(document);
        world.until_killed(replica, point).await;
    }
    world.take_over_what_the_dead_had_read().await;
    let asked = world.until_at_rest(&documents, LIMIT).await;
    let has_one_weak_witness = ["connectreseller-renew", "namecom-renew"].contains(&sold.name);
    assert!(asked == 0 || has_one_weak_witness, "{asked} orders asked a person");
    world.counts_as("killed at each fault point");
}

#[test]
fn every_kind_is_among_those_that_die() {
    assert_eq!(SOLD.len(), 13, "and as many cases above");
}

/// The points of no particular order have a test each below.
const OF_THE_PROCESS: [Point; 9] = [
    Point::IntakeRead,
    Point::IntakeStored,
    Point::KeyTaken,
    Point::SignalTaken,
    Point::LeaseExtended,
    Point::GivingBack,
    Point::GivenBack,
    Point::Swept,
    Point::StopRequested,
];

#[test]
fn every_point_is_visited_by_a_test() {
    let visited: BTreeSet<Point> = SOLD.iter().flat_map(Sold::points).chain(OF_THE_PROCESS).collect();
    assert_eq!(visited, Point::ALL.iter().copied().collect());
}

#[rstest]
#[case(Point::IntakeRead)]
#[case(Point::IntakeStored)]
#[tokio::test]
async fn a_replica_that_dies_while_it_takes_orders_in_loses_none(#[case] point: Point) {
    let mut world = quick().prepare().await;
    let replica = world.another_replica_that(&json!([abort(point, None)])).await;
    let documents: Vec<Value> = SOLD.iter().map(|sold| sold.order("taken-in")).collect();
    world.orders(documents.clone()).await;
    world.until_killed(replica, point).await;
    world.take_over_what_the_dead_had_read().await;
    world.until_at_rest(&documents, LIMIT).await;
}

#[tokio::test]
async fn a_producer_that_dies_between_key_and_order_is_repaired_by_its_next_try() {
    let mut cluster = domorder_tests_support::RedisCluster::start(3).await.unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let config = folder.path().join("domorder.toml");
    let text = format!(
        "redis.url = '{}'\n[accounts.cr-main]\nprovider = 'connectreseller'\napi_key = 'k-123456'\ndefault_customer = '5512'\n",
        cluster.url()
    );
    std::fs::write(&config, text).unwrap();
    let key = format!("k1:{}=\n", "A".repeat(43));
    std::fs::write(folder.path().join("domorder.key"), key).unwrap();
    let config = config.to_str().unwrap();
    let document = renew("renew-example-shop.com");
    let enqueue = ["enqueue", "-", "--config", config];
    let plan = json!([abort(Point::KeyTaken, None)]);
    let died = run_that(&enqueue, &document.to_string(), Some(&plan)).await;
    assert_eq!(died.code, -1, "killed: {died:?}");
    let show = [
        "orders",
        "show",
        "renew:renew-example-shop.com",
        "-o",
        "json",
        "--config",
        config,
    ];
    run(&show, "").await.ended(1);

    run(&enqueue, &document.to_string()).await.ended(0);
    let view = run(&show, "").await.ended(0).json();
    assert_eq!(view["state"], "queued", "{view:#}");
    cluster
        .nodes_mut()
        .iter_mut()
        .for_each(domorder_tests_support::RedisServer::kill9);
}

#[tokio::test]
async fn a_replica_that_dies_with_a_signal_in_hand_has_not_lost_it() {
    let mut world = quick().start().await;
    let key = world.order(in_an_hour(renew("renew-example-shop.com"))).await;
    world
        .wait_until("it is accepted", || async { world.view(&key).await.is_some() })
        .await;
    let _ = world.replicas[0].stop().await;
    let plan = json!([abort(Point::SignalTaken, Some(&key))]);
    let replica = world.another_replica_that(&plan).await;
    world.tell(&key, "cancel", json!({})).await;
    world.until_killed(replica, Point::SignalTaken).await;
    world.take_over_what_the_dead_had_read().await;
    world.until(&key, "cancelled/cancelled_by_signal").await;
}

#[tokio::test]
async fn a_replica_that_dies_while_it_extends_leases_loses_nothing() {
    let mut world = quick().prepare().await;
    // Longer than a third of the lease.
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 900 }).operation("ViewDomain").once());
    let plan = json!([abort(Point::LeaseExtended, None)]);
    let replica = world.another_replica_that(&plan).await;
    let document = renew("renew-example-shop.com");
    let key = world.order(document).await;
    world.until_killed(replica, Point::LeaseExtended).await;
    world.take_over_what_the_dead_had_read().await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 1, "it died before anything was sent: {view:#}");
}

#[rstest]
#[case(Point::GivingBack)]
#[case(Point::GivenBack)]
#[tokio::test]
async fn an_intent_that_was_written_although_its_writer_heard_otherwise_is_not_sent_unseen(#[case] point: Point) {
    let mut world = quick().prepare().await;
    let document = register("new-example-shop.com");
    let key = key_of(&document);
    let unheard = json!({"point": "intent_sent", "key": key, "action": "fail"});
    let plan = json!([unheard, abort(point, Some(&key))]);
    let replica = world.another_replica_that(&plan).await;
    world.order(document).await;
    world.until_killed(replica, point).await;
    assert_eq!(world.view(&key).await.unwrap()["state"], "dispatching");
    assert_eq!(world.providers().requests().calls("Order"), 0);
    world.take_over_what_the_dead_had_read().await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 2, "its absence was proven first: {view:#}");
}

#[tokio::test]
async fn a_replica_that_dies_while_it_sweeps_is_followed_by_one_that_goes_on() {
    let mut world = quick().setting("retention.finished", "'1s'").start().await;
    let later = |name: &str| in_an_hour(renew(name));
    let keys = world
        .orders([later("renew-one-example.com"), later("renew-two-example.com")])
        .await;
    world
        .wait_until("they are accepted", || async { world.view(&keys[1]).await.is_some() })
        .await;
    for key in &keys {
        world.tell(key, "cancel", json!({})).await;
    }
    world.until_all(&keys, "cancelled").await;
    let _ = world.replicas[0].stop().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let replica = world.another_replica_unheard(&json!([abort(Point::Swept, None)]));
    world.until_killed(replica, Point::Swept).await;
    world.another_replica().await;
    world
        .wait_until("both are gone", || async {
            world.view(&keys[0]).await.is_none() && world.view(&keys[1]).await.is_none()
        })
        .await;
}

#[tokio::test]
async fn a_replica_that_dies_when_it_is_told_to_stop_leaves_its_call_to_be_found_out() {
    let mut world = quick().prepare().await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 800 }).operation("RenewalOrder").once());
    let replica = world
        .another_replica_that(&json!([abort(Point::StopRequested, None)]))
        .await;
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until_called("RenewalOrder", 1).await;
    world.replicas[replica].signal("-TERM");
    world.until_killed(replica, Point::StopRequested).await;
    world.take_over_what_the_dead_had_read().await;
    let view = world.until(&key, "succeeded").await;
    assert_eq!(view["attempts"], 1);
}

/// Panics, waits beyond the gate, and refusals, in one replica that lives on.
#[tokio::test]
async fn a_body_that_panics_hangs_or_fails_anywhere_takes_its_order_only() {
    let mut world = quick().prepare().await;
    let (mut documents, mut plan) = (Vec::new(), Vec::new());
    for sold in SOLD {
        for point in sold.points() {
            let actions = match point {
                Point::IntentSent => vec![json!("panic"), json!({"stall": {"ms": 1_100}}), json!("fail")],
                // It cannot wait there without holding up all others.
                Point::GatePassed => vec![json!("panic"), json!("fail")],
                _ => vec![json!("panic"), json!({"stall": {"ms": 1_100}})],
            };
            for (at, action) in actions.into_iter().enumerate() {
                let document = sold.order(&format!("{}-{at}", point.as_str().replace('_', "-")));
                plan.push(json!({"point": point.as_str(), "key": key_of(&document), "action": action}));
                documents.push(document);
            }
        }
    }
    world.another_replica_that(&Value::Array(plan.clone())).await;
    world.orders(documents.clone()).await;
    world.until_at_rest(&documents, 3 * LIMIT).await;
    let log = world.replicas[0].log();
    assert_eq!(log.matches("a planned fault").count(), plan.len());
    world.counts_as("panics, stalls, failures at each point");
}

/// Held still at a point until another has taken the order over, and beyond.
#[rstest]
#[case(Point::Claimed)]
#[case(Point::AfterLook)]
#[case(Point::IntentDecided)]
#[case(Point::IntentDurable)]
#[case(Point::RequestSent)]
#[case(Point::AnswerClassified)]
#[case(Point::BeforeRecord)]
#[tokio::test]
async fn a_replica_held_still_beyond_its_lease_does_no_harm_when_it_goes_on(#[case] point: Point) {
    let mut world = quick().setting("accounts.cr-main.concurrency", "64").prepare().await;
    for sold in [SOLD[0], SOLD[5], SOLD[8], SOLD[11]] {
        let document = sold.order(&format!("{}-still", point.as_str().replace('_', "-")));
        let key = key_of(&document);
        let plan = json!([{"point": point.as_str(), "key": key, "action": "stop"}]);
        let held = world.another_replica_that(&plan).await;
        world.order(document.clone()).await;
        world
            .wait_until("it is held still", || async { world.replicas[held].is_held_still() })
            .await;
        world.take_over_what_the_dead_had_read().await;
        world.until_at_rest(&[document], LIMIT).await;
        world.replicas[held].go_on();
        world
            .wait_until("the late holder has let go", || async {
                let metrics = world.replicas[held].metrics().await;
                metrics.sum("domorder_orders", &[]) > 0.0 && !world.replicas[held].is_held_still()
            })
            .await;
        world.stop_all().await;
    }
    world.counts_as("held still at a point beyond the lease");
}

/// The one place where nothing in the process can help: after the gate, before the first byte.
#[tokio::test]
async fn a_replica_held_still_behind_its_gate_is_dead_before_it_can_send() {
    let mut world = quick().prepare().await;
    for sold in [SOLD[0], SOLD[5], SOLD[8], SOLD[11]] {
        let document = sold.order("gate-still");
        let plan = json!([{"point": "gate_passed", "key": key_of(&document), "action": "stop"}]);
        let held = world.another_replica_to_live(&plan, "1500").await;
        world.order(document.clone()).await;
        world.until_killed(held, Point::GatePassed).await;
        world.take_over_what_the_dead_had_read().await;
        world.until_at_rest(&[document], LIMIT).await;
        world.stop_all().await;
    }
}
