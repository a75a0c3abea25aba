//! The answer to the paid call.

use domorder_api_client::provider::{Accepted, Doubt, Outcome, Rejection, RejectionClass};

use super::{
    CREDENTIALS_REFUSED, Decision, Facts, Look, Step, by_deadline, credentials_refused, decide, enter, fail, go, paid,
    retry_at, scheduled, succeed, wait, waiting,
};
use crate::record::OrderRecord;
use crate::state::{Charged, Needs, Reason, State};

/// Sorts the answer. Unknown is the arm for everything that is not one of the others.
pub(super) fn answered(mut record: OrderRecord, outcome: Outcome, facts: &Facts<'_>) -> Decision {
    match outcome {
        Outcome::Accepted(accepted) => taken(record, accepted, facts),
        Outcome::Rejected(rejection) => {
            settle_intent(&mut record);
            rejected(record, &rejection, facts)
        }
        Outcome::NotSent(not_sent) => {
            settle_intent(&mut record);
            uncharge(&mut record);
            record.provider_message = Some(not_sent.detail);
            let Some(at) = retry_at(&mut record, facts, None) else {
                return decide(
                    record,
                    Reason::ProviderUnreachable,
                    "the provider could not be reached for as long as is allowed",
                );
            };
            let (retries, since) = (record.retries, record.retrying_since);
            enter(&mut record, State::Queued, Some(Reason::NotSent), None);
            (record.retries, record.retrying_since) = (retries, since);
            let at = by_deadline(at, &record, facts.now);
            wait(
                record,
                Some(at),
                "it surely never left: the intent is void, a new attempt follows",
            )
        }
        Outcome::Unknown(doubt) => unknown(record, doubt, facts),
    }
}

/// The provider has it.
fn taken(mut record: OrderRecord, accepted: Accepted, facts: &Facts<'_>) -> Decision {
    settle_intent(&mut record);
    record.attempted_at = None;
    record.placed = true;
    record.sent = true;
    record.charged = paid(&record, facts.operation);
    record.learn(&accepted.evidence);
    match accepted.stage {
        None => succeed(
            record,
            facts.operation,
            None,
            facts.now,
            "the answer itself shows the effect",
        ),
        Some(domorder_api_client::provider::Stage::Working) => {
            enter(&mut record, State::InProgress, None, None);
            go(record, Step::Look(Look::Verify), "accepted: a read confirms it")
        }
        Some(stage) => waiting::stand(record, stage, facts, "placed at the provider"),
    }
}

/// A documented final refusal: surely no effect.
fn rejected(mut record: OrderRecord, rejection: &Rejection, facts: &Facts<'_>) -> Decision {
    record.provider_message = Some(rejection.message.clone());
    if rejection.class == RejectionClass::Taken {
        return check_whose_it_is(record, facts);
    }
    uncharge(&mut record);
    let ask = |mut record: OrderRecord, reason, needs, why| {
        enter(&mut record, State::ActionRequired, Some(reason), Some(needs));
        let at = record.deadline_at.map(|at| at.max(facts.now));
        wait(record, at, why)
    };
    let no = |record, reason, why| fail(record, State::Failed, reason, facts.now, why);
    match rejection.class {
        RejectionClass::NoFunds => {
            enter(&mut record, State::Parked, Some(Reason::Funds), None);
            let at = by_deadline(scheduled(&facts.policy.poll_funds, 0, facts), &record, facts.now);
            record.looks = 1;
            wait(record, Some(at), "no money at the provider; nothing was placed")
        }
        RejectionClass::AuthCode => ask(
            record,
            Reason::AuthCodeInvalid,
            Needs::AuthCode,
            "the auth code is refused; nothing was placed",
        ),
        RejectionClass::Locked => ask(
            record,
            Reason::DomainLocked,
            Needs::Unlock,
            "locked at the losing registrar; nothing was placed",
        ),
        RejectionClass::TooYoung => ask(
            record,
            Reason::TooYoung,
            Needs::Decision,
            "too young to be transferred; nothing was placed",
        ),
        RejectionClass::Credentials => {
            enter(&mut record, State::Parked, Some(Reason::Paused), None);
            credentials_refused(record, facts.now, CREDENTIALS_REFUSED)
        }
        RejectionClass::Throttled => {
            let Some(at) = retry_at(&mut record, facts, rejection.retry_after) else {
                return decide(
                    record,
                    Reason::ProviderUnreachable,
                    "throttled for as long as is allowed",
                );
            };
            let (retries, since) = (record.retries, record.retrying_since);
            enter(&mut record, State::Parked, Some(Reason::RateLimited), None);
            (record.retries, record.retrying_since) = (retries, since);
            let at = by_deadline(at, &record, facts.now);
            wait(record, Some(at), "too fast for the provider; surely not executed")
        }
        RejectionClass::Invalid => no(record, Reason::Invalid, "the provider refuses a parameter"),
        RejectionClass::NotFound => no(record, Reason::NotFound, "what should be changed does not exist"),
        RejectionClass::Unsupported => no(record, Reason::Unsupported, "the provider does not sell it"),
        RejectionClass::NotAllowed => no(record, Reason::NotAllowed, "a rule of the provider forbids it"),
        RejectionClass::Taken => check_whose_it_is(record, facts),
    }
}

/// "Not available" is final only where a look shows that the name is not ours: an earlier attempt may have taken it.
fn check_whose_it_is(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    // Counted attempts would not do: a decision starts their count again.
    record.answer = record.provider_message.clone();
    record.refused_as_taken = !record.sent;
    record.sent = true;
    record.attempted_at = record
        .attempted_at
        .or_else(|| record.intent.as_ref().map(|i| i.at))
        .or(Some(facts.now));
    enter(&mut record, State::UnknownOutcome, Some(Reason::TakenCheck), None);
    go(record, Step::Look(Look::Reconcile), "not available: is it ours?")
}

/// The default arm.
fn unknown(mut record: OrderRecord, doubt: Doubt, facts: &Facts<'_>) -> Decision {
    settle_intent(&mut record);
    record.answer = Some(doubt.detail.clone());
    record.provider_message = Some(doubt.detail);
    record.attempted_at = record
        .attempted_at
        .or_else(|| record.intent.as_ref().map(|i| i.at))
        .or(Some(facts.now));
    if facts.operation.costs_money() {
        record.charged = Charged::Unknown;
    }
    record.refused_as_taken = false;
    record.sent = true;
    enter(&mut record, State::UnknownOutcome, Some(Reason::AnswerLost), None);
    let at = scheduled(&facts.policy.reconcile_looks, 0, facts);
    record.looks = 1;
    wait(
        record,
        Some(at),
        "sent, and its effect is not known: found out by reading, nothing is sent again before that",
    )
}

/// The call of this intent is over: its outcome stands in the same record.
fn settle_intent(record: &mut OrderRecord) {
    if let Some(intent) = &mut record.intent {
        intent.open = false;
    }
}

/// This attempt surely took no money; what an earlier one left to be paid back stays so.
fn uncharge(record: &mut OrderRecord) {
    if record.charged == Charged::Unknown && record.attempted_at.is_none() {
        record.charged = record.charged_before();
    }
}
