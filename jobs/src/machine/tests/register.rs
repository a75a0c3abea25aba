//! Registrations: start conditions, the look before the paid call, its answer, and an outcome that is not known.

use domorder_api_client::provider::{Ending, Evidence, Impediment, Operation, Sighting, Stage, TroubleKind};

use super::check::*;
use super::world::*;
use crate::machine::Facts;
use crate::state::{Needs, Reason, State};

const REGISTER: Operation = Operation::Register;

fn ledger_restarted(facts: &mut Facts<'static>) {
    facts.quiet_until = Some(t0() + secs(900));
}

fn breaker_open(facts: &mut Facts<'static>) {
    facts.breaker_until = Some(t0() + secs(60));
}

fn before_its_time(facts: &mut Facts<'static>) {
    facts.not_before = Some(t0() + secs(3600));
}

fn behind_another(facts: &mut Facts<'static>) {
    facts.lane_head = false;
}

#[test]
fn an_order_is_looked_for_before_anything_is_sent_and_only_when_nothing_holds_it_back() {
    let overdue = || due_in(0, queued());
    check(
        REGISTER,
        [
            row(queued(), CLAIMED, "queued, charged no: look before paying"),
            row(queued(), CLAIMED, "parked/not_before, charged no: wait 1h").given(before_its_time),
            row(queued(), CLAIMED, "parked/domain_busy, charged no: wait for somebody").given(behind_another),
            row(queued(), CLAIMED, "queued/ledger_restarted, charged no: wait 15m").given(ledger_restarted),
            row(queued(), CLAIMED, "parked/breaker_open, charged no: wait 1m").given(breaker_open),
            // A deadline is never slept over, and comes before every other reason to wait.
            row(due_in(5, queued()), CLAIMED, "parked/not_before, charged no: wait 5s").given(before_its_time),
            row(due_in(5, queued()), CLAIMED, "parked/domain_busy, charged no: wait 5s").given(behind_another),
            row(
                due_in(5, queued()),
                CLAIMED,
                "queued/ledger_restarted, charged no: wait 5s",
            )
            .given(ledger_restarted),
            row(due_in(5, queued()), CLAIMED, "parked/breaker_open, charged no: wait 5s").given(breaker_open),
            row(
                overdue(),
                CLAIMED,
                "action_required/deadline_passed needs decision, charged no: wait for somebody",
            )
            .given(before_its_time),
            // What has passed keeps nothing back.
            row(queued(), CLAIMED, "queued, charged no: look before paying").given(|facts| {
                facts.not_before = Some(t0());
                facts.quiet_until = Some(t0());
                facts.breaker_until = Some(t0());
            }),
        ],
    );
}

#[test]
fn a_parked_order_goes_on_by_way_of_queued_once_its_reason_is_gone() {
    check(
        REGISTER,
        [
            row(
                parked(Reason::NotBefore),
                CLAIMED,
                "queued, charged no: look before paying",
            ),
            row(
                parked(Reason::DomainBusy),
                CLAIMED,
                "queued, charged no: look before paying",
            ),
            row(
                parked(Reason::BreakerOpen),
                CLAIMED,
                "queued, charged no: look before paying",
            ),
            row(
                parked(Reason::RateLimited),
                CLAIMED,
                "queued, charged no: look before paying",
            ),
            row(
                parked(Reason::Paused),
                CLAIMED,
                "queued, charged no: look before paying",
            ),
            row(
                parked(Reason::NotBefore),
                CLAIMED,
                "parked/not_before, charged no: wait 1h",
            )
            .given(before_its_time),
            row(
                parked(Reason::Funds),
                CLAIMED,
                "parked/funds, charged no: read the funds",
            ),
            row(
                parked(Reason::Funds),
                CLAIMED,
                "parked/domain_busy, charged no: wait for somebody",
            )
            .given(behind_another),
            row(
                parked(Reason::DomainBusy),
                saw(absent()),
                "refused: an order in `parked` cannot see a look",
            ),
        ],
    );
}

#[test]
fn a_paid_call_is_decided_on_absence_alone() {
    check(
        REGISTER,
        [
            row(queued(), saw(absent()), "dispatching, charged unknown: submit"),
            row(queued(), saw(present()), "succeeded/already_done, charged no: close"),
            row(
                queued(),
                saw(taken_elsewhere()),
                "failed/domain_taken, charged no: close",
            ),
            row(
                queued(),
                saw(impossible(Impediment::DomainTaken)),
                "failed/domain_taken, charged no: close",
            ),
            row(
                queued(),
                saw(differs()),
                "action_required/expectation_differs needs decision, charged no: wait for somebody",
            ),
            row(
                queued(),
                saw(ended(Ending::Failed)),
                "action_required/provider_failed needs decision, charged no: wait for somebody",
            ),
            row(
                queued(),
                saw(pending(Stage::Working)),
                "in_progress, charged no: wait 2s",
            ),
            // A registry's word is one step further than being placed, and the outside hears of both.
            row(
                queued(),
                saw(pending(Stage::Registry)),
                "in_progress, charged no: look to follow",
            ),
            row(
                queued(),
                saw(pending(Stage::Contact)),
                "action_required/contact_invalid needs contact, charged no: wait 2s",
            ),
            row(
                queued(),
                saw(pending(Stage::HeldForFunds)),
                "parked/funds, charged no: wait 5m",
            ),
        ],
    );
}

#[test]
fn what_came_up_during_the_look_keeps_the_call_back_too() {
    check(
        REGISTER,
        [
            row(queued(), saw(absent()), "queued/ledger_restarted, charged no: wait 15m").given(ledger_restarted),
            row(queued(), saw(absent()), "parked/breaker_open, charged no: wait 1m").given(breaker_open),
            row(
                queued(),
                saw(absent()),
                "parked/domain_busy, charged no: wait for somebody",
            )
            .given(behind_another),
            row(queued(), saw(absent()), "parked/not_before, charged no: wait 1h").given(before_its_time),
            row(
                due_in(0, queued()),
                saw(absent()),
                "action_required/deadline_passed needs decision, charged no: wait for somebody",
            ),
        ],
    );
}

#[test]
fn a_look_that_failed_is_no_absence() {
    check(
        REGISTER,
        [
            row(
                queued(),
                saw(unreadable(TroubleKind::Unavailable)),
                "queued/look_failed, charged no: wait 437ms 500µs",
            ),
            row(
                queued(),
                saw(unreadable(TroubleKind::Garbled)),
                "queued/look_failed, charged no: wait 437ms 500µs",
            ),
            row(
                queued(),
                saw(unreadable(TroubleKind::Throttled)),
                "parked/rate_limited, charged no: wait 437ms 500µs",
            ),
            row(
                queued(),
                saw(unreadable(TroubleKind::Credentials)),
                "parked/paused, charged no: wait 0s; the account is paused",
            ),
            row(
                queued(),
                saw(Sighting::Unreadable(patient(90))),
                "parked/rate_limited, charged no: wait 1m 30s",
            ),
            row(
                due_in(5, queued()),
                saw(Sighting::Unreadable(patient(90))),
                "parked/rate_limited, charged no: wait 5s",
            ),
            row(
                retried_for_a_day(queued()),
                saw(unreadable(TroubleKind::Unavailable)),
                "action_required/provider_unreachable needs decision, charged no: wait for somebody",
            ),
        ],
    );
}

#[test]
fn an_intent_tells_what_is_needed_to_recognise_the_attempt() {
    let record = decided(REGISTER, &queued(), saw(absent())).record;
    let intent = record.intent.expect("an intent");
    assert_eq!((intent.attempt, intent.at, intent.open), (1, t0(), true));
    assert_eq!(
        (record.attempts, record.baseline, record.next_check_at),
        (1, None, None)
    );
}

#[test]
fn what_a_look_tells_is_kept_and_what_it_leaves_out_stays() {
    let known = placed(State::InProgress, None, None);
    let expiry = t0() + secs(31_536_000);
    let evidence = Evidence {
        expiry: Some(expiry),
        message: Some("Active".to_owned()),
        ..Evidence::default()
    };
    let record = decided(REGISTER, &known, saw(Sighting::Present(evidence))).record;
    assert_eq!(record.provider_order_id.as_deref(), Some("881"));
    assert_eq!(record.expiry, Some(expiry));
    assert_eq!(record.provider_message.as_deref(), Some("Active"));
    assert_eq!(record.finished_at, Some(t0()));
}

#[test]
fn an_order_that_cannot_be_turned_into_a_request_asks_the_operator() {
    check(
        REGISTER,
        [
            row(
                queued(),
                unusable(),
                "action_required/record_unusable needs decision, charged no: wait for somebody",
            ),
            // A call may be out: whoever decides has to see that its effect is not known.
            row(
                dispatching(5),
                unusable(),
                "action_required/record_unusable needs decision, charged unknown: wait for somebody",
            ),
            row(
                placed(State::Blocked, Some(Reason::AwaitingRegistry), None),
                unusable(),
                "action_required/record_unusable needs decision, charged yes: wait for somebody",
            ),
            row(
                asks(Reason::ContactInvalid, Needs::Contact),
                unusable(),
                "action_required/record_unusable needs decision, charged no: wait for somebody",
            ),
            row(
                stands(State::Failed, Some(Reason::Invalid), None),
                unusable(),
                "refused: an order in `failed` cannot see anything: it is final",
            ),
        ],
    );
}
