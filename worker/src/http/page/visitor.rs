//! Who looks: the cookie on the way in, and what a role may do.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domorder_config::Scope;
use url::form_urlencoded;

use super::super::Api;
use super::super::auth::Caller;
use super::super::problem::Problem;
use super::session::{LONGEST, Session, Sessions};
use crate::clock;

/// Over plain HTTP; over TLS, the name says that no other host and no plain connection can have set it.
const COOKIE: &str = "domorder";
const COOKIE_SECURE: &str = "__Host-domorder";
/// Whoever needs not say who they are.
const NOBODY: &str = "this machine";

/// Who looks.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) caller: Caller,
    pub(super) session: Session,
    /// Whether there is somebody to sign out.
    pub(super) signed_in: bool,
}

impl Visitor {
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.caller.may(scope)
    }

    /// What the scopes make of somebody.
    pub(super) fn role(&self) -> &'static str {
        role(&self.caller)
    }

    /// As an actor in timelines and logs.
    pub(super) fn actor(&self) -> String {
        format!("page:{} ({})", self.caller.name, self.session.person)
    }

    /// This role may do that.
    pub(super) fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let detail = format!(
            "you are signed in as {} with the token `{}`, which lacks the scope `{}`",
            self.role(),
            self.caller.name,
            scope.as_str()
        );
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Your role does not allow this",
            detail,
        ))
    }
}

pub(super) fn role(caller: &Caller) -> &'static str {
    match (caller.may(Scope::Admin), caller.may(Scope::OrdersAct)) {
        (true, _) => "operator",
        (false, true) => "support",
        (false, false) => "viewer",
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A route outside the gate has no visitor: nobody is let in by mistake.
        parts.extensions.get::<Self>().cloned().ok_or_else(signed_out)
    }
}

/// Lets visitors through who signed in, and leads the others there.
pub(super) async fn admit(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let secure = is_secure(request.headers());
    let (visitor, fresh) = match visit(&api, &request, secure) {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    let Some(visitor) = visitor else {
        let stream = request.uri().path() == "/page/events";
        if *request.method() != Method::GET || stream {
            return signed_out().into_response();
        }
        let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", wanted)
            .finish();
        return Redirect::to(&format!("/sign-in?{query}")).into_response();
    };
    let caller = visitor.caller.clone();
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    // For the log.
    response.extensions_mut().insert(caller);
    if let Some(cookie) = fresh {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Who it is, and a cookie where one has to be given.
fn visit(api: &Api, request: &Request, secure: bool) -> Result<(Option<Visitor>, Option<HeaderValue>), Problem> {
    let (gate, sessions, now) = (api.gate(), &api.inner.page.sessions, clock::now());
    let cookie = cookie(request.headers(), secure);
    if !gate.asks() {
        let caller = gate.anybody(request.headers(), request.uri())?;
        let known = cookie.and_then(|cookie| sessions.open(cookie, None, now));
        let fresh = known.is_none().then(|| Session::new(NOBODY, now));
        let given = fresh
            .as_ref()
            .and_then(|session| sessions.seal(&caller.name, None, session));
        let visitor = known.or(fresh).map(|session| Visitor {
            caller,
            session,
            signed_in: false,
        });
        return Ok((visitor, given.and_then(|value| set(&value, secure))));
    }
    let session = cookie.and_then(|cookie| {
        let name = Sessions::claimed(cookie)?;
        let session = sessions.open(cookie, Some(gate.digest_of(&name)?), now)?;
        Some((name, session))
    });
    let Some((name, session)) = session else {
        return Ok((None, None));
    };
    let caller = gate.again(&name)?.filter(|caller| caller.may(Scope::OrdersRead));
    let visitor = caller.map(|caller| Visitor {
        caller,
        session,
        signed_in: true,
    });
    Ok((visitor, None))
}

fn signed_out() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "You are not signed in",
        "the session has ended or never began, and nothing was done: sign in, and do it again",
    )
}

fn cookie(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let name = if secure { COOKIE_SECURE } else { COOKIE };
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = all
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
}

/// The header that gives a browser its session.
pub(super) fn set(value: &str, secure: bool) -> Option<HeaderValue> {
    written(value, LONGEST.as_secs(), secure)
}

/// The header that takes it away.
pub(super) fn unset(secure: bool) -> Option<HeaderValue> {
    written("", 0, secure)
}

fn written(value: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let (name, more) = if secure {
        (COOKIE_SECURE, "; Secure")
    } else {
        (COOKIE, "")
    };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{more}");
    HeaderValue::from_str(&text).ok()
}

/// The browser speaks TLS to whatever stands before this process. A lie here costs the liar only their session.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    let proto = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    proto.is_some_and(|proto| {
        proto
            .split(',')
            .next()
            .is_some_and(|first| first.trim().eq_ignore_ascii_case("https"))
    })
}
