//! HTTP: liveness, readiness, metrics. No state of an order changes here.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domorder_jobs::ledger::Ledger;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::metrics as m;
use crate::workers::Lane;

/// A claim loop that has not come round for this long is stuck: an idle one comes round every 15 s.
const SILENT_MAX: Duration = Duration::from_secs(90);

/// What the probes look at.
#[derive(Clone)]
pub struct Probed {
    /// The ledger.
    pub ledger: Ledger,
    /// The lanes of this process.
    pub lanes: Arc<Vec<Lane>>,
    /// The configured accounts.
    pub accounts: Vec<String>,
    /// The recorder.
    pub metrics: PrometheusHandle,
}

/// The routes.
pub fn router(probed: Probed) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(probed)
}

/// Alive: every claim loop comes round. Redis being away does not make a process unhealthy: it comes back by itself.
async fn livez(State(probed): State<Probed>) -> Response {
    let stuck: Vec<String> = probed
        .lanes
        .iter()
        .map(Lane::current)
        .filter(|lane| lane.silent_for() > SILENT_MAX)
        .map(|lane| lane.account().to_owned())
        .collect();
    if stuck.is_empty() {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("claim loops do not come round: {}\n", stuck.join(", ")),
        )
            .into_response()
    }
}

/// Ready: alive, and Redis answers.
async fn readyz(state: State<Probed>) -> Response {
    let ledger = state.ledger.clone();
    let alive = livez(state).await;
    if alive.status() != StatusCode::OK {
        return alive;
    }
    match tokio::time::timeout(Duration::from_secs(2), ledger.now_ms()).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n").into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "redis does not answer\n").into_response(),
    }
}

async fn metrics(State(probed): State<Probed>) -> Response {
    for lane in probed.lanes.iter().map(Lane::current) {
        m::lane(lane.account(), lane.silent_for() <= SILENT_MAX);
    }
    m::read_gauges(&probed.ledger, &probed.accounts).await;
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        probed.metrics.render(),
    )
        .into_response()
}
