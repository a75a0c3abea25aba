//! What a LogicBoxes account is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::credential::Credential;
use crate::http::{Backoff, CallObserver, HttpSettings};

/// The live address (fact sheet §1).
pub const BASE_URL: &str = "https://httpapi.com/api";

/// The test system's address; live credentials act on the live account there too.
pub const TEST_BASE_URL: &str = "https://test.httpapi.com/api";

/// Where the mailboxes are: a part of every email path. The documents show `us`; the other two were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Region {
    /// `us`.
    #[default]
    Us,
    /// `in`.
    India,
    /// `uk`.
    Uk,
}

impl Region {
    /// As the path spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::India => "in",
            Self::Uk => "uk",
        }
    }
}

/// An account's settings, in the shape of every provider's.
#[derive(Clone)]
pub struct Settings {
    /// Where operations are appended; [`BASE_URL`] for the live system.
    pub base_url: Url,
    /// The reseller's id, digits.
    pub auth_userid: String,
    /// The key made for it in the control panel.
    pub api_key: SecretString,
    /// Where email orders are.
    pub region: Region,
    /// How long one call may take.
    pub timeout: Duration,
    /// The longest answer that is read, in bytes.
    pub body_bytes_max: usize,
    /// How reads are repeated.
    pub read_backoff: Backoff,
    /// Allows plain HTTP to a host that is not this machine: for simulators.
    pub allow_plain_http: bool,
    /// Is told of every call, once.
    pub observer: Option<Arc<dyn CallObserver>>,
}

impl Settings {
    /// Settings with this project's defaults: region `us`, 60 s, 2 MiB.
    #[must_use]
    pub fn new(base_url: Url, auth_userid: impl Into<String>, api_key: SecretString) -> Self {
        let http = HttpSettings::new(base_url);
        Self {
            base_url: http.base_url,
            auth_userid: auth_userid.into(),
            api_key,
            region: Region::default(),
            timeout: http.timeout,
            body_bytes_max: http.body_bytes_max,
            read_backoff: http.read_backoff,
            allow_plain_http: false,
            observer: None,
        }
    }

    pub(super) fn split(self) -> (HttpSettings, Credential, Region) {
        let mut http = HttpSettings::new(self.base_url);
        http.timeout = self.timeout;
        http.body_bytes_max = self.body_bytes_max;
        http.read_backoff = self.read_backoff;
        http.allow_plain_http = self.allow_plain_http;
        http.observer = self.observer;
        http.secrets = vec![self.api_key.clone()];
        (http, Credential::new(self.auth_userid, self.api_key), self.region)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url.host_str())
            .field("auth_userid", &self.auth_userid)
            .field("region", &self.region)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
