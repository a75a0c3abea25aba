//! `[worker]`, `[polling]`, `[reconcile]`, `[retry]`, `[retention]`: how long, how often, and when to stop.

use std::time::Duration;

use crate::duration::format_duration;
use crate::error::{Fault, FaultKind};
use crate::settings::Settings;

/// `[worker]`.
#[derive(Debug, Clone)]
pub struct Worker {
    /// How long a stopping worker waits for what it has begun.
    pub shutdown_grace: Duration,
    /// How long a claimed order is held without a sign of life; longer than any provider call can take.
    pub lease: Duration,
}

/// `[polling]`: waits between looks; the last one repeats.
#[derive(Debug, Clone)]
pub struct Polling {
    /// Between looks at a registration.
    pub register: Vec<Duration>,
    /// Between looks at a transfer.
    pub transfer: Vec<Duration>,
    /// Between looks at an e-mail order.
    pub email: Vec<Duration>,
    /// Between looks at an account without funds.
    pub funds: Vec<Duration>,
    /// After which a transfer asks for a decision.
    pub transfer_deadline: Duration,
}

/// `[reconcile]`: how the outcome of a lost answer is found out.
#[derive(Debug, Clone)]
pub struct Reconcile {
    /// How long absence must hold before it is believed.
    pub settle: Duration,
    /// An intent older than this is not sent.
    pub gate: Duration,
    /// Waits between reads; the last one repeats.
    pub looks: Vec<Duration>,
    /// After which a person is asked.
    pub give_up: Duration,
}

/// `[retry]`: calls that are known not to have had an effect.
#[derive(Debug, Clone)]
pub struct Retry {
    /// The first wait.
    pub initial: Duration,
    /// The longest wait.
    pub max: Duration,
    /// After which no further attempt is made.
    pub max_elapsed: Duration,
}

/// `[retention]`.
#[derive(Debug, Clone)]
pub struct Retention {
    /// How long a finished order is kept, and its idempotency key taken.
    pub finished: Duration,
    /// How long events and refusals are kept.
    pub events: Duration,
}

pub(crate) fn worker(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Worker> {
    let lease = settings.get("worker.lease");
    if let (Some(lease), Some(gate)) = (lease, settings.get::<Duration>("reconcile.gate")) {
        for name in settings.names("accounts") {
            let Some(timeout) = settings.get::<Duration>(&format!("accounts.{name}.timeout")) else {
                continue;
            };
            // A call is sent only where all of it, connecting included, fits into what is left of the lease, which was
            // extended up to a third of it ago. In less than twice the timeout none ever might.
            let (longest, parts) = [
                (timeout + gate, format!("accounts.{name}.timeout plus reconcile.gate")),
                (timeout * 2, format!("twice accounts.{name}.timeout")),
            ]
            .into_iter()
            .max_by_key(|(longest, _)| *longest)
            .unwrap_or_default();
            if lease <= longest {
                let parts = format!("{parts} ({})", format_duration(longest));
                let found = format!("\"{}\" does not exceed {parts}", format_duration(lease));
                conflict(settings, "worker.lease", found, &format!("more than {parts}"), faults);
            }
        }
    }
    Some(Worker {
        shutdown_grace: settings.get("worker.shutdown_grace")?,
        lease: lease?,
    })
}

pub(crate) fn polling(settings: &Settings) -> Option<Polling> {
    Some(Polling {
        register: settings.get("polling.register")?,
        transfer: settings.get("polling.transfer")?,
        email: settings.get("polling.email")?,
        funds: settings.get("polling.funds")?,
        transfer_deadline: settings.get("polling.transfer_deadline")?,
    })
}

pub(crate) fn reconcile(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Reconcile> {
    longer(settings, "reconcile.give_up", "reconcile.settle", faults);
    Some(Reconcile {
        settle: settings.get("reconcile.settle")?,
        gate: settings.get("reconcile.gate")?,
        looks: settings.get("reconcile.looks")?,
        give_up: settings.get("reconcile.give_up")?,
    })
}

pub(crate) fn retry(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Retry> {
    longer(settings, "retry.max", "retry.initial", faults);
    longer(settings, "retry.max_elapsed", "retry.max", faults);
    Some(Retry {
        initial: settings.get("retry.initial")?,
        max: settings.get("retry.max")?,
        max_elapsed: settings.get("retry.max_elapsed")?,
    })
}

pub(crate) fn retention(settings: &Settings) -> Option<Retention> {
    Some(Retention {
        finished: settings.get("retention.finished")?,
        events: settings.get("retention.events")?,
    })
}

/// A limit below what it limits would make the latter a lie.
pub(crate) fn longer(settings: &Settings, key: &str, than: &str, faults: &mut Vec<Fault>) {
    if let (Some(long), Some(short)) = (settings.get::<Duration>(key), settings.get::<Duration>(than))
        && long < short
    {
        let found = format!(
            "\"{}\" is shorter than {than} (\"{}\")",
            format_duration(long),
            format_duration(short)
        );
        conflict(settings, key, found, &format!("at least {than}"), faults);
    }
}

fn conflict(settings: &Settings, key: &str, found: String, expected: &str, faults: &mut Vec<Fault>) {
    faults.push(Fault {
        key: key.to_owned(),
        source: settings.source(key),
        kind: FaultKind::Conflict,
        found,
        expected: expected.to_owned(),
        remedy: "Lengthen it, or shorten the other".to_owned(),
    });
}
