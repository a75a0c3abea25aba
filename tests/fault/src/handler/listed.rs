//! One list of the account instead of a look, as `worker/src/handler/listed.rs` and `worker/src/survey` have it. That
//! it has to pay is left out: it is read whenever there is one that could answer.

use std::collections::BTreeMap;

use domorder_api_client::provider::{Evidence, Sighting, Snapshot, Stage, Tells};
use domorder_jobs::machine::{Look, Observation, stands_at};

use super::At;
use crate::guards::Guard;
use crate::plan::{Ms, Op};
use crate::provider::{Asset, millis};
use crate::worker::{List, Msg};
use crate::world::{Event, World};

/// As the adapters say it: so many looks first are single ones, and then one of so many.
const fn singly(tells: Tells) -> (u32, u32) {
    match tells {
        Tells::Standing => (0, 24),
        Tells::Arrivals => (4, 4),
    }
}

/// What an order that looks is asked for.
struct Looker {
    domain: usize,
    stage: Stage,
    /// Since its last record.
    since: Ms,
    /// The oldest list that may speak for it.
    age_max: Ms,
}

impl World<'_> {
    /// Whether a list answers for the look, now or in a moment. Only the first step of a claim that came at its time and
    /// with no signal may have one.
    pub(super) fn listed(&mut self, at: At, call: u64, first: bool) -> bool {
        if let Some(task) = self.task(at) {
            task.by_list = false;
        }
        let Some(looker) = self.looker(at).filter(|_| first) else {
            return false;
        };
        match self.list_says(at, &looker) {
            Some(true) => {
                self.hears(at, call, Observation::Listed);
                true
            }
            Some(false) => self.list_is_believed(at, call),
            None => {
                let trip = self.draw_of(at, 50, 4_000);
                let began = self.workers[at.worker].mono(self.t);
                self.after(trip, Event::ListAt { at, call, began });
                true
            }
        }
    }

    /// A list has been read, or could not be: it answers, or the order is looked at singly.
    pub(crate) fn list_read(&mut self, at: At, call: u64, began: Ms) {
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            return;
        };
        let order = task.order;
        let account = self.order(order).op.account() as usize;
        // Unreadable, or as it stood long ago, by no fault of the account's weather.
        let luck = if self.calm { 9 } else { self.draw_of(at, 0, 9) };
        let assets = match luck {
            0 => None,
            1 => Some(self.providers[account].backup.clone()),
            _ => self.providers[account].list(),
        };
        self.note(|| {
            format!(
                "w{}: a list is read, {}",
                at.worker,
                if assets.is_some() { "whole" } else { "in vain" }
            )
        });
        let read = assets.is_some();
        if let Some(assets) = assets {
            self.workers[at.worker].lists[account] = Some(List { began, assets });
        }
        let looker = self.looker(at).filter(|_| read);
        if let Some(looker) = looker {
            match self.list_says(at, &looker) {
                Some(true) => return self.hears(at, call, Observation::Listed),
                Some(false) if self.list_is_believed(at, call) => return,
                _ => {}
            }
        }
        self.look(at, call, Look::Follow, order);
    }

    fn looker(&self, at: At) -> Option<Looker> {
        let tells = self.plan.lists?;
        let task = self.workers[at.worker].tasks.get(&at.task)?;
        let (record, now) = (&task.written, self.now(at));
        let (last, due) = (millis(record.updated_at?), millis(record.next_check_at?));
        let wait = due - last;
        let near_its_end = record
            .deadline_at
            .is_some_and(|deadline| millis(deadline) - now <= 2 * wait);
        if task.told || now < due || near_its_end {
            return None;
        }
        let (first, every) = singly(tells);
        let its_turn = record.looks < first || record.looks.wrapping_add(task.id).is_multiple_of(every);
        if its_turn && self.guards.has(Guard::ListSingly) {
            return None;
        }
        let (stage, order) = (stands_at(record)?, self.order(task.order));
        let moves = matches!(stage, Stage::Working | Stage::LosingRegistrar | Stage::Registry);
        if tells == Tells::Arrivals && !(moves && order.op == Op::Transfer) {
            return None;
        }
        Some(Looker {
            domain: order.domain,
            stage,
            since: now - last,
            age_max: wait / 2,
        })
    }

    /// What the list at hand says: unchanged or not; `None`: it is too old to be asked.
    fn list_says(&self, at: At, looker: &Looker) -> Option<bool> {
        let worker = &self.workers[at.worker];
        let account = self.order(worker.tasks.get(&at.task)?.order).op.account() as usize;
        let list = worker.lists[account].as_ref()?;
        let age = worker.mono(self.t) - list.began;
        if age > looker.age_max || age >= looker.since {
            return None;
        }
        Some(unchanged(self.plan.lists?, &list.assets, looker))
    }

    /// What differs, or is missing, is looked at singly; unless somebody thought that a list may say that, too.
    fn list_is_believed(&mut self, at: At, call: u64) -> bool {
        if self.guards.has(Guard::ListUnchanged) {
            return false;
        }
        let seen = match self.plan.lists {
            Some(Tells::Standing) => Sighting::Absent(Snapshot::default()),
            _ => Sighting::Present(Evidence::default()),
        };
        self.hears(at, call, Observation::Saw(seen));
        true
    }

    fn hears(&mut self, at: At, call: u64, seen: Observation) {
        let Some(task) = self.task(at) else { return };
        task.by_list = true;
        let task = at.task;
        self.to(at, 1, Msg::Seen { task, call, seen });
    }
}

fn unchanged(tells: Tells, assets: &BTreeMap<usize, Asset>, looker: &Looker) -> bool {
    let asset = assets.get(&looker.domain);
    match tells {
        Tells::Standing => asset.and_then(Asset::stands_at) == Some(looker.stage),
        Tells::Arrivals => !asset.is_some_and(|asset| asset.ours),
    }
}
