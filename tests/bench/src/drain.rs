//! Drain rate at saturation, CPU and socket reads an order.
//!
//! Both systems get all orders before they start. What is measured lies between a tenth of the orders, when everything
//! is warm, and the last one: by the provider's count of paid calls, so that both are measured by the same hand.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use domorder_jobs::state::State;

use crate::peer::{self, Renewal};
use crate::process::{Running, cpu_secs};
use crate::report::{Report, Wanted, median};
use crate::world::{Bench, Fsync, World, document, in_state, submit};

/// What one run came to.
#[derive(Debug, Clone, Copy)]
struct Drained {
    /// Orders a second.
    rate: f64,
    /// CPU of worker and Redis, microseconds an order.
    cpu_us: f64,
    /// Of it, the worker's.
    worker_us: f64,
    /// Socket reads of Redis an order.
    reads: f64,
    /// Redis commands an order.
    commands: f64,
}

/// Tasks that the peer is fed with at once.
const PORTION: usize = 5_000;

pub(crate) async fn measure(bench: &Bench, fsync: Fsync, report: &mut Report) -> anyhow::Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..bench.rounds {
        eprintln!("drain {} round {} of {}", fsync.as_str(), round + 1, bench.rounds);
        theirs.push(peer(bench, fsync).await?);
        ours.push(domorder(bench, fsync).await?);
    }
    let middle = |runs: &[Drained], what: fn(&Drained) -> f64| median(&mut runs.iter().map(what).collect::<Vec<_>>());
    let name = |what: &str| format!("{what}, {}", fsync.as_str());
    let rate = match fsync {
        Fsync::EverySec => 2.0,
        Fsync::Always => 4.0,
    };
    report.ratio(
        name("drain rate"),
        middle(&ours, |d| d.rate),
        middle(&theirs, |d| d.rate),
        "/s",
        Wanted::AtLeast(rate),
    );
    report.ratio(
        name("CPU of worker and Redis an order"),
        middle(&ours, |d| d.cpu_us),
        middle(&theirs, |d| d.cpu_us),
        "µs",
        Wanted::AtMost(0.6),
    );
    report.ratio(
        name("of it, the worker's"),
        middle(&ours, |d| d.worker_us),
        middle(&theirs, |d| d.worker_us),
        "µs",
        Wanted::Nothing,
    );
    report.value(
        name("socket reads of Redis an order"),
        middle(&ours, |d| d.reads),
        "",
        Wanted::AtMost(0.5),
    );
    report.ratio(
        name("Redis commands an order, within scripts too"),
        middle(&ours, |d| d.commands),
        middle(&theirs, |d| d.commands),
        "",
        Wanted::Nothing,
    );
    Ok(())
}

async fn domorder(bench: &Bench, fsync: Fsync) -> anyhow::Result<Drained> {
    let world = World::start(bench, fsync, 0).await?;
    let ledger = world.ledger().await?;
    let producer = world.producer(&ledger)?;
    submit(&producer, &(0..bench.orders).map(document).collect::<Vec<_>>()).await?;
    let worker = world.domorder(bench)?;
    let drained = between(bench, &world, &worker).await?;
    // All of them must also have ended as they should.
    let all = u64::try_from(bench.orders)?;
    let began = Instant::now();
    while in_state(&ledger.counts().await?, State::Succeeded) < all {
        anyhow::ensure!(
            began.elapsed() < Duration::from_secs(30),
            "not all orders succeeded: {:?}",
            ledger.counts().await?
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stats = world.provider.stats().await?;
    anyhow::ensure!(stats.doubled == 0, "{} paid twice", stats.doubled);
    worker.stop()?;
    Ok(drained)
}

async fn peer(bench: &Bench, fsync: Fsync) -> anyhow::Result<Drained> {
    let world = World::start(bench, fsync, 0).await?;
    let mut storage = peer::storage(&world.redis.url()).await?;
    let mut worker = None;
    // It moves all that is due in one `unpack`, which ends it for good beyond 8,000 tasks: so it is fed in portions,
    // the next one when the last was moved.
    for start in (0..bench.orders).step_by(PORTION) {
        for start in (start..bench.orders.min(start + PORTION)).step_by(1_000) {
            let batch = (start..bench.orders.min(start + 1_000)).map(Renewal::new).collect();
            peer::push_all(&mut storage, batch).await?;
        }
        if worker.is_none() {
            worker = Some(world.peer(bench)?);
        }
        peer::moved(&world.redis.url()).await?;
    }
    let worker = worker.context("no orders")?;
    between(bench, &world, &worker).await
}

/// Waits for the first tenth, then for the rest.
async fn between(bench: &Bench, world: &World, worker: &Running) -> anyhow::Result<Drained> {
    let pause = Duration::from_millis(5);
    let all = u64::try_from(bench.orders)?;
    let first = world.provider.paid(all / 10, pause).await?;
    let at_first = sample(world, worker).await?;
    let last = world.provider.paid(all, pause).await?;
    let at_last = sample(world, worker).await?;
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
    let (orders, secs) = (
        (last.paid - first.paid) as f64,
        (last.last_paid_us - first.last_paid_us) as f64 / 1e6,
    );
    let worker_us = (at_last.worker - at_first.worker) * 1e6 / orders;
    Ok(Drained {
        rate: orders / secs,
        cpu_us: worker_us + (at_last.redis - at_first.redis) * 1e6 / orders,
        worker_us,
        reads: (at_last.reads - at_first.reads) / orders,
        commands: (at_last.commands - at_first.commands) / orders,
    })
}

struct Sample {
    worker: f64,
    redis: f64,
    reads: f64,
    commands: f64,
}

async fn sample(world: &World, worker: &Running) -> anyhow::Result<Sample> {
    let redis = world.redis_stats().await?;
    Ok(Sample {
        worker: cpu_secs(worker.pid())?,
        redis: cpu_secs(world.redis_pid()?)?,
        reads: redis.reads,
        commands: redis.commands,
    })
}
