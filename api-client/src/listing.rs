//! One list of the whole account, for many orders that wait.
//!
//! A list proves that nothing has changed, and nothing else. Whatever differs from what is known of an order, or is
//! missing where it should stand, is looked at singly before anything is concluded; so no state, no absence and no
//! ending ever comes out of a list, and an old, cut or lying one costs time only. For how long at most, the provider
//! says: every so often an order is looked at singly whatever the list says.

use crate::provider::Stage;

/// How a provider lists what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Which list: operations with the same name share it.
    pub name: &'static str,
    /// What its rows tell.
    pub tells: Tells,
    /// Rows of a page.
    pub page_rows: u32,
    /// So many looks of an order in one state are single ones before the list is believed.
    pub singly_first: u32,
    /// From then on one look of so many is a single one, whatever the list says.
    pub singly_every: u32,
}

/// What the rows of a list tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// Where each order stands, by the provider's id of it: unchanged is what stands there in the same words.
    Standing,
    /// Which names have arrived in the account: unchanged is what has not. It does not tell why something stalls, so that
    /// orders a person was asked about are not answered by it.
    Arrivals,
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListPage {
    /// Rows on all pages together.
    pub total: u32,
    /// Those of this one.
    pub rows: Vec<ListRow>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// The provider's id of the order ([`Tells::Standing`]), or the name ([`Tells::Arrivals`]).
    pub key: String,
    /// What it says.
    pub mark: Mark,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It waits at this stage. The words as a look would hand them on, in each of the forms in which it might.
    Waits(Stage, Vec<String>),
    /// The name is there and not active yet; in the provider's word.
    Dormant(String),
    /// Something has become of it: a single look tells what.
    Moved,
}
