//! What a list of the whole account may do to an order: put its next look off, and nothing else.

use domorder_api_client::provider::{Operation, Sighting, Stage};

use super::check::decided;
use super::stands::stands;
use super::world::*;
use crate::machine::{Look, Observation, Step, next, stands_at};
use crate::record::{Cancelling, OrderRecord};
use crate::state::State;

#[test]
fn unchanged_by_a_list_moves_the_due_time_and_the_count_of_looks_only() {
    for operation in [Operation::Transfer, Operation::Register, Operation::EmailRenew] {
        for stand in stands(operation) {
            let seen = next(&stand.record, Observation::Listed, &stand.facts);
            let Some(_) = stands_at(&stand.record) else {
                assert!(
                    seen.is_err() || stand.record.state.is_final(),
                    "{}: it is not to be had from a list",
                    stand.name
                );
                continue;
            };
            let decision = seen.expect("it may be listed");
            if decision.step == Step::Look(Look::Follow) {
                assert_eq!(decision.record, stand.record, "{}: its deadline is here", stand.name);
                continue;
            }
            assert!(
                matches!(decision.step, Step::Wait(Some(at)) if at > stand.facts.now),
                "{}",
                stand.name
            );
            let expected = OrderRecord {
                looks: stand.record.looks + 1,
                next_check_at: decision.record.next_check_at,
                ..stand.record.clone()
            };
            assert_eq!(decision.record, expected, "{}", stand.name);
        }
    }
}

#[test]
fn where_an_order_stands_is_the_stage_that_a_look_saw() {
    for stage in STAGES {
        let seen = Observation::Saw(Sighting::Pending(
            stage,
            domorder_api_client::provider::Evidence::default(),
        ));
        let decision = decided(Operation::Transfer, &in_progress(), seen);
        let asks_a_person = matches!(stage, Stage::TooYoung | Stage::Stalled);
        assert_eq!(
            stands_at(&decision.record),
            (!asks_a_person).then_some(stage),
            "{stage:?}"
        );
    }
}

#[test]
fn what_is_under_way_is_looked_at_singly() {
    let called_off = cancelling(Cancelling::ToEnd, blocked());
    let asked = OrderRecord {
        resolving: true,
        ..blocked()
    };
    for record in [
        called_off,
        asked,
        unseen_for_an_hour(blocked()),
        unknown(5, 0),
        queued(),
        overdue(),
    ] {
        assert_eq!(stands_at(&record), None, "{record:?}");
    }
    assert_eq!(stands_at(&blocked()), Some(Stage::LosingRegistrar));
}

#[test]
fn a_list_ends_no_wait_whose_deadline_is_over() {
    let decision = decided(Operation::Transfer, &due_in(-1, blocked()), Observation::Listed);
    assert_eq!(decision.step, Step::Look(Look::Follow));
    assert_eq!(decision.record.state, State::Blocked);
}
