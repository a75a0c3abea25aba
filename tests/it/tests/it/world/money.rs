//! The providers' books against the orders (`exactly-once.md` §6, P1 to P3 and P6).

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use domorder_tests_sim::Effect;
use domorder_tests_support::report::Row;

use super::books::{Order, request_of};
use super::{World, text};

/// What was done about one thing: an operation on a domain.
#[derive(Default)]
struct Thing {
    /// Charges that the orders account for: surely, and at most. What is owed back may still stand, and what is not
    /// known may or may not.
    least: u64,
    most: u64,
    attempts: u64,
    standing: u64,
}

impl World {
    /// The provider's books against the orders, by operation and domain.
    pub(super) fn check_money(&self, orders: &[Order], row: &mut Row, faults: &mut Vec<String>) {
        let charges = self.providers().charges();
        if self.lost.load(Ordering::Relaxed) {
            if charges.double_charges > 0 {
                faults.push(format!("something was bought twice: {:#?}", charges.by_domain));
            }
            return;
        }
        let mut things = BTreeMap::<(String, String), Thing>::new();
        for order in orders {
            let domain = text(&order.view, "domain").to_owned();
            let thing = things.entry((order.operation.to_owned(), domain)).or_default();
            thing.least += u64::from(order.is(&["yes"]));
            thing.most += u64::from(order.is(&["yes", "unknown", "refund_due"]));
            thing.attempts += order.view["attempts"].as_u64().unwrap_or_default();
        }
        for charged in charges.by_domain {
            let thing = things.entry((charged.operation, charged.domain)).or_default();
            thing.standing += charged.charges - charged.refunds;
        }
        let mut sent = BTreeMap::<(String, String), u64>::new();
        for request in self.providers().requests().requests {
            if request.effect != Effect::Read {
                let about = (request.operation.into_owned(), request.domain.unwrap_or_default());
                *sent.entry(about).or_default() += 1;
            }
        }
        let by_hand = self.by_hand.lock().unwrap();
        for ((operation, domain), thing) in things {
            let Thing {
                least,
                most,
                attempts,
                standing,
            } = thing;
            row.charges_expected += standing.clamp(least, most);
            row.charges_found += standing;
            if !(least..=most).contains(&standing) {
                faults.push(format!(
                    "{operation} of {domain}: {standing} charges stand, the orders account for {least} to {most}"
                ));
            }
            let request = (request_of(&operation).to_owned(), domain.clone());
            let sent = sent.get(&request).copied().unwrap_or_default();
            let by_hand = u64::from(by_hand.contains(&(operation.clone(), domain.clone())));
            if sent > attempts + by_hand {
                faults.push(format!(
                    "{operation} of {domain}: {sent} requests for {attempts} attempts"
                ));
            }
        }
    }
}
