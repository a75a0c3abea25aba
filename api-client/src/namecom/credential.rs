//! How a request is authenticated: by headers (fact sheet 1).
//!
//! Variant 1, user name and token on each request, is what this crate uses: stateless, nothing that can expire.
//! Variant 2, a session of [`super::Client::login`], is there for programs that want it.

use std::fmt;

use http::HeaderName;
use secrecy::{ExposeSecret as _, SecretString};

use crate::http::Request;

const USERNAME: HeaderName = HeaderName::from_static("api-username");
const TOKEN: HeaderName = HeaderName::from_static("api-token");
const SESSION: HeaderName = HeaderName::from_static("api-session-token");

/// Who asks.
#[derive(Clone)]
pub(super) struct Credential {
    username: String,
    api_token: SecretString,
    session: Option<SecretString>,
}

impl Credential {
    pub(super) fn new(username: String, api_token: SecretString) -> Self {
        Self {
            username,
            api_token,
            session: None,
        }
    }

    /// The same account by a session.
    pub(super) fn in_session(&self, session: SecretString) -> Self {
        Self {
            session: Some(session),
            ..self.clone()
        }
    }

    pub(super) fn username(&self) -> &str {
        &self.username
    }

    pub(super) fn api_token(&self) -> &SecretString {
        &self.api_token
    }

    pub(super) fn sign(&self, request: Request) -> Request {
        match &self.session {
            Some(session) => request.hide(session).header(SESSION, session.expose_secret()),
            None => request
                .header(USERNAME, self.username.as_str())
                .header(TOKEN, self.api_token.expose_secret()),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(***)")
    }
}
