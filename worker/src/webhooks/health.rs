//! Whether an endpoint takes anything at the moment: one that does not is asked with one event at a time, ever more seldom,
//! and not with all that wait.

use std::time::Duration;

use domorder_api_client::http::{Backoff, delay};
use tokio::time::Instant;

/// So many failures in a row, none of them a success in between, and the endpoint counts as down.
const DOWN_AFTER: u32 = 10;
/// One that is down is asked this often at least.
const PROBE_MAX: Duration = Duration::from_secs(60);
/// Between looks whether another shard's probe has come back.
const PROBING: Duration = Duration::from_secs(1);

/// May something be sent?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admit {
    /// Yes.
    Go,
    /// One, to see whether it is taken; a fresh event where `fresh`, so that a few orders that the endpoint cannot take do
    /// not hide that it takes others.
    Probe {
        /// Rather one that was never tried.
        fresh: bool,
    },
    /// Not before.
    Later(Instant),
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    None,
    /// It had failed, and takes events again.
    Eased,
    /// It is down from now on.
    Down,
    /// It was, and is up again.
    Up,
}

/// The health of an endpoint, as this replica has seen it.
#[derive(Debug)]
pub(super) struct Health {
    failures: u32,
    /// Since when (ms); 0: it takes events.
    failing_ms: u64,
    not_before: Option<Instant>,
    probing: bool,
    probes: u32,
    probe: Backoff,
}

impl Health {
    pub(super) fn new(initial: Duration, max: Duration) -> Self {
        Self {
            failures: 0,
            failing_ms: 0,
            not_before: None,
            probing: false,
            probes: 0,
            probe: Backoff {
                initial,
                max: max.min(PROBE_MAX),
                jitter: 0.2,
                ..Backoff::default()
            },
        }
    }

    pub(super) const fn is_down(&self) -> bool {
        self.failures >= DOWN_AFTER
    }

    /// Since when (ms) nothing was taken; 0: it is.
    pub(super) const fn failing_ms(&self) -> u64 {
        self.failing_ms
    }

    /// What a replica before this one knew.
    pub(super) fn remember(&mut self, failing_ms: u64) {
        if failing_ms > 0 && (self.failing_ms == 0 || failing_ms < self.failing_ms) {
            self.failing_ms = failing_ms;
        }
    }

    /// Asks for leave to send one event; a probe must be followed by [`Health::came`] or [`Health::unsent`].
    pub(super) fn admit(&mut self, now: Instant) -> Admit {
        if let Some(at) = self.not_before.filter(|at| *at > now) {
            return Admit::Later(at);
        }
        if !self.is_down() {
            return Admit::Go;
        }
        if self.probing {
            return Admit::Later(now + PROBING);
        }
        self.probing = true;
        Admit::Probe {
            fresh: self.probes.is_multiple_of(2),
        }
    }

    /// A probe was not sent after all.
    pub(super) fn unsent(&mut self) {
        self.probing = false;
    }

    /// Something came of a delivery.
    pub(super) fn came(&mut self, taken: bool, retry_after: Option<Duration>, now: Instant, now_ms: u64) -> Turn {
        let was_down = self.is_down();
        let probed = std::mem::take(&mut self.probing);
        if taken {
            self.failures = 0;
            self.probes = 0;
            let was_failing = std::mem::take(&mut self.failing_ms) > 0;
            if was_down {
                self.not_before = None;
                return Turn::Up;
            }
            return if was_failing { Turn::Eased } else { Turn::None };
        }
        self.failures = self.failures.saturating_add(1);
        if self.failing_ms == 0 {
            self.failing_ms = now_ms;
        }
        if let Some(wait) = retry_after {
            self.pause(now + wait);
        }
        if !self.is_down() {
            return Turn::None;
        }
        if !was_down || probed {
            self.pause(now + delay(self.probes, &self.probe));
            self.probes = self.probes.saturating_add(1);
        }
        if was_down { Turn::None } else { Turn::Down }
    }

    fn pause(&mut self, until: Instant) {
        self.not_before = Some(self.not_before.map_or(until, |at| at.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(times: u32) -> (Health, Instant) {
        let now = Instant::now();
        let mut health = Health::new(Duration::from_secs(1), Duration::from_secs(60));
        for _ in 0..times {
            health.came(false, None, now, 5);
        }
        (health, now)
    }

    #[test]
    fn a_few_failures_stop_nothing() {
        let (mut health, now) = failing(DOWN_AFTER - 1);
        assert_eq!(health.admit(now), Admit::Go);
        assert_eq!(health.failing_ms(), 5);
    }

    #[test]
    fn one_that_is_down_is_asked_with_one_event_at_a_time_and_ever_more_seldom() {
        let (mut health, mut now) = failing(DOWN_AFTER);
        let mut waits = Vec::new();
        for round in 0..8 {
            let Admit::Later(at) = health.admit(now) else {
                panic!("it is asked at once")
            };
            waits.push(at - now);
            now = at;
            assert_eq!(health.admit(now), Admit::Probe { fresh: round % 2 == 1 });
            assert!(matches!(health.admit(now), Admit::Later(_)), "two probes at once");
            assert_eq!(health.came(false, None, now, 9), Turn::None);
        }
        assert!(waits[5] > waits[0] * 8 && waits[7] <= PROBE_MAX, "{waits:?}");
        assert_eq!(health.failing_ms(), 5);
        assert_eq!(health.came(true, None, now, 10), Turn::Up);
        assert_eq!((health.admit(now), health.failing_ms()), (Admit::Go, 0));
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept() {
        let (mut health, now) = failing(0);
        health.came(false, Some(Duration::from_secs(30)), now, 1);
        assert_eq!(health.admit(now), Admit::Later(now + Duration::from_secs(30)));
        assert_eq!(health.admit(now + Duration::from_secs(30)), Admit::Go);
    }
}
