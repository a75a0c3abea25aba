//! Writing down what was decided, and what to do when that does not work.

use domorder_jobs::machine::{Decision, Step, deadline_to_notice};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::Needs;

use super::At;
use crate::guards::Guard;
use crate::ledger::{Due, Notice, Record, Told};
use crate::plan::{Fault, MINUTE, Ms, RecordFault, SECOND};
use crate::provider::{instant, millis};
use crate::worker::{Msg, Task, Then, Writing};
use crate::world::{Event, World};

/// How long a server is waited for.
const PATIENCE: Ms = 5 * SECOND;

impl World<'_> {
    pub(super) fn prepare(&mut self, at: At, decision: &Decision, release: bool) -> Record {
        let now = self.now(at);
        let mut rec = decision.record.clone();
        let effect_first = self.guards.has(Guard::EffectFirst);
        rec.updated_at = Some(instant(now));
        let waits = self.task(at).is_some_and(|task| task.paused && task.told);
        let due = match decision.step {
            _ if waits && !rec.state.is_final() => Due::Now,
            Step::Wait(Some(at)) => Due::At(millis(at)),
            Step::Wait(None) | Step::Close => Due::Never,
            _ => Due::Now,
        };
        let Some(task) = self.task(at) else {
            unreachable!("only a task in hand records")
        };
        let notice = notice(task, &rec, effect_first);
        let mut record = Record {
            id: task.id,
            fence: task.fence,
            version: task.version,
            rec,
            due,
            before: 0,
            consumed: std::mem::take(&mut task.taken),
            release,
            proved: decision.proves.as_deref().copied(),
            notice,
            durable: !task.by_list,
            intent: None,
        };
        if let Some(held_back) = task.held_back.take() {
            record.version = held_back.version;
            record.before = held_back.before + 1;
            if record.notice == Notice::AsBefore {
                record.notice = held_back.notice;
            }
            record.consumed += held_back.consumed;
        }
        record
    }

    pub(super) fn write(&mut self, at: At, record: Record, then: Then, owes: bool) {
        let call = self.call();
        let t = self.t;
        let Some(task) = self.task(at) else { return };
        let order = task.order;
        task.writing = Some(Writing {
            call,
            record,
            then,
            owes,
            since: t,
            not_before: t,
        });
        self.counts[order].records += 1;
        let nth = self.counts[order].records;
        let how = self.fault(|f| match f {
            Fault::Record { order: o, nth: n, how } if *o == order && *n == nth => Some(*how),
            _ => None,
        });
        if let (Some(RecordFault::Slow(ms)), Some(Writing { not_before, .. })) =
            (how, self.task(at).and_then(|t| t.writing.as_mut()))
        {
            *not_before = t + ms;
        }
        self.send_record(at, how);
    }

    pub(super) fn send_record(&mut self, at: At, how: Option<RecordFault>) {
        let Some(task) = self.task(at) else { return };
        let (decided, Some(writing)) = (task.intended.map(|(_, t)| t), task.writing.as_ref()) else {
            return;
        };
        let (call, not_before) = (writing.call, writing.not_before);
        let record = Box::new(writing.record.clone());
        if how != Some(RecordFault::RequestLost) {
            let answers = how != Some(RecordFault::AnswerLost);
            self.after(
                1,
                Event::RecordAt {
                    at,
                    call,
                    record,
                    answers,
                    not_before,
                    decided,
                },
            );
        }
        self.to(at, PATIENCE, Msg::Silence { task: at.task, call });
    }

    /// No answer: the same again, which the script recognises. An intent is given up in the end.
    pub(super) fn silence(&mut self, at: At, call: u64) {
        let t = self.t;
        let Some(writing) = self.task(at).and_then(|task| task.writing.as_ref()) else {
            return;
        };
        if writing.call != call {
            return;
        }
        if writing.record.intent.is_some() && t - writing.since > MINUTE {
            if let Some(task) = self.task(at) {
                (task.writing, task.armed, task.intended) = (None, false, None);
            }
            return self.give_back(at);
        }
        self.send_record(at, None);
    }

    pub(super) fn told(&mut self, at: At, call: u64, told: Told) {
        let Some(task) = self.task(at) else { return };
        let Some(writing) = task.writing.take_if(|w| w.call == call) else {
            return;
        };
        let Told::Made(version) = told else {
            return self.refused(at, &writing, told);
        };
        let Some(task) = self.task(at) else { return };
        if writing.then != Then::Join {
            (task.written, task.version) = (writing.record.rec, version);
        }
        match writing.then {
            Then::Finish => {
                self.pass_the_trial_on(at);
                self.workers[at.worker].tasks.remove(&at.task);
            }
            Then::Connect => self.keep(at),
            Then::Act(step) => self.act(at, step),
            Then::HandBack => self.hand_back(at),
            Then::Join => {
                if let Some(seen) = task.beside.take() {
                    self.go(at, seen);
                }
            }
        }
    }

    /// Somebody else has the order. What is known is kept as evidence.
    pub(super) fn refused(&mut self, at: At, writing: &Writing, told: Told) {
        let (id, fence) = (writing.record.id, writing.record.fence);
        if let Told::Breaker(until) = told {
            return self.held_by_breaker(at, until);
        }
        self.note(|| format!("w{}: the record of id {id} is refused, {told:?}", at.worker));
        if writing.record.intent.is_some() {
            if let Some(task) = self.task(at) {
                (task.armed, task.intended) = (false, None);
            }
            return self.give_back(at);
        }
        if writing.then == Then::HandBack {
            return self.hand_back(at);
        }
        if writing.owes && self.guards.has(Guard::Evidence) {
            self.after(2, Event::NoteAt { id, fence });
        }
        self.pass_the_trial_on(at);
        self.workers[at.worker].tasks.remove(&at.task);
    }

    /// As it is; what was held back is recorded first.
    pub(super) fn give_back(&mut self, at: At) {
        let Some(task) = self.task(at) else { return };
        match task.held_back.take() {
            Some(record) => self.write(at, record, Then::HandBack, false),
            None => self.hand_back(at),
        }
    }

    pub(super) fn hand_back(&mut self, at: At) {
        self.pass_the_trial_on(at);
        if let Some(task) = self.workers[at.worker].tasks.remove(&at.task) {
            let (id, fence) = (task.id, task.fence);
            self.after(2, Event::HandBackAt { id, fence });
        }
    }
}

/// When its deadline is to be noticed from now on, should its account be paused then: as the worker's.
fn notice(task: &Task, next: &OrderRecord, effect_first: bool) -> Notice {
    let at = |record: &OrderRecord| match effect_first {
        true => deadline_to_notice(record),
        false => record
            .deadline_at
            .filter(|_| !record.state.is_final() && record.needs != Some(Needs::Decision)),
    };
    match at(next) {
        Some(at) => Notice::At(millis(at)),
        None if at(&task.written).is_some() || task.paused => Notice::Never,
        None => Notice::AsBefore,
    }
}
