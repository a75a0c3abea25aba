//! What the provider has is changed: cancelled, to end or to be placed anew, or amended in place.
//!
//! From the signal until a look shows what came of it the order is `in_progress` with a reason of its own: nobody is asked
//! for what was just given. No answer of the provider is the end of it, a look is: reads may lag behind a change that was
//! answered, and a change whose answer was lost may have been made.

use domorder_api_client::provider::{Accepted, Outcome, Rejection, RejectionClass, Stage};

use super::waiting::{later, stand};
use super::{
    CREDENTIALS_REFUSED, Decision, Facts, Look, Step, before, by_deadline, call_off, credentials_refused, enter, fail,
    go, kinds, left_alone, scheduled, signed, wait,
};
use crate::record::{Amending, Cancelling, OrderRecord};
use crate::state::{Charged, Needs, Reason, State};

/// To be cancelled, and seen to stand there.
pub(super) fn still_there(mut record: OrderRecord, what_for: Cancelling, stage: Stage, facts: &Facts<'_>) -> Decision {
    if !kinds::can_be_cancelled_at_provider(facts.kind) {
        record.leave_as_it_is();
        enter(&mut record, State::InProgress, None, None);
        return later(
            record,
            facts,
            "the provider has it: what was bought cannot be called off",
        );
    }
    let moves = matches!(stage, Stage::LosingRegistrar | Stage::Registry);
    if what_for == Cancelling::ToReplace && moves && record.called_off_at.is_none() {
        record.leave_as_it_is();
        return stand(record, stage, facts, "it has stalled no longer: it is not replaced");
    }
    // Known to be there now, where it was not; or the word of a program that knew of no reason for this.
    call_off(&mut record, what_for, facts.now);
    go(record, Step::Cancel, "still there: it is cancelled now")
}

/// The answer to a cancellation: whatever it was, a look tells.
pub(super) fn cancel_answered(mut record: OrderRecord, outcome: Outcome, facts: &Facts<'_>) -> Decision {
    match outcome {
        Outcome::Accepted(_) => {
            record.called_off_at.get_or_insert(facts.now);
            // Not at once: a read that lags would show it still there, and it would be cancelled again.
            soon(
                record,
                facts,
                "cancelled, says the provider: a read confirms it in a moment",
            )
        }
        Outcome::Unknown(doubt) => {
            record.called_off_at.get_or_insert(facts.now);
            record.provider_message = Some(doubt.detail);
            if doubt.unlisted {
                // Answered, in words that nobody knows: no less than a refusal once it would show.
                return not_cancelled(record, facts);
            }
            later(record, facts, "whether the cancellation took effect is not known yet")
        }
        Outcome::NotSent(not_sent) => {
            record.provider_message = Some(not_sent.detail);
            later(record, facts, "the cancellation did not leave: tried again later")
        }
        Outcome::Rejected(rejection) => {
            record.provider_message = Some(rejection.message);
            match rejection.class {
                RejectionClass::Credentials => credentials_refused(record, facts.now, CREDENTIALS_REFUSED),
                RejectionClass::Throttled => {
                    let decision = later(record, facts, "too fast for the provider: cancelled later");
                    left_alone(decision, rejection.retry_after, facts)
                }
                _ => not_cancelled(record, facts),
            }
        }
    }
}

/// The provider does not let it be cancelled. But what is cancelled already cannot be cancelled again either, and a read
/// that lags shows it for a while: then looks tell, until that would show.
fn not_cancelled(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if may_be_cancelled(&record, facts) {
        let why = "not cancelled again, perhaps because it is cancelled already: a read shows it";
        return soon(record, facts, why);
    }
    record.leave_as_it_is();
    if record.placed {
        enter(&mut record, State::InProgress, None, None);
    }
    go(
        record,
        Step::Look(Look::Follow),
        "the provider does not let it be cancelled",
    )
}

/// Whether a cancellation from before may have taken effect without being seen yet.
fn may_be_cancelled(record: &OrderRecord, facts: &Facts<'_>) -> bool {
    let settles = signed(facts.policy.settle);
    record
        .called_off_at
        .is_some_and(|at| facts.now.duration_since(at) < settles)
}

/// Another look as soon as what was answered may be seen.
fn soon(mut record: OrderRecord, facts: &Facts<'_>, why: &'static str) -> Decision {
    let at = scheduled(&facts.policy.poll_register, record.looks, facts);
    let at = by_deadline(at, &record, facts.now);
    record.looks = record.looks.saturating_add(1);
    wait(record, Some(at), why)
}

/// It is seen to be cancelled: over, or placed anew under the same rules as the first time.
pub(super) fn cancelled(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    match record.cancelling {
        Some(Cancelling::ToReplace) => {
            record.leave_as_it_is();
            record.placed = false;
            record.attempted_at = None;
            record.provider_order_id = None;
            record.gives_up_at = None;
            record.anew_since = Some(facts.now);
            owe_back(&mut record);
            enter(&mut record, State::Queued, Some(Reason::Restarted), None);
            before::claimed(record, facts)
        }
        Some(Cancelling::ToEnd) | None => fail(
            record,
            State::Cancelled,
            Reason::CancelledBySignal,
            facts.now,
            "cancelled at the provider, as asked",
        ),
    }
}

/// What was paid for has ended without effect.
pub(super) fn owe_back(record: &mut OrderRecord) {
    if record.charged == Charged::Yes {
        record.charged = Charged::RefundDue;
        record.refund_due = true;
    }
}

/// A new auth code is on its way, and this is where the transfer stands.
pub(super) fn amended(record: OrderRecord, amending: Amending, stage: Stage, facts: &Facts<'_>) -> Decision {
    if stage != Stage::AuthCode {
        return stand(record, stage, facts, "still with the provider");
    }
    if amending == Amending::Wanted {
        return go(record, Step::AmendAuthCode, "the new auth code is handed in");
    }
    if let Some(at) = record.next_check_at.filter(|at| *at > facts.now) {
        return wait(record, Some(at), "looked before its time: the code was just handed in");
    }
    if record.looks < facts.policy.absences_min {
        // One that still asks may only lag behind.
        return soon(record, facts, "handed in, and not seen to be taken yet");
    }
    stand(
        record,
        stage,
        facts,
        "handed in, and the provider still asks for an auth code",
    )
}

/// The answer to an amendment: whatever it was, a look tells.
pub(super) fn amend_answered(mut record: OrderRecord, outcome: Outcome, facts: &Facts<'_>) -> Decision {
    let is_code = record.amending.is_some();
    let sent = is_code.then_some(Amending::Sent);
    match outcome {
        Outcome::Accepted(Accepted { evidence, .. }) => {
            record.learn(&evidence);
            (record.amending, record.looks) = (sent, if is_code { 0 } else { record.looks });
            go(
                record,
                Step::Look(Look::Follow),
                "taken, says the provider: a read shows what follows",
            )
        }
        Outcome::Rejected(rejection) => refused(record, rejection, is_code, facts),
        Outcome::NotSent(n) => {
            record.provider_message = Some(n.detail);
            later(record, facts, "the amendment did not leave")
        }
        Outcome::Unknown(d) => {
            record.provider_message = Some(d.detail);
            (record.amending, record.looks) = (sent, if is_code { 0 } else { record.looks });
            later(record, facts, "whether the amendment was taken shows the next look")
        }
    }
}

/// Surely not taken: handed in later, or somebody has to bring another code.
fn refused(mut record: OrderRecord, rejection: Rejection, is_code: bool, facts: &Facts<'_>) -> Decision {
    record.provider_message = Some(rejection.message);
    match rejection.class {
        RejectionClass::Credentials if is_code => credentials_refused(record, facts.now, CREDENTIALS_REFUSED),
        RejectionClass::Throttled => {
            let decision = later(record, facts, "too fast for the provider: later");
            left_alone(decision, rejection.retry_after, facts)
        }
        RejectionClass::AuthCode if is_code => {
            let (reason, needs) = (Some(Reason::AuthCodeInvalid), Some(Needs::AuthCode));
            enter(&mut record, State::ActionRequired, reason, needs);
            later(record, facts, "the provider refuses the auth code")
        }
        // Perhaps it waits for none any more.
        _ if is_code => {
            enter(&mut record, State::InProgress, None, None);
            let why = "the provider takes no auth code: a read shows what it waits for";
            go(record, Step::Look(Look::Follow), why)
        }
        _ => later(record, facts, "the provider refuses the amendment"),
    }
}
