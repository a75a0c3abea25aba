//! The operator's page at `/`: what needs somebody, every order's card with what can be done for it, accounts, refused
//! documents.
//!
//! Pages are made here and work without a script, for reading and for acting; one small script follows events and
//! refreshes what changed. A visitor signs in with one of the configured tokens and is then known by a sealed cookie
//! ([`session`]); scopes are roles: `orders:read` looks, `orders:act` sends signals, `admin` decides and switches accounts.
//! Nothing is done here that the API could not do, and through the same functions.

mod accounts;
mod act;
mod assets;
mod find;
mod form;
mod layout;
mod listing;
mod order;
mod overview;
mod refused;
mod session;
mod sign_in;
mod visitor;

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use domorder_config::Config;

use super::Api;
use super::problem::ProblemDetails;

/// An error's document is short.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;
/// No script, style, image or target but our own; no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the page knows beside the API.
pub(super) struct Site {
    sessions: session::Sessions,
    /// How fast each account may be asked, in words.
    paces: BTreeMap<String, String>,
}

impl Site {
    pub(super) fn new(config: &Config) -> Self {
        let pace = |account: &domorder_config::Account| {
            let (count, period) = (account.rate.count, account.rate.period);
            let period = match period.as_secs() {
                1 => "second".to_owned(),
                60 => "minute".to_owned(),
                _ => format!("{period:?}"),
            };
            format!("{count} calls a {period}, {} at once", account.concurrency)
        };
        let paces = config.accounts.iter();
        Self {
            sessions: session::Sessions::new(),
            paces: paces.map(|(name, account)| (name.clone(), pace(account))).collect(),
        }
    }
}

/// All addresses of the page.
pub(super) fn routes(api: &Api) -> Router<Api> {
    let inside = Router::new()
        .route("/", get(overview::overview))
        .route("/orders", get(overview::orders))
        .route("/search", get(find::search))
        .route("/orders/{id}", get(order::card))
        .route("/orders/{id}/{signal}", get(act::confirm).post(act::act))
        .route("/accounts", get(accounts::list))
        .route("/accounts/{name}/{switch}", get(accounts::confirm).post(accounts::act))
        .route("/refused", get(refused::list))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/page/events", get(overview::events))
        .route_layer(middleware::from_fn_with_state(api.clone(), visitor::admit));
    let outside = Router::new()
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/page/style.css", get(assets::style))
        .route("/page/live.js", get(assets::script))
        .route("/page/icon.svg", get(assets::icon));
    inside.merge(outside).route_layer(middleware::from_fn(finish))
}

/// Errors as pages, and the headers of every answer.
async fn finish(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if is_problem(response.headers()) {
        response = readable(response).await;
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With `no-referrer`, browsers would send `Origin: null` with our own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json")
}

async fn readable(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, PROBLEM_BYTES_MAX).await.unwrap_or_default();
    let Ok(problem) = serde_json::from_slice::<ProblemDetails>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let page = Html(layout::problem(&problem).into_string()).into_response();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::WWW_AUTHENTICATE);
    let (ours, body) = page.into_parts();
    parts.headers.extend(ours.headers);
    Response::from_parts(parts, body)
}
