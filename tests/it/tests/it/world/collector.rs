//! A collector of traces: a real server that decodes what OTLP over HTTP posts to it, by the schema's own types.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use prost::Message as _;
use tokio::net::TcpListener;

use super::{World, seen};

/// What it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mood {
    /// It takes them.
    Well,
    /// Nothing, ever.
    Hangs,
    /// A redirect to somewhere else.
    Redirects,
    /// 200 and a body that never ends.
    Endless,
    /// 503 and a wish to be left alone for a day.
    Overloaded,
}

/// A span that came.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) state: String,
    pub(crate) kind: i32,
    pub(crate) said: BTreeMap<String, String>,
    pub(crate) service: BTreeMap<String, String>,
    pub(crate) took: Duration,
}

impl Told {
    /// An attribute; empty where there is none.
    pub(crate) fn says(&self, name: &str) -> &str {
        self.said.get(name).map_or("", String::as_str)
    }
}

struct Inner {
    mood: Mutex<Mood>,
    spans: Mutex<Vec<Told>>,
    posts: Mutex<u64>,
    headers: Mutex<HeaderMap>,
}

/// The server.
pub(crate) struct Collector {
    address: std::net::SocketAddr,
    inner: Arc<Inner>,
    serving: tokio::task::JoinHandle<()>,
}

impl Collector {
    pub(crate) async fn new(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Arc::new(Inner {
            mood: Mutex::new(mood),
            spans: Mutex::default(),
            posts: Mutex::default(),
            headers: Mutex::default(),
        });
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(take).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            address,
            inner,
            serving,
        }
    }

    /// As a setting's value, with a token in the query.
    pub(crate) fn url(&self) -> String {
        format!("'http://{}/v1/traces?token=query-t0ken-of-the-tests'", self.address)
    }

    /// Its address without a path, as the standard variable has it.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many posts came.
    pub(crate) fn posts(&self) -> u64 {
        *self.inner.posts.lock().unwrap()
    }

    /// The headers of the last post.
    pub(crate) fn headers(&self) -> HeaderMap {
        self.inner.headers.lock().unwrap().clone()
    }

    /// From now on it is of this mind.
    pub(crate) fn becomes(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
    }

    /// Every span about an order, the first to start first as far as they say.
    pub(crate) fn about(&self, order: &str) -> Vec<Told> {
        let spans = self.inner.spans.lock().unwrap();
        spans
            .iter()
            .filter(|span| span.says("order.id") == order)
            .cloned()
            .collect()
    }
}

impl World {
    /// Waits until the claim that ended the order was told.
    pub(crate) async fn until_traced(&self, collector: &Collector, order: &str) -> Vec<Told> {
        self.wait_until("the order's last claim is told", || async {
            let spans = collector.about(order);
            spans.iter().any(|span| span.says("order.state") == "succeeded")
        })
        .await;
        collector.about(order)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(inner): State<Arc<Inner>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    *inner.posts.lock().unwrap() += 1;
    inner.headers.lock().unwrap().clone_from(&headers);
    seen::note("an export of traces", &body);
    let mood = *inner.mood.lock().unwrap();
    match mood {
        Mood::Well => {}
        Mood::Hangs => return std::future::pending().await,
        Mood::Redirects => {
            let elsewhere = [(header::LOCATION, "http://192.0.2.1/")];
            return (StatusCode::TEMPORARY_REDIRECT, elsewhere).into_response();
        }
        Mood::Endless => {
            let parts = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![0; 65_536])));
            return Body::from_stream(parts).into_response();
        }
        Mood::Overloaded => {
            return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "86400")]).into_response();
        }
    }
    let is_right = method == Method::POST
        && uri.path() == "/v1/traces"
        && headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/x-protobuf");
    let Some(request) = is_right.then(|| ExportTraceServiceRequest::decode(body).ok()).flatten() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut spans = inner.spans.lock().unwrap();
    for of_resource in request.resource_spans {
        let service = said(&of_resource.resource.unwrap_or_default().attributes);
        for span in of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.push(Told {
                said: said(&span.attributes),
                service: service.clone(),
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                state: span.trace_state,
                kind: span.kind,
                took: Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano),
                name: span.name,
            });
        }
    }
    let answer = ExportTraceServiceResponse::default().encode_to_vec();
    ([(header::CONTENT_TYPE, "application/x-protobuf")], answer).into_response()
}

fn said(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |attribute: &KeyValue| match attribute.value.clone().and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(n)) => n.to_string(),
        other => format!("{other:?}"),
    };
    attributes
        .iter()
        .map(|attribute| (attribute.key.clone(), text(attribute)))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
