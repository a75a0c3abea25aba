//! Two times: the real one, which the simulator writes into its answers, and a faster one its waits run on.
//!
//! A losing registrar takes five days and an email order five minutes. At scale 86 400 a day of either passes in a
//! second. Dates written into answers stay real, so that "created after it was sent" holds whatever the scale.

use std::time::Duration;

use jiff::{Span, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// One moment, told in both times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Real milliseconds since the epoch: what is written into answers.
    pub(crate) real_ms: i64,
    /// Milliseconds of the provider's own, scaled time: what durations are counted in.
    pub(crate) virtual_ms: i64,
}

impl Now {
    /// The real moment as a timestamp.
    pub(crate) fn at(self) -> Timestamp {
        instant(self.real_ms)
    }

    /// Real seconds since the epoch.
    pub(crate) fn real_secs(self) -> i64 {
        self.real_ms.div_euclid(1000)
    }

    /// The virtual moment `secs` from now.
    pub(crate) fn virtual_after(self, secs: u64) -> i64 {
        self.virtual_ms
            .saturating_add(i64::try_from(secs).unwrap_or(i64::MAX).saturating_mul(1000))
    }
}

/// What the control interface tells about the clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClockReport {
    /// Virtual seconds that pass in one real second.
    pub scale: f64,
    /// The real time.
    pub real: Timestamp,
    /// The virtual time: equal to the real one at start, then faster, and moved by every advance.
    pub virtual_time: Timestamp,
}

/// The virtual clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    scale: f64,
    real_base_ms: i64,
    virtual_base_ms: i64,
}

impl Clock {
    /// A clock that starts at the real time.
    pub(crate) fn new(scale: f64) -> Self {
        let real_ms = Timestamp::now().as_millisecond();
        Self {
            scale: sane(scale),
            real_base_ms: real_ms,
            virtual_base_ms: real_ms,
        }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Now {
        let real_ms = Timestamp::now().as_millisecond();
        let passed = (real_ms - self.real_base_ms).max(0);
        Now {
            real_ms,
            virtual_ms: self.virtual_base_ms.saturating_add(scaled(passed, self.scale)),
        }
    }

    /// Moves the virtual time forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.virtual_base_ms = self.virtual_base_ms.saturating_add(ms);
    }

    /// Changes the pace from now on.
    pub(crate) fn set_scale(&mut self, scale: f64) {
        let now = self.now();
        *self = Self {
            scale: sane(scale),
            real_base_ms: now.real_ms,
            virtual_base_ms: now.virtual_ms,
        };
    }

    /// What is shown of it.
    pub(crate) fn report(&self) -> ClockReport {
        let now = self.now();
        ClockReport {
            scale: self.scale,
            real: instant(now.real_ms),
            virtual_time: instant(now.virtual_ms),
        }
    }
}

fn sane(scale: f64) -> f64 {
    if scale.is_finite() && scale >= 0.0 { scale } else { 1.0 }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a float cast saturates, and a millisecond more or less of virtual time is nothing"
)]
fn scaled(ms: i64, scale: f64) -> i64 {
    (ms as f64 * scale) as i64
}

/// Milliseconds since the epoch as a timestamp; the far future if they are out of range.
pub(crate) fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

/// The same day and time, months later (as a calendar counts, in UTC).
pub(crate) fn plus_months(ms: i64, months: u64) -> i64 {
    let months = i64::try_from(months).unwrap_or(i64::MAX);
    let zoned = instant(ms).to_zoned(TimeZone::UTC);
    Span::new()
        .try_months(months)
        .and_then(|span| zoned.checked_add(span))
        .map_or(ms, |later| later.timestamp().as_millisecond())
}

/// The same day and time, years later.
pub(crate) fn plus_years(ms: i64, years: u64) -> i64 {
    plus_months(ms, years.saturating_mul(12))
}

/// The calendar year a moment lies in, UTC.
pub(crate) fn year_of(ms: i64) -> i64 {
    i64::from(instant(ms).to_zoned(TimeZone::UTC).year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advance_moves_virtual_time_only() {
        let mut clock = Clock::new(1.0);
        let before = clock.now();
        clock.advance(Duration::from_secs(86_400));
        let after = clock.now();
        assert!(after.virtual_ms - before.virtual_ms >= 86_400_000);
        assert!(after.real_ms - before.real_ms < 60_000);
    }

    #[test]
    fn years_are_calendar_years() {
        let leap_day = "2024-02-29T12:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        assert_eq!(instant(plus_years(leap_day, 1)).to_string(), "2025-02-28T12:00:00Z");
        assert_eq!(year_of(leap_day), 2024);
    }
}
