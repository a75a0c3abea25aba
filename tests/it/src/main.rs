//! `domorder`, as its package builds it, and able to fail where it is told to: the tests beside run it as a process of
//! its own, and kill it.
//!
//! `DOMORDER_FAULTS_FOR_TESTS_ONLY` holds a plan, `[{"point": "gate_passed", "key": "renew:…", "action": "abort"}]`: what
//! happens at the nth visit (`visit`, the first if it is left out) of a point, by any order or by that of a key.
//! `abort` and `stop` are signals of the process to itself (SIGKILL, SIGSTOP), `stall` takes `ms`, `panic` is one, and
//! `fail` is what the point says. The released program has none of this: it arms no plan.

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use domorder_jobs::fault::{self, Fate, Plan, Point, Visit};
use nix::sys::signal::{Signal, raise};
use serde::Deserialize;

/// Names the plan.
const PLAN: &str = "DOMORDER_FAULTS_FOR_TESTS_ONLY";

fn main() -> ExitCode {
    if let Some(text) = std::env::var_os(PLAN) {
        match faults(&text.to_string_lossy()) {
            Ok(faults) => assert!(fault::arm(Box::new(faults)).is_ok(), "armed once"),
            Err(error) => {
                eprintln!("error: {PLAN}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    domorder::cli::main()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    point: String,
    #[serde(default = "first")]
    visit: u64,
    key: Option<String>,
    action: Action,
    #[serde(skip)]
    visits: u64,
}

const fn first() -> u64 {
    1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Abort,
    Stop,
    Stall { ms: u64 },
    Panic,
    Fail,
}

struct Faults(Mutex<Vec<Fault>>);

fn faults(text: &str) -> Result<Faults, String> {
    let faults: Vec<Fault> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    for fault in &faults {
        if !Point::ALL.iter().any(|point| point.as_str() == fault.point) {
            return Err(format!("there is no fault point `{}`", fault.point));
        }
    }
    Ok(Faults(Mutex::new(faults)))
}

impl Faults {
    /// What is planned for this visit; the first of them.
    fn planned(&self, visit: &Visit<'_>) -> Option<Action> {
        let mut faults = self.0.lock().expect("no plan panics under its lock");
        let mut planned = None;
        for fault in faults.iter_mut() {
            let is_there = fault.point == visit.point.as_str();
            if is_there && fault.key.as_deref().is_none_or(|key| visit.order == Some(key)) {
                fault.visits += 1;
                if fault.visits == fault.visit {
                    planned = planned.or(Some(fault.action));
                }
            }
        }
        planned
    }
}

impl Plan for Faults {
    fn visited(&self, visit: Visit<'_>) -> Fate {
        let Some(action) = self.planned(&visit) else {
            return Fate::GoOn;
        };
        tracing::info!(point = visit.point.as_str(), ?action, "a planned fault");
        match action {
            Action::Abort => kill(Signal::SIGKILL),
            Action::Stop => kill(Signal::SIGSTOP),
            Action::Stall { ms } => return Fate::Stall(Duration::from_millis(ms)),
            Action::Panic => panic!("a planned panic"),
            Action::Fail => return Fate::Fail,
        }
        Fate::GoOn
    }
}

fn kill(signal: Signal) {
    raise(signal).expect("a process may signal itself");
}
