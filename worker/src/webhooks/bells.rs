//! Hears of new events, once for all endpoints.

use std::sync::Arc;
use std::time::Duration;

use domorder_jobs::ledger::{Ledger, Tail};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// After a ring, so that a busy stream rings fifty times a second at most.
const PAUSE: Duration = Duration::from_millis(20);
/// After a fault.
const FAULT_PAUSE: Duration = Duration::from_secs(1);

/// A bell a shard: it changes when there is something new.
pub(super) type Bells = Arc<Vec<watch::Receiver<()>>>;

/// Starts listening to every shard.
pub(super) fn start(ledger: &Ledger, tracker: &TaskTracker, stop: &CancellationToken) -> Bells {
    let (ropes, bells): (Vec<_>, Vec<_>) = (0..ledger.shards()).map(|_| watch::channel(())).unzip();
    let ropes = Arc::new(ropes);
    for tail in ledger.tails() {
        let (ropes, stop) = (Arc::clone(&ropes), stop.clone());
        tracker.spawn(async move {
            tokio::select! { () = stop.cancelled() => {}, () = listen(tail, &ropes) => {} }
        });
    }
    Arc::new(bells)
}

async fn listen(mut tail: Tail, ropes: &[watch::Sender<()>]) {
    loop {
        match tail.heard().await {
            Ok(shards) if shards.is_empty() => {}
            Ok(shards) => {
                for rope in shards.iter().filter_map(|shard| ropes.get(usize::from(*shard))) {
                    rope.send_replace(());
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                // Who delivers says so where it matters.
                tracing::debug!(%error, "no new events are heard of at the moment");
                tokio::time::sleep(FAULT_PAUSE).await;
            }
        }
    }
}
