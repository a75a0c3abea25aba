//! The order ledger: the truth about orders, and their queue.
//!
//! One order is one record in Redis; that it has work to do is the fact that it stands in a sorted set of due times.
//! No second store could disagree with it. An order's life here:
//!
//! 1. [`Ledger::accept`] claims its idempotency key, then creates it, due.
//! 2. [`Ledger::claim`] hands it out under a lease with a fence, by Redis' clock, a batch in one round trip.
//! 3. [`Ledger::record`] writes what became of it: state, due time, indexes, event and timeline in one atomic step,
//!    refused unless fence and version match, grouped with other records, answered once it is durable.
//! 4. [`Ledger::extend`] keeps the lease while work goes on; a lease that ends makes the order due by itself.
//! 5. [`Ledger::signal`] tells it something; [`Ledger::sweep`] deletes it long after it is final.
//!
//! Document, record, events, timeline entries and signals are the callers' text; the ledger knows the index fields only.
//! It does not decide anything about an order, and never reads a document.
//!
//! All keys of a shard share a hash tag, so each script is one slot's business, on one server or in a cluster alike.

mod accept;
mod accounts;
mod breaker;
mod census;
mod check;
mod claim;
mod commit;
mod connection;
mod contacts;
mod durability;
mod error;
mod events;
mod intake;
mod keys;
mod lease;
mod pace;
mod purse;
mod query;
mod reseal;
mod rights;
mod script;
mod sweep;
mod tail;
mod topology;
mod value;
mod wake;
mod webhooks;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use redis::Cmd;
use tokio::sync::broadcast;

pub use accept::{Acceptance, NewOrder};
pub use accounts::Depth;
pub use breaker::{Brake, BreakerLimits, BreakerState, Breakers, PaidCall};
pub use census::Backlog;
pub use check::{CheckFault, ServerReport};
pub use claim::{Claimed, ClaimedOrder, Epoch, HeldBack, Limits, Rate};
pub use commit::{Change, Due, Notice, Record, RecordError, Recorded, Shelf};
pub use error::LedgerError;
pub use events::{Event, EventAt, EventCursor, EventTail, NoPlace};
pub use intake::{Intake, IntakeEntry};
pub use keys::{new_order_id, shard_of_id, shard_of_resource};
pub use lease::{SIGNALS_MAX, Signalled};
pub use purse::{Funds, MayPay, Paid, Price, Purse};
pub use query::{Count, Filter, Listed, Meta, Page, Stored};
pub use reseal::{Reseal, Resealed};
pub use tail::Tail;
pub use wake::Wake;
pub use webhooks::{Begin, DeadLetter, HeldOrder, HookLook, HookPosition, HookUpdate, Webhooks};

use connection::{Effort, Link, Routed};
use durability::Standard;
use keys::{Keys, slot_of};
use script::Script;
use topology::Topology;

/// Most orders a script takes at once: it holds up the whole server while it runs.
pub const BATCH_MAX: usize = 128;

/// What a write waits for before it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The server's disk.
    #[default]
    Fsync,
    /// The server's disk, and all its replicas.
    Replicated,
    /// Nothing: a crash of the server may lose what was answered.
    Relaxed,
}

impl Durability {
    /// Its word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fsync => "fsync",
            Self::Replicated => "replicated",
            Self::Relaxed => "relaxed",
        }
    }
}

/// Where the ledger is.
#[derive(Clone)]
pub struct LedgerSettings {
    /// `redis://`, `rediss://`, `redis+sentinel://host:port,host:port/service`, `redis+cluster://host:port,host:port`.
    pub url: String,
    /// Stands before every key.
    pub namespace: String,
    /// How many hash-tag partitions.
    pub shards: u16,
    /// What a write waits for.
    pub durability: Durability,
    /// How long an answer may take; the client's own half second cancels work in a short stall.
    pub response_timeout: Duration,
    /// An empty ledger on a server that has been up for less than this is a new one; on any other it may be one that
    /// lost what it held.
    pub new_server: Duration,
}

impl LedgerSettings {
    /// One shard, durable by fsync, answers within 5 s.
    #[must_use]
    pub fn new(url: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            namespace: namespace.into(),
            shards: 1,
            durability: Durability::Fsync,
            response_timeout: Duration::from_secs(5),
            new_server: Duration::from_secs(900),
        }
    }
}

impl std::fmt::Debug for LedgerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("LedgerSettings")
            .field("namespace", &self.namespace)
            .field("shards", &self.shards)
            .field("durability", &self.durability)
            .finish_non_exhaustive()
    }
}

/// The order ledger on Redis. Cheap to clone; all clones share connections and grouped writes.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    settings: LedgerSettings,
    keys: Keys,
    topology: Arc<Topology>,
    standard: Arc<Standard>,
    /// Writes that are waited for: `WAITAOF` holds up all that follows on its connection.
    writes: Arc<Link>,
    /// Claims and all else.
    others: Arc<Link>,
    committers: commit::Committers,
    names: claim::Names,
    wakes: broadcast::Sender<Wake>,
    /// Ends the subscription with the last clone.
    _listening: tokio_util::sync::DropGuard,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens the ledger and makes sure that its server answers.
    ///
    /// Later losses of the server are survived; only here is its absence an error, so that a start can say so. Whether
    /// the server can be trusted with orders is [`Ledger::check`]'s question.
    ///
    /// # Errors
    /// [`LedgerError::Address`] or [`LedgerError::Invalid`] for wrong settings; [`LedgerError::Unreachable`] and
    /// [`LedgerError::Unavailable`] (both retryable) while no server serves.
    pub async fn connect(settings: LedgerSettings) -> Result<Self, LedgerError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
        if settings.namespace.is_empty() || !settings.namespace.bytes().all(fits) {
            return Err(LedgerError::Invalid(
                "a namespace has letters, digits and -_.: only".to_owned(),
            ));
        }
        if settings.shards == 0 {
            return Err(LedgerError::Invalid("a ledger has one shard at least".to_owned()));
        }
        let timeout = settings.response_timeout;
        let topology = Arc::new(Topology::parse(&settings.url, timeout)?);
        let keys = Keys::new(&settings.namespace);
        let standard = Arc::new(Standard::new(settings.durability, keys.probes(settings.shards)));
        let link =
            |standard: &Arc<Standard>| Arc::new(Link::new(topology.clone(), Some(timeout), timeout, standard.clone()));
        let (writes, others) = (link(&standard), link(&Standard::none()));
        others
            .one(slot_of(&keys.shard(0)), redis::cmd("PING"), Effort::UnlessSent)
            .await?;
        let committers = commit::Committers::start(&keys, &settings, topology.is_cluster(), &writes, &others);
        let (wakes, _) = broadcast::channel(1_024);
        let stop = tokio_util::sync::CancellationToken::new();
        wake::listen(topology.clone(), keys.clone(), wakes.clone(), stop.clone());
        let _listening = stop.drop_guard();
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                keys,
                topology,
                standard,
                writes,
                others,
                committers,
                names: claim::Names::default(),
                wakes,
                _listening,
            }),
        })
    }

    /// How many shards there are; a replica claims from all of them.
    #[must_use]
    pub fn shards(&self) -> u16 {
        self.inner.settings.shards
    }

    /// What a write waits for before it is answered.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.inner.settings.durability
    }

    /// What every key begins with.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.inner.settings.namespace
    }

    /// A new id for an order about a resource (a domain), in the resource's shard.
    #[must_use]
    pub fn new_order_id(&self, resource: &str) -> String {
        new_order_id(shard_of_resource(resource, self.shards()))
    }

    /// How long a command is asked again while its server is away.
    fn patience(&self) -> Effort {
        Effort::For(self.inner.settings.response_timeout * 2)
    }

    /// The shard of an order, if it is one of ours.
    fn shard_of(&self, id: &str) -> Result<u16, LedgerError> {
        shard_of_id(id)
            .filter(|shard| *shard < self.shards())
            .ok_or_else(|| LedgerError::Invalid(format!("`{id}` is no order id of this ledger")))
    }

    /// A script's command for a shard.
    fn call(&self, script: &Script, shard: u16) -> Cmd {
        script.call(&self.inner.keys.shard(shard))
    }

    fn slot(&self, shard: u16) -> u16 {
        slot_of(&self.inner.keys.shard(shard))
    }

    fn route(&self, shard: u16, command: Cmd) -> Routed {
        Routed {
            slot: self.slot(shard),
            command,
        }
    }

    async fn ask(&self, shard: u16, command: Cmd) -> Result<redis::Value, LedgerError> {
        self.inner.others.one(self.slot(shard), command, self.patience()).await
    }

    /// The same command for every shard; answers by shard.
    async fn ask_all(&self, command: impl Fn(u16) -> Cmd) -> Result<Vec<redis::Value>, LedgerError> {
        let commands = (0..self.shards())
            .map(|shard| self.route(shard, command(shard)))
            .collect();
        self.inner.others.send(commands, self.patience(), false).await
    }
}
