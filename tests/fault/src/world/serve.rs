//! The ledger's side of a claim and of a record: what was asked arrives, is done in one step, and is answered.

use std::rc::Rc;

use super::{Event, World};
use crate::chance::draw;
use crate::guards::Guard;
use crate::handler::At;
use crate::ledger::{Record, Told};
use crate::plan::{ACCOUNTS, Durability, Fault, Ms, SECOND};
use crate::worker::{EXTENDED_EVERY, LEASE, Msg};

impl World<'_> {
    pub(super) fn claim(&mut self, worker: usize, life: u32) {
        if !self.server.up {
            return;
        }
        let plan = self.plan;
        let of = |n: usize| {
            let found = plan.orders.iter().find(|o| o.n == n);
            found.map_or((9, usize::MAX), |o| (o.op.account() as usize, o.domain))
        };
        let mut orders = Vec::new();
        for account in 0..ACCOUNTS.len() {
            let paused = self.server.now.paused[account];
            let claimed = self.server.claim(account, LEASE, self.t, of);
            if paused {
                self.books.claimed_paused(&claimed);
            }
            orders.extend(claimed);
        }
        self.server.wrote(self.t);
        for claimed in &orders {
            self.books.fenced(claimed.id, claimed.row.fence, claimed.epoch.run);
            self.counts[claimed.row.order].claims += 1;
        }
        orders.retain(|claimed| {
            let (order, nth) = (claimed.row.order, self.counts[claimed.row.order].claims);
            let fits = |f: &Fault| matches!(f, Fault::ClaimLost { order: o, nth: n } if *o == order && *n == nth);
            self.fault(|f| fits(f).then_some(())).is_none()
        });
        if !orders.is_empty() {
            self.after(
                1,
                Event::To {
                    worker,
                    life,
                    msg: Msg::Claimed(orders),
                },
            );
            if !std::mem::replace(&mut self.workers[worker].beats, true) {
                self.after(EXTENDED_EVERY, Event::Beat { worker, life });
            }
        }
        self.nudge();
    }

    pub(super) fn record(
        &mut self,
        at: At,
        call: u64,
        record: Box<Record>,
        answers: bool,
        not_before: Ms,
        decided: Option<Ms>,
    ) {
        if !self.server.up {
            return;
        }
        let order = self.order_of.get(&record.id).copied().unwrap_or(usize::MAX);
        let wanted = self.order(order);
        let before = self.server.now.orders.get(&record.id).map(Rc::clone);
        let told = self
            .server
            .record(&record, self.t, (wanted.op.account() as usize, wanted.domain));
        let Told::Made(version) = told else {
            return self.tell(at, call, told, answers, not_before);
        };
        let after = self.server.now.orders.get(&record.id).map(Rc::clone);
        if let (Some(before), Some(after)) = (before, after)
            && before.version != after.version
        {
            if record.intent.is_some() {
                let account = wanted.op.account() as usize;
                self.books
                    .pays(self.plan, account, order, record.id, &self.server, self.t);
            }
            let journal = self.plan.journal_of(at.worker);
            self.books
                .recorded(self.plan, &before, &after, &record, journal, &self.server);
            if after.rec.state.is_final() && !before.rec.state.is_final() {
                let provider = &self.providers[wanted.op.account() as usize];
                self.books.closed(self.plan, record.id, order, &after.rec, provider);
            }
        }
        self.server.wrote(self.t);
        self.nudge();
        if record.intent.is_some() && !self.guards.has(Guard::DurableIntent) {
            return self.tell(at, call, told, answers, not_before);
        }
        // That a list showed it unchanged may be undone by a crash: it is only asked again.
        if !record.durable {
            return self.tell(at, call, told, answers, not_before);
        }
        if self.plan.durability == Durability::Relaxed {
            self.books.is_durable(&record, version, decided, &self.server);
            self.syncs_soon();
            return self.tell(at, call, told, answers, not_before);
        }
        let run = self.server.run;
        let takes = draw(self.plan.seed, &[5, call], 1, 8);
        self.after(
            takes,
            Event::Fsynced {
                run,
                at,
                call,
                record,
                version,
                answers,
                not_before,
                decided,
            },
        );
    }

    /// Every second, nobody waits for it.
    pub(crate) fn syncs_soon(&mut self) {
        let run = self.server.run;
        self.after(SECOND - self.t % SECOND, Event::Synced { run });
    }

    pub(super) fn tell(&mut self, at: At, call: u64, told: Told, answers: bool, not_before: Ms) {
        if answers {
            let takes = (not_before - self.t).max(1);
            self.to(
                at,
                takes,
                Msg::Told {
                    task: at.task,
                    call,
                    told,
                },
            );
        }
    }
}
