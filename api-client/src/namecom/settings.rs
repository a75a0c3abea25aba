//! What an account at Name.com is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::credential::Credential;
use crate::http::{CallObserver, HttpSettings};

/// The live base address \[S\]\[P\].
pub const BASE_URL: &str = "https://api.name.com/api";

/// The test system: another host and another account, with play money.
pub const TEST_BASE_URL: &str = "https://api.dev.name.com/api";

/// An account's settings.
#[derive(Clone)]
pub struct Settings {
    /// Where paths are appended; [`BASE_URL`] for the live system.
    pub base_url: Url,
    /// The account's user name; it also tells our domains from those of sub-accounts.
    pub username: String,
    /// Its API token.
    pub api_token: SecretString,
    /// How long one call may take. The vendor's client waited 15 s; a purchase is synchronous with the registry, so
    /// 60 s or more (fact sheet 1).
    pub timeout: Duration,
    /// The longest answer that is read, in bytes. The list of domains is one answer, whatever its length.
    pub body_bytes_max: usize,
    /// Allows plain HTTP to a host that is not this machine: for simulators.
    pub allow_plain_http: bool,
    /// Is told of every call, once.
    pub observer: Option<Arc<dyn CallObserver>>,
}

impl Settings {
    /// Settings with this project's defaults: 60 s, 16 MiB.
    #[must_use]
    pub fn new(base_url: Url, username: impl Into<String>, api_token: SecretString) -> Self {
        let http = HttpSettings::new(base_url);
        Self {
            base_url: http.base_url,
            username: username.into(),
            api_token,
            timeout: http.timeout,
            body_bytes_max: 16 * 1024 * 1024,
            allow_plain_http: false,
            observer: None,
        }
    }

    pub(super) fn split(self) -> (HttpSettings, Credential) {
        let mut http = HttpSettings::new(self.base_url);
        http.timeout = self.timeout;
        http.body_bytes_max = self.body_bytes_max;
        http.allow_plain_http = self.allow_plain_http;
        http.observer = self.observer;
        // The user name is no secret by itself, yet half of the credentials: it has no place in a text either.
        http.secrets = vec![self.api_token.clone(), SecretString::from(self.username.as_str())];
        (http, Credential::new(self.username, self.api_token))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url.host_str())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
