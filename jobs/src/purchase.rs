//! From a stored order to what the provider is asked for.

use domorder_api_client::provider::{
    ContactIds, EmailAccounts, EmailCreate, EmailDelete, EmailRenew, Operation, Purchase, Register, Renew, Transfer,
};
use secrecy::SecretString;

use crate::order::{Contact, Order};
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
    /// A field that no purchase can carry: dropping it would buy something else.
    #[error("the provider takes no `{0}` with this operation")]
    NotTaken(&'static str),
    /// The auth code does not open.
    #[error("the auth code cannot be read")]
    AuthCode(#[source] SealError),
}

impl Order {
    /// What to buy. A later auth code (from a signal) stands in for the document's.
    ///
    /// # Errors
    /// What the order lacks, or why its secret does not open.
    pub fn purchase(&self, ring: &KeyRing, auth_code: Option<&Sealed>) -> Result<Purchase, PurchaseError> {
        if self.kind == Kind::EmailOrder && self.action.is_none() {
            return Err(PurchaseError::Missing("action"));
        }
        let domain = self.domain.clone();
        let auto_renew = self.auto_renew.unwrap_or(false);
        let invoice = self.invoice.unwrap_or_default();
        Ok(match self.operation() {
            Operation::Register => Purchase::Register(Register {
                domain,
                years: self.years.ok_or(PurchaseError::Missing("years"))?,
                nameservers: self.nameservers.clone(),
                // Empty where the provider has no customers; intake demands one elsewhere.
                customer: self.customer.clone().unwrap_or_default(),
                contacts: self.contact_ids()?,
                privacy: self.privacy.unwrap_or(false),
                auto_renew,
                invoice,
                coupon: self.coupon.clone(),
                attributes: self.attributes.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            }),
            Operation::Transfer => {
                if self.years.is_some() {
                    return Err(PurchaseError::NotTaken("years"));
                }
                Purchase::Transfer(Transfer {
                    domain,
                    auth_code: self.open_auth_code(ring, auth_code)?,
                    nameservers: self.nameservers.clone(),
                    customer: self.customer.clone().unwrap_or_default(),
                    contacts: self.contact_ids()?,
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
