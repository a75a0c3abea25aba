//! One shard's events on their way to one endpoint.

use std::sync::Arc;
use std::time::Duration;

use domorder_api_client::http::{Backoff, delay};
use domorder_jobs::ledger::{DeadLetter, EventAt, LedgerError};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::book::{Book, Done, End, Event, Head, Job, Terms};
use super::endpoint::{Endpoint, Right};
use super::health::{Admit, Turn};
use super::post::Outcome;
use crate::clock;
use crate::metrics as m;

/// Events of one page.
const PAGE: usize = 256;
/// Replays begun at a time.
const REPLAYS: usize = 64;
/// So many changes are written down at once, or so long after the first.
const UNSAVED_MAX: usize = 256;
const SAVE_AFTER: Duration = Duration::from_millis(100);
/// Between looks for dead letters whose events are no longer kept.
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// A stop waits so long for deliveries on their way; those that take longer are made again.
const STOP_GRACE: Duration = Duration::from_secs(2);
/// After a fault of the ledger.
const LEDGER_PAUSE: Duration = Duration::from_millis(500);

/// Delivers.
pub(super) struct Lane {
    endpoint: Arc<Endpoint>,
    shard: u16,
    fence: u64,
    right: watch::Receiver<Right>,
    bell: watch::Receiver<()>,
    recoveries: watch::Receiver<(u64, u64)>,
    /// How many of them are known.
    ups: u64,
    stop: CancellationToken,
    book: Book,
    flying: JoinSet<(Done, OwnedSemaphorePermit)>,
    permit: Option<OwnedSemaphorePermit>,
    /// There may be more to read.
    more: bool,
    again: bool,
    save_at: Option<Instant>,
    tidy_at: Instant,
    /// The ledger did not answer: nothing is asked before.
    pause: Option<Instant>,
    retry: Backoff,
}

/// The lane has to end: another replica has taken over, or something of ours is broken.
struct Over;

impl Lane {
    pub(super) fn new(
        endpoint: &Arc<Endpoint>,
        shard: u16,
        fence: u64,
        right: watch::Receiver<Right>,
        bell: watch::Receiver<()>,
        stop: CancellationToken,
    ) -> Self {
        let retry = Backoff {
            initial: endpoint.webhook.retry_initial,
            max: endpoint.webhook.retry_max,
            jitter: 0.2,
            ..Backoff::default()
        };
        let again = right.borrow().again;
        Self {
            endpoint: Arc::clone(endpoint),
            shard,
            fence,
            again,
            right,
            bell,
            ups: endpoint.recoveries.borrow().0,
            recoveries: endpoint.recoveries.subscribe(),
            stop,
            book: Book::default(),
            flying: JoinSet::new(),
            permit: None,
            more: true,
            save_at: None,
            tidy_at: Instant::now() + TIDY_EVERY,
            pause: None,
            retry,
        }
    }

    /// Runs until told to stop, or until the right is lost.
    pub(super) async fn run(mut self) {
        match self.endpoint.store.position(&self.endpoint.name, self.shard).await {
            Ok(position) => {
                self.endpoint.health().remember(position.failing_ms);
                self.book = Book::new(position);
            }
            Err(error) => {
                tracing::debug!(%error, "a webhook's position cannot be read: tried again");
                return;
            }
        }
        while !self.stop.is_cancelled() {
            if self.round().await.is_err() {
                return;
            }
        }
        let ends = async {
            while let Some(done) = self.flying.join_next().await {
                if self.enter(done).is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(STOP_GRACE, ends).await;
        self.flying.abort_all();
        let _ = self.save().await;
    }

    async fn round(&mut self) -> Result<(), Over> {
        let now = Instant::now();
        if self.pause.is_none_or(|until| until <= now) {
            self.pause = None;
            if let Err(error) = self.ask(now).await? {
                tracing::debug!(webhook.endpoint = self.endpoint.name, %error, "the ledger does not answer");
                self.pause = Some(Instant::now() + LEDGER_PAUSE);
            }
        }
        let gate = self.launch();
        self.wait(gate).await
    }

    /// All that is asked of the ledger: writing down, reading on, replays, tidying.
    async fn ask(&mut self, now: Instant) -> Result<Result<(), LedgerError>, Over> {
        if self.book.unsaved() >= UNSAVED_MAX || self.save_at.is_some_and(|at| at <= now) {
            match self.save().await {
                Ok(true) => {}
                Ok(false) => return Err(Over),
                Err(error) => return Ok(Err(error)),
            }
        }
        let asked = async {
            if self.again {
                self.begin_replays().await?;
            }
            if self.more && self.book.is_hungry() {
                self.read_on().await?;
            }
            if self.tidy_at <= now {
                self.tidy_at = now + TIDY_EVERY;
                self.tidy().await?;
            }
            Ok(())
        };
        Ok(asked.await)
    }

    /// Writes down how far it has come; `false`: another has taken over.
    async fn save(&mut self) -> Result<bool, LedgerError> {
        loop {
            let failing_ms = self.endpoint.health().failing_ms();
            let Some(update) = self.book.update(failing_ms) else {
                self.save_at = None;
                return Ok(true);
            };
            let (name, store) = (&self.endpoint.name, &self.endpoint.store);
            if !store.save(name, self.shard, self.fence, &update).await? {
                return Ok(false);
            }
            self.book.saved(&update);
        }
    }

    async fn begin_replays(&mut self) -> Result<(), LedgerError> {
        let (name, store) = (&self.endpoint.name, &self.endpoint.store);
        let letters = store.again(name, self.shard, REPLAYS).await?;
        let before = self.book.unsaved();
        self.book.replay(letters, now_ms());
        // What could not be begun is found again when the right is renewed.
        self.again = self.book.unsaved() > before;
        if self.again {
            self.save_at.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    async fn read_on(&mut self) -> Result<(), LedgerError> {
        self.bell.borrow_and_update();
        let store = &self.endpoint.store;
        let page = store.events_after(self.shard, self.book.read(), PAGE).await?;
        self.more = page.len() == PAGE;
        let mut read = Vec::with_capacity(page.len());
        for (at, body) in page {
            let found = event(at, body);
            if found.is_none() {
                m::webhook_events_lost(&self.endpoint.name, 1);
                tracing::error!(shard = self.shard, %at, "an entry of the event stream is no event: it is passed over");
            }
            read.push((at, found.filter(|event| self.endpoint.webhook.wants(&event.head.kind))));
        }
        self.book.take(read);
        if self.book.unsaved() > 0 {
            self.note();
        }
        Ok(())
    }

    /// Dead letters without an event are of no use; and where events went before they were read, that is counted, so that
    /// the depth tells the truth again.
    async fn tidy(&mut self) -> Result<(), LedgerError> {
        let (name, store) = (&self.endpoint.name, &self.endpoint.store);
        let kept = u64::try_from(self.endpoint.kept.as_millis()).unwrap_or(u64::MAX);
        store.drop_dead(name, self.shard, now_ms().saturating_sub(kept)).await?;
        if self.more || !self.book.is_through() || self.book.unsaved() > 0 {
            return Ok(());
        }
        let looks = store.look(name).await?;
        let behind = looks
            .get(usize::from(self.shard))
            .copied()
            .flatten()
            .map_or(0, |look| look.behind);
        if behind > 0 && store.events_after(self.shard, self.book.read(), 1).await?.is_empty() {
            m::webhook_events_lost(name, behind);
            tracing::error!(
                webhook.endpoint = name,
                events = behind,
                "events went by `retention.events` before they could be delivered"
            );
            self.book.skip(behind);
            self.note();
        }
        Ok(())
    }

    /// Something is to be written down soon.
    fn note(&mut self) {
        self.save_at.get_or_insert_with(|| Instant::now() + SAVE_AFTER);
    }

    /// Sends what may be sent now; when to look again, if something could not go for a reason that ends by itself.
    fn launch(&mut self) -> Option<Instant> {
        let now = Instant::now();
        // What could not be written down would all be sent again; and without the right it is another's to send.
        if self.pause.is_some() || self.right.borrow().until < now + self.endpoint.webhook.timeout {
            return None;
        }
        loop {
            let by_ms = now_ms();
            let (fresh, mut held) = (self.book.has_fresh(), self.book.has_held(by_ms));
            let is_down = self.endpoint.health().is_down();
            // Held orders take half of the places while others wait: some endpoints time out over a few orders only.
            let places = usize::try_from(self.endpoint.webhook.in_flight).unwrap_or(1);
            held &= !fresh || self.book.flying_held() < places.div_ceil(2);
            if is_down {
                held = self.book.has_held(u64::MAX);
            }
            if !fresh && !held {
                return None;
            }
            let place = self.permit.take();
            let permit = place.or_else(|| Arc::clone(&self.endpoint.slots).try_acquire_owned().ok())?;
            let admitted = self.endpoint.health().admit(now);
            let job = match admitted {
                Admit::Later(at) => return Some(at),
                Admit::Go if held => self.book.held(by_ms),
                Admit::Go => self.book.fresh(),
                Admit::Probe { fresh: true } if fresh => self.book.fresh(),
                Admit::Probe { .. } if held => self.book.held(u64::MAX),
                Admit::Probe { .. } => self.book.fresh(),
            };
            let Some(job) = job else {
                self.endpoint.health().unsent();
                return None;
            };
            let (endpoint, shard) = (Arc::clone(&self.endpoint), self.shard);
            self.flying
                .spawn(async move { (deliver(&endpoint, shard, job).await, permit) });
        }
    }

    async fn wait(&mut self, gate: Option<Instant>) -> Result<(), Over> {
        let now = Instant::now();
        let due = self
            .book
            .next_due()
            .map(|at| now + Duration::from_millis(at.saturating_sub(now_ms())));
        // A held order that is due and does not go waits for a place, or for the gate.
        let due = due.filter(|at| *at > now);
        let unfinished = (self.more && self.book.is_hungry()) || self.again;
        let at_once = (unfinished && self.pause.is_none()).then_some(now);
        let ledger = self
            .pause
            .or(at_once)
            .into_iter()
            .chain(self.save_at.filter(|_| self.pause.is_none()));
        let wake = ledger
            .chain(gate)
            .chain(due)
            .chain([self.tidy_at])
            .min()
            .unwrap_or(self.tidy_at);
        let wants_place =
            self.permit.is_none() && gate.is_none() && (self.book.has_fresh() || self.book.has_held(now_ms()));
        let slots = Arc::clone(&self.endpoint.slots);
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            Some(done) = self.flying.join_next() => {
                self.enter(done)?;
                while let Some(done) = self.flying.try_join_next() {
                    self.enter(done)?;
                }
            }
            rung = self.bell.changed(), if !self.more => {
                rung.map_err(|_| Over)?;
                self.more = true;
            }
            changed = self.right.changed() => {
                changed.map_err(|_| Over)?;
                self.again |= self.right.borrow_and_update().again;
            }
            _ = self.recoveries.changed() => {
                let (ups, _) = *self.recoveries.borrow_and_update();
                if ups > std::mem::replace(&mut self.ups, ups) {
                    self.book.hurry(now_ms());
                }
                self.note();
            }
            permit = slots.acquire_owned(), if wants_place => self.permit = permit.ok(),
            () = tokio::time::sleep_until(wake) => {}
        }
        Ok(())
    }

    /// Enters what came of a delivery. A delivery that panicked is not known to have been made: the lane starts again.
    fn enter(&mut self, done: Result<(Done, OwnedSemaphorePermit), JoinError>) -> Result<(), Over> {
        let (done, permit) = done.map_err(|_| Over)?;
        drop(permit);
        let now = now_ms();
        let turn = match &done.end {
            End::Delivered => self.endpoint.health().came(true, None, Instant::now(), now),
            End::Failed { wait, .. } => self.endpoint.health().came(false, *wait, Instant::now(), now),
            End::Lost | End::Untried => {
                self.endpoint.health().unsent();
                Turn::None
            }
        };
        let name = &self.endpoint.name;
        match (turn, &done.end) {
            (Turn::Down, End::Failed { result, .. }) => {
                tracing::warn!(
                    webhook.endpoint = name,
                    result,
                    "the endpoint takes nothing: it is asked once in a while, and its events wait"
                );
            }
            (Turn::Up, _) => {
                tracing::info!(webhook.endpoint = name, "the endpoint takes events again");
                self.endpoint.recoveries.send_modify(|(ups, _)| *ups += 1);
            }
            (Turn::Eased, _) => self.endpoint.recoveries.send_modify(|(_, eased)| *eased += 1),
            _ => {}
        }
        if done.end == End::Lost {
            m::webhook_events_lost(name, 1);
        }
        let failing_ms = self.endpoint.health().failing_ms();
        let terms = Terms {
            now_ms: now,
            failing_ms,
            give_up: self.endpoint.webhook.give_up,
            wait: &|attempts| delay(attempts.saturating_sub(1), &self.retry),
        };
        if let Some(letter) = self.book.enter(done, &terms) {
            given_up(name, &letter);
        }
        self.note();
        Ok(())
    }
}

fn given_up(endpoint: &str, letter: &DeadLetter) {
    tracing::error!(
        webhook.endpoint = endpoint,
        order.id = letter.order,
        event.id = letter.event,
        attempt = letter.attempts,
        result = letter.result,
        "an event was given up: `domorder webhooks replay` delivers it again"
    );
}

/// An event of the stream; `None` where it is none.
fn event(at: EventAt, body: String) -> Option<Event> {
    let head: Head = serde_json::from_str(&body).ok()?;
    Some(Event { at, head, body })
}

async fn deliver(endpoint: &Endpoint, shard: u16, job: Job) -> Done {
    let done = |head, end| Done {
        order: job.order,
        at: job.at,
        head,
        end,
    };
    let found = match job.event {
        Some(event) => Some(event),
        None => match endpoint.store.event(shard, job.at).await {
            Ok(text) => text.and_then(|body| event(job.at, body)),
            Err(_) => return done(None, End::Untried),
        },
    };
    let Some(Event { head, body, .. }) = found else {
        return done(None, End::Lost);
    };
    let answer = endpoint.poster.post(&head.id, body).await;
    m::webhook_delivery(&endpoint.name, answer.outcome.as_str());
    // Told once, when it begins; what comes of it is told when it does.
    let is_tried_again = !matches!(answer.outcome, Outcome::Ok | Outcome::Gone);
    if is_tried_again && endpoint.health().failing_ms() == 0 {
        tracing::warn!(
            webhook.endpoint = endpoint.name,
            result = answer.outcome.as_str(),
            why = answer.why,
            "a delivery failed: it is tried again"
        );
    }
    let end = match answer.outcome {
        Outcome::Ok => End::Delivered,
        outcome => End::Failed {
            result: outcome.as_str(),
            last: outcome == Outcome::Gone,
            wait: answer.retry_after,
        },
    };
    done(Some(head), end)
}

fn now_ms() -> u64 {
    u64::try_from(clock::now().as_millisecond()).unwrap_or(0)
}
