//! What the ledger holds, and what is sent to it and told by it.

use std::collections::BTreeMap;
use std::rc::Rc;

use domorder_jobs::machine::{Proved, SignalSeen};
use domorder_jobs::record::OrderRecord;

use super::breaker::{Brake, Breaker};
use crate::plan::Ms;

/// An order's id: never used twice, not even after a loss.
pub(crate) type Id = u32;

/// One life of one server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Which process it is.
    pub(crate) run: u32,
    /// Its number.
    pub(crate) n: u64,
    /// Since when, by its clock; 0: the first of a new ledger.
    pub(crate) since: Ms,
}

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Which order of the plan.
    pub(crate) order: usize,
    /// The state record.
    pub(crate) rec: OrderRecord,
    /// Grows with each change.
    pub(crate) version: u64,
    /// Grows with each claim.
    pub(crate) fence: i64,
    /// The lease's end by the server's clock; 0: nobody holds it.
    pub(crate) lease: Ms,
    /// When it is due, by the server's clock.
    pub(crate) due: Option<Ms>,
    /// When its deadline is to be noticed though its account is paused, by the server's clock.
    pub(crate) notice: Option<Ms>,
    /// It waits for its account's breaker.
    pub(crate) shelved: bool,
    /// To be looked at as soon as its holder lets go.
    pub(crate) poke: bool,
    /// Signals that wait.
    pub(crate) signals: Vec<SignalSeen>,
}

/// Who has a domain, and who waits for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lane {
    pub(super) has: Id,
    pub(super) line: Vec<Id>,
}

/// A state of the ledger.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    /// The orders.
    pub(crate) orders: BTreeMap<Id, Rc<Row>>,
    /// Idempotency keys: the order, and a fingerprint of its content.
    pub(super) keys: BTreeMap<usize, (Id, u8)>,
    pub(super) lanes: BTreeMap<usize, Lane>,
    /// What was last proved of a name, by account and domain.
    pub(super) proved: BTreeMap<(usize, usize), Proved>,
    pub(super) fence: i64,
    /// The server's present life.
    pub(crate) epoch: Epoch,
    /// The accounts' breakers for paid calls.
    pub(crate) breakers: [Breaker; 2],
    /// Accounts that are paused.
    pub(crate) paused: [bool; 2],
    /// The epoch in which an account was last claimed of.
    pub(super) claimed_in: [u64; 2],
}

/// A record as a worker sends it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// The order.
    pub(crate) id: Id,
    /// The fence it was claimed with.
    pub(crate) fence: i64,
    /// The version it builds on.
    pub(crate) version: u64,
    /// The record.
    pub(crate) rec: OrderRecord,
    /// When it is due if it is let go; `Some(None)`: never.
    pub(crate) due: Due,
    /// Changes that were held back and are told with it.
    pub(crate) before: u64,
    /// Signals taken in.
    pub(crate) consumed: usize,
    /// The lease is given back.
    pub(crate) release: bool,
    /// What it has proved of its name.
    pub(crate) proved: Option<Proved>,
    /// When its deadline is to be noticed from now on.
    pub(crate) notice: Notice,
    /// It is waited for until the disk has it.
    pub(crate) durable: bool,
    /// It is an intent of this epoch.
    pub(crate) intent: Option<u64>,
}

/// When a deadline is to be noticed, should the account be paused then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Nothing new.
    AsBefore,
    /// Then, by the server's clock.
    At(Ms),
    /// Not any more.
    Never,
}

/// When an order wants to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// At once.
    Now,
    /// Then, by the server's clock.
    At(Ms),
    /// When it is woken.
    Never,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It was made, now or before: the version.
    Made(u64),
    /// There is no such order.
    Missing,
    /// Somebody else's, or nobody's.
    Lease,
    /// Another version.
    Version,
    /// Another epoch.
    Epoch,
    /// The breaker holds the intent back until then.
    Breaker(Ms),
}

/// An order under a lease.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    /// Its id.
    pub(crate) id: Id,
    /// As it was handed out.
    pub(crate) row: Rc<Row>,
    /// The first of its domain.
    pub(crate) head: bool,
    /// What the breaker keeps it from.
    pub(crate) brake: Brake,
    /// Its account is paused: its deadline has passed.
    pub(crate) paused: bool,
    /// What was last proved of its name.
    pub(crate) proved: Option<Proved>,
    /// What to do with it is known by these.
    pub(crate) epoch: Epoch,
    /// The server's clock at the claim.
    pub(crate) now: Ms,
}

/// What became of an order that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// New.
    New(Id),
    /// It was there.
    Replayed(Id),
    /// The key has another content: nothing was changed.
    Conflict,
}
