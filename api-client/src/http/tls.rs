//! TLS as both ways out use it: rustls with ring, and the system's own roots.

use std::sync::Arc;

use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::HttpError;

/// A client configuration that names its cryptography itself, so that it does not matter what the process installed.
///
/// An account on plain HTTP (a simulator on this machine) never shakes hands; it trusts nobody, and works on systems
/// without root certificates.
///
/// # Errors
/// Where the system's root certificates cannot be read.
pub fn client_config(encrypted: bool) -> Result<ClientConfig, HttpError> {
    if !encrypted {
        return client_config_trusting(RootCertStore::empty());
    }
    let builder = builder()?.with_platform_verifier().map_err(HttpError::Tls)?;
    Ok(finished(builder.with_no_client_auth()))
}

/// As [`client_config`], trusting these authorities and no others.
///
/// # Errors
/// None that is known: the cryptography is compiled in.
pub fn client_config_trusting(roots: RootCertStore) -> Result<ClientConfig, HttpError> {
    let builder = builder()?.with_root_certificates(roots);
    Ok(finished(builder.with_no_client_auth()))
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, HttpError> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(HttpError::Tls)
}

fn finished(mut config: ClientConfig) -> ClientConfig {
    // HTTP/1.1 only: an HTTP/2 GOAWAY invites clients to replay, and no provider asks for it.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Early data could be replayed by an attacker; it is off by default, and stays so.
    config.enable_early_data = false;
    config
}
