//! Two thousand seeds hold, every guard is missed when it is off, and a failing seed can be read.

use domorder_tests_fault::seeds::Tally;
use domorder_tests_fault::{Guard, Guards, Plan, simulate, told};

/// Seeds in the normal suite; `tests/simulate` runs as many as wanted.
const SEEDS: u64 = 2_000;

/// Within how many seeds a violation is found when a guard is off.
const fn missed_within(guard: Guard) -> u64 {
    match guard {
        Guard::DomainLane | Guard::StoredBaseline | Guard::DurableIntent => 20,
        Guard::ReadFirst
        | Guard::ArmGate
        | Guard::BoottimeTimer
        | Guard::DefaultUnknown
        | Guard::ControlBefore
        | Guard::Pause
        | Guard::DeadlineNoticed
        | Guard::PauseAsksNobody
        | Guard::ListUnchanged
        | Guard::SecondWitness
        | Guard::Evidence => 100,
        Guard::Epoch
        | Guard::Reconcile
        | Guard::Journal
        | Guard::Settle
        | Guard::Spacing
        | Guard::EffectFirst
        | Guard::Breaker
        | Guard::ListSingly
        | Guard::Repeated
        | Guard::ControlRead
        | Guard::WeakAsks => 500,
        Guard::Fence | Guard::Quarantine | Guard::ProvedBaseline | Guard::BreakerLetsGo | Guard::WeakEndsNothing => {
            1_500
        }
        Guard::JournalFirst => 3_000,
        Guard::BreakerTrial => 5_000,
        Guard::OwnClock | Guard::LedgerLost | Guard::OwnEnd | Guard::ControlFollows => 4_000,
        Guard::AbsenceAfterSettle => 8_000,
    }
}

#[test]
fn no_seed_spends_money_twice_or_loses_an_order() {
    let one = std::env::var("DOMORDER_SEED")
        .ok()
        .and_then(|seed| seed.parse::<u64>().ok());
    let seeds = one.map_or(0..SEEDS, |seed| seed..seed + 1);
    let whole = one.is_none();
    let tally = Tally::run(seeds, Guards::default(), |tally| tally.violations.is_empty());
    tally.row("simulation").tell();
    if let Some(seed) = tally.first() {
        panic!("{}", told(&Plan::of(seed), Guards::default()));
    }
    assert_eq!(
        tally.charges_expected, tally.charges_found,
        "what orders tell of, and what was charged"
    );
    assert!(
        !whole || tally.faults.len() >= 25,
        "faults are missing: {:?}",
        tally.faults
    );
}

#[test]
fn every_guard_is_missed_when_it_is_off() {
    let mut unnoticed = Vec::new();
    let mut row = Tally::default().guards_row();
    for guard in Guard::ALL {
        let within = missed_within(*guard);
        let tally = Tally::run(0..within, Guards::without(*guard), |tally| tally.violations.is_empty());
        row.add(&tally.guards_row());
        if tally.violations.is_empty() {
            unnoticed.push(format!("{guard}: {within} seeds without it, and nothing happened"));
        }
    }
    row.tell();
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
}

#[test]
fn the_same_seed_is_the_same_history() {
    for seed in 0..20 {
        let history = || simulate(&Plan::of(seed), Guards::default(), true).history;
        assert_eq!(history(), history(), "seed {seed}");
    }
}

#[test]
fn a_failing_seed_is_told_with_a_shorter_history_that_still_fails() {
    let guards = Guards::without(Guard::Settle);
    let tally = Tally::run(0..missed_within(Guard::Settle), guards, |tally| {
        tally.violations.is_empty()
    });
    let seed = tally.first().expect("a seed that misses the settle time");
    let plan = Plan::of(seed);
    let text = told(&plan, guards);
    let again = format!("tests/simulate --from {seed} --seeds 1 --guard-off settle");
    assert!(text.contains(&again) && text.contains("VIOLATION of"), "{text}");
    let whole = simulate(&plan, guards, true).history.len();
    let lines = text.lines().filter(|line| line.contains(" order ")).count();
    assert!(lines < whole, "{lines} lines of {whole}:\n{text}");
}
