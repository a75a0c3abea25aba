//! One delivery: a POST, and what came of it. No redirect is followed, no proxy of the environment used, and of the answer
//! no more is read than keeps the connection usable.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use domorder_config::Webhook;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use url::Url;

use super::guard::{Blocked, Guard, Unresolved};
use super::sign::Signer;
use super::trust;
use crate::clock;

/// A kept connection is not used after this: many servers close theirs after five seconds, and one that closes just then
/// would count as a failed delivery.
const IDLE: Duration = Duration::from_secs(4);
/// Of an answer so much is read, and for so long; then its connection is dropped. The status has been taken by then.
const DRAIN_BYTES: usize = 64 * 1024;
const DRAIN: Duration = Duration::from_millis(500);
/// An endpoint may ask for a pause of this at most.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// What came of a delivery; the words of the metric's label `result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A status of 2xx.
    Ok,
    /// Another status.
    Refused,
    /// 410: the endpoint wants this no more.
    Gone,
    /// 429.
    Throttled,
    /// A redirect, which is not followed.
    Redirect,
    /// No status in time.
    Timeout,
    /// No connection.
    Connect,
    /// No trust: certificate or protocol.
    Tls,
    /// No address.
    Unresolved,
    /// An address that is not allowed.
    Blocked,
    /// The connection ended, or what came was not HTTP.
    Broken,
}

impl Outcome {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Gone => "gone",
            Self::Throttled => "throttled",
            Self::Redirect => "redirect",
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Unresolved => "unresolved",
            Self::Blocked => "blocked",
            Self::Broken => "broken",
        }
    }

    const fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Self::Ok,
            300..=399 => Self::Redirect,
            410 => Self::Gone,
            429 => Self::Throttled,
            _ => Self::Refused,
        }
    }
}

/// An answer, as far as it matters.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    /// How long the endpoint asks to be left alone.
    pub(super) retry_after: Option<Duration>,
    /// More than the outcome's word, for the log: the status, or why there is no trust.
    pub(super) why: Option<String>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            retry_after: None,
            why: None,
        }
    }
}

/// Posts to one endpoint.
pub(super) struct Poster {
    client: Client,
    signer: Signer,
    url: Url,
    timeout: Duration,
    /// The address stands in the URL and is not allowed.
    barred: bool,
}

impl Poster {
    /// # Errors
    /// Where the root certificates, the system's or those of `ca_file`, cannot be used.
    pub(super) fn new(webhook: &Webhook) -> anyhow::Result<Self> {
        let guard = Guard::new(&webhook.url, webhook.allow_private);
        let tls = trust::tls(webhook)?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .no_gzip()
            .referer(false)
            .retry(reqwest::retry::never())
            .dns_resolver(Arc::new(guard))
            .connect_timeout((webhook.timeout / 2).min(Duration::from_secs(5)))
            .timeout(webhook.timeout)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            .user_agent(concat!("domorder/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(reqwest::Error::without_url)?;
        Ok(Self {
            client,
            signer: Signer::new(webhook)?,
            url: webhook.url.clone(),
            timeout: webhook.timeout,
            barred: !guard.allows_literal(&webhook.url),
        })
    }

    /// Posts an event under its id.
    pub(super) async fn post(&self, id: &str, body: String) -> Answer {
        if self.barred {
            return Outcome::Blocked.into();
        }
        let timestamp = clock::now().as_second();
        let signature = self.signer.sign(id, timestamp, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(standardwebhooks::HEADER_WEBHOOK_ID, id)
            .header(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP, timestamp)
            .header(standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signature)
            .header(CONTENT_TYPE, "application/cloudevents+json")
            .body(body);
        // The client's own limit is for each of name, connection and answer as well; this one is for all of them.
        match tokio::time::timeout(self.timeout, request.send()).await {
            Ok(Ok(response)) => {
                let answer = Answer {
                    outcome: Outcome::of(response.status()),
                    retry_after: retry_after(&response),
                    why: Some(response.status().to_string()),
                };
                drain(response).await;
                answer
            }
            Ok(Err(error)) => failure(&error),
            Err(_) => Outcome::Timeout.into(),
        }
    }
}

/// Reads a short answer to its end, so that its connection can be used again. A long or slow one is left.
async fn drain(mut response: Response) {
    let read = async {
        let mut size = 0;
        while let Ok(Some(chunk)) = response.chunk().await {
            size += chunk.len();
            if size > DRAIN_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN, read).await;
}

/// Seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    wait_of(text, clock::now())
}

fn wait_of(text: &str, now: Timestamp) -> Option<Duration> {
    let wait = match text.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
            until.duration_since(now).try_into().ok()?
        }
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

fn failure(error: &reqwest::Error) -> Answer {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<Blocked>() {
            return Outcome::Blocked.into();
        }
        if error.is::<Unresolved>() {
            return Outcome::Unresolved.into();
        }
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Answer {
                why: Some(trust::reason(error)),
                ..Outcome::Tls.into()
            };
        }
        // An I/O error does not name what it wraps as its source, and TLS wraps twice.
        cause = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    let outcome = if error.is_timeout() {
        Outcome::Timeout
    } else if error.is_connect() {
        Outcome::Connect
    } else {
        Outcome::Broken
    };
    outcome.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date_and_has_a_limit() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        let wait = |text| wait_of(text, now);
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:00 GMT"), None);
        assert_eq!(wait("86400"), Some(RETRY_AFTER_MAX));
        assert_eq!((wait("-1"), wait("soon"), wait("")), (None, None, None));
    }
}
