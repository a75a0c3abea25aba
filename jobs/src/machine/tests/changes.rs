//! Changes to a transfer that the provider has: calling off, placing anew, amending in place.

use domorder_api_client::provider::{Ending, Operation, RejectionClass, Stage, TroubleKind};

use super::check::*;
use super::world::*;
use crate::record::Cancelling;

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
                "blocked/awaiting_losing_registrar, charged yes: cancel at the provider",
            ),
            row(
                ending(),
                cancel_answered(accepted(None)),
                "blocked/awaiting_losing_registrar, charged yes: wait 2s",
            ),
            row(
                ending(),
                cancel_answered(lost()),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                ending(),
                cancel_answered(not_sent()),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                ending(),
                refuses(RejectionClass::Throttled),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
            ),
            row(
                ending(),
                cancel_answered(throttled(90)),
                "blocked/awaiting_losing_registrar, charged yes: wait 1m 30s",
            ),
            row(
                ending(),
                refuses(RejectionClass::Credentials),
                "blocked/awaiting_losing_registrar, charged yes: wait 0s; the account is paused",
            ),
            row(
                ending(),
                refuses(RejectionClass::NotAllowed),
                "blocked/awaiting_losing_registrar, charged yes: look to follow",
            ),
            row(
                ending(),
                saw(ended(Ending::Cancelled)),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(
                ending(),
                saw(absent()),
                "blocked/awaiting_losing_registrar, charged yes: wait 30s",
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
                "action_required/deadline_passed needs decision, charged yes: cancel at the provider",
            ),
            row(
                late_by_decision(),
                saw(unreadable(TroubleKind::Unavailable)),
                "action_required/deadline_passed needs decision, charged yes: wait 30s",
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
                "action_required/auth_code_invalid needs auth_code, charged yes: cancel at the provider",
            ),
            row(
                replacing(),
                saw(absent()),
                "action_required/auth_code_invalid needs auth_code, charged yes: wait 30s",
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
