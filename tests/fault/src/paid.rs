//! A paid call at the provider: what it does there, and what is answered.

use domorder_api_client::provider::{Accepted, Doubt, Ending, Evidence, Outcome, Rejection, RejectionClass, Stage};

use crate::chance::draw;
use crate::guards::Guard;
use crate::handler::At;
use crate::plan::{CallFault, LATE_MAX, Ms, Op, SECOND, Weather};
use crate::provider::{Fate, Transfer, Word};
use crate::worker::Msg;
use crate::world::{Event, World};

/// The default class.
pub(crate) fn lost(detail: &str) -> Outcome {
    Outcome::Unknown(Doubt {
        detail: detail.to_owned(),
        unlisted: false,
    })
}

fn rejected(class: RejectionClass) -> Outcome {
    Outcome::Rejected(Rejection {
        class,
        message: "no".to_owned(),
        retry_after: None,
    })
}

fn taken(stage: Option<Stage>) -> Outcome {
    Outcome::Accepted(Accepted {
        evidence: Evidence::default(),
        stage,
        action_id: None,
    })
}

impl World<'_> {
    /// The request arrives.
    pub(crate) fn paid(&mut self, at: At, call: u64, number: usize, how: Option<CallFault>) {
        let request = &self.books.requests[number];
        let (op, domain) = (request.op, request.domain);
        let provider = &mut self.providers[op.account() as usize];
        let refuses = if provider.has(Weather::Credentials) {
            Some(RejectionClass::Credentials)
        } else if provider.has(Weather::Throttled) {
            Some(RejectionClass::Throttled)
        } else if !provider.has_funds() && op.operation().costs_money() {
            Some(RejectionClass::NoFunds)
        } else {
            None
        };
        if provider.has(Weather::Outage) {
            self.books.requests[number].fate = Fate::Nothing;
            return;
        }
        let how = refuses.map_or(how, |class| Some(CallFault::Refused(class)));
        match how {
            Some(CallFault::Refused(class)) => {
                self.books.requests[number].fate = Fate::Nothing;
                let of_transfers = matches!(class, RejectionClass::AuthCode | RejectionClass::Locked);
                let class = match of_transfers && op != Op::Transfer {
                    true => RejectionClass::Invalid,
                    false => class,
                };
                self.answer(at, call, number, 20, rejected(class));
            }
            Some(CallFault::Late(ms, answers)) => {
                self.after(ms, Event::Effect { number });
                self.accepts(at, call, number, answers);
            }
            Some(CallFault::Queued(ms)) => {
                provider.assets.entry(domain).or_default().queued.push(number);
                self.after(ms, Event::Effect { number });
                self.accepts(at, call, number, ms % 2 == 0);
            }
            Some(CallFault::Unlisted(done)) => {
                match done {
                    true => drop(self.execute(number)),
                    false => self.books.requests[number].fate = Fate::Nothing,
                }
                let outcome = match self.guards.has(Guard::DefaultUnknown) {
                    true => Outcome::Unknown(Doubt {
                        detail: "words that nobody knows".to_owned(),
                        unlisted: true,
                    }),
                    false => rejected(RejectionClass::Invalid),
                };
                self.answer(at, call, number, 20, outcome);
            }
            Some(CallFault::AnswerLost) => {
                self.execute(number);
                self.answer(at, call, number, SECOND, lost("the connection was reset"));
            }
            Some(CallFault::Slow(ms)) => {
                let outcome = self.execute(number);
                self.answer(at, call, number, ms, outcome);
            }
            Some(CallFault::NoConnection | CallFault::RequestLost) | None => {
                let outcome = self.execute(number);
                self.answer(at, call, number, 20, outcome);
            }
        }
    }

    fn accepts(&mut self, at: At, call: u64, number: usize, answers: bool) {
        if answers {
            self.answer(at, call, number, 20, taken(Some(Stage::Working)));
        }
    }

    fn answer(&mut self, at: At, call: u64, number: usize, takes: Ms, outcome: Outcome) {
        let (task, outcome) = (at.task, Box::new(outcome));
        self.to(
            at,
            takes,
            Msg::Answered {
                task,
                call,
                outcome,
                request: Some(number),
            },
        );
    }

    /// A request takes effect now, or turns out to have none.
    pub(crate) fn execute(&mut self, number: usize) -> Outcome {
        let request = self.books.requests[number].clone();
        let (fate, word) = self.providers[request.op.account() as usize].execute(number, &request);
        self.books.requests[number].fate = fate;
        self.note(|| format!("provider: order {}: {word:?}", request.order));
        if fate == Fate::Effect {
            self.books.took_effect(self.plan, number, &self.server);
            if request.op == Op::Transfer {
                self.begins_transfer(number);
            }
        }
        match word {
            Word::Done => taken(None),
            Word::Taken => taken(Some(Stage::Working)),
            Word::NotAvailable => rejected(RejectionClass::Taken),
            Word::Already => lost("already so, says the provider"),
        }
    }

    fn begins_transfer(&mut self, number: usize) {
        let request = self.books.requests[number].clone();
        let order = self.order(request.order).clone();
        let before = self
            .books
            .requests
            .iter()
            .filter(|r| r.order == order.n && r.fate == Fate::Ended);
        let stalled = order.stalls && before.count() == 0;
        let provider = &mut self.providers[order.op.account() as usize];
        if let Some(asset) = provider.assets.get_mut(&order.domain) {
            asset.transfer = Some(Transfer::Running {
                request: number,
                stalled,
            });
        }
        if !stalled {
            self.after(order.takes, Event::TransferEnds { number });
        }
    }

    /// The losing side has spoken.
    pub(crate) fn transfer_ends(&mut self, number: usize) {
        let request = self.books.requests[number].clone();
        let refused = self.order(request.order).refused;
        let provider = &mut self.providers[request.op.account() as usize];
        let Some(asset) = provider.assets.get_mut(&request.domain) else {
            return;
        };
        if !matches!(asset.transfer, Some(Transfer::Running { request, .. }) if request == number) {
            return;
        }
        if refused {
            asset.transfer = Some(Transfer::Ended(Ending::Refused));
            self.books.requests[number].fate = Fate::Ended;
        } else {
            (asset.transfer, asset.ours, asset.elsewhere) = (None, true, false);
            // Its year is added now, or a little later.
            let late = draw(self.plan.seed, &[8, number as u64], -LATE_MAX, LATE_MAX).max(0);
            self.after(late, Event::YearAdded { number });
        }
        self.note(|| {
            format!(
                "provider: the transfer of order {} ends, refused: {refused}",
                request.order
            )
        });
    }

    /// A transfer's year is added.
    pub(crate) fn year_added(&mut self, number: usize) {
        let request = &self.books.requests[number];
        let provider = &mut self.providers[request.op.account() as usize];
        if let Some(asset) = provider.assets.get_mut(&request.domain) {
            asset.years += 1;
        }
        self.note(|| "provider: the year of a transfer is added".to_owned());
    }

    /// A cancellation arrives; its answer may be lost, or itself.
    pub(crate) fn cancelled(&mut self, at: At, call: u64) {
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            return;
        };
        let order = self.order(task.order).clone();
        let luck = if self.calm { 9 } else { self.draw_of(at, 0, 9) };
        let provider = &mut self.providers[order.op.account() as usize];
        let mut outcome = rejected(RejectionClass::NotAllowed);
        let dark = provider.has(Weather::Outage) || luck == 0;
        if !dark
            && let Some(asset) = provider.assets.get_mut(&order.domain)
            && let Some(Transfer::Running { request, .. }) = asset.transfer
        {
            asset.transfer = Some(Transfer::Ended(Ending::Cancelled));
            self.books.requests[request].fate = Fate::Ended;
            outcome = taken(None);
            self.note(|| format!("provider: the transfer of order {} is cancelled", order.n));
        }
        if dark || luck == 1 {
            outcome = lost("the connection was reset");
        }
        let seen = domorder_jobs::machine::Observation::CancelAnswered(outcome);
        self.to(
            at,
            20,
            Msg::Seen {
                task: at.task,
                call,
                seen,
            },
        );
    }
}
