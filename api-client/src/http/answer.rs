//! A complete answer, not yet judged.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;

use super::report::Pending;
use super::{CallResult, Redactor};

/// No provider is left alone for longer than this because it said so.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

/// What came over the connection.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A complete answer of any status. Tell what it was by [`Answer::classified`]; an answer dropped without counts as
/// unknown.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The whole body, within the limit.
    pub body: Bytes,
    /// `Content-Type` in lower case; empty where there was none.
    pub content_type: String,
    /// `Retry-After` where it was given in seconds (RFC 9110 §10.2.3; dates are ignored, as they need a trusted clock).
    pub retry_after: Option<Duration>,
    /// How long the call took, connecting included.
    pub took: Duration,
    redactor: Redactor,
    pending: Option<Pending>,
}

impl Answer {
    pub(super) fn new(raw: Raw, redactor: Redactor, mut pending: Pending) -> Self {
        let text = |name| {
            raw.headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .trim()
        };
        Self {
            status: raw.status,
            content_type: text(CONTENT_TYPE).to_ascii_lowercase(),
            retry_after: text(RETRY_AFTER)
                .parse()
                .ok()
                .map(|secs| Duration::from_secs(secs).min(RETRY_AFTER_MAX)),
            took: pending.answered(),
            body: raw.body,
            redactor,
            pending: Some(pending),
        }
    }

    /// An answer out of a recording, for tools and measurements. Nobody is told of it.
    #[must_use]
    pub fn recorded(status: u16, body: impl Into<Bytes>, redactor: Redactor) -> Self {
        Self {
            status,
            body: body.into(),
            content_type: "application/json".to_owned(),
            retry_after: None,
            took: Duration::ZERO,
            redactor,
            pending: None,
        }
    }

    /// Reports the call's result. The first call counts; later ones change nothing.
    pub fn classified(&mut self, result: CallResult) {
        if let Some(pending) = self.pending.take() {
            pending.settle(result);
        }
    }

    /// The body as JSON, whatever the content type says: providers send JSON as `text/html`. A byte order mark and
    /// surrounding blanks are forgiven, anything else is not.
    ///
    /// # Errors
    /// A sentence without secrets on why it is none.
    pub fn json(&self) -> Result<Value, String> {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        let body = body.trim_ascii();
        if body.is_empty() {
            return Err(format!("HTTP {} with an empty body", self.status));
        }
        if body.starts_with(b"<") {
            return Err(format!("HTTP {} with a page instead of JSON", self.status));
        }
        // Syntax errors of serde_json name a place and never quote the text.
        serde_json::from_slice(body).map_err(|e| format!("HTTP {} with a body that is no JSON: {e}", self.status))
    }

    /// A text of this answer, without this call's secrets, fit to leave the crate.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        self.redactor.scrub(text)
    }

    /// What keeps this call's secrets out of texts.
    #[must_use]
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold auth codes and contact details.
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("content_type", &self.scrub(&self.content_type))
            .field("body_bytes", &self.body.len())
            .field("took", &self.took)
            .finish_non_exhaustive()
    }
}
