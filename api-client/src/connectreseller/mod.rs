//! ConnectReseller's "ESHOP" API: names are registered, transferred and renewed. It sells no email.
//!
//! Rooms: `settings` what an account is told; `credential` the key; `endpoints` every documented action as a row;
//! `client` a typed function for each; `wire` answers as they are written; `error` what codes and words mean; `verdict`
//! what an answer comes to by that; `failure` how a change can fail; `look` how to find out what stands; `quote` what a
//! purchase would cost; `profile` and `preparation` the contacts around a registration; `call` any action by its row; `secrets` what
//! is hidden of answers.
//!
//! What the provider gives for exactly-once: no idempotency key and no reference of ours anywhere. A second `Order` or
//! `TransferOrder` for a name is refused by the registry. A second `RenewalOrder` buys another year unless the account
//! enforces `Expiryyear`, which is not known (fact sheet 6.1, 8); hence [`Guard::Weak`].
//!
//! Contacts of an order are set after it: `Order` has no parameter for them and uses the customer's defaults, and
//! `updatecontact` changes them ([`ConnectReseller::apply_contacts`]).
//!
//! What it can't do: more than four name servers at
//! registration, name servers of a transfer, a new auth code for a running transfer.

pub(crate) mod call;
pub mod client;
mod credential;
pub mod endpoints;
pub mod error;
mod listing;
mod look;
mod preparation;
mod profile;
mod quote;
mod secrets;
mod settings;
mod verdict;
pub mod wire;

#[cfg(test)]
mod tests;

pub use crate::failure::Failure;
pub use client::Client;
pub use preparation::Applied;
pub use settings::{BASE_URL, Settings};

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::endpoint::{Arguments, CallError, Endpoint};
use crate::http::{Http, HttpError, Visit};
use crate::provider::{
    Abilities, Accepted, Amendment, Baseline, Funds, Guard, ListPage, Listing, NotSent, Operation, Outcome,
    Preparation, Prepared, Provider, Purchase, Question, Quote, Register, Rejection, RejectionClass, Renew, Sighting,
    Transfer, Trouble,
};
use client::{DomainSearch, OrderExtras, OrderParams, RenewalParams, TransferParams};

/// The name under which accounts are configured.
pub const NAME: &str = "connectreseller";

/// An account at ConnectReseller.
#[derive(Debug)]
pub struct ConnectReseller {
    client: Client,
    /// `availablefund` wants it, and only the rows of `SearchDomainList` tell it.
    reseller: OnceLock<String>,
}

impl ConnectReseller {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// [`HttpError`] where the base address cannot be used or the system has no TLS roots.
    pub fn new(settings: Settings) -> Result<Self, HttpError> {
        let (http, credential) = settings.split();
        Ok(Self {
            client: Client::new(Http::new(http)?, credential),
            reseller: OnceLock::new(),
        })
    }

    /// The typed client below.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn register(&self, via: &mut Visit, wanted: &Register) -> Outcome {
        // What cannot be said in the request must not be dropped from it silently.
        if !(2..=4).contains(&wanted.nameservers.len()) {
            return refused(RejectionClass::Invalid, "a registration takes two to four name servers");
        }
        let params = OrderParams {
            domain: &wanted.domain,
            years: wanted.years,
            privacy: wanted.privacy,
            nameservers: &wanted.nameservers,
            customer: &wanted.customer,
            coupon: wanted.coupon.as_deref(),
            extras: OrderExtras::default(),
        };
        self.client.order(via, &params).await
    }

    async fn transfer(&self, via: &mut Visit, wanted: &Transfer) -> Outcome {
        let Some(auth_code) = &wanted.auth_code else {
            return refused(RejectionClass::AuthCode, "a transfer needs an auth code");
        };
        let params = TransferParams {
            domain: &wanted.domain,
            privacy: wanted.privacy,
            auth_code,
            customer: &wanted.customer,
            coupon: None,
        };
        self.client.transfer_order(via, &params).await
    }

    async fn renew(&self, via: &mut Visit, wanted: &Renew, baseline: Option<&Baseline>) -> Outcome {
        let Some(expiry_year) = baseline.and_then(look::expiry_year) else {
            return not_sent("no stored expiry to renew from");
        };
        let Some(customer) = wanted
            .customer
            .as_ref()
            .or_else(|| baseline.and_then(|b| b.customer.as_ref()))
        else {
            return not_sent("no customer is known");
        };
        let params = RenewalParams {
            domain: &wanted.domain,
            years: wanted.years,
            customer,
            privacy: wanted.privacy,
            premium: None,
            coupon: None,
            expiry_year,
        };
        self.client.renewal_order(via, &params).await
    }
}

#[async_trait]
impl Provider for ConnectReseller {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sells(&self, operation: Operation) -> bool {
        matches!(operation, Operation::Register | Operation::Transfer | Operation::Renew)
    }

    fn witnesses(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::Register => &["the domain's details", "whether the name is free"],
            Operation::Transfer => &["the transfer's status", "the domain's details"],
            _ => &["the domain's details"],
        }
    }

    fn guard(&self, operation: Operation) -> Guard {
        match operation {
            Operation::Register | Operation::Transfer => Guard::RefusesRepeat,
            // `Expiryyear` is sent always, but nobody knows whether every account enforces it.
            Operation::Renew
            | Operation::EmailCreate
            | Operation::EmailRenew
            | Operation::EmailAddAccounts
            | Operation::EmailRemoveAccounts
            | Operation::EmailDelete => Guard::Weak,
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
        preparation::digests(&wanted.customer, &wanted.contacts)
    }

    async fn prepare(
        &self,
        via: &mut Visit,
        wanted: &Preparation,
        known: &BTreeMap<String, String>,
    ) -> Result<Prepared, Failure> {
        self.prepare_contacts(via, &wanted.customer, &wanted.contacts, known)
            .await
    }

    /// The contacts of the domain, as `Order` and `TransferOrder` take none.
    async fn finish(&self, via: &mut Visit, question: &Question<'_>) -> Outcome {
        let (domain, customer, contacts) = match question.purchase {
            Purchase::Register(wanted) => (&wanted.domain, &wanted.customer, &wanted.contacts),
            Purchase::Transfer(wanted) => (&wanted.domain, &wanted.customer, &wanted.contacts),
            _ => return refused(RejectionClass::NotAllowed, "nothing is set after this purchase"),
        };
        match self.apply_contacts(via, domain, customer, contacts).await {
            Ok(Applied::Already | Applied::Set) => Outcome::Accepted(Accepted::default()),
            Err(failure) => failure.into(),
        }
    }

    async fn quote(&self, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
        quote::quote(&self.client, purchase).await
    }

    async fn look(&self, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting {
        look::look(&self.client, via, question).await
    }

    fn listing(&self, operation: Operation) -> Option<Listing> {
        listing::of(operation)
    }

    async fn list(&self, _operation: Operation, page: u32) -> Result<ListPage, Trouble> {
        listing::page(&self.client, page).await
    }

    async fn submit(&self, via: &mut Visit, purchase: &Purchase, baseline: Option<&Baseline>) -> Outcome {
        match purchase {
            Purchase::Register(wanted) => self.register(via, wanted).await,
            Purchase::Transfer(wanted) => self.transfer(via, wanted).await,
            Purchase::Renew(wanted) => self.renew(via, wanted, baseline).await,
            Purchase::EmailCreate(_)
            | Purchase::EmailRenew(_)
            | Purchase::EmailAddAccounts(_)
            | Purchase::EmailRemoveAccounts(_)
            | Purchase::EmailDelete(_) => refused(RejectionClass::Unsupported, "sells no email"),
        }
    }

    /// Nothing: there is no call for a new auth code, and whether a second `TransferOrder` replaces the old one is
    /// unknown (fact sheet 5.1).
    fn abilities(&self) -> Abilities {
        // A stalled one is cancelled and placed anew; one that moves cannot even be cancelled (fact sheet 5.1).
        Abilities::default()
    }

    async fn amend(&self, _via: &mut Visit, _question: &Question<'_>, _amendment: &Amendment) -> Outcome {
        refused(
            RejectionClass::Unsupported,
            "a running transfer cannot be amended; cancel it and place it again",
        )
    }

    async fn cancel(&self, via: &mut Visit, question: &Question<'_>) -> Outcome {
        let client = self.client.hiding(look::secret_of(question.purchase));
        let Purchase::Transfer(wanted) = question.purchase else {
            return refused(RejectionClass::NotAllowed, "only a transfer can be cancelled");
        };
        let (id, customer) = match client.view_domain(Some(via), &wanted.domain).await {
            Ok(Some(domain)) => (Some(domain.id), Some(domain.customer)),
            // A stalled transfer may not have a domain object yet; the list has its id too.
            Ok(None) => match client
                .search_domain_list(Some(via), &DomainSearch::first(50, Some(&wanted.domain)))
                .await
            {
                Ok(list) => list
                    .rows
                    .into_iter()
                    .find(|row| row.name == wanted.domain)
                    .map_or((None, None), |row| (row.entry_id, row.customer)),
                Err(trouble) => return not_sent(&trouble.detail),
            },
            Err(trouble) => return not_sent(&trouble.detail),
        };
        match (id, customer) {
            (Some(id), Some(customer)) if customer == wanted.customer => client.cancel_transfer(via, &id).await,
            _ => refused(RejectionClass::NotFound, "no such transfer of this customer"),
        }
    }

    async fn control(&self) -> Result<(), Trouble> {
        let any = DomainSearch::first(1, None);
        self.client.search_domain_list(None, &any).await.map(drop)
    }

    /// Asks for the reseller's id first, from the rows of `SearchDomainList`; `None` while the account has no domain.
    async fn funds(&self) -> Result<Option<Funds>, Trouble> {
        let reseller = match self.reseller.get() {
            Some(known) => known.clone(),
            None => {
                let list = self
                    .client
                    .search_domain_list(None, &DomainSearch::first(1, None))
                    .await?;
                let Some(found) = list.rows.into_iter().find_map(|row| row.reseller) else {
                    return Ok(None);
                };
                self.reseller.get_or_init(|| found).clone()
            }
        };
        let amount = self.client.available_fund(&reseller).await?;
        Ok(amount.map(|amount| {
            let positive = amount.parse::<f64>().is_ok_and(|value| value > 0.0);
            Funds {
                amount,
                currency: None,
                positive,
            }
        }))
    }

    fn server_clock(&self) -> Option<Timestamp> {
        self.client.http().server_clock()
    }

    fn endpoints(&self) -> &'static [Endpoint] {
        endpoints::ENDPOINTS
    }

    async fn call(&self, endpoint: &'static Endpoint, arguments: &Arguments) -> Result<serde_json::Value, CallError> {
        call::call(&self.client, endpoint, arguments).await
    }
}

/// A refusal of our own, before anything left.
fn refused(class: RejectionClass, message: &str) -> Outcome {
    Outcome::Rejected(Rejection {
        class,
        message: message.to_owned(),
        retry_after: None,
    })
}

fn not_sent(detail: &str) -> Outcome {
    Outcome::NotSent(NotSent {
        detail: detail.to_owned(),
    })
}
