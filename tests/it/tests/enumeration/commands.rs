//! The ledger's commands on an order's way, and how each is told from the others by what stands in it.

use domorder_tests_support::{Cut, ErrorReply, Place};

/// A command of the ledger that can be told by what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// The first of a process.
    Ping,
    /// What opens a connection.
    Scripts,
    /// Is the server fit?
    ServerCheck,
    /// A question of the start: may this login do what it must?
    StartCheck,
    /// The readers' group of the intake stream.
    Group,
    IntakeRead,
    /// What the connection for writes asks of its server, and how that keeps what is written.
    Opening,
    Settings,
    Accept,
    /// The entry of the intake stream is deleted.
    Taken,
    Claim,
    Intent,
    Outcome,
    Last,
    /// The question whether the server keeps what was written, behind the write.
    AcceptKept,
    IntentKept,
    LastKept,
}

/// Stands in the record of an open intent only.
const OPEN: &str = "\"op\":true";

/// How does the server keep what is written?
const SETTINGS: &[&str] = &["CONFIG", "GET", "maxmemory-policy"];

impl Command {
    /// Those at which connections are cut.
    pub(crate) const CUT: [Self; 6] = [
        Self::StartCheck,
        Self::IntakeRead,
        Self::Accept,
        Self::Intent,
        Self::Outcome,
        Self::Last,
    ];
    /// All of them.
    pub(crate) const EVERY: [Self; 17] = [
        Self::Ping,
        Self::Scripts,
        Self::ServerCheck,
        Self::StartCheck,
        Self::Group,
        Self::IntakeRead,
        Self::Opening,
        Self::Settings,
        Self::Accept,
        Self::Taken,
        Self::Claim,
        Self::Intent,
        Self::Outcome,
        Self::Last,
        Self::AcceptKept,
        Self::IntentKept,
        Self::LastKept,
    ];

    /// Whether the server is another after it.
    pub(crate) const fn changes(self) -> bool {
        matches!(
            self,
            Self::Group
                | Self::IntakeRead
                | Self::Accept
                | Self::Taken
                | Self::Claim
                | Self::Intent
                | Self::Outcome
                | Self::Last
        )
    }

    /// How it is told from others.
    const fn marks(self) -> Marks {
        match self {
            Self::Ping => Marks::of(&["PING"]),
            Self::Scripts => Marks::of(&["SCRIPT", "LOAD"]),
            Self::ServerCheck => Marks::of(&["INFO", "replication"]).after("persistence"),
            Self::StartCheck => Marks::of(&["XREADGROUP"]).but_not("BLOCK"),
            Self::Group => Marks::of(&["XGROUP", "CREATE", ":intake"]),
            Self::IntakeRead => Marks::of(&["XREADGROUP", "BLOCK"]),
            // What was read opens the ledger's connection for writes.
            Self::Opening => Marks::of(&["INFO", "server"]).after("BLOCK"),
            Self::Settings => Marks::of(SETTINGS).after("BLOCK"),
            Self::Accept => Marks::of(&["order.queued"]),
            Self::Taken => Marks::of(&["XDEL", ":intake"]),
            // For how many seconds an empty server counts as new.
            Self::Claim => Marks::of(&["EVALSHA", "\r\n900\r\n"]),
            Self::Intent => Marks::of(&[OPEN]),
            Self::Outcome => Marks::of(&["\"in\":{"]).but_not(OPEN),
            Self::Last => Marks::of(&["order.succeeded"]),
            Self::AcceptKept => Marks::of(SETTINGS).after("order.queued"),
            Self::IntentKept => Marks::of(SETTINGS).after(OPEN),
            Self::LastKept => Marks::of(SETTINGS).after("order.succeeded"),
        }
    }

    /// Its connection is cut at the place.
    pub(crate) fn cut(self, place: Place) -> Cut {
        let Marks { words, without, .. } = self.marks();
        let cut = Cut::at(place, words);
        without.into_iter().fold(cut, Cut::but_not)
    }

    /// It is answered by this error.
    pub(crate) fn answered(self, error: &str) -> ErrorReply {
        let Marks { words, without, after } = self.marks();
        let reply = without
            .into_iter()
            .fold(ErrorReply::to(words, error), ErrorReply::but_not);
        after.into_iter().fold(reply, ErrorReply::after)
    }
}

/// What tells a command from others: texts that stand in it, one that does not, one that has passed before it.
struct Marks {
    words: &'static [&'static str],
    without: Option<&'static str>,
    after: Option<&'static str>,
}

impl Marks {
    const fn of(words: &'static [&'static str]) -> Self {
        Self {
            words,
            without: None,
            after: None,
        }
    }

    const fn but_not(self, word: &'static str) -> Self {
        Self {
            without: Some(word),
            ..self
        }
    }

    const fn after(self, word: &'static str) -> Self {
        Self {
            after: Some(word),
            ..self
        }
    }
}
