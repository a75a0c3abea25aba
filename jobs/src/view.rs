//! What the outside is shown of an order, and the event that carries it: the same JSON in HTTP, events and `-o json`.
//!
//! No secret can stand in it: there is no field for one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::order::{IdempotencyKey, Order, OrderId};
use crate::record::OrderRecord;
use crate::state::{Charged, Kind, Needs, Reason, State, WaitingOn};

#[cfg(test)]
mod tests;

/// The order view of the contract, §3; fields in its order, `null` where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderView {
    /// The order's id.
    pub id: OrderId,
    /// The producer's name for it.
    pub idempotency_key: IdempotencyKey,
    /// What is ordered.
    pub kind: Kind,
    /// The account that buys.
    pub account: String,
    /// ASCII, lower case.
    pub domain: String,
    /// Where it stands.
    pub state: State,
    /// Why it stands there.
    pub reason: Option<Reason>,
    /// What a person has to bring.
    pub needs: Option<Needs>,
    /// Who acts next; nobody, once final.
    pub waiting_on: Option<WaitingOn>,
    /// Whether money was spent.
    pub charged: Charged,
    /// The provider's id of the order or domain.
    pub provider_order_id: Option<String>,
    /// The provider's own words, without secrets.
    pub provider_message: Option<String>,
    /// The expiry that stands.
    pub expiry: Option<Timestamp>,
    /// Paid attempts so far.
    pub attempts: u32,
    /// When it is looked at next.
    pub next_check_at: Option<Timestamp>,
    /// When waiting ends: at the order's deadline, or earlier where the provider gives it up by itself.
    pub deadline_at: Option<Timestamp>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it became final.
    pub finished_at: Option<Timestamp>,
    /// The producer's own.
    pub metadata: BTreeMap<String, String>,
}

impl OrderView {
    /// The view of an order as its record says. Instants are whole milliseconds, as they are stored: an event, which is
    /// made before its record is written, shows the same as what is read afterwards.
    #[must_use]
    pub fn of(order: &Order, record: &OrderRecord) -> Self {
        let stored = |at: Timestamp| Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        Self {
            id: order.id,
            idempotency_key: order.idempotency_key.clone(),
            kind: order.kind,
            account: order.account.clone(),
            domain: order.domain.clone(),
            state: record.state,
            reason: record.reason,
            needs: record.needs,
            waiting_on: record.waiting_on(),
            charged: record.charged,
            provider_order_id: record.provider_order_id.clone(),
            provider_message: record.provider_message.clone(),
            expiry: record.expiry.map(stored),
            attempts: record.attempts,
            next_check_at: record.next_check_at.map(stored),
            deadline_at: record.waiting_ends_at().map(stored),
            created_at: stored(record.created_at),
            updated_at: stored(record.updated_at.unwrap_or(record.created_at)),
            finished_at: record.finished_at.map(stored),
            metadata: order.metadata.clone(),
        }
    }
}

/// CloudEvents 1.0, structured JSON. `datacontenttype` is left out, which says JSON (CloudEvents JSON format §3.1): an
/// event is kept 30 days, and this would be a twentieth of it.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: OrderId,
    time: Timestamp,
    data: &'a OrderView,
}

/// The event of a change, as compact JSON: type `order.<state>`, source `/domorder/<ns>`, the view as its data.
#[must_use]
pub fn event(view: &OrderView, event_id: &str, ns: &str, time: Timestamp) -> String {
    let event = CloudEvent {
        specversion: "1.0",
        id: event_id,
        source: format!("/domorder/{ns}"),
        kind: format!("order.{}", view.state),
        subject: view.id,
        time,
        data: view,
    };
    serde_json::to_string(&event).expect("strings, numbers and maps with string keys always serialise")
}
