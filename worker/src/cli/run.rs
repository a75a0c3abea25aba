//! `domorder run`.

use std::process::ExitCode;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Failure, Loaded};
use crate::run::Parts;
use crate::telemetry::LogFormat;
use crate::{metrics, wiring};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// No HTTP server; orders are worked and webhooks posted
    #[arg(long, conflicts_with = "no_worker")]
    no_http: bool,
    /// HTTP only: nothing is taken in, no order is worked and no webhook is posted
    #[arg(long)]
    no_worker: bool,
    /// How log lines look
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

impl RunArgs {
    pub(super) const fn log_format(&self) -> LogFormat {
        self.log_format
    }
}

pub(super) async fn run(loaded: Loaded, args: &RunArgs) -> Result<ExitCode, Failure> {
    let Loaded { mut config, sources } = loaded;
    config.redis.journal_folder = Some(wiring::journal_folder(&config, sources.file()));
    let ring = wiring::key_ring(&config, sources.file(), true)?;
    crate::files::raise(&config);
    let handle = metrics::install()?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    let parts = Parts {
        http: !args.no_http,
        worker: !args.no_worker,
    };
    let listening = |address: std::net::SocketAddr| tracing::info!(%address, "HTTP listens");
    if parts.worker {
        crate::deadman::arm()?;
    }
    crate::run::run(config, ring, parts, handle, stop, listening).await?;
    Ok(ExitCode::SUCCESS)
}

/// The first signal asks to stop; a second one ends the process at once.
fn stop_on_signal(stop: CancellationToken) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::from)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::from)?;
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        stop.cancel();
        tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
        tracing::warn!("told to stop twice: ending at once; what is in hand is found again when its lease lapses");
        std::process::exit(130);
    });
    Ok(())
}
