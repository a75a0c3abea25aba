//! LogicBoxes' rules by top-level domain, told as faults of the document.

use domorder_api_client::logicboxes::tlds::{self, ContactData, Role, Sale};

use super::Fault;
use crate::catalogue::{TldQuestion, TldRules};
use crate::order::{Contact, ContactProfile};

/// The rules of [`tlds`].
#[derive(Debug, Clone, Copy, Default)]
pub struct LogicBoxesRules;

impl TldRules for LogicBoxesRules {
    fn privacy(&self, domain: &str) -> bool {
        tlds::privacy(domain)
    }

    fn auth_code(&self, domain: &str) -> bool {
        tlds::auth_code(domain)
    }

    fn faults(&self, question: &TldQuestion<'_>) -> Vec<Fault> {
        let contacts = question.contacts;
        let given = [
            (Role::Registrant, &contacts.registrant),
            (Role::Admin, &contacts.admin),
            (Role::Tech, &contacts.tech),
            (Role::Billing, &contacts.billing),
        ];
        let profiles: Vec<(Role, ContactData)> = given
            .into_iter()
            .filter_map(|(role, contact)| match contact {
                Some(Contact::Profile(profile)) => Some((role, contact_data(profile))),
                Some(Contact::Id { .. }) | None => None,
            })
            .collect();
        let profiles: Vec<(Role, &ContactData)> = profiles.iter().map(|(role, data)| (*role, data)).collect();
        let sale = Sale {
            operation: question.operation,
            domain: question.domain,
            years: question.years,
            // Asked for by itself, for every provider.
            privacy: false,
            attributes: question.attributes,
            contacts: &profiles,
        };
        tlds::faults(&sale)
            .into_iter()
            .map(|fault| Fault::new(fault.field, fault.detail))
            .collect()
    }
}

/// A document's contact in the provider's words.
#[must_use]
pub fn contact_data(profile: &ContactProfile) -> ContactData {
    ContactData {
        name: profile.name.clone(),
        company: profile.company.clone(),
        email: profile.email.clone(),
        address1: profile.address1.clone(),
        address2: profile.address2.clone(),
        address3: profile.address3.clone(),
        city: profile.city.clone(),
        state: profile.state.clone(),
        country: profile.country.clone(),
        zip: profile.zip.clone(),
        phone_cc: profile.phone_cc.clone(),
        phone: profile.phone.clone(),
        fax_cc: profile.fax_cc.clone(),
        fax: profile.fax.clone(),
        contact_type: profile.contact_type.clone(),
        attributes: profile.attributes.clone(),
    }
}
