//! Signing in with a token, and out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use domorder_config::Scope;
use maud::{Markup, html};

use super::super::Api;
use super::super::params::Params;
use super::super::problem::Problem;
use super::super::serve::Peer;
use super::form::{Filled, Open};
use super::layout;
use super::session::Session;
use super::visitor::{Visitor, is_secure, role, set, unset};
use crate::clock;

const PERSON_CHARS_MAX: usize = 60;
const TOKEN_BYTES_MAX: usize = 1024;

pub(super) async fn form(State(api): State<Api>, mut params: Params) -> Response {
    let next = local(params.take("next"));
    if !api.gate().asks() {
        return Redirect::to(&next).into_response();
    }
    Html(page(&next, "", None).into_string()).into_response()
}

fn page(next: &str, person: &str, wrong: Option<&str>) -> Markup {
    let body = html! {
        h1 { "Sign in" }
        @if let Some(wrong) = wrong { div.notice.bad role="alert" { p { (wrong) } } }
        form.stacked action="/sign-in" method="post" {
            label for="person" { "Your name" }
            input #person name="person" value=(person) required maxlength=(PERSON_CHARS_MAX) autocomplete="name";
            p.hint { "Stands with all that you do here, in the orders' timelines and in the log." }
            label for="token" { "Token" }
            input #token type="password" name="token" required maxlength=(TOKEN_BYTES_MAX) autocomplete="current-password";
            p.hint { "One of " code { "http.tokens" } " of the configuration, with the scope " code { "orders:read" } " or " code { "admin" } "." }
            input type="hidden" name="next" value=(next);
            div { button type="submit" { "Sign in" } }
        }
    };
    layout::outside("Sign in", &body)
}

pub(super) async fn sign_in(
    State(api): State<Api>,
    peer: Option<axum::Extension<Peer>>,
    headers: HeaderMap,
    Open(mut params): Open,
) -> Result<Response, Problem> {
    let next = local(params.take("next"));
    let person = params.take("person").unwrap_or_default();
    let token = params.take("token").unwrap_or_default();
    params.finish()?;
    let person = person.trim();
    let again = |status: StatusCode, wrong: &str| {
        Ok((status, Html(page(&next, person, Some(wrong)).into_string())).into_response())
    };
    let fits = (1..=PERSON_CHARS_MAX).contains(&person.chars().count()) && !person.chars().any(char::is_control);
    if !fits {
        return again(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Give your name, in at most 60 characters.",
        );
    }
    let peer = peer.map_or(std::net::IpAddr::from([127, 0, 0, 1]), |peer| peer.0.0.ip());
    let (caller, digest) = match api.gate().sign_in(token.trim(), peer).await {
        Ok(known) => known,
        Err(problem) if problem.details().status == 401 => {
            tracing::warn!(%peer, "somebody tried to sign in with a token that is not known");
            return again(StatusCode::UNAUTHORIZED, "This token is not known here.");
        }
        Err(problem) => return Err(problem),
    };
    if !caller.may(Scope::OrdersRead) {
        let wrong = "This token may not read orders: it lacks the scope orders:read.";
        return again(StatusCode::FORBIDDEN, wrong);
    }
    let session = Session::new(person, clock::now());
    let cookie = api.inner.page.sessions.seal(&caller.name, Some(digest), &session);
    let cookie = cookie
        .and_then(|value| set(&value, is_secure(&headers)))
        .ok_or_else(Problem::internal)?;
    tracing::info!(
        caller = &*caller.name,
        person,
        role = role(&caller),
        "somebody signed in"
    );
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
}

pub(super) async fn sign_out(
    State(api): State<Api>,
    visitor: Visitor,
    headers: HeaderMap,
    Filled(params): Filled,
) -> Result<Response, Problem> {
    params.finish()?;
    api.inner.page.sessions.end(&visitor.session.proof);
    let cookie = unset(is_secure(&headers)).ok_or_else(Problem::internal)?;
    tracing::info!(
        caller = &*visitor.caller.name,
        person = visitor.session.person,
        "somebody signed out"
    );
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

/// A way to one of our own pages, whatever was asked for.
fn local(next: Option<String>) -> String {
    let ours = |next: &String| {
        let rest = next.strip_prefix('/');
        rest.is_some_and(|rest| !rest.starts_with(['/', '\\'])) && next.bytes().all(|byte| byte.is_ascii_graphic())
    };
    next.filter(ours).unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn signing_in_leads_to_our_own_pages_only() {
        let led = |next: &str| local(Some(next.to_owned()));
        assert_eq!(led("/orders?view=us"), "/orders?view=us");
        for elsewhere in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "orders",
            "/a\r\nb",
        ] {
            assert_eq!(led(elsewhere), "/", "{elsewhere}");
        }
        assert_eq!(local(None), "/");
    }
}
