//! Customers (fact sheet §3.5). All of it is free.

use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;

use super::super::endpoints::customers as rows;
use super::super::wire::{Customer, CustomerRow, Done, Id, Page};
use super::{Client, Draft, Reads, Reply};
use crate::http::{SendError, Visit};
use crate::provider::Trouble;

/// Which of the two sign-up calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignupVersion {
    /// `customers/signup`
    First,
    /// `customers/v2/signup`
    Second,
}

/// A customer's data. `Debug` tells no person's data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CustomerFields {
    /// The user name: a mail address.
    pub username: String,
    /// Person.
    pub name: String,
    /// Organisation.
    pub company: String,
    /// Street.
    pub address1: String,
    /// Second line.
    pub address2: Option<String>,
    /// Third line.
    pub address3: Option<String>,
    /// City.
    pub city: String,
    /// State; `Not Applicable` where the country has none in the provider's list, with `other_state`.
    pub state: String,
    /// The state that is not in the list.
    pub other_state: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Postal code.
    pub zip: String,
    /// Country code of the phone, digits.
    pub phone_cc: String,
    /// Phone, digits.
    pub phone: String,
    /// Language of mails, `en`.
    pub language: String,
    /// Second phone: country code and number.
    pub alt_phone: Option<(String, String)>,
    /// Fax: country code and number.
    pub fax: Option<(String, String)>,
    /// Mobile: country code and number.
    pub mobile: Option<(String, String)>,
    /// European VAT id.
    pub vat_id: Option<String>,
    /// Consent to SMS (sign-up only).
    pub sms_consent: Option<bool>,
    /// Accepted the privacy policy (sign-up only).
    pub accept_policy: Option<bool>,
    /// Consent to advertising (sign-up only).
    pub marketing_email_consent: Option<bool>,
}

impl fmt::Debug for CustomerFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerFields")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

impl CustomerFields {
    fn put(&self, draft: Draft) -> Draft {
        let pair = |draft: Draft, cc, number, value: &Option<(String, String)>| match value {
            Some((code, digits)) => draft.set(cc, code).set(number, digits),
            None => draft,
        };
        let draft = draft
            .set("name", &self.name)
            .set("company", &self.company)
            .set("address-line-1", &self.address1)
            .set("city", &self.city)
            .set("state", &self.state)
            .some("other-state", self.other_state.as_ref())
            .set("country", &self.country)
            .set("zipcode", &self.zip)
            .set("phone-cc", &self.phone_cc)
            .set("phone", &self.phone)
            .set("lang-pref", &self.language)
            .some("address-line-2", self.address2.as_ref())
            .some("address-line-3", self.address3.as_ref());
        let draft = pair(draft, "alt-phone-cc", "alt-phone", &self.alt_phone);
        let draft = pair(draft, "fax-cc", "fax", &self.fax);
        pair(draft, "mobile-cc", "mobile", &self.mobile)
    }
}

/// What `customers/search` is asked for. Without `Debug`: it names a person.
#[derive(Clone, Default)]
pub struct CustomerQuery<'a> {
    /// Rows of a page, 10 to 500.
    pub rows: u32,
    /// From 1.
    pub page_no: u32,
    /// These customers only.
    pub customer_ids: &'a [String],
    /// Customers of these resellers only.
    pub reseller_ids: &'a [String],
    /// Of this user name.
    pub username: Option<&'a str>,
    /// Of this name.
    pub name: Option<&'a str>,
    /// Of this organisation.
    pub company: Option<&'a str>,
    /// In this city.
    pub city: Option<&'a str>,
    /// In this state.
    pub state: Option<&'a str>,
    /// `Active` and kin.
    pub status: Option<&'a str>,
    /// Signed up from here on.
    pub created_from: Option<Timestamp>,
    /// Signed up until here.
    pub created_until: Option<Timestamp>,
}

impl Client {
    /// POST `customers/signup` or `customers/v2/signup`: a new customer; answers its id.
    ///
    /// The password has 9 to 16 characters (formerly 8 to 15) of all four kinds. A taken user name is refused, so a
    /// repeat is harmless: read the details then. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn customer_signup(
        &self,
        via: &mut Visit,
        version: SignupVersion,
        customer: &CustomerFields,
        password: &SecretString,
    ) -> Result<Reply<Id>, SendError> {
        let row = match version {
            SignupVersion::First => &rows::SIGNUP,
            SignupVersion::Second => &rows::SIGNUP_V2,
        };
        let draft = self
            .draft(row)
            .set("username", &customer.username)
            .secret("passwd", password);
        let draft = customer
            .put(draft)
            .some("sms-consent", customer.sms_consent)
            .some("vat-id", customer.vat_id.as_ref())
            .some("accept-policy", customer.accept_policy)
            .some("marketing-email-consent", customer.marketing_email_consent);
        self.write(via, draft).await
    }

    /// POST `customers/modify`: changes a customer. May be repeated. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn customer_modify(
        &self,
        via: &mut Visit,
        customer_id: &str,
        customer: &CustomerFields,
    ) -> Result<Reply<Done>, SendError> {
        let draft = self
            .draft(&rows::MODIFY)
            .set("customer-id", customer_id)
            .set("username", &customer.username);
        let draft = customer.put(draft).some("vat-id", customer.vat_id.as_ref());
        self.write(via, draft).await
    }

    /// POST `customers/delete`. Not to be repeated blindly. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn customer_delete(&self, via: &mut Visit, customer_id: &str) -> Result<Reply<Done>, SendError> {
        self.write(via, self.draft(&rows::DELETE).set("customer-id", customer_id))
            .await
    }

    /// POST `customers/change-password`. May be repeated. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn customer_change_password(
        &self,
        via: &mut Visit,
        customer_id: &str,
        password: &SecretString,
    ) -> Result<Reply<Done>, SendError> {
        let draft = self
            .draft(&rows::CHANGE_PASSWORD)
            .set("customer-id", customer_id)
            .secret("new-passwd", password);
        self.write(via, draft).await
    }
}

impl Reads<'_> {
    /// GET `customers/details`: by user name; `None`: there is none. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn customer(&mut self, username: &str) -> Result<Option<Customer>, Trouble> {
        self.maybe(self.draft(&rows::DETAILS).set("username", username)).await
    }

    /// GET `customers/details-by-id`; `None`: there is none. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn customer_by_id(&mut self, customer_id: &str) -> Result<Option<Customer>, Trouble> {
        self.maybe(self.draft(&rows::DETAILS_BY_ID).set("customer-id", customer_id))
            .await
    }

    /// GET `customers/search`. Source: §3.5 \[K\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page.
    pub async fn customer_search(&mut self, query: &CustomerQuery<'_>) -> Result<Page<CustomerRow>, Trouble> {
        let second = |at: Option<Timestamp>| at.map(Timestamp::as_second);
        let draft = self
            .draft(&rows::SEARCH)
            .set("no-of-records", query.rows)
            .set("page-no", query.page_no)
            .list("customer-id", query.customer_ids)
            .list("reseller-id", query.reseller_ids)
            .some("username", query.username)
            .some("name", query.name)
            .some("company", query.company)
            .some("city", query.city)
            .some("state", query.state)
            .some("status", query.status)
            .some("creation-date-start", second(query.created_from))
            .some("creation-date-end", second(query.created_until));
        self.value(draft).await
    }
}
