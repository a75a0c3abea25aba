//! Plays the handler over a tape of chances: who wakes the order, what is seen, when the worker dies.
//!
//! Each decision becomes a [`Turn`] that the laws are asked about. Beside the machine runs a [`Ghost`]: what a careful
//! observer, who reads the same answers and not the record, holds possible at the provider.

use std::time::Duration;

use domorder_api_client::provider::{Guard, Operation, Outcome, RejectionClass, Sighting, Snapshot};
use jiff::{SignedDuration, Timestamp};

use super::laws::Law;
use super::world::*;
use crate::machine::{Decision, Facts, IllegalPair, Look, Observation, PreparationSeen, SignalSeen, Step};
use crate::record::{Face, OrderRecord};
use crate::state::{Needs, State};

/// More decisions than this in one claim are a circle.
const STEPS_MAX: usize = 16;

/// [`crate::machine::next`], or one that is wrong on purpose.
pub(super) type Machine = fn(&OrderRecord, Observation, &Facts<'_>) -> Result<Decision, IllegalPair>;

/// A random beginning and all the chances that follow.
#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) operation: Operation,
    pub(super) guard: Guard,
    /// Seconds after the first instant.
    pub(super) deadline: Option<i64>,
    /// As above.
    pub(super) not_before: Option<i64>,
    /// Mostly calls are lost and nothing comes of them, so that what only shows after many such attempts shows.
    pub(super) answers_nothing: bool,
    /// Contacts have to be made first.
    pub(super) prepares: bool,
    /// The price has a limit.
    pub(super) limited: bool,
    pub(super) tape: Vec<u16>,
}

/// What may stand at the provider, as far as whoever is careful can tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Ghost {
    /// When the last call was decided whose effect is not accounted for, or what stands was first seen.
    pub(super) open_since: Option<Timestamp>,
    /// It was accepted or seen: only its end, a vanishing or a person's word makes room for another.
    pub(super) stood: bool,
    /// It was seen to have ended.
    pub(super) ended: bool,
    /// It was refused as "not available", and no call before it can have had an effect.
    pub(super) refused: bool,
    /// It was opened by a call, and not by a look that found it.
    pub(super) called: bool,
    /// Looks that saw nothing of ours since, each apart from the one before; those that came too early left out.
    pub(super) absent: Vec<Timestamp>,
    /// Calls whose outcome stayed unknown until absence was proven, since a person last decided.
    pub(super) unknowns: u32,
    /// Some call may have had an effect.
    pub(super) ever_open: bool,
}

impl Ghost {
    /// Whether nothing of ours stands.
    pub(super) fn gone(&self, facts: &Facts<'_>) -> bool {
        if self.open_since.is_none() {
            return true;
        }
        // What stood can only have vanished, and that takes a while to show; what was sent can be late.
        let lasts = match self.absent.first() {
            Some(first) if self.stood => facts.now >= *first + spans(facts.policy.settle),
            _ => true,
        };
        self.ended || (self.absent.len() >= 3 && lasts && facts.guard != Guard::Weak)
    }

    /// Whether what was sent would be there by now, by both clocks.
    fn settled(&self, facts: &Facts<'_>) -> bool {
        let settles = facts.policy.gate + facts.call_timeout + facts.policy.settle;
        let late = |since| facts.now >= since + spans(settles) && facts.sent_for >= settles;
        self.open_since.is_none_or(late)
    }

    fn sees(&mut self, seen: &Observation, old: &OrderRecord, facts: &Facts<'_>) {
        let now = facts.now;
        match seen {
            // Whoever sent it looks in vain before it can be there.
            Observation::Saw(Sighting::Absent(_) | Sighting::Impossible(..)) if !self.stood && !self.settled(facts) => {
            }
            Observation::Saw(Sighting::Ended(..)) if self.called && !self.settled(facts) => {}
            Observation::Saw(Sighting::Absent(_) | Sighting::Impossible(..)) => {
                let apart = |last: &Timestamp| now.duration_since(*last) >= secs(1);
                let counts = self.absent.last().is_none_or(apart);
                self.absent.extend(counts.then_some(now));
            }
            Observation::Saw(Sighting::Pending(..) | Sighting::Unfinished(_)) => {
                (self.stood, self.ended) = (true, false);
                self.open_since.get_or_insert(now);
                self.absent.clear();
            }
            Observation::Saw(Sighting::Ended(..)) => self.ended = true,
            Observation::Answered(Outcome::Accepted(_)) => self.stood = true,
            Observation::Signal(SignalSeen::Resolve { done: false })
                if (old.state == State::ActionRequired && old.needs == Some(Needs::Decision)) || old.is_decided() =>
            {
                *self = Self {
                    ever_open: self.ever_open,
                    ..Self::default()
                };
            }
            _ => {}
        }
    }

    /// A new call is decided: what was before is accounted for.
    fn submits(&mut self) {
        let unknown = self.open_since.is_some() && !self.stood && !self.ended;
        *self = Self {
            unknowns: self.unknowns + u32::from(unknown),
            ever_open: self.ever_open,
            ..Self::default()
        };
    }

    fn opens(&mut self, at: Timestamp, refused: bool) {
        *self = Self {
            open_since: Some(at),
            called: true,
            refused: refused && !self.ever_open,
            unknowns: self.unknowns,
            ever_open: true,
            ..Self::default()
        };
    }
}

fn spans(d: Duration) -> SignedDuration {
    secs(i64::try_from(d.as_secs()).expect("small"))
}

/// One decision and what led to it.
pub(super) struct Turn<'a> {
    pub(super) old: &'a OrderRecord,
    pub(super) seen: &'a Observation,
    pub(super) decision: &'a Decision,
    pub(super) facts: &'a Facts<'static>,
    /// The step that `seen` answers; `None` at a claim's beginning.
    pub(super) asked: Option<Step>,
    /// The look before paying saw absence, and nothing but the price was asked since.
    pub(super) absent_just_now: bool,
    /// As it was when the decision was made.
    pub(super) ghost: &'a Ghost,
    /// What the outside was told, this decision included.
    pub(super) timeline: &'a [Face],
}

/// A law that did not hold, and what led there.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) law: &'static str,
    pub(super) story: String,
}

/// What the machine was given and gave; put into words only for a failure, which makes the rest fast.
struct Entry {
    at: Timestamp,
    state: State,
    seen: Observation,
    decided: Option<(Face, &'static str)>,
}

pub(super) struct Run {
    machine: Machine,
    laws: &'static [Law],
    pub(super) record: OrderRecord,
    facts: Facts<'static>,
    ghost: Ghost,
    timeline: Vec<Face>,
    /// What a new worker finds: the record as last written, and the ghost as far as that tells.
    durable: (OrderRecord, Ghost),
    submitted_at: Timestamp,
    absent_just_now: bool,
    answers_nothing: bool,
    tape: Vec<u16>,
    at: usize,
    /// What the machine was given and gave, for the one who reads a failure.
    log: Vec<Entry>,
    pub(super) broken: Option<Broken>,
    /// Truthful world: does the effect stand?
    pub(super) stands: bool,
}

impl Run {
    pub(super) fn new(machine: Machine, laws: &'static [Law], history: History) -> Self {
        let record = OrderRecord::accepted(t0(), history.deadline.map(|s| t0() + secs(s)));
        Self {
            machine,
            laws,
            durable: (record.clone(), Ghost::default()),
            timeline: vec![record.face()],
            record,
            facts: Facts {
                guard: history.guard,
                not_before: history.not_before.map(|s| t0() + secs(s)),
                prepares: history.prepares,
                max_price: history.limited.then_some(&*LIMIT),
                ..facts(history.operation)
            },
            ghost: Ghost::default(),
            submitted_at: t0(),
            absent_just_now: false,
            answers_nothing: history.answers_nothing,
            tape: history.tape,
            at: 0,
            log: Vec::new(),
            broken: None,
            stands: false,
        }
    }

    /// Plays until the chances are used up or a law is broken.
    pub(super) fn play(&mut self) {
        while self.at < self.tape.len() && self.broken.is_none() {
            self.stumble();
        }
    }

    /// What led here, for whoever reads a failure.
    pub(super) fn story(&self) -> String {
        let told = |entry: &Entry| {
            let decided = entry
                .decided
                .map_or_else(String::new, |(face, why)| format!("{face:?} {why}"));
            format!("{} {} {:?}\n    {decided}\n", entry.at, entry.state, entry.seen)
        };
        self.log.iter().map(told).collect()
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
    fn stumble(&mut self) {
        let until_wake = self
            .record
            .next_check_at
            .map_or(60, |at| at.duration_since(self.facts.now).as_secs() + 1);
        self.facts.sent_for = self.pick(&[Duration::MAX, Duration::MAX, Duration::MAX, Duration::ZERO]);
        if self.nothing_comes() {
            self.facts.now += secs(until_wake.max(0));
            self.nothing_holds_it_back();
            return self.claim(Observation::Claimed, true);
        }
        let jump = self.pick(&[until_wake, until_wake, until_wake, 0, 1, 60, 1200, 90_000]);
        self.facts.now += secs(jump.max(0));
        self.facts.jitter = self.pick(&[0.0, 0.5, 1.0]);
        self.facts.lane_head = self.draw(8) != 0;
        let account = self.draw(10);
        self.facts.quiet_until = (account == 0).then(|| self.facts.now + secs(900));
        self.facts.breaker_until = (self.draw(10) == 0).then(|| self.facts.now + secs(60));
        self.facts.abilities.amends_auth_code = self.draw(2) == 0;
        self.facts.abilities.resends_approval = self.draw(2) == 0;
        self.facts.abilities.cancels_moving = self.draw(2) == 0;
        let asleep = self.record.next_check_at.is_none() && self.record.state == State::ActionRequired;
        let seen = match self.draw(if asleep { 2 } else { 6 }) {
            0 => Observation::Signal(self.pick(&signals())),
            _ if !self.record.state.is_final() && self.draw(40) == 0 => {
                Observation::Unusable("sealed with a key that is gone".to_owned())
            }
            _ => Observation::Claimed,
        };
        // What it is told waits until its account goes on.
        self.facts.paused = seen == Observation::Claimed && account == 1;
        self.claim(seen, true);
    }

    fn nothing_holds_it_back(&mut self) {
        (self.facts.lane_head, self.facts.quiet_until, self.facts.breaker_until) = (true, None, None);
        self.facts.paused = false;
    }

    /// One stretch of a world without faults, at the time the order asked for. `false`: nobody will wake it.
    pub(super) fn walk(&mut self) -> bool {
        match self.record.next_check_at {
            Some(at) => self.facts.now = self.facts.now.max(at),
            None if matches!(self.record.state, State::Parked | State::ActionRequired) => return false,
            None => {}
        }
        self.nothing_holds_it_back();
        self.facts.sent_for = Duration::MAX;
        self.claim(Observation::Claimed, false);
        !self.record.state.is_final() && self.broken.is_none()
    }

    fn claim(&mut self, first: Observation, faulty: bool) {
        let (mut seen, mut asked) = (first, None);
        for _ in 0..STEPS_MAX {
            let Some(step) = self.turn(&seen, asked) else {
                return;
            };
            if faulty && self.draw(12) == 0 {
                // Died before the step was done, or after it and before its answer was recorded.
                (self.record, self.ghost) = self.durable.clone();
                if step == Step::Submit {
                    self.ghost.opens(self.submitted_at, false);
                }
                return;
            }
            if faulty && self.draw(6) == 0 {
                self.facts.now += secs(25);
            }
            seen = if faulty { self.chance(step) } else { self.truth(step) };
            asked = Some(step);
        }
        self.breaks("a claim comes to an end", format!("{STEPS_MAX} steps"));
    }

    /// One decision; gives the step to do, unless the claim ends with it.
    fn turn(&mut self, seen: &Observation, asked: Option<Step>) -> Option<Step> {
        self.log.push(Entry {
            at: self.facts.now,
            state: self.record.state,
            seen: seen.clone(),
            decided: None,
        });
        let decision = match (self.machine)(&self.record, seen.clone(), &self.facts) {
            Ok(decision) => decision,
            Err(illegal) => {
                self.breaks("what answers a step is understood", illegal.to_string());
                return None;
            }
        };
        if let Some(entry) = self.log.last_mut() {
            entry.decided = Some((decision.record.face(), decision.why));
        }
        self.ghost.sees(seen, &self.record, &self.facts);
        let waits = matches!(decision.step, Step::Wait(_) | Step::Close);
        let told = decision.record.face() != self.record.face() || decision.step == Step::Submit;
        if told {
            self.timeline.push(decision.record.face());
        }
        let absent = asked == Some(Step::Look(Look::BeforePaying))
            && matches!(seen, Observation::Saw(Sighting::Absent(s)) if !s.taken_elsewhere);
        self.absent_just_now = absent || (asked == Some(Step::Quote) && self.absent_just_now);
        let turn = Turn {
            absent_just_now: self.absent_just_now,
            old: &self.record,
            seen,
            decision: &decision,
            facts: &self.facts,
            asked,
            ghost: &self.ghost,
            timeline: &self.timeline,
        };
        let broken = self.laws.iter().find(|law| !(law.holds)(&turn)).map(|law| law.name);
        if decision.step == Step::Submit {
            self.ghost.submits();
            self.submitted_at = self.facts.now;
        }
        self.record = decision.record.clone();
        if told || waits {
            self.durable = (self.record.clone(), self.ghost.clone());
        }
        if let Some(law) = broken {
            self.breaks(law, format!("{decision:#?}"));
            return None;
        }
        (!waits).then_some(decision.step)
    }

    fn breaks(&mut self, law: &'static str, what: String) {
        let story = format!("{}\n{what}", self.story());
        self.broken.get_or_insert(Broken { law, story });
    }

    fn nothing_comes(&mut self) -> bool {
        self.answers_nothing && self.draw(16) != 0
    }

    /// Anything that fits the step.
    fn chance(&mut self, step: Step) -> Observation {
        match step {
            Step::Look(_) => Observation::Saw(if self.nothing_comes() || self.draw(2) == 0 {
                absent()
            } else {
                self.pick(&sightings())
            }),
            Step::Submit => {
                let outcome = if self.nothing_comes() || self.draw(3) == 0 {
                    lost()
                } else {
                    self.pick(&outcomes())
                };
                let taken = matches!(&outcome, Outcome::Rejected(r) if r.class == RejectionClass::Taken);
                if taken || matches!(&outcome, Outcome::Unknown(_) | Outcome::Accepted(_)) {
                    self.ghost.opens(self.submitted_at, taken);
                }
                Observation::Answered(outcome)
            }
            Step::Prepare => Observation::Prepared(self.pick(&preparations())),
            Step::Quote => {
                let (_, quote) = self.pick(&quotes());
                Observation::Quoted(Snapshot::default(), quote)
            }
            Step::Finish => Observation::Finished(self.pick(&outcomes())),
            Step::Cancel => Observation::CancelAnswered(self.pick(&outcomes())),
            Step::AmendAuthCode | Step::ResendApproval => Observation::AmendAnswered(self.pick(&outcomes())),
            Step::ReadFunds => Observation::Funds(self.pick(&funds())),
            Step::GoOn => Observation::Claimed,
            Step::Wait(_) | Step::Close => unreachable!("ends the claim"),
        }
    }

    /// What a provider without faults says.
    fn truth(&mut self, step: Step) -> Observation {
        match step {
            Step::Look(_) => Observation::Saw(if self.stands { present() } else { absent() }),
            Step::Submit => {
                self.ghost.opens(self.submitted_at, false);
                self.stands = true;
                Observation::Answered(accepted(None))
            }
            Step::Prepare => Observation::Prepared(PreparationSeen::Ready(contact("30298"))),
            Step::Quote => Observation::Quoted(Snapshot::default(), priced("12.50", None)),
            Step::Finish => Observation::Finished(accepted(None)),
            Step::Cancel => {
                self.stands = false;
                Observation::CancelAnswered(accepted(None))
            }
            Step::AmendAuthCode | Step::ResendApproval => Observation::AmendAnswered(accepted(None)),
            Step::ReadFunds => Observation::Funds(crate::machine::FundsSeen::Some),
            Step::GoOn => Observation::Claimed,
            Step::Wait(_) | Step::Close => unreachable!("ends the claim"),
        }
    }
}
