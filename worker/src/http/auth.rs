//! Who asks, and what they may.
//!
//! Tokens are kept as SHA-256 digests and compared in constant time. They are random and long, so that a slow digest
//! would add nothing; an address that brings wrong ones is slowed down and then refused, except for tokens that it has
//! proven before, so that nobody behind the same proxy is locked out by it.
//!
//! Without tokens the server listens on loopback only, and everybody on this machine may do everything: but not the web
//! pages that a browser on this machine has open. So the request must name a loopback host (a page that rebinds its own
//! name to 127.0.0.1 cannot) and must not come from another origin.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domorder_config::{Http, Scope};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

use super::Api;
use super::limits::{Failures, Pace};
use super::problem::Problem;
use super::serve::Peer;

/// A wrong token is answered after this.
const FAILURE_PAUSE: Duration = Duration::from_millis(250);
/// Addresses remembered of a token.
const ADDRESSES_MAX: usize = 16;
/// Who signals where there are no tokens.
const ANYBODY: &str = "http";

/// Scopes as const parameters of [`Allowed`].
pub(super) const READ: u8 = 0;
pub(super) const WRITE: u8 = 1;
pub(super) const ACT: u8 = 2;
pub(super) const ADMIN: u8 = 3;

const fn scope_of(number: u8) -> Scope {
    match number {
        READ => Scope::OrdersRead,
        WRITE => Scope::OrdersWrite,
        ACT => Scope::OrdersAct,
        _ => Scope::Admin,
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The token's name.
    pub(crate) name: Arc<str>,
    scopes: Arc<[Scope]>,
}

impl Caller {
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Admin)
    }
}

/// Lets callers in.
#[derive(Debug)]
pub(super) struct Gate {
    /// None: open to this machine.
    tokens: Vec<Known>,
    anybody: Known,
    failures: Failures,
}

#[derive(Debug)]
struct Known {
    caller: Caller,
    digest: [u8; 32],
    pace: Pace,
    proven_from: Mutex<VecDeque<IpAddr>>,
}

impl Gate {
    pub(super) fn new(config: &Http) -> Self {
        let known = |name: &str, digest, scopes: &[Scope]| Known {
            caller: Caller {
                name: name.into(),
                scopes: scopes.into(),
            },
            digest,
            pace: Pace::new(config.rate),
            proven_from: Mutex::default(),
        };
        let of =
            |token: &domorder_config::Token| known(&token.name, digest(token.token.expose_secret()), &token.scopes);
        Self {
            tokens: config.tokens.iter().map(of).collect(),
            anybody: known(ANYBODY, [0; 32], &[Scope::Admin]),
            failures: Failures::new(),
        }
    }

    /// The caller, within its rate.
    async fn admit(&self, headers: &HeaderMap, uri: &Uri, peer: IpAddr) -> Result<Caller, Problem> {
        let known = if self.tokens.is_empty() {
            return self.anybody(headers, uri);
        } else {
            self.prove(headers, peer).await?
        };
        known.pace.check()?;
        Ok(known.caller.clone())
    }

    async fn prove(&self, headers: &HeaderMap, peer: IpAddr) -> Result<&Known, Problem> {
        let Some(token) = bearer(headers) else {
            return Err(unauthorized(
                "the request has no header `Authorization: Bearer <token>`",
                "",
            ));
        };
        self.prove_token(token, peer).await
    }

    async fn prove_token(&self, token: &str, peer: IpAddr) -> Result<&Known, Problem> {
        let found = self.find(token);
        if let Some(known) = found.filter(|known| known.is_proven_from(peer)) {
            return Ok(known);
        }
        // Before it is said whether the token is right: else the limit would not hold back the one right guess.
        self.failures.check(peer)?;
        match found {
            Some(known) => {
                known.remember(peer);
                Ok(known)
            }
            None => {
                tokio::time::sleep(FAILURE_PAUSE).await;
                Err(unauthorized("the token is not known here", ", error=\"invalid_token\""))
            }
        }
    }

    /// Whether somebody has to say who they are.
    pub(super) fn asks(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// Whoever has this token, and what stands for its secret.
    pub(super) async fn sign_in(&self, token: &str, peer: IpAddr) -> Result<(Caller, &[u8; 32]), Problem> {
        let known = self.prove_token(token, peer).await?;
        Ok((known.caller.clone(), &known.digest))
    }

    /// What stands for the secret of the token of a name.
    pub(super) fn digest_of(&self, name: &str) -> Option<&[u8; 32]> {
        self.known(name).map(|known| &known.digest)
    }

    /// The caller of a name that was proven before, within its rate.
    pub(super) fn again(&self, name: &str) -> Result<Option<Caller>, Problem> {
        let known = self.known(name);
        known
            .map(|known| known.pace.check().map(|()| known.caller.clone()))
            .transpose()
    }

    /// Where nobody is asked: whoever is on this machine, see the module's head.
    pub(super) fn anybody(&self, headers: &HeaderMap, uri: &Uri) -> Result<Caller, Problem> {
        from_this_machine(headers, uri)?;
        self.anybody.pace.check()?;
        Ok(self.anybody.caller.clone())
    }

    fn known(&self, name: &str) -> Option<&Known> {
        self.tokens.iter().find(|known| *known.caller.name == *name)
    }

    /// Looks at every token, whichever it is.
    fn find(&self, token: &str) -> Option<&Known> {
        let given = digest(token);
        let mut at = u32::MAX;
        for (index, known) in (0u32..).zip(&self.tokens) {
            at = u32::conditional_select(&at, &index, known.digest.ct_eq(&given));
        }
        self.tokens.get(usize::try_from(at).unwrap_or(usize::MAX))
    }
}

impl Known {
    fn is_proven_from(&self, peer: IpAddr) -> bool {
        self.proven_from
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&peer)
    }

    fn remember(&self, peer: IpAddr) {
        let mut from = self.proven_from.lock().unwrap_or_else(PoisonError::into_inner);
        if from.len() == ADDRESSES_MAX {
            from.pop_front();
        }
        from.push_back(peer);
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The token of the one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = one.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorized(detail: &str, error: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "Who asks?", detail)
        .challenge(&format!("Bearer realm=\"domorder\"{error}"))
}

/// No page of a browser: see the module's head.
fn from_this_machine(headers: &HeaderMap, uri: &Uri) -> Result<(), Problem> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    let host = uri.authority().map(|a| a.as_str()).or_else(|| text(header::HOST));
    let refuse = |detail: &str| {
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "not-from-here",
            "Without tokens, only programs on this machine are served",
            detail,
        ))
    };
    let Some(host) = host.filter(|host| is_loopback(host)) else {
        return refuse(
            "the header `Host` names no loopback address; configure `http.tokens` to be asked by other names",
        );
    };
    if headers.contains_key(header::ORIGIN) && text(header::ORIGIN) != Some(format!("http://{host}").as_str()) {
        return refuse("the header `Origin` names another origin");
    }
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => refuse("the request comes from another site's page"),
    }
}

/// `localhost` or an address of the loopback network, with or without a port.
fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, port)) if port.is_empty() || port.starts_with(':') => v6,
        Some(_) => return false,
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Lets a request through to its handler, with its [`Caller`].
pub(super) async fn authenticate(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    match api.gate().admit(request.headers(), request.uri(), peer).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            // For the log.
            response.extensions_mut().insert(caller);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

/// A caller whose token has a scope.
#[derive(Debug, Clone)]
pub(super) struct Allowed<const SCOPE: u8>(pub(super) Caller);

impl<const SCOPE: u8, S: Sync> FromRequestParts<S> for Allowed<SCOPE> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A route outside the gate has no caller: nobody is let in by mistake.
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller = caller.ok_or_else(|| unauthorized("this address asks nobody who they are", ""))?;
        let scope = scope_of(SCOPE);
        if caller.may(scope) {
            return Ok(Self(caller));
        }
        let (name, word) = (&caller.name, scope.as_str());
        let detail = format!("the token `{name}` lacks the scope `{word}`; `http.tokens` gives it");
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "The token does not allow this",
            detail,
        )
        .challenge(&format!(
            "Bearer realm=\"domorder\", error=\"insufficient_scope\", scope=\"{word}\""
        )))
    }
}

#[cfg(test)]
mod tests;
