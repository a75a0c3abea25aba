//! What is enumerated.

use std::time::Duration;

use domorder_jobs::fault::Point;
use domorder_tests_sim::Behaviour;
use domorder_tests_support::Place;

use crate::commands::Command;
use crate::replies::Spoilt;
use crate::world::{SOLD, Sold};

/// One thing that goes wrong, once.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// At a named point of the worker's code.
    Point(Point, Action),
    /// What the provider does to the paid call.
    Call(Behaviour),
    /// What it does to the first read about the domain.
    Read(Behaviour),
    /// Where the connection to Redis is cut, at which command.
    Redis(Command, Place),
    /// What Redis says instead of what it should.
    Answered(Spoilt),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// The worker is gone.
    Crash,
    Panic,
    /// Longer than the gate.
    Stall,
    /// What the point says.
    Fail,
    /// Redis forgets its scripts.
    Flush,
}

/// Beyond the gate of a case's settings.
pub(crate) const STALL: Duration = Duration::from_millis(600);

impl Fault {
    /// What is varied.
    pub(crate) const fn axis(&self) -> &'static str {
        match self {
            Self::Point(_, Action::Crash) => "crash at a point",
            Self::Point(_, Action::Panic) => "panic at a point",
            Self::Point(_, Action::Stall) => "stall at a point",
            Self::Point(_, Action::Fail) => "failure at a point",
            Self::Point(_, Action::Flush) => "scripts flushed at a point",
            Self::Call(_) => "paid call spoilt",
            Self::Read(_) => "read spoilt",
            Self::Redis(..) => "Redis connection cut",
            Self::Answered(_) => "Redis answers an error",
        }
    }

    /// Whether it is Redis that fails, or the connection to it.
    pub(crate) const fn is_of_redis(&self) -> bool {
        matches!(self, Self::Redis(..) | Self::Answered(_))
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Point(point, action) => format!("{action:?} at {}", point.as_str()),
            Self::Call(behaviour) => format!("paid call {behaviour:?}"),
            Self::Read(behaviour) => format!("read {behaviour:?}"),
            Self::Redis(command, place) => format!("{command:?} cut {place:?}"),
            Self::Answered(spoilt) => spoilt.name(),
        }
    }
}

/// Every single fault that an order can meet on its way. What is the same whatever is ordered is met by one of those that
/// are sold, in turns, unless all are asked for (`DOMORDER_SOAK`).
pub(crate) fn singles(sold: &Sold) -> Vec<Fault> {
    let mut faults = Vec::new();
    for point in sold.points().chain([Point::IntakeRead, Point::IntakeStored]) {
        for action in [Action::Crash, Action::Panic, Action::Stall, Action::Fail, Action::Flush] {
            let is_intake = matches!(point, Point::IntakeRead | Point::IntakeStored);
            let has_it = match action {
                Action::Crash | Action::Flush => true,
                // The intake is a task of the process: its panic would be that of all.
                Action::Panic => !is_intake,
                // There it would hold up the thread of the whole worker, and with it this process's time.
                Action::Stall => point != Point::GatePassed,
                Action::Fail => matches!(point, Point::IntentSent | Point::GatePassed),
            };
            if has_it {
                faults.push(Fault::Point(point, action));
            }
        }
    }
    // `Dead` would take down the other cases' provider too: the breaker's tests have it.
    let mut calls = Behaviour::lossy();
    calls.extend([
        Behaviour::Redirect,
        Behaviour::Stall,
        Behaviour::Late { ms: 100 },
        Behaviour::DoLate { ms: 900 },
        Behaviour::Lag { ms: 300 },
        Behaviour::Throttle429,
        Behaviour::Unauthorized,
        Behaviour::Cdn1020,
    ]);
    faults.extend(calls.into_iter().map(Fault::Call));
    let reads = [
        Behaviour::FailBefore,
        Behaviour::ResetBefore,
        Behaviour::Fail500Before,
        Behaviour::Fail502Before,
        Behaviour::Garbage,
        Behaviour::Html200,
        Behaviour::DoThenTruncated,
        Behaviour::Stall,
        Behaviour::Throttle429,
        Behaviour::Unauthorized,
        Behaviour::Cdn1020,
    ];
    faults.extend(reads.into_iter().map(Fault::Read));
    for command in Command::CUT {
        faults.extend(Place::ALL.map(|place| Fault::Redis(command, place)));
    }
    let all = std::env::var_os("DOMORDER_SOAK").is_some();
    let of_it = |at: usize| SOLD[at % SOLD.len()].name == sold.name;
    for (at, spoilt) in Spoilt::all().enumerate() {
        if all || spoilt.is_of_the_order() || of_it(at) {
            faults.push(Fault::Answered(spoilt));
        }
    }
    faults
}
