//! The typed client: one function per documented action, its path and class from the row of `endpoints`.
//!
//! Everything is a GET, also what spends money \[S\]: generic layers think they may replay it, so every call that
//! changes something goes through [`Http::send_once`]. Such a call takes the [`Visit`] that it is sent on; a paid one
//! (a deletion too) needs that visit's gate and uses it up. A read takes a visit or goes over the pool.
//!
//! Whether a call may be repeated stands at each function; "look first" means: after an unknown outcome, find out by
//! reading. Booleans are sent as words, as the document has them, where nothing else is said.

mod clients;
mod contacts;
mod dns;
mod domains;
mod forwarding;
mod hosts;
mod orders;
mod prices;
mod settings;

pub use clients::{ClientChange, ClientParams, NewClient, PasswordChange};
pub use contacts::{ContactParams, DomainContactIds, Phone};
pub use dns::{NewRecord, RecordChange, SrvRecord};
pub use domains::{DomainSearch, SortBy};
pub use forwarding::ForwardingParams;
pub use hosts::ChildHost;
pub use orders::{OrderExtras, OrderParams, RenewalParams, TransferParams};
pub use settings::{DomainRef, MoveParams};

use secrecy::SecretString;

use super::credential::Credential;
use super::verdict::{self, Made, Rule, Seen};
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::http::{Answer, CallResult, Http, Request, Visit};
use crate::provider::Trouble;

/// What the provider said to a change that it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The code that decided: 200, or the registry's 1000 (done) or 1001 (the registry works on it).
    pub code: i64,
    /// In the provider's words, without secrets.
    pub message: Option<String>,
}

/// The typed client of one account.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    credential: Credential,
    hidden: Vec<SecretString>,
}

impl Client {
    pub(super) fn new(http: Http, credential: Credential) -> Self {
        Self {
            http,
            credential,
            hidden: Vec::new(),
        }
    }

    /// The same client, that keeps this secret too out of every text: an order's auth code, which a provider may echo
    /// in answers to calls that did not carry it.
    #[must_use]
    pub fn hiding(&self, secret: Option<&SecretString>) -> Self {
        let mut client = self.clone();
        client.hidden.extend(secret.cloned());
        client
    }

    /// The door, for visits and time limits.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// The key, and what else is to be hidden.
    pub(super) fn signed(&self, request: Request) -> Request {
        self.hidden.iter().fold(self.credential.sign(request), Request::hide)
    }

    fn request(&self, row: &'static Endpoint) -> Request {
        let request = self.signed(Request::get(row.name, row.class, row.path));
        row.fixed
            .iter()
            .fold(request, |request, (name, value)| request.query(*name, *value))
    }

    /// Sends once and judges.
    async fn act<T>(
        &self,
        via: &mut Visit,
        request: Request,
        judge: impl FnOnce(Seen<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut answer = self.http.send_once(via, &request).await?;
        let judged = judge(Seen::new(&answer));
        report(&mut answer, judged.as_ref().err());
        judged
    }

    /// Sends a change once.
    async fn change(&self, via: &mut Visit, request: Request) -> Result<Made, Failure> {
        let rule = Rule::of(request.operation);
        self.act(via, request, |seen| verdict::change(&seen, rule)).await
    }

    /// As [`Client::change`], where the answer tells nothing more.
    async fn done(&self, via: &mut Visit, request: Request) -> Result<Done, Failure> {
        Ok(self.change(via, request).await?.done)
    }

    async fn ask<T>(
        &self,
        via: Option<&mut Visit>,
        request: Request,
        judge: impl FnOnce(Seen<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut answer = self.http.read(via, &request).await?;
        let judged = judge(Seen::new(&answer));
        answer.classified(CallResult::of_read(&judged));
        judged
    }
}

/// Tells the metrics what a change came to.
pub(super) fn report(answer: &mut Answer, failure: Option<&Failure>) {
    answer.classified(match failure {
        None => CallResult::Ok,
        Some(Failure::Rejected(_)) => CallResult::Rejected,
        Some(Failure::NotSent(_)) => CallResult::NotSent,
        Some(Failure::Unknown(_)) => CallResult::Unknown,
    });
}

/// A switch as a number, where the document wants one.
const fn number(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}
