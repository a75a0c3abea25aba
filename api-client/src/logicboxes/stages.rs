//! What a running transfer waits for, by the provider's phrases.

use jiff::SignedDuration;

use super::error::fits;
use crate::provider::Stage;

/// One phrase of a running transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageRow {
    /// What `actionstatusdesc` contains, in any letter case; `*` stands for anything.
    pub fragment: &'static str,
    /// Where the transfer stands.
    pub stage: Stage,
}

/// The phrases of a running transfer (fact sheet §10), in the order in which they are tried: money and locks stand before
/// the auth code, because one text can hold both.
pub const STAGES: &[StageRow] = &[
    StageRow {
        fragment: "Order Locked In Processing",
        stage: Stage::HeldForFunds,
    },
    StageRow {
        fragment: "Order Locked for Processing",
        stage: Stage::HeldForFunds,
    },
    StageRow {
        fragment: "Action waiting for domain to be unlocked",
        stage: Stage::Locked,
    },
    StageRow {
        fragment: "Waiting for Domain-Secret",
        stage: Stage::AuthCode,
    },
    StageRow {
        fragment: "Could not fetch Current Administrative Contact Email Address",
        stage: Stage::Contact,
    },
    StageRow {
        fragment: "Trying to fetch Admin Contact Email Address",
        stage: Stage::Working,
    },
    StageRow {
        fragment: "Transfer waiting for Admin Contact Approval",
        stage: Stage::Approval,
    },
    StageRow {
        fragment: "Transfer waiting for Losing Registrar Approval",
        stage: Stage::LosingRegistrar,
    },
];

/// For how long the provider waits for somebody, from the placing on, before it gives the transfer up (fact sheet §10):
/// seven days from the payment for a lock, five for an approval. The mail of the latter goes out some hours after the
/// placing, so its end is the earliest that can be.
pub(super) const fn patience(stage: Stage) -> Option<SignedDuration> {
    match stage {
        Stage::Locked => Some(SignedDuration::from_hours(7 * 24)),
        Stage::Approval => Some(SignedDuration::from_hours(5 * 24)),
        Stage::Working
        | Stage::LosingRegistrar
        | Stage::Registry
        | Stage::HeldForFunds
        | Stage::AuthCode
        | Stage::Contact
        | Stage::TooYoung
        | Stage::Stalled => None,
    }
}

/// The first row that a transfer's words fit.
#[must_use]
pub fn row_of(words: &str) -> Option<&'static StageRow> {
    let text = words.to_ascii_lowercase();
    STAGES.iter().find(|row| fits(row.fragment, &text))
}

/// Where a transfer stands by its words; `None`: they are in no row, and it counts as being worked on.
#[must_use]
pub fn stage_of(words: &str) -> Option<Stage> {
    row_of(words).map(|row| row.stage)
}
