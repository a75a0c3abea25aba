//! From a purchase of a domain to what its call is told: contacts with the TLD's `-1`, privacy, attributes.
//!
//! What can't be said in the request is refused here, before anything leaves; nothing is dropped from it silently.

use jiff::Timestamp;

use super::client::{FourContacts, RegisterRequest, RenewRequest, TransferRequest};
use super::tlds::{self, Role};
use crate::provider::{ContactIds, Register, Rejection, RejectionClass, Renew, Transfer};

/// The provider's word for "no contact in this role".
const NO_CONTACT: &str = "-1";

pub(super) fn register(wanted: &Register) -> Result<RegisterRequest<'_>, Rejection> {
    if !(2..=13).contains(&wanted.nameservers.len()) {
        return Err(refused(
            RejectionClass::Invalid,
            "a registration takes 2 to 13 name servers",
        ));
    }
    privacy_sold(&wanted.domain, wanted.privacy)?;
    Ok(RegisterRequest {
        domain: &wanted.domain,
        years: wanted.years,
        nameservers: &wanted.nameservers,
        customer: &wanted.customer,
        contacts: contacts(&wanted.domain, &wanted.contacts)?,
        invoice: wanted.invoice,
        auto_renew: wanted.auto_renew,
        purchase_privacy: wanted.privacy.then_some(true),
        protect_privacy: wanted.privacy.then_some(true),
        attributes: &wanted.attributes,
        discount: None,
        premium_dns: None,
    })
}

pub(super) fn transfer(wanted: &Transfer) -> Result<TransferRequest<'_>, Rejection> {
    if wanted.auth_code.is_none() && tlds::auth_code(&wanted.domain) {
        return Err(refused(RejectionClass::AuthCode, "a transfer needs an auth code"));
    }
    privacy_sold(&wanted.domain, wanted.privacy)?;
    Ok(TransferRequest {
        domain: &wanted.domain,
        auth_code: wanted.auth_code.as_ref(),
        nameservers: &wanted.nameservers,
        customer: &wanted.customer,
        contacts: contacts(&wanted.domain, &wanted.contacts)?,
        invoice: wanted.invoice,
        // Orders of transfers don't say; the provider demands a word.
        auto_renew: false,
        purchase_privacy: wanted.privacy.then_some(true),
        protect_privacy: wanted.privacy.then_some(true),
        premium_dns: None,
        attributes: &[],
    })
}

pub(super) fn renew<'a>(wanted: &'a Renew, order_id: &'a str, stored_end: Timestamp) -> RenewRequest<'a> {
    RenewRequest {
        order_id,
        years: wanted.years,
        current_end: stored_end.as_second(),
        auto_renew: wanted.auto_renew,
        invoice: wanted.invoice,
        purchase_privacy: wanted.privacy,
        attributes: &[],
        discount: None,
        premium_dns: None,
    }
}

/// The four ids; a role left out is the registrant's, and `-1` where the TLD wants none.
fn contacts(domain: &str, ids: &ContactIds) -> Result<FourContacts, Rejection> {
    let registrant = ids
        .registrant
        .as_deref()
        .ok_or_else(|| refused(RejectionClass::Invalid, "there is no registrant contact"))?;
    let id = |role, id: &Option<String>| {
        if tlds::no_contact(domain, role) {
            NO_CONTACT.to_owned()
        } else {
            id.as_deref().unwrap_or(registrant).to_owned()
        }
    };
    Ok(FourContacts {
        registrant: registrant.to_owned(),
        admin: id(Role::Admin, &ids.admin),
        tech: id(Role::Tech, &ids.tech),
        billing: id(Role::Billing, &ids.billing),
    })
}

/// The provider reports it by an inner error only, while the outer call succeeds.
fn privacy_sold(domain: &str, wanted: bool) -> Result<(), Rejection> {
    if wanted && !tlds::privacy(domain) {
        return Err(refused(
            RejectionClass::Unsupported,
            "whois privacy is not sold under this TLD",
        ));
    }
    Ok(())
}

/// A refusal of our own, before anything left.
fn refused(class: RejectionClass, message: &str) -> Rejection {
    Rejection {
        class,
        message: message.to_owned(),
        retry_after: None,
    }
}
