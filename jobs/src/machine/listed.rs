//! A list of the whole account shows an order standing as it stood: its next look is put off, and nothing else.
//!
//! Nothing but "unchanged" comes out of a list, so that it can neither move an order nor end it; whatever else it may
//! show is found out by a look at the order alone.

use domorder_api_client::provider::Stage;

use super::waiting::{later, waits_past_deadline};
use super::{Decision, Facts, Look, Step, go};
use crate::record::OrderRecord;
use crate::state::{Needs, Reason, State};

/// Where an order stands at the provider, if a list may speak for it: the reverse of what a look's stage came to. `None`:
/// it is to be looked at singly, because nothing is placed, something is under way, or a row of looks counts.
#[must_use]
pub fn stands_at(record: &OrderRecord) -> Option<Stage> {
    let at_rest = record.placed
        && record.cancelling.is_none()
        && !record.resolving
        && record.absences == 0
        && !record.effect_possible();
    if !at_rest {
        return None;
    }
    match (record.state, record.reason, record.needs) {
        (State::InProgress, None, None) => Some(Stage::Working),
        (State::Blocked, Some(Reason::AwaitingLosingRegistrar), None) => Some(Stage::LosingRegistrar),
        (State::Blocked, Some(Reason::AwaitingRegistry), None) => Some(Stage::Registry),
        (State::Parked, Some(Reason::Funds), None) => Some(Stage::HeldForFunds),
        (State::ActionRequired, Some(Reason::AuthCodeInvalid), Some(Needs::AuthCode)) => Some(Stage::AuthCode),
        (State::ActionRequired, Some(Reason::DomainLocked), Some(Needs::Unlock)) => Some(Stage::Locked),
        (State::ActionRequired, Some(Reason::ApprovalPending), Some(Needs::Approval)) => Some(Stage::Approval),
        (State::ActionRequired, Some(Reason::ContactInvalid), Some(Needs::Contact)) => Some(Stage::Contact),
        _ => None,
    }
}

/// Unchanged, says the list.
pub(super) fn unchanged(mut record: OrderRecord, stage: Stage, facts: &Facts<'_>) -> Decision {
    if waits_past_deadline(&record, facts.now) {
        return go(
            record,
            Step::Look(Look::Follow),
            "its deadline is here: looked at singly before anything is said",
        );
    }
    if stage == Stage::HeldForFunds {
        let at = super::scheduled(&facts.policy.poll_funds, record.looks, facts);
        let at = super::by_deadline(at, &record, facts.now);
        record.looks = record.looks.saturating_add(1);
        return super::wait(record, Some(at), "unchanged, by the list of the whole account");
    }
    later(record, facts, "unchanged, by the list of the whole account")
}
