//! The moves that every room makes: into a state, to a wait, to an end, to a person.

use domorder_api_client::provider::{Evidence, Operation, Trouble, TroubleKind};
use jiff::{SignedDuration, Timestamp};

use super::{Decision, Facts, Lane, Step};
use crate::known::Known;
use crate::record::{Amending, Cancelling, OrderRecord};
use crate::state::{Charged, Needs, Reason, State};

/// Moves to a state, with a fresh count of looks if it is another.
pub(super) fn enter(record: &mut OrderRecord, state: State, reason: Option<Reason>, needs: Option<Needs>) {
    if record.state != state || record.reason != reason {
        record.looks = 0;
        record.absences = 0;
        record.absent_since = None;
    }
    // A way through `dispatching` is part of one row of retries: were it forgotten there, calls that do not leave would
    // be tried again at the first wait for ever.
    if !matches!(state, State::Queued | State::Dispatching) && record.state != state {
        record.retries = 0;
        record.retrying_since = None;
    }
    if reason != Some(Reason::BeingAmended) {
        record.amending = None;
    }
    record.state = state;
    record.reason = reason;
    record.needs = needs;
}

/// What the provider has is to be cancelled: it has the word, and nobody is asked for what was just given.
///
/// Where it is not known whether there is anything to cancel, the order stays with the decision that this came of: nothing
/// leads from there to `unknown_outcome`, and `in_progress` would say that the provider has it.
pub(super) fn call_off(record: &mut OrderRecord, what_for: Cancelling, now: Timestamp) {
    record.cancelling = Some(what_for);
    if !record.placed {
        return;
    }
    if record.needs == Some(Needs::Decision) {
        record.decided = record.reason;
    }
    under_way(record, what_for.reason(), now);
}

/// A new auth code is to be handed in: the provider has the word.
pub(super) fn hand_in(record: &mut OrderRecord, now: Timestamp) {
    record.amending = Some(Amending::Wanted);
    record.looks = 0;
    under_way(record, Reason::BeingAmended, now);
}

/// It is done now; what was waited for before is not. Said again, it moves nothing, as a row of looks may count.
fn under_way(record: &mut OrderRecord, reason: Reason, now: Timestamp) {
    if record.state != State::InProgress || record.reason != Some(reason) {
        enter(record, State::InProgress, Some(reason), None);
        record.next_check_at = Some(now);
    }
}

pub(super) fn go(record: OrderRecord, step: Step, why: &'static str) -> Decision {
    Decision {
        record,
        step,
        why,
        lane: None,
        known: None,
        proves: None,
    }
}

/// Waits until `at`, and writes that into the record.
pub(super) fn wait(mut record: OrderRecord, at: Option<Timestamp>, why: &'static str) -> Decision {
    record.next_check_at = at;
    go(record, Step::Wait(at), why)
}

pub(super) fn close(mut record: OrderRecord, why: &'static str) -> Decision {
    record.next_check_at = None;
    go(record, Step::Close, why)
}

/// Ends the order.
pub(super) fn finish(
    mut record: OrderRecord,
    state: State,
    reason: Option<Reason>,
    charged: Charged,
    now: Timestamp,
    why: &'static str,
) -> Decision {
    debug_assert!(state.is_final());
    enter(&mut record, state, reason, None);
    record.charged = charged;
    record.finished_at = Some(now);
    record.gives_up_at = None;
    record.leave_as_it_is();
    record.resolving = false;
    record.attempted_at = None;
    record.last_absent_at = None;
    record.answer = None;
    record.doubts = None;
    if let Some(intent) = &mut record.intent {
        intent.open = false;
    }
    close(record, why)
}

/// The effect stands and is ours to report: charged as far as we caused it.
pub(super) fn succeed(
    record: OrderRecord,
    operation: Operation,
    reason: Option<Reason>,
    now: Timestamp,
    why: &'static str,
) -> Decision {
    let charged = match reason {
        Some(Reason::AlreadyDone) => Charged::No,
        _ => paid(&record, operation),
    };
    finish(record, State::Succeeded, reason, charged, now, why)
}

/// Whether what stands was made before the order, by more than clocks differ. Where the call was refused, nothing of ours is
/// in doubt but its words; else by more than zones differ too, or a lost charge would be told as none.
pub(super) fn stood_before(record: &OrderRecord, evidence: &Evidence) -> bool {
    let least = if record.refused_as_taken {
        SignedDuration::from_mins(5)
    } else {
        SignedDuration::from_hours(48)
    };
    evidence
        .created
        .is_some_and(|created| record.created_at.duration_since(created) > least)
}

/// It stands, and stood before: as if the look before the paid call had shown it.
pub(super) fn already_done(record: OrderRecord, now: Timestamp) -> Decision {
    let charged = record.charged_before();
    finish(
        record,
        State::Succeeded,
        Some(Reason::AlreadyDone),
        charged,
        now,
        "it stood before the order, and the provider sells it once: not this order's doing",
    )
}

/// Ended without effect: what was taken is owed back.
pub(super) fn fail(record: OrderRecord, state: State, reason: Reason, now: Timestamp, why: &'static str) -> Decision {
    let charged = match record.charged {
        Charged::Yes | Charged::RefundDue => Charged::RefundDue,
        Charged::Refunded => Charged::Refunded,
        Charged::No | Charged::Unknown => record.charged_before(),
    };
    finish(record, state, Some(reason), charged, now, why)
}

/// Hands the order to a person.
pub(super) fn decide(mut record: OrderRecord, reason: Reason, why: &'static str) -> Decision {
    enter(&mut record, State::ActionRequired, Some(reason), Some(Needs::Decision));
    record.resolving = false;
    // A change that was asked for before is part of what is decided now.
    record.leave_as_it_is();
    wait(record, None, why)
}

/// As [`decide`], of a call whose effect is not known: with what is known of it.
pub(super) fn decide_by(record: OrderRecord, reason: Reason, why: &'static str) -> Decision {
    let known = Some(Box::new(Known::of(&record)));
    Decision {
        known,
        ..decide(record, reason, why)
    }
}

/// `yes` for what costs money and may be our doing; `no` for free operations and for what we only adopted.
pub(super) fn paid(record: &OrderRecord, operation: Operation) -> Charged {
    if operation.costs_money() && record.sent {
        Charged::Yes
    } else {
        Charged::No
    }
}

/// Counts a look that saw absence, and says whether it counts: one before its time (asked for by a signal, or in a claim
/// after a crash) tells nothing new, because a lagging provider answers three quick looks alike.
pub(super) fn count_absence(record: &mut OrderRecord, now: Timestamp) -> bool {
    if record.absences > 0 && record.next_check_at.is_some_and(|at| now < at) {
        return false;
    }
    record.absences = record.absences.saturating_add(1);
    record.absent_since.get_or_insert(now);
    record.last_absent_at = Some(now);
    true
}

/// Something else than absence was seen: the row is over.
pub(super) fn forget_absences(record: &mut OrderRecord) {
    record.absences = 0;
    record.absent_since = None;
    record.last_absent_at = None;
}

pub(super) const CREDENTIALS_REFUSED: &str = "the provider refuses the account's credentials";

/// Waits for the account, whose credentials the provider refuses, to be let go on.
pub(super) fn credentials_refused(record: OrderRecord, at: Timestamp, why: &'static str) -> Decision {
    let mut decision = wait(record, Some(at), why);
    decision.lane = Some(Lane::PauseForCredentials);
    decision
}

/// Parks the order because the account as a whole cannot work, and says so where it is a matter of credentials.
pub(super) fn trouble_with_account(mut record: OrderRecord, trouble: &Trouble, facts: &Facts<'_>) -> Option<Decision> {
    match trouble.kind {
        TroubleKind::Credentials => {
            record.provider_message = Some(trouble.detail.clone());
            let decision = match record.state {
                State::Queued | State::Parked if !record.placed => {
                    enter(&mut record, State::Parked, Some(Reason::Paused), None);
                    let why = "the provider refuses the account's credentials; nothing was sent";
                    credentials_refused(record, facts.now, why)
                }
                _ => {
                    // Not before its time: the next look would count as one apart from the last that saw absence.
                    let at = record.next_check_at.map_or(facts.now, |at| at.max(facts.now));
                    credentials_refused(record, at, CREDENTIALS_REFUSED)
                }
            };
            Some(decision)
        }
        TroubleKind::Throttled | TroubleKind::Unavailable | TroubleKind::Garbled => None,
    }
}
