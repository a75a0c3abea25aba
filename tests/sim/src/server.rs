//! Connections, one by one: so that a fault can close or reset the very socket it came from.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::dispatch::{self, Reply, Shared};

/// Whether connections are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Open,
    /// Nothing listens, and open connections are cut; the address is kept.
    Refusing,
    Stopped,
}

/// Takes connections until it is stopped.
pub(crate) async fn run(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>, control: axum::Router) {
    let mut mode = shared.mode.subscribe();
    let mut listener = Some(listener);
    loop {
        let now = *mode.borrow_and_update();
        match now {
            Mode::Stopped => return,
            Mode::Refusing => {
                listener = None;
                if mode.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Mode::Open => {}
        }
        let Some(open) = &listener else {
            match TcpListener::bind(address).await {
                Ok(bound) => listener = Some(bound),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
            continue;
        };
        tokio::select! {
            accepted = open.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(serve(stream, Arc::clone(&shared), control.clone(), mode.clone()));
                }
                // Out of file descriptors, as a rule: others must end first.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
            },
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, control: axum::Router, mut mode: watch::Receiver<Mode>) {
    // A connection that is not quick is no reason to refuse it.
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let socket = Socket {
        stream,
        reset: Arc::clone(&reset),
    };
    let service = service_fn(|request| {
        let (shared, control, reset) = (&shared, &control, &reset);
        async move {
            match dispatch::answer(shared, control, request).await {
                Reply::Send(response) => Ok(response),
                Reply::Close => Err(OnPurpose),
                Reply::Reset => {
                    reset.store(true, Ordering::Relaxed);
                    Err(OnPurpose)
                }
            }
        }
    });
    let connection = http1::Builder::new()
        .keep_alive(true)
        .serve_connection(TokioIo::new(socket), service);
    tokio::select! {
        // A connection that ended badly has ended, and mostly on purpose.
        _ = connection => {}
        _ = mode.wait_for(|mode| *mode != Mode::Open) => {}
    }
}

/// Why a connection is closed without an answer.
#[derive(Debug)]
struct OnPurpose;

impl fmt::Display for OnPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for OnPurpose {}

impl From<Infallible> for OnPurpose {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A socket that, if told so, is reset instead of closed.
struct Socket {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // Without lingering, closing sends RST; if that cannot be set, the client sees a plain close.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
