//! Many seeds, and what they came to together.

use std::collections::BTreeMap;
use std::ops::Range;

use domorder_tests_support::report::Row;

use crate::{Guards, Plan, Violation, simulate};

/// The sum of many histories.
#[derive(Debug, Default)]
pub struct Tally {
    /// Histories.
    pub seeds: u64,
    /// Orders in them.
    pub orders: u64,
    /// Events in them.
    pub events: u64,
    /// Faults that happened, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Charges of orders that succeeded, in histories that held: what they tell of.
    pub charges_expected: u64,
    /// The same: what stands at the providers.
    pub charges_found: u64,
    /// The seeds that broke a law, and how.
    pub violations: Vec<(u64, Violation)>,
}

impl Tally {
    /// Runs seeds one after another; `each` is told after every one, and `false` from it ends the row.
    pub fn run(seeds: Range<u64>, guards: Guards, mut each: impl FnMut(&Self) -> bool) -> Self {
        let mut tally = Self::default();
        for seed in seeds {
            tally.add(seed, guards);
            if !each(&tally) {
                break;
            }
        }
        tally
    }

    fn add(&mut self, seed: u64, guards: Guards) {
        let plan = Plan::of(seed);
        let outcome = simulate(&plan, guards, false);
        self.seeds += 1;
        self.orders += plan.orders.len() as u64;
        self.events += outcome.events;
        for (kind, n) in outcome.faults {
            *self.faults.entry(kind).or_default() += n;
        }
        if outcome.violation.is_none() {
            self.charges_expected += outcome.charges.0;
            self.charges_found += outcome.charges.1;
        }
        self.violations.extend(outcome.violation.map(|v| (seed, v)));
    }

    /// The numbers for the table of all suites.
    #[must_use]
    pub fn row(&self, suite: &str) -> Row {
        Row {
            cases: self.seeds,
            faults: self.faults.values().sum(),
            orders: self.orders,
            charges_expected: self.charges_expected,
            charges_found: self.charges_found,
            violations: self.violations.len() as u64,
            ..Row::of(suite)
        }
    }

    /// The same where a guard was off and its violation was looked for: what counts against it is not to have been missed.
    #[must_use]
    pub fn guards_row(&self) -> Row {
        let unnoticed = u64::from(self.seeds > 0 && self.violations.is_empty());
        let missed = u64::from(!self.violations.is_empty());
        let axes = [("guards missed".to_owned(), missed)];
        Row {
            violations: unnoticed,
            axes: axes.into_iter().filter(|(_, n)| *n > 0).collect(),
            ..self.row("simulation, each guard off")
        }
    }

    /// The seed that broke a law first.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.violations.first().map(|(seed, _)| *seed)
    }
}
