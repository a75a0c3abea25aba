//! What is going to happen: orders, and the faults that meet them. A plan is data, so that parts of it can be dropped.

use domorder_api_client::provider::{Guard as Repeats, Operation, RejectionClass, Tells};
use domorder_jobs::machine::Change;
use domorder_jobs::state::Kind;

/// Virtual milliseconds; 0 is the beginning of a history.
pub type Ms = i64;

/// A second.
pub const SECOND: Ms = 1_000;
/// A minute.
pub const MINUTE: Ms = 60 * SECOND;
/// An hour.
pub const HOUR: Ms = 60 * MINUTE;

/// How long a provider may at most be working on a call unseen. The settle time has to be longer than this and
/// [`LAG_MAX`] together.
pub const LATE_MAX: Ms = 9 * MINUTE;
/// How old an answer to a read may at most be.
pub const LAG_MAX: Ms = 3 * MINUTE;

/// Months of an email renewal.
pub(crate) const MONTHS: u32 = 3;
/// Mailboxes of a change.
pub(crate) const MAILBOXES: u32 = 2;

/// Which family of faults a history has. Lies of different families do not meet in one history: what the protocol
/// does not promise is not asked of it (see the README, "Assumptions").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// The ledger loses what it may lose.
    Ledger,
    /// The provider is late, and reads lag.
    Late,
    /// The provider answers wrongly for a while.
    Fog,
}

/// What an intent waits for, and so what a failover may lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The disk; a replica may miss what was acknowledged.
    Fsync,
    /// The replica too.
    Replicated,
    /// Nothing: what was acknowledged in the last second is lost with the power.
    Relaxed,
}

/// Who keeps a journal of paid calls beside the ledger, and whose calls stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journals {
    /// Nobody.
    None,
    /// Each worker is a machine of its own, and knows its own calls.
    Each,
    /// All workers are on one machine, or share the folder.
    Shared,
}

/// The two kinds of provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// Like ConnectReseller.
    Cr,
    /// Like LogicBoxes, with an action log.
    Lb,
}

/// Both.
pub const ACCOUNTS: [Account; 2] = [Account::Cr, Account::Lb];

/// What is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// A name; the provider refuses it twice.
    Register,
    /// A name moved here; the provider refuses a second.
    Transfer,
    /// A year more, and nothing refuses a second.
    RenewWeak,
    /// A year more, and the provider compares the expiry.
    RenewExp,
    /// An email order; the provider refuses it twice.
    EmailCreate,
    /// Mailboxes more.
    EmailAdd,
    /// Mailboxes fewer; free.
    EmailRemove,
    /// Months more.
    EmailRenew,
}

impl Op {
    /// All.
    pub const ALL: [Self; 8] = [
        Self::Register,
        Self::Transfer,
        Self::RenewWeak,
        Self::RenewExp,
        Self::EmailCreate,
        Self::EmailAdd,
        Self::EmailRemove,
        Self::EmailRenew,
    ];

    /// In the machine's words.
    #[must_use]
    pub const fn operation(self) -> Operation {
        match self {
            Self::Register => Operation::Register,
            Self::Transfer => Operation::Transfer,
            Self::RenewWeak | Self::RenewExp => Operation::Renew,
            Self::EmailCreate => Operation::EmailCreate,
            Self::EmailAdd => Operation::EmailAddAccounts,
            Self::EmailRemove => Operation::EmailRemoveAccounts,
            Self::EmailRenew => Operation::EmailRenew,
        }
    }

    /// As above.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Register => Kind::Register,
            Self::Transfer => Kind::Transfer,
            Self::RenewWeak | Self::RenewExp => Kind::Renew,
            Self::EmailCreate | Self::EmailAdd | Self::EmailRemove | Self::EmailRenew => Kind::EmailOrder,
        }
    }

    /// What the provider does about a repeat.
    #[must_use]
    pub const fn repeats(self) -> Repeats {
        match self {
            Self::Register | Self::Transfer | Self::RenewExp | Self::EmailCreate => Repeats::RefusesRepeat,
            Self::EmailAdd | Self::EmailRemove | Self::EmailRenew => Repeats::TwoWitnesses,
            Self::RenewWeak => Repeats::Weak,
        }
    }

    /// Who sells it.
    #[must_use]
    pub const fn account(self) -> Account {
        match self {
            Self::Register | Self::Transfer | Self::RenewWeak => Account::Cr,
            Self::RenewExp | Self::EmailCreate | Self::EmailAdd | Self::EmailRemove | Self::EmailRenew => Account::Lb,
        }
    }

    /// Whether the producer can say what it believes to stand.
    #[must_use]
    pub const fn takes_expectation(self) -> bool {
        matches!(self, Self::RenewWeak | Self::RenewExp | Self::EmailRenew)
    }

    /// By how much it changes what is measured.
    #[must_use]
    pub const fn change(self) -> Change {
        let (months, mailboxes) = match self {
            Self::RenewWeak | Self::RenewExp => (12, 0),
            Self::EmailRenew => (MONTHS, 0),
            Self::EmailAdd | Self::EmailRemove => (0, MAILBOXES),
            Self::Register | Self::Transfer | Self::EmailCreate => (0, 0),
        };
        Change { months, mailboxes }
    }

    /// Whether it changes something that has to be there.
    #[must_use]
    pub const fn changes(self) -> bool {
        !self.is_unique()
    }

    /// Whether it creates something that can be there once only.
    #[must_use]
    pub const fn is_unique(self) -> bool {
        matches!(self, Self::Register | Self::Transfer | Self::EmailCreate)
    }
}

/// One order of a producer.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Its number, which faults refer to; also its idempotency key.
    pub n: usize,
    /// What.
    pub op: Op,
    /// For which name.
    pub domain: usize,
    /// When it is handed in.
    pub at: Ms,
    /// Its own deadline, so long after it was accepted; none: the kind's own.
    pub deadline: Option<Ms>,
    /// `expected_expiry` is stated.
    pub expects: bool,
    /// Somebody has brought the effect about by hand before.
    pub by_hand: bool,
    /// Somebody elsewhere holds the name (register).
    pub taken: bool,
    /// How long a transfer takes, and whether the losing side refuses it, or it stalls on its code.
    pub takes: Ms,
    /// As above.
    pub refused: bool,
    /// As above.
    pub stalls: bool,
}

/// A moment in the handling of an order: the news has reached the worker and was not yet looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// It was claimed.
    Claimed,
    /// A look came back.
    Looked,
    /// The intent is written.
    Intended,
    /// The connection is up.
    Connected,
    /// The gate has let it through, and no byte has left.
    Armed,
    /// The answer to the paid call is here.
    Answered,
    /// A record was made.
    Recorded,
}

/// What becomes of the worker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deed {
    /// The process is gone; another starts soon.
    Crash,
    /// It stands still for so long (SIGSTOP, swap).
    Pause(Ms),
}

/// What goes wrong with a paid call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CallFault {
    /// No connection.
    NoConnection,
    /// The request is lost on its way; so is every answer.
    RequestLost,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is done so much later, unseen until then; the answer is lost or says "accepted".
    Late(Ms, bool),
    /// It waits in the provider's queue, which its log shows.
    Queued(Ms),
    /// An answer that is in no table, done or not.
    Unlisted(bool),
    /// A documented refusal.
    Refused(RejectionClass),
    /// Done, and the answer takes so long.
    Slow(Ms),
}

/// What goes wrong with a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookFault {
    /// No answer.
    Down,
    /// An answer nobody understands.
    Garbled,
    /// It takes long.
    Slow,
}

/// What goes wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RecordFault {
    /// It never arrives.
    RequestLost,
    /// It is made, and the answer is lost.
    AnswerLost,
    /// The answer takes so long.
    Slow(Ms),
}

/// What people and programs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Look now.
    CheckNow,
    /// Leave a wait.
    Retry,
    /// Call it off.
    Cancel,
    /// A new auth code.
    AuthCode,
    /// What the operator finds at the provider, which is the truth; nothing is said while something is under way.
    Resolve,
}

/// The state of an account for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weather {
    /// Nothing answers.
    Outage,
    /// Too fast, it says to everything.
    Throttled,
    /// The key is refused.
    Credentials,
    /// No money.
    NoFunds,
    /// Reads show what stood when it began.
    Frozen,
    /// Reads fail first, and then show an old backup for so long.
    Fog(Ms),
    /// Reads find nothing at all.
    Amnesia,
}

/// Something that goes wrong, or somebody who does something.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub enum Fault {
    /// The worker that has the order, at that moment of it.
    At {
        order: usize,
        point: Point,
        nth: u32,
        deed: Deed,
    },
    /// The nth paid call of an order.
    Call { order: usize, nth: u32, how: CallFault },
    /// The nth look.
    Look { order: usize, nth: u32, how: LookFault },
    /// The nth record that is sent.
    Record { order: usize, nth: u32, how: RecordFault },
    /// The answer to the claim that hands it out for the nth time is lost.
    ClaimLost { order: usize, nth: u32 },
    /// Somebody speaks.
    Signal { at: Ms, order: usize, says: Says },
    /// The producer hands it in again.
    Resend { at: Ms, order: usize },
    /// The producer hands in another order under the same key.
    Conflict { at: Ms, order: usize },
    /// A worker dies.
    Crash { at: Ms, worker: usize },
    /// A worker stands still.
    Pause { at: Ms, worker: usize, ms: Ms },
    /// The ledger's server loses its power, and what was not on the disk.
    PowerCut { at: Ms, down: Ms },
    /// A replica takes over that is so far behind; its clock differs.
    Failover { at: Ms, behind: Ms, down: Ms, skew: Ms },
    /// The server's clock is set forward by so much.
    ClockForward { at: Ms, ms: Ms },
    /// Everything in the ledger is gone. Producers hand everything in again later.
    Flush { at: Ms },
    /// The server forgets the scripts.
    ScriptFlush { at: Ms },
    /// A worker's journal can be neither written nor read (a full disk, rights).
    NoJournal { at: Ms, worker: usize, ms: Ms },
    /// Somebody pauses an account, and lets it go on so much later.
    AccountPaused { at: Ms, account: Account, ms: Ms },
    /// Somebody lets an account go on, paused or not: its breaker is closed with that.
    AccountResumed { at: Ms, account: Account },
    /// An account's weather.
    Weather {
        at: Ms,
        account: Account,
        ms: Ms,
        what: Weather,
    },
}

impl Fault {
    /// When it happens, if that is a matter of time.
    #[must_use]
    pub const fn at(&self) -> Option<Ms> {
        match self {
            Self::Signal { at, .. }
            | Self::Resend { at, .. }
            | Self::Conflict { at, .. }
            | Self::Crash { at, .. }
            | Self::Pause { at, .. }
            | Self::PowerCut { at, .. }
            | Self::Failover { at, .. }
            | Self::ClockForward { at, .. }
            | Self::Flush { at }
            | Self::ScriptFlush { at }
            | Self::NoJournal { at, .. }
            | Self::AccountPaused { at, .. }
            | Self::AccountResumed { at, .. }
            | Self::Weather { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// What it is, for counting.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::At { deed: Deed::Crash, .. } | Self::Crash { .. } => "worker killed",
            Self::At { .. } | Self::Pause { .. } => "worker stopped and woken",
            Self::Call { how, .. } => match how {
                CallFault::NoConnection => "call: no connection",
                CallFault::RequestLost => "call: request lost",
                CallFault::AnswerLost => "call: answer lost",
                CallFault::Late(..) => "call: late effect",
                CallFault::Queued(_) => "call: queued for long",
                CallFault::Unlisted(_) => "call: unlisted answer",
                CallFault::Refused(_) => "call: refused",
                CallFault::Slow(_) => "call: slow",
            },
            Self::Look { .. } => "look failed or slow",
            Self::Record { .. } => "record lost or slow",
            Self::ClaimLost { .. } => "claim lost",
            Self::Signal { .. } => "signal",
            Self::Resend { .. } => "handed in again",
            Self::Conflict { .. } => "same key, other content",
            Self::PowerCut { .. } => "ledger: power cut",
            Self::Failover { .. } => "ledger: failover",
            Self::ClockForward { .. } => "ledger: clock set forward",
            Self::Flush { .. } => "ledger: flushed",
            Self::ScriptFlush { .. } => "ledger: scripts flushed",
            Self::AccountPaused { .. } => "account paused",
            Self::AccountResumed { .. } => "account resumed by hand",
            Self::NoJournal { .. } => "journal: no reading or writing",
            Self::Weather { what, .. } => match what {
                Weather::Outage => "provider: outage",
                Weather::Throttled => "provider: throttles",
                Weather::Credentials => "provider: credentials",
                Weather::NoFunds => "provider: no funds",
                Weather::Frozen => "provider: reads lag",
                Weather::Fog(_) => "provider: outage, then old data",
                Weather::Amnesia => "provider: finds nothing",
            },
        }
    }
}

/// When an account's breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many unknown outcomes in a row.
    pub in_a_row: u32,
    /// The first pause; each failed trial doubles it.
    pub pause: Ms,
    /// The longest.
    pub pause_max: Ms,
}

/// A whole history before it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where all of it comes from.
    pub seed: u64,
    /// Its family of faults.
    pub world: World,
    /// What intents wait for.
    pub durability: Durability,
    /// The accounts' breakers.
    pub breaker: Limits,
    /// What lists of the accounts tell, where they have any.
    pub lists: Option<Tells>,
    /// Who keeps a journal.
    pub journals: Journals,
    /// How many worker processes.
    pub workers: usize,
    /// The orders.
    pub orders: Vec<Wanted>,
    /// The faults.
    pub faults: Vec<Fault>,
}

impl Plan {
    /// The journal that a worker writes and reads.
    #[must_use]
    pub(crate) const fn journal_of(&self, worker: usize) -> Option<usize> {
        match self.journals {
            Journals::None => None,
            Journals::Each => Some(worker),
            Journals::Shared => Some(0),
        }
    }
}
