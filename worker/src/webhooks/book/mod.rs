//! What one shard's deliveries to one endpoint have come to. Pure: no clock, no chance, no Redis.
//!
//! Events are read in the stream's order into a *window*. An order's events stand in its *line*, of which one flies at a
//! time; a line whose head was not taken becomes a *held* order, which is kept as places in the stream and written down.
//! Once all up to an event is delivered, given up or written down as held, the *cursor* passes it. So an event of an order
//! never overtakes an earlier one, other orders go on, and what is kept has the bounds below however long an endpoint is
//! down: at a bound no more is read.

mod changes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use domorder_jobs::ledger::{DeadLetter, EventAt, HeldOrder, HookPosition};
use serde::Deserialize;

/// Events read and not passed by the cursor; those after the first that is not settled are delivered again after a crash.
const WINDOW_MAX: usize = 8_192;
/// Events in memory, each about a kilobyte.
const BODIES_MAX: usize = 512;
/// Held orders, and events of them. An endpoint that refuses more orders than this, and takes others, makes those wait
/// that come after.
const HELD_MAX: usize = 10_000;
const WAITING_MAX: usize = 50_000;

/// An event as it is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// Where it stands in the stream.
    pub(super) at: EventAt,
    /// What it is about.
    pub(super) head: Head,
    /// The event, as in the stream.
    pub(super) body: String,
}

/// What has to be known of an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Head {
    /// Its id.
    pub(super) id: String,
    /// Its type, such as `order.succeeded`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The order.
    pub(super) subject: String,
}

/// A delivery to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    /// The order.
    pub(super) order: String,
    /// The event's place.
    pub(super) at: EventAt,
    /// The event; of a held order it must be read from the stream first.
    pub(super) event: Option<Event>,
}

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It was taken.
    Delivered,
    /// It was not taken.
    Failed {
        /// A word of the metric's `result`.
        result: &'static str,
        /// No use in trying again.
        last: bool,
        /// When to try again at the earliest, counted from now.
        wait: Option<Duration>,
    },
    /// The event is no longer kept, or cannot be read.
    Lost,
    /// Nothing was tried: the ledger did not answer.
    Untried,
}

/// A delivery that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    /// The order.
    pub(super) order: String,
    /// The event's place.
    pub(super) at: EventAt,
    /// What the event was; of one that could not be read nothing is known.
    pub(super) head: Option<Head>,
    /// What came of it.
    pub(super) end: End,
}

/// By what a failure is judged.
pub(super) struct Terms<'a> {
    /// Now, in ms.
    pub(super) now_ms: u64,
    /// Since when the endpoint takes nothing; 0: it does.
    pub(super) failing_ms: u64,
    /// After which an event is given up.
    pub(super) give_up: Duration,
    /// The wait after so many attempts.
    pub(super) wait: &'a dyn Fn(u32) -> Duration,
}

impl Terms<'_> {
    /// An event is given up when it is old enough and either its order has been refused for long enough or the endpoint has
    /// taken nothing for long enough. Its age alone does not count: after an outage of our own it is old when it is first
    /// tried.
    fn gives_up(&self, at: EventAt, since_ms: u64) -> bool {
        let limit = u64::try_from(self.give_up.as_millis()).unwrap_or(u64::MAX);
        let lasts = |since: u64| since > 0 && self.now_ms.saturating_sub(since) >= limit;
        lasts(at.ms) && (lasts(since_ms) || lasts(self.failing_ms))
    }

    fn next_ms(&self, attempts: u32, asked: Option<Duration>) -> u64 {
        let wait = (self.wait)(attempts).max(asked.unwrap_or_default());
        self.now_ms
            .saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    }
}

/// An order with events in memory.
#[derive(Debug, Default)]
struct Line {
    flying: Option<EventAt>,
    queue: VecDeque<Event>,
}

/// A held order.
#[derive(Debug, Default)]
struct Held {
    order: HeldOrder,
    flying: bool,
}

/// See the module's head.
#[derive(Debug, Default)]
pub(super) struct Book {
    cursor: EventAt,
    settled: u64,
    /// The cursor as it is written down.
    saved: (EventAt, u64),
    /// As it is written down.
    saved_failing_ms: u64,
    read: EventAt,
    window: VecDeque<(EventAt, bool)>,
    lines: HashMap<String, Line>,
    ready: VecDeque<String>,
    held: BTreeMap<String, Held>,
    due: BTreeSet<(u64, String)>,
    flying_held: usize,
    bodies: usize,
    waiting: usize,
    changed: BTreeSet<String>,
    dead: Vec<DeadLetter>,
    begun: Vec<DeadLetter>,
}

impl Book {
    /// Goes on where another has stopped.
    pub(super) fn new(position: HookPosition) -> Self {
        let mut book = Self {
            cursor: position.cursor,
            settled: position.settled,
            saved: (position.cursor, position.settled),
            saved_failing_ms: position.failing_ms,
            read: position.cursor,
            ..Self::default()
        };
        for (name, order) in position.held.into_iter().filter(|(_, held)| !held.events.is_empty()) {
            book.waiting += order.events.len();
            book.due.insert((order.next_ms, name.clone()));
            book.held.insert(name, Held { order, flying: false });
        }
        book
    }

    /// The place after which to read on.
    pub(super) const fn read(&self) -> EventAt {
        self.read
    }

    /// Whether more may be read.
    pub(super) fn is_hungry(&self) -> bool {
        self.window.len() < WINDOW_MAX
            && self.bodies < BODIES_MAX
            && self.held.len() < HELD_MAX
            && self.waiting < WAITING_MAX
    }

    /// Whether all that was read is behind the cursor.
    pub(super) fn is_through(&self) -> bool {
        self.window.is_empty()
    }

    /// Takes what was read: events in the stream's order; those that nobody wants without their content.
    pub(super) fn take(&mut self, events: Vec<(EventAt, Option<Event>)>) {
        for (at, event) in events {
            self.read = at;
            let Some(event) = event else {
                self.window.push_back((at, true));
                continue;
            };
            let order = event.head.subject.clone();
            if let Some(held) = self.held.get_mut(&order) {
                // Read again after a crash: it is in the list, or was done with before what is.
                if held.order.events.last().is_none_or(|last| *last < at) {
                    held.order.events.push(at);
                    self.waiting += 1;
                    self.changed.insert(order);
                }
                self.window.push_back((at, true));
                continue;
            }
            self.window.push_back((at, false));
            self.bodies += 1;
            let line = self.lines.entry(order.clone()).or_default();
            if line.flying.is_none() && line.queue.is_empty() {
                self.ready.push_back(order);
            }
            line.queue.push_back(event);
        }
        self.advance();
    }

    /// Whether an event that was never tried can be sent.
    pub(super) fn has_fresh(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether a held order's event can be tried again by then.
    pub(super) fn has_held(&self, by_ms: u64) -> bool {
        self.due.first().is_some_and(|(at, _)| *at <= by_ms)
    }

    /// When the next held order is to be tried.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.due.first().map(|(at, _)| *at)
    }

    /// How many events of held orders are being tried now.
    pub(super) const fn flying_held(&self) -> usize {
        self.flying_held
    }

    /// The next event that was never tried.
    pub(super) fn fresh(&mut self) -> Option<Job> {
        let order = self.ready.pop_front()?;
        let line = self.lines.get_mut(&order)?;
        let event = line.queue.pop_front()?;
        line.flying = Some(event.at);
        Some(Job {
            order,
            at: event.at,
            event: Some(event),
        })
    }

    /// The next event of a held order, due by then.
    pub(super) fn held(&mut self, by_ms: u64) -> Option<Job> {
        if !self.has_held(by_ms) {
            return None;
        }
        let (_, order) = self.due.pop_first()?;
        let held = self.held.get_mut(&order)?;
        held.flying = true;
        self.flying_held += 1;
        Some(Job {
            at: held.order.events.first().copied()?,
            order,
            event: None,
        })
    }

    /// The endpoint is up again: held orders need not wait any longer.
    pub(super) fn hurry(&mut self, now_ms: u64) {
        for (next, order) in std::mem::take(&mut self.due) {
            self.due.insert((next.min(now_ms), order));
        }
    }

    /// Enters what came of a delivery. An event that was given up by it, if it was.
    pub(super) fn enter(&mut self, done: Done, terms: &Terms<'_>) -> Option<DeadLetter> {
        if self.held.get(&done.order).is_some_and(|held| held.flying) {
            self.enter_held(done, terms)
        } else {
            self.enter_line(done, terms)
        }
    }

    fn enter_line(&mut self, done: Done, terms: &Terms<'_>) -> Option<DeadLetter> {
        let line = self.lines.get_mut(&done.order)?;
        line.flying = None;
        self.bodies -= 1;
        let letter = match done.end {
            End::Delivered | End::Lost => None,
            End::Failed { result, last, .. } if last || terms.gives_up(done.at, terms.now_ms) => {
                Some(self.bury(&done, 1, result))
            }
            End::Failed { wait, .. } => {
                self.hold(&done, 1, terms.now_ms, terms.next_ms(1, wait));
                return None;
            }
            End::Untried => {
                self.hold(&done, 0, 0, terms.next_ms(1, None));
                return None;
            }
        };
        self.settle(done.at);
        match self.lines.get(&done.order) {
            Some(line) if line.queue.is_empty() => drop(self.lines.remove(&done.order)),
            _ => self.ready.push_back(done.order),
        }
        self.advance();
        letter
    }

    /// The order's events in memory become places in the stream.
    fn hold(&mut self, done: &Done, attempts: u32, since_ms: u64, next_ms: u64) {
        let queue = self.lines.remove(&done.order).unwrap_or_default().queue;
        self.bodies -= queue.len();
        let order = HeldOrder {
            events: [done.at]
                .into_iter()
                .chain(queue.iter().map(|event| event.at))
                .collect(),
            attempts,
            since_ms,
            next_ms,
        };
        for at in &order.events {
            self.settle(*at);
        }
        self.waiting += order.events.len();
        self.due.insert((next_ms, done.order.clone()));
        self.changed.insert(done.order.clone());
        self.held.insert(done.order.clone(), Held { order, flying: false });
        self.advance();
    }

    fn enter_held(&mut self, done: Done, terms: &Terms<'_>) -> Option<DeadLetter> {
        let held = self.held.get_mut(&done.order)?;
        held.flying = false;
        self.flying_held -= 1;
        let order = &mut held.order;
        let mut dies = None;
        match done.end {
            End::Delivered => order.since_ms = 0,
            End::Lost => {}
            End::Untried => {
                order.next_ms = terms.next_ms(1, None);
                self.due.insert((order.next_ms, done.order));
                return None;
            }
            End::Failed { result, last, wait } => {
                order.attempts = order.attempts.saturating_add(1);
                if order.since_ms == 0 {
                    order.since_ms = terms.now_ms;
                }
                if !last && !terms.gives_up(done.at, order.since_ms) {
                    order.next_ms = terms.next_ms(order.attempts, wait);
                    self.due.insert((order.next_ms, done.order.clone()));
                    self.changed.insert(done.order);
                    return None;
                }
                dies = Some((order.attempts, result));
            }
        }
        order.events.retain(|at| *at != done.at);
        self.waiting -= 1;
        order.attempts = 0;
        order.next_ms = terms.now_ms;
        if order.events.is_empty() {
            self.held.remove(&done.order);
        } else {
            self.due.insert((order.next_ms, done.order.clone()));
        }
        self.changed.insert(done.order.clone());
        dies.map(|(attempts, result)| self.bury(&done, attempts, result))
    }

    fn bury(&mut self, done: &Done, attempts: u32, result: &'static str) -> DeadLetter {
        let unknown = || "-".to_owned();
        let letter = DeadLetter {
            at: done.at,
            event: done.head.as_ref().map_or_else(unknown, |head| head.id.clone()),
            kind: done.head.as_ref().map_or_else(unknown, |head| head.kind.clone()),
            order: done.order.clone(),
            attempts,
            result: result.to_owned(),
        };
        self.dead.push(letter.clone());
        letter
    }

    fn settle(&mut self, at: EventAt) {
        if let Ok(index) = self.window.binary_search_by_key(&at, |(at, _)| *at) {
            self.window[index].1 = true;
        }
    }

    fn advance(&mut self) {
        while let Some((at, true)) = self.window.front() {
            self.cursor = *at;
            self.settled += 1;
            self.window.pop_front();
        }
    }
}
