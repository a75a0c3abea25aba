//! Reads outside of an attempt: pooled, and repeated a little.

use std::time::Duration;

use bytes::BytesMut;
use reqwest::redirect;
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout_at};

use super::answer::Raw;
use super::error::chain;
use super::{HttpError, HttpSettings, ReadError, Wire, delay};

/// The client of one account.
pub(super) fn client(settings: &HttpSettings, tls: &ClientConfig) -> Result<reqwest::Client, HttpError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        // This room counts its own repetitions; hidden ones would multiply them.
        .retry(reqwest::retry::never())
        .connect_timeout(settings.connect_timeout())
        .timeout(settings.timeout)
        .pool_idle_timeout(Duration::from_secs(30))
        .tcp_nodelay(true)
        .build()
        .map_err(|e| HttpError::Client(chain(&e.without_url())))
}

/// Reads, at most `retries_max` times more while time is left.
pub(super) async fn read(client: &reqwest::Client, settings: &HttpSettings, wire: &Wire) -> Result<Raw, ReadError> {
    let deadline = Instant::now() + settings.timeout;
    let mut attempt = 0;
    loop {
        let outcome = match timeout_at(deadline, once(client, settings, wire)).await {
            Ok(outcome) => outcome,
            Err(_) => return Err(ReadError::Lost(format!("no answer within {:?}", settings.timeout))),
        };
        let again = match &outcome {
            Ok(raw) => matches!(raw.status, 502..=504),
            Err(ReadError::NotSent(_) | ReadError::Lost(_)) => true,
            Err(ReadError::TooLong(_)) => false,
        };
        let pause = delay(attempt, &settings.read_backoff);
        if !again || attempt >= settings.read_backoff.retries_max || Instant::now() + pause >= deadline {
            return outcome;
        }
        sleep(pause).await;
        attempt += 1;
    }
}

async fn once(client: &reqwest::Client, settings: &HttpSettings, wire: &Wire) -> Result<Raw, ReadError> {
    let mut url = settings.base_url.clone();
    let (path, query) = match wire.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (wire.target.as_str(), None),
    };
    url.set_path(path);
    url.set_query(query);
    url.set_fragment(None);
    let mut request = client.request(wire.method.clone(), url).headers(wire.headers.clone());
    if !wire.body.is_empty() {
        request = request.body(wire.body.clone());
    }
    let mut answer = request.send().await.map_err(lost)?;
    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > settings.body_bytes_max {
            return Err(ReadError::TooLong(format!(
                "more than {} bytes",
                settings.body_bytes_max
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Raw {
        status,
        headers,
        body: body.freeze(),
    })
}

fn lost(error: reqwest::Error) -> ReadError {
    // The URL holds the key.
    let error = error.without_url();
    let text = chain(&error);
    if error.is_connect() || error.is_builder() {
        ReadError::NotSent(text)
    } else {
        ReadError::Lost(text)
    }
}
