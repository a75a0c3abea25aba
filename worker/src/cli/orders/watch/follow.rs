//! The ledger's events from a place on, as they come: blocking reads, one a connection. A Redis that is away for a moment
//! is waited for.

use std::time::Duration;

use domorder_jobs::ledger::{Event, EventCursor, EventTail, Ledger, LedgerError};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Of a shard in one read.
const READ_MAX: usize = 256;
/// Of one blocking read; an answer that comes late is asked for again.
const BLOCK: Duration = Duration::from_secs(5);
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How long a Redis that does not answer is waited for: longer than a restart or a failover takes.
const AWAY_MAX: Duration = Duration::from_secs(60);

/// What the streams say.
pub(super) enum Heard {
    Events(Vec<Event>),
    /// Redis does not answer; it is tried again.
    Away(LedgerError),
    /// It answers again.
    Back,
    /// It is tried no more.
    Lost(LedgerError),
}

/// All events after a place.
pub(super) fn follow(ledger: &Ledger, after: &EventCursor) -> mpsc::Receiver<Heard> {
    // A reader that is slower than the orders holds up the reading, and nothing is missed.
    let (heard, all) = mpsc::channel(16);
    for tail in ledger.event_tails() {
        tokio::spawn(read_on(tail, after.clone(), heard.clone()));
    }
    all
}

async fn read_on(tail: EventTail, mut after: EventCursor, heard: mpsc::Sender<Heard>) {
    let mut away: Option<Instant> = None;
    let mut pause = PAUSE_FIRST;
    loop {
        let said = match tail.read(&after, READ_MAX, BLOCK).await {
            Ok(events) => {
                if away.take().is_some() && heard.send(Heard::Back).await.is_err() {
                    return;
                }
                pause = PAUSE_FIRST;
                events.iter().for_each(|event| after.pass(event));
                Heard::Events(events)
            }
            Err(error) if !error.is_retryable() => Heard::Lost(error),
            Err(error) => match away {
                Some(since) if since.elapsed() > AWAY_MAX => Heard::Lost(error),
                since => {
                    if since.is_none() {
                        away = Some(Instant::now());
                        if heard.send(Heard::Away(error)).await.is_err() {
                            return;
                        }
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                    continue;
                }
            },
        };
        let is_over = matches!(said, Heard::Lost(_));
        if heard.send(said).await.is_err() || is_over {
            return;
        }
    }
}
