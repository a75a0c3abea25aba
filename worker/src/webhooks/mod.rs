//! Webhooks: every event of the ledger's streams, posted to each endpoint of the configuration that wants it.
//!
//! The promises: at least once, under a stable id; the events of an order one after another; a refused event tried again
//! with backoff until `give_up`, then kept as a dead letter for `domorder webhooks replay`. And a rule: nothing here is
//! waited for by an order. Deliveries run beside, on connections of their own.
//!
//! An endpoint's life:
//!
//! 1. [`endpoint`]: one replica holds the right to deliver to an endpoint, by a lease with a fence in each shard; another
//!    takes over when it ends. It runs a lane a shard.
//! 2. [`lane`]: reads the stream in pages, woken by a blocking read ([`bells`]); sends; writes down how far it has come,
//!    many deliveries at once, a tenth of a second after the first of them.
//! 3. [`book`]: the pure part: what may fly now, what is held, how far the cursor is.
//! 4. [`post`]: one delivery: guarded ([`guard`]), signed ([`sign`]), bounded. [`health`]: an endpoint that takes nothing is
//!    asked seldom, with one event.
//!
//! Weighed: a *queue an endpoint* (each event copied into a list, as job systems do) grows with an endpoint's downtime and
//! writes every event twice; *consumer groups* acknowledge per entry, but hand out entries of one order to be retried in
//! any order, and keep one pending entry an event, without bound. So: a cursor, and an exception list of held orders,
//! bounded; at the bound the cursor stands, and the stream, which exists anyway, is the queue. The price: what was
//! delivered within the last tenth of a second before a crash is delivered again, and an endpoint that refuses more than
//! 10,000 orders at once while taking others keeps those waiting that come after.
//!
//! Weighed too: *410 Gone*. The Standard Webhooks rules would disable the endpoint; a billing system that answers 410 by
//! mistake for an hour would then hear nothing for ever. So the event becomes a dead letter at once, with an alert, and the
//! endpoint counts as failing, which keeps it from being asked often.

mod bells;
mod book;
mod endpoint;
#[cfg(test)]
mod fuzz;
mod guard;
mod health;
mod lane;
mod post;
mod sign;
mod trust;

use std::sync::Arc;

use anyhow::Context as _;
use domorder_config::{Config, Webhook};
use domorder_jobs::ledger::Ledger;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use endpoint::Endpoint;

/// Starts delivering to every configured endpoint, until told to stop. `instance` names this process, as no other's is.
///
/// # Errors
/// Where an endpoint cannot be posted to at all; it is named.
pub fn start(
    ledger: &Ledger,
    config: &Config,
    instance: &str,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    if config.webhooks.is_empty() {
        return Ok(());
    }
    let bells = bells::start(ledger, tracker, stop);
    for (name, webhook) in &config.webhooks {
        let endpoint = Endpoint::new(ledger, name, webhook, instance, config.retention.events)
            .with_context(|| format!("webhooks.{name} cannot be used"))?;
        tracker.spawn(endpoint::run(Arc::new(endpoint), bells.clone(), stop.clone()));
    }
    Ok(())
}

/// Why the certificates that an endpoint is to be believed by cannot be used; nothing if they can.
#[must_use]
pub fn trust_fault(webhook: &Webhook) -> Option<String> {
    trust::tls(webhook).err().map(|error| format!("{error:#}"))
}

/// Why an endpoint's address cannot be used as it is now; nothing if it can. Connects to nothing.
pub async fn address_fault(webhook: &Webhook) -> Option<String> {
    let guard = guard::Guard::new(&webhook.url, webhook.allow_private);
    if !guard.allows_literal(&webhook.url) {
        return Some(guard::Blocked.to_string());
    }
    match webhook.url.host() {
        Some(url::Host::Domain(name)) => guard.resolve(name).await.err().map(|error| error.to_string()),
        _ => None,
    }
}
