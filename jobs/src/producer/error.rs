//! Why a document or a signal was not taken, by what its sender does next.

use crate::ledger::LedgerError;
use crate::machine;
use crate::order::OrderId;
use crate::seal::SealError;
use crate::validate::Refusal;

/// Why a document is no order. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It is not valid; every fault is named.
    #[error("{0}")]
    Refused(Refusal),
    /// Its idempotency key is taken by another content.
    #[error("the idempotency key is taken by order {id} with other content{}", differing(fields))]
    Conflict {
        /// The order that has the key.
        id: OrderId,
        /// The fields that differ, as far as they can be told.
        fields: Vec<String>,
    },
    /// Its secret could not be sealed.
    #[error("the order's secret could not be sealed")]
    Seal(#[source] SealError),
    /// The ledger did not answer; submit the same document again.
    #[error("the ledger could not take the order")]
    Unavailable(#[source] LedgerError),
}

fn differing(fields: &[String]) -> String {
    if fields.is_empty() {
        String::new()
    } else {
        format!(" (different: {})", fields.join(", "))
    }
}

impl SubmitError {
    /// A bounded word, for the metric.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Conflict { .. } => "conflict",
            Self::Seal(_) => "seal",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Submitting the same document again may succeed: nothing is wrong with it.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// RFC 9457.
    #[must_use]
    pub fn problem_json(&self) -> serde_json::Value {
        match self {
            Self::Refused(refusal) => refusal.problem_json(),
            Self::Conflict { id, fields } => serde_json::json!({
                "type": "urn:domorder:problem:idempotency-conflict",
                "title": "the idempotency key is taken by another order",
                "status": 409,
                "detail": self.to_string(),
                "order": id.to_string(),
                "errors": fields.iter().map(|f| serde_json::json!({
                    "pointer": format!("/{f}"), "detail": "differs from the order that has the key",
                })).collect::<Vec<_>>(),
            }),
            Self::Seal(_) => serde_json::json!({
                "type": "urn:domorder:problem:unsealable", "title": "the order's secret could not be sealed",
                "status": 500, "detail": self.to_string(),
            }),
            Self::Unavailable(_) => serde_json::json!({
                "type": "urn:domorder:problem:unavailable", "title": "the ledger is not reachable",
                "status": 503, "detail": "submit the same document again: it is stored once, whatever came of this try",
            }),
        }
    }
}

/// Why a signal was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// It is not valid; every fault is named.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no such order.
    #[error("there is no such order")]
    NoOrder,
    /// It does not fit the order as it stands.
    #[error("{0}")]
    Unfit(#[from] machine::Refused),
    /// The order has as many signals waiting as it may have.
    #[error("the order has too many signals waiting")]
    Full,
    /// Its secret could not be sealed.
    #[error("the signal's secret could not be sealed")]
    Seal(#[source] SealError),
    /// The order's record cannot be read.
    #[error("the order's record cannot be read")]
    Unreadable,
    /// The ledger did not answer; send it again.
    #[error("the ledger could not take the signal")]
    Unavailable(#[source] LedgerError),
}

impl SignalError {
    /// A bounded word, for the metric.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Refused(_) => "signal_invalid",
            Self::NoOrder => "signal_no_order",
            Self::Unfit(_) => "signal_unfit",
            Self::Full => "signal_full",
            Self::Seal(_) | Self::Unreadable => "signal_unusable",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Sending the same signal again may succeed: nothing is wrong with it.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// RFC 9457.
    #[must_use]
    pub fn problem_json(&self) -> serde_json::Value {
        let (kind, status) = match self {
            Self::Refused(refusal) => return refusal.problem_json(),
            Self::NoOrder => ("no-such-order", 404),
            Self::Unfit(_) => ("signal-does-not-fit", 409),
            Self::Full => ("too-many-signals", 429),
            Self::Seal(_) | Self::Unreadable => ("unusable", 500),
            Self::Unavailable(_) => ("unavailable", 503),
        };
        serde_json::json!({
            "type": format!("urn:domorder:problem:{kind}"), "title": "the signal was not taken",
            "status": status, "detail": self.to_string(),
        })
    }
}
