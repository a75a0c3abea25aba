//! Contact data in full, for providers without contact ids.

use std::fmt;

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
