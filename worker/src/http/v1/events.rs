//! What happened: pages by long poll, and a stream that goes on (server-sent events).
//!
//! `next`, and the `id` of a sent event, is a place in the events of all shards; who asks after it is given everything
//! behind it, at least once and each order's events in their order. A CloudEvent's own `id` tells a doubled one.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domorder_jobs::ledger::{Event, EventCursor, LedgerError};
use domorder_jobs::view::OrderView;
use futures::{Stream, StreamExt as _};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::super::auth::{Allowed, READ};
use super::super::hub::{Hub, Listener};
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::{Api, Backend, Ready};
use crate::metrics as m;

const LIMIT_MAX: usize = 1000;
const LIMIT: usize = 100;
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Events read ahead of a stream's reader.
const AHEAD: usize = 64;
/// A comment is sent where nothing else was for this long: proxies close what is silent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a reader should come back after an end.
const COME_BACK: Duration = Duration::from_secs(2);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const PLACE: &str = "the `next` of a page before, `0` (the oldest kept) or `latest`";

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// About by age; an order's own are in their order.
    #[schema(value_type = Vec<CloudEvent>)]
    events: Vec<serde_json::Value>,
    /// Ask after this next, also where the page is empty.
    next: String,
}

/// One change of an order: CloudEvents 1.0, JSON.
#[derive(Serialize, ToSchema)]
pub(crate) struct CloudEvent {
    /// `1.0`.
    specversion: String,
    /// The same wherever and however often it is told.
    #[schema(example = "0-01K9ZJ4R7QWX5T3V8M2N6P1D0E-3")]
    id: String,
    /// `/domorder/` and the namespace.
    #[schema(example = "/domorder/domorder")]
    source: String,
    /// `order.` and the state.
    #[serde(rename = "type")]
    #[schema(example = "order.succeeded")]
    kind: String,
    /// The order's id.
    subject: domorder_jobs::order::OrderId,
    /// When.
    time: Timestamp,
    /// The order as it stood then.
    data: OrderView,
}

/// Pages through events
///
/// With `wait`, an empty page comes only after so long. Events are kept for `retention.events`; whoever was away for
/// longer lists the orders.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "listEvents", tag = "events",
    params(
        ("after" = Option<String>, Query, min_length = 1, description = "`next` of the page before; `0`, the oldest kept, if not said; `latest`: behind the newest"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many, 100 if not said"),
        ("wait" = Option<String>, Query, pattern = "^([0-9]{1,5}ms|[0-9]{1,2}s|1m)$", description = "Wait so long for the first, at most 60s: `30s`"),
    ),
    responses((status = 200, description = "A page of events", body = EventPage)),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn list(
    _: Allowed<READ>,
    mut params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
) -> Result<Json<EventPage>, Problem> {
    let hub = &backend.hub;
    let from = params.read("after", PLACE, |text| From::read(text, backend.ledger.shards()));
    let limit = params.number("limit", 1, LIMIT_MAX, LIMIT);
    let wait = params.read("wait", "a duration of at most 60s, such as `30s`", |text| {
        domorder_config::parse_duration(text).filter(|wait| *wait <= WAIT_MAX)
    });
    params.finish()?;
    let mut after = from.unwrap_or(From::Start).cursor(hub, backend.ledger.shards()).await?;
    let mut events = hub.page(&after, limit).await.map_err(|error| Problem::ledger(&error))?;
    if let Some(wait) = wait.filter(|wait| events.is_empty() && !wait.is_zero()) {
        let _place = place(&api)?;
        let mut listener = hub.listen();
        events = tokio::select! {
            events = listener.next(&after, limit) => events.map_err(|error| Problem::ledger(&error))?,
            () = tokio::time::sleep(wait) => Vec::new(),
            () = api.inner.stop.cancelled() => Vec::new(),
        };
    }
    let told = events.iter().filter_map(|event| {
        after.pass(event);
        readable(event)
    });
    let events = told.collect();
    let next = after.to_string();
    Ok(Json(EventPage { events, next }))
}

/// Streams events as they happen
///
/// Server-sent events, each with a CloudEvent as its data and a place as its `id`. Without `Last-Event-ID` or `after` it
/// begins with what happens from now on. Whoever does not read is cut off, and goes on from the last id.
#[utoipa::path(
    get, path = "/v1/events/stream", operation_id = "streamEvents", tag = "events",
    params(
        ("after" = Option<String>, Query, min_length = 1, description = "As of `/v1/events`; `latest` if not said"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last id that was read; stands before `after`"),
    ),
    responses((status = 200, description = "Events for as long as both sides stay", body = String, content_type = "text/event-stream")),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn stream(
    _: Allowed<READ>,
    mut params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shards = backend.ledger.shards();
    let mut from = params.read("after", PLACE, |text| From::read(text, shards));
    if let Some(last) = headers.get(LAST_EVENT_ID).filter(|last| !last.is_empty()) {
        from = last.to_str().ok().and_then(|text| From::read(text, shards));
        if from.is_none() {
            params.fault("Last-Event-ID", "is no id that was sent here");
        }
    }
    params.finish()?;
    follow(&api, &backend, from.unwrap_or(From::End), None).await
}

/// A stream from the present on, or from the id that a browser was sent last; it ends after so long.
pub(crate) async fn follow_from(
    api: &Api,
    backend: &Backend,
    headers: &HeaderMap,
    longest: Duration,
) -> Result<Response, Problem> {
    let last = headers.get(LAST_EVENT_ID).and_then(|last| last.to_str().ok());
    let from = last.and_then(|text| From::read(text, backend.ledger.shards()));
    follow(api, backend, from.unwrap_or(From::End), Some(longest)).await
}

async fn follow(api: &Api, backend: &Backend, from: From, longest: Option<Duration>) -> Result<Response, Problem> {
    let place = place(api)?;
    let after = from.cursor(&backend.hub, backend.ledger.shards()).await?;
    let reader = Reader {
        listener: backend.hub.listen(),
        after,
        ahead: Vec::new().into_iter(),
        stop: api.inner.stop.clone(),
        greeted: false,
        over: false,
        _place: place,
        _open: m::HttpStream::open(),
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("");
    let end = async move {
        match longest {
            Some(longest) => tokio::time::sleep(longest).await,
            None => std::future::pending().await,
        }
    };
    let events = reader.stream().take_until(Box::pin(end));
    let mut response = Sse::new(events).keep_alive(heartbeat).into_response();
    // A proxy that gathers answers would hold events back.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    response
        .headers_mut()
        .insert(unbuffered, header::HeaderValue::from_static("no"));
    Ok(response)
}

/// Where to begin.
pub(super) enum From {
    Start,
    End,
    Place(EventCursor),
}

impl From {
    pub(super) fn read(text: &str, shards: u16) -> Option<Self> {
        match text {
            "0" => Some(Self::Start),
            "latest" => Some(Self::End),
            _ => EventCursor::parse(text, shards).ok().map(Self::Place),
        }
    }

    async fn cursor(self, hub: &Hub, shards: u16) -> Result<EventCursor, Problem> {
        match self {
            Self::Start => Ok(EventCursor::start(shards)),
            Self::End => hub.end().await.map_err(|error| Problem::ledger(&error)),
            Self::Place(cursor) => Ok(cursor),
        }
    }
}

/// One of `http.streams`.
fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    let place = Arc::clone(&api.inner.streams).try_acquire_owned();
    place.map_err(|_| {
        Problem::unavailable("as many streams are open as `http.streams` allows: ask again, or page without `wait`")
    })
}

/// The event as it is told; `None` for one that somebody damaged.
fn readable(event: &Event) -> Option<serde_json::Value> {
    let read = serde_json::from_str(&event.text).ok();
    if read.is_none() {
        tracing::error!(shard = event.shard, id = %event.id, "an event cannot be read, and is left out");
    }
    read
}

/// A stream's reader.
struct Reader {
    listener: Listener,
    after: EventCursor,
    ahead: std::vec::IntoIter<Arc<Event>>,
    stop: CancellationToken,
    greeted: bool,
    over: bool,
    _place: OwnedSemaphorePermit,
    _open: m::HttpStream,
}

impl Reader {
    fn stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        futures::stream::unfold(self, |mut reader| async {
            let event = reader.next().await?;
            Some((Ok(event), reader))
        })
    }

    /// The next event to send; waits for it. `None`: the stream ends.
    async fn next(&mut self) -> Option<sse::Event> {
        if self.over {
            return None;
        }
        if !std::mem::replace(&mut self.greeted, true) {
            // At once, so that both sides know that it is open; and with a place, so that nothing of the time until the
            // first event is missed by a reader that is cut off before it.
            return Some(sse::Event::default().retry(COME_BACK).id(self.after.to_string()));
        }
        loop {
            if let Some(event) = self.ahead.next() {
                self.after.pass(&event);
                let Some(told) = readable(&event) else { continue };
                let sent = sse::Event::default().id(self.after.to_string());
                return Some(sent.data(told.to_string()));
            }
            let more = tokio::select! {
                more = self.listener.next(&self.after, AHEAD) => more,
                () = self.stop.cancelled() => return Some(self.farewell(None)),
            };
            match more {
                Ok(more) => self.ahead = more.into_iter(),
                Err(error) => return Some(self.farewell(Some(&error))),
            }
        }
    }

    fn farewell(&mut self, error: Option<&LedgerError>) -> sse::Event {
        self.over = true;
        if let Some(error) = error {
            tracing::warn!(%error, "a stream of events ends; its reader comes back");
        }
        sse::Event::default()
            .retry(COME_BACK)
            .comment("come back with the last id")
    }
}
