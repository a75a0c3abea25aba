//! Every counter whose labels are known beforehand begins at 0.

use domorder_jobs::state::{Kind, State};
use metrics::{counter, gauge};

use super::accepted;

/// What keeps a thing from being bought twice, each counted in `duplicates_prevented_total`.
const GUARDS: [&str; 8] = [
    "adopted",
    "expectation",
    "fence",
    "gate",
    "idempotency_key",
    "journal",
    "read_first",
    "reconciled",
];
/// Why documents and signals are refused.
const REFUSALS: [&str; 11] = [
    "not_json",
    "too_large",
    "invalid",
    "conflict",
    "seal",
    "neither",
    "signal_invalid",
    "signal_no_order",
    "signal_unfit",
    "signal_full",
    "signal_unusable",
];
/// What became of unknown outcomes.
const RESOLUTIONS: [&str; 4] = ["absent", "asked", "ended", "present"];

/// Starts every counter at 0 whose labels are known beforehand: the first of something would otherwise be a series that
/// begins at 1, in which `increase()` sees nothing.
pub fn begin(accounts: &[String]) {
    for name in [
        "domorder_leases_expired_total",
        "domorder_records_set_aside_total",
        "domorder_records_refused_total",
        "domorder_claim_errors_total",
        "domorder_panics_total",
        "domorder_journal_errors_total",
    ] {
        counter!(name).increment(0);
    }
    gauge!("domorder_http_streams").increment(0.0);
    for guard in GUARDS {
        counter!("domorder_duplicates_prevented_total", "guard" => guard).increment(0);
    }
    for reason in REFUSALS {
        counter!("domorder_orders_refused_total", "reason" => reason).increment(0);
    }
    for account in accounts {
        for name in [
            "domorder_rate_limit_waits_total",
            "domorder_worker_restarts_total",
            "domorder_unlisted_answers_total",
        ] {
            counter!(name, "account" => account.clone()).increment(0);
        }
        for resolution in RESOLUTIONS {
            counter!("domorder_unknown_resolved_total", "account" => account.clone(), "resolution" => resolution)
                .increment(0);
        }
        for kind in Kind::ALL {
            accepted(*kind, account, 0);
            for outcome in State::ALL.iter().filter(|state| state.is_final()) {
                counter!(
                    "domorder_orders_finished_total",
                    "kind" => kind.as_str(), "account" => account.clone(), "outcome" => outcome.as_str(),
                )
                .increment(0);
            }
        }
    }
}
