//! `[telemetry]`: where traces go, if anywhere.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::{Fault, FaultKind};
use crate::kind::is_loopback;
use crate::secret::mask_url;
use crate::settings::Settings;

/// `[telemetry]`.
#[derive(Clone)]
pub struct Telemetry {
    /// Where traces are posted by OTLP over HTTP, path included; none: no traces are made.
    pub traces_url: Option<Url>,
    /// Headers of these posts, `name=value,name=value`, values percent-encoded.
    pub traces_headers: Option<SecretString>,
    /// Of orders that came without a trace, so many of a hundred begin one.
    pub sample_percent: u32,
    /// Spans that wait for their export at most.
    pub queue: u32,
    /// How long one export may take, trying again included.
    pub timeout: Duration,
}

impl Telemetry {
    /// The address without the values of its query, for logs.
    #[must_use]
    pub fn masked_url(&self) -> Option<String> {
        self.traces_url.as_ref().map(|url| mask_url(url.as_str()))
    }

    /// The headers' names and values, as encoded.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = self.traces_headers.as_ref().map_or("", |secret| secret.expose_secret());
        text.split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim()))
    }
}

// By hand, because a token in the address' query would be shown by the address' own.
impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("traces_url", &self.masked_url())
            .field("traces_headers", &self.traces_headers)
            .field("sample_percent", &self.sample_percent)
            .finish_non_exhaustive()
    }
}

pub(crate) fn telemetry(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Telemetry> {
    let traces_url: Option<Url> = settings.get("telemetry.traces_url");
    let traces_headers: Option<SecretString> = settings.get("telemetry.traces_headers");
    if let (Some(url), Some(_)) = (&traces_url, &traces_headers)
        && url.scheme() == "http"
        && !is_loopback(url)
    {
        faults.push(Fault {
            key: "telemetry.traces_url".to_owned(),
            source: settings.source("telemetry.traces_url"),
            kind: FaultKind::Conflict,
            found: "an http URL beyond loopback, which would send traces_headers in the clear".to_owned(),
            expected: "https, a loopback address, or no headers".to_owned(),
            remedy: "Give the collector a certificate, or one without credentials its own network".to_owned(),
        });
    }
    Some(Telemetry {
        traces_url,
        traces_headers,
        sample_percent: settings.get("telemetry.sample_percent")?,
        queue: settings.get("telemetry.queue")?,
        timeout: settings.get("telemetry.timeout")?,
    })
}
