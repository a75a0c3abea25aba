//! What becomes of webhooks.

use domorder_jobs::ledger::{Ledger, LedgerError};
use metrics::{counter, describe_counter, describe_gauge, gauge};

use super::as_f64;

pub(super) fn describe() {
    describe_counter!(
        "domorder_webhook_deliveries_total",
        "posts to webhook endpoints, by endpoint and result"
    );
    describe_gauge!(
        "domorder_webhook_queue_depth",
        "events that a webhook endpoint has yet to take, dead letters aside"
    );
    describe_gauge!(
        "domorder_webhook_dead_letters",
        "events that were given up and can be replayed"
    );
    describe_counter!(
        "domorder_webhook_events_lost_total",
        "events that went by retention before an endpoint took them"
    );
}

/// A webhook was posted, and this came of it.
pub fn webhook_delivery(endpoint: &str, result: &'static str) {
    counter!("domorder_webhook_deliveries_total", "endpoint" => endpoint.to_owned(), "result" => result).increment(1);
}

/// Events went before an endpoint took them.
pub fn webhook_events_lost(endpoint: &str, n: u64) {
    counter!("domorder_webhook_events_lost_total", "endpoint" => endpoint.to_owned()).increment(n);
}

/// Every endpoint that has a state, configured or not, the same from every replica.
pub(super) async fn gauges(ledger: &Ledger) -> Result<(), LedgerError> {
    let states = ledger.webhooks();
    for endpoint in states.known().await? {
        let looks: Vec<_> = states.look(&endpoint).await?.into_iter().flatten().collect();
        let depth = looks.iter().map(|look| look.depth()).sum();
        let dead = looks.iter().map(|look| look.dead).sum();
        gauge!("domorder_webhook_queue_depth", "endpoint" => endpoint.clone()).set(as_f64(depth));
        gauge!("domorder_webhook_dead_letters", "endpoint" => endpoint).set(as_f64(dead));
    }
    Ok(())
}
