//! The whole system: the real `domorder` as a process, on the providers' simulator and a private, persistent Redis.
//!
//! Each test makes its own [`world::World`] and orders as a billing system would, through the intake stream. What holds
//! of every order whatever happens (money, events, secrets) is not written in the tests: the world checks it when it
//! is dropped.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

mod world;

mod breaker;
mod canaries;
mod clinic;
mod command_line;
mod configuration;
mod containers;
mod crashes;
mod doctor;
mod facts;
mod fault_points;
mod funds;
mod http;
mod http_accounts;
mod http_auth;
mod http_batch;
mod http_events;
mod http_fuzz;
mod http_signals;
mod http_streams;
mod identity;
mod kinds;
mod laws;
mod logins;
mod looking;
mod lost_answers;
mod not_found;
mod operating;
mod page;
mod page_browser;
mod page_lists;
mod preparation;
mod probes;
mod producers;
mod redis;
mod redis_faults;
mod refusals;
mod renewals;
mod rotation;
mod soak;
mod stopping;
mod storm;
mod traces;
mod transfers;
mod upgrades;
mod watch;
mod webhooks;
