//! Reads each call's answer by the tables of `error`.
//!
//! First the outer part ([`Seen`]): credentials, throttling and answers that say nothing are the same for every call.
//! Then the call's own rule, by which a complete answer of a known shape becomes a verdict and all else Unknown.

use std::time::Duration;

use serde_json::Value;

use super::error::{CODES, Call, Meaning, meaning_of, stall, stall_by_code};
use super::wire::{self, Body, Domain, Envelope, Inner, Row, Sync};
use crate::http::Answer;
use crate::provider::{Accepted, Doubt, Evidence, Outcome, Rejection, RejectionClass, Stage, Trouble, TroubleKind};

use Call::{Cancel, Order, Renewal, Transfer};
use Meaning::{Reconcile, Rejected};
use RejectionClass as R;

/// An answer, sorted once, with what keeps its secrets out of texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    answer: &'a Answer,
}

/// What every answer is sorted into before its call's own rules.
enum Sorted {
    Envelope(Envelope),
    Bare(Value),
    Credentials(String),
    Throttled(Option<Duration>),
    /// Says nothing: HTML, redirect, server error, no JSON.
    Mute(TroubleKind, String),
}

impl<'a> Seen<'a> {
    /// Looks at an answer.
    pub(super) fn new(answer: &'a Answer) -> Self {
        Self { answer }
    }

    fn words(self, text: &str) -> String {
        self.answer.scrub(text)
    }

    fn sort(self) -> Sorted {
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

    /// The envelope of a paid call, or what the call came to without one.
    fn verdict(self) -> Result<Envelope, Outcome> {
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

    /// A refusal by message.
    fn refused(self, call: Call, code: i64, message: &str) -> Outcome {
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
    fn refused_by_registry(self, call: Call, inner: &Inner) -> Outcome {
        let words = self.words(&inner.message);
        match CODES
            .iter()
            .find(|row| row.code == inner.code && row.on.contains(&call))
            .map(|row| row.meaning)
        {
            Some(Rejected(class)) => rejected(class, words, None),
            Some(Reconcile) => doubt(format!("may be our own: {} {words}", inner.code), false),
            // Words count only where the sheet says that the inner part refuses (3.2), and not about money, since an
            // order that was taken may be held for it.
            None if call == Renewal && meaning_of(call, &inner.message) != Some(Rejected(R::NoFunds)) => {
                self.refused(call, inner.code, &inner.message)
            }
            None => doubt(format!("unlisted answer {}: {words}", inner.code), true),
        }
    }
}

/// `Order`: outer 200 and inner 1000 (done) or 1001 (the registry works on it).
pub(super) fn order(seen: &Seen<'_>, domain: &str) -> Outcome {
    let envelope = match seen.verdict() {
        Ok(envelope) => envelope,
        Err(outcome) => return outcome,
    };
    match inner_of(*seen, Order, &envelope, domain) {
        Err(outcome) => outcome,
        // The answer's dates are in no settled format, so only a read can tell the expiry.
        Ok(inner) if inner.code == 1000 => accepted(*seen, Stage::Working, &inner),
        Ok(inner) if inner.code == 1001 => accepted(*seen, Stage::Registry, &inner),
        Ok(inner) => seen.refused_by_registry(Order, &inner),
    }
}

/// `RenewalOrder`: outer 200 and inner 1000.
pub(super) fn renewal(seen: &Seen<'_>, domain: &str) -> Outcome {
    let envelope = match seen.verdict() {
        Ok(envelope) => envelope,
        Err(outcome) => return outcome,
    };
    match inner_of(*seen, Renewal, &envelope, domain) {
        Err(outcome) => outcome,
        Ok(inner) if inner.code == 1000 => accepted(*seen, Stage::Working, &inner),
        Ok(inner) if inner.code == 1001 => accepted(*seen, Stage::Registry, &inner),
        Ok(inner) => seen.refused_by_registry(Renewal, &inner),
    }
}

/// `TransferOrder`: with an outer 200 the order exists, whatever the inner part says.
pub(super) fn transfer(seen: &Seen<'_>, domain: &str) -> Outcome {
    let envelope = match seen.verdict() {
        Ok(envelope) => envelope,
        Err(outcome) => return outcome,
    };
    match inner_of(*seen, Transfer, &envelope, domain) {
        Err(outcome) => outcome,
        Ok(inner) if matches!(inner.code, 200 | 1000 | 1001) => accepted(*seen, Stage::LosingRegistrar, &inner),
        Ok(inner) => {
            let stage = stall(&inner.message).unwrap_or_else(|| stall_by_code(inner.code));
            accepted(*seen, stage, &inner)
        }
    }
}

/// `CancelTransfer`: no data, so the outer code is all there is; a look verifies it.
pub(super) fn cancel(seen: &Seen<'_>) -> Outcome {
    match seen.verdict() {
        Err(outcome) => outcome,
        Ok(envelope) if envelope.succeeded() => Outcome::Accepted(Accepted {
            evidence: Evidence {
                message: message(*seen, &envelope.message),
                ..Evidence::default()
            },
            stage: Some(Stage::Working),
            action_id: None,
        }),
        Ok(envelope) => seen.refused(Cancel, envelope.code, &envelope.message),
    }
}

/// The inner part of a taken request about our domain.
fn inner_of(seen: Seen<'_>, call: Call, envelope: &Envelope, domain: &str) -> Result<Inner, Outcome> {
    let inner = envelope.data.as_ref().and_then(Inner::of);
    match (envelope.succeeded(), inner, &envelope.data) {
        (true, Some(inner), _) => match &inner.name {
            Some(name) if !name.eq_ignore_ascii_case(domain) => Err(doubt(
                seen.words(&format!("the answer is about another domain: {name}")),
                true,
            )),
            _ => Ok(inner),
        },
        (true, None, _) => Err(doubt("taken, but the answer's inner verdict is missing".into(), true)),
        (false, _, None) => Err(seen.refused(call, envelope.code, &envelope.message)),
        // Refused outside, yet with a verdict inside: a refusal only if that refuses too. With an order number or a
        // success inside, nobody can say.
        (false, Some(inner), Some(_)) if inner.code >= 2000 && call != Transfer => {
            Err(seen.refused_by_registry(call, &inner))
        }
        (false, _, Some(_)) => Err(doubt(
            seen.words(&format!("refused with data: {} {}", envelope.code, envelope.message)),
            true,
        )),
    }
}

/// `ViewDomain`: 200 with the object, or 404.
pub(super) fn view_domain(seen: &Seen<'_>, domain: &str) -> Result<Option<Domain>, Trouble> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (404, None) => Ok(None),
        (200 | 1000, Some(data)) => match Domain::of(data) {
            Some(found) if found.name.eq_ignore_ascii_case(domain) => Ok(Some(found)),
            Some(_) => Err(trouble(
                TroubleKind::Garbled,
                "the answer is about another domain".into(),
            )),
            None => Err(trouble(
                TroubleKind::Garbled,
                "the domain object lacks its id, name or customer".into(),
            )),
        },
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `syncTransfer`: 200 with a status, or 404.
pub(super) fn sync_transfer(seen: &Seen<'_>) -> Result<Option<Sync>, Trouble> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (404, None) => Ok(None),
        (200 | 1000, data) => match data.as_ref().and_then(Sync::of) {
            Some(Sync { status, reason }) => Ok(Some(Sync {
                status: seen.words(&status),
                reason: reason.map(|text| seen.words(&text)),
            })),
            None => Err(trouble(TroubleKind::Garbled, "the transfer's status is missing".into())),
        },
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `checkDomain`: 200 is free, 400 is taken, and there is no data.
pub(super) fn check_domain(seen: &Seen<'_>) -> Result<bool, Trouble> {
    let envelope = seen.reading()?;
    match (envelope.code, &envelope.data) {
        (200, None) => Ok(true),
        (400, None) => Ok(false),
        _ => Err(seen.unlisted(&envelope)),
    }
}

/// `SearchDomainList`: rows without an envelope.
pub(super) fn search_domain_list(seen: &Seen<'_>) -> Result<Vec<Row>, Trouble> {
    match seen.sort() {
        Sorted::Bare(json) => {
            wire::rows(&json).ok_or_else(|| trouble(TroubleKind::Garbled, "no list of domains".into()))
        }
        _ => Err(seen
            .reading()
            .map_or_else(|why| why, |envelope| seen.unlisted(&envelope))),
    }
}

/// `availablefund`: 0 is its success \[P\].
pub(super) fn available_fund(seen: &Seen<'_>) -> Result<Option<String>, Trouble> {
    let envelope = seen.reading()?;
    match envelope.code {
        0 | 200 => Ok(envelope.data.as_ref().and_then(wire::amount)),
        _ => Err(seen.unlisted(&envelope)),
    }
}

fn accepted(seen: Seen<'_>, stage: Stage, inner: &Inner) -> Outcome {
    Outcome::Accepted(Accepted {
        evidence: Evidence {
            message: message(seen, &inner.message),
            ..Evidence::default()
        },
        stage: Some(stage),
        action_id: None,
    })
}

fn message(seen: Seen<'_>, text: &str) -> Option<String> {
    (!text.is_empty()).then(|| seen.words(text))
}

fn rejected(class: RejectionClass, message: String, retry_after: Option<Duration>) -> Outcome {
    Outcome::Rejected(Rejection {
        class,
        message,
        retry_after,
    })
}

fn doubt(detail: String, unlisted: bool) -> Outcome {
    Outcome::Unknown(Doubt { detail, unlisted })
}

fn trouble(kind: TroubleKind, detail: String) -> Trouble {
    Trouble {
        kind,
        detail,
        retry_after: None,
    }
}
