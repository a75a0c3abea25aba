//! What follows: the real machine, with the facts of the moment, and without the guard that is off.

use domorder_api_client::provider::{Guard as Repeats, Sighting};
use domorder_jobs::machine::{self, Decision, Facts, Observation, Proved};
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::State;

use super::{ABILITIES, At};
use crate::guards::Guard;
use crate::plan::Ms;
use crate::provider::{instant, millis};
use crate::worker::{CALL_TIMEOUT, GATE};
use crate::world::World;

impl World<'_> {
    /// [`machine::next`] with the facts of this moment, and without the guard that is off.
    pub(super) fn decide(&mut self, at: At, seen: Observation) -> Result<Decision, machine::IllegalPair> {
        let guards = self.guards;
        let jitter = self.draw_of(at, 0, 1_000);
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            unreachable!("only a task in hand decides")
        };
        let mut record = task.written.clone();
        if !guards.has(Guard::StoredBaseline) {
            record.baseline = None;
        }
        if !guards.has(Guard::Spacing) && matches!(seen, Observation::Saw(_)) && record.state == State::UnknownOutcome {
            record.next_check_at = None;
        }
        if !guards.has(Guard::Reconcile) && seen == Observation::Claimed && record.state == State::Dispatching {
            record.state = State::Queued;
            record.intent = None;
        }
        let out = matches!(record.state, State::Dispatching | State::UnknownOutcome);
        if !guards.has(Guard::EffectFirst) && task.paused && out {
            (record.state, record.intent, record.attempted_at) = (State::Queued, None, None);
        }
        let whose = record.provider_order_id.clone();
        let ends = matches!(seen, Observation::Saw(Sighting::Ended(..)));
        if !guards.has(Guard::OwnEnd) && ends {
            record.provider_order_id = Some("whoever's".to_owned());
        }
        let missed = matches!(seen, Observation::Saw(Sighting::Absent(_)));
        let facts = self.facts(at, &record, jitter);
        let mut decision = machine::next(&record, seen, &facts)?;
        let next = &mut decision.record;
        if !guards.has(Guard::OwnEnd) && ends {
            next.provider_order_id = whose;
        }
        let unknown = |record: &OrderRecord| record.state == State::UnknownOutcome;
        if !guards.has(Guard::AbsenceAfterSettle) && missed && unknown(&record) && unknown(next) {
            next.absences = next.absences.max(record.absences + 1);
        }
        Ok(decision)
    }

    /// All that a decision may depend on, at this moment.
    pub(super) fn facts(&self, at: At, record: &OrderRecord, jitter: i64) -> Facts<'_> {
        let guards = self.guards;
        let Some(task) = self.workers[at.worker].tasks.get(&at.task) else {
            unreachable!("only a task in hand decides")
        };
        let op = self.order(task.order).op;
        let proved = task.proved.as_ref().filter(|_| guards.has(Guard::ProvedBaseline));
        let called_off = record.cancelling.is_some();
        let settle = i64::try_from(self.policy.settle.as_millis()).unwrap_or(0);
        let settles_in = settle + GATE + CALL_TIMEOUT;
        let quiet = task.epoch.since > 0 && guards.has(Guard::Quarantine);
        let settles = guards.has(Guard::Settle);
        Facts {
            now: instant(self.now(at)),
            kind: op.kind(),
            operation: op.operation(),
            not_before: None,
            guard: match op.repeats() {
                Repeats::Weak if !guards.has(Guard::WeakAsks) => Repeats::RefusesRepeat,
                Repeats::Weak if !guards.has(Guard::WeakEndsNothing) && called_off => Repeats::RefusesRepeat,
                repeats => repeats,
            },
            call_timeout: std::time::Duration::from_millis(CALL_TIMEOUT.unsigned_abs()),
            sent_for: self.since(at.worker, record.last_sent_at()),
            paused: task.paused && guards.has(Guard::PauseAsksNobody),
            lane_head: task.head || !guards.has(Guard::DomainLane),
            quiet_until: quiet.then(|| instant(task.epoch.since + settles_in)),
            breaker_until: self.breaker_until(at, jitter),
            abilities: ABILITIES,
            proved,
            proved_for: self.since(at.worker, proved.and_then(Proved::latest)),
            change: op.change(),
            prepares: false,
            max_price: None,
            jitter: f64::from(i32::try_from(jitter).unwrap_or(0)) / 1_000.0,
            policy: if settles { &self.policy } else { &self.hasty },
        }
    }

    /// How long ago the server's clock showed that, as far as the worker's own can vouch for it.
    fn since(&self, worker: usize, at: Option<jiff::Timestamp>) -> std::time::Duration {
        match at {
            Some(at) if self.guards.has(Guard::OwnClock) => self.workers[worker].since(millis(at), self.t),
            _ => std::time::Duration::MAX,
        }
    }

    /// Now by the server's clock: what the claim told, and the time since by our own.
    pub(crate) fn now(&self, at: At) -> Ms {
        let worker = &self.workers[at.worker];
        let task = worker.tasks.get(&at.task);
        task.map_or(self.t, |task| task.claimed_at + worker.mono(self.t) - task.since)
    }
}
