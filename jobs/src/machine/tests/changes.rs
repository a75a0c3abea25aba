//! Changes to a transfer that the provider has: calling off, placing anew, amending in place.

use domorder_api_client::provider::{Doubt, Ending, Operation, Outcome, RejectionClass, Stage, TroubleKind};

use super::check::*;
use super::world::*;
use crate::record::{Amending, Cancelling, OrderRecord};
use crate::state::Reason;

const TRANSFER: Operation = Operation::Transfer;

#[test]
fn a_cancellation_is_sent_while_it_stands_and_believed_only_when_it_is_seen() {
    let ending = || cancelling(Cancelling::ToEnd, blocked());
    let refuses = |class| cancel_answered(rejected(class));
    check(
        TRANSFER,
        [
            row(
                ending(),
                saw(pending(Stage::LosingRegistrar)),
                "in_progress/being_cancelled, charged yes: cancel at the provider",
            ),
            row(
                ending(),
                cancel_answered(accepted(None)),
                "in_progress/being_cancelled, charged yes: wait 2s",
            ),
            row(
                ending(),
                cancel_answered(lost()),
                "in_progress/being_cancelled, charged yes: wait 30s",
            ),
            row(
                ending(),
                cancel_answered(not_sent()),
                "in_progress/being_cancelled, charged yes: wait 30s",
            ),
            row(
                ending(),
                refuses(RejectionClass::Throttled),
                "in_progress/being_cancelled, charged yes: wait 30s",
            ),
            row(
                ending(),
                cancel_answered(throttled(90)),
                "in_progress/being_cancelled, charged yes: wait 1m 30s",
            ),
            row(
                ending(),
                refuses(RejectionClass::Credentials),
                "in_progress/being_cancelled, charged yes: wait 0s; the account is paused",
            ),
            row(
                ending(),
                refuses(RejectionClass::NotAllowed),
                "in_progress, charged yes: look to follow",
            ),
            row(
                ending(),
                saw(ended(Ending::Cancelled)),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(
                ending(),
                saw(absent()),
                "in_progress/being_cancelled, charged yes: wait 30s",
            ),
            row(
                unseen_for_an_hour(ending()),
                saw(absent()),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(ending(), saw(present()), "succeeded, charged yes: close"),
            row(
                blocked(),
                cancel_answered(accepted(None)),
                "refused: an order in `blocked` cannot see the answer to a cancellation nobody asked for",
            ),
        ],
    );
    let refused = decided(TRANSFER, &ending(), refuses(RejectionClass::NotAllowed)).record;
    assert_eq!(
        refused.cancelling, None,
        "what the provider refuses is not asked for again"
    );
}

#[test]
fn a_cancellation_that_never_comes_to_anything_ends_with_the_deadline() {
    let late = || due_in(-60, cancelling(Cancelling::ToEnd, blocked()));
    let late_by_decision = || cancelling(Cancelling::ToEnd, overdue());
    check(
        TRANSFER,
        [
            row(
                late(),
                saw(pending(Stage::LosingRegistrar)),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
            row(
                late(),
                saw(unreadable(TroubleKind::Unavailable)),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
            // Called off by the operator because the deadline had passed: neither the deadline nor a failed look
            // takes that back.
            row(
                late_by_decision(),
                saw(pending(Stage::LosingRegistrar)),
                "in_progress/being_cancelled, charged yes: cancel at the provider",
            ),
            row(
                late_by_decision(),
                saw(unreadable(TroubleKind::Unavailable)),
                "in_progress/being_cancelled, charged yes: wait 30s",
            ),
        ],
    );
    let failed_look = decided(TRANSFER, &late_by_decision(), saw(unreadable(TroubleKind::Unavailable))).record;
    assert_eq!(failed_look.cancelling, Some(Cancelling::ToEnd));
}

#[test]
fn a_replaced_transfer_is_placed_anew_only_after_its_end_was_seen() {
    let replacing = || cancelling(Cancelling::ToReplace, stalled());
    check(
        TRANSFER,
        [
            row(
                replacing(),
                saw(pending(Stage::AuthCode)),
                "in_progress/being_replaced, charged yes: cancel at the provider",
            ),
            row(
                replacing(),
                saw(absent()),
                "in_progress/being_replaced, charged yes: wait 30s",
            ),
            row(
                replacing(),
                saw(ended(Ending::Cancelled)),
                "queued/restarted, charged refund_due: look before paying",
            ),
            row(
                unseen_for_an_hour(replacing()),
                saw(absent()),
                "queued/restarted, charged refund_due: look before paying",
            ),
            row(replacing(), saw(present()), "succeeded, charged yes: close"),
        ],
    );
    let anew = decided(TRANSFER, &replacing(), saw(ended(Ending::Cancelled))).record;
    assert_eq!(
        (anew.anew_since, anew.provider_order_id, anew.placed),
        (Some(t0()), None, false)
    );
}

/// Read again within the settle time, it may still be shown as it was.
#[test]
fn a_cancellation_that_may_have_been_made_is_not_given_up_because_it_cannot_be_made_again() {
    let replacing = |ago| called_off(ago, cancelling(Cancelling::ToReplace, stalled()));
    let refused = || cancel_answered(rejected(RejectionClass::NotFound));
    check(
        TRANSFER,
        [
            row(
                replacing(2),
                saw(pending(Stage::AuthCode)),
                "in_progress/being_replaced, charged yes: cancel at the provider",
            ),
            row(
                replacing(2),
                refused(),
                "in_progress/being_replaced, charged yes: wait 2s",
            ),
            row(
                OrderRecord {
                    looks: 2,
                    ..replacing(899)
                },
                refused(),
                "in_progress/being_replaced, charged yes: wait 1m",
            ),
            row(replacing(900), refused(), "in_progress, charged yes: look to follow"),
            row(
                replacing(2),
                saw(ended(Ending::Cancelled)),
                "queued/restarted, charged refund_due: look before paying",
            ),
        ],
    );
    let unlisted = || {
        cancel_answered(Outcome::Unknown(Doubt {
            detail: "not in its current state".to_owned(),
            unlisted: true,
        }))
    };
    check(
        TRANSFER,
        [
            row(
                cancelling(Cancelling::ToEnd, overdue()),
                unlisted(),
                "in_progress/being_cancelled, charged yes: wait 2s",
            ),
            row(
                called_off(900, cancelling(Cancelling::ToEnd, overdue())),
                unlisted(),
                "in_progress, charged yes: look to follow",
            ),
        ],
    );
    for answer in [accepted(None), lost()] {
        let first = cancelling(Cancelling::ToReplace, stalled());
        let told = decided(TRANSFER, &first, cancel_answered(answer.clone())).record;
        assert_eq!(told.called_off_at, Some(t0()));
        let again = decided(TRANSFER, &replacing(60), cancel_answered(answer)).record;
        assert_eq!(again.called_off_at, Some(t0() - secs(60)), "the first counts");
    }
    let given_up = decided(TRANSFER, &replacing(900), refused()).record;
    assert_eq!((given_up.cancelling, given_up.called_off_at), (None, None));
}

#[test]
fn what_is_found_not_to_be_stalled_any_more_is_not_replaced_and_what_still_is_asks_again() {
    let replacing = || cancelling(Cancelling::ToReplace, stalled());
    let refused = || {
        decided(
            TRANSFER,
            &replacing(),
            cancel_answered(rejected(RejectionClass::NotAllowed)),
        )
        .record
    };
    let unreadable = || saw(unreadable(TroubleKind::Unavailable));
    check(
        TRANSFER,
        [
            row(
                replacing(),
                saw(pending(Stage::LosingRegistrar)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            // Cancelled a moment ago, as far as is known: whatever it moves to, it is followed to its end.
            row(
                called_off(5, replacing()),
                saw(pending(Stage::LosingRegistrar)),
                "in_progress/being_replaced, charged yes: cancel at the provider",
            ),
            row(
                refused(),
                saw(pending(Stage::AuthCode)),
                "action_required/auth_code_invalid needs auth_code, charged yes: wait 30s",
            ),
            row(
                refused(),
                saw(pending(Stage::LosingRegistrar)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(refused(), unreadable(), "in_progress, charged yes: wait 30s"),
            row(
                replacing(),
                unreadable(),
                "in_progress/being_replaced, charged yes: wait 30s",
            ),
            row(
                due_in(-60, replacing()),
                unreadable(),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
        ],
    );
    let moves = decided(TRANSFER, &replacing(), saw(pending(Stage::LosingRegistrar))).record;
    assert_eq!(moves.cancelling, None);
}

/// It stands where it stood when it was told, and says so with the next thing that is seen.
#[test]
fn what_an_earlier_program_was_calling_off_is_called_off_by_this_one() {
    let code = || to_be_cancelled(Cancelling::ToReplace, stalled());
    let late = || to_be_cancelled(Cancelling::ToEnd, overdue());
    check(
        TRANSFER,
        [
            row(
                code(),
                CLAIMED,
                "action_required/auth_code_invalid needs auth_code, charged yes: look to follow",
            ),
            row(
                code(),
                saw(pending(Stage::AuthCode)),
                "in_progress/being_replaced, charged yes: cancel at the provider",
            ),
            row(
                code(),
                saw(ended(Ending::Cancelled)),
                "queued/restarted, charged refund_due: look before paying",
            ),
            row(
                late(),
                saw(unreadable(TroubleKind::Unavailable)),
                "action_required/deadline_passed needs decision, charged yes: wait 30s",
            ),
            row(
                late(),
                saw(pending(Stage::AuthCode)),
                "in_progress/being_cancelled, charged yes: cancel at the provider",
            ),
        ],
    );
    let goes_on = decided(TRANSFER, &late(), saw(pending(Stage::AuthCode))).record;
    assert_eq!(
        goes_on.decided,
        Some(Reason::DeadlinePassed),
        "no deadline takes it back"
    );
}

#[test]
fn a_code_that_is_handed_in_asks_for_another_only_when_looks_still_do() {
    let handed_in = |looks| OrderRecord {
        looks,
        ..amending(Amending::Sent)
    };
    let wanted = || amending(Amending::Wanted);
    let asks = || saw(pending(Stage::AuthCode));
    check(
        TRANSFER,
        [
            row(
                wanted(),
                asks(),
                "in_progress/being_amended, charged yes: amend the auth code",
            ),
            row(
                wanted(),
                amend_answered(accepted(None)),
                "in_progress/being_amended, charged yes: look to follow",
            ),
            row(
                wanted(),
                amend_answered(lost()),
                "in_progress/being_amended, charged yes: wait 30s",
            ),
            row(
                wanted(),
                amend_answered(not_sent()),
                "in_progress/being_amended, charged yes: wait 30s",
            ),
            row(
                wanted(),
                amend_answered(throttled(90)),
                "in_progress/being_amended, charged yes: wait 1m 30s",
            ),
            row(
                wanted(),
                amend_answered(rejected(RejectionClass::Credentials)),
                "in_progress/being_amended, charged yes: wait 0s; the account is paused",
            ),
            row(handed_in(0), asks(), "in_progress/being_amended, charged yes: wait 2s"),
            row(handed_in(1), asks(), "in_progress/being_amended, charged yes: wait 10s"),
            row(handed_in(2), asks(), "in_progress/being_amended, charged yes: wait 1m"),
        ],
    );
    let again = "action_required/auth_code_invalid needs auth_code, charged yes: wait 30s";
    check(
        TRANSFER,
        [
            row(handed_in(3), asks(), again),
            row(wanted(), amend_answered(rejected(RejectionClass::AuthCode)), again),
            row(
                wanted(),
                amend_answered(rejected(RejectionClass::NotAllowed)),
                "in_progress, charged yes: look to follow",
            ),
            row(
                handed_in(0),
                saw(pending(Stage::LosingRegistrar)),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                due_in(-60, wanted()),
                asks(),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
        ],
    );
    for (answer, how_far) in [
        (accepted(None), Amending::Sent),
        (lost(), Amending::Sent),
        (not_sent(), Amending::Wanted),
        (throttled(90), Amending::Wanted),
    ] {
        let told = decided(TRANSFER, &wanted(), amend_answered(answer)).record;
        assert_eq!(told.amending, Some(how_far));
    }
    assert_eq!(decided(TRANSFER, &handed_in(3), asks()).record.amending, None);
    // Asked for by a signal, a look proves no more than the one that is due.
    let early = OrderRecord {
        next_check_at: Some(t0() + secs(7)),
        ..handed_in(2)
    };
    let early = decided(TRANSFER, &early, asks()).record;
    assert_eq!((early.looks, early.next_check_at), (2, Some(t0() + secs(7))));
}

#[test]
fn an_amendment_is_answered_by_what_the_next_look_shows() {
    let still = "action_required/auth_code_invalid needs auth_code, charged yes: wait 30s";
    check(
        TRANSFER,
        [
            row(
                stalled(),
                amend_answered(accepted(None)),
                "action_required/auth_code_invalid needs auth_code, charged yes: look to follow",
            ),
            row(stalled(), amend_answered(rejected(RejectionClass::AuthCode)), still),
            row(
                stalled(),
                amend_answered(throttled(90)),
                "action_required/auth_code_invalid needs auth_code, charged yes: wait 1m 30s",
            ),
            row(stalled(), amend_answered(not_sent()), still),
            row(stalled(), amend_answered(lost()), still),
            row(
                queued(),
                amend_answered(lost()),
                "refused: an order in `queued` cannot see the answer to an amendment of what is not placed",
            ),
        ],
    );
}
