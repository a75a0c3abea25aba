//! From a stored order to what the provider is asked for.

use domorder_api_client::provider::{
    ContactIds, ContactProfile, ContactProfiles, EmailAccounts, EmailCreate, EmailDelete, EmailRenew, Operation,
    Preparation, Purchase, Register, Renew, Transfer, WantedContact, WantedContacts,
};
use secrecy::SecretString;

use crate::order::{self, Contact, Order};
use crate::seal::{KeyRing, SealError, Sealed};
use crate::state::Kind;

#[cfg(test)]
mod tests;

/// Why a stored order cannot be turned into a purchase. Each is a fault of the record or of the key file, none of
/// them goes away by trying again, and nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurchaseError {
    /// A field that validation demands is not there.
    #[error("the order has no `{0}`")]
    Missing(&'static str),
    /// The provider has to be given ids, and no contact was made of this profile.
    #[error("contact `{0}` is a full profile without an id at the provider")]
    ProfileWithoutId(&'static str),
    /// The provider has to be given the contact in full, and knows no ids.
    #[error("contact `{0}` is an id, and the provider takes full profiles only")]
    IdWithoutProfile(&'static str),
    /// A field that no purchase can carry: dropping it would buy something else.
    #[error("the provider takes no `{0}` with this operation")]
    NotTaken(&'static str),
    /// The auth code does not open.
    #[error("the auth code cannot be read")]
    AuthCode(#[source] SealError),
}

/// The contacts of a purchase: by id, or in full.
type Told = (ContactIds, Option<Box<ContactProfiles>>);

impl Order {
    /// What to buy, where the provider has to be given contacts by its ids. A later auth code (from a signal) stands in
    /// for the document's.
    ///
    /// # Errors
    /// What the order lacks, or why its secret does not open.
    pub fn purchase(&self, ring: &KeyRing, auth_code: Option<&Sealed>) -> Result<Purchase, PurchaseError> {
        self.purchase_as(ring, auth_code, Self::by_id)
    }

    /// As [`Order::purchase`], where the provider keeps contacts inside the domain and takes them as full profiles
    /// (`Provider::takes_profiles`).
    ///
    /// # Errors
    /// As [`Order::purchase`].
    pub fn purchase_with_profiles(
        &self,
        ring: &KeyRing,
        auth_code: Option<&Sealed>,
    ) -> Result<Purchase, PurchaseError> {
        self.purchase_as(ring, auth_code, Self::in_full)
    }

    /// As [`Order::purchase`], with contacts that were made of the order's ([`Order::preparation`]).
    ///
    /// # Errors
    /// As [`Order::purchase`].
    pub fn purchase_prepared(
        &self,
        ring: &KeyRing,
        auth_code: Option<&Sealed>,
        contacts: &ContactIds,
    ) -> Result<Purchase, PurchaseError> {
        self.purchase_as(ring, auth_code, |_| Ok((contacts.clone(), None)))
    }

    /// Whether a contact is given as a full profile.
    #[must_use]
    pub fn has_profiles(&self) -> bool {
        let contacts = &self.contacts;
        [&contacts.registrant, &contacts.admin, &contacts.tech, &contacts.billing]
            .into_iter()
            .any(|contact| matches!(contact, Some(Contact::Profile(_))))
    }

    /// The contacts that have to stand at the provider before the purchase can name them.
    #[must_use]
    pub fn preparation(&self) -> Preparation {
        let wanted = |contact: &Option<Contact>| {
            contact.as_ref().map(|contact| match contact {
                Contact::Id { id } => WantedContact::Id(id.clone()),
                Contact::Profile(profile) => WantedContact::Profile(Box::new(profile_of(profile))),
            })
        };
        Preparation {
            operation: self.operation(),
            domain: self.domain.clone(),
            customer: self.customer.clone().unwrap_or_default(),
            contacts: WantedContacts {
                registrant: wanted(&self.contacts.registrant),
                admin: wanted(&self.contacts.admin),
                tech: wanted(&self.contacts.tech),
                billing: wanted(&self.contacts.billing),
            },
        }
    }

    fn purchase_as(
        &self,
        ring: &KeyRing,
        auth_code: Option<&Sealed>,
        contacts: impl FnOnce(&Self) -> Result<Told, PurchaseError>,
    ) -> Result<Purchase, PurchaseError> {
        if self.kind == Kind::EmailOrder && self.action.is_none() {
            return Err(PurchaseError::Missing("action"));
        }
        let domain = self.domain.clone();
        let auto_renew = self.auto_renew.unwrap_or(false);
        let invoice = self.invoice.unwrap_or_default();
        Ok(match self.operation() {
            Operation::Register => {
                let (contacts, profiles) = contacts(self)?;
                Purchase::Register(Register {
                    domain,
                    years: self.years.ok_or(PurchaseError::Missing("years"))?,
                    nameservers: self.nameservers.clone(),
                    // Empty where the provider has no customers; intake demands one elsewhere.
                    customer: self.customer.clone().unwrap_or_default(),
                    contacts,
                    profiles,
                    privacy: self.privacy.unwrap_or(false),
                    auto_renew,
                    invoice,
                    coupon: self.coupon.clone(),
                    attributes: self.attributes.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                })
            }
            Operation::Transfer => {
                if self.years.is_some() {
                    return Err(PurchaseError::NotTaken("years"));
                }
                Purchase::Transfer(Transfer {
                    domain,
                    auth_code: self.open_auth_code(ring, auth_code)?,
                    nameservers: self.nameservers.clone(),
                    customer: self.customer.clone().unwrap_or_default(),
                    contacts: contacts(self)?.0,
                    privacy: self.privacy.unwrap_or(false),
                    invoice,
                })
            }
            Operation::Renew => Purchase::Renew(Renew {
                domain,
                years: self.years.ok_or(PurchaseError::Missing("years"))?,
                customer: self.customer.clone(),
                privacy: self.privacy,
                auto_renew,
                invoice,
            }),
            Operation::EmailCreate => Purchase::EmailCreate(EmailCreate {
                domain,
                customer: self.customer.clone().ok_or(PurchaseError::Missing("customer"))?,
                months: self.months.ok_or(PurchaseError::Missing("months"))?,
                accounts: self.accounts.ok_or(PurchaseError::Missing("accounts"))?,
                auto_renew,
                invoice,
            }),
            Operation::EmailRenew => Purchase::EmailRenew(EmailRenew {
                domain,
                months: self.months.ok_or(PurchaseError::Missing("months"))?,
                additional_accounts: self.accounts,
                auto_renew,
                invoice,
            }),
            operation @ (Operation::EmailAddAccounts | Operation::EmailRemoveAccounts) => {
                let accounts = self.accounts.ok_or(PurchaseError::Missing("accounts"))?;
                let change = EmailAccounts {
                    domain,
                    accounts,
                    invoice,
                };
                match operation {
                    Operation::EmailAddAccounts => Purchase::EmailAddAccounts(change),
                    _ => Purchase::EmailRemoveAccounts(change),
                }
            }
            Operation::EmailDelete => Purchase::EmailDelete(EmailDelete { domain }),
        })
    }

    fn open_auth_code(&self, ring: &KeyRing, later: Option<&Sealed>) -> Result<Option<SecretString>, PurchaseError> {
        later
            .or(self.auth_code.as_ref())
            .map(|sealed| ring.open(self.id, sealed))
            .transpose()
            .map_err(PurchaseError::AuthCode)
    }

    fn by_id(&self) -> Result<Told, PurchaseError> {
        self.contact_ids().map(|ids| (ids, None))
    }

    fn in_full(&self) -> Result<Told, PurchaseError> {
        let profiles = self.contact_profiles()?;
        let profiles = (!profiles.is_empty()).then(|| Box::new(profiles));
        Ok((ContactIds::default(), profiles))
    }

    /// The four profiles as given; what a role left out comes to is the provider's adapter to say.
    fn contact_profiles(&self) -> Result<ContactProfiles, PurchaseError> {
        let profile = |role, contact: &Option<Contact>| match contact {
            None => Ok(None),
            Some(Contact::Profile(profile)) => Ok(Some(profile_of(profile))),
            Some(Contact::Id { .. }) => Err(PurchaseError::IdWithoutProfile(role)),
        };
        Ok(ContactProfiles {
            registrant: profile("registrant", &self.contacts.registrant)?,
            admin: profile("admin", &self.contacts.admin)?,
            tech: profile("tech", &self.contacts.tech)?,
            billing: profile("billing", &self.contacts.billing)?,
        })
    }

    /// The four ids; a role left out is the registrant's.
    fn contact_ids(&self) -> Result<ContactIds, PurchaseError> {
        let id = |role, contact: &Option<Contact>| match contact {
            None => Ok(None),
            Some(Contact::Id { id }) => Ok(Some(id.clone())),
            Some(Contact::Profile(_)) => Err(PurchaseError::ProfileWithoutId(role)),
        };
        let registrant = id("registrant", &self.contacts.registrant)?;
        Ok(ContactIds {
            admin: id("admin", &self.contacts.admin)?.or_else(|| registrant.clone()),
            tech: id("tech", &self.contacts.tech)?.or_else(|| registrant.clone()),
            billing: id("billing", &self.contacts.billing)?.or_else(|| registrant.clone()),
            registrant,
        })
    }
}

/// The same in the providers' words.
pub(crate) fn profile_of(profile: &order::ContactProfile) -> ContactProfile {
    let order::ContactProfile {
        name,
        company,
        email,
        address1,
        address2,
        address3,
        city,
        state,
        country,
        zip,
        phone_cc,
        phone,
        fax_cc,
        fax,
        contact_type,
        attributes,
    } = profile.clone();
    ContactProfile {
        name,
        company,
        email,
        address1,
        address2,
        address3,
        city,
        state,
        country,
        zip,
        phone_cc,
        phone,
        fax_cc,
        fax,
        contact_type,
        attributes,
    }
}
