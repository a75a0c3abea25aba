//! The journal beside a machine, as `worker/src/journal` promises it: the paid calls of the workers that write it, which
//! outlive every loss of the ledger. No other machine's calls are known to it.

use std::collections::BTreeMap;

use domorder_api_client::provider::{Outcome, RejectionClass};
use domorder_jobs::machine::Recalled;
use domorder_jobs::record::OrderRecord;

/// By order of the plan, which stands for its key and what it buys.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    kept: BTreeMap<usize, Recalled>,
    /// It can be neither written nor read.
    pub(crate) spoilt: bool,
}

impl Journal {
    /// The intent of this record is on the disk.
    pub(crate) fn keep(&mut self, order: usize, record: &OrderRecord) {
        let Some(intent) = record.intent.clone() else { return };
        let kept = Recalled {
            intent,
            baseline: record.baseline.clone(),
            accepted_at: record.created_at,
            anew_since: record.anew_since,
            provider_order_id: None,
        };
        self.kept.insert(order, kept);
    }

    /// What became of it: one that surely had no effect is forgotten.
    pub(crate) fn came_to(&mut self, order: usize, record: &OrderRecord, outcome: &Outcome) {
        let void = match outcome {
            // "Not available" may be the doing of an earlier attempt.
            Outcome::Rejected(rejection) => rejection.class != RejectionClass::Taken,
            Outcome::NotSent(_) => true,
            Outcome::Accepted(_) | Outcome::Unknown(_) => false,
        };
        let own = record.intent.as_ref().map(|intent| intent.at);
        if void && self.kept.get(&order).map(|kept| kept.intent.at) == own {
            self.kept.remove(&order);
        }
    }

    /// A paid call of the order that its record does not know: the ledger has lost it.
    pub(crate) fn recall(&self, order: usize, record: &OrderRecord) -> Option<Recalled> {
        let own = record.intent.as_ref().map(|intent| intent.at);
        let lost = self.kept.get(&order)?;
        own.is_none_or(|own| lost.intent.at > own).then(|| lost.clone())
    }
}
