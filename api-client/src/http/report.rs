//! Tells the metrics of every call, exactly once.
//!
//! A call's result is known to the provider's `error` room only, after the answer was read. So a call carries a
//! [`Pending`] report from its start: settled by the door itself where no answer came, by [`super::Answer::classified`]
//! where one did, and by its own `Drop` as Unknown where neither happened (a dropped future, a forgotten answer).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{HttpSettings, Request};

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallClass {
    /// Spends money or destroys something; once per visit, and only past the gate.
    Paid,
    /// Changes something, for free.
    Write,
    /// Changes nothing.
    Read,
}

impl CallClass {
    /// The word as it stands in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Write => "write",
            Self::Read => "read",
        }
    }
}

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallResult {
    /// A success, or for a read any answer that could be understood ("not found" included).
    Ok,
    /// A documented refusal.
    Rejected,
    /// Nothing left.
    NotSent,
    /// Anything else.
    Unknown,
}

impl CallResult {
    /// The word as it stands in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Rejected => "rejected",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }
}

/// One call, after it was classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallReport {
    /// The endpoint's name; one of a fixed set, so fit for a label.
    pub operation: &'static str,
    /// What it could do.
    pub class: CallClass,
    /// What it came to.
    pub result: CallResult,
    /// From the start, connecting and repeating included, to the last byte of the answer.
    pub took: Duration,
}

/// Is told of every call, once. Must not block.
pub trait CallObserver: Send + Sync {
    /// A call has come to its result.
    fn called(&self, call: &CallReport);
}

/// A report that is owed.
pub(super) struct Pending {
    observer: Option<Arc<dyn CallObserver>>,
    operation: &'static str,
    class: CallClass,
    started: Instant,
    took: Option<Duration>,
}

impl Pending {
    pub(super) fn new(settings: &HttpSettings, request: &Request) -> Self {
        Self {
            observer: settings.observer.clone(),
            operation: request.operation,
            class: request.class,
            started: Instant::now(),
            took: None,
        }
    }

    /// Stops the watch; classifying is not the provider's time.
    pub(super) fn answered(&mut self) -> Duration {
        *self.took.get_or_insert_with(|| self.started.elapsed())
    }

    pub(super) fn settle(mut self, result: CallResult) {
        self.tell(result);
    }

    fn tell(&mut self, result: CallResult) {
        let took = self.answered();
        tracing::debug!(
            operation = self.operation,
            class = self.class.as_str(),
            result = result.as_str(),
            took_ms = took.as_millis(),
            "called the provider"
        );
        if let Some(observer) = self.observer.take() {
            observer.called(&CallReport {
                operation: self.operation,
                class: self.class,
                result,
                took,
            });
        }
        self.operation = "";
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.operation.is_empty() {
            self.tell(CallResult::Unknown);
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("operation", &self.operation)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}
