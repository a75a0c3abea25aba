//! `domorder secrets rotate`: brings every sealed value of the ledger under the first key of the key file, so that the
//! others may leave it (`deploy/runbook.md`, "Rotate the sealing keys").

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domorder_jobs::ledger::Ledger;
use domorder_jobs::rotation::{self, How, Rotation, UnderKey};
use domorder_jobs::seal::KeyRing;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::doctor::Finding;
use super::output::{Format, print, print_json, table};
use super::{Failure, Loaded, OutputArgs};
use crate::wiring;

/// What is done with the sealing keys.
#[derive(Debug, Subcommand)]
pub(super) enum SecretsCommand {
    /// Seal every stored secret anew with the first key of the key file; safe beside running workers
    Rotate(RotateArgs),
}

/// Arguments of `rotate`.
#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// Change nothing: count the secrets under each key
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(loaded: Loaded, command: &SecretsCommand) -> Result<ExitCode, Failure> {
    let SecretsCommand::Rotate(args) = command;
    let ring = wiring::key_ring(&loaded.config, loaded.sources.file(), false)
        .map_err(|error| Failure::Usage(format!("{error:#}")))?;
    let ledger = loaded.ledger().await?;
    let how = How {
        dry_run: args.dry_run,
        // Whoever holds an order has let go of it by then, or has lost it.
        patience: loaded.config.worker.lease,
    };
    let found = go_through(&ledger, &ring, how).await?;
    let told = Told {
        ring: &ring,
        found: &found,
        dry_run: args.dry_run,
    };
    match args.output.output {
        Format::Json => print_json(&told.json()),
        Format::Table => told.people(),
    }
    let unopened = !found.unopened.is_empty() || found.missing(&ring).next().is_some();
    Ok(ExitCode::from(u8::from(
        unopened || !(args.dry_run || told.is_complete()),
    )))
}

/// With a bar on a terminal; a signal ends it after the page at hand.
async fn go_through(ledger: &Ledger, ring: &KeyRing, how: How) -> Result<Rotation, Failure> {
    let orders = ledger.counts().await?.iter().map(|count| count.n).sum();
    let bar = if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} orders, {per_sec}, {eta} left");
        ProgressBar::new(orders).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        ProgressBar::hidden()
    };
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::from)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::from)?;
    let told = stop.clone();
    let listening = tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
        told.cancel();
    });
    let found = rotation::rotate(ledger, ring, how, &stop, |orders| bar.inc(orders)).await;
    listening.abort();
    bar.finish_and_clear();
    Ok(found?)
}

struct Told<'a> {
    ring: &'a KeyRing,
    found: &'a Rotation,
    dry_run: bool,
}

impl Told<'_> {
    /// Nothing needs any key but the first.
    fn is_complete(&self) -> bool {
        let found = self.found;
        let is_through = !found.interrupted && !found.unsettled && found.held == 0 && found.sealed_meanwhile == 0;
        let all_open = found.unopened.is_empty() && found.missing(self.ring).next().is_none();
        let is_done = !self.dry_run || found.found.keys().all(|key| key == self.ring.sealing_id());
        is_through && all_open && is_done
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "sealing_key": self.ring.sealing_id(),
            "keys": self.ring.ids().collect::<Vec<_>>(),
            "dry_run": self.dry_run,
            "complete": self.is_complete(),
            "rotation": self.found,
        })
    }

    fn people(&self) {
        let (found, sealing) = (self.found, self.ring.sealing_id());
        let mut shown = table(&["key", "in the key file", "secrets", "orders"]);
        for (at, key) in self.ring.ids().enumerate() {
            let under = found.found.get(key).cloned().unwrap_or_default();
            shown.add_row(row(key, if at == 0 { "yes, it seals" } else { "yes" }, &under));
        }
        for (key, under) in found.missing(self.ring) {
            shown.add_row(row(key, "no", under));
        }
        print(&shown.to_string());
        if !self.dry_run {
            print(&format!(
                "{} sealed anew with `{sealing}`",
                counted(found.resealed, "secret")
            ));
        }
        for (key, under) in found.missing(self.ring) {
            print(&format!(
                "{} left as they were: they need the key `{key}`, which is not in the key file. Put it back below \
                 `{sealing}`, for every replica, and run this again",
                of_orders(under)
            ));
        }
        for (why, of) in &found.unopened {
            print(&format!(
                "{} left as it was: {why} ({}{})",
                counted(of.orders, "order"),
                of.named.join(", "),
                if of.orders > of.named.len() as u64 { ", …" } else { "" }
            ));
        }
        if found.held > 0 {
            print(&format!(
                "{} in a worker's hand all the while: run this again",
                counted(found.held, "order")
            ));
        }
        if found.sealed_meanwhile > 0 {
            print(&format!(
                "{} sealed with another key while this ran: a worker or a producer still has that one first. Give all of \
                 them the key file with `{sealing}` on top, then run this again",
                counted(found.sealed_meanwhile, "secret")
            ));
        }
        if found.unsettled && found.sealed_meanwhile == 0 {
            print("the last round still found some: run this again");
        }
        if found.interrupted {
            print("interrupted: run it again, it goes on with what is left");
        } else if self.is_complete() {
            print(&format!(
                "only `{sealing}` is needed now: the others may leave the key file"
            ));
        }
    }
}

fn row(key: &str, place: &str, under: &UnderKey) -> Vec<String> {
    vec![
        key.to_owned(),
        place.to_owned(),
        under.values.to_string(),
        under.orders.to_string(),
    ]
}

/// `3 secrets of 2 orders`.
fn of_orders(under: &UnderKey) -> String {
    format!(
        "{} of {}",
        counted(under.values, "secret"),
        counted(under.orders, "order")
    )
}

/// `1 order`, `2 orders`.
fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What `doctor` says of the keys: one that is missing, one that is still needed below the first.
pub(super) async fn findings(loaded: &Loaded, ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let how = How {
        dry_run: true,
        patience: std::time::Duration::ZERO,
    };
    let ring = match wiring::key_ring(&loaded.config, loaded.sources.file(), false) {
        Ok(ring) => ring,
        // That it cannot be used was told before.
        Err(_) => return Ok(Vec::new()),
    };
    let found = go_through(ledger, &ring, how).await?;
    let mut findings = Vec::new();
    let sealing = ring.sealing_id();
    for (key, under) in found.missing(&ring) {
        findings.push(Finding {
            what: format!(
                "{} need the sealing key `{key}`, which is not in the key file: such an order stops and asks a person \
                 (`record_unusable`)",
                of_orders(under)
            ),
            mend: format!(
                "put `{key}` back below `{sealing}`, for every replica, and restart them; tell what stopped to `retry`; run \
                 `domorder secrets rotate` before it leaves again"
            ),
        });
    }
    for key in ring.ids().skip(1) {
        let Some(under) = found.found.get(key) else { continue };
        findings.push(Finding {
            what: format!(
                "{} still need the sealing key `{key}`, below `{sealing}`",
                of_orders(under)
            ),
            mend: "run `domorder secrets rotate` once every replica has the new key file; then that key may leave it"
                .to_owned(),
        });
    }
    findings.extend(found.unopened.iter().map(|(why, of)| {
        Finding {
            what: format!("{}: {why} ({})", counted(of.orders, "order"), of.named.join(", ")),
            mend:
                "of another ledger, or damaged: restore the record from a backup, or cancel the order and place it anew"
                    .to_owned(),
        }
    }));
    Ok(findings)
}
