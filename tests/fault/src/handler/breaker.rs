//! The account's breaker for paid calls, as one order meets it: `worker/src/handler/breaker.rs`.

use domorder_api_client::provider::Outcome;
use domorder_jobs::machine::Observation;
use jiff::Timestamp;

use super::At;
use crate::ledger::Came;
use crate::plan::Ms;
use crate::provider::instant;
use crate::world::{Event, World};

impl World<'_> {
    /// Until when it keeps this order from paying: spread over a quarter of the pause.
    pub(super) fn breaker_until(&self, at: At, jitter: i64) -> Option<Timestamp> {
        let brake = self.workers[at.worker].tasks.get(&at.task)?.brake;
        let until = brake.until.filter(|until| *until > self.now(at))?;
        Some(instant(until + brake.pause * jitter / 4_000))
    }

    /// The ledger refused the intent: the order stands as before, and is still ours.
    pub(super) fn held_by_breaker(&mut self, at: At, until: Ms) {
        let Some(task) = self.task(at) else { return };
        (task.held_back, task.taken) = std::mem::take(&mut task.took_along);
        (task.armed, task.intended) = (false, None);
        (task.brake.until, task.brake.tries) = (Some(until), false);
        self.go(at, Observation::Claimed);
    }

    /// What the paid call came to, where that matters.
    pub(super) fn tell_breaker_of_call(&mut self, at: At, outcome: &Outcome) {
        let Some(task) = self.task(at) else { return };
        task.brake.tries = false;
        let key = (task.id, task.fence);
        let watched = self.server.watched.remove(&key);
        let came = match outcome {
            Outcome::Unknown(_) => Came::Unknown,
            Outcome::Accepted(_) | Outcome::Rejected(_) if watched => Came::Known,
            Outcome::NotSent(_) if watched => Came::Unsent,
            _ => return,
        };
        self.tell_breaker(at, came);
    }

    /// The order was to try, and nothing was bought: the next one may.
    pub(super) fn pass_the_trial_on(&mut self, at: At) {
        if self.task(at).is_some_and(|task| std::mem::take(&mut task.brake.tries)) {
            self.tell_breaker(at, Came::Passed);
        }
    }

    fn tell_breaker(&mut self, at: At, came: Came) {
        let Some(task) = self.task(at) else { return };
        let (id, order) = (task.id, task.order);
        let account = self.order(order).op.account() as usize;
        self.after(1, Event::BreakerTold { account, id, came });
    }
}
