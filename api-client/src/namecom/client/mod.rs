//! One function per call of the fact sheet: all 22.
//!
//! The domain a call is about is the last part of its path; everything else is a JSON body. Reads come back as what
//! they were asked for, or as [`Trouble`]; what changes something comes back done, or as a [`Failure`] that says
//! whether it surely was not. Every one that changes something goes through [`Http::send_once`], whether it costs or
//! not.

mod zones;

pub use zones::NewRecord;

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::{CallResult, Http, Request, Visit};
use crate::namecom::contact::Contact;
use crate::namecom::credential::Credential;
use crate::namecom::endpoints::{self, Endpoint};
use crate::namecom::error::Call;
use crate::namecom::order::{Item, NewDomain, fields, value};
use crate::namecom::verdict::{Failure, Seen, of_item};
use crate::namecom::wire::{Account, Checked, Domain, Domains, Hello, Nothing, Row, Session};
use crate::provider::{Outcome, Trouble, TroubleKind};

/// The typed client of one account.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    credential: Credential,
}

impl Client {
    pub(super) fn new(http: Http, credential: Credential) -> Self {
        Self { http, credential }
    }

    /// The same account by a session of [`Client::login`] instead of user name and token. Code 251 then means that the
    /// session is over: log in anew; nothing was executed.
    #[must_use]
    pub fn in_session(&self, session: SecretString) -> Self {
        Self {
            http: self.http.clone(),
            credential: self.credential.in_session(session),
        }
    }

    /// The door, for visits and time limits.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    pub(super) fn username(&self) -> &str {
        self.credential.username()
    }

    pub(super) fn api_token(&self) -> &SecretString {
        self.credential.api_token()
    }

    /// Signs what carries no credentials yet.
    pub(super) fn sign(&self, request: Request) -> Request {
        self.credential.sign(request)
    }

    // --- general, account, order (fact sheet 3.1)

    /// Opens a session. Free; may be repeated, each opens one more. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn login(&self, via: &mut Visit) -> Result<Session, Failure> {
        let body = fields([
            ("username", self.credential.username().into()),
            ("api_token", self.credential.api_token().expose_secret().into()),
        ]);
        let request = unsigned(&endpoints::LOGIN, None).json(&Value::Object(body));
        self.act(via, request, |seen| seen.done(Call::Write)).await
    }

    /// Ends the session of [`Client::in_session`]. Free; may be repeated. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn logout(&self, via: &mut Visit) -> Result<(), Failure> {
        self.write(via, &endpoints::LOGOUT, None, None).await
    }

    /// Who answers, and as which address we are seen. Needs no credentials, so it proves none. \[D\]
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn hello(&self) -> Result<Hello, Trouble> {
        self.ask(None, unsigned(&endpoints::HELLO, None), |seen| seen.account())
            .await
    }

    /// The account, with its money. Free; the check of the credentials. \[D\]
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn account_get(&self, via: Option<&mut Visit>) -> Result<Account, Trouble> {
        let request = self.request(&endpoints::ACCOUNT_GET, None);
        self.ask(via, request, |seen| seen.account()).await
    }

    /// Buys. Costs money for each item that succeeds; never to be repeated without looking (a renewal has no guard at
    /// all). Code 100 only says that the batch was processed: what became of an item tells [`of_item`]. Put one product
    /// into an order: a batch whose answer was lost is far harder to make out. \[D\] section 4.
    ///
    /// # Errors
    /// [`Failure`], where the batch as a whole was not processed, or nobody knows.
    pub async fn order(&self, via: &mut Visit, items: &[Item<'_>]) -> Result<Vec<Row>, Failure> {
        let list: Vec<Value> = items.iter().map(Item::json).collect();
        let request = self
            .request(&endpoints::ORDER, None)
            .json(&Value::Object(fields([("items", list.into())])));
        let mut answer = self.http.send_once(via, &request).await?;
        let rows = Seen::new(&answer).order(items);
        answer.classified(match &rows {
            Ok(rows) => told(items.iter().map(|item| of_item(rows, item))),
            Err(failure) => failure.result(),
        });
        rows
    }

    // --- domains (3.2)

    /// Registers. Costs money; never to be repeated without looking: the registry refuses a second one, in words that
    /// look like a failure although the first succeeded. Answers the bare envelope, without an id or a date. As
    /// [`Client::order`] with one item, but for `privacy`, which it cannot take. \[D\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn domain_create(&self, via: &mut Visit, new: &NewDomain<'_>) -> Result<(), Failure> {
        let request = self
            .request(&endpoints::DOMAIN_CREATE, None)
            .json(&Value::Object(new.json()));
        let done: Result<Nothing, Failure> = self.act(via, request, |seen| seen.done(Call::Register)).await;
        done.map(drop)
    }

    /// A domain of the account. `None` where the name is refused (204, 221 or 240): then it is not ours, **if** the
    /// credentials are good, which [`Client::account_get`] tells. Free. \[D\], 8, 9.
    ///
    /// # Errors
    /// [`Trouble`], for any answer that is neither.
    pub async fn domain_get(&self, via: Option<&mut Visit>, domain: &str) -> Result<Option<Domain>, Trouble> {
        let request = self.request(&endpoints::DOMAIN_GET, Some(domain));
        let found: Option<Domain> = self.ask(via, request, |seen| seen.domain_if()).await?;
        match found {
            Some(other) if !other.domain_name.eq_ignore_ascii_case(domain) => Err(Trouble {
                kind: TroubleKind::Garbled,
                detail: "the answer is about another domain".into(),
                retry_after: None,
            }),
            found => Ok(found),
        }
    }

    /// All domains of the account in one answer, with the prices of their renewals. Free. \[D\] 3.5.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn domain_list(&self) -> Result<Domains, Trouble> {
        let request = self.request(&endpoints::DOMAIN_LIST, None);
        self.ask(None, request, |seen| seen.account()).await
    }

    /// Locks against transfers. Free; may be repeated. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn domain_lock(&self, via: &mut Visit, domain: &str) -> Result<(), Failure> {
        self.write(via, &endpoints::DOMAIN_LOCK, Some(domain), None).await
    }

    /// Unlocks. Free; may be repeated. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn domain_unlock(&self, via: &mut Visit, domain: &str) -> Result<(), Failure> {
        self.write(via, &endpoints::DOMAIN_UNLOCK, Some(domain), None).await
    }

    /// Sets the name servers. Free; may be repeated. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn domain_update_nameservers(
        &self,
        via: &mut Visit,
        domain: &str,
        nameservers: &[String],
    ) -> Result<(), Failure> {
        let body = fields([("nameservers", value(nameservers))]);
        self.write(via, &endpoints::DOMAIN_UPDATE_NAMESERVERS, Some(domain), Some(body))
            .await
    }

    /// Sets contacts; roles that are not mentioned keep theirs \[I:md\]. Free; may be repeated. \[S\]
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn domain_update_contacts(
        &self,
        via: &mut Visit,
        domain: &str,
        contacts: &[Contact],
    ) -> Result<(), Failure> {
        let body = fields([("contacts", value(contacts))]);
        self.write(via, &endpoints::DOMAIN_UPDATE_CONTACTS, Some(domain), Some(body))
            .await
    }

    /// Whether names can be had, and for how much: a label under several top-level domains. `suggest` asks for others
    /// too. Free. \[D\]
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn domain_check(
        &self,
        via: Option<&mut Visit>,
        keyword: &str,
        tlds: &[&str],
        suggest: bool,
    ) -> Result<Checked, Trouble> {
        let services: &[&str] = if suggest {
            &["availability", "suggested"]
        } else {
            &["availability"]
        };
        let mut body = fields([("keyword", keyword.into()), ("services", value(services))]);
        if !tlds.is_empty() {
            body.insert("tlds".into(), value(tlds));
        }
        let request = self.request(&endpoints::DOMAIN_CHECK, None).json(&Value::Object(body));
        self.ask(via, request, |seen| seen.account()).await
    }

    // --- below the calls

    fn request(&self, endpoint: &'static Endpoint, domain: Option<&str>) -> Request {
        self.credential.sign(unsigned(endpoint, domain))
    }

    async fn write(
        &self,
        via: &mut Visit,
        endpoint: &'static Endpoint,
        domain: Option<&str>,
        body: Option<serde_json::Map<String, Value>>,
    ) -> Result<(), Failure> {
        let mut request = self.request(endpoint, domain);
        if let Some(body) = body {
            request = request.json(&Value::Object(body));
        }
        let done: Result<Nothing, Failure> = self.act(via, request, |seen| seen.done(Call::Write)).await;
        done.map(drop)
    }

    async fn act<T>(
        &self,
        via: &mut Visit,
        request: Request,
        judge: impl FnOnce(Seen<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut answer = self.http.send_once(via, &request).await?;
        let judged = judge(Seen::new(&answer));
        answer.classified(match &judged {
            Ok(_) => CallResult::Ok,
            Err(failure) => failure.result(),
        });
        judged
    }

    async fn ask<T: DeserializeOwned>(
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

/// The request of a row, without body and credentials.
fn unsigned(endpoint: &'static Endpoint, domain: Option<&str>) -> Request {
    let path = match domain {
        Some(domain) => endpoint.path.replace("{domain}", &crate::endpoint::encoded(domain)),
        None => endpoint.path.to_owned(),
    };
    let method = match endpoint.method {
        crate::endpoint::Verb::Get => Method::GET,
        crate::endpoint::Verb::Post => Method::POST,
    };
    Request::new(method, endpoint.name, endpoint.class, path)
}

/// What the metrics are told of an order: the worst that became of an item.
fn told(outcomes: impl Iterator<Item = Outcome>) -> CallResult {
    let mut result = CallResult::Ok;
    for outcome in outcomes {
        match outcome {
            Outcome::Accepted(_) => {}
            Outcome::Rejected(_) if result == CallResult::Ok => result = CallResult::Rejected,
            Outcome::Rejected(_) => {}
            Outcome::NotSent(_) | Outcome::Unknown(_) => result = CallResult::Unknown,
        }
    }
    result
}
