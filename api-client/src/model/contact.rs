//! Contacts: data in full, what an order wants of them before its purchase, and what was made of that.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::ContactIds;
use crate::provider::Operation;

/// A person or organisation. `Debug` tells nothing of it but the country.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ContactProfile {
    /// Person.
    pub name: String,
    /// Organisation.
    pub company: Option<String>,
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
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// Postal code.
    pub zip: String,
    /// Country code of the phone, digits.
    pub phone_cc: String,
    /// Phone, digits.
    pub phone: String,
    /// Country code of the fax, digits.
    pub fax_cc: Option<String>,
    /// Fax, digits.
    pub fax: Option<String>,
    /// LogicBoxes contact type; elsewhere refused at intake.
    pub contact_type: Option<String>,
    /// TLD-specific details (LogicBoxes); elsewhere refused at intake.
    pub attributes: BTreeMap<String, String>,
}

impl fmt::Debug for ContactProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactProfile")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// The four roles; a role left out is the registrant's, and without a registrant the provider's own default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactProfiles {
    /// The holder.
    pub registrant: Option<ContactProfile>,
    /// Administrative contact.
    pub admin: Option<ContactProfile>,
    /// Technical contact.
    pub tech: Option<ContactProfile>,
    /// Billing contact.
    pub billing: Option<ContactProfile>,
}

impl ContactProfiles {
    /// No role is filled.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.registrant.is_none() && self.admin.is_none() && self.tech.is_none() && self.billing.is_none()
    }
}

/// A contact: one the provider has, or one to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedContact {
    /// By its id.
    Id(String),
    /// By its data.
    Profile(Box<ContactProfile>),
}

/// The contacts a domain shall have. A role left out is the registrant's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedContacts {
    /// The holder.
    pub registrant: Option<WantedContact>,
    /// Administrative.
    pub admin: Option<WantedContact>,
    /// Technical.
    pub tech: Option<WantedContact>,
    /// Billing.
    pub billing: Option<WantedContact>,
}

/// What has to stand at the provider before a purchase can name it: contacts of which an order gives full profiles.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// What is going to be bought.
    pub operation: Operation,
    /// ASCII, lower case.
    pub domain: String,
    /// The provider's customer id, whose contacts they are.
    pub customer: String,
    /// The contacts.
    pub contacts: WantedContacts,
}

/// Contacts that are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Their ids, every role filled if the registrant was given.
    pub contacts: ContactIds,
    /// The id of each profile, by its digest ([`crate::provider::Provider::contact_digests`]).
    pub by_digest: BTreeMap<String, String>,
}

/// A digest of these fields in this order, hex.
pub(crate) fn digest<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        // The length keeps two fields from flowing into one another.
        hash.update(field.len().to_be_bytes());
        hash.update(field.as_bytes());
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
