//! What pages are made with, part of the program: nothing is fetched from elsewhere.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Asked for again after an upgrade at the latest.
const CACHED: &str = "public, max-age=300";

pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("assets/style.css"))
}

pub(super) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("assets/live.js"))
}

pub(super) async fn icon() -> Response {
    asset("image/svg+xml", include_str!("assets/icon.svg"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHED)], text).into_response()
}
