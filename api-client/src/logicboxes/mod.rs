//! LogicBoxes (ResellerClub's HTTP API): Business Email, product "eelite".
//!
//! The rooms: [`client`] asks, [`answer`] tells an answer from an error by the body before the status, [`error`] knows
//! what each message means, `look` and `submit` turn both into the words of [`crate::provider`]. `actions` is the
//! second witness.
//!
//! What makes this provider special: it carries no client token; renewals and changes of the mailbox count are relative
//! and nothing refuses a repeat, so the end time and the count are compared with a stored baseline; and it executes
//! later than it answers, so unchanged details prove nothing while an action is pending.
//!
//! Domain orders come next: `sells` says no, while the catalogue already knows their messages.

pub mod answer;
pub mod client;
mod credential;
pub mod error;
pub mod message;
pub mod scalar;
mod settings;
pub mod wire;

mod actions;
mod look;
mod order;
mod submit;

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub use self::client::Client;
use self::order::garbled;
pub use self::settings::{BASE_URL, Region, Settings};
use crate::http::{HttpError, Visit};
use crate::provider::{
    Amendment, Baseline, Funds, Guard, NotSent, Operation, Outcome, Provider, Purchase, Question, Sighting, Trouble,
};

/// The name under which accounts are configured.
pub const NAME: &str = "logicboxes";

/// A LogicBoxes reseller account.
#[derive(Debug, Clone)]
pub struct LogicBoxes {
    client: Client,
}

impl LogicBoxes {
    /// Builds the provider. Opens no connection.
    ///
    /// # Errors
    /// [`HttpError`] where the address can't be used or TLS can't be set up.
    pub fn new(settings: Settings) -> Result<Self, HttpError> {
        Ok(Self {
            client: Client::new(settings)?,
        })
    }

    /// Its endpoints, one function each.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

#[async_trait]
impl Provider for LogicBoxes {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sells(&self, operation: Operation) -> bool {
        match operation {
            Operation::EmailCreate
            | Operation::EmailRenew
            | Operation::EmailAddAccounts
            | Operation::EmailRemoveAccounts
            | Operation::EmailDelete => true,
            Operation::Register | Operation::Transfer | Operation::Renew => false,
        }
    }

    /// A deletion of what is gone is refused. Whether a second `add` for a domain is refused is not verified (fact sheet
    /// §13), and nothing refuses the relative ones, so they all need their two witnesses.
    fn guard(&self, operation: Operation) -> Guard {
        match operation {
            Operation::EmailDelete => Guard::RefusesRepeat,
            Operation::EmailCreate
            | Operation::EmailRenew
            | Operation::EmailAddAccounts
            | Operation::EmailRemoveAccounts => Guard::TwoWitnesses,
            // Not sold yet; the careful answer until then.
            Operation::Register | Operation::Transfer | Operation::Renew => Guard::Weak,
        }
    }

    fn call_timeout(&self) -> Duration {
        self.client.http().call_timeout()
    }

    fn visit(&self) -> Visit {
        self.client.http().visit()
    }

    async fn look(&self, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting {
        look::look(&mut self.client.reads(via), question).await
    }

    async fn submit(&self, via: &mut Visit, purchase: &Purchase, baseline: Option<&Baseline>) -> Outcome {
        submit::submit(&self.client, via, purchase, baseline).await
    }

    fn can_amend(&self, _amendment: &Amendment) -> bool {
        false
    }

    async fn amend(&self, _via: &mut Visit, _question: &Question<'_>, _amendment: &Amendment) -> Outcome {
        Outcome::NotSent(NotSent {
            detail: "an email order takes no amendment".to_owned(),
        })
    }

    async fn cancel(&self, _via: &mut Visit, _question: &Question<'_>) -> Outcome {
        Outcome::NotSent(NotSent {
            detail: "an email order can't be cancelled once placed".to_owned(),
        })
    }

    /// The order search, with no filter: it goes the same way as the looks. An account without any email order has
    /// nothing that is surely there but its balance, which then has to answer.
    async fn control(&self) -> Result<(), Trouble> {
        let mut reads = self.client.reads(None);
        if reads.email_search(None, 10, 1).await?.rows.is_empty() {
            funds(&mut reads).await?;
        }
        Ok(())
    }

    fn server_clock(&self) -> Option<Timestamp> {
        self.client.http().server_clock()
    }

    async fn funds(&self) -> Result<Option<Funds>, Trouble> {
        funds(&mut self.client.reads(None)).await.map(Some)
    }
}

async fn funds(reads: &mut client::Reads<'_>) -> Result<Funds, Trouble> {
    let balance = reads.reseller_balance().await?;
    let amount = balance.sellingcurrencybalance.as_str();
    let value: f64 = amount.parse().map_err(|_| garbled("the balance is not a number"))?;
    if !value.is_finite() {
        return Err(garbled("the balance is not a number"));
    }
    Ok(Funds {
        amount: amount.to_owned(),
        currency: balance.sellingcurrencysymbol.text().map(str::to_owned),
        positive: value > 0.0,
    })
}
