//! What is believed only once a call is so old that its effect would show: absence, and the end of a transfer that has
//! no id. Each found by the simulation (`tests/fault`).

use std::time::Duration;

use domorder_api_client::provider::{Ending, Evidence, Guard, Impediment, Operation, Sighting, Stage};

use super::check::*;
use super::world::*;
use crate::machine::{Facts, SignalSeen, next};
use crate::record::{Cancelling, OrderRecord};
use crate::state::{Needs, Reason, State};

const REGISTER: Operation = Operation::Register;
const TRANSFER: Operation = Operation::Transfer;

#[test]
fn looks_before_the_settle_time_count_no_absence_and_look_again_as_it_ends() {
    let looks = |n, record| OrderRecord { looks: n, ..record };
    check(
        REGISTER,
        [
            row(
                unknown(5, 0),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 5s",
            ),
            row(
                looks(3, unknown(500, 0)),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 7m 20s",
            ),
            row(
                looks(3, unknown(940, 0)),
                saw(absent()),
                "unknown_outcome/answer_lost, charged unknown: wait 8m",
            ),
            row(
                unknown(940, 2),
                saw(absent()),
                "queued/absence_proven, charged no: look before paying",
            ),
        ],
    );
    let early = |seen| decided(REGISTER, &unknown(939, 0), seen).record.absences;
    assert_eq!(early(saw(absent())), 0);
    assert_eq!(early(saw(impossible(Impediment::DomainTaken))), 0);
    assert_eq!(decided(REGISTER, &unknown(940, 0), saw(absent())).record.absences, 1);
    assert_eq!(
        told(&next(&unknown(5, 0), saw(present()), &facts(REGISTER))),
        "succeeded, charged yes: close",
        "presence is believed at once"
    );
}

/// A server whose clock is set forward, or a replica with another clock that takes over, makes a call look old.
#[test]
fn absence_settles_by_the_workers_own_clock_too() {
    let given = |sent_for| Facts {
        sent_for: Duration::from_secs(sent_for),
        ..facts(REGISTER)
    };
    let then = |sent_for| told(&next(&unknown(3600, 2), saw(absent()), &given(sent_for)));
    assert_eq!(then(940), "queued/absence_proven, charged no: look before paying");
    assert_eq!(then(939), "unknown_outcome/answer_lost, charged unknown: wait 1s");
    assert_eq!(then(0), "unknown_outcome/answer_lost, charged unknown: wait 5s");
    let ended = next(&unknown(3600, 0), saw(ended(Ending::Refused)), &given(0));
    assert_eq!(told(&ended), "unknown_outcome/answer_lost, charged unknown: wait 5s");
}

/// What was accepted comes to be seen late: looks apart by such a server's clock may all be of the last few minutes.
#[test]
fn what_is_to_be_called_off_and_not_seen_is_over_by_the_workers_own_clock_too() {
    let accepted = OrderRecord {
        intent: unknown(3600, 0).intent,
        ..unseen_for_an_hour(in_progress())
    };
    let called_off = cancelling(Cancelling::ToEnd, accepted);
    let then = |sent_for| {
        let given = Facts {
            sent_for: Duration::from_secs(sent_for),
            ..facts(TRANSFER)
        };
        next(&called_off, saw(absent()), &given).map(|decision| decision.record.state)
    };
    assert_eq!(then(940), Ok(State::Cancelled));
    assert_eq!(then(939), Ok(State::InProgress));
}

/// The one before it may be meant, and this one be placed a moment later.
#[test]
fn an_end_without_the_attempts_id_is_believed_after_the_settle_time_only() {
    let named = |record| OrderRecord {
        provider_order_id: Some("881".to_owned()),
        ..record
    };
    let accepted = |ago| OrderRecord {
        placed: true,
        attempted_at: None,
        ..OrderRecord {
            charged: crate::state::Charged::Yes,
            provider_order_id: None,
            ..stands_since(ago)
        }
    };
    for ending in [Ending::Refused, Ending::Cancelled, Ending::Failed] {
        check(
            TRANSFER,
            [
                row(
                    unknown(939, 0),
                    saw(ended(ending)),
                    "unknown_outcome/answer_lost, charged unknown: wait 1s",
                ),
                row(accepted(939), saw(ended(ending)), "in_progress, charged yes: wait 30s"),
            ],
        );
    }
    check(
        TRANSFER,
        [
            row(
                named(unknown(5, 0)),
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged refund_due: close",
            ),
            row(
                named(accepted(5)),
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged refund_due: close",
            ),
            row(
                accepted(940),
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged refund_due: close",
            ),
            row(
                due_in(0, accepted(5)),
                saw(ended(Ending::Refused)),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
            row(
                cancelling(Cancelling::ToEnd, accepted(5)),
                saw(ended(Ending::Cancelled)),
                "in_progress/being_cancelled, charged yes: wait 30s",
            ),
            row(
                cancelling(Cancelling::ToReplace, accepted(5)),
                saw(ended(Ending::Cancelled)),
                "in_progress/being_replaced, charged yes: wait 30s",
            ),
            row(
                cancelling(Cancelling::ToEnd, undecided_unknown(5)),
                saw(ended(Ending::Cancelled)),
                "action_required/outcome_unknown needs decision, charged unknown: wait 30s",
            ),
            // Found there, and nothing was ever sent: whose it is stands above all doubt.
            row(
                OrderRecord {
                    intent: None,
                    attempts: 0,
                    sent: false,
                    charged: crate::state::Charged::No,
                    ..accepted(5)
                },
                saw(ended(Ending::Refused)),
                "failed/transfer_refused, charged no: close",
            ),
        ],
    );
}

/// Placed anew, and accepted: the look that follows still shows the end of the one that was replaced.
#[test]
fn after_a_transfer_was_replaced_the_old_ones_end_is_not_taken_for_the_new_ones_on_anybodys_word() {
    let anew = |ago| OrderRecord {
        anew_since: Some(t0() - secs(ago + 1)),
        placed: true,
        attempted_at: None,
        provider_order_id: None,
        charged: crate::state::Charged::Yes,
        ..stands_since(ago)
    };
    let asked = |record| OrderRecord {
        state: State::ActionRequired,
        reason: Some(Reason::ProviderFailed),
        needs: Some(Needs::Decision),
        ..record
    };
    let follows = "in_progress/being_cancelled, charged yes: look to follow";
    let waits = "in_progress/being_cancelled, charged yes: wait 30s";
    check(
        TRANSFER,
        [
            row(
                anew(5),
                saw(ended(Ending::Cancelled)),
                "in_progress, charged yes: wait 30s",
            ),
            row(
                anew(940),
                saw(ended(Ending::Cancelled)),
                "action_required/provider_failed needs decision, charged yes: wait for somebody",
            ),
            row(asked(anew(300)), told_to(SignalSeen::Cancel), follows),
            row(
                cancelling(Cancelling::ToEnd, asked(anew(300))),
                saw(ended(Ending::Cancelled)),
                waits,
            ),
            row(
                cancelling(Cancelling::ToReplace, asked(anew(300))),
                saw(ended(Ending::Cancelled)),
                "in_progress/being_replaced, charged yes: wait 30s",
            ),
            row(
                cancelling(Cancelling::ToEnd, asked(anew(940))),
                saw(ended(Ending::Cancelled)),
                "cancelled/cancelled_by_signal, charged refund_due: close",
            ),
            row(
                cancelling(Cancelling::ToEnd, asked(anew(300))),
                saw(pending(Stage::LosingRegistrar)),
                "in_progress/being_cancelled, charged yes: cancel at the provider",
            ),
        ],
    );
}

/// As a look before the call would have told it; where a second one could have been bought, nothing is known by that.
#[test]
fn what_stood_long_before_the_order_is_none_of_its_doing_where_it_is_sold_once() {
    let refused = || OrderRecord {
        refused_as_taken: true,
        ..unknown(5, 0)
    };
    let made = |ago: i64| {
        saw(Sighting::Present(Evidence {
            created: Some(t0() - secs(ago)),
            ..Evidence::default()
        }))
    };
    let (before, ours) = (
        "succeeded/already_done, charged no: close",
        "succeeded, charged yes: close",
    );
    check(
        REGISTER,
        [
            // The order is a minute old: zones may differ by so much where the answer was lost, clocks where it was refused.
            row(unknown(5, 0), made(60 + 172_801), before),
            row(unknown(5, 0), made(60 + 172_800), ours),
            row(refused(), made(60 + 301), before),
            row(refused(), made(60 + 300), ours),
            row(undecided_unknown(90_000), made(3_000_000), before),
            row(
                owed_back(unknown(5, 0)),
                made(3_000_000),
                "succeeded/already_done, charged refund_due: close",
            ),
            row(unknown(5, 0), made(3_000_000), ours).given(|facts| facts.guard = Guard::TwoWitnesses),
            row(refused(), made(3_000_000), before).given(|facts| facts.guard = Guard::TwoWitnesses),
            // The provider had said that it has it: then it is known whose doing it is.
            row(in_progress(), made(3_000_000), ours),
            row(OrderRecord { sent: true, ..queued() }, made(3_000_000), before),
        ],
    );
}

/// Nobody can tell how late it may still come, so nothing is promised; what was asked for is not forgotten.
#[test]
fn one_weak_witness_ends_nothing_a_person_does() {
    let called_off = |ago| cancelling(Cancelling::ToEnd, undecided_unknown(ago));
    let unseen = || OrderRecord {
        absences: 2,
        absent_since: Some(t0() - secs(3600)),
        ..called_off(90_000)
    };
    let inconclusive = || OrderRecord {
        reason: Some(Reason::AbsenceInconclusive),
        ..unseen()
    };
    let asks = "action_required/absence_inconclusive needs decision, charged unknown: wait for somebody";
    check(
        Operation::Renew,
        [
            row(unseen(), saw(absent()), asks).given(|facts| facts.guard = Guard::Weak),
            row(inconclusive(), saw(absent()), asks).given(|facts| facts.guard = Guard::Weak),
            row(
                unseen(),
                saw(absent()),
                "cancelled/cancelled_by_signal, charged no: close",
            )
            .given(|facts| facts.guard = Guard::TwoWitnesses),
            row(
                inconclusive(),
                told_to(SignalSeen::Resolve { done: false }),
                "cancelled/cancelled_by_signal, charged no: close",
            )
            .given(|facts| facts.guard = Guard::Weak),
            row(
                inconclusive(),
                told_to(SignalSeen::Retry),
                "action_required/absence_inconclusive needs decision, charged unknown: look to reconcile",
            ),
            row(
                called_off(5),
                saw(absent()),
                "action_required/outcome_unknown needs decision, charged unknown: wait 2s",
            ),
        ],
    );
    let asked = Facts {
        guard: Guard::Weak,
        ..facts(Operation::Renew)
    };
    let decision = next(&unseen(), saw(absent()), &asked).expect("a pair that can be");
    assert_eq!(decision.record.cancelling, Some(Cancelling::ToEnd));
}

/// Accepted `ago` seconds ago, under way at the provider.
fn stands_since(ago: i64) -> OrderRecord {
    OrderRecord {
        state: State::InProgress,
        reason: None,
        ..unknown(ago, 0)
    }
}
