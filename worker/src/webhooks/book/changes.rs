//! What of the book is to be written down, in pieces that the ledger takes; and replays, which come from there.

use domorder_jobs::ledger::{BATCH_MAX, DeadLetter, HeldOrder, HookUpdate};

use super::{Book, Held};

impl Book {
    /// How much is to be written down.
    pub(in crate::webhooks) fn unsaved(&self) -> usize {
        let moved = self.settled.abs_diff(self.saved.1);
        let changes = self.changed.len() + self.dead.len() + self.begun.len();
        changes + usize::try_from(moved).unwrap_or(usize::MAX)
    }

    /// A piece of it; `None`: nothing is to be written. The cursor goes with the last piece, so that it never passes an
    /// event of which nothing is written; dead letters go first, and begun replays after the orders that hold them.
    pub(in crate::webhooks) fn update(&self, failing_ms: u64) -> Option<HookUpdate> {
        if self.unsaved() == 0 && failing_ms == self.saved_failing_ms {
            return None;
        }
        let dead: Vec<DeadLetter> = self.dead.iter().take(BATCH_MAX).cloned().collect();
        let room = BATCH_MAX - dead.len();
        let kept = |order: &String| self.held.get(order).map(|held| held.order.clone());
        let held: Vec<(String, Option<HeldOrder>)> = self
            .changed
            .iter()
            .take(room)
            .map(|order| (order.clone(), kept(order)))
            .collect();
        let room = room - held.len();
        let begun: Vec<DeadLetter> = self.begun.iter().take(room).cloned().collect();
        let is_last =
            dead.len() == self.dead.len() && held.len() == self.changed.len() && begun.len() == self.begun.len();
        let (cursor, settled) = if is_last {
            (self.cursor, self.settled)
        } else {
            self.saved
        };
        Some(HookUpdate {
            cursor,
            settled,
            waiting: u64::try_from(self.waiting).unwrap_or(u64::MAX),
            failing_ms,
            held,
            dead,
            begun,
        })
    }

    /// That piece is written.
    pub(in crate::webhooks) fn saved(&mut self, update: &HookUpdate) {
        self.saved = (update.cursor, update.settled);
        self.saved_failing_ms = update.failing_ms;
        self.dead.drain(..update.dead.len());
        for (order, _) in &update.held {
            self.changed.remove(order);
        }
        self.begun.drain(..update.begun.len());
    }

    /// Begins replays, in the place that their events have among those of their order. One whose order has events in memory
    /// waits until it has none.
    pub(in crate::webhooks) fn replay(&mut self, letters: Vec<DeadLetter>, now_ms: u64) {
        for letter in letters {
            if self.lines.contains_key(&letter.order) || self.begun.contains(&letter) {
                continue;
            }
            let held = self.held.entry(letter.order.clone()).or_insert_with(|| {
                self.due.insert((now_ms, letter.order.clone()));
                Held {
                    order: HeldOrder {
                        next_ms: now_ms,
                        ..HeldOrder::default()
                    },
                    flying: false,
                }
            });
            let events = &mut held.order.events;
            // What flies is the first, and stays it.
            let from = usize::from(held.flying);
            let place = from + events[from..].partition_point(|at| *at < letter.at);
            if !events.contains(&letter.at) {
                events.insert(place, letter.at);
                self.waiting += 1;
            }
            if !held.flying && held.order.next_ms > now_ms {
                self.due.remove(&(held.order.next_ms, letter.order.clone()));
                held.order.next_ms = now_ms;
                self.due.insert((now_ms, letter.order.clone()));
            }
            self.changed.insert(letter.order.clone());
            self.begun.push(letter);
        }
    }

    /// So many events were gone before they were read.
    pub(in crate::webhooks) fn skip(&mut self, events: u64) {
        self.settled += events;
    }
}
