//! A field as the provider writes fields: now a string, now a number, now a boolean.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

/// A field that may come as a string, a number, a boolean or `null`, kept as trimmed text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Scalar(String);

impl Scalar {
    /// The text, without surrounding space.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(in super::super) fn text_mut(&mut self) -> &mut String {
        &mut self.0
    }

    /// The text, unless it is empty.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }

    /// A whole number of mailboxes or records.
    #[must_use]
    pub fn count(&self) -> Option<u32> {
        self.0.parse().ok()
    }

    /// `true` or `false`, in any letter case.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        [("true", true), ("false", false)]
            .into_iter()
            .find(|(word, _)| self.is(word))
            .map(|(_, value)| value)
    }

    /// Whether it is this word, in any letter case.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.0.eq_ignore_ascii_case(word)
    }

    /// An id the provider gives: digits, and not the "0" by which it says "none".
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        let digits = !self.0.is_empty() && self.0.bytes().all(|b| b.is_ascii_digit());
        (digits && self.0.bytes().any(|b| b != b'0')).then_some(self.0.as_str())
    }

    /// An instant: epoch seconds, or the `2024-05-01 10:22:03.5+00` of search rows.
    ///
    /// Anything before 2000 or after 2100 is no date of an order and reads as none: a zero or an epoch must never
    /// become a fact.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        const PLAUSIBLE: std::ops::Range<i64> = 946_684_800..4_102_444_800;
        let at = match self.0.parse::<i64>() {
            Ok(seconds) => Timestamp::from_second(seconds).ok()?,
            Err(_) => self.0.parse::<Timestamp>().ok()?,
        };
        PLAUSIBLE.contains(&at.as_second()).then_some(at)
    }
}

impl Scalar {
    /// When something ends, as it was written: whether that can be believed is decided where it would become a fact. A
    /// number beyond all calendars (milliseconds for seconds) is the last instant of this one, so that it is seen.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        let Ok(seconds) = self.0.parse::<i64>() else {
            return self.0.parse::<Timestamp>().ok();
        };
        let beyond = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Some(Timestamp::from_second(seconds).unwrap_or(beyond))
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a boolean")
            }
            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar(v.trim().to_owned()))
            }
            fn visit_bool<E: serde::de::Error>(self, v: bool) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string()))
            }
            fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Scalar, E> {
                if v.is_finite() {
                    Ok(Scalar(v.to_string()))
                } else {
                    Err(E::custom("not a finite number"))
                }
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<Scalar, E> {
                Ok(Scalar::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}
