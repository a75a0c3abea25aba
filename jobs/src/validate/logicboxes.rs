//! LogicBoxes' rules by top-level domain, told as faults of the document.

use domorder_api_client::logicboxes::tlds::{self, Role, Sale};
use domorder_api_client::provider::ContactProfile;

use super::Fault;
use crate::catalogue::{TldQuestion, TldRules};
use crate::order::Contact;
use crate::purchase::profile_of;

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
        let profiles: Vec<(Role, ContactProfile)> = given
            .into_iter()
            .filter_map(|(role, contact)| match contact {
                Some(Contact::Profile(profile)) => Some((role, profile_of(profile))),
                Some(Contact::Id { .. }) | None => None,
            })
            .collect();
        let profiles: Vec<(Role, &ContactProfile)> = profiles.iter().map(|(role, data)| (*role, data)).collect();
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
