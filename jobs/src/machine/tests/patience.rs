//! When the provider gives a transfer up by itself: known while it waits for that, and no longer.

use domorder_api_client::provider::{Ending, Evidence, Operation, Sighting, Stage};
use jiff::Timestamp;

use super::check::*;
use super::world::*;
use crate::machine::Observation;
use crate::record::{Cancelling, OrderRecord};
use crate::state::{Needs, Reason, State};

fn locked_until(at: Option<Timestamp>) -> Observation {
    saw(Sighting::Pending(
        Stage::Locked,
        Evidence {
            gives_up_at: at,
            ..Evidence::default()
        },
    ))
}

fn locked() -> OrderRecord {
    OrderRecord {
        gives_up_at: Some(t0() + secs(100)),
        deadline_at: Some(t0() + secs(900)),
        ..waits_for(Reason::DomainLocked, Needs::Unlock)
    }
}

#[test]
fn waiting_ends_at_the_earlier_of_the_order_s_deadline_and_the_provider_s() {
    let seen = |deadline: i64, at| {
        let record = OrderRecord {
            deadline_at: Some(t0() + secs(deadline)),
            ..locked()
        };
        decided(Operation::Transfer, &record, locked_until(at)).record
    };
    let week = Some(t0() + secs(600));
    for (deadline, at, ends) in [(900, week, 600), (300, week, 300), (900, None, 900)] {
        let record = seen(deadline, at);
        assert_eq!(record.waiting_ends_at(), Some(t0() + secs(ends)), "{deadline} {at:?}");
        assert_eq!(record.deadline_at, Some(t0() + secs(deadline)), "the order's own stays");
    }
}

#[test]
fn the_provider_s_end_is_its_own_to_carry_out() {
    // Passed, and still locked: it is looked at, not decided about.
    let record = OrderRecord {
        gives_up_at: Some(t0() - secs(60)),
        ..locked()
    };
    let decision = decided(Operation::Transfer, &record, locked_until(record.gives_up_at));
    assert_eq!(decision.record.state, State::ActionRequired);
    assert_eq!(decision.record.reason, Some(Reason::DomainLocked));
    assert!(decision.record.next_check_at > Some(t0()), "{decision:?}");
}

#[test]
fn it_is_forgotten_with_what_was_waited_for() {
    let moves_on = || saw(pending(Stage::LosingRegistrar));
    let ended = || saw(Sighting::Ended(Ending::Failed, "not unlocked in time".to_owned()));
    let replaced = OrderRecord {
        cancelling: Some(Cancelling::ToReplace),
        ..locked()
    };
    for (record, seen) in [
        (locked(), moves_on()),
        (locked(), ended()),
        (replaced, ended()),
        (
            OrderRecord {
                reason: Some(Reason::DeadlinePassed),
                needs: Some(Needs::Decision),
                ..locked()
            },
            told_to(crate::machine::SignalSeen::Resolve { done: false }),
        ),
    ] {
        let after = decided(Operation::Transfer, &record, seen).record;
        assert_eq!(after.gives_up_at, None, "{after:?}");
    }
}
