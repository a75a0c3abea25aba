//! How a call that changes something can fail: the arms of [`Outcome`] that are no success, as an error.
//!
//! The paid calls of an order answer with an [`Outcome`], since a machine has to branch on all four arms. The other
//! calls have answers of their own types, so their failures come as `Err`, and `?` carries them on.

use crate::http::SendError;
use crate::provider::{Accepted, Doubt, NotSent, Outcome, Rejection, RejectionClass, Trouble, TroubleKind};

/// Why a change was not made, or is not known to have been made. Texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A documented refusal: surely no effect.
    #[error("refused: {}", .0.message)]
    Rejected(Rejection),
    /// Surely nothing left.
    #[error("not sent: {}", .0.detail)]
    NotSent(NotSent),
    /// Everything else. Found out by reading, and repeated only where the call's docs allow it.
    #[error("outcome unknown: {}", .0.detail)]
    Unknown(Doubt),
}

impl From<SendError> for Failure {
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

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Rejected(rejection) => Self::Rejected(rejection),
            Failure::NotSent(why) => Self::NotSent(why),
            Failure::Unknown(doubt) => Self::Unknown(doubt),
        }
    }
}

/// What a paid call came to, in the words of orders.
pub(crate) fn outcome(result: Result<Accepted, Failure>) -> Outcome {
    result.map_or_else(Outcome::from, Outcome::Accepted)
}

/// A look that failed before anything was sent: the lane's troubles keep their class.
pub(crate) fn unread(trouble: Trouble) -> Failure {
    let class = match trouble.kind {
        TroubleKind::Credentials => RejectionClass::Credentials,
        TroubleKind::Throttled => RejectionClass::Throttled,
        TroubleKind::Unavailable | TroubleKind::Garbled => {
            return Failure::NotSent(NotSent { detail: trouble.detail });
        }
    };
    Failure::Rejected(Rejection {
        class,
        message: trouble.detail,
        retry_after: trouble.retry_after,
    })
}
