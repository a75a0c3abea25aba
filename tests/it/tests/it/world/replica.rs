//! A process of `domorder run`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::{LIMIT, Metrics, PAUSE};

/// The program.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_domorder-under-test");

/// A replica. It is killed with the value that holds it.
pub(crate) struct Replica {
    child: Child,
    log: PathBuf,
    address: OnceLock<SocketAddr>,
}

impl Replica {
    pub(super) fn spawn(config: &Path, arguments: &[&str], log: PathBuf) -> Self {
        Self::spawn_by(&[], config, arguments, log)
    }

    /// As [`Replica::spawn`], started by another program with these arguments.
    pub(super) fn spawn_by(by: &[&str], config: &Path, arguments: &[&str], log: PathBuf) -> Self {
        let file = std::fs::File::create(&log).unwrap();
        let words = [by, &[PROGRAM], arguments].concat();
        let child = Command::new(words[0])
            .args(&words[1..])
            .arg("--config")
            .arg(config)
            // All that it can say is searched for secrets.
            .env("DOMORDER_LOG", "debug,hyper=info,h2=info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        Self {
            child,
            log,
            address: OnceLock::new(),
        }
    }

    /// Waits until its HTTP server listens, which is when everything else has been started.
    pub(crate) async fn until_it_listens(&self) {
        let begun = Instant::now();
        while self.address().is_none() {
            assert!(begun.elapsed() < LIMIT, "the replica does not listen:\n{}", self.log());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Where it listens; nothing before it does.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        if let Some(address) = self.address.get() {
            return Some(*address);
        }
        let found = self
            .lines()
            .find_map(|line| (line["message"] == "HTTP listens").then(|| line["address"].as_str()?.parse().ok())?)?;
        Some(*self.address.get_or_init(|| found))
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        // A line may be half written.
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Its log lines as JSON.
    pub(crate) fn lines(&self) -> impl Iterator<Item = serde_json::Value> {
        let log = self.log();
        let lines: Vec<_> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        lines.into_iter()
    }

    /// Whether a line of the log says this.
    pub(crate) fn said(&self, words: &str) -> bool {
        self.log().contains(words)
    }

    /// Sends a signal by the `kill` program, as this workspace forbids the unsafe call: `-TERM`, `-STOP`, `-CONT`.
    pub(crate) fn signal(&self, which: &str) {
        let sent = Command::new("kill")
            .args([which, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a crash would.
    pub(crate) fn kill9(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop and waits until it has; how it ended and how long that took.
    pub(crate) async fn stop(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        self.signal("-TERM");
        (self.ended().await, begun.elapsed())
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < LIMIT, "the replica does not end:\n{}", self.log());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks its HTTP server for a path; status and body, or nothing where it does not answer.
    pub(crate) async fn get(&self, path: &str) -> Option<(u16, String)> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        let answer = client
            .get(format!("http://{}{path}", self.address()?))
            .send()
            .await
            .ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.text().await.ok()?))
    }

    /// Its metrics.
    pub(crate) async fn metrics(&self) -> Metrics {
        let (status, text) = self.get("/metrics").await.expect("the replica answers");
        assert_eq!(status, 200);
        Metrics::of(text)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill9();
    }
}
