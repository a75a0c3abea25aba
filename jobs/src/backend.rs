//! The apalis `Backend` on the ledger: one lane, that is one provider account.
//!
//! A lane claims due orders in batches (no more than it has free slots: nothing waits under a lease), hands each to
//! apalis as a task, extends the leases of those whose bodies run, and frees the slot when the body is through. The
//! body records what came of the order itself; a later look is a due time in the ledger, never an apalis retry.
//!
//! Idle, a lane sleeps until the next due time (which the claim returns, or a body that lets go of its order tells) or
//! until it is woken by an accept or a signal.
//! A Redis error is logged, counted and tried again with growing waits; it never ends the worker. Bodies run in a task
//! of their own, so that neither a dropped poll nor a dying worker can cut a provider call in half. apalis-core is named
//! in this file only.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use apalis_core::backend::{Backend, BackendConfig, finalize::Ephemeral};
use apalis_core::error::BoxDynError;
use apalis_core::task::{Task, builder::TaskBuilder, task_id::TaskId};
use apalis_core::worker::context::WorkerContext;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::ledger::{ClaimedOrder, Epoch, Ledger, LedgerError, Limits, Wake};

/// This part of a lease is left over for recording what came of a call: 5 s of 90 s.
const MARGIN_PART: u32 = 18;

/// How a lane works.
#[derive(Debug, Clone)]
pub struct LaneConfig {
    /// The account.
    pub account: String,
    /// Orders in hand at once, of this replica and of all replicas together.
    pub concurrency: usize,
    /// How long an order is held without extending.
    pub lease: Duration,
    /// What all replicas share.
    pub limits: Limits,
    /// Most orders of one claim; also bounds the scripts.
    pub batch_max: usize,
    /// The longest sleep of an idle lane: a wake-up that got lost costs at most this.
    pub idle_max: Duration,
}

/// What the handler gets: an order under a lease.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The order as the ledger handed it out.
    pub order: Arc<ClaimedOrder>,
    /// The lease.
    pub hold: Arc<Hold>,
    /// The ledger's epoch and clock at the claim.
    pub epoch: Epoch,
    /// Redis' clock at the claim, milliseconds.
    pub claimed_at_ms: u64,
}

/// A lease in hand. While it is not armed it is extended by the lane.
#[derive(Debug)]
pub struct Hold {
    /// The order.
    pub id: String,
    /// Grows with every claim: records under an older one are refused.
    pub fence: u64,
    /// When the claim came back; the lease is counted from before it was asked for.
    pub since: Instant,
    /// How long it was taken for.
    lease: Duration,
    until: Mutex<Instant>,
    armed: AtomicBool,
    lost: AtomicBool,
    dues: Arc<Dues>,
}

impl Hold {
    /// The order was let go and wants to be looked at after this wait: the lane does not sleep past it.
    pub fn due_in(&self, wait: Duration) {
        self.dues.tell(Instant::now() + wait);
    }

    /// How much of the lease is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        lock(&self.until).saturating_duration_since(Instant::now())
    }

    /// Whether a call of this length fits into what is left, and recording what came of it after it.
    #[must_use]
    pub fn fits(&self, call: Duration) -> bool {
        !self.is_lost() && self.left() >= call + self.lease / MARGIN_PART
    }

    /// From now on the lease is not extended: a paid call has to fit into what is left.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::Release);
    }

    /// The paid call is over: extend again.
    pub fn disarm(&self) {
        self.armed.store(false, Ordering::Release);
    }

    /// Somebody else has the order now.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

/// When orders are due that were in hand at the last claim: it saw the ends of their leases only, and one that is let go
/// for a moment would be looked at when the lane happens to come round.
#[derive(Debug, Default)]
struct Dues {
    nearest: Mutex<Option<Instant>>,
    told: Notify,
}

impl Dues {
    fn tell(&self, at: Instant) {
        let mut nearest = lock(&self.nearest);
        if nearest.is_none_or(|known| at < known) {
            *nearest = Some(at);
            self.told.notify_one();
        }
    }

    /// Before a claim, which sees all that was let go before it.
    fn forget(&self) {
        *lock(&self.nearest) = None;
    }

    /// Returns at this instant, or when something is due that was told of meanwhile.
    async fn sleep(&self, until: Instant) {
        loop {
            let at = lock(&self.nearest).map_or(until, |nearest| nearest.min(until));
            tokio::select! {
                () = tokio::time::sleep_until(at.into()) => return,
                () = self.told.notified() => {}
            }
        }
    }
}

/// What is asked of a lane from outside, and what it shows.
#[derive(Debug, Clone)]
pub struct LaneHandle {
    shared: Arc<Shared>,
}

impl LaneHandle {
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

struct Shared {
    ledger: Ledger,
    config: LaneConfig,
    slots: Arc<Semaphore>,
    held: Mutex<HashMap<String, Arc<Hold>>>,
    dues: Arc<Dues>,
    /// A claim is under way: what it brings is leased already.
    claiming: AtomicBool,
    stop: CancellationToken,
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

/// The backend of one lane.
#[derive(Debug)]
pub struct LaneBackend {
    shared: Arc<Shared>,
    tasks: Option<mpsc::UnboundedReceiver<Task<Claim>>>,
}

impl LaneBackend {
    /// A lane on the ledger. Nothing is claimed before apalis starts the worker.
    #[must_use]
    pub fn new(ledger: Ledger, config: LaneConfig) -> Self {
        let slots = Arc::new(Semaphore::new(config.concurrency));
        let shared = Arc::new(Shared {
            ledger,
            config,
            slots,
            held: Mutex::default(),
            dues: Arc::default(),
            claiming: AtomicBool::new(false),
            stop: CancellationToken::new(),
            started: Instant::now(),
            turned_ms: AtomicU64::new(0),
        });
        Self { shared, tasks: None }
    }

    /// The handle for shutdown and health.
    #[must_use]
    pub fn handle(&self) -> LaneHandle {
        LaneHandle {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl LaneBackend {
    /// Claims no more, and hands back what was claimed and not started.
    fn close(&mut self) {
        self.shared.stop.cancel();
        let Some(mut tasks) = self.tasks.take() else { return };
        let mut leases = Vec::new();
        while let Ok(task) = tasks.try_recv() {
            leases.push((task.args.hold.id.clone(), task.args.hold.fence));
        }
        let shared = Arc::clone(&self.shared);
        // Outside of a runtime there is nobody left who could: the leases lapse.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { shared.give_back(leases).await });
        }
    }
}

impl Drop for LaneBackend {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    /// Claims until told to stop.
    async fn claim_loop(self: Arc<Self>, tasks: mpsc::UnboundedSender<Task<Claim>>) {
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
        let hold = Arc::new(Hold {
            id: id.clone(),
            fence: order.fence,
            since: Instant::now(),
            lease: self.config.lease,
            until: Mutex::new(asked_at + self.config.lease),
            armed: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            dues: Arc::clone(&self.dues),
        });
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
    async fn give_back(&self, leases: Vec<(String, u64)>) {
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
    fn release(&self, id: &str) {
        lock(&self.held).remove(id);
        self.slots.add_permits(1);
    }

    /// Extends what is in hand, a third of the lease at a time, until nothing is and claiming has stopped.
    async fn extend_loop(self: Arc<Self>) {
        let mut tick = tokio::time::interval(self.config.lease / 3);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let held: Vec<Arc<Hold>> = lock(&self.held)
                .values()
                .filter(|h| !h.armed.load(Ordering::Acquire))
                .cloned()
                .collect();
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
                    for (hold, kept) in held.iter().zip(kept) {
                        if kept {
                            *lock(&hold.until) = asked_at + self.config.lease;
                        } else if lock(&self.held).contains_key(&hold.id) {
                            hold.lost.store(true, Ordering::Release);
                            tracing::warn!(order.id = %hold.id, "the lease is lost: another worker has the order");
                        }
                    }
                }
                Err(error) => tracing::warn!(account = self.config.account, %error, "leases could not be extended"),
            }
        }
    }
}

impl Backend for LaneBackend {
    type Task = Task<Claim>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Task<Claim>, Infallible>>> {
        match self.tasks.as_mut() {
            Some(tasks) => tasks.poll_recv(cx).map(|task| task.map(Ok)),
            None => Poll::Ready(None),
        }
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        self.close();
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for LaneBackend {
    type Args = Claim;
    type Id = String;
    type Kind = Ephemeral;
    type Config = LaneConfig;
    type Layer = BodyLayer;

    fn config(&self) -> &LaneConfig {
        &self.shared.config
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> BodyLayer {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.tasks = Some(receiver);
        tokio::spawn(Arc::clone(&self.shared).claim_loop(sender));
        tokio::spawn(Arc::clone(&self.shared).extend_loop());
        BodyLayer(Arc::clone(&self.shared))
    }
}

/// Runs each body in a task of its own and frees its slot when it is through.
#[derive(Debug)]
pub struct BodyLayer(Arc<Shared>);

/// See [`BodyLayer`].
#[derive(Debug)]
pub struct BodyService<S>(Arc<Shared>, S);

impl<S> tower_layer::Layer<S> for BodyLayer {
    type Service = BodyService<S>;

    fn layer(&self, service: S) -> Self::Service {
        BodyService(Arc::clone(&self.0), service)
    }
}

impl<S> tower_service::Service<Task<Claim>> for BodyService<S>
where
    S: tower_service::Service<Task<Claim>, Response = ()> + Send,
    S::Error: Into<BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = ();
    type Error = BoxDynError;
    type Future = Pin<Box<dyn Future<Output = Result<(), BoxDynError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.1.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<Claim>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        let id = task.args.hold.id.clone();
        let body = self.1.call(task);
        let task_id = id.clone();
        let running = tokio::spawn(async move {
            let slot = Slot(shared, task_id);
            let came_to = body.await.map_err(Into::into);
            drop(slot);
            came_to
        });
        Box::pin(async move {
            match running.await {
                Ok(came_to) => came_to,
                Err(died) => {
                    // The lease lapses by itself and the order is then treated as found after a crash.
                    tracing::error!(order.id = %id, error = %died, "the order's body panicked");
                    metrics::counter!("domorder_panics_total").increment(1);
                    Ok(())
                }
            }
        })
    }
}

/// Frees the slot, whichever way the body ends.
struct Slot(Arc<Shared>, String);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.release(&self.1);
    }
}

/// A poisoned lock guards plain data here: what another thread left of it is still right.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
