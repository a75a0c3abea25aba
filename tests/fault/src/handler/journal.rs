//! The journal beside the worker, as one order meets it: `worker/src/handler/journal.rs`.

use domorder_api_client::provider::{Outcome, TroubleKind};
use domorder_jobs::machine::Observation;

use super::At;
use super::look::unreadable;
use crate::chance::draw;
use crate::guards::Guard;
use crate::journal::Journal;
use crate::worker::Msg;
use crate::world::World;

impl World<'_> {
    fn journal(&mut self, at: At) -> Option<&mut Journal> {
        let journal = self.plan.journal_of(at.worker)?;
        self.journals.get_mut(journal)
    }

    /// Before an order is looked at to be bought: a call for it that the ledger has lost, or that this cannot be known.
    pub(super) fn recalled(&mut self, at: At) -> Option<Observation> {
        // Who sends open intents again has no use for one more.
        if !self.guards.has(Guard::Journal) || !self.guards.has(Guard::Reconcile) {
            return None;
        }
        let task = self.workers[at.worker].tasks.get(&at.task)?;
        let journal = self.journals.get(self.plan.journal_of(at.worker)?)?;
        if journal.spoilt {
            return Some(Observation::Saw(unreadable(TroubleKind::Unavailable)));
        }
        let lost = journal.recall(task.order, &task.written)?;
        Some(Observation::Recalled(lost))
    }

    /// The intent is in the ledger; then it is kept here, and only then the call goes out.
    pub(super) fn keep(&mut self, at: At) {
        let first = self.guards.has(Guard::JournalFirst);
        let takes = draw(self.plan.seed, &[9, self.t.unsigned_abs(), at.task], 1, 8);
        let Some(task) = self.task(at) else { return };
        let (order, written) = (task.order, task.written.clone());
        let Some(journal) = self.journal(at) else {
            return self.connect(at);
        };
        if journal.spoilt {
            return self.not_sent(at, takes, "the journal cannot be written");
        }
        if first {
            journal.keep(order, &written);
        }
        self.to(at, takes, Msg::Kept { task: at.task });
    }

    /// What the call came to is kept before anything else is made of it.
    pub(super) fn keep_outcome(&mut self, at: At, outcome: &Outcome) {
        let first = self.guards.has(Guard::JournalFirst);
        let Some(task) = self.task(at) else { return };
        let (order, written) = (task.order, task.written.clone());
        let Some(journal) = self.journal(at).filter(|journal| !journal.spoilt) else {
            return;
        };
        if !first {
            journal.keep(order, &written);
        }
        journal.came_to(order, &written, outcome);
    }
}
