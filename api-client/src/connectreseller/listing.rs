//! The list of the account's names, for many orders at once (fact sheet 2.1, A9).
//!
//! `SearchDomainList` shows which names have arrived in the account, and not where a transfer stands or why it stalls. So
//! it can say "not arrived yet"; every fourth look still asks `syncTransfer`, as do all of the first hours.
//!
//! Newest first, because a name that arrives while the pages are read then only pushes others to a later page, where they
//! are seen twice; in the other order one would be missed. The reading does not stop at old names: whether a transferred
//! name bears the date of its arrival or that of its first registration, the sheet does not say.

use super::client::{Client, DomainSearch, SortBy};
use super::wire::{Row, Standing};
use crate::provider::{ListPage, ListRow, Listing, Mark, Operation, Tells, Trouble};

/// Nothing is documented; what comes short of it is noticed by the total.
const PAGE_ROWS: u16 = 500;
/// With the default schedule these are half a minute, five minutes, half an hour and an hour.
const SINGLY_FIRST: u32 = 4;
/// What the list cannot tell (a stall, a refusal) waits this many looks at most.
const SINGLY_EVERY: u32 = 4;

pub(super) fn of(operation: Operation) -> Option<Listing> {
    matches!(operation, Operation::Register | Operation::Transfer).then_some(Listing {
        name: "SearchDomainList",
        tells: Tells::Arrivals,
        page_rows: PAGE_ROWS as u32,
        singly_first: SINGLY_FIRST,
        singly_every: SINGLY_EVERY,
    })
}

pub(super) async fn page(client: &Client, page: u32) -> Result<ListPage, Trouble> {
    let search = DomainSearch {
        page,
        sort: Some((SortBy::CreationDate, true)),
        ..DomainSearch::first(PAGE_ROWS, None)
    };
    let list = client.search_domain_list(None, &search).await?;
    Ok(ListPage {
        total: list.total.and_then(|total| u32::try_from(total).ok()).unwrap_or(0),
        rows: list.rows.into_iter().map(row).collect(),
    })
}

fn row(row: Row) -> ListRow {
    let word = row.status.unwrap_or_default();
    let mark = match Standing::of(&word) {
        Standing::Dormant => Mark::Dormant(word),
        Standing::Held | Standing::Lapsed | Standing::Gone => Mark::Moved,
    };
    ListRow { key: row.name, mark }
}
