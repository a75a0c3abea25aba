//! Whose word is taken for an endpoint's certificate, and why it was not.

use std::path::Path;

use anyhow::{Context as _, bail};
use domorder_api_client::http::{client_config, client_config_trusting};
use domorder_config::Webhook;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// How an endpoint is spoken to: believed by those that the system trusts, or by the operator's own authorities alone. A
/// name of an own network is nobody else's to vouch for.
///
/// # Errors
/// Where the system's root certificates, or those of `ca_file`, cannot be used.
pub(super) fn tls(webhook: &Webhook) -> anyhow::Result<ClientConfig> {
    match &webhook.ca_file {
        Some(file) => Ok(client_config_trusting(roots(file).context("ca_file")?)?),
        None => Ok(client_config(webhook.url.scheme() == "https")?),
    }
}

fn roots(file: &Path) -> anyhow::Result<RootCertStore> {
    let path = file.display();
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).with_context(|| format!("{path} cannot be read"))?;
    for (at, certificate) in certificates.enumerate() {
        let place = || format!("{path}: certificate {} cannot be used", at + 1);
        roots.add(certificate.with_context(place)?).with_context(place)?;
    }
    if roots.is_empty() {
        bail!("{path} holds no certificate in PEM");
    }
    Ok(roots)
}

/// Why there is no trust, in words that say what to do.
pub(super) fn reason(error: &rustls::Error) -> String {
    use CertificateError as C;
    match error {
        // The latter: by another authority that bears the name of a trusted one.
        rustls::Error::InvalidCertificate(C::UnknownIssuer | C::BadSignature) => {
            "nobody who is trusted vouches for its certificate; one of your own authority needs `ca_file`".to_owned()
        }
        rustls::Error::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            "its certificate is for another name than the URL's".to_owned()
        }
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            "its certificate has expired, or this machine's clock is wrong".to_owned()
        }
        rustls::Error::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            "its certificate is not valid yet, or this machine's clock is wrong".to_owned()
        }
        other => other.to_string(),
    }
}
