//! What people and programs say, and when it may be said.
//!
//! [`may`] is asked where a signal comes in (it is refused there with the reason and changes nothing); the order hears
//! it at its next claim through [`signal`], which asks again, because the order may have moved on.

use domorder_api_client::provider::Abilities;

use crate::record::{Cancelling, OrderRecord};
use crate::state::{Charged, Needs, Reason, SignalName, State};

use super::{Decision, Facts, Look, Step, before, call_off, changing, enter, fail, go, hand_in, kinds, wait};
use crate::state::Kind;

/// A signal as the machine sees it: the auth code stays sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalSeen {
    /// A new EPP secret, sealed.
    AuthCode {
        /// Sealed with the order's id.
        sealed: String,
    },
    /// Call it off.
    Cancel,
    /// Leave a wait now.
    Retry,
    /// Look now.
    CheckNow,
    /// Have the approval mail sent again.
    ResendApproval,
    /// The operator's decision: done, or not.
    Resolve {
        /// `true`: it is done.
        done: bool,
    },
}

impl SignalSeen {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> SignalName {
        match self {
            Self::AuthCode { .. } => SignalName::AuthCode,
            Self::Cancel => SignalName::Cancel,
            Self::Retry => SignalName::Retry,
            Self::CheckNow => SignalName::CheckNow,
            Self::ResendApproval => SignalName::ResendApproval,
            Self::Resolve { .. } => SignalName::Resolve,
        }
    }
}

/// Why a signal does not fit the order as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub &'static str);

const ANEW: &str = "the transfer is being cancelled there and placed anew already";
const CALLED_OFF: &str = "the order is being called off";
const HANDED_IN: &str = "a new auth code is being handed in already";
const MOVING: &str = "the transfer is moving, and this provider cancels one only while it is stalled";
const NO_MAIL: &str = "this provider cannot send the approval mail again";
const UNDER_WAY: &str = "the transfer is under way and does not wait for an auth code";

/// Whether the signal fits the order as it stands, and its provider can do what it asks for.
///
/// # Errors
/// [`Refused`] with the reason, as it is told to whoever sent it.
pub fn may(record: &OrderRecord, kind: Kind, signal: SignalName, abilities: Abilities) -> Result<(), Refused> {
    let no = |why| Err(Refused(why));
    let state = record.state;
    if state.is_final() {
        return no("the order is through: nothing leads out of a final state");
    }
    let asks_for_code = record.needs == Some(Needs::AuthCode);
    let undecided = state == State::ActionRequired && record.needs == Some(Needs::Decision);
    // What was promised to end must not be bought anew on the word of somebody who does not know of that.
    let called_off = record.cancelling == Some(Cancelling::ToEnd);
    let replaced = record.cancelling == Some(Cancelling::ToReplace);
    match signal {
        SignalName::CheckNow => Ok(()),
        SignalName::Retry => match state {
            _ if undecided && record.effect_possible() => no(
                "its effect is not known, and trying again could buy twice: `resolve` it after looking at the provider",
            ),
            State::Parked | State::ActionRequired | State::InProgress | State::Blocked if called_off => no(CALLED_OFF),
            State::InProgress if replaced => no(ANEW),
            State::InProgress if record.amending.is_some() => no(HANDED_IN),
            State::Parked | State::ActionRequired => Ok(()),
            _ => no("only an order that is parked or asks for action can be retried"),
        },
        SignalName::AuthCode => match (kind, state) {
            (Kind::Register | Kind::Renew | Kind::EmailOrder, _) => no("only a transfer has an auth code"),
            (Kind::Transfer, _) if called_off => no(CALLED_OFF),
            // One was asked for, or what stalled is placed anew anyway: the newest is the one that is sent.
            (Kind::Transfer, State::InProgress) if replaced || record.amending.is_some() => Ok(()),
            (Kind::Transfer, State::Parked) if record.placed => no("the provider holds the transfer for lack of funds"),
            // It might be cancelled and placed anew for the sake of a code that nobody asked for.
            (Kind::Transfer, State::ActionRequired) if record.placed && !undecided && !asks_for_code => no(UNDER_WAY),
            (Kind::Transfer, State::InProgress | State::Blocked) => no(UNDER_WAY),
            (Kind::Transfer, State::Queued | State::Parked | State::ActionRequired) if !record.effect_possible() => {
                Ok(())
            }
            (Kind::Transfer, _) => no("what became of the last call is being found out first"),
        },
        SignalName::Cancel => match state {
            State::Dispatching | State::UnknownOutcome => {
                no("a call is out, and what became of it is being found out first")
            }
            _ if undecided => Ok(()),
            State::InProgress | State::Blocked
                // What is being changed has stalled, and is called off instead, or still.
                if record.placed
                    && record.cancelling.is_none()
                    && record.amending.is_none()
                    && kinds::can_be_cancelled_at_provider(kind)
                    && !abilities.cancels_moving =>
            {
                no(MOVING)
            }
            _ if record.placed && kinds::can_be_cancelled_at_provider(kind) => Ok(()),
            _ if record.placed => no("the provider has it, and what was bought cannot be called off"),
            _ => Ok(()),
        },
        SignalName::ResendApproval => match record.needs {
            Some(Needs::Approval) if record.placed && !abilities.resends_approval => no(NO_MAIL),
            Some(Needs::Approval) if record.placed => Ok(()),
            _ => no("the order does not wait for an approval mail"),
        },
        SignalName::Resolve => {
            // Whoever decided to call it off may think better of it for as long as that is not done.
            if undecided || (called_off && record.decided.is_some()) {
                Ok(())
            } else {
                no("only an order that asks for a decision can be resolved")
            }
        }
    }
}

/// The order hears a signal.
pub(super) fn signal(mut record: OrderRecord, signal: SignalSeen, facts: &Facts<'_>) -> Decision {
    if may(&record, facts.kind, signal.name(), facts.abilities).is_err() {
        // It came in while it fitted, and the order has moved on: nothing changes but that it is looked after now.
        return super::claimed(record, facts);
    }
    match signal {
        SignalSeen::CheckNow => check_now(record, facts),
        SignalSeen::Retry => retry(record, facts),
        SignalSeen::AuthCode { sealed } => {
            record.auth_code = Some(sealed);
            new_auth_code(record, facts)
        }
        SignalSeen::Cancel => cancel(record, facts),
        SignalSeen::ResendApproval => go(record, Step::ResendApproval, "the approval mail is sent again"),
        SignalSeen::Resolve { done: true } => {
            if let Some(reason) = record.decided {
                enter(&mut record, State::ActionRequired, Some(reason), Some(Needs::Decision));
            }
            record.resolving = true;
            // What is done is not called off: the last word holds.
            record.leave_as_it_is();
            go(
                record,
                Step::Look(Look::Reconcile),
                "the operator says it is done: is it?",
            )
        }
        // What was promised to end is not bought anew: nothing stands, says the operator, so it ends here.
        SignalSeen::Resolve { done: false } if record.cancelling == Some(Cancelling::ToEnd) => fail(
            record,
            State::Cancelled,
            Reason::CancelledBySignal,
            facts.now,
            "to be called off, and nothing stands, says the operator",
        ),
        SignalSeen::Resolve { done: false } => {
            record.unknowns = 0;
            if deadline_is_over(&record, facts) {
                record.deadline_at = None;
            }
            start_over(record, facts)
        }
    }
}

fn check_now(record: OrderRecord, facts: &Facts<'_>) -> Decision {
    match record.state {
        State::UnknownOutcome => go(record, Step::Look(Look::Reconcile), "asked to look now"),
        State::InProgress | State::Blocked => go(record, Step::Look(Look::Follow), "asked to look now"),
        State::ActionRequired | State::Parked if record.placed => {
            go(record, Step::Look(Look::Follow), "asked to look now")
        }
        State::Parked if record.reason == Some(Reason::Funds) => go(record, Step::ReadFunds, "asked to look now"),
        _ => super::claimed(record, facts),
    }
}

fn retry(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if deadline_is_over(&record, facts) {
        // A person wants it to go on: the old deadline would end it again at once.
        record.deadline_at = None;
    }
    if !record.placed {
        return start_over(record, facts);
    }
    let mended_by_replacing = matches!(record.needs, Some(Needs::AuthCode | Needs::Unlock | Needs::Contact))
        || record.reason == Some(Reason::TooYoung)
        || record.reason == Some(Reason::Stalled);
    let is_replaced = record.cancelling == Some(Cancelling::ToReplace);
    let can_replace = !facts.abilities.amends_auth_code && kinds::can_be_cancelled_at_provider(facts.kind);
    if is_replaced || mended_by_replacing && can_replace {
        call_off(&mut record, Cancelling::ToReplace, facts.now);
        return go(
            record,
            Step::Look(Look::Follow),
            "asked to try again: cancelled there and placed anew",
        );
    }
    enter(&mut record, State::InProgress, None, None);
    go(record, Step::Look(Look::Follow), "asked to try again: how far is it?")
}

fn deadline_is_over(record: &OrderRecord, facts: &Facts<'_>) -> bool {
    record.deadline_at.is_some_and(|deadline| deadline <= facts.now)
}

fn new_auth_code(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if !record.placed {
        return match record.state {
            State::ActionRequired => start_over(record, facts),
            _ => {
                let at = Some(facts.now);
                wait(record, at, "a new auth code came before the first attempt")
            }
        };
    }
    if record.cancelling.is_some() {
        return go(
            record,
            Step::Look(Look::Follow),
            "a newer auth code came: it is the one that is sent when the transfer is placed anew",
        );
    }
    if facts.abilities.amends_auth_code {
        hand_in(&mut record, facts.now);
        return go(record, Step::AmendAuthCode, "a new auth code came: handed in");
    }
    if deadline_is_over(&record, facts) {
        // Cancelled now, it could not be placed anew: the deadline stands before that. `retry` lifts it.
        return go(
            record,
            Step::Look(Look::Follow),
            "a new auth code came after the deadline: kept for whoever decides",
        );
    }
    call_off(&mut record, Cancelling::ToReplace, facts.now);
    go(
        record,
        Step::Look(Look::Follow),
        "a new auth code came: the stalled transfer is cancelled and placed anew",
    )
}

fn cancel(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if record.placed {
        call_off(&mut record, Cancelling::ToEnd, facts.now);
        return go(record, Step::Look(Look::Follow), "asked to call it off at the provider");
    }
    if record.effect_possible() {
        // Only from a decision: `cancelled` must mean that nothing stands, so a read has to say so.
        call_off(&mut record, Cancelling::ToEnd, facts.now);
        return go(
            record,
            Step::Look(Look::Reconcile),
            "asked to call it off: does something stand there?",
        );
    }
    fail(
        record,
        State::Cancelled,
        Reason::CancelledBySignal,
        facts.now,
        "called off before anything was bought",
    )
}

/// Back to `queued`: everything that the last attempt left is settled by whoever said so.
fn start_over(mut record: OrderRecord, facts: &Facts<'_>) -> Decision {
    if record.reason == Some(Reason::ProviderFailed) {
        // The one that ended is known, and would be found again by every look for this order.
        record.anew_since = Some(facts.now);
        record.provider_order_id = None;
    }
    record.attempted_at = None;
    record.placed = false;
    record.gives_up_at = None;
    record.leave_as_it_is();
    record.refused_as_taken = false;
    record.retries = 0;
    record.retrying_since = None;
    if let Some(intent) = &mut record.intent {
        intent.open = false;
    }
    changing::owe_back(&mut record);
    if record.charged == Charged::Unknown {
        record.charged = record.charged_before();
    }
    enter(&mut record, State::Queued, Some(Reason::Restarted), None);
    before::claimed(record, facts)
}
