//! Probes and metrics: for everybody who can reach the server, without a token.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Api;
use crate::metrics as m;
use crate::workers::Lane;

/// A claim loop that has not come round for this long is stuck: an idle one comes round every 15 s.
const SILENT_MAX: Duration = Duration::from_secs(90);
/// How long Redis may take to be called there.
const REDIS_MAX: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

/// Alive: every claim loop comes round. Redis being away does not make a process unhealthy: it comes back by itself.
async fn livez(State(api): State<Api>) -> Response {
    match stuck(&api) {
        None => said(StatusCode::OK, "ok\n"),
        Some(stuck) => said(StatusCode::SERVICE_UNAVAILABLE, stuck),
    }
}

/// Ready: alive, started, not stopping, and Redis answers; else a line for each thing that is missing.
async fn readyz(State(api): State<Api>) -> Response {
    let mut missing = String::new();
    if api.inner.stop.is_cancelled() {
        missing.push_str("stopping\n");
    }
    missing.extend(stuck(&api));
    match api.inner.backend.get() {
        // Where that is stands in the log: this is told to everybody.
        None => missing.push_str("redis has not been reached since the start; `domorder doctor` says what to do\n"),
        Some(backend) => match tokio::time::timeout(REDIS_MAX, backend.ledger.now_ms()).await {
            Ok(Ok(_)) => {}
            _ => missing.push_str("redis does not answer\n"),
        },
    }
    if missing.is_empty() {
        said(StatusCode::OK, "ok\n")
    } else {
        said(StatusCode::SERVICE_UNAVAILABLE, missing)
    }
}

fn stuck(api: &Api) -> Option<String> {
    let lanes = &api.inner.backend.get()?.lanes;
    let stuck: Vec<String> = lanes
        .iter()
        .map(Lane::current)
        .filter(|lane| lane.silent_for() > SILENT_MAX)
        .map(|lane| lane.account().to_owned())
        .collect();
    (!stuck.is_empty()).then(|| format!("claim loops do not come round: {}\n", stuck.join(", ")))
}

fn said(status: StatusCode, words: impl Into<String>) -> Response {
    (status, words.into()).into_response()
}

async fn metrics(State(api): State<Api>) -> Response {
    match api.inner.backend.get() {
        Some(backend) => {
            for lane in backend.lanes.iter().map(Lane::current) {
                m::lane(lane.account(), lane.silent_for() <= SILENT_MAX);
            }
            let accounts: Vec<String> = api.inner.accounts.keys().cloned().collect();
            m::read_gauges(&backend.ledger, &accounts).await;
        }
        None => m::redis_is_away(),
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        api.inner.metrics.render(),
    )
        .into_response()
}
