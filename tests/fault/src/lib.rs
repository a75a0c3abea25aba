//! Random orders and faults from a seed, in virtual time; what money rests on is checked after every event.
//!
//! 1. [`plan`] is what is going to happen; [`random`] makes one of a seed, by the draws of [`chance`].
//! 2. [`world`] lets it happen: one row of events. [`worker`] and [`handler`] are the handler's loop around the real
//!    [`domorder_jobs::machine::next`]; [`ledger`] is what the scripts promise, and [`journal`] what is kept beside it;
//!    [`provider`] and [`paid`] are where the money goes; [`people`] are producers, operators, and the faults that have
//!    a time.
//! 3. [`laws`] says after every event whether P1 to P17 hold, [`brakes`] and [`pauses`] what holds of an account that
//!    is kept back. [`guards`] are what keeps them; each can be left off.
//! 4. [`shrink`] makes a history that breaks a law short enough to be read; [`seeds`] runs many.
//!
//! No clock, no thread, no socket: the same seed is the same history everywhere.

mod brakes;
mod chance;
pub mod guards;
mod handler;
mod journal;
mod laws;
mod ledger;
mod paid;
mod pauses;
mod people;
pub mod plan;
mod provider;
mod random;
pub mod seeds;
mod shrink;
mod worker;
mod world;

pub use guards::{Guard, Guards};
pub use laws::Violation;
pub use plan::Plan;
pub use shrink::told;
pub use world::{Outcome, simulate};
