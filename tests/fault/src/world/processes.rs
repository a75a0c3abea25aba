//! Worker processes: they start, stand still, die, claim when something is due, and keep their leases.

use super::{Event, World};
use crate::chance::draw;
use crate::guards::Guard;
use crate::handler::At;
use crate::plan::{Deed, Fault, Ms, Point, SECOND};
use crate::worker::{BEAT, EXTENDED_EVERY, LEASE, Msg, TIMER};

impl World<'_> {
    /// Whether who asked is still there; a process that stands still is, for the other side.
    pub(super) fn lives(&self, at: At) -> bool {
        self.workers[at.worker].alive && self.workers[at.worker].life == at.life
    }

    pub(super) fn deliver(&mut self, worker: usize, life: u32, msg: Msg) {
        let it = &mut self.workers[worker];
        if !it.alive || it.life != life {
            return;
        }
        if it.stopped {
            it.inbox.push(msg);
            return;
        }
        if let Some((task, point)) = msg.point() {
            let at = At { worker, life, task };
            if !self.meets(at, point, Some(&msg)) {
                return;
            }
        }
        self.handle(worker, msg);
    }

    /// A moment of an order: does the plan have something for it? `false`: the worker is gone, or stands still.
    pub(crate) fn meets(&mut self, at: At, point: Point, msg: Option<&Msg>) -> bool {
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            return true;
        };
        let intends = task.writing.as_ref().is_some_and(|w| w.record.intent.is_some());
        let point = if point == Point::Recorded && intends {
            Point::Intended
        } else {
            point
        };
        let order = task.order;
        let times = &mut self.counts[order].points[point as usize];
        *times += 1;
        let times = *times;
        let deed = self.fault(|f| match f {
            Fault::At {
                order: o,
                point: p,
                nth,
                deed,
            } if *o == order && *p == point && *nth == times => Some(*deed),
            _ => None,
        });
        match deed {
            None => true,
            Some(Deed::Crash) => {
                self.kill(at.worker, "killed");
                false
            }
            Some(Deed::Pause(ms)) => {
                self.stop(at.worker, ms);
                self.workers[at.worker].inbox.extend(msg.cloned());
                false
            }
        }
    }

    pub(crate) fn kill(&mut self, worker: usize, why: &str) {
        let it = &mut self.workers[worker];
        if !it.alive {
            return;
        }
        (it.alive, it.stopped, it.beats, it.turn) = (false, false, false, None);
        it.life += 1;
        it.inbox.clear();
        it.clocks.clear();
        it.lists = [None, None];
        let gone = std::mem::take(&mut it.tasks);
        self.note(|| format!("w{worker}: {why}"));
        for task in gone.values() {
            self.books.forgot(task.id, task.fence);
        }
        let again = draw(self.plan.seed, &[3, self.t.unsigned_abs()], SECOND, 10 * SECOND);
        self.after(again, Event::Start { worker });
    }

    /// Stops a process. The timer, wound up by the last heartbeat, ends one that stands still for too long.
    pub(crate) fn stop(&mut self, worker: usize, ms: Ms) {
        let it = &mut self.workers[worker];
        if !it.alive || it.stopped {
            return;
        }
        it.stopped = true;
        let life = it.life;
        self.note(|| format!("w{worker}: stands still for {ms} ms"));
        // A heartbeat that was due while it stood still has not been made before the next is.
        let beat = self.t - self.t % BEAT;
        let it = &mut self.workers[worker];
        if beat >= it.woke {
            it.wound = beat;
        }
        let left = it.wound + TIMER - self.t;
        if ms > left && self.guards.has(Guard::BoottimeTimer) {
            self.after(left, Event::Kill { worker, life });
        } else {
            self.after(ms, Event::Wake { worker, life });
        }
    }

    pub(super) fn wake(&mut self, worker: usize, life: u32) {
        let it = &mut self.workers[worker];
        if !it.alive || !it.stopped || it.life != life {
            return;
        }
        (it.stopped, it.woke) = (false, self.t);
        let waited = std::mem::take(&mut it.inbox);
        self.note(|| format!("w{worker}: goes on"));
        for msg in waited {
            self.after(0, Event::To { worker, life, msg });
        }
        self.workers[worker].turn = None;
        self.nudge();
    }

    pub(super) fn start(&mut self, worker: usize) {
        let it = &mut self.workers[worker];
        (it.alive, it.turn) = (true, None);
        (it.wound, it.woke) = (self.t, self.t);
        self.nudge();
    }

    /// Has everybody claim when the next order is due.
    pub(crate) fn nudge(&mut self) {
        let plan = self.plan;
        let account = |n: usize| {
            plan.orders
                .iter()
                .find(|o| o.n == n)
                .map_or(0, |o| o.op.account() as usize)
        };
        let Some(due) = self.server.next_due(account).filter(|_| self.server.up) else {
            return;
        };
        for worker in 0..self.workers.len() {
            let late = draw(plan.seed, &[4, worker as u64, self.t.unsigned_abs()], 1, 8);
            let at = due.max(self.t) + late;
            let it = &mut self.workers[worker];
            if it.alive && !it.stopped && it.turn.is_none_or(|turn| turn > at || turn < self.t) {
                it.turn = Some(at);
                let life = it.life;
                self.after(at - self.t, Event::Turn { worker, life });
            }
        }
    }

    pub(super) fn turn(&mut self, worker: usize, life: u32) {
        let it = &mut self.workers[worker];
        if it.life != life || it.turn != Some(self.t) {
            return;
        }
        it.turn = None;
        if it.alive && !it.stopped {
            self.after(1, Event::ClaimAt { worker, life });
        }
    }

    pub(super) fn beat(&mut self, worker: usize, life: u32) {
        let it = &mut self.workers[worker];
        if !it.alive || it.life != life {
            return;
        }
        if it.tasks.is_empty() {
            it.beats = false;
            return;
        }
        let mono = it.mono(self.t);
        if !it.stopped && self.server.up {
            for task in it.tasks.values_mut().filter(|task| !task.armed && !task.lost) {
                match self.server.lease(task.id, task.fence, Some(LEASE), self.t) {
                    true => task.until = mono + LEASE,
                    false => task.lost = true,
                }
            }
            self.server.wrote(self.t);
        }
        self.after(EXTENDED_EVERY, Event::Beat { worker, life });
    }
}
