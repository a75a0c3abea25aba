//! What looks at orders that wait are counted by.

use domorder_api_client::provider::Sighting;
use domorder_jobs::machine::Look;
use domorder_jobs::order::Order;
use metrics::counter;

/// A look at an order that waits.
pub fn polled(order: &Order, how: Look, sighting: &Sighting) {
    if matches!(how, Look::Follow | Look::Reconcile) {
        let result = self::sighting(sighting);
        counter!("domorder_polls_total", "kind" => order.kind.as_str(), "account" => order.account.clone(), "result" => result)
            .increment(1);
    }
}

/// A word for what a look saw.
#[must_use]
pub const fn sighting(sighting: &Sighting) -> &'static str {
    match sighting {
        Sighting::Present(_) => "present",
        Sighting::Unfinished(_) => "unfinished",
        Sighting::Absent(_) => "absent",
        Sighting::Pending(..) => "pending",
        Sighting::Differs(..) => "differs",
        Sighting::Impossible(..) => "impossible",
        Sighting::Ended(..) => "ended",
        Sighting::Unreadable(_) => "unreadable",
    }
}

/// A look at an order that waits was answered by a list.
pub fn polled_by_list(order: &Order) {
    counter!("domorder_polls_total", "kind" => order.kind.as_str(), "account" => order.account.clone(), "result" => "listed")
        .increment(1);
}

/// The reading of a list came to its end.
pub fn survey_ended(account: &str, list: &'static str, result: &'static str) {
    counter!("domorder_surveys_total", "account" => account.to_owned(), "list" => list, "result" => result)
        .increment(1);
}

/// An answer was not believed.
pub fn disbelieved(order: &Order, what: &'static str) {
    counter!(
        "domorder_disbelieved_answers_total",
        "kind" => order.kind.as_str(), "account" => order.account.clone(), "what" => what,
    )
    .increment(1);
}
