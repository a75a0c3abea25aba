//! How long to wait before reading again. The only place that names the `backoff` crate.

use std::time::Duration;

/// A policy of growing delays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The first delay.
    pub initial: Duration,
    /// By how much each is longer than the one before.
    pub multiplier: f64,
    /// No delay is longer.
    pub max: Duration,
    /// How far a delay may stray from its value, 0 to 1, so that many workers do not come back together.
    pub jitter: f64,
    /// How often a read is repeated.
    pub retries_max: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            initial: Duration::from_millis(250),
            multiplier: 2.0,
            max: Duration::from_secs(5),
            jitter: 0.5,
            retries_max: 2,
        }
    }
}

/// The delay before the given repetition, 0 for the first.
///
/// The crate keeps state and a start time in its policy, so it is built anew for each question, and the delay follows
/// from the number alone. It adds jitter *after* its cap; the result is capped again so that `max` means `max`.
#[must_use]
pub fn delay(attempt: u32, policy: &Backoff) -> Duration {
    use ::backoff::backoff::Backoff as _;
    let grown = policy.initial.as_secs_f64() * policy.multiplier.powi(i32::try_from(attempt.min(64)).unwrap_or(64));
    let mut state = ::backoff::ExponentialBackoff {
        current_interval: Duration::from_secs_f64(grown.clamp(0.0, policy.max.as_secs_f64())),
        initial_interval: policy.initial,
        multiplier: policy.multiplier,
        max_interval: policy.max,
        randomization_factor: policy.jitter.clamp(0.0, 1.0),
        max_elapsed_time: None,
        ..::backoff::ExponentialBackoff::default()
    };
    // Without a limit of elapsed time the crate always answers.
    state.next_backoff().unwrap_or(policy.max).min(policy.max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_stay_under_the_cap() {
        let policy = Backoff {
            jitter: 0.0,
            ..Backoff::default()
        };
        assert_eq!(delay(0, &policy), Duration::from_millis(250));
        assert_eq!(delay(1, &policy), Duration::from_millis(500));
        assert_eq!(delay(63, &policy), policy.max);
        assert_eq!(delay(u32::MAX, &policy), policy.max);
    }

    #[test]
    fn jitter_never_passes_the_cap() {
        let policy = Backoff {
            jitter: 1.0,
            ..Backoff::default()
        };
        assert!((0..500).all(|n| delay(n, &policy) <= policy.max));
    }
}
