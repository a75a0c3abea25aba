//! Orders, what may happen to them, what did.
pub mod machine;
pub mod record;
pub mod state;
