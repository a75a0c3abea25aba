//! A paid call that the ledger has lost and a journal has kept.

use domorder_api_client::provider::{Baseline, Operation};

use super::check::*;
use super::world::*;
use crate::machine::{Look, Observation, Recalled, Step};
use crate::record::Intent;
use crate::state::{Charged, Reason, State};

fn lost() -> Recalled {
    Recalled {
        intent: Intent {
            attempt: 3,
            at: t0() - secs(600),
            epoch: 7,
            digest: "d".to_owned(),
            open: true,
        },
        baseline: Some(Baseline {
            expiry: Some(t0() + secs(86_400)),
            ..Baseline::default()
        }),
        accepted_at: t0() - secs(700),
        anew_since: None,
        provider_order_id: Some("881".to_owned()),
    }
}

#[test]
fn it_is_put_back_as_it_was_and_found_out_as_after_a_crash() {
    let back = decided(Operation::Renew, &queued(), Observation::Recalled(lost()));
    assert_eq!(
        (back.record.state, back.step, back.record.charged),
        (State::Dispatching, Step::GoOn, Charged::Unknown)
    );
    assert_eq!(
        back.record.baseline,
        lost().baseline,
        "measured against what it was then"
    );
    assert_eq!(back.record.created_at, lost().accepted_at, "its effect came after that");
    let intent = back.record.intent.clone().expect("an intent");
    assert_eq!((intent.at, intent.attempt, intent.open), (lost().intent.at, 1, true));
    assert_eq!(back.record.attempts, 1, "as many as this ledger tells of");

    let found = decided(Operation::Renew, &back.record, Observation::Claimed);
    assert_eq!(
        (found.record.state, found.record.reason, found.step),
        (
            State::UnknownOutcome,
            Some(Reason::FoundAfterCrash),
            Step::Look(Look::Reconcile)
        )
    );
    assert_eq!(found.record.attempted_at, Some(lost().intent.at));
}

#[test]
fn an_own_baseline_is_never_replaced() {
    let own = Some(Baseline {
        expiry: Some(t0()),
        ..Baseline::default()
    });
    let mut record = queued();
    record.baseline.clone_from(&own);
    let back = decided(Operation::Renew, &record, Observation::Recalled(lost()));
    assert_eq!(back.record.baseline, own);
}

#[test]
fn it_is_news_to_an_order_that_has_not_been_sent_only() {
    let seen = || Observation::Recalled(lost());
    let refused = |state: &str| -> &'static str {
        format!("refused: an order in `{state}` cannot see a paid call that was lost").leak()
    };
    check(
        Operation::Renew,
        [
            row(parked(Reason::Funds), seen(), refused("parked")),
            row(dispatching(1), seen(), refused("dispatching")),
            row(unknown(1, 0), seen(), refused("unknown_outcome")),
            row(in_progress(), seen(), refused("in_progress")),
        ],
    );
}
