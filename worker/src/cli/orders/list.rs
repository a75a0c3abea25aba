//! `domorder orders list`.

use std::process::ExitCode;

use clap::Args;
use domorder_jobs::ledger::{Filter, Ledger};
use domorder_jobs::state::{Kind, State};
use domorder_jobs::view::OrderView;

use super::super::output::{Format, print, print_json, table};
use super::super::{Failure, OutputArgs};
use super::parse;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
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

pub(super) async fn run(ledger: &Ledger, args: &ListArgs) -> Result<ExitCode, Failure> {
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
            match parse(&listed.order) {
                Ok((order, record)) => views.push(OrderView::of(&order, &record)),
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
