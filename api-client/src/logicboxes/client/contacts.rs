//! Contacts (fact sheet §3.4). All of it is free.

use std::fmt;

use super::super::endpoints::contacts as rows;
use super::super::wire::{ActionResponse, Agreement, ContactDetails, Contacts, DefaultContacts, Done, Fields, Id};
use super::domains::pairs;
use super::{Client, Draft, FourContacts, Reads, Reply};
use crate::http::{SendError, Visit};
use crate::provider::Trouble;

/// A contact's data, as the provider takes it. `Debug` tells no person's data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ContactFields {
    /// Person.
    pub name: String,
    /// Organisation; required, `N/A` where there is none.
    pub company: String,
    /// Mail address.
    pub email: String,
    /// Street.
    pub address1: String,
    /// Second line.
    pub address2: Option<String>,
    /// Third line.
    pub address3: Option<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub state: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Postal code.
    pub zip: String,
    /// Country code of the phone, 1–3 digits.
    pub phone_cc: String,
    /// Phone, digits.
    pub phone: String,
    /// Country code of the fax, digits.
    pub fax_cc: Option<String>,
    /// Fax, digits.
    pub fax: Option<String>,
}

impl fmt::Debug for ContactFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactFields")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

impl ContactFields {
    fn required(&self, draft: Draft) -> Draft {
        draft
            .set("name", &self.name)
            .set("company", &self.company)
            .set("email", &self.email)
            .set("address-line-1", &self.address1)
            .set("city", &self.city)
            .set("country", &self.country)
            .set("zipcode", &self.zip)
            .set("phone-cc", &self.phone_cc)
            .set("phone", &self.phone)
    }

    fn optional(&self, draft: Draft) -> Draft {
        draft
            .some("address-line-2", self.address2.as_ref())
            .some("address-line-3", self.address3.as_ref())
            .some("state", self.state.as_ref())
            .some("fax-cc", self.fax_cc.as_ref())
            .some("fax", self.fax.as_ref())
    }
}

/// What `contacts/search` is asked for. Without `Debug`: it names a person.
#[derive(Clone, Default)]
pub struct ContactQuery<'a> {
    /// Whose contacts.
    pub customer: &'a str,
    /// Rows of a page, 10 to 500.
    pub rows: u32,
    /// From 1.
    pub page_no: u32,
    /// These contacts only.
    pub contact_ids: &'a [String],
    /// `InActive`, `Active`, `Suspended`, `Deleted`; none: all.
    pub statuses: &'a [&'a str],
    /// Of this name.
    pub name: Option<&'a str>,
    /// Of this organisation.
    pub company: Option<&'a str>,
    /// With this mail address.
    pub email: Option<&'a str>,
    /// Of this type.
    pub contact_type: Option<&'a str>,
    /// Those with invalid data too, which are hidden otherwise.
    pub include_invalid: Option<bool>,
}

impl Client {
    /// POST `contacts/add`: a new contact; answers its id.
    ///
    /// Duplicates are allowed on purpose, so look for it first ([`super::super::prepare`]). Source: §3.4 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn contact_add(
        &self,
        via: &mut Visit,
        customer: &str,
        contact_type: &str,
        contact: &ContactFields,
        attributes: &[(String, String)],
    ) -> Result<Reply<Id>, SendError> {
        let draft = contact
            .required(self.draft(&rows::ADD))
            .set("customer-id", customer)
            .set("type", contact_type);
        let draft = contact.optional(draft).pairs("attr", pairs(attributes));
        self.write(via, draft).await
    }

    /// POST `contacts/modify`: changes a contact. May be repeated. Announced as withdrawn from December 2016: add a new
    /// contact and use `domains/modify-contact` instead. Source: §3.4 \[S\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn contact_modify(
        &self,
        via: &mut Visit,
        contact_id: &str,
        contact: &ContactFields,
    ) -> Result<Reply<ActionResponse>, SendError> {
        let draft = contact.required(self.draft(&rows::MODIFY).set("contact-id", contact_id));
        self.write(via, contact.optional(draft)).await
    }

    /// POST `contacts/set-details`: sets TLD-specific details, for products such as `dotca` or `domus`. May be repeated.
    /// Source: §3.4 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn contact_set_details(
        &self,
        via: &mut Visit,
        contact_id: &str,
        attributes: &[(String, String)],
        product_keys: &[&str],
    ) -> Result<Reply<Done>, SendError> {
        let draft = self
            .draft(&rows::SET_DETAILS)
            .set("contact-id", contact_id)
            .pairs("attr", pairs(attributes))
            .list("product-key", product_keys);
        self.write(via, draft).await
    }

    /// POST `contacts/delete`: refused while the contact is in use. Not to be repeated blindly. Source: §3.4 \[S\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn contact_delete(&self, via: &mut Visit, contact_id: &str) -> Result<Reply<ActionResponse>, SendError> {
        self.write(via, self.draft(&rows::DELETE).set("contact-id", contact_id))
            .await
    }

    /// POST `contacts/coop/add-sponsor`: a sponsor for .COOP names; answers its id. Nothing refuses a repeat. Source:
    /// §3.4 \[S name\]\[P\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn coop_add_sponsor(
        &self,
        via: &mut Visit,
        customer: &str,
        sponsor: &ContactFields,
    ) -> Result<Reply<Id>, SendError> {
        let draft = sponsor.required(self.draft(&rows::COOP_ADD_SPONSOR).set("customer-id", customer));
        self.write(via, sponsor.optional(draft)).await
    }

    /// POST `contacts/modDefault`: sets a customer's default contacts of a type. May be repeated. Source: §3.4 \[K\].
    ///
    /// # Errors
    /// [`SendError`] where no complete answer came.
    pub async fn contact_set_default(
        &self,
        via: &mut Visit,
        customer: &str,
        contact_type: &str,
        contacts: &FourContacts,
    ) -> Result<Reply<DefaultContacts>, SendError> {
        let draft = self
            .draft(&rows::MOD_DEFAULT)
            .set("customer-id", customer)
            .set("type", contact_type);
        self.write(via, contacts.put(draft)).await
    }
}

impl Reads<'_> {
    /// GET `contacts/details`; `None`: there is none of this id, or it is archived. Source: §3.4 \[S\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn contact_details(&mut self, contact_id: &str) -> Result<Option<ContactDetails>, Trouble> {
        self.maybe(self.draft(&rows::DETAILS).set("contact-id", contact_id))
            .await
    }

    /// GET `contacts/search`: a customer's contacts. Unused ones older than six months are archived and hidden. Source:
    /// §3.4 \[S\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the search failed. Nothing found is an empty page.
    pub async fn contact_search(&mut self, query: &ContactQuery<'_>) -> Result<Contacts, Trouble> {
        let draft = self
            .draft(&rows::SEARCH)
            .set("customer-id", query.customer)
            .set("no-of-records", query.rows)
            .set("page-no", query.page_no)
            .list("contact-id", query.contact_ids)
            .list("status", query.statuses)
            .some("name", query.name)
            .some("company", query.company)
            .some("email", query.email)
            .some("type", query.contact_type)
            .some("include-invalid", query.include_invalid);
        self.value(draft).await
    }

    /// POST `contacts/default`, which changes nothing: a customer's default contacts of these types. Source: §3.4 \[S\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn contact_defaults(&mut self, customer: &str, types: &[&str]) -> Result<DefaultContacts, Trouble> {
        let draft = self
            .draft(&rows::DEFAULT)
            .set("customer-id", customer)
            .list("type", types);
        self.value(draft).await
    }

    /// GET `contacts/sponsors`: a customer's .COOP sponsors; the keys are not documented. Source: §3.4 \[S name\]\[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn coop_sponsors(&mut self, customer: &str) -> Result<Fields, Trouble> {
        self.value(self.draft(&rows::SPONSORS).set("customer-id", customer))
            .await
    }

    /// GET `contacts/dotca/registrantagreement`: the agreement a .CA registrant accepts; its version feeds the contact's
    /// `AgreementVersion`. Source: §3.4 \[P\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn ca_agreement(&mut self) -> Result<Agreement, Trouble> {
        self.value(self.draft(&rows::CA_AGREEMENT)).await
    }

    /// GET `contacts/validate-registrant`: whether a contact meets criteria such as `CPR` or `APP_PREF_NEXUS`; the keys
    /// are not documented. Source: §3.4 \[K\].
    ///
    /// # Errors
    /// The trouble, where the look-up failed.
    pub async fn validate_registrant(&mut self, contact_id: &str, criteria: &[&str]) -> Result<Fields, Trouble> {
        let draft = self
            .draft(&rows::VALIDATE_REGISTRANT)
            .set("contact-id", contact_id)
            .list("eligibility-criteria", criteria);
        self.value(draft).await
    }
}
