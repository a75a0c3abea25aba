//! What can go wrong between the ledger and its Redis, by what the caller does next.

use redis::{ErrorKind, RedisError, ServerErrorKind, Value};

/// The ledger could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The address of the ledger is not one. Mend the configuration; asking again is of no use.
    #[error("the ledger's address is wrong: {0}")]
    Address(String),
    /// Nothing answers there, or the connection broke. Ask again later.
    #[error("the ledger's Redis is not reachable")]
    Unreachable(#[source] RedisError),
    /// The server answers, but cannot serve now: loading, failing over, out of memory or disk. Ask again later.
    #[error("the ledger's Redis does not serve at the moment: {0}")]
    Unavailable(String),
    /// The write was made, but the server did not confirm that it is as durable as configured. Ask again: what was
    /// written already is recognised.
    #[error("the ledger's Redis did not confirm durability: {0}")]
    NotDurable(String),
    /// The server refused the command: wrong rights, a foreign value under our key, a script of ours that is wrong.
    #[error("the ledger's Redis refused {what}: {message}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// The server's words.
        message: String,
    },
    /// What was given cannot be stored, or what is stored cannot be read.
    #[error("{0}")]
    Invalid(String),
    /// The ledger was dropped while it was asked.
    #[error("the ledger is closed")]
    Closed,
}

impl LedgerError {
    /// Whether asking again later may help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Unavailable(_) | Self::NotDurable(_) => true,
            Self::Address(_) | Self::Refused { .. } | Self::Invalid(_) | Self::Closed => false,
        }
    }

    /// Whether the server is there, and does not know our user or password.
    #[must_use]
    pub fn is_login_refused(&self) -> bool {
        matches!(self, Self::Unreachable(error) if error.kind() == ErrorKind::AuthenticationFailed)
    }

    /// The same for another of the callers who shared a batch: the cause is told in words only.
    pub(crate) fn share(&self) -> Self {
        match self {
            Self::Address(text) => Self::Address(text.clone()),
            Self::Unreachable(error) => Self::Unreachable(error.clone()),
            Self::Unavailable(text) => Self::Unavailable(text.clone()),
            Self::NotDurable(text) => Self::NotDurable(text.clone()),
            Self::Refused { what, message } => Self::Refused {
                what,
                message: message.clone(),
            },
            Self::Invalid(text) => Self::Invalid(text.clone()),
            Self::Closed => Self::Closed,
        }
    }
}

/// What an error in place of an answer means for the command it answers.
pub(super) enum Refusal {
    /// The server forgot our scripts: load them and ask again.
    ScriptsGone,
    /// Nothing was done; look for the right server and ask again.
    Elsewhere(String),
    /// Nothing was done, and nothing will be as things stand.
    Final(String),
}

/// Reads the first error among answers.
pub(super) fn refusal(values: &[Value]) -> Option<Refusal> {
    values.iter().find_map(|value| match value {
        Value::ServerError(error) => {
            let message = format!("{} {}", error.code(), error.details().unwrap_or_default())
                .trim_end()
                .to_owned();
            let elsewhere = matches!(
                error.kind(),
                Some(
                    ServerErrorKind::Moved
                        | ServerErrorKind::Ask
                        | ServerErrorKind::TryAgain
                        | ServerErrorKind::ClusterDown
                        | ServerErrorKind::MasterDown
                        | ServerErrorKind::ReadOnly
                        | ServerErrorKind::BusyLoading
                )
            );
            // Out of memory, cannot persist, too few replicas, a script of somebody else that takes long: all pass.
            let passing = ["OOM", "MISCONF", "NOREPLICAS", "BUSY", "UNBLOCKED"].contains(&error.code());
            Some(if error.kind() == Some(ServerErrorKind::NoScript) {
                Refusal::ScriptsGone
            } else if elsewhere || passing || message.contains("-READONLY") || message.contains("-OOM") {
                Refusal::Elsewhere(message)
            } else {
                Refusal::Final(message)
            })
        }
        _ => None,
    })
}
