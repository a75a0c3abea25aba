//! The intake stream: validate, accept or refuse, and only then delete the entry.
//!
//! Batches: whatever waits in the stream goes through one validation and one accept, so a bulk renewal of thousands
//! costs a few round trips. An entry stays pending until its order is stored or its refusal is recorded; what a replica
//! that died had read is taken over by another after a minute.

use std::time::Duration;

use domorder_jobs::ledger::{Intake, IntakeEntry, Ledger, LedgerError};
use domorder_jobs::producer::{Producer, Submitted, neither};
use domorder_jobs::validate::redact_entry;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::metrics as m;

/// Reads the stream until told to stop.
pub async fn run(ledger: Ledger, producer: Producer, consumer: String, stop: CancellationToken) {
    let mut intake = ledger.intake(&consumer);
    let mut failures = 0u32;
    while !stop.is_cancelled() {
        let batch = tokio::select! {
            batch = intake.next() => batch,
            () = stop.cancelled() => return,
        };
        let came_to = match batch {
            // From here to the deletion nothing is dropped half-way: a stop waits for this batch.
            Ok(entries) if entries.is_empty() => Ok(()),
            Ok(entries) => take(&ledger, &producer, &mut intake, entries).await,
            Err(error) => Err(error),
        };
        match came_to {
            Ok(()) => failures = 0,
            Err(error) => {
                if failures.is_multiple_of(10) {
                    tracing::warn!(%error, "the intake stream cannot be worked: tried again, nothing is lost");
                }
                failures = failures.saturating_add(1);
                let wait = Duration::from_millis(100).saturating_mul(1 << failures.min(6)).min(Duration::from_secs(5));
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}

/// One batch. Entries whose order or refusal could not be stored stay in the stream.
async fn take(
    ledger: &Ledger,
    producer: &Producer,
    intake: &mut Intake,
    entries: Vec<IntakeEntry>,
) -> Result<(), LedgerError> {
    let now = clock::now();
    let mut done = Vec::with_capacity(entries.len());
    let mut trouble = None;
    let orders: Vec<&IntakeEntry> = entries.iter().filter(|e| e.order.is_some()).collect();
    let documents: Vec<&[u8]> = orders.iter().filter_map(|e| e.order.as_deref()).collect();
    for (entry, answer) in orders.iter().zip(producer.submit(&documents, now).await) {
        match answer {
            Ok(Submitted::Accepted(id, kind)) => {
                tracing::debug!(order.id = %id, "accepted from the intake stream");
                m::accepted_from(kind, entry.order.as_deref());
                done.push(entry.id.clone());
            }
            Ok(Submitted::Replayed(id)) => {
                tracing::debug!(order.id = %id, "a replay: nothing changes");
                done.push(entry.id.clone());
            }
            Err(error) if error.is_temporary() => trouble = Some(error.to_string()),
            Err(error) => {
                m::refused(error.reason());
                let raw = entry.order.as_deref().unwrap_or_default();
                ledger.reject(&redact_entry(raw), &error.problem_json().to_string(), now).await?;
                tracing::info!(entry = entry.id, reason = error.reason(), "a document was refused: see the rejected stream");
                done.push(entry.id.clone());
            }
        }
    }
    for entry in entries.iter().filter(|e| e.order.is_none()) {
        let problem = match &entry.signal {
            Some(signal) => match producer.signal(signal, "redis", now).await {
                Ok(id) => {
                    tracing::info!(order.id = %id, "a signal was taken from the intake stream");
                    None
                }
                Err(error) if error.is_temporary() => {
                    trouble = Some(error.to_string());
                    continue;
                }
                Err(error) => {
                    m::refused(error.reason());
                    Some((redact_entry(signal), error.problem_json()))
                }
            },
            None => {
                m::refused("neither");
                Some((entry.told(), neither().problem_json()))
            }
        };
        if let Some((shown, problem)) = problem {
            ledger.reject(&shown, &problem.to_string(), now).await?;
        }
        done.push(entry.id.clone());
    }
    if let Some(trouble) = trouble {
        tracing::warn!(trouble, "some entries of the intake stream could not be stored: they stay and are tried again");
    }
    intake.done(&done).await
}
