//! The action log: the second witness of every operation.
//!
//! Execution is asynchronous, so unchanged details prove little while an action of ours may be queued. Unfinished
//! actions are in `search-current`; finished ones move to `search-archived`. Rows are filtered here and not by the
//! provider: the exact words of some action types are not documented (fact sheet §13), and a filter with a wrong word
//! would hide the very action that is looked for.

use jiff::{SignedDuration, Timestamp};

use super::answer::clip;
use super::client::{ActionQuery, Archive, Reads};
use super::order::{later, stage};
use super::wire::{ActionRow, Scalar, ascii_domain};
use crate::provider::{Stage, Trouble};

/// Rows of one page. The provider allows 10 to 500.
const PAGE_ROWS: u32 = 100;
/// Pages read before the log is called too long to prove an absence. Bulk renewals fill the list of unfinished actions.
const PAGES_MAX: u32 = 20;
/// How much earlier than our intent an action of ours may be dated: the provider's clock is not ours and its times are
/// cut to seconds. Too much would take an earlier order's action for this one's; the two can't be that close, because an
/// order waits until the one before it on the same domain is seen to have taken effect.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(120);

/// Which action an operation leaves behind (fact sheet §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Register,
    Transfer,
    RenewDomain,
    Add,
    Renew,
    AddAccounts,
    DeleteAccounts,
    Delete,
}

impl Kind {
    /// Whether an action type is this kind. The delete word is inferred (`Del`), so all that begin like it count.
    fn covers(self, actiontype: &Scalar) -> bool {
        let begins = |word: &str| actiontype.as_str().to_ascii_lowercase().starts_with(word);
        match self {
            Self::Register => actiontype.is("AddNewDomain"),
            Self::Transfer => begins("addtransfer"),
            // A domain's actions stand in the same log.
            Self::Add => actiontype.is("Add") || (begins("addnew") && !actiontype.is("AddNewDomain")),
            Self::Renew | Self::RenewDomain => begins("renew"),
            Self::AddAccounts => begins("addemailaccount"),
            Self::DeleteAccounts => begins("deleteemailaccount"),
            Self::Delete => begins("del") && !begins("deleteemailaccount"),
        }
    }
}

/// What the log knows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trace {
    /// No action of the kind since then, and nothing pending.
    None,
    /// An action that can only be ours: queued, running or done.
    Ours(Stage, String),
    /// It was ours, and failed.
    Failed(String),
    /// Something else is pending on the order.
    Foreign(String),
}

/// Looks for the action of an operation on one order.
///
/// `pending` is the action that the details show; if the log doesn't know it, it counts as ours once an attempt was made,
/// which is the side on which nothing is paid.
pub(super) async fn trace(
    reads: &mut Reads<'_>,
    order_id: &str,
    kind: Kind,
    since: Timestamp,
    pending: Option<&str>,
) -> Result<Trace, Trouble> {
    let mut rows = Vec::new();
    for archive in [Archive::Current, Archive::Archived] {
        rows.extend(all(reads, archive, Some(order_id)).await?);
    }
    // Post-filtered: an action of another order would prove nothing. A row without an order is not let through either.
    rows.retain(|row| row.entityid.text() == Some(order_id));
    Ok(judge(&rows, kind, since, pending))
}

/// Looks for the placing of an order of a domain whose id isn't known, among the unfinished actions.
///
/// The archive of a whole account is too long to read, and isn't needed: an addition that is finished has left an order,
/// deleted or not, which the order search shows.
pub(super) async fn trace_by_domain(
    reads: &mut Reads<'_>,
    domain: &str,
    kind: Kind,
    since: Timestamp,
) -> Result<Trace, Trouble> {
    let mut rows = all(reads, Archive::Current, None).await?;
    rows.retain(|row| names(row, domain));
    Ok(judge(&rows, kind, since, None))
}

/// The last action of a kind on an order, finished or not.
pub(super) async fn last(reads: &mut Reads<'_>, order_id: &str, kind: Kind) -> Result<Option<ActionRow>, Trouble> {
    for archive in [Archive::Current, Archive::Archived] {
        let mut rows = all(reads, archive, Some(order_id)).await?;
        rows.retain(|row| row.entityid.text() == Some(order_id) && kind.covers(&row.actiontype));
        rows.sort_by_key(|row| row.actionadded.instant());
        if let Some(row) = rows.pop() {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// The pending action's own words, if the log of unfinished actions has it.
pub(super) async fn words(reads: &mut Reads<'_>, order_id: &str, eaqid: &str) -> Result<Option<ActionRow>, Trouble> {
    let rows = all(reads, Archive::Current, Some(order_id)).await?;
    Ok(rows.into_iter().find(|row| row.eaqid.text() == Some(eaqid)))
}

fn judge(rows: &[ActionRow], kind: Kind, since: Timestamp, pending: Option<&str>) -> Trace {
    let from = since.saturating_sub(CLOCK_SKEW).unwrap_or(since);
    // An action without a readable date may be ours, and so counts as ours.
    let ours = |row: &&ActionRow| kind.covers(&row.actiontype) && row.actionadded.instant().is_none_or(|at| at >= from);
    let ours: Vec<&ActionRow> = rows.iter().filter(ours).collect();
    if let Some(alive) = ours.iter().find(|row| !failed(row)) {
        return Trace::Ours(stage(alive.actionstatusdesc.as_str()), describe(alive));
    }
    if let Some(eaqid) = pending {
        return match rows.iter().find(|row| row.eaqid.text() == Some(eaqid)) {
            Some(row) if ours.iter().any(|own| own.eaqid == row.eaqid) => Trace::Failed(describe(row)),
            Some(row) => Trace::Foreign(describe(row)),
            None => Trace::Ours(Stage::Working, format!("action {} is pending", clip(eaqid))),
        };
    }
    match ours.first() {
        Some(row) => Trace::Failed(describe(row)),
        None => Trace::None,
    }
}

pub(super) fn failed(row: &ActionRow) -> bool {
    row.actionstatus.is("Failed")
}

pub(super) fn describe(row: &ActionRow) -> String {
    clip(&format!(
        "action {} {} {}: {}",
        row.eaqid, row.actiontype, row.actionstatus, row.actionstatusdesc
    ))
}

/// Whether an action's text names the domain, as a word of its own: "mill.com" is not in "lark-mill.com".
fn names(row: &ActionRow, domain: &str) -> bool {
    row.actiontypedesc
        .as_str()
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"' | '\''))
        .any(|word| ascii_domain(word).as_deref() == Some(domain))
}

async fn all(reads: &mut Reads<'_>, archive: Archive, order_id: Option<&str>) -> Result<Vec<ActionRow>, Trouble> {
    let mut rows = Vec::new();
    for page_no in 1..=PAGES_MAX {
        let orders: Vec<&str> = order_id.into_iter().collect();
        let query = ActionQuery {
            rows: PAGE_ROWS,
            page_no,
            order_ids: &orders,
            ..ActionQuery::default()
        };
        let page = reads.actions(archive, &query).await?;
        let (total, came) = (page.total, page.rows.len());
        rows.extend(page.rows);
        if rows.len() >= total as usize || came == 0 {
            return if rows.len() >= total as usize {
                Ok(rows)
            } else {
                Err(later("the action log is not complete"))
            };
        }
    }
    Err(later("the action log is too long to prove an absence"))
}
