//! Laws of an account's breaker: what it was told, and which intents were made meanwhile.

use domorder_jobs::state::{Reason, State};

use crate::laws::Books;
use crate::ledger::{Came, Id, Server};
use crate::plan::{MINUTE, Ms, Plan, SECOND};
use crate::world::{Event, World};

/// The shortest lease under which a paid call leaves: so long nobody else tries.
const TRIAL: Ms = 35 * SECOND;
/// Who waits for a breaker that is closed has moved on within this, whatever befalls workers and claims.
const LET_GO_WITHIN: Ms = 5 * MINUTE;

/// What is known of one breaker, by the ledger's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// Unknown outcomes in a row.
    row: u32,
    /// When it opened last.
    opened: Option<Ms>,
    /// Who tried last since, and when; no word of it has come.
    trial: Option<(Id, Ms)>,
}

impl Books {
    fn told(&mut self, account: usize, id: Id, came: Came, in_a_row: u32, pause: Ms, now: Ms) {
        let told = &mut self.breakers[account];
        told.trial = told.trial.filter(|(other, _)| *other != id);
        match came {
            Came::Unknown => {
                told.row += 1;
                let over = told.opened.is_some_and(|opened| now >= opened + pause);
                if told.row == in_a_row || told.row > in_a_row && over {
                    told.opened = Some(now);
                }
            }
            Came::Known if told.opened.is_none() => told.row = 0,
            Came::Known | Came::Unsent | Came::Passed => {}
        }
    }

    /// An intent was made: not in a pause, and after it one at a time.
    pub(crate) fn pays(&mut self, plan: &Plan, account: usize, order: usize, id: Id, server: &Server, t: Ms) {
        let now = server.clock(t);
        let Told { opened, trial, .. } = self.breakers[account];
        let Some(opened) = opened else { return };
        if now < opened + plan.breaker.pause {
            let what = format!(
                "order {order}: an intent {} s after its account's breaker opened",
                (now - opened) / SECOND
            );
            self.breaks("breaker", what);
        }
        if trial.is_some_and(|(other, at)| other != id && now < at + TRIAL) {
            let what = format!("order {order}: an intent while another one tries the account");
            self.breaks("breaker", what);
        }
        self.breakers[account].trial = Some((id, now));
    }
}

impl World<'_> {
    /// The ledger hears what a paid call came to.
    pub(crate) fn breaker_told(&mut self, account: usize, id: Id, came: Came) {
        if !self.server.up {
            return;
        }
        let (plan, limits) = (self.plan, self.plan.breaker);
        let of = |n: usize| {
            let found = plan.orders.iter().find(|o| o.n == n);
            found.map_or(9, |o| o.op.account() as usize)
        };
        let now = self.server.clock(self.t);
        self.books.told(account, id, came, limits.in_a_row, limits.pause, now);
        let changed = self.server.came_to(account, id, came, limits, self.t, of);
        if let Some(opened) = changed {
            self.note(|| format!("the breaker is {}", if opened { "open" } else { "closed" }));
        }
        if changed == Some(false) {
            self.breaker_closed(account);
        }
        self.server.wrote(self.t);
        self.nudge();
    }

    /// By a trial or by hand.
    pub(crate) fn breaker_closed(&mut self, account: usize) {
        self.books.breakers[account] = Told::default();
        self.after(LET_GO_WITHIN, Event::LetGo { account, since: self.t });
    }

    /// What waited for a breaker that was closed then has moved on, unless something else holds it back.
    pub(crate) fn are_let_go(&mut self, account: usize, since: Ms) {
        let server = &self.server;
        let held = server.now.paused[account] || server.now.breakers[account].until.is_some();
        let as_it_was = !held && server.up && self.books.whole_since <= since;
        let waits = |row: &crate::ledger::Row| {
            let parked = (row.rec.state, row.rec.reason) == (State::Parked, Some(Reason::BreakerOpen));
            let updated = row.rec.updated_at.map_or(0, crate::provider::millis);
            let ours = self
                .plan
                .orders
                .iter()
                .any(|o| o.n == row.order && o.op.account() as usize == account);
            parked && ours && updated < server.clock(since) - SECOND
        };
        let left = server.now.orders.values().find(|row| waits(row)).map(|row| row.order);
        if let Some(order) = left.filter(|_| as_it_was) {
            let what = format!(
                "order {order}: waits for a breaker that was closed {} s ago",
                (self.t - since) / SECOND
            );
            self.breaks("breaker", what);
        }
    }
}
