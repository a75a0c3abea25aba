//! Orders, what may happen to them, what did.
pub mod catalogue;
pub mod domain_name;
pub mod fingerprint;
pub mod order;
pub mod purchase;
pub mod seal;
pub mod signal;
pub mod state;
pub mod validate;
pub mod view;
