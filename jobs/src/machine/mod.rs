//! What happens to an order next. Pure: no clock, no IO, no chance; same arguments, same answer.
//!
//! An order's life, as the handler drives it: it hands the record, what was just seen and the facts to [`next`], and
//! gets a [`Decision`]: the record as it is to be stored, the one [`Step`] to do now, and why. What the step came to is
//! the next observation. Recovery after a crash runs through the same function: a claimed record in `dispatching` *is*
//! the observation that its worker died.
//!
//! Rooms: [`before`] (until the paid call), [`around`] (contacts and price before it, what is set after it), [`after`]
//! (its answer), [`reconcile`] (an unknown outcome), [`waiting`] (the provider or a person has the word), [`changing`]
//! (what it has is cancelled, placed anew or amended), [`signals`] (what people say), [`listed`] (a list shows it
//! unchanged), [`paused`] (while the account is), [`guard`] (what is not believed) and [`doubts`] (what contradicts what
//! was [`proved`]). What is particular to a kind of order stands in [`kinds`], how long to wait in [`waits`], the moves
//! that all of them make in [`moves`]. Which sighting an answer is was decided by the provider's adapter; no provider's
//! word is known here.
//!
//! The rules that money rests on, each tested as a law over random histories: a paid call is decided on nothing but a
//! look that saw absence in `queued`; whatever is not proven to be without effect is `unknown_outcome` and leaves it by
//! reading or by a person only; final states stay.

mod after;
mod around;
mod before;
mod changing;
mod doubts;
mod guard;
pub mod kinds;
mod listed;
mod moves;
mod paused;
mod proved;
mod reconcile;
mod signals;
mod waiting;
mod waits;

#[cfg(test)]
mod tests;

use std::time::Duration;

use domorder_api_client::provider::{
    Abilities, Baseline, ContactIds, Guard, Operation, Outcome, Quote, Sighting, Snapshot, Trouble,
};
use jiff::Timestamp;

use crate::known::Known;
use crate::order::MaxPrice;
use crate::record::{Intent, OrderRecord};
use crate::state::{Kind, Reason, State};

pub use doubts::may_be_old;
pub use guard::{Disbelieved, disbelieved, shows_disbelief};
pub use listed::stands_at;
use moves::{
    CREDENTIALS_REFUSED, already_done, call_off, close, count_absence, credentials_refused, decide, decide_by, enter,
    fail, forget_absences, go, hand_in, paid, stood_before, succeed, trouble_with_account, wait,
};
pub use paused::deadline_to_notice;
pub use proved::{Change, Proved};
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
    /// Where the order has succeeded: what is known of its name now, for the orders of that name that follow.
    pub proves: Option<Box<Proved>>,
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
    /// What earlier orders of the same name have proved.
    pub proved: Option<&'a Proved>,
    /// How long ago the latest of it was proved, as far as this worker's own clock can vouch for it.
    pub proved_for: Duration,
    /// By how much the order changes what it is measured against.
    pub change: Change,
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
    let shown = proved::shown(&seen);
    let mut decision = match &seen {
        Observation::Saw(sighting) => saw(record, sighting, odd.as_ref(), facts)?,
        _ => follows(record, guard::sifted(seen, record, facts), facts)?,
    };
    let spoken = decision.record.provider_message != record.provider_message;
    guard::tell(&mut decision.record, odd.as_ref(), looked, spoken);
    if decision.record.state == State::Succeeded && record.state != State::Succeeded {
        decision.proves = proved::by(&decision.record, &shown, facts).map(Box::new);
    }
    Ok(decision)
}

/// A look, unless what it shows may be older than what is known: then it is made again.
fn saw(
    record: &OrderRecord,
    sighting: &Sighting,
    odd: Option<&Disbelieved>,
    facts: &Facts<'_>,
) -> Result<Decision, IllegalPair> {
    let doubt = doubts::doubted(sighting, record, facts);
    if let Some(doubt) = doubt.filter(|_| odd.is_some_and(Disbelieved::is_old) && looks(record)) {
        return Ok(doubts::look_again(record.clone(), &doubt, facts));
    }
    let seen = guard::sifted(Observation::Saw(sighting.clone()), record, facts);
    let mut decision = follows(record, seen, facts)?;
    if !matches!(sighting, Sighting::Unreadable(_)) {
        decision.record.doubts = None;
    }
    Ok(decision)
}

/// Whether an order may be looked at as it stands.
const fn looks(record: &OrderRecord) -> bool {
    match record.state {
        State::Queued | State::UnknownOutcome | State::InProgress | State::Blocked | State::ActionRequired => true,
        State::Parked => record.placed,
        State::Dispatching | State::Succeeded | State::Failed | State::Cancelled => false,
    }
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
        Observation::Saw(_) if !looks(record) => illegal("a look"),
        Observation::Saw(sighting) => match state {
            State::Queued => Ok(before::saw(record.clone(), sighting, facts)),
            State::UnknownOutcome => Ok(reconcile::saw(record.clone(), sighting, facts)),
            _ => Ok(waiting::saw(record.clone(), sighting, facts)),
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
            Ok(changing::cancel_answered(record.clone(), outcome, facts))
        }
        Observation::CancelAnswered(_) => illegal("the answer to a cancellation nobody asked for"),
        Observation::AmendAnswered(outcome) if record.placed => {
            Ok(changing::amend_answered(record.clone(), outcome, facts))
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
