//! A billing system's end of a webhook: a real server that verifies every post by the crate's verifier and by a computation
//! of its own, and answers as it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Builder, World, seen};

/// The secret of every endpoint.
pub(crate) const SECRET: &str = "whsec_c2lnbmVkLWluLXRoZS10ZXN0cy1vZi1kb21vcmRlcg==";

/// What an endpoint answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// This status.
    Status(u16),
    /// This status with a header.
    Told(u16, &'static str, String),
    /// 200 after a while.
    After(Duration),
    /// 200 and a body that never ends.
    Endless,
    /// 200 and a body of which a byte a second comes.
    Trickle,
    /// 200 and a megabyte of headers.
    HugeHeaders,
}

/// A post that came.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// `webhook-id`.
    pub(crate) id: String,
    /// The event.
    pub(crate) event: Value,
    /// The order.
    pub(crate) order: String,
    /// When.
    pub(crate) at: Instant,
    /// Whether a 2xx was answered.
    pub(crate) taken: bool,
}

type Script = Box<dyn FnMut(&Post, &[Post]) -> Reply + Send>;

struct Inner {
    posts: Mutex<Vec<Post>>,
    script: Mutex<Script>,
    faults: Mutex<Vec<String>>,
}

/// The server.
pub(crate) struct Receiver {
    address: SocketAddr,
    inner: Arc<Inner>,
    serving: Option<JoinHandle<()>>,
    /// It speaks TLS only.
    tls: Option<TlsAcceptor>,
}

/// Handshakes one after another; whoever does not trust goes away.
struct Encrypted {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Encrypted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((socket, address)) = self.listener.accept().await else {
                continue;
            };
            if let Ok(stream) = self.acceptor.accept(socket).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn new() -> Self {
        Self::answering(|_, _| Reply::Status(204)).await
    }

    /// One that answers a post (with those before it) by this.
    pub(crate) async fn answering(script: impl FnMut(&Post, &[Post]) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut receiver = Self {
            address: listener.local_addr().unwrap(),
            inner: Arc::new(Inner {
                posts: Mutex::default(),
                script: Mutex::new(Box::new(script)),
                faults: Mutex::default(),
            }),
            serving: None,
            tls: None,
        };
        receiver.serve(listener);
        receiver
    }

    /// One that takes everything, and speaks TLS only, with this certificate.
    pub(crate) async fn over_tls(acceptor: TlsAcceptor) -> Self {
        let mut receiver = Self::new().await;
        receiver.go_down().await;
        receiver.tls = Some(acceptor);
        receiver.come_up().await;
        receiver
    }

    fn serve(&mut self, listener: TcpListener) {
        let app = Router::new().fallback(take).with_state(Arc::clone(&self.inner));
        self.serving = Some(match self.tls.clone() {
            Some(acceptor) => {
                let listener = Encrypted { listener, acceptor };
                tokio::spawn(async move { axum::serve(listener, app).await.unwrap() })
            }
            None => tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }),
        });
    }

    /// Nobody listens any more.
    pub(crate) async fn go_down(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }

    /// It listens again, at the same address.
    pub(crate) async fn come_up(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serve(listener);
    }

    /// From now on it answers so.
    pub(crate) fn answer(&self, script: impl FnMut(&Post, &[Post]) -> Reply + Send + 'static) {
        *self.inner.script.lock().unwrap() = Box::new(script);
    }

    /// Its address, with a token in the query.
    pub(crate) fn url(&self) -> String {
        let query = "hook?token=query-t0ken-of-the-tests";
        match self.tls {
            // Certificates are for names.
            Some(_) => format!("https://localhost:{}/{query}", self.address.port()),
            None => format!("http://{}/{query}", self.address),
        }
    }

    /// Every post so far.
    pub(crate) fn posts(&self) -> MutexGuard<'_, Vec<Post>> {
        self.inner.posts.lock().unwrap()
    }

    /// The ids that were taken, of one order.
    pub(crate) fn taken_of(&self, order: &str) -> Vec<String> {
        let posts = self.posts();
        posts
            .iter()
            .filter(|post| post.taken && post.order == order)
            .map(|post| post.id.clone())
            .collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
        let faults = self.inner.faults.lock().unwrap();
        assert!(
            faults.is_empty() || std::thread::panicking(),
            "wrong posts: {faults:#?}"
        );
    }
}

async fn take(State(inner): State<Arc<Inner>>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(fault) = verify(&headers, &body) {
        inner.faults.lock().unwrap().push(fault);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    seen::note(
        "a post of a webhook",
        format!("{headers:?}\n{}", String::from_utf8_lossy(&body)).as_bytes(),
    );
    let event: Value = serde_json::from_slice(&body).unwrap();
    if method != "POST" || headers[header::CONTENT_TYPE] != "application/cloudevents+json" {
        inner.faults.lock().unwrap().push(format!("{method} of {headers:?}"));
    }
    let mut post = Post {
        id: headers["webhook-id"].to_str().unwrap().to_owned(),
        order: event["subject"].as_str().unwrap().to_owned(),
        event,
        at: Instant::now(),
        taken: false,
    };
    let reply = {
        let mut posts = inner.posts.lock().unwrap();
        let reply = (inner.script.lock().unwrap())(&post, &posts);
        post.taken = !matches!(
            reply,
            Reply::Status(300..) | Reply::Told(300.., ..) | Reply::HugeHeaders
        );
        posts.push(post);
        reply
    };
    match reply {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Told(status, name, value) => (StatusCode::from_u16(status).unwrap(), [(name, value)]).into_response(),
        Reply::After(wait) => {
            tokio::time::sleep(wait).await;
            StatusCode::OK.into_response()
        }
        Reply::Endless => Body::from_stream(futures::stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 65_536]))
        }))
        .into_response(),
        Reply::Trickle => Body::from_stream(futures::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
        }))
        .into_response(),
        Reply::HugeHeaders => ([("x-huge", "x".repeat(1_000_000))], "").into_response(),
    }
}

/// By the crate, and by the published rule: base64(HMAC-SHA256(key, id.timestamp.body)).
fn verify(headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    let crates = standardwebhooks::Webhook::new(SECRET).unwrap();
    crates
        .verify(body, headers)
        .map_err(|error| format!("{error} of {headers:?}"))?;
    let text = |name: &str| headers[name].to_str().unwrap();
    let signed = [
        text("webhook-id").as_bytes(),
        b".",
        text("webhook-timestamp").as_bytes(),
        b".",
        body,
    ]
    .concat();
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let wanted = format!("v1,{}", STANDARD.encode(hmac(&key, &signed)));
    if text("webhook-signature")
        .split(' ')
        .any(|signature| signature == wanted)
    {
        Ok(())
    } else {
        Err(format!("{wanted} is not in {headers:?}"))
    }
}

/// RFC 2104, for keys of at most 64 bytes.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::digest([pad(0x36).as_slice(), message].concat());
    Sha256::digest([pad(0x5c).as_slice(), &inner].concat()).to_vec()
}

impl Builder {
    /// An endpoint `billing` at this address, in a hurry.
    pub(crate) fn hook(self, url: &str) -> Self {
        self.hook_named("billing", url)
    }

    /// As [`Builder::hook`], by another name.
    pub(crate) fn hook_named(mut self, name: &str, url: &str) -> Self {
        let settings = [
            ("url", format!("'{url}'")),
            ("secret", format!("'{SECRET}'")),
            ("allow_private", "true".to_owned()),
            ("timeout", "'1s'".to_owned()),
            ("retry_initial", "'100ms'".to_owned()),
            ("retry_max", "'400ms'".to_owned()),
        ];
        for (key, value) in settings {
            self.set(&format!("webhooks.{name}.{key}"), &value);
        }
        self
    }
}

impl World {
    /// Waits until every event of the ledger was taken, in the order of its order, and none that there is not.
    pub(crate) async fn until_told(&self, receiver: &Receiver, keys: &[String]) {
        for key in keys {
            let id = self.id_of(key).await.unwrap();
            let events: Vec<String> = self
                .events(key)
                .await
                .iter()
                .map(|e| super::text(e, "id").to_owned())
                .collect();
            self.wait_until(&format!("all events of {key}"), || async {
                events.iter().all(|event| receiver.taken_of(&id).contains(event))
            })
            .await;
            let mut firsts = Vec::new();
            for taken in receiver.taken_of(&id) {
                if !firsts.contains(&taken) {
                    firsts.push(taken);
                }
            }
            assert_eq!(firsts, events, "{key}");
        }
    }

    /// Waits until nothing waits for an endpoint.
    pub(crate) async fn until_quiet(&self, endpoint: &str) {
        self.wait_until("nothing waits", || async { self.hook(endpoint).await["waiting"] == 0 })
            .await;
    }

    /// An endpoint, as `domorder webhooks list` tells of it.
    pub(crate) async fn hook(&self, endpoint: &str) -> Value {
        let list = self.run(&["webhooks", "list", "-o", "json"]).await.ended(0).json();
        let hooks = list["webhooks"].as_array().unwrap();
        hooks
            .iter()
            .find(|hook| hook["endpoint"] == endpoint)
            .cloned()
            .unwrap_or_default()
    }
}
