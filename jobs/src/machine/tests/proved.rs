//! What an earlier order of the name has proved is not contradicted by one look.

use std::time::Duration;

use domorder_api_client::provider::{Accepted, Baseline, Evidence, Impediment, Operation, Outcome, Sighting, Snapshot};
use jiff::{SignedDuration, Timestamp};

use super::check::{answered, decided, saw, told};
use super::world::*;
use crate::machine::{Change, Decision, Facts, Observation, Proved, Step, may_be_old, next, shows_disbelief};
use crate::record::{Doubts, OrderRecord};
use crate::state::{Reason, State};

/// A call is believed to have come to its end, and to be seen, so long after it.
const SETTLES: i64 = 900 + 10 + 30;

fn years_on(n: i64) -> Timestamp {
    let first: Timestamp = "2027-06-15T08:00:00Z".parse().expect("an instant");
    let moved = first
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_add(jiff::Span::new().years(n));
    moved.expect("in range").timestamp()
}

fn dated(expiry: Timestamp) -> Snapshot {
    Snapshot {
        baseline: Baseline {
            expiry: Some(expiry),
            ..Baseline::default()
        },
        ..Snapshot::default()
    }
}

fn boxes(n: u32) -> Snapshot {
    Snapshot {
        baseline: Baseline {
            accounts: Some(n),
            ..Baseline::default()
        },
        ..Snapshot::default()
    }
}

fn measured(snapshot: &Snapshot, record: OrderRecord) -> OrderRecord {
    OrderRecord {
        baseline: Some(snapshot.baseline.clone()),
        ..record
    }
}

const fn change(operation: Operation) -> Change {
    match operation {
        Operation::Renew => Change {
            months: 12,
            mailboxes: 0,
        },
        Operation::EmailRenew => Change {
            months: 3,
            mailboxes: 0,
        },
        _ => Change {
            months: 0,
            mailboxes: 2,
        },
    }
}

/// What a success proves, `ago` seconds before [`t0`].
pub(super) fn proof(
    operation: Operation,
    record: &OrderRecord,
    seen: Observation,
    ago: i64,
    before: Option<&Proved>,
) -> Proved {
    let facts = Facts {
        now: t0() - secs(ago),
        change: change(operation),
        proved: before,
        ..facts(operation)
    };
    let decision = next(record, seen, &facts).expect("a pair that can be");
    assert_eq!(decision.record.state, State::Succeeded);
    *decision.proves.expect("it proves something")
}

/// What follows on a look `late` seconds after [`t0`], by an order that knows this.
fn follows(operation: Operation, record: &OrderRecord, sighting: Sighting, proved: &Proved, late: i64) -> Decision {
    let facts = Facts {
        now: t0() + secs(late),
        change: change(operation),
        proved: Some(proved),
        ..facts(operation)
    };
    next(record, saw(sighting), &facts).expect("a pair that can be")
}

fn renewed(ago: i64) -> Proved {
    let record = measured(&dated(years_on(0)), dispatching(5));
    proof(Operation::Renew, &record, answered(accepted(None)), ago, None)
}

pub(super) fn added(before: u32, ago: i64, known: Option<&Proved>) -> Proved {
    let record = measured(&boxes(before), dispatching(5));
    let operation = Operation::EmailAddAccounts;
    proof(operation, &record, answered(accepted(None)), ago, known)
}

#[track_caller]
fn waits(decision: &Decision) {
    assert_eq!(decision.record.state, State::Queued);
    assert_eq!(decision.record.reason, Some(Reason::OldReading));
    assert!(matches!(decision.step, Step::Wait(Some(_))), "{:?}", decision.step);
    assert!(
        shows_disbelief(&decision.record),
        "{:?}",
        decision.record.provider_message
    );
    assert_eq!(decision.record.baseline, None);
}

#[test]
fn a_renewal_is_not_measured_against_what_stood_before_the_one_before() {
    let proved = renewed(0);
    let first = follows(
        Operation::Renew,
        &queued(),
        Sighting::Absent(dated(years_on(0))),
        &proved,
        1,
    );
    waits(&first);
    // The truth is believed at once, and what could not be believed is told no longer.
    let second = follows(
        Operation::Renew,
        &first.record,
        Sighting::Absent(dated(years_on(1))),
        &proved,
        6,
    );
    assert_eq!(second.step, Step::Submit);
    assert_eq!(second.record.baseline.and_then(|b| b.expiry), Some(years_on(1)));
    assert_eq!(second.record.provider_message, None);
    // A date that is later than what was proved cannot be an old one.
    let later = follows(
        Operation::Renew,
        &queued(),
        Sighting::Absent(dated(years_on(2))),
        &proved,
        1,
    );
    assert_eq!(later.step, Step::Submit);
}

#[test]
fn an_old_date_neither_ends_a_renewal_nor_asks_a_person() {
    let proved = renewed(0);
    for seen in [
        Sighting::Differs(dated(years_on(0)), "neither".to_owned()),
        Sighting::Present(Evidence {
            expiry: Some(years_on(0)),
            ..Evidence::default()
        }),
        impossible(Impediment::NotFound),
    ] {
        waits(&follows(Operation::Renew, &queued(), seen, &proved, 1));
    }
    // Of one that was sent it is no word either way.
    let sent = measured(&dated(years_on(1)), unknown(5, 0));
    let old = Sighting::Differs(dated(years_on(0)), "neither".to_owned());
    let decision = follows(Operation::Renew, &sent, old, &proved, 1);
    assert_eq!(decision.record.state, State::UnknownOutcome);
}

/// Somebody may have taken it back by hand.
#[test]
fn what_contradicts_a_proof_is_believed_once_looks_apart_agree_after_the_settle_time() {
    let proved = renewed(0);
    let old = || Sighting::Absent(dated(years_on(0)));
    let mut record = queued();
    let mut seen = Vec::new();
    let mut late = 1;
    let decision = loop {
        let decision = follows(Operation::Renew, &record, old(), &proved, late);
        let Step::Wait(Some(at)) = decision.step else {
            break decision;
        };
        waits(&decision);
        record = decision.record;
        late = at.duration_since(t0()).as_secs() + 1;
        seen.push(late);
    };
    assert_eq!(decision.step, Step::Submit, "{seen:?}");
    assert_eq!(decision.record.doubts, None);
    let after: Vec<i64> = seen.iter().copied().filter(|late| *late > SETTLES).collect();
    assert_eq!(after.len(), 3, "{seen:?}");
    assert!(after.windows(2).all(|two| two[1] - two[0] >= 480), "{seen:?}");
}

#[test]
fn a_row_of_quick_looks_proves_nothing_against_a_proof() {
    let proved = renewed(3600);
    let mut record = queued();
    for late in 0..20 {
        let decision = follows(
            Operation::Renew,
            &record,
            Sighting::Absent(dated(years_on(0))),
            &proved,
            late,
        );
        waits(&decision);
        record = decision.record;
    }
    let row = Doubts { n: 1, at: t0() };
    assert_eq!(record.doubts, Some(row));
}

#[test]
fn a_proof_is_as_old_as_both_clocks_say() {
    let proved = renewed(3600);
    let row = OrderRecord {
        doubts: Some(Doubts {
            n: 2,
            at: t0() - secs(1000),
        }),
        ..queued()
    };
    let given = |proved_for| {
        let facts = Facts {
            proved: Some(&proved),
            proved_for: Duration::from_secs(proved_for),
            ..facts(Operation::Renew)
        };
        next(&row, saw(Sighting::Absent(dated(years_on(0)))), &facts).expect("a pair that can be")
    };
    assert_eq!(given(SETTLES.unsigned_abs()).step, Step::Submit);
    waits(&given(SETTLES.unsigned_abs() - 1));
}

#[test]
fn a_year_that_a_transfer_adds_is_waited_for() {
    let transfer = proof(Operation::Transfer, &in_progress(), saw(present()), 0, None);
    for seen in [years_on(0), years_on(1)] {
        let early = follows(
            Operation::Renew,
            &queued(),
            Sighting::Absent(dated(seen)),
            &transfer,
            SETTLES,
        );
        waits(&early);
        let settled = follows(
            Operation::Renew,
            &early.record,
            Sighting::Absent(dated(seen)),
            &transfer,
            SETTLES + 2,
        );
        assert_eq!(settled.step, Step::Submit);
    }
    // A renewal after that is measured against the renewal.
    let record = measured(&dated(years_on(1)), dispatching(5));
    let both = proof(Operation::Renew, &record, answered(accepted(None)), 0, Some(&transfer));
    let next_one = follows(
        Operation::Renew,
        &queued(),
        Sighting::Absent(dated(years_on(2))),
        &both,
        1,
    );
    assert_eq!(next_one.step, Step::Submit);
}

#[test]
fn a_name_that_was_registered_is_there() {
    let expiry = years_on(1);
    let answer = Outcome::Accepted(Accepted {
        evidence: Evidence {
            expiry: Some(expiry),
            ..Evidence::default()
        },
        ..Accepted::default()
    });
    let dated_one = proof(Operation::Register, &dispatching(5), answered(answer), 0, None);
    let undated = proof(Operation::Register, &dispatching(5), answered(accepted(None)), 0, None);
    for proved in [dated_one, undated] {
        waits(&follows(
            Operation::Renew,
            &queued(),
            impossible(Impediment::NotFound),
            &proved,
            1,
        ));
        waits(&follows(Operation::Register, &queued(), absent(), &proved, 1));
        waits(&follows(Operation::Transfer, &queued(), absent(), &proved, 1));
        let found = follows(Operation::Renew, &queued(), Sighting::Absent(dated(expiry)), &proved, 1);
        assert_eq!(found.step, Step::Submit);
        // An email order of that name is another thing.
        let email = follows(
            Operation::EmailAddAccounts,
            &queued(),
            Sighting::Absent(boxes(3)),
            &proved,
            1,
        );
        assert_eq!(email.step, Step::Submit);
    }
}

#[test]
fn mailboxes_are_counted_from_what_was_proved() {
    let proved = added(10, 0, None);
    for operation in [Operation::EmailAddAccounts, Operation::EmailRemoveAccounts] {
        waits(&follows(operation, &queued(), Sighting::Absent(boxes(10)), &proved, 1));
        waits(&follows(operation, &queued(), Sighting::Absent(boxes(20)), &proved, 1));
        waits(&follows(
            operation,
            &queued(),
            impossible(Impediment::NotFound),
            &proved,
            1,
        ));
        let right = follows(operation, &queued(), Sighting::Absent(boxes(12)), &proved, 1);
        assert_eq!(right.step, Step::Submit);
    }
}

/// What was taken away again stood before it was added.
#[test]
fn a_number_that_stood_before_is_no_effect_until_it_must_be_one() {
    let once = added(10, 60, None);
    let twice = added(12, 0, Some(&once));
    let sent = |before| measured(&boxes(before), in_progress());
    let late = |record: &OrderRecord, operation, proved: &Proved, late| {
        follows(operation, record, present(), proved, late).record.state
    };
    let (add, remove) = (Operation::EmailAddAccounts, Operation::EmailRemoveAccounts);
    assert_eq!(late(&sent(12), remove, &once, 1), State::InProgress);
    assert_eq!(late(&sent(14), remove, &twice, 1), State::InProgress);
    assert_eq!(
        late(&sent(12), add, &once, 1),
        State::Succeeded,
        "it was never there before"
    );
    assert_eq!(late(&sent(14), add, &twice, 1), State::Succeeded);
    let row = OrderRecord {
        doubts: Some(Doubts {
            n: 2,
            at: t0() + secs(SETTLES + 2),
        }),
        ..sent(12)
    };
    assert_eq!(late(&row, remove, &once, SETTLES + 10), State::InProgress, "too close");
    assert_eq!(late(&row, remove, &once, SETTLES + 600), State::Succeeded);
}

#[test]
fn an_email_order_that_came_or_went_is_not_told_otherwise_by_one_look() {
    let created = proof(
        Operation::EmailCreate,
        &dispatching(5),
        answered(accepted(None)),
        0,
        None,
    );
    waits(&follows(Operation::EmailDelete, &queued(), present(), &created, 1));
    waits(&follows(
        Operation::EmailRenew,
        &queued(),
        impossible(Impediment::NotFound),
        &created,
        1,
    ));
    waits(&follows(Operation::EmailCreate, &queued(), absent(), &created, 1));
    let counted = follows(
        Operation::EmailAddAccounts,
        &queued(),
        Sighting::Absent(boxes(2)),
        &created,
        1,
    );
    assert_eq!(counted.step, Step::Submit, "as many as were ordered");

    let deleted = proof(
        Operation::EmailDelete,
        &dispatching(5),
        answered(accepted(None)),
        0,
        Some(&created),
    );
    waits(&follows(Operation::EmailCreate, &queued(), present(), &deleted, 1));
    let sent = OrderRecord {
        provider_order_id: None,
        ..unknown(5, 0)
    };
    let old = follows(Operation::EmailCreate, &sent, present(), &deleted, 1);
    assert_eq!(old.record.state, State::UnknownOutcome);
    let known = OrderRecord {
        provider_order_id: Some("881".to_owned()),
        ..unknown(5, 0)
    };
    let own = follows(Operation::EmailCreate, &known, present(), &deleted, 1);
    assert_eq!(own.record.state, State::Succeeded, "it is known by its own id");
    let gone = follows(
        Operation::EmailRenew,
        &queued(),
        impossible(Impediment::NotFound),
        &deleted,
        1,
    );
    assert_eq!(gone.record.reason, Some(Reason::NotFound), "it is gone");
}

#[test]
fn an_end_of_an_email_order_only_grows() {
    let record = measured(&dated(years_on(0)), dispatching(5));
    let proved = proof(Operation::EmailRenew, &record, answered(accepted(None)), 0, None);
    waits(&follows(
        Operation::EmailRenew,
        &queued(),
        Sighting::Absent(dated(years_on(0))),
        &proved,
        1,
    ));
    let moved = years_on(0) + SignedDuration::from_hours(92 * 24);
    let right = follows(
        Operation::EmailRenew,
        &queued(),
        Sighting::Absent(dated(moved)),
        &proved,
        1,
    );
    assert_eq!(right.step, Step::Submit);
}

#[test]
fn what_was_found_done_proves_what_it_showed_and_no_more() {
    let evidence = Evidence {
        expiry: Some(years_on(1)),
        ..Evidence::default()
    };
    let proved = proof(Operation::Renew, &queued(), saw(Sighting::Present(evidence)), 0, None);
    waits(&follows(
        Operation::Renew,
        &queued(),
        Sighting::Absent(dated(years_on(0))),
        &proved,
        1,
    ));
    for operation in [Operation::EmailCreate, Operation::EmailDelete] {
        assert_eq!(
            decided(operation, &queued(), saw(present())).proves,
            None,
            "{operation:?}"
        );
    }
}

#[test]
fn a_control_read_is_asked_for_where_something_is_contradicted() {
    let proved = renewed(86_400);
    let facts = Facts {
        proved: Some(&proved),
        ..facts(Operation::Renew)
    };
    assert!(may_be_old(&Sighting::Absent(dated(years_on(0))), &queued(), &facts));
    assert!(!may_be_old(&Sighting::Absent(dated(years_on(1))), &queued(), &facts));
    let forgotten = Facts {
        now: t0() + SignedDuration::from_hours(25),
        ..facts
    };
    assert!(
        !may_be_old(&Sighting::Absent(dated(years_on(0))), &queued(), &forgotten),
        "two days are enough"
    );
}

#[test]
fn only_a_success_proves_something() {
    let renew = Operation::Renew;
    let record = measured(&dated(years_on(0)), dispatching(5));
    for seen in outcomes() {
        let decision = decided(renew, &record, answered(seen));
        let succeeded = decision.record.state == State::Succeeded;
        assert_eq!(decision.proves.is_some(), succeeded, "{}", told(&Ok(decision)));
    }
}
