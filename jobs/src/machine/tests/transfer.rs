//! Transfers: third parties and people have the word, new auth codes, calling off, placing anew.

use domorder_api_client::provider::{Ending, Impediment, Operation, RejectionClass, Sighting, Stage, TroubleKind};

use super::check::*;
use super::world::*;
use crate::record::OrderRecord;
use crate::state::{Needs, Reason};

const TRANSFER: Operation = Operation::Transfer;

#[test]
fn each_stage_at_the_provider_is_a_state_that_says_who_acts_next() {
    check(
        TRANSFER,
        [
            row(in_progress(), CLAIMED, "in_progress, charged yes: look to follow"),
            row(
                blocked(),
                CLAIMED,
                "blocked/awaiting_losing_registrar, charged yes: look to follow",
            ),
            row(
                blocked(),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 30s",
            ),
            row(
                in_progress(),
                saw(pending(Stage::LosingRegistrar)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(pending(Stage::Registry)),
                "blocked/awaiting_registry, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(pending(Stage::HeldForFunds)),
                "parked/funds, charged yes: wait 5m",
            ),
            row(
                blocked(),
                saw(pending(Stage::AuthCode)),
                "action_required/auth_code_invalid needs auth_code, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(pending(Stage::Locked)),
                "action_required/domain_locked needs unlock, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(pending(Stage::Approval)),
                "action_required/approval_pending needs approval, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(pending(Stage::Contact)),
                "action_required/contact_invalid needs contact, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(pending(Stage::TooYoung)),
                "action_required/too_young needs decision, charged yes: wait for somebody",
            ),
            row(
                blocked(),
                saw(pending(Stage::Stalled)),
                "action_required/stalled needs decision, charged yes: wait for somebody",
            ),
            row(
                stalled(),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 30s",
            ),
        ],
    );
}

#[test]
fn a_stage_that_lasts_is_looked_at_more_and_more_seldom() {
    let looked = |looks| OrderRecord { looks, ..in_progress() };
    check(
        TRANSFER,
        [
            row(
                looked(1),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 5m",
            ),
            row(
                looked(3),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 1h",
            ),
            row(
                looked(99),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 1h",
            ),
            row(
                due_in(7, looked(99)),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 7s",
            ),
        ],
    );
}

#[test]
fn an_end_at_the_provider_ends_the_order_and_owes_back_what_was_paid() {
    let adopted = || OrderRecord {
        charged: crate::state::Charged::No,
        sent: false,
        ..blocked()
    };
    check(
        TRANSFER,
        [
            row(blocked(), saw(present()), "succeeded, charged yes: close"),
            row(adopted(), saw(present()), "succeeded, charged no: close"),
            row(
                blocked(),
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged refund_due: close",
            ),
            row(
                adopted(),
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged no: close",
            ),
            row(
                blocked(),
                saw(ended(Ending::Cancelled)),
                "cancelled/cancelled_at_provider, charged refund_due: close",
            ),
            row(
                blocked(),
                saw(ended(Ending::Failed)),
                "failed/provider_failed, charged refund_due: close",
            ),
            row(
                blocked(),
                saw(differs()),
                "action_required/expectation_differs needs decision, charged yes: wait for somebody",
            ),
            row(
                blocked(),
                saw(impossible(Impediment::DomainTaken)),
                "action_required/domain_taken needs decision, charged yes: wait for somebody",
            ),
            row(
                blocked(),
                saw(impossible(Impediment::NotRegistered)),
                "action_required/not_registered needs decision, charged yes: wait for somebody",
            ),
        ],
    );
}

#[test]
fn no_state_comes_out_of_a_look_that_failed() {
    check(
        TRANSFER,
        [
            row(
                blocked(),
                saw(unreadable(TroubleKind::Unavailable)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(unreadable(TroubleKind::Throttled)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(unreadable(TroubleKind::Garbled)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                blocked(),
                saw(unreadable(TroubleKind::Credentials)),
                "blocked/awaiting_losing_registrar, charged yes: wait 0s; the account is paused",
            ),
            // Left alone for as long as it asks, but not past the deadline.
            row(
                blocked(),
                saw(Sighting::Unreadable(patient(90))),
                "blocked/awaiting_losing_registrar, charged yes: wait 1m 30s",
            ),
            row(
                due_in(60, blocked()),
                saw(Sighting::Unreadable(patient(90))),
                "blocked/awaiting_losing_registrar, charged yes: wait 1m",
            ),
            row(
                blocked(),
                saw(Sighting::Unreadable(patient(3))),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                due_in(0, blocked()),
                saw(unreadable(TroubleKind::Unavailable)),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
        ],
    );
}

#[test]
fn a_missing_look_proves_nothing_and_a_vanished_transfer_is_never_sent_again() {
    let early = || OrderRecord {
        next_check_at: Some(t0() + secs(60)),
        ..unseen_for_an_hour(in_progress())
    };
    check(
        TRANSFER,
        [
            row(in_progress(), saw(absent()), "in_progress, charged yes: wait 30s"),
            row(early(), saw(absent()), "in_progress, charged yes: wait 1m"),
            row(
                unseen_for_an_hour(in_progress()),
                saw(absent()),
                "action_required/vanished needs decision, charged yes: wait for somebody",
            ),
        ],
    );
    // Seen again: the row of looks that missed it is over.
    let seen = decided(
        TRANSFER,
        &unseen_for_an_hour(in_progress()),
        saw(pending(Stage::Working)),
    );
    assert_eq!((seen.record.absences, seen.record.absent_since), (0, None));
}

#[test]
fn a_deadline_that_passes_asks_the_operator() {
    let asks_customer = || due_in(0, asks(Reason::AuthCodeInvalid, Needs::AuthCode));
    check(
        TRANSFER,
        [
            row(
                due_in(0, blocked()),
                saw(pending(Stage::LosingRegistrar)),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
            row(
                asks_customer(),
                CLAIMED,
                "action_required/deadline_passed needs decision, charged no: wait for somebody",
            ),
            row(
                due_in(60, asks(Reason::AuthCodeInvalid, Needs::AuthCode)),
                CLAIMED,
                "action_required/auth_code_invalid needs auth_code, charged no: wait 1m",
            ),
            row(
                overdue(),
                CLAIMED,
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
            // What has ended or stands in the meantime is more than a deadline.
            row(overdue(), saw(present()), "succeeded, charged yes: close"),
        ],
    );
}

#[test]
fn a_refusal_that_a_person_can_mend_asks_that_person() {
    check(
        TRANSFER,
        [
            row(
                dispatching(5),
                answered(rejected(RejectionClass::AuthCode)),
                "action_required/auth_code_invalid needs auth_code, charged no: wait for somebody",
            ),
            row(
                due_in(60, dispatching(5)),
                answered(rejected(RejectionClass::AuthCode)),
                "action_required/auth_code_invalid needs auth_code, charged no: wait 1m",
            ),
            row(
                dispatching(5),
                answered(rejected(RejectionClass::Locked)),
                "action_required/domain_locked needs unlock, charged no: wait for somebody",
            ),
            row(
                dispatching(5),
                answered(rejected(RejectionClass::TooYoung)),
                "action_required/too_young needs decision, charged no: wait for somebody",
            ),
            row(
                dispatching(5),
                answered(accepted(Some(Stage::LosingRegistrar))),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                dispatching(5),
                answered(accepted(Some(Stage::AuthCode))),
                "action_required/auth_code_invalid needs auth_code, charged yes: wait 30s",
            ),
        ],
    );
}

#[test]
fn a_lost_transfer_that_is_found_is_followed_and_one_that_has_ended_is_told_in_two_steps() {
    let anew = || OrderRecord {
        anew_since: Some(t0() - secs(3600)),
        ..unknown(5, 0)
    };
    check(
        TRANSFER,
        [
            row(
                unknown(5, 0),
                saw(pending(Stage::LosingRegistrar)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                unknown(940, 0),
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged refund_due: close",
            ),
            row(
                unknown(940, 0),
                saw(ended(Ending::Failed)),
                "failed/provider_failed, charged refund_due: close",
            ),
            row(
                unknown(940, 0),
                saw(ended(Ending::Cancelled)),
                "in_progress, charged yes: look to follow",
            ),
            // The one that has ended may be the one that was replaced.
            row(
                anew(),
                saw(ended(Ending::Refused)),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                unknown(3600, 2),
                saw(impossible(Impediment::NotRegistered)),
                "action_required/not_registered needs decision, charged unknown: wait for somebody",
            ),
            row(
                OrderRecord {
                    anew_since: Some(t0() - secs(3600)),
                    provider_order_id: None,
                    ..in_progress()
                },
                saw(ended(Ending::Cancelled)),
                "action_required/provider_failed needs decision, charged yes: wait for somebody",
            ),
        ],
    );
}
