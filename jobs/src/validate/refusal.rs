//! Why a document was not taken: every fault, each where it stands.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Draft;
use super::redact::scrub;

/// More faults than this are counted, not told: nobody reads them, and a document of 64 KiB can hold thousands.
const FAULTS_MAX: usize = 100;

/// One thing wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901); empty for the document itself.
    pub pointer: String,
    /// What was expected and what was found; never a secret.
    pub detail: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

/// How far a document came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// Not JSON at all.
    NotJson,
    /// Longer than allowed; not read.
    TooLarge,
    /// JSON, with faults.
    Invalid,
}

/// A document that was not taken.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// How far it came.
    pub kind: RefusalKind,
    /// What it was meant to be: `order` or `signal`.
    pub subject: &'static str,
    /// Everything wrong with it; at most a hundred, and one that counts the rest.
    pub faults: Vec<Fault>,
    /// The producer's name for it, where one could be read.
    pub idempotency_key: Option<String>,
    /// The document, where nothing is wrong but that its deadline has passed by now. A replay of an order that was
    /// accepted in time looks like this: whoever finds the key taken by the same content answers with that order.
    pub late: Option<Box<Draft>>,
}

impl Refusal {
    /// Of a document that was read; without the secrets that stand in it, wherever they turned up.
    pub(crate) fn invalid(
        subject: &'static str,
        faults: Faults,
        document: &Map<String, Value>,
        idempotency_key: Option<String>,
    ) -> Self {
        let mut faults = faults.finish();
        scrub(&mut faults, document);
        Self {
            kind: RefusalKind::Invalid,
            subject,
            faults,
            idempotency_key,
            late: None,
        }
    }

    /// The HTTP status it is answered with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.kind {
            RefusalKind::NotJson => 400,
            RefusalKind::TooLarge => 413,
            RefusalKind::Invalid => 422,
        }
    }

    /// A bounded word, for the label of a metric.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self.kind {
            RefusalKind::NotJson => "not_json",
            RefusalKind::TooLarge => "too_large",
            RefusalKind::Invalid => "invalid",
        }
    }

    /// As `application/problem+json` (RFC 9457).
    #[must_use]
    pub fn problem_json(&self) -> Value {
        json!({
            "type": format!("urn:domorder:problem:{}", self.reason()),
            "title": self.title(),
            "status": self.status(),
            "detail": self.to_string(),
            "errors": self.faults,
        })
    }

    fn title(&self) -> String {
        match self.kind {
            RefusalKind::NotJson => format!("The {} is not JSON", self.subject),
            RefusalKind::TooLarge => format!("The {} is too large", self.subject),
            RefusalKind::Invalid => format!("The {} is not valid", self.subject),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        for (at, fault) in self.faults.iter().enumerate() {
            f.write_str(if at == 0 { ": " } else { "; " })?;
            if !fault.pointer.is_empty() {
                // A key may hold a line end; the message is one line.
                write!(f, "{} ", fault.pointer.escape_debug())?;
            }
            f.write_str(&fault.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// Collects faults up to the limit.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
    beyond: usize,
}

impl Faults {
    pub(crate) fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.list.len() < FAULTS_MAX {
            self.list.push(Fault::new(pointer, detail));
        } else {
            self.beyond += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn finish(mut self) -> Vec<Fault> {
        if self.beyond > 0 {
            self.list
                .push(Fault::new("", format!("{} more faults are not listed", self.beyond)));
        }
        self.list
    }
}
