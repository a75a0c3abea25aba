//! Traces by OpenTelemetry (`[telemetry]`): what happened to an order and how long it took, in the trace of its producer.
//!
//! 1. [`accept`] goes on with the producer's `traceparent`, or begins a trace; where it stands then is stored with the order.
//! 2. [`Hand`] is a claim of the order, on whichever replica: a span of the same trace, about it all that is done.
//! 3. [`step`] is a look, an attempt, a cancellation, …; [`called`] each call of the provider within.
//! 4. [`export`] takes the spans that ended, and loses them rather than hold up an order.
//!
//! Spans say what metrics and logs say (account, operation, result, state) and the order's id; no domain, no person, no
//! secret, no address. The bridge from `tracing` was weighed and left out: it would send every field and line of the log,
//! those of libraries too, to wherever traces go. Providers and webhooks are not sent a trace's id: they are third parties,
//! to whom it says which of our requests belong together, and their gateways may refuse or log headers they do not know.
//!
//! Without an address nothing of this is done: a look at an empty cell is all it costs, and a producer's trace is stored.

mod export;
mod hand;
mod words;

use std::str::FromStr as _;
use std::sync::OnceLock;
use std::time::Duration;

use domorder_config::Telemetry;
use domorder_jobs::producer::{SubmitError, Submitted};
use domorder_jobs::trace::Trace;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, Span};
use url::Url;

pub use export::Exporting;
pub use hand::{Hand, Step, called, step};
pub use words::{name, seen};

/// One of a process, as its metrics and its log are: what ends deep inside a provider's client is told here without a word
/// of it there.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Where traces go, if anywhere.
fn address(wanted: &Telemetry) -> Option<&Url> {
    let is_off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|off| off.eq_ignore_ascii_case("true"));
    wanted.traces_url.as_ref().filter(|_| !is_off)
}

/// Whether the collector takes posts, for `doctor`.
///
/// # Errors
/// What is wrong with it.
pub async fn probe(wanted: &Telemetry) -> Result<(), String> {
    match address(wanted) {
        Some(url) => export::probe(wanted, url).await,
        None => Ok(()),
    }
}

/// Begins to trace, if there is somewhere to send it.
///
/// # Errors
/// Where the address or its TLS cannot be used.
pub fn start(wanted: &Telemetry, instance: &str) -> anyhow::Result<Option<Exporting>> {
    let Some(url) = address(wanted) else {
        return Ok(None);
    };
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("domorder");
    }
    let resource = resource
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("service.instance.id", instance.to_owned()))
        .build();
    let (queue, exporting) = export::start(wanted, url, &resource)?;
    let of_a_hundred = f64::from(wanted.sample_percent) / 100.0;
    let provider = SdkTracerProvider::builder()
        .with_span_processor(queue)
        .with_resource(resource)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(of_a_hundred))))
        .build();
    // A second start (tests run several workers in one process) keeps the first.
    let _ = TRACER.set(provider.tracer("domorder"));
    tracing::info!(to = wanted.masked_url(), "traces are sent");
    Ok(Some(exporting))
}

/// A producer's trace; what is none is left out with a note.
#[must_use]
pub fn given(parent: Option<&str>, state: Option<&str>) -> Option<Trace> {
    let parsed = Trace::parse(parent?, state);
    if let Err(error) = &parsed {
        // What it says instead may be anything: it is not shown.
        tracing::info!(%error, "a producer's trace is passed over; its order is not");
    }
    parsed.ok()
}

/// An order on its way in.
pub struct Accepting {
    /// To be stored with it.
    pub trace: Option<Trace>,
    span: Option<Span>,
}

/// Takes an order in, by a way of this name, under its producer's trace.
#[must_use]
pub fn accept(given: Option<Trace>, way: &'static str) -> Accepting {
    let Some(tracer) = TRACER.get() else {
        return Accepting {
            trace: given,
            span: None,
        };
    };
    let kind = if way == "redis" {
        SpanKind::Consumer
    } else {
        SpanKind::Server
    };
    let parent = given.as_ref().and_then(context_of);
    let attributes = vec![KeyValue::new("domorder.way", way)];
    let span = begin(tracer, "order.accept", kind, parent.as_ref(), None, attributes);
    Accepting {
        trace: trace_of(span.span_context()),
        span: Some(span),
    }
}

impl Accepting {
    /// What became of it.
    pub fn end(self, answer: Result<&Submitted, &SubmitError>) {
        let Some(mut span) = self.span else { return };
        let outcome = match answer {
            Ok(submitted) => {
                span.set_attribute(KeyValue::new("order.id", submitted.id().to_string()));
                match submitted {
                    Submitted::Accepted { kind, account, .. } => {
                        span.set_attribute(KeyValue::new("order.kind", kind.as_str()));
                        span.set_attribute(KeyValue::new("domorder.account", account.clone()));
                        "accepted"
                    }
                    Submitted::Replayed(_) => "replayed",
                }
            }
            Err(error) => {
                span.set_status(Status::error(error.reason()));
                if error.is_temporary() { "not_stored" } else { "refused" }
            }
        };
        span.set_attribute(KeyValue::new("domorder.outcome", outcome));
        span.end();
    }
}

/// Starts a span; without a parent it begins a trace.
fn begin(
    tracer: &SdkTracer,
    name: &'static str,
    kind: SpanKind,
    parent: Option<&SpanContext>,
    took: Option<Duration>,
    attributes: Vec<KeyValue>,
) -> Span {
    let context = match parent {
        Some(parent) => Context::new().with_remote_span_context(parent.clone()),
        None => Context::new(),
    };
    let mut builder = tracer.span_builder(name).with_kind(kind).with_attributes(attributes);
    if let Some(took) = took {
        let now = std::time::SystemTime::from(crate::clock::now());
        builder = builder.with_start_time(now.checked_sub(took).unwrap_or(now));
    }
    tracer.build_with_context(builder, &context)
}

fn context_of(trace: &Trace) -> Option<SpanContext> {
    let mut parts = trace.parent().split('-').skip(1);
    let (id, span, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let context = SpanContext::new(
        TraceId::from_hex(id).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        // One that its own rules refuse is as good as none.
        trace
            .state()
            .and_then(|state| TraceState::from_str(state).ok())
            .unwrap_or_default(),
    );
    context.is_valid().then_some(context)
}

fn trace_of(context: &SpanContext) -> Option<Trace> {
    let parent = format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    );
    Trace::parse(&parent, Some(&context.trace_state().header())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_trace_comes_back_as_it_was() {
        let trace = Trace::parse(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
        )
        .unwrap();
        assert_eq!(trace_of(&context_of(&trace).unwrap()), Some(trace));
    }

    #[test]
    fn without_an_address_a_producers_trace_is_handed_on_as_it_is() {
        let given = given(Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"), None);
        assert!(given.is_some());
        assert_eq!(accept(given.clone(), "redis").trace, given);
        assert_eq!(accept(None, "redis").trace, None);
    }
}
