//! Until the paid call: start conditions, read first, the decision to send.

use domorder_api_client::provider::{Impediment, Sighting, Snapshot, Trouble, TroubleKind};

use super::{
    Decision, Facts, FundsSeen, Look, Recalled, Step, already_done, around, by_deadline, deadline_passed, decide,
    decide_by, enter, fail, go, kinds, retry_at, scheduled, signed, stood_before, succeed, trouble_with_account, wait,
    waiting,
};
use crate::record::{Intent, OrderRecord};
use crate::state::{Charged, Reason, State};

/// An order in `queued` or `parked` was handed out.
pub(super) fn claimed(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if record.state == State::Parked && record.placed {
        return waiting::claimed(record, facts);
    }
    if deadline_passed(&record, facts.now) {
        return decide(
            record,
            Reason::DeadlinePassed,
            "the order's deadline passed before it could be sent",
        );
    }
    if let Some(at) = facts.not_before.filter(|at| *at > facts.now) {
        enter(&mut record, State::Parked, Some(Reason::NotBefore), None);
        let at = by_deadline(at, &record, facts.now);
        return wait(record, Some(at), "not to start before its time");
    }
    if !facts.lane_head {
        enter(&mut record, State::Parked, Some(Reason::DomainBusy), None);
        let at = record.deadline_at;
        return wait(record, at, "an earlier order of the same domain is not through");
    }
    if record.state == State::Parked && record.reason == Some(Reason::Funds) {
        return go(record, Step::ReadFunds, "is there money again?");
    }
    ready(record, facts)
}

/// Nothing of the order's own keeps it back: do the ledger and the account let it go?
pub(super) fn ready(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if let Some(until) = facts.quiet_until.filter(|at| *at > facts.now) {
        enter(&mut record, State::Queued, Some(Reason::LedgerRestarted), None);
        let at = by_deadline(until, &record, facts.now);
        return wait(
            record,
            Some(at),
            "the ledger's server restarted: no paid call for the settle time",
        );
    }
    if let Some(until) = facts.breaker_until.filter(|at| *at > facts.now) {
        enter(&mut record, State::Parked, Some(Reason::BreakerOpen), None);
        let at = by_deadline(until, &record, facts.now);
        return wait(
            record,
            Some(at),
            "too many paid calls of the account came to nothing known",
        );
    }
    if record.state == State::Parked {
        let (retries, since) = (record.retries, record.retrying_since);
        enter(&mut record, State::Queued, None, None);
        (record.retries, record.retrying_since) = (retries, since);
    }
    if facts.prepares && record.contacts.is_none() {
        return go(
            record,
            Step::Prepare,
            "the purchase names contacts: they are made first",
        );
    }
    go(record, Step::Look(Look::BeforePaying), "read first, every time")
}

/// The ledger has lost an intent of this order, and a journal has kept it. It is put back as it was, open, so that what
/// became of it is found out as after any crash; nothing is sent on a look alone, which may not show it yet.
pub(super) fn recalled(mut record: OrderRecord, lost: Recalled, facts: &Facts<'_>) -> Decision {
    enter(&mut record, State::Dispatching, None, None);
    record.attempts += 1;
    record.baseline = record.baseline.or(lost.baseline);
    record.created_at = record.created_at.min(lost.accepted_at);
    record.anew_since = record.anew_since.or(lost.anew_since);
    record.provider_order_id = lost.provider_order_id.or(record.provider_order_id);
    record.intent = Some(Intent {
        attempt: record.attempts,
        open: true,
        ..lost.intent
    });
    if facts.operation.costs_money() {
        record.charged = Charged::Unknown;
    }
    record.next_check_at = None;
    go(
        record,
        Step::GoOn,
        "the worker's journal knows of a paid call that the ledger has lost: it is found out, not sent again",
    )
}

/// The look before the paid call.
pub(super) fn saw(mut record: OrderRecord, sighting: Sighting, facts: &Facts<'_>) -> Decision {
    let now = facts.now;
    match sighting {
        Sighting::Absent(snapshot) if snapshot.taken_elsewhere => fail(
            record,
            State::Failed,
            Reason::DomainTaken,
            now,
            "the name is held elsewhere",
        ),
        Sighting::Absent(_) if facts.max_price.is_some() && !held_back(&record, facts) => go(
            record,
            Step::Quote,
            "absent a moment ago: is the price within its limit?",
        ),
        Sighting::Absent(snapshot) => submit(record, snapshot, facts),
        Sighting::Unfinished(evidence) => {
            record.learn(&evidence);
            record.placed = true;
            if record.sent && facts.operation.costs_money() {
                record.charged = Charged::Yes;
            }
            around::finish(record)
        }
        Sighting::Present(evidence) => {
            record.learn(&evidence);
            if stood_before(&record, &evidence) {
                return already_done(record, now);
            }
            let reason = (!record.sent).then_some(Reason::AlreadyDone);
            succeed(
                record,
                facts.operation,
                reason,
                now,
                "the effect stands already: it is not bought again",
            )
        }
        Sighting::Pending(stage, evidence) => {
            record.learn(&evidence);
            record.placed = true;
            if record.sent && facts.operation.costs_money() {
                // An earlier attempt of this order is the only one of ours it can be.
                record.charged = Charged::Yes;
            }
            waiting::stand(
                record,
                stage,
                facts,
                "one of ours is open at the provider: adopted, not bought again",
            )
        }
        Sighting::Differs(snapshot, message) => {
            record.provider_message = Some(message);
            record.expiry = snapshot.baseline.expiry.or(record.expiry);
            decide(
                record,
                Reason::ExpectationDiffers,
                "what the provider holds is not what was expected: not sent",
            )
        }
        Sighting::Impossible(impediment, message) => {
            record.provider_message = Some(message);
            let (reason, why) = impossible(impediment);
            fail(record, State::Failed, reason, now, why)
        }
        Sighting::Ended(_, message) => {
            record.provider_message = Some(message);
            decide(
                record,
                Reason::ProviderFailed,
                "an earlier one has ended at the provider: a person decides on a new one",
            )
        }
        Sighting::Unreadable(trouble) => unreadable(record, &trouble, facts),
    }
}

/// Why a thing can never come to be, as a reason and a sentence.
pub(super) const fn impossible(impediment: Impediment) -> (Reason, &'static str) {
    match impediment {
        Impediment::DomainTaken => (Reason::DomainTaken, "somebody else holds it"),
        Impediment::NotFound => (Reason::NotFound, "what should be changed is not in this account"),
        Impediment::NotRegistered => (Reason::NotRegistered, "the name is free: nothing to transfer"),
    }
}

/// Whether a claim would not even look.
fn held_back(record: &OrderRecord, facts: &Facts<'_>) -> bool {
    let later = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at > facts.now);
    !facts.lane_head
        || deadline_passed(record, facts.now)
        || later(facts.not_before)
        || later(facts.quiet_until)
        || later(facts.breaker_until)
}

/// Absence was seen a moment ago: fix the baseline and decide to send.
pub(super) fn submit(mut record: OrderRecord, snapshot: Snapshot, facts: &Facts<'_>) -> Decision {
    if held_back(&record, facts) {
        // Asked at the claim already; a restart or a tripped breaker in the time of the look counts as well.
        return claimed(record, facts);
    }
    if record.unknowns >= facts.policy.unknown_attempts_max.of(facts.guard) {
        return decide_by(
            record,
            Reason::AttemptsExhausted,
            "as many attempts as are allowed had an unknown outcome",
        );
    }
    if record.baseline.is_none() && kinds::has_baseline(facts.operation) {
        record.baseline = Some(snapshot.baseline);
    }
    enter(&mut record, State::Dispatching, None, None);
    record.attempts += 1;
    record.placed = false;
    // What was said of an earlier attempt is not true of this one.
    record.refused_as_taken = false;
    record.provider_message = None;
    record.answer = None;
    record.last_absent_at = None;
    record.doubts = None;
    if facts.operation.costs_money() {
        record.charged = Charged::Unknown;
    }
    // The caller fills in epoch and digest; the instant is what the gate and the settle time are measured from.
    record.intent = Some(Intent {
        attempt: record.attempts,
        at: facts.now,
        epoch: 0,
        digest: String::new(),
        open: true,
    });
    record.next_check_at = None;
    go(
        record,
        Step::Submit,
        "absent a moment ago: the intent is written, then the one request goes out",
    )
}

/// The look, the preparation or the quote failed: no paid call now.
pub(super) fn unreadable(mut record: OrderRecord, trouble: &Trouble, facts: &Facts<'_>) -> Decision {
    if let Some(decision) = trouble_with_account(record.clone(), trouble, facts) {
        return decision;
    }
    record.provider_message = Some(trouble.detail.clone());
    let Some(at) = retry_at(&mut record, facts, trouble.retry_after) else {
        return decide(
            record,
            Reason::ProviderUnreachable,
            "the look before the paid call failed for as long as is allowed",
        );
    };
    let at = by_deadline(at, &record, facts.now);
    if trouble.kind == TroubleKind::Throttled {
        let (retries, since) = (record.retries, record.retrying_since);
        enter(&mut record, State::Parked, Some(Reason::RateLimited), None);
        (record.retries, record.retrying_since) = (retries, since);
        return wait(
            record,
            Some(at),
            "the provider asks for a slower pace; nothing was sent",
        );
    }
    enter(&mut record, State::Queued, Some(Reason::LookFailed), None);
    wait(
        record,
        Some(at),
        "the look before the paid call failed; nothing was sent",
    )
}

/// The account's money was read for an order parked for want of it.
pub(super) fn funds(mut record: OrderRecord, funds: FundsSeen, facts: &Facts<'_>) -> Decision {
    let look = record.looks;
    record.looks = record.looks.saturating_add(1);
    match funds {
        FundsSeen::Some => ready(record, facts),
        FundsSeen::None => {
            let at = by_deadline(scheduled(&facts.policy.poll_funds, look, facts), &record, facts.now);
            wait(record, Some(at), "still no money at the provider")
        }
        FundsSeen::NotShown => {
            let at = record.deadline_at.map(|at| at.max(facts.now));
            wait(
                record,
                at,
                "the provider does not show its balance: `retry` releases the order",
            )
        }
        FundsSeen::Unreadable(trouble) => {
            let at = scheduled(&facts.policy.poll_funds, look, facts)
                .max(facts.now + signed(trouble.retry_after.unwrap_or_default()));
            let at = by_deadline(at, &record, facts.now);
            let mut decision = wait(record, Some(at), "the account's money could not be read");
            if trouble.kind == TroubleKind::Credentials {
                decision.lane = Some(super::Lane::PauseForCredentials);
            }
            decision
        }
    }
}
