//! Deletes what is long over: finished orders with their keys, old events and refusals.

use std::time::Duration;

use domorder_config::Retention;
use domorder_jobs::fault::{self, Point};
use domorder_jobs::ledger::Ledger;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Between rounds. Several replicas sweeping at once are harmless: every step is compare-and-delete.
const ROUND: Duration = Duration::from_secs(60);
/// Most orders of one step; a round goes on until nothing is left.
const STEP: usize = 100;

/// Sweeps until told to stop.
pub async fn run(ledger: Ledger, retention: Retention, stop: CancellationToken) {
    // At once, too: where replicas are replaced often, none of them would live to its first round.
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = stop.cancelled() => return,
        }
        match round(&ledger, &retention, &stop).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "finished orders were deleted after their retention"),
            Err(error) => tracing::warn!(%error, "the sweep was cut short: tried again in a minute"),
        }
    }
}

async fn round(
    ledger: &Ledger,
    retention: &Retention,
    stop: &CancellationToken,
) -> Result<u64, domorder_jobs::ledger::LedgerError> {
    let mut swept = 0;
    while !stop.is_cancelled() {
        let n = ledger.sweep(retention.finished, STEP).await?;
        swept += n;
        if n == 0 {
            break;
        }
        fault::here(ledger.namespace(), None).at(Point::Swept).await;
    }
    ledger.trim_events(retention.events).await?;
    Ok(swept)
}
