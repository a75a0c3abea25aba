//! The guards of the protocol, each of which can be left off to see that it is missed.

use std::fmt;
use std::str::FromStr;

macro_rules! guards {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// One rule that keeps money from being spent twice; in the order in which an attempt meets them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Guard { $($(#[doc = $doc])+ $name,)+ }

        impl Guard {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As it is written on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }

        impl fmt::Display for Guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for Guard {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                let known = [$($word,)+].join(", ");
                let found = Self::ALL.iter().copied().find(|one| one.as_str() == word);
                found.ok_or_else(|| format!("no guard `{word}`; there are: {known}"))
            }
        }
    };
}

guards! {
    /// One order of a domain at a time.
    DomainLane = "domain-lane",
    /// A look before every paid call.
    ReadFirst = "read-first",
    /// What a change is measured against is stored, and never read anew.
    StoredBaseline = "stored-baseline",
    /// What it is measured against first must not be older than what an order of the same name has proved.
    ProvedBaseline = "proved-baseline",
    /// The intent is on the disk before a byte leaves.
    DurableIntent = "durable-intent",
    /// Records under another fence are refused.
    Fence = "fence",
    /// An intent of another epoch is refused.
    Epoch = "epoch",
    /// No paid call for the settle time after the ledger's server was replaced.
    Quarantine = "quarantine",
    /// An empty ledger whose server is not new has lost what it held: the same holds there.
    LedgerLost = "ledger-lost",
    /// A paid call that the ledger has lost and a journal has kept is put back before anything is bought.
    Journal = "journal",
    /// It is in the journal before its first byte leaves.
    JournalFirst = "journal-first",
    /// Nothing that is due is handed out of a paused account.
    Pause = "pause",
    /// But what has a deadline that passes: somebody is told of that.
    DeadlineNoticed = "deadline-noticed",
    /// And nobody asks the provider for it.
    PauseAsksNobody = "pause-asks-nobody",
    /// A call that may have had its effect is found out before its order's deadline asks a person.
    EffectFirst = "effect-before-deadline",
    /// After unknown outcomes in a row no paid call of the account is made for a while.
    Breaker = "breaker",
    /// Then one order tries, and no other.
    BreakerTrial = "breaker-trial",
    /// What waits for it is let go as soon as it is closed.
    BreakerLetsGo = "breaker-lets-go",
    /// A list says of an order that it is unchanged, and nothing else.
    ListUnchanged = "list-says-unchanged",
    /// Every so often an order is looked at singly, whatever the list says.
    ListSingly = "list-singly",
    /// The last question before the first byte: is the intent young, does the call fit into the lease?
    ArmGate = "arm-gate",
    /// A timer that kills a process which stood still.
    BoottimeTimer = "boottime-timer",
    /// What is in no table is unknown.
    DefaultUnknown = "default-unknown",
    /// An open intent that is found is read about, not sent again.
    Reconcile = "reconcile",
    /// Absence is believed only after the settle time.
    Settle = "settle",
    /// Looks before it do not count.
    AbsenceAfterSettle = "absence-after-settle",
    /// Not by the server's clock alone, which may be set: by the worker's own too.
    OwnClock = "own-clock",
    /// Looks before their time do not count as absence.
    Spacing = "spacing",
    /// More than one look has to see absence.
    Repeated = "repeated-looks",
    /// A read of something that is surely there has to succeed.
    ControlRead = "control-read",
    /// That read is also made where something is followed, and not only where an unknown outcome is found out.
    ControlFollows = "control-read-follows",
    /// And before anything was sent, where something that is not found would end the order.
    ControlBefore = "control-read-before",
    /// What is queued at the provider is looked for as well.
    SecondWitness = "second-witness",
    /// Where one weak witness is all there is, a person decides whether it is sent again.
    WeakAsks = "weak-asks",
    /// And whether it has come to nothing, where it is to be called off.
    WeakEndsNothing = "weak-ends-nothing",
    /// The end of a transfer is believed of the one that was placed last only when it must be that one's.
    OwnEnd = "own-end",
    /// What a late holder learnt is written down.
    Evidence = "evidence",
}

/// Which guards hold: all but at most one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guards {
    /// The guard that is off.
    pub off: Option<Guard>,
}

impl Guards {
    /// All but this.
    #[must_use]
    pub const fn without(guard: Guard) -> Self {
        Self { off: Some(guard) }
    }

    /// Whether a guard is on.
    #[must_use]
    pub fn has(self, guard: Guard) -> bool {
        self.off != Some(guard)
    }
}
