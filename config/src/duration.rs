//! Durations and rates as the configuration writes them: `250ms`, `30s`, `5m`, `4h`, `14d`; `10/s`, `600/m`.
//!
//! One number and one unit, so that a value has one reading; `1h30m` is written `90m`.

use std::fmt;
use std::time::Duration;

const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Reads a duration such as `250ms`, `30s`, `5m`, `4h` or `14d`; none if it is spelled otherwise or overflows.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_number(text)?;
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*millis).map(Duration::from_millis)
}

/// Writes a duration with the largest unit that leaves a whole number. Below a millisecond is cut off.
pub fn format_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis == 0 {
        return "0s".to_owned();
    }
    UNITS
        .iter()
        .map(|(name, unit)| (name, u128::from(*unit)))
        .find(|(_, unit)| millis.is_multiple_of(*unit))
        .map_or_else(
            || format!("{millis}ms"),
            |(name, unit)| format!("{}{name}", millis / unit),
        )
}

fn split_number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    number.parse().ok().map(|number| (number, rest))
}

/// So many calls in a period, counted over all replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many calls, at least one.
    pub count: u32,
    /// In which period: a second, a minute, an hour or a day.
    pub period: Duration,
}

impl Rate {
    /// Reads a rate such as `10/s`, `600/m`, `1000/h` or `5000/d`; none if it is spelled otherwise or zero.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once('/')?;
        let count = match split_number(count)? {
            (count, "") => u32::try_from(count).ok().filter(|count| *count > 0)?,
            _ => return None,
        };
        // A unit is a duration without its number; `ms` would only blur the meaning of a limit.
        let period = parse_duration(&format!("1{unit}")).filter(|_| unit != "ms" && unit.len() == 1)?;
        Some(Self { count, period })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = format_duration(self.period);
        write!(f, "{}/{}", self.count, period.strip_prefix('1').unwrap_or(&period))
    }
}
