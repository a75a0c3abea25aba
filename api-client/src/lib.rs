#![doc = include_str!("../README.md")]
pub mod catalogue;
pub mod connectreseller;
pub mod endpoint;
mod failure;
pub mod guards;
pub mod http;
mod listing;
pub mod logicboxes;
pub mod model;
pub mod namecom;
pub mod provider;
#[cfg(test)]
mod testing;
