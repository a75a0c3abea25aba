//! Domorder as the first process of a container.
//!
//! The kernel shields the first process of a PID namespace from signals that it does not handle, those of its own timers
//! and SIGKILL included. The timer of [`crate::deadman`] would go off there and nothing would happen, so that a worker
//! that was paused could send what it had armed minutes ago. So the first process only starts domorder again, hands on
//! what it is told, and ends as its child ended: a child is as mortal as any process.

use std::io::Error;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitCode};

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;

/// Signals that are handed on.
const HANDED_ON: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGHUP];

/// To be called before there are threads. A code: this was the first process, its child has done the work and ended so.
/// None: this is any other process, and goes on.
pub fn in_its_place() -> Option<ExitCode> {
    let came_to = if std::process::id() == 1 {
        stand_in().map(Some)
    } else {
        // What the first process waits for is blocked in its child, too; and whoever starts us may do the same.
        waited_for().thread_unblock().map(|()| None).map_err(Error::from)
    };
    came_to.unwrap_or_else(|error| {
        eprintln!("error: domorder cannot start itself as a child of the first process, or hear signals: {error}");
        Some(ExitCode::from(1))
    })
}

/// Starts this program again with the same arguments, and waits for its end.
fn stand_in() -> Result<ExitCode, Error> {
    // Waited for, not handled: what arrives before the child is there is kept.
    let waited_for = waited_for();
    waited_for.thread_block()?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .spawn()?;
    loop {
        let signal = waited_for.wait()?;
        if signal == Signal::SIGCHLD {
            if let Some(status) = child.try_wait()? {
                // As a shell tells it: 137 of one that its timer has killed.
                let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
                return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
            }
        } else {
            hand_on(&child, signal);
        }
    }
}

fn waited_for() -> SigSet {
    HANDED_ON.into_iter().chain([Signal::SIGCHLD]).collect()
}

fn hand_on(child: &Child, signal: Signal) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // It may have ended a moment ago: the next signal tells that.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}
