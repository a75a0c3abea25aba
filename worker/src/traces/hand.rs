//! A claimed order in its trace: the claim, its steps, and the calls of the provider within these.

use std::cell::RefCell;
use std::sync::Arc;

use domorder_api_client::http::{CallReport, CallResult};
use domorder_jobs::order::Order;
use domorder_jobs::record::OrderRecord;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanContext, SpanKind, Status};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use super::{TRACER, begin, context_of};

tokio::task_local! {
    /// The claim that this task works on. Calls are told of where they end, deep inside a provider's client, which knows
    /// of no order.
    static IN_HAND: Within;
}

struct Within {
    tracer: SdkTracer,
    /// What every span says.
    about: Arc<[KeyValue]>,
    /// The claim, and the step that is being done.
    parents: RefCell<Vec<SpanContext>>,
}

/// A claim.
pub struct Hand {
    span: Span,
    within: Within,
}

impl Hand {
    /// A claim of an order, in the order's trace; `None` where nothing is traced.
    #[must_use]
    pub fn of(order: &Order, record: &OrderRecord, account: &str, provider: &'static str) -> Option<Self> {
        let tracer = TRACER.get()?;
        let about = [
            KeyValue::new("order.id", order.id.to_string()),
            KeyValue::new("domorder.account", account.to_owned()),
            KeyValue::new("provider.name", provider),
        ];
        let mut attributes = about.to_vec();
        attributes.push(KeyValue::new("order.kind", order.kind.as_str()));
        attributes.push(KeyValue::new("order.state.before", record.state.as_str()));
        let parent = order.trace.as_ref().and_then(context_of);
        let span = begin(
            tracer,
            "order.run",
            SpanKind::Consumer,
            parent.as_ref(),
            None,
            attributes,
        );
        Some(Self {
            within: Within {
                tracer: tracer.clone(),
                about: about.into(),
                parents: RefCell::new(vec![span.span_context().clone()]),
            },
            span,
        })
    }

    /// Does what is done about the order, within the claim's span.
    pub async fn follow(self, work: impl Future<Output = ()>) -> Followed {
        let Self { span, within } = self;
        IN_HAND.scope(within, work).await;
        Followed(span)
    }
}

/// A claim that is through.
pub struct Followed(Span);

impl Followed {
    /// Ends it with where the order stands.
    pub fn end(mut self, stands: &OrderRecord) {
        let span = &mut self.0;
        span.set_attribute(KeyValue::new("order.state", stands.state.as_str()));
        if let Some(reason) = stands.reason {
            span.set_attribute(KeyValue::new("order.reason", reason.as_str()));
        }
        span.set_attribute(KeyValue::new("order.attempts", i64::from(stands.attempts)));
        span.end();
    }
}

/// A step of a claim. It ends when it is dropped, too. Boxed, so that claims which nobody traces are hardly larger for it.
pub struct Step(Option<Box<Span>>);

/// Begins a step of the claim that is in hand.
#[must_use]
pub fn step(name: &'static str) -> Step {
    let begun = IN_HAND.try_with(|within| {
        let mut parents = within.parents.borrow_mut();
        let about = within.about.to_vec();
        let span = begin(&within.tracer, name, SpanKind::Internal, parents.last(), None, about);
        parents.push(span.span_context().clone());
        Box::new(span)
    });
    Step(begun.ok())
}

impl Step {
    /// Ends it with what came of it.
    pub fn end(mut self, outcome: &'static str) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new("domorder.outcome", outcome));
        }
    }

    /// Which attempt it is.
    pub fn attempt(&mut self, n: u32) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new("order.attempt", i64::from(n)));
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        let Some(mut span) = self.0.take() else { return };
        span.end();
        let id = span.span_context().span_id();
        let _ = IN_HAND.try_with(|within| within.parents.borrow_mut().retain(|parent| parent.span_id() != id));
    }
}

/// A call of the provider has come to its result. Beside a claim (a list for many orders, a command) it is in no trace.
pub fn called(call: &CallReport) {
    let _ = IN_HAND.try_with(|within| {
        let parents = within.parents.borrow();
        let mut attributes = within.about.to_vec();
        attributes.push(KeyValue::new("provider.operation", call.operation));
        attributes.push(KeyValue::new("provider.class", call.class.as_str()));
        attributes.push(KeyValue::new("domorder.outcome", call.result.as_str()));
        let (kind, took) = (SpanKind::Client, Some(call.took));
        let mut span = begin(&within.tracer, call.operation, kind, parents.last(), took, attributes);
        match call.result {
            CallResult::Ok | CallResult::Rejected => {}
            CallResult::NotSent | CallResult::Unknown => span.set_status(Status::error(call.result.as_str())),
        }
        span.end();
    });
}
