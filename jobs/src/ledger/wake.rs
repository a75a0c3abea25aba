//! Listening for wake-ups. They carry no instruction: what is due stands in the ledger and is found there.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{
    LedgerError,
    keys::{Keys, slot_of},
    topology::Topology,
};

/// Something may be due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// At this account.
    Account(String),
    /// Anywhere: the subscription is new, and what was said before it was not heard.
    All,
}

const PAUSE_FIRST: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Listens until stopped, and subscribes again after every loss.
pub(super) fn listen(topology: Arc<Topology>, keys: Keys, wakes: broadcast::Sender<Wake>, stop: CancellationToken) {
    tokio::spawn(async move {
        let mut pause = PAUSE_FIRST;
        let listening = async {
            loop {
                match subscription(&topology, &keys, &wakes).await {
                    // It served for a while and ended: try at once, then ever more slowly.
                    Ok(()) => pause = PAUSE_FIRST,
                    Err(error) => tracing::debug!(error = %error, "no wake-ups are heard at the moment"),
                }
                topology.forget().await;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        };
        tokio::select! { () = stop.cancelled() => {}, () = listening => {} }
    });
}

async fn subscription(topology: &Topology, keys: &Keys, wakes: &broadcast::Sender<Wake>) -> Result<(), LedgerError> {
    // In a cluster every node hears what is published on any; behind sentinels only the master is written to.
    let node = topology.node_of(slot_of(&keys.shard(0))).await?;
    let mut pubsub = topology
        .client(&node)?
        .get_async_pubsub()
        .await
        .map_err(LedgerError::Unreachable)?;
    pubsub.subscribe(keys.wake()).await.map_err(LedgerError::Unreachable)?;
    // Nobody listening is no fault: receivers come and go.
    let _ = wakes.send(Wake::All);
    let mut messages = pubsub.on_message();
    while let Some(message) = messages.next().await {
        let account = String::from_utf8_lossy(message.get_payload_bytes()).into_owned();
        let _ = wakes.send(Wake::Account(account));
    }
    Ok(())
}
