//! A proxy before a Redis that cuts connections, and answers by errors, by a plan.
//!
//! It reads both directions message by message, so that a cut has a *place*: before a command reached the server, after
//! half of it did, before its answer came back, or after half of that. A program that asks again after each of these,
//! and neither loses nor doubles anything, has understood what a lost answer means. An error reply has two: the command
//! never reached the server, or was done and only its answer is another one, as proxies before a server do it.

mod frame;
mod plan;

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use plan::Plan;
pub use plan::{Cut, ErrorReply, Place};

/// A proxy on a port of its own. Its connections die with the value that holds it.
#[derive(Debug)]
pub struct RedisProxy {
    port: u16,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: u16,
    /// Bytes are passed on unread: for a replication link, which speaks another protocol once it is established.
    is_tunnel: bool,
    plan: Mutex<Plan>,
    refuses: AtomicBool,
    delay_ms: AtomicU64,
    /// Counts the orders to cut every connection.
    cuts: watch::Sender<u64>,
}

/// What becomes of the answer to a command.
#[derive(Debug)]
enum Fate {
    Whole,
    Half,
    None,
    /// Another stands in its place.
    Replaced(String),
    /// The server was not asked: this is the answer.
    MadeUp(String),
}

/// The fates of a connection's commands, in their order.
#[derive(Debug, Default)]
struct Fates {
    queue: Mutex<VecDeque<Fate>>,
    told: Notify,
}

impl Fates {
    fn add(&self, fate: Fate) {
        self.queue().push_back(fate);
        self.told.notify_one();
    }

    /// The answer that comes next, where the server has no part in it.
    fn made_up(&self) -> Option<String> {
        let mut queue = self.queue();
        match queue.pop_front() {
            Some(Fate::MadeUp(error)) => Some(error),
            Some(other) => {
                queue.push_front(other);
                None
            }
            None => None,
        }
    }

    /// Of the server's next answer. What a subscription is told answers no command.
    fn next(&self) -> Fate {
        self.queue().pop_front().unwrap_or(Fate::Whole)
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Fate>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RedisProxy {
    /// A proxy before the server of this port on loopback.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start(upstream: u16) -> io::Result<Self> {
        Self::listen(upstream, false).await
    }

    /// A proxy that passes bytes on and can only be cut as a whole: for the link between a replica and its primary.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn tunnel(upstream: u16) -> io::Result<Self> {
        Self::listen(upstream, true).await
    }

    async fn listen(upstream: u16, is_tunnel: bool) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            upstream,
            is_tunnel,
            plan: Mutex::default(),
            refuses: AtomicBool::new(false),
            delay_ms: AtomicU64::new(0),
            cuts: watch::Sender::new(0),
        });
        let serving = Arc::clone(&shared);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !serving.refuses.load(Ordering::SeqCst) {
                    tokio::spawn(serve(client, Arc::clone(&serving)));
                }
            }
        });
        Ok(Self {
            port,
            shared,
            accepting,
        })
    }

    /// Its address, `redis://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts the connection of the next commands that fit, beside what was planned before.
    pub fn plan(&self, cut: Cut) {
        self.shared.plan().add(cut);
    }

    /// Answers a command by an error, beside what was planned before. A command that is cut off is not answered.
    pub fn answer(&self, reply: ErrorReply) {
        self.shared.plan().answer(reply);
    }

    /// How many commands it has answered by an error so far.
    #[must_use]
    pub fn replies(&self) -> u64 {
        self.shared.plan().replied()
    }

    /// Cuts at any place of any command, so many of ten thousand, drawn from a seed; of those that open a connection the
    /// twentieth part.
    pub fn cut_at_random(&self, per_ten_thousand: u64, seed: u64) {
        self.shared.plan().at_random(per_ten_thousand, seed);
    }

    /// Cuts nothing any more, refuses nobody and holds nothing up.
    pub fn calm(&self) {
        self.shared.plan().clear();
        self.shared.delay_ms.store(0, Ordering::SeqCst);
        self.accept();
    }

    /// How many connections it has cut by plan or at random so far, by place.
    #[must_use]
    pub fn cuts(&self) -> Vec<(Place, u64)> {
        self.shared.plan().made()
    }

    /// Cuts all connections and refuses new ones.
    pub fn refuse(&self) {
        self.shared.refuse();
    }

    /// Accepts connections again.
    pub fn accept(&self) {
        self.shared.refuses.store(false, Ordering::SeqCst);
    }

    /// Whether it refuses connections: set by a cut that holds, too.
    #[must_use]
    pub fn is_refusing(&self) -> bool {
        self.shared.refuses.load(Ordering::SeqCst)
    }

    /// Holds every answer back for this long.
    pub fn delay(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.shared.delay_ms.store(ms, Ordering::SeqCst);
    }
}

impl Drop for RedisProxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.shared.refuse();
    }
}

impl Shared {
    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self) {
        self.refuses.store(true, Ordering::SeqCst);
        self.cuts.send_modify(|n| *n += 1);
    }
}

/// One connection, until either side closes it or it is cut: then both sockets are closed.
async fn serve(client: TcpStream, shared: Arc<Shared>) {
    let mut cut = shared.cuts.subscribe();
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.upstream)).await else {
        return;
    };
    // A small answer that waits for company would be a delay that nobody asked for.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    if shared.is_tunnel {
        let (mut client, mut server) = (client, server);
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
            _ = cut.changed() => {}
        }
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let fates = Fates::default();
    tokio::select! {
        _ = requests(from_client, to_server, &fates, &shared) => {}
        _ = answers(from_server, to_client, &fates, &shared) => {}
        _ = cut.changed() => {}
    }
}

/// Passes commands on. It returns where the connection is to be cut.
async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fates: &Fates, shared: &Shared) -> io::Result<()> {
    let mut held: Vec<u8> = Vec::new();
    while from.read_buf(&mut held).await? > 0 {
        let mut done = 0;
        while let Some(size) = frame::length(&held[done..]) {
            let command = &held[done..done + size];
            let place = shared.plan().place(command);
            if let Some((place, holds)) = place {
                let sent = match place {
                    Place::BeforeRequest => 0,
                    Place::HalfRequest => size / 2,
                    Place::AfterRequest | Place::BeforeReply | Place::HalfReply => size,
                };
                match place {
                    Place::BeforeReply => fates.add(Fate::None),
                    Place::HalfReply => fates.add(Fate::Half),
                    Place::BeforeRequest | Place::HalfRequest | Place::AfterRequest => {}
                }
                if holds {
                    // Nobody comes through until the test has looked; this connection ends below, or with its answer.
                    shared.refuses.store(true, Ordering::SeqCst);
                }
                to.write_all(&held[..done + sent]).await?;
                if matches!(place, Place::BeforeReply | Place::HalfReply) {
                    // The answer's direction cuts.
                    return std::future::pending().await;
                }
                return Ok(());
            }
            let reply = shared.plan().reply(command);
            match reply {
                Some((error, false)) => {
                    held.drain(done..done + size);
                    fates.add(Fate::MadeUp(error));
                    continue;
                }
                Some((error, true)) => fates.add(Fate::Replaced(error)),
                None => fates.add(Fate::Whole),
            }
            done += size;
        }
        to.write_all(&held[..done]).await?;
        held.drain(..done);
    }
    Ok(())
}

/// Passes answers on. It returns where the connection is to be cut.
async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, fates: &Fates, shared: &Shared) -> io::Result<()> {
    let (mut held, mut out) = (Vec::new(), Vec::new());
    loop {
        tokio::select! {
            read = from.read_buf(&mut held) => if read? == 0 { return Ok(()) },
            () = fates.told.notified() => {}
        }
        let delay = shared.delay_ms.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let is_cut = pass(&mut held, &mut out, fates);
        to.write_all(&out).await?;
        out.clear();
        if is_cut {
            return Ok(());
        }
    }
}

/// Moves what can be answered by now; `true` where the connection is cut behind it.
fn pass(held: &mut Vec<u8>, out: &mut Vec<u8>, fates: &Fates) -> bool {
    let tell = |out: &mut Vec<u8>, error: &str| out.extend(format!("-{error}\r\n").bytes());
    let mut done = 0;
    let is_cut = loop {
        if let Some(error) = fates.made_up() {
            tell(out, &error);
            continue;
        }
        let Some(size) = frame::length(&held[done..]) else {
            break false;
        };
        let whole = &held[done..done + size];
        match fates.next() {
            Fate::Whole => out.extend(whole),
            Fate::Half => {
                out.extend(&whole[..size / 2]);
                break true;
            }
            Fate::None => break true,
            Fate::Replaced(error) | Fate::MadeUp(error) => tell(out, &error),
        }
        done += size;
    };
    held.drain(..done);
    is_cut
}
