//! Layers and document, without a network.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use tower_service::Service as _;

use super::*;

fn api(tokens: &str) -> Api {
    let env = [("DOMORDER__HTTP__TOKENS".to_owned(), tokens.to_owned())];
    let (config, _) = domorder_config::load(domorder_config::LoadOptions { file: None, env }).unwrap();
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    Api::new(&config, recorder.handle(), CancellationToken::new())
}

async fn ask(mut app: Router, method: &str, path: &str) -> (StatusCode, header::HeaderMap, Value) {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let response = app.call(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (
        parts.status,
        parts.headers,
        serde_json::from_slice(&bytes).unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    async fn broken() {
        panic!("the secret word");
    }
    let broken = Router::new().route("/broken", get(broken));
    let app = layered(broken, api("[]"));
    let (status, headers, body) = ask(app, "GET", "/broken").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    assert!(headers.contains_key("x-request-id"));
    assert_eq!(body["type"], "urn:domorder:problem:internal");
    assert!(!body.to_string().contains("secret word"));
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let app = router(api("[]"));
    for (method, path, wanted) in [
        ("GET", "/wibble", 404),
        ("GET", "/v1/", 404),
        ("DELETE", "/v1/orders", 405),
        ("POST", "/livez", 405),
        ("GET", "/v1/orders", 503),
        ("GET", "/readyz", 503),
    ] {
        let (status, headers, body) = ask(app.clone(), method, path).await;
        assert_eq!(status.as_u16(), wanted, "{method} {path}: {body}");
        assert_eq!(headers.contains_key(header::ALLOW), wanted == 405, "{method} {path}");
        if path != "/readyz" {
            assert_eq!(
                headers[header::CONTENT_TYPE],
                "application/problem+json",
                "{method} {path}"
            );
            assert_eq!(body["status"], wanted);
        }
    }
}

#[test]
fn the_document_is_as_it_was_last_looked_at() {
    insta::assert_json_snapshot!("openapi", document());
}
