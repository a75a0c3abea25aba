//! What is stored of a change that is under way, as programs before and after this one read it.

use serde_json::{Value, json};

use super::*;

fn under_way() -> OrderRecord {
    let mut record = OrderRecord::accepted(Timestamp::UNIX_EPOCH, None);
    (record.state, record.placed) = (State::InProgress, true);
    record
}

fn cancelled_for(what_for: Cancelling) -> OrderRecord {
    OrderRecord {
        reason: Some(what_for.reason()),
        cancelling: Some(what_for),
        ..under_way()
    }
}

fn read(stored: Value) -> OrderRecord {
    serde_json::from_value(stored).unwrap()
}

#[test]
fn a_change_is_stored_in_words_that_earlier_programs_know_and_read_back_as_it_was() {
    let decided = OrderRecord {
        decided: Some(Reason::DeadlinePassed),
        called_off_at: Some(Timestamp::UNIX_EPOCH),
        ..cancelled_for(Cancelling::ToEnd)
    };
    let amended = OrderRecord {
        reason: Some(Reason::BeingAmended),
        amending: Some(Amending::Sent),
        ..under_way()
    };
    let head = json!({"st": "in_progress", "pl": true, "ca": 0});
    let with = |more: Value| {
        let mut all = head.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    for (record, stored) in [
        (cancelled_for(Cancelling::ToReplace), json!({"cg": "r"})),
        (cancelled_for(Cancelling::ToEnd), json!({"cg": "c"})),
        (decided, json!({"cg": "c", "dr": "deadline_passed", "cs": 0})),
        (amended, json!({"am": "s"})),
        (under_way(), json!({})),
    ] {
        assert_eq!(serde_json::to_value(&record).unwrap(), with(stored.clone()));
        assert_eq!(read(with(stored)), record);
    }
}

#[test]
fn what_an_earlier_program_was_calling_off_stands_where_it_left_it() {
    let asks =
        read(json!({"st": "action_required", "re": "stalled", "ne": "decision", "pl": true, "cg": "c", "ca": 0}));
    assert_eq!(
        (asks.state, asks.reason, asks.needs),
        (State::ActionRequired, Some(Reason::Stalled), Some(Needs::Decision))
    );
    assert!(asks.is_decided());
    let moves = read(json!({"st": "blocked", "re": "awaiting_registry", "pl": true, "cg": "c", "ca": 0}));
    assert_eq!(moves.reason, Some(Reason::AwaitingRegistry));
    assert!(!moves.is_decided());
}
