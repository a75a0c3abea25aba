//! Signatures by the Standard Webhooks rules (symmetric, `v1`).

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use domorder_config::Webhook;
use secrecy::{ExposeSecret as _, SecretString};

/// Signs with the endpoint's secret, and with the one that it replaces while there is one: a receiver takes a message of
/// which any signature is right.
pub(super) struct Signer {
    keys: Vec<standardwebhooks::Webhook>,
}

impl Signer {
    /// # Errors
    /// Where a secret is not base64; the configuration has refused that already.
    pub(super) fn new(webhook: &Webhook) -> anyhow::Result<Self> {
        let secrets = [Some(&webhook.secret), webhook.previous_secret.as_ref()];
        let keys = secrets.into_iter().flatten().map(key).collect::<anyhow::Result<_>>()?;
        Ok(Self { keys })
    }

    /// The value of `webhook-signature`: a signature a key, separated by blanks.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signed = self.keys.iter().map(|key| key.sign(id, timestamp, body.as_bytes()));
        // Only a body that is not text cannot be signed.
        signed.filter_map(Result::ok).collect::<Vec<_>>().join(" ")
    }
}

/// Read here and not by the crate, which wants `=` at the end: many a generator leaves them out.
fn key(secret: &SecretString) -> anyhow::Result<standardwebhooks::Webhook> {
    let text = secret.expose_secret();
    let encoded = text.strip_prefix("whsec_").unwrap_or(text);
    let bytes = STANDARD_PAD_INDIFFERENT
        .decode(encoded)
        .ok()
        .context("the secret is not base64")?;
    standardwebhooks::Webhook::from_bytes(bytes)
        .ok()
        .context("the secret cannot be used")
}
