//! The account is paused: nothing is asked of the provider, and what time alone decides is noticed all the same.
//!
//! A deadline that passes asks a person, as it would if the account were at work; only that nobody has looked once more.
//! What became of a call that may have had an effect is found out first, paused or not: such an order is left as it is.

use jiff::Timestamp;

use super::{Decision, Facts, decide, reconcile, wait};
use crate::record::OrderRecord;
use crate::state::{Needs, Reason, State};

/// When an order's own deadline has to be noticed, though its account is paused; nothing where it has none, is over, has a
/// person already, or has a call out whose effect is to be found out first.
#[must_use]
pub fn deadline_to_notice(record: &OrderRecord) -> Option<Timestamp> {
    let is_out = matches!(record.state, State::Dispatching | State::UnknownOutcome) || record.effect_possible();
    let is_asked = record.needs == Some(Needs::Decision) || record.is_decided();
    record
        .deadline_at
        .filter(|_| !record.state.is_final() && !is_out && !is_asked)
}

/// Handed out while its account is paused.
pub(super) fn claimed(record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if record.state == State::Dispatching {
        let found = reconcile::found_open(record, facts).record;
        let why = "an open intent was found while the account is paused: what became of it is read when it goes on";
        return wait(found, Some(facts.now), why);
    }
    if deadline_to_notice(&record).is_some_and(|deadline| deadline <= facts.now) {
        let why = if record.placed {
            "the order's deadline passed while its account is paused: how far the provider is was not looked at"
        } else {
            "the order's deadline passed while its account is paused: nothing was sent"
        };
        return decide(record, Reason::DeadlinePassed, why);
    }
    // As it stood: due when the account goes on, or waiting for what it waits for.
    let is_decided = record.cancelling.is_some() || record.resolving;
    let waits_for_somebody = matches!(record.state, State::Parked | State::ActionRequired) && !is_decided;
    let at = match record.next_check_at {
        _ if record.needs == Some(Needs::Decision) && !is_decided => None,
        Some(at) => Some(at.max(facts.now)),
        None => (!waits_for_somebody).then_some(facts.now),
    };
    wait(record, at, "its account is paused: nothing is asked of the provider")
}
