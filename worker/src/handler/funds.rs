//! The account's money, as one order meets it.

use std::str::FromStr as _;

use domorder_api_client::provider::{Outcome, RejectionClass};
use domorder_jobs::ledger::{MayPay, Paid, Price, Purse};
use domorder_jobs::machine::FundsSeen;
use rust_decimal::Decimal;

use super::Visitor;

/// Asking, reading, asking, pricing, asking; more is a round of others' and ours.
const ASKED_MAX: usize = 6;

impl Visitor<'_> {
    /// Whether this order, parked for want of money, may be paid for now. The balance is read once for the account and
    /// not once for each order; what the order costs is set aside for it.
    pub(super) async fn funds(&mut self) -> FundsSeen {
        let (ledger, provider) = (&self.handler.ledger, &self.handler.provider);
        let mut price = Price::Unasked;
        for _ in 0..ASKED_MAX {
            match ledger.may_pay(self.purse(), price).await {
                Ok(MayPay::Go) => {
                    self.set_aside = true;
                    return FundsSeen::Some;
                }
                Ok(MayPay::Wait) => return FundsSeen::None,
                Ok(MayPay::TellPrice) => price = self.price().await,
                Ok(MayPay::ReadBalance) => {
                    let read = provider.funds().await;
                    let amount = read.as_ref().ok().and_then(Option::as_ref).map(|funds| {
                        // More than nothing, in figures that cannot be read: the provider refuses what is too much.
                        let unread = if funds.positive { Decimal::MAX } else { Decimal::ZERO };
                        Decimal::from_str(funds.amount.trim()).unwrap_or(unread)
                    });
                    if let Err(error) = ledger.balance_seen(self.purse(), amount).await {
                        tracing::warn!(%error, "the balance could not be kept: it is read again");
                        return FundsSeen::None;
                    }
                    match read {
                        Ok(Some(_)) => {}
                        Ok(None) => return FundsSeen::NotShown,
                        Err(trouble) => return FundsSeen::Unreadable(trouble),
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the ledger could not be asked for money: later again");
                    return FundsSeen::None;
                }
            }
        }
        FundsSeen::None
    }

    /// Tells the others what became of what was set aside, or that the account is out of money.
    pub(super) async fn tell_purse_of_call(&mut self, outcome: &Outcome) {
        let refused = matches!(outcome, Outcome::Rejected(r) if r.class == RejectionClass::NoFunds);
        let was_set_aside = std::mem::take(&mut self.set_aside);
        let paid = match outcome {
            Outcome::Rejected(_) if refused => Paid::Broke,
            _ if !was_set_aside => return,
            Outcome::Accepted(_) | Outcome::Unknown(_) => Paid::Spent,
            Outcome::Rejected(_) | Outcome::NotSent(_) => Paid::Gone,
        };
        self.tell_purse(paid).await;
    }

    /// What was set aside was not needed.
    pub(super) async fn give_back_what_was_set_aside(&mut self) {
        if std::mem::take(&mut self.set_aside) {
            self.tell_purse(Paid::Gone).await;
        }
    }

    async fn tell_purse(&self, paid: Paid) {
        if let Err(error) = Box::pin(self.handler.ledger.paid(self.purse(), paid)).await {
            tracing::warn!(%error, "the others could not be told of the account's money: they wait a little longer");
        }
    }

    /// What the order would cost: by the provider, else as much as it may.
    async fn price(&self) -> Price {
        let asked = match &self.purchase {
            Some(purchase) => self.handler.provider.quote(purchase).await.ok().flatten(),
            None => None,
        };
        let quoted = asked.and_then(|quote| Decimal::from_str(&quote.amount).ok());
        let limit = self.order.max_price.as_ref().map(|limit| limit.amount);
        quoted.or(limit).map_or(Price::NotTold, Price::Of)
    }

    fn purse(&self) -> Purse<'_> {
        let deadline = self.written.deadline_at.map(|at| at.as_millisecond());
        Purse {
            account: &self.handler.account,
            id: &self.claim.order.id,
            deadline_ms: deadline.and_then(|ms| u64::try_from(ms).ok()),
            reading: self.handler.provider.call_timeout() * 2,
            waits: &self.handler.policy.poll_funds,
        }
    }
}
