//! What a worker does with what reaches it: the loop of `worker/src/handler`, a step at a time.
//!
//! Every wait of the real loop (a record, a look, the connection, the answer) is a message here, so that between any
//! two of them other workers, people and faults have their turn. The rooms are those of the real handler: what is
//! written down ([`record`]), what is asked ([`look`]), the paid call ([`submit`]), and what is kept of it beside the
//! ledger ([`journal`]).

mod breaker;
mod decide;
mod journal;
mod listed;
mod look;
mod record;
mod submit;

use domorder_api_client::provider::Abilities;
use domorder_jobs::machine::{Lane, Observation, Step};

use crate::plan::Ms;
use crate::worker::{Msg, Task, Then};
use crate::world::{Event, World};

/// The simulated provider cancels whatever waits, and amends nothing.
pub(crate) const ABILITIES: Abilities = Abilities {
    amends_auth_code: false,
    resends_approval: false,
    cancels_moving: true,
};
/// As many as the handler's own.
const STEPS_MAX: u32 = 16;
/// How long a change waits for what a read shows right after it.
const HELD_BACK_MAX: Ms = 25;

/// A task, where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub(crate) worker: usize,
    pub(crate) life: u32,
    pub(crate) task: u64,
}

impl World<'_> {
    /// A message has its effect.
    pub(crate) fn handle(&mut self, worker: usize, msg: Msg) {
        let life = self.workers[worker].life;
        let at = |task| At { worker, life, task };
        match msg {
            Msg::Claimed(orders) => {
                for (n, claimed) in orders.iter().enumerate() {
                    let it = &mut self.workers[worker];
                    if it.life != life {
                        break;
                    }
                    if it.stopped {
                        it.inbox.push(Msg::Claimed(orders[n..].to_vec()));
                        break;
                    }
                    self.take(worker, claimed);
                }
            }
            Msg::Told { task, call, told } => self.told(at(task), call, told),
            Msg::Silence { task, call } => self.silence(at(task), call),
            Msg::Seen { task, call, seen } => self.seen(at(task), call, seen),
            Msg::HeldBackOver { task, call } => self.held_back_over(at(task), call),
            Msg::Kept { task } => self.connect(at(task)),
            Msg::Connected { task } => self.connected(at(task)),
            Msg::Armed { task } => self.armed(at(task)),
            Msg::Answered {
                task,
                call,
                outcome,
                request,
            } => self.answered(at(task), call, *outcome, request),
        }
    }

    fn take(&mut self, worker: usize, claimed: &crate::ledger::Claimed) {
        let mono = self.workers[worker].mono(self.t);
        self.workers[worker].clocks.push((claimed.now, mono));
        let (task, first) = Task::of(claimed, mono);
        self.note(|| {
            format!(
                "w{worker} has order {} (fence {}, {})",
                task.order, task.fence, task.written.state
            )
        });
        self.calls += 1;
        let at = At {
            worker,
            life: self.workers[worker].life,
            task: self.calls,
        };
        self.workers[worker].tasks.insert(at.task, task);
        if self.meets(at, crate::plan::Point::Claimed, None) {
            self.go(at, first);
        } else if self.workers[worker].stopped {
            // Stood still right at the claim: goes on from there.
            self.workers[worker].inbox.push(Msg::Seen {
                task: at.task,
                call: 0,
                seen: first,
            });
        }
    }

    pub(super) fn task(&mut self, at: At) -> Option<&mut Task> {
        self.workers[at.worker].tasks.get_mut(&at.task)
    }

    pub(super) fn call(&mut self) -> u64 {
        self.calls += 1;
        self.calls
    }

    /// One turn of the loop.
    pub(super) fn go(&mut self, at: At, seen: Observation) {
        let Some(task) = self.task(at) else { return };
        task.steps += 1;
        if task.steps > STEPS_MAX {
            return self.give_back(at);
        }
        let shown = self.trace.is_some().then(|| format!("{seen:?}"));
        let decision = match self.decide(at, seen) {
            Ok(decision) => decision,
            Err(illegal) => {
                let order = self.task(at).map_or(0, |t| t.order);
                self.breaks("machine", format!("order {order}: {illegal}"));
                return;
            }
        };
        let Some(task) = self.task(at) else { return };
        let (order, changed) = (task.order, decision.record.face() != task.written.face());
        self.note(|| {
            let (state, step) = (decision.record.state, decision.step);
            let seen = shown.unwrap_or_default();
            format!(
                "w{} order {order}: {seen} => {state}, {step:?} ({})",
                at.worker, decision.why
            )
        });
        if decision.lane == Some(Lane::PauseForCredentials) {
            let account = self.order(order).op.account() as usize;
            self.after(2, Event::Paused { account });
        }
        match decision.step {
            Step::Wait(_) | Step::Close => {
                let record = self.prepare(at, &decision, true);
                let owes = self.task(at).is_some_and(|t| t.intended.take().is_some()) || record.before > 0;
                self.write(at, record, Then::Finish, owes);
            }
            Step::Submit => self.submit(at, decision),
            step @ (Step::Look(_) | Step::ReadFunds) if changed => {
                let record = self.prepare(at, &decision, false);
                if let Some(task) = self.task(at) {
                    task.written = decision.record;
                    task.version = record.version + 1 + record.before;
                    task.holding = Some(record);
                }
                self.act(at, step);
                let call = self.task(at).and_then(|t| t.asking).unwrap_or(0);
                self.to(at, HELD_BACK_MAX, Msg::HeldBackOver { task: at.task, call });
            }
            step if changed => {
                let record = self.prepare(at, &decision, false);
                self.write(at, record, Then::Act(step), true);
            }
            step => {
                if let Some(task) = self.task(at) {
                    task.written = decision.record;
                }
                self.act(at, step);
            }
        }
    }
}
