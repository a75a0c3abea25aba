//! Processes and what they used: CPU and memory from `/proc` (proc(5)).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// Clock ticks a second that `/proc/<pid>/stat` counts in; 100 on every Linux that Rust supports (`USER_HZ`).
const TICKS_PER_SEC: f64 = 100.0;

/// A program beside this one, or the one that was named.
pub(crate) fn beside(named: Option<PathBuf>, name: &str) -> anyhow::Result<PathBuf> {
    let path = match named {
        Some(path) => path,
        None => {
            let here = std::env::current_exe()?;
            let mut folder = here.parent().context("no folder")?.to_owned();
            // A test's own executable stands one folder deeper.
            if folder.ends_with("deps") {
                folder.pop();
            }
            folder.join(name)
        }
    };
    if !path.exists() {
        bail!(
            "{} is not there: build it first, `cargo build --release --workspace`",
            path.display()
        );
    }
    Ok(path)
}

/// A child that ends with this value.
pub(crate) struct Running(Child);

impl Running {
    /// Starts a program; what it writes to standard error goes into a file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let log = std::fs::File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        Ok(Self(child))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Ends it in the friendly way, and waits for that.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg("-TERM").arg(self.pid().to_string()).status()?;
        for _ in 0..600 {
            if self.0.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("a child did not end when it was told to")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// CPU seconds that a process has used, in user and system mode.
pub(crate) fn cpu_secs(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The command's name stands in parentheses and may hold anything; fields 14 and 15 are counted after it.
    let after = stat.rsplit_once(") ").context("an odd stat line")?.1;
    let fields: Vec<&str> = after.split(' ').collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|f| f.parse::<f64>().ok())
            .context("an odd stat line")
    };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SEC)
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .and_then(|n| n.trim().parse::<u64>().ok())
        .context("no VmRSS")?;
    Ok(kib * 1024)
}
