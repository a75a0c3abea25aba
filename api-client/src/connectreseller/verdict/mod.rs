//! Reads each call's answer by the tables of `error`.
//!
//! First the outer part ([`Seen`]): credentials, throttling and answers that say nothing are the same for every call.
//! Then the call's own rule, by which a complete answer of a known shape becomes a verdict and all else Unknown.

mod changes;
mod orders;
mod reads;

use std::time::Duration;

use serde_json::Value;

pub(super) use changes::{Made, Rule, change};
pub(super) use orders::{cancel, order, renewal, transfer};
pub(super) use reads::*;

use super::error::{CODES, Call, Meaning, meaning_of};
use super::secrets;
use super::wire::{Body, Envelope, Inner};
use crate::failure::Failure;
use crate::http::Answer;
use crate::provider::{Doubt, Rejection, RejectionClass, Trouble, TroubleKind};

use Meaning::{Reconcile, Rejected};
use RejectionClass as R;

/// An answer, sorted once, with what keeps its secrets out of texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    answer: &'a Answer,
}

/// What every answer is sorted into before its call's own rules.
pub(super) enum Sorted {
    /// The usual form.
    Envelope(Envelope),
    /// Without an envelope.
    Bare(Value),
    /// The key or the address was not accepted.
    Credentials(String),
    /// Too fast.
    Throttled(Option<Duration>),
    /// Says nothing: HTML, redirect, server error, no JSON.
    Mute(TroubleKind, String),
}

impl<'a> Seen<'a> {
    /// Looks at an answer.
    pub(super) fn new(answer: &'a Answer) -> Self {
        Self { answer }
    }

    /// A text of the answer, without secrets.
    pub(super) fn words(self, text: &str) -> String {
        // What is echoed may be what only the answer itself knows: a domain's code, a client's password.
        secrets::redactor(self.answer).scrub(text)
    }

    /// Sorts it.
    pub(super) fn sort(self) -> Sorted {
        let status = self.answer.status;
        if status == 429 {
            return Sorted::Throttled(self.answer.retry_after);
        }
        let json = match self.answer.json() {
            Ok(json) => json,
            Err(why) => {
                let page = self.answer.content_type.contains("html") || why.contains("page");
                let kind = if status == 200 && !page {
                    TroubleKind::Garbled
                } else {
                    TroubleKind::Unavailable
                };
                return Sorted::Mute(kind, why);
            }
        };
        match (status, Body::of(json)) {
            (200 | 401 | 403, Body::Unauthorized(text)) => Sorted::Credentials(self.words(&text)),
            (200, Body::Bare(json)) => Sorted::Bare(json),
            (200, Body::Envelope(envelope)) => Sorted::Envelope(envelope),
            // Refusals come under 200; a server that says the same under 400 or 404 is understood too. A success under
            // them is a contradiction.
            (400 | 404, Body::Envelope(envelope)) if !envelope.succeeded() => Sorted::Envelope(envelope),
            // A 500 happens with and without JSON; its JSON is shown, never believed.
            (_, Body::Envelope(envelope)) => Sorted::Mute(
                TroubleKind::Unavailable,
                self.words(&format!("HTTP {status}: {} {}", envelope.code, envelope.message)),
            ),
            (_, Body::Bare(_) | Body::Unauthorized(_)) => Sorted::Mute(
                TroubleKind::Unavailable,
                format!("HTTP {status} without the documented envelope"),
            ),
        }
    }

    /// The envelope of a call that changes something, or what the call came to without one.
    fn verdict(self) -> Result<Envelope, Failure> {
        match self.sort() {
            Sorted::Envelope(envelope) => Ok(envelope),
            Sorted::Credentials(message) => Err(rejected(R::Credentials, message, None)),
            Sorted::Throttled(retry_after) => Err(rejected(R::Throttled, "too many requests".into(), retry_after)),
            Sorted::Bare(_) => Err(doubt("an answer without the documented envelope".into(), true)),
            Sorted::Mute(_, why) => Err(doubt(why, false)),
        }
    }

    /// The envelope of a read, or the trouble.
    fn reading(self) -> Result<Envelope, Trouble> {
        match self.sort() {
            Sorted::Envelope(envelope) => Ok(envelope),
            Sorted::Credentials(detail) => Err(trouble(TroubleKind::Credentials, detail)),
            Sorted::Throttled(retry_after) => Err(Trouble {
                kind: TroubleKind::Throttled,
                detail: "too many requests".into(),
                retry_after,
            }),
            Sorted::Bare(_) => Err(trouble(
                TroubleKind::Garbled,
                "an answer without the documented envelope".into(),
            )),
            Sorted::Mute(kind, why) => Err(trouble(kind, why)),
        }
    }

    fn unlisted(self, envelope: &Envelope) -> Trouble {
        trouble(
            TroubleKind::Garbled,
            self.words(&format!("unlisted answer {}: {}", envelope.code, envelope.message)),
        )
    }

    /// What an answer lacks, and the keys that it has: what is in them may be somebody's address.
    fn lacking(self, field: &str, data: Option<&Value>) -> String {
        let has = match data {
            Some(Value::Object(fields)) => fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            Some(Value::Array(items)) => format!("a list of {}", items.len()),
            Some(_) => "a bare value".to_owned(),
            None => "no data".to_owned(),
        };
        self.words(&format!("the answer lacks `{field}`; it has {has}"))
    }

    /// A read's answer that lacks a field.
    fn garbled(self, field: &str, data: Option<&Value>) -> Trouble {
        trouble(TroubleKind::Garbled, self.lacking(field, data))
    }

    /// A refusal by message.
    fn refused(self, call: Call, code: i64, message: &str) -> Failure {
        let words = self.words(message);
        match meaning_of(call, message) {
            // Server errors and the like inside an envelope are no refusals, whatever their words.
            Some(Rejected(class)) if (400..500).contains(&code) && !matches!(code, 401 | 408 | 409 | 429) => {
                rejected(class, words, None)
            }
            Some(Reconcile) => doubt(format!("may be our own: {code} {words}"), false),
            Some(Rejected(_)) | None => doubt(format!("unlisted answer {code}: {words}"), true),
        }
    }

    /// A refusal by the registry's code.
    fn refused_by_registry(self, call: Call, inner: &Inner) -> Failure {
        let words = if inner.message.is_empty() {
            format!("the registry's code {}", inner.code)
        } else {
            self.words(&inner.message)
        };
        match CODES
            .iter()
            .find(|row| row.code == inner.code && row.on.contains(&call))
            .map(|row| row.meaning)
        {
            Some(Rejected(class)) => rejected(class, words, None),
            Some(Reconcile) => doubt(format!("may be our own: {} {words}", inner.code), false),
            // Words count only where the sheet says that the inner part refuses (3.2), and not about money, since an
            // order that was taken may be held for it.
            None if call == Call::Change => self.refused(call, inner.code, &inner.message),
            None if call == Call::Renewal && meaning_of(call, &inner.message) != Some(Rejected(R::NoFunds)) => {
                self.refused(call, inner.code, &inner.message)
            }
            None => doubt(format!("unlisted answer {}: {words}", inner.code), true),
        }
    }
}

fn rejected(class: RejectionClass, message: String, retry_after: Option<Duration>) -> Failure {
    Failure::Rejected(Rejection {
        class,
        message,
        retry_after,
    })
}

fn doubt(detail: String, unlisted: bool) -> Failure {
    Failure::Unknown(Doubt { detail, unlisted })
}

fn trouble(kind: TroubleKind, detail: String) -> Trouble {
    Trouble {
        kind,
        detail,
        retry_after: None,
    }
}
