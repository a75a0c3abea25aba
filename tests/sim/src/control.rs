//! The hand on the world: as functions, and as JSON under `/control/`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use crate::charges::ChargeReport;
use crate::clock::ClockReport;
use crate::dispatch::Shared;
use crate::faults::{Chaos, Rule, RuleReport};
use crate::journal::{RequestReport, Unexpected};
use crate::seed::Seed;
use crate::server::Mode;
use crate::world::{StateReport, World};

/// Everything a test may do to a running simulator. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    pub(crate) shared: Arc<Shared>,
}

impl Control {
    /// Adds state and rules.
    pub fn seed(&self, seed: &Seed) {
        self.shared.world().apply(seed);
    }

    /// Starts over with the seed the simulator was started with: no charges, no faults, clock at real time.
    pub fn reset(&self) {
        let mut world = self.shared.world();
        let generation = world.generation + 1;
        *world = World::new(
            &self.shared.seed,
            self.shared.scale,
            self.shared.keep_requests,
            generation,
        );
    }

    /// Adds a fault rule after the others; of those that match a call, the first that acts decides.
    pub fn add_fault(&self, rule: Rule) {
        self.shared.world().faults.add(rule);
    }

    /// Ends all faults: rules, chaos, death.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// The rules, and how often each acted.
    pub fn faults(&self) -> Vec<RuleReport> {
        self.shared.world().faults.report()
    }

    /// Sets or ends random faults.
    pub fn set_chaos(&self, chaos: Option<Chaos>) {
        self.shared.world().faults.set_chaos(chaos);
    }

    /// Moves the virtual time forward: transfers and email actions that fall due have happened at the next look.
    pub fn advance(&self, by: Duration) {
        self.shared.world().clock.advance(by);
    }

    /// Sets how many virtual seconds pass in a real one.
    pub fn set_scale(&self, scale: f64) {
        self.shared.world().clock.set_scale(scale);
    }

    /// Both times.
    pub fn clock(&self) -> ClockReport {
        self.shared.world().clock.report()
    }

    /// All charges.
    pub fn charges(&self) -> ChargeReport {
        self.charge_report(true)
    }

    /// The sums of all charges, without the charges.
    pub fn charge_summary(&self) -> ChargeReport {
        self.charge_report(false)
    }

    fn charge_report(&self, raw: bool) -> ChargeReport {
        let mut world = self.shared.world();
        world.settle_all();
        world.charges.report(raw)
    }

    /// Counts by operation, and the requests that change something.
    pub fn requests(&self) -> RequestReport {
        self.shared.world().journal.report(true)
    }

    /// Counts by operation only.
    pub fn request_summary(&self) -> RequestReport {
        self.shared.world().journal.report(false)
    }

    /// Forgets requests and unexpected ones; charges stay.
    pub fn clear_requests(&self) {
        self.shared.world().journal.clear();
    }

    /// Requests nobody should have sent: unknown calls, wrong methods, parameters misspelt, missing or malformed.
    pub fn unexpected(&self) -> Vec<Unexpected> {
        self.shared.world().journal.all_unexpected()
    }

    /// What is true now, whatever reads show.
    pub fn state(&self) -> StateReport {
        self.shared.world().report()
    }

    /// Stops listening and cuts all connections: clients are refused until [`Control::accept_connections`].
    pub fn refuse_connections(&self) {
        self.set_mode(Mode::Refusing);
    }

    /// Listens again, on the same address.
    pub fn accept_connections(&self) {
        self.set_mode(Mode::Open);
    }

    fn set_mode(&self, mode: Mode) {
        self.shared.mode.send_if_modified(|now| {
            let changes = *now != Mode::Stopped && *now != mode;
            if changes {
                *now = mode;
            }
            changes
        });
    }
}

/// The JSON interface.
pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/control/health", get(async || "ok"))
        .route("/control/reset", post(reset))
        .route("/control/seed", post(seed))
        .route(
            "/control/faults",
            get(faults).post(add_faults).put(replace_faults).delete(clear_faults),
        )
        .route("/control/chaos", post(chaos))
        .route("/control/clock", get(clock).post(set_clock))
        .route("/control/charges", get(charges))
        .route("/control/requests", get(requests).delete(clear_requests))
        .route("/control/unexpected", get(unexpected))
        .route("/control/state", get(state))
        .with_state(control)
}

/// `?summary=true` leaves long lists out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Summary {
    summary: bool,
}

/// One rule or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Rules {
    Several(Vec<Rule>),
    One(Rule),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ClockChange {
    scale: Option<f64>,
    advance_secs: Option<u64>,
}

async fn reset(State(control): State<Control>) {
    control.reset();
}

async fn seed(State(control): State<Control>, Json(seed): Json<Seed>) {
    control.seed(&seed);
}

async fn faults(State(control): State<Control>) -> Json<Vec<RuleReport>> {
    Json(control.faults())
}

async fn add_faults(State(control): State<Control>, Json(rules): Json<Rules>) {
    match rules {
        Rules::One(rule) => control.add_fault(rule),
        Rules::Several(rules) => rules.into_iter().for_each(|rule| control.add_fault(rule)),
    }
}

async fn replace_faults(control: State<Control>, rules: Json<Rules>) {
    control.clear_faults();
    add_faults(control, rules).await;
}

async fn clear_faults(State(control): State<Control>) {
    control.clear_faults();
}

async fn chaos(State(control): State<Control>, Json(chaos): Json<Option<Chaos>>) {
    control.set_chaos(chaos);
}

async fn clock(State(control): State<Control>) -> Json<ClockReport> {
    Json(control.clock())
}

async fn set_clock(State(control): State<Control>, Json(change): Json<ClockChange>) -> Json<ClockReport> {
    if let Some(scale) = change.scale {
        control.set_scale(scale);
    }
    if let Some(secs) = change.advance_secs {
        control.advance(Duration::from_secs(secs));
    }
    Json(control.clock())
}

async fn charges(State(control): State<Control>, Query(query): Query<Summary>) -> Json<ChargeReport> {
    Json(if query.summary {
        control.charge_summary()
    } else {
        control.charges()
    })
}

async fn requests(State(control): State<Control>, Query(query): Query<Summary>) -> Json<RequestReport> {
    Json(if query.summary {
        control.request_summary()
    } else {
        control.requests()
    })
}

async fn clear_requests(State(control): State<Control>) {
    control.clear_requests();
}

async fn unexpected(State(control): State<Control>) -> Json<Vec<Unexpected>> {
    Json(control.unexpected())
}

async fn state(State(control): State<Control>) -> Json<StateReport> {
    Json(control.state())
}
