//! The connection of one attempt.
//!
//! Opened for the attempt and closed with it, so that a paid request never rides on a connection that idled in a pool:
//! there, "the server had closed it just then" and "the server read it and then closed" are the same error.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::HOST;
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::answer::Raw;
use super::error::chain;
use super::{CallClass, HttpError, HttpSettings, Inner, ReadError, SendError, Wire};

type Gate = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Where an account's connections go.
#[derive(Debug)]
pub(super) struct Endpoint {
    host: url::Host,
    port: u16,
    /// `None`: plain HTTP.
    server: Option<ServerName<'static>>,
    host_header: HeaderValue,
}

impl Endpoint {
    pub(super) fn of(settings: &HttpSettings) -> Result<Self, HttpError> {
        let url = &settings.base_url;
        let host = url.host().ok_or(HttpError::BaseUrl("it has no host"))?.to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::BaseUrl("it holds a user name or a password"));
        }
        let loopback = match &host {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(ip) => ip.is_loopback(),
            url::Host::Ipv6(ip) => ip.is_loopback(),
        };
        let name = match &host {
            url::Host::Domain(name) => {
                ServerName::try_from(name.clone()).map_err(|_| HttpError::BaseUrl("its host is no DNS name"))?
            }
            url::Host::Ipv4(ip) => ServerName::IpAddress(IpAddr::V4(*ip).into()),
            url::Host::Ipv6(ip) => ServerName::IpAddress(IpAddr::V6(*ip).into()),
        };
        let server = match url.scheme() {
            "https" => Some(name),
            "http" if loopback || settings.allow_plain_http => None,
            "http" => return Err(HttpError::BaseUrl("plain HTTP would show the key; use https")),
            _ => return Err(HttpError::BaseUrl("neither https nor http")),
        };
        let port = url
            .port_or_known_default()
            .ok_or(HttpError::BaseUrl("it has no port"))?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let host_header = HeaderValue::from_str(&authority).map_err(|_| HttpError::BaseUrl("its host is no header"))?;
        Ok(Self {
            host,
            port,
            server,
            host_header,
        })
    }

    pub(super) fn encrypted(&self) -> bool {
        self.server.is_some()
    }
}

/// The connection of one attempt, made at its first use. Dropping it closes it.
pub struct Visit {
    door: Option<Arc<Inner>>,
    line: Option<Line>,
    gate: Option<Gate>,
    spent: bool,
}

impl Visit {
    pub(super) fn of(door: Arc<Inner>) -> Self {
        Self {
            door: Some(door),
            line: None,
            gate: None,
            spent: false,
        }
    }

    /// A visit without an address, for providers that live in memory. It has a gate like any other
    /// ([`Visit::pass_gate`]), and no [`super::Http`] can use it.
    #[must_use]
    pub fn detached() -> Self {
        Self {
            door: None,
            line: None,
            gate: None,
            spent: false,
        }
    }

    /// Sets the arm gate: asked once the connection is up, right before the first byte of a paid request. `Err` says
    /// why not, and nothing is sent. Without a gate no paid request is sent at all: forgetting it must not go unnoticed.
    pub fn set_gate(&mut self, gate: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
        self.gate = Some(Box::new(gate));
    }

    /// Asks the gate for a request of this class, and counts a paid one. The last step before sending; called by
    /// [`super::Http::send_once`], and by providers without a network in its stead.
    ///
    /// # Errors
    /// Why nothing may be sent.
    pub fn pass_gate(&mut self, class: CallClass) -> Result<(), String> {
        let paid = class == CallClass::Paid;
        if paid && self.spent {
            return Err("spent".into());
        }
        match &self.gate {
            Some(gate) => gate()?,
            None if paid => return Err("no gate is set".into()),
            None => {}
        }
        self.spent |= paid;
        Ok(())
    }

    /// Whether the one paid request has been let through.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.spent
    }

    pub(super) async fn read(&mut self, door: &Arc<Inner>, wire: Wire) -> Result<Raw, ReadError> {
        self.belongs(door).map_err(ReadError::NotSent)?;
        let deadline = Instant::now() + door.settings.timeout;
        let mut line = self.line(door).await.map_err(ReadError::NotSent)?;
        let request = line.request(door, wire).map_err(ReadError::NotSent)?;
        match timeout_at(deadline, line.exchange(request, door.settings.body_bytes_max)).await {
            Ok(Ok(raw)) => {
                self.line = Some(line);
                Ok(raw)
            }
            Ok(Err(Broken::TooLong(text))) => Err(ReadError::TooLong(text)),
            Ok(Err(Broken::Lost(text))) => Err(ReadError::Lost(text)),
            Err(_) => Err(ReadError::Lost(format!("no answer within {:?}", door.settings.timeout))),
        }
    }

    pub(super) async fn send_once(
        &mut self,
        door: &Arc<Inner>,
        wire: Wire,
        class: CallClass,
    ) -> Result<Raw, SendError> {
        self.belongs(door).map_err(SendError::NotSent)?;
        if class == CallClass::Paid && self.spent {
            return Err(SendError::NotSent("spent".into()));
        }
        let mut line = self.line(door).await.map_err(SendError::NotSent)?;
        let request = line.request(door, wire).map_err(SendError::NotSent)?;
        if let Err(why) = self.pass_gate(class) {
            // Nothing was sent, so the connection is as good as before.
            self.line = Some(line);
            return Err(SendError::NotSent(why));
        }
        // From here on every error is Unknown: nobody can say how far the bytes got. The connection belongs to this
        // future; if it is dropped, the connection is too.
        match timeout(
            door.settings.timeout,
            line.exchange(request, door.settings.body_bytes_max),
        )
        .await
        {
            Ok(Ok(raw)) => {
                self.line = Some(line);
                Ok(raw)
            }
            Ok(Err(Broken::TooLong(text) | Broken::Lost(text))) => Err(SendError::Unknown(text)),
            Err(_) => Err(SendError::Unknown(format!(
                "no answer within {:?}",
                door.settings.timeout
            ))),
        }
    }

    fn belongs(&self, door: &Arc<Inner>) -> Result<(), String> {
        match &self.door {
            Some(own) if Arc::ptr_eq(own, door) => Ok(()),
            _ => Err("the visit belongs to another account".into()),
        }
    }

    /// Takes the connection, or opens one.
    async fn line(&mut self, door: &Inner) -> Result<Line, String> {
        let limit = door.settings.connect_timeout();
        // One limit for both, or a call could take longer than its account says.
        let deadline = Instant::now() + limit;
        if let Some(mut line) = self.line.take() {
            // Let the socket's event come in, if it was closed; then the line is asked.
            yield_now().await;
            if matches!(timeout_at(deadline, line.is_ready()).await, Ok(true)) {
                return Ok(line);
            }
        }
        match timeout_at(deadline, Line::open(door, limit)).await {
            Ok(line) => line,
            Err(_) => Err(format!("no connection within {limit:?}")),
        }
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("open", &self.line.is_some())
            .field("gate", &self.gate.is_some())
            .field("spent", &self.spent)
            .finish_non_exhaustive()
    }
}

/// An open connection, driven by whoever waits for something on it: a task of its own would cost a hop between
/// threads for every request and answer. Dropping it closes it.
struct Line {
    sender: SendRequest<Full<Bytes>>,
    /// `None` once it has come to its end.
    driver: Option<Driver>,
}

/// What moves the bytes of a connection. Its error reaches the caller through the exchange.
type Driver = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Why an exchange came to no answer.
enum Broken {
    TooLong(String),
    Lost(String),
}

impl Line {
    async fn open(door: &Inner, limit: Duration) -> Result<Self, String> {
        let endpoint = &door.endpoint;
        let addresses: Vec<SocketAddr> = match &endpoint.host {
            url::Host::Ipv4(ip) => vec![SocketAddr::from((*ip, endpoint.port))],
            url::Host::Ipv6(ip) => vec![SocketAddr::from((*ip, endpoint.port))],
            url::Host::Domain(name) => lookup_host((name.as_str(), endpoint.port))
                .await
                .map_err(|e| format!("the name was not resolved: {e}"))?
                .collect(),
        };
        let tcp = dial(&addresses, limit)
            .await
            .map_err(|e| format!("no connection: {e}"))?;
        tcp.set_nodelay(true).map_err(|e| format!("no connection: {e}"))?;
        match &endpoint.server {
            None => Self::shake_hands(tcp).await,
            Some(server) => {
                let connector = TlsConnector::from(Arc::clone(&door.tls));
                let tls = connector
                    .connect(server.clone(), tcp)
                    .await
                    .map_err(|e| format!("TLS failed: {e}"))?;
                Self::shake_hands(tls).await
            }
        }
    }

    async fn shake_hands<S>(stream: S) -> Result<Self, String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static,
    {
        // HTTP/1.1 has no handshake of its own: nothing is sent here.
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| chain(&e))?;
        Ok(Self {
            sender,
            driver: Some(Box::pin(async move { drop(connection.await) })),
        })
    }

    /// Whether the connection stands, and takes another request.
    async fn is_ready(&mut self) -> bool {
        let Self { sender, driver } = self;
        // Driven once at least, or a close that has already arrived would stay unseen.
        poll_fn(|cx| {
            drive(driver, cx);
            Poll::Ready(())
        })
        .await;
        driver.is_some() && driven(driver, sender.ready()).await.is_ok()
    }

    fn request(&self, door: &Inner, wire: Wire) -> Result<http::Request<Full<Bytes>>, String> {
        let mut request = http::Request::builder()
            .method(wire.method)
            .uri(wire.target)
            .body(Full::new(wire.body))
            .map_err(|_| "the request's address cannot be written".to_owned())?;
        *request.headers_mut() = wire.headers;
        request.headers_mut().insert(HOST, door.endpoint.host_header.clone());
        Ok(request)
    }

    async fn exchange(&mut self, request: http::Request<Full<Bytes>>, body_bytes_max: usize) -> Result<Raw, Broken> {
        let Self { sender, driver } = self;
        driven(driver, answer_to(sender, request, body_bytes_max)).await
    }
}

async fn answer_to(
    sender: &mut SendRequest<Full<Bytes>>,
    request: http::Request<Full<Bytes>>,
    body_bytes_max: usize,
) -> Result<Raw, Broken> {
    let answer = sender
        .send_request(request)
        .await
        .map_err(|e| Broken::Lost(chain(&e)))?;
    let status = answer.status().as_u16();
    let headers: HeaderMap = answer.headers().clone();
    let mut incoming = answer.into_body();
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|e| Broken::Lost(format!("the answer broke off: {}", chain(&e))))?;
        if let Ok(data) = frame.into_data() {
            if body.len() + data.len() > body_bytes_max {
                return Err(Broken::TooLong(format!(
                    "an answer of more than {body_bytes_max} bytes"
                )));
            }
            body.extend_from_slice(&data);
        }
    }
    Ok(Raw {
        status,
        headers,
        body: body.freeze(),
    })
}

/// Waits for something on a connection, and moves its bytes meanwhile.
async fn driven<T>(driver: &mut Option<Driver>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        drive(driver, cx);
        work.as_mut().poll(cx)
    })
    .await
}

fn drive(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if driver
        .as_mut()
        .is_some_and(|driver| driver.as_mut().poll(cx).is_ready())
    {
        *driver = None;
    }
}

/// Connects to the first address that answers, each with its share of the time, so that one that swallows packets
/// does not use it up.
async fn dial(addresses: &[SocketAddr], limit: Duration) -> io::Result<TcpStream> {
    let share = limit / u32::try_from(addresses.len().max(1)).unwrap_or(1);
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::new(io::ErrorKind::TimedOut, "timed out"),
        }
    }
    Err(last)
}
