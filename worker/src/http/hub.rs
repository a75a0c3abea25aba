//! Events as they happen, for everybody of this process who waits for them: one blocking read of the ledger's streams,
//! and the latest events in memory, so that a hundred listeners cost Redis what one costs.
//!
//! A listener has a place in the events and asks for what stands behind it. Is the place recent, the answer comes from
//! memory, else from the ledger; so a listener that is slow or 100,000 events behind is served like any other, and
//! nothing is ever buffered for anybody. While nobody listens, nothing is read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domorder_jobs::ledger::{Event, EventCursor, EventTail, Ledger, LedgerError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The latest events in memory: at most so many, and so many bytes.
const EVENTS_MAX: usize = 1024;
const BYTES_MAX: usize = 1024 * 1024;
/// Of a shard in one read.
const READ_MAX: usize = 256;
/// Of one blocking read; as long, too, the reading goes on for nobody.
const BLOCK: Duration = Duration::from_secs(5);
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The events of this process's ledger. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

struct Shared {
    ledger: Ledger,
    recent: Mutex<Recent>,
    /// Counts what listeners should look at anew.
    turns: watch::Sender<u64>,
    listeners: watch::Sender<usize>,
}

/// All events behind `from`, as far as they were read.
struct Recent {
    /// By reader: whether it is reading. Only then an empty answer means that there is nothing.
    reading: Vec<bool>,
    from: EventCursor,
    until: EventCursor,
    events: VecDeque<Arc<Event>>,
    bytes: usize,
}

impl Hub {
    /// Events of a ledger, read while somebody listens, until told to stop.
    pub fn start(ledger: &Ledger, tracker: &TaskTracker, stop: &CancellationToken) -> Self {
        let tails = ledger.event_tails();
        let recent = Recent {
            reading: vec![false; tails.len()],
            from: EventCursor::start(ledger.shards()),
            until: EventCursor::start(ledger.shards()),
            events: VecDeque::new(),
            bytes: 0,
        };
        let shared = Arc::new(Shared {
            ledger: ledger.clone(),
            recent: Mutex::new(recent),
            turns: watch::Sender::new(0),
            listeners: watch::Sender::new(0),
        });
        for (number, tail) in tails.into_iter().enumerate() {
            let (shared, stop) = (Arc::clone(&shared), stop.clone());
            tracker.spawn(async move {
                tokio::select! { () = stop.cancelled() => {}, () = follow(&shared, number, &tail) => {} }
            });
        }
        Self { shared }
    }

    /// Events after a place that are there now, at most so many.
    ///
    /// # Errors
    /// Any of the ledger's.
    pub async fn page(&self, after: &EventCursor, limit: usize) -> Result<Vec<Arc<Event>>, LedgerError> {
        if let Some(events) = self.shared.recent().after(after, limit) {
            return Ok(events);
        }
        let events = self.shared.ledger.events_after(after, limit).await?;
        Ok(events.into_iter().map(Arc::new).collect())
    }

    /// The place behind all events that there are now.
    ///
    /// # Errors
    /// Any of the ledger's.
    pub async fn end(&self) -> Result<EventCursor, LedgerError> {
        self.shared.ledger.events_end().await
    }

    /// Somebody who waits for events.
    #[must_use]
    pub fn listen(&self) -> Listener {
        self.shared.listeners.send_modify(|n| *n += 1);
        Listener {
            hub: self.clone(),
            turns: self.shared.turns.subscribe(),
        }
    }
}

/// Somebody who waits for events, from wherever they are.
pub struct Listener {
    hub: Hub,
    turns: watch::Receiver<u64>,
}

impl Listener {
    /// Events after a place, at most so many and at least one: waits for it. May be dropped at any time.
    ///
    /// # Errors
    /// Any of the ledger's.
    pub async fn next(&mut self, after: &EventCursor, limit: usize) -> Result<Vec<Arc<Event>>, LedgerError> {
        loop {
            // What comes in from here on is a turn that is not seen yet.
            self.turns.mark_unchanged();
            let events = self.hub.page(after, limit).await?;
            if !events.is_empty() {
                return Ok(events);
            }
            if self.turns.changed().await.is_err() {
                return Err(LedgerError::Closed);
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.shared.listeners.send_modify(|n| *n -= 1);
    }
}

impl Shared {
    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) {
        self.turns.send_modify(|n| *n = n.wrapping_add(1));
    }
}

impl Recent {
    /// From memory; `None` where that cannot tell.
    fn after(&self, after: &EventCursor, limit: usize) -> Option<Vec<Arc<Event>>> {
        let knows = self.reading.iter().all(|reading| *reading) && after.reaches(&self.from);
        knows.then(|| {
            let behind = self.events.iter().filter(|event| after.is_before(event));
            behind.take(limit).cloned().collect()
        })
    }

    fn push(&mut self, event: Event) {
        self.until.pass(&event);
        self.bytes += event.text.len();
        self.events.push_back(Arc::new(event));
        while self.events.len() > EVENTS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= oldest.text.len();
            self.from.pass(&oldest);
        }
    }

    fn forget(&mut self) {
        self.events = VecDeque::new();
        self.bytes = 0;
        self.from = self.until.clone();
    }
}

/// Reads one tail while anybody listens.
async fn follow(shared: &Shared, number: usize, tail: &EventTail) {
    let mut listeners = shared.listeners.subscribe();
    let mut pause = PAUSE_FIRST;
    let mut began = false;
    loop {
        if *listeners.borrow_and_update() == 0 {
            began = false;
            {
                let mut recent = shared.recent();
                recent.reading[number] = false;
                recent.forget();
            }
            if listeners.wait_for(|n| *n > 0).await.is_err() {
                return;
            }
        }
        match step(shared, number, tail, &mut began).await {
            Ok(()) => pause = PAUSE_FIRST,
            Err(error) => {
                // Listeners ask the ledger now, and are told how it is.
                shared.recent().reading[number] = false;
                tracing::warn!(%error, "the events cannot be followed: tried again, none is missed");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

async fn step(shared: &Shared, number: usize, tail: &EventTail, began: &mut bool) -> Result<(), LedgerError> {
    if !*began {
        let end = shared.ledger.events_end().await?;
        let mut recent = shared.recent();
        recent.forget();
        for shard in tail.shards() {
            recent.from.set(*shard, end.in_shard(*shard));
            recent.until.set(*shard, end.in_shard(*shard));
        }
        *began = true;
    }
    let (was_reading, after) = {
        let mut recent = shared.recent();
        (
            std::mem::replace(&mut recent.reading[number], true),
            recent.until.clone(),
        )
    };
    if !was_reading {
        // Whoever looked before and found nothing looks again: from here on it is told of what comes.
        shared.turn();
    }
    let events = tail.read(&after, READ_MAX, BLOCK).await?;
    if !events.is_empty() {
        let mut recent = shared.recent();
        events.into_iter().for_each(|event| recent.push(event));
        drop(recent);
        shared.turn();
    }
    Ok(())
}
