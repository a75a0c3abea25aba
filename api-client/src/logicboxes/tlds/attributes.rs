//! `attributes` of a registration (§6): which TLD takes which, and what each may hold.

use std::collections::BTreeMap;

use super::{Fault, Role, Sale, covered, idn, suffix};

/// One attribute of some TLDs; no TLDs: of all.
struct Row {
    tlds: &'static [&'static str],
    name: &'static str,
    required: bool,
    fits: fn(&str) -> bool,
    expected: &'static str,
}

const fn row(
    tlds: &'static [&'static str],
    name: &'static str,
    required: bool,
    fits: fn(&str) -> bool,
    expected: &'static str,
) -> Row {
    Row {
        tlds,
        name,
        required,
        fits,
        expected,
    }
}

const REQUIRED: bool = true;
const OPTIONAL: bool = false;

const TERMS_ACCEPTED: &[&str] = &[
    "airforce", "army", "degree", "engineer", "gives", "market", "mortgage", "navy", "rehab", "software", "vet",
    "vote", "voto", "dentist",
];
const REGULATED: &[&str] = &["lawyer", "attorney", "ltda", "srl", "dentist"];
/// Kinds of Australian ids that belong to a registered business name.
const AU_BUSINESS_NAMES: &[&str] = &[
    "VIC BN", "NSW BN", "SA BN", "NT BN", "WA BN", "TAS BN", "ACT BN", "QLD BN",
];
const AU_OTHER_IDS: &[&str] = &["ACN", "ABN", "TM", "ARBN", "Other"];
/// Free text is cut here by public clients; longer would be bought otherwise than asked for.
const INTENDED_USE_CHARS_MAX: usize = 2048;

const ROWS: &[Row] = &[
    row(
        &["asia"],
        "cedcontactid",
        REQUIRED,
        digits,
        "the id of one of the domain's contacts",
    ),
    row(
        &["au"],
        "id-type",
        REQUIRED,
        |v| AU_BUSINESS_NAMES.contains(&v) || AU_OTHER_IDS.contains(&v),
        "ACN, ABN, VIC BN, NSW BN, SA BN, NT BN, WA BN, TAS BN, ACT BN, QLD BN, TM, ARBN or Other",
    ),
    row(&["au"], "id", REQUIRED, text, "the id of that kind"),
    row(&["au"], "policyReason", REQUIRED, |v| matches!(v, "1" | "2"), "1 or 2"),
    row(&["au"], "isAUWarranty", OPTIONAL, |v| v == "true", "true"),
    row(
        &["au"],
        "eligibilityType",
        OPTIONAL,
        |v| matches!(v, "Trademark Owner" | "Pending TM Owner" | "Trademark" | "Other"),
        "Trademark Owner, Pending TM Owner or Other",
    ),
    row(&["au"], "eligibilityName", OPTIONAL, text, "the company's name"),
    row(&["au"], "registrantName", OPTIONAL, text, "the proprietor's name"),
    row(&["cn"], "cnhosting", OPTIONAL, |v| v == "true", "true"),
    row(&["cn"], "cnhostingclause", OPTIONAL, |v| v == "yes", "yes"),
    row(
        &["quebec", "scot"],
        "intended-use",
        REQUIRED,
        |v| text(v) && v.chars().count() <= INTENDED_USE_CHARS_MAX,
        "what the name is for, at most 2048 characters",
    ),
    row(
        &["tel"],
        "whois-type",
        OPTIONAL,
        |v| matches!(v, "Natural" | "Legal"),
        "Natural or Legal",
    ),
    row(&["tel"], "publish", OPTIONAL, |v| matches!(v, "Y" | "N"), "Y or N"),
    row(
        &["uk"],
        "service-contact",
        OPTIONAL,
        digits,
        "the id of a UkServiceContact",
    ),
    row(REGULATED, "regulatorybody", OPTIONAL, text, "the body's name"),
    row(
        TERMS_ACCEPTED,
        "tnc",
        REQUIRED,
        |v| matches!(v, "y" | "Y"),
        "y, which accepts the registry's terms",
    ),
    row(
        &[],
        "phase",
        OPTIONAL,
        |v| matches!(v, "sunrise" | "prega" | "landrush"),
        "sunrise, prega or landrush",
    ),
    row(&[], "smd", OPTIONAL, text, "the signed mark data"),
    row(
        &[],
        "tm-claim",
        OPTIONAL,
        |v| v == "accepted",
        "accepted, after the claim was shown",
    ),
    row(&[], "premium", OPTIONAL, |v| v == "true", "true"),
    row(&[], "eap", OPTIONAL, |v| v == "true", "true"),
];

fn digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

fn text(value: &str) -> bool {
    !value.trim().is_empty()
}

pub(super) fn check(sale: &Sale<'_>, faults: &mut Vec<Fault>) {
    let applies = |row: &Row| row.tlds.is_empty() || covered(sale.domain, row.tlds);
    for (name, value) in sale.attributes {
        if name == idn::NAME {
            continue;
        }
        let pointer = pointer(name);
        match ROWS.iter().find(|row| row.name == name && applies(row)) {
            Some(row) if (row.fits)(value) => {}
            Some(row) => faults.push(Fault::new(pointer, format!("expected {}", row.expected))),
            None => faults.push(Fault::new(
                pointer,
                format!("is no attribute of .{}; {}", suffix(sale.domain), known(sale.domain)),
            )),
        }
    }
    for row in ROWS.iter().filter(|row| row.required && applies(row)) {
        if !sale.attributes.contains_key(row.name) {
            faults.push(needed(sale.domain, row.name, row.expected));
        }
    }
    conditions(sale, faults);
}

/// What depends on another attribute or on a contact.
fn conditions(sale: &Sale<'_>, faults: &mut Vec<Fault>) {
    let has = |name: &str| sale.attributes.contains_key(name);
    let is = |name: &str, value: &str| sale.attributes.get(name).is_some_and(|v| v == value);
    let mut together = |here: bool, name: &str, why: &str| {
        if here && !has(name) {
            faults.push(Fault::new(pointer(name), why.to_owned()));
        }
    };
    together(has("cnhosting"), "cnhostingclause", "goes with `cnhosting`");
    together(has("cnhostingclause"), "cnhosting", "goes with `cnhostingclause`");
    together(is("phase", "sunrise"), "smd", "a sunrise registration needs it");
    if has("smd") && !is("phase", "sunrise") {
        faults.push(Fault::new(pointer("smd"), "belongs to `phase` = `sunrise`"));
    }
    if covered(sale.domain, &["tel"]) && is("whois-type", "Natural") && !has("publish") {
        faults.push(Fault::new(
            pointer("publish"),
            "`whois-type` = `Natural` needs it: Y or N",
        ));
    }
    if covered(sale.domain, &["au"]) {
        australian(sale.attributes, faults);
    }
    // Second-level names only: a third-level .uk has no such rule.
    let foreign = sale
        .contacts
        .iter()
        .any(|(role, c)| *role == Role::Registrant && !matches!(c.country.as_str(), "GB" | "IM" | "JE" | "GG"));
    if suffix(sale.domain) == "uk" && foreign && !has("service-contact") {
        faults.push(Fault::new(
            pointer("service-contact"),
            "a registrant outside the UK needs a UkServiceContact under .uk",
        ));
    }
}

/// Which of the three further details belongs to which kind of id.
fn australian(attributes: &BTreeMap<String, String>, faults: &mut Vec<Fault>) {
    let Some(kind) = attributes.get("id-type") else { return };
    let (trademark, other) = (kind == "TM", kind == "Other");
    let business = AU_BUSINESS_NAMES.contains(&kind.as_str());
    for (name, wanted, kinds) in [
        ("eligibilityType", trademark || other, "TM or Other"),
        ("eligibilityName", trademark, "TM"),
        (
            "registrantName",
            business || trademark || other,
            "a business name (BN), TM or Other",
        ),
    ] {
        match (wanted, attributes.contains_key(name)) {
            (true, false) => faults.push(Fault::new(pointer(name), format!("needed where `id-type` is {kinds}"))),
            (false, true) => faults.push(Fault::new(
                pointer(name),
                format!("belongs to an `id-type` of {kinds} only"),
            )),
            _ => {}
        }
    }
    if let Some(value) = attributes.get("eligibilityType")
        && ((trademark && value == "Other") || (other && value != "Other"))
    {
        faults.push(Fault::new(
            pointer("eligibilityType"),
            format!("does not fit `id-type` = `{kind}`"),
        ));
    }
}

fn needed(domain: &str, name: &str, expected: &str) -> Fault {
    Fault::new(pointer(name), format!(".{} needs it: {expected}", suffix(domain)))
}

fn pointer(name: &str) -> String {
    format!("/attributes/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The attributes of a suffix, for people.
fn known(domain: &str) -> String {
    let names: Vec<&str> = ROWS
        .iter()
        .filter(|row| row.tlds.is_empty() || covered(domain, row.tlds))
        .map(|row| row.name)
        .chain([idn::NAME])
        .collect();
    format!("it takes {}", names.join(", "))
}
