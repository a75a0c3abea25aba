//! The journal beside the worker, as one order meets it.

use domorder_api_client::provider::{NotSent, Outcome, RejectionClass, Sighting, Trouble, TroubleKind};
use domorder_jobs::machine::Observation;

use super::Visitor;
use crate::journal::{CameTo, Kept, Subject};
use crate::metrics as m;

impl Visitor<'_> {
    /// Before an order is looked at to be bought: a call for it that the ledger has lost, or that this cannot be known.
    pub(super) async fn recalled(&self) -> Option<Observation> {
        let journal = self.handler.journal.as_ref()?;
        match journal.recall(self.subject()).await {
            Ok(lost) => {
                // One that is no younger is the order's own, or was resolved before that.
                let own = self.written.intent.as_ref().map(|intent| intent.at);
                let lost = lost.filter(|lost| own.is_none_or(|own| lost.intent.at > own))?;
                tracing::error!(at = %lost.intent.at, "the ledger has lost a paid call of this order: it is put back");
                m::recalled();
                Some(Observation::Recalled(lost))
            }
            Err(error) => {
                tracing::error!(%error, "nothing is bought");
                Some(Observation::Saw(Sighting::Unreadable(Trouble {
                    kind: TroubleKind::Unavailable,
                    detail: error.to_string(),
                    retry_after: None,
                })))
            }
        }
    }

    /// Keeps the intent that was just recorded; what to make of it where that failed.
    pub(super) async fn keep_intent(&self) -> Result<(), Outcome> {
        let (Some(journal), Some(intent)) = (&self.handler.journal, &self.written.intent) else {
            return Ok(());
        };
        let kept = Kept {
            intent: intent.clone(),
            order: self.order.id.to_string(),
            baseline: self.written.baseline.clone(),
            accepted_at: self.written.created_at,
            anew_since: self.written.anew_since,
        };
        journal.keep(self.subject(), kept).await.map_err(|error| {
            Outcome::NotSent(NotSent {
                detail: error.to_string(),
            })
        })
    }

    /// Keeps what the call came to, before anything else is made of it.
    pub(super) fn keep_outcome(&self, outcome: &Outcome) {
        let (Some(journal), Some(intent)) = (&self.handler.journal, &self.written.intent) else {
            return;
        };
        let (what, void, provider_order_id) = match outcome {
            Outcome::Accepted(accepted) => ("accepted", false, accepted.evidence.provider_order_id.clone()),
            // "Not available" may be the doing of an earlier attempt.
            Outcome::Rejected(rejection) => ("rejected", rejection.class != RejectionClass::Taken, None),
            Outcome::NotSent(_) => ("not_sent", true, None),
            Outcome::Unknown(_) => ("unknown", false, None),
        };
        let came_to = CameTo {
            what: what.to_owned(),
            void,
            provider_order_id,
        };
        journal.tell(self.subject(), intent.at, came_to);
    }

    fn subject(&self) -> Subject {
        Subject {
            key: self.order.idempotency_key.to_string(),
            account: self.handler.account.clone(),
            operation: self.order.operation().as_str().to_owned(),
            domain: self.order.domain.clone(),
        }
    }
}
