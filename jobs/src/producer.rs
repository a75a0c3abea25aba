//! The one way in: validate, seal, accept once per idempotency key, wake. Used by intake, HTTP, command line and by
//! whoever links this crate.

mod error;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::catalogue::Catalogue;
use crate::format;
use crate::ledger::{Acceptance, Ledger, LedgerError, NewOrder, Signalled, Stored};
use crate::machine;
use crate::order::{Order, OrderId};
use crate::record::OrderRecord;
use crate::seal::KeyRing;
use crate::signal::{Signal, SignalDocument, Target};
use crate::state::Kind;
use crate::trace::Trace;
use crate::validate::{self, Draft, Fault, Refusal, RefusalKind};
use crate::view::{self, OrderView};

pub use error::{SignalError, SubmitError};

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

/// A document as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// The document.
    pub document: &'a [u8],
    /// An idempotency key from outside the document (an HTTP header), which stands for the field.
    pub key: Option<&'a str>,
    /// The trace it belongs to.
    pub trace: Option<&'a Trace>,
}

impl<'a> Incoming<'a> {
    /// A document by itself.
    #[must_use]
    pub const fn new(document: &'a [u8]) -> Self {
        Self {
            document,
            key: None,
            trace: None,
        }
    }
}

/// A document that stands in the ledger, and its order as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What became of it.
    pub submitted: Submitted,
    /// Its order; `None` where the record of an order accepted before cannot be read.
    pub view: Option<OrderView>,
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
        let incoming: Vec<Incoming<'_>> = documents.iter().map(|document| Incoming::new(document)).collect();
        let taken = self.take(&incoming, now).await;
        taken.into_iter().map(|answer| answer.map(|t| t.submitted)).collect()
    }

    /// As [`Producer::submit`], with each order as it is shown, at no round trip more.
    pub async fn take(&self, documents: &[Incoming<'_>], now: Timestamp) -> Vec<Result<Taken, SubmitError>> {
        let mut answers: Vec<Option<Result<Taken, SubmitError>>> = documents.iter().map(|_| None).collect();
        let mut waiting = Vec::with_capacity(documents.len());
        for (at, incoming) in documents.iter().enumerate() {
            match validate::parse_keyed(incoming.document, incoming.key, &self.catalogue, now) {
                Ok(draft) => match self.prepare(draft.traced(incoming.trace.cloned()), now) {
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
                    let (order, view) = self.new_order(&draft, &order, when);
                    new.push(order);
                    places.push((at, draft, view));
                }
                Waiting::Late { draft, refusal } => answers[at] = Some(self.late(&draft, refusal).await),
            }
        }
        let accepted = self.ledger.accept(new).await;
        let known = self.holders(&accepted).await;
        for ((at, draft, view), acceptance) in places.into_iter().zip(accepted) {
            answers[at] = Some(self.answer(*draft, view, acceptance, &known, now).await);
        }
        answers
            .into_iter()
            .map(|a| a.unwrap_or_else(|| Err(SubmitError::Unavailable(LedgerError::Closed))))
            .collect()
    }

    /// The orders that have the keys which were taken already, in one read.
    async fn holders(&self, accepted: &[Result<Acceptance, LedgerError>]) -> Result<Vec<Stored>, LedgerError> {
        let ids: Vec<String> = accepted
            .iter()
            .filter_map(|acceptance| match acceptance {
                Ok(Acceptance::Replayed { id } | Acceptance::Conflict { id, .. }) => Some(id.clone()),
                Ok(Acceptance::Accepted | Acceptance::Repair { .. }) | Err(_) => None,
            })
            .collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.ledger.read(&ids).await?.into_iter().flatten().collect())
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

    fn new_order(&self, draft: &Draft, order: &Order, now: Timestamp) -> (NewOrder, OrderView) {
        let deadline = order
            .deadline
            .or_else(|| OrderRecord::default_deadline(order.kind, now, self.transfer_deadline));
        let starts_at = order.not_before.filter(|at| *at > now);
        let mut record = OrderRecord::accepted(now, deadline);
        // It is not even claimed before: so that whoever looks knows when.
        record.next_check_at = starts_at;
        let view = OrderView::of(order, &record);
        let event = view::event(&view, &format!("{}-1", order.id), self.ledger.namespace(), now);
        let new = NewOrder {
            id: order.id.to_string(),
            idempotency_key: order.idempotency_key.as_str().to_owned(),
            fingerprint: draft.fingerprint().to_string(),
            account: order.account.clone(),
            kind: order.kind,
            resource: order.resource().to_owned(),
            priority: order.priority,
            due_at_ms: starts_at.map(millis),
            deadline_ms: deadline.map(millis),
            doc: serde_json::to_string(order).unwrap_or_default(),
            rec: serde_json::to_string(&record).unwrap_or_default(),
            event,
        };
        (new, view)
    }

    async fn answer(
        &self,
        draft: Draft,
        view: OrderView,
        acceptance: Result<Acceptance, LedgerError>,
        holders: &Result<Vec<Stored>, LedgerError>,
        now: Timestamp,
    ) -> Result<Taken, SubmitError> {
        let holder = |id: &str| match holders {
            Ok(stored) => Ok(stored.iter().find(|stored| stored.id == id)),
            Err(error) => Err(SubmitError::Unavailable(error.share())),
        };
        match acceptance.map_err(SubmitError::Unavailable)? {
            Acceptance::Accepted => Ok(accepted(&draft, view)),
            Acceptance::Replayed { id } => self.same_or_conflict(&draft, known(&id)?, holder(&id)?, true),
            Acceptance::Conflict { id, .. } => self.same_or_conflict(&draft, known(&id)?, holder(&id)?, false),
            // The producer that took the key died before it stored the order: it is stored now, under that id.
            Acceptance::Repair { id } => {
                let id = known(&id)?;
                let order = draft.clone().seal(id, &self.ring).map_err(SubmitError::Seal)?;
                let (new, view) = self.new_order(&draft, &order, now);
                let again = self.ledger.accept(vec![new]).await.pop();
                match again
                    .unwrap_or_else(|| Err(LedgerError::Closed))
                    .map_err(SubmitError::Unavailable)?
                {
                    Acceptance::Accepted => Ok(accepted(&draft, view)),
                    Acceptance::Replayed { .. } | Acceptance::Repair { .. } => Ok(Taken {
                        submitted: Submitted::Replayed(id),
                        view: Some(view),
                    }),
                    Acceptance::Conflict { id, .. } => {
                        let id = known(&id)?;
                        let stored = self.stored(id).await.map_err(SubmitError::Unavailable)?;
                        self.same_or_conflict(&draft, id, stored.as_ref(), false)
                    }
                }
            }
        }
    }

    async fn stored(&self, id: OrderId) -> Result<Option<Stored>, LedgerError> {
        Ok(self.ledger.read(&[id.to_string()]).await?.pop().flatten())
    }

    /// The key is taken: by the same content (secret included), or by another.
    fn same_or_conflict(
        &self,
        draft: &Draft,
        id: OrderId,
        stored: Option<&Stored>,
        same: bool,
    ) -> Result<Taken, SubmitError> {
        let order = match stored.map(|stored| format::read::<Order>(&stored.doc)) {
            // Whether it is the same to the last secret, a newer program knows.
            Some(Err(fault)) if same && fault.is_newer() => {
                let told = format!("the document of order {id} cannot be compared: {fault}");
                return Err(SubmitError::Unavailable(LedgerError::Invalid(told)));
            }
            read => read.and_then(Result::ok),
        };
        match stored.zip(order) {
            Some((stored, order)) if same && draft.is_replay_of(&order, draft.fingerprint(), &self.ring) => {
                let record = format::read::<OrderRecord>(&stored.rec).ok();
                Ok(Taken {
                    submitted: Submitted::Replayed(id),
                    view: record.map(|record| OrderView::of(&order, &record)),
                })
            }
            Some((_, order)) => {
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

    async fn late(&self, draft: &Draft, refusal: Refusal) -> Result<Taken, SubmitError> {
        let key = draft.idempotency_key().as_str();
        match self.ledger.find_key(key).await.map_err(SubmitError::Unavailable)? {
            Some((id, fingerprint)) if fingerprint == draft.fingerprint().to_string() => {
                let id = known(&id)?;
                let stored = self.stored(id).await.map_err(SubmitError::Unavailable)?;
                self.same_or_conflict(draft, id, stored.as_ref(), true)
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
        self.signal_order(id, parsed.signal.by(actor), now).await?;
        Ok(id)
    }

    /// Gives an order a signal that was read already.
    ///
    /// # Errors
    /// Why it was not taken; nothing was changed then.
    pub async fn signal_order(&self, id: OrderId, signal: Signal, now: Timestamp) -> Result<(), SignalError> {
        let stored_signal = signal.seal(id, &self.ring, now).map_err(SignalError::Seal)?;
        let text = serde_json::to_string(&stored_signal).unwrap_or_default();
        // Asked of the order as it stands, and stored only if it still stands so.
        for _ in 0..8 {
            let stored = self.stored(id).await.map_err(SignalError::Unavailable)?;
            let Some(Stored { rec, meta, .. }) = stored else {
                return Err(SignalError::NoOrder);
            };
            let record: OrderRecord = format::read(&rec).map_err(|_| SignalError::Unreadable)?;
            let account = self.catalogue.account(&meta.account);
            let abilities = account.map(|facts| facts.abilities).unwrap_or_default();
            machine::may(&record, meta.kind, stored_signal.name, abilities)?;
            match self
                .ledger
                .signal(&id.to_string(), meta.version, &text)
                .await
                .map_err(SignalError::Unavailable)?
            {
                Signalled::Signalled => return Ok(()),
                Signalled::VersionChanged { .. } => {}
                Signalled::Missing => return Err(SignalError::NoOrder),
                Signalled::Full => return Err(SignalError::Full),
            }
        }
        Err(SignalError::Unavailable(LedgerError::Closed))
    }
}

fn accepted(draft: &Draft, view: OrderView) -> Taken {
    Taken {
        submitted: Submitted::Accepted {
            id: view.id,
            kind: draft.kind(),
            account: draft.account().to_owned(),
        },
        view: Some(view),
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
