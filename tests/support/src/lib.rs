//! Real servers for tests: a private Redis on its own port and folder, persistent as in production.
//!
//! A test owns its server: nothing is shared, so all of them run in parallel, and one may kill its own at any moment.
//! The server dies with the value that holds it.

mod cluster;
pub mod fuzz;
mod proxy;
mod replica;
pub mod report;
mod sentinel;
mod server;
mod waitaof;

pub use cluster::RedisCluster;
pub use proxy::{Cut, ErrorReply, Place, RedisProxy};
pub use replica::RedisReplica;
pub use sentinel::RedisSentinel;
pub use server::{AppendFsync, RedisOptions, RedisServer, StartError};
pub use waitaof::{Confirms, WaitaofProxy};
