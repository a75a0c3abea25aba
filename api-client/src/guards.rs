//! What the exactly-once rules come to for each operation, in words: the source of the README's table.
//!
//! How far absence is trusted is [`Guard`]'s; the machine acts by it. These words say the same to people, so that both
//! are changed together.

use crate::provider::{Guard, Operation};

/// What proves that the effect stands.
#[must_use]
pub const fn witness(operation: Operation) -> &'static str {
    match operation {
        Operation::Register => "the name is in our account, same customer, created after intake",
        Operation::Transfer => "a transfer or order created after intake, or the name in our account",
        Operation::Renew => "expiry = stored expiry + years (± 2 days)",
        Operation::EmailCreate => "an email order for the domain, created after intake",
        Operation::EmailRenew => "end time moved by about the months asked for",
        Operation::EmailAddAccounts => "count = stored count + n",
        Operation::EmailRemoveAccounts => "count = stored count − n",
        Operation::EmailDelete => "the email order is gone",
    }
}

impl Guard {
    /// The class in a few words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RefusesRepeat => "the provider refuses a repeat",
            Self::TwoWitnesses => "two witnesses",
            Self::Weak => "one weak witness",
        }
    }

    /// When a call of unknown outcome may be sent again. One that provably never left always may.
    #[must_use]
    pub const fn sent_again(self) -> &'static str {
        match self {
            Self::RefusesRepeat => "absence held for `settle`",
            Self::TwoWitnesses => "absence held for `settle` by both witnesses",
            Self::Weak => "never by itself: a person decides",
        }
    }

    /// What may still go wrong.
    #[must_use]
    pub const fn remaining_risk(self) -> &'static str {
        match self {
            Self::RefusesRepeat => "the provider stops refusing repeats, and takes longer than `settle` over the first",
            Self::TwoWitnesses => {
                "the provider works on the first for longer than `settle`, and neither witness shows it"
            }
            Self::Weak => "the person decides wrongly",
        }
    }
}
