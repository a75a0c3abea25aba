//! Every kind at every provider, with every fault: named points of the worker's code, what a provider does to a call, what
//! happens to a connection to Redis, what Redis says instead of an answer. Single faults all (`DOMORDER_SOAK` crosses them
//! whole), pairs drawn from a seed (`DOMORDER_SEED` repeats them).
//!
//! In one process, hundreds of cases side by side: each has one order, a namespace in a real Redis, and a worker, the
//! whole of `domorder run`, in a runtime of its own. To crash is to drop that runtime, without a goodbye; another
//! worker goes on. The client is the real one, over real HTTP, to the simulator.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

#[path = "../it/world/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the world serves tests that need more of it")]
mod world;

mod axes;
mod case;
mod commands;
mod replies;
mod worker;

use std::collections::BTreeMap;

use domorder_tests_sim::{Effect, Sim, SimOptions};
use domorder_tests_support::report::Row;
use domorder_tests_support::{RedisOptions, RedisServer};
use futures::StreamExt as _;

use axes::{Fault, singles};
use case::{Case, End, Ground};
use world::SOLD;

/// Cases side by side: more would make every wait longer on two cores.
const AT_ONCE: usize = 48;
/// Pairs of a run.
const PAIRS: usize = 130;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_single_fault_of_the_worker_or_a_provider_costs_nothing() {
    every_single(|fault| !fault.is_of_redis()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_single_fault_of_redis_costs_nothing() {
    every_single(Fault::is_of_redis).await;
}

/// Each of these faults, with everything that is sold.
async fn every_single(which: impl Fn(&Fault) -> bool) {
    let mut cases = Vec::new();
    for sold in SOLD {
        let faults = singles(sold).into_iter().filter(&which);
        cases.extend(faults.map(|fault| Case::of(*sold, vec![fault])));
    }
    enumerate("enumeration: single faults", cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pairs_of_faults_cost_nothing() {
    let by_clock = || u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
    let seed = std::env::var("DOMORDER_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(by_clock);
    eprintln!("DOMORDER_SEED={seed}");
    let mut drawn = seed;
    let mut below = move |n: usize| {
        drawn = drawn
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((drawn >> 33) % n as u64).unwrap()
    };
    let cases = (0..PAIRS).map(|at| {
        let sold = SOLD[at % SOLD.len()];
        let mut of_it = singles(&sold);
        let first = of_it.swap_remove(below(of_it.len()));
        let second = of_it.swap_remove(below(of_it.len()));
        Case::of(sold, vec![first, second])
    });
    enumerate("enumeration: pairs of faults", cases.collect()).await;
}

/// Runs all cases, and holds the providers' books against all orders.
async fn enumerate(suite: &str, cases: Vec<Case>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redis = RedisServer::start(RedisOptions::default()).await.unwrap();
    let sim = Sim::start(SimOptions {
        scale: 432_000.0,
        ..SimOptions::default()
    });
    let ground = Ground::new(redis, sim.await.unwrap()).await;
    let mut axes = BTreeMap::<String, u64>::new();
    for fault in cases.iter().flat_map(|case| &case.faults) {
        *axes.entry(fault.axis().to_owned()).or_default() += 1;
    }
    axes.insert("kinds at providers".to_owned(), SOLD.len() as u64);
    let total = cases.len();
    let all = futures::stream::iter(cases.into_iter().enumerate());
    let ends: Vec<End> = all
        .map(|(number, case)| case.run(number, &ground))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;

    let (charges, requests) = (ground.sim.control().charges(), ground.sim.control().requests());
    let mut sent = BTreeMap::<(String, String), u64>::new();
    for request in requests
        .requests
        .into_iter()
        .filter(|request| request.effect != Effect::Read)
    {
        let about = (request.operation.into_owned(), request.domain.unwrap_or_default());
        *sent.entry(about).or_default() += 1;
    }
    let mut row = Row {
        cases: total as u64,
        orders: total as u64,
        axes,
        ..Row::of(suite)
    };
    let mut wrong = Vec::new();
    for end in ends {
        let (expected, most) = end.charges();
        let standing = charges.standing(end.operation, &end.domain);
        let sent = sent
            .get(&(end.request.to_owned(), end.domain.clone()))
            .copied()
            .unwrap_or_default();
        row.faults += end.fired;
        row.charges_expected += standing.clamp(expected, most);
        row.charges_found += standing;
        let mut faults = end.faults.clone();
        if !(expected..=most).contains(&standing) {
            faults.push(format!(
                "{standing} charges stand, the order accounts for {expected} to {most}"
            ));
        }
        if sent > end.attempts() {
            faults.push(format!("{sent} requests for {} attempts", end.attempts()));
        }
        wrong.extend(faults.into_iter().map(|fault| format!("{}: {fault}", end.name)));
    }
    for unexpected in ground.sim.control().unexpected() {
        wrong.push(format!("the provider did not expect {unexpected:?}"));
    }
    row.violations = wrong.len() as u64;
    row.tell();
    eprint!("{}", domorder_tests_support::report::table(std::slice::from_ref(&row)));
    assert!(
        wrong.is_empty(),
        "{} of {total}:\n- {}",
        wrong.len(),
        wrong.join("\n- ")
    );
    assert!(
        row.faults * 100 >= row.cases * 99,
        "faults that were planned happened: {row:?}"
    );
}

/// A name of a fault is its case's name, and two with one name could not be told apart.
#[test]
fn every_fault_of_a_kind_has_a_name_of_its_own() {
    for sold in SOLD {
        let names: std::collections::BTreeSet<String> = singles(sold).iter().map(Fault::name).collect();
        assert_eq!(names.len(), singles(sold).len());
    }
}
