//! `domorder orders`: look at orders, and tell them something.

mod filter;
mod list;
mod put_back;
mod show;
mod watch;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use domorder_jobs::format::{self, Unreadable};
use domorder_jobs::ledger::{Ledger, Stored};
use domorder_jobs::order::Order;
use domorder_jobs::producer::SignalError;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::view::OrderView;

use super::output::{Format, print, print_json};
use super::{Failure, Loaded, OutputArgs, actor};
use crate::{clock, wiring};

/// Commands about orders.
#[derive(Debug, Subcommand)]
pub(super) enum OrdersCommand {
    /// List orders, newest first
    List(list::ListArgs),
    /// Watch orders as they change, until named ones are through
    Watch(watch::WatchArgs),
    /// Show one order: where it stands, who has to act, and what can be done
    Show(OneArgs),
    /// Show what happened to an order
    Timeline(OneArgs),
    /// Leave a wait now
    Retry(OneArgs),
    /// Call an order off
    Cancel(OneArgs),
    /// Look now
    CheckNow(OneArgs),
    /// Hand in a new auth code, read from a file or standard input
    AuthCode(AuthCodeArgs),
    /// Have the approval mail of a transfer sent again
    ResendApproval(OneArgs),
    /// Decide an order that asks for a decision
    Resolve(ResolveArgs),
    /// Let orders go on that were set aside (`domorder doctor` lists them)
    PutBack(put_back::PutBackArgs),
}

/// An order, by id or idempotency key.
#[derive(Debug, Args)]
pub(super) struct OneArgs {
    /// The order's id or idempotency key
    order: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// What the operator found out.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    Done,
    NotDone,
}

/// Arguments of `auth-code`.
#[derive(Debug, Args)]
pub(super) struct AuthCodeArgs {
    #[command(flatten)]
    one: OneArgs,
    /// Where the code stands; `-`: on standard input
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// Arguments of `resolve`.
#[derive(Debug, Args)]
pub(super) struct ResolveArgs {
    #[command(flatten)]
    one: OneArgs,
    /// What was found out at the provider
    #[arg(value_enum)]
    outcome: Outcome,
    /// How it was found out
    #[arg(long)]
    note: String,
}

pub(super) async fn run(loaded: Loaded, command: &OrdersCommand) -> Result<ExitCode, Failure> {
    let ledger = loaded.ledger().await?;
    match command {
        OrdersCommand::List(args) => list::run(&ledger, args).await,
        OrdersCommand::Watch(args) => watch::run(&ledger, args).await,
        OrdersCommand::PutBack(args) => put_back::run(&ledger, args).await,
        OrdersCommand::Show(args) => show::card(&loaded, &ledger, args).await,
        OrdersCommand::Timeline(args) => show::timeline(&ledger, args).await,
        OrdersCommand::Retry(args) => signal(&loaded, &ledger, args, "retry", &[]).await,
        OrdersCommand::Cancel(args) => signal(&loaded, &ledger, args, "cancel", &[]).await,
        OrdersCommand::CheckNow(args) => signal(&loaded, &ledger, args, "check-now", &[]).await,
        OrdersCommand::ResendApproval(args) => signal(&loaded, &ledger, args, "resend-approval", &[]).await,
        OrdersCommand::AuthCode(args) => {
            let code = secret(&args.file)?;
            signal(
                &loaded,
                &ledger,
                &args.one,
                "auth-code",
                &[("auth_code", code.trim_end())],
            )
            .await
        }
        OrdersCommand::Resolve(args) => {
            let outcome = match args.outcome {
                Outcome::Done => "done",
                Outcome::NotDone => "not-done",
            };
            let more = [("outcome", outcome), ("note", args.note.as_str())];
            signal(&loaded, &ledger, &args.one, "resolve", &more).await
        }
    }
}

/// What a file holds, or standard input: never argv, which every user of the machine can read.
fn secret(file: &Path) -> Result<String, Failure> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input cannot be read")?;
        return Ok(text);
    }
    Ok(std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?)
}

/// What is stored of an order, read.
fn parse(stored: &Stored) -> anyhow::Result<(Order, OrderRecord)> {
    self::stored(stored).context("the order cannot be read")
}

/// As [`parse`], with what is to be done where it cannot be read.
pub(super) fn stored(stored: &Stored) -> Result<(Order, OrderRecord), Unreadable> {
    Ok((format::read(&stored.doc)?, format::read(&stored.rec)?))
}

async fn find(ledger: &Ledger, name: &str) -> Result<Stored, Failure> {
    let id = match ledger.find_by_key(name).await? {
        Some(id) => id,
        None => name.to_owned(),
    };
    let found = ledger.read(&[id]).await?.pop().flatten();
    found.ok_or_else(|| {
        Failure::Failed(anyhow!(
            "there is no order `{name}`, neither by id nor by idempotency key"
        ))
    })
}

async fn signal(
    loaded: &Loaded,
    ledger: &Ledger,
    args: &OneArgs,
    signal: &str,
    more: &[(&str, &str)],
) -> Result<ExitCode, Failure> {
    let stored = find(ledger, &args.order).await?;
    let ring = Arc::new(wiring::key_ring(&loaded.config, loaded.sources.file(), false)?);
    let providers = wiring::providers(&loaded.config)?;
    let producer = wiring::producer(
        &loaded.config,
        ledger,
        wiring::catalogue(&loaded.config, &providers),
        ring,
    );
    let mut document = serde_json::json!({"order": stored.id, "signal": signal});
    for (field, value) in more {
        document[*field] = (*value).into();
    }
    let id = match producer
        .signal(document.to_string().as_bytes(), &actor(), clock::now())
        .await
    {
        Ok(id) => id,
        Err(SignalError::Unavailable(error)) => return Err(Failure::Unreachable(error.into())),
        Err(error) => return Err(Failure::Failed(error.into())),
    };
    if args.output.output == Format::Json {
        let (order, record) = parse(&find(ledger, &stored.id).await?)?;
        print_json(&OrderView::of(&order, &record));
    } else {
        print(&format!("{id}: {signal} taken"));
    }
    Ok(ExitCode::SUCCESS)
}
