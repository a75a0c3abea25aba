//! What follows when a person speaks: a new auth code, calling off, a mail again, the operator's decision.

use domorder_api_client::provider::{Ending, Impediment, Operation, Stage, TroubleKind};

use super::check::*;
use super::world::*;
use crate::machine::{Facts, SignalSeen};
use crate::record::{Amending, Cancelling, OrderRecord};
use crate::state::{Charged, Needs, Reason, State};

#[test]
fn a_new_auth_code_is_handed_in_in_place_or_by_placing_anew() {
    let code = || {
        told_to(SignalSeen::AuthCode {
            sealed: "new".to_owned(),
        })
    };
    let stalled = || waits_for(Reason::AuthCodeInvalid, Needs::AuthCode);
    check(
        Operation::Transfer,
        [
            row(queued(), code(), "queued, charged no: wait 0s"),
            row(parked(Reason::Funds), code(), "parked/funds, charged no: wait 0s"),
            row(
                asks(Reason::AuthCodeInvalid, Needs::AuthCode),
                code(),
                "queued/restarted, charged no: look before paying",
            ),
            row(
                stalled(),
                code(),
                "in_progress/being_replaced, charged yes: look to follow",
            ),
            row(
                stalled(),
                code(),
                "in_progress/being_amended, charged yes: amend the auth code",
            )
            .given(|facts| facts.abilities.amends_auth_code = true),
            row(
                overdue(),
                code(),
                "action_required/deadline_passed needs decision, charged yes: look to follow",
            ),
        ],
    );
    let told = decided(Operation::Transfer, &stalled(), code()).record;
    assert_eq!(
        (told.auth_code.as_deref(), told.cancelling),
        (Some("new"), Some(Cancelling::ToReplace))
    );
    // Cancelled after its deadline, it could not be placed anew; the code is there when the operator says `retry`.
    let kept = decided(Operation::Transfer, &overdue(), code()).record;
    assert_eq!((kept.auth_code.as_deref(), kept.cancelling), (Some("new"), None));
}

/// The newest code is the one that is sent, and a word to end it is the last.
#[test]
fn what_is_said_while_a_change_is_under_way_is_heard_by_it() {
    let code = || {
        told_to(SignalSeen::AuthCode {
            sealed: "newer".to_owned(),
        })
    };
    let cancel = || told_to(SignalSeen::Cancel);
    let replacing = || called_off(5, cancelling(Cancelling::ToReplace, unseen_for_an_hour(stalled())));
    let ending = || cancelling(Cancelling::ToEnd, overdue());
    check(
        Operation::Transfer,
        [
            row(
                replacing(),
                code(),
                "in_progress/being_replaced, charged yes: look to follow",
            ),
            // Not even where codes are taken in place: what is cancelled takes none.
            row(
                replacing(),
                code(),
                "in_progress/being_replaced, charged yes: look to follow",
            )
            .given(|facts| facts.abilities.amends_auth_code = true),
            row(
                replacing(),
                cancel(),
                "in_progress/being_cancelled, charged yes: look to follow",
            ),
            row(
                amending(Amending::Sent),
                cancel(),
                "in_progress/being_cancelled, charged yes: look to follow",
            ),
            row(
                amending(Amending::Sent),
                code(),
                "in_progress/being_amended, charged yes: amend the auth code",
            )
            .given(|facts| facts.abilities.amends_auth_code = true),
            row(
                ending(),
                code(),
                "in_progress/being_cancelled, charged yes: look to follow",
            ),
            row(
                ending(),
                told_to(SignalSeen::Retry),
                "in_progress/being_cancelled, charged yes: look to follow",
            ),
            row(
                ending(),
                told_to(SignalSeen::Resolve { done: false }),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(
                ending(),
                told_to(SignalSeen::Resolve { done: true }),
                "action_required/deadline_passed needs decision, charged yes: look to reconcile",
            ),
        ],
    );
    let newer = decided(Operation::Transfer, &replacing(), code()).record;
    assert_eq!(newer.auth_code.as_deref(), Some("newer"));
    assert_eq!(newer.absences, 2, "a row of looks goes on");
    let ends = decided(Operation::Transfer, &replacing(), cancel()).record;
    assert_eq!(
        (ends.cancelling, ends.called_off_at),
        (Some(Cancelling::ToEnd), replacing().called_off_at),
        "and that it may be cancelled already is not forgotten"
    );
    assert_eq!(decided(Operation::Transfer, &ending(), code()).record.auth_code, None);
}

#[test]
fn cancel_ends_what_was_not_bought_and_asks_the_provider_about_the_rest() {
    let cancel = || told_to(SignalSeen::Cancel);
    let called_off = || cancelling(Cancelling::ToEnd, undecided_unknown(90_000));
    check(
        Operation::Transfer,
        [
            row(queued(), cancel(), "cancelled/cancelled_by_signal, charged no: close"),
            row(
                parked(Reason::Funds),
                cancel(),
                "cancelled/cancelled_by_signal, charged no: close",
            ),
            row(
                owed_back(queued()),
                cancel(),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(
                asks(Reason::AuthCodeInvalid, Needs::AuthCode),
                cancel(),
                "cancelled/cancelled_by_signal, charged no: close",
            ),
            row(
                placed(State::InProgress, None, None),
                cancel(),
                "in_progress/being_cancelled, charged yes: look to follow",
            ),
            // Nothing is called off on the ground that nobody knows of it.
            row(
                undecided_unknown(90_000),
                cancel(),
                "action_required/outcome_unknown needs decision, charged unknown: look to reconcile",
            ),
            row(
                called_off(),
                CLAIMED,
                "action_required/outcome_unknown needs decision, charged unknown: look to reconcile",
            ),
            row(
                called_off(),
                saw(absent()),
                "action_required/outcome_unknown needs decision, charged unknown: wait 30s",
            ),
            row(
                unseen_for_an_hour(called_off()),
                saw(absent()),
                "cancelled/cancelled_by_signal, charged no: close",
            ),
            row(
                called_off(),
                saw(pending(Stage::LosingRegistrar)),
                "in_progress/being_cancelled, charged yes: cancel at the provider",
            ),
            row(called_off(), saw(present()), "succeeded, charged yes: close"),
            row(
                called_off(),
                saw(ended(Ending::Cancelled)),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(
                called_off(),
                saw(impossible(Impediment::DomainTaken)),
                "action_required/domain_taken needs decision, charged unknown: wait for somebody",
            ),
        ],
    );
    check(
        Operation::Register,
        [row(
            called_off(),
            saw(pending(Stage::Working)),
            "in_progress, charged yes: wait 2s",
        )],
    );
}

#[test]
fn an_approval_mail_is_sent_again_where_the_provider_can() {
    let resend = || told_to(SignalSeen::ResendApproval);
    let waits = || waits_for(Reason::ApprovalPending, Needs::Approval);
    let told = "action_required/approval_pending needs approval, charged yes: ";
    let cannot = |facts: &mut Facts<'static>| facts.abilities.resends_approval = false;
    assert_eq!(
        super::check::told(&Ok(decided(Operation::Transfer, &waits(), resend()))),
        format!("{told}resend the approval mail")
    );
    check(
        Operation::Transfer,
        [row(
            waits(),
            resend(),
            "action_required/approval_pending needs approval, charged yes: look to follow",
        )
        .given(cannot)],
    );
}

#[test]
fn what_the_operator_says_is_done_is_read() {
    let done = || told_to(SignalSeen::Resolve { done: true });
    let asked = || OrderRecord {
        resolving: true,
        ..undecided_unknown(90_000)
    };
    let stays = "action_required/outcome_unknown needs decision, charged unknown: wait for somebody";
    check(
        Operation::Register,
        [
            row(
                undecided_unknown(90_000),
                done(),
                "action_required/outcome_unknown needs decision, charged unknown: look to reconcile",
            ),
            row(
                asked(),
                CLAIMED,
                "action_required/outcome_unknown needs decision, charged unknown: look to reconcile",
            ),
            row(asked(), saw(present()), "succeeded, charged yes: close"),
            row(
                asked(),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 2s",
            ),
            row(asked(), saw(absent()), stays),
            row(asked(), saw(differs()), stays),
            row(asked(), saw(impossible(Impediment::DomainTaken)), stays),
            row(asked(), saw(ended(Ending::Failed)), stays),
            row(asked(), saw(unreadable(TroubleKind::Garbled)), stays),
        ],
    );
    let words = [
        (absent(), "it is not there"),
        (differs(), "something else stands there"),
        (impossible(Impediment::DomainTaken), "it cannot be there"),
        (ended(Ending::Failed), "it has ended without effect"),
        (unreadable(TroubleKind::Garbled), "the provider gave no readable answer"),
    ];
    for (sighting, word) in words {
        let told = decided(Operation::Register, &asked(), saw(sighting))
            .record
            .provider_message;
        let expected = format!("the operator's `done` was not confirmed by reading: {word}");
        assert_eq!(told, Some(expected));
    }
}

#[test]
fn what_is_done_is_no_longer_called_off() {
    let called_off = cancelling(Cancelling::ToEnd, waits_for(Reason::Stalled, Needs::Decision));
    let done = decided(
        Operation::Transfer,
        &called_off,
        told_to(SignalSeen::Resolve { done: true }),
    )
    .record;
    assert_eq!((done.cancelling, done.resolving), (None, true), "the last word holds");
    check(
        Operation::Transfer,
        [
            row(
                done.clone(),
                saw(pending(Stage::Working)),
                "in_progress, charged yes: wait 30s",
            ),
            row(
                done,
                saw(absent()),
                "action_required/stalled needs decision, charged yes: wait for somebody",
            ),
        ],
    );
}

#[test]
fn what_the_operator_says_is_not_done_starts_over() {
    let not_done = || told_to(SignalSeen::Resolve { done: false });
    let exhausted = OrderRecord {
        unknowns: 3,
        sent: true,
        ..asks(Reason::AttemptsExhausted, Needs::Decision)
    };
    check(
        Operation::Register,
        [
            row(
                undecided_unknown(90_000),
                not_done(),
                "queued/restarted, charged no: look before paying",
            ),
            row(
                due_in(0, undecided_unknown(90_000)),
                not_done(),
                "queued/restarted, charged no: look before paying",
            ),
            row(
                waits_for(Reason::Vanished, Needs::Decision),
                not_done(),
                "queued/restarted, charged refund_due: look before paying",
            ),
            row(
                exhausted.clone(),
                not_done(),
                "queued/restarted, charged no: look before paying",
            ),
        ],
    );
    assert_eq!(decided(Operation::Register, &exhausted, not_done()).record.unknowns, 0);
    // The one that has ended would be found by every look for this order.
    let failed = OrderRecord {
        provider_order_id: Some("881".to_owned()),
        charged: Charged::No,
        ..asks(Reason::ProviderFailed, Needs::Decision)
    };
    let anew = decided(Operation::Register, &failed, not_done()).record;
    assert_eq!((anew.provider_order_id, anew.anew_since), (None, Some(t0())));
}
