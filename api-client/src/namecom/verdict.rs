//! Reads each answer by the tables of `error`.
//!
//! First the envelope (`Seen`): throttling and answers that say nothing are the same for every call. Then the call's
//! own keys, and for an order each item: code 100 only says that the batch was processed.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{BAD_CREDENTIALS, Call, Meaning, meaning_of_code, meaning_of_text};
use super::order::{Item, normalised};
use super::wire::{self, Results, Row, SUCCESS, Verdict};
use crate::http::{Answer, CallResult, SendError};
use crate::provider::{
    Accepted, Doubt, Evidence, NotSent, Outcome, Rejection, RejectionClass, Stage, Trouble, TroubleKind,
};

/// Why a call that changes something brought no answer that says yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A documented refusal: surely no effect.
    Rejected(Rejection),
    /// Surely nothing left.
    NotSent(NotSent),
    /// Everything else: found out by reading, never by sending again.
    Unknown(Doubt),
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Rejected(rejection) => Self::Rejected(rejection),
            Failure::NotSent(not_sent) => Self::NotSent(not_sent),
            Failure::Unknown(doubt) => Self::Unknown(doubt),
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotSent(detail) => Self::NotSent(NotSent { detail }),
            SendError::Unknown(detail) => doubt(detail, false),
        }
    }
}

impl Failure {
    /// What the metrics are told.
    pub(super) const fn result(&self) -> CallResult {
        match self {
            Self::Rejected(_) => CallResult::Rejected,
            Self::NotSent(_) => CallResult::NotSent,
            Self::Unknown(_) => CallResult::Unknown,
        }
    }
}

/// What a read is about, since 221 means "bad credentials" or "not your domain" \[I:md\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Account,
    Domain,
}

/// An answer, with what keeps its secrets out of texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    answer: &'a Answer,
}

enum Sorted {
    Envelope(Verdict, Value),
    Throttled(Option<Duration>),
    /// Says nothing: HTML, redirect, server error, no JSON, no envelope.
    Mute {
        kind: TroubleKind,
        why: String,
        unlisted: bool,
    },
}

impl<'a> Seen<'a> {
    pub(super) fn new(answer: &'a Answer) -> Self {
        Self { answer }
    }

    fn words(self, text: &str) -> String {
        self.answer.scrub(text)
    }

    fn sort(self) -> Sorted {
        let status = self.answer.status;
        let mute = |kind, why: String, unlisted| Sorted::Mute { kind, why, unlisted };
        if status == 429 {
            return Sorted::Throttled(self.answer.retry_after);
        }
        let json = match self.answer.json() {
            Ok(json) => json,
            Err(why) => {
                // JSON itself comes as `text/html`, so only the body tells a page.
                let kind = if status == 200 && !why.contains("page") {
                    TroubleKind::Garbled
                } else {
                    TroubleKind::Unavailable
                };
                return mute(kind, why, false);
            }
        };
        match (status, Verdict::of(&json)) {
            (200, Some(verdict)) => Sorted::Envelope(verdict, json),
            // Refusals come under 200; a server that says the same under 4xx is understood too. A success under it is a
            // contradiction.
            (400 | 401 | 403 | 404, Some(verdict)) if verdict.code != SUCCESS => Sorted::Envelope(verdict, json),
            (_, Some(verdict)) => mute(
                TroubleKind::Unavailable,
                self.words(&format!("HTTP {status}: {} {}", verdict.code, verdict.message)),
                false,
            ),
            (200, None) => mute(
                TroubleKind::Garbled,
                "an answer without the documented envelope".into(),
                true,
            ),
            (_, None) => mute(
                TroubleKind::Unavailable,
                format!("HTTP {status} without the documented envelope"),
                false,
            ),
        }
    }

    /// A read of the account, or of nothing in particular.
    pub(super) fn account<T: DeserializeOwned>(self) -> Result<T, Trouble> {
        self.reading(About::Account)?
            .ok_or_else(|| trouble(TroubleKind::Garbled, "the answer is about a domain".into()))
    }

    /// A read of one domain; a refusal of the name is trouble.
    pub(super) fn domain<T: DeserializeOwned>(self) -> Result<T, Trouble> {
        self.reading(About::Domain)?
            .ok_or_else(|| trouble(TroubleKind::Garbled, "the provider refuses the name".into()))
    }

    /// A read of one domain; `None` where the name was refused (204, 221, 240), which means that it is not in the
    /// account, if the credentials are good.
    pub(super) fn domain_if<T: DeserializeOwned>(self) -> Result<Option<T>, Trouble> {
        self.reading(About::Domain)
    }

    fn reading<T: DeserializeOwned>(self, about: About) -> Result<Option<T>, Trouble> {
        let (verdict, json) = match self.sort() {
            Sorted::Envelope(verdict, json) => (verdict, json),
            Sorted::Throttled(retry_after) => {
                return Err(Trouble {
                    kind: TroubleKind::Throttled,
                    detail: "too many requests".into(),
                    retry_after,
                });
            }
            Sorted::Mute { kind, why, .. } => return Err(trouble(kind, why)),
        };
        let said = self.words(&format!("{} {}", verdict.code, verdict.message));
        let bad_credentials = verdict.message.to_lowercase().contains(BAD_CREDENTIALS);
        match (verdict.code, about) {
            (SUCCESS, _) => wire::read(json)
                .map(Some)
                .map_err(|why| trouble(TroubleKind::Garbled, why)),
            (251, _) | (221, About::Account) => Err(trouble(TroubleKind::Credentials, said)),
            (221, About::Domain) if bad_credentials => Err(trouble(TroubleKind::Credentials, said)),
            (204 | 221 | 240, About::Domain) => Ok(None),
            (211 | 250, _) => Err(trouble(TroubleKind::Unavailable, said)),
            _ => Err(trouble(TroubleKind::Garbled, format!("refused: {said}"))),
        }
    }

    /// The answer to a call that changes something and has no items.
    pub(super) fn done<T: DeserializeOwned>(self, call: Call) -> Result<T, Failure> {
        let (verdict, json) = self.verdict()?;
        if verdict.code != SUCCESS {
            return Err(self.refused(call, &verdict));
        }
        wire::read(json).map_err(|why| doubt(self.words(&format!("{why}, though it says {}", verdict.message)), true))
    }

    /// The rows of an order that was processed, their texts scrubbed.
    pub(super) fn order(self, items: &[Item<'_>]) -> Result<Vec<Row>, Failure> {
        let (verdict, json) = self.verdict()?;
        let rows = wire::read::<Results>(json).map(|results| results.results);
        if verdict.code != SUCCESS {
            // A refusal that tells of a success is none.
            if rows.is_ok_and(|rows| rows.iter().any(|row| row.success)) {
                let said = format!("refused, yet done in part: {} {}", verdict.code, verdict.message);
                return Err(doubt(self.words(&said), true));
            }
            let call = items.first().map_or(Call::Write, call_of);
            return Err(self.refused(call, &verdict));
        }
        let mut rows = rows.map_err(|why| doubt(self.words(&why), true))?;
        for text in rows.iter_mut().flat_map(|row| &mut row.information) {
            *text = self.words(text);
        }
        Ok(rows)
    }

    fn verdict(self) -> Result<(Verdict, Value), Failure> {
        match self.sort() {
            Sorted::Envelope(verdict, json) => Ok((verdict, json)),
            Sorted::Throttled(retry_after) => Err(rejected(R::Throttled, "too many requests".into(), retry_after)),
            Sorted::Mute { why, unlisted, .. } => Err(doubt(why, unlisted)),
        }
    }

    fn refused(self, call: Call, verdict: &Verdict) -> Failure {
        let words = self.words(&verdict.message);
        match meaning_of_code(call, verdict.code, &verdict.message) {
            Some(Meaning::Rejected(class)) => rejected(class, words, None),
            Some(Meaning::Reconcile) => doubt(format!("may have been done: {} {words}", verdict.code), false),
            None => doubt(format!("unlisted answer {}: {words}", verdict.code), true),
        }
    }
}

use RejectionClass as R;

/// What became of one item, by the rows of its order.
///
/// Rows are matched by product and name, never by their place: privacy that goes along with an item has rows of its own
/// (fact sheet 4).
#[must_use]
pub fn of_item(rows: &[Row], item: &Item<'_>) -> Outcome {
    let product = normalised(item.order_type());
    let (ours, beside): (Vec<&Row>, Vec<&Row>) = rows
        .iter()
        .filter(|row| row.domain_name.eq_ignore_ascii_case(item.domain()))
        .partition(|row| normalised(&row.order_type) == product);
    match ours.as_slice() {
        [row] if row.success => Outcome::Accepted(Accepted {
            evidence: Evidence {
                message: left_undone(&beside),
                ..Evidence::default()
            },
            // The answer has no dates: only a read can tell the expiry.
            stage: Some(Stage::Working),
            action_id: None,
        }),
        // Privacy bought for a name that was not: no refusal has an effect.
        [_] if beside.iter().any(|row| row.success) => {
            doubt("refused, yet a product beside it was bought".into(), true).into()
        }
        [row] => refused_item(call_of(item), &row.information).into(),
        [] => doubt("the answer does not tell of what was ordered".into(), true).into(),
        _ => doubt("the answer tells twice of what was ordered".into(), true).into(),
    }
}

/// The products beside an item that were not bought with it, in words.
fn left_undone(beside: &[&Row]) -> Option<String> {
    let words: Vec<String> = beside
        .iter()
        .filter(|row| !row.success)
        .map(|row| format!("{} was not bought: {}", row.order_type, row.information.join("; ")))
        .collect();
    (!words.is_empty()).then(|| words.join("; ").chars().take(crate::http::MESSAGE_CHARS_MAX).collect())
}

fn refused_item(call: Call, information: &[String]) -> Failure {
    let words = information.join("; ");
    let meanings: Option<Vec<Meaning>> = information.iter().map(|text| meaning_of_text(call, text)).collect();
    let Some(meanings) = meanings.filter(|all| !all.is_empty()) else {
        return doubt(format!("unlisted refusal of an item: {words}"), true);
    };
    let mut class = None;
    for meaning in meanings {
        match meaning {
            Meaning::Reconcile => return doubt(format!("may have been done: {words}"), false),
            // No money was said of the order; whatever else is wrong with it comes after.
            Meaning::Rejected(R::NoFunds) => class = Some(R::NoFunds),
            Meaning::Rejected(other) => class = class.or(Some(other)),
        }
    }
    match class {
        Some(class) => rejected(class, words, None),
        None => doubt(format!("unlisted refusal of an item: {words}"), true),
    }
}

pub(super) const fn call_of(item: &Item<'_>) -> Call {
    match item {
        Item::DomainCreate(_) => Call::Register,
        Item::DomainRenew { .. } => Call::Renew,
        Item::PrivacyCreate { .. } | Item::PrivacyRenew { .. } => Call::Privacy,
        Item::Backorder { .. } => Call::Backorder,
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
