//! A proxy before a real server that answers `WAITAOF` itself: for servers that are not at hand everywhere.
//!
//! Everything else is forwarded as it is, one command at a time, but that a 7.0 is called a 7.4, which has the command.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::RedisServer;

/// When the disk is said to have a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirms {
    /// At once, whatever the disk does: as Valkey 8.0 under `everysec`.
    AtOnce,
    /// Once a second: as Redis from 7.2 on under `everysec`.
    OnceASecond,
}

/// A proxy. Ends with the value that holds it.
#[derive(Debug)]
pub struct WaitaofProxy {
    port: u16,
    task: JoinHandle<()>,
}

impl WaitaofProxy {
    /// Listens on a port of its own before this server.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start(server: &RedisServer, confirms: Confirms) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (upstream, begun) = (server.port(), Instant::now());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    // A side that has gone ends its connection, as it would without a proxy.
                    let _ = serve(client, upstream, confirms, begun).await;
                });
            }
        });
        Ok(Self { port, task })
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for WaitaofProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(client: TcpStream, upstream: u16, confirms: Confirms, begun: Instant) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut server = BufReader::new(TcpStream::connect(("127.0.0.1", upstream)).await?);
    loop {
        let command = element(&mut client).await?;
        let says = |word: &str| {
            let text = String::from_utf8_lossy(&command).to_ascii_uppercase();
            text.lines().nth(2) == Some(word)
        };
        if says("WAITAOF") {
            if confirms == Confirms::OnceASecond {
                let seconds = begun.elapsed().as_secs() + 1;
                tokio::time::sleep_until(begun + Duration::from_secs(seconds)).await;
            }
            client.write_all(b"*2\r\n:1\r\n:0\r\n").await?;
            continue;
        }
        server.write_all(&command).await?;
        if says("SUBSCRIBE") {
            // From now on the server speaks unasked.
            tokio::io::copy_bidirectional(&mut client, &mut server).await?;
            return Ok(());
        }
        let answer = element(&mut server).await?;
        client.write_all(&renamed(answer)).await?;
    }
}

/// One whole element of the protocol, as it stands.
async fn element(from: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let (mut raw, mut missing) = (Vec::new(), 1_u64);
    while missing > 0 {
        let start = raw.len();
        if from.read_until(b'\n', &mut raw).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = String::from_utf8_lossy(&raw[start..]).trim_end().to_owned();
        let count = || line.get(1..).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        missing -= 1;
        match line.as_bytes().first() {
            Some(b'*' | b'~' | b'>') => missing += count(),
            Some(b'%') => missing += 2 * count(),
            Some(b'$' | b'=' | b'!') if line != "$-1" => {
                let mut body = vec![0; usize::try_from(count()).unwrap_or(0) + 2];
                from.read_exact(&mut body).await?;
                raw.extend(body);
            }
            _ => {}
        }
    }
    Ok(raw)
}

/// With the name of a version that has WAITAOF; of the same length, so that nothing else changes.
fn renamed(mut answer: Vec<u8>) -> Vec<u8> {
    const HERE: &[u8] = b"redis_version:7.0.";
    if let Some(at) = answer.windows(HERE.len()).position(|part| part == HERE) {
        answer[at + HERE.len() - 2] = b'4';
    }
    answer
}
