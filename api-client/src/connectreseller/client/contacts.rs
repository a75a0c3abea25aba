//! Contacts of clients (B1 to B3, and calls of the newer document).

use std::fmt;

use super::super::endpoints::{
    ADD_REGISTRANT_CONTACT, DEFAULT_REGISTRANT_CONTACT, MODIFY_REGISTRANT_CONTACT, REGISTRANT_SEARCH_LIST,
    RESEND_REGISTRANT_MAIL, SEND_KYC_MAIL, VIEW_REGISTRANT,
};
use super::super::verdict;
use super::super::wire::{self, ContactRow, Listing, RegistrantContact};
use super::{Client, Done};
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::http::{Request, Visit};
use crate::provider::Trouble;

/// A telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phone<'a> {
    /// The country's code, without a plus.
    pub country_code: &'a str,
    /// The rest.
    pub number: &'a str,
}

/// A contact's data, as the provider wants it (fact sheet 2.2, "field rules").
#[derive(Clone, Copy)]
pub struct ContactParams<'a> {
    /// `Name`
    pub name: &'a str,
    /// `EmailAddress`, without a tag after a plus.
    pub email: &'a str,
    /// `CompanyName`; "NA" where there is none.
    pub company: &'a str,
    /// `Address`: all its lines.
    pub address: &'a str,
    /// `City`
    pub city: &'a str,
    /// `StateName`; "other" where there is none.
    pub state: &'a str,
    /// `CountryName`: in English and in full.
    pub country: &'a str,
    /// `Zip`
    pub zip: &'a str,
    /// `PhoneNo_cc`, `PhoneNo`
    pub phone: Phone<'a>,
    /// `Faxno_cc`, `FaxNo`
    pub fax: Option<Phone<'a>>,
    /// `Alternate_Phone_cc`, `Alternate_Phone`
    pub other_phone: Option<Phone<'a>>,
}

impl fmt::Debug for ContactParams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactParams")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// The four contacts of a domain, as bare numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainContactIds<'a> {
    /// `registrantContactId`
    pub registrant: &'a str,
    /// `adminContactId`
    pub admin: &'a str,
    /// `technicalContactId`
    pub tech: &'a str,
    /// `billingContactId`
    pub billing: &'a str,
}

/// The parameters that contacts and clients share, in the document's order.
pub(super) fn place(request: Request, params: &ContactParams<'_>) -> Request {
    request
        .query("City", params.city)
        .query("StateName", params.state)
        .query("CountryName", params.country)
        .query("Zip", params.zip)
        .query("PhoneNo_cc", params.phone.country_code)
        .query("PhoneNo", params.phone.number)
        .query_some("Faxno_cc", params.fax.map(|fax| fax.country_code))
        .query_some("FaxNo", params.fax.map(|fax| fax.number))
        .query_some("Alternate_Phone_cc", params.other_phone.map(|phone| phone.country_code))
        .query_some("Alternate_Phone", params.other_phone.map(|phone| phone.number))
}

impl Client {
    fn contact(&self, row: &'static Endpoint, params: &ContactParams<'_>) -> Request {
        // Real clients send `EmailAddress`, the document says `EmailAdress`; both do no harm [P].
        let request = self
            .request(row)
            .query("Name", params.name)
            .query("EmailAddress", params.email)
            .query("EmailAdress", params.email)
            .query("CompanyName", params.company)
            .query("Address", params.address);
        place(request, params)
    }

    /// Adds a contact to a client, for free (B1 \[S\]). The answer's outer id is the contact's \[P\]; `None` where it has
    /// none, and then [`Client::registrant_search_list`] finds it. Nothing refuses a second one: look first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn add_registrant_contact(
        &self,
        via: &mut Visit,
        client_id: &str,
        params: &ContactParams<'_>,
    ) -> Result<Option<String>, Failure> {
        let request = self.contact(&ADD_REGISTRANT_CONTACT, params).query("Id", client_id);
        Ok(self.change(via, request).await?.id)
    }

    /// Changes a contact, on every domain that has it (B2 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn modify_registrant_contact(
        &self,
        via: &mut Visit,
        contact_id: &str,
        params: &ContactParams<'_>,
    ) -> Result<Done, Failure> {
        let request = self
            .contact(&MODIFY_REGISTRANT_CONTACT, params)
            .query("RegistrantContactId", contact_id);
        self.done(via, request).await
    }

    /// A contact, or `None` where there is none of this id (B3 \[S\]\[P\]).
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn view_registrant(
        &self,
        via: Option<&mut Visit>,
        contact_id: &str,
    ) -> Result<Option<RegistrantContact>, Trouble> {
        let request = self.request(&VIEW_REGISTRANT).query("RegistrantContactId", contact_id);
        self.ask(via, request, |seen| verdict::thing(&seen, RegistrantContact::of))
            .await
    }

    /// The id of a client's default contact \[P\], or `None` where there is no such client.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn default_registrant_contact(
        &self,
        via: Option<&mut Visit>,
        client_id: &str,
    ) -> Result<Option<String>, Trouble> {
        let request = self.request(&DEFAULT_REGISTRANT_CONTACT).query("Id", client_id);
        self.ask(via, request, |seen| verdict::thing(&seen, wire::contact_id))
            .await
    }

    /// A page, from 1, of a client's contacts (V11 B4 \[P\]).
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn registrant_search_list(
        &self,
        via: Option<&mut Visit>,
        client_id: &str,
        page: u32,
        rows_max: u16,
        query: Option<&str>,
    ) -> Result<Listing<ContactRow>, Trouble> {
        let request = self
            .request(&REGISTRANT_SEARCH_LIST)
            .query("clientId", client_id)
            .query("page", page.to_string())
            .query("maxIndex", rows_max.to_string())
            .query_some("searchQuery", query);
        self.ask(via, request, |seen| verdict::listing(&seen, ContactRow::of))
            .await
    }

    /// Sends a contact the verification mail again (V11 B5 \[P\]); each call sends one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn resend_registrant_mail(&self, via: &mut Visit, contact_id: &str) -> Result<Done, Failure> {
        let request = self.request(&RESEND_REGISTRANT_MAIL).query("contactId", contact_id);
        self.done(via, request).await
    }

    /// Sends a contact the mail that asks who it is (V11 B6 \[P\]); each call sends one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send_kyc_mail(&self, via: &mut Visit, contact_id: &str) -> Result<Done, Failure> {
        let request = self.request(&SEND_KYC_MAIL).query("registrantContactId", contact_id);
        self.done(via, request).await
    }
}
