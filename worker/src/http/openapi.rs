//! `/openapi.json`: made of the routes, so that the two cannot part.
//!
//! Each handler tells its own parameters, bodies and good answers; what every one of them may answer beside those is
//! added here, by what a route has: any at all, parameters, a body, an order in its path.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use domorder_jobs::validate::document_schema;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::problem::ProblemDetails;
use super::{Api, v1};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "domorder",
        description = "Orders for domains and mailboxes, driven to their end at the registrar, charged once.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "orders", description = "Hand in, look at, list"),
        (name = "signals", description = "Tell an order something"),
        (name = "accounts", description = "Provider accounts"),
        (name = "events", description = "What happened, as it happens"),
    ),
    components(schemas(ProblemDetails, v1::BatchLine, v1::CloudEvent)),
)]
struct Head;

/// The document of the API.
#[must_use]
pub fn document() -> Value {
    finished(split(v1::routes()).1)
}

/// The routes, and the document as the handlers made it.
pub(super) fn split(routes: OpenApiRouter<Api>) -> (Router<Api>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Head::openapi())
        .merge(routes)
        .split_for_parts()
}

/// The document with what is common to all.
pub(super) fn finished(made: utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(made).unwrap_or_default();
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    document["components"]["schemas"]["OrderDocument"] = document_schema();
    document["components"]["schemas"]["OrderView"]["description"] = "An order as it stands".into();
    document["components"]["securitySchemes"] = json!({"bearer": {
        "type": "http", "scheme": "bearer",
        "description": "A token of `http.tokens`. An operation's scopes are listed with it; `admin` has them all. \
                        Without configured tokens, programs on the server's own machine need none.",
    }});
    document["components"]["responses"] = responses();
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::iter_mut);
    for (path, operations) in paths {
        for operation in operations.as_object_mut().into_iter().flat_map(Map::values_mut) {
            complete(path, operation);
        }
    }
    document
}

/// The document as an answer.
pub(super) async fn answer(document: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(document)).into_response()
}

/// What any operation may answer, and some.
fn complete(path: &str, operation: &mut Value) {
    let has_body = operation.get("requestBody").is_some();
    without_null(operation);
    let parameters = operation
        .get("parameters")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let stands_in = |place: &str| parameters.iter().any(|p| p["in"] == place);
    let mut statuses = vec!["401", "403", "429", "500", "503"];
    if has_body {
        statuses.extend(["400", "408", "413", "415", "422"]);
    }
    if stands_in("query") {
        statuses.push("422");
    }
    if path.contains('{') {
        statuses.push("404");
    }
    if let Some(answers) = operation["responses"].as_object_mut() {
        for status in statuses {
            let shared = json!({"$ref": format!("#/components/responses/{status}")});
            answers.entry(status).or_insert(shared);
        }
        for answer in answers.values_mut().filter(|answer| answer.get("$ref").is_none()) {
            answer["headers"]["x-request-id"] = request_id();
        }
    }
}

/// What may be left out is no `null`: neither a parameter nor a whole body.
fn without_null(operation: &mut Value) {
    // Indexing a missing field would make one.
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    let parameters = parameters.into_iter().flatten();
    for schema in parameters.filter_map(|parameter| parameter.get_mut("schema")) {
        if let Some([one, _null]) = schema["type"].as_array().map(Vec::as_slice) {
            schema["type"] = one.clone();
        }
    }
    let contents = operation
        .pointer_mut("/requestBody/content")
        .and_then(Value::as_object_mut);
    let contents = contents.into_iter().flat_map(Map::values_mut);
    for schema in contents.filter_map(|content| content.get_mut("schema")) {
        if let Some([one, null]) = schema["oneOf"].as_array().map(Vec::as_slice)
            && *null == json!({"type": "null"})
        {
            *schema = one.clone();
        }
    }
}

fn request_id() -> Value {
    json!({"description": "The request's name in the log: the one given, or a new one", "schema": {"type": "string"}})
}

/// The refusals that are the same everywhere.
fn responses() -> Value {
    let mut all = Map::new();
    for (status, description) in [
        ("400", "The body is not JSON, or broke off"),
        ("401", "No token, or one that is not known"),
        (
            "403",
            "The token lacks a scope, or the request comes from a web page of elsewhere",
        ),
        ("404", "There is no such thing"),
        ("408", "The body came too slowly"),
        ("413", "The body is too large"),
        ("415", "The body is of another type"),
        ("422", "Something in it is not valid: every fault is named"),
        ("429", "Too many requests"),
        ("500", "Something went wrong here"),
        ("503", "Redis is away, or the process is stopping or has all hands full"),
    ] {
        let mut headers = json!({"x-request-id": request_id()});
        if matches!(status, "429" | "503") {
            headers["Retry-After"] = json!({"description": "Seconds", "schema": {"type": "integer", "minimum": 1}});
        }
        if status == "401" {
            headers["WWW-Authenticate"] = json!({"schema": {"type": "string"}});
        }
        all.insert(
            status.to_owned(),
            json!({
                "description": description,
                "headers": headers,
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }),
        );
    }
    Value::Object(all)
}
