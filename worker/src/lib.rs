//! The worker: wiring, handlers, intake, HTTP, metrics, command line. A library so that tests can run it whole.
//!
//! `main.rs` hands over to [`cli`]; `domorder run` is [`run`]; [`wiring`] makes the parts out of the configuration;
//! [`workers`] runs a lane a provider account through apalis; [`handler`] drives one order; [`survey`] asks one list
//! for many that wait; [`intake`] takes documents and signals out of the stream; [`listing`] finds orders by their marks;
//! [`traces`] tells a collector what was done about each order.

pub mod card;
pub mod cli;
pub mod clock;
pub mod deadman;
pub mod files;
pub mod handler;
pub mod http;
pub mod init;
pub mod intake;
pub mod journal;
pub mod listing;
pub mod memory;
pub mod metrics;
pub mod run;
pub mod survey;
pub mod sweeper;
pub mod telemetry;
pub mod traces;
pub mod webhooks;
pub mod wiring;
pub mod workers;
