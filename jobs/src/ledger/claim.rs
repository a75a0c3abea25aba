//! Claiming: a batch of due orders, leased, in one round trip.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::Value;

use super::{BATCH_MAX, Brake, Effort, Ledger, LedgerError, query::Meta, script, value};
use crate::state::{Kind, Priority, State};

/// How fast an account may be used, by all replicas together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// This many calls …
    pub tokens: u32,
    /// … in this time.
    pub period: Duration,
    /// How many calls an order is counted as when it is handed out.
    pub per_order: u32,
    /// How many calls may be made at once after a pause; at least `per_order` is used.
    pub burst: u32,
}

impl Rate {
    /// What an order is counted as, and what may be counted at once after a pause, in ms of a shard's part of the rate.
    pub(super) fn cost_and_burst(self, shards: u16) -> (f64, f64) {
        let token = self.period.as_secs_f64() * 1_000.0 * f64::from(shards) / f64::from(self.tokens.max(1));
        let (cost, burst) = (token * f64::from(self.per_order), token * f64::from(self.burst));
        (cost, burst.max(cost))
    }
}

/// What an account may use, by all replicas together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Orders held at a time. With several shards each gets its part (at least one).
    pub concurrency: Option<u32>,
    /// How fast orders are handed out. With several shards each gets its part.
    pub rate: Option<Rate>,
    /// Hand out although the account is paused.
    pub ignore_pause: bool,
}

/// One life of the shard's server: a restart or a failover begins the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// Counts up from 1.
    pub number: u64,
    /// When it began, by Redis' clock; 0 for the first one of a new ledger, which nothing came before.
    pub since_ms: u64,
}

/// Why less was handed out than is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBack {
    /// The account is paused.
    Paused {
        /// Why.
        reason: String,
    },
    /// As many orders are held as may be.
    Concurrency,
    /// The rate is used up.
    Rate,
}

/// An order that is ours until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedOrder {
    /// Which.
    pub id: String,
    /// What every record must name; grows with every claim.
    pub fence: u64,
    /// What the next record must name.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// What is ordered.
    pub kind: Kind,
    /// Its urgency.
    pub priority: Priority,
    /// What only one order may work on at a time.
    pub resource: String,
    /// The document.
    pub doc: String,
    /// The record.
    pub rec: String,
    /// Signals that wait, oldest first; a record says how many of them it took in.
    pub signals: Vec<String>,
    /// Whether it may work on its resource. If not it is in line: record it with [`super::Due::Never`] and it becomes
    /// due when its turn comes.
    pub lane_head: bool,
    /// Whether its last holder went silent: it died, or its server did.
    pub lapsed: bool,
    /// When our lease ends, by Redis' clock.
    pub lease_end_ms: u64,
    /// What was last proved of its resource at its account, as [`super::Record::proved`] told it; empty: nothing.
    pub proved: String,
    /// What the account's breaker keeps back.
    pub brake: Brake,
}

/// What a claim brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The orders, most urgent first.
    pub orders: Vec<ClaimedOrder>,
    /// When it is worth asking again: zero if more is due already, `None` if nothing waits. A wake-up may come earlier.
    pub next_due: Option<Duration>,
    /// Redis' clock.
    pub now_ms: u64,
    /// The server's present life.
    pub epoch: Epoch,
    /// Why more is due than was handed out.
    pub held_back: Option<HeldBack>,
    /// Orders that were due but cannot be read. They were set aside: count them, log them, have a person look.
    pub bad: Vec<String>,
}

/// The shards' ledgers by name, as they were last known: one that was emptied gets another.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashMap<u16, String>>);

impl Names {
    fn of(&self, shard: u16) -> String {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(&shard).cloned().unwrap_or_default()
    }

    fn remember(&self, shard: u16, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(shard, name.to_owned());
    }
}

impl Ledger {
    /// Hands out up to `n` (at most [`BATCH_MAX`]) due orders of an account and shard, leased from now by Redis' clock.
    ///
    /// # Errors
    /// [`LedgerError::NotDurable`] while the server does not keep what is written as durability asks for: nothing is
    /// handed out then. Else any of the server's; if the answer was lost, what was handed out comes back when the lease ends.
    pub async fn claim(
        &self,
        shard: u16,
        account: &str,
        n: usize,
        lease: Duration,
        limits: Limits,
    ) -> Result<Claimed, LedgerError> {
        self.see_that_the_standard_is_met().await?;
        let shards = u32::from(self.shards());
        let concurrency = limits.concurrency.map_or(0, |limit| (limit / shards).max(1));
        let (cost, burst) = limits
            .rate
            .map_or((0.0, 0.0), |rate| rate.cost_and_burst(self.shards()));
        let mut command = self.call(&script::CLAIM, shard);
        command
            .arg(account)
            .arg(n.min(BATCH_MAX))
            .arg(millis(lease))
            .arg(concurrency)
            .arg(cost)
            .arg(burst);
        let known = self.inner.names.of(shard);
        command
            .arg(u8::from(limits.ignore_pause))
            .arg(&known)
            .arg(self.inner.settings.new_server.as_secs());
        let answer = self
            .inner
            .others
            .one(self.slot(shard), command, Effort::UnlessSent)
            .await?;
        let claimed = self.read_claim(&answer);
        self.heed_name(
            shard,
            known,
            &value::text(value::list(&answer).get(10).unwrap_or(&Value::Nil)),
            claimed.epoch,
        );
        Ok(claimed)
    }

    /// Remembers the ledger by its name, and says so where another was known, or lost before anybody knew it.
    fn heed_name(&self, shard: u16, known: String, name: &str, epoch: Epoch) {
        if known == name {
            return;
        }
        if !known.is_empty() {
            tracing::error!(
                shard,
                "Redis has lost all that this ledger held: nothing is bought until calls from before must have come to \
                 their end; producers may hand in again"
            );
        } else if epoch.number == 1 && epoch.since_ms > 0 {
            tracing::warn!(
                shard,
                "the ledger is empty, and its Redis is not new: in case it lost what it held, nothing is bought until calls \
                 from before must have come to their end. A new installation waits this once"
            );
        }
        self.inner.names.remember(shard, name);
    }

    fn read_claim(&self, answer: &Value) -> Claimed {
        let parts = value::list(answer);
        let at = |index: usize| parts.get(index).unwrap_or(&Value::Nil);
        let mut bad = value::texts(at(7));
        let fence = value::uint(at(6));
        let (brake, trial) = Brake::read(at(9));
        let mut orders = Vec::new();
        for entry in value::list(at(8)).chunks_exact(8) {
            let id = value::text(&entry[0]);
            match Meta::parse(&value::text(&entry[1])) {
                Some(meta) => orders.push(ClaimedOrder {
                    brake: brake.of(id == trial),
                    id,
                    fence,
                    version: meta.version,
                    state: meta.state,
                    kind: meta.kind,
                    priority: meta.priority,
                    resource: meta.resource,
                    doc: value::text(&entry[2]),
                    rec: value::text(&entry[3]),
                    signals: value::signals(&value::text(&entry[4])),
                    lane_head: value::uint(&entry[5]) == 1,
                    lapsed: value::uint(&entry[6]) == 1,
                    proved: value::text(&entry[7]),
                    lease_end_ms: meta.lease_end_ms,
                }),
                // A state or kind of a newer version of ours: the script cannot tell, so it is put aside from here.
                None => {
                    let (ledger, id_there) = (self.clone(), id.clone());
                    tokio::spawn(async move {
                        if let Err(error) = ledger.set_aside(&id_there, fence).await {
                            tracing::warn!(order.id = id_there, error = %error, "an unreadable order was not set aside yet");
                        }
                    });
                    bad.push(id);
                }
            }
        }
        let held_back = match value::text(at(3)).as_str() {
            "paused" => Some(HeldBack::Paused {
                reason: value::text(at(4)),
            }),
            "concurrency" => Some(HeldBack::Concurrency),
            "rate" => Some(HeldBack::Rate),
            _ => None,
        };
        Claimed {
            orders,
            next_due: value::int(at(5))
                .and_then(|ms| u64::try_from(ms).ok())
                .map(Duration::from_millis),
            now_ms: value::uint(at(0)),
            epoch: Epoch {
                number: value::uint(at(1)),
                since_ms: value::uint(at(2)),
            },
            held_back,
            bad,
        }
    }
}

/// Whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
