//! Orders by what they wait for, in short tables.

use domorder_jobs::format;
use domorder_jobs::ledger::{Filter, Ledger, LedgerError, Listed};
use domorder_jobs::order::{Order, OrderId};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{State, WaitingOn};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::layout::{self, NOTHING, instant};
use crate::card;

/// Orders looked at for one table: where few fit, it is short, and goes on from there.
const EXAMINED_MAX: usize = 2_000;
const STEP: usize = 200;
/// A deadline nearer than this is one to look after.
const NEAR: SignedDuration = SignedDuration::from_hours(24);

/// What orders wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Us,
    Customer,
    Unknown,
    Risk,
    Parked,
    Normal,
}

impl View {
    pub(super) const ALL: [Self; 6] = [
        Self::Us,
        Self::Customer,
        Self::Unknown,
        Self::Risk,
        Self::Parked,
        Self::Normal,
    ];

    /// As it stands in addresses.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Customer => "customer",
            Self::Unknown => "unknown",
            Self::Risk => "risk",
            Self::Parked => "parked",
            Self::Normal => "normal",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Us => "We have to act",
            Self::Customer => "The customer has to act",
            Self::Unknown => "Outcome not known",
            Self::Risk => "Deadline within a day",
            Self::Parked => "Waiting on purpose",
            Self::Normal => "Waiting normally",
        }
    }

    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Us => "Nothing goes on here before one of us decides, pays or resumes an account.",
            Self::Customer => "Ask the customer: the order's card says for what.",
            Self::Unknown => "Found out by reading; nothing is bought again meanwhile. Do not order by hand.",
            Self::Risk => "After its deadline an order stops waiting and asks for a decision.",
            Self::Parked => "Goes on by itself.",
            Self::Normal => "Nothing to do.",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }

    fn states(self) -> Vec<State> {
        use State as S;
        match self {
            Self::Us => vec![S::ActionRequired, S::Parked],
            Self::Customer => vec![S::ActionRequired],
            Self::Unknown => vec![S::UnknownOutcome],
            Self::Parked => vec![S::Parked],
            Self::Normal => vec![S::Queued, S::Dispatching, S::InProgress, S::Blocked],
            Self::Risk => State::ALL.iter().copied().filter(|state| !state.is_final()).collect(),
        }
    }

    fn shows(self, record: &OrderRecord, now: Timestamp) -> bool {
        let ours = record.waiting_on() == Some(WaitingOn::Operator);
        match self {
            Self::Us => ours,
            Self::Customer => record.waiting_on() == Some(WaitingOn::Customer),
            Self::Parked => !ours,
            Self::Risk => record.deadline_at.is_some_and(|at| at <= now + NEAR),
            Self::Unknown | Self::Normal => true,
        }
    }
}

/// An order in a table.
pub(super) struct Row {
    pub(super) order: Order,
    pub(super) record: OrderRecord,
    pub(super) since: Timestamp,
}

/// A part of a table.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// Where it goes on.
    pub(super) next: Option<String>,
    /// So many were looked at, and more are there.
    pub(super) stopped_after: Option<usize>,
    /// So many are there and cannot be read.
    pub(super) damaged: usize,
}

/// Orders of a view.
pub(super) async fn view(
    ledger: &Ledger,
    view: View,
    cursor: Option<String>,
    limit: usize,
    now: Timestamp,
) -> Result<Rows, LedgerError> {
    let filter = Filter {
        states: view.states(),
        ..Filter::default()
    };
    gather(ledger, &filter, cursor, limit, EXAMINED_MAX, |row| {
        view.shows(&row.record, now)
    })
    .await
}

/// Orders that fit, those first that came into their state last; at most so many are looked at.
pub(super) async fn gather(
    ledger: &Ledger,
    filter: &Filter,
    mut cursor: Option<String>,
    limit: usize,
    examined_max: usize,
    fits: impl Fn(&Row) -> bool,
) -> Result<Rows, LedgerError> {
    let mut found = Rows::default();
    let mut examined = 0;
    while found.rows.len() < limit {
        if examined >= examined_max {
            found.stopped_after = cursor.is_some().then_some(examined);
            break;
        }
        let page = ledger.list(filter, cursor.as_deref(), STEP).await?;
        for listed in &page.orders {
            examined += 1;
            cursor = Some(format!("{}.{}", listed.since_ms, listed.order.id));
            match row(listed) {
                Some(row) if fits(&row) => found.rows.push(row),
                Some(_) => {}
                None => found.damaged += 1,
            }
            if found.rows.len() == limit {
                break;
            }
        }
        if found.rows.len() < limit {
            cursor = page.next_cursor;
        }
        if cursor.is_none() {
            break;
        }
    }
    found.next = cursor;
    Ok(found)
}

fn row(listed: &Listed) -> Option<Row> {
    let since = i64::try_from(listed.since_ms).ok()?;
    Some(Row {
        order: format::read(&listed.order.doc).ok()?,
        record: format::read(&listed.order.rec).ok()?,
        since: Timestamp::from_millisecond(since).ok()?,
    })
}

/// The ledger's cursor, `<ms>.<order id>`.
pub(super) fn cursor(text: &str) -> Option<String> {
    let (since, id) = text.split_once('.')?;
    let (_, _) = (since.parse::<u64>().ok()?, id.parse::<OrderId>().ok()?);
    Some(text.to_owned())
}

/// A table of orders. On a narrow screen each row is a block, with the columns' names before the values.
pub(super) fn table(caption: &str, rows: &[Row], now: Timestamp) -> Markup {
    let at = |at: Option<Timestamp>| html! { @match at { Some(at) => (instant(at, Some(now))), None => (NOTHING) } };
    html! {
        div.scroll {
            table.orders {
                caption.hidden { (caption) }
                thead { tr {
                    @for name in ["Domain", "What", "Account", "Where it stands", "Since", "Next look", "Deadline"] { th scope="col" { (name) } }
                } }
                tbody { @for Row { order, record, since } in rows {
                    tr {
                        th scope="row" { a href={ "/orders/" (order.id) } { (order.domain) } }
                        td data-name="What" { (order.kind) }
                        td data-name="Account" { (order.account) }
                        td.why data-name="Where it stands" { (layout::state(record.state)) " " (card::headline(record)) }
                        td data-name="Since" { (instant(*since, Some(now))) }
                        td data-name="Next look" { (at(record.next_check_at)) }
                        td data-name="Deadline" .late[record.deadline_at.is_some_and(|at| at <= now + NEAR)] { (at(record.deadline_at)) }
                    }
                } }
            }
        }
    }
}
