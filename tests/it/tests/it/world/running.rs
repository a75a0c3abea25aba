//! A command that goes on until its end or somebody's word, heard as it speaks; with a terminal, if it is to have one.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use nix::pty::{Winsize, openpty};

use super::replica::program;
use super::{LIMIT, PAUSE, World};

/// What a stream has said so far, and whether it is over.
#[derive(Debug, Default)]
struct Said {
    text: String,
    is_over: bool,
}

type Hears = Arc<Mutex<Said>>;

/// A command that runs. It is killed with the value that holds it.
pub(crate) struct Running {
    child: Child,
    out: Hears,
    err: Hears,
}

impl World {
    /// Starts `domorder` with this world's configuration.
    pub(crate) fn start_running(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = hear(child.stdout.take().unwrap());
        let err = hear(child.stderr.take().unwrap());
        Running { child, out, err }
    }

    /// As [`World::start_running`], and nobody reads what it says.
    pub(crate) fn start_unread(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let err = hear(child.stderr.take().unwrap());
        let out = Hears::default();
        Running { child, out, err }
    }

    /// As [`World::start_running`], on a terminal of 40 rows and 160 columns, which is heard as its standard output.
    pub(crate) fn start_on_a_terminal(&self, arguments: &[&str]) -> Running {
        let size = Winsize {
            ws_row: 40,
            ws_col: 160,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let ends = openpty(Some(&size), None).unwrap();
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().unwrap());
        let mut command = self.command(arguments);
        command
            .stdout(end(&ends.slave))
            .stderr(end(&ends.slave))
            .env("TERM", "xterm");
        let child = command.spawn().unwrap();
        // Kept by the command alone, so that the terminal ends with it.
        drop((command, ends.slave));
        let out = hear(File::from(ends.master));
        let err = Hears::default();
        Running { child, out, err }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .arg("--config")
            .arg(self.builder.path(self.folder()));
        command.env_remove("DOMORDER_LOG").stdin(Stdio::null());
        command
    }
}

/// Hears a stream to its end.
fn hear(mut stream: impl Read + Send + 'static) -> Hears {
    let said = Hears::default();
    let heard = Arc::clone(&said);
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        // A terminal whose other side is gone ends with an error.
        while let Ok(n @ 1..) = stream.read(&mut bytes) {
            heard
                .lock()
                .unwrap()
                .text
                .push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
        heard.lock().unwrap().is_over = true;
    });
    said
}

impl Running {
    /// What it has written to its standard output, or on its terminal.
    pub(crate) fn out(&self) -> String {
        self.out.lock().unwrap().text.clone()
    }

    /// What it has written to its standard error.
    pub(crate) fn err(&self) -> String {
        self.err.lock().unwrap().text.clone()
    }

    /// Its whole lines as JSON.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let out = self.out();
        let whole = out.rfind('\n').map_or("", |end| &out[..end]);
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        whole.lines().map(read).collect()
    }

    /// Waits until it has said something, wherever.
    pub(crate) async fn until_said(&self, words: &str) {
        let begun = Instant::now();
        while !self.out().contains(words) && !self.err().contains(words) {
            assert!(
                begun.elapsed() < LIMIT,
                "`{words}` was not said:\n{}\n{}",
                self.out(),
                self.err()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until it has said so many lines.
    pub(crate) async fn until_lines(&self, n: usize) {
        let begun = Instant::now();
        while self.out().lines().count() < n {
            assert!(
                begun.elapsed() < LIMIT,
                "not {n} lines:\n{}\n{}",
                self.out(),
                self.err()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends it a signal by the `kill` program: `-INT`, `-TERM`.
    pub(crate) fn signal(&self, which: &str) {
        let sent = Command::new("kill")
            .args([which, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Whether it goes on.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it has ended, with this code, and said its last.
    pub(crate) async fn ended(&mut self, code: i32) {
        let begun = Instant::now();
        let over = |heard: &Hears| Arc::strong_count(heard) == 1 || heard.lock().unwrap().is_over;
        while self.goes_on() || !over(&self.out) || !over(&self.err) {
            assert!(
                begun.elapsed() < LIMIT,
                "it does not end:\n{}\n{}",
                self.out(),
                self.err()
            );
            tokio::time::sleep(PAUSE).await;
        }
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{}\n{}", self.out(), self.err());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
