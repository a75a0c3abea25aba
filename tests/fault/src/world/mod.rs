//! The world: one row of events in virtual time, in which everything happens.

mod processes;
mod serve;

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_jobs::machine::{Look, Policy};

use crate::chance::draw;
use crate::guards::{Guard, Guards};
use crate::handler::At;
use crate::journal::Journal;
use crate::laws::{Books, Violation};
use crate::ledger::{Came, Id, Record, Server, Told};
use crate::plan::{ACCOUNTS, CallFault, Fault, MINUTE, Ms, Plan, SECOND, Wanted};
use crate::provider::Provider;
use crate::worker::{Msg, Worker};

/// Then faults stop, and everything has to come to its end.
pub(crate) const CALM_AT: Ms = 90 * MINUTE;
/// By then at the latest.
const END_AT: Ms = 4 * 24 * 60 * MINUTE;

/// Something that happens.
#[derive(Debug)]
pub(crate) enum Event {
    Fault(usize),
    Over(usize),
    BackupOver(usize),
    /// The disk has what the ledger acknowledged without waiting for it.
    Synced {
        run: u32,
    },
    HandIn {
        order: usize,
        content: u8,
    },
    Turn {
        worker: usize,
        life: u32,
    },
    Beat {
        worker: usize,
        life: u32,
    },
    Kill {
        worker: usize,
        life: u32,
    },
    Start {
        worker: usize,
    },
    Wake {
        worker: usize,
        life: u32,
    },
    ServerUp,
    ClaimAt {
        worker: usize,
        life: u32,
    },
    RecordAt {
        at: At,
        call: u64,
        record: Box<Record>,
        answers: bool,
        not_before: Ms,
        decided: Option<Ms>,
    },
    Fsynced {
        run: u32,
        at: At,
        call: u64,
        record: Box<Record>,
        version: u64,
        answers: bool,
        not_before: Ms,
        decided: Option<Ms>,
    },
    HandBackAt {
        id: Id,
        fence: i64,
    },
    NoteAt {
        id: Id,
        fence: i64,
    },
    Paused {
        account: usize,
    },
    Resumed {
        account: usize,
    },
    BreakerTold {
        account: usize,
        id: Id,
        came: Came,
    },
    LetGo {
        account: usize,
        since: Ms,
    },
    LookAt {
        at: At,
        call: u64,
        how: Look,
        trip: Ms,
    },
    ListAt {
        at: At,
        call: u64,
        began: Ms,
    },
    FundsAt {
        at: At,
        call: u64,
    },
    CancelAt {
        at: At,
        call: u64,
    },
    PaidAt {
        at: At,
        call: u64,
        number: usize,
        how: Option<CallFault>,
    },
    Effect {
        number: usize,
    },
    TransferEnds {
        number: usize,
    },
    YearAdded {
        number: usize,
    },
    To {
        worker: usize,
        life: u32,
        msg: Msg,
    },
    Calm,
}

/// How often an order has come so far in each respect; faults say which time they mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) calls: u32,
    pub(crate) looks: u32,
    pub(crate) records: u32,
    pub(crate) claims: u32,
    points: [u32; 7],
    draws: u64,
}

/// What a history came to.
#[derive(Debug)]
pub struct Outcome {
    /// The first law that was broken, if any.
    pub violation: Option<Violation>,
    /// Faults that happened, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Charges that finished orders tell of, and charges that stand for them.
    pub charges: (u64, u64),
    /// Events.
    pub events: u64,
    /// What happened, a line an event; empty unless asked for.
    pub history: Vec<String>,
}

/// Everything there is.
pub(crate) struct World<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) guards: Guards,
    pub(crate) policy: Policy,
    /// The policy of a machine that believes at once.
    pub(crate) hasty: Policy,
    pub(crate) t: Ms,
    queue: BTreeMap<(Ms, u64), Event>,
    events: u64,
    pub(crate) calls: u64,
    pub(crate) server: Server,
    pub(crate) providers: [Provider; 2],
    pub(crate) workers: Vec<Worker>,
    /// One a worker; all use the first where it is shared.
    pub(crate) journals: Vec<Journal>,
    pub(crate) books: Books,
    pub(crate) counts: Vec<Counts>,
    pub(crate) order_of: BTreeMap<Id, usize>,
    pub(crate) calm: bool,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) trace: Option<Vec<String>>,
}

/// Lets a plan happen.
#[must_use]
pub fn simulate(plan: &Plan, guards: Guards, traced: bool) -> Outcome {
    let mut world = World::new(plan, guards, traced);
    world.run();
    Outcome {
        charges: world.books.charges(plan, &world.server),
        violation: world.books.broken,
        faults: world.faults,
        events: world.events,
        history: world.trace.unwrap_or_default(),
    }
}

impl<'a> World<'a> {
    fn new(plan: &'a Plan, guards: Guards, traced: bool) -> Self {
        let mut policy = Policy::default();
        if !guards.has(Guard::Repeated) {
            policy.absences_min = 1;
        }
        let hasty = Policy {
            settle: Duration::ZERO,
            ..policy.clone()
        };
        let numbers = plan.orders.iter().map(|o| o.n + 1).max().unwrap_or(0);
        let mut world = Self {
            plan,
            guards,
            policy,
            hasty,
            t: 0,
            queue: BTreeMap::new(),
            events: 0,
            calls: 0,
            server: Server::new(guards),
            providers: ACCOUNTS.map(|account| Provider::new(account, &plan.orders)),
            workers: (0..plan.workers).map(|_| Worker::default()).collect(),
            journals: (0..plan.workers).map(|_| Journal::default()).collect(),
            books: Books::default(),
            counts: vec![Counts::default(); numbers],
            order_of: BTreeMap::new(),
            calm: false,
            faults: BTreeMap::new(),
            trace: traced.then(Vec::new),
        };
        for worker in 0..plan.workers {
            world.workers[worker].drift = draw(plan.seed, &[7, worker as u64], -5_000, 5_000);
            world.after(0, Event::Start { worker });
        }
        for order in &plan.orders {
            let hand_in = Event::HandIn {
                order: order.n,
                content: 0,
            };
            world.after(order.at, hand_in);
        }
        for (n, fault) in plan.faults.iter().enumerate() {
            if let Some(at) = fault.at() {
                world.after(at, Event::Fault(n));
            }
        }
        world.after(CALM_AT, Event::Calm);
        world
    }

    fn run(&mut self) {
        while let Some(((t, _), event)) = self.queue.pop_first() {
            if t > END_AT {
                break;
            }
            self.t = t;
            self.events += 1;
            self.happens(event);
            if self.books.broken.is_some() || (self.calm && self.events.is_multiple_of(8) && self.rests()) {
                break;
            }
        }
        if self.books.broken.is_none() {
            self.books.at_rest(self.plan, &self.server);
        }
        if let Some(broken) = self.books.broken.clone() {
            self.note(|| format!("VIOLATION of {}: {}", broken.law, broken.what));
        }
    }

    /// Nothing is in hand, and nothing is due within a day or everything asks a person.
    fn rests(&self) -> bool {
        let idle = self.t > CALM_AT + 10 * MINUTE && self.workers.iter().all(|w| w.tasks.is_empty());
        let mut trial = Books::default();
        idle && {
            trial.at_rest(self.plan, &self.server);
            trial.broken.is_none()
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Fault(n) => self.strikes(n),
            Event::Over(n) => self.passes(n),
            Event::BackupOver(account) => self.providers[account].shows_backup = false,
            Event::Synced { run } => {
                if self.server.up && self.server.run == run {
                    self.server.fsync(self.t);
                }
            }
            Event::HandIn { order, content } => self.hand_in(order, content),
            Event::Turn { worker, life } => self.turn(worker, life),
            Event::Beat { worker, life } => self.beat(worker, life),
            Event::Kill { worker, life } => {
                if self.workers[worker].life == life {
                    self.kill(worker, "the timer kills it");
                }
            }
            Event::Start { worker } => self.start(worker),
            Event::Wake { worker, life } => self.wake(worker, life),
            Event::ServerUp => {
                self.server.up = true;
                self.nudge();
            }
            Event::ClaimAt { worker, life } => self.claim(worker, life),
            Event::RecordAt {
                at,
                call,
                record,
                answers,
                not_before,
                decided,
            } => {
                self.record(at, call, record, answers, not_before, decided);
            }
            Event::Fsynced {
                run,
                at,
                call,
                record,
                version,
                answers,
                not_before,
                decided,
            } => {
                if self.server.up && self.server.run == run {
                    self.server.fsync(self.t);
                    self.books.is_durable(&record, version, decided, &self.server);
                    self.tell(at, call, Told::Made(version), answers, not_before);
                }
            }
            Event::HandBackAt { id, fence } => {
                if self.server.up {
                    self.server.lease(id, fence, None, self.t);
                    self.server.wrote(self.t);
                    self.nudge();
                }
            }
            Event::NoteAt { id, fence } => {
                if self.server.up {
                    self.books.noted(id, fence);
                } else {
                    self.after(SECOND, Event::NoteAt { id, fence });
                }
            }
            Event::Paused { account } => {
                if self.server.up && !self.calm {
                    self.pauses(account);
                    // Somebody mends the credentials, or finds that they are mended.
                    self.after(20 * MINUTE, Event::Resumed { account });
                }
            }
            Event::Resumed { account } => self.resumes(account),
            Event::BreakerTold { account, id, came } => self.breaker_told(account, id, came),
            Event::LetGo { account, since } => self.are_let_go(account, since),
            Event::LookAt { at, call, how, trip } => {
                if self.lives(at) {
                    self.looked(at, call, how, trip);
                }
            }
            Event::ListAt { at, call, began } => {
                if self.lives(at) {
                    self.list_read(at, call, began);
                }
            }
            Event::FundsAt { at, call } => {
                if self.lives(at) {
                    self.funds(at, call);
                }
            }
            Event::CancelAt { at, call } => {
                if self.lives(at) {
                    self.cancelled(at, call);
                }
            }
            Event::PaidAt { at, call, number, how } => self.paid(at, call, number, how),
            Event::Effect { number } => drop(self.execute(number)),
            Event::TransferEnds { number } => self.transfer_ends(number),
            Event::YearAdded { number } => self.year_added(number),
            Event::To { worker, life, msg } => self.deliver(worker, life, msg),
            Event::Calm => self.calms(),
        }
    }

    // --- time, chance, telling --------------------------------------------------------------------------------------

    pub(crate) fn after(&mut self, ms: Ms, event: Event) {
        self.calls += 1;
        self.queue.insert((self.t + ms.max(0), self.calls), event);
    }

    pub(crate) fn to(&mut self, at: At, ms: Ms, msg: Msg) {
        let (worker, life) = (at.worker, at.life);
        self.after(ms, Event::To { worker, life, msg });
    }

    /// A draw that belongs to the order in hand.
    pub(crate) fn draw_of(&mut self, at: At, least: i64, most: i64) -> i64 {
        let order = self.workers[at.worker].tasks.get(&at.task).map_or(0, |t| t.order);
        let counts = &mut self.counts[order];
        counts.draws += 1;
        draw(self.plan.seed, &[1, order as u64, counts.draws], least, most)
    }

    /// A fault of the plan that fits, while there are faults.
    pub(crate) fn fault<T>(&mut self, fits: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        if self.calm {
            return None;
        }
        let (fault, how) = self.plan.faults.iter().find_map(|f| fits(f).map(|how| (f, how)))?;
        *self.faults.entry(fault.kind()).or_default() += 1;
        Some(how)
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            let (secs, ms) = (self.t / SECOND, self.t % SECOND);
            trace.push(format!("{secs:>6}.{ms:03}  {}", line()));
        }
    }

    pub(crate) fn breaks(&mut self, law: &'static str, what: String) {
        self.books.broken.get_or_insert(Violation { law, what });
    }

    pub(crate) fn order(&self, n: usize) -> &'a Wanted {
        let found = self.plan.orders.iter().find(|o| o.n == n);
        found.unwrap_or(&self.plan.orders[0])
    }
}
