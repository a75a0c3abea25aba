//! One row per endpoint, one function per call that orders need: path, parameters, spelling.
//!
//! Everything is a GET, also what spends money \[S\]: generic layers think they may replay it, so every paid call goes
//! through [`Http::send_once`]. Where the document's table and its sample URL spell a parameter in two ways, the
//! sample's spelling is sent, as real clients do.

use secrecy::SecretString;

use super::credential::Credential;
use super::error::{self, Seen};
use super::wire::{Domain, Row, Sync};
use crate::http::{CallClass, CallResult, Http, Request, Visit};
use crate::provider::{Outcome, Trouble, TroubleKind};

/// An action of the API: the path's last part, and what it may do. The document names 41; orders need these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// As documented, which is also its name in metrics.
    pub action: &'static str,
    /// Whether it spends, changes or reads.
    pub class: CallClass,
}

const fn endpoint(action: &'static str, class: CallClass) -> Endpoint {
    Endpoint { action, class }
}

/// A1
pub const CHECK_DOMAIN: Endpoint = endpoint("checkDomain", CallClass::Read);
/// A2
pub const ORDER: Endpoint = endpoint("Order", CallClass::Paid);
/// A3
pub const TRANSFER_ORDER: Endpoint = endpoint("TransferOrder", CallClass::Paid);
/// A4: gives money back.
pub const CANCEL_TRANSFER: Endpoint = endpoint("CancelTransfer", CallClass::Write);
/// A5
pub const SYNC_TRANSFER: Endpoint = endpoint("syncTransfer", CallClass::Read);
/// A6
pub const RENEWAL_ORDER: Endpoint = endpoint("RenewalOrder", CallClass::Paid);
/// A8
pub const VIEW_DOMAIN: Endpoint = endpoint("ViewDomain", CallClass::Read);
/// A9
pub const SEARCH_DOMAIN_LIST: Endpoint = endpoint("SearchDomainList", CallClass::Read);
/// Not in the document \[P\].
pub const AVAILABLE_FUND: Endpoint = endpoint("availablefund", CallClass::Read);

/// Parameters of [`ORDER`].
#[derive(Debug, Clone)]
pub struct OrderParams<'a> {
    /// `Websitename`
    pub domain: &'a str,
    /// `Duration`
    pub years: u8,
    /// `IsWhoisProtection`
    pub privacy: bool,
    /// `ns1` to `ns4`: two to four.
    pub nameservers: &'a [String],
    /// `Id`
    pub customer: &'a str,
    /// `couponCode`
    pub coupon: Option<&'a str>,
}

/// Parameters of [`TRANSFER_ORDER`]. There is no duration: a transfer adds a year.
#[derive(Debug, Clone)]
pub struct TransferParams<'a> {
    /// `Websitename`
    pub domain: &'a str,
    /// `IsWhoisProtection`
    pub privacy: bool,
    /// `AuthCode`
    pub auth_code: &'a SecretString,
    /// `Id`
    pub customer: &'a str,
}

/// Parameters of [`RENEWAL_ORDER`].
#[derive(Debug, Clone)]
pub struct RenewalParams<'a> {
    /// `Websitename`
    pub domain: &'a str,
    /// `Duration`
    pub years: u8,
    /// `Id`
    pub customer: &'a str,
    /// `IsWhoisProtection`; left out where `None`.
    pub privacy: Option<bool>,
    /// `Expiryyear`: the year in which the name expires *before* the renewal, from the stored baseline.
    pub expiry_year: i16,
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

    fn request(&self, endpoint: Endpoint) -> Request {
        let request = Request::get(endpoint.action, endpoint.class, endpoint.action);
        self.hidden.iter().fold(self.credential.sign(request), Request::hide)
    }

    /// Registers. `ProductType` 1 \[S\]; booleans as words, as the document has them.
    pub async fn order(&self, via: &mut Visit, params: &OrderParams<'_>) -> Outcome {
        let mut request = self
            .request(ORDER)
            .query("ProductType", "1")
            .query("Websitename", params.domain)
            .query("Duration", params.years.to_string())
            .query("IsWhoisProtection", params.privacy.to_string());
        for (name, host) in ["ns1", "ns2", "ns3", "ns4"].into_iter().zip(params.nameservers) {
            request = request.query(name, host);
        }
        let request = request
            .query("Id", params.customer)
            .query_some("couponCode", params.coupon);
        self.act(via, request, |seen| error::order(&seen, params.domain)).await
    }

    /// Asks for a transfer. `OrderType` 4 \[S\].
    pub async fn transfer_order(&self, via: &mut Visit, params: &TransferParams<'_>) -> Outcome {
        let request = self
            .request(TRANSFER_ORDER)
            .query("OrderType", "4")
            .query("Websitename", params.domain)
            .query("IsWhoisProtection", params.privacy.to_string())
            .query_secret("AuthCode", params.auth_code)
            .query("Id", params.customer);
        self.act(via, request, |seen| error::transfer(&seen, params.domain))
            .await
    }

    /// Renews. `OrderType` 2 \[S\].
    pub async fn renewal_order(&self, via: &mut Visit, params: &RenewalParams<'_>) -> Outcome {
        // `true` as a word gives HTTP 500 here; `1` and `false` work [P].
        let privacy = params.privacy.map(|on| if on { "1" } else { "false" });
        let request = self
            .request(RENEWAL_ORDER)
            .query("OrderType", "2")
            .query("Websitename", params.domain)
            .query("Duration", params.years.to_string())
            .query("Id", params.customer)
            .query_some("IsWhoisProtection", privacy)
            .query("Expiryyear", params.expiry_year.to_string());
        self.act(via, request, |seen| error::renewal(&seen, params.domain))
            .await
    }

    /// Cancels a stalled transfer, by the domain's id \[S\].
    pub async fn cancel_transfer(&self, via: &mut Visit, domain_id: &str) -> Outcome {
        let request = self.request(CANCEL_TRANSFER).query("id", domain_id);
        self.act(via, request, |seen| error::cancel(&seen)).await
    }

    /// The domain object, or `None` where the account doesn't have it.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn view_domain(&self, via: Option<&mut Visit>, domain: &str) -> Result<Option<Domain>, Trouble> {
        let request = self.request(VIEW_DOMAIN).query("websiteName", domain);
        self.ask(via, request, |seen| error::view_domain(&seen, domain)).await
    }

    /// The transfer's state, or `None` where none was ever placed.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn sync_transfer(&self, via: Option<&mut Visit>, domain: &str) -> Result<Option<Sync>, Trouble> {
        let request = self.request(SYNC_TRANSFER).query("domainName", domain);
        self.ask(via, request, |seen| error::sync_transfer(&seen)).await
    }

    /// Whether the name is free.
    ///
    /// # Errors
    /// The trouble, for any answer but "free" and "taken".
    pub async fn check_domain(&self, via: Option<&mut Visit>, domain: &str) -> Result<bool, Trouble> {
        let request = self.request(CHECK_DOMAIN).query("websiteName", domain);
        self.ask(via, request, |seen| error::check_domain(&seen)).await
    }

    /// The first rows of the account's domains.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn search_domain_list(
        &self,
        via: Option<&mut Visit>,
        rows_max: u16,
        search: Option<&str>,
    ) -> Result<Vec<Row>, Trouble> {
        let request = self
            .request(SEARCH_DOMAIN_LIST)
            .query("page", "1")
            .query("maxIndex", rows_max.to_string())
            .query_some("searchQuery", search);
        self.ask(via, request, |seen| error::search_domain_list(&seen)).await
    }

    /// The reseller's money, a decimal as written; `None` where the answer shows no amount that can be told.
    ///
    /// # Errors
    /// The trouble, where the call did not succeed.
    pub async fn available_fund(&self, reseller: &str) -> Result<Option<String>, Trouble> {
        let request = self.request(AVAILABLE_FUND).query("resellerId", reseller);
        self.ask(None, request, |seen| error::available_fund(&seen)).await
    }

    async fn act(&self, via: &mut Visit, request: Request, judge: impl FnOnce(Seen<'_>) -> Outcome) -> Outcome {
        let mut answer = match self.http.send_once(via, &request).await {
            Ok(answer) => answer,
            Err(error) => return error.into(),
        };
        let outcome = judge(Seen::new(&answer));
        answer.classified(match &outcome {
            Outcome::Accepted(_) => CallResult::Ok,
            Outcome::Rejected(_) => CallResult::Rejected,
            Outcome::NotSent(_) => CallResult::NotSent,
            Outcome::Unknown(_) => CallResult::Unknown,
        });
        outcome
    }

    async fn ask<T>(
        &self,
        via: Option<&mut Visit>,
        request: Request,
        judge: impl FnOnce(Seen<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut answer = self.http.read(via, &request).await?;
        let judged = judge(Seen::new(&answer));
        answer.classified(match &judged {
            Ok(_) => CallResult::Ok,
            Err(trouble) => match trouble.kind {
                TroubleKind::Credentials | TroubleKind::Throttled => CallResult::Rejected,
                TroubleKind::Unavailable | TroubleKind::Garbled => CallResult::Unknown,
            },
        });
        judged
    }
}
