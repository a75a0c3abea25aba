//! Recording, by group commit: records that are ready together share one pipeline and one wait for the disk.
//!
//! A batch whose connection breaks is sent again on a new one; the script recognises what was applied (same fence, next
//! version, same text), so nothing is recorded twice and nothing is answered that is not there.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Semaphore, mpsc, oneshot};

use super::{
    BATCH_MAX, Effort, Ledger, LedgerError, LedgerSettings, Link, Routed,
    accept::rank,
    keys::{Keys, slot_of},
    script, value,
};
use crate::state::{Priority, Reason, State};

/// When an order wants to run next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// At once, by priority.
    Now,
    /// At this time of Redis' clock, in ms.
    At(u64),
    /// When a signal or its turn on the domain comes, not before.
    Never,
}

/// What is told of a change: see the fields of [`Record`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The event of a visible change.
    pub event: Option<String>,
    /// The timeline's entry.
    pub timeline: Option<String>,
}

/// What became of an order.
#[derive(Debug, Clone)]
pub struct Record {
    /// Which.
    pub id: String,
    /// The fence it was claimed with.
    pub fence: u64,
    /// The version it builds on; the record makes it the next one, or one more for each change before it.
    pub version: u64,
    /// The new record.
    pub rec: String,
    /// Where it stands now. A final state ends its lease, its due time and its turn on the domain.
    pub state: State,
    /// When it wants to run next; used if it is released.
    pub due: Due,
    /// Its urgency from now on.
    pub priority: Priority,
    /// The event of a visible change.
    pub event: Option<String>,
    /// The timeline's entry.
    pub timeline: Option<String>,
    /// Changes of the same claim that came before this one and were not recorded by themselves. Each makes a version
    /// too, and is told in its turn.
    pub before: Vec<Change>,
    /// How many of the signals that came with the claim were taken in.
    pub signals_consumed: usize,
    /// Let go of it; else the lease stays as it is.
    pub release: bool,
    /// Let the next order have the domain although this one is not final.
    pub release_lane: bool,
    /// The record is an intent to spend money in this epoch: refused in any other, and when the lease has ended.
    pub intent_epoch: Option<u64>,
    /// What it has proved of its resource, for the orders of that which follow at its account; `<word>@<seconds since
    /// 1970> …`, of which the ledger reads the first time only. Kept for two days.
    pub proved: Option<String>,
    /// What its account parks it for; the ledger lets it go when that is over.
    pub parked: Option<Shelf>,
    /// Answer when the record is durable as configured. Intents and outcomes are; what a crash may undo without harm
    /// (a look that saw nothing new) need not be, and then costs no wait.
    pub durable: bool,
}

/// What orders are parked for that concerns their whole account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shelf {
    /// For what: [`Reason::BreakerOpen`].
    pub reason: Reason,
    /// The order's deadline by Redis' clock, ms: the nearest is let go first.
    pub deadline_ms: Option<u64>,
}

/// Stands behind every deadline, and is exact as a score.
pub(super) const NO_DEADLINE: u64 = 9_000_000_000_000_000;

/// A record that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The order's version now.
    pub version: u64,
    /// Redis' clock.
    pub now_ms: u64,
    /// A signal came, or the order's turn, while it was held: if it was released, it is due at once.
    pub poked: bool,
    /// The account's breaker wants to hear what becomes of this intent: [`Ledger::paid_call_came_to`].
    pub watched: bool,
}

/// A record that was not made.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The order is somebody else's now, or nobody's. Keep evidence with [`Ledger::note`] and let go.
    #[error("the lease is lost")]
    LostLease,
    /// We hold the order, but build on another version than it has: a fault of ours.
    #[error("the order is at version {found}")]
    WrongVersion {
        /// The version it has.
        found: u64,
    },
    /// The server was restarted or replaced since the claim: nothing may be sent.
    #[error("the server's epoch is {now}")]
    Epoch {
        /// The epoch that is.
        now: u64,
    },
    /// The account's breaker holds intents back: nothing may be sent.
    #[error("the account's breaker is open")]
    Breaker {
        /// Until then, by Redis' clock, ms.
        until_ms: u64,
    },
    /// The record may or may not have been made. Recording the very same again is safe and tells.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Ledger {
    /// Records what became of an order; answers when the record is made and, if wanted, durable.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub async fn record(&self, record: Record) -> Result<Recorded, RecordError> {
        let shard = self.shard_of(&record.id)?;
        let (answer, answered) = oneshot::channel();
        let queue = self.inner.committers.queue(shard, record.durable);
        queue
            .send(Job { shard, record, answer })
            .await
            .map_err(|_| LedgerError::Closed)?;
        answered.await.unwrap_or(Err(RecordError::Ledger(LedgerError::Closed)))
    }
}

struct Job {
    shard: u16,
    record: Record,
    answer: oneshot::Sender<Result<Recorded, RecordError>>,
}

/// The tasks that commit. They end when the ledger is dropped.
pub(super) struct Committers {
    durable: Vec<mpsc::Sender<Job>>,
    plain: Vec<mpsc::Sender<Job>>,
}

impl Committers {
    /// In a cluster one for each shard, so that a master that is away holds up its own shards only.
    pub(super) fn start(
        keys: &Keys,
        settings: &LedgerSettings,
        cluster: bool,
        writes: &Arc<Link>,
        others: &Arc<Link>,
    ) -> Self {
        let n = if cluster { settings.shards } else { 1 };
        let start = |link: &Arc<Link>, durable: bool| {
            let (sender, queue) = mpsc::channel(4_096);
            let committer = Arc::new(Committer {
                keys: keys.clone(),
                link: link.clone(),
                durable,
                patience: settings.response_timeout * 3,
            });
            tokio::spawn(committer.run(queue));
            sender
        };
        Self {
            durable: (0..n).map(|_| start(writes, true)).collect(),
            plain: (0..n).map(|_| start(others, false)).collect(),
        }
    }

    fn queue(&self, shard: u16, durable: bool) -> &mpsc::Sender<Job> {
        let queues = if durable { &self.durable } else { &self.plain };
        &queues[usize::from(shard) % queues.len()]
    }
}

/// Batches under way at once: one is on the disk while the next one is gathered and sent.
const IN_FLIGHT: usize = 2;

struct Committer {
    keys: Keys,
    link: Arc<Link>,
    durable: bool,
    patience: Duration,
}

impl Committer {
    async fn run(self: Arc<Self>, mut queue: mpsc::Receiver<Job>) {
        let places = Arc::new(Semaphore::new(IN_FLIGHT));
        loop {
            // The place first: while none is free, records gather, and the next batch is the larger.
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            let mut jobs = Vec::new();
            if queue.recv_many(&mut jobs, BATCH_MAX * 4).await == 0 {
                return;
            }
            let committer = self.clone();
            tokio::spawn(async move {
                committer.commit(jobs).await;
                drop(place);
            });
        }
    }

    async fn commit(&self, mut jobs: Vec<Job>) {
        jobs.sort_by_key(|job| job.shard);
        let batches: Vec<&[Job]> = jobs
            .chunk_by(|a, b| a.shard == b.shard)
            .flat_map(|same| same.chunks(BATCH_MAX))
            .collect();
        let commands = batches.iter().map(|batch| self.command(batch)).collect();
        match self.link.send(commands, Effort::For(self.patience), self.durable).await {
            Ok(answers) => {
                let answers: Vec<Result<Recorded, RecordError>> = answers
                    .iter()
                    .flat_map(|answer| value::list(answer).chunks_exact(6).map(read))
                    .collect();
                if answers.len() != jobs.len() {
                    let error = LedgerError::Invalid("the ledger's answer does not fit its question".to_owned());
                    return fail(jobs, &error);
                }
                for (job, answer) in jobs.into_iter().zip(answers) {
                    let _ = job.answer.send(answer);
                }
            }
            Err(error) => fail(jobs, &error),
        }
    }

    fn command(&self, batch: &[Job]) -> Routed {
        let prefix = self.keys.shard(batch.first().map_or(0, |job| job.shard));
        let mut command = script::RECORD.call(&prefix);
        for Job { record, .. } in batch {
            command
                .arg(&record.id)
                .arg(record.fence)
                .arg(record.version)
                .arg(&record.rec)
                .arg(record.state.as_str());
            match record.due {
                Due::Now => command.arg("now"),
                Due::At(ms) => command.arg(ms),
                Due::Never => command.arg("never"),
            };
            command.arg(rank(record.priority));
            command.arg(record.event.as_deref().unwrap_or_default());
            command.arg(record.timeline.as_deref().unwrap_or_default());
            command.arg(record.signals_consumed);
            command.arg(u8::from(record.release)).arg(u8::from(record.release_lane));
            command.arg(record.intent_epoch.map(|epoch| epoch.to_string()).unwrap_or_default());
            command.arg(record.parked.map(|shelf| shelf.reason.as_str()).unwrap_or_default());
            command.arg(record.parked.and_then(|shelf| shelf.deadline_ms).unwrap_or(NO_DEADLINE));
            command.arg(record.proved.as_deref().unwrap_or_default());
            command.arg(record.before.len());
            for change in &record.before {
                command.arg(change.event.as_deref().unwrap_or_default());
                command.arg(change.timeline.as_deref().unwrap_or_default());
            }
        }
        Routed {
            slot: slot_of(&prefix),
            command,
        }
    }
}

fn fail(jobs: Vec<Job>, error: &LedgerError) {
    for job in jobs {
        let _ = job.answer.send(Err(RecordError::Ledger(error.share())));
    }
}

/// `code, version, now, poked, epoch, breaker`.
fn read(answer: &[redis::Value]) -> Result<Recorded, RecordError> {
    let [code, version, now, poked, epoch, breaker] = answer else {
        return Err(RecordError::LostLease);
    };
    match value::text(code).as_str() {
        "ok" => Ok(Recorded {
            version: value::uint(version),
            now_ms: value::uint(now),
            poked: value::uint(poked) == 1,
            watched: value::uint(breaker) == 1,
        }),
        "version" => Err(RecordError::WrongVersion {
            found: value::uint(version),
        }),
        "breaker" => Err(RecordError::Breaker {
            until_ms: value::uint(breaker),
        }),
        "epoch" => Err(RecordError::Epoch {
            now: value::uint(epoch),
        }),
        // An order that is not there is not ours.
        _ => Err(RecordError::LostLease),
    }
}
