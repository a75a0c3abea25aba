//! `[webhooks.<name>]`: endpoints that events are posted to.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::error::{Fault, FaultKind, Source};
use crate::secret::mask_url;
use crate::settings::Settings;
use crate::timing::longer;

/// What may be subscribed to: all events, or those of a state (contract, section 3).
pub(crate) const EVENTS: &[&str] = &[
    "order.*",
    "order.queued",
    "order.dispatching",
    "order.unknown_outcome",
    "order.in_progress",
    "order.blocked",
    "order.action_required",
    "order.parked",
    "order.succeeded",
    "order.failed",
    "order.cancelled",
];

/// Where an endpoint begins that was never delivered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With what happens from now on.
    New,
    /// With the oldest event that is kept.
    Oldest,
}

impl Begin {
    pub(crate) const WORDS: &[&str] = &["new", "oldest"];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Oldest => "oldest",
        }
    }
}

/// An endpoint.
#[derive(Clone)]
pub struct Webhook {
    /// Where to post.
    pub url: Url,
    /// The Standard Webhooks signing secret: base64, with or without `whsec_` before it.
    pub secret: SecretString,
    /// The secret that it replaces: while there is one, every post is signed by both.
    pub previous_secret: Option<SecretString>,
    /// Event types, or `order.*` for all.
    pub events: Vec<String>,
    /// Where it begins.
    pub begin: Begin,
    /// Certificates in PEM: the authorities that alone may vouch for it; none: those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// Whether it may be on this machine or in a private network, and be spoken to without TLS there.
    pub allow_private: bool,
    /// How long one delivery may take, connecting included.
    pub timeout: Duration,
    /// Deliveries at a time.
    pub in_flight: u32,
    /// The first wait after a delivery that failed.
    pub retry_initial: Duration,
    /// The longest.
    pub retry_max: Duration,
    /// After which an undelivered event becomes a dead letter.
    pub give_up: Duration,
}

impl Webhook {
    /// Whether an event type such as `order.succeeded` is wanted.
    pub fn wants(&self, event: &str) -> bool {
        self.events
            .iter()
            .any(|wanted| wanted == event || (wanted == "order.*" && event.starts_with("order.")))
    }
}

// By hand, because a token in the address' query would be shown by the address' own.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("url", &mask_url(self.url.as_str()))
            .field("secret", &self.secret)
            .field("previous_secret", &self.previous_secret)
            .field("events", &self.events)
            .field("ca_file", &self.ca_file)
            .field("allow_private", &self.allow_private)
            .finish_non_exhaustive()
    }
}

pub(crate) fn webhooks(settings: &Settings, faults: &mut Vec<Fault>) -> Option<BTreeMap<String, Webhook>> {
    let all: Vec<_> = settings
        .names("webhooks")
        .into_iter()
        .map(|name| (webhook(settings, &name, faults), name))
        .collect();
    all.into_iter().map(|(webhook, name)| Some((name, webhook?))).collect()
}

fn webhook(settings: &Settings, name: &str, faults: &mut Vec<Fault>) -> Option<Webhook> {
    let key = format!("webhooks.{name}");
    let url: Option<Url> = settings.need(&format!("{key}.url"), "where to post events", faults);
    let secret = settings.need(&format!("{key}.secret"), "the signing secret, or secret_file", faults);
    let get = |name: &str| format!("{key}.{name}");
    longer(settings, &get("retry_max"), &get("retry_initial"), faults);
    // An event that is no longer kept cannot be tried again, nor replayed.
    longer(settings, "retention.events", &get("give_up"), faults);
    let allow_private = settings.get(&get("allow_private"));
    if let (Some(false), Some(url)) = (allow_private, &url)
        && Url::scheme(url) == "http"
    {
        faults.push(Fault {
            key: get("url"),
            source: settings.source(&get("url")),
            kind: FaultKind::Conflict,
            found: "an http URL, over which events and signatures travel readable".to_owned(),
            expected: "an https URL, or allow_private = true for a server in your own network".to_owned(),
            remedy: "Give the endpoint a certificate, or allow it to be private".to_owned(),
        });
    }
    let ca_file: Option<PathBuf> = settings.get(&get("ca_file"));
    if let Some(file) = &ca_file {
        let plain = url.as_ref().is_some_and(|url| Url::scheme(url) == "http");
        faults.extend(ca_fault(&get("ca_file"), settings.source(&get("ca_file")), file, plain));
    }
    let begin: String = settings.get(&get("begin"))?;
    Some(Webhook {
        url: url?,
        secret: secret?,
        previous_secret: settings.get(&get("previous_secret")),
        events: settings.get(&get("events"))?,
        begin: if begin == "oldest" { Begin::Oldest } else { Begin::New },
        ca_file,
        allow_private: allow_private?,
        timeout: settings.get(&get("timeout"))?,
        in_flight: settings.get(&get("in_flight"))?,
        retry_initial: settings.get(&get("retry_initial"))?,
        retry_max: settings.get(&get("retry_max"))?,
        give_up: settings.get(&get("give_up"))?,
    })
}

/// What is wrong with a file of certificates; what they say is for whoever uses them.
fn ca_fault(key: &str, source: Option<Source>, file: &Path, plain: bool) -> Option<Fault> {
    let fault = |kind, found: String, expected: &str, remedy: &str| Fault {
        key: key.to_owned(),
        source: source.clone(),
        kind,
        found,
        expected: expected.to_owned(),
        remedy: remedy.to_owned(),
    };
    let path = file.display();
    if plain {
        let remedy = "Give the endpoint an https URL, or take ca_file out";
        let found = "certificates for an http URL, which shows none".to_owned();
        return Some(fault(FaultKind::Conflict, found, "an https URL", remedy));
    }
    match std::fs::read_to_string(file) {
        Err(error) => Some(fault(
            FaultKind::Unreadable,
            format!("{path}, which cannot be read: {error}"),
            "a readable file of certificates in PEM",
            "Correct the path or its permissions",
        )),
        Ok(text) if !text.contains("-----BEGIN CERTIFICATE-----") => Some(fault(
            FaultKind::Invalid,
            format!("{path}, which holds no certificate"),
            "certificates in PEM (`-----BEGIN CERTIFICATE-----`)",
            "Put the certificate of your authority there, not its key",
        )),
        Ok(_) => None,
    }
}
