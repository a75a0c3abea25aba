//! The list of unfinished actions, for many orders at once (fact sheet §3.7).
//!
//! `actions/search-current` shows the `actionstatusdesc` of every action that is not over, up to 500 on a page. A transfer,
//! registration or email order whose action stands there in the words that are known of it has not moved. What is over has
//! left for the archive, so that it is missing here, and is looked at singly.

use super::actions::{describe, failed};
use super::answer::clip;
use super::client::{ActionQuery, Archive, Reads};
use super::order::stage;
use super::wire::ActionRow;
use crate::provider::{ListPage, ListRow, Listing, Mark, Operation, Tells, Trouble};

/// The provider's own limit.
const PAGE_ROWS: u32 = 500;
/// The words are those of the details, so that the first look may be answered by the list. What no action tells (the
/// customer was changed, the order suspended) is found a day later at a look an hour.
const SINGLY: (u32, u32) = (0, 24);

/// The action type of an operation that waits for days or minutes; `None` where its word is not documented: a filter with
/// a wrong word would list nothing, for ever.
const fn action_type(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Register => Some("AddNewDomain"),
        Operation::Transfer => Some("AddTransferDomain"),
        Operation::Renew => Some("RenewDomain"),
        Operation::EmailCreate => Some("Add"),
        Operation::EmailRenew => Some("Renew"),
        Operation::EmailAddAccounts => Some("AddEmailAccount"),
        Operation::EmailRemoveAccounts => Some("DeleteEmailAccount"),
        Operation::EmailDelete => None,
    }
}

pub(super) fn of(operation: Operation) -> Option<Listing> {
    let (singly_first, singly_every) = SINGLY;
    Some(Listing {
        name: action_type(operation)?,
        tells: Tells::Standing,
        page_rows: PAGE_ROWS,
        singly_first,
        singly_every,
    })
}

pub(super) async fn page(reads: &mut Reads<'_>, operation: Operation, page_no: u32) -> Result<ListPage, Trouble> {
    let Some(wanted) = action_type(operation) else {
        return Ok(ListPage::default());
    };
    let query = ActionQuery {
        rows: PAGE_ROWS,
        page_no,
        types: &[wanted],
        ..ActionQuery::default()
    };
    let page = reads.actions(Archive::Current, &query).await?;
    Ok(ListPage {
        total: page.total,
        // Filtered here too: a row of another type would speak for an order's transfer.
        rows: page
            .rows
            .iter()
            .filter(|row| row.actiontype.is(wanted))
            .filter_map(row)
            .collect(),
    })
}

/// `None`: it is of no order, and speaks for none.
fn row(row: &ActionRow) -> Option<ListRow> {
    let words = row.actionstatusdesc.as_str();
    let mark = if failed(row) || row.actionstatus.is("Success") || words.is_empty() {
        Mark::Moved
    } else {
        // The words of the details, and those of the action log where the details show none.
        Mark::Waits(stage(words), vec![clip(words), describe(row)])
    };
    Some(ListRow {
        key: row.entityid.id()?.to_owned(),
        mark,
    })
}
