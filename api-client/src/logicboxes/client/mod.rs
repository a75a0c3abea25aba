//! One function per call. Path, method and class come from the call's row in [`super::endpoints`]; arrays repeat their
//! key, maps go as numbered pairs.
//!
//! Reads ([`Reads`]) come back as what they were asked for, or as [`Trouble`]; "there is none" is an answer and no
//! trouble. Writes come back unjudged, as a [`Reply`] that knows what it should hold: [`Reply::into_result`] judges it
//! for programs, the adapter judges the answers of orders itself. Every write goes out once, over a [`Visit`] and past
//! its gate; what may be repeated is said at each function and in its row.

mod account;
pub(crate) mod by_name;
mod contacts;
mod customers;
mod domains;
mod draft;
mod email;
mod lookups;
mod manage;
mod reply;

pub use self::account::{ActionQuery, Archive};
pub use self::contacts::{ContactFields, ContactQuery};
pub use self::customers::{CustomerFields, CustomerQuery, SignupVersion};
pub use self::domains::{FourContacts, RegisterRequest, RenewRequest, TransferRequest};
pub use self::lookups::{OrderQuery, PremiumQuery};
pub use self::reply::{Reply, WriteError};

use secrecy::SecretString;

use self::draft::Draft;
use super::answer::{Answer, classify, trouble};
use super::credential::Credential;
use super::error::{Call, Class};
use super::settings::{Region, Settings};
use super::wire::FromBody;
use crate::endpoint::{Endpoint, Verb};
use crate::http::{CallResult, Http, HttpError, Request, SendError, Visit};
use crate::provider::{Trouble, TroubleKind};

/// A reseller account's calls.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    credential: Credential,
    region: Region,
    /// Kept out of every text, besides the account's own.
    hidden: Vec<SecretString>,
}

impl Client {
    /// Builds the client. Opens no connection.
    ///
    /// # Errors
    /// [`HttpError`] where the address can't be used or TLS can't be set up.
    pub fn new(settings: Settings) -> Result<Self, HttpError> {
        let (http, credential, region) = settings.split();
        Ok(Self {
            http: Http::new(http)?,
            credential,
            region,
            hidden: Vec::new(),
        })
    }

    /// The same client, which also keeps this secret out of every text: an answer about a transfer may quote the auth
    /// code of a call that went before.
    pub(super) fn hiding(&self, secret: Option<&SecretString>) -> Self {
        let mut client = self.clone();
        client.hidden.extend(secret.cloned());
        client
    }

    /// The door it calls through.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Reads over the connection of an attempt, or over the pooled client.
    pub fn reads<'a>(&'a self, via: Option<&'a mut Visit>) -> Reads<'a> {
        Reads { client: self, via }
    }

    /// A row's path, with this account's region in it.
    fn path(&self, row: &Endpoint) -> String {
        row.path.replace("{region}", self.region.as_str())
    }

    fn draft(&self, row: &'static Endpoint) -> Draft {
        let hide = |request: Request| self.hidden.iter().fold(request, Request::hide);
        let draft = Draft::new(row, self.path(row)).signed(hide);
        match row.method {
            Verb::Post => draft.signed(|request| self.credential.in_form(request)),
            // At the end, behind what is asked.
            Verb::Get => draft,
        }
    }

    async fn write<T: FromBody>(&self, via: &mut Visit, draft: Draft) -> Result<Reply<T>, SendError> {
        let call = Call::of(draft.row());
        let raw = self.http.send_once(via, &draft.into_request()).await?;
        let answer = classify(call, raw.status, &raw.body).scrubbed(raw.redactor());
        Ok(Reply::new(answer, raw))
    }
}

/// The reads, over one road.
#[derive(Debug)]
pub struct Reads<'a> {
    client: &'a Client,
    via: Option<&'a mut Visit>,
}

impl Reads<'_> {
    fn draft(&self, row: &'static Endpoint) -> Draft {
        self.client.draft(row)
    }

    /// Asks, and reads the answer by `value`; `None` of it is a failed look-up.
    async fn get<T>(
        &mut self,
        draft: Draft,
        value: impl FnOnce(&Answer) -> Option<Result<T, String>>,
    ) -> Result<T, Trouble> {
        let row = draft.row();
        let draft = match row.method {
            Verb::Get => draft.signed(|request| self.client.credential.in_query(request)),
            Verb::Post => draft,
        };
        let mut raw = self
            .client
            .http
            .read(self.via.as_deref_mut(), &draft.into_request())
            .await?;
        let answer = classify(Call::of(row), raw.status, &raw.body).scrubbed(raw.redactor());
        let result = match value(&answer) {
            Some(Ok(value)) => Ok(value),
            Some(Err(detail)) => Err(Trouble {
                kind: TroubleKind::Garbled,
                detail: format!("{}: {detail}", row.name),
                retry_after: None,
            }),
            None => Err(Trouble {
                retry_after: raw.retry_after,
                ..trouble(&answer)
            }),
        };
        raw.classified(CallResult::of_read(&result));
        result
    }

    /// Asks for something that is surely there.
    async fn value<T: FromBody>(&mut self, draft: Draft) -> Result<T, Trouble> {
        self.get(draft, read_value).await
    }

    /// Asks for something that may not be there: `None` where the provider says in its words that there is none.
    async fn maybe<T: FromBody>(&mut self, draft: Draft) -> Result<Option<T>, Trouble> {
        self.get(draft, |answer| {
            if absent(answer) {
                Some(Ok(None))
            } else {
                read_value(answer).map(|value| value.map(Some))
            }
        })
        .await
    }
}

fn read_value<T: FromBody>(answer: &Answer) -> Option<Result<T, String>> {
    match answer {
        Answer::Value(body) => Some(T::from_body(body)),
        Answer::Said(_) | Answer::Cut(_) => None,
    }
}

fn absent(answer: &Answer) -> bool {
    matches!(answer, Answer::Said(said) if said.class() == Some(Class::Absent))
}
