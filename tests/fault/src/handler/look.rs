//! Every question to the provider that changes nothing, and the cancellation.

use domorder_api_client::provider::{Sighting, Snapshot, Trouble, TroubleKind};
use domorder_jobs::machine::{self, FundsSeen, Look, Observation, Step};

use super::At;
use crate::guards::Guard;
use crate::plan::{Fault, LookFault, Ms, SECOND, Weather};
use crate::provider::Question;
use crate::worker::{Msg, Then};
use crate::world::{Event, World};

impl World<'_> {
    pub(super) fn act(&mut self, at: At, step: Step) {
        let call = self.call();
        let Some(task) = self.task(at) else { return };
        task.asking = Some(call);
        let (order, fresh) = (task.order, std::mem::take(&mut task.fresh));
        match step {
            Step::Look(how) => {
                task.how = how;
                let recalled = (how == Look::BeforePaying).then(|| self.recalled(at)).flatten();
                let task = at.task;
                match recalled {
                    Some(seen) => self.to(at, 1, Msg::Seen { task, call, seen }),
                    None if how != Look::BeforePaying && self.listed(at, call, fresh && how == Look::Follow) => {}
                    None => self.look(at, call, how, order),
                }
            }
            Step::ReadFunds => self.after(10, Event::FundsAt { at, call }),
            Step::Cancel => {
                task.armed = true;
                self.after(20, Event::CancelAt { at, call });
            }
            // This provider has none of these; the machine was told so.
            Step::Prepare
            | Step::Quote
            | Step::Finish
            | Step::AmendAuthCode
            | Step::ResendApproval
            | Step::Submit
            | Step::GoOn
            | Step::Wait(_)
            | Step::Close => {
                let seen = Observation::Claimed;
                self.to(
                    at,
                    0,
                    Msg::Seen {
                        task: at.task,
                        call,
                        seen,
                    },
                );
            }
        }
    }

    pub(super) fn look(&mut self, at: At, call: u64, how: Look, order: usize) {
        if self.workers[at.worker]
            .tasks
            .get(&at.task)
            .is_some_and(|task| task.paused)
        {
            self.breaks(
                "pause",
                format!("order {order}: the provider is asked while its account is paused"),
            );
        }
        self.counts[order].looks += 1;
        let nth = self.counts[order].looks;
        let fault = self.fault(|f| match f {
            Fault::Look { order: o, nth: n, how } if *o == order && *n == nth => Some(*how),
            _ => None,
        });
        let quick = self.draw_of(at, 4, 20);
        let trip = match fault {
            Some(LookFault::Slow) => 12 * SECOND,
            _ if self.draw_of(at, 0, 2) == 0 => quick * 20,
            _ => quick,
        };
        let kind = match fault {
            Some(LookFault::Down) => TroubleKind::Unavailable,
            Some(LookFault::Garbled) => TroubleKind::Garbled,
            Some(LookFault::Slow) | None => return self.after(trip, Event::LookAt { at, call, how, trip }),
        };
        let seen = Observation::Saw(unreadable(kind));
        self.to(
            at,
            2 * trip,
            Msg::Seen {
                task: at.task,
                call,
                seen,
            },
        );
    }

    /// A look reaches the provider.
    pub(crate) fn looked(&mut self, at: At, call: u64, how: Look, trip: Ms) {
        let guards = self.guards;
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            return;
        };
        let order = self.order(task.order);
        let mut question = Question::of(order, &task.written, guards);
        let provider = &self.providers[order.op.account() as usize];
        let blind = how == Look::BeforePaying && !guards.has(Guard::ReadFirst);
        if blind {
            (question.baseline, question.expected, question.began) = (None, None, false);
        }
        let mut sighting = if blind && order.op.is_unique() {
            Sighting::Absent(Snapshot::default())
        } else {
            provider.look(&question, guards)
        };
        let asked = match how {
            Look::BeforePaying => guards.has(Guard::ControlBefore),
            Look::Follow | Look::Verify => guards.has(Guard::ControlRead) && guards.has(Guard::ControlFollows),
            Look::Reconcile => guards.has(Guard::ControlRead),
        };
        let concludes = concludes(how, &sighting)
            || machine::may_be_old(&sighting, &task.written, &self.facts(at, &task.written, 0));
        if asked && concludes && !provider.control() {
            sighting = unreadable(TroubleKind::Unavailable);
        }
        let seen = Observation::Saw(sighting);
        self.to(
            at,
            trip,
            Msg::Seen {
                task: at.task,
                call,
                seen,
            },
        );
    }

    /// A read of the money reaches the provider.
    pub(crate) fn funds(&mut self, at: At, call: u64) {
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            return;
        };
        let provider = &self.providers[self.order(task.order).op.account() as usize];
        let dark = provider.has(Weather::Outage) || !provider.control();
        let seen = Observation::Funds(match (dark, provider.has_funds()) {
            (true, _) => FundsSeen::Unreadable(trouble(TroubleKind::Unavailable)),
            (false, true) => FundsSeen::Some,
            (false, false) => FundsSeen::None,
        });
        self.to(
            at,
            10,
            Msg::Seen {
                task: at.task,
                call,
                seen,
            },
        );
    }

    pub(super) fn seen(&mut self, at: At, call: u64, seen: Observation) {
        let Some(task) = self.task(at) else { return };
        if call == 0 {
            return self.go(at, seen);
        }
        if task.asking != Some(call) {
            return;
        }
        task.asking = None;
        if matches!(seen, Observation::CancelAnswered(_)) {
            task.armed = false;
        }
        if let Some(quickly) = task.holding.take() {
            task.held_back = Some(quickly);
        } else if task.writing.as_ref().is_some_and(|w| w.then == Then::Join) {
            task.beside = Some(seen);
            return;
        }
        self.go(at, seen);
    }

    /// The look takes longer: the change is recorded beside it.
    pub(super) fn held_back_over(&mut self, at: At, call: u64) {
        let Some(task) = self.task(at) else { return };
        if task.asking == Some(call)
            && let Some(record) = task.holding.take()
        {
            self.write(at, record, Then::Join, true);
        }
    }
}

/// As the worker's.
fn concludes(how: Look, sighting: &Sighting) -> bool {
    match sighting {
        Sighting::Absent(snapshot) => how != Look::BeforePaying || snapshot.taken_elsewhere,
        Sighting::Impossible(..) | Sighting::Differs(..) => true,
        _ => false,
    }
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble {
        kind,
        detail: "no answer".to_owned(),
        retry_after: None,
    }
}

pub(super) fn unreadable(kind: TroubleKind) -> Sighting {
    Sighting::Unreadable(trouble(kind))
}
