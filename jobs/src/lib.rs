//! Orders, what may happen to them, what did.
pub mod ledger;
pub mod state;
