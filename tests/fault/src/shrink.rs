//! Makes a plan that breaks a law smaller while it still breaks that law.

use crate::guards::Guards;
use crate::plan::Plan;
use crate::world::simulate;

/// The smallest plan that dropping one thing after another leads to, and what happens in it.
#[must_use]
pub(crate) fn shrink(plan: &Plan, guards: Guards) -> (Plan, Vec<String>) {
    let law = |plan: &Plan| simulate(plan, guards, false).violation.map(|v| v.law);
    let wanted = law(plan);
    let still = |plan: &Plan| !plan.orders.is_empty() && law(plan) == wanted;
    let mut least = plan.clone();
    loop {
        let before = least.orders.len() + least.faults.len();
        for at in (0..least.orders.len()).rev() {
            let mut less = least.clone();
            less.orders.remove(at);
            if still(&less) {
                least = less;
            }
        }
        for at in (0..least.faults.len()).rev() {
            let mut less = least.clone();
            less.faults.remove(at);
            if still(&less) {
                least = less;
            }
        }
        if least.orders.len() + least.faults.len() == before {
            break;
        }
    }
    let history = simulate(&least, guards, true).history;
    (least, history)
}

/// A plan that broke a law, as it is told to a reader.
#[must_use]
pub fn told(plan: &Plan, guards: Guards) -> String {
    let (least, history) = shrink(plan, guards);
    let off = guards
        .off
        .map_or(String::new(), |guard| format!(" --guard-off {guard}"));
    let (world, journals, lists) = (plan.world, plan.journals, plan.lists);
    let breaker = plan.breaker.in_a_row;
    let mut text = format!(
        "seed {} ({world:?}, {:?}, journals: {journals:?}, lists: {lists:?}, breaker: {breaker} unknown in a row)\n",
        plan.seed, plan.durability
    );
    text.push_str(&format!("again: tests/simulate --from {} --seeds 1{off}\n", plan.seed));
    text.push_str(&format!(
        "shortened from {} orders and {} faults to {} and {}:\n",
        plan.orders.len(),
        plan.faults.len(),
        least.orders.len(),
        least.faults.len(),
    ));
    for fault in &least.faults {
        text.push_str(&format!("  {fault:?}\n"));
    }
    text.push_str(&history.join("\n"));
    text
}
