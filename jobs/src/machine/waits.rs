//! How long to wait, and until when at all.
//!
//! Everything has a limit, and the limits are a [`Policy`], from the configuration. Chance comes in with the facts and
//! only spreads a wait.

use std::time::Duration;

use domorder_api_client::http::{Backoff, delay};
use domorder_api_client::provider::Guard;
use jiff::{SignedDuration, Timestamp};

use super::{Decision, Facts, Step, kinds};
use crate::record::OrderRecord;

/// Waits and limits, from the configuration.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Waits between looks at a registration or renewal; the last one repeats.
    pub poll_register: Vec<Duration>,
    /// As above, transfers.
    pub poll_transfer: Vec<Duration>,
    /// As above, email orders.
    pub poll_email: Vec<Duration>,
    /// Waits between reads of the account's money.
    pub poll_funds: Vec<Duration>,
    /// How long absence must hold, from the last moment at which the call could have been sent or answered.
    pub settle: Duration,
    /// An intent older than this is not sent.
    pub gate: Duration,
    /// Waits between looks while the outcome is unknown.
    pub reconcile_looks: Vec<Duration>,
    /// Then a person decides.
    pub give_up: Duration,
    /// First wait of what surely had no effect.
    pub retry_initial: Duration,
    /// Longest such wait.
    pub retry_max: Duration,
    /// Then a person decides.
    pub retry_max_elapsed: Duration,
    /// Most attempts whose outcome was unknown.
    pub unknown_attempts_max: UnknownAttempts,
    /// How many spaced looks must see absence.
    pub absences_min: u32,
}

/// How many attempts of an order may come to an unknown outcome before a person is asked, by what stands between a
/// repeat and a second charge. Each was proven absent before the next was sent; the weaker that proof, the fewer times
/// it is relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownAttempts {
    /// The provider itself refuses a repeat, so that a wrong proof costs nothing. Limited all the same: what fails three
    /// times in a row without an answer is not mended by a fourth.
    pub refuses_repeat: u32,
    /// A repeat would be carried out, and rests on two witnesses that both missed the first: once, and not twice.
    pub two_witnesses: u32,
    /// Nothing is sent again: this one is all.
    pub weak: u32,
}

impl UnknownAttempts {
    /// Those of a class.
    #[must_use]
    pub const fn of(self, guard: Guard) -> u32 {
        match guard {
            Guard::RefusesRepeat => self.refuses_repeat,
            Guard::TwoWitnesses => self.two_witnesses,
            Guard::Weak => self.weak,
        }
    }
}

impl Default for UnknownAttempts {
    fn default() -> Self {
        Self {
            refuses_repeat: 3,
            two_witnesses: 2,
            weak: 1,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            poll_register: vec![s(2), s(10), s(60), s(600)],
            poll_transfer: vec![s(30), s(300), s(1800), s(3600)],
            poll_email: vec![s(2), s(10), s(60), s(600)],
            poll_funds: vec![s(300), s(1800), s(3600)],
            settle: s(900),
            gate: s(10),
            reconcile_looks: vec![s(5), s(30), s(120), s(480)],
            give_up: s(86_400),
            retry_initial: Duration::from_millis(500),
            retry_max: s(300),
            retry_max_elapsed: s(86_400),
            unknown_attempts_max: UnknownAttempts::default(),
            absences_min: 3,
        }
    }
}

/// The wait of a schedule at a look, spread by ± 10 %.
pub(super) fn scheduled(schedule: &[Duration], look: u32, facts: &Facts<'_>) -> Timestamp {
    let at = usize::try_from(look)
        .unwrap_or(usize::MAX)
        .min(schedule.len().saturating_sub(1));
    let wait = schedule.get(at).copied().unwrap_or(Duration::from_secs(60));
    facts.now + signed(wait.mul_f64(0.9 + 0.2 * facts.jitter.clamp(0.0, 1.0)))
}

/// When to look again at what the provider has: the kind's schedule.
pub(super) fn follow_at(record: &OrderRecord, facts: &Facts<'_>) -> Timestamp {
    by_deadline(
        scheduled(kinds::schedule(facts.kind, facts.policy), record.looks, facts),
        record,
        facts.now,
    )
}

/// The earlier of a wake-up and the deadline; one that has passed already wakes nobody.
pub(super) fn by_deadline(at: Timestamp, record: &OrderRecord, now: Timestamp) -> Timestamp {
    record
        .deadline_at
        .filter(|deadline| *deadline > now)
        .map_or(at, |deadline| at.min(deadline))
}

/// The same wait, but no shorter than the provider asks to be left alone for; a deadline is still woken at.
pub(super) fn left_alone(mut decision: Decision, at_least: Option<Duration>, facts: &Facts<'_>) -> Decision {
    if let (Step::Wait(Some(at)), Some(at_least)) = (decision.step, at_least) {
        let at = at.max(by_deadline(facts.now + signed(at_least), &decision.record, facts.now));
        decision.record.next_check_at = Some(at);
        decision.step = Step::Wait(Some(at));
    }
    decision
}

pub(super) fn deadline_passed(record: &OrderRecord, now: Timestamp) -> bool {
    record.deadline_at.is_some_and(|deadline| now >= deadline)
}

/// The next try of something that surely had no effect, or `None` when its time is used up.
pub(super) fn retry_at(record: &mut OrderRecord, facts: &Facts<'_>, at_least: Option<Duration>) -> Option<Timestamp> {
    let since = *record.retrying_since.get_or_insert(facts.now);
    if facts.now.duration_since(since) >= signed(facts.policy.retry_max_elapsed) {
        return None;
    }
    // The policy's own chance is switched off: chance comes in with the facts.
    let policy = Backoff {
        initial: facts.policy.retry_initial,
        max: facts.policy.retry_max,
        jitter: 0.0,
        ..Backoff::default()
    };
    let delay = delay(record.retries, &policy).mul_f64(0.75 + 0.25 * facts.jitter.clamp(0.0, 1.0));
    record.retries = record.retries.saturating_add(1);
    Some(facts.now + signed(delay.max(at_least.unwrap_or_default())))
}

pub(super) fn signed(d: Duration) -> SignedDuration {
    SignedDuration::try_from(d).unwrap_or(SignedDuration::MAX)
}
