//! The card's words for every reason, and that what it offers is what the machine takes.

use domorder_jobs::machine;
use domorder_jobs::order::Order;
use domorder_jobs::record::{Cancelling, OrderRecord};
use domorder_jobs::state::{Charged, Kind, Needs, Reason, SignalName, State};
use jiff::{SignedDuration, Timestamp};

use super::*;

const NOW: i64 = 1_750_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn order(kind: &str) -> Order {
    serde_json::from_value(serde_json::json!({
        "id": "0-01JXY9W6000000000000000000", "idempotency_key": "key-1", "kind": kind, "account": "cr-main",
        "domain": "move-example-shop.com", "years": 2
    }))
    .unwrap()
}

fn record(state: State, reason: Option<Reason>, needs: Option<Needs>) -> OrderRecord {
    let mut record = OrderRecord::accepted(now() - SignedDuration::from_hours(100), None);
    record.state = state;
    record.reason = reason;
    record.needs = needs;
    record
}

fn card(record: &OrderRecord, abilities: Abilities) -> Card {
    Card::of(&order("transfer"), record, &[], abilities, now())
}

#[test]
fn a_stalled_transfer_says_who_has_to_act_by_when_and_with_which_command() {
    let mut record = record(
        State::ActionRequired,
        Some(Reason::AuthCodeInvalid),
        Some(Needs::AuthCode),
    );
    record.placed = true;
    record.charged = Charged::Yes;
    record.provider_message = Some("Invalid Auth Code".to_owned());
    record.deadline_at = Some(now() + SignedDuration::from_hours(240));
    record.next_check_at = Some(now() + SignedDuration::from_mins(28));
    let timeline = [
        r#"{"at":1749999000000,"v":2,"state":"in_progress","why":"taken","provider":"pending"}"#.to_owned(),
        "not json".to_owned(),
        r#"{"at":1749999900000,"v":3,"state":"action_required","reason":"auth_code_invalid","why":"stalled","signal":"check-now by cli"}"#
            .to_owned(),
    ];
    let card = Card::of(&order("transfer"), &record, &timeline, Abilities::default(), now());
    insta::assert_debug_snapshot!(card);
}

#[test]
fn the_earlier_end_is_told_and_whose_it_is() {
    let mut record = record(State::ActionRequired, Some(Reason::DomainLocked), Some(Needs::Unlock));
    record.placed = true;
    record.deadline_at = Some(now() + SignedDuration::from_hours(336));
    let told = |record: &OrderRecord| card(record, Abilities::default()).when;
    assert_eq!(told(&record), "Its deadline is 2025-06-29 15:06 UTC (in 14 days).");
    record.gives_up_at = Some(now() + SignedDuration::from_hours(168));
    assert_eq!(
        told(&record),
        "The provider gives it up on 2025-06-22 15:06 UTC (in 7 days)."
    );
    record.gives_up_at = Some(now());
    assert_eq!(told(&record), "The provider may give it up at any time.");
    record.gives_up_at = Some(now() + SignedDuration::from_hours(400));
    assert_eq!(told(&record), "Its deadline is 2025-06-29 15:06 UTC (in 14 days).");
}

#[test]
fn remedies_are_offered_only_where_the_provider_can_follow() {
    let mut record = record(
        State::ActionRequired,
        Some(Reason::ApprovalPending),
        Some(Needs::Approval),
    );
    record.placed = true;
    let signals =
        |abilities| -> Vec<SignalName> { card(&record, abilities).remedies.iter().map(|r| r.signal).collect() };
    let resends = Abilities {
        resends_approval: true,
        ..Abilities::default()
    };
    assert!(signals(resends).contains(&SignalName::ResendApproval));
    assert!(!signals(Abilities::default()).contains(&SignalName::ResendApproval));
}

#[test]
fn a_transfer_that_is_being_replaced_asks_for_nothing_and_can_still_be_called_off() {
    let mut changed = record(State::InProgress, Some(Reason::BeingReplaced), None);
    (changed.placed, changed.charged) = (true, Charged::Yes);
    changed.cancelling = Some(Cancelling::ToReplace);
    changed.next_check_at = Some(now() + SignedDuration::from_secs(10));
    let told = card(&changed, Abilities::default());
    assert_eq!(told.headline, "Being placed anew (being_replaced)");
    assert_eq!((told.standing, told.who.as_str()), (Standing::Normal, "The provider."));
    assert_eq!(told.when, "Looked at again in 10 seconds.");
    let offered = |card: &Card| card.remedies.iter().map(|remedy| remedy.signal).collect::<Vec<_>>();
    use SignalName as S;
    assert_eq!(offered(&told), [S::AuthCode, S::CheckNow, S::Cancel]);

    changed.reason = Some(Reason::BeingCancelled);
    changed.cancelling = Some(Cancelling::ToEnd);
    assert_eq!(offered(&card(&changed, Abilities::default())), [S::CheckNow]);
    // Whoever decided on it may know better by now.
    changed.decided = Some(Reason::DeadlinePassed);
    let told = card(&changed, Abilities::default());
    assert_eq!(offered(&told), [S::Resolve, S::Resolve, S::CheckNow]);
    assert_eq!(told.remedies[1].what, "nothing stands there: the order ends");
}

#[test]
fn nothing_is_offered_that_the_machine_would_refuse_in_any_state_and_for_any_reason() {
    let all = Abilities {
        amends_auth_code: true,
        resends_approval: true,
        cancels_moving: true,
    };
    for kind in ["register", "transfer", "renew", "email-order"] {
        let order = order(kind);
        let parsed: Kind = kind.parse().unwrap();
        for state in State::ALL {
            for reason in Reason::ALL.iter().copied().map(Some).chain([None]) {
                for needs in Needs::ALL.iter().copied().map(Some).chain([None]) {
                    for placed in [false, true] {
                        let mut record = record(*state, reason, needs);
                        record.placed = placed;
                        let card = Card::of(&order, &record, &[], all, now());
                        assert!(!card.meaning.is_empty() && !card.headline.is_empty() && !card.who.is_empty());
                        for remedy in &card.remedies {
                            assert_eq!(machine::may(&record, parsed, remedy.signal, all), Ok(()), "{card:#?}");
                        }
                        assert!(!state.is_final() || card.remedies.is_empty(), "{card:#?}");
                        let stopped = card.standing == Standing::Stopped;
                        let by_people = matches!(
                            record.waiting_on(),
                            Some(domorder_jobs::state::WaitingOn::Customer | domorder_jobs::state::WaitingOn::Operator)
                        );
                        assert_eq!(stopped, by_people, "stopped means that a person has to act: {card:#?}");
                    }
                }
            }
        }
    }
}

#[test]
fn times_are_told_in_the_unit_that_people_would_use() {
    let told = |seconds| since(now() - SignedDuration::from_secs(seconds), now());
    assert_eq!(told(0), "just now");
    assert_eq!(told(1), "1 second ago");
    assert_eq!(told(89), "89 seconds ago");
    assert_eq!(told(100), "2 minutes ago");
    assert_eq!(told(7_200), "2 hours ago");
    assert_eq!(told(400_000), "5 days ago");
}

#[test]
fn who_has_to_decide_on_an_unknown_purchase_is_shown_what_is_known_of_it() {
    let mut record = record(
        State::ActionRequired,
        Some(Reason::AbsenceInconclusive),
        Some(Needs::Decision),
    );
    record.attempts = 1;
    let line = |known: serde_json::Value| {
        let entry =
            serde_json::json!({"at": NOW * 1_000, "v": 4, "state": "action_required", "why": "w", "known": known});
        entry.to_string()
    };
    let known = line(serde_json::json!({
        "attempts": 1, "intent_at": "2025-06-15T14:30:00Z", "request_digest": "9f86d081884c7d65",
        "answer": "the connection was reset", "looks": 7, "absences": 3,
        "first_absent_at": "2025-06-15T14:46:00Z", "last_absent_at": "2025-06-15T15:04:00Z",
        "witnesses": ["the domain's details"], "expiry_before": "2026-06-15T00:00:00Z",
        "expiry_expected": "2027-06-15T00:00:00Z"
    }));
    let lines = [known, line(serde_json::Value::Null)];
    let told = |record: &OrderRecord| {
        let card = Card::of(&order("renew"), record, &lines, Abilities::default(), now());
        card.known
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!(told(&record), @"
    the purchase: attempt 1, decided 2025-06-15 14:30:00 UTC (request 9f86d081884c7d65)
    it came back: the connection was reset
    looked for: 7 times; not seen at the last 3 that count, from 2025-06-15 14:46 UTC to 2025-06-15 15:04 UTC
    asked: the domain's details; with each a read of something else, which was answered
    before it: expires 2026-06-15 00:00 UTC
    after it: expires 2027-06-15 00:00 UTC
    ");
    // Another attempt was made since: what was known of the one before is over.
    record.attempts = 2;
    assert_eq!(told(&record), "");
}
