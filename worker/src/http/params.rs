//! Parameters of an address: each known, at most once, and right; every fault is named at once.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use url::form_urlencoded;

use super::problem::{Problem, ProblemError};

/// The parameters that were not taken yet, and what is wrong so far.
#[derive(Debug)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    faults: Vec<ProblemError>,
}

impl Params {
    pub(crate) fn of(query: &str) -> Self {
        Self {
            pairs: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            faults: Vec::new(),
        }
    }

    /// The value of a parameter.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.pairs.iter().position(|(given, _)| given == name)?;
        let (_, value) = self.pairs.remove(at);
        let before = self.pairs.len();
        self.pairs.retain(|(given, _)| given != name);
        if self.pairs.len() < before {
            self.fault(name, "stands more than once");
        }
        Some(value)
    }

    /// A value that can be read; `expected` says what was.
    pub(crate) fn read<T>(&mut self, name: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = self.take(name)?;
        let read = read(&value);
        if read.is_none() {
            self.fault(name, format!("expected {expected}, found {}", shown(&value)));
        }
        read
    }

    /// A word of a closed set.
    pub(crate) fn word<T: FromStr + Display>(&mut self, name: &str, all: &[T]) -> Option<T> {
        let words: Vec<String> = all.iter().map(ToString::to_string).collect();
        self.read(name, &format!("one of {}", words.join(", ")), |text| text.parse().ok())
    }

    /// Words of a closed set, with commas between them.
    pub(crate) fn words<T: FromStr + Display>(&mut self, name: &str, all: &[T]) -> Vec<T> {
        let words: Vec<String> = all.iter().map(ToString::to_string).collect();
        let expected = format!("one or more of {}, with commas between them", words.join(", "));
        self.read(name, &expected, |text| {
            text.split(',').map(|word| word.parse().ok()).collect()
        })
        .unwrap_or_default()
    }

    /// A whole number within bounds, or what it is where it is not given.
    pub(crate) fn number(&mut self, name: &str, low: usize, high: usize, default: usize) -> usize {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        self.read(name, &format!("a whole number from {low} to {high}"), |text| {
            text.parse().ok().filter(|n| plain(text) && (low..=high).contains(n))
        })
        .unwrap_or(default)
    }

    /// Notes a fault of a parameter.
    pub(crate) fn fault(&mut self, name: &str, detail: impl Into<String>) {
        self.faults.push(ProblemError {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: detail.into(),
        });
    }

    /// All was taken and right.
    ///
    /// # Errors
    /// Every fault, those included that nobody asked for.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        let unknown: Vec<String> = self.pairs.drain(..).map(|(name, _)| name).take(20).collect();
        for name in unknown {
            let name: String = name.chars().take(60).collect();
            self.fault(&name, "is not a parameter of this address");
        }
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Problem::parameters(self.faults))
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

fn shown(value: &str) -> String {
    let head: String = value.chars().take(40).collect();
    let more = if head.len() < value.len() { "…" } else { "" };
    format!("{head:?}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(params: Params) -> Vec<(String, String)> {
        let problem = params.finish().unwrap_err();
        let named = |e: &ProblemError| (e.parameter.clone().unwrap_or_default(), e.detail.clone());
        problem.details().errors.iter().map(named).collect()
    }

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let mut params = Params::of("limit=0&kind=rent&limit=7&wibble=1&state=");
        assert_eq!(params.number("limit", 1, 200, 50), 50);
        assert_eq!(params.word("kind", domorder_jobs::state::Kind::ALL), None);
        assert!(params.words("state", domorder_jobs::state::State::ALL).is_empty());
        let errors = errors(params);
        let names: Vec<&str> = errors.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["limit", "limit", "kind", "state", "wibble"]);
        assert!(
            errors[2]
                .1
                .contains("one of register, transfer, renew, email-order, found \"rent\""),
            "{errors:?}"
        );
    }

    #[test]
    fn right_ones_are_taken() {
        let mut params = Params::of("limit=200&state=queued,parked");
        assert_eq!(params.number("limit", 1, 200, 50), 200);
        let states = params.words("state", domorder_jobs::state::State::ALL);
        assert_eq!(states.len(), 2);
        assert!(params.take("kind").is_none() && params.finish().is_ok());
        assert_eq!(Params::of("limit=%2B5").number("limit", 1, 9, 3), 3);
    }
}
