//! `domorder run`: intake, lanes, HTTP and the sweeper in one process, until told to stop.
//!
//! Shutdown: stop taking (intake, claims), arm no paid call any more, let bodies in hand finish within
//! `shutdown_grace` with their leases kept, hand back the rest.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use domorder_config::Config;
use domorder_jobs::backend::{LaneBackend, LaneConfig};
use domorder_jobs::fault::{self, Point};
use domorder_jobs::ledger::{BATCH_MAX, Durability, Ledger, Limits, Rate};
use domorder_jobs::seal::KeyRing;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::handler::Handler;
use crate::survey::Surveyor;
use crate::workers::Lane;
use crate::{http, intake, sweeper, traces, webhooks, wiring, workers};

/// An idle lane comes round this often at the latest: a lost wake-up costs at most this.
const IDLE_MAX: Duration = Duration::from_secs(15);

/// Between tries to check a server that is away.
const CHECK_AGAIN: Duration = Duration::from_millis(250);

/// The last spans may take this long, even where orders took all of the grace.
const LAST_SPANS: Duration = Duration::from_secs(1);

/// What an order's run costs of the account's rate: a read, a paid call, a verifying read would be three, a look is one.
/// Most claims of a running system are looks, and a provider's own limit is met by its 429.
const CALLS_PER_CLAIM: u32 = 1;

/// Which parts of the process run.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    /// HTTP.
    pub http: bool,
    /// Intake, lanes, sweeper, webhooks.
    pub worker: bool,
}

/// Runs until `stop` is cancelled. `listening` is told the HTTP address once it is bound.
///
/// # Errors
/// Where the start is refused; every reason is told.
pub async fn run(
    mut config: Config,
    ring: KeyRing,
    parts: Parts,
    metrics: PrometheusHandle,
    stop: CancellationToken,
    listening: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let providers = wiring::providers(&config)?;
    let tracker = TaskTracker::new();
    // Before Redis is reached, so that probes and callers are told; and before any order is taken, so that a start that
    // fails here leaves none in doubt.
    let api = http::Api::new(&config, metrics.clone(), stop.clone());
    // Only their digests are needed from here on.
    config.http.tokens.clear();
    if parts.http {
        let listener = tokio::net::TcpListener::bind(config.http.listen)
            .await
            .with_context(|| format!("http.listen: {} cannot be bound", config.http.listen))?;
        listening(listener.local_addr()?);
        tracker.spawn(api.clone().serve(listener));
    }
    let ledger = tokio::select! {
        ledger = wiring::ledger_when_there(&config) => ledger?,
        () = stop.cancelled() => return Ok(()),
    };
    tokio::select! {
        checked = check_server(&ledger, &config) => checked?,
        () = stop.cancelled() => return Ok(()),
    }
    let instance = format!("{}-{}", std::process::id(), ulid());
    let traces = traces::start(&config.telemetry, &instance)?;
    let ring = Arc::new(ring);
    let catalogue = wiring::catalogue(&config, &providers);
    let producer = wiring::producer(&config, &ledger, catalogue, Arc::clone(&ring));
    let mut lanes = Vec::new();
    if parts.worker {
        // Before any lane: a start that fails here must leave no order in doubt.
        webhooks::start(&ledger, &config, &instance, &tracker, &stop)?;
        let journal = wiring::journal(&config, &instance)?;
        let clocks = Arc::default();
        for (account, provider) in &providers {
            let lane = lane_config(account, &config);
            let surveyor = Surveyor::new(
                account,
                Arc::clone(provider),
                ledger.clone(),
                lane.limits.rate,
                stop.clone(),
            );
            let handler = Arc::new(Handler {
                account: account.clone(),
                provider: Arc::clone(provider),
                ledger: ledger.clone(),
                ring: Arc::clone(&ring),
                policy: wiring::policy(&config),
                surveyor: Arc::new(surveyor),
                clocks: Arc::clone(&clocks),
                breakers: wiring::breakers(&config),
                journal: journal.clone(),
                stopping: stop.clone(),
            });
            let from = ledger.clone();
            let make = Box::new(move || LaneBackend::new(from.clone(), lane.clone()));
            lanes.push(workers::start(&instance, handler, make, &tracker, stop.clone()));
        }
        tracker.spawn(intake::run(
            ledger.clone(),
            producer.clone(),
            instance.clone(),
            stop.clone(),
        ));
        tracker.spawn(sweeper::run(ledger.clone(), config.retention.clone(), stop.clone()));
    }
    let lanes = Arc::new(lanes);
    let accounts: Vec<String> = config.accounts.keys().cloned().collect();
    crate::metrics::begin(&accounts);
    let abilities = providers
        .iter()
        .map(|(name, provider)| (name.clone(), provider.abilities()));
    let abilities = abilities.collect();
    let hub = http::hub::Hub::start(&ledger, &tracker, &stop);
    api.ready(http::Backend {
        ledger: ledger.clone(),
        hub,
        producer,
        lanes: Arc::clone(&lanes),
        abilities: Arc::new(abilities),
    });
    tracker.spawn(upkeep(metrics, stop.clone()));
    tracing::info!(
        instance,
        accounts = providers.len(),
        version = env!("CARGO_PKG_VERSION"),
        "running"
    );
    stop.cancelled().await;
    fault::here(ledger.namespace(), None).at(Point::StopRequested).await;
    let (stopped, grace) = (Instant::now(), config.worker.shutdown_grace);
    shut_down(&lanes, tracker, grace).await;
    if let Some(traces) = traces {
        traces
            .finish(grace.saturating_sub(stopped.elapsed()).max(LAST_SPANS))
            .await;
    }
    Ok(())
}

fn lane_config(account: &str, config: &Config) -> LaneConfig {
    let settings = &config.accounts[account];
    let concurrency = usize::try_from(settings.concurrency).unwrap_or(usize::MAX);
    LaneConfig {
        account: account.to_owned(),
        concurrency,
        lease: config.worker.lease,
        limits: Limits {
            concurrency: Some(settings.concurrency),
            rate: Some(Rate {
                tokens: settings.rate.count,
                period: settings.rate.period,
                per_order: CALLS_PER_CLAIM,
                burst: settings.rate.count.max(1),
            }),
            ..Limits::default()
        },
        batch_max: BATCH_MAX.min(concurrency),
        idle_max: IDLE_MAX,
    }
}

/// A server that can lose orders is refused, in plain words, unless `relaxed` is set; then it is said loudly.
async fn check_server(ledger: &Ledger, config: &Config) -> anyhow::Result<()> {
    // As the first connection was waited for: a server that is lost in this moment is no reason to end.
    let report = loop {
        match ledger.check().await {
            Err(error) if error.is_retryable() => {
                tracing::warn!(%error, "the Redis server could not be checked: tried again");
                tokio::time::sleep(CHECK_AGAIN).await;
            }
            checked => break checked.context("the Redis server could not be checked")?,
        }
    };
    for fault in &report.faults {
        tracing::error!(what = fault.what, mend = fault.mend, "the Redis server is not fit");
    }
    let relaxed = wiring::ledger_settings(config).durability == Durability::Relaxed;
    if relaxed {
        tracing::warn!(
            "redis.durability is \"relaxed\": a crash of Redis can lose orders and the proof of what was bought"
        );
        return Ok(());
    }
    if !report.faults.is_empty() {
        let told: Vec<String> = report
            .faults
            .iter()
            .map(|f| format!("  - {}\n    {}", f.what, f.mend))
            .collect();
        bail!("the Redis server is not fit to hold orders:\n{}", told.join("\n"));
    }
    Ok(())
}

/// Histograms pile up between scrapes otherwise.
async fn upkeep(metrics: PrometheusHandle, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tokio::select! {
            _ = tick.tick() => metrics.run_upkeep(),
            () = stop.cancelled() => return,
        }
    }
}

async fn shut_down(lanes: &[Lane], tracker: TaskTracker, grace: Duration) {
    let in_hand: usize = lanes.iter().map(|l| l.current().in_hand()).sum();
    tracing::info!(
        in_hand,
        ?grace,
        "stopping: nothing new is taken, what is in hand is finished"
    );
    for lane in lanes {
        lane.current().stop_claiming();
    }
    tracker.close();
    let finished = tokio::time::timeout(grace, async {
        tracker.wait().await;
        while lanes.iter().any(|l| !l.current().is_idle()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    if finished.await.is_err() {
        let mut handed = 0;
        for lane in lanes {
            handed += lane.current().hand_back().await;
        }
        tracing::warn!(handed, "the grace is over: what was still in hand is handed back");
    }
    tracing::info!("stopped");
}

fn ulid() -> String {
    domorder_jobs::ledger::new_order_id(0)
}
