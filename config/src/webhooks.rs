//! `[webhooks.<name>]`: endpoints that events are posted to.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use url::Url;

use crate::error::Fault;
use crate::secret::mask_url;
use crate::settings::Settings;

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

/// An endpoint.
#[derive(Clone)]
pub struct Webhook {
    /// Where to post.
    pub url: Url,
    /// The Standard Webhooks signing secret: base64, with or without `whsec_` before it.
    pub secret: SecretString,
    /// Event types, or `order.*` for all.
    pub events: Vec<String>,
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
            .field("events", &self.events)
            .finish()
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
    let url = settings.need(&format!("{key}.url"), "where to post events", faults);
    let secret = settings.need(&format!("{key}.secret"), "the signing secret, or secret_file", faults);
    let events = settings.get(&format!("{key}.events"));
    Some(Webhook {
        url: url?,
        secret: secret?,
        events: events?,
    })
}
