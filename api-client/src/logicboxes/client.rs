//! One function per endpoint: method, path, parameters. All paths end in `.json`; arrays repeat their key.
//!
//! Reads come back as what they were asked for, or as [`Trouble`]; "there is none" is an answer and no trouble. Writes
//! come back unjudged, as [`Reply`].

use super::answer::{Answer, classify, trouble};
use super::credential::Credential;
use super::error::{Call, Class};
use super::settings::{Region, Settings};
use super::wire::{ActionRow, Body, EmailDetails, Fields, OrderRow, Page, ResellerBalance, Scalar, read};
use crate::http::{CallClass, CallResult, Http, HttpError, Request, SendError, Visit};
use crate::provider::{EmailCreate, EmailRenew, InvoiceOption, Trouble, TroubleKind};

/// A reseller account's endpoints.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    credential: Credential,
    region: Region,
}

/// Which of the two action lists: finished actions move from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archive {
    /// `actions/search-current`.
    Current,
    /// `actions/search-archived`.
    Archived,
}

/// The complete answer to a write. Dropped without [`Reply::settle`], its call counts as unknown.
#[derive(Debug)]
pub struct Reply {
    /// What it said.
    pub answer: Answer,
    raw: crate::http::Answer,
}

impl Reply {
    /// Tells the metrics what the call came to, and gives the time the provider asks to be left alone for.
    pub fn settle(mut self, result: CallResult) -> Option<std::time::Duration> {
        self.raw.classified(result);
        self.raw.retry_after
    }
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
        })
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

    fn eelite(&self, action: &str) -> String {
        format!("eelite/{}/{action}.json", self.region.as_str())
    }

    async fn write(&self, via: &mut Visit, call: Call, request: Request) -> Result<Reply, SendError> {
        let raw = self.http.send_once(via, &request).await?;
        let answer = classify(call, raw.status, &raw.body).scrubbed(raw.redactor());
        Ok(Reply { answer, raw })
    }

    fn paid(&self, operation: &'static str, action: &str) -> Request {
        self.credential
            .in_form(Request::post(operation, CallClass::Paid, self.eelite(action)))
    }

    /// POST `eelite/<region>/add`: a new email order. Spends money.
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_add(&self, via: &mut Visit, order: &EmailCreate) -> Result<Reply, SendError> {
        let request = self
            .paid("email-add", "add")
            .form("domain-name", &order.domain)
            .form("customer-id", &order.customer)
            .form("months", order.months.to_string())
            .form("no-of-accounts", order.accounts.to_string())
            .form("auto-renew", order.auto_renew.to_string())
            .form("invoice-option", order.invoice.as_str());
        self.write(via, Call::EmailAdd, request).await
    }

    /// POST `eelite/<region>/renew`: more months. Spends money, and nothing refuses a repeat.
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_renew(&self, via: &mut Visit, order_id: &str, order: &EmailRenew) -> Result<Reply, SendError> {
        let mut request = self
            .paid("email-renew", "renew")
            .form("order-id", order_id)
            .form("months", order.months.to_string())
            .form("auto-renew", order.auto_renew.to_string())
            .form("invoice-option", order.invoice.as_str());
        if let Some(accounts) = order.additional_accounts {
            request = request.form("no-of-accounts", accounts.to_string());
        }
        self.write(via, Call::EmailRenew, request).await
    }

    /// POST `eelite/<region>/add-email-account`: more mailboxes. Spends money, and nothing refuses a repeat.
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_add_accounts(
        &self,
        via: &mut Visit,
        order_id: &str,
        accounts: u32,
        invoice: InvoiceOption,
    ) -> Result<Reply, SendError> {
        let request = self
            .paid("email-add-accounts", "add-email-account")
            .form("order-id", order_id)
            .form("no-of-accounts", accounts.to_string())
            .form("invoice-option", invoice.as_str());
        self.write(via, Call::EmailAddAccounts, request).await
    }

    /// POST `eelite/<region>/delete-email-account`: fewer mailboxes. Free; destroys mail; nothing refuses a repeat.
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_delete_accounts(
        &self,
        via: &mut Visit,
        order_id: &str,
        accounts: u32,
    ) -> Result<Reply, SendError> {
        let request = self
            .paid("email-delete-accounts", "delete-email-account")
            .form("order-id", order_id)
            .form("no-of-accounts", accounts.to_string());
        self.write(via, Call::EmailDeleteAccounts, request).await
    }

    /// POST `eelite/<region>/delete`: the end of an email order. Free; destroys mail.
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn email_delete(&self, via: &mut Visit, order_id: &str) -> Result<Reply, SendError> {
        let request = self.paid("email-delete", "delete").form("order-id", order_id);
        self.write(via, Call::Delete, request).await
    }
}

/// The reads, over one road.
#[derive(Debug)]
pub struct Reads<'a> {
    client: &'a Client,
    via: Option<&'a mut Visit>,
}

impl Reads<'_> {
    async fn get<T>(
        &mut self,
        call: Call,
        request: Request,
        value: impl FnOnce(&Answer) -> Option<Result<T, String>>,
    ) -> Result<T, Trouble> {
        let request = self.client.credential.in_query(request);
        let mut raw = self.client.http.read(self.via.as_deref_mut(), &request).await?;
        let answer = classify(call, raw.status, &raw.body).scrubbed(raw.redactor());
        let result = match value(&answer) {
            Some(Ok(value)) => Ok(value),
            Some(Err(detail)) => Err(Trouble {
                kind: TroubleKind::Garbled,
                detail: format!("{}: {detail}", request.operation),
                retry_after: None,
            }),
            None => Err(Trouble {
                retry_after: raw.retry_after,
                ..trouble(&answer)
            }),
        };
        raw.classified(match &result {
            Ok(_) => CallResult::Ok,
            Err(trouble) => match trouble.kind {
                TroubleKind::Credentials | TroubleKind::Throttled => CallResult::Rejected,
                TroubleKind::Unavailable | TroubleKind::Garbled => CallResult::Unknown,
            },
        });
        result
    }

    fn request(operation: &'static str, path: impl Into<String>) -> Request {
        Request::get(operation, CallClass::Read, path)
    }

    /// GET `eelite/<region>/orderid`: the id of a domain's email order; `None`: there is none.
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn email_order_id(&mut self, domain: &str) -> Result<Option<String>, Trouble> {
        let request = Self::request("email-orderid", self.client.eelite("orderid")).query("domain-name", domain);
        let value = |answer: &Answer| match answer {
            Answer::Value(Body::Bare(number)) => {
                let id = serde_json::from_value::<Scalar>(number.clone().into())
                    .ok()?
                    .id()?
                    .to_owned();
                Some(Ok(Some(id)))
            }
            _ => absent(answer).then_some(Ok(None)),
        };
        self.get(Call::LookupByName, request, value).await
    }

    /// GET `eelite/<region>/details`: an email order; `None`: there is none of this id.
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn email_details(&mut self, order_id: &str) -> Result<Option<EmailDetails>, Trouble> {
        let request = Self::request("email-details", self.client.eelite("details")).query("order-id", order_id);
        let value = |answer: &Answer| match answer {
            Answer::Value(Body::Object(fields)) => Some(read(fields).map(Some)),
            _ => absent(answer).then_some(Ok(None)),
        };
        self.get(Call::LookupById, request, value).await
    }

    /// GET `eelite/<region>/search`. The provider matches *parts* of names: filter by the exact one afterwards.
    /// Deleted orders stay visible for about 30 days.
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page.
    pub async fn email_search(
        &mut self,
        domain: Option<&str>,
        rows: u32,
        page_no: u32,
    ) -> Result<Page<OrderRow>, Trouble> {
        let request = Self::request("email-search", self.client.eelite("search"))
            .query("no-of-records", rows.to_string())
            .query("page-no", page_no.to_string())
            .query_some("domain-name", domain);
        self.get(Call::Search, request, page).await
    }

    /// GET `actions/search-current` or `actions/search-archived`, of one order or of the whole account.
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page, though the provider calls it an error.
    pub async fn actions(
        &mut self,
        archive: Archive,
        order_id: Option<&str>,
        rows: u32,
        page_no: u32,
    ) -> Result<Page<ActionRow>, Trouble> {
        let (operation, path) = match archive {
            Archive::Current => ("actions-search-current", "actions/search-current.json"),
            Archive::Archived => ("actions-search-archived", "actions/search-archived.json"),
        };
        let request = Self::request(operation, path)
            .query("no-of-records", rows.to_string())
            .query("page-no", page_no.to_string())
            .query_some("order-id", order_id);
        let value = |answer: &Answer| match answer {
            Answer::Said(said) if said.class().is_none() && said.message.is_no_match() => Some(Ok(Page {
                total: 0,
                rows: Vec::new(),
            })),
            _ => page(answer),
        };
        self.get(Call::ActionSearch, request, value).await
    }

    /// GET `billing/reseller-balance`: our own money.
    ///
    /// # Errors
    /// The trouble, where the read failed.
    pub async fn reseller_balance(&mut self) -> Result<ResellerBalance, Trouble> {
        let request = Self::request("reseller-balance", "billing/reseller-balance.json")
            .query("reseller-id", self.client.credential.auth_userid());
        self.get(Call::Search, request, |answer| object(answer).map(read)).await
    }
}

fn absent(answer: &Answer) -> bool {
    matches!(answer, Answer::Said(said) if said.class() == Some(Class::Absent))
}

fn object(answer: &Answer) -> Option<&Fields> {
    match answer {
        Answer::Value(Body::Object(fields)) => Some(fields),
        _ => None,
    }
}

fn page<T: serde::de::DeserializeOwned>(answer: &Answer) -> Option<Result<Page<T>, String>> {
    object(answer).map(Page::from_fields)
}
