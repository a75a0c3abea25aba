//! The connections: how many, how slow they may be, and how they end.
//!
//! `axum::serve` would take any number of connections and wait for ever for a head that does not come, or for a reader
//! that does not read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

/// A head comes within this, and a connection without a request is kept as long.
const HEAD_MAX: Duration = Duration::from_secs(30);
/// Whoever reads nothing of an answer for this long is cut off; nothing is buffered for it meanwhile.
const WRITE_MAX: Duration = Duration::from_secs(20);
/// Head of a request, all its headers together; a longer one is 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Wait after an accept that failed: out of files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves until told to stop; then takes no more connections and returns when the requests in hand are answered.
pub(crate) async fn serve(listener: TcpListener, app: Router, connections: usize, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_MAX));
        let service = TowerToHyperService::new(WithPeer {
            app: app.clone(),
            peer: Peer(peer),
        });
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "a connection ended before its time");
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Tells the routes whom they answer.
#[derive(Clone)]
struct WithPeer {
    app: Router,
    peer: Peer,
}

impl Service<Request<Incoming>> for WithPeer {
    type Response = <Router as Service<Request<Body>>>::Response;
    type Error = <Router as Service<Request<Body>>>::Error;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<Request<Body>>::poll_ready(&mut self.app, context)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.app.call(request.map(Body::new))
    }
}
