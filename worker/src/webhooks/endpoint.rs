//! The right to deliver to an endpoint, and a lane for each shard of which this replica has it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domorder_config::Webhook;
use domorder_jobs::ledger::{Begin, Ledger, Wake, Webhooks};
use tokio::sync::{Semaphore, broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::bells::Bells;
use super::health::Health;
use super::lane;
use super::post::Poster;

/// An endpoint, and what its lanes share.
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) webhook: Webhook,
    pub(super) store: Webhooks,
    pub(super) poster: Poster,
    /// Deliveries at a time, all shards together.
    pub(super) slots: Arc<Semaphore>,
    /// How long events are kept.
    pub(super) kept: Duration,
    /// How often the endpoint came up again, and how often it took something after a failure: every lane wants to know.
    pub(super) recoveries: watch::Sender<(u64, u64)>,
    health: Mutex<Health>,
    ledger: Ledger,
    holder: String,
}

impl Endpoint {
    /// # Errors
    /// Where it cannot be posted to.
    pub(super) fn new(
        ledger: &Ledger,
        name: &str,
        webhook: &Webhook,
        instance: &str,
        kept: Duration,
    ) -> anyhow::Result<Self> {
        let slots = usize::try_from(webhook.in_flight).unwrap_or(1);
        Ok(Self {
            name: name.to_owned(),
            poster: Poster::new(webhook)?,
            store: ledger.webhooks().apart(),
            slots: Arc::new(Semaphore::new(slots)),
            kept,
            recoveries: watch::Sender::new((0, 0)),
            health: Mutex::new(Health::new(webhook.retry_initial, webhook.retry_max)),
            webhook: webhook.clone(),
            ledger: ledger.clone(),
            holder: instance.to_owned(),
        })
    }

    /// Its health; never held across an await.
    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the right lasts: a delivery begun with half of it left ends within it, so that nothing of a replica that
    /// was thought dead comes after what its successor sends.
    fn lease(&self) -> Duration {
        self.webhook.timeout * 2 + Duration::from_secs(4)
    }

    fn begin(&self) -> Begin {
        match self.webhook.begin {
            domorder_config::Begin::New => Begin::New,
            domorder_config::Begin::Oldest => Begin::Oldest,
        }
    }
}

/// What a lane has to know of its right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Right {
    /// Until when it surely lasts.
    pub(super) until: Instant,
    /// Replays wait.
    pub(super) again: bool,
}

struct Running {
    fence: u64,
    right: watch::Sender<Right>,
    task: JoinHandle<()>,
}

impl Running {
    /// Ends it at once: deliveries on their way are dropped, and made again by whoever has the right now.
    async fn end(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Keeps the right and its lanes until told to stop.
pub(super) async fn run(endpoint: Arc<Endpoint>, bells: Bells, stop: CancellationToken) {
    let lease = endpoint.lease();
    let renew = (lease / 6).min(Duration::from_secs(5));
    let mut lanes: Vec<Option<Running>> = bells.iter().map(|_| None).collect();
    let mut wakes = endpoint.ledger.wakes();
    let mut silent = false;
    while !stop.is_cancelled() {
        let asked_at = Instant::now();
        let answer = endpoint
            .store
            .lease(&endpoint.name, &endpoint.holder, lease, endpoint.begin())
            .await;
        match answer {
            Ok(shards) => {
                silent = false;
                for (shard, (fence, again)) in shards.into_iter().enumerate() {
                    let right = Right {
                        until: asked_at + lease,
                        again: again > 0,
                    };
                    let lane = &mut lanes[shard];
                    turn(&endpoint, lane, shard, fence, right, &bells, &stop).await;
                }
            }
            Err(error) => {
                if !silent {
                    tracing::warn!(
                        webhook.endpoint = endpoint.name, %error,
                        "the ledger does not answer: webhooks wait, nothing is lost"
                    );
                }
                silent = true;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(renew) => {}
            () = woken(&mut wakes, &endpoint.name) => {}
        }
    }
    // Lanes see the stop themselves, and write down what they know.
    for lane in lanes.into_iter().flatten() {
        let _ = lane.task.await;
    }
    if let Err(error) = endpoint.store.release(&endpoint.name, &endpoint.holder).await {
        tracing::debug!(webhook.endpoint = endpoint.name, %error, "the right to deliver was not given back: it ends by itself");
    }
}

/// Starts, keeps or ends the lane of a shard.
async fn turn(
    endpoint: &Arc<Endpoint>,
    lane: &mut Option<Running>,
    shard: usize,
    fence: Option<u64>,
    right: Right,
    bells: &Bells,
    stop: &CancellationToken,
) {
    if let (Some(running), Some(fence)) = (&*lane, fence)
        && running.fence == fence
        && !running.task.is_finished()
    {
        running.right.send_replace(right);
        return;
    }
    if let Some(running) = lane.take() {
        running.end().await;
    }
    let (Some(fence), Ok(number)) = (fence, u16::try_from(shard)) else {
        return;
    };
    let (sender, receiver) = watch::channel(right);
    let lane_of = lane::Lane::new(endpoint, number, fence, receiver, bells[shard].clone(), stop.clone());
    *lane = Some(Running {
        fence,
        right: sender,
        task: tokio::spawn(lane_of.run()),
    });
}

/// Waits until somebody asks for replays.
async fn woken(wakes: &mut broadcast::Receiver<Wake>, name: &str) {
    loop {
        match wakes.recv().await {
            Ok(Wake::Account(woken)) => {
                if woken.strip_prefix("webhook:") == Some(name) {
                    return;
                }
            }
            // What was missed stands in the ledger, and is found when the right is renewed.
            Ok(Wake::All) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
