//! Takes typed values out of a JSON object and notes every fault on the way, instead of stopping at the first.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::json::step;
use super::refusal::Faults;

/// An object, its place in the document, and the faults found so far.
pub(crate) struct Fields<'a, 'f> {
    map: &'a Map<String, Value>,
    at: String,
    pub(crate) faults: &'f mut Faults,
}

impl<'a, 'f> Fields<'a, 'f> {
    /// The fields of the object at a pointer.
    pub(crate) fn new(map: &'a Map<String, Value>, at: impl Into<String>, faults: &'f mut Faults) -> Self {
        Self {
            map,
            at: at.into(),
            faults,
        }
    }

    /// Where a field stands.
    pub(crate) fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, step(name))
    }

    /// Whether the field stands there, with whatever value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// Notes a fault of a field.
    pub(crate) fn fault(&mut self, name: &str, detail: impl Into<String>) {
        let pointer = self.pointer(name);
        self.faults.add(pointer, detail);
    }

    /// Notes that a field is missing, where it is.
    pub(crate) fn require(&mut self, name: &str, why: &str) {
        if !self.has(name) {
            self.fault(name, format!("is missing: {why}"));
        }
    }

    /// A value of the right shape, or a fault that says what was found instead.
    fn take<T>(&mut self, name: &str, expected: impl Display, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.map.get(name)?;
        let taken = read(value);
        if taken.is_none() {
            self.fault(name, mismatch(&expected, value));
        }
        taken
    }

    /// A text that passes a check.
    pub(crate) fn text_if(
        &mut self,
        name: &str,
        expected: impl Display,
        check: impl Fn(&str) -> bool,
    ) -> Option<&'a str> {
        self.take(name, expected, |value| value.as_str().filter(|text| check(text)))
    }

    /// A text without control characters, of at most so many characters, and not blank.
    pub(crate) fn line(&mut self, name: &str, chars_max: usize) -> Option<&'a str> {
        let expected = format_args!("a text of 1–{chars_max} characters on one line");
        self.text_if(name, expected, |text| is_line(text, chars_max))
    }

    /// An identifier: printable ASCII without blanks.
    pub(crate) fn token(&mut self, name: &str, expected: &str) -> Option<String> {
        let check = |text: &str| (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        self.text_if(name, expected, check).map(str::to_owned)
    }

    /// A secret: never told back, not even its length.
    pub(crate) fn secret(&mut self, name: &str) -> Option<&'a str> {
        let value = self.map.get(name)?;
        match value.as_str() {
            Some(text) if is_line(text, 255) => return Some(text),
            Some(_) => self.fault(
                name,
                "expected 1–255 characters without line ends; the value is not shown",
            ),
            None => {
                let kind = kind_of(value);
                self.fault(name, format!("expected a string, found {kind}; the value is not shown"));
            }
        }
        None
    }

    /// One word of a closed set.
    pub(crate) fn word<T: FromStr + Copy + Display>(&mut self, name: &str, all: &[T]) -> Option<T> {
        self.take(name, Words(all), |value| {
            value.as_str().and_then(|text| text.parse().ok())
        })
    }

    /// A whole number in a range; `3.0` is one.
    pub(crate) fn integer<T>(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<T>
    where
        T: TryFrom<i64>,
    {
        self.take(name, Whole(&range), |value| {
            let number = value.as_i64().or_else(|| value.as_f64().and_then(whole))?;
            range.contains(&number).then(|| T::try_from(number).ok())?
        })
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.take(name, "true or false", Value::as_bool)
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        self.take(name, "an object", Value::as_object)
    }

    /// A list.
    pub(crate) fn list(&mut self, name: &str) -> Option<&'a [Value]> {
        self.take(name, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    /// An instant.
    pub(crate) fn time(&mut self, name: &str) -> Option<Timestamp> {
        const EXPECTED: &str = "an RFC 3339 time such as `2026-03-04T09:15:00Z`";
        self.take(name, EXPECTED, |value| value.as_str().and_then(instant))
    }

    /// An instant, or a date for its first second in UTC.
    pub(crate) fn date_or_time(&mut self, name: &str) -> Option<Timestamp> {
        const EXPECTED: &str = "a date such as `2026-03-04` or an RFC 3339 time";
        self.take(name, EXPECTED, |value| {
            let text = value.as_str()?;
            if text.len() == 10 {
                let date: Date = text.parse().ok()?;
                return date
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .ok()
                    .map(|zoned| zoned.timestamp());
            }
            instant(text)
        })
    }

    /// A map of strings, at most so many bytes of JSON. Values are not told back: they are the producer's own.
    pub(crate) fn string_map(&mut self, name: &str, bytes_max: usize) -> Option<BTreeMap<String, String>> {
        let map = self.object(name)?;
        let mut out = BTreeMap::new();
        for (key, value) in map {
            match value.as_str() {
                Some(text) => drop(out.insert(key.clone(), text.to_owned())),
                None => {
                    let pointer = format!("{}/{}", self.pointer(name), step(key));
                    self.faults
                        .add(pointer, format!("expected a string, found {}", kind_of(value)));
                }
            }
        }
        let bytes = serde_json::to_vec(map).map_or(usize::MAX, |json| json.len());
        if bytes > bytes_max {
            self.fault(
                name,
                format!("expected at most {bytes_max} bytes of JSON, found {bytes}"),
            );
        }
        Some(out)
    }
}

/// The words of a set, told only where one was expected.
struct Words<'a, T>(&'a [T]);

impl<T: Display> Display for Words<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of ")?;
        self.0
            .iter()
            .enumerate()
            .try_for_each(|(at, word)| write!(f, "{}`{word}`", if at == 0 { "" } else { ", " }))
    }
}

/// A range of whole numbers; one without an end that means anything is told by its start.
struct Whole<'a>(&'a RangeInclusive<i64>);

impl Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.0.start(), self.0.end());
        if *high >= i64::from(u32::MAX) {
            write!(f, "a whole number of at least {low}")
        } else {
            write!(f, "a whole number from {low} to {high}")
        }
    }
}

/// Says what was expected and what was found.
pub(crate) fn mismatch(expected: impl Display, value: &Value) -> String {
    match value {
        Value::Null => format!("expected {expected}, found null; leave the field out instead"),
        value => format!("expected {expected}, found {}", found(value)),
    }
}

/// A value for people, short and on one line.
pub(crate) fn found(value: &Value) -> String {
    const CHARS_MAX: usize = 60;
    match value {
        Value::String(text) if text.chars().count() > CHARS_MAX => {
            let head: String = text.chars().take(CHARS_MAX).collect();
            format!("{}…", Value::from(head))
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => kind_of(value).to_owned(),
    }
}

/// What sort of value it is, without telling it.
pub(crate) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Not blank, no control characters, not longer than so many characters.
pub(crate) fn is_line(text: &str, chars_max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= chars_max && !text.chars().any(char::is_control)
}

/// A float that is a whole number which floats can tell from its neighbours.
#[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

/// RFC 3339 only; the reader also takes other forms of ISO 8601, and zone names in brackets.
fn instant(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let zone = match bytes {
        [.., b'Z' | b'z'] => 1,
        [.., b'+' | b'-', _, _, b':', _, _] => 6,
        _ => return None,
    };
    let shaped = bytes.len() >= 19 + zone
        && bytes[10].eq_ignore_ascii_case(&b'T')
        && bytes.iter().enumerate().take(19).all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => true,
            13 | 16 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if shaped { text.parse().ok() } else { None }
}
