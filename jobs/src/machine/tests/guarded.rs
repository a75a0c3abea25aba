//! No expiry that cannot be one becomes a fact, whatever shows it.

use domorder_api_client::provider::{
    Accepted, Baseline, Evidence, Operation, Outcome, Sighting, Snapshot, Stage, TroubleKind,
};
use jiff::Timestamp;

use super::check::decided;
use super::world::*;
use crate::machine::{Look, Observation, Step, disbelieved, shows_disbelief};
use crate::record::OrderRecord;
use crate::state::{Reason, State};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Zero, before zero, seconds read as milliseconds, the ends of the calendar, beyond every term.
fn nonsense() -> Vec<Timestamp> {
    let mut all: Vec<Timestamp> = ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-21T19:37:59Z"]
        .map(at)
        .into();
    all.extend([Timestamp::MIN, Timestamp::MAX, at("3000-01-01T00:00:00Z")]);
    all.extend([t0() + secs(12 * 366 * 86_400), at("1989-12-31T00:00:00Z")]);
    all
}

fn dated(expiry: Timestamp) -> Evidence {
    Evidence {
        expiry: Some(expiry),
        ..Evidence::default()
    }
}

fn found(expiry: Timestamp) -> Snapshot {
    Snapshot {
        baseline: Baseline {
            expiry: Some(expiry),
            ..Baseline::default()
        },
        ..Snapshot::default()
    }
}

fn with_baseline(expiry: Timestamp, record: OrderRecord) -> OrderRecord {
    OrderRecord {
        baseline: Some(found(expiry).baseline),
        ..record
    }
}

#[test]
fn an_effect_shown_by_a_date_that_makes_no_sense_ends_no_order() {
    let stands = || [queued(), unknown(5, 0), in_progress(), blocked(), stalled()];
    for expiry in nonsense() {
        for before in stands() {
            let seen = [Sighting::Present(dated(expiry)), Sighting::Unfinished(dated(expiry))];
            for seen in seen.map(Observation::Saw) {
                let decision = decided(Operation::Transfer, &before, seen);
                let after = &decision.record;
                assert!(
                    !after.state.is_final() && after.state != State::Dispatching,
                    "{expiry}: {after:?}"
                );
                assert_eq!(after.state, before.state, "{expiry}");
                assert_eq!(after.expiry, None, "{expiry}");
                assert!(
                    matches!(decision.step, Step::Wait(Some(_))),
                    "{expiry}: it is looked at again"
                );
                assert!(
                    after
                        .provider_message
                        .as_deref()
                        .is_some_and(|m| m.contains("makes no sense"))
                );
            }
        }
    }
}

#[test]
fn nothing_is_bought_on_a_baseline_that_makes_no_sense() {
    for expiry in nonsense() {
        let seen = Observation::Saw(Sighting::Absent(found(expiry)));
        let decision = decided(Operation::Renew, &queued(), seen);
        assert_eq!(
            (decision.record.state, &decision.record.baseline),
            (State::Queued, &None),
            "{expiry}"
        );
        assert_eq!(decision.record.reason, Some(Reason::LookFailed));
        let differs = Observation::Saw(Sighting::Differs(found(expiry), "other".to_owned()));
        let decision = decided(Operation::Renew, &in_progress(), differs);
        assert_eq!(
            (decision.record.state, decision.record.expiry),
            (State::InProgress, None),
            "{expiry}"
        );
    }
}

#[test]
fn an_answer_with_such_a_date_is_verified_by_a_read() {
    for expiry in nonsense() {
        let answer = Outcome::Accepted(Accepted {
            evidence: dated(expiry),
            ..Accepted::default()
        });
        let decision = decided(Operation::Register, &dispatching(5), Observation::Answered(answer));
        assert_eq!(decision.step, Step::Look(Look::Verify), "{expiry}");
        assert_eq!(
            (decision.record.state, decision.record.expiry),
            (State::InProgress, None)
        );
    }
}

#[test]
fn the_last_good_date_stays_where_a_worse_one_comes() {
    let good = t0() + secs(300 * 86_400);
    let held = OrderRecord {
        expiry: Some(good),
        ..blocked()
    };
    let backward = t0() + secs(200 * 86_400);
    for expiry in nonsense().into_iter().chain([backward]) {
        let seen = Observation::Saw(Sighting::Pending(Stage::LosingRegistrar, dated(expiry)));
        let decision = decided(Operation::Transfer, &held, seen);
        assert_eq!(
            (decision.record.state, decision.record.expiry),
            (State::Blocked, Some(good)),
            "{expiry}"
        );
        let seen = Observation::Saw(Sighting::Present(dated(expiry)));
        let decision = decided(Operation::Transfer, &held, seen);
        assert_eq!(
            (decision.record.state, decision.record.expiry),
            (State::Blocked, Some(good)),
            "{expiry}"
        );
    }
}

#[test]
fn a_renewal_that_seems_to_go_backward_asks_a_person_and_keeps_its_date() {
    let before = t0() + secs(300 * 86_400);
    let record = with_baseline(before, in_progress());
    let earlier = before - secs(365 * 86_400);
    let seen = Observation::Saw(Sighting::Differs(found(earlier), "neither before nor after".to_owned()));
    let decision = decided(Operation::Renew, &record, seen);
    assert_eq!(decision.record.reason, Some(Reason::ExpectationDiffers));
    assert_eq!(decision.record.expiry, None);
    assert!(shows_disbelief(&decision.record));
    // A producer's wrong belief is another thing: what stands at the provider is told.
    let seen = Observation::Saw(Sighting::Differs(found(earlier), "not what was expected".to_owned()));
    assert_eq!(decided(Operation::Renew, &queued(), seen).record.expiry, Some(earlier));
}

#[test]
fn the_longest_terms_are_believed() {
    let ten_years = t0() + secs(3_653 * 86_400);
    let seen = Observation::Saw(Sighting::Present(dated(ten_years)));
    let decision = decided(Operation::Register, &in_progress(), seen);
    assert_eq!(
        (decision.record.state, decision.record.expiry),
        (State::Succeeded, Some(ten_years))
    );
    // Months of email are sold on top of each other, without a limit that anybody knows.
    let (eight, eighteen) = (t0() + secs(2_920 * 86_400), t0() + secs(6_570 * 86_400));
    let seen = || Observation::Saw(Sighting::Present(dated(eighteen)));
    let email = decided(Operation::EmailRenew, &with_baseline(eight, in_progress()), seen());
    assert_eq!(email.record.expiry, Some(eighteen));
    let domain = decided(Operation::Renew, &with_baseline(eight, in_progress()), seen());
    assert_eq!((domain.record.state, domain.record.expiry), (State::InProgress, None));
}

#[test]
fn what_could_not_be_believed_is_told_behind_the_last_good_words_and_goes_with_the_next_good_answer() {
    let good = OrderRecord {
        provider_message: Some("Invalid Auth Code".to_owned()),
        ..stalled()
    };
    let garbled = || Observation::Saw(unreadable(TroubleKind::Garbled));
    let once = decided(Operation::Transfer, &good, garbled()).record;
    let told = "Invalid Auth Code; the last answer could not be believed: no answer";
    assert_eq!(once.provider_message.as_deref(), Some(told));
    let twice = decided(Operation::Transfer, &once, garbled()).record;
    assert_eq!(twice.provider_message.as_deref(), Some(told), "not again and again");
    let other = Observation::Saw(Sighting::Present(dated(Timestamp::MAX)));
    let other = decided(Operation::Transfer, &twice, other).record;
    assert!(
        other
            .provider_message
            .as_deref()
            .is_some_and(|m| m.starts_with("Invalid Auth Code; "))
    );
    let seen = Observation::Saw(pending(Stage::AuthCode));
    let mended = decided(Operation::Transfer, &other, seen).record;
    assert_eq!(mended.provider_message.as_deref(), Some("Invalid Auth Code"));
    // An outage is no word of the provider's.
    let away = Observation::Saw(unreadable(TroubleKind::Unavailable));
    let away = decided(Operation::Transfer, &good, away).record;
    assert_eq!(away.provider_message, good.provider_message);
}

#[test]
fn it_is_counted_by_a_bounded_word() {
    let facts = facts(Operation::Transfer);
    let what = |seen| disbelieved(&seen, &blocked(), &facts).map(|odd| odd.what);
    let present = |expiry| Observation::Saw(Sighting::Present(dated(expiry)));
    assert_eq!(what(present(Timestamp::UNIX_EPOCH)), Some("expiry"));
    assert_eq!(what(present(t0() + secs(365 * 86_400))), None);
    assert_eq!(
        what(Observation::Saw(unreadable(TroubleKind::Garbled))),
        Some("garbled")
    );
    assert_eq!(what(Observation::Saw(unreadable(TroubleKind::Unavailable))), None);
}
