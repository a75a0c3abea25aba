//! What money rests on, each law a question about one decision.
//!
//! P1 and its kin are the properties of the design page on spending money once.

use domorder_api_client::provider::{Guard, Outcome, RejectionClass, Sighting};

use super::driver::Turn;
use super::table::steps_that_exist;
use super::world::secs;
use crate::machine::{Observation, SignalSeen, Step, kinds};
use crate::record::{Cancelling, Face, OrderRecord};
use crate::state::{Charged, Needs, Reason, State};

/// A law by its name.
pub(super) struct Law {
    pub(super) name: &'static str,
    pub(super) holds: fn(&Turn<'_>) -> bool,
}

/// Hands every law to a macro: to the list here, and to [`super::histories`], where each is a test of its name.
macro_rules! each_law {
    ($then:ident) => {
        $then! {
            final_states_stay
            only_steps_that_exist_are_taken
            an_order_is_closed_when_it_is_final
            a_paid_call_is_decided_only_on_a_look_before_paying_that_saw_absence_in_queued
            a_paid_call_is_decided_only_where_nothing_holds_it_back
            nothing_is_bought_before_its_contacts_are_there
            nothing_is_bought_under_a_limit_but_on_a_quote_within_it
            contacts_once_made_stay_the_orders
            what_is_set_afterwards_is_set_on_what_stands
            nothing_is_sent_while_something_of_ours_may_stand
            one_weak_witness_sends_nothing_again
            unknown_attempts_are_limited
            an_intent_is_open_in_dispatching_only_and_each_attempt_has_one
            a_baseline_once_set_never_changes
            a_charge_is_never_forgotten_without_proof
            what_failed_or_was_cancelled_says_what_became_of_the_money
            what_ended_after_it_was_paid_for_is_owed_back
            what_has_no_price_is_never_charged
            what_may_be_ours_is_not_forgotten
            success_is_seen
            an_order_ends_without_effect_only_where_nothing_of_ours_stands
            an_unreadable_answer_changes_nothing_but_whom_to_ask
            who_is_asked_is_told_for_what
            who_waits_for_the_provider_has_something_there
            a_held_order_moves_by_a_persons_word_only
            what_is_being_changed_is_told_and_asks_nobody
            who_decides_on_an_unknown_outcome_is_told_what_is_known
            every_wait_has_an_end_or_somebody_to_wait_for
            nobody_sleeps_past_a_deadline
            a_paused_account_is_asked_nothing
            a_deadline_is_noticed_while_the_account_is_paused
            folding_the_timeline_gives_the_record
        }
    };
}
pub(super) use each_law;

macro_rules! list {
    ($($name:ident)+) => {
        /// Every law.
        pub(super) const ALL: &[Law] = &[$(Law { name: stringify!($name), holds: $name },)+];
    };
}
each_law!(list);

pub(super) fn final_states_stay(t: &Turn<'_>) -> bool {
    !t.old.state.is_final() || (t.decision.record == *t.old && t.decision.step == Step::Close)
}

pub(super) fn only_steps_that_exist_are_taken(t: &Turn<'_>) -> bool {
    exists(t.old.state, t.decision.record.state)
}

fn exists(from: State, to: State) -> bool {
    from == to || steps_that_exist(from).contains(&to)
}

pub(super) fn an_order_is_closed_when_it_is_final(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    let is_final = new.state.is_final();
    is_final == (t.decision.step == Step::Close) && is_final == new.finished_at.is_some()
}

pub(super) fn a_paid_call_is_decided_only_on_a_look_before_paying_that_saw_absence_in_queued(t: &Turn<'_>) -> bool {
    let submits = t.decision.step == Step::Submit;
    // The price, where it has a limit, is asked in between.
    let on_absence = t.old.state == State::Queued && t.absent_just_now;
    submits == (t.decision.record.state == State::Dispatching) && (!submits || on_absence)
}

pub(super) fn a_paid_call_is_decided_only_where_nothing_holds_it_back(t: &Turn<'_>) -> bool {
    let later = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at > t.facts.now);
    let overdue = t.old.deadline_at.is_some_and(|at| at <= t.facts.now);
    let held = !t.facts.lane_head || later(t.facts.quiet_until) || later(t.facts.breaker_until);
    t.decision.step != Step::Submit || !(held || overdue || later(t.facts.not_before))
}

pub(super) fn nothing_is_bought_before_its_contacts_are_there(t: &Turn<'_>) -> bool {
    t.decision.step != Step::Submit || !t.facts.prepares || t.decision.record.contacts.is_some()
}

/// Above it, in another currency, not told, not read: not bought. What is compared is said here once more, by hand.
pub(super) fn nothing_is_bought_under_a_limit_but_on_a_quote_within_it(t: &Turn<'_>) -> bool {
    let within = match t.seen {
        Observation::Quoted(_, Ok(Some(quote))) => {
            let amount = quote.amount.parse::<f64>().unwrap_or(f64::INFINITY);
            let same = quote.currency.as_deref().is_none_or(|c| c.eq_ignore_ascii_case("USD"));
            same && (0.0..=12.5).contains(&amount)
        }
        _ => false,
    };
    t.decision.step != Step::Submit || t.facts.max_price.is_none() || within
}

pub(super) fn contacts_once_made_stay_the_orders(t: &Turn<'_>) -> bool {
    t.old.contacts.is_none() || t.decision.record.contacts == t.old.contacts
}

/// And is told for what it is: the provider has it, and its charge stays.
pub(super) fn what_is_set_afterwards_is_set_on_what_stands(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    let paid = new.sent && t.facts.operation.costs_money();
    let found = new.state == State::InProgress && new.placed && (new.charged == Charged::Yes) == paid;
    let stands = matches!(t.seen, Observation::Saw(Sighting::Unfinished(_)));
    t.decision.step != Step::Finish || (found && stands)
}

/// P1, P8: after an unknown outcome the settle time, three looks apart, or the operator's word; after what stood, its
/// end or a vanishing that a person decided on.
pub(super) fn nothing_is_sent_while_something_of_ours_may_stand(t: &Turn<'_>) -> bool {
    t.decision.step != Step::Submit || t.ghost.gone(t.facts)
}

pub(super) fn one_weak_witness_sends_nothing_again(t: &Turn<'_>) -> bool {
    let by_absence = t.ghost.open_since.is_some() && !t.ghost.stood && !t.ghost.ended;
    t.decision.step != Step::Submit || !by_absence || t.facts.guard != Guard::Weak
}

pub(super) fn unknown_attempts_are_limited(t: &Turn<'_>) -> bool {
    let this = t.ghost.open_since.is_some() && !t.ghost.stood && !t.ghost.ended;
    // What is allowed is said here once more, by hand.
    let most = match t.facts.guard {
        Guard::RefusesRepeat => 3,
        Guard::TwoWitnesses => 2,
        Guard::Weak => 1,
    };
    t.decision.step != Step::Submit || t.ghost.unknowns + u32::from(this) < most
}

/// P6.
pub(super) fn an_intent_is_open_in_dispatching_only_and_each_attempt_has_one(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    if t.decision.step == Step::Submit {
        new.attempts == t.old.attempts + 1
            && new
                .intent
                .as_ref()
                .is_some_and(|i| i.open && i.attempt == new.attempts && i.at == t.facts.now)
    } else {
        new.attempts == t.old.attempts && new.intent.as_ref().is_none_or(|i| !i.open)
    }
}

/// P11.
pub(super) fn a_baseline_once_set_never_changes(t: &Turn<'_>) -> bool {
    let new = &t.decision.record.baseline;
    let missing = t.decision.step == Step::Submit && kinds::has_baseline(t.facts.operation) && new.is_none();
    !missing && (t.old.baseline.is_none() || *new == t.old.baseline)
}

/// From `unknown` to nothing charged by a documented refusal, by what never left, by proven absence, by a person; what
/// was charged is at best owed back.
pub(super) fn a_charge_is_never_forgotten_without_proof(t: &Turn<'_>) -> bool {
    let new = t.decision.record.charged;
    let without_effect = match t.seen {
        Observation::Answered(Outcome::Rejected(r)) => r.class != RejectionClass::Taken,
        Observation::Answered(Outcome::NotSent(_)) => true,
        Observation::Signal(SignalSeen::Resolve { done: false }) => true,
        // Seen to stand since long before the order, and sold once only.
        Observation::Saw(Sighting::Present(seen))
            if seen.created.is_some_and(|at| at < t.old.created_at - secs(172_800)) =>
        {
            t.facts.guard == Guard::RefusesRepeat || t.old.refused_as_taken || t.ghost.gone(t.facts)
        }
        _ => t.ghost.gone(t.facts) || t.ghost.refused,
    };
    match (t.old.charged, new) {
        (Charged::Yes, Charged::No | Charged::Unknown) => false,
        (Charged::RefundDue, Charged::No) => false,
        (Charged::Unknown, Charged::No | Charged::RefundDue) => without_effect,
        _ => true,
    }
}

pub(super) fn what_failed_or_was_cancelled_says_what_became_of_the_money(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    !matches!(new.state, State::Failed | State::Cancelled) || !matches!(new.charged, Charged::Unknown | Charged::Yes)
}

pub(super) fn what_ended_after_it_was_paid_for_is_owed_back(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    let ends = matches!(new.state, State::Failed | State::Cancelled) && !t.old.state.is_final();
    // What was lost and has ended since had been placed, and paid for, then.
    let lost = t.old.charged == Charged::Unknown && matches!(t.seen, Observation::Saw(Sighting::Ended(..)));
    let paid = lost || matches!(t.old.charged, Charged::Yes | Charged::RefundDue) || t.old.refund_due;
    !(ends && paid) || new.charged == Charged::RefundDue
}

pub(super) fn what_has_no_price_is_never_charged(t: &Turn<'_>) -> bool {
    t.facts.operation.costs_money() || t.decision.record.charged == Charged::No
}

/// That something may be our doing, and that something is owed back.
pub(super) fn what_may_be_ours_is_not_forgotten(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    (!t.old.sent || new.sent) && (!t.old.refund_due || new.refund_due) && (new.sent || !t.ghost.ever_open)
}

/// P2.
pub(super) fn success_is_seen(t: &Turn<'_>) -> bool {
    let seen = match t.seen {
        Observation::Saw(Sighting::Present(_)) => true,
        // It stands; what is missing could not be set, and the operator has said that it is done.
        Observation::Saw(Sighting::Unfinished(_)) => t.old.resolving && t.old.reason == Some(Reason::ContactInvalid),
        Observation::Answered(Outcome::Accepted(accepted)) | Observation::Finished(Outcome::Accepted(accepted)) => {
            accepted.stage.is_none()
        }
        _ => false,
    };
    t.old.state.is_final() || t.decision.record.state != State::Succeeded || seen
}

/// P3.
pub(super) fn an_order_ends_without_effect_only_where_nothing_of_ours_stands(t: &Turn<'_>) -> bool {
    let ends = matches!(t.decision.record.state, State::Failed | State::Cancelled) && !t.old.state.is_final();
    let refused = matches!(t.seen, Observation::Answered(Outcome::Rejected(r)) if r.class != RejectionClass::Taken);
    !ends || refused || t.ghost.refused || t.ghost.gone(t.facts)
}

pub(super) fn an_unreadable_answer_changes_nothing_but_whom_to_ask(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    let parks = t.old.state == State::Queued && new.state == State::Parked;
    let waits = parks || new.state == State::ActionRequired || new.state == t.old.state;
    !matches!(t.seen, Observation::Saw(Sighting::Unreadable(_)))
        || (waits && new.charged == t.old.charged && new.placed == t.old.placed)
}

pub(super) fn who_is_asked_is_told_for_what(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    let asks = new.state == State::ActionRequired;
    asks == new.needs.is_some() && (new.reason.is_some() || !(asks || new.state == State::Parked))
}

pub(super) fn who_waits_for_the_provider_has_something_there(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    !matches!(new.state, State::InProgress | State::Blocked) || new.placed
}

/// And is read so from what is stored, where no word stands that an earlier program does not know.
pub(super) fn what_is_being_changed_is_told_and_asks_nobody(t: &Turn<'_>) -> bool {
    let new = &t.decision.record;
    let changes = [Reason::BeingReplaced, Reason::BeingCancelled, Reason::BeingAmended];
    let told = new.reason.filter(|reason| changes.contains(reason));
    let expected = match (new.cancelling, new.amending) {
        (Some(Cancelling::ToReplace), None) => Some(Reason::BeingReplaced),
        (Some(Cancelling::ToEnd), None) => Some(Reason::BeingCancelled),
        (None, Some(_)) => Some(Reason::BeingAmended),
        (None, None) => None,
        (Some(_), Some(_)) => return false,
    };
    // Whether there is anything to cancel may have to be found out, or asked again, first.
    let asks = new.state == State::ActionRequired && new.needs == Some(Needs::Decision);
    let undecided = asks && (!new.placed || new.reason == Some(Reason::AbsenceInconclusive));
    let stands = told == expected && (told.is_none() || new.state == State::InProgress);
    let of_a_cancellation = new.cancelling.is_some() || (new.decided.is_none() && new.called_off_at.is_none());
    let stored = serde_json::to_string(new).unwrap_or_default();
    let read = serde_json::from_str::<OrderRecord>(&stored)
        .ok()
        .map(|read| read.face());
    (stands || undecided && told.is_none())
        && of_a_cancellation
        && read == Some(new.face())
        && !changes.iter().any(|word| stored.contains(word.as_str()))
}

/// P17. Of itself a held order does nothing; what it does on a person's word may take looks, and claims, to be done.
pub(super) fn a_held_order_moves_by_a_persons_word_only(t: &Turn<'_>) -> bool {
    let held = t.old.state == State::ActionRequired && t.old.needs == Some(Needs::Decision);
    let word = matches!(t.seen, Observation::Signal(_)) || t.old.cancelling.is_some() || t.old.resolving;
    let stays = t.decision.record.state == State::ActionRequired && t.decision.step == Step::Wait(None);
    !held || t.asked.is_some() || word || stays
}

pub(super) fn every_wait_has_an_end_or_somebody_to_wait_for(t: &Turn<'_>) -> bool {
    let Step::Wait(at) = t.decision.step else { return true };
    let new = &t.decision.record;
    let somebody = new.state == State::ActionRequired
        || (new.state == State::Parked && matches!(new.reason, Some(Reason::Funds | Reason::DomainBusy)));
    at == new.next_check_at && at.map_or(somebody, |at| at >= t.facts.now)
}

/// A deadline to come is woken at, except where its outcome is being found out or a person has it already.
pub(super) fn nobody_sleeps_past_a_deadline(t: &Turn<'_>) -> bool {
    let Step::Wait(at) = t.decision.step else { return true };
    let new = &t.decision.record;
    let exempt = new.needs == Some(Needs::Decision) || new.state == State::UnknownOutcome;
    let deadline = new.deadline_at.filter(|deadline| *deadline > t.facts.now);
    exempt || deadline.is_none_or(|deadline| at.is_some_and(|at| at <= deadline))
}

pub(super) fn a_paused_account_is_asked_nothing(t: &Turn<'_>) -> bool {
    !t.facts.paused || matches!(t.decision.step, Step::Wait(_) | Step::Close)
}

/// And nothing else happens: where a call may have had an effect, what became of it is found out first.
pub(super) fn a_deadline_is_noticed_while_the_account_is_paused(t: &Turn<'_>) -> bool {
    let (old, new) = (t.old, t.decision.record.face());
    let overdue = old.deadline_at.is_some_and(|at| at <= t.facts.now);
    let is_out = matches!(old.state, State::Dispatching | State::UnknownOutcome) || old.effect_possible();
    let is_known = old.state.is_final() || old.needs == Some(Needs::Decision) || old.is_decided();
    let told = Face {
        state: State::ActionRequired,
        reason: Some(Reason::DeadlinePassed),
        needs: Some(Needs::Decision),
        charged: old.charged,
    };
    match old.state {
        _ if !t.facts.paused => true,
        // Its worker died: that is told, and waits to be found out.
        State::Dispatching => new.state == State::UnknownOutcome,
        _ if overdue && !is_out && !is_known => new == told,
        _ => new == old.face(),
    }
}

pub(super) fn folding_the_timeline_gives_the_record(t: &Turn<'_>) -> bool {
    fold(t.timeline) == Some((t.decision.record.face(), t.decision.record.attempts))
}

/// Where a timeline leads, and how many attempts it tells of; `None` where it tells of a step that does not exist.
fn fold(timeline: &[Face]) -> Option<(Face, u32)> {
    let (first, rest) = timeline.split_first()?;
    let begins = first.state == State::Queued && first.charged == Charged::No;
    let told = |(before, attempts): (Face, u32), face: &Face| {
        let attempted = u32::from(face.state == State::Dispatching);
        exists(before.state, face.state).then_some((*face, attempts + attempted))
    };
    rest.iter().try_fold((*first, 0), told).filter(|_| begins)
}

/// What was sent, what came back, and when nothing was seen: the evidence that the decision rests on.
pub(super) fn who_decides_on_an_unknown_outcome_is_told_what_is_known(t: &Turn<'_>) -> bool {
    let (old, new) = (t.old, &t.decision.record);
    // That a charge is known now asks nobody anew: a call that is to be undone may be seen to stand.
    let asks_alike = (old.state, old.reason, old.needs) == (new.state, new.reason, new.needs);
    let asked = new.needs == Some(Needs::Decision) && !asks_alike;
    let by_looks = matches!(
        new.reason,
        Some(Reason::OutcomeUnknown | Reason::AbsenceInconclusive | Reason::AttemptsExhausted | Reason::Vanished)
    );
    let Some(known) = &t.decision.known else {
        return !(asked && by_looks);
    };
    let sent = known.attempts == old.attempts && known.intent_at == new.intent.as_ref().map(|intent| intent.at);
    let absent =
        known.absences == 0 || (known.first_absent_at <= known.last_absent_at && known.first_absent_at.is_some());
    sent && absent && known.answer == old.answer
}
