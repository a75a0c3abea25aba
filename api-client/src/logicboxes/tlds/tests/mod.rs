//! Every rule of the sheet with a case that it takes and one that it refuses, by the field that is named.

mod attributes;
mod contacts;

use rstest::rstest;

use super::*;

type Pairs = &'static [(&'static str, &'static str)];

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn fields_of(sale: &Sale<'_>) -> Vec<String> {
    faults(sale).into_iter().map(|fault| fault.field).collect()
}

fn registering(domain: &str, attributes: &BTreeMap<String, String>) -> Vec<String> {
    fields_of(&Sale {
        operation: Operation::Register,
        domain,
        years: None,
        privacy: false,
        attributes,
        contacts: &[],
    })
}

/// A contact in Berlin, as most TLDs take it.
fn berliner() -> ContactProfile {
    ContactProfile {
        name: "Erika Muster".into(),
        company: Some("Muster Werk".into()),
        email: "erika@muster.example".into(),
        address1: "Musterweg 1".into(),
        city: "Berlin".into(),
        country: "DE".into(),
        zip: "10115".into(),
        phone_cc: "49".into(),
        phone: "30123456".into(),
        ..ContactProfile::default()
    }
}

fn with_contact(domain: &str, role: Role, contact: &ContactProfile) -> Vec<String> {
    fields_of(&Sale {
        operation: Operation::Register,
        domain,
        years: None,
        privacy: false,
        attributes: &map(match domain.rsplit('.').next() {
            Some("asia") => &[("cedcontactid", "7")][..],
            _ => &[],
        }),
        contacts: &[(role, contact)],
    })
}

#[rstest]
#[case("lark.eu", [false, true, true, true])]
#[case("lark.nz", [false, true, true, true])]
#[case("lark.ru", [false, true, true, true])]
#[case("lark.uk", [false, true, true, true])]
#[case("lark.co.uk", [false, true, true, true])]
#[case("lark.me.uk", [false, true, true, true])]
#[case("lark.at", [false, false, false, true])]
#[case("lark.berlin", [false, false, false, true])]
#[case("lark.ca", [false, false, false, true])]
#[case("lark.nl", [false, false, false, true])]
#[case("lark.london", [false, false, false, true])]
#[case("lark.fr", [false, false, true, true])]
#[case("lark.com", [false, false, false, false])]
#[case("lark.uk.com", [false, false, false, false])]
#[case("lark.de", [false, false, false, false])]
fn a_role_without_a_contact_is_told_by_the_tld(#[case] domain: &str, #[case] none: [bool; 4]) {
    for (role, none) in Role::ALL.into_iter().zip(none) {
        assert_eq!(no_contact(domain, role), none, "{domain} {role:?}");
        let given = with_contact(
            domain,
            role,
            &ContactProfile {
                contact_type: None,
                ..berliner()
            },
        );
        assert_eq!(
            given == [format!("/contacts/{}", role.as_str())],
            none,
            "{domain} {role:?}: {given:?}"
        );
    }
}

#[test]
fn privacy_is_sold_but_where_the_sheet_says_no() {
    const NONE: [&str; 24] = [
        "asia", "at", "au", "ca", "cn", "org.co", "mil.co", "gov.co", "edu.co", "de", "es", "eu", "hn", "in", "nl",
        "nz", "pro", "ru", "sx", "tel", "uk", "us", "cl", "fr",
    ];
    for tld in NONE {
        assert!(!privacy(&format!("lark.{tld}")), "{tld}");
    }
    for tld in [
        "com",
        "co",
        "com.co",
        "io",
        "eu.com",
        "uk.com",
        "us.com",
        "in.net",
        "australia",
    ] {
        assert!(privacy(&format!("lark.{tld}")), "{tld}");
    }
    // By suffix: third-level names of these countries too.
    for name in ["lark.co.uk", "lark.net.au", "lark.co.in"] {
        assert!(!privacy(name), "{name}");
    }
    for (domain, refused) in [("lark.de", true), ("lark.com", false)] {
        for operation in [Operation::Register, Operation::Transfer, Operation::Renew] {
            let none = BTreeMap::new();
            let sale = |privacy| Sale {
                operation,
                domain,
                years: Some(1),
                privacy,
                attributes: &none,
                contacts: &[],
            };
            assert_eq!(
                fields_of(&sale(true)) == ["/privacy"],
                refused,
                "{domain} {operation:?}"
            );
            assert_eq!(fields_of(&sale(false)), Vec::<String>::new());
        }
    }
}

#[test]
fn a_transfer_needs_an_auth_code_but_for_uk() {
    for tld in [
        "au", "biz", "bz", "ca", "co", "com", "de", "eu", "in", "info", "mn", "mobi", "name", "net", "nl", "nz", "org",
        "us", "ws", "xxx", "example", "uk.com",
    ] {
        assert!(auth_code(&format!("lark.{tld}")), "{tld}");
    }
    assert!(!auth_code("lark.uk"));
    assert!(!auth_code("lark.co.uk"));
}

#[rstest]
#[case("lark.com", &[1, 5, 10], &[0, 11])]
#[case("lark.ai", &[2, 4, 10], &[1, 3])]
#[case("lark.au", &[2], &[1, 4])]
#[case("lark.net.au", &[2], &[1, 4])]
fn terms_are_those_of_the_tld(#[case] domain: &str, #[case] taken: &[u8], #[case] refused: &[u8]) {
    for operation in [Operation::Register, Operation::Renew] {
        let fault = |years| {
            let au = map(&[("id-type", "ABN"), ("id", "1"), ("policyReason", "1")]);
            let none = BTreeMap::new();
            let attributes = if domain.ends_with("au") && operation == Operation::Register {
                &au
            } else {
                &none
            };
            fields_of(&Sale {
                operation,
                domain,
                years: Some(years),
                privacy: false,
                attributes,
                contacts: &[],
            })
        };
        for years in taken {
            assert_eq!(fault(*years), Vec::<String>::new(), "{domain} {years}");
        }
        for years in refused {
            assert_eq!(fault(*years), ["/years"], "{domain} {years}");
        }
    }
}

#[rstest]
#[case::bharat("xn--h2brj9c", &["hin-deva"], "hi")]
#[case::biz("biz", &["zh", "da", "fi", "de", "hu", "is", "jp", "ko", "lt", "lv", "no", "pl", "pt", "es", "sv"], "jpn")]
#[case::ca("ca", &["fr"], "en")]
#[case::cc("cc", &["aze", "de"], "zh-cn")]
#[case::tv("tv", &["aze"], "AZE")]
#[case::co("co", &["zh", "da", "fi", "is", "jp", "ko", "no", "es", "sv"], "de")]
#[case::com("com", &["aze", "ger"], "latin")]
#[case::net("net", &["aze"], "x")]
#[case::name("name", &["aze"], "a1")]
#[case::de("de", &["de"], "fr")]
#[case::es("es", &["es"], "ca")]
#[case::eu("eu", &["latin"], "lat")]
#[case::in_net("in.net", &["ara", "chi", "cyr", "gre", "heb", "jpn", "kor", "lao", "lat", "tha"], "de")]
#[case::info("info", &["da", "de", "hu", "is", "ko", "lv", "lt", "pl", "es", "sv"], "jp")]
#[case::org("org", &["zh-cn", "da", "de", "hu", "is", "ko", "lv", "lt", "pl", "es", "sv"], "ru")]
#[case::org_chinese("xn--nqv7f", &["zh-cn"], "ru")]
#[case::org_russian("xn--c1avg", &["ru"], "zh-cn")]
#[case::org_hindi("xn--i1b6b1a6a2e", &["hin-deva"], "ru")]
#[case::pw("pw", &["ara", "tha"], "de")]
#[case::tel("tel", &["zh", "da", "fr", "fi", "de", "ru", "sv"], "jpn")]
#[case::eu_com("eu.com", &["ara", "cyr", "gre", "heb", "lat"], "jpn")]
#[case::gb_com("gb.com", &["lat"], "de")]
#[case::qc_com("qc.com", &["lat"], "de")]
#[case::de_com("de.com", &["lat"], "de")]
#[case::gb_net("gb.net", &["lat"], "de")]
#[case::no_com("no.com", &["lat"], "de")]
#[case::hu_com("hu.com", &["lat"], "de")]
#[case::uy_com("uy.com", &["lat"], "de")]
#[case::za_com("za.com", &["lat"], "de")]
#[case::br_com("br.com", &["lat"], "de")]
#[case::se_com("se.com", &["lat"], "de")]
#[case::se_net("se.net", &["lat"], "de")]
#[case::uk_com("uk.com", &["lat"], "de")]
#[case::uk_net("uk.net", &["lat"], "de")]
#[case::ae_org("ae.org", &["ara"], "lat")]
#[case::sa_com("sa.com", &["ara"], "lat")]
#[case::kr_com("kr.com", &["kor"], "ko")]
#[case::us_com("us.com", &["ara", "chi", "cyr", "gre", "heb", "jpn", "lat"], "kor")]
#[case::gr_com("gr.com", &["gre"], "lat")]
#[case::jpn_com("jpn.com", &["jpn"], "jp")]
#[case::cn_com("cn.com", &["chi"], "zh")]
#[case::ru_com("ru.com", &["cyr"], "ru")]
#[case::online("xn--3ds443g", &["zh"], "chi")]
#[case::network("xn--io0a7i", &["zh"], "chi")]
fn an_idn_says_its_language_in_a_code_of_its_tld(#[case] tld: &str, #[case] codes: &[&str], #[case] wrong: &str) {
    const FIELD: &str = "/attributes/idnLanguageCode";
    let (idn, plain) = (format!("xn--bcher-kva.{tld}"), format!("buecher.{tld}"));
    for code in codes {
        assert_eq!(
            registering(&idn, &map(&[("idnLanguageCode", code)])),
            Vec::<String>::new(),
            "{code}"
        );
        assert_eq!(
            registering(&plain, &map(&[("idnLanguageCode", code)])),
            [FIELD],
            "not an IDN"
        );
    }
    assert_eq!(registering(&idn, &map(&[("idnLanguageCode", wrong)])), [FIELD]);
    assert_eq!(registering(&idn, &BTreeMap::new()), [FIELD], "without a code");
    assert_eq!(registering(&plain, &BTreeMap::new()), Vec::<String>::new());
}

#[test]
fn a_tld_without_a_documented_code_takes_none() {
    assert_eq!(registering("xn--bcher-kva.io", &BTreeMap::new()), Vec::<String>::new());
    let given = map(&[("idnLanguageCode", "de")]);
    assert_eq!(registering("xn--bcher-kva.io", &given), ["/attributes/idnLanguageCode"]);
}

#[test]
fn a_tag_of_two_letters_begins_with_a_hash() {
    assert_eq!(uk_tag("AB"), "#AB");
    assert_eq!(uk_tag("#AB"), "#AB");
    assert_eq!(uk_tag("LARK"), "LARK");
}

#[test]
fn a_renewal_is_not_asked_for_a_registration_s_details() {
    let none = BTreeMap::new();
    let sale = |operation| Sale {
        operation,
        domain: "lark.asia",
        years: Some(1),
        privacy: false,
        attributes: &none,
        contacts: &[],
    };
    assert_eq!(fields_of(&sale(Operation::Renew)), Vec::<String>::new());
    assert_eq!(fields_of(&sale(Operation::Transfer)), Vec::<String>::new());
    assert_eq!(fields_of(&sale(Operation::Register)), ["/attributes/cedcontactid"]);
}

#[test]
fn no_person_shows_in_debug() {
    let text = format!("{:?}", berliner());
    assert!(!text.contains("Erika") && !text.contains("muster"), "{text}");
}
