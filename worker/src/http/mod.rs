//! HTTP: the API of `contract.md` §3, probes, metrics.
//!
//! A request passes, from the outside in: [`serve`] (how many connections, how slow), `access` (an id, a log line, two
//! metrics, an answer even to a panic), `auth` (who asks, how often), a handler of [`v1`] (scope, parameters, body).
//! Nothing of an order is decided here: documents and signals go through the producer that every way in uses, and what is
//! shown was recorded. People are served by `page`, whose visitors bring a cookie in place of a token. The server listens before Redis is reached, and says so: until then all of `/v1` is 503.

mod access;
mod auth;
mod health;
pub mod hub;
mod limits;
mod openapi;
mod page;
mod params;
mod problem;
mod serve;
mod v1;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Router, middleware};
use domorder_config::Config;
use domorder_jobs::ledger::Ledger;
use domorder_jobs::producer::Producer;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::workers::Lane;
use domorder_api_client::provider::Abilities;
use problem::Problem;

pub use openapi::document;

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    gate: auth::Gate,
    /// The configured accounts, with their providers.
    accounts: BTreeMap<String, &'static str>,
    page: page::Site,
    metrics: PrometheusHandle,
    requests: Semaphore,
    /// Parts of batches that are accepted side by side.
    batches: Semaphore,
    streams: Arc<Semaphore>,
    connections: usize,
    stop: CancellationToken,
    backend: OnceLock<Backend>,
}

/// What is there once Redis was reached.
#[derive(Clone)]
pub struct Backend {
    /// The ledger.
    pub ledger: Ledger,
    /// The way in.
    pub producer: Producer,
    /// What happens, as it happens.
    pub hub: hub::Hub,
    /// The lanes of this process; none without a worker.
    pub lanes: Arc<Vec<Lane>>,
    /// What the accounts' providers can do for a transfer that stalls.
    pub abilities: Arc<BTreeMap<String, Abilities>>,
}

impl Api {
    /// What the configuration says, before Redis was reached.
    #[must_use]
    pub fn new(config: &Config, metrics: PrometheusHandle, stop: CancellationToken) -> Self {
        let accounts = config.accounts.iter();
        let accounts = accounts
            .map(|(name, account)| (name.clone(), account.provider.as_str()))
            .collect();
        let count = |n: u32| {
            usize::try_from(n)
                .unwrap_or(Semaphore::MAX_PERMITS)
                .min(Semaphore::MAX_PERMITS)
        };
        let inner = Inner {
            gate: auth::Gate::new(&config.http),
            accounts,
            page: page::Site::new(config),
            metrics,
            requests: Semaphore::new(limits::REQUESTS_MAX),
            batches: Semaphore::new(limits::BATCHES_MAX),
            streams: Arc::new(Semaphore::new(count(config.http.streams))),
            connections: count(config.http.connections),
            stop,
            backend: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Redis was reached, and all else has been started.
    pub fn ready(&self, backend: Backend) {
        let _ = self.inner.backend.set(backend);
    }

    /// Serves until told to stop, and until the requests in hand are answered.
    pub async fn serve(self, listener: TcpListener) {
        let (connections, stop) = (self.inner.connections, self.inner.stop.clone());
        serve::serve(listener, router(self), connections, stop).await;
    }

    fn gate(&self) -> &auth::Gate {
        &self.inner.gate
    }

    fn requests(&self) -> &Semaphore {
        &self.inner.requests
    }
}

/// All routes.
fn router(api: Api) -> Router {
    let (v1, document) = openapi::split(v1::routes());
    let document = openapi::finished(document);
    let served = v1
        .route("/openapi.json", get(move || openapi::answer(document.clone())))
        .route_layer(middleware::from_fn_with_state(api.clone(), auth::authenticate));
    let page = page::routes(&api);
    layered(served.merge(health::routes()).merge(page), api)
}

/// What every request passes.
fn layered(routes: Router<Api>, api: Api) -> Router {
    routes
        .fallback(access::not_found)
        .method_not_allowed_fallback(access::method_not_allowed)
        .layer(CatchPanicLayer::custom(access::panicked))
        .layer(middleware::from_fn_with_state(api.clone(), access::observe))
        .with_state(api)
}

/// The ledger and the way in, for handlers that need them.
struct Ready(Backend);

impl FromRequestParts<Api> for Ready {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if api.inner.stop.is_cancelled() {
            return Err(Problem::unavailable("this process is stopping: ask again, of another"));
        }
        let backend = api.inner.backend.get().cloned();
        backend.map(Self).ok_or_else(|| {
            Problem::unavailable("Redis has not been reached since the start, `/readyz` tells more: ask again")
        })
    }
}

#[cfg(test)]
mod tests;
