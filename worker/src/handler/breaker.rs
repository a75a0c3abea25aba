//! The account's breakers, as one order meets them: what keeps it back, and what it has to tell of its calls.

use std::time::Duration;

use domorder_api_client::provider::{Outcome, Sighting, Trouble, TroubleKind};
use domorder_jobs::ledger::{BreakerLimits, LedgerError, PaidCall};
use jiff::{SignedDuration, Timestamp};

use super::Visitor;

/// When the breakers of an account open.
#[derive(Debug, Clone, Copy)]
pub struct Breakers {
    /// The one for paid calls.
    pub paid: BreakerLimits,
    /// The one for looks.
    pub looks: BreakerLimits,
}

/// A breaker is told within this time or not at all: what came of a call must not wait for it.
const TELLING_MAX: Duration = Duration::from_secs(1);

impl Visitor<'_> {
    /// Until when the breaker keeps this order from paying. Those that wait come back spread over a quarter of the pause,
    /// because all but one of them would only find that somebody else tries.
    pub(super) fn breaker_until(&self) -> Option<Timestamp> {
        let until = Timestamp::from_millisecond(i64::try_from(self.brake.paid_until_ms?).ok()?).ok()?;
        if until <= self.now() {
            return None;
        }
        Some(until + spread(self.brake.pause / 4))
    }

    /// The ledger refused the intent: the breaker opened after the claim, or somebody else tries.
    pub(super) fn held_by_breaker(&mut self, until_ms: u64) {
        self.brake.paid_until_ms = Some(until_ms);
        self.brake.tries = false;
    }

    /// Counts what the paid call came to, where that matters.
    pub(super) async fn tell_breaker_of_call(&mut self, outcome: &Outcome) {
        let watched = std::mem::take(&mut self.watched);
        self.brake.tries = false;
        let paid = match outcome {
            Outcome::Unknown(_) => PaidCall::Unknown(self.handler.breakers.paid),
            Outcome::Accepted(_) | Outcome::Rejected(_) if watched => PaidCall::Known,
            Outcome::NotSent(_) if watched => PaidCall::Unsent,
            _ => return,
        };
        match self.tell(paid).await {
            Some(true) if matches!(paid, PaidCall::Unknown(_)) => tracing::error!(
                account = self.handler.account,
                "the breaker is open: too many paid calls in a row came to nothing known, so none is made for a while; \
                 looks go on, and `domorder accounts resume {}` ends the pause",
                self.handler.account
            ),
            Some(true) if paid == PaidCall::Known => {
                tracing::info!(
                    account = self.handler.account,
                    "the breaker is closed: paid calls go on"
                );
            }
            _ => {}
        }
    }

    /// The order was to try, and nothing was bought: the next one may.
    pub(super) async fn pass_the_trial_on(&mut self) {
        if std::mem::take(&mut self.brake.tries) {
            self.tell(PaidCall::Passed).await;
        }
    }

    async fn tell(&self, paid: PaidCall) -> Option<bool> {
        let (account, id) = (&self.handler.account, &self.claim.order.id);
        heard(Box::pin(self.handler.ledger.paid_call_came_to(account, id, paid))).await
    }

    /// Where looks are spaced and this one's turn has not come: that it was not made.
    pub(super) async fn look_kept_back(&self) -> Option<Sighting> {
        if !self.brake.looks_spaced {
            return None;
        }
        let (ledger, account) = (&self.handler.ledger, &self.handler.account);
        let wait =
            match tokio::time::timeout(TELLING_MAX, Box::pin(ledger.may_look(account, &self.claim.order.id))).await {
                Ok(Ok(wait)) => wait,
                // A ledger that is away records nothing of a look either.
                Ok(Err(_)) | Err(_) => TELLING_MAX,
            };
        (!wait.is_zero()).then(|| {
            let spaced = wait + Duration::try_from(spread(wait)).unwrap_or_default();
            Sighting::Unreadable(Trouble {
                kind: TroubleKind::Unavailable,
                detail: "looks of this account have failed, and are made one at a time until one is answered"
                    .to_owned(),
                retry_after: Some(spaced),
            })
        })
    }

    /// Counts a look that was made, where that matters. Being throttled or refused says that somebody is there.
    pub(super) async fn tell_breaker_of_look(&mut self, sighting: &Sighting) {
        let (ledger, account) = (&self.handler.ledger, &self.handler.account);
        let silent = |trouble: &Trouble| matches!(trouble.kind, TroubleKind::Unavailable | TroubleKind::Garbled);
        match sighting {
            Sighting::Unreadable(trouble) if silent(trouble) => {
                let limits = Some(self.handler.breakers.looks);
                self.brake.looks_fail = true;
                if heard(Box::pin(ledger.look_came_to(account, limits))).await == Some(true) {
                    tracing::error!(
                        account,
                        "too many looks in a row failed: they are spaced until one is answered"
                    );
                }
            }
            Sighting::Unreadable(_) => {}
            _ if self.brake.looks_fail => {
                self.brake.looks_fail = false;
                self.brake.looks_spaced = false;
                if heard(Box::pin(ledger.look_came_to(account, None))).await == Some(true) {
                    tracing::info!(account, "a look was answered: looks go on as usual");
                }
            }
            _ => {}
        }
    }
}

/// Boxed, because it is rare and an order's future is not to grow by it. Not knowing costs a count at most: a breaker that missed a failure opens at the next.
async fn heard(telling: impl Future<Output = Result<bool, LedgerError>>) -> Option<bool> {
    match tokio::time::timeout(TELLING_MAX, telling).await {
        Ok(Ok(heard)) => Some(heard),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the breaker could not be told");
            None
        }
        Err(_) => {
            tracing::warn!("the breaker could not be told in time");
            None
        }
    }
}

/// A part of this time, by chance.
fn spread(over: Duration) -> SignedDuration {
    SignedDuration::try_from(over.mul_f64(rand::random::<f64>())).unwrap_or_default()
}
