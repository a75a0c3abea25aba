//! What is particular to a kind of order.

use std::time::Duration;

use domorder_api_client::provider::Operation;

use super::Policy;
use crate::state::Kind;

/// Whether the effect is measured against what stood before (a renewal, a relative change).
#[must_use]
pub const fn has_baseline(operation: Operation) -> bool {
    match operation {
        Operation::Renew
        | Operation::EmailRenew
        | Operation::EmailAddAccounts
        | Operation::EmailRemoveAccounts
        | Operation::EmailDelete => true,
        Operation::Register | Operation::Transfer | Operation::EmailCreate => false,
    }
}

/// The waits between looks.
#[must_use]
pub fn schedule(kind: Kind, policy: &Policy) -> &[Duration] {
    match kind {
        Kind::Register | Kind::Renew => &policy.poll_register,
        Kind::Transfer => &policy.poll_transfer,
        Kind::EmailOrder => &policy.poll_email,
    }
}

/// Whether what was placed can be called off at the provider.
#[must_use]
pub const fn can_be_cancelled_at_provider(kind: Kind) -> bool {
    match kind {
        Kind::Transfer => true,
        Kind::Register | Kind::Renew | Kind::EmailOrder => false,
    }
}
