//! The answer to a write, and what it comes to where no order judges it.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde_json::Value;

use super::super::answer::{Answer, clip};
use super::super::error::Class;
use super::super::masked::masked;
use super::super::wire::FromBody;
use crate::http::CallResult;
use crate::provider::RejectionClass;

/// The complete answer to a write that is documented to answer a `T`. Dropped without [`Reply::settle`] or
/// [`Reply::into_result`], its call counts as unknown.
pub struct Reply<T> {
    /// What it said.
    pub answer: Answer,
    raw: crate::http::Answer,
    holds: PhantomData<fn() -> T>,
}

/// Why a write did not surely do what it was asked for. Texts hold no secrets.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WriteError {
    /// A documented refusal: surely no effect.
    #[error("refused: {message}")]
    Refused {
        /// What it means.
        class: RejectionClass,
        /// The provider's words.
        message: String,
        /// When the provider says when to come back.
        retry_after: Option<Duration>,
    },
    /// It is as wanted already; nothing was changed.
    #[error("already so: {0}")]
    AlreadySo(String),
    /// Whether it was done is not known: find out by reading.
    #[error("not known whether it was done: {detail}")]
    Unknown {
        /// For people.
        detail: String,
        /// The answer was complete but is in no table.
        unlisted: bool,
        /// The answer itself, where it was JSON, secrets masked.
        evidence: Option<Box<Value>>,
    },
}

impl<T: FromBody> Reply<T> {
    pub(super) fn new(answer: Answer, raw: crate::http::Answer) -> Self {
        Self {
            answer,
            raw,
            holds: PhantomData,
        }
    }

    /// Tells the metrics what the call came to, and gives the time the provider asks to be left alone for.
    pub fn settle(mut self, result: CallResult) -> Option<Duration> {
        self.raw.classified(result);
        self.raw.retry_after
    }

    /// What it holds, if it is the documented success; by the rules of the fact sheet's section 2.
    ///
    /// # Errors
    /// [`WriteError`]; everything that is neither the documented success nor a listed refusal is
    /// [`WriteError::Unknown`] with the answer as evidence.
    pub fn into_result(self) -> Result<T, WriteError> {
        let retry_after = self.raw.retry_after;
        let evidence = || masked(&self.raw.body, self.raw.redactor()).map(Box::new);
        let unknown = |detail: String, unlisted| {
            Err(WriteError::Unknown {
                detail: clip(&detail),
                unlisted,
                evidence: evidence(),
            })
        };
        let refused = |class, message| {
            Err(WriteError::Refused {
                class,
                message,
                retry_after,
            })
        };
        let result = match &self.answer {
            Answer::Value(body) => match T::from_body(body) {
                Ok(value) => Ok(value),
                Err(why) => unknown(why, true),
            },
            Answer::Said(said) => match (said.class(), &said.order) {
                // Error and order data together: the order exists (§8.2).
                (_, Some(_)) => unknown(said.text(), said.row.is_none()),
                (Some(Class::Refused(class)), None) => refused(class, said.text()),
                (Some(Class::AlreadySo), None) => Err(WriteError::AlreadySo(said.text())),
                (Some(Class::Absent), None) => refused(RejectionClass::NotFound, said.text()),
                (Some(Class::Reconcile | Class::Held), None) => unknown(said.text(), false),
                (None, None) => unknown(said.text(), true),
            },
            Answer::Cut(cut) => match cut.refusal() {
                Some(class) => refused(class, cut.text()),
                None => unknown(cut.text(), false),
            },
        };
        let called = match &result {
            Ok(_) => CallResult::Ok,
            Err(WriteError::Refused { .. } | WriteError::AlreadySo(_)) => CallResult::Rejected,
            Err(WriteError::Unknown { .. }) => CallResult::Unknown,
        };
        self.settle(called);
        result
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reply").field(&self.answer).finish()
    }
}
