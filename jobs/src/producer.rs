//! The one way in: validate, seal, accept once per idempotency key, wake. Used by intake, HTTP, command line and by
//! whoever links this crate.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::format;
use crate::ledger::{Acceptance, Ledger, LedgerError, NewOrder, Signalled, Stored};
use crate::machine;
use crate::order::{Order, OrderId};
use crate::record::OrderRecord;
use crate::seal::{KeyRing, SealError};
use crate::signal::{SignalDocument, Target};
use crate::state::Kind;
use crate::validate::{self, Draft, Fault, Refusal, RefusalKind};
use crate::view::{self, OrderView};

/// Submits orders and signals.
#[derive(Clone)]
pub struct Producer {
    ledger: Ledger,
    catalogue: Arc<Catalogue>,
    ring: Arc<KeyRing>,
    transfer_deadline: Duration,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// A new order.
    Accepted {
        /// Its id.
        id: OrderId,
        /// What is ordered.
        kind: Kind,
        /// The account that buys.
        account: String,
    },
    /// The same document again: the order that it is.
    Replayed(OrderId),
}

impl Submitted {
    /// The order's id.
    #[must_use]
    pub const fn id(&self) -> OrderId {
        match self {
            Self::Accepted { id, .. } | Self::Replayed(id) => *id,
        }
    }
}

/// Why a document is no order. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It is not valid; every fault is named.
    #[error("{0}")]
    Refused(Refusal),
    /// Its idempotency key is taken by another content.
    #[error("the idempotency key is taken by order {id} with other content{}", differing(fields))]
    Conflict {
        /// The order that has the key.
        id: OrderId,
        /// The fields that differ, as far as they can be told.
        fields: Vec<String>,
    },
    /// Its secret could not be sealed.
    #[error("the order's secret could not be sealed")]
    Seal(#[source] SealError),
    /// The ledger did not answer; submit the same document again.
    #[error("the ledger could not take the order")]
    Unavailable(#[source] LedgerError),
}

fn differing(fields: &[String]) -> String {
    if fields.is_empty() {
        String::new()
    } else {
        format!(" (different: {})", fields.join(", "))
    }
}

impl SubmitError {
    /// A bounded word, for the metric.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Conflict { .. } => "conflict",
            Self::Seal(_) => "seal",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Submitting the same document again may succeed: nothing is wrong with it.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// RFC 9457.
    #[must_use]
    pub fn problem_json(&self) -> serde_json::Value {
        match self {
            Self::Refused(refusal) => refusal.problem_json(),
            Self::Conflict { id, fields } => serde_json::json!({
                "type": "urn:domorder:problem:idempotency-conflict",
                "title": "the idempotency key is taken by another order",
                "status": 409,
                "detail": self.to_string(),
                "order": id.to_string(),
                "errors": fields.iter().map(|f| serde_json::json!({
                    "pointer": format!("/{f}"), "detail": "differs from the order that has the key",
                })).collect::<Vec<_>>(),
            }),
            Self::Seal(_) => serde_json::json!({
                "type": "urn:domorder:problem:unsealable", "title": "the order's secret could not be sealed",
                "status": 500, "detail": self.to_string(),
            }),
            Self::Unavailable(_) => serde_json::json!({
                "type": "urn:domorder:problem:unavailable", "title": "the ledger is not reachable",
                "status": 503, "detail": "nothing was stored; submit the same document again",
            }),
        }
    }
}

/// Why a signal was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// It is not valid; every fault is named.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no such order.
    #[error("there is no such order")]
    NoOrder,
    /// It does not fit the order as it stands.
    #[error("{0}")]
    Unfit(#[from] machine::Refused),
    /// The order has as many signals waiting as it may have.
    #[error("the order has too many signals waiting")]
    Full,
    /// Its secret could not be sealed.
    #[error("the signal's secret could not be sealed")]
    Seal(#[source] SealError),
    /// The order's record cannot be read.
    #[error("the order's record cannot be read")]
    Unreadable,
    /// The ledger did not answer; send it again.
    #[error("the ledger could not take the signal")]
    Unavailable(#[source] LedgerError),
}

impl SignalError {
    /// A bounded word, for the metric.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Refused(_) => "signal_invalid",
            Self::NoOrder => "signal_no_order",
            Self::Unfit(_) => "signal_unfit",
            Self::Full => "signal_full",
            Self::Seal(_) | Self::Unreadable => "signal_unusable",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Sending the same signal again may succeed: nothing is wrong with it.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// RFC 9457.
    #[must_use]
    pub fn problem_json(&self) -> serde_json::Value {
        let (kind, status) = match self {
            Self::Refused(refusal) => return refusal.problem_json(),
            Self::NoOrder => ("no-such-order", 404),
            Self::Unfit(_) => ("signal-does-not-fit", 409),
            Self::Full => ("too-many-signals", 429),
            Self::Seal(_) | Self::Unreadable => ("unusable", 500),
            Self::Unavailable(_) => ("unavailable", 503),
        };
        serde_json::json!({
            "type": format!("urn:domorder:problem:{kind}"), "title": "the signal was not taken",
            "status": status, "detail": self.to_string(),
        })
    }
}

/// A document on its way through a batch.
enum Waiting {
    Order {
        draft: Box<Draft>,
        order: Box<Order>,
        at: Timestamp,
    },
    Late {
        draft: Box<Draft>,
        refusal: Refusal,
    },
}

impl Producer {
    /// A producer on the ledger.
    #[must_use]
    pub fn new(ledger: Ledger, catalogue: Arc<Catalogue>, ring: Arc<KeyRing>, transfer_deadline: Duration) -> Self {
        Self {
            ledger,
            catalogue,
            ring,
            transfer_deadline,
        }
    }

    /// Submits documents in one go; the answers stand in their order. Every one of them is stored or refused when this
    /// returns, or it says that it was not.
    pub async fn submit(&self, documents: &[&[u8]], now: Timestamp) -> Vec<Result<Submitted, SubmitError>> {
        let mut answers: Vec<Option<Result<Submitted, SubmitError>>> = documents.iter().map(|_| None).collect();
        let mut waiting = Vec::with_capacity(documents.len());
        for (at, document) in documents.iter().enumerate() {
            match validate::parse(document, &self.catalogue, now) {
                Ok(draft) => match self.prepare(draft, now) {
                    Ok(prepared) => waiting.push((at, prepared)),
                    Err(error) => answers[at] = Some(Err(error)),
                },
                Err(mut refusal) => match refusal.late.take() {
                    // Nothing is wrong with it but the time: a replay of an order accepted before is answered with it.
                    Some(draft) => waiting.push((at, Waiting::Late { draft, refusal })),
                    None => answers[at] = Some(Err(SubmitError::Refused(refusal))),
                },
            }
        }
        let mut new = Vec::with_capacity(waiting.len());
        let mut places = Vec::with_capacity(waiting.len());
        for (at, prepared) in waiting {
            match prepared {
                Waiting::Order { draft, order, at: when } => {
                    new.push(self.new_order(&draft, &order, when));
                    places.push((at, draft, order.id));
                }
                Waiting::Late { draft, refusal } => answers[at] = Some(self.late(&draft, refusal).await),
            }
        }
        let accepted = self.ledger.accept(new).await;
        for ((at, draft, mine), acceptance) in places.into_iter().zip(accepted) {
            answers[at] = Some(self.answer(*draft, mine, acceptance, now).await);
        }
        answers
            .into_iter()
            .map(|a| a.unwrap_or_else(|| Err(SubmitError::Unavailable(LedgerError::Closed))))
            .collect()
    }

    fn prepare(&self, draft: Draft, now: Timestamp) -> Result<Waiting, SubmitError> {
        let order = draft
            .clone()
            .seal_new(self.ledger.shards(), &self.ring)
            .map_err(SubmitError::Seal)?;
        Ok(Waiting::Order {
            draft: Box::new(draft),
            order: Box::new(order),
            at: now,
        })
    }

    fn new_order(&self, draft: &Draft, order: &Order, now: Timestamp) -> NewOrder {
        let deadline = order
            .deadline
            .or_else(|| OrderRecord::default_deadline(order.kind, now, self.transfer_deadline));
        let starts_at = order.not_before.filter(|at| *at > now);
        let mut record = OrderRecord::accepted(now, deadline);
        // It is not even claimed before: so that whoever looks knows when.
        record.next_check_at = starts_at;
        let view = OrderView::of(order, &record);
        let event = view::event(&view, &format!("{}-1", order.id), self.ledger.namespace(), now);
        NewOrder {
            id: order.id.to_string(),
            idempotency_key: order.idempotency_key.as_str().to_owned(),
            fingerprint: draft.fingerprint().to_string(),
            account: order.account.clone(),
            kind: order.kind,
            resource: order.resource().to_owned(),
            priority: order.priority,
            due_at_ms: starts_at.map(millis),
            doc: serde_json::to_string(order).unwrap_or_default(),
            rec: serde_json::to_string(&record).unwrap_or_default(),
            event,
        }
    }

    async fn answer(
        &self,
        draft: Draft,
        mine: OrderId,
        acceptance: Result<Acceptance, LedgerError>,
        now: Timestamp,
    ) -> Result<Submitted, SubmitError> {
        match acceptance.map_err(SubmitError::Unavailable)? {
            Acceptance::Accepted => Ok(accepted(mine, &draft)),
            Acceptance::Replayed { id } => self.same_or_conflict(&draft, known(&id)?, true).await,
            Acceptance::Conflict { id, .. } => self.same_or_conflict(&draft, known(&id)?, false).await,
            // The producer that took the key died before it stored the order: it is stored now, under that id.
            Acceptance::Repair { id } => {
                let id = known(&id)?;
                let order = draft.clone().seal(id, &self.ring).map_err(SubmitError::Seal)?;
                let again = self
                    .ledger
                    .accept(vec![self.new_order(&draft, &order, now)])
                    .await
                    .pop();
                match again
                    .unwrap_or_else(|| Err(LedgerError::Closed))
                    .map_err(SubmitError::Unavailable)?
                {
                    Acceptance::Accepted => Ok(accepted(id, &draft)),
                    Acceptance::Replayed { .. } | Acceptance::Repair { .. } => Ok(Submitted::Replayed(id)),
                    Acceptance::Conflict { id, .. } => self.same_or_conflict(&draft, known(&id)?, false).await,
                }
            }
        }
    }

    /// The key is taken: by the same content (secret included), or by another.
    async fn same_or_conflict(&self, draft: &Draft, id: OrderId, same: bool) -> Result<Submitted, SubmitError> {
        let stored = self
            .ledger
            .read(&[id.to_string()])
            .await
            .map_err(SubmitError::Unavailable)?
            .pop()
            .flatten();
        let order = match stored.as_ref().map(|stored| format::read::<Order>(&stored.doc)) {
            // Whether it is the same to the last secret, a newer program knows.
            Some(Err(fault)) if same && fault.is_newer() => {
                let told = format!("the document of order {id} cannot be compared: {fault}");
                return Err(SubmitError::Unavailable(LedgerError::Invalid(told)));
            }
            read => read.and_then(Result::ok),
        };
        match order {
            Some(order) if same && draft.is_replay_of(&order, draft.fingerprint(), &self.ring) => {
                Ok(Submitted::Replayed(id))
            }
            Some(order) => {
                let fields = draft
                    .clone()
                    .seal(id, &self.ring)
                    .map(|mine| order.differs_in(&mine))
                    .unwrap_or_default();
                let fields = if fields.is_empty() {
                    vec!["auth_code".to_owned()]
                } else {
                    fields
                };
                Err(SubmitError::Conflict { id, fields })
            }
            None => Err(SubmitError::Conflict { id, fields: Vec::new() }),
        }
    }

    async fn late(&self, draft: &Draft, refusal: Refusal) -> Result<Submitted, SubmitError> {
        let key = draft.idempotency_key().as_str();
        match self.ledger.find_key(key).await.map_err(SubmitError::Unavailable)? {
            Some((id, fingerprint)) if fingerprint == draft.fingerprint().to_string() => {
                self.same_or_conflict(draft, known(&id)?, true).await
            }
            _ => Err(SubmitError::Refused(refusal)),
        }
    }

    /// Takes a signal document, by a way in that says who sent it.
    ///
    /// # Errors
    /// Why it was not taken; nothing was changed then.
    pub async fn signal(&self, document: &[u8], actor: &str, now: Timestamp) -> Result<OrderId, SignalError> {
        let parsed = SignalDocument::parse(document).map_err(SignalError::Refused)?;
        let id = match parsed.target {
            Target::Order(id) => id,
            Target::Key(key) => {
                let found = self
                    .ledger
                    .find_by_key(key.as_str())
                    .await
                    .map_err(SignalError::Unavailable)?;
                found.and_then(|id| id.parse().ok()).ok_or(SignalError::NoOrder)?
            }
        };
        let signal = parsed.signal.by(actor);
        let stored_signal = signal.seal(id, &self.ring, now).map_err(SignalError::Seal)?;
        let text = serde_json::to_string(&stored_signal).unwrap_or_default();
        // Asked of the order as it stands, and stored only if it still stands so.
        for _ in 0..8 {
            let stored = self
                .ledger
                .read(&[id.to_string()])
                .await
                .map_err(SignalError::Unavailable)?
                .pop()
                .flatten();
            let Some(Stored { rec, meta, .. }) = stored else {
                return Err(SignalError::NoOrder);
            };
            let record: OrderRecord = format::read(&rec).map_err(|_| SignalError::Unreadable)?;
            machine::may(&record, meta.kind, stored_signal.name)?;
            match self
                .ledger
                .signal(&id.to_string(), meta.version, &text)
                .await
                .map_err(SignalError::Unavailable)?
            {
                Signalled::Signalled => return Ok(id),
                Signalled::VersionChanged { .. } => {}
                Signalled::Missing => return Err(SignalError::NoOrder),
                Signalled::Full => return Err(SignalError::Full),
            }
        }
        Err(SignalError::Unavailable(LedgerError::Closed))
    }
}

fn accepted(id: OrderId, draft: &Draft) -> Submitted {
    Submitted::Accepted {
        id,
        kind: draft.kind(),
        account: draft.account().to_owned(),
    }
}

/// An id that the ledger gave back.
fn known(id: &str) -> Result<OrderId, SubmitError> {
    id.parse()
        .map_err(|_| SubmitError::Unavailable(LedgerError::Invalid(format!("`{id}` is no order id"))))
}

/// Milliseconds since the epoch; nothing is due before it.
fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or(0)
}

/// The refusal of an entry that is neither an order nor a signal.
#[must_use]
pub fn neither() -> Refusal {
    Refusal {
        kind: RefusalKind::Invalid,
        subject: "entry",
        faults: vec![Fault::new(
            "",
            "the entry has neither a field `order` nor a field `signal`",
        )],
        idempotency_key: None,
        late: None,
    }
}
