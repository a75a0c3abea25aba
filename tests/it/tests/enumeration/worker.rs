//! A worker in a runtime of its own, and the plans of all workers of this process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::JoinHandle;

use domorder::run::{Parts, run};
use domorder_config::Config;
use domorder_jobs::fault::{self, Fate, Plan, Point, Visit};
use domorder_jobs::seal::KeyRing;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio_util::sync::CancellationToken;

use crate::axes::{Action, STALL};

/// What is planned for one case, and what became of it.
pub(crate) struct Planned {
    pub(crate) at: Vec<(Point, Action)>,
    /// Set when a worker is gone; the next one has one of its own.
    pub(crate) gone: CancellationToken,
    /// Forgets the scripts of the case's Redis.
    pub(crate) flush: Arc<dyn Fn() + Send + Sync>,
    pub(crate) fired: u64,
    /// The point at which the worker went.
    pub(crate) died_at: Option<Point>,
}

/// By namespace.
static PLANNED: LazyLock<Mutex<HashMap<String, Planned>>> = LazyLock::new(Mutex::default);

struct Plans;

impl Plan for Plans {
    fn visited(&self, visit: Visit<'_>) -> Fate {
        let action = {
            let mut all = PLANNED.lock().unwrap();
            let Some(planned) = all.get_mut(visit.namespace) else {
                return Fate::GoOn;
            };
            let Some(at) = planned.at.iter().position(|(point, _)| *point == visit.point) else {
                return Fate::GoOn;
            };
            let (_, action) = planned.at.remove(at);
            planned.fired += 1;
            match action {
                Action::Crash => {
                    planned.died_at = Some(visit.point);
                    planned.gone.cancel();
                }
                Action::Flush => (planned.flush)(),
                Action::Panic | Action::Stall | Action::Fail => {}
            }
            action
        };
        match action {
            Action::Crash => Fate::Gone,
            // Unwound without a message: hundreds of them would bury the one that matters.
            Action::Panic => std::panic::resume_unwind(Box::new("a planned panic")),
            Action::Stall => Fate::Stall(STALL),
            Action::Fail => Fate::Fail,
            Action::Flush => Fate::GoOn,
        }
    }
}

/// Plans a case.
pub(crate) fn plan(namespace: &str, planned: Planned) {
    // Armed by the first case of the process.
    let _ = fault::arm(Box::new(Plans));
    PLANNED.lock().unwrap().insert(namespace.to_owned(), planned);
}

/// What became of the plan of a case; `change` may alter it.
pub(crate) fn planned<T>(namespace: &str, change: impl FnOnce(&mut Planned) -> T) -> T {
    change(PLANNED.lock().unwrap().get_mut(namespace).unwrap())
}

/// Starts `domorder run`. It ends when `gone` says so, at whatever it does then: its runtime is dropped.
pub(crate) fn start(config: Config, ring: KeyRing, gone: CancellationToken) -> JoinHandle<Option<String>> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let parts = Parts {
            http: false,
            worker: true,
        };
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let ended = runtime.block_on(async {
            tokio::select! {
                ended = run(config, ring, parts, metrics, CancellationToken::new(), |_| ()) => {
                    Some(format!("the worker ended: {ended:?}"))
                }
                () = gone.cancelled() => None,
            }
        });
        runtime.shutdown_background();
        ended
    })
}
