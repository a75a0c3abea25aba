//! What happens to every request: an id, a line in the log, two metrics, an answer even where the code panics.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Api;
use super::auth::Caller;
use super::problem::Problem;
use super::serve::Peer;
use crate::metrics as m;

/// Names a request; taken over from the caller where it is harmless, made up otherwise.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer one is not taken over.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// The outermost layer.
pub(super) async fn observe(State(api): State<Api>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(&request);
    let method = method_word(request.method());
    // A path holds no secret, a query might; and only the pattern of a path is a label.
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let probe = matches!(route, "/livez" | "/readyz" | "/metrics");
    let place = if probe {
        None
    } else {
        Some(api.requests().try_acquire())
    };
    let mut response = match &place {
        Some(Err(_)) => Problem::unavailable("as many requests as may be are being served: ask again")
            .retry_after(Duration::from_secs(1))
            .into_response(),
        _ => next.run(request).await,
    };
    drop(place);
    let took = began.elapsed();
    let status = response.status();
    m::http_answered(method, route, status.as_u16(), took);
    let caller = response
        .extensions()
        .get::<Caller>()
        .map(|caller| caller.name.to_string());
    let id_text = id.to_str().unwrap_or_default();
    if probe {
        tracing::trace!(http.route = route, http.status = status.as_u16(), "probed");
    } else {
        tracing::info!(
            http.method = method,
            http.path = path,
            http.status = status.as_u16(),
            duration_ms = took.as_millis(),
            caller,
            peer = peer.map(tracing::field::display),
            request_id = id_text,
            "answered"
        );
    }
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn request_id(request: &Request) -> HeaderValue {
    let given = request.headers().get(REQUEST_ID).filter(|given| {
        (1..=REQUEST_ID_BYTES_MAX).contains(&given.len()) && given.as_bytes().iter().all(u8::is_ascii_graphic)
    });
    given.cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&domorder_jobs::ledger::new_order_id(0)[2..]).unwrap_or(HeaderValue::from_static("-"))
    })
}

/// A bounded word.
fn method_word(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    }
}

/// The answer in place of a panic's. Its words may hold anything: they are neither answered nor logged here.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    Problem::internal().into_response()
}

/// No route.
pub(super) async fn not_found() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not-found",
        "Nothing is here",
        "no such address; `/openapi.json` lists them",
    )
}

/// A route, but not by this method; `Allow` is added by the router.
pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Not by this method",
        "the header `Allow` says by which",
    )
}
