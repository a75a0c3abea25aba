//! The intake stream: validate, accept or refuse, and only then delete the entry.
//!
//! Batches: whatever waits in the stream goes through one validation and one accept, so a bulk renewal of thousands
//! costs a few round trips. An entry stays pending until its order is stored or its refusal is recorded: this replica asks
//! for its own again once Redis answers, and what a replica that died had read is taken over by another after a minute.

use std::time::{Duration, Instant};

use domorder_jobs::fault::{self, Point};
use domorder_jobs::ledger::{Intake, IntakeEntry, Ledger, LedgerError};
use domorder_jobs::producer::{Incoming, Producer, Submitted, neither};
use domorder_jobs::validate::redact_entry;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::metrics as m;
use crate::traces::{self, Accepting};

/// Most entries of one batch.
const BATCH: usize = 512;
/// How long entries that could not be stored wait until they are tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How often entries that a dead replica took are looked for.
const RECLAIM_EVERY: Duration = Duration::from_secs(30);

/// What a replica has in hand at the stream.
#[derive(Default)]
struct Reading {
    intake: Option<Intake>,
    reclaimed_at: Option<Instant>,
    /// Something was read that is not done (or handed out unheard); asked for again at this time.
    again_at: Option<Instant>,
}

/// Reads the stream until told to stop.
pub async fn run(ledger: Ledger, producer: Producer, consumer: String, stop: CancellationToken) {
    let mut reading = Reading::default();
    let mut failures = 0u32;
    while !stop.is_cancelled() {
        let batch = tokio::select! {
            batch = reading.next(&ledger, &consumer) => batch,
            () = stop.cancelled() => return,
        };
        let came_to = match batch {
            // From here to the deletion nothing is dropped half-way: a stop waits for this batch.
            Ok(entries) if entries.is_empty() => Ok(true),
            Ok(entries) => match &reading.intake {
                Some(intake) => take(&ledger, &producer, intake, entries).await,
                None => Ok(true),
            },
            Err(error) => Err(error),
        };
        match came_to {
            Ok(true) => failures = 0,
            // What new entries bring does not wait for those that could not be stored.
            Ok(false) => reading.again_at = Some(Instant::now() + AGAIN_AFTER),
            Err(error) => {
                reading.again_at = Some(Instant::now());
                if failures.is_multiple_of(10) {
                    tracing::warn!(%error, "the intake stream cannot be worked: tried again, nothing is lost");
                }
                failures = failures.saturating_add(1);
                let wait = Duration::from_millis(100)
                    .saturating_mul(1 << failures.min(6))
                    .min(Duration::from_secs(5));
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}

impl Reading {
    /// What waits: our own that are not done, given-up entries of others (asked for at the start and every half minute),
    /// then new ones.
    async fn next(&mut self, ledger: &Ledger, consumer: &str) -> Result<Vec<IntakeEntry>, LedgerError> {
        if self.intake.is_none() {
            self.intake = Some(ledger.intake(consumer).await?);
        }
        let Some(intake) = self.intake.as_mut() else {
            return Ok(Vec::new());
        };
        if self.again_at.is_some_and(|at| at <= Instant::now()) {
            let ours = intake.mine(BATCH).await?;
            self.again_at = None;
            if !ours.is_empty() {
                return Ok(ours);
            }
        }
        if self.reclaimed_at.is_none_or(|at| at.elapsed() > RECLAIM_EVERY) {
            let given_up = intake.reclaim(BATCH).await?;
            if !given_up.is_empty() {
                return Ok(given_up);
            }
            self.reclaimed_at = Some(Instant::now());
        }
        intake.read(BATCH, Duration::from_secs(2)).await
    }
}

/// One batch. Entries whose order or refusal could not be stored stay in the stream: `false`.
async fn take(
    ledger: &Ledger,
    producer: &Producer,
    intake: &Intake,
    entries: Vec<IntakeEntry>,
) -> Result<bool, LedgerError> {
    let now = clock::now();
    let mut done = Vec::with_capacity(entries.len());
    let mut trouble = None;
    let here = fault::here(ledger.namespace(), None);
    here.at(Point::IntakeRead).await;
    let orders: Vec<(&IntakeEntry, Accepting)> = entries
        .iter()
        .filter(|entry| entry.field("order").is_some())
        .map(|entry| {
            let given = traces::given(entry.field("trace"), entry.field("tracestate"));
            (entry, traces::accept(given, "redis"))
        })
        .collect();
    let documents = orders.iter().map(|(entry, accepting)| Incoming {
        trace: accepting.trace.as_ref(),
        ..Incoming::new(entry.field("order").unwrap_or_default().as_bytes())
    });
    let documents: Vec<Incoming<'_>> = documents.collect();
    let answers = producer.take(&documents, now).await;
    for ((entry, accepting), answer) in orders.into_iter().zip(answers) {
        let answer = answer.map(|taken| taken.submitted);
        accepting.end(answer.as_ref());
        match answer {
            Ok(Submitted::Accepted { id, kind, account }) => {
                tracing::debug!(order.id = %id, "accepted from the intake stream");
                m::accepted(kind, &account, 1);
                done.push(entry.id.clone());
            }
            Ok(Submitted::Replayed(id)) => {
                tracing::debug!(order.id = %id, "a replay: nothing changes");
                m::prevented("idempotency_key");
                done.push(entry.id.clone());
            }
            Err(error) if error.is_temporary() => trouble = Some(error.to_string()),
            Err(error) => {
                m::refused(error.reason());
                let raw = entry.field("order").unwrap_or_default().as_bytes();
                ledger
                    .reject(&redact_entry(raw), &error.problem_json().to_string(), &now.to_string())
                    .await?;
                tracing::info!(
                    entry = entry.id,
                    reason = error.reason(),
                    "a document was refused: see the rejected stream"
                );
                done.push(entry.id.clone());
            }
        }
    }
    for entry in entries.iter().filter(|e| e.field("order").is_none()) {
        let problem = match entry.field("signal") {
            Some(signal) => match producer.signal(signal.as_bytes(), "redis", now).await {
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
                    Some((redact_entry(signal.as_bytes()), error.problem_json()))
                }
            },
            None => {
                m::refused("neither");
                let names: Vec<&str> = entry.fields.iter().map(|(name, _)| name.as_str()).collect();
                Some((format!("fields: {}", names.join(", ")), neither().problem_json()))
            }
        };
        if let Some((shown, problem)) = problem {
            ledger.reject(&shown, &problem.to_string(), &now.to_string()).await?;
        }
        done.push(entry.id.clone());
    }
    if let Some(trouble) = &trouble {
        tracing::warn!(
            trouble,
            "some entries of the intake stream could not be stored: they stay and are tried again"
        );
    }
    here.at(Point::IntakeStored).await;
    intake.done(&done).await?;
    Ok(trouble.is_none())
}
