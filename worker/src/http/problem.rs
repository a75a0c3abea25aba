//! Errors over HTTP: RFC 9457, `application/problem+json`.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domorder_jobs::ledger::LedgerError;
use domorder_jobs::order::OrderId;
use domorder_jobs::producer::{SignalError, SubmitError};
use domorder_jobs::validate::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a caller should ask again where nobody knows better: a Redis that failed over is back by then.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// An error as an answer.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Told>);

#[derive(Debug, Clone)]
struct Told {
    details: ProblemDetails,
    retry_after: Option<Duration>,
    challenge: Option<HeaderValue>,
}

/// Why a request was refused (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDetails {
    /// What sort of problem it is: a word to branch on, `urn:domorder:problem:…`.
    #[serde(rename = "type")]
    #[schema(example = "urn:domorder:problem:invalid")]
    pub(crate) kind: String,
    /// The same for people.
    #[schema(example = "The order is not valid")]
    pub(crate) title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub(crate) status: u16,
    /// What was wrong this time, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) detail: Option<String>,
    /// Every fault, each where it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<ProblemError>,
    /// Of a conflict: the order that has the idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) order: Option<OrderId>,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProblemError {
    /// Where in the document: a JSON pointer (RFC 6901), empty for the document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/years")]
    pub(crate) pointer: Option<String>,
    /// Which parameter of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "limit")]
    pub(crate) parameter: Option<String>,
    /// What was expected and what was found; never a secret.
    #[schema(example = "expected a whole number from 1 to 10, found 11")]
    pub(crate) detail: String,
}

impl Problem {
    /// A problem of a kind (the last part of its `type`).
    pub(crate) fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self::of(ProblemDetails {
            kind: format!("urn:domorder:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: Some(detail.into()),
            errors: Vec::new(),
            order: None,
        })
    }

    fn of(details: ProblemDetails) -> Self {
        let retry_after = (details.status == 503).then_some(RETRY_AFTER);
        Self(Box::new(Told {
            details,
            retry_after,
            challenge: None,
        }))
    }

    /// What the code that refused said itself.
    fn said(json: serde_json::Value) -> Self {
        serde_json::from_value(json).map_or_else(|_| Self::internal(), Self::of)
    }

    /// Something of ours is wrong; what, is in the log.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong here",
            "the log tells more, under the request id of this answer",
        )
    }

    /// There is no such order.
    pub(crate) fn no_order() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-such-order",
            "There is no such order",
            "no order has this id or idempotency key; finished orders are deleted after `retention.finished`",
        )
    }

    /// There is no such account.
    pub(crate) fn no_account() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-such-account",
            "There is no such account",
            "no account of the configuration has this name; `/v1/accounts` lists them",
        )
    }

    /// The body is no JSON.
    pub(crate) fn not_json() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "not_json",
            "The body is not JSON",
            "expected one JSON object",
        )
    }

    /// The body has these faults.
    pub(crate) fn faults(errors: Vec<ProblemError>) -> Self {
        let named: Vec<String> = errors
            .iter()
            .map(|e| format!("{} {}", e.pointer.as_deref().unwrap_or_default(), e.detail))
            .collect();
        let (status, title) = (StatusCode::UNPROCESSABLE_ENTITY, "The body is not valid");
        let mut problem = Self::new(status, "invalid", title, named.join("; ").trim_start());
        problem.0.details.errors = errors;
        problem
    }

    /// It cannot be served now.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "This cannot be served at the moment",
            detail,
        )
    }

    /// The ledger did not answer, or answered with what is no use.
    pub(crate) fn ledger(error: &LedgerError) -> Self {
        if error.is_retryable() || matches!(error, LedgerError::Closed) {
            tracing::warn!(%error, "a request could not be served");
            return Self::unavailable("the ledger is not reachable: ask again");
        }
        tracing::error!(%error, "a request could not be served");
        Self::internal()
    }

    /// These parameters of the address are wrong.
    pub(crate) fn parameters(errors: Vec<ProblemError>) -> Self {
        let named: Vec<String> = errors
            .iter()
            .map(|e| format!("`{}` {}", e.parameter.as_deref().unwrap_or_default(), e.detail))
            .collect();
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-parameters",
            "The parameters are not valid",
            named.join("; "),
        );
        problem.0.details.errors = errors;
        problem
    }

    /// When to ask again.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// How to prove who asks (`WWW-Authenticate`).
    pub(crate) fn challenge(mut self, challenge: &str) -> Self {
        self.0.challenge = HeaderValue::from_str(challenge).ok();
        self
    }

    /// As it stands in a line of a batch.
    pub(crate) fn details(&self) -> &ProblemDetails {
        &self.0.details
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        Self::said(refusal.problem_json())
    }
}

impl From<&SubmitError> for Problem {
    fn from(error: &SubmitError) -> Self {
        Self::said(error.problem_json())
    }
}

impl From<&SignalError> for Problem {
    fn from(error: &SignalError) -> Self {
        let problem = Self::said(error.problem_json());
        match error {
            SignalError::Full => problem.retry_after(RETRY_AFTER),
            _ => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.details.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self.0.details)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = self.0.retry_after {
            // Whole seconds, and never "at once".
            headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        if let Some(challenge) = self.0.challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}
