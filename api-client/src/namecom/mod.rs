//! Name.com's legacy JSON API ("API V2"): all its 22 calls, and what orders need: names are registered and renewed.
//!
//! Rooms: `settings` what an account is told; `credential` how it proves itself; `client` the calls, `endpoints` the
//! same as rows; `wire`, `scalar` and `contact` answers as they are written, `order` what is asked for; `error` what codes
//! and words mean; `verdict` what an answer comes to by that; `look` how to find out what stands; `quote` what it would
//! cost; `tlds` what a top-level domain demands; `call` a call by its row.
//!
//! What the provider gives for exactly-once: no idempotency key, no order id, no reference of ours anywhere. The
//! registry refuses a second registration, with words that look like a failure although the first succeeded. Nothing
//! refuses a second renewal, and only the expiry tells a first from a second, hence [`Guard::Weak`] (fact sheet 8).
//!
//! What it can't do: transfers, email, customers, contact ids, renewal by its own means on request. There is no status to
//! poll: a registration is done when it is answered.

pub(crate) mod call;
pub mod client;
pub mod contact;
mod credential;
pub mod endpoints;
pub mod error;
mod look;
pub mod order;
mod quote;
mod scalar;
mod settings;
pub mod tlds;
pub mod verdict;
pub mod wire;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use settings::{BASE_URL, Settings, TEST_BASE_URL};

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::endpoint::{Arguments, CallError, Endpoint};
use crate::http::{Http, HttpError, Visit};
use crate::provider::{
    Abilities, Amendment, Baseline, Funds, Guard, NotSent, Operation, Outcome, Provider, Purchase, Question, Quote,
    Register, Rejection, RejectionClass, Renew, Sighting, Trouble,
};
use order::{Item, NewDomain};

/// The name under which accounts are configured.
pub const NAME: &str = "namecom";

/// An account at Name.com.
#[derive(Debug)]
pub struct NameCom {
    client: Client,
}

impl NameCom {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// [`HttpError`] where the base address cannot be used or the system has no TLS roots.
    pub fn new(settings: Settings) -> Result<Self, HttpError> {
        let (http, credential) = settings.split();
        Ok(Self {
            client: Client::new(Http::new(http)?, credential),
        })
    }

    /// The typed client below.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn register(&self, via: &mut Visit, wanted: &Register) -> Outcome {
        // What cannot be said in the request must not be dropped from it silently.
        if wanted.contacts != crate::provider::ContactIds::default() {
            return refused(RejectionClass::Invalid, "there are no contact ids here");
        }
        if wanted.auto_renew {
            return refused(
                RejectionClass::Unsupported,
                "renewal by its own means cannot be ordered",
            );
        }
        let contacts = match wanted.profiles.as_deref().map(contact::contacts).transpose() {
            Ok(contacts) => contacts.unwrap_or_default(),
            Err(why) => return refused(RejectionClass::Invalid, &why),
        };
        let item = Item::DomainCreate(NewDomain {
            domain: &wanted.domain,
            years: wanted.years,
            nameservers: &wanted.nameservers,
            contacts: &contacts,
            requirements: &wanted.attributes,
            privacy: wanted.privacy,
        });
        self.buy(via, &item).await
    }

    async fn renew(&self, via: &mut Visit, wanted: &Renew, baseline: Option<&Baseline>) -> Outcome {
        if baseline.is_none_or(|before| before.expiry.is_none()) {
            // The expiry before is the only witness of what this call is about to do.
            return Outcome::NotSent(NotSent {
                detail: "no stored expiry to renew from".to_owned(),
            });
        }
        if wanted.auto_renew {
            return refused(
                RejectionClass::Unsupported,
                "renewal by its own means cannot be ordered",
            );
        }
        let item = Item::DomainRenew {
            domain: &wanted.domain,
            years: wanted.years,
            privacy: wanted.privacy == Some(true),
        };
        self.buy(via, &item).await
    }

    /// One product an order: the answer to a batch that was lost in part could hardly be made out.
    async fn buy(&self, via: &mut Visit, item: &Item<'_>) -> Outcome {
        match self.client.order(via, std::slice::from_ref(item)).await {
            Ok(rows) => verdict::of_item(&rows, item),
            Err(failure) => failure.into(),
        }
    }
}

#[async_trait]
impl Provider for NameCom {
    fn name(&self) -> &'static str {
        NAME
    }

    fn sells(&self, operation: Operation) -> bool {
        matches!(operation, Operation::Register | Operation::Renew)
    }

    fn witnesses(&self, operation: Operation) -> &'static [&'static str] {
        match operation {
            Operation::Register => &["the domain's details", "whether the name is free"],
            _ => &["the domain's details"],
        }
    }

    fn guard(&self, operation: Operation) -> Guard {
        match operation {
            Operation::Register => Guard::RefusesRepeat,
            // The expiry is the one witness; the credit moves with every other order of the account.
            Operation::Renew
            | Operation::Transfer
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

    fn takes_profiles(&self) -> bool {
        true
    }

    fn visit(&self) -> Visit {
        self.client.http().visit()
    }

    async fn look(&self, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting {
        look::look(&self.client, via, question).await
    }

    async fn submit(&self, via: &mut Visit, purchase: &Purchase, baseline: Option<&Baseline>) -> Outcome {
        match purchase {
            Purchase::Register(wanted) => self.register(via, wanted).await,
            Purchase::Renew(wanted) => self.renew(via, wanted, baseline).await,
            Purchase::Transfer(_) => refused(
                RejectionClass::Unsupported,
                "sells no transfer: place it in the control panel",
            ),
            Purchase::EmailCreate(_)
            | Purchase::EmailRenew(_)
            | Purchase::EmailAddAccounts(_)
            | Purchase::EmailRemoveAccounts(_)
            | Purchase::EmailDelete(_) => refused(RejectionClass::Unsupported, "sells no email"),
        }
    }

    /// Nothing: there are no transfers.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    async fn amend(&self, _via: &mut Visit, _question: &Question<'_>, _amendment: &Amendment) -> Outcome {
        refused(RejectionClass::Unsupported, "sells no transfer that could be amended")
    }

    async fn cancel(&self, _via: &mut Visit, _question: &Question<'_>) -> Outcome {
        refused(RejectionClass::Unsupported, "nothing here can be cancelled")
    }

    async fn control(&self) -> Result<(), Trouble> {
        self.client.account_get(None).await.map(drop)
    }

    /// The account's credit. A card on file may be charged beside it, which no call shows.
    async fn funds(&self) -> Result<Option<Funds>, Trouble> {
        let account = self.client.account_get(None).await?;
        let positive = rust_decimal::Decimal::from_str_exact(&account.account_credit)
            .is_ok_and(|amount| amount > rust_decimal::Decimal::ZERO);
        Ok(Some(Funds {
            amount: account.account_credit,
            currency: None,
            positive,
        }))
    }

    async fn quote(&self, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
        quote::quote(&self.client, purchase).await
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
