//! Deliveries over TLS: by an authority of the operator's own, and to nobody whom it does not vouch for.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rstest::rstest;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use super::hostile::check;
use crate::world::*;

/// An authority of somebody's own, and a folder with its certificate.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = TempDir::new().unwrap();
        let der = STANDARD.encode(issuer.der());
        let lines: Vec<&str> = (0..der.len())
            .step_by(64)
            .map(|at| &der[at..der.len().min(at + 64)])
            .collect();
        let pem = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        );
        std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn setting(&self) -> String {
        format!("'{}'", self.file().display())
    }

    /// A server with a certificate for this name; `years`: of its validity, if not of now.
    fn server(&self, name: &str, years: Option<(i32, i32)>) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if let Some((from, until)) = years {
            params.not_before = rcgen::date_time_ymd(from, 1, 1);
            params.not_after = rcgen::date_time_ymd(until, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let chain = vec![params.signed_by(&key, &self.issuer).unwrap().der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

#[tokio::test]
async fn an_endpoint_of_ones_own_authority_is_told_everything_over_tls() {
    let authority = Authority::new();
    let mut receiver = Receiver::over_tls(authority.server("localhost", None)).await;
    let mut world = World::with()
        .hook(&receiver.url())
        .setting("webhooks.billing.ca_file", &authority.setting())
        .start()
        .await;
    world.keep_secret(&SECRET["whsec_".len()..]);
    world.keep_secret("query-t0ken-of-the-tests");
    let keys = world.orders(renewals(10)).await;
    world.until_all(&keys, "succeeded").await;
    world.until_told(&receiver, &keys).await;
    world.until_quiet("billing").await;
    let shown = world.run(&["config", "check"]).await.ended(0).out;
    assert!(
        shown.contains(&format!("ca_file = \"{}\"", authority.file().display())),
        "{shown}"
    );
    world.run(&["doctor"]).await.ended(0);

    // Its certificate is replaced by one for another name, and then by a right one: nothing is lost.
    receiver.go_down().await;
    let mut wrong = Receiver::over_tls(authority.server("billing.example", None)).await;
    world.reconfigure(&[("webhooks.billing.url", &format!("'{}'", wrong.url()))]);
    let _ = world.replicas[0].stop().await;
    world.another_replica().await;
    let more = world.orders([register("new-example-shop.com")]).await;
    world.until_all(&more, "succeeded").await;
    let name = "its certificate is for another name than the URL's";
    world
        .wait_until("the name is told", || async { world.replicas[1].said(name) })
        .await;
    assert!(wrong.posts().is_empty());
    wrong.go_down().await;
    receiver.come_up().await;
    world.reconfigure(&[("webhooks.billing.url", &format!("'{}'", receiver.url()))]);
    let _ = world.replicas[1].stop().await;
    world.another_replica().await;
    world.until_told(&receiver, &more).await;
}

#[rstest]
#[case::unknown_to_the_system("localhost", None, false, "one of your own authority needs `ca_file`")]
#[case::of_a_stranger("localhost", None, true, "nobody who is trusted vouches for its certificate")]
#[case::for_another_name("billing.example", None, true, "its certificate is for another name than the URL's")]
#[case::expired("localhost", Some((2000, 2001)), true, "its certificate has expired")]
#[case::of_tomorrow("localhost", Some((2090, 2091)), true, "its certificate is not valid yet")]
#[tokio::test]
async fn an_endpoint_that_nobody_vouches_for_gets_nothing_and_the_reason_is_told(
    #[case] name: &str,
    #[case] years: Option<(i32, i32)>,
    #[case] own: bool,
    #[case] reason: &str,
) {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let of = if reason.starts_with("nobody") {
        &stranger
    } else {
        &authority
    };
    let receiver = Receiver::over_tls(of.server(name, years)).await;
    let mut world = World::with().hook(&receiver.url());
    if own {
        world = world.setting("webhooks.billing.ca_file", &authority.setting());
    }
    let world = world.start().await;
    check(&world, "tls").await;
    assert!(receiver.posts().is_empty());
    world
        .wait_until("the reason is told", || async { world.replicas[0].said(reason) })
        .await;
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_named_before_anything_starts() {
    let authority = Authority::new();
    let world = World::with()
        .hook("https://localhost:1/")
        .setting("webhooks.billing.ca_file", "'absent.pem'")
        .prepare()
        .await;
    let refused = world.run(&["run"]).await.ended(2);
    for told in ["webhooks.billing.ca_file", "absent.pem", "cannot be read"] {
        assert!(refused.err.contains(told), "no `{told}` in {refused:?}");
    }
    // PEM, and no certificate in it.
    let broken = "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    std::fs::write(authority.file(), broken).unwrap();
    let mut world = world;
    world.reconfigure(&[("webhooks.billing.ca_file", &authority.setting())]);
    let refused = world.run(&["run"]).await.ended(1);
    let doctor = world.run(&["doctor"]).await.ended(1);
    for told in ["webhooks.billing", "ca.pem", "certificate 1 cannot be used"] {
        assert!(refused.err.contains(told), "no `{told}` in {refused:?}");
        assert!(doctor.out.contains(told), "no `{told}` in {doctor:?}");
    }
}
