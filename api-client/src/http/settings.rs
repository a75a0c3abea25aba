//! What a provider account's door is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{Backoff, CallObserver};

/// The address and the limits of a provider account.
#[derive(Clone)]
pub struct HttpSettings {
    /// Requests' paths are appended to this. Its own query and fragment are not used.
    pub base_url: Url,
    /// How long one call may take. A read's includes connecting; a paid call's counts from its first byte.
    pub timeout: Duration,
    /// The longest answer that is read, in bytes. A longer one is an error, so that no answer can fill the memory.
    pub body_bytes_max: usize,
    /// `User-Agent`.
    pub user_agent: String,
    /// How reads are repeated.
    pub read_backoff: Backoff,
    /// The account's secrets, kept out of every text that leaves the crate.
    pub secrets: Vec<SecretString>,
    /// Allows plain HTTP to a host that is not this machine (a simulator in a container). The key would then travel
    /// readable, so never against a real provider.
    pub allow_plain_http: bool,
    /// Is told of every call, once.
    pub observer: Option<Arc<dyn CallObserver>>,
}

impl HttpSettings {
    /// Settings with this project's defaults: 60 s, 2 MiB, reads repeated twice.
    #[must_use]
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            timeout: Duration::from_secs(60),
            body_bytes_max: 2 * 1024 * 1024,
            user_agent: concat!("domorder/", env!("CARGO_PKG_VERSION")).to_owned(),
            read_backoff: Backoff::default(),
            secrets: Vec::new(),
            allow_plain_http: false,
            observer: None,
        }
    }

    /// How long making a connection (name, TCP, TLS) may take: a third of the timeout, at most 10 s, so that a dead
    /// road is told from a slow provider.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_secs(10).min(self.timeout / 3)
    }
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only scheme, host and path: user information or a query could hold a secret.
        let base = format!(
            "{}://{}{}",
            self.base_url.scheme(),
            self.base_url.host_str().unwrap_or_default(),
            self.base_url.path()
        );
        f.debug_struct("HttpSettings")
            .field("base_url", &base)
            .field("timeout", &self.timeout)
            .field("body_bytes_max", &self.body_bytes_max)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
