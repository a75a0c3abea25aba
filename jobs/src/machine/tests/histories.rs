//! Each law over random histories, and that every history comes to an end.

use domorder_api_client::provider::{Guard, Operation, Stage};
use proptest::prelude::*;

use super::check::{answered, saw};
use super::driver::{History, Machine, Run};
use super::laws::{self, Law, each_law};
use super::world::*;
use crate::machine::{Facts, FundsSeen, Observation, Step, next};
use crate::record::OrderRecord;
use crate::state::{Reason, State};

/// Claims after which an order without faults around it must be through or with a person.
pub(super) const CLAIMS_MAX: usize = 400;

/// Histories that each law is held against; as many as a wrong machine gets to show itself in.
pub(super) const CASES: u32 = 500;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    }
}

/// Any order, any provider, any row of chances.
pub(super) fn history() -> impl Strategy<Value = History> {
    let guard = proptest::sample::select(vec![Guard::RefusesRepeat, Guard::TwoWitnesses, Guard::Weak]);
    (
        proptest::sample::select(Operation::ALL.to_vec()),
        guard,
        prop::option::of(1_i64..2_000_000),
        prop::option::weighted(0.1, 1_i64..200_000),
        any::<bool>(),
        any::<[bool; 2]>(),
        prop::collection::vec(any::<u16>(), 0..400),
    )
        .prop_map(
            |(operation, guard, deadline, not_before, answers_nothing, [prepares, limited], tape)| History {
                operation,
                guard,
                deadline,
                not_before,
                answers_nothing,
                prepares,
                limited,
                tape,
            },
        )
}

fn holds(laws: &'static [Law], history: History) {
    let mut run = Run::new(next, laws, history);
    run.play();
    if let Some(broken) = run.broken {
        panic!("{}\n{}", broken.law, broken.story);
    }
}

/// A random history, and then a world without faults; what became of it, or why it came to no end.
pub(super) fn comes_to_an_end(machine: Machine, history: History, stands: bool) -> Result<(), String> {
    let mut run = Run::new(machine, &[], history);
    run.play();
    run.stands = stands;
    let claims = (0..CLAIMS_MAX).take_while(|_| run.walk()).count();
    if let Some(broken) = run.broken {
        return Err(format!("{}\n{}", broken.law, broken.story));
    }
    let record = &run.record;
    let through = record.state.is_final() || matches!(record.state, State::ActionRequired | State::Parked);
    if claims == CLAIMS_MAX || !through {
        return Err(format!("no end after {claims} claims:\n{}\n{record:?}", run.story()));
    }
    Ok(())
}

/// One named test a law.
macro_rules! tests {
    ($($name:ident)+) => {
        proptest! {
            #![proptest_config(config())]
            $(
                #[test]
                fn $name(history in history()) {
                    holds(&[Law { name: stringify!($name), holds: laws::$name }], history);
                }
            )+
        }
    };
}
each_law!(tests);

proptest! {
    #![proptest_config(ProptestConfig { cases: 4 * CASES, ..config() })]

    /// P4.
    #[test]
    fn every_order_ends_or_asks_a_person_once_faults_stop(history in history(), stands: bool) {
        comes_to_an_end(next, history, stands).map_err(TestCaseError::fail)?;
    }
}

/// Where a wait may lie, in milliseconds: ± 10 % of a schedule's, 75 to 100 % of a retry's.
fn bounds() -> Vec<(OrderRecord, Observation, i64, i64)> {
    let in_progress = |looks| OrderRecord {
        looks,
        ..placed(State::InProgress, None, None)
    };
    let tried = |retries| OrderRecord {
        retries,
        ..dispatching(5)
    };
    let still_no_money = Observation::Funds(FundsSeen::None);
    vec![
        (dispatching(5), answered(lost()), 4_500, 5_500),
        (in_progress(0), saw(pending(Stage::Working)), 27_000, 33_000),
        (in_progress(9), saw(pending(Stage::Working)), 3_240_000, 3_960_000),
        (parked(Reason::Funds), still_no_money, 270_000, 330_000),
        (tried(0), answered(not_sent()), 375, 500),
        (tried(1), answered(not_sent()), 750, 1_000),
        (tried(90), answered(not_sent()), 225_000, 300_000),
    ]
}

/// The first wait of [`bounds`] that lies outside them.
fn out_of_bounds(machine: Machine, jitter: f64) -> Option<String> {
    let facts = Facts {
        jitter,
        ..facts(Operation::Transfer)
    };
    bounds().into_iter().find_map(|(record, seen, least, most)| {
        let decided = machine(&record, seen, &facts).expect("a pair that can be");
        let waits = match decided.step {
            Step::Wait(Some(at)) => at.duration_since(facts.now).as_millis(),
            step => return Some(format!("{step:?}")),
        };
        let fits = (i128::from(least)..=i128::from(most)).contains(&waits);
        (!fits).then(|| format!("{waits} ms, not {least} to {most}"))
    })
}

proptest! {
    #![proptest_config(config())]

    /// Chance is a number from 0 to 1; one that is not moves no wait out of its bounds either.
    #[test]
    fn jitter_moves_a_wait_within_bounds(jitter in -1.0_f64..2.0) {
        prop_assert_eq!(out_of_bounds(next, jitter), None);
    }
}

#[test]
fn a_wait_out_of_bounds_is_noticed() {
    let late: Machine = |record, seen, facts| {
        let late = Facts {
            now: facts.now + secs(60),
            ..facts.clone()
        };
        next(record, seen, &late)
    };
    assert!(out_of_bounds(late, 0.5).is_some());
}
