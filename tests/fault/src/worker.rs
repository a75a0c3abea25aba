//! A worker process, and the orders it has in hand.

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_api_client::provider::Outcome;
use domorder_jobs::machine::{Look, Observation, Proved, SignalSeen, Step};
use domorder_jobs::record::OrderRecord;

use crate::ledger::{Brake, Claimed, Epoch, Id, Record, Told};
use crate::plan::{CallFault, Ms, Point, SECOND};
use crate::provider::Asset;

/// How long a lease is.
pub(crate) const LEASE: Ms = 90 * SECOND;
/// How often unarmed leases are extended.
pub(crate) const EXTENDED_EVERY: Ms = 30 * SECOND;
/// The longest a paid call takes.
pub(crate) const CALL_TIMEOUT: Ms = 30 * SECOND;
/// An intent older than this is not sent.
pub(crate) const GATE: Ms = 10 * SECOND;
/// The heartbeat that winds the timer up, and how long the timer runs.
pub(crate) const BEAT: Ms = 2 * SECOND;
/// As above.
pub(crate) const TIMER: Ms = 20 * SECOND;

/// What reaches a worker.
#[derive(Debug, Clone)]
pub(crate) enum Msg {
    /// Orders, under a lease.
    Claimed(Vec<Claimed>),
    /// What became of a record.
    Told { task: u64, call: u64, told: Told },
    /// No answer to a record.
    Silence { task: u64, call: u64 },
    /// What a look, or another question, showed.
    Seen { task: u64, call: u64, seen: Observation },
    /// The moment for which a change is held back is over.
    HeldBackOver { task: u64, call: u64 },
    /// The intent is in the journal.
    Kept { task: u64 },
    /// The connection is up.
    Connected { task: u64 },
    /// The gate has let it through.
    Armed { task: u64 },
    /// The answer to the paid call, or that there is none.
    Answered {
        task: u64,
        call: u64,
        outcome: Box<Outcome>,
        request: Option<usize>,
    },
}

impl Msg {
    /// Which moment of which order in hand it is.
    #[must_use]
    pub(crate) fn point(&self) -> Option<(u64, Point)> {
        Some(match self {
            Self::Claimed(_) | Self::Silence { .. } | Self::HeldBackOver { .. } | Self::Kept { .. } => return None,
            Self::Told { task, .. } => (*task, Point::Recorded),
            Self::Seen { task, .. } => (*task, Point::Looked),
            Self::Connected { task } => (*task, Point::Connected),
            Self::Armed { task } => (*task, Point::Armed),
            Self::Answered { task, .. } => (*task, Point::Answered),
        })
    }
}

/// What follows once a record is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The claim is over.
    Finish,
    /// The paid call.
    Connect,
    /// That step.
    Act(Step),
    /// The look that runs beside it.
    Join,
    /// The order is handed back.
    HandBack,
}

/// A record under way.
#[derive(Debug, Clone)]
pub(crate) struct Writing {
    /// Which call.
    pub(crate) call: u64,
    /// The record.
    pub(crate) record: Record,
    /// What follows.
    pub(crate) then: Then,
    /// Evidence that has to be kept if it is refused.
    pub(crate) owes: bool,
    /// Since when.
    pub(crate) since: Ms,
    /// No answer comes before.
    pub(crate) not_before: Ms,
}

/// One order in hand: `Visitor` of `worker/src/handler`.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// The order's id.
    pub(crate) id: Id,
    /// Which order of the plan.
    pub(crate) order: usize,
    /// The fence of the claim.
    pub(crate) fence: i64,
    /// The version that the next record builds on.
    pub(crate) version: u64,
    /// The record as it was last written.
    pub(crate) written: OrderRecord,
    /// The first of its domain.
    pub(crate) head: bool,
    /// Nothing was done in this claim yet.
    pub(crate) fresh: bool,
    /// What was seen last was a list.
    pub(crate) by_list: bool,
    /// What the account's breaker keeps it from.
    pub(crate) brake: Brake,
    /// What an intent took along, which the breaker may refuse: a change that waits, and signals taken.
    pub(crate) took_along: (Option<Record>, usize),
    /// Its account is paused.
    pub(crate) paused: bool,
    /// It was told something that waits.
    pub(crate) told: bool,
    /// What earlier orders of its name have proved.
    pub(crate) proved: Option<Proved>,
    /// The epoch of the claim.
    pub(crate) epoch: Epoch,
    /// The server's clock at the claim.
    pub(crate) claimed_at: Ms,
    /// Our own clock then.
    pub(crate) since: Ms,
    /// Our own clock when the lease ends.
    pub(crate) until: Ms,
    /// The lease is not extended.
    pub(crate) armed: bool,
    /// Somebody else has it.
    pub(crate) lost: bool,
    /// Decisions so far.
    pub(crate) steps: u32,
    /// Signals to be taken in with the next record.
    pub(crate) taken: usize,
    /// When the intent was decided, by our own clock and by the world's.
    pub(crate) intended: Option<(Ms, Ms)>,
    /// What is wrong with its paid call.
    pub(crate) call_fault: Option<CallFault>,
    /// A change that waits to be recorded with what comes next.
    pub(crate) held_back: Option<Record>,
    /// A change that will be held back, or recorded beside the look, once 25 ms tell which.
    pub(crate) holding: Option<Record>,
    /// A record under way.
    pub(crate) writing: Option<Writing>,
    /// The question under way.
    pub(crate) asking: Option<u64>,
    /// What a look showed that ran beside a record.
    pub(crate) beside: Option<Observation>,
    /// How the present look looks.
    pub(crate) how: Look,
}

impl Task {
    /// As it was claimed, and what it meets first.
    #[must_use]
    pub(crate) fn of(claimed: &Claimed, mono: Ms) -> (Self, Observation) {
        let row = &claimed.row;
        // What it is told while its account is paused is heard when that goes on.
        let signal: Option<SignalSeen> = row.signals.first().filter(|_| !claimed.paused).cloned();
        let task = Self {
            id: claimed.id,
            order: row.order,
            fence: row.fence,
            version: row.version,
            written: row.rec.clone(),
            head: claimed.head,
            fresh: true,
            by_list: false,
            brake: claimed.brake,
            took_along: (None, 0),
            paused: claimed.paused,
            told: !row.signals.is_empty(),
            proved: claimed.proved,
            epoch: claimed.epoch,
            claimed_at: claimed.now,
            since: mono,
            until: mono + LEASE,
            armed: false,
            lost: false,
            steps: 0,
            taken: usize::from(signal.is_some()),
            intended: None,
            call_fault: None,
            held_back: None,
            holding: None,
            writing: None,
            asking: None,
            beside: None,
            how: Look::Follow,
        };
        (task, signal.map_or(Observation::Claimed, Observation::Signal))
    }
}

/// A list of an account, as a process has it.
#[derive(Debug)]
pub(crate) struct List {
    /// Our own clock when it was asked for.
    pub(crate) began: Ms,
    /// What it shows.
    pub(crate) assets: BTreeMap<usize, Asset>,
}

/// A process.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    /// Runs.
    pub(crate) alive: bool,
    /// Which of its lives.
    pub(crate) life: u32,
    /// Stands still.
    pub(crate) stopped: bool,
    /// What came while it stood still.
    pub(crate) inbox: Vec<Msg>,
    /// Its clock goes wrong by so many millionths.
    pub(crate) drift: i64,
    /// The orders in hand.
    pub(crate) tasks: BTreeMap<u64, Task>,
    /// When it claims next.
    pub(crate) turn: Option<Ms>,
    /// Its extensions are under way.
    pub(crate) beats: bool,
    /// When the heartbeat wound the timer up last, before a stop.
    pub(crate) wound: Ms,
    /// When it went on last.
    pub(crate) woke: Ms,
    /// The last list of each account.
    pub(crate) lists: [Option<List>; 2],
    /// What the server's clock showed at its claims, and its own then: `worker/src/handler/clocks.rs`.
    pub(crate) clocks: Vec<(Ms, Ms)>,
}

impl Worker {
    /// Its own clock, which no stop stops.
    #[must_use]
    pub(crate) const fn mono(&self, t: Ms) -> Ms {
        t + t * self.drift / 1_000_000
    }

    /// How long ago, at least, the server's clock showed this.
    #[must_use]
    pub(crate) fn since(&self, shown: Ms, t: Ms) -> Duration {
        let later = self.clocks.iter().find(|(clock, _)| *clock >= shown);
        let since = later.map_or(0, |(_, own)| self.mono(t) - own);
        Duration::from_millis(since.unsigned_abs())
    }
}
