//! `domorder orders show` and `timeline`: one order, in plain words.

use std::fmt::Write as _;
use std::process::ExitCode;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use domorder_jobs::ledger::Ledger;
use domorder_jobs::order::Order;
use domorder_jobs::view::OrderView;

use super::super::output::{Format, print, print_json, table};
use super::super::{Failure, Loaded};
use super::{OneArgs, find, parse};
use crate::card::{self, Card, Happened};
use crate::{clock, wiring};

/// So many lines of the past stand on the card; `timeline` has them all.
const HAPPENED_SHOWN: usize = 8;

pub(super) async fn card(loaded: &Loaded, ledger: &Ledger, args: &OneArgs) -> Result<ExitCode, Failure> {
    let stored = find(ledger, &args.order).await?;
    let (order, record) = parse(&stored)?;
    if args.output.output == Format::Json {
        print_json(&OrderView::of(&order, &record));
        return Ok(ExitCode::SUCCESS);
    }
    let timeline = ledger.timeline(&stored.id).await?;
    let abilities = wiring::providers(&loaded.config)?
        .get(&order.account)
        .map(|provider| provider.abilities())
        .unwrap_or_default();
    let now = clock::now();
    let card = Card::of(&order, &record, &timeline, abilities, now);
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", card.title);
    let accepted = format!(
        "{}, {}",
        card::date(record.created_at),
        card::since(record.created_at, now)
    );
    let mut rows = rows();
    for (name, value) in [
        (
            "order",
            format!("{} (key {})", order.id, order.idempotency_key.as_str()),
        ),
        ("account", account(&order, loaded)),
        ("accepted", accepted),
        ("stands", card.headline.clone()),
        ("meaning", card.meaning.to_owned()),
        ("is that normal?", card.normal.to_owned()),
        ("who has to act", card.who.clone()),
        ("by when", card.when.clone()),
        ("charged", card.charged.to_owned()),
    ] {
        rows.add_row(vec![name.to_owned(), value]);
    }
    let told = [
        (
            "since",
            card.since
                .map(|at| format!("{}, {}", card::date(at), card::since(at, now))),
        ),
        (
            "at the provider",
            record.provider_order_id.map(|id| format!("order {id}")),
        ),
        ("it says", card.told.clone()),
        ("expires", record.expiry.map(card::date)),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            rows.add_row(vec![name.to_owned(), value]);
        }
    }
    let _ = writeln!(text, "{rows}");
    tell_known(&mut text, &card);
    tell_past(&mut text, &card.happened, &stored.id);
    tell_remedies(&mut text, &card);
    print(&text);
    Ok(ExitCode::SUCCESS)
}

fn account(order: &Order, loaded: &Loaded) -> String {
    match loaded.config.accounts.get(&order.account) {
        Some(account) => format!("{} ({})", order.account, account.provider.as_str()),
        None => format!("{}, which is no longer configured: nothing works on it", order.account),
    }
}

fn tell_known(text: &mut String, card: &Card) {
    if card.known.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nWhat is known");
    let mut rows = rows();
    for (name, value) in &card.known {
        rows.add_row(vec![(*name).to_owned(), value.clone()]);
    }
    let _ = writeln!(text, "{rows}");
}

fn tell_past(text: &mut String, happened: &[Happened], id: &str) {
    if happened.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nWhat happened");
    let left_out = happened.len().saturating_sub(HAPPENED_SHOWN);
    if left_out > 0 {
        let _ = writeln!(text, "  ({left_out} earlier: domorder orders timeline {id})");
    }
    let mut rows = rows();
    for event in &happened[left_out..] {
        rows.add_row(vec![
            event.at.strftime("%m-%d %H:%M:%S").to_string(),
            event.state.clone(),
            event.what.clone(),
        ]);
    }
    let _ = writeln!(text, "{rows}");
}

fn tell_remedies(text: &mut String, card: &Card) {
    if card.remedies.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nWhat can be done now");
    for remedy in &card.remedies {
        // On lines of their own, whole: they are there to be copied.
        let _ = writeln!(text, "  domorder orders {}\n      {}", remedy.arguments, remedy.what);
    }
}

/// Columns without lines, as wide as the terminal.
fn rows() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table
}

pub(super) async fn timeline(ledger: &Ledger, args: &OneArgs) -> Result<ExitCode, Failure> {
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
    let mut rows = table(&["at", "state", "reason", "said", "why", "provider"]);
    for entry in &parsed {
        let text = |name: &str| entry[name].as_str().unwrap_or("").to_owned();
        let at = entry["at"]
            .as_i64()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        rows.add_row(vec![
            at.map(|at| at.to_string()).unwrap_or_default(),
            text("state"),
            text("reason"),
            text("signal"),
            text("why"),
            text("provider"),
        ]);
    }
    print(&rows.to_string());
    Ok(ExitCode::SUCCESS)
}
