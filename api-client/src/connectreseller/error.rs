//! What ConnectReseller's answers mean: the one place that says so.
//!
//! The HTTP status is 200 even for failures; the verdict is in the body, in two parts: the outer code says whether the
//! request was taken, the inner one what came of it (fact sheet 3.2). Messages are hardly documented, so a message
//! means something only where a row of [`MESSAGES`] says so; everything else is Unknown, is counted, and is found out
//! by reading. Where a message matches rows of both kinds, the row that says "may be our own" stands first and wins.

use std::time::Duration;

use serde_json::Value;

use super::wire::{self, Body, Domain, Envelope, Inner, Row, Sync};
use crate::http::Answer;
use crate::provider::{Accepted, Doubt, Evidence, Outcome, Rejection, RejectionClass, Stage, Trouble, TroubleKind};

/// The calls whose messages are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `Order`
    Order,
    /// `TransferOrder`
    Transfer,
    /// `RenewalOrder`
    Renewal,
    /// `CancelTransfer`
    Cancel,
}

/// What a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A final refusal: surely no effect.
    Rejected(RejectionClass),
    /// It may be our own first attempt: Unknown, found out by reading.
    Reconcile,
}

/// A row of the tables: a fragment, compared without regard to letter case.
#[derive(Debug, Clone, Copy)]
pub struct MessageRow {
    /// Part of the message.
    pub fragment: &'static str,
    /// Where it counts.
    pub on: &'static [Call],
    /// What it means there.
    pub meaning: Meaning,
    /// Section of the fact sheet and how sure it is: S stated, P seen in public clients, I inferred (hi, md, lo).
    pub source: &'static str,
}

use Call::{Cancel, Order, Renewal, Transfer};
use Meaning::{Reconcile, Rejected};
use RejectionClass as R;

const fn row(fragment: &'static str, on: &'static [Call], meaning: Meaning, source: &'static str) -> MessageRow {
    MessageRow {
        fragment,
        on,
        meaning,
        source,
    }
}

const EVERY: &[Call] = &[Order, Transfer, Renewal, Cancel];

/// Messages of an outer refusal (and of a registry's inner refusal without a listed code). The first row that matches
/// counts.
pub const MESSAGES: &[MessageRow] = &[
    // --- may be our own first attempt
    row("already registered", &[Order, Transfer], Reconcile, "3.5 I:md"),
    row("already", EVERY, Reconcile, "3.5 I:md, 6.1"),
    row("duplicate", EVERY, Reconcile, "6.1 I:md"),
    row("pending", EVERY, Reconcile, "6.1 I:md"),
    row("process", EVERY, Reconcile, "6.1 I:md"),
    row("in progress", EVERY, Reconcile, "6.1 I:md"),
    row(
        "refund",
        EVERY,
        Reconcile,
        "3.5 I:lo: speaks of funds, and of an order that was placed",
    ),
    row(
        "expir",
        &[Renewal],
        Reconcile,
        "6.3, 7 I:md: Expiryyear differs, perhaps because we renewed",
    ),
    row("exdate", &[Renewal], Reconcile, "6.3 I:md"),
    // --- no money: before the auth code, whose rows would take "insufficient funds to verify the auth code"
    row(
        "insufficient",
        &[Order, Transfer, Renewal],
        Rejected(R::NoFunds),
        "3.5 I:md",
    ),
    row("fund", &[Order, Transfer, Renewal], Rejected(R::NoFunds), "3.5 I:md"),
    row("balance", &[Order, Transfer, Renewal], Rejected(R::NoFunds), "3.5 I:md"),
    // --- the losing side, before anything was placed
    row("invalid authcode", &[Transfer], Rejected(R::AuthCode), "3.5 P"),
    row("invalid auth code", &[Transfer], Rejected(R::AuthCode), "3.5 P"),
    row("lock", &[Transfer], Rejected(R::Locked), "3.5 I:md"),
    row("transferprohibited", &[Transfer], Rejected(R::Locked), "3.5 I:md"),
    row("60 day", &[Transfer], Rejected(R::TooYoung), "3.5 I:lo"),
    row("60-day", &[Transfer], Rejected(R::TooYoung), "3.5 I:lo"),
    // --- final
    row("not available", &[Order], Rejected(R::Taken), "3.5 I:md"),
    row(
        "not supported",
        &[Order, Transfer, Renewal],
        Rejected(R::Unsupported),
        "3.5 I:md",
    ),
    row("tld", &[Order, Transfer, Renewal], Rejected(R::Unsupported), "3.5 I:md"),
    row("not found", &[Renewal, Cancel], Rejected(R::NotFound), "3.5 S"),
    row(
        "not found",
        &[Order, Transfer],
        Rejected(R::Invalid),
        "3.5 I:md: the customer or a contact",
    ),
    row("invalid", EVERY, Rejected(R::Invalid), "3.5 I:md"),
];

/// A row of the registry's codes (EPP, RFC 5730 §3; fact sheet 5.2).
#[derive(Debug, Clone, Copy)]
pub struct CodeRow {
    /// The code.
    pub code: i64,
    /// Where it counts.
    pub on: &'static [Call],
    /// What it means there.
    pub meaning: Meaning,
}

const fn epp(code: i64, on: &'static [Call], meaning: Meaning) -> CodeRow {
    CodeRow { code, on, meaning }
}

/// Codes of the inner part of `Order` and `RenewalOrder`. A transfer's inner part never refuses: its order exists, so
/// there [`stall`] speaks. Prefer codes to words.
pub const CODES: &[CodeRow] = &[
    // The command did not fit the object's state, which our own first attempt may have changed.
    epp(2002, &[Order, Renewal], Reconcile),
    epp(2003, &[Order, Renewal], Rejected(R::Invalid)),
    epp(2004, &[Order, Renewal], Rejected(R::Invalid)),
    epp(2005, &[Order, Renewal], Rejected(R::Invalid)),
    epp(2104, &[Order, Renewal], Rejected(R::NoFunds)),
    epp(2105, &[Renewal], Rejected(R::NotAllowed)),
    epp(2106, &[Order, Renewal], Reconcile),
    epp(2201, &[Order, Renewal], Rejected(R::NotAllowed)),
    epp(2202, &[Order, Renewal], Rejected(R::NotAllowed)),
    epp(2300, &[Order, Renewal], Reconcile),
    epp(2302, &[Order, Renewal], Reconcile),
    epp(2303, &[Renewal], Rejected(R::NotFound)),
    epp(2303, &[Order], Rejected(R::Invalid)),
    epp(2304, &[Renewal], Rejected(R::NotAllowed)),
    epp(2304, &[Order], Reconcile),
    // "Command failed" and "session limit" say nothing about whether it was done.
    epp(2400, &[Order, Renewal], Reconcile),
    epp(2502, &[Order, Renewal], Reconcile),
];

/// An answer, sorted once, with what keeps its secrets out of texts.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
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
    #[must_use]
    pub fn new(answer: &'a Answer) -> Self {
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
            // Refusals come under 200; a server that says the same under 400 or 404 is understood too.
            (200 | 400 | 404, Body::Envelope(envelope)) => Sorted::Envelope(envelope),
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
            None => self.refused(call, inner.code, &inner.message),
        }
    }
}

/// The meaning of a message, by the first row that matches.
#[must_use]
pub fn meaning_of(call: Call, message: &str) -> Option<Meaning> {
    let message = message.to_lowercase();
    MESSAGES
        .iter()
        .find(|row| row.on.contains(&call) && message.contains(row.fragment))
        .map(|row| row.meaning)
}

/// Where a transfer stands by the words of its reason (fact sheet 3.5, 5.1), whether in the answer to `TransferOrder`
/// or in `syncTransfer`. `None`: words that are not listed.
#[must_use]
pub fn stall(reason: &str) -> Option<Stage> {
    let words = reason.to_lowercase();
    // "unlocked" says the opposite, and would match "lock".
    let words = words.replace("unlocked", "");
    let joined: String = words.chars().filter(|c| c.is_alphanumeric()).collect();
    // No money comes first: the auth code was then not even tried.
    if ["insufficient", "balance"].iter().any(|f| joined.contains(f))
        || (joined.contains("fund") && !joined.contains("refund"))
    {
        Some(Stage::HeldForFunds)
    } else if joined.contains("invalidauthcode") || joined.contains("invalidauthorizationinfo") {
        Some(Stage::AuthCode)
    } else if words.contains("lock") || joined.contains("transferprohibited") {
        Some(Stage::Locked)
    } else if joined.contains("60day") {
        Some(Stage::TooYoung)
    } else {
        None
    }
}

/// Where a stalled transfer stands by the registry's code, for messages that say nothing.
fn stall_by_code(code: i64) -> Stage {
    match code {
        2104 => Stage::HeldForFunds,
        2201 | 2202 => Stage::AuthCode,
        2304 => Stage::Locked,
        2300 => Stage::LosingRegistrar,
        _ => Stage::Stalled,
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
