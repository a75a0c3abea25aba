//! Values as PHP writes them: numbers in strings, booleans as digits, empty objects as empty arrays, times without a
//! zone (fact sheet 3.5, 6).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// `YYYY-MM-DD HH:MM:SS`, without a zone \[P\]. Whether it is UTC or US Mountain time is not known, so two of them may be
/// compared with each other, and with a clock only to the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(DateTime);

impl Stamp {
    /// The instant it would be in UTC: off by a few hours at most, and by the same for every stamp.
    #[must_use]
    pub fn as_if_utc(self) -> Option<Timestamp> {
        self.0.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    }
}

impl FromStr for Stamp {
    type Err = NoStamp;

    fn from_str(text: &str) -> Result<Self, NoStamp> {
        let text = text.trim();
        // Only this one spelling: a date alone, or one with an offset, would be another meaning.
        if text.len() != 19 || text.as_bytes()[10] != b' ' {
            return Err(NoStamp);
        }
        text.parse().map(Self).map_err(|_| NoStamp)
    }
}

/// A text that is no time as Name.com writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected YYYY-MM-DD HH:MM:SS")]
pub struct NoStamp;

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A text, or a number as it is written.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(D::Error::custom("expected a text")),
    }
}

/// As [`text`]; `null` is an empty one.
pub(super) fn text_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(D::Error::custom("expected a text")),
    }
}

/// A decimal in a string, or a number; kept as it is written.
pub(super) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = text(deserializer)?;
    if is_decimal(text.trim()) {
        Ok(text.trim().to_owned())
    } else {
        Err(D::Error::custom("expected a decimal"))
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all(whole) && all(part)
}

/// A whole number, or one in a string.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    whole_of(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("expected a whole number"))
}

/// As [`whole`], where there may be none; an empty string is none.
pub(super) fn whole_if<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        value => whole_of(&value)
            .map(Some)
            .ok_or_else(|| D::Error::custom("expected a whole number")),
    }
}

/// The whole number in a value, whichever way it is written.
pub(super) fn whole_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A boolean, `"1"`, `0`, or a word.
pub(super) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    boolean_of(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("expected true or false"))
}

/// As [`boolean`], where there may be none.
pub(super) fn boolean_if<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => boolean_of(&value)
            .map(Some)
            .ok_or_else(|| D::Error::custom("expected true or false")),
    }
}

fn boolean_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A stamp, where there may be none: `null`, an empty string and PHP's zero date are none.
pub(super) fn stamp_if<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stamp>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() || text.starts_with("0000-") => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(D::Error::custom),
        _ => Err(D::Error::custom("expected a time")),
    }
}

/// An object, or the empty array that PHP makes of an empty one.
pub(super) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match Value::deserialize(deserializer)? {
        Value::Array(items) if items.is_empty() => Ok(BTreeMap::new()),
        object @ Value::Object(_) => serde_json::from_value(object).map_err(D::Error::custom),
        _ => Err(D::Error::custom("expected an object or an empty array")),
    }
}

/// An array, or `null` for an empty one.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(Vec::new()),
        array @ Value::Array(_) => serde_json::from_value(array).map_err(D::Error::custom),
        _ => Err(D::Error::custom("expected an array")),
    }
}
