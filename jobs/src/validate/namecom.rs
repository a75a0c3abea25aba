//! Name.com's rules by top-level domain, told as faults of the document.

use domorder_api_client::namecom::tlds;
use domorder_api_client::provider::Operation;

use super::Fault;
use crate::catalogue::{TldQuestion, TldRules};
use crate::order::Contact;

/// The rules of [`tlds`]. Of privacy and auth codes Name.com's document says nothing by top-level domain: privacy is
/// sold everywhere, and there are no transfers.
#[derive(Debug, Clone, Copy, Default)]
pub struct NameComRules;

impl TldRules for NameComRules {
    fn privacy(&self, _domain: &str) -> bool {
        true
    }

    fn auth_code(&self, _domain: &str) -> bool {
        true
    }

    fn faults(&self, question: &TldQuestion<'_>) -> Vec<Fault> {
        if question.operation != Operation::Register {
            return Vec::new();
        }
        let contacts = question.contacts;
        let admin = contacts.admin.as_ref().or(contacts.registrant.as_ref());
        let admin = matches!(admin, Some(Contact::Profile(_)));
        tlds::check(question.domain, question.attributes, admin)
            .into_iter()
            .map(|fault| match fault.key {
                Some(key) => Fault::new(format!("/attributes/{}", pointed(&key)), fault.detail),
                None => Fault::new("/attributes", fault.detail),
            })
            .collect()
    }
}

/// A key as a JSON pointer writes it (RFC 6901 §3).
fn pointed(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
