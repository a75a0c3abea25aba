//! Every way a handshake can fail: nothing of the request has left then, and the call is *not sent*.
//!
//! The certificates are made here, and the door trusts their authority, so that each failure has the one cause its
//! name says; the first test shows that with the right certificate the request does arrive.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::super::{Inner, pooled, visit};
use super::*;

/// What listens where a TLS server should.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Server {
    /// A certificate of the trusted authority for this name.
    Trusted(&'static str),
    /// The same, run out in 2001.
    Expired,
    /// One that signed itself.
    SelfSigned,
    /// One of an authority that nobody trusts.
    Stranger,
    /// An HTTP server that speaks no TLS.
    Plain,
    /// Closes, resets or falls silent once the client has said hello.
    CutAfterHello,
    ResetAfterHello,
    SilentAfterHello,
    /// Closes at once.
    Closed,
    /// An alert instead of an answer to the hello.
    Alert,
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn config(&self, server: Server) -> ServerConfig {
        let name = match server {
            Server::Trusted(name) => name,
            _ => "localhost",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if server == Server::Expired {
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match server {
            Server::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &self.0),
        };
        let chain = vec![certificate.unwrap().der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap()
    }
}

/// A door that trusts this authority only.
fn trusting(url: Url, root: &CertificateDer<'static>) -> Http {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut settings = HttpSettings::new(url);
    settings.timeout = Duration::from_millis(1_500);
    settings.read_backoff.initial = Duration::from_millis(1);
    settings.secrets = vec![SecretString::from(CANARY)];
    Http {
        inner: Arc::new(Inner {
            endpoint: visit::Endpoint::of(&settings).unwrap(),
            pooled: pooled::client(&settings, &tls).unwrap(),
            tls: Arc::new(tls),
            heard: Mutex::default(),
            settings,
        }),
    }
}

async fn listen(server: Server, authority: &Authority, stranger: &Authority) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = Url::parse(&format!("https://localhost:{port}/api/")).unwrap();
    let signer = if server == Server::Stranger {
        stranger
    } else {
        authority
    };
    let acceptor = TlsAcceptor::from(Arc::new(signer.config(server)));
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream, server, acceptor.clone(), Arc::clone(&counted)));
        }
    });
    (url, requests)
}

async fn behave(mut stream: TcpStream, server: Server, acceptor: TlsAcceptor, requests: Arc<AtomicUsize>) {
    let mut hello = [0; 64];
    match server {
        Server::Closed => {}
        Server::CutAfterHello => drop(stream.read(&mut hello).await),
        Server::ResetAfterHello => {
            let _ = stream.read(&mut hello).await;
            stream.set_zero_linger().unwrap();
        }
        Server::SilentAfterHello => while !matches!(stream.read(&mut hello).await, Ok(0) | Err(_)) {},
        Server::Alert => {
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).await;
        }
        Server::Plain => {
            // What a web server says to bytes that are no HTTP.
            let _ = stream.read(&mut hello).await;
            let said = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(said.as_bytes()).await;
        }
        Server::Trusted(_) | Server::Expired | Server::SelfSigned | Server::Stranger => {
            let Ok(mut tls) = acceptor.accept(stream).await else {
                return;
            };
            let mut text = [0; 4096];
            // With TLS 1.3 a server is ready before the client has judged its certificate: only bytes count.
            if let Ok(1..) = tls.read(&mut text).await {
                requests.fetch_add(1, Ordering::SeqCst);
                let _ = tls.write_all(OK.as_bytes()).await;
                let _ = tls.shutdown().await;
            }
        }
    }
}

fn request(post: bool, class: CallClass) -> Request {
    let canary = SecretString::from(CANARY);
    if post {
        Request::post("buy", class, "buy").form_secret("APIKey", &canary)
    } else {
        Request::get("buy", class, "buy").query_secret("APIKey", &canary)
    }
}

#[rstest]
#[tokio::test]
async fn with_the_right_certificate_the_request_arrives(#[values(false, true)] post: bool) {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (url, requests) = listen(Server::Trusted("localhost"), &authority, &stranger).await;
    let http = trusting(url, authority.0.der());
    let answer = soon(http.send_once(&mut open_visit(&http), &request(post, CallClass::Paid))).await;
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!(
        soon(http.read(None, &request(post, CallClass::Read)))
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[rstest]
#[case::wrong_name(Server::Trusted("registrar.example"))]
#[case::expired(Server::Expired)]
#[case::self_signed(Server::SelfSigned)]
#[case::strange_authority(Server::Stranger)]
#[case::plain_server(Server::Plain)]
#[case::cut_after_hello(Server::CutAfterHello)]
#[case::reset_after_hello(Server::ResetAfterHello)]
#[case::silent_after_hello(Server::SilentAfterHello)]
#[case::closed(Server::Closed)]
#[case::alert(Server::Alert)]
#[tokio::test]
async fn a_failed_handshake_is_not_sent(#[case] server: Server, #[values(false, true)] post: bool) {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (url, requests) = listen(server, &authority, &stranger).await;
    let http = trusting(url, authority.0.der());
    let mut visit = open_visit(&http);

    let error = soon(http.send_once(&mut visit, &request(post, CallClass::Paid)))
        .await
        .unwrap_err();

    assert!(matches!(error, SendError::NotSent(_)), "{error}");
    no_secret(&error);
    assert!(!visit.is_spent(), "nothing left, so the visit may still be used");
    let error = soon(http.read(None, &request(post, CallClass::Read)))
        .await
        .unwrap_err();
    no_secret(&error);
    assert_eq!(
        requests.load(Ordering::SeqCst),
        0,
        "bytes of a request reached the server"
    );
}
