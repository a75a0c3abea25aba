//! What happens from outside: faults that have a time, producers, operators, and the calm at the end.

use domorder_jobs::machine::{self, SignalSeen};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Kind, Needs, State};

use crate::chance::draw;
use crate::handler::ABILITIES;
use crate::ledger::Accepted;
use crate::plan::{Durability, Fault, HOUR, MINUTE, SECOND, Says, Weather};
use crate::provider::{Fate, instant};
use crate::world::{Event, World};

impl World<'_> {
    /// A fault of the plan has its time.
    pub(crate) fn strikes(&mut self, n: usize) {
        if self.calm {
            return;
        }
        let fault = &self.plan.faults[n];
        *self.faults.entry(fault.kind()).or_default() += 1;
        if !matches!(fault, Fault::Signal { .. }) {
            self.note(|| format!("*** {fault:?}"));
        }
        match *fault {
            Fault::Signal { order, says, .. } => self.says(order, says),
            Fault::Resend { order, .. } => self.hand_in(order, 0),
            Fault::Conflict { order, .. } => self.hand_in(order, 1),
            Fault::Crash { worker, .. } => self.kill(worker, "killed"),
            Fault::Pause { worker, ms, .. } => self.stop(worker, ms),
            Fault::PowerCut { down, .. } => {
                self.server.up = false;
                self.server.power_cut();
                let lost = self.books.replaced(&self.server, &self.order_of, self.t);
                if self.plan.durability != Durability::Relaxed {
                    self.books.survived(lost);
                }
                self.after(down, Event::ServerUp);
            }
            Fault::Failover { behind, down, skew, .. } => {
                let confirms = self.plan.durability == Durability::Replicated;
                self.server.up = false;
                self.server.fail_over(self.t, behind, skew, confirms);
                let lost = self.books.replaced(&self.server, &self.order_of, self.t);
                if confirms {
                    self.books.survived(lost);
                }
                self.after(down, Event::ServerUp);
            }
            Fault::ClockForward { ms, .. } => {
                self.server.skew += ms;
                self.books.clocks_jump();
                self.nudge();
            }
            Fault::Flush { .. } => {
                self.server.flush();
                self.books.replaced(&self.server, &self.order_of, self.t);
                for order in &self.plan.orders {
                    let late = draw(self.plan.seed, &[6, order.n as u64], 0, 5 * MINUTE);
                    let hand_in = Event::HandIn {
                        order: order.n,
                        content: 0,
                    };
                    self.after(SECOND + late, hand_in);
                }
            }
            Fault::AccountResumed { account, .. } => {
                if self.server.up {
                    self.resumes(account as usize);
                }
            }
            Fault::AccountPaused { account, ms, .. } => {
                if self.server.up {
                    self.pauses(account as usize);
                    self.after(
                        ms,
                        Event::Resumed {
                            account: account as usize,
                        },
                    );
                }
            }
            // The next call loads them again: nothing that was promised stands in a script.
            Fault::ScriptFlush { .. } => {}
            Fault::NoJournal { worker, ms, .. } => {
                self.spoils_journal(worker, true);
                self.after(ms, Event::Over(n));
            }
            Fault::Weather { account, ms, what, .. } => {
                let provider = &mut self.providers[account as usize];
                provider.weather.push(what);
                if what == Weather::Frozen {
                    provider.frozen = provider.assets.clone();
                }
                self.after(ms, Event::Over(n));
            }
            Fault::At { .. }
            | Fault::Call { .. }
            | Fault::Look { .. }
            | Fault::Record { .. }
            | Fault::ClaimLost { .. } => {}
        }
    }

    /// An account's weather passes, or a disk is mended.
    pub(crate) fn passes(&mut self, n: usize) {
        let (account, what) = match self.plan.faults[n] {
            Fault::Weather { account, what, .. } => (account, what),
            Fault::NoJournal { worker, .. } => return self.spoils_journal(worker, false),
            _ => return,
        };
        let provider = &mut self.providers[account as usize];
        if let Some(at) = provider.weather.iter().position(|w| *w == what) {
            provider.weather.swap_remove(at);
            self.note(|| format!("*** over: {what:?}"));
        }
        if let Weather::Fog(ms) = what
            && !self.calm
        {
            self.providers[account as usize].shows_backup = true;
            self.after(ms, Event::BackupOver(account as usize));
        }
    }

    /// Nothing more is handed out of an account, but deadlines that pass.
    pub(crate) fn pauses(&mut self, account: usize) {
        self.server.now.paused[account] = true;
        self.server.wrote(self.t);
        self.books.pauses(account, self.t);
        self.nudge();
    }

    /// Whoever says so has looked at why: with the pause the breaker is closed.
    pub(crate) fn resumes(&mut self, account: usize) {
        self.books.resumes(self.plan, account, self.t, &self.server);
        self.server.now.paused[account] = false;
        self.server.close_breaker(account);
        self.breaker_closed(account);
        self.server.wrote(self.t);
        self.nudge();
    }

    fn spoils_journal(&mut self, worker: usize, spoilt: bool) {
        let journal = self.plan.journal_of(worker);
        if let Some(journal) = journal.and_then(|at| self.journals.get_mut(at)) {
            journal.spoilt = spoilt;
        }
    }

    /// The producer hands an order in. Acceptance is durable before it is told.
    pub(crate) fn hand_in(&mut self, n: usize, content: u8) {
        let Some(order) = self.plan.orders.iter().find(|o| o.n == n) else {
            return;
        };
        if !self.server.up {
            return self.after(5 * SECOND, Event::HandIn { order: n, content });
        }
        let known = self.server.by_key(n).is_some();
        if self.t < order.at || (!known && content != 0) {
            // A conflict needs something to be in conflict with.
            return;
        }
        let now = instant(self.server.clock(self.t));
        // Handed in again after a loss it has as much time as before.
        let own = order.deadline.map(|ms| now + jiff::SignedDuration::from_millis(ms));
        let of_its_kind =
            || (order.op.kind() == Kind::Transfer).then(|| now + jiff::SignedDuration::from_hours(14 * 24));
        let deadline = own.or_else(of_its_kind);
        match self
            .server
            .accept(n, OrderRecord::accepted(now, deadline), content, self.t)
        {
            Accepted::New(id) => {
                self.note(|| format!("order {n} is accepted as id {id}: {order:?}"));
                self.order_of.insert(id, n);
                self.server.wrote(self.t);
                match self.plan.durability {
                    Durability::Relaxed => self.syncs_soon(),
                    Durability::Fsync | Durability::Replicated => self.server.fsync(self.t),
                }
                self.books.accepted(id);
                self.nudge();
            }
            Accepted::Replayed(_) if content == 0 => {}
            Accepted::Conflict if content != 0 => {}
            odd => self.breaks("P12", format!("order {n} handed in with content {content} is {odd:?}")),
        }
    }

    fn says(&mut self, n: usize, says: Says) {
        let (calm, up) = (self.calm, self.server.up);
        let Some((id, row)) = self.server.by_key(n).filter(|_| up && !calm) else {
            return;
        };
        let (rec, version) = (row.rec.clone(), row.version);
        let signal = match says {
            Says::CheckNow => SignalSeen::CheckNow,
            Says::Retry => SignalSeen::Retry,
            Says::Cancel => SignalSeen::Cancel,
            Says::AuthCode => SignalSeen::AuthCode {
                sealed: "sealed".to_owned(),
            },
            Says::Resolve => match self.finds(n, &rec) {
                Some(done) => SignalSeen::Resolve { done },
                None => return,
            },
        };
        if machine::may(&rec, self.order(n).op.kind(), signal.name(), ABILITIES).is_err() {
            return;
        }
        self.note(|| format!("somebody says {signal:?} to order {n}"));
        self.server.signal(id, version, signal, self.t);
        self.server.wrote(self.t);
        self.nudge();
    }

    /// What an operator finds who looks at the provider for as long as it takes: the truth, or nothing yet.
    fn finds(&self, n: usize, rec: &OrderRecord) -> Option<bool> {
        if rec.state != State::ActionRequired || rec.needs != Some(Needs::Decision) {
            return None;
        }
        let mut ours = self.books.requests.iter().filter(|r| r.order == n);
        if ours.clone().any(|r| r.fate == Fate::Open) {
            return None;
        }
        Some(ours.any(|r| r.fate == Fate::Effect) || self.order(n).by_hand)
    }

    /// Faults stop: everybody is awake, every account works, and producers make sure that nothing of theirs is missing.
    pub(crate) fn calms(&mut self) {
        self.note(|| "--- faults stop".to_owned());
        self.calm = true;
        for account in 0..self.providers.len() {
            self.providers[account].weather.clear();
            self.providers[account].shows_backup = false;
            for at in [0, MINUTE, HOUR] {
                self.after(at, Event::Resumed { account });
            }
        }
        for journal in &mut self.journals {
            journal.spoilt = false;
        }
        for worker in 0..self.workers.len() {
            let life = self.workers[worker].life;
            self.after(0, Event::Wake { worker, life });
        }
        self.after(0, Event::ServerUp);
        for order in &self.plan.orders {
            let hand_in = Event::HandIn {
                order: order.n,
                content: 0,
            };
            self.after(SECOND, hand_in);
        }
    }
}
