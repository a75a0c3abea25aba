//! What happened to an order.

use axum::Json;
use domorder_jobs::known::Known;
use domorder_jobs::state::{Charged, Reason, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Ready;
use super::super::auth::{Allowed, READ};
use super::super::params::Params;
use super::super::problem::Problem;
use super::{Named, read};

/// What happened to an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Timeline {
    /// Oldest first; at most 256, of which the first is never dropped.
    timeline: Vec<TimelineEntry>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineEntry {
    /// When.
    at: Timestamp,
    /// Counts the order's records.
    version: u64,
    /// Where the order stood then.
    state: State,
    /// Why it stood there.
    reason: Option<Reason>,
    /// Whether money was spent.
    charged: Charged,
    /// Paid attempts so far.
    attempts: u32,
    /// Why this followed.
    why: String,
    /// The provider's own words, without secrets; not told again by an entry that followed at once.
    provider_message: Option<String>,
    /// The signal that it followed on, and whose it was.
    signal: Option<String>,
    /// Where a person is asked to decide on a paid call of unknown effect: what is known of it.
    known: Option<Known>,
}

/// As it is stored: what is nothing is left out.
#[derive(Deserialize)]
struct Stored {
    at: i64,
    #[serde(default)]
    v: u64,
    state: State,
    #[serde(default)]
    why: String,
    reason: Option<Reason>,
    charged: Option<Charged>,
    #[serde(default)]
    attempt: u32,
    provider: Option<String>,
    signal: Option<String>,
    known: Option<Known>,
}

/// Tells what happened to an order
#[utoipa::path(
    get, path = "/v1/orders/{id}/timeline", operation_id = "getTimeline", tag = "orders",
    params(("id" = domorder_jobs::order::OrderId, Path, description = "The order's id")),
    responses((status = 200, description = "What happened, oldest first", body = Timeline)),
    security(("bearer" = ["orders:read"])),
)]
pub(super) async fn timeline(
    _: Allowed<READ>,
    params: Params,
    Ready(backend): Ready,
    Named(id): Named,
) -> Result<Json<Timeline>, Problem> {
    params.finish()?;
    // An order to which nothing happened yet has no timeline, and one that is not there has none either.
    read(&backend.ledger, id).await?;
    let entries = backend.ledger.timeline(&id.to_string()).await;
    let entries = entries.map_err(|error| Problem::ledger(&error))?;
    Ok(Json(Timeline {
        timeline: entries.iter().filter_map(|text| entry(text)).collect(),
    }))
}

fn entry(text: &str) -> Option<TimelineEntry> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    Some(TimelineEntry {
        at: Timestamp::from_millisecond(stored.at).ok()?,
        version: stored.v,
        state: stored.state,
        reason: stored.reason,
        charged: stored.charged.unwrap_or(Charged::No),
        attempts: stored.attempt,
        why: stored.why,
        provider_message: stored.provider,
        signal: stored.signal,
        known: stored.known,
    })
}
