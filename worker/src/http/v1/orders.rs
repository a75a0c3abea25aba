//! Handing in an order, and looking at one.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domorder_jobs::producer::{Incoming, SubmitError, Submitted, Taken};
use domorder_jobs::trace::Trace;
use domorder_jobs::validate::DOCUMENT_BYTES_MAX;
use domorder_jobs::view::OrderView;
use utoipa::ToSchema;

use super::super::Ready;
use super::super::auth::{Allowed, READ, WRITE};
use super::super::limits::{content_type, read_body};
use super::super::params::Params;
use super::super::problem::Problem;
use super::{Named, Segment, read};
use crate::{clock, metrics as m, traces};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What is ordered; its schema is made from the table that validation goes by.
#[derive(ToSchema)]
pub(crate) struct OrderDocument {}

/// Hands in an order
///
/// The same document under the same idempotency key again gives back the same order and changes nothing.
#[utoipa::path(
    post, path = "/v1/orders", operation_id = "submitOrder", tag = "orders",
    params(
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 200, pattern = "^[!-~]([ -~]*[!-~])?$",
         description = "Stands for the field `idempotency_key`; beside it, both must be the same"),
        ("traceparent" = Option<String>, Header,
         description = "The caller's trace (W3C Trace Context), with `tracestate`: the order goes on with it. One that is none is ignored"),
    ),
    request_body(
        content = OrderDocument, content_type = "application/json", description = "The order document, at most 64 KiB",
        examples(
            ("register" = (value = json!({
                "idempotency_key": "invoice-20931", "kind": "register", "account": "cr-main",
                "domain": "new-shop-example.com", "years": 1, "metadata": {"invoice": "20931"}
            }))),
            ("transfer" = (value = json!({
                "idempotency_key": "invoice-20932", "kind": "transfer", "account": "cr-main",
                "domain": "moving-shop-example.com", "auth_code": "invented-Code-1"
            }))),
            ("renew" = (value = json!({
                "idempotency_key": "invoice-20933", "kind": "renew", "account": "cr-main",
                "domain": "old-shop-example.com", "years": 1, "expected_expiry": "2027-01-31"
            }))),
        ),
    ),
    responses(
        (status = 202, description = "Accepted: a new order", body = OrderView,
         headers(("Location" = String, description = "The order's address"))),
        (status = 200, description = "The same document again: the order that it is", body = OrderView,
         headers(("Location" = String, description = "The order's address"),
                 ("Idempotency-Replayed" = bool, description = "`true`"))),
        (status = 409, description = "The idempotency key is taken by another order", body = super::super::problem::ProblemDetails,
         content_type = "application/problem+json"),
    ),
    security(("bearer" = ["orders:write"])),
)]
pub(super) async fn submit(
    _: Allowed<WRITE>,
    params: Params,
    Ready(backend): Ready,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    params.finish()?;
    content_type(&headers, &["application/json"])?;
    let key = header_key(&headers)?;
    let document = read_body(body, DOCUMENT_BYTES_MAX).await?;
    let accepting = traces::accept(trace_of(&headers), "http");
    let incoming = Incoming {
        document: &document,
        key: key.as_deref(),
        trace: accepting.trace.as_ref(),
    };
    let answer = backend.producer.take(&[incoming], clock::now()).await.pop();
    let answer = answer.unwrap_or(Err(SubmitError::Unavailable(
        domorder_jobs::ledger::LedgerError::Closed,
    )));
    accepting.end(answer.as_ref().map(|taken| &taken.submitted));
    let taken = counted(answer)?;
    let replayed = matches!(taken.submitted, Submitted::Replayed(_));
    let view = taken.view.ok_or_else(Problem::internal)?;
    let location = HeaderValue::from_str(&format!("/v1/orders/{}", view.id)).map_err(|_| Problem::internal())?;
    let status = if replayed { StatusCode::OK } else { StatusCode::ACCEPTED };
    let mut response = (status, [(header::LOCATION, location)], Json(view)).into_response();
    if replayed {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, yes);
    }
    Ok(response)
}

/// Counts what became of a document.
pub(super) fn counted(answer: Result<Taken, SubmitError>) -> Result<Taken, Problem> {
    match &answer {
        Ok(taken) => {
            if let Submitted::Accepted { kind, account, .. } = &taken.submitted {
                m::accepted(*kind, account, 1);
            }
        }
        Err(SubmitError::Unavailable(error)) => tracing::warn!(%error, "an order could not be stored"),
        Err(error) => m::refused(error.reason()),
    }
    answer.map_err(|error| Problem::from(&error))
}

/// The caller's trace. Of `traceparent` there may be one; parts of `tracestate` are joined.
pub(super) fn trace_of(headers: &HeaderMap) -> Option<Trace> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let joined = |name: &str| {
        let all: Vec<String> = headers.get_all(name).iter().map(text).collect();
        (!all.is_empty()).then(|| all.join(","))
    };
    traces::given(joined("traceparent").as_deref(), joined("tracestate").as_deref())
}

/// The one `Idempotency-Key` header; whether it is a key is validation's business.
fn header_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => Ok(Some(String::from_utf8_lossy(one.as_bytes()).into_owned())),
        (Some(_), Some(_)) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "two-idempotency-keys",
            "Two idempotency keys",
            "the header `Idempotency-Key` stands more than once",
        )),
    }
}

/// Shows an order
#[utoipa::path(
    get, path = "/v1/orders/{id}", operation_id = "getOrder", tag = "orders",
    params(("id" = domorder_jobs::order::OrderId, Path, description = "The order's id")),
    responses((status = 200, description = "The order", body = OrderView)),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn show(
    _: Allowed<READ>,
    params: Params,
    Ready(backend): Ready,
    Named(id): Named,
) -> Result<Json<OrderView>, Problem> {
    params.finish()?;
    read(&backend.ledger, id).await.map(Json)
}

/// Shows the order of an idempotency key
#[utoipa::path(
    get, path = "/v1/orders/by-key/{idempotency_key}", operation_id = "getOrderByKey", tag = "orders",
    params(("idempotency_key" = domorder_jobs::order::IdempotencyKey, Path,
            description = "The producer's name for it, percent-encoded, a slash as `%2F`")),
    responses((status = 200, description = "The order", body = OrderView)),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn show_by_key(
    _: Allowed<READ>,
    params: Params,
    Ready(backend): Ready,
    Segment(key): Segment,
) -> Result<Json<OrderView>, Problem> {
    params.finish()?;
    let key: domorder_jobs::order::IdempotencyKey = key.parse().map_err(|_| Problem::no_order())?;
    let found = backend.ledger.find_by_key(key.as_str()).await;
    let id = found.map_err(|error| Problem::ledger(&error))?;
    let id = id.and_then(|id| id.parse().ok()).ok_or_else(Problem::no_order)?;
    read(&backend.ledger, id).await.map(Json)
}
