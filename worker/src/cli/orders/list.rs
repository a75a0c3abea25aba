//! `domorder orders list`.

use std::process::ExitCode;

use clap::Args;
use domorder_jobs::ledger::Ledger;
use domorder_jobs::view::OrderView;

use super::super::output::{Format, print, print_json, table};
use super::super::{Failure, OutputArgs};
use super::filter::FilterArgs;
use crate::listing::Place;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Go on behind a list: its `next_cursor`
    #[arg(long, value_name = "CURSOR", value_parser = opened)]
    cursor: Option<Place>,
    #[command(flatten)]
    output: OutputArgs,
}

fn opened(text: &str) -> Result<Place, &'static str> {
    Place::opened(text).ok_or("this is no `next_cursor` of a list")
}

pub(super) async fn run(ledger: &Ledger, args: &ListArgs) -> Result<ExitCode, Failure> {
    let wanted = args.filter.wanted();
    let mut views = Vec::new();
    let mut next = args.cursor.clone();
    while views.len() < args.limit {
        let page = wanted.page(ledger, next, args.limit - views.len(), 1).await?;
        for id in &page.damaged {
            eprintln!("order {id}: its record cannot be read; see `domorder doctor`");
        }
        views.extend(page.orders.into_iter().map(|(_, view)| view));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let cursor = next.map(|place| place.sealed());
    if args.output.output == Format::Json {
        print_json(&serde_json::json!({"orders": views, "next_cursor": cursor}));
        return Ok(ExitCode::SUCCESS);
    }
    print(&rows(&views));
    if let Some(cursor) = cursor {
        eprintln!("more: --cursor {cursor}");
    }
    Ok(ExitCode::SUCCESS)
}

fn rows(views: &[OrderView]) -> String {
    let mut rows = table(&[
        "order", "kind", "domain", "account", "state", "reason", "needs", "waits on", "charged",
    ]);
    for v in views {
        let word = |w: Option<&'static str>| w.unwrap_or("").to_owned();
        rows.add_row(vec![
            v.id.to_string(),
            v.kind.to_string(),
            v.domain.clone(),
            v.account.clone(),
            v.state.to_string(),
            word(v.reason.map(|r| r.as_str())),
            word(v.needs.map(|n| n.as_str())),
            word(v.waiting_on.map(|w| w.as_str())),
            v.charged.to_string(),
        ]);
    }
    rows.to_string()
}
