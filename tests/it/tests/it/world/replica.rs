//! A process of `domorder run`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::{LIMIT, Metrics, PAUSE};

/// The program under test: where cargo tells a test that it built it, or beside another program of this package.
pub(super) fn program() -> PathBuf {
    match option_env!("CARGO_BIN_EXE_domorder-under-test") {
        Some(path) => path.into(),
        None => std::env::current_exe().unwrap().with_file_name("domorder-under-test"),
    }
}

/// A replica. It is killed with the value that holds it.
pub(crate) struct Replica {
    child: Mutex<Child>,
    log: PathBuf,
    address: OnceLock<SocketAddr>,
    disturbed: AtomicU64,
}

impl Replica {
    pub(super) fn spawn(config: &Path, arguments: &[&str], environment: &[(&str, &str)], log: PathBuf) -> Self {
        Self::spawn_by(&[], config, arguments, environment, log)
    }

    /// As [`Replica::spawn`], started by another program with these arguments.
    pub(super) fn spawn_by(
        by: &[&str],
        config: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        log: PathBuf,
    ) -> Self {
        Self::spawn_program(&program(), by, config, arguments, environment, log)
    }

    /// As [`Replica::spawn_by`], of another program.
    pub(super) fn spawn_program(
        program: &Path,
        by: &[&str],
        config: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        log: PathBuf,
    ) -> Self {
        let file = std::fs::File::create(&log).unwrap();
        let mut words: Vec<&std::ffi::OsStr> = by.iter().map(|word| word.as_ref()).collect();
        words.push(program.as_ref());
        words.extend(arguments.iter().map(std::ffi::OsStr::new));
        let child = Command::new(words[0])
            .args(&words[1..])
            .arg("--config")
            .arg(config)
            // All that it can say is searched for secrets.
            .env("DOMORDER_LOG", "debug,hyper=info,h2=info")
            // Nothing goes by a proxy of the environment: nobody listens there.
            .envs(["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"].map(|name| (name, "http://127.0.0.1:9")))
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        Self {
            child: Mutex::new(child),
            log,
            address: OnceLock::new(),
            disturbed: AtomicU64::new(0),
        }
    }

    /// Waits until its HTTP server listens and everything else has been started.
    pub(crate) async fn until_it_listens(&self) {
        let begun = Instant::now();
        while self.address().is_none() || !self.lines().any(|line| line["message"] == "running") {
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
        self.disturbed.fetch_add(u64::from(which != "-CONT"), Ordering::Relaxed);
        let sent = Command::new("kill")
            .args([which, &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Whether it has ended, by whatever.
    pub(crate) fn has_ended(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_some()
    }

    /// Lets it go on after a `-STOP`; nothing, where it has died of it.
    pub(crate) fn go_on(&self) {
        let _ = Command::new("kill")
            .args(["-CONT", &self.pid().to_string()])
            .stderr(Stdio::null())
            .status();
    }

    /// Whether it was stopped by a signal, and may go on by another one.
    pub(crate) fn is_held_still(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        // The state stands behind the program's name, which is in brackets.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    }

    /// The process that was started.
    pub(crate) fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Ends it as a crash would.
    pub(crate) fn kill9(&mut self) {
        self.disturbed.fetch_add(1, Ordering::Relaxed);
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }

    /// How often it was killed, held still or told to stop, or did so to itself by a plan.
    pub(crate) fn disturbed(&self) -> u64 {
        let planned = self.log().matches("a planned fault").count() as u64;
        self.disturbed.load(Ordering::Relaxed) + planned
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
            let ended = self.child.lock().unwrap().try_wait().unwrap();
            if let Some(status) = ended {
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
