//! Orders, what may happen to them, what did.
pub mod ledger;
pub mod state;
pub mod validate;
pub mod view;
