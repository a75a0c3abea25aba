//! What it came to: each order beside the simulator's ledger of charges, and every deviation by name.

use std::collections::BTreeMap;

use domorder_jobs::state::{Charged, State};

use super::super::output::table;
use super::book::{Book, Entry};
use super::simulator::{Charges, Findings};

/// An operation at a provider on a domain: what the ledger of charges counts by.
type Bought = (String, String, String);

/// The result.
pub(super) struct Report {
    /// A row an order.
    pub(super) table: String,
    /// `orders: 60  succeeded: …`.
    pub(super) last_line: String,
    /// Whatever is not as the documents foresee.
    pub(super) deviations: Vec<String>,
}

impl Report {
    /// Compares what was foreseen, what the orders say of themselves, and what the simulator wrote down.
    pub(super) fn of(book: &Book, findings: &Findings) -> Self {
        let ledger = &findings.charges;
        let mut taken: BTreeMap<Bought, (u64, u64)> = ledger.iter().map(counted).collect();
        let mut deviations = book.surprises.clone();
        deviations.extend(doubles(book, &taken).1);
        let mut rows = table(&["order", "kind", "domain", "state", "charges"]);
        // A line an order: ninety of them are to be read at a glance.
        rows.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
        for entry in &book.orders {
            let (charges, refunds) = share(book, entry, &mut taken);
            deviations.extend(strays(entry, charges));
            let refunded = if refunds > 0 {
                format!(" (+{refunds} refunded)")
            } else {
                String::new()
            };
            rows.add_row(vec![
                entry.document.key.clone(),
                entry.document.kind.clone(),
                domain_of(entry).to_owned(),
                told(entry),
                format!("{charges}{refunded}"),
            ]);
        }
        for ((_, operation, domain), (charges, _)) in taken.iter().filter(|(_, left)| **left != (0, 0)) {
            deviations.push(format!(
                "{domain}: {charges} charge(s) for `{operation}` that no order accounts for"
            ));
        }
        for (document, _) in book.refusals.iter().filter(|(_, why)| why.is_none()) {
            deviations.push(format!("{}: it should have been refused", document.name()));
        }
        if book.orphaned == 0 {
            let late =
                "no order was found in the killed replica's hands: the kill came too late, the machine was too busy";
            deviations.push(late.to_owned());
        }
        let unexpected = findings.unexpected.iter();
        deviations.extend(unexpected.map(|call| format!("a request nobody should send: {call}")));
        let idle = findings.idle_faults.iter();
        deviations.extend(idle.map(|rule| format!("a fault that no call met: {rule}")));
        let double = doubles(book, &ledger.iter().map(counted).collect()).0;
        Self {
            table: rows.to_string(),
            last_line: last_line(book, double),
            deviations,
        }
    }
}

fn counted(row: &Charges) -> (Bought, (u64, u64)) {
    let bought = (row.provider.clone(), row.operation.clone(), row.domain.clone());
    (bought, (row.charges - row.refunds, row.refunds))
}

/// As it is written in the ledger: punycode, lower case.
fn domain_of(entry: &Entry) -> &str {
    entry.view.as_ref().map_or(&entry.document.domain, |view| &view.domain)
}

fn bought_by(entry: &Entry) -> Option<Bought> {
    let (provider, operation) = entry.document.charge?;
    Some((provider.to_owned(), operation.to_owned(), domain_of(entry).to_owned()))
}

/// How much was charged beyond what all orders of the same thing foresee together.
fn doubles(book: &Book, taken: &BTreeMap<Bought, (u64, u64)>) -> (u64, Vec<String>) {
    let mut foreseen = BTreeMap::<Bought, u64>::new();
    for entry in &book.orders {
        if let (Some(bought), Some(end)) = (bought_by(entry), entry.document.end()) {
            *foreseen.entry(bought).or_default() += end.charges;
        }
    }
    let mut sum = 0;
    let mut told = Vec::new();
    for (bought, (standing, _)) in taken {
        let beyond = standing.saturating_sub(foreseen.get(bought).copied().unwrap_or(0));
        if beyond > 0 {
            sum += beyond;
            told.push(format!(
                "{}: charged {beyond} time(s) too often for `{}`",
                bought.2, bought.1
            ));
        }
    }
    (sum, told)
}

/// The order's share of what stands in the ledger: two renewals of one name have one row there, and each gets what it
/// foresees as far as it goes; the last one gets the rest.
fn share(book: &Book, entry: &Entry, taken: &mut BTreeMap<Bought, (u64, u64)>) -> (u64, u64) {
    let (Some(bought), Some(end)) = (bought_by(entry), entry.document.end()) else {
        return (0, 0);
    };
    let Some(left) = taken.get_mut(&bought) else {
        return (0, 0);
    };
    let last = book
        .orders
        .iter()
        .rfind(|other| bought_by(other).as_ref() == Some(&bought));
    let mine = if last.is_some_and(|last| last.document.key == entry.document.key) {
        *left
    } else {
        (left.0.min(end.charges), left.1.min(end.refunds))
    };
    *left = (left.0 - mine.0, left.1 - mine.1);
    mine
}

/// Where an order strays from what its document foresees.
fn strays(entry: &Entry, charges: u64) -> Vec<String> {
    let name = entry.document.name();
    let Some(end) = entry.document.end() else {
        return Vec::new();
    };
    let Some(view) = &entry.view else {
        return vec![format!("{name}: it was never accepted")];
    };
    let mut told_all = Vec::new();
    if !entry.as_foreseen() {
        let reason = end.reason.map_or(String::new(), |reason| format!(" ({reason})"));
        let words = view.provider_message.as_deref().unwrap_or("nothing");
        told_all.push(format!(
            "{name}: it is {}, and {}{reason} was foreseen; the provider's last words: {words}",
            told(entry),
            end.state
        ));
    }
    if charges < end.charges {
        told_all.push(format!("{name}: charged {charges} time(s), {} foreseen", end.charges));
    }
    let agrees = match view.charged {
        Charged::Yes => charges > 0,
        Charged::No | Charged::RefundDue | Charged::Refunded => charges == 0,
        Charged::Unknown => !view.state.is_final(),
    };
    if !agrees {
        told_all.push(format!(
            "{name}: it says `charged: {}`, and the provider's ledger says {charges}",
            view.charged
        ));
    }
    told_all
}

/// The state, with its reason.
fn told(entry: &Entry) -> String {
    match &entry.view {
        None => "not accepted".to_owned(),
        Some(view) => match view.reason {
            Some(reason) => format!("{} ({reason})", view.state),
            None => view.state.to_string(),
        },
    }
}

fn last_line(book: &Book, double: u64) -> String {
    let count = |state: State| {
        let views = book.orders.iter().filter_map(|entry| entry.view.as_ref());
        views.filter(|view| view.state == state).count()
    };
    format!(
        "orders: {}  succeeded: {}  waiting for a person: {}  failed: {}  double charges: {double}",
        book.orders.len(),
        count(State::Succeeded),
        count(State::ActionRequired),
        count(State::Failed),
    )
}
