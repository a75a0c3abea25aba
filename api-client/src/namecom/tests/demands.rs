//! What top-level domains demand: accepted and refused.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tlds::{LANGUAGES, Need, TLDS, check};

/// Domain, requirements, an administrative contact, and the keys that are faulty (`/` for the map as a whole).
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool, &'a [&'a str]);

const CASES: &[Case<'_>] = &[
    ("harbor.com", &[], false, &[]),
    ("harbor.com", &[("language", "GER")], false, &["language"]),
    ("harbor.com", &[("us-app_purpose", "P1")], false, &["us-app_purpose"]),
    ("xn--hfen-5qa.com", &[("language", "GER")], false, &[]),
    ("xn--hfen-5qa.com", &[], false, &["language"]),
    ("xn--hfen-5qa.com", &[("language", "ger")], false, &["language"]),
    ("xn--hfen-5qa.com", &[("language", "DE")], false, &["language"]),
    (
        "xn--hfen-5qa.com",
        &[("langauge", "GER")],
        false,
        &["langauge", "language"],
    ),
    (
        "harbor.us",
        &[("us-nexus_category", "C11"), ("us-app_purpose", "P1")],
        false,
        &[],
    ),
    (
        "harbor.us",
        &[("us-nexus_category", "C13")],
        false,
        &["us-nexus_category"],
    ),
    ("harbor.us", &[("us-app_purpose", "P6")], false, &["us-app_purpose"]),
    ("harbor.us", &[("nexus", "C11")], false, &[]),
    ("harbor.us", &[], true, &["/"]),
    ("harbor.us", &[("us-app_purpose", " ")], false, &["us-app_purpose"]),
    ("harbor.de", &[("de-admin_c", "Yes")], false, &[]),
    ("harbor.de", &[("de-admin_c", "yes")], false, &["de-admin_c"]),
    ("harbor.de", &[], true, &[]),
    ("harbor.de", &[], false, &["de-admin_c"]),
    ("harbor.de", &[("de-nexus_category", "1")], true, &[]),
    ("harbor.de", &[("tel-publish", "1")], true, &["tel-publish"]),
    (
        "xn--hfen-5qa.de",
        &[("de-admin_c", "Yes"), ("language", "GER")],
        false,
        &[],
    ),
    (
        "harbor.tel",
        &[("tel-whois_type", "Natural Person"), ("tel-publish", "1")],
        false,
        &[],
    ),
    ("harbor.tel", &[("tel-whois_type", "Legal Person")], false, &[]),
    (
        "harbor.tel",
        &[("tel-whois_type", "Person")],
        false,
        &["tel-whois_type"],
    ),
    ("harbor.tel", &[("tel-publish", "1")], false, &["tel-whois_type"]),
    ("harbor.eu", &[("eu-anything", "1")], false, &[]),
    ("harbor.eu", &[], true, &["/"]),
    ("xn--hfen-5qa.eu", &[("language", "GER")], true, &["/"]),
];

#[test]
fn requirements_are_held_against_the_name() {
    for (domain, requirements, admin, wanted) in CASES {
        let map: BTreeMap<String, String> = requirements
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let found: BTreeSet<String> = check(domain, &map, *admin)
            .into_iter()
            .map(|fault| fault.key.unwrap_or_else(|| "/".to_owned()))
            .collect();
        let wanted: BTreeSet<String> = wanted.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(found, wanted, "{domain} {requirements:?}");
    }
}

#[test]
fn every_top_level_domain_of_the_document_is_in_the_table_and_in_the_cases() {
    let names: BTreeSet<&str> = TLDS.iter().map(|tld| tld.name).collect();
    let documented = ["asia", "ca", "de", "eu", "jobs", "nl", "pro", "tel", "travel", "us"];
    assert_eq!(names, BTreeSet::from(documented));
    for tld in TLDS {
        let domain = format!("harbor.{}", tld.name);
        assert!(
            !check(&domain, &BTreeMap::new(), false).is_empty(),
            "{domain} demands something"
        );
        if tld.need != Need::Something {
            assert!(CASES.iter().any(|(name, ..)| *name == domain), "{domain}");
        }
    }
}

#[test]
fn every_language_is_three_capital_letters_and_taken() {
    assert_eq!(LANGUAGES.len(), 110);
    let codes: BTreeSet<&str> = LANGUAGES.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), LANGUAGES.len(), "none stands twice");
    for (code, name) in LANGUAGES {
        assert!(
            code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()),
            "{code}"
        );
        assert!(!name.is_empty());
        let map = BTreeMap::from([("language".to_owned(), (*code).to_owned())]);
        assert_eq!(check("xn--hfen-5qa.com", &map, false), []);
    }
}
