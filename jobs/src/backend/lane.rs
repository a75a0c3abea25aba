//! The lane at work: claims, hands out, extends, frees.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apalis_core::task::{Task, builder::TaskBuilder, task_id::TaskId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Claim, Hold, LaneConfig, hold::Dues, lock};
use crate::fault::{self, Point};
use crate::ledger::{ClaimedOrder, Epoch, Ledger, LedgerError, Wake};

/// What is asked of a lane from outside, and what it shows.
#[derive(Debug, Clone)]
pub struct LaneHandle {
    shared: Arc<Shared>,
}

impl LaneHandle {
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.shared.config.account
    }

    /// Orders in hand.
    #[must_use]
    pub fn in_hand(&self) -> usize {
        lock(&self.shared.held).len()
    }

    /// Nothing is in hand, and no claim is under way that could bring something.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.shared.claiming.load(Ordering::SeqCst) && self.in_hand() == 0
    }

    /// Since when the claim loop has not come round, for liveness. An idle lane comes round every `idle_max`.
    #[must_use]
    pub fn silent_for(&self) -> Duration {
        let last = Duration::from_millis(self.shared.turned_ms.load(Ordering::Relaxed));
        self.shared.started.elapsed().saturating_sub(last)
    }

    /// Stops claiming. Bodies in hand go on, their leases are kept.
    pub fn stop_claiming(&self) {
        self.shared.stop.cancel();
    }

    /// Hands back what is still in hand, for other replicas to take at once; for the end of the shutdown grace.
    pub async fn hand_back(&self) -> usize {
        let held: Vec<_> = lock(&self.shared.held)
            .drain()
            .map(|(id, hold)| (id, hold.fence))
            .collect();
        if let Err(error) = self.shared.ledger.hand_back(&held).await {
            tracing::warn!(account = self.account(), %error, "orders could not be handed back: their leases will lapse");
        }
        held.len()
    }
}

/// What the lane's backend, its handle and its bodies share.
pub(super) struct Shared {
    ledger: Ledger,
    pub(super) config: LaneConfig,
    slots: Arc<Semaphore>,
    held: Mutex<HashMap<String, Arc<Hold>>>,
    dues: Arc<Dues>,
    /// A claim is under way: what it brings is leased already.
    claiming: AtomicBool,
    pub(super) stop: CancellationToken,
    started: Instant,
    turned_ms: AtomicU64,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane")
            .field("account", &self.config.account)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(ledger: Ledger, config: LaneConfig) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(config.concurrency)),
            ledger,
            config,
            held: Mutex::default(),
            dues: Arc::default(),
            claiming: AtomicBool::new(false),
            stop: CancellationToken::new(),
            started: Instant::now(),
            turned_ms: AtomicU64::new(0),
        }
    }

    /// Claims until told to stop.
    pub(super) async fn claim_loop(self: Arc<Self>, tasks: mpsc::UnboundedSender<Task<Claim>>) {
        let mut wakes = self.ledger.wakes();
        let mut failures = 0u32;
        loop {
            self.turn();
            let slots = tokio::select! {
                slots = self.free_slots() => slots,
                () = self.stop.cancelled() => return,
            };
            // Wake-ups that came before this claim are served by it; those that come while it runs stay in the channel.
            while wakes.try_recv().is_ok() {}
            self.dues.forget();
            self.claiming.store(true, Ordering::SeqCst);
            // After the flag: whoever stops the lane either sees the claim or has it not made.
            if self.stop.is_cancelled() {
                self.claiming.store(false, Ordering::SeqCst);
                return;
            }
            let claimed = self.claim_from_all_shards(slots, &tasks).await;
            self.claiming.store(false, Ordering::SeqCst);
            let sleep = match claimed {
                Ok(sleep) => {
                    failures = 0;
                    sleep
                }
                Err(error) => {
                    metrics::counter!("domorder_claim_errors_total").increment(1);
                    let wait = Duration::from_millis(50)
                        .saturating_mul(1 << failures.min(7))
                        .min(Duration::from_secs(5));
                    if failures.is_multiple_of(10) {
                        tracing::warn!(account = self.config.account, %error, "orders cannot be claimed; tried again");
                    }
                    failures = failures.saturating_add(1);
                    Some(wait)
                }
            };
            if let Some(sleep) = sleep {
                tokio::select! {
                    () = self.dues.sleep(Instant::now() + sleep) => {}
                    () = self.woken(&mut wakes), if failures == 0 => {}
                    () = self.stop.cancelled() => return,
                }
            }
        }
    }

    /// Returns when something may be due here.
    async fn woken(&self, wakes: &mut broadcast::Receiver<Wake>) {
        loop {
            match wakes.recv().await {
                Ok(Wake::Account(account)) if account != self.config.account => {}
                // Lagging behind is a wake-up as well: one of those that were missed may have been ours.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    fn turn(&self) {
        let ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.turned_ms.store(ms, Ordering::Relaxed);
    }

    /// At least one free slot, and as many more as are free and fit a batch.
    async fn free_slots(&self) -> Vec<OwnedSemaphorePermit> {
        let Ok(first) = Arc::clone(&self.slots).acquire_owned().await else {
            return Vec::new();
        };
        let mut permits = vec![first];
        while permits.len() < self.config.batch_max {
            match Arc::clone(&self.slots).try_acquire_owned() {
                Ok(permit) => permits.push(permit),
                Err(_) => break,
            }
        }
        permits
    }

    /// One claim a shard; `None`: there was more than could be taken, come again at once.
    async fn claim_from_all_shards(
        self: &Arc<Self>,
        mut permits: Vec<OwnedSemaphorePermit>,
        tasks: &mpsc::UnboundedSender<Task<Claim>>,
    ) -> Result<Option<Duration>, LedgerError> {
        let mut next = Some(self.config.idle_max);
        for shard in 0..self.ledger.shards() {
            if permits.is_empty() {
                return Ok(None);
            }
            let asked_at = Instant::now();
            let claimed = self
                .ledger
                .claim(
                    shard,
                    &self.config.account,
                    permits.len(),
                    self.config.lease,
                    self.config.limits,
                )
                .await?;
            for id in &claimed.bad {
                tracing::error!(
                    order.id = id,
                    "the order's record is damaged: set aside, see `domorder doctor`"
                );
                metrics::counter!("domorder_records_set_aside_total").increment(1);
            }
            if let Some(crate::ledger::HeldBack::Rate) = claimed.held_back {
                metrics::counter!("domorder_rate_limit_waits_total", "account" => self.config.account.clone())
                    .increment(1);
            }
            let full = claimed.orders.len() >= permits.len();
            let mut unheard = Vec::new();
            for order in claimed.orders {
                let Some(permit) = permits.pop() else { break };
                unheard.extend(self.hand_out(order, permit, asked_at, claimed.epoch, claimed.now_ms, tasks));
            }
            self.give_back(unheard).await;
            if full {
                next = None;
            }
            next = next.map(|n| claimed.next_due.map_or(n, |due| n.min(due)));
        }
        Ok(next)
    }

    /// Makes a task of an order; the lease, where nobody takes tasks any more.
    fn hand_out(
        self: &Arc<Self>,
        order: ClaimedOrder,
        permit: OwnedSemaphorePermit,
        asked_at: Instant,
        epoch: Epoch,
        now_ms: u64,
        tasks: &mpsc::UnboundedSender<Task<Claim>>,
    ) -> Option<(String, u64)> {
        let (id, fence) = (order.id.clone(), order.fence);
        let dues = Arc::clone(&self.dues);
        let hold = Arc::new(Hold::new(id.clone(), fence, asked_at, self.config.lease, dues));
        lock(&self.held).insert(id.clone(), Arc::clone(&hold));
        let claim = Claim {
            order: Arc::new(order),
            hold,
            epoch,
            claimed_at_ms: now_ms,
        };
        let task = TaskBuilder::new(claim).task_id(TaskId::from_string(id.clone())).build();
        // The permit is given back by `release`, so that a task that is dropped on the way cannot leak a slot either.
        permit.forget();
        tasks.send(task).is_err().then_some((id, fence))
    }

    /// Gives back orders that were claimed and not started: others may take them at once.
    pub(super) async fn give_back(&self, leases: Vec<(String, u64)>) {
        if leases.is_empty() {
            return;
        }
        if let Err(error) = self.ledger.hand_back(&leases).await {
            tracing::warn!(account = self.config.account, %error, "orders could not be handed back: their leases will lapse");
        }
        for (id, _) in &leases {
            self.release(id);
        }
    }

    /// The body is through (or never started): frees the slot and stops extending.
    pub(super) fn release(&self, id: &str) {
        lock(&self.held).remove(id);
        self.slots.add_permits(1);
    }

    /// Extends what is in hand, a third of the lease at a time, until nothing is and claiming has stopped.
    pub(super) async fn extend_loop(self: Arc<Self>) {
        let mut tick = tokio::time::interval(self.config.lease / 3);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let held: Vec<Arc<Hold>> = lock(&self.held).values().filter(|h| !h.is_armed()).cloned().collect();
            if held.is_empty() {
                if self.stop.is_cancelled() && lock(&self.held).is_empty() {
                    return;
                }
                continue;
            }
            let leases: Vec<_> = held.iter().map(|h| (h.id.clone(), h.fence)).collect();
            let asked_at = Instant::now();
            match self.ledger.extend(&leases, self.config.lease).await {
                Ok(kept) => {
                    fault::here(self.ledger.namespace(), None)
                        .at(Point::LeaseExtended)
                        .await;
                    for (hold, kept) in held.iter().zip(kept) {
                        if kept {
                            hold.extended_to(asked_at + self.config.lease);
                        } else if lock(&self.held).contains_key(&hold.id) {
                            hold.lose();
                            tracing::warn!(order.id = %hold.id, "the lease is lost: another worker has the order");
                        }
                    }
                }
                Err(error) => tracing::warn!(account = self.config.account, %error, "leases could not be extended"),
            }
        }
    }
}
