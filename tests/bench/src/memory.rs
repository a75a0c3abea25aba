//! Memory: of the worker with orders in hand and a backlog behind them, and of Redis for each order and event.

use std::time::{Duration, Instant};

use domorder_jobs::state::State;

use crate::process::resident_bytes;
use crate::report::{Report, Wanted};
use crate::world::{Bench, Fsync, World, document, document_from, in_state, submit};

/// In hand at once while the worker's memory is read.
const IN_HAND: u32 = 100;

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("memory");
    resident(bench, report).await?;
    in_redis(bench, report).await
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a benchmark")]
async fn resident(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let bench = Bench {
        concurrency: IN_HAND,
        domorder: bench.domorder.clone(),
        ..*bench
    };
    for backlog in [bench.orders / 10, bench.orders] {
        // Slow answers keep a hundred orders in hand for as long as is needed to look.
        let world = World::start(&bench, Fsync::Always, 300).await?;
        let ledger = world.ledger().await?;
        submit(
            &world.producer(&ledger)?,
            &(0..backlog).map(document).collect::<Vec<_>>(),
        )
        .await?;
        let worker = world.domorder(&bench)?;
        let enough = u64::try_from(backlog / 2)?.min(3 * u64::from(IN_HAND));
        world.provider.paid(enough, Duration::from_millis(20)).await?;
        let mib = resident_bytes(worker.pid())? as f64 / 1024.0 / 1024.0;
        let figure = format!("resident with {IN_HAND} in hand, {backlog} orders behind");
        report.value(figure, mib, "MiB", Wanted::AtMost(20.0));
    }
    Ok(())
}

async fn in_redis(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
    let n = bench.orders as f64;
    let world = World::start(bench, Fsync::EverySec, 0).await?;
    let ledger = world.ledger().await?;
    let producer = world.producer(&ledger)?;
    let client = redis::Client::open(world.redis.url())?;
    let mut connection = client.get_multiplexed_async_connection().await?;

    let before = world.redis_stats().await?.memory;
    let later = r#","not_before":"2036-01-01T00:00:00Z""#;
    submit(
        &producer,
        &(0..bench.orders).map(|i| document_from(i, later)).collect::<Vec<_>>(),
    )
    .await?;
    let events = stream_bytes(&mut connection).await?;
    let waiting = (world.redis_stats().await?.memory - before - events.0) / n;
    report.value(
        "Redis, a waiting order without its event",
        waiting,
        "bytes",
        Wanted::AtMost(1_200.0),
    );

    let world = World::start(bench, Fsync::EverySec, 0).await?;
    let ledger = world.ledger().await?;
    let producer = world.producer(&ledger)?;
    let client = redis::Client::open(world.redis.url())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let before = world.redis_stats().await?.memory;
    submit(&producer, &(0..bench.orders).map(document).collect::<Vec<_>>()).await?;
    let worker = world.domorder(bench)?;
    let began = Instant::now();
    while in_state(&ledger.counts().await?, State::Succeeded) < u64::try_from(bench.orders)? {
        anyhow::ensure!(began.elapsed() < Duration::from_secs(120), "not all orders succeeded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    worker.stop()?;
    let events = stream_bytes(&mut connection).await?;
    let finished = (world.redis_stats().await?.memory - before - events.0) / n;
    report.value(
        "Redis, a finished order with its timeline",
        finished,
        "bytes",
        Wanted::AtMost(2_000.0),
    );
    report.value("Redis, an event", events.0 / events.1, "bytes", Wanted::AtMost(800.0));
    Ok(())
}

/// Bytes and entries of the events stream.
async fn stream_bytes(connection: &mut redis::aio::MultiplexedConnection) -> anyhow::Result<(f64, f64)> {
    let key = "{domorder:0}:events";
    let bytes: f64 = redis::cmd("MEMORY")
        .arg("USAGE")
        .arg(key)
        .arg("SAMPLES")
        .arg(0)
        .query_async(connection)
        .await?;
    let entries: f64 = redis::cmd("XLEN").arg(key).query_async(connection).await?;
    Ok((bytes, entries))
}
