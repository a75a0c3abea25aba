//! LogicBoxes (ResellerClub's HTTP API): domains, contacts, customers and Business Email ("eelite").
//!
//! The rooms: [`endpoints`] says what can be asked, [`client`] asks, [`answer`] tells an answer from an error by the body
//! before the status, [`error`] knows what each message means and [`stages`] each phrase of a running transfer, [`wire`] what each answer holds, [`tlds`] what each TLD
//! wants. `look`, `submit` and `remedy` turn that into the words of [`crate::provider`]; `actions` is the second witness;
//! [`prepare`] finds or makes the customer and the contacts that an order needs.
//!
//! What makes this provider special: it carries no client token. A domain's renewal is guarded by its current end
//! (`exp-date`), which is always the stored one; renewals of email and changes of the mailbox count are relative and
//! nothing refuses a repeat, so end time and count are compared with a stored baseline; and it executes later than it
//! answers, so unchanged details prove nothing while an action is pending.

pub mod answer;
pub mod client;
mod credential;
pub mod endpoints;
pub mod error;
pub mod message;
pub mod prepare;
mod settings;
pub mod stages;
pub mod tlds;
pub mod wire;

mod actions;
mod listing;
mod look;
mod masked;
mod order;
mod placing;
mod quote;
mod remedy;
mod submit;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub use self::client::Client;
use self::client::OrderQuery;
use self::order::garbled;
pub use self::settings::{BASE_URL, Region, Settings, TEST_BASE_URL};
use crate::endpoint::{Arguments, CallError, Endpoint};
use crate::http::{HttpError, Visit};
use crate::provider::{
    Abilities, Amendment, Baseline, Failure, Funds, Guard, ListPage, Listing, Operation, Outcome, Preparation,
    Prepared, Provider, Purchase, Question, Quote, Sighting, Trouble,
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

    /// The client for one order: a transfer's auth code stays out of every text about it.
    fn hiding(&self, purchase: &Purchase) -> Client {
        match purchase {
            Purchase::Transfer(wanted) => self.client.hiding(wanted.auth_code.as_ref()),
            _ => self.client.clone(),
        }
    }
}

#[async_trait]
impl Provider for LogicBoxes {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sells(&self, _operation: Operation) -> bool {
        true
    }

    /// The registry registers a name once, one transfer of a name can be pending, a domain's renewal must name the
    /// current end, and a deletion of what is gone is refused. Whether a second email `add` for a domain is refused is
    /// not verified (fact sheet §13), and nothing refuses the relative email calls, so they need their two witnesses.
    fn witnesses(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::Register => &[
                "the order's details",
                "the order search",
                "the action log",
                "whether the name is free",
            ],
            Operation::Transfer | Operation::EmailCreate => {
                &["the order's details", "the order search", "the action log"]
            }
            _ => &["the order's details", "the action log"],
        }
    }

    fn guard(&self, operation: Operation) -> Guard {
        match operation {
            Operation::Register | Operation::Transfer | Operation::Renew | Operation::EmailDelete => {
                Guard::RefusesRepeat
            }
            Operation::EmailCreate
            | Operation::EmailRenew
            | Operation::EmailAddAccounts
            | Operation::EmailRemoveAccounts => Guard::TwoWitnesses,
        }
    }

    fn call_timeout(&self) -> Duration {
        self.client.http().call_timeout()
    }

    fn visit(&self) -> Visit {
        self.client.http().visit()
    }

    fn prepares(&self) -> bool {
        true
    }

    fn contact_digests(&self, wanted: &Preparation) -> Vec<String> {
        prepare::digests(wanted)
    }

    async fn prepare(
        &self,
        via: &mut Visit,
        wanted: &Preparation,
        known: &BTreeMap<String, String>,
    ) -> Result<Prepared, Failure> {
        prepare::contacts(&self.client, via, wanted, known).await
    }

    /// Names with prices of their own (premium, early access) carry them in the availability answer (`costHash`, fact
    /// sheet §3.2). Of all others no price can be told, so that intake takes no limit.
    async fn quote(&self, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
        quote::quote(&mut self.client.reads(None), purchase).await
    }

    async fn look(&self, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting {
        look::look(&mut self.hiding(question.purchase).reads(via), question).await
    }

    fn listing(&self, operation: Operation) -> Option<Listing> {
        listing::of(operation)
    }

    async fn list(&self, operation: Operation, page: u32) -> Result<ListPage, Trouble> {
        listing::page(&mut self.client.reads(None), operation, page).await
    }

    async fn submit(&self, via: &mut Visit, purchase: &Purchase, baseline: Option<&Baseline>) -> Outcome {
        let outcome = submit::submit(&self.hiding(purchase), via, purchase, baseline).await;
        submit::with_patience(outcome, self.server_clock())
    }

    /// A new auth code goes in by `domains/transfer/submit-auth-code`, the approval mail by `domains/resend-rfa`.
    fn abilities(&self) -> Abilities {
        Abilities {
            amends_auth_code: true,
            resends_approval: true,
            cancels_moving: true,
        }
    }

    async fn amend(&self, via: &mut Visit, question: &Question<'_>, amendment: &Amendment) -> Outcome {
        remedy::amend(&self.hiding(question.purchase), via, question, amendment).await
    }

    async fn cancel(&self, via: &mut Visit, question: &Question<'_>) -> Outcome {
        remedy::cancel(&self.hiding(question.purchase), via, question).await
    }

    /// The order search, with no filter: it goes the same way as the looks. An account without any domain has nothing
    /// that is surely there but its balance, which then has to answer.
    async fn control(&self) -> Result<(), Trouble> {
        let mut reads = self.client.reads(None);
        if reads.domain_search(&OrderQuery::page(10, 1)).await?.rows.is_empty() {
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

    fn endpoints(&self) -> &'static [Endpoint] {
        endpoints::ENDPOINTS
    }

    async fn call(&self, endpoint: &'static Endpoint, arguments: &Arguments) -> Result<serde_json::Value, CallError> {
        self.client.call(endpoint, arguments).await
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
