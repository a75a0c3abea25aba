//! Renewals: measured against a baseline, and the limits of what may be tried.

use domorder_api_client::provider::{
    Baseline, Guard, Impediment, Operation, RejectionClass, Sighting, Snapshot, Stage, TroubleKind,
};

use super::check::*;
use super::world::*;
use crate::machine::{Facts, FundsSeen, Observation, Step};
use crate::record::OrderRecord;
use crate::state::Reason;

const RENEW: Operation = Operation::Renew;

fn baseline(days: i64) -> Baseline {
    Baseline {
        expiry: Some(t0() + secs(days * 86_400)),
        provider_order_id: Some("881".to_owned()),
        ..Baseline::default()
    }
}

fn absent_with(baseline: Baseline) -> Sighting {
    Sighting::Absent(Snapshot {
        baseline,
        taken_elsewhere: false,
    })
}

fn seen_funds(funds: FundsSeen) -> Observation {
    Observation::Funds(funds)
}

fn unread(kind: TroubleKind) -> FundsSeen {
    FundsSeen::Unreadable(trouble(kind))
}

#[test]
fn the_baseline_is_read_once_and_never_anew() {
    let first = decided(RENEW, &queued(), saw(absent_with(baseline(30))));
    assert_eq!(
        (first.step, &first.record.baseline),
        (Step::Submit, &Some(baseline(30)))
    );
    // A second attempt that measured against a fresh baseline would renew twice.
    let again = OrderRecord {
        unknowns: 1,
        attempts: 1,
        sent: true,
        baseline: Some(baseline(30)),
        ..queued()
    };
    let second = decided(RENEW, &again, saw(absent_with(baseline(395))));
    assert_eq!(
        (second.step, second.record.baseline),
        (Step::Submit, Some(baseline(30)))
    );
}

#[test]
fn a_renewal_that_does_not_fit_the_expectation_is_not_sent() {
    check(
        RENEW,
        [
            row(queued(), saw(present()), "succeeded/already_done, charged no: close"),
            row(
                queued(),
                saw(differs()),
                "action_required/expectation_differs needs decision, charged no: wait for somebody",
            ),
            row(
                queued(),
                saw(impossible(Impediment::NotFound)),
                "failed/not_found, charged no: close",
            ),
            row(
                queued(),
                saw(pending(Stage::Working)),
                "in_progress, charged no: wait 2s",
            ),
            row(
                unknown(5, 0),
                saw(differs()),
                "action_required/expectation_differs needs decision, charged unknown: wait for somebody",
            ),
        ],
    );
    let differing = Sighting::Differs(
        Snapshot {
            baseline: baseline(700),
            taken_elsewhere: false,
        },
        "2 years more".to_owned(),
    );
    let asked = decided(RENEW, &queued(), saw(differing)).record;
    assert_eq!(
        asked.expiry,
        baseline(700).expiry,
        "the operator is shown the expiry that stands"
    );
}

#[test]
fn what_an_earlier_attempt_may_have_bought_is_counted_as_bought() {
    let second = || OrderRecord {
        sent: true,
        attempts: 1,
        unknowns: 1,
        ..queued()
    };
    check(
        RENEW,
        [
            row(second(), saw(present()), "succeeded, charged yes: close"),
            row(
                second(),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 2s",
            ),
            row(
                second(),
                saw(absent()),
                "dispatching, charged unknown: submit against the baseline",
            ),
        ],
    );
}

#[test]
fn one_weak_witness_sends_nothing_again() {
    check(
        RENEW,
        [
            row(
                unknown(3600, 2),
                saw(absent()),
                "action_required/absence_inconclusive needs decision, charged unknown: wait for somebody",
            )
            .given(|facts| facts.guard = Guard::Weak),
            // The first attempt needs no proof but the look itself.
            row(
                queued(),
                saw(absent()),
                "dispatching, charged unknown: submit against the baseline",
            )
            .given(|facts| facts.guard = Guard::Weak),
        ],
    );
}

#[test]
fn after_as_many_attempts_with_an_unknown_outcome_as_the_class_allows_the_operator_decides() {
    let used = |unknowns| OrderRecord {
        unknowns,
        sent: true,
        ..queued()
    };
    check(
        RENEW,
        [
            row(
                used(2),
                saw(absent()),
                "dispatching, charged unknown: submit against the baseline",
            ),
            row(
                used(3),
                saw(absent()),
                "action_required/attempts_exhausted needs decision, charged no: wait for somebody",
            ),
        ],
    );
    let given = |record, guard: fn(&mut Facts<'static>), then| row(record, saw(absent()), then).given(guard);
    let goes = "dispatching, charged unknown: submit against the baseline";
    let asks = "action_required/attempts_exhausted needs decision, charged no: wait for somebody";
    check(
        RENEW,
        [
            given(used(1), |f| f.guard = Guard::TwoWitnesses, goes),
            given(used(2), |f| f.guard = Guard::TwoWitnesses, asks),
            given(used(0), |f| f.guard = Guard::Weak, goes),
            // It was another class when the first was sent.
            given(used(1), |f| f.guard = Guard::Weak, asks),
        ],
    );
    let proven = decided(RENEW, &unknown(3600, 2), saw(absent())).record;
    assert_eq!(proven.unknowns, 1);
    assert_eq!(proven.attempted_at, None);
}

#[test]
fn what_cannot_be_found_out_in_a_day_is_the_operators() {
    let asked = "action_required/outcome_unknown needs decision, charged unknown: wait for somebody";
    check(
        RENEW,
        [
            row(unknown(86_400, 0), saw(absent()), asked),
            row(unknown(86_400, 0), saw(unreadable(TroubleKind::Unavailable)), asked),
            row(unknown(86_400, 0), saw(unreadable(TroubleKind::Throttled)), asked),
            row(unknown(86_400, 0), saw(unreadable(TroubleKind::Garbled)), asked),
            row(unknown(86_400, 0), saw(impossible(Impediment::DomainTaken)), asked),
            // Proven in the last moment is proven.
            row(
                unknown(86_400, 2),
                saw(absent()),
                "queued/absence_proven, charged no: look before paying",
            ),
            row(
                unknown(86_399, 0),
                saw(unreadable(TroubleKind::Unavailable)),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            // Not the provider's answer but our key is at fault: nobody gives up, the account waits for a person.
            row(
                unknown(86_400, 0),
                saw(unreadable(TroubleKind::Credentials)),
                "unknown_outcome/answer_lost, charged unknown: wait 0s; the account is paused",
            ),
        ],
    );
}

#[test]
fn looks_at_an_unknown_outcome_grow_apart_and_are_not_hurried_by_looks_between() {
    let looked = |looks| OrderRecord {
        looks,
        ..unknown(60, 0)
    };
    let early = || OrderRecord {
        next_check_at: Some(t0() + secs(77)),
        ..looked(2)
    };
    check(
        RENEW,
        [
            row(
                looked(1),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 30s",
            ),
            row(
                looked(2),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 2m",
            ),
            row(
                looked(3),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 8m",
            ),
            row(
                looked(50),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 8m",
            ),
            row(
                early(),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 1m 17s",
            ),
            row(
                looked(0),
                saw(Sighting::Unreadable(patient(90))),
                "unknown_outcome/answer_lost, charged unknown: wait 1m 30s",
            ),
            row(
                early(),
                saw(unreadable(TroubleKind::Garbled)),
                "unknown_outcome/answer_lost, charged unknown: wait 1m 17s",
            ),
        ],
    );
}

#[test]
fn want_of_money_parks_the_order_until_a_read_shows_some() {
    let parked = || OrderRecord {
        looks: 1,
        ..parked(Reason::Funds)
    };
    check(
        RENEW,
        [
            row(
                dispatching(5),
                answered(rejected(RejectionClass::NoFunds)),
                "parked/funds, charged no: wait 5m",
            ),
            row(parked(), CLAIMED, "parked/funds, charged no: read the funds"),
            row(
                parked(),
                seen_funds(FundsSeen::Some),
                "queued, charged no: look before paying",
            ),
            row(
                parked(),
                seen_funds(FundsSeen::None),
                "parked/funds, charged no: wait 30m",
            ),
            row(
                due_in(9, parked()),
                seen_funds(FundsSeen::None),
                "parked/funds, charged no: wait 9s",
            ),
            row(
                parked(),
                seen_funds(FundsSeen::NotShown),
                "parked/funds, charged no: wait for somebody",
            ),
            row(
                due_in(9, parked()),
                seen_funds(FundsSeen::NotShown),
                "parked/funds, charged no: wait 9s",
            ),
            row(
                parked(),
                seen_funds(unread(TroubleKind::Credentials)),
                "parked/funds, charged no: wait 30m; the account is paused",
            ),
            row(
                parked(),
                seen_funds(unread(TroubleKind::Throttled)),
                "parked/funds, charged no: wait 30m",
            ),
            row(
                parked(),
                seen_funds(unread(TroubleKind::Unavailable)),
                "parked/funds, charged no: wait 30m",
            ),
            row(
                parked(),
                seen_funds(unread(TroubleKind::Garbled)),
                "parked/funds, charged no: wait 30m",
            ),
            row(
                parked(),
                seen_funds(FundsSeen::Some),
                "parked/breaker_open, charged no: wait 1m",
            )
            .given(|facts| facts.breaker_until = Some(t0() + secs(60))),
            row(
                queued(),
                seen_funds(FundsSeen::Some),
                "refused: an order in `queued` cannot see a read of the account's money",
            ),
        ],
    );
}
