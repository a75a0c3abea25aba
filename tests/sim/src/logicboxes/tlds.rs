//! The few TLD rules that decide what the simulator answers. Its own copy: a client's table must not check itself.

use crate::operation::Call;

/// TLDs without an administrative and technical contact.
const NO_ADMIN: &[&str] = &["eu", "nz", "ru", "uk"];
const NO_TECH: &[&str] = &["eu", "nz", "ru", "uk", "fr"];
const NO_BILLING: &[&str] = &["at", "berlin", "ca", "eu", "nl", "nz", "ru", "uk", "london", "fr"];
const NO_PRIVACY: &[&str] = &[
    "asia", "at", "au", "ca", "cn", "de", "es", "eu", "hn", "in", "nl", "nz", "pro", "ru", "sx", "tel", "uk", "us",
];
const TERMS: &[&str] = &["airforce", "dentist", "software", "vet", "vote"];

fn tld(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// Whether a contact must be -1: 0 registrant, 1 admin, 2 tech, 3 billing.
pub(super) fn no_contact(name: &str, role: usize) -> bool {
    let list = [&[], NO_ADMIN, NO_TECH, NO_BILLING];
    list.get(role).is_some_and(|list| list.contains(&tld(name)))
}

pub(super) fn privacy(name: &str) -> bool {
    !NO_PRIVACY.contains(&tld(name))
}

pub(super) fn auth_code(name: &str) -> bool {
    tld(name) != "uk"
}

/// What to say where a registration does not accept the registry's terms.
pub(super) fn terms(name: &str, call: &Call) -> Option<&'static str> {
    let accepted = (1..=9).any(|number| {
        let (key, value) = (format!("attr-name{number}"), format!("attr-value{number}"));
        call.get(&key) == Some("tnc") && matches!(call.get(&value), Some("y" | "Y"))
    });
    (TERMS.contains(&tld(name)) && !accepted).then_some("Please accept the Terms & Conditions")
}
