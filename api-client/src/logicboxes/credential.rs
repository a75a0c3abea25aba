//! How a request says who is asking: `auth-userid` and `api-key` on every call (fact sheet §1).
//!
//! A GET carries them in the query, as it must. A POST carries them in its form body, which the provider takes as well
//! and which keeps them out of the access logs on the way.

use std::fmt;

use secrecy::SecretString;

use crate::http::Request;

/// A reseller's id and key. The key never shows in `Debug`.
#[derive(Clone)]
pub(super) struct Credential {
    auth_userid: String,
    api_key: SecretString,
}

impl Credential {
    /// The reseller id (digits) and the key made for it in the control panel.
    pub(super) fn new(auth_userid: impl Into<String>, api_key: SecretString) -> Self {
        Self {
            auth_userid: auth_userid.into(),
            api_key,
        }
    }

    /// The reseller's id; no secret.
    #[must_use]
    pub(super) fn auth_userid(&self) -> &str {
        &self.auth_userid
    }

    pub(super) fn in_query(&self, request: Request) -> Request {
        request
            .query("auth-userid", &self.auth_userid)
            .query_secret("api-key", &self.api_key)
    }

    pub(super) fn in_form(&self, request: Request) -> Request {
        request
            .form("auth-userid", &self.auth_userid)
            .form_secret("api-key", &self.api_key)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("auth_userid", &self.auth_userid)
            .field("api_key", &"***")
            .finish()
    }
}
