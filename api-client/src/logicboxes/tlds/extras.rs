//! TLD-specific details of contacts (§9), sent with `contacts/add`.

use super::{Fault, Role, covered};
use crate::provider::ContactProfile;

/// Which contacts of a domain carry a detail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bearer {
    Registrant,
    Every,
    /// One of them carries it; none is told to.
    Any,
}

/// One detail.
struct Row {
    tld: &'static str,
    bearer: Bearer,
    name: &'static str,
    /// Needed of this contact, as far as its other details tell.
    needed: fn(&ContactProfile) -> bool,
    fits: fn(&str) -> bool,
    expected: &'static str,
}

const fn row(
    tld: &'static str,
    bearer: Bearer,
    name: &'static str,
    needed: fn(&ContactProfile) -> bool,
    fits: fn(&str) -> bool,
    expected: &'static str,
) -> Row {
    Row {
        tld,
        bearer,
        name,
        needed,
        fits,
        expected,
    }
}

/// Kinds of .CA registrants.
const CPR: &[&str] = &[
    "CCO", "CCT", "RES", "GOV", "EDU", "ASS", "HOP", "PRT", "TDM", "PLT", "LAM", "TRS", "ABO", "INB", "LGR", "OMK",
    "MAJ", "TRD",
];
/// Legal forms of .ES registrants.
const ES_FORMS: &[&str] = &[
    "1", "39", "47", "59", "68", "124", "150", "152", "164", "181", "197", "203", "229", "269", "286", "365", "434",
    "436", "439", "476", "510", "524", "525", "554", "560", "562", "566", "608", "612", "713", "717", "744", "745",
    "746", "747", "877", "878", "879",
];
const ASIA_ENTITIES: &[&str] = &[
    "naturalPerson",
    "corporation",
    "cooperative",
    "partnership",
    "government",
    "politicalParty",
    "society",
    "institution",
    "other",
];
const ASIA_IDS: &[&str] = &[
    "passport",
    "certificate",
    "legislation",
    "societyRegistry",
    "politicalPartyRegistry",
    "other",
];

const ROWS: &[Row] = &[
    row(
        "asia",
        Bearer::Any,
        "locality",
        ced,
        country,
        "a country code of two letters",
    ),
    row(
        "asia",
        Bearer::Any,
        "legalentitytype",
        ced,
        |v| ASIA_ENTITIES.contains(&v),
        "naturalPerson, corporation, cooperative, partnership, government, politicalParty, society, institution or other",
    ),
    row(
        "asia",
        Bearer::Any,
        "otherlegalentitytype",
        |c| is(c, "legalentitytype", "other"),
        text,
        "the legal entity, as its type is `other`",
    ),
    row(
        "asia",
        Bearer::Any,
        "identform",
        ced,
        |v| ASIA_IDS.contains(&v),
        "passport, certificate, legislation, societyRegistry, politicalPartyRegistry or other",
    ),
    row(
        "asia",
        Bearer::Any,
        "otheridentform",
        |c| is(c, "identform", "other"),
        text,
        "the form of the id, as it is `other`",
    ),
    row("asia", Bearer::Any, "identnumber", ced, text, "the number of the id"),
    row(
        "br",
        Bearer::Registrant,
        "organisationId",
        always,
        text,
        "a CPF or CNPJ",
    ),
    row(
        "ca",
        Bearer::Registrant,
        "CPR",
        always,
        |v| CPR.contains(&v),
        "one of the 18 codes of .CA, such as CCT",
    ),
    row(
        "ca",
        Bearer::Registrant,
        "AgreementVersion",
        always,
        text,
        "the version of the registrant agreement",
    ),
    row("ca", Bearer::Registrant, "AgreementValue", always, |v| v == "y", "y"),
    row("coop", Bearer::Registrant, "sponsor1", always, text, "a sponsor's ROID"),
    row(
        "cn",
        Bearer::Any,
        "organisationVerificationId",
        never,
        text,
        "an id of the organisation",
    ),
    row(
        "es",
        Bearer::Every,
        "es_form_juridica",
        always,
        |v| ES_FORMS.contains(&v),
        "one of the 38 legal forms of .ES, such as 1 for a natural person",
    ),
    row(
        "es",
        Bearer::Every,
        "es_tipo_identificacion",
        always,
        |v| matches!(v, "0" | "1" | "3"),
        "1 (DNI or NIF), 3 (NIE) or 0 (another id)",
    ),
    row("es", Bearer::Every, "es_identificacion", always, text, "the id"),
    row("jobs", Bearer::Every, "title", always, text, "a title"),
    row("jobs", Bearer::Every, "website", always, text, "a web site"),
    row("jobs", Bearer::Every, "industry_type", always, text, "an industry"),
    row("jobs", Bearer::Every, "is_admin_contact", always, flag, "true or false"),
    row(
        "jobs",
        Bearer::Every,
        "is_association_member",
        always,
        flag,
        "true or false",
    ),
    row(
        "nl",
        Bearer::Every,
        "legalForm",
        always,
        |v| matches!(v, "PERSOON" | "ANDERS"),
        "PERSOON or ANDERS",
    ),
    row(
        "ru",
        Bearer::Every,
        "contract-type",
        always,
        |v| matches!(v, "ORG" | "PRS"),
        "ORG or PRS",
    ),
    row("ru", Bearer::Every, "birth-date", person, date, "DD.MM.YYYY"),
    row("ru", Bearer::Every, "person-r", person, text, "the full name"),
    row(
        "ru",
        Bearer::Every,
        "passport",
        person,
        text,
        "number, issuer and date of issue",
    ),
    row(
        "ru",
        Bearer::Every,
        "org-r",
        organisation,
        two_words,
        "the registered name, at least two words",
    ),
    row(
        "ru",
        Bearer::Every,
        "address-r",
        organisation,
        two_words,
        "the address, at least two words",
    ),
    row("ru", Bearer::Every, "kpp", russian, |v| digits(v, 9), "9 digits"),
    row("ru", Bearer::Every, "code", russian, |v| digits(v, 10), "10 digits"),
    row(
        "us",
        Bearer::Registrant,
        "purpose",
        always,
        |v| matches!(v, "P1" | "P2" | "P3" | "P4" | "P5"),
        "P1 to P5",
    ),
    row(
        "us",
        Bearer::Registrant,
        "category",
        always,
        |v| matches!(v, "C11" | "C12" | "C21" | "C31" | "C32"),
        "C11, C12, C21, C31 or C32",
    ),
];

fn always(_: &ContactProfile) -> bool {
    true
}

fn never(_: &ContactProfile) -> bool {
    false
}

fn is(contact: &ContactProfile, name: &str, value: &str) -> bool {
    contact.attributes.get(name).is_some_and(|v| v == value)
}

/// A contact that carries one of the CED details carries all of them.
fn ced(contact: &ContactProfile) -> bool {
    ["locality", "legalentitytype", "identform", "identnumber"]
        .iter()
        .any(|name| contact.attributes.contains_key(*name))
}

fn person(contact: &ContactProfile) -> bool {
    is(contact, "contract-type", "PRS")
}

fn organisation(contact: &ContactProfile) -> bool {
    is(contact, "contract-type", "ORG")
}

fn russian(contact: &ContactProfile) -> bool {
    organisation(contact) && contact.country.eq_ignore_ascii_case("RU")
}

fn text(value: &str) -> bool {
    !value.trim().is_empty()
}

fn two_words(value: &str) -> bool {
    value.split_whitespace().count() >= 2
}

fn flag(value: &str) -> bool {
    matches!(value, "true" | "false")
}

fn country(value: &str) -> bool {
    value.len() == 2 && value.bytes().all(|b| b.is_ascii_alphabetic())
}

fn digits(value: &str, count: usize) -> bool {
    value.len() == count && value.bytes().all(|b| b.is_ascii_digit())
}

fn date(value: &str) -> bool {
    jiff::civil::Date::strptime("%d.%m.%Y", value).is_ok() && value.len() == "DD.MM.YYYY".len()
}

pub(super) fn check(domain: &str, role: Role, contact: &ContactProfile, faults: &mut Vec<Fault>) {
    let here = |row: &&Row| covered(domain, &[row.tld]);
    let borne = |row: &Row| row.bearer != Bearer::Registrant || role == Role::Registrant;
    let pointer = |name: &str| format!("/contacts/{}/attributes/{name}", role.as_str());
    for (name, value) in &contact.attributes {
        match ROWS.iter().filter(here).find(|row| row.name == name && borne(row)) {
            Some(row) if !(row.fits)(value) => {
                faults.push(Fault::new(pointer(name), format!("expected {}", row.expected)));
            }
            Some(_) => {}
            None => faults.push(Fault::new(
                pointer(name),
                "is no detail of such a contact under this TLD",
            )),
        }
    }
    for row in ROWS.iter().filter(here).filter(|row| borne(row)) {
        if (row.needed)(contact) && !contact.attributes.contains_key(row.name) {
            faults.push(Fault::new(pointer(row.name), format!("is needed: {}", row.expected)));
        }
    }
    let form = contact.attributes.get("es_form_juridica");
    if covered(domain, &["es"]) && role != Role::Registrant && form.is_some_and(|form| form != "1") {
        faults.push(Fault::new(
            pointer("es_form_juridica"),
            "only the registrant may be anything but a natural person (1)",
        ));
    }
}
