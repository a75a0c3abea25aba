//! What happens to an order next. Pure: no clock, no IO, no chance; same arguments, same answer.
//!
//! An order's life, as the handler drives it: it hands the record, what was just seen and the facts to [`next`], and
//! gets a [`Decision`]: the record as it is to be stored, the one [`Step`] to do now, and why. What the step came to is
//! the next observation. Recovery after a crash runs through the same function: a claimed record in `dispatching` *is*
//! the observation that its worker died.
//!
//! Rooms: [`before`] (until the paid call), [`around`] (contacts and price before it, what is set after it), [`after`]
//! (its answer), [`reconcile`] (an unknown outcome), [`waiting`] (the provider or a person has the word), [`signals`]
//! (what people say), [`listed`] (a list shows it unchanged), [`paused`] (while the account is), [`guard`] (what is not
//! believed). What is particular to a kind of order stands in [`kinds`], how long to wait in [`waits`]. Which sighting an answer is was decided by the provider's adapter; no
//! provider's word is known here.
//!
//! The rules that money rests on, each tested as a law over random histories: a paid call is decided on nothing but a
//! look that saw absence in `queued`; whatever is not proven to be without effect is `unknown_outcome` and leaves it by
//! reading or by a person only; final states stay.

mod after;
mod around;
mod before;
mod guard;
pub mod kinds;
mod listed;
mod paused;
mod reconcile;
mod signals;
mod waiting;
mod waits;

#[cfg(test)]
mod tests;

use std::time::Duration;

use domorder_api_client::provider::{
    Abilities, Baseline, ContactIds, Guard, Operation, Outcome, Quote, Sighting, Snapshot, Trouble, TroubleKind,
};
use jiff::Timestamp;

use crate::known::Known;
use crate::order::MaxPrice;
use crate::record::{Intent, OrderRecord};
use crate::state::{Charged, Kind, Needs, Reason, State};

pub use guard::{Disbelieved, disbelieved, shows_disbelief};
pub use listed::stands_at;
pub use paused::deadline_to_notice;
pub use signals::{Refused, SignalSeen, may};
pub use waits::{Policy, UnknownAttempts};
use waits::{by_deadline, deadline_passed, follow_at, left_alone, retry_at, scheduled, signed};

/// What was just seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// The order was handed out: nothing new is known but the time.
    Claimed,
    /// What became of the contacts that the purchase needs.
    Prepared(PreparationSeen),
    /// A look.
    Saw(Sighting),
    /// A list of the whole account shows it unchanged.
    Listed,
    /// What the purchase would cost (`None`: it is not told), asked right after the look that saw this.
    Quoted(Snapshot, Result<Option<Quote>, Trouble>),
    /// The answer to the paid call.
    Answered(Outcome),
    /// What became of what is set after the purchase.
    Finished(Outcome),
    /// The answer to a cancellation at the provider.
    CancelAnswered(Outcome),
    /// The answer to an amendment in place.
    AmendAnswered(Outcome),
    /// The account's money.
    Funds(FundsSeen),
    /// A person or a program spoke.
    Signal(SignalSeen),
    /// A journal knows of a paid call of this order that its record does not: the ledger has lost it.
    Recalled(Recalled),
    /// The order's own document cannot be turned into a request (sealed with a key that is gone, for instance).
    Unusable(String),
}

/// What became of a preparation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreparationSeen {
    /// The contacts are there.
    Ready(ContactIds),
    /// The provider refuses the data for good, in these words.
    Refused(String),
    /// Not now: later again.
    Later(Trouble),
}

/// A paid call that the ledger has lost, as a journal kept it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// Its intent.
    pub intent: Intent,
    /// What its effect is measured against.
    pub baseline: Option<Baseline>,
    /// When the order was accepted, then.
    pub accepted_at: Timestamp,
    /// As [`OrderRecord::anew_since`], then.
    pub anew_since: Option<Timestamp>,
    /// What the answer called it, if there was one.
    pub provider_order_id: Option<String>,
}

/// What a read of the account's money showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FundsSeen {
    /// There is some.
    Some,
    /// There is none.
    None,
    /// The provider doesn't show it.
    NotShown,
    /// The read failed.
    Unreadable(Trouble),
}

/// The one thing to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// See to it that the contacts which the purchase names are there. Free.
    Prepare,
    /// Read whether the effect stands.
    Look(Look),
    /// Read what the purchase would cost.
    Quote,
    /// Make the intent durable, then send the paid call.
    Submit,
    /// Set what can only be set after the purchase. Free.
    Finish,
    /// Hand in the new auth code in place.
    AmendAuthCode,
    /// Have the approval mail sent again.
    ResendApproval,
    /// Cancel at the provider.
    Cancel,
    /// Read the account's money.
    ReadFunds,
    /// Nothing outside: go on from the record as it stands now.
    GoOn,
    /// Nothing until then; `None`: until something or somebody wakes it.
    Wait(Option<Timestamp>),
    /// It is over.
    Close,
}

/// How to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// Before a paid call: on the connection that the call will use.
    BeforePaying,
    /// Right after a paid call was accepted, on its connection.
    Verify,
    /// On a fresh connection, with a control read: absence may be concluded from it.
    Reconcile,
    /// Pooled, cheap: how far is it?
    Follow,
}

/// Something that concerns the whole account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Stop the account: its credentials are refused.
    PauseForCredentials,
}

/// What follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The record as it is now.
    pub record: OrderRecord,
    /// What to do.
    pub step: Step,
    /// Why, for the timeline.
    pub why: &'static str,
    /// What concerns the account.
    pub lane: Option<Lane>,
    /// Where a person has to decide on a call that may have had an effect: what is known of it, for the timeline.
    pub known: Option<Box<Known>>,
}

/// All that a decision may depend on besides the record and what was seen.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Now, by Redis' clock.
    pub now: Timestamp,
    /// The kind of order.
    pub kind: Kind,
    /// The operation it comes to.
    pub operation: Operation,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// What the provider does about a repeat.
    pub guard: Guard,
    /// The longest a paid call can take.
    pub call_timeout: Duration,
    /// How long ago the last call was decided, as far as this worker's own clock can vouch for it. Redis' clock alone
    /// may be set forward, or be another server's: absence is believed when both have counted long enough.
    pub sent_for: Duration,
    /// The account is paused: nothing is asked of the provider.
    pub paused: bool,
    /// This order is the first of its domain.
    pub lane_head: bool,
    /// No paid call before this (the ledger's server restarted or failed over).
    pub quiet_until: Option<Timestamp>,
    /// The account's breaker keeps paid calls back until then.
    pub breaker_until: Option<Timestamp>,
    /// The order gives contacts in full, and the provider has to make ids of them first.
    pub prepares: bool,
    /// What the purchase may cost at most.
    pub max_price: Option<&'a MaxPrice>,
    /// What the provider can do about a running transfer.
    pub abilities: Abilities,
    /// Chance, drawn by the caller: 0 to 1.
    pub jitter: f64,
    /// Waits and limits.
    pub policy: &'a Policy,
}

/// A pair that cannot be: the order is set aside and reported, never guessed about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an order in `{state}` cannot see {seen}")]
pub struct IllegalPair {
    /// Where the order stands.
    pub state: State,
    /// What was seen.
    pub seen: &'static str,
}

/// Decides and does nothing.
///
/// # Errors
/// [`IllegalPair`] where the observation cannot follow on that state: a fault of the caller, never of the outside.
pub fn next(record: &OrderRecord, seen: Observation, facts: &Facts<'_>) -> Result<Decision, IllegalPair> {
    let odd = disbelieved(&seen, record, facts);
    let looked = matches!(seen, Observation::Saw(_) | Observation::Listed);
    let mut decision = follows(record, guard::sifted(seen, record, facts), facts)?;
    let spoken = decision.record.provider_message != record.provider_message;
    guard::tell(&mut decision.record, odd.as_ref(), looked, spoken);
    Ok(decision)
}

fn follows(record: &OrderRecord, seen: Observation, facts: &Facts<'_>) -> Result<Decision, IllegalPair> {
    let state = record.state;
    let illegal = |seen| Err(IllegalPair { state, seen });
    if state.is_final() {
        return match seen {
            Observation::Claimed | Observation::Signal(_) => {
                Ok(close(record.clone(), "nothing leads out of a final state"))
            }
            _ => illegal("anything: it is final"),
        };
    }
    match seen {
        Observation::Claimed => Ok(claimed(record.clone(), facts)),
        Observation::Prepared(seen) if state == State::Queued && facts.prepares => {
            Ok(around::prepared(record.clone(), seen, facts))
        }
        Observation::Prepared(_) => illegal("a preparation"),
        Observation::Quoted(snapshot, quote) if state == State::Queued => {
            Ok(around::quoted(record.clone(), snapshot, quote, facts))
        }
        Observation::Quoted(..) => illegal("a quote"),
        Observation::Finished(outcome) if state == State::InProgress && record.placed => {
            Ok(around::finished(record.clone(), outcome, facts))
        }
        Observation::Finished(_) => illegal("the answer to a finishing"),
        Observation::Saw(sighting) => match state {
            State::Queued => Ok(before::saw(record.clone(), sighting, facts)),
            State::UnknownOutcome => Ok(reconcile::saw(record.clone(), sighting, facts)),
            State::InProgress | State::Blocked | State::ActionRequired => {
                Ok(waiting::saw(record.clone(), sighting, facts))
            }
            State::Parked if record.placed => Ok(waiting::saw(record.clone(), sighting, facts)),
            _ => illegal("a look"),
        },
        Observation::Listed => match stands_at(record) {
            Some(stage) => Ok(listed::unchanged(record.clone(), stage, facts)),
            None => illegal("that a list shows it unchanged"),
        },
        Observation::Answered(outcome) if state == State::Dispatching => {
            Ok(after::answered(record.clone(), outcome, facts))
        }
        Observation::Answered(_) => illegal("the answer to a paid call"),
        Observation::CancelAnswered(outcome) if record.cancelling.is_some() => {
            Ok(waiting::cancel_answered(record.clone(), outcome, facts))
        }
        Observation::CancelAnswered(_) => illegal("the answer to a cancellation nobody asked for"),
        Observation::AmendAnswered(outcome) if record.placed => {
            Ok(waiting::amend_answered(record.clone(), outcome, facts))
        }
        Observation::AmendAnswered(_) => illegal("the answer to an amendment of what is not placed"),
        // What the provider has placed it holds itself: our reading of the account releases nothing there.
        Observation::Funds(funds) if state == State::Parked && !record.placed => {
            Ok(before::funds(record.clone(), funds, facts))
        }
        Observation::Funds(_) => illegal("a read of the account's money"),
        Observation::Signal(signal) => Ok(signals::signal(record.clone(), signal, facts)),
        Observation::Recalled(lost) if state == State::Queued => Ok(before::recalled(record.clone(), lost, facts)),
        Observation::Recalled(_) => illegal("a paid call that was lost"),
        Observation::Unusable(why) => {
            let mut record = match state {
                // The intent is open: whoever decides must see that its effect is not known.
                State::Dispatching => reconcile::found_open(record.clone(), facts).record,
                _ => record.clone(),
            };
            record.provider_message = Some(why);
            let ask = if record.effect_possible() { decide_by } else { decide };
            Ok(ask(
                record,
                Reason::RecordUnusable,
                "the order cannot be turned into a request",
            ))
        }
    }
}

/// An order was handed out; in a state that stands for a call whose answer is missing, that is the news.
fn claimed(record: OrderRecord, facts: &Facts<'_>) -> Decision {
    match record.state {
        _ if facts.paused => paused::claimed(record, facts),
        State::Queued | State::Parked => before::claimed(record, facts),
        State::Dispatching => reconcile::found_open(record, facts),
        State::UnknownOutcome => reconcile::claimed(record),
        _ => waiting::claimed(record, facts),
    }
}

// --- pieces that every room uses ------------------------------------------------------------------------------------

/// Moves to a state, with a fresh count of looks if it is another.
fn enter(record: &mut OrderRecord, state: State, reason: Option<Reason>, needs: Option<Needs>) {
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
    record.state = state;
    record.reason = reason;
    record.needs = needs;
}

fn go(record: OrderRecord, step: Step, why: &'static str) -> Decision {
    Decision {
        record,
        step,
        why,
        lane: None,
        known: None,
    }
}

/// Waits until `at`, and writes that into the record.
fn wait(mut record: OrderRecord, at: Option<Timestamp>, why: &'static str) -> Decision {
    record.next_check_at = at;
    go(record, Step::Wait(at), why)
}

fn close(mut record: OrderRecord, why: &'static str) -> Decision {
    record.next_check_at = None;
    go(record, Step::Close, why)
}

/// Ends the order.
fn finish(
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
    record.cancelling = None;
    record.resolving = false;
    record.attempted_at = None;
    record.last_absent_at = None;
    record.answer = None;
    if let Some(intent) = &mut record.intent {
        intent.open = false;
    }
    close(record, why)
}

/// The effect stands and is ours to report: charged as far as we caused it.
fn succeed(
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

/// Ended without effect: what was taken is owed back.
fn fail(record: OrderRecord, state: State, reason: Reason, now: Timestamp, why: &'static str) -> Decision {
    let charged = match record.charged {
        Charged::Yes | Charged::RefundDue => Charged::RefundDue,
        Charged::Refunded => Charged::Refunded,
        Charged::No | Charged::Unknown => record.charged_before(),
    };
    finish(record, state, Some(reason), charged, now, why)
}

/// Hands the order to a person.
fn decide(mut record: OrderRecord, reason: Reason, why: &'static str) -> Decision {
    enter(&mut record, State::ActionRequired, Some(reason), Some(Needs::Decision));
    record.resolving = false;
    // A cancellation that was asked for before is part of what is decided now.
    record.cancelling = None;
    wait(record, None, why)
}

/// As [`decide`], of a call whose effect is not known: with what is known of it.
fn decide_by(record: OrderRecord, reason: Reason, why: &'static str) -> Decision {
    let known = Some(Box::new(Known::of(&record)));
    Decision {
        known,
        ..decide(record, reason, why)
    }
}

/// `yes` for what costs money and may be our doing; `no` for free operations and for what we only adopted.
fn paid(record: &OrderRecord, operation: Operation) -> Charged {
    if operation.costs_money() && record.sent {
        Charged::Yes
    } else {
        Charged::No
    }
}

/// Counts a look that saw absence, and says whether it counts: one before its time (asked for by a signal, or in a claim
/// after a crash) tells nothing new, because a lagging provider answers three quick looks alike.
fn count_absence(record: &mut OrderRecord, now: Timestamp) -> bool {
    if record.absences > 0 && record.next_check_at.is_some_and(|at| now < at) {
        return false;
    }
    record.absences = record.absences.saturating_add(1);
    record.absent_since.get_or_insert(now);
    record.last_absent_at = Some(now);
    true
}

/// Something else than absence was seen: the row is over.
fn forget_absences(record: &mut OrderRecord) {
    record.absences = 0;
    record.absent_since = None;
    record.last_absent_at = None;
}

/// Parks the order because the account as a whole cannot work, and says so where it is a matter of credentials.
fn trouble_with_account(mut record: OrderRecord, trouble: &Trouble, facts: &Facts<'_>) -> Option<Decision> {
    match trouble.kind {
        TroubleKind::Credentials => {
            record.provider_message = Some(trouble.detail.clone());
            let lane = Some(Lane::PauseForCredentials);
            let mut decision = match record.state {
                State::Queued | State::Parked if !record.placed => {
                    enter(&mut record, State::Parked, Some(Reason::Paused), None);
                    wait(
                        record,
                        Some(facts.now),
                        "the provider refuses the account's credentials; nothing was sent",
                    )
                }
                _ => {
                    // Not before its time: the next look would count as one apart from the last that saw absence.
                    let at = record.next_check_at.map_or(facts.now, |at| at.max(facts.now));
                    wait(record, Some(at), "the provider refuses the account's credentials")
                }
            };
            decision.lane = lane;
            Some(decision)
        }
        TroubleKind::Throttled | TroubleKind::Unavailable | TroubleKind::Garbled => None,
    }
}
