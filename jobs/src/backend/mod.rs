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
//! in this folder only.

mod body;
mod hold;
mod lane;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::backend::{Backend, BackendConfig, finalize::Ephemeral};
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use tokio::sync::mpsc;

use crate::ledger::{Ledger, Limits};

pub use body::{BodyLayer, BodyService};
pub use hold::{Claim, Hold};
pub use lane::LaneHandle;

use lane::Shared;

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
        Self {
            shared: Arc::new(Shared::new(ledger, config)),
            tasks: None,
        }
    }

    /// The handle for shutdown and health.
    #[must_use]
    pub fn handle(&self) -> LaneHandle {
        LaneHandle::of(&self.shared)
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
        BodyLayer::of(&self.shared)
    }
}

/// A poisoned lock guards plain data here: what another thread left of it is still right.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
