//! Machines that know no limit, tell a person nothing to decide on, or do not heed a pause. See [`super::wrong`].

use std::sync::LazyLock;

use super::wrong::{Wrong, tweaked};
use crate::machine::{Facts, Policy, UnknownAttempts, next};
use crate::state::State;

/// Tries again and again.
static STUBBORN: LazyLock<Policy> = LazyLock::new(|| Policy {
    unknown_attempts_max: UnknownAttempts {
        refuses_repeat: u32::MAX,
        two_witnesses: u32::MAX,
        weak: u32::MAX,
    },
    ..Policy::default()
});

/// Relies on two witnesses as often as on a provider that refuses repeats.
static EVEN: LazyLock<Policy> = LazyLock::new(|| Policy {
    unknown_attempts_max: UnknownAttempts {
        two_witnesses: UnknownAttempts::default().refuses_repeat,
        ..UnknownAttempts::default()
    },
    ..Policy::default()
});

fn at_work<'a>(facts: &Facts<'a>) -> Facts<'a> {
    Facts {
        paused: false,
        ..facts.clone()
    }
}

pub(super) const WRONG: &[Wrong] = &[
    (
        "what_is_being_changed_is_told_and_asks_nobody",
        "goes on asking for what was given until the stalled transfer is gone",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.cancelling.is_some() && record.state == State::ActionRequired {
                    (d.record.state, d.record.reason, d.record.needs) = (record.state, record.reason, record.needs);
                }
            })
        },
    ),
    (
        "what_is_being_changed_is_told_and_asks_nobody",
        "forgets what it cancels for",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if d.record.state == State::InProgress {
                    d.record.cancelling = None;
                }
            })
        },
    ),
    (
        "unknown_attempts_are_limited",
        "tries again and again",
        |record, seen, facts| {
            let stubborn = Facts {
                policy: &STUBBORN,
                ..facts.clone()
            };
            next(record, seen, &stubborn)
        },
    ),
    (
        "unknown_attempts_are_limited",
        "has one limit for every class",
        |record, seen, facts| {
            let even = Facts {
                policy: &EVEN,
                ..facts.clone()
            };
            next(record, seen, &even)
        },
    ),
    (
        "who_decides_on_an_unknown_outcome_is_told_what_is_known",
        "asks without a word of what was seen",
        |record, seen, facts| tweaked(record, seen, facts, |d| d.known = None),
    ),
    (
        "who_decides_on_an_unknown_outcome_is_told_what_is_known",
        "forgets what came back of the call",
        |record, seen, facts| {
            tweaked(record, seen, facts, |d| {
                if let Some(known) = &mut d.known {
                    known.answer = None;
                }
            })
        },
    ),
    (
        "a_paused_account_is_asked_nothing",
        "knows no pause",
        |record, seen, facts| next(record, seen, &at_work(facts)),
    ),
    (
        "a_deadline_is_noticed_while_the_account_is_paused",
        "waits until the account goes on",
        |record, seen, facts| {
            let (paused, record) = (facts.paused, record.clone());
            tweaked(&record.clone(), seen, facts, |d| {
                if paused {
                    d.record = record;
                }
            })
        },
    ),
    (
        "a_deadline_is_noticed_while_the_account_is_paused",
        "asks a person at once about what is being found out",
        |record, seen, facts| {
            let asks = facts.paused && record.state == State::UnknownOutcome;
            tweaked(record, seen, facts, |d| {
                if asks {
                    d.record.state = State::ActionRequired;
                }
            })
        },
    ),
];
