//! The one door out: every byte to a registrar leaves through here.
//!
//! Two ways lead out, and they share nothing but the settings:
//!
//! - **Reads** ([`Http::read`] without a visit) go over a pooled `reqwest` client and are repeated a little on errors
//!   of the road, because a read changes nothing.
//! - **A [`Visit`]** is one connection, opened for one attempt: the attempt's own reads may use it, and then its one
//!   paid request ([`Http::send_once`]). It is `hyper`'s bare HTTP/1.1 connection, with no pool, no redirects, no
//!   proxies and no repetition by any layer: `reqwest`'s `send` can reach a server three times by default, so it is
//!   never used for what costs money.
//!
//! A paid call's life: connection up and ready → the gate is asked → sent once → the whole answer read, or
//! [`SendError::Unknown`]. [`SendError::NotSent`] is said only where surely no byte of the request left; Unknown is
//! the default arm everywhere else, so an error kind nobody thought of lands there.
//!
//! What this room does not do: judge an answer. A 3xx, a 500 or a page of HTML is an [`Answer`]; what it means is said
//! by the provider's `error` room.

mod answer;
mod backoff;
mod error;
mod pooled;
mod redact;
mod report;
mod request;
mod settings;
mod tls;
mod visit;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use backoff::{Backoff, delay};
pub use error::{HttpError, ReadError, SendError};
pub use redact::{MESSAGE_CHARS_MAX, Redactor};
pub use report::{CallClass, CallObserver, CallReport, CallResult};
pub use request::{Request, Wire};
pub use settings::HttpSettings;
pub use tls::{client_config, client_config_trusting};
pub use visit::Visit;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use tokio::time::Instant;

use report::Pending;

/// A provider account's door: its address, its limits and its pooled client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

/// What all clones and visits of one account share.
pub(crate) struct Inner {
    settings: HttpSettings,
    endpoint: visit::Endpoint,
    tls: Arc<rustls::ClientConfig>,
    pooled: reqwest::Client,
    /// The last `Date` header, and when it came.
    heard: Mutex<Option<(Timestamp, Instant)>>,
}

impl Http {
    /// Builds the door. Opens no connection.
    ///
    /// # Errors
    /// [`HttpError`] where the base address cannot be used (no host, plain HTTP to a host that is not this machine)
    /// or the system's TLS roots cannot be loaded.
    pub fn new(settings: HttpSettings) -> Result<Self, HttpError> {
        let endpoint = visit::Endpoint::of(&settings)?;
        let tls = client_config(endpoint.encrypted())?;
        let pooled = pooled::client(&settings, &tls)?;
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                endpoint,
                tls: Arc::new(tls),
                pooled,
                heard: Mutex::default(),
            }),
        })
    }

    /// The connection of one attempt. Opens nothing yet.
    #[must_use]
    pub fn visit(&self) -> Visit {
        Visit::of(Arc::clone(&self.inner))
    }

    /// The longest [`Http::send_once`] can take: connecting, and then the call, whose time counts from its first byte.
    #[must_use]
    pub fn call_timeout(&self) -> Duration {
        self.inner.settings.connect_timeout() + self.inner.settings.timeout
    }

    /// Asks for something that changes nothing.
    ///
    /// With a visit, the request goes over its connection (opened, or opened anew if the server closed it) and is not
    /// repeated. Without, it goes over the pooled client and is repeated at most twice, within the timeout, where the
    /// road failed (no connection, timeout, 502, 503, 504).
    ///
    /// Every complete answer is `Ok`, whatever its status. It must be classified by [`Answer::classified`].
    ///
    /// # Errors
    /// [`ReadError`] where no complete answer came, or where the request's class is not [`CallClass::Read`].
    pub async fn read(&self, via: Option<&mut Visit>, request: &Request) -> Result<Answer, ReadError> {
        let pending = Pending::new(&self.inner.settings, request);
        let redactor = self.redactor(request);
        let outcome = if request.class != CallClass::Read {
            Err(ReadError::NotSent(format!("{} is not a read", request.operation)))
        } else {
            match request.wire(&self.inner.settings) {
                Err(why) => Err(ReadError::NotSent(why)),
                Ok(wire) => match via {
                    Some(visit) => visit.read(&self.inner, wire).await,
                    None => pooled::read(&self.inner.pooled, &self.inner.settings, &wire).await,
                },
            }
        };
        match outcome {
            Ok(raw) => {
                self.hear(&raw);
                Ok(Answer::new(raw, redactor, pending))
            }
            Err(error) => {
                let error = error.scrubbed(&redactor);
                pending.settle(if matches!(error, ReadError::NotSent(_)) {
                    CallResult::NotSent
                } else {
                    CallResult::Unknown
                });
                Err(error)
            }
        }
    }

    /// Sends a request that must not be sent twice.
    ///
    /// Makes sure the visit's connection is up and ready (if the server closed it since the last read, a new one is
    /// opened: no byte of this request had left), then asks the gate, then sends once and reads the whole answer. A
    /// visit carries one [`CallClass::Paid`] request at most; [`CallClass::Write`] (free, but changing something) is
    /// sent as carefully and is not counted. A paid request needs a gate; a write asks the gate if there is one.
    ///
    /// Dropping the future ends the connection at once. The call's effect is then unknown.
    ///
    /// # Errors
    /// [`SendError::NotSent`]: surely no byte of the request left. [`SendError::Unknown`]: everything else.
    pub async fn send_once(&self, visit: &mut Visit, request: &Request) -> Result<Answer, SendError> {
        let pending = Pending::new(&self.inner.settings, request);
        let redactor = self.redactor(request);
        let outcome = match request.wire(&self.inner.settings) {
            Err(why) => Err(SendError::NotSent(why)),
            Ok(wire) => visit.send_once(&self.inner, wire, request.class).await,
        };
        match outcome {
            Ok(raw) => {
                self.hear(&raw);
                Ok(Answer::new(raw, redactor, pending))
            }
            Err(error) => {
                let error = error.scrubbed(&redactor);
                pending.settle(if matches!(error, SendError::NotSent(_)) {
                    CallResult::NotSent
                } else {
                    CallResult::Unknown
                });
                Err(error)
            }
        }
    }

    /// The provider's clock as of now, by the `Date` header of its last answer (RFC 9110 §6.6.1; to a second, less the
    /// time that the answer was under way). `None` before the first answer with one.
    #[must_use]
    pub fn server_clock(&self) -> Option<Timestamp> {
        let heard = *self.inner.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.and_then(|(date, at)| date.checked_add(at.elapsed()).ok())
    }

    fn hear(&self, raw: &answer::Raw) {
        let date = raw.headers.get(DATE).and_then(|value| value.to_str().ok());
        // The preferred form of HTTP dates is one of RFC 2822's; the two obsolete forms are not read.
        if let Some(date) = date.and_then(|text| DateTimeParser::new().parse_timestamp(text).ok()) {
            *self.inner.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
    }

    /// The account's secrets, and those of one request, to be kept out of every text.
    #[must_use]
    pub fn redactor(&self, request: &Request) -> Redactor {
        Redactor::new(self.inner.settings.secrets.iter().chain(request.secrets()))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}
