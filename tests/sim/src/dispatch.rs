//! From a request to an answer: which call it is, whether it is well made, what goes wrong with it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::{Request, Response, header};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Sleep;
use tower_service::Service;

use crate::behaviour::Behaviour;
use crate::operation::{Answer, Call, Method, Operation, Outcome, Payload, Provider};
use crate::params::Param;
use crate::seed::Seed;
use crate::server::Mode;
use crate::world::World;
use crate::{connectreseller, logicboxes, params};

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
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_form = content_type.starts_with("application/x-www-form-urlencoded");
    let (call, generation, verdict) = {
        let mut world = shared.world();
        let now = world.clock.now();
        world.journal.total += 1;
        let seq = world.journal.total;
        let path = head.uri.path();
        let refuse = |world: &mut World, provider: Option<Provider>, status: u16, reason: String| {
            world
                .journal
                .unexpected(seq, now.at(), head.method.as_str(), path, reason.clone());
            let message = format!("{{{reason}}}");
            let answer = match provider {
                Some(Provider::ConnectReseller) => {
                    Answer::refused(status, connectreseller::wire::envelope(400, &reason, Value::Null))
                }
                _ => Answer::refused(status, json!({ "status": "ERROR", "message": message })),
            };
            Reply::Send(respond(answer))
        };
        let known: Option<(Provider, Option<&'static Operation>, &'static [Param])> =
            if path.starts_with(connectreseller::BASE) {
                Some((
                    Provider::ConnectReseller,
                    connectreseller::find(path),
                    connectreseller::COMMON,
                ))
            } else if path.starts_with(logicboxes::BASE) {
                Some((Provider::LogicBoxes, logicboxes::find(path), logicboxes::COMMON))
            } else {
                None
            };
        let Some((provider, operation, common)) = known else {
            return refuse(&mut world, None, 404, "unknown path".to_owned());
        };
        if world.faults.is_dead(provider, now.real_ms) {
            return Reply::Reset;
        }
        let Some(operation) = operation else {
            return refuse(&mut world, Some(provider), 404, "unknown call".to_owned());
        };
        let is_right_method = match operation.method {
            Method::Get => head.method == http::Method::GET,
            Method::Post => head.method == http::Method::POST,
        };
        if !is_right_method {
            return refuse(&mut world, Some(provider), 405, "wrong method".to_owned());
        }
        if has_body && operation.method == Method::Get {
            return refuse(&mut world, Some(provider), 400, "GET with a body".to_owned());
        }
        if has_body && !is_form {
            return refuse(&mut world, Some(provider), 400, "body is no form".to_owned());
        }
        let query = head.uri.query().unwrap_or_default();
        let values = match params::read(&[common, operation.params], query.as_bytes(), &form) {
            Ok(values) => values,
            Err(fault) => {
                let status = if provider == Provider::LogicBoxes { 500 } else { 200 };
                let reason = format!("{}={}", fault.parameter(), fault.complaint());
                return refuse(&mut world, Some(provider), status, reason);
            }
        };
        let domain = world.subject(provider, operation.subject, &values);
        let verdict = world.faults.decide(operation, domain.as_deref());
        let call = Call {
            operation,
            values,
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
        match call.operation.provider {
            Provider::ConnectReseller => connectreseller::wire::unauthorized(&world.cr.settings, "Invalid API key"),
            Provider::LogicBoxes => logicboxes::wire::unauthorized(&world.lb.settings),
        }
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
        Behaviour::Throttle429 => Reply::Send(respond_with(
            429,
            HTML,
            Bytes::from_static(b"<html><body>Too Many Requests</body></html>"),
        )),
        Behaviour::Cdn1020 => Reply::Send(respond(logicboxes::wire::foreign_address())),
    }
}

fn encode(answer: &Answer) -> (u16, &'static str, Bytes) {
    match &answer.payload {
        Payload::Json(value) => (answer.status, JSON, Bytes::from(value.to_string())),
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
