//! What people and programs may say to an order in each state, and what follows.

use domorder_api_client::provider::{Abilities, Operation};

use super::check::*;
use super::world::*;
use crate::machine::{SignalSeen, may};
use crate::record::{Amending, Cancelling, OrderRecord};
use crate::state::{Kind, Needs, Reason, SignalName, State};

const ABLE: Abilities = Abilities {
    amends_auth_code: true,
    resends_approval: true,
    cancels_moving: true,
};
const OK: &str = "allowed";
const THROUGH: &str = "the order is through: nothing leads out of a final state";
const NOT_PARKED: &str = "only an order that is parked or asks for action can be retried";
const TWICE: &str =
    "its effect is not known, and trying again could buy twice: `resolve` it after looking at the provider";
const NO_CODE: &str = "only a transfer has an auth code";
const HELD: &str = "the provider holds the transfer for lack of funds";
const UNDER_WAY: &str = "the transfer is under way and does not wait for an auth code";
const FINDING_OUT: &str = "what became of the last call is being found out first";
const CALL_OUT: &str = "a call is out, and what became of it is being found out first";
const BOUGHT: &str = "the provider has it, and what was bought cannot be called off";
const NO_MAIL: &str = "the order does not wait for an approval mail";
const UNDECIDED: &str = "only an order that asks for a decision can be resolved";
const CALLED_OFF: &str = "the order is being called off";
const ANEW: &str = "the transfer is being cancelled there and placed anew already";
const HANDED_IN: &str = "a new auth code is being handed in already";

/// An order, and what is said to `auth-code`, `cancel`, `retry`, `resend-approval`, `resolve`; `check-now` is always
/// welcome until the order is through.
type Answers = (&'static str, OrderRecord, [&'static str; 5]);

fn check_answers(kind: Kind, rows: Vec<Answers>) {
    const ASKED: [SignalName; 5] = [
        SignalName::AuthCode,
        SignalName::Cancel,
        SignalName::Retry,
        SignalName::ResendApproval,
        SignalName::Resolve,
    ];
    let told = |record: &OrderRecord, signal| may(record, kind, signal, ABLE).map_or_else(|refused| refused.0, |()| OK);
    for (name, record, answers) in rows {
        for (signal, answer) in ASKED.into_iter().zip(answers) {
            assert_eq!(told(&record, signal), answer, "{kind}, {name}: {signal}");
        }
        let expected = if record.state.is_final() { THROUGH } else { OK };
        assert_eq!(
            told(&record, SignalName::CheckNow),
            expected,
            "{kind}, {name}: check-now"
        );
    }
}

#[test]
fn what_a_provider_cannot_do_is_refused_and_not_taken() {
    let can_only_cancel_stalled = Abilities::default();
    let told = |record: &OrderRecord, signal| {
        may(record, Kind::Transfer, signal, can_only_cancel_stalled).map_or_else(|refused| refused.0, |()| OK)
    };
    let moving = "the transfer is moving, and this provider cancels one only while it is stalled";
    for (name, record, signal, answer) in [
        (
            "blocked",
            placed(State::Blocked, Some(Reason::AwaitingLosingRegistrar), None),
            SignalName::Cancel,
            moving,
        ),
        (
            "in progress",
            placed(State::InProgress, None, None),
            SignalName::Cancel,
            moving,
        ),
        (
            "stalled",
            waits_for(Reason::AuthCodeInvalid, Needs::AuthCode),
            SignalName::Cancel,
            OK,
        ),
        (
            "held for funds",
            placed(State::Parked, Some(Reason::Funds), None),
            SignalName::Cancel,
            OK,
        ),
        (
            "a decision about it",
            waits_for(Reason::DeadlinePassed, Needs::Decision),
            SignalName::Cancel,
            OK,
        ),
        ("queued", queued(), SignalName::Cancel, OK),
        (
            "is being called off",
            cancelling(Cancelling::ToEnd, waits_for(Reason::AuthCodeInvalid, Needs::AuthCode)),
            SignalName::Cancel,
            OK,
        ),
        (
            "is being placed anew",
            cancelling(
                Cancelling::ToReplace,
                waits_for(Reason::AuthCodeInvalid, Needs::AuthCode),
            ),
            SignalName::Cancel,
            OK,
        ),
        (
            "waits for an approval",
            waits_for(Reason::ApprovalPending, Needs::Approval),
            SignalName::ResendApproval,
            "this provider cannot send the approval mail again",
        ),
        (
            "stalled on its code: cancelled and placed anew",
            waits_for(Reason::AuthCodeInvalid, Needs::AuthCode),
            SignalName::AuthCode,
            OK,
        ),
    ] {
        assert_eq!(told(&record, signal), answer, "{name}: {signal}");
    }
}

#[test]
fn each_signal_fits_some_states_of_a_transfer_and_is_refused_in_the_others_with_a_reason() {
    let blocked = placed(State::Blocked, Some(Reason::AwaitingLosingRegistrar), None);
    let held = placed(State::Parked, Some(Reason::Funds), None);
    let called_off = cancelling(Cancelling::ToEnd, waits_for(Reason::AuthCodeInvalid, Needs::AuthCode));
    let unsent = asks(Reason::ProviderUnreachable, Needs::Decision);
    let through = |state| stands(state, None, None);
    check_answers(
        Kind::Transfer,
        vec![
            ("queued", queued(), [OK, OK, NOT_PARKED, NO_MAIL, UNDECIDED]),
            ("parked", parked(Reason::Funds), [OK, OK, OK, NO_MAIL, UNDECIDED]),
            ("held at the provider", held, [HELD, OK, OK, NO_MAIL, UNDECIDED]),
            (
                "dispatching",
                dispatching(5),
                [FINDING_OUT, CALL_OUT, NOT_PARKED, NO_MAIL, UNDECIDED],
            ),
            (
                "unknown",
                unknown(5, 0),
                [FINDING_OUT, CALL_OUT, NOT_PARKED, NO_MAIL, UNDECIDED],
            ),
            (
                "in progress",
                placed(State::InProgress, None, None),
                [UNDER_WAY, OK, NOT_PARKED, NO_MAIL, UNDECIDED],
            ),
            ("blocked", blocked, [UNDER_WAY, OK, NOT_PARKED, NO_MAIL, UNDECIDED]),
            (
                "asks for an auth code, nothing placed",
                asks(Reason::AuthCodeInvalid, Needs::AuthCode),
                [OK, OK, OK, NO_MAIL, UNDECIDED],
            ),
            (
                "stalled for an auth code",
                waits_for(Reason::AuthCodeInvalid, Needs::AuthCode),
                [OK, OK, OK, NO_MAIL, UNDECIDED],
            ),
            (
                "waits for an approval",
                waits_for(Reason::ApprovalPending, Needs::Approval),
                [UNDER_WAY, OK, OK, OK, UNDECIDED],
            ),
            (
                "waits for the lock to be taken off",
                waits_for(Reason::DomainLocked, Needs::Unlock),
                [UNDER_WAY, OK, OK, NO_MAIL, UNDECIDED],
            ),
            (
                "asks for the lock to be taken off, nothing placed",
                asks(Reason::DomainLocked, Needs::Unlock),
                [OK, OK, OK, NO_MAIL, UNDECIDED],
            ),
            (
                "is being called off",
                called_off,
                [CALLED_OFF, OK, CALLED_OFF, NO_MAIL, UNDECIDED],
            ),
            (
                "is being called off, as was decided",
                cancelling(Cancelling::ToEnd, overdue()),
                [CALLED_OFF, OK, CALLED_OFF, NO_MAIL, OK],
            ),
            (
                "is being placed anew",
                cancelling(Cancelling::ToReplace, waits_for(Reason::DomainLocked, Needs::Unlock)),
                [OK, OK, ANEW, NO_MAIL, UNDECIDED],
            ),
            (
                "a code is being handed in",
                amending(Amending::Sent),
                [OK, OK, HANDED_IN, NO_MAIL, UNDECIDED],
            ),
            ("a decision, nothing sent", unsent, [OK, OK, OK, NO_MAIL, OK]),
            (
                "a decision, placed",
                waits_for(Reason::Stalled, Needs::Decision),
                [OK, OK, OK, NO_MAIL, OK],
            ),
            (
                "a decision, the effect unknown",
                undecided_unknown(90_000),
                [FINDING_OUT, OK, TWICE, NO_MAIL, OK],
            ),
            ("succeeded", through(State::Succeeded), [THROUGH; 5]),
            ("failed", through(State::Failed), [THROUGH; 5]),
            ("cancelled", through(State::Cancelled), [THROUGH; 5]),
        ],
    );
}

#[test]
fn what_was_bought_outright_cannot_be_called_off_and_has_no_auth_code() {
    for kind in [Kind::Register, Kind::Renew, Kind::EmailOrder] {
        check_answers(
            kind,
            vec![
                ("queued", queued(), [NO_CODE, OK, NOT_PARKED, NO_MAIL, UNDECIDED]),
                (
                    "parked",
                    parked(Reason::DomainBusy),
                    [NO_CODE, OK, OK, NO_MAIL, UNDECIDED],
                ),
                (
                    "dispatching",
                    dispatching(5),
                    [NO_CODE, CALL_OUT, NOT_PARKED, NO_MAIL, UNDECIDED],
                ),
                (
                    "unknown",
                    unknown(5, 0),
                    [NO_CODE, CALL_OUT, NOT_PARKED, NO_MAIL, UNDECIDED],
                ),
                (
                    "in progress",
                    placed(State::InProgress, None, None),
                    [NO_CODE, BOUGHT, NOT_PARKED, NO_MAIL, UNDECIDED],
                ),
                (
                    "held at the provider",
                    placed(State::Parked, Some(Reason::Funds), None),
                    [NO_CODE, BOUGHT, OK, NO_MAIL, UNDECIDED],
                ),
                (
                    "contact data are missing",
                    waits_for(Reason::ContactInvalid, Needs::Contact),
                    [NO_CODE, BOUGHT, OK, NO_MAIL, UNDECIDED],
                ),
                (
                    "vanished",
                    waits_for(Reason::Vanished, Needs::Decision),
                    [NO_CODE, OK, OK, NO_MAIL, OK],
                ),
                (
                    "the effect unknown",
                    undecided_unknown(90_000),
                    [NO_CODE, OK, TWICE, NO_MAIL, OK],
                ),
                ("failed", stands(State::Failed, None, None), [THROUGH; 5]),
            ],
        );
    }
}

#[test]
fn a_signal_that_no_longer_fits_only_has_the_order_looked_after() {
    check(
        Operation::Transfer,
        [
            row(
                queued(),
                told_to(SignalSeen::Retry),
                "queued, charged no: look before paying",
            ),
            row(
                dispatching(5),
                told_to(SignalSeen::Cancel),
                "unknown_outcome/found_after_crash, charged unknown: look to reconcile",
            ),
            row(
                unknown(5, 0),
                told_to(SignalSeen::Resolve { done: false }),
                "unknown_outcome/answer_lost, charged unknown: look to reconcile",
            ),
            row(
                undecided_unknown(90_000),
                told_to(SignalSeen::Retry),
                "action_required/outcome_unknown needs decision, charged unknown: wait for somebody",
            ),
            row(
                stands(State::Failed, Some(Reason::Invalid), None),
                told_to(SignalSeen::Resolve { done: true }),
                "failed/invalid, charged no: close",
            ),
            row(
                stands(State::Cancelled, Some(Reason::CancelledBySignal), None),
                CLAIMED,
                "cancelled/cancelled_by_signal, charged no: close",
            ),
        ],
    );
}

#[test]
fn check_now_looks_where_there_is_something_to_see() {
    let now = || told_to(SignalSeen::CheckNow);
    let rows = [
        row(queued(), now(), "queued, charged no: look before paying"),
        row(
            dispatching(5),
            now(),
            "unknown_outcome/found_after_crash, charged unknown: look to reconcile",
        ),
        row(
            unknown(5, 0),
            now(),
            "unknown_outcome/answer_lost, charged unknown: look to reconcile",
        ),
        row(
            placed(State::InProgress, None, None),
            now(),
            "in_progress, charged yes: look to follow",
        ),
        row(
            placed(State::Blocked, Some(Reason::AwaitingRegistry), None),
            now(),
            "blocked/awaiting_registry, charged yes: look to follow",
        ),
        row(parked(Reason::Funds), now(), "parked/funds, charged no: read the funds"),
        row(
            parked(Reason::BreakerOpen),
            now(),
            "queued, charged no: look before paying",
        ),
        row(
            placed(State::Parked, Some(Reason::Funds), None),
            now(),
            "parked/funds, charged yes: look to follow",
        ),
        row(
            waits_for(Reason::Stalled, Needs::Decision),
            now(),
            "action_required/stalled needs decision, charged yes: look to follow",
        ),
        row(
            asks(Reason::AuthCodeInvalid, Needs::AuthCode),
            now(),
            "action_required/auth_code_invalid needs auth_code, charged no: wait for somebody",
        ),
    ];
    check(Operation::Transfer, rows);
}

#[test]
fn retry_leaves_a_wait_at_once() {
    let retry = || told_to(SignalSeen::Retry);
    check(
        Operation::Register,
        [
            row(
                parked(Reason::Funds),
                retry(),
                "queued/restarted, charged no: look before paying",
            ),
            row(
                retried_for_a_day(asks(Reason::ProviderUnreachable, Needs::Decision)),
                retry(),
                "queued/restarted, charged no: look before paying",
            ),
            // Its old deadline would end it again at once.
            row(
                due_in(0, asks(Reason::DeadlinePassed, Needs::Decision)),
                retry(),
                "queued/restarted, charged no: look before paying",
            ),
            row(
                placed(State::Parked, Some(Reason::Funds), None),
                retry(),
                "in_progress, charged yes: look to follow",
            ),
            row(
                waits_for(Reason::ContactInvalid, Needs::Contact),
                retry(),
                "in_progress, charged yes: look to follow",
            ),
            row(
                waits_for(Reason::Vanished, Needs::Decision),
                retry(),
                "in_progress, charged yes: look to follow",
            ),
        ],
    );
    let again = decided(
        Operation::Register,
        &retried_for_a_day(asks(Reason::ProviderUnreachable, Needs::Decision)),
        retry(),
    );
    assert_eq!((again.record.retries, again.record.retrying_since), (0, None));
}

#[test]
fn retry_replaces_a_stalled_transfer_where_nothing_mends_it_in_place() {
    let retry = || told_to(SignalSeen::Retry);
    let follows = |told: &'static str| move |reason, needs| row(waits_for(reason, needs), retry(), told);
    check(
        Operation::Transfer,
        [
            follows("in_progress/being_replaced, charged yes: look to follow")(
                Reason::AuthCodeInvalid,
                Needs::AuthCode,
            ),
            follows("in_progress/being_replaced, charged yes: look to follow")(Reason::DomainLocked, Needs::Unlock),
            follows("in_progress/being_replaced, charged yes: look to follow")(Reason::ContactInvalid, Needs::Contact),
            follows("in_progress/being_replaced, charged yes: look to follow")(Reason::TooYoung, Needs::Decision),
            follows("in_progress/being_replaced, charged yes: look to follow")(Reason::Stalled, Needs::Decision),
            // An approval is not mended by a new transfer, nor is one that can be amended in place.
            follows("in_progress, charged yes: look to follow")(Reason::ApprovalPending, Needs::Approval),
            follows("in_progress, charged yes: look to follow")(Reason::AuthCodeInvalid, Needs::AuthCode)
                .given(|facts| facts.abilities.amends_auth_code = true),
        ],
    );
    let replaced = decided(
        Operation::Transfer,
        &waits_for(Reason::Stalled, Needs::Decision),
        retry(),
    )
    .record;
    assert_eq!(replaced.cancelling, Some(Cancelling::ToReplace));
}
