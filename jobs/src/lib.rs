//! Orders, what may happen to them, what did.
//!
//! An order's life:
//!
//! 1. [`validate`] turns a document into a draft, or names every fault of it; [`seal`] closes its secret.
//! 2. [`producer`] accepts it once per idempotency key, into the [`ledger`], where it is due.
//! 3. [`backend`] claims due orders for apalis, under a lease with a fence.
//! 4. [`machine`] decides what follows from what was seen; [`record`] is what is stored of it, in a [`mod@format`]
//!    that tells which programs may read it.
//! 5. [`view`] is what the outside is shown, as answer and as event.
//!
//! [`rotation`] brings sealed values under a new key. [`fault`] marks the places on that way at which tests let a worker die.
pub mod backend;
pub mod catalogue;
pub mod domain_name;
pub mod fault;
pub mod fingerprint;
pub mod format;
pub mod known;
pub mod ledger;
pub mod machine;
pub mod order;
pub mod producer;
pub mod purchase;
pub mod record;
pub mod rotation;
#[cfg(feature = "openapi")]
pub mod schema;
pub mod seal;
pub mod signal;
pub mod state;
pub mod trace;
pub mod validate;
pub mod view;
