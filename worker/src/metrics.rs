//! Every metric: its name, unit, labels and meaning (`contract.md` §6). Labels are bounded: never a domain, an order id
//! or an error text. Counters and histograms are this replica's own; gauges about orders are read from the ledger.

mod begin;
mod census;
mod looks;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use domorder_api_client::http::{CallObserver, CallReport};
use domorder_api_client::provider::Outcome;
use domorder_jobs::ledger::{BreakerState, Durability, Ledger};
use domorder_jobs::order::Order;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Kind, Reason, State};
use jiff::Timestamp;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub use begin::begin;
pub use looks::{disbelieved, polled, polled_by_list, sighting, survey_ended};
pub use webhooks::{webhook_delivery, webhook_events_lost};

/// Seconds: calls take milliseconds to a minute.
const CALL_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0,
];
/// Seconds: most of Redis' answers take less than a millisecond, those that wait for its disk some.
const COMMAND_BUCKETS: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Seconds: an idle worker takes an order up at once, one with a bulk order before it may need an hour.
const PICKUP_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0,
];
/// Seconds: orders take a blink to two weeks, and a month where people are slow.
const ORDER_BUCKETS: &[f64] = &[
    0.1,
    1.0,
    5.0,
    30.0,
    120.0,
    600.0,
    3_600.0,
    21_600.0,
    86_400.0,
    432_000.0,
    864_000.0,
    1_209_600.0,
    2_592_000.0,
];

/// Installs the recorder of this process.
///
/// # Errors
/// When another recorder is installed already.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("request_seconds".into()), CALL_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("command_seconds".into()), COMMAND_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("pickup_seconds".into()), PICKUP_BUCKETS)?
        .set_buckets_for_metric(Matcher::Suffix("completion_seconds".into()), ORDER_BUCKETS)?
        .install_recorder()?;
    describe();
    gauge!("domorder_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

fn describe() {
    describe_counter!("domorder_orders_accepted_total", "orders accepted, by kind and account");
    describe_counter!(
        "domorder_orders_refused_total",
        "documents and signals refused, by reason"
    );
    describe_counter!(
        "domorder_orders_finished_total",
        "orders that became final, by kind, account and outcome"
    );
    describe_gauge!("domorder_orders", "orders in the ledger, by state, kind and account");
    describe_gauge!(
        "domorder_order_oldest_age_seconds",
        "age of the oldest order of a state, by when it entered it"
    );
    describe_histogram!(
        "domorder_order_completion_seconds",
        "from acceptance to the final state"
    );
    describe_gauge!("domorder_queue_depth", "orders that are due now, by account");
    describe_histogram!(
        "domorder_queue_pickup_seconds",
        "from acceptance to the first claim, orders without a start time"
    );
    describe_counter!(
        "domorder_leases_expired_total",
        "orders found with a lapsed lease: their worker died or stalled"
    );
    describe_counter!(
        "domorder_provider_requests_total",
        "requests to providers, by operation, class and result"
    );
    describe_histogram!(
        "domorder_provider_request_seconds",
        "requests to providers, connecting and repeating included"
    );
    describe_counter!(
        "domorder_trace_spans_total",
        "spans of traces, by what became of them: sent, dropped (the queue was full), failed (the collector)"
    );
    describe_gauge!(
        "domorder_unknown_outcomes",
        "orders whose effect is not known, by account"
    );
    describe_counter!(
        "domorder_unknown_resolved_total",
        "unknown outcomes found out, by resolution"
    );
    describe_counter!(
        "domorder_duplicates_prevented_total",
        "paid calls that were not made because of a guard"
    );
    describe_gauge!("domorder_account_paused", "1 while the account is paused");
    describe_gauge!(
        "domorder_breaker_state",
        "0 closed, 1 half-open (one call tries), 2 open; by account and class (paid, read)"
    );
    describe_counter!(
        "domorder_polls_total",
        "looks at orders that wait, by result; `listed`: a list of the whole account shows it unchanged, no call was made"
    );
    describe_counter!(
        "domorder_surveys_total",
        "readings of lists of the whole account, by list and result: read, left (not worth it), failed"
    );
    describe_counter!(
        "domorder_disbelieved_answers_total",
        "answers that were not believed, by what was wrong: expiry (no date that can be), garbled, old (may be older than what an order of \
         the name has proved)"
    );
    describe_gauge!("domorder_redis_up", "1 while Redis answers");
    describe_counter!("domorder_records_set_aside_total", "records that could not be read");
    describe_counter!(
        "domorder_claim_errors_total",
        "claims that failed because Redis did not answer; tried again"
    );
    describe_counter!(
        "domorder_panics_total",
        "bodies that panicked; their orders are found by reading"
    );
    describe_counter!(
        "domorder_rate_limit_waits_total",
        "claims held back by the account's rate, by account"
    );
    describe_counter!(
        "domorder_worker_restarts_total",
        "lanes whose worker ended and was started again, by account"
    );
    describe_counter!(
        "domorder_records_refused_total",
        "records of late holders, refused by the fence"
    );
    describe_counter!(
        "domorder_unlisted_answers_total",
        "answers that are in no table, by account"
    );
    describe_gauge!(
        "domorder_lane_up",
        "1 while the account's claim loop comes round in this process"
    );
    describe_gauge!(
        "domorder_orders_in_hand",
        "orders that a worker holds now, of all replicas, by account"
    );
    describe_gauge!(
        "domorder_account_credentials_refused",
        "1 while the account is paused because the provider refused its credentials"
    );
    describe_gauge!(
        "domorder_intake_backlog",
        "entries of the intake stream that were not taken yet"
    );
    describe_gauge!(
        "domorder_rejected_kept",
        "refused entries that are kept to be looked at"
    );
    describe_gauge!(
        "domorder_records_aside",
        "records that were set aside because they could not be read"
    );
    describe_histogram!(
        "domorder_redis_command_seconds",
        "round trips to Redis, by the script or command they end with; reads of the intake stream wait for entries"
    );
    describe_gauge!(
        "domorder_redis_durable",
        "1 while Redis keeps what it has answered as redis.durability asks for; always 0 under relaxed; by durability"
    );
    describe_counter!(
        "domorder_journal_errors_total",
        "writes of the journal beside the worker that failed: nothing is bought on them"
    );
    describe_counter!("domorder_panics_total", "orders' bodies that panicked");
    describe_counter!(
        "domorder_worker_restarts_total",
        "lanes' workers that ended and were started again"
    );
    webhooks::describe();
    describe_gauge!("domorder_build_info", "1, with the version as a label");
    describe_counter!(
        "domorder_http_requests_total",
        "requests answered, by method, pattern of the path and status"
    );
    describe_gauge!("domorder_http_streams", "streams of events that are open");
    describe_histogram!(
        "domorder_http_request_seconds",
        "from a request's head to its answer's head, by method and pattern of the path"
    );
    census::describe();
    metrics_process::Collector::default().describe();
}

/// A guard kept a paid call from being made.
pub fn prevented(guard: &'static str) {
    counter!("domorder_duplicates_prevented_total", "guard" => guard).increment(1);
}

/// Whether a lane of this process comes round.
pub fn lane(account: &str, comes_round: bool) {
    gauge!("domorder_lane_up", "account" => account.to_owned()).set(if comes_round { 1.0 } else { 0.0 });
}

/// A document became an order.
pub fn accepted(kind: Kind, account: &str, n: u64) {
    counter!("domorder_orders_accepted_total", "kind" => kind.as_str(), "account" => account.to_owned()).increment(n);
}

/// A document or a signal was refused.
pub fn refused(reason: &'static str) {
    counter!("domorder_orders_refused_total", "reason" => reason).increment(1);
}

/// A request was answered. The route is the pattern of its path.
pub fn http_answered(method: &'static str, route: &str, status: u16, took: Duration) {
    counter!("domorder_http_requests_total", "method" => method, "route" => route.to_owned(), "status" => status.to_string())
        .increment(1);
    histogram!("domorder_http_request_seconds", "method" => method, "route" => route.to_owned())
        .record(took.as_secs_f64());
}

/// A stream of events, counted while it is open.
#[derive(Debug)]
pub struct HttpStream(());

impl HttpStream {
    /// Counts it.
    #[must_use]
    pub fn open() -> Self {
        gauge!("domorder_http_streams").increment(1.0);
        Self(())
    }
}

impl Drop for HttpStream {
    fn drop(&mut self) {
        gauge!("domorder_http_streams").decrement(1.0);
    }
}

/// Redis has not been reached since the start, so that no gauge can be read.
pub fn redis_is_away() {
    metrics_process::Collector::default().collect();
    gauge!("domorder_redis_up").set(0.0);
}

/// A lapsed lease was taken over.
pub fn lease_expired() {
    counter!("domorder_leases_expired_total").increment(1);
}

/// A record could not be read.
pub fn set_aside() {
    counter!("domorder_records_set_aside_total").increment(1);
}

/// A late holder's record was refused.
pub fn record_refused() {
    counter!("domorder_records_refused_total").increment(1);
}

/// A paid call that the ledger had lost was found in the journal.
pub fn recalled() {
    prevented("journal");
}

/// An order was claimed; the first time, its wait is told.
pub fn picked_up(account: &str, order: &Order, record: &OrderRecord, now_ms: u64) {
    if record.updated_at.is_none() && order.not_before.is_none() {
        let created = u64::try_from(record.created_at.as_millisecond()).unwrap_or(0);
        let waited = now_ms.saturating_sub(created);
        histogram!("domorder_queue_pickup_seconds", "account" => account.to_owned()).record(seconds_of_ms(waited));
    }
}

/// A decision was recorded. Not told before: a late holder's is refused, and would count what another has counted.
pub fn recorded(order: &Order, before: &OrderRecord, after: &OrderRecord, now: Timestamp) {
    if before.face() != after.face() {
        state_changed(order, before, after);
    }
    if after.state.is_final() && !before.state.is_final() {
        finished(order, after, now);
    }
}

fn state_changed(order: &Order, before: &OrderRecord, after: &OrderRecord) {
    if before.state == State::UnknownOutcome && after.state != State::UnknownOutcome {
        let resolution = match after.state {
            State::Queued => "absent",
            State::ActionRequired => "asked",
            State::Failed | State::Cancelled => "ended",
            _ => "present",
        };
        counter!("domorder_unknown_resolved_total", "account" => order.account.clone(), "resolution" => resolution)
            .increment(1);
    }
    let guard = match (after.state, after.reason) {
        (State::Succeeded, Some(Reason::AlreadyDone)) => Some("read_first"),
        (State::Succeeded, _) if before.state == State::UnknownOutcome => Some("reconciled"),
        (State::InProgress | State::Blocked, _) if before.state == State::Queued => Some("adopted"),
        (State::ActionRequired, Some(Reason::ExpectationDiffers)) if before.state == State::Queued => {
            Some("expectation")
        }
        _ => None,
    };
    if let Some(guard) = guard {
        prevented(guard);
    }
}

fn finished(order: &Order, record: &OrderRecord, now: Timestamp) {
    let (kind, account) = (order.kind.as_str(), order.account.clone());
    counter!("domorder_orders_finished_total", "kind" => kind, "account" => account.clone(), "outcome" => record.state.as_str())
        .increment(1);
    let took = now
        .as_millisecond()
        .saturating_sub(record.created_at.as_millisecond())
        .max(0)
        .unsigned_abs();
    histogram!("domorder_order_completion_seconds", "kind" => kind, "account" => account).record(seconds_of_ms(took));
}

/// A paid call came to its end.
pub fn paid_call_ended(account: &str, outcome: &Outcome) {
    if let Outcome::Unknown(doubt) = outcome
        && doubt.unlisted
    {
        counter!("domorder_unlisted_answers_total", "account" => account.to_owned()).increment(1);
    }
}

/// Tells every call to the provider.
#[derive(Debug)]
pub struct Calls {
    /// The account that calls.
    pub account: String,
}

impl Calls {
    /// An observer for an account.
    #[must_use]
    pub fn of(account: &str) -> Arc<dyn CallObserver> {
        Arc::new(Self {
            account: account.to_owned(),
        })
    }
}

impl CallObserver for Calls {
    fn called(&self, call: &CallReport) {
        counter!(
            "domorder_provider_requests_total",
            "account" => self.account.clone(), "operation" => call.operation,
            "class" => call.class.as_str(), "result" => call.result.as_str(),
        )
        .increment(1);
        histogram!(
            "domorder_provider_request_seconds",
            "account" => self.account.clone(), "operation" => call.operation, "class" => call.class.as_str(),
        )
        .record(call.took.as_secs_f64());
        crate::traces::called(call);
    }
}

/// Reads the gauges from the ledger: the same from every replica; and the process's own. Called before a scrape is
/// answered.
pub async fn read_gauges(ledger: &Ledger, accounts: &[String]) {
    metrics_process::Collector::default().collect();
    // Sooner than a scrape gives up: that Redis is away is what it should tell above all.
    let read = tokio::time::timeout(GAUGES_MAX, gauges(ledger, accounts)).await;
    let up = matches!(read, Ok(Ok(())));
    if let Ok(Err(error)) = read {
        tracing::warn!(%error, "the gauges could not be read from the ledger");
    }
    gauge!("domorder_redis_up").set(if up { 1.0 } else { 0.0 });
    if up {
        census::take(ledger, accounts).await;
    }
}

/// How the reason of a pause begins that the provider's refusal of the credentials made.
pub(crate) const CREDENTIALS: &str = "credentials: ";

/// How long the gauges may take; Prometheus waits for ten seconds.
const GAUGES_MAX: Duration = Duration::from_secs(3);

async fn gauges(ledger: &Ledger, accounts: &[String]) -> Result<(), domorder_jobs::ledger::LedgerError> {
    let counts = ledger.counts().await?;
    for account in accounts {
        let mut unknown = 0;
        for state in State::ALL {
            for kind in Kind::ALL {
                let same =
                    |c: &&domorder_jobs::ledger::Count| c.state == *state && c.kind == *kind && c.account == *account;
                let n = counts.iter().filter(same).map(|c| c.n).sum();
                if *state == State::UnknownOutcome {
                    unknown += n;
                }
                gauge!("domorder_orders", "state" => state.as_str(), "kind" => kind.as_str(), "account" => account.clone())
                    .set(as_f64(n));
            }
        }
        gauge!("domorder_unknown_outcomes", "account" => account.clone()).set(as_f64(unknown));
        let depth = ledger.queue_depth(account).await?;
        gauge!("domorder_queue_depth", "account" => account.clone()).set(as_f64(depth.due));
        gauge!("domorder_orders_in_hand", "account" => account.clone()).set(as_f64(depth.leased));
        let paused = ledger.paused(std::slice::from_ref(account)).await?;
        let refused = paused.iter().any(|(_, why)| why.starts_with(CREDENTIALS));
        let yes = |holds: bool| if holds { 1.0 } else { 0.0 };
        gauge!("domorder_account_paused", "account" => account.clone()).set(yes(!paused.is_empty()));
        gauge!("domorder_account_credentials_refused", "account" => account.clone()).set(yes(refused));
    }
    breakers(ledger, accounts).await?;
    let durability = ledger.durability();
    let durable = durability != Durability::Relaxed && ledger.check().await?.meets;
    gauge!("domorder_redis_durable", "durability" => durability.as_str()).set(if durable { 1.0 } else { 0.0 });
    let backlog = ledger.backlog().await?;
    gauge!("domorder_intake_backlog").set(as_f64(backlog.intake));
    gauge!("domorder_rejected_kept").set(as_f64(backlog.rejected));
    gauge!("domorder_records_aside").set(as_f64(backlog.aside));
    let now = ledger.now_ms().await?;
    for state in State::ALL.iter().filter(|s| !s.is_final()) {
        let age = ledger
            .oldest(*state)
            .await?
            .map_or(0, |since| now.saturating_sub(since));
        gauge!("domorder_order_oldest_age_seconds", "state" => state.as_str()).set(seconds_of_ms(age));
    }
    webhooks::gauges(ledger).await
}

async fn breakers(ledger: &Ledger, accounts: &[String]) -> Result<(), domorder_jobs::ledger::LedgerError> {
    let told = |state| match state {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open { .. } => 2.0,
    };
    for account in accounts {
        let breakers = ledger.breakers(account).await?;
        for (class, state) in [("paid", breakers.paid), ("read", breakers.read)] {
            gauge!("domorder_breaker_state", "account" => account.clone(), "class" => class).set(told(state));
        }
    }
    Ok(())
}

fn seconds_of_ms(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "gauges are floating point; counts above 2^53 do not occur"
)]
fn as_f64(n: u64) -> f64 {
    n as f64
}
