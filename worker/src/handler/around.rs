//! What stands around a purchase and costs nothing: its contacts, its price, and what is set after it.

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_api_client::http::Visit;
use domorder_api_client::provider::{Failure, NotSent, Outcome, Preparation, RejectionClass, Trouble, TroubleKind};
use domorder_jobs::fault::Point;
use domorder_jobs::ledger::LedgerError;
use domorder_jobs::machine::{Observation, PreparationSeen};

use super::Visitor;

/// Calls that making one contact may take, each as long as a call at most: a look through the list, the addition, a
/// second look. For so long nobody else makes the same one, whatever becomes of this worker.
const CALLS_A_CONTACT: u32 = 4;
/// How long an order waits in hand for another that is making the same contact; then it comes back later.
const WAIT_FOR_ANOTHER: Duration = Duration::from_secs(3);
/// Between looks at whether it is made.
const PAUSE: Duration = Duration::from_millis(50);

impl Visitor<'_> {
    /// Whether ids have to be made of the order's contacts first.
    pub(super) fn prepares(&self) -> bool {
        self.order.has_profiles() && self.handler.provider.prepares()
    }

    /// Sees to it that the contacts are there, each made once however many orders name it.
    pub(super) async fn prepare_contacts(&self) -> PreparationSeen {
        self.here.at(Point::BeforePreparation).await;
        let handler = self.handler;
        let wanted = self.order.preparation();
        // Kept keyed: who reads the ledger could guess at the data behind a plain digest.
        let digests: BTreeMap<String, String> = handler
            .provider
            .contact_digests(&wanted)
            .into_iter()
            .map(|digest| (handler.ring.digest(&digest), digest))
            .collect();
        let known = match self.take(&digests).await {
            Ok(Some(known)) => known,
            Ok(None) => return later("another order is making the same contact".to_owned()),
            Err(error) => return later(format!("the ledger could not be asked for contacts: {error}")),
        };
        let seen = self.prepare_taken(&wanted, &digests, &known).await;
        self.here.at(Point::ContactsMade).await;
        tracing::info!(
            ready = matches!(seen, PreparationSeen::Ready(_)),
            "contacts were seen to"
        );
        seen
    }

    /// `None`: another has one of them, for longer than is waited here.
    async fn take(&self, digests: &BTreeMap<String, String>) -> Result<Option<BTreeMap<String, String>>, LedgerError> {
        let handler = self.handler;
        let keyed: Vec<String> = digests.keys().cloned().collect();
        if keyed.is_empty() {
            return Ok(Some(BTreeMap::new()));
        }
        let hold = handler.provider.call_timeout() * CALLS_A_CONTACT;
        let begun = tokio::time::Instant::now();
        loop {
            let taken = handler
                .ledger
                .take_contacts(&handler.account, &self.token(), hold, &keyed)
                .await?;
            if taken.is_some() || begun.elapsed() >= WAIT_FOR_ANOTHER || handler.stopping.is_cancelled() {
                return Ok(taken);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whose they are while they are made: this claim's.
    fn token(&self) -> String {
        format!("{}.{}", self.claim.order.id, self.claim.order.fence)
    }

    async fn prepare_taken(
        &self,
        wanted: &Preparation,
        digests: &BTreeMap<String, String>,
        known: &BTreeMap<String, String>,
    ) -> PreparationSeen {
        let handler = self.handler;
        let known = known
            .iter()
            .filter_map(|(keyed, id)| Some((digests.get(keyed)?.clone(), id.clone())))
            .collect();
        let mut visit = self.free_visit();
        let failure = match handler.provider.prepare(&mut visit, wanted, &known).await {
            Ok(prepared) => {
                let made: BTreeMap<String, String> = digests
                    .iter()
                    .filter_map(|(keyed, digest)| Some((keyed.clone(), prepared.by_digest.get(digest)?.clone())))
                    .filter(|(_, id)| !known.values().any(|old| old == id))
                    .collect();
                if !made.is_empty()
                    && let Err(error) = handler.ledger.keep_contacts(&handler.account, &made).await
                {
                    tracing::warn!(%error, "contacts were not remembered: they are looked for again next time");
                }
                return PreparationSeen::Ready(prepared.contacts);
            }
            Err(failure) => failure,
        };
        // What may have been added and is not to be seen yet stays taken until the provider's list has caught up.
        if !matches!(failure, Failure::Unknown(_)) {
            let keyed: Vec<String> = digests.keys().cloned().collect();
            let token = self.token();
            let freed = handler.ledger.free_contacts(&handler.account, &token, &keyed).await;
            if let Err(error) = freed {
                tracing::debug!(%error, "profiles were not given back: they are free again in a while");
            }
        }
        match failure {
            Failure::Rejected(rejection) => match rejection.class {
                RejectionClass::Credentials | RejectionClass::Throttled => PreparationSeen::Later(Trouble {
                    kind: if rejection.class == RejectionClass::Throttled {
                        TroubleKind::Throttled
                    } else {
                        TroubleKind::Credentials
                    },
                    detail: rejection.message,
                    retry_after: rejection.retry_after,
                }),
                _ => PreparationSeen::Refused(rejection.message),
            },
            Failure::NotSent(not_sent) => later(not_sent.detail),
            Failure::Unknown(doubt) => later(doubt.detail),
        }
    }

    /// What the purchase would cost, with what the look right before saw.
    pub(super) async fn quote(&mut self) -> Observation {
        // A connection that stood by meanwhile may be gone when the paid call needs it, and that would not be known.
        self.visit = None;
        let quote = match &self.purchase {
            Some(purchase) => self.handler.provider.quote(purchase).await,
            None => Err(trouble("the order cannot be turned into a question".to_owned())),
        };
        self.here.at(Point::Quoted).await;
        Observation::Quoted(self.snapshot.take().unwrap_or_default(), quote)
    }

    /// Sets what can only be set after the purchase.
    pub(super) async fn finish(&self) -> Outcome {
        let Some(question) = self.question() else {
            return Outcome::NotSent(NotSent {
                detail: "the order cannot be turned into a request".to_owned(),
            });
        };
        let mut visit = self.free_visit();
        self.here.at(Point::BeforeFinish).await;
        let outcome = self.handler.provider.finish(&mut visit, &question).await;
        self.here.at(Point::Finished).await;
        outcome
    }

    /// A connection for calls that cost nothing and may be repeated: no intent, and the lease is extended meanwhile.
    fn free_visit(&self) -> Visit {
        let mut visit = self.handler.provider.visit();
        let (hold, stopping) = (std::sync::Arc::clone(&self.claim.hold), self.handler.stopping.clone());
        visit.set_gate(move || {
            if stopping.is_cancelled() {
                return Err("the worker is shutting down".to_owned());
            }
            if hold.is_lost() {
                return Err("the order is another worker's by now".to_owned());
            }
            Ok(())
        });
        visit
    }
}

fn later(detail: String) -> PreparationSeen {
    PreparationSeen::Later(trouble(detail))
}

fn trouble(detail: String) -> Trouble {
    Trouble {
        kind: TroubleKind::Unavailable,
        detail,
        retry_after: None,
    }
}
