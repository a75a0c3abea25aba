//! Endpoints that would do harm: none slows orders down, none is followed where it leads.

use std::time::{Duration, Instant};

use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::world::*;

/// Orders come to their ends as if there were no endpoint; what came of the posts is counted by this word.
pub(super) async fn check(world: &World, result: &str) {
    let begun = Instant::now();
    let keys = world.orders(renewals(10)).await;
    world.until_all(&keys, "succeeded").await;
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "orders wait for a webhook: {:?}",
        begun.elapsed()
    );
    world
        .wait_until(&format!("a delivery that came to `{result}`"), || async {
            let metrics = world.replicas[0].metrics().await;
            metrics.sum(
                "domorder_webhook_deliveries_total",
                &[("endpoint", "billing"), ("result", result)],
            ) > 0.0
        })
        .await;
}

#[rstest]
#[case::slow(Reply::After(Duration::from_secs(20)), "timeout")]
#[case::endless(Reply::Endless, "ok")]
#[case::trickling(Reply::Trickle, "ok")]
#[case::huge_headers(Reply::HugeHeaders, "broken")]
#[case::refusing(Reply::Status(400), "refused")]
#[tokio::test]
async fn orders_do_not_wait_for_an_endpoint(#[case] reply: Reply, #[case] result: &str) {
    let receiver = Receiver::answering(move |_, _| reply.clone()).await;
    let world = World::with().hook(&receiver.url()).start().await;
    check(&world, result).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::new().await;
    let there = elsewhere.url();
    let receiver = Receiver::answering(move |_, _| Reply::Told(307, "location", there.clone())).await;
    let world = World::with().hook(&receiver.url()).start().await;
    check(&world, "redirect").await;
    assert!(elsewhere.posts().is_empty());
}

#[tokio::test]
async fn what_is_not_http_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 1_024];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(b"220 mail.example ESMTP\r\n").await;
        }
    });
    let world = World::with().hook(&url).start().await;
    check(&world, "broken").await;
    serving.abort();
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let serving = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            assert!(acceptor.accept(socket).await.is_err(), "it was trusted");
        }
    });
    let world = World::with().hook(&url).start().await;
    check(&world, "tls").await;
    assert!(!serving.is_finished());
    serving.abort();
}

#[rstest]
#[case::loopback("https://127.0.0.1:PORT/", false)]
#[case::name("https://localhost:PORT/", false)]
#[case::short("https://0x7f.1:PORT/", false)]
#[case::mapped("https://[::ffff:127.0.0.1]:PORT/", true)]
#[case::metadata("http://169.254.169.254/latest/meta-data", true)]
#[case::unspecified("http://0.0.0.0:PORT/", true)]
#[tokio::test]
async fn an_address_that_is_not_allowed_is_not_connected_to(#[case] url: &str, #[case] private: bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connected = tokio::spawn(async move { drop(listener.accept().await) });
    let world = World::with()
        .hook(&url.replace("PORT", &port.to_string()))
        .setting("webhooks.billing.allow_private", &private.to_string())
        .start()
        .await;
    check(&world, "blocked").await;
    assert!(!connected.is_finished(), "it was connected to");
    let doctor = world.run(&["doctor"]).await.ended(1);
    assert!(doctor.out.contains("webhooks.billing.url"), "{doctor:?}");
}

#[tokio::test]
async fn without_tls_and_leave_for_a_private_address_the_start_is_refused() {
    let world = World::with()
        .hook("http://192.0.2.1/hook")
        .setting("webhooks.billing.allow_private", "false")
        .prepare()
        .await;
    let refused = world.run(&["run"]).await.ended(2);
    assert!(refused.err.contains("webhooks.billing.url"), "{refused:?}");
    assert!(refused.err.contains("allow_private = true"), "{refused:?}");
}
