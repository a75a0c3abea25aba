//! Every parser that reads what others write, given inputs that are nearly right; and what must hold of each.
//!
//! A module a kind of input. Seeds are the fixtures, examples and demo orders of this repository; `corpus/<target>/` keeps
//! what broke something once. The engine is `domorder_tests_support::fuzz`. Parsers that are private to the worker are
//! fuzzed beside their code (`worker/src/http/fuzz.rs`, `worker/src/webhooks/fuzz.rs`).

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

mod answers;
mod calls;
mod configuration;
mod journal;
mod names;
mod one_byte;
mod orders;
mod places;
mod sealed;
mod signals;
mod world;
