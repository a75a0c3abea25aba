//! The laws, over random histories; `driver.rs` plays the handler and holds every decision against them.

mod driver;
#[expect(dead_code, reason = "the tables by kind that use the rest of it are still to come")]
mod world;

use domorder_api_client::provider::{Guard, Operation};
use proptest::prelude::*;

use self::driver::Run;
use crate::state::State;

fn operation() -> impl Strategy<Value = Operation> {
    proptest::sample::select(Operation::ALL.to_vec())
}

fn guard() -> impl Strategy<Value = Guard> {
    proptest::sample::select(vec![Guard::RefusesRepeat, Guard::TwoWitnesses, Guard::Weak])
}

fn deadline() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(1_i64..2_000_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    /// Every law of `driver.rs`, whatever is seen, whenever the worker dies.
    #[test]
    fn the_laws_hold_in_every_history(
        operation in operation(),
        guard in guard(),
        deadline in deadline(),
        tape in prop::collection::vec(any::<u16>(), 0..400),
    ) {
        let mut run = Run::new(operation, guard, deadline, tape);
        while run.faults_left() {
            run.stumble();
        }
    }

    /// When faults stop, every order ends or asks a person, in a bounded number of claims.
    #[test]
    fn every_order_ends_or_asks_a_person_once_faults_stop(
        operation in operation(),
        guard in guard(),
        deadline in deadline(),
        stands: bool,
        tape in prop::collection::vec(any::<u16>(), 0..150),
    ) {
        let mut run = Run::new(operation, guard, deadline, tape);
        while run.faults_left() {
            run.stumble();
        }
        run.stands = stands;
        let claims = (0..400).take_while(|_| run.walk()).count();
        prop_assert!(claims < 400, "no end:\n{}", run.log.join("\n"));
        prop_assert!(
            run.record.state.is_final() || matches!(run.record.state, State::ActionRequired | State::Parked),
            "{:?}", run.record
        );
    }
}

#[test]
fn nothing_leads_out_of_a_final_state() {
    for (from, to) in driver::STEPS_THAT_EXIST {
        assert!(!from.is_final());
        assert_eq!(to.contains(&State::Dispatching), *from == State::Queued, "{from}");
    }
}
