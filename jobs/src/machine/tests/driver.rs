//! Plays the handler over a tape of chances, and checks every decision against the laws.

use domorder_api_client::provider::{Guard, Operation, Outcome, RejectionClass, Sighting, TroubleKind};
use jiff::Timestamp;

use super::world::*;
use crate::machine::{Decision, Facts, FundsSeen, Observation, SignalSeen, Step, next};
use crate::record::OrderRecord;
use crate::state::{Charged, Needs, Reason, State};

/// More decisions than this in one claim are a circle.
const STEPS_MAX: usize = 16;

/// The contract's table "Steps that exist".
pub(super) const STEPS_THAT_EXIST: &[(State, &[State])] = {
    use State as S;
    &[
        (
            S::Queued,
            &[
                S::Dispatching,
                S::Parked,
                S::ActionRequired,
                S::InProgress,
                S::Succeeded,
                S::Failed,
                S::Cancelled,
            ],
        ),
        (
            S::Parked,
            &[
                S::Queued,
                S::InProgress,
                S::ActionRequired,
                S::Succeeded,
                S::Failed,
                S::Cancelled,
            ],
        ),
        (
            S::Dispatching,
            &[
                S::InProgress,
                S::Blocked,
                S::ActionRequired,
                S::UnknownOutcome,
                S::Parked,
                S::Queued,
                S::Succeeded,
                S::Failed,
            ],
        ),
        (
            S::UnknownOutcome,
            &[
                S::InProgress,
                S::Blocked,
                S::ActionRequired,
                S::Parked,
                S::Queued,
                S::Succeeded,
                S::Failed,
            ],
        ),
        (S::InProgress, WAITING),
        (S::Blocked, WAITING),
        (S::ActionRequired, WAITING),
    ]
};

const WAITING: &[State] = &[
    State::InProgress,
    State::Blocked,
    State::ActionRequired,
    State::Parked,
    State::Queued,
    State::Succeeded,
    State::Failed,
    State::Cancelled,
];

pub(super) fn exists(from: State, to: State) -> bool {
    from == to || STEPS_THAT_EXIST.iter().any(|(f, tos)| *f == from && tos.contains(&to))
}

/// What the run knows and the machine is not told: when something of ours may have come to stand unaccounted for.
#[derive(Debug, Clone, Default)]
struct Ghost {
    /// The last call of which nothing is known, or whose thing stands as far as known.
    open_since: Option<Timestamp>,
    /// It was accepted or seen: only its end or a person's word makes room for another.
    stood: bool,
    /// Looks that saw nothing of ours since, first and last, and how many were apart.
    absent: Vec<Timestamp>,
    /// It was seen to have ended.
    ended: bool,
}

#[derive(Debug)]
pub(super) struct Run {
    pub(super) record: OrderRecord,
    durable: OrderRecord,
    pub(super) facts: Facts<'static>,
    tape: Vec<u16>,
    at: usize,
    ghost: Ghost,
    /// The looks of the ghost that a record tells of: what was only seen dies with the worker.
    durable_absent: Vec<Timestamp>,
    /// What the machine was given and gave, for the one who reads a failure.
    pub(super) log: Vec<String>,
    /// Truthful world: does the effect stand?
    pub(super) stands: bool,
}

impl Run {
    pub(super) fn new(operation: Operation, guard: Guard, deadline: Option<i64>, tape: Vec<u16>) -> Self {
        let record = OrderRecord::accepted(t0(), deadline.map(|s| t0() + secs(s)));
        Self {
            durable: record.clone(),
            record,
            facts: Facts {
                guard,
                ..facts(operation)
            },
            tape,
            at: 0,
            ghost: Ghost::default(),
            durable_absent: Vec::new(),
            log: Vec::new(),
            stands: false,
        }
    }

    pub(super) fn faults_left(&self) -> bool {
        self.at < self.tape.len()
    }

    fn draw(&mut self, below: usize) -> usize {
        let drawn = self.tape.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(drawn) % below
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.draw(of.len())].clone()
    }

    /// One random stretch: time passes, the order is handed out for a reason, and driven until it waits.
    pub(super) fn stumble(&mut self) {
        let until_wake = self
            .record
            .next_check_at
            .map_or(60, |at| at.duration_since(self.facts.now).as_secs() + 1);
        let jump = [until_wake, until_wake, until_wake, 0, 1, 60, 1200, 90_000];
        let jump = self.pick(&jump).max(0);
        self.facts.now += secs(jump);
        self.facts.lane_head = self.draw(8) != 0;
        self.facts.quiet_until = (self.draw(10) == 0).then(|| self.facts.now + secs(900));
        self.facts.breaker_until = (self.draw(10) == 0).then(|| self.facts.now + secs(60));
        self.facts.amends_auth_code = self.draw(2) == 0;
        let asleep = self.record.next_check_at.is_none() && self.record.state == State::ActionRequired;
        let seen = match self.draw(if asleep { 2 } else { 6 }) {
            0 => Observation::Signal(self.pick(&signals())),
            _ if !self.record.state.is_final() && self.draw(40) == 0 => {
                Observation::Unusable("sealed with a key that is gone".to_owned())
            }
            _ => Observation::Claimed,
        };
        self.claim(seen, true);
    }

    /// One stretch of a world without faults, at the time the order asked for. `false`: nobody will wake it.
    pub(super) fn walk(&mut self) -> bool {
        match self.record.next_check_at {
            Some(at) => self.facts.now = self.facts.now.max(at),
            None if matches!(self.record.state, State::Parked | State::ActionRequired) => return false,
            None => {}
        }
        (self.facts.lane_head, self.facts.quiet_until, self.facts.breaker_until) = (true, None, None);
        self.claim(Observation::Claimed, false);
        !self.record.state.is_final()
    }

    fn claim(&mut self, first: Observation, faulty: bool) {
        let mut seen = first;
        for _ in 0..STEPS_MAX {
            self.log
                .push(format!("{} {} {seen:?}", self.facts.now, self.record.state));
            let decision = next(&self.record, seen.clone(), &self.facts).expect("an observation that fits its step");
            self.obeys(&seen, &decision);
            self.log
                .push(format!("    {:?} {}", decision.record.face(), decision.why));
            let before = std::mem::replace(&mut self.record, decision.record);
            let waits = matches!(decision.step, Step::Wait(_) | Step::Close);
            if before.face() != self.record.face() || waits || decision.step == Step::Submit {
                self.durable = self.record.clone();
                self.durable_absent = self.ghost.absent.clone();
            }
            if waits {
                return;
            }
            if faulty && self.draw(12) == 0 {
                // Died before the step was done, or after it and before its answer was recorded.
                self.record = self.durable.clone();
                self.ghost.absent = self.durable_absent.clone();
                if decision.step == Step::Submit {
                    self.open();
                }
                return;
            }
            if faulty && self.draw(6) == 0 {
                self.facts.now += secs(25);
            }
            seen = if faulty {
                self.chance(decision.step)
            } else {
                self.truth(decision.step)
            };
        }
        panic!("no end of steps in one claim:\n{}", self.log.join("\n"));
    }

    /// Anything that fits the step.
    fn chance(&mut self, step: Step) -> Observation {
        let absence_now_and_then = |run: &mut Self| match run.draw(2) {
            0 => absent(),
            _ => run.pick(&sightings()),
        };
        match step {
            Step::Look(_) => Observation::Saw(absence_now_and_then(self)),
            Step::Submit => {
                let outcome = match self.draw(3) {
                    0 => lost(),
                    _ => self.pick(&outcomes()),
                };
                if matches!(&outcome, Outcome::Unknown(_) | Outcome::Accepted(_))
                    || matches!(&outcome, Outcome::Rejected(r) if r.class == RejectionClass::Taken)
                {
                    self.open();
                }
                Observation::Answered(outcome)
            }
            Step::Cancel => Observation::CancelAnswered(self.pick(&outcomes())),
            Step::AmendAuthCode | Step::ResendApproval => Observation::AmendAnswered(self.pick(&outcomes())),
            Step::ReadFunds => Observation::Funds(self.pick(&[
                FundsSeen::Some,
                FundsSeen::None,
                FundsSeen::NotShown,
                FundsSeen::Unreadable(trouble(TroubleKind::Unavailable)),
            ])),
            Step::Wait(_) | Step::Close => unreachable!("ends the claim"),
        }
    }

    /// What a provider without faults says.
    fn truth(&mut self, step: Step) -> Observation {
        match step {
            Step::Look(_) => Observation::Saw(if self.stands { present() } else { absent() }),
            Step::Submit => {
                self.open();
                self.stands = true;
                Observation::Answered(accepted(None))
            }
            Step::Cancel => {
                self.stands = false;
                Observation::CancelAnswered(accepted(None))
            }
            Step::AmendAuthCode | Step::ResendApproval => Observation::AmendAnswered(accepted(None)),
            Step::ReadFunds => Observation::Funds(FundsSeen::Some),
            Step::Wait(_) | Step::Close => unreachable!("ends the claim"),
        }
    }

    fn open(&mut self) {
        self.ghost = Ghost {
            open_since: Some(self.facts.now),
            ..Ghost::default()
        };
    }

    /// Whether nothing of ours stands, as far as whoever is careful can tell.
    fn gone(&self) -> bool {
        let Some(since) = self.ghost.open_since else {
            return true;
        };
        let policy = self.facts.policy;
        let settled = since + secs(i64::try_from(policy.settle.as_secs()).expect("small"));
        self.ghost.ended || (self.ghost.absent.len() >= 3 && self.facts.now >= settled)
    }

    /// The laws over one decision.
    fn obeys(&mut self, seen: &Observation, decision: &Decision) {
        let (old, new, facts) = (self.record.clone(), &decision.record, self.facts.clone());
        macro_rules! law {
            ($holds:expr, $law:literal) => {
                assert!(
                    $holds,
                    "{}\n{}\n{old:#?}\n{seen:?}\n{decision:#?}",
                    $law,
                    self.log.join("\n")
                )
            };
        }
        // What was seen, before it is judged.
        match seen {
            Observation::Saw(Sighting::Absent(_) | Sighting::Impossible(..)) => {
                let apart = self
                    .ghost
                    .absent
                    .last()
                    .is_none_or(|last| facts.now.duration_since(*last) >= secs(1));
                if apart {
                    self.ghost.absent.push(facts.now);
                }
            }
            Observation::Saw(Sighting::Pending(..)) => {
                self.ghost.stood = true;
                self.ghost.open_since.get_or_insert(facts.now);
                self.ghost.absent.clear();
                self.ghost.ended = false;
            }
            Observation::Saw(Sighting::Ended(..)) => self.ghost.ended = true,
            Observation::Answered(Outcome::Accepted(_)) => self.ghost.stood = true,
            Observation::Signal(SignalSeen::Resolve { done: false })
                if old.state == State::ActionRequired && old.needs == Some(Needs::Decision) =>
            {
                self.ghost = Ghost::default();
            }
            _ => {}
        }

        law!(
            !old.state.is_final() || (new.state == old.state && decision.step == Step::Close),
            "final states stay"
        );
        law!(exists(old.state, new.state), "only the contract's steps are taken");
        law!(
            new.state.is_final() == (decision.step == Step::Close),
            "an order is closed when it is final"
        );
        law!(
            new.state.is_final() == new.finished_at.is_some(),
            "a final order says since when"
        );

        let submits = decision.step == Step::Submit;
        law!(
            submits == (new.state == State::Dispatching),
            "a call is decided by entering `dispatching`, and so only"
        );
        if submits {
            law!(old.state == State::Queued, "`queued` stands before every `dispatching`");
            law!(
                matches!(seen, Observation::Saw(Sighting::Absent(s)) if !s.taken_elsewhere),
                "a call is decided on nothing but a look that saw absence"
            );
            law!(
                facts.lane_head && facts.quiet_until.is_none() && facts.breaker_until.is_none(),
                "a call is decided only where nothing holds it back"
            );
            law!(self.gone(), "nothing is sent while something of ours may stand");
            let by_itself = self.ghost.open_since.is_some() && !self.ghost.stood && !self.ghost.ended;
            law!(
                !(by_itself && facts.guard == Guard::Weak),
                "one weak witness is not enough to send again"
            );
            law!(new.attempts == old.attempts + 1, "an attempt is counted");
            law!(
                new.intent.as_ref().is_some_and(|i| i.open && i.attempt == new.attempts),
                "the intent is open"
            );
        } else {
            law!(new.attempts == old.attempts, "only an attempt is counted as one");
            law!(
                new.intent.as_ref().is_none_or(|i| !i.open),
                "no intent stays open outside `dispatching`"
            );
        }

        law!(
            old.baseline.is_none() || new.baseline == old.baseline,
            "a baseline never changes"
        );
        law!(!old.sent || new.sent, "that something may be ours is not forgotten");
        law!(!old.refund_due || new.refund_due, "what is owed back is not forgotten");
        law!(
            facts.operation.costs_money() || new.charged == Charged::No,
            "what has no price is never charged"
        );
        law!(
            new.state != State::ActionRequired || new.needs.is_some(),
            "who is asked is told for what"
        );
        law!(
            new.state == State::ActionRequired || new.needs.is_none(),
            "nobody is asked in another state"
        );
        law!(
            new.state != State::Parked || new.reason.is_some(),
            "who is parked is told for what"
        );
        if matches!(seen, Observation::Saw(Sighting::Unreadable(_))) {
            law!(!new.state.is_final(), "no order ends by an answer that cannot be read");
        }
        if old.state != new.state {
            self.ends_rightly(seen, decision);
        }
        self.wakes_rightly(decision);
        if new.state.is_final() && new.state != State::Succeeded && self.ghost.stood {
            law!(
                !facts.operation.costs_money() || old.charged == Charged::No || new.charged == Charged::RefundDue,
                "what ended after it was paid for is owed back"
            );
        }
    }

    fn ends_rightly(&self, seen: &Observation, decision: &Decision) {
        let new = &decision.record;
        let context = || format!("{}\n{seen:?}\n{decision:#?}", self.log.join("\n"));
        match new.state {
            State::Succeeded => assert!(
                matches!(seen, Observation::Saw(Sighting::Present(_)))
                    || matches!(seen, Observation::Answered(Outcome::Accepted(a)) if a.stage.is_none()),
                "succeeded without having seen the effect\n{}",
                context()
            ),
            State::Failed => {
                assert!(
                    new.charged != Charged::Unknown && new.charged != Charged::Yes,
                    "{}",
                    context()
                );
                let refused = self.record.refused_as_taken || matches!(seen, Observation::Answered(_));
                assert!(
                    refused || self.gone(),
                    "failed while something may stand\n{}",
                    context()
                );
            }
            State::Cancelled => {
                assert!(
                    new.charged != Charged::Unknown && new.charged != Charged::Yes,
                    "{}",
                    context()
                );
                assert!(self.gone(), "cancelled while something may stand\n{}", context());
            }
            _ => {}
        }
    }

    fn wakes_rightly(&self, decision: &Decision) {
        let (new, now) = (&decision.record, self.facts.now);
        let Step::Wait(at) = decision.step else { return };
        let context = || format!("{}\n{decision:#?}", self.log.join("\n"));
        assert_eq!(at, new.next_check_at, "the record says when it wakes\n{}", context());
        assert!(at.is_none_or(|at| at >= now), "nobody wakes in the past\n{}", context());
        let undecided = new.needs == Some(Needs::Decision);
        if let Some(deadline) = new.deadline_at.filter(|d| *d > now)
            && !undecided
            && new.state != State::UnknownOutcome
        {
            assert!(
                at.is_some_and(|at| at <= deadline),
                "sleeps past its deadline\n{}",
                context()
            );
        }
        let somebody_acts = undecided
            || matches!(new.state, State::ActionRequired)
            || matches!(new.reason, Some(Reason::Funds | Reason::DomainBusy));
        assert!(
            at.is_some() || somebody_acts,
            "sleeps for ever with nobody to act\n{}",
            context()
        );
        if new.deadline_at.is_some_and(|d| d <= now) && new.cancelling.is_none() && !new.placed {
            let may_wait = undecided || matches!(new.state, State::UnknownOutcome) || at == Some(now);
            let just_now = matches!(self.record.state, State::Dispatching) || at.is_some();
            assert!(may_wait || just_now, "waits past its deadline\n{}", context());
        }
    }
}
