//! From status and body to an answer: the body is read before the status.
//!
//! Most errors come as HTTP 500, even "not found" (fact sheet §2.1), so a well-formed error object is an answer under
//! any status, and a status alone decides only where the body is none of the API's.

use super::error::{Call, Class, Row, listed};
use super::message::Message;
use super::wire::{ActionResponse, Body, Fields, parse, scalar};
use crate::http::{MESSAGE_CHARS_MAX, Redactor};
use crate::provider::{RejectionClass, Trouble, TroubleKind};

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Not an error. Whether it is the right thing is for the caller to see.
    Value(Body),
    /// A well-formed error object (or the old error text).
    Said(Box<Said>),
    /// Not the API's answer, or one that can't be told apart from an outage's.
    Cut(Cut),
}

impl Answer {
    /// The same without the call's secrets, in whatever text they stood: a provider may echo them. Done after the
    /// message was recognised, because long texts are cut.
    #[must_use]
    pub fn scrubbed(mut self, redactor: &Redactor) -> Self {
        match &mut self {
            // Whole: what leaves the crate as a message is cut there.
            Self::Value(body) => body.each_text(&mut |text| *text = redactor.mask(text)),
            Self::Said(said) => {
                said.message.text = redactor.scrub(&said.message.text);
                if let Some(order) = &mut said.order {
                    order.each_text(&mut |text| *text = redactor.scrub(text));
                }
            }
            Self::Cut(_) => {}
        }
        self
    }
}

/// A well-formed error.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The HTTP status it came with.
    pub status: u16,
    /// Its words.
    pub message: Message,
    /// The row that knows them.
    pub row: Option<&'static Row>,
    /// The order data beside the error (§8.2): the order exists.
    pub order: Option<ActionResponse>,
}

impl Said {
    /// What the message means, if it is listed. A bare 401 or 403 with an error object is about the key or the address.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        match (self.row, self.status) {
            (Some(row), _) => Some(row.class),
            (None, 401 | 403) => Some(Class::Refused(RejectionClass::Credentials)),
            (None, 429) => Some(Class::Refused(RejectionClass::Throttled)),
            (None, _) => None,
        }
    }

    /// Its words, for people.
    #[must_use]
    pub fn text(&self) -> String {
        if self.message.text.is_empty() {
            format!("HTTP {} without a message", self.status)
        } else {
            clip(&self.message.text)
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The CDN stopped it: the address isn't on the key's list. Not executed.
    Blocked(u16),
    /// Too fast. Not executed.
    Throttled,
    /// Any other status without an error object, HTML, a redirect, truncated JSON. A paid call may have had its effect.
    NoAnswer(u16),
}

impl Cut {
    /// As a refusal of a call; `None`: nobody knows whether it was executed.
    #[must_use]
    pub fn refusal(self) -> Option<RejectionClass> {
        match self {
            Self::Blocked(_) => Some(RejectionClass::Credentials),
            Self::Throttled => Some(RejectionClass::Throttled),
            Self::NoAnswer(_) => None,
        }
    }

    /// For people.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Blocked(status) => {
                format!("stopped before the API (HTTP {status}): is this address on the key's list?")
            }
            Self::Throttled => "too many requests (HTTP 429)".to_owned(),
            Self::NoAnswer(status) => format!("no answer of the API (HTTP {status})"),
        }
    }
}

/// Reads an answer.
#[must_use]
pub fn classify(call: Call, status: u16, body: &[u8]) -> Answer {
    let parsed = parse(body);
    if let Some(said) = parsed.as_ref().and_then(|body| said(call, status, body)) {
        return Answer::Said(Box::new(said));
    }
    match (status, parsed) {
        (429, _) => Answer::Cut(Cut::Throttled),
        (_, None) if blocked(status, body) => Answer::Cut(Cut::Blocked(status)),
        (200..=299, Some(body)) => Answer::Value(body),
        _ => Answer::Cut(Cut::NoAnswer(status)),
    }
}

/// Whether the CDN stopped it: HTTP 403 with a page, or its plain text, which carries its own code. Half an object isn't
/// the CDN's.
fn blocked(status: u16, body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    let page = !text.trim_start().starts_with(['{', '[']);
    text.contains("error code: 1020") || (status == 403 && page)
}

fn said(call: Call, status: u16, body: &Body) -> Option<Said> {
    let (raw, order) = match body {
        Body::Object(fields) => {
            let order = ActionResponse::from_fields(fields).ok();
            let raw = error_text(fields).or_else(|| order.as_ref().and_then(nested_error))?;
            (raw, order.filter(ActionResponse::has_order))
        }
        Body::Bare(text) if text.contains("#~#") => (text.clone(), None),
        Body::Bare(_) | Body::List(_) => return None,
    };
    let message = Message::new(&raw);
    let row = listed(call, &message);
    Some(Said {
        status,
        message,
        row,
        order,
    })
}

/// The text of an error object in either envelope; `None` where it is no error.
fn error_text(fields: &Fields) -> Option<String> {
    let text = |key| scalar(fields, key).and_then(|s| s.text().map(str::to_owned));
    let failed = scalar(fields, "status").is_some_and(|s| s.is("error"));
    match text("error").filter(|error| !error.eq_ignore_ascii_case("NoError")) {
        // `{"status": "error", "error": "true", "message": …}` would say nothing by its `error`.
        Some(error) if error.eq_ignore_ascii_case("true") => Some(text("message").unwrap_or_default()),
        Some(error) if error.eq_ignore_ascii_case("false") && !failed => None,
        Some(error) => Some(error),
        None if failed => Some(text("message").or_else(|| text("actionstatusdesc")).unwrap_or_default()),
        None => None,
    }
}

/// The same, of an action response nested under its invoice id.
fn nested_error(order: &ActionResponse) -> Option<String> {
    let error = order
        .error
        .text()
        .filter(|error| !error.eq_ignore_ascii_case("NoError"));
    match error {
        Some(error) => Some(error.to_owned()),
        None if order.status.is("error") => Some(order.actionstatusdesc.to_string()),
        None => None,
    }
}

/// What a failed read is for the lane. An "absent" that was not asked for is not understood either.
#[must_use]
pub fn trouble(answer: &Answer) -> Trouble {
    let (kind, detail) = match answer {
        Answer::Value(_) => (
            TroubleKind::Garbled,
            "an answer of another shape than documented".to_owned(),
        ),
        Answer::Said(said) => {
            let kind = match said.class() {
                Some(Class::Refused(RejectionClass::Credentials)) => TroubleKind::Credentials,
                Some(Class::Refused(RejectionClass::Throttled)) => TroubleKind::Throttled,
                None if said.message.is_generic() => TroubleKind::Unavailable,
                Some(_) | None => TroubleKind::Garbled,
            };
            (kind, format!("the look-up failed: {}", said.text()))
        }
        Answer::Cut(cut) => {
            let kind = match cut {
                Cut::Blocked(_) | Cut::NoAnswer(401) => TroubleKind::Credentials,
                Cut::Throttled => TroubleKind::Throttled,
                Cut::NoAnswer(200..=299) => TroubleKind::Garbled,
                Cut::NoAnswer(_) => TroubleKind::Unavailable,
            };
            (kind, cut.text())
        }
    };
    Trouble {
        kind,
        detail,
        retry_after: None,
    }
}

/// At most [`MESSAGE_CHARS_MAX`] characters, on one line.
#[must_use]
pub fn clip(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MESSAGE_CHARS_MAX)
        .collect()
}
