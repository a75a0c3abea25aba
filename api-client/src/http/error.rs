//! Ways for a call to come to no answer.

use std::error::Error;

use super::{CallResult, Redactor};
use crate::provider::{Doubt, NotSent, Trouble, TroubleKind};

/// The door could not be built.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The base address cannot be used.
    #[error("the provider's base address cannot be used: {0}")]
    BaseUrl(&'static str),
    /// TLS could not be set up, for instance because the system has no root certificates.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
    /// The pooled client could not be built.
    #[error("the read client could not be built: {0}")]
    Client(String),
}

/// A read that came to no complete answer. Texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It could not be built, or no connection could be made.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It was sent, and no complete answer came.
    #[error("no answer: {0}")]
    Lost(String),
    /// The answer was longer than the limit.
    #[error("answer too long: {0}")]
    TooLong(String),
}

impl ReadError {
    pub(super) fn scrubbed(self, redactor: &Redactor) -> Self {
        match self {
            Self::NotSent(text) => Self::NotSent(redactor.scrub(&text)),
            Self::Lost(text) => Self::Lost(redactor.scrub(&text)),
            Self::TooLong(text) => Self::TooLong(redactor.scrub(&text)),
        }
    }
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        let kind = match &error {
            ReadError::NotSent(_) | ReadError::Lost(_) => TroubleKind::Unavailable,
            ReadError::TooLong(_) => TroubleKind::Garbled,
        };
        Self {
            kind,
            detail: error.to_string(),
            retry_after: None,
        }
    }
}

/// A call that must not be repeated came to no complete answer. Texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Surely no byte of the request left: it could not be built, no connection could be made, or the gate refused.
    #[error("not sent: {0}")]
    NotSent(String),
    /// Everything else. Found out by reading, never by sending again.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

impl SendError {
    pub(super) fn scrubbed(self, redactor: &Redactor) -> Self {
        match self {
            Self::NotSent(text) => Self::NotSent(redactor.scrub(&text)),
            Self::Unknown(text) => Self::Unknown(redactor.scrub(&text)),
        }
    }
}

impl From<SendError> for crate::provider::Outcome {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotSent(detail) => Self::NotSent(NotSent { detail }),
            SendError::Unknown(detail) => Self::Unknown(Doubt {
                detail,
                unlisted: false,
            }),
        }
    }
}

impl CallResult {
    /// What a read came to: "not found" is an answer, and only what the provider refused is rejected.
    pub(crate) fn of_read<T>(read: &Result<T, Trouble>) -> Self {
        match read {
            Ok(_) => Self::Ok,
            Err(trouble) => match trouble.kind {
                TroubleKind::Credentials | TroubleKind::Throttled => Self::Rejected,
                TroubleKind::Unavailable | TroubleKind::Garbled => Self::Unknown,
            },
        }
    }
}

/// An error with its causes in one line. `hyper`'s and `io`'s print no addresses; `reqwest`'s URL is taken off before.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Several layers print their cause themselves.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
