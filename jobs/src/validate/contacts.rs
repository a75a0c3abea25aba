//! Contacts: the id of one the provider has, or a full profile.

use celes::Country;
use serde_json::{Map, Value};

use super::fields::{Fields, is_line, kind_of};
use super::refusal::Faults;
use super::rules::unknown;
use crate::catalogue::Capabilities;
use crate::domain_name::host;
use crate::order::{Contact, ContactProfile, Contacts};

const ROLES: [&str; 4] = ["registrant", "admin", "tech", "billing"];
pub(super) const PROFILE: [&str; 16] = [
    "name",
    "company",
    "email",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "country",
    "zip",
    "phone_cc",
    "phone",
    "fax_cc",
    "fax",
    "type",
    "attributes",
];
pub(super) const REQUIRED: [&str; 8] = [
    "name", "email", "address1", "city", "country", "zip", "phone_cc", "phone",
];

/// The `contacts` of a document. Faults are noted; what could be read is returned.
pub(super) fn contacts(map: &Map<String, Value>, takes: Option<&Capabilities>, faults: &mut Faults) -> Contacts {
    let mut all = Fields::new(map, "/contacts", faults);
    for role in map.keys().filter(|key| !ROLES.contains(&key.as_str())) {
        all.fault(role, unknown(role, ROLES));
    }
    let mut one = |role: &str| {
        let map = all.object(role)?;
        let pointer = all.pointer(role);
        contact(map, &pointer, takes, all.faults)
    };
    Contacts {
        registrant: one("registrant"),
        admin: one("admin"),
        tech: one("tech"),
        billing: one("billing"),
    }
}

fn contact(map: &Map<String, Value>, at: &str, takes: Option<&Capabilities>, faults: &mut Faults) -> Option<Contact> {
    let mut fields = Fields::new(map, at, faults);
    if map.is_empty() {
        fields
            .faults
            .add(at, r#"is empty; expected {"id": "…"} or a full profile"#);
        return None;
    }
    if fields.has("id") {
        for name in map.keys().filter(|key| *key != "id") {
            fields.fault(
                name,
                "stands beside `id`; expected the id alone, or a profile without it",
            );
        }
        // Where neither is taken, the whole field is refused.
        if takes.is_some_and(|t| !t.contact_ids && t.contact_profiles) {
            fields.fault(
                "id",
                "this account's provider has no contact ids; expected a full profile",
            );
        }
        return fields
            .token("id", "the provider's contact id as a string")
            .map(|id| Contact::Id { id });
    }
    if takes.is_some_and(|t| !t.contact_profiles) {
        fields.faults.add(
            at,
            "is a full profile, from which this account's provider cannot make a contact; expected {\"id\": \"…\"}",
        );
    }
    if let Some(takes) = takes.filter(|t| t.contact_profiles) {
        provider_rules(&mut fields, map, takes);
    }
    profile(&mut fields, map).map(|profile| Contact::Profile(Box::new(profile)))
}

/// What this account's provider does not take in a profile, though another may.
fn provider_rules(fields: &mut Fields<'_, '_>, map: &Map<String, Value>, takes: &Capabilities) {
    for name in ["type", "attributes"] {
        if !takes.contact_details && fields.has(name) {
            fields.fault(name, "this account's provider takes no such detail of a contact");
        }
    }
    let one_word = |name: &Value| name.as_str().is_some_and(|name| name.split_whitespace().count() == 1);
    if takes.contact_two_names && map.get("name").is_some_and(one_word) {
        fields.fault("name", "this account's provider needs a first and a last name");
    }
}

fn profile(fields: &mut Fields<'_, '_>, map: &Map<String, Value>) -> Option<ContactProfile> {
    for name in map.keys().filter(|key| !PROFILE.contains(&key.as_str())) {
        fields.fault(name, unknown(name, PROFILE.into_iter().chain(["id"])));
    }
    for name in REQUIRED {
        fields.require(name, "a profile needs it");
    }
    let mut text = |name: &str| personal(fields, map, name, "1–255 characters on one line", |t| is_line(t, 255));
    let name = text("name");
    let (company, address1, address2, address3) =
        (text("company"), text("address1"), text("address2"), text("address3"));
    let (city, state, zip, contact_type) = (text("city"), text("state"), text("zip"), text("type"));
    let email = personal(fields, map, "email", "a mail address", is_mail);
    let country = personal(
        fields,
        map,
        "country",
        "a country code of ISO 3166-1 alpha-2, such as `DE`",
        is_country,
    );
    let mut digits = |name: &str, low: usize, high: usize| {
        let expected = format!("{low}–{high} digits");
        personal(fields, map, name, &expected, |t| {
            (low..=high).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let (phone_cc, phone) = (digits("phone_cc", 1, 3), digits("phone", 4, 14));
    let (fax_cc, fax) = (digits("fax_cc", 1, 3), digits("fax", 4, 14));
    let attributes = fields.string_map("attributes", 4096).unwrap_or_default();
    Some(ContactProfile {
        name: name?,
        company,
        email: email?,
        address1: address1?,
        address2,
        address3,
        city: city?,
        state,
        country: country?.to_ascii_uppercase(),
        zip: zip?,
        phone_cc: phone_cc?,
        phone: phone?,
        fax_cc,
        fax,
        contact_type,
        attributes,
    })
}

/// A text about a person: what was found is not told, because refusals are logged and kept.
fn personal(
    fields: &mut Fields<'_, '_>,
    map: &Map<String, Value>,
    name: &str,
    expected: &str,
    check: impl Fn(&str) -> bool,
) -> Option<String> {
    match map.get(name)? {
        Value::String(text) if check(text) => return Some(text.clone()),
        Value::String(_) => fields.fault(name, format!("expected {expected}")),
        other => fields.fault(name, format!("expected a string, found {}", kind_of(other))),
    }
    None
}

fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    (1..=64).contains(&local.len())
        && text.len() <= 254
        && !local
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "@,;:<>()[]\\\"".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !domain.ends_with('.')
        && host(domain).is_ok()
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.is_ascii() && Country::from_alpha2(text.to_ascii_uppercase()).is_ok()
}
