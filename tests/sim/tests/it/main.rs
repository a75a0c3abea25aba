//! The simulator over real HTTP: every call's success and failure, every fault, the ledger.

mod connectreseller;
mod faults;
mod logicboxes;
mod program;
mod strictness;
mod transfers;
mod world;
