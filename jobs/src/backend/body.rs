//! The bodies of tasks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use apalis_core::error::BoxDynError;
use apalis_core::task::Task;

use super::{Claim, lane::Shared};

/// Runs each body in a task of its own and frees its slot when it is through.
#[derive(Debug)]
pub struct BodyLayer(Arc<Shared>);

/// See [`BodyLayer`].
#[derive(Debug)]
pub struct BodyService<S>(Arc<Shared>, S);

impl BodyLayer {
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        Self(Arc::clone(shared))
    }
}

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
