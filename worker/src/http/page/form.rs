//! What a form brings: from our own pages, whole, and with the session's proof.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use subtle::ConstantTimeEq as _;

use super::super::limits::{content_type, read_body};
use super::super::params::Params;
use super::super::problem::Problem;
use super::visitor::Visitor;

/// A form is a few lines.
const BYTES_MAX: usize = 16 * 1024;
/// The field with the proof.
pub(super) const PROOF: &str = "proof";

/// A form of anybody's on one of our pages.
pub(super) struct Open(pub(super) Params);

/// A form of somebody who is signed in.
pub(super) struct Filled(pub(super) Params);

impl<S: Send + Sync> FromRequest<S> for Open {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        from_our_page(request.headers(), request.uri())?;
        content_type(request.headers(), &["application/x-www-form-urlencoded"])?;
        let body = read_body(request.into_body(), BYTES_MAX).await?;
        Ok(Self(Params::of(&String::from_utf8_lossy(&body))))
    }
}

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let Open(mut params) = Open::from_request(request, state).await?;
        let given = params.take(PROOF).unwrap_or_default();
        let proven = visitor.is_some_and(|visitor| {
            let proof = visitor.session.proof.as_bytes();
            bool::from(proof.ct_eq(given.as_bytes()))
        });
        if proven {
            return Ok(Self(params));
        }
        Err(refused(
            "it does not belong to your session; load the page anew, and do it again",
        ))
    }
}

/// A browser says where a form stood.
fn from_our_page(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| text(header::HOST));
    let origin = text(header::ORIGIN)
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, authority)| authority);
    let elsewhere = text(header::HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site != "same-origin");
    match (origin, host) {
        (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host) && !elsewhere => Ok(()),
        _ => Err(refused(
            "it did not come from one of these pages (`Origin` and `Host` differ)",
        )),
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "foreign-form",
        "The form was refused, and nothing was done",
        detail,
    )
}
