//! The demo's processes: each in a process group of its own, so that a Ctrl-C reaches the demo alone, with its output in
//! a file, and ended by SIGKILL when the demo drops it.
//!
//! Dropping is not enough where the demo itself is killed. A [`Reaper`] (a shell that holds the other end of a pipe)
//! knows the processes, and ends them when the pipe closes without a last word.

use std::fs::{self, DirBuilder, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{self, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, anyhow, bail};
use jiff::Timestamp;

/// Reads process ids: a number is watched, `-` and the number no longer, `done` is the last word.
const REAPER: &str = r#"
pids=
while read -r word; do
  case $word in
    done) exit 0 ;;
    -*) kept=; for pid in $pids; do [ "$pid" = "${word#-}" ] || kept="$kept $pid"; done; pids=$kept ;;
    *) pids="$pids $word" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
rm -rf -- "$1"
"#;

/// Lines of a log that are shown when its process did not start.
const LOG_LINES: usize = 12;

/// Ends the processes, and removes the folder, should the demo die without doing so.
#[derive(Clone)]
pub(super) struct Reaper(Arc<Mutex<ChildStdin>>);

impl Reaper {
    pub(super) fn start(folder: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", REAPER, "reaper"]).arg(folder).process_group(0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let shell = command.spawn().context("no `sh`")?;
        let pipe = shell.stdin.context("a pipe was asked for")?;
        Ok(Self(Arc::new(Mutex::new(pipe))))
    }

    /// The last word: whatever is watched stays.
    pub(super) fn dismiss(&self) {
        self.tell("done");
    }

    fn tell(&self, word: &str) {
        // If the shell has gone, dropping still ends the processes.
        let _ = writeln!(self.0.lock().unwrap_or_else(PoisonError::into_inner), "{word}");
    }
}

/// A running process.
pub(super) struct Child {
    name: String,
    log: PathBuf,
    process: Option<process::Child>,
    pid: u32,
    reaper: Reaper,
}

impl Child {
    /// Starts it; what it says goes into `<name>.log` in the folder.
    pub(super) fn start(name: &str, mut command: Command, folder: &Path, reaper: &Reaper) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let out = File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .process_group(0);
        let process = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let pid = process.id();
        reaper.tell(&pid.to_string());
        Ok(Self {
            name: name.to_owned(),
            log,
            process: Some(process),
            pid,
            reaper: reaper.clone(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// How it ended, if it did by itself.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut()?.try_wait().ok().flatten()
    }

    /// Why it is not there, with the last lines of its log.
    pub(super) fn gone(&self, how: ExitStatus) -> anyhow::Error {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n");
        anyhow!("{} ended ({how}); the end of its log:\n{last}", self.name)
    }

    /// SIGKILL: ended before its next instruction.
    pub(super) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
            self.reaper.tell(&format!("-{}", self.pid));
        }
    }

    /// Lets it run on after the demo.
    pub(super) fn keep(&mut self) {
        self.process = None;
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A folder of the demo's own, readable by nobody else, and gone with it.
pub(super) struct Folder {
    path: PathBuf,
    kept: bool,
}

impl Folder {
    pub(super) fn create() -> anyhow::Result<Self> {
        // Process ids come again, and a folder of an earlier demo may have been left to look at.
        let name = format!("domorder-demo-{}-{}", Timestamp::now().as_second(), process::id());
        let path = std::env::temp_dir().join(name);
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self { path, kept: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A port on loopback that was free a moment ago. Somebody may take it before it is used: then start again with another.
pub(super) fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// A program beside this one, or in the `PATH`.
pub(super) fn program(name: &str) -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join(name)))
        .into_iter();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    match beside.chain(in_path).find(|place| place.is_file()) {
        Some(found) => Ok(found),
        None => bail!(
            "there is no `{name}` here. Run `deploy/demo` in the repository: it builds or installs what is missing"
        ),
    }
}
