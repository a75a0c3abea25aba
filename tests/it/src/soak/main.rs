//! `domorder-soak`: orders of every kind at every provider, while answers are lost, replicas are killed, held still and
//! replaced, and Redis is killed and restarted. Then the faults stop, everything has to come to rest, and the books have to agree.
//!
//! All that is random comes from one seed, which is printed first; when things meet is left to the machine.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

#[path = "../../tests/it/world/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the world serves tests that need more of it")]
mod world;

mod chance;
mod disturb;
mod progress;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use domorder_tests_sim::{Behaviour, Chaos, Rule};
use domorder_tests_support::report;
use serde_json::Value;

use chance::Chance;
use disturb::{Disturber, Pace};
use progress::Progress;
use world::{SOLD, World, key_of};

/// The full size: so many orders and kills in [`MINUTES`].
const ORDERS: u32 = 10_000;
const KILLS: u32 = 500;
const MINUTES: f64 = 15.0;
/// Share of the calls that change something whose answer is lost.
const LOST: f64 = 0.15;
/// How long everything may take to come to rest, once nothing fails any more, however little was asked.
const REST_MIN: Duration = Duration::from_secs(120);

/// Orders under kills, pauses and lost answers; then the books. Exit code 0 only if nothing is wrong in them.
#[derive(Debug, Parser)]
#[command(name = "domorder-soak", version)]
struct Arguments {
    /// How long things go wrong; what is open then comes to rest after it
    #[arg(long, default_value_t = MINUTES)]
    minutes: f64,
    /// Orders [default: 10000 in 15 minutes, in proportion]
    #[arg(long)]
    orders: Option<u32>,
    /// Kills, pauses, restarts [default: 500 in 15 minutes, in proportion]
    #[arg(long)]
    kills: Option<u32>,
    /// Replicas at any time
    #[arg(long, default_value_t = 3)]
    replicas: usize,
    /// Repeats a run [default: by the clock]
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(soak(&arguments))
}

async fn soak(arguments: &Arguments) -> ExitCode {
    let by_clock = || u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
    let seed = arguments.seed.unwrap_or_else(by_clock);
    let in_proportion = |full: u32| share(full, arguments.minutes / MINUTES);
    let orders = arguments.orders.unwrap_or_else(|| in_proportion(ORDERS));
    let kills = arguments.kills.unwrap_or_else(|| in_proportion(KILLS));
    let time = Duration::from_secs_f64(arguments.minutes * 60.0);
    eprintln!("{orders} orders, {kills} kills in {time:.0?}; --seed {seed}");

    let mut chance = Chance::of(seed);
    let mut world = start(arguments.replicas, seed, &mut chance).await;
    let progress = Progress::of(orders, kills);
    let documents = documents(orders, &mut chance);
    let mut waiting = documents.iter();
    let mut disturber = Disturber::new(Pace::new(kills, time), chance);
    let begun = Instant::now();
    // A busy machine takes longer over it, and then both take longer.
    while begun.elapsed() < time || waiting.len() > 0 || disturber.done() < u64::from(kills) {
        let passed = (begun.elapsed().as_secs_f64() / time.as_secs_f64()).min(1.0);
        let (due, given) = (share(orders, passed) as usize, documents.len() - waiting.len());
        // Billing systems wait for a Redis that hangs, too.
        if due > given && !disturber.redis_is_still() {
            let wave: Vec<Value> = waiting.by_ref().take(due - given).cloned().collect();
            disturber.speak(&world, &wave).await;
            world.orders(wave).await;
        }
        disturber.turn(&mut world, begun.elapsed()).await;
        progress.show(&world, disturber.done()).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    world.providers().clear_faults();
    disturber.let_all_go_on(&mut world).await;
    progress.rests();
    world.take_over_what_the_dead_had_read().await;
    let limit = REST_MIN.max(time);
    let rest = progress
        .beside(&world, disturber.done(), world.come_to_rest(&documents, limit))
        .await;
    progress.ended();
    world.counts_as("soak");
    let mut books = world.settle();
    books.faults.extend(rest.faults);
    books.row.violations = books.faults.len() as u64;
    books.row.axes.insert("kills".to_owned(), disturber.done());
    books
        .row
        .axes
        .insert("a person was asked".to_owned(), rest.asked as u64);
    books.row.axes.extend(disturber.told());
    books.row.tell();
    tell(&books.row, &books.faults, seed)
}

/// A world on the settings of a soak: leases that a pause outlasts, absence that outlasts every pause.
async fn start(replicas: usize, seed: u64, chance: &mut Chance) -> World {
    let world = World::with()
        .replicas(replicas)
        .setting("worker.lease", "'4s'")
        .setting("reconcile.settle", "'8s'")
        .setting("reconcile.give_up", "'10m'")
        // A busy machine keeps the simulated providers from answering in time for minutes; that is no reason to ask a person.
        .setting("retry.max_elapsed", "'2h'")
        .setting("redis.shards", &(1 + chance.below(3)).to_string())
        .start()
        .await;
    let slow = Rule::new(Behaviour::Late { ms: 20 }).probability(0.3, seed);
    world.providers().add_fault(slow);
    world.providers().set_chaos(Some(Chaos {
        seed,
        rate: LOST,
        behaviours: Behaviour::lossy(),
    }));
    world
}

/// Orders of everything that is sold, in turns, each about a domain of its own.
fn documents(orders: u32, chance: &mut Chance) -> Vec<Value> {
    let mut documents: Vec<Value> = (0..orders)
        .map(|at| SOLD[at as usize % SOLD.len()].order(&at.to_string()))
        .collect();
    for at in (1..documents.len()).rev() {
        documents.swap(at, chance.below_usize(at + 1));
    }
    debug_assert!(documents.iter().all(|document| !key_of(document).is_empty()));
    documents
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a small number"
)]
fn share(of: u32, part: f64) -> u32 {
    (f64::from(of) * part).round() as u32
}

#[expect(clippy::print_stdout, reason = "the table is what it is run for")]
fn tell(row: &report::Row, faults: &[String], seed: u64) -> ExitCode {
    print!("{}", report::table(std::slice::from_ref(row)));
    if faults.is_empty() {
        return ExitCode::SUCCESS;
    }
    for fault in faults {
        eprintln!("- {fault}");
    }
    eprintln!("--seed {seed}");
    ExitCode::FAILURE
}
