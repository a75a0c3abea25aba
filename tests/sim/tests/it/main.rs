//! The simulator over real HTTP: every call's success and failure, every fault, the ledger.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and a panic is how one fails"
)]

mod conformance;
mod connectreseller;
mod connectreseller_domains;
mod connectreseller_network;
mod connectreseller_people;
mod connectreseller_quirks;
mod examples;
mod faults;
mod listing;
mod logicboxes;
mod logicboxes_calls;
mod logicboxes_domains;
mod logicboxes_orders;
mod logicboxes_prepare;
mod logicboxes_rows;
mod logicboxes_transfers;
mod namecom;
mod program;
mod strictness;
mod transfers;
mod world;
