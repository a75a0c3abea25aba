//! An unknown outcome, found out by reading.
//!
//! Present: one read is enough. Absent needs all of: the settle time, counted from the last moment at which the call
//! could have been sent or answered, by Redis' clock and by the worker's own; after it as many spaced reads as the
//! policy says (what is not there before it may come yet: such a look finds presence, and counts no absence); with
//! each a control read that succeeded (the handler turns a failed one into `Unreadable`), nothing pending at the
//! provider and every second witness negative (the adapter's part of `Absent`). Then the guard class decides: send
//! anew, or ask a person.

use domorder_api_client::provider::{Ending, Evidence, Guard, Impediment, Sighting, Snapshot};
use jiff::Timestamp;

use super::{
    Decision, Facts, Look, Step, already_done, around, before, count_absence, decide_by, enter, fail, go, left_alone,
    paid, scheduled, signed, stood_before, succeed, trouble_with_account, wait, waiting,
};
use crate::record::OrderRecord;
use crate::state::{Charged, Reason, State};

/// An open intent was found: its worker died, or comes too late. Never sent again on that ground.
pub(super) fn found_open(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    record.attempted_at = record
        .attempted_at
        .or_else(|| record.intent.as_ref().map(|i| i.at))
        .or(Some(facts.now));
    if let Some(intent) = &mut record.intent {
        intent.open = false;
    }
    if facts.operation.costs_money() {
        record.charged = Charged::Unknown;
    }
    record.sent = true;
    enter(&mut record, State::UnknownOutcome, Some(Reason::FoundAfterCrash), None);
    go(
        record,
        Step::Look(Look::Reconcile),
        "an open intent was found: what became of it is read, not sent again",
    )
}

/// Handed out while unknown.
pub(super) fn claimed(record: OrderRecord) -> Decision {
    go(record, Step::Look(Look::Reconcile), "what became of the call?")
}

/// The moment from which looks may count as absence: the later one of two clocks.
fn settled_at(record: &OrderRecord, facts: &Facts<'_>) -> Timestamp {
    let settles = facts.policy.gate + facts.call_timeout + facts.policy.settle;
    let by_the_ledger = record.last_sent_at().unwrap_or(facts.now) + signed(settles);
    by_the_ledger.max(facts.now + signed(settles.saturating_sub(facts.sent_for)))
}

/// Whether it is late enough that what is not there will not come any more.
pub(super) fn settled(record: &OrderRecord, facts: &Facts<'_>) -> bool {
    facts.now >= settled_at(record, facts)
}

/// Whether an end that the provider tells of is the present attempt's: it has that attempt's id, or the attempt is so
/// old that it would be seen if it stood. Before that it may be the end of whatever came before.
pub(super) fn end_is_ours(record: &OrderRecord, facts: &Facts<'_>) -> bool {
    record.provider_order_id.is_some() || record.last_sent_at().is_none() || settled(record, facts)
}

/// Whether what stands is none of the present attempt's doing: it was made before the order, and the attempt was refused, or
/// would have been. Where the provider may sell a second one, what became of the attempt stays open.
pub(super) fn is_from_before(record: &OrderRecord, evidence: &Evidence, facts: &Facts<'_>) -> bool {
    let sold_once = record.refused_as_taken || facts.guard == Guard::RefusesRepeat;
    sold_once && stood_before(record, evidence)
}

/// A look while the outcome is unknown.
pub(super) fn saw(mut record: OrderRecord, sighting: Sighting, facts: &Facts<'_>) -> Decision {
    let now = facts.now;
    match sighting {
        Sighting::Present(evidence) => {
            record.learn(&evidence);
            if is_from_before(&record, &evidence, facts) {
                return already_done(record, now);
            }
            succeed(
                record,
                facts.operation,
                None,
                now,
                "the lost call took effect: found by reading",
            )
        }
        Sighting::Unfinished(evidence) => {
            record.learn(&evidence);
            record.placed = true;
            record.attempted_at = None;
            record.charged = paid(&record, facts.operation);
            around::finish(record)
        }
        Sighting::Pending(stage, evidence) => {
            record.learn(&evidence);
            record.placed = true;
            record.attempted_at = None;
            record.charged = paid(&record, facts.operation);
            waiting::stand(record, stage, facts, "the lost call took effect: the provider has it")
        }
        Sighting::Ended(_, message) if record.anew_since.is_some() || !end_is_ours(&record, facts) => {
            // It may be one from before: no word on what became of this one.
            record.provider_message = Some(message);
            again(record, facts, "one has ended there, and it may be one from before")
        }
        Sighting::Ended(Ending::Cancelled, message) => {
            // It had been placed, then: what it was and how it ended are two things to tell.
            record.provider_message = Some(message);
            record.attempted_at = None;
            record.placed = true;
            record.charged = paid(&record, facts.operation);
            enter(&mut record, State::InProgress, None, None);
            go(
                record,
                Step::Look(Look::Follow),
                "the lost call took effect, and was cancelled there since",
            )
        }
        Sighting::Ended(ending, message) => {
            record.provider_message = Some(message);
            record.charged = paid(&record, facts.operation);
            waiting::ended(record, ending, facts)
        }
        Sighting::Differs(snapshot, message) => {
            record.provider_message = Some(message);
            record.expiry = snapshot.baseline.expiry.or(record.expiry);
            decide_by(
                record,
                Reason::ExpectationDiffers,
                "neither the state before nor the one this order would give",
            )
        }
        Sighting::Impossible(Impediment::DomainTaken, message) if record.refused_as_taken => {
            record.provider_message = Some(message);
            record.attempted_at = None;
            fail(
                record,
                State::Failed,
                Reason::DomainTaken,
                now,
                "refused, and somebody else holds it",
            )
        }
        Sighting::Impossible(impediment, message) => {
            record.provider_message = Some(message);
            if !proven(&mut record, facts) {
                return again(record, facts, "somebody else seems to hold it: too early to say");
            }
            let (reason, why) = before::impossible(impediment);
            match impediment {
                Impediment::DomainTaken if facts.guard != Guard::Weak => fail(record, State::Failed, reason, now, why),
                _ => decide_by(record, reason, why),
            }
        }
        Sighting::Absent(snapshot) => absent(record, &snapshot, facts),
        Sighting::Unreadable(trouble) => {
            if let Some(mut decision) = trouble_with_account(record.clone(), &trouble, facts) {
                decision.record.looks = record.looks.saturating_add(1);
                return decision;
            }
            record.provider_message = Some(trouble.detail);
            let decision = again(record, facts, "the look gave no answer that can be believed");
            left_alone(decision, trouble.retry_after, facts)
        }
    }
}

/// Counts a look that saw nothing of ours, if it is late enough to count: is that proven now?
fn proven(record: &mut OrderRecord, facts: &Facts<'_>) -> bool {
    settled(record, facts) && count_absence(record, facts.now) && record.absences >= facts.policy.absences_min
}

fn absent(mut record: OrderRecord, snapshot: &Snapshot, facts: &Facts<'_>) -> Decision {
    let now = facts.now;
    if record.refused_as_taken && snapshot.taken_elsewhere {
        record.attempted_at = None;
        return fail(
            record,
            State::Failed,
            Reason::DomainTaken,
            now,
            "refused, and not in our account: taken elsewhere",
        );
    }
    if !proven(&mut record, facts) {
        return again(record, facts, "not seen: too early to call it absent");
    }
    if snapshot.taken_elsewhere && facts.guard != Guard::Weak {
        record.attempted_at = None;
        return fail(
            record,
            State::Failed,
            Reason::DomainTaken,
            now,
            "absent for the settle time, and taken elsewhere",
        );
    }
    match facts.guard {
        Guard::RefusesRepeat | Guard::TwoWitnesses => {
            record.unknowns += 1;
            record.attempted_at = None;
            record.charged = record.charged_before();
            enter(&mut record, State::Queued, Some(Reason::AbsenceProven), None);
            // Its own start conditions again, then read first: the same way as the first time.
            before::claimed(record, facts)
        }
        Guard::Weak => decide_by(
            record,
            Reason::AbsenceInconclusive,
            "not seen, but by one weak witness only: a person decides",
        ),
    }
}

/// Another look later, or a person when the time is used up.
fn again(mut record: OrderRecord, facts: &Facts<'_>, why: &'static str) -> Decision {
    let since = record.attempted_at.unwrap_or(record.created_at);
    if facts.now.duration_since(since) >= signed(facts.policy.give_up) {
        return decide_by(
            record,
            Reason::OutcomeUnknown,
            "neither present nor absent could be shown in the time given",
        );
    }
    if let Some(at) = record.next_check_at.filter(|at| *at > facts.now) {
        // Looked before its time: the row of looks is not moved by it.
        return wait(record, Some(at), why);
    }
    let mut at = scheduled(&facts.policy.reconcile_looks, record.looks, facts);
    let settles = settled_at(&record, facts);
    if settles > facts.now {
        // The first look that can count is not put off by a long wait before it.
        at = at.min(settles);
    }
    record.looks = record.looks.saturating_add(1);
    wait(record, Some(at), why)
}
