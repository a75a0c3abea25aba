//! How a request is authenticated: a query parameter on every call.

use std::fmt;

use secrecy::SecretString;

use crate::http::Request;

/// The reseller's key.
#[derive(Clone)]
pub(super) struct Credential(SecretString);

impl Credential {
    pub(super) fn new(key: SecretString) -> Self {
        Self(key)
    }

    /// Puts the key first, as the document's sample URLs do.
    pub(super) fn sign(&self, request: Request) -> Request {
        request.query_secret("APIKey", &self.0)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(***)")
    }
}
