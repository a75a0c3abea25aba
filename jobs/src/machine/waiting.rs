//! The provider, a third party or a person has the word.

use domorder_api_client::provider::{Ending, Guard, Sighting, Stage};
use jiff::Timestamp;

use super::{
    Decision, Facts, Look, Step, already_done, around, before, by_deadline, changing, count_absence, deadline_passed,
    decide, decide_by, enter, fail, follow_at, forget_absences, go, left_alone, reconcile, scheduled, signed, succeed,
    trouble_with_account, wait,
};
use crate::record::OrderRecord;
use crate::state::{Charged, Needs, Reason, State};

/// Handed out in `in_progress`, `blocked`, `action_required`, or parked by the provider.
pub(super) fn claimed(record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if record.state == State::ActionRequired && record.needs == Some(Needs::Decision) {
        if record.resolving {
            return go(
                record,
                Step::Look(Look::Reconcile),
                "the operator says it is done: is it?",
            );
        }
        if record.cancelling.is_none() {
            return wait(record, None, "a person decides");
        }
        // They have: it is called off, and that is followed through looks, waits and crashes.
    }
    if record.effect_possible() && record.cancelling.is_some() {
        return go(
            record,
            Step::Look(Look::Reconcile),
            "to be called off: does something stand there?",
        );
    }
    if record.placed || record.cancelling.is_some() {
        return go(record, Step::Look(Look::Follow), "how far is it?");
    }
    if deadline_passed(&record, facts.now) {
        return decide(
            record,
            Reason::DeadlinePassed,
            "the order's deadline passed while a person was asked for something",
        );
    }
    let at = record.deadline_at;
    wait(record, at, "nothing stands at the provider: a person has to act first")
}

/// Where a thing stands that the provider has, as a state.
pub(super) fn stand(mut record: OrderRecord, stage: Stage, facts: &Facts<'_>, why: &'static str) -> Decision {
    let (state, reason, needs) = match stage {
        Stage::Working => (State::InProgress, None, None),
        Stage::LosingRegistrar => (State::Blocked, Some(Reason::AwaitingLosingRegistrar), None),
        Stage::Registry => (State::Blocked, Some(Reason::AwaitingRegistry), None),
        Stage::HeldForFunds => (State::Parked, Some(Reason::Funds), None),
        Stage::AuthCode => (
            State::ActionRequired,
            Some(Reason::AuthCodeInvalid),
            Some(Needs::AuthCode),
        ),
        Stage::Locked => (State::ActionRequired, Some(Reason::DomainLocked), Some(Needs::Unlock)),
        Stage::Approval => (
            State::ActionRequired,
            Some(Reason::ApprovalPending),
            Some(Needs::Approval),
        ),
        Stage::Contact => (
            State::ActionRequired,
            Some(Reason::ContactInvalid),
            Some(Needs::Contact),
        ),
        Stage::TooYoung => (State::ActionRequired, Some(Reason::TooYoung), Some(Needs::Decision)),
        Stage::Stalled => (State::ActionRequired, Some(Reason::Stalled), Some(Needs::Decision)),
    };
    if state == State::Blocked && matches!(record.state, State::Queued | State::Parked) {
        // Adopted first: the provider has it, and then that somebody else has the word.
        enter(&mut record, State::InProgress, None, None);
        return go(record, Step::Look(Look::Follow), why);
    }
    enter(&mut record, state, reason, needs);
    if needs == Some(Needs::Decision) {
        return wait(record, None, why);
    }
    let at = if stage == Stage::HeldForFunds {
        by_deadline(
            scheduled(&facts.policy.poll_funds, record.looks, facts),
            &record,
            facts.now,
        )
    } else {
        follow_at(&record, facts)
    };
    record.looks = record.looks.saturating_add(1);
    wait(record, Some(at), why)
}

/// A look while waiting.
pub(super) fn saw(mut record: OrderRecord, sighting: Sighting, facts: &Facts<'_>) -> Decision {
    let now = facts.now;
    if matches!(sighting, Sighting::Pending(..)) {
        // Not done yet, but there: it is followed, so that nobody takes it for nothing.
        record.resolving = false;
    }
    if record.resolving && !matches!(sighting, Sighting::Present(_) | Sighting::Unfinished(_)) {
        record.resolving = false;
        record.provider_message = Some(format!(
            "the operator's `done` was not confirmed by reading: {}",
            told(&sighting)
        ));
        return wait(record, None, "the read does not show what the operator says");
    }
    match sighting {
        Sighting::Present(evidence) => {
            record.learn(&evidence);
            let is_open = record.effect_possible() && !record.placed && !record.resolving;
            if is_open && reconcile::is_from_before(&record, &evidence, facts) {
                return already_done(record, now);
            }
            succeed(record, facts.operation, None, now, "the effect stands")
        }
        Sighting::Pending(stage, evidence) => {
            record.learn(&evidence);
            forget_absences(&mut record);
            adopt(&mut record, facts);
            if waits_past_deadline(&record, now) {
                return decide(
                    record,
                    Reason::DeadlinePassed,
                    "the order's deadline passed while it was with the provider",
                );
            }
            if let Some(what_for) = record.cancelling {
                return changing::still_there(record, what_for, stage, facts);
            }
            if let Some(amending) = record.amending {
                return changing::amended(record, amending, stage, facts);
            }
            stand(record, stage, facts, "still with the provider")
        }
        Sighting::Unfinished(evidence) => {
            record.learn(&evidence);
            forget_absences(&mut record);
            adopt(&mut record, facts);
            around::unfinished(record, facts)
        }
        Sighting::Absent(_) => absent(record, facts),
        Sighting::Ended(_, message) if !reconcile::end_is_ours(&record, facts) => {
            record.provider_message = Some(message);
            if waits_past_deadline(&record, now) {
                return decide(
                    record,
                    Reason::DeadlinePassed,
                    "the order's deadline passed, and what has ended there may be one from before",
                );
            }
            later(record, facts, "one has ended there, and it may be one from before")
        }
        Sighting::Ended(ending, message) => {
            record.provider_message = Some(message);
            adopt(&mut record, facts);
            if record.cancelling.is_some() {
                changing::cancelled(record, facts)
            } else if record.anew_since.is_some() && record.provider_order_id.is_none() {
                decide(
                    record,
                    Reason::ProviderFailed,
                    "one has ended there, and it may be the one that was replaced",
                )
            } else {
                ended(record, ending, facts)
            }
        }
        Sighting::Differs(snapshot, message) => {
            record.provider_message = Some(message);
            record.expiry = snapshot.baseline.expiry.or(record.expiry);
            decide(
                record,
                Reason::ExpectationDiffers,
                "neither the state before nor the one this order would give",
            )
        }
        Sighting::Impossible(impediment, message) => {
            record.provider_message = Some(message);
            let (reason, why) = before::impossible(impediment);
            decide(record, reason, why)
        }
        Sighting::Unreadable(trouble) => {
            if let Some(decision) = trouble_with_account(record.clone(), &trouble, facts) {
                return decision;
            }
            if waits_past_deadline(&record, now) {
                return decide(
                    record,
                    Reason::DeadlinePassed,
                    "the order's deadline passed, and the last look gave no answer",
                );
            }
            // No state comes out of an unreadable answer; the provider's last good words stay.
            let decision = later(record, facts, "the look gave no answer that can be believed");
            left_alone(decision, trouble.retry_after, facts)
        }
    }
}

/// Not seen there. A cancellation is believed on no less than a vanishing: a look that misses what stands would end an
/// order whose effect follows, or place a second transfer beside the first.
fn absent(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    let now = facts.now;
    if record.effect_possible() && !reconcile::settled(&record, facts) {
        return later(record, facts, "not seen there: too early to count it as absence");
    }
    let counts = count_absence(&mut record, now);
    if !counts {
        let at = record.next_check_at;
        return wait(
            record,
            at,
            "looked before its time: a row of quick looks proves nothing",
        );
    }
    let since = record.absent_since.unwrap_or(now);
    // By our own clock too: a server's may be set forward, and what was just taken may come to be seen yet.
    let is_old = record.last_sent_at().is_none() || reconcile::settled(&record, facts);
    let lasts = is_old && now.duration_since(since) >= signed(facts.policy.settle);
    if !(lasts && record.absences >= facts.policy.absences_min) {
        return later(record, facts, "not seen there (yet): one missing look proves nothing");
    }
    if record.cancelling.is_some() && facts.guard == Guard::Weak {
        // Nobody can tell how late it may still come. That it is to be called off is not forgotten: `not-done` ends it.
        let cancelling = record.cancelling;
        let mut decision = decide_by(
            record,
            Reason::AbsenceInconclusive,
            "to be called off, and not seen, but by one weak witness only: `resolve` with `not-done` ends it",
        );
        decision.record.cancelling = cancelling;
        return decision;
    }
    if record.cancelling.is_some() {
        return changing::cancelled(record, facts);
    }
    decide_by(
        record,
        Reason::Vanished,
        "the provider had taken it and no longer knows it",
    )
}

/// It ended at the provider without effect.
pub(super) fn ended(record: OrderRecord, ending: Ending, facts: &Facts<'_>) -> Decision {
    match ending {
        Ending::Refused => fail(
            record,
            State::Failed,
            Reason::TransferRefused,
            facts.now,
            "refused by the losing side or the registry",
        ),
        Ending::Cancelled => fail(
            record,
            State::Cancelled,
            Reason::CancelledAtProvider,
            facts.now,
            "cancelled at the provider",
        ),
        Ending::Failed => fail(
            record,
            State::Failed,
            Reason::ProviderFailed,
            facts.now,
            "the provider gave it up",
        ),
    }
}

/// What was not known to have had an effect is seen to have had one.
fn adopt(record: &mut OrderRecord, facts: &Facts<'_>) {
    if record.placed {
        return;
    }
    record.attempted_at = None;
    record.placed = true;
    if record.sent && facts.operation.costs_money() {
        record.charged = Charged::Yes;
    }
}

/// Whether the deadline ends this wait. A cancellation may be answered with nothing known for ever, so it has that end
/// too; but one that a person decided on, perhaps because of that very deadline, is not taken back by it.
pub(super) fn waits_past_deadline(record: &OrderRecord, now: Timestamp) -> bool {
    deadline_passed(record, now) && !record.is_decided()
}

pub(super) fn later(mut record: OrderRecord, facts: &Facts<'_>, why: &'static str) -> Decision {
    let at = follow_at(&record, facts);
    record.looks = record.looks.saturating_add(1);
    wait(record, Some(at), why)
}

/// A sighting in a word, for people.
const fn told(sighting: &Sighting) -> &'static str {
    match sighting {
        Sighting::Present(_) => "present",
        Sighting::Unfinished(_) => "it is there, and not finished",
        Sighting::Absent(_) => "it is not there",
        Sighting::Pending(..) => "the provider has not finished it",
        Sighting::Differs(..) => "something else stands there",
        Sighting::Impossible(..) => "it cannot be there",
        Sighting::Ended(..) => "it has ended without effect",
        Sighting::Unreadable(_) => "the provider gave no readable answer",
    }
}
