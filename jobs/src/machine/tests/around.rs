//! What stands around a purchase: contacts and price before it, what is set after it.

use domorder_api_client::provider::{Operation, Outcome, RejectionClass, Sighting, Snapshot, Trouble, TroubleKind};

use super::check::*;
use super::world::*;
use crate::machine::{Facts, Observation, PreparationSeen, SignalSeen, Step};
use crate::record::{Intent, OrderRecord};
use crate::state::{Charged, Needs, Reason, State};

const REGISTER: Operation = Operation::Register;

fn prepares(facts: &mut Facts<'static>) {
    facts.prepares = true;
}

fn limited(facts: &mut Facts<'static>) {
    facts.max_price = Some(&LIMIT);
}

fn prepared(seen: PreparationSeen) -> Observation {
    Observation::Prepared(seen)
}

fn quoted(quote: Result<Option<domorder_api_client::provider::Quote>, Trouble>) -> Observation {
    Observation::Quoted(Snapshot::default(), quote)
}

fn finished(outcome: Outcome) -> Observation {
    Observation::Finished(outcome)
}

#[test]
fn contacts_are_made_before_the_look_and_once() {
    let later = |kind| prepared(PreparationSeen::Later(trouble(kind)));
    check(
        REGISTER,
        [
            row(queued(), CLAIMED, "queued, charged no: prepare the contacts").given(prepares),
            row(
                parked(Reason::NotBefore),
                CLAIMED,
                "queued, charged no: prepare the contacts",
            )
            .given(prepares),
            row(
                with_contacts(queued()),
                CLAIMED,
                "queued, charged no: look before paying",
            )
            .given(prepares),
            row(queued(), CLAIMED, "parked/domain_busy, charged no: wait for somebody").given(|facts| {
                facts.prepares = true;
                facts.lane_head = false;
            }),
            row(
                queued(),
                prepared(PreparationSeen::Ready(contact("1"))),
                "queued, charged no: look before paying",
            )
            .given(prepares),
            row(
                queued(),
                later(TroubleKind::Unavailable),
                "queued/look_failed, charged no: wait 437ms 500µs",
            )
            .given(prepares),
            row(
                queued(),
                later(TroubleKind::Credentials),
                "parked/paused, charged no: wait 0s; the account is paused",
            )
            .given(prepares),
            row(
                retried_for_a_day(queued()),
                later(TroubleKind::Garbled),
                "action_required/provider_unreachable needs decision, charged no: wait for somebody",
            )
            .given(prepares),
            // Nobody asked for them.
            row(
                queued(),
                prepared(PreparationSeen::Ready(contact("1"))),
                "refused: an order in `queued` cannot see a preparation",
            ),
        ],
    );
}

#[test]
fn a_contact_that_is_refused_asks_the_customer_and_nothing_was_bought() {
    let refused = || prepared(PreparationSeen::Refused("no such street".to_owned()));
    let asks = || asks(Reason::ContactInvalid, Needs::Contact);
    check(
        REGISTER,
        [
            row(
                queued(),
                refused(),
                "action_required/contact_invalid needs contact, charged no: wait for somebody",
            )
            .given(prepares),
            row(
                due_in(60, queued()),
                refused(),
                "action_required/contact_invalid needs contact, charged no: wait 1m",
            )
            .given(prepares),
            row(
                asks(),
                told_to(SignalSeen::Retry),
                "queued/restarted, charged no: prepare the contacts",
            )
            .given(prepares),
            row(
                asks(),
                told_to(SignalSeen::Cancel),
                "cancelled/cancelled_by_signal, charged no: close",
            )
            .given(prepares),
        ],
    );
}

#[test]
fn the_price_is_asked_right_after_absence_was_seen_and_only_where_there_is_a_limit() {
    check(
        REGISTER,
        [
            row(queued(), saw(absent()), "queued, charged no: ask for the price").given(limited),
            row(queued(), saw(absent()), "dispatching, charged unknown: submit"),
            row(
                queued(),
                saw(absent()),
                "parked/domain_busy, charged no: wait for somebody",
            )
            .given(|facts| {
                facts.max_price = Some(&LIMIT);
                facts.lane_head = false;
            }),
            row(
                unknown(3600, 2),
                saw(absent()),
                "queued/absence_proven, charged no: look before paying",
            )
            .given(limited),
        ],
    );
}

#[test]
fn a_quote_decides_by_its_amount_and_its_currency() {
    check(
        REGISTER,
        [
            row(
                queued(),
                quoted(priced("12.5", None)),
                "dispatching, charged unknown: submit",
            )
            .given(limited),
            row(
                queued(),
                quoted(priced("0", Some("USD"))),
                "dispatching, charged unknown: submit",
            )
            .given(limited),
            row(
                queued(),
                quoted(priced("12.501", None)),
                "failed/price_exceeded, charged no: close",
            )
            .given(limited),
            row(
                queued(),
                quoted(priced("1", Some("EUR"))),
                "action_required/price_not_comparable needs decision, charged no: wait for somebody",
            )
            .given(limited),
            row(queued(), quoted(Ok(None)), "failed/unsupported, charged no: close").given(limited),
            row(
                queued(),
                quoted(priced("", None)),
                "queued/look_failed, charged no: wait 437ms 500µs",
            )
            .given(limited),
            row(
                queued(),
                quoted(Err(patient(60))),
                "parked/rate_limited, charged no: wait 1m",
            )
            .given(limited),
            // What an earlier placement left to be paid back stays so.
            row(
                owed_back(queued()),
                quoted(priced("13", None)),
                "failed/price_exceeded, charged refund_due: close",
            )
            .given(limited),
            // The world moved on while the price was asked.
            row(
                queued(),
                quoted(priced("1", None)),
                "parked/domain_busy, charged no: wait for somebody",
            )
            .given(|facts| {
                facts.max_price = Some(&LIMIT);
                facts.lane_head = false;
            }),
            row(
                in_progress(),
                quoted(priced("1", None)),
                "refused: an order in `in_progress` cannot see a quote",
            )
            .given(limited),
        ],
    );
}

#[test]
fn a_refused_price_says_both_amounts_and_a_baseline_comes_from_the_look() {
    let mut facts = facts(Operation::Renew);
    facts.max_price = Some(&LIMIT);
    let decided = |seen| crate::machine::next(&queued(), seen, &facts).expect("a pair that can be");
    let above = decided(quoted(priced("99.99", Some("USD"))));
    assert_eq!(
        above.record.provider_message.as_deref(),
        Some("quoted 99.99 USD, at most 12.50 USD")
    );
    let mut snapshot = Snapshot::default();
    snapshot.baseline.expiry = Some(t0());
    let asked = decided(saw(Sighting::Absent(snapshot.clone())));
    assert_eq!((asked.step, asked.record.baseline), (Step::Quote, None));
    let within = decided(Observation::Quoted(snapshot.clone(), priced("1", None)));
    assert_eq!(within.record.baseline, Some(snapshot.baseline));
}

#[test]
fn what_stands_and_is_not_finished_is_finished_and_never_bought_again() {
    let adopted = "in_progress, charged no: finish";
    let ours = "in_progress, charged yes: finish";
    check(
        REGISTER,
        [
            row(queued(), saw(unfinished()), adopted),
            row(unknown(5, 0), saw(unfinished()), ours),
            row(unknown(3600, 2), saw(unfinished()), ours),
            row(in_progress(), saw(unfinished()), ours),
            row(
                undecided_unknown(90_000),
                told_to(SignalSeen::Resolve { done: true }),
                "action_required/outcome_unknown needs decision, charged unknown: look to reconcile",
            ),
            // Found after a crash between purchase and finishing.
            row(in_progress(), CLAIMED, "in_progress, charged yes: look to follow"),
            row(
                dispatching(5),
                CLAIMED,
                "unknown_outcome/found_after_crash, charged unknown: look to reconcile",
            ),
        ],
    );
}

#[test]
fn the_answer_to_the_finishing_is_never_more_than_that() {
    check(
        REGISTER,
        [
            row(in_progress(), finished(accepted(None)), "succeeded, charged yes: close"),
            row(in_progress(), finished(not_sent()), "in_progress, charged yes: wait 2s"),
            row(in_progress(), finished(lost()), "in_progress, charged yes: wait 2s"),
            row(
                in_progress(),
                finished(throttled(60)),
                "in_progress, charged yes: wait 1m",
            ),
            row(
                in_progress(),
                finished(rejected(RejectionClass::Credentials)),
                "in_progress, charged yes: wait 0s; the account is paused",
            ),
            row(
                in_progress(),
                finished(rejected(RejectionClass::Invalid)),
                "action_required/contact_invalid needs contact, charged yes: wait 2s",
            ),
            row(
                due_in(-1, in_progress()),
                finished(lost()),
                "action_required/deadline_passed needs decision, charged yes: wait for somebody",
            ),
            row(
                unknown(5, 0),
                finished(accepted(None)),
                "refused: an order in `unknown_outcome` cannot see the answer to a finishing",
            ),
        ],
    );
}

#[test]
fn refused_contacts_are_set_again_on_a_persons_word_or_seen_to_be_mended() {
    let refused = || waits_for(Reason::ContactInvalid, Needs::Contact);
    check(
        REGISTER,
        [
            row(
                refused(),
                CLAIMED,
                "action_required/contact_invalid needs contact, charged yes: look to follow",
            ),
            row(
                refused(),
                saw(unfinished()),
                "action_required/contact_invalid needs contact, charged yes: wait 2s",
            ),
            row(refused(), saw(present()), "succeeded, charged yes: close"),
            row(
                refused(),
                told_to(SignalSeen::Retry),
                "in_progress, charged yes: look to follow",
            ),
        ],
    );
    // Nobody mends them for a day: the operator decides, and no word of theirs buys it again.
    let day = |record: OrderRecord| OrderRecord {
        intent: record.intent.map(|intent| Intent {
            at: t0() - secs(86_400),
            ..intent
        }),
        ..record
    };
    let decides = || day(waits_for(Reason::ContactInvalid, Needs::Decision));
    let said_done = OrderRecord {
        resolving: true,
        ..decides()
    };
    let asks = "action_required/contact_invalid needs decision, charged yes: wait for somebody";
    check(
        REGISTER,
        [
            row(day(refused()), saw(unfinished()), asks),
            row(decides(), CLAIMED, asks),
            row(said_done.clone(), saw(unfinished()), "succeeded, charged yes: close"),
            row(said_done, saw(absent()), asks),
            row(
                decides(),
                told_to(SignalSeen::Resolve { done: false }),
                "queued/restarted, charged refund_due: look before paying",
            ),
        ],
    );
    let adopted = decided(REGISTER, &queued(), saw(unfinished())).record;
    let done = decided(REGISTER, &adopted, finished(accepted(None))).record;
    assert_eq!(
        (done.state, done.reason, done.charged),
        (State::Succeeded, Some(Reason::AlreadyDone), Charged::No)
    );
}
