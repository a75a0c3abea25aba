//! Ends a process that was paused, before its next instruction.
//!
//! A worker that is stopped, swapped out or throttled in the moment after its arm gate would send its request whenever
//! it comes back: minutes later, when others have long looked for the effect and believed its absence. No check inside
//! the process can exclude that. So a timer of the kernel, on the clock that runs on while the machine sleeps, holds a
//! SIGKILL over the process; a heartbeat moves it ahead every 2 s, to 20 s from then. Whoever is paused for longer is
//! dead when it would go on, and no request can leave later than intent + gate + these 20 s.
//!
//! The heartbeat is a task among the others: a runtime that stands still is as dangerous as a process that does.

use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;

/// How often the timer is moved ahead.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long the process lives without a heartbeat.
const TIME_TO_LIVE: Duration = Duration::from_secs(20);
/// Shortens the time to live, in milliseconds; the heartbeat with it.
const SHORTENED: &str = "DOMORDER_TIME_TO_LIVE_MS_FOR_TESTS_ONLY";

/// Arms the timer and keeps moving it ahead on this runtime, until the process ends.
///
/// # Errors
/// Where the system gives no such timer: then nothing may be bought.
pub fn arm() -> anyhow::Result<()> {
    let to_live = std::env::var(SHORTENED)
        .ok()
        .and_then(|ms| ms.parse().ok())
        .map_or(TIME_TO_LIVE, Duration::from_millis);
    let beat = HEARTBEAT.min(to_live / 10);
    let (beats, heard) = mpsc::channel();
    let (armed, answer) = mpsc::channel();
    // The timer belongs to one thread; it ends, and the timer with it, when the runtime does.
    std::thread::Builder::new()
        .name("deadman".to_owned())
        .spawn(move || keep(to_live, &heard, &armed))?;
    answer.recv().context("the thread of the timer ended")??;
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(beat);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while beats.send(()).is_ok() {
            tick.tick().await;
        }
    });
    Ok(())
}

/// Moves the timer ahead at every beat.
fn keep(to_live: Duration, heard: &mpsc::Receiver<()>, armed: &mpsc::Sender<anyhow::Result<()>>) {
    let mut timer = match platform::Timer::new() {
        Ok(timer) => timer,
        Err(error) => {
            let _ = armed.send(Err(error));
            return;
        }
    };
    let _ = armed.send(timer.move_to(to_live));
    while heard.recv().is_ok() {
        if let Err(error) = timer.move_to(to_live) {
            // It goes off then, which is what it is for.
            tracing::error!(%error, "the timer that ends a paused process could not be moved ahead");
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use anyhow::Context as _;
    use nix::sys::signal::{SigEvent, SigevNotify, Signal};
    use nix::sys::timer::{Expiration, Timer as Kernel, TimerSetTimeFlags};
    use nix::time::ClockId;

    use super::Duration;

    pub(super) struct Timer(Kernel);

    impl Timer {
        pub(super) fn new() -> anyhow::Result<Self> {
            let event = SigEvent::new(SigevNotify::SigevSignal {
                signal: Signal::SIGKILL,
                si_value: 0,
            });
            let timer = Kernel::new(ClockId::CLOCK_BOOTTIME, event)
                .context("the system gives no timer that could end a paused process")?;
            Ok(Self(timer))
        }

        pub(super) fn move_to(&mut self, from_now: Duration) -> anyhow::Result<()> {
            let once = Expiration::OneShot(from_now.into());
            self.0.set(once, TimerSetTimeFlags::empty()).context("timer_settime")
        }
    }
}

/// Elsewhere there is no such clock; said at the start, since it is a gap in the claim.
#[cfg(not(target_os = "linux"))]
mod platform {
    use super::Duration;

    pub(super) struct Timer;

    impl Timer {
        pub(super) fn new() -> anyhow::Result<Self> {
            tracing::warn!("this system has no timer that could end a paused process: run workers on Linux");
            Ok(Self)
        }

        pub(super) fn move_to(&mut self, _: Duration) -> anyhow::Result<()> {
            Ok(())
        }
    }
}
