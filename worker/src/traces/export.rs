//! Sending spans on: a bounded queue, and one task that posts what is in it.
//!
//! The SDK's own batch processor was weighed: it drops what does not fit, too, but tells nobody while it runs how much that
//! was, and needs a thread and a blocking client of its own. Nothing here is waited for by an order.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use domorder_config::Telemetry;
use metrics::counter;
use opentelemetry::Context;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter as _, SpanProcessor};
use reqwest::redirect;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Spans of one post.
const BATCH: usize = 512;
/// So long spans are gathered after the first one.
const GATHER: Duration = Duration::from_secs(1);
/// Of an answer so much is read.
const ANSWER_BYTES: usize = 64 * 1024;
/// After a post that failed.
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// What became of spans; counts begin at 0.
pub(crate) fn count(result: &'static str, spans: usize) {
    let spans = u64::try_from(spans).unwrap_or(0);
    counter!("domorder_trace_spans_total", "result" => result).increment(spans);
}

/// Where spans end up that have ended.
#[derive(Debug)]
pub(super) struct Queue(mpsc::Sender<SpanData>);

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.0.try_send(span).is_err() {
            count("dropped", 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// The task that sends them.
pub struct Exporting {
    task: JoinHandle<()>,
    finish: CancellationToken,
    timeout: Duration,
}

impl Exporting {
    /// Sends what is left, for `within` and one post's time at most; what comes later is dropped.
    pub async fn finish(self, within: Duration) {
        self.finish.cancel();
        let stop = self.task.abort_handle();
        if tokio::time::timeout(within.min(self.timeout), self.task).await.is_err() {
            stop.abort();
            tracing::warn!("the last spans were not sent in time");
        }
    }
}

fn exporter(wanted: &Telemetry, url: &Url) -> anyhow::Result<SpanExporter> {
    let headers = wanted
        .headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    SpanExporter::builder()
        .with_http()
        .with_http_client(Poster::new(url, wanted.timeout)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(url.as_str())
        .with_headers(headers.collect())
        .with_timeout(wanted.timeout)
        .build()
        .context("telemetry: traces cannot be sent")
}

/// Whether the collector takes a post, which has nothing in it; why not.
pub(super) async fn probe(wanted: &Telemetry, url: &Url) -> Result<(), String> {
    let exporter = exporter(wanted, url).map_err(|error| format!("{error:#}"))?;
    match tokio::time::timeout(wanted.timeout, exporter.export(Vec::new())).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {:?}", wanted.timeout)),
    }
}

pub(super) fn start(wanted: &Telemetry, url: &Url, resource: &Resource) -> anyhow::Result<(Queue, Exporting)> {
    let mut exporter = exporter(wanted, url)?;
    exporter.set_resource(resource);
    let places = usize::try_from(wanted.queue).unwrap_or(usize::MAX);
    let (sender, spans) = mpsc::channel(places);
    for result in ["sent", "dropped", "failed"] {
        count(result, 0);
    }
    let finish = CancellationToken::new();
    let task = tokio::spawn(run(spans, exporter, wanted.timeout, finish.clone()));
    let exporting = Exporting {
        task,
        finish,
        timeout: wanted.timeout,
    };
    Ok((Queue(sender), exporting))
}

/// Until told to finish, and then until the queue is empty.
async fn run(
    mut spans: mpsc::Receiver<SpanData>,
    exporter: SpanExporter,
    timeout: Duration,
    finish: CancellationToken,
) {
    let mut pause = PAUSE_FIRST;
    loop {
        let mut batch = Vec::with_capacity(BATCH.min(64));
        tokio::select! {
            biased;
            _ = spans.recv_many(&mut batch, BATCH) => {}
            () = finish.cancelled() => spans.close(),
        }
        if finish.is_cancelled() {
            spans.close();
        } else {
            gather(&mut spans, &mut batch, &finish).await;
        }
        let n = batch.len();
        if n == 0 && spans.is_closed() && spans.is_empty() {
            return;
        }
        if n == 0 {
            continue;
        }
        // The exporter itself tries again within its time, where the collector asks for that.
        let why = match tokio::time::timeout(timeout, exporter.export(batch)).await {
            Ok(Ok(())) => {
                count("sent", n);
                pause = PAUSE_FIRST;
                continue;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {timeout:?}"),
        };
        count("failed", n);
        tracing::warn!(spans = n, why, "traces could not be sent: these are lost, orders go on");
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // Whoever stops does not wait for a collector that is away.
            () = finish.cancelled() => {
                spans.close();
                return count("dropped", spans.len());
            }
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Waits a little for more, so that a post is worth it.
async fn gather(spans: &mut mpsc::Receiver<SpanData>, batch: &mut Vec<SpanData>, finish: &CancellationToken) {
    let until = tokio::time::Instant::now() + GATHER;
    while batch.len() < BATCH && !spans.is_closed() {
        let room = BATCH - batch.len();
        tokio::select! {
            n = spans.recv_many(batch, room) => if n == 0 { return },
            () = tokio::time::sleep_until(until) => return,
            () = finish.cancelled() => return,
        }
    }
}

/// Posts with our own TLS: no redirect, no proxy of the environment, and of an answer no more than it may be.
#[derive(Debug)]
struct Poster(reqwest::Client);

impl Poster {
    fn new(url: &Url, timeout: Duration) -> anyhow::Result<Self> {
        let tls = domorder_api_client::http::client_config(url.scheme() == "https")?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .no_gzip()
            .timeout(timeout)
            .user_agent(concat!("domorder/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }
}

#[async_trait]
impl HttpClient for Poster {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        // The address may hold a token, and an error of the client would show it.
        let sent = self.0.execute(request).await.map_err(reqwest::Error::without_url);
        let mut answer = match sent {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "a post of traces failed"
                );
                return Err("not sent".into());
            }
        };
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + part.len() > ANSWER_BYTES {
                return Err("an answer that is too long".into());
            }
            body.extend_from_slice(&part);
        }
        Ok(response.body(body.into())?)
    }
}
