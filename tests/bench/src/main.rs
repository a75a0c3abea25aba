//! `domorder-bench`: the figures of the README, each beside an apalis-redis worker in the same run where it has one.
//!
//! Run by hand, in release: `cargo run --release -p domorder-tests-bench -- all`. Ratios are what counts; the numbers
//! are this machine's. Every process (Redis, the provider, the workers) is one of its own, so that CPU and memory can
//! be told apart.

mod accept;
mod backlog;
mod decode;
mod drain;
mod idle;
mod looks;
mod memory;
mod peer;
mod process;
mod provider;
mod report;
mod world;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use report::Report;
use world::Fsync;

/// Measures domorder.
#[derive(Debug, Parser)]
#[command(name = "domorder-bench")]
struct Cli {
    /// Orders of a run
    #[arg(long, global = true, default_value_t = 10_000)]
    orders: usize,
    /// Rounds; each has both systems, and the middle one of each counts
    #[arg(long, global = true, default_value_t = 3)]
    rounds: usize,
    /// Waiting orders for the backlog figures
    #[arg(long, global = true, value_delimiter = ',', default_value = "100000,1000000")]
    backlog: Vec<usize>,
    /// Orders in hand at once
    #[arg(long, global = true, default_value_t = 64)]
    concurrency: u32,
    /// The binary to measure [default: the one beside this one]
    #[arg(long, global = true)]
    domorder: Option<PathBuf>,
    /// JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    figure: Figure,
}

#[derive(Debug, Subcommand)]
enum Figure {
    /// All of them
    All,
    /// Drain rate, CPU and socket reads an order, beside the peer
    Drain {
        /// Only with this mode
        #[arg(long)]
        fsync: Option<Fsync>,
    },
    /// Bulk accept and one by one, beside the peer
    Accept,
    /// From handing in to the provider, idle
    Idle,
    /// Reading and judging a provider's answer, without the road
    Decode,
    /// Resident memory of the worker; bytes in Redis
    Memory,
    /// What a backlog of waiting orders changes
    Backlog,
    /// Provider calls per waiting transfer and hour, with lists of the whole account and without
    Looks {
        /// What stands for the hour of the default schedule's last wait; the waits before it are shortened alike
        #[arg(long, default_value_t = 20_000)]
        hour_ms: u64,
    },
    /// The provider that answers at once (a process of its own)
    #[command(hide = true)]
    Provider {
        #[arg(long, default_value_t = 0)]
        delay_ms: u64,
    },
    /// The apalis-redis worker (a process of its own)
    #[command(hide = true)]
    Peer(peer::PeerArgs),
}

fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    if let Figure::Provider { delay_ms } = &cli.figure {
        return provider::serve(*delay_ms);
    }
    // As the worker's own: as many threads as the machine has cores.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match &cli.figure {
            Figure::Peer(args) => peer::run(args).await,
            _ => measure(&cli).await,
        }
    })
}

async fn measure(cli: &Cli) -> anyhow::Result<()> {
    let bench = world::Bench {
        orders: cli.orders,
        rounds: cli.rounds,
        concurrency: cli.concurrency,
        domorder: process::beside(cli.domorder.clone(), "domorder")?,
    };
    let mut report = Report::default();
    match &cli.figure {
        Figure::All => {
            for fsync in [Fsync::EverySec, Fsync::Always] {
                drain::measure(&bench, fsync, &mut report).await?;
            }
            accept::measure(&bench, &mut report).await?;
            decode::measure(&bench, &mut report)?;
            idle::measure(&bench, &mut report).await?;
            memory::measure(&bench, &mut report).await?;
            backlog::measure(&bench, &cli.backlog, &mut report).await?;
        }
        Figure::Drain { fsync: Some(fsync) } => drain::measure(&bench, *fsync, &mut report).await?,
        Figure::Drain { fsync: None } => {
            for fsync in [Fsync::EverySec, Fsync::Always] {
                drain::measure(&bench, fsync, &mut report).await?;
            }
        }
        Figure::Decode => decode::measure(&bench, &mut report)?,
        Figure::Accept => accept::measure(&bench, &mut report).await?,
        Figure::Idle => idle::measure(&bench, &mut report).await?,
        Figure::Memory => memory::measure(&bench, &mut report).await?,
        Figure::Backlog => backlog::measure(&bench, &cli.backlog, &mut report).await?,
        Figure::Looks { hour_ms } => looks::measure(&bench, *hour_ms, &mut report).await?,
        Figure::Provider { .. } | Figure::Peer(_) => {}
    }
    report.print(cli.json);
    Ok(())
}
