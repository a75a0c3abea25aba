//! What waiting orders (far due times) change: the drain rate and the latency of a fresh order, with none and with many.

use std::time::{Duration, Instant};

use domorder_jobs::state::State;
use indicatif::{ProgressBar, ProgressStyle};

use crate::idle::latencies;
use crate::report::{Report, Wanted, median};
use crate::world::{Bench, Fsync, World, document, document_from, in_state, submit};

pub(crate) async fn measure(bench: &Bench, backlogs: &[usize], report: &mut Report) -> anyhow::Result<()> {
    eprintln!("backlog 0");
    let (rate, latency) = with(bench, 0).await?;
    for backlog in backlogs {
        eprintln!("backlog {backlog}");
        let (loaded_rate, loaded_latency) = with(bench, *backlog).await?;
        let name = |what: &str| format!("{what}, {backlog} waiting, of that with none");
        report.value(name("drain rate"), loaded_rate / rate, "×", Wanted::AtLeast(0.8));
        report.value(
            name("latency of a fresh order"),
            loaded_latency / latency,
            "×",
            Wanted::AtMost(1.2),
        );
    }
    Ok(())
}

/// Drain rate and median latency with so many orders waiting.
async fn with(bench: &Bench, backlog: usize) -> anyhow::Result<(f64, f64)> {
    let world = World::start(bench, Fsync::EverySec, 0).await?;
    let ledger = world.ledger().await?;
    let producer = world.producer(&ledger)?;
    let bar = ProgressBar::new(u64::try_from(backlog)?).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} waiting orders, {eta} left",
    )?);
    let later = r#","not_before":"2036-01-01T00:00:00Z""#;
    for start in (0..backlog).step_by(10_000) {
        let documents: Vec<Vec<u8>> = (start..backlog.min(start + 10_000))
            .map(|i| document_from(10_000_000 + i, later))
            .collect();
        submit(&producer, &documents).await?;
        bar.inc(u64::try_from(documents.len())?);
    }
    bar.finish_and_clear();
    let mut rates = Vec::new();
    let mut done = 0;
    for round in 0..bench.rounds {
        let from = round * bench.orders;
        submit(
            &producer,
            &(from..from + bench.orders).map(document).collect::<Vec<_>>(),
        )
        .await?;
        let worker = world.domorder(bench)?;
        let warm = done + u64::try_from(bench.orders / 10)?;
        done += u64::try_from(bench.orders)?;
        let first = world.provider.paid(warm, Duration::from_millis(5)).await?;
        let last = world.provider.paid(done, Duration::from_millis(5)).await?;
        #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
        rates.push((last.paid - first.paid) as f64 * 1e6 / (last.last_paid_us - first.last_paid_us) as f64);
        settled(&ledger, done).await?;
        worker.stop()?;
    }
    let worker = world.domorder(bench)?;
    let mut waits = latencies(&world, 5_000_000, bench.orders.clamp(10, 100)).await?;
    worker.stop()?;
    Ok((median(&mut rates), median(&mut waits)))
}

async fn settled(ledger: &domorder_jobs::ledger::Ledger, done: u64) -> anyhow::Result<()> {
    let began = Instant::now();
    while in_state(&ledger.counts().await?, State::Succeeded) < done {
        anyhow::ensure!(began.elapsed() < Duration::from_secs(60), "not all orders succeeded");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
