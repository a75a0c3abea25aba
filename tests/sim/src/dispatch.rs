//! From a request to an answer: which call it is, whether it is well made, what goes wrong with it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::{Request, Response, header};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Sleep;
use tower_service::Service;

use crate::behaviour::Behaviour;
use crate::house::{self, Found, House, Language};
use crate::operation::{Answer, Call, Method, Outcome, Payload};
use crate::params::{self, Values};
use crate::seed::Seed;
use crate::server::Mode;
use crate::world::World;

/// Bodies longer than this are refused.
const FORM_BYTES_MAX: usize = 64 * 1024;
const JSON: &str = "application/json;charset=UTF-8";
const HTML: &str = "text/html;charset=UTF-8";
const BAD_GATEWAY: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
const MAINTENANCE: &str = "<html><head><title>Please wait</title></head><body>We will be right back.</body></html>";

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    pub(crate) mode: watch::Sender<Mode>,
    /// What a reset goes back to.
    pub(crate) seed: Seed,
    pub(crate) scale: f64,
    pub(crate) keep_requests: bool,
}

impl Shared {
    /// The world, for a moment.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What becomes of the connection.
pub(crate) enum Reply {
    Send(Response<SimBody>),
    Close,
    Reset,
}

/// Answers one request.
pub(crate) async fn answer(shared: &Arc<Shared>, control: &axum::Router, request: Request<Incoming>) -> Reply {
    if request.uri().path().starts_with("/control") {
        let mut control = control.clone();
        return match control.call(request).await {
            Ok(response) => Reply::Send(response.map(SimBody::Control)),
            Err(never) => match never {},
        };
    }
    let (head, body) = request.into_parts();
    let has_body = !body.is_end_stream();
    let form = if has_body {
        match Limited::new(body, FORM_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return Reply::Close,
        }
    } else {
        Bytes::new()
    };
    let (call, generation, verdict) = {
        let mut world = shared.world();
        let now = world.clock.now();
        world.journal.total += 1;
        let seq = world.journal.total;
        let path = head.uri.path();
        let house = house::at(path);
        if house.is_some_and(|house| world.faults.is_dead(house.provider, now.real_ms)) {
            return Reply::Reset;
        }
        let understood = match understand(house, &head, has_body, &form) {
            Ok(understood) => understood,
            Err((status, reason)) => {
                let method = head.method.as_str();
                world.journal.unexpected(seq, now.at(), method, path, reason.clone());
                let answer = match house {
                    Some(house) => (house.misfit)(status, &reason),
                    None => Answer::refused(404, json!({ "status": "ERROR", "message": format!("{{{reason}}}") })),
                };
                return Reply::Send(respond(answer));
            }
        };
        let (operation, values, body) = (understood.found.operation, understood.values, understood.body);
        let domain = world.subject(operation.provider, operation.subject, &values, &body);
        let verdict = world.faults.decide(operation, domain.as_deref());
        let call = Call {
            operation,
            values,
            body,
            seq,
            now,
            domain,
        };
        (call, world.generation, verdict)
    };
    let Some(behaviour) = verdict.behaviour else {
        let fault = verdict.lag_ms.map(|_| "lag");
        let answer = shared.world().execute(&call, fault, verdict.lag_ms);
        return Reply::Send(respond(answer));
    };
    let same_place = head.uri.path_and_query().map_or("/", |place| place.as_str()).to_owned();
    spoil(shared, call, generation, behaviour, verdict.lag_ms, same_place).await
}

/// A request that is well made.
struct Understood {
    found: Found,
    values: Values,
    body: Value,
}

/// Which call a request is, and with what; else the HTTP status and the reason why no careful client sends it.
fn understand(
    house: Option<&'static House>,
    head: &Parts,
    has_body: bool,
    body: &[u8],
) -> Result<Understood, (u16, String)> {
    let house = house.ok_or_else(|| (404, "unknown path".to_owned()))?;
    let found = (house.find)(head.uri.path()).ok_or_else(|| (404, "unknown call".to_owned()))?;
    let operation = found.operation;
    let is_right_method = match operation.method {
        Method::Get => head.method == http::Method::GET,
        Method::Post => head.method == http::Method::POST,
        Method::Either => head.method == http::Method::GET || head.method == http::Method::POST,
    };
    if !is_right_method {
        return Err((405, "wrong method".to_owned()));
    }
    // What tells requests of ours apart is nobody else's business.
    if let Some(name) = ["traceparent", "tracestate", "baggage"]
        .iter()
        .find(|name| head.headers.contains_key(**name))
    {
        return Err((400, format!("the header {name}")));
    }
    if has_body && head.method == http::Method::GET {
        return Err((400, "GET with a body".to_owned()));
    }
    let known = [house.common, operation.params];
    let mut given = found.values.clone();
    for name in house.headers {
        if let Some(value) = head.headers.get(*name).and_then(|value| value.to_str().ok()) {
            given.push((name, value.to_owned()));
        }
    }
    let query = head.uri.query().unwrap_or_default().as_bytes();
    let (values, body) = match house.language {
        Language::Form => {
            let content_type = head
                .headers
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            if has_body && !content_type.starts_with("application/x-www-form-urlencoded") {
                return Err((400, "body is no form".to_owned()));
            }
            (params::read(&known, given, query, body), Value::Null)
        }
        Language::Json => {
            if !query.is_empty() {
                return Err((400, "a query, where a body is expected".to_owned()));
            }
            let json = match body {
                [] => Value::Object(serde_json::Map::new()),
                body => serde_json::from_slice(body).unwrap_or_default(),
            };
            let Value::Object(map) = json else {
                return Err((400, "body is no JSON object".to_owned()));
            };
            (params::read_json(&known, given, &map), Value::Object(map))
        }
    };
    match values {
        Ok(values) => Ok(Understood { found, values, body }),
        Err(fault) => Err((
            house.misfit_status,
            format!("{}={}", fault.parameter(), fault.complaint()),
        )),
    }
}

/// Lets a fault happen to a call.
async fn spoil(
    shared: &Arc<Shared>,
    mut call: Call,
    generation: u64,
    behaviour: Behaviour,
    lag_ms: Option<u64>,
    same_place: String,
) -> Reply {
    let name = behaviour.name();
    if let Behaviour::DoLate { ms } = behaviour {
        let shared = Arc::clone(shared);
        // A task of its own: the effect comes although the client has gone.
        let late = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            let mut world = shared.world();
            (world.generation == generation).then(|| {
                call.now = world.clock.now();
                world.execute(&call, Some(name), lag_ms)
            })
        });
        return match late.await {
            Ok(Some(answer)) => Reply::Send(respond(answer)),
            Ok(None) | Err(_) => Reply::Close,
        };
    }
    let done = if behaviour.is_done() {
        shared.world().execute(&call, Some(name), lag_ms)
    } else {
        let mut world = shared.world();
        world.journal.record(&call, Some(name), Outcome::NotDone, None);
        if let Behaviour::Dead { ms } = behaviour {
            let until = call.now.real_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
            world.faults.kill(call.operation.provider, until);
        }
        (house::of(call.operation.provider).unauthorized)(&world)
    };
    match behaviour {
        Behaviour::Late { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Reply::Send(respond(done))
        }
        Behaviour::DoLate { .. } | Behaviour::Lag { .. } | Behaviour::Unauthorized => Reply::Send(respond(done)),
        Behaviour::DoThenDrop | Behaviour::FailBefore => Reply::Close,
        Behaviour::DoThenReset | Behaviour::ResetBefore | Behaviour::Dead { .. } => Reply::Reset,
        Behaviour::DoThen500 | Behaviour::Fail500Before => Reply::Send(respond_with(500, JSON, Bytes::new())),
        Behaviour::DoThen502Html | Behaviour::Fail502Before => {
            Reply::Send(respond_with(502, HTML, Bytes::from_static(BAD_GATEWAY.as_bytes())))
        }
        Behaviour::DoThenTruncated => {
            let (status, content_type, body) = encode(&done);
            let half = body.slice(..body.len() / 2);
            let body = SimBody::Truncated {
                half: Some(half),
                total: body.len() as u64,
                pause: None,
            };
            Reply::Send(assemble(status, content_type, body))
        }
        Behaviour::Garbage => Reply::Send(respond_with(
            200,
            JSON,
            Bytes::from_static(b"{\"responseMsg\":{\"statusCo\x00<"),
        )),
        Behaviour::Html200 => Reply::Send(respond_with(200, HTML, Bytes::from_static(MAINTENANCE.as_bytes()))),
        Behaviour::Redirect => {
            let mut response = respond_with(302, HTML, Bytes::new());
            if let Ok(place) = same_place.parse() {
                response.headers_mut().insert(header::LOCATION, place);
            }
            Reply::Send(response)
        }
        Behaviour::Stall => std::future::pending().await,
        Behaviour::Answer { status, body } | Behaviour::DoThenAnswer { status, body } => {
            Reply::Send(respond_with(status, JSON, Bytes::from(body.to_string())))
        }
        Behaviour::DoThenChange { fields } => Reply::Send(respond(changed(done, fields))),
        Behaviour::Throttle429 => Reply::Send(respond_with(
            429,
            HTML,
            Bytes::from_static(b"<html><body>Too Many Requests</body></html>"),
        )),
        Behaviour::Cdn1020 => Reply::Send(respond(house::foreign_address())),
    }
}

/// The answer with other values in fields that it has.
fn changed(mut answer: Answer, fields: serde_json::Map<String, Value>) -> Answer {
    if let Payload::Json(Value::Object(body)) = &mut answer.payload {
        for (name, value) in fields {
            body.entry(name).and_modify(|field| *field = value);
        }
    }
    answer
}

fn encode(answer: &Answer) -> (u16, &'static str, Bytes) {
    match &answer.payload {
        Payload::Json(value) => (answer.status, JSON, Bytes::from(value.to_string())),
        Payload::Mislabelled(value) => (answer.status, HTML, Bytes::from(value.to_string())),
        Payload::Html(html) => (answer.status, HTML, Bytes::from(html.clone())),
    }
}

fn respond(answer: Answer) -> Response<SimBody> {
    let (status, content_type, body) = encode(&answer);
    respond_with(status, content_type, body)
}

fn respond_with(status: u16, content_type: &'static str, body: Bytes) -> Response<SimBody> {
    assemble(status, content_type, SimBody::Full(Some(body)))
}

fn assemble(status: u16, content_type: &'static str, body: SimBody) -> Response<SimBody> {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

/// A body: whole, broken off, or the control interface's.
pub(crate) enum SimBody {
    Full(Option<Bytes>),
    /// Promises `total` bytes, sends `half`, waits until that has left, and breaks off.
    Truncated {
        half: Option<Bytes>,
        total: u64,
        pause: Option<Pin<Box<Sleep>>>,
    },
    Control(axum::body::Body),
}

impl Body for SimBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match self.get_mut() {
            Self::Full(body) => Poll::Ready(
                body.take()
                    .filter(|body| !body.is_empty())
                    .map(|body| Ok(Frame::data(body))),
            ),
            Self::Truncated { half, pause, .. } => {
                if let Some(half) = half.take() {
                    return Poll::Ready(Some(Ok(Frame::data(half))));
                }
                let pause = pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_millis(5))));
                match pause.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err("broken off on purpose".into()))),
                    Poll::Pending => Poll::Pending,
                }
            }
            Self::Control(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(body) => body.as_ref().is_none_or(Bytes::is_empty),
            Self::Truncated { .. } => false,
            Self::Control(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Truncated { total, .. } => SizeHint::with_exact(*total),
            Self::Control(body) => body.size_hint(),
        }
    }
}
