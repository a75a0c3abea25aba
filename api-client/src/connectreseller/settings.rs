//! What an account at ConnectReseller is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::credential::Credential;
use crate::http::{CallObserver, HttpSettings};

/// The live base address (ESHOP document). Staging is another host and another account, so the address is a setting.
pub const BASE_URL: &str = "https://api.connectreseller.com/ConnectReseller/ESHOP";

/// An account's settings.
#[derive(Clone)]
pub struct Settings {
    /// Where actions are appended; [`BASE_URL`] for the live system.
    pub base_url: Url,
    /// The reseller's one static key. It stands in the query of every call.
    pub api_key: SecretString,
    /// How long one call may take. Registration is synchronous with the registry; 60 s or more for the paid calls.
    pub timeout: Duration,
    /// The longest answer that is read, in bytes.
    pub body_bytes_max: usize,
    /// Allows plain HTTP to a host that is not this machine: for simulators.
    pub allow_plain_http: bool,
    /// Is told of every call, once.
    pub observer: Option<Arc<dyn CallObserver>>,
}

impl Settings {
    /// Settings with this project's defaults: 60 s, 2 MiB.
    #[must_use]
    pub fn new(base_url: Url, api_key: SecretString) -> Self {
        let http = HttpSettings::new(base_url);
        Self {
            base_url: http.base_url,
            api_key,
            timeout: http.timeout,
            body_bytes_max: http.body_bytes_max,
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
        http.secrets = vec![self.api_key.clone()];
        (http, Credential::new(self.api_key))
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
