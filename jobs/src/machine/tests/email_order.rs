//! Email orders: five operations that differ in price and in what their effect is measured against.

use domorder_api_client::provider::{
    Baseline, Ending, Guard, Impediment, Operation, RejectionClass, Sighting, Snapshot, Stage,
};

use super::check::*;
use super::world::*;
use crate::machine::{Facts, FundsSeen, Observation, kinds, next};
use crate::record::OrderRecord;
use crate::state::{Charged, Kind, Reason, State};

const EMAIL: [Operation; 5] = [
    Operation::EmailCreate,
    Operation::EmailRenew,
    Operation::EmailAddAccounts,
    Operation::EmailRemoveAccounts,
    Operation::EmailDelete,
];

/// The same attempt of an operation that has no price.
fn free(record: OrderRecord) -> OrderRecord {
    OrderRecord {
        charged: Charged::No,
        ..record
    }
}

#[test]
fn what_is_measured_against_what_stood_before_has_a_baseline() {
    let expected = [
        (Operation::Register, false),
        (Operation::Transfer, false),
        (Operation::Renew, true),
        (Operation::EmailCreate, false),
        (Operation::EmailRenew, true),
        (Operation::EmailAddAccounts, true),
        (Operation::EmailRemoveAccounts, true),
        (Operation::EmailDelete, true),
    ];
    for (operation, has) in expected {
        assert_eq!(kinds::has_baseline(operation), has, "{operation:?}");
        let five = Baseline {
            accounts: Some(5),
            ..Baseline::default()
        };
        let snapshot = Snapshot {
            baseline: five.clone(),
            taken_elsewhere: false,
        };
        let sent = decided(operation, &queued(), saw(Sighting::Absent(snapshot))).record;
        assert_eq!(sent.state, State::Dispatching);
        assert_eq!(sent.baseline, has.then_some(five), "{operation:?}");
    }
}

#[test]
fn only_a_transfer_can_be_called_off_at_the_provider() {
    for kind in Kind::ALL {
        assert_eq!(
            kinds::can_be_cancelled_at_provider(*kind),
            *kind == Kind::Transfer,
            "{kind}"
        );
    }
}

#[test]
fn each_kind_is_looked_at_by_its_own_schedule() {
    let policy = &*POLICY;
    assert_eq!(kinds::schedule(Kind::Register, policy), policy.poll_register);
    assert_eq!(kinds::schedule(Kind::Renew, policy), policy.poll_register);
    assert_eq!(kinds::schedule(Kind::Transfer, policy), policy.poll_transfer);
    assert_eq!(kinds::schedule(Kind::EmailOrder, policy), policy.poll_email);
    // A schedule without an entry still looks.
    let bare = crate::machine::Policy {
        poll_email: Vec::new(),
        ..policy.clone()
    };
    let facts = Facts {
        policy: Box::leak(Box::new(bare)),
        ..facts(Operation::EmailCreate)
    };
    let in_progress = placed(State::InProgress, None, None);
    let decided = next(&in_progress, saw(pending(Stage::Working)), &facts);
    assert_eq!(told(&decided), "in_progress, charged yes: wait 1m");
}

#[test]
fn an_order_with_a_price_is_charged_by_its_effect() {
    for operation in EMAIL.into_iter().filter(|operation| operation.costs_money()) {
        check(
            operation,
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
                    answered(lost()),
                    "unknown_outcome/answer_lost, charged unknown: wait 5s",
                ),
                row(
                    dispatching(5),
                    CLAIMED,
                    "unknown_outcome/found_after_crash, charged unknown: look to reconcile",
                ),
                row(unknown(5, 0), saw(present()), "succeeded, charged yes: close"),
                row(
                    placed(State::InProgress, None, None),
                    saw(ended(Ending::Failed)),
                    "failed/provider_failed, charged refund_due: close",
                ),
            ],
        );
    }
}

#[test]
fn an_order_without_a_price_is_guarded_all_the_same_and_never_charged() {
    for operation in EMAIL.into_iter().filter(|operation| !operation.costs_money()) {
        check(
            operation,
            [
                row(
                    queued(),
                    saw(absent()),
                    "dispatching, charged no: submit against the baseline",
                ),
                row(
                    free(dispatching(5)),
                    answered(accepted(None)),
                    "succeeded, charged no: close",
                ),
                row(
                    free(dispatching(5)),
                    answered(accepted(Some(Stage::Working))),
                    "in_progress, charged no: look to verify",
                ),
                row(
                    free(dispatching(5)),
                    answered(lost()),
                    "unknown_outcome/answer_lost, charged no: wait 5s",
                ),
                row(
                    free(dispatching(5)),
                    CLAIMED,
                    "unknown_outcome/found_after_crash, charged no: look to reconcile",
                ),
                row(free(unknown(5, 0)), saw(present()), "succeeded, charged no: close"),
                row(
                    free(unknown(5, 0)),
                    saw(absent()),
                    "unknown_outcome/answer_lost, charged no: wait 5s",
                ),
                row(
                    free(unknown(3600, 2)),
                    saw(absent()),
                    "queued/absence_proven, charged no: look before paying",
                ),
                row(
                    free(unknown(3600, 2)),
                    saw(absent()),
                    "action_required/absence_inconclusive needs decision, charged no: wait for somebody",
                )
                .given(|facts| facts.guard = Guard::Weak),
                row(
                    free(placed(State::InProgress, None, None)),
                    saw(ended(Ending::Failed)),
                    "failed/provider_failed, charged no: close",
                ),
            ],
        );
    }
}

#[test]
fn what_should_be_changed_has_to_be_there() {
    for operation in EMAIL {
        check(
            operation,
            [
                row(
                    queued(),
                    saw(impossible(Impediment::NotFound)),
                    "failed/not_found, charged no: close",
                ),
                row(
                    queued(),
                    saw(impossible(Impediment::DomainTaken)),
                    "failed/domain_taken, charged no: close",
                ),
                row(
                    queued(),
                    saw(impossible(Impediment::NotRegistered)),
                    "failed/not_registered, charged no: close",
                ),
                row(queued(), saw(present()), "succeeded/already_done, charged no: close"),
                row(
                    free(dispatching(5)),
                    answered(rejected(RejectionClass::NotAllowed)),
                    "failed/not_allowed, charged no: close",
                ),
                row(
                    free(dispatching(5)),
                    answered(rejected(RejectionClass::NotFound)),
                    "failed/not_found, charged no: close",
                ),
            ],
        );
    }
}

#[test]
fn an_order_held_at_the_provider_for_want_of_money_is_only_looked_at() {
    let held = || placed(State::Parked, Some(Reason::Funds), None);
    for operation in EMAIL.into_iter().filter(|operation| operation.costs_money()) {
        check(
            operation,
            [
                row(
                    dispatching(5),
                    answered(accepted(Some(Stage::HeldForFunds))),
                    "parked/funds, charged yes: wait 5m",
                ),
                row(held(), CLAIMED, "parked/funds, charged yes: look to follow"),
                row(
                    held(),
                    saw(pending(Stage::HeldForFunds)),
                    "parked/funds, charged yes: wait 5m",
                ),
                row(
                    held(),
                    saw(pending(Stage::Working)),
                    "in_progress, charged yes: wait 2s",
                ),
                row(
                    held(),
                    Observation::Funds(FundsSeen::Some),
                    "refused: an order in `parked` cannot see a read of the account's money",
                ),
                row(held(), saw(present()), "succeeded, charged yes: close"),
                row(
                    held(),
                    saw(ended(Ending::Failed)),
                    "failed/provider_failed, charged refund_due: close",
                ),
                row(held(), saw(absent()), "parked/funds, charged yes: wait 2s"),
                row(
                    due_in(0, held()),
                    saw(pending(Stage::HeldForFunds)),
                    "action_required/deadline_passed needs decision, charged yes: wait for somebody",
                ),
            ],
        );
    }
}
