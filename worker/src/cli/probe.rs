//! `domorder probe`: is the process beside this one alive, or ready? For the health checks of containers, whose images
//! have nothing else to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::output::print;
use super::{Failure, Loaded};

/// How long the answer may take: a probe that hangs is a probe that failed.
const ANSWER_MAX: Duration = Duration::from_secs(4);

/// What is asked.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum What {
    /// Does every claim loop come round?
    #[default]
    Live,
    /// Does Redis answer, too?
    Ready,
}

/// Arguments of `probe`.
#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// What to ask
    #[arg(value_enum, default_value_t)]
    what: What,
}

pub(super) async fn run(loaded: &Loaded, args: &ProbeArgs) -> Result<ExitCode, Failure> {
    let address = beside(loaded.config.http.listen);
    let path = match args.what {
        What::Live => "/livez",
        What::Ready => "/readyz",
    };
    let answer = tokio::time::timeout(ANSWER_MAX, ask(address, path))
        .await
        .with_context(|| format!("{address} did not answer within {ANSWER_MAX:?}"))??;
    print(answer.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Where a process that listens everywhere is found from here.
fn beside(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(ip, listen.port())
}

/// The body of a good answer. HTTP/1.0: the answer ends where the connection does.
async fn ask(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("nothing listens on {address} (http.listen)"))?;
    stream
        .write_all(format!("GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").as_bytes())
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) != Some("200") {
        bail!("{}: {}", head.lines().next().unwrap_or_default(), body.trim_end());
    }
    Ok(body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_on_this_machine() {
        for (listens, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(beside(listens.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
