//! `domorder orders`: look at orders, and tell them something.

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use domorder_jobs::ledger::{Filter, Ledger, Stored};
use domorder_jobs::order::Order;
use domorder_jobs::producer::SignalError;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Kind, State};
use domorder_jobs::view::OrderView;

use super::output::{Format, print, print_json, table};
use super::{Failure, Loaded, OutputArgs, actor};
use crate::{clock, wiring};

/// Commands about orders.
#[derive(Debug, Subcommand)]
pub(super) enum OrdersCommand {
    /// List orders, newest first
    List(ListArgs),
    /// Show one order
    Show(OneArgs),
    /// Show what happened to an order
    Timeline(OneArgs),
    /// Leave a wait now
    Retry(OneArgs),
    /// Call an order off
    Cancel(OneArgs),
    /// Look now
    CheckNow(OneArgs),
    /// Hand in a new auth code, read from standard input
    AuthCode(OneArgs),
    /// Decide an order that asks for a decision
    Resolve(ResolveArgs),
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only this state
    #[arg(long)]
    state: Option<State>,
    /// Only this kind
    #[arg(long)]
    kind: Option<Kind>,
    /// Only this account
    #[arg(long)]
    account: Option<String>,
    /// Only this domain
    #[arg(long)]
    domain: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    output: OutputArgs,
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

/// Arguments of `resolve`.
#[derive(Debug, Args)]
pub(super) struct ResolveArgs {
    /// The order's id or idempotency key
    order: String,
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
        OrdersCommand::List(args) => list(&ledger, args).await,
        OrdersCommand::Show(args) => show(&ledger, args).await,
        OrdersCommand::Timeline(args) => timeline(&ledger, args).await,
        OrdersCommand::Retry(args) => signal(&loaded, &ledger, &args.order, "retry", &[]).await,
        OrdersCommand::Cancel(args) => signal(&loaded, &ledger, &args.order, "cancel", &[]).await,
        OrdersCommand::CheckNow(args) => signal(&loaded, &ledger, &args.order, "check-now", &[]).await,
        OrdersCommand::AuthCode(args) => {
            let mut code = String::new();
            std::io::stdin()
                .read_to_string(&mut code)
                .context("standard input cannot be read")?;
            signal(
                &loaded,
                &ledger,
                &args.order,
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
            signal(
                &loaded,
                &ledger,
                &args.order,
                "resolve",
                &[("outcome", outcome), ("note", &args.note)],
            )
            .await
        }
    }
}

fn view(stored: &Stored) -> anyhow::Result<OrderView> {
    let order: Order = serde_json::from_str(&stored.doc).context("the order's document cannot be read")?;
    let record: OrderRecord = serde_json::from_str(&stored.rec).context("the order's record cannot be read")?;
    Ok(OrderView::of(&order, &record))
}

async fn list(ledger: &Ledger, args: &ListArgs) -> Result<ExitCode, Failure> {
    let filter = Filter {
        states: args.state.into_iter().collect(),
        account: args.account.clone(),
        kind: args.kind,
        resource: args.domain.clone(),
    };
    let mut views = Vec::new();
    let mut cursor: Option<String> = None;
    while views.len() < args.limit {
        let page = ledger
            .list(&filter, cursor.as_deref(), args.limit - views.len())
            .await?;
        for listed in &page.orders {
            match view(&listed.order) {
                Ok(view) => views.push(view),
                // One that is damaged must not hide the others.
                Err(error) => eprintln!("order {}: {error:#}; see `domorder doctor`", listed.order.id),
            }
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if args.output.output == Format::Json {
        print_json(&serde_json::json!({"orders": views, "next_cursor": cursor}));
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&[
        "order", "kind", "domain", "account", "state", "reason", "waits on", "charged",
    ]);
    for v in &views {
        let word = |w: Option<&'static str>| w.unwrap_or("").to_owned();
        rows.add_row(vec![
            v.id.to_string(),
            v.kind.to_string(),
            v.domain.clone(),
            v.account.clone(),
            v.state.to_string(),
            word(v.reason.map(|r| r.as_str())),
            word(v.waiting_on.map(|w| w.as_str())),
            v.charged.to_string(),
        ]);
    }
    print(&rows.to_string());
    Ok(ExitCode::SUCCESS)
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

async fn show(ledger: &Ledger, args: &OneArgs) -> Result<ExitCode, Failure> {
    let view = view(&find(ledger, &args.order).await?)?;
    if args.output.output == Format::Json {
        print_json(&view);
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["field", "value"]);
    if let serde_json::Value::Object(fields) = serde_json::to_value(&view).map_err(anyhow::Error::from)? {
        for (name, value) in fields.iter().filter(|(_, v)| !v.is_null()) {
            rows.add_row(vec![
                name.clone(),
                value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            ]);
        }
    }
    print(&rows.to_string());
    Ok(ExitCode::SUCCESS)
}

async fn timeline(ledger: &Ledger, args: &OneArgs) -> Result<ExitCode, Failure> {
    let stored = find(ledger, &args.order).await?;
    let entries = ledger.timeline(&stored.id).await?;
    let parsed: Vec<serde_json::Value> = entries
        .iter()
        .map(|e| serde_json::from_str(e).unwrap_or_else(|_| e.as_str().into()))
        .collect();
    if args.output.output == Format::Json {
        print_json(&parsed);
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = table(&["at", "state", "reason", "why", "provider"]);
    for entry in &parsed {
        let text = |name: &str| entry[name].as_str().unwrap_or("").to_owned();
        let at = entry["at"]
            .as_i64()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        rows.add_row(vec![
            at.map(|at| at.to_string()).unwrap_or_default(),
            text("state"),
            text("reason"),
            text("why"),
            text("provider"),
        ]);
    }
    print(&rows.to_string());
    Ok(ExitCode::SUCCESS)
}

async fn signal(
    loaded: &Loaded,
    ledger: &Ledger,
    name: &str,
    signal: &str,
    more: &[(&str, &str)],
) -> Result<ExitCode, Failure> {
    let stored = find(ledger, name).await?;
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
    match producer
        .signal(document.to_string().as_bytes(), &actor(), clock::now())
        .await
    {
        Ok(id) => {
            print(&format!("{id}: {signal} taken"));
            Ok(ExitCode::SUCCESS)
        }
        Err(SignalError::Unavailable(error)) => Err(Failure::Unreachable(error.into())),
        Err(error) => Err(Failure::Failed(error.into())),
    }
}
