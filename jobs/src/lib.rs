//! Orders, what may happen to them, what did.
pub mod state;
