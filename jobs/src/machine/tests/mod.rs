//! The order machine, held three ways.
//!
//! Tables of rows, by kind and by what happens: [`register`], [`answers`], [`transfer`], [`changes`], [`renew`],
//! [`email_order`], [`signals`], [`decisions`], [`around`], [`settle`], [`listed`], [`paused`], [`guarded`], [`proved`];
//! each row goes through one [`check`]. Each kind's whole table and the diagram drawn from it, as snapshots: [`table`].
//! The [`laws`], over random [`histories`] that [`driver`] plays, and
//! [`wrong`] machines that each of them catches.

mod answers;
mod around;
mod changes;
mod check;
mod decisions;
mod driver;
mod email_order;
mod guarded;
mod histories;
mod laws;
mod listed;
mod patience;
mod paused;
mod proved;
mod proved_text;
mod recalled;
mod register;
mod renew;
mod settle;
mod signals;
mod stands;
mod table;
mod transfer;
mod world;
mod wrong;
mod wrong_limits;
