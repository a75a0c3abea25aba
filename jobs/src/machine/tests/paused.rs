//! What follows when an order of a paused account is handed out: its deadline is noticed, and nobody is asked anything.

use domorder_api_client::provider::Operation;

use super::check::*;
use super::world::*;
use crate::machine::{Facts, deadline_to_notice};
use crate::record::{Cancelling, OrderRecord};
use crate::state::{Needs, Reason, State};

fn paused(facts: &mut Facts<'static>) {
    facts.paused = true;
}

fn late(record: OrderRecord) -> OrderRecord {
    due_in(-1, record)
}

#[test]
fn a_deadline_that_passes_while_the_account_is_paused_asks_a_person_and_nobody_else() {
    let asked = "action_required/deadline_passed needs decision, charged no: wait for somebody";
    let asked_paid = "action_required/deadline_passed needs decision, charged yes: wait for somebody";
    let rows = [
        row(late(queued()), CLAIMED, asked),
        row(late(parked(Reason::Paused)), CLAIMED, asked),
        row(late(parked(Reason::Funds)), CLAIMED, asked),
        row(late(parked(Reason::DomainBusy)), CLAIMED, asked),
        row(late(asks(Reason::AuthCodeInvalid, Needs::AuthCode)), CLAIMED, asked),
        row(late(in_progress()), CLAIMED, asked_paid),
        row(late(blocked()), CLAIMED, asked_paid),
        row(
            late(waits_for(Reason::AuthCodeInvalid, Needs::AuthCode)),
            CLAIMED,
            asked_paid,
        ),
    ];
    check(Operation::Transfer, rows.map(|row| row.given(paused)));
}

#[test]
fn what_is_not_over_its_deadline_or_is_being_found_out_stays_as_it_is_while_the_account_is_paused() {
    let rows = [
        row(queued(), CLAIMED, "queued, charged no: wait 0s"),
        row(due_in(60, queued()), CLAIMED, "queued, charged no: wait 0s"),
        row(
            late(dispatching(5)),
            CLAIMED,
            "unknown_outcome/found_after_crash, charged unknown: wait 0s",
        ),
        row(
            late(unknown(90, 1)),
            CLAIMED,
            "unknown_outcome/answer_lost, charged unknown: wait 0s",
        ),
        row(
            late(undecided_unknown(90_000)),
            CLAIMED,
            "action_required/outcome_unknown needs decision, charged unknown: wait for somebody",
        ),
        row(
            late(cancelling(Cancelling::ToEnd, overdue())),
            CLAIMED,
            "in_progress/being_cancelled, charged yes: wait 0s",
        ),
        row(
            overdue(),
            CLAIMED,
            "action_required/deadline_passed needs decision, charged yes: wait for somebody",
        ),
    ];
    check(Operation::Transfer, rows.map(|row| row.given(paused)));
}

#[test]
fn a_deadline_is_to_be_noticed_unless_a_person_knows_or_a_call_is_out() {
    let due = |record| deadline_to_notice(&due_in(60, record)).is_some();
    for waits in [queued(), parked(Reason::Paused), in_progress(), blocked()] {
        assert!(due(waits.clone()), "{waits:?}");
        assert_eq!(deadline_to_notice(&waits), None, "without a deadline");
    }
    let over = OrderRecord {
        finished_at: Some(t0()),
        ..stands(State::Succeeded, None, None)
    };
    let called_off = cancelling(Cancelling::ToEnd, undecided_unknown(90_000));
    let by_a_person = cancelling(Cancelling::ToEnd, overdue());
    for told in [over, dispatching(5), unknown(90, 1), overdue(), called_off, by_a_person] {
        assert!(!due(told.clone()), "{told:?}");
    }
}
