//! The paid call: intent, connection, gate, the one request, its answer.

use domorder_api_client::provider::{NotSent, Outcome};
use domorder_jobs::machine::{Decision, Observation};

use super::At;
use crate::guards::Guard;
use crate::plan::{CallFault, Fault, Ms, Weather};
use crate::provider::{Fate, Request};
use crate::worker::{CALL_TIMEOUT, GATE, LEASE, Msg, Then};
use crate::world::{Event, World};

impl World<'_> {
    pub(super) fn submit(&mut self, at: At, decision: Decision) {
        let (t, mono) = (self.t, self.workers[at.worker].mono(self.t));
        if let Some(task) = self.task(at) {
            task.took_along = (task.held_back.clone(), task.taken);
        }
        let mut record = self.prepare(at, &decision, false);
        let Some(task) = self.task(at) else { return };
        let epoch = task.epoch.n;
        task.armed = true;
        task.intended = Some((mono, t));
        let order = task.order;
        if let Some(intent) = &mut record.rec.intent {
            intent.epoch = epoch;
        }
        record.intent = Some(epoch);
        self.counts[order].calls += 1;
        let nth = self.counts[order].calls;
        let fault = self.fault(|f| match f {
            Fault::Call { order: o, nth: n, how } if *o == order && *n == nth => Some(*how),
            _ => None,
        });
        if let Some(task) = self.task(at) {
            task.call_fault = fault;
        }
        self.write(at, record, Then::Connect, false);
    }

    /// The intent is written; the connection is opened, or has been by the look.
    pub(super) fn connect(&mut self, at: At) {
        let takes = self.draw_of(at, 0, 3);
        let Some(task) = self.task(at) else { return };
        let dark = task.call_fault == Some(CallFault::NoConnection);
        let op = task.order;
        let account = self.order(op).op.account() as usize;
        if dark || self.providers[account].has(Weather::Outage) {
            return self.not_sent(at, 100 * (takes + 1), "no connection");
        }
        self.to(at, takes, Msg::Connected { task: at.task });
    }

    /// The gate, right before the first byte.
    pub(super) fn connected(&mut self, at: At) {
        let mono = self.workers[at.worker].mono(self.t);
        let gated = self.guards.has(Guard::ArmGate);
        let Some(task) = self.task(at) else { return };
        let age = task.intended.map_or(0, |(at, _)| mono - at);
        let fits = !task.lost && task.until - mono >= CALL_TIMEOUT + LEASE / 18;
        if gated && (age >= GATE || !fits) {
            return self.not_sent(at, 0, "the gate is closed");
        }
        // A process can be stopped at any instruction: this is the one that hurts most.
        self.to(at, 0, Msg::Armed { task: at.task });
    }

    pub(super) fn not_sent(&mut self, at: At, takes: Ms, detail: &str) {
        let call = self.call();
        if let Some(task) = self.task(at) {
            task.asking = Some(call);
        }
        let outcome = Box::new(Outcome::NotSent(NotSent {
            detail: detail.to_owned(),
        }));
        self.to(
            at,
            takes,
            Msg::Answered {
                task: at.task,
                call,
                outcome,
                request: None,
            },
        );
    }

    /// The first byte leaves.
    pub(super) fn armed(&mut self, at: At) {
        let call = self.call();
        let Some(task) = self.task(at) else { return };
        task.asking = Some(call);
        let task = task.clone();
        let order = self.order(task.order);
        let how = task.call_fault;
        let request = Request {
            order: task.order,
            id: task.id,
            op: order.op,
            domain: order.domain,
            stated: task.written.baseline.as_ref().and_then(|b| b.expiry),
            fate: match how {
                Some(CallFault::RequestLost) => Fate::Nothing,
                _ => Fate::Open,
            },
            disowned: false,
        };
        self.note(|| format!("w{} order {}: the paid request leaves ({how:?})", at.worker, task.order));
        let number = self.books.leaves(
            self.plan,
            self.t,
            request,
            (task.fence, task.written.attempts),
            &self.server,
        );
        if how != Some(CallFault::RequestLost) {
            let takes = self.draw_of(at, 20, 80);
            self.after(takes, Event::PaidAt { at, call, number, how });
        }
        let outcome = Box::new(crate::paid::lost("no answer within 30 s"));
        self.to(
            at,
            CALL_TIMEOUT,
            Msg::Answered {
                task: at.task,
                call,
                outcome,
                request: Some(number),
            },
        );
    }

    pub(super) fn answered(&mut self, at: At, call: u64, outcome: Outcome, request: Option<usize>) {
        let Some(task) = self.task(at) else { return };
        if task.asking != Some(call) {
            return;
        }
        (task.asking, task.armed) = (None, false);
        let (id, fence) = (task.id, task.fence);
        self.keep_outcome(at, &outcome);
        self.books.answered(id, fence, request, &outcome, &self.server);
        self.tell_breaker_of_call(at, &outcome);
        self.go(at, Observation::Answered(outcome));
    }
}
