//! Errors that a server, or a proxy before it, answers a command with, and which commands can meet them.

use domorder_tests_support::ErrorReply;

use crate::commands::Command;

/// An error, in words that servers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    OutOfMemory,
    ReadOnly,
    Loading,
    Busy,
    NoReplicas,
    CannotPersist,
    MasterDown,
    /// The scripts were flushed between two commands.
    NoScript,
    /// The password was set, or taken back, under way.
    NoAuth,
    /// Rights were taken away under way.
    NoPerm,
    ClusterDown,
    TryAgain,
    Unblocked,
    /// In words that are in no table.
    Unknown,
}

impl Reply {
    const ALL: [Self; 14] = [
        Self::OutOfMemory,
        Self::ReadOnly,
        Self::Loading,
        Self::Busy,
        Self::NoReplicas,
        Self::CannotPersist,
        Self::MasterDown,
        Self::NoScript,
        Self::NoAuth,
        Self::NoPerm,
        Self::ClusterDown,
        Self::TryAgain,
        Self::Unblocked,
        Self::Unknown,
    ];

    /// As Redis 7 says it; the last one as a proxy does.
    const fn text(self) -> &'static str {
        match self {
            Self::OutOfMemory => "OOM command not allowed when used memory > 'maxmemory'.",
            Self::ReadOnly => "READONLY You can't write against a read only replica.",
            Self::Loading => "LOADING Redis is loading the dataset in memory",
            Self::Busy => "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            Self::NoReplicas => "NOREPLICAS Not enough good replicas to write.",
            Self::CannotPersist => "MISCONF Errors writing to the AOF file: No space left on device",
            Self::MasterDown => "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            Self::NoScript => "NOSCRIPT No matching script. Please use EVAL.",
            Self::NoAuth => "NOAUTH Authentication required.",
            Self::NoPerm => "NOPERM User default has no permissions to run this command",
            Self::ClusterDown => "CLUSTERDOWN The cluster is down",
            Self::TryAgain => "TRYAGAIN Multiple keys request during rehashing of slot",
            Self::Unblocked => "UNBLOCKED client unblocked via CLIENT UNBLOCK",
            Self::Unknown => "ERR upstream connection was lost",
        }
    }

    /// Nothing will come of asking again, as far as anybody can tell: a start says so and ends.
    const fn lasts(self) -> bool {
        matches!(self, Self::NoAuth | Self::NoPerm | Self::Unknown)
    }

    /// Whether such a command can be answered so.
    fn answers(self, command: Command) -> bool {
        use Command as C;
        match command {
            C::Accept | C::Claim | C::Intent | C::Outcome | C::Last => self != Self::Unblocked,
            // It writes, and what writes needs more of a server.
            C::Group => !matches!(self, Self::NoScript | Self::TryAgain | Self::Unblocked),
            C::IntakeRead => !matches!(self, Self::OutOfMemory | Self::NoScript | Self::TryAgain),
            C::StartCheck | C::Taken => !matches!(
                self,
                Self::OutOfMemory | Self::NoScript | Self::TryAgain | Self::Unblocked
            ),
            C::Ping => {
                self.lasts()
                    || matches!(
                        self,
                        Self::Loading | Self::Busy | Self::CannotPersist | Self::MasterDown
                    )
            }
            C::Scripts => self.lasts() || matches!(self, Self::Loading | Self::Busy),
            // What a server says of itself it says while it loads and as a replica, too.
            C::ServerCheck | C::Opening | C::Settings | C::AcceptKept | C::IntentKept | C::LastKept => {
                self.lasts() || self == Self::Busy
            }
        }
    }
}

/// A command of the ledger, and what is answered to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spoilt {
    command: Command,
    reply: Reply,
    /// Done all the same.
    done: bool,
}

impl Spoilt {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let whole = Command::EVERY.into_iter().flat_map(|command| {
            let replies = Reply::ALL.into_iter().filter(move |reply| reply.answers(command));
            replies.map(move |reply| Self {
                command,
                reply,
                done: false,
            })
        });
        // A server never does it and says that it failed; what stands before one may.
        let although_done = Command::EVERY
            .into_iter()
            .filter(|command| command.changes())
            .map(|command| Self {
                command,
                reply: Reply::Unknown,
                done: true,
            });
        whole.chain(although_done)
    }

    /// Whether what follows depends on the order: such a one is crossed with everything that is sold.
    pub(crate) const fn is_of_the_order(&self) -> bool {
        matches!(
            self.command,
            Command::Intent | Command::IntentKept | Command::Outcome | Command::Last | Command::LastKept
        )
    }

    /// Whether it ends a start, and that is right: a program without rights is of no use, and whoever runs it starts it
    /// again.
    pub(crate) fn ends_a_start(&self) -> bool {
        match self.command {
            Command::Ping | Command::Scripts | Command::ServerCheck => self.reply.lasts(),
            // The question is whether it may.
            Command::StartCheck => self.reply == Reply::NoPerm,
            _ => false,
        }
    }

    pub(crate) fn name(&self) -> String {
        let done = if self.done { ", although done" } else { "" };
        format!("{:?} answered {:?}{done}", self.command, self.reply)
    }

    /// For the proxy.
    pub(crate) fn planned(&self) -> ErrorReply {
        let planned = self.command.answered(self.reply.text());
        if self.done { planned.although_done() } else { planned }
    }
}
