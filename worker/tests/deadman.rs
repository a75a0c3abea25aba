//! A worker that is paused is dead when it would go on: the built program, a real Redis, SIGSTOP.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domorder_tests_support::{RedisOptions, RedisServer};

/// A worker with so many milliseconds to live without a heartbeat.
fn worker(redis: &RedisServer, folder: &std::path::Path, to_live_ms: &str) -> Child {
    let file = folder.join("domorder.toml");
    let text = format!(
        "[redis]\nurl = \"{}\"\n[accounts.cr-main]\nprovider = \"connectreseller\"\napi_key = \"k-123456\"\n",
        redis.url()
    );
    std::fs::write(&file, text).expect("written");
    Command::new(env!("CARGO_BIN_EXE_domorder"))
        .arg("--config")
        .arg(&file)
        .args(["run", "--no-http"])
        .env("DOMORDER_TIME_TO_LIVE_MS_FOR_TESTS_ONLY", to_live_ms)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("log")).expect("a log"))
        .spawn()
        .expect("started")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(name).arg(child.id().to_string()).status();
    assert!(status.expect("kill").success());
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn a_paused_worker_is_killed_by_the_kernel_and_never_goes_on() {
    let redis = RedisServer::start(RedisOptions::default()).await.expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = worker(&redis, folder.path(), "1500");
    let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    until("running", || log().contains("\"running\""));
    // Longer than it has to live: the heartbeat moves the timer ahead.
    let began = Instant::now();
    until("three lives", || began.elapsed() > Duration::from_millis(4_500));
    assert!(child.try_wait().expect("asked").is_none(), "{}", log());
    signal(&child, "-STOP");
    // Nobody continues it: it dies stopped.
    until("its death", || child.try_wait().expect("asked").is_some());
    let status = child.wait().expect("ended");
    assert_eq!(status.signal(), Some(9), "{status}");
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_is_not_killed() {
    let redis = RedisServer::start(RedisOptions::default()).await.expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = worker(&redis, folder.path(), "1500");
    let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    until("running", || log().contains("\"running\""));
    signal(&child, "-TERM");
    until("its end", || child.try_wait().expect("asked").is_some());
    assert!(child.wait().expect("ended").success(), "{}", log());
}
