//! What the answer to a paid call comes to, and how an outcome that is not known is found out.

use domorder_api_client::provider::{Guard, Impediment, Operation, RejectionClass, Stage, TroubleKind};

use super::check::*;
use super::world::*;
use crate::record::OrderRecord;
use crate::state::Reason;

const REGISTER: Operation = Operation::Register;

#[test]
fn an_accepted_call_is_over_only_where_the_answer_shows_the_effect() {
    check(
        REGISTER,
        [
            row(
                dispatching(5),
                answered(accepted(None)),
                "succeeded, charged yes: close",
            ),
            row(
                dispatching(5),
                answered(accepted(Some(Stage::Working))),
                "in_progress, charged yes: look to verify",
            ),
            row(
                dispatching(5),
                answered(accepted(Some(Stage::Registry))),
                "blocked/awaiting_registry, charged yes: wait 2s",
            ),
            row(
                dispatching(5),
                answered(accepted(Some(Stage::HeldForFunds))),
                "parked/funds, charged yes: wait 5m",
            ),
            row(
                queued(),
                answered(accepted(None)),
                "refused: an order in `queued` cannot see the answer to a paid call",
            ),
        ],
    );
}

#[test]
fn a_documented_refusal_had_no_effect() {
    let refused = |class| answered(rejected(class));
    check(
        REGISTER,
        [
            row(
                dispatching(5),
                refused(RejectionClass::NoFunds),
                "parked/funds, charged no: wait 5m",
            ),
            row(
                dispatching(5),
                refused(RejectionClass::Invalid),
                "failed/invalid, charged no: close",
            ),
            row(
                dispatching(5),
                refused(RejectionClass::NotFound),
                "failed/not_found, charged no: close",
            ),
            row(
                dispatching(5),
                refused(RejectionClass::Unsupported),
                "failed/unsupported, charged no: close",
            ),
            row(
                dispatching(5),
                refused(RejectionClass::NotAllowed),
                "failed/not_allowed, charged no: close",
            ),
            row(
                dispatching(5),
                refused(RejectionClass::Credentials),
                "parked/paused, charged no: wait 0s; the account is paused",
            ),
            row(
                dispatching(5),
                refused(RejectionClass::Throttled),
                "parked/rate_limited, charged no: wait 437ms 500µs",
            ),
            row(
                dispatching(5),
                answered(throttled(90)),
                "parked/rate_limited, charged no: wait 1m 30s",
            ),
            row(
                retried_for_a_day(dispatching(5)),
                refused(RejectionClass::Throttled),
                "action_required/provider_unreachable needs decision, charged no: wait for somebody",
            ),
            // "Not available" may be our own doing: it is looked at first.
            row(
                dispatching(5),
                refused(RejectionClass::Taken),
                "unknown_outcome/taken_check, charged unknown: look to reconcile",
            ),
            // What an earlier placement left to be paid back stays owed.
            row(
                owed_back(dispatching(5)),
                refused(RejectionClass::Invalid),
                "failed/invalid, charged refund_due: close",
            ),
        ],
    );
}

#[test]
fn what_never_left_is_tried_again_for_a_day_at_most() {
    check(
        REGISTER,
        [
            row(
                dispatching(5),
                answered(not_sent()),
                "queued/not_sent, charged no: wait 437ms 500µs",
            ),
            row(
                due_in(0, dispatching(5)),
                answered(not_sent()),
                "queued/not_sent, charged no: wait 437ms 500µs",
            ),
            row(
                OrderRecord {
                    retries: 40,
                    ..dispatching(5)
                },
                answered(not_sent()),
                "queued/not_sent, charged no: wait 4m 22s 500ms",
            ),
            row(
                retried_for_a_day(dispatching(5)),
                answered(not_sent()),
                "action_required/provider_unreachable needs decision, charged no: wait for somebody",
            ),
        ],
    );
}

#[test]
fn a_lost_answer_is_found_out_by_reading() {
    let settled = || unknown(3600, 2);
    check(
        REGISTER,
        [
            row(
                dispatching(5),
                answered(lost()),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                dispatching(5),
                CLAIMED,
                "unknown_outcome/found_after_crash, charged unknown: look to reconcile",
            ),
            row(
                unknown(5, 0),
                CLAIMED,
                "unknown_outcome/answer_lost, charged unknown: look to reconcile",
            ),
            row(unknown(5, 0), saw(present()), "succeeded, charged yes: close"),
            row(
                unknown(5, 0),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 2s",
            ),
            row(
                unknown(5, 0),
                saw(pending(Stage::Registry)),
                "blocked/awaiting_registry, charged yes: wait 2s",
            ),
            row(
                unknown(5, 0),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            // Enough looks but too soon; late enough but too few looks; both.
            row(
                unknown(60, 9),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                unknown(3600, 1),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                settled(),
                saw(absent()),
                "queued/absence_proven, charged no: look before paying",
            ),
            row(
                settled(),
                saw(taken_elsewhere()),
                "failed/domain_taken, charged no: close",
            ),
            row(
                settled(),
                saw(impossible(Impediment::DomainTaken)),
                "failed/domain_taken, charged no: close",
            ),
            row(
                unknown(60, 9),
                saw(impossible(Impediment::DomainTaken)),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                unknown(60, 9),
                saw(taken_elsewhere()),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                settled(),
                saw(impossible(Impediment::NotFound)),
                "action_required/not_found needs decision, charged unknown: wait for somebody",
            ),
            row(
                settled(),
                saw(absent()),
                "action_required/absence_inconclusive needs decision, charged unknown: wait for somebody",
            )
            .given(|facts| facts.guard = Guard::Weak),
            row(
                settled(),
                saw(absent()),
                "queued/absence_proven, charged no: look before paying",
            )
            .given(|facts| facts.guard = Guard::TwoWitnesses),
            row(
                settled(),
                saw(absent()),
                "parked/domain_busy, charged no: wait for somebody",
            )
            .given(|facts| facts.lane_head = false),
            row(
                owed_back(settled()),
                saw(absent()),
                "queued/absence_proven, charged refund_due: look before paying",
            ),
            row(
                settled(),
                answered(lost()),
                "refused: an order in `unknown_outcome` cannot see the answer to a paid call",
            ),
        ],
    );
}

#[test]
fn absence_settles_to_the_second_after_the_last_moment_at_which_the_call_could_be_answered() {
    // 10 s of gate, 30 s of call, 900 s of settling.
    check(
        REGISTER,
        [
            row(
                unknown(939, 2),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 1s",
            ),
            row(
                unknown(940, 2),
                saw(absent()),
                "queued/absence_proven, charged no: look before paying",
            ),
        ],
    );
}

#[test]
fn a_look_before_its_time_counts_for_no_absence() {
    let early = || OrderRecord {
        next_check_at: Some(t0() + secs(120)),
        ..unknown(3600, 2)
    };
    check(
        REGISTER,
        [row(
            early(),
            saw(absent()),
            "unknown_outcome/answer_lost, charged unknown: wait 2m",
        )],
    );
    assert_eq!(decided(REGISTER, &early(), saw(absent())).record.absences, 2);
}

/// Found by the laws: due at once after the refusal, the look that followed was the third in the second of the second.
#[test]
fn refused_credentials_bring_no_look_forward() {
    let refused = || saw(unreadable(TroubleKind::Credentials));
    let early = |record| OrderRecord {
        next_check_at: Some(t0() + secs(120)),
        ..record
    };
    check(
        REGISTER,
        [
            row(
                early(unknown(3600, 2)),
                refused(),
                "unknown_outcome/answer_lost, charged unknown: wait 2m; the account is paused",
            ),
            row(
                early(unseen_for_an_hour(in_progress())),
                refused(),
                "in_progress, charged yes: wait 2m; the account is paused",
            ),
            row(
                in_progress(),
                refused(),
                "in_progress, charged yes: wait 0s; the account is paused",
            ),
        ],
    );
}

#[test]
fn a_name_refused_as_taken_is_final_once_a_look_shows_that_it_is_not_ours() {
    let checked = || OrderRecord {
        reason: Some(Reason::TakenCheck),
        refused_as_taken: true,
        ..unknown(5, 0)
    };
    check(
        REGISTER,
        [
            row(checked(), saw(present()), "succeeded, charged yes: close"),
            row(
                checked(),
                saw(taken_elsewhere()),
                "failed/domain_taken, charged no: close",
            ),
            row(
                checked(),
                saw(impossible(Impediment::DomainTaken)),
                "failed/domain_taken, charged no: close",
            ),
            row(
                checked(),
                saw(absent()),
                "unknown_outcome/taken_check, charged unknown: wait 5s",
            ),
        ],
    );
    // After an attempt whose outcome was unknown, the holder may be ourselves: that refusal alone ends nothing.
    let second = OrderRecord {
        sent: true,
        ..dispatching(5)
    };
    let asked = decided(REGISTER, &second, answered(rejected(RejectionClass::Taken))).record;
    assert!(!asked.refused_as_taken);
    check(
        REGISTER,
        [row(
            asked,
            saw(taken_elsewhere()),
            "unknown_outcome/taken_check, charged unknown: wait 5s",
        )],
    );
}
