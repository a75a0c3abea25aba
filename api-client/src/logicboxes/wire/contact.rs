//! Contacts (§3.4). Their `Debug` tells no person's data.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::{Body, Fields, FromBody, Page, Scalar, object, read};

/// `contacts/details`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ContactDetails {
    /// The contact's id.
    #[serde(alias = "contactid")]
    pub entityid: Scalar,
    /// `Contact`, `UkContact`, …
    #[serde(rename = "type")]
    pub contact_type: Scalar,
    /// Person.
    pub name: Scalar,
    /// Organisation.
    pub company: Scalar,
    /// Mail address.
    pub emailaddr: Scalar,
    /// Country code of the phone, digits.
    pub telnocc: Scalar,
    /// Phone, digits.
    pub telno: Scalar,
    /// Street.
    pub address1: Scalar,
    /// Second line.
    pub address2: Scalar,
    /// Third line.
    pub address3: Scalar,
    /// City.
    pub city: Scalar,
    /// State or province.
    pub state: Scalar,
    /// ISO 3166-1 alpha-2.
    pub country: Scalar,
    /// Postal code.
    pub zip: Scalar,
    /// `Active`, `InActive`, `Suspended`, `Deleted`.
    pub currentstatus: Scalar,
    /// Whether it may be used.
    pub contactstatus: Scalar,
    /// Whose it is.
    pub customerid: Scalar,
}

impl FromBody for ContactDetails {
    fn from_body(body: &Body) -> Result<Self, String> {
        // Both names of the id may stand there, which one field with an alias would not take.
        let mut fields = object(body)?.clone();
        if fields.contains_key("entityid") {
            fields.remove("contactid");
        }
        let details: Self = read(&fields)?;
        match details.entityid.id() {
            Some(_) => Ok(details),
            None => Err("no `entityid`".to_owned()),
        }
    }
}

/// A row of `contacts/search`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ContactRow {
    /// The contact's id.
    #[serde(rename = "entity.entityid")]
    pub entityid: Scalar,
    /// `Contact`, `UkContact`, …
    #[serde(rename = "contact.type")]
    pub contact_type: Scalar,
    /// Person.
    #[serde(rename = "contact.name")]
    pub name: Scalar,
    /// Organisation.
    #[serde(rename = "contact.company")]
    pub company: Scalar,
    /// Mail address.
    #[serde(rename = "contact.emailaddr")]
    pub emailaddr: Scalar,
    /// Country code of the phone, digits.
    #[serde(rename = "contact.telnocc")]
    pub telnocc: Scalar,
    /// Phone, digits.
    #[serde(rename = "contact.telno")]
    pub telno: Scalar,
    /// Street.
    #[serde(rename = "contact.address1")]
    pub address1: Scalar,
    /// Second line.
    #[serde(rename = "contact.address2")]
    pub address2: Scalar,
    /// Third line.
    #[serde(rename = "contact.address3")]
    pub address3: Scalar,
    /// City.
    #[serde(rename = "contact.city")]
    pub city: Scalar,
    /// State or province.
    #[serde(rename = "contact.state")]
    pub state: Scalar,
    /// ISO 3166-1 alpha-2.
    #[serde(rename = "contact.country")]
    pub country: Scalar,
    /// Postal code.
    #[serde(rename = "contact.zip")]
    pub zip: Scalar,
    /// `Active`, `InActive`, `Suspended`, `Deleted`.
    #[serde(rename = "entity.currentstatus")]
    pub currentstatus: Scalar,
    /// Whose it is.
    #[serde(rename = "entity.customerid")]
    pub customerid: Scalar,
    /// `{valid, invaliddata}`; keys lowered.
    pub whoisvalidity: Option<Value>,
}

impl ContactRow {
    /// The same as details.
    #[must_use]
    pub fn details(&self) -> ContactDetails {
        let row = self;
        ContactDetails {
            entityid: row.entityid.clone(),
            contact_type: row.contact_type.clone(),
            name: row.name.clone(),
            company: row.company.clone(),
            emailaddr: row.emailaddr.clone(),
            telnocc: row.telnocc.clone(),
            telno: row.telno.clone(),
            address1: row.address1.clone(),
            address2: row.address2.clone(),
            address3: row.address3.clone(),
            city: row.city.clone(),
            state: row.state.clone(),
            country: row.country.clone(),
            zip: row.zip.clone(),
            currentstatus: row.currentstatus.clone(),
            contactstatus: Scalar::default(),
            customerid: row.customerid.clone(),
        }
    }
}

/// A page of `contacts/search`.
pub type Contacts = Page<ContactRow>;

macro_rules! discreet {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("entityid", &self.entityid)
                    .field("contact_type", &self.contact_type)
                    .field("country", &self.country)
                    .finish_non_exhaustive()
            }
        }
    )* };
}
discreet!(ContactDetails, ContactRow);

/// The default contacts of one type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Defaults {
    /// The holder's id.
    pub registrant: Scalar,
    /// Administrative.
    pub admin: Scalar,
    /// Technical.
    pub tech: Scalar,
    /// Billing.
    pub billing: Scalar,
    /// The holder.
    #[serde(rename = "registrantcontactdetails", deserialize_with = "super::part")]
    pub registrant_details: Option<ContactRow>,
    /// Administrative.
    #[serde(rename = "admincontactdetails", deserialize_with = "super::part")]
    pub admin_details: Option<ContactRow>,
    /// Technical.
    #[serde(rename = "techcontactdetails", deserialize_with = "super::part")]
    pub tech_details: Option<ContactRow>,
    /// Billing.
    #[serde(rename = "billingcontactdetails", deserialize_with = "super::part")]
    pub billing_details: Option<ContactRow>,
}

/// `contacts/default` and `contacts/modDefault`: by type, in lower case as all keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultContacts(pub BTreeMap<String, Defaults>);

impl FromBody for DefaultContacts {
    fn from_body(body: &Body) -> Result<Self, String> {
        let fields: &Fields = object(body)?;
        let mut types = BTreeMap::new();
        for (name, value) in fields {
            if let Value::Object(one) = value {
                types.insert(name.clone(), read(one)?);
            }
        }
        if types.is_empty() {
            return Err("no contact type".to_owned());
        }
        Ok(Self(types))
    }
}
