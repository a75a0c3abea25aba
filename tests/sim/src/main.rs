//! `domorder-sim`: the simulator as a program.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;
use domorder_tests_sim::{Chaos, Rule, Seed, Sim, SimOptions};
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

/// Simulates ConnectReseller, LogicBoxes and Name.com on one address, with a control interface under /control/.
#[derive(Debug, Parser)]
#[command(name = "domorder-sim", version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Virtual seconds in a real one: at 86400 a losing registrar takes five seconds for its five days.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// State to start with beside the standard one, as JSON.
    #[arg(long, value_name = "FILE")]
    seed_file: Option<PathBuf>,
    /// A JSON array of fault rules.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Spoils this share of the calls that change something: SEED:RATE or SEED:RATE:behaviour,behaviour.
    #[arg(long, value_name = "SEED:RATE")]
    chaos: Option<Chaos>,
    /// Writes host:port there once it listens.
    #[arg(long, value_name = "PATH")]
    port_file: Option<PathBuf>,
    /// Counts requests but does not keep them.
    #[arg(long)]
    no_journal: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut seed: Seed = arguments
        .seed_file
        .as_deref()
        .map(read)
        .transpose()?
        .unwrap_or_default();
    if let Some(path) = &arguments.faults {
        seed.faults.extend(read::<Vec<Rule>>(path)?);
    }
    let options = SimOptions {
        listen: arguments.listen,
        scale: arguments.scale,
        seed,
        chaos: arguments.chaos,
        keep_requests: !arguments.no_journal,
    };
    let mut interrupt = signal(SignalKind::interrupt()).context("waiting for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("waiting for SIGTERM")?;
    let listen = options.listen;
    let sim = Sim::start(options)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    if let Some(path) = &arguments.port_file {
        announce(path, sim.address()).with_context(|| format!("writing {}", path.display()))?;
    }
    #[expect(clippy::print_stdout, reason = "the one line callers read the address from")]
    {
        println!("http://{}", sim.address());
    }
    sim.run_until(async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
    .await;
    Ok(())
}

/// Writes the address beside the file and renames it, so that a reader never sees half of it.
fn announce(path: &Path, address: SocketAddr) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    fs::write(&draft, format!("{address}\n"))?;
    fs::rename(&draft, path)
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("understanding {}", path.display()))
}
