//! What a running transfer waits for, by the provider's phrases.

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

/// Where a transfer stands by its words; `None`: they are in no row, and it counts as being worked on.
#[must_use]
pub fn stage_of(words: &str) -> Option<Stage> {
    let text = words.to_ascii_lowercase();
    STAGES.iter().find(|row| fits(row.fragment, &text)).map(|row| row.stage)
}
