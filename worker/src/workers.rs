//! One apalis worker a provider account. apalis is named here, apalis-core in the backend.

use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{Data, WorkerBuilder};
use domorder_jobs::backend::{Claim, LaneBackend, LaneHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::handler::Handler;

/// Wait before a worker that ended is started again.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// Makes a backend for the lane; asked again when a worker has to be restarted.
pub type MakeBackend = Box<dyn Fn() -> LaneBackend + Send + Sync>;

/// A lane that runs.
pub struct Lane {
    /// For shutdown and health.
    pub handle: Arc<std::sync::Mutex<LaneHandle>>,
}

impl Lane {
    /// The handle of the worker that runs now.
    #[must_use]
    pub fn current(&self) -> LaneHandle {
        self.handle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

/// Starts the lane's worker. A worker that ends while nobody asked for it is started again with a pause, and counted.
pub fn start(
    instance: &str,
    handler: Arc<Handler>,
    make: MakeBackend,
    tracker: &TaskTracker,
    stop: CancellationToken,
) -> Lane {
    let backend = make();
    let handle = Arc::new(std::sync::Mutex::new(backend.handle()));
    let lane = Lane {
        handle: Arc::clone(&handle),
    };
    // Unique per process start: two replicas, or one that was restarted, are never taken for one another.
    let name = format!("{}@{instance}", handler.account);
    tracker.spawn(async move {
        let mut backend = Some(backend);
        let mut starts = 0u32;
        while !stop.is_cancelled() {
            let backend = backend.take().unwrap_or_else(&make);
            *handle.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = backend.handle();
            let lane = backend.handle();
            let stopped = stop.clone();
            let worker = WorkerBuilder::new(format!("{name}-{starts}").as_str())
                .backend(backend)
                .data(Arc::clone(&handler))
                .build(body);
            let ended = worker
                .run_until(async move {
                    stopped.cancelled().await;
                    lane.stop_claiming();
                    Ok::<(), std::io::Error>(())
                })
                .await;
            if stop.is_cancelled() {
                break;
            }
            metrics::counter!("domorder_worker_restarts_total", "account" => handler.account.clone()).increment(1);
            tracing::error!(
                account = handler.account,
                ?ended,
                "the lane's worker ended: it is started again"
            );
            tokio::time::sleep(RESTART_PAUSE).await;
            starts += 1;
        }
    });
    lane
}

/// A task's body.
async fn body(claim: Claim, handler: Data<Arc<Handler>>) {
    Arc::clone(&*handler).run(claim).await;
}
