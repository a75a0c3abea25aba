//! How long ago something was, by this process' own clock.
//!
//! Records bear instants of Redis' clock, and absence is believed once a call is old enough. A server whose clock is set
//! forward, or a replica with another clock that takes over, would make a call of a moment ago look old. So a process
//! notes what it saw that clock show, and when by its own: since it first saw a later instant than the call's, at
//! least, the call is past. Of what was before its start it can vouch for the time since its start only.
//!
//! Its own clock is [`Instant`], which no one sets. On Linux it stands still while the machine sleeps: it counts too
//! little then, never too much.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A row keeps about so many instants of the time that matters.
const FINENESS: u32 = 32;
/// Clocks of servers are set right by so much without harm.
const SET_BACK_MS: u64 = 2_000;

/// What each shard's clock was seen to show. One for the whole process.
#[derive(Debug, Default)]
pub struct Clocks {
    rows: Mutex<HashMap<u16, VecDeque<Seen>>>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    ledger_ms: u64,
    at: Instant,
}

impl Clocks {
    /// The shard's clock showed that, at that instant of ours or a little before. Kept for as long as `matters`.
    pub(super) fn saw(&self, shard: u16, ledger_ms: u64, at: Instant, matters: Duration) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let row = rows.entry(shard).or_default();
        if let Some(last) = row.back().copied() {
            if at < last.at {
                // Told late: somebody else has noted a later instant already.
                return;
            }
            let since = at.saturating_duration_since(last.at);
            let due = last
                .ledger_ms
                .saturating_add(u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
            if ledger_ms.saturating_add(SET_BACK_MS) < due {
                // Set back: what was noted before says nothing of instants to come.
                row.clear();
            } else if since < matters / FINENESS {
                return;
            }
        }
        row.push_back(Seen { ledger_ms, at });
        // The oldest may be as old as it likes; of those behind it, the ones that are old enough make it needless.
        while row
            .get(1)
            .is_some_and(|second| at.saturating_duration_since(second.at) >= matters)
        {
            row.pop_front();
        }
    }

    /// How long ago, at least, the shard's clock showed this.
    pub(super) fn since(&self, shard: u16, ledger_ms: u64, now: Instant) -> Duration {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let later = rows
            .get(&shard)
            .and_then(|row| row.iter().find(|seen| seen.ledger_ms >= ledger_ms));
        later.map_or(Duration::ZERO, |seen| now.saturating_duration_since(seen.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATTERS: Duration = Duration::from_secs(940);
    const T: u64 = 1_800_000_000_000;

    fn s(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn a_call_is_as_old_as_the_first_later_instant_that_was_seen() {
        let (clocks, began) = (Clocks::default(), Instant::now());
        for n in 0..100 {
            clocks.saw(0, T + n * 60_000, began + s(60 * n), MATTERS);
        }
        let now = began + s(60 * 99);
        assert_eq!(clocks.since(0, T + 99 * 60_000 - 1, now), s(0));
        assert_eq!(clocks.since(0, T + 90 * 60_000 - 1, now), s(9 * 60));
        assert_eq!(clocks.since(0, T + 99 * 60_000 + 1, now), s(0), "it is still to come");
        assert!(clocks.since(0, T, now) >= MATTERS);
        assert_eq!(clocks.since(1, T, now), s(0), "every shard has a clock of its own");
        assert!(
            clocks.rows.lock().expect("no poison")[&0].len() <= 40,
            "it does not grow"
        );
    }

    #[test]
    fn a_clock_that_is_set_forward_makes_no_call_older() {
        let (clocks, began) = (Clocks::default(), Instant::now());
        clocks.saw(0, T, began, MATTERS);
        // Decided a second later; then the clock is set forward by twenty minutes.
        clocks.saw(0, T + 1_260_000, began + s(60), MATTERS);
        assert_eq!(clocks.since(0, T + 1_000, began + s(70)), s(10));
        assert_eq!(clocks.since(0, T + 1_000, began + s(60) + MATTERS), MATTERS);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_call_older() {
        let (clocks, began) = (Clocks::default(), Instant::now());
        clocks.saw(0, T + 3_600_000, began, MATTERS);
        clocks.saw(0, T, began + s(60), MATTERS);
        assert_eq!(clocks.since(0, T + 1_000, began + s(70)), s(0));
        clocks.saw(0, T + 60_000, began + s(120), MATTERS);
        assert_eq!(clocks.since(0, T + 1_000, began + s(130)), s(10));
    }

    #[test]
    fn a_process_vouches_for_no_more_than_it_has_lived() {
        let (clocks, began) = (Clocks::default(), Instant::now());
        clocks.saw(0, T, began, MATTERS);
        assert_eq!(clocks.since(0, T - 86_400_000, began + s(30)), s(30));
    }
}
