//! `domorder demo`: the main job, shown on simulated providers. See `story` for what happens, `documents` for what is
//! ordered, `report` for what is compared in the end.
//!
//! The demo plays the billing system and the operator; it starts the worker as anybody would, as processes, and knows
//! nothing of it but the contract. The simulator is a program beside this one, never a dependency.

mod billing;
mod book;
mod children;
mod documents;
mod loopback;
mod progress;
mod report;
mod simulator;
mod story;
mod world;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use super::output::{print, tell};
use documents::Documents;
use progress::Teller;
use report::Report;
use world::World;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Leave Redis, simulator and replicas running, to look at
    #[arg(long)]
    keep: bool,
    /// The folder of the order documents
    #[arg(long, value_name = "DIR", default_value = "deploy/demo-orders")]
    documents: PathBuf,
}

/// Exit code 0 only if every order ended as its document foresees and the simulator's ledger of charges agrees.
pub(super) async fn run(args: &DemoArgs) -> Result<ExitCode, Failure> {
    if !args.documents.is_dir() {
        return Err(Failure::Usage(format!(
            "there is no folder {}: run `deploy/demo` in the repository, or name a folder with --documents",
            args.documents.display()
        )));
    }
    let documents = Documents::read(&args.documents)?;
    let interrupted = interrupted()?;
    tokio::select! {
        came_to = show(args, documents) => came_to,
        // All that runs is dropped with the other future, and ends with it.
        () = interrupted => {
            tell("interrupted: everything that was started is ended");
            Ok(ExitCode::from(130))
        }
    }
}

async fn show(args: &DemoArgs, documents: Documents) -> Result<ExitCode, Failure> {
    let mut teller = Teller::new();
    let mut world = World::start().await?;
    teller.moment("a private Redis (append-only file, fsync always), simulated providers, and replicas a and b are up");
    let book = match story::play(&mut world, documents, &mut teller).await {
        Ok(book) => book,
        Err(error) => {
            drop(teller);
            tell(&format!(
                "what each process said stays in {}",
                world.keep_logs().display()
            ));
            return Err(error.into());
        }
    };
    let report = Report::of(&book, &world.simulator.findings().await?);
    teller.moment(&format!(
        "answers lost: {}, calls in the killed replica's hands: {}, documents refused: {}, handed in twice: {}",
        book.lost.len(),
        book.orphaned,
        book.refusals.len(),
        book.replays,
    ));
    drop(teller);
    print(&report.table);
    for deviation in &report.deviations {
        tell(&format!("not as foreseen: {deviation}"));
    }
    if !report.deviations.is_empty() {
        tell(&format!(
            "what each process said stays in {}",
            world.keep_logs().display()
        ));
    }
    if args.keep {
        print(&format!("\n{}\n", world.keep(&book)));
    }
    print(&report.last_line);
    Ok(ExitCode::from(u8::from(!report.deviations.is_empty())))
}

/// Resolves with the first signal that asks to stop.
fn interrupted() -> Result<impl Future<Output = ()>, Failure> {
    let mut signals = Vec::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        signals.push(signal(kind).context("signals cannot be waited for")?);
    }
    Ok(async move {
        let received = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures::future::select_all(received).await;
    })
}
