//! Every rule of the sheet with a case that it takes and one that it refuses, by the field that is named.

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
fn berliner() -> ContactData {
    ContactData {
        name: "Erika Muster".into(),
        company: Some("Muster Werk".into()),
        email: "erika@muster.example".into(),
        address1: "Musterweg 1".into(),
        city: "Berlin".into(),
        country: "DE".into(),
        zip: "10115".into(),
        phone_cc: "49".into(),
        phone: "30123456".into(),
        ..ContactData::default()
    }
}

fn with_contact(domain: &str, role: Role, contact: &ContactData) -> Vec<String> {
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
            &ContactData {
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

const AU: &[(&str, &str)] = &[("id-type", "ACN"), ("id", "008 624 691"), ("policyReason", "1")];
const AU_TM: &[(&str, &str)] = &[
    ("id-type", "TM"),
    ("id", "1234"),
    ("policyReason", "2"),
    ("eligibilityType", "Trademark Owner"),
    ("eligibilityName", "Lark Mill"),
    ("registrantName", "Lee Lark"),
];

#[rstest]
#[case::asia("asia", &[("cedcontactid", "77")], &[("cedcontactid", "")], "cedcontactid")]
#[case::asia_missing("asia", &[("cedcontactid", "77")], &[], "cedcontactid")]
#[case::au("au", AU, &[("id", "1"), ("policyReason", "1")], "id-type")]
#[case::au_id("au", AU, &[("id-type", "ABN"), ("policyReason", "1")], "id")]
#[case::au_reason("au", AU, &[("id-type", "ABN"), ("id", "1"), ("policyReason", "3")], "policyReason")]
#[case::au_kind("net.au", AU, &[("id-type", "XYZ"), ("id", "1"), ("policyReason", "1")], "id-type")]
#[case::au_warranty(
    "au",
    &[("id-type", "ARBN"), ("id", "1"), ("policyReason", "1"), ("isAUWarranty", "true")],
    &[("id-type", "ARBN"), ("id", "1"), ("policyReason", "1"), ("isAUWarranty", "false")],
    "isAUWarranty"
)]
#[case::au_business(
    "au",
    &[("id-type", "VIC BN"), ("id", "1"), ("policyReason", "1"), ("registrantName", "Lee Lark")],
    &[("id-type", "VIC BN"), ("id", "1"), ("policyReason", "1")],
    "registrantName"
)]
#[case::au_no_business("au", AU, &[("id-type", "ACN"), ("id", "1"), ("policyReason", "1"), ("registrantName", "L")], "registrantName")]
#[case::au_trademark(
    "au",
    AU_TM,
    &[("id-type", "TM"), ("id", "1"), ("policyReason", "1"), ("eligibilityType", "Trademark"), ("registrantName", "L")],
    "eligibilityName"
)]
#[case::au_trademark_type(
    "au",
    AU_TM,
    &[("id-type", "TM"), ("id", "1"), ("policyReason", "1"), ("eligibilityType", "Other"), ("eligibilityName", "L"), ("registrantName", "L")],
    "eligibilityType"
)]
#[case::au_other(
    "au",
    &[("id-type", "Other"), ("id", "1"), ("policyReason", "1"), ("eligibilityType", "Other"), ("registrantName", "L")],
    &[("id-type", "Other"), ("id", "1"), ("policyReason", "1"), ("registrantName", "L")],
    "eligibilityType"
)]
#[case::cn("cn", &[("cnhosting", "true"), ("cnhostingclause", "yes")], &[("cnhosting", "true")], "cnhostingclause")]
#[case::cn_clause("cn", &[], &[("cnhostingclause", "yes")], "cnhosting")]
#[case::cn_words("cn", &[], &[("cnhosting", "true"), ("cnhostingclause", "no")], "cnhostingclause")]
#[case::quebec("quebec", &[("intended-use", "A mill")], &[], "intended-use")]
#[case::scot("scot", &[("intended-use", "A mill")], &[("intended-use", " ")], "intended-use")]
#[case::tel("tel", &[("whois-type", "Legal")], &[("whois-type", "Other")], "whois-type")]
#[case::tel_natural("tel", &[("whois-type", "Natural"), ("publish", "N")], &[("whois-type", "Natural")], "publish")]
#[case::tel_publish("tel", &[("publish", "Y")], &[("publish", "yes")], "publish")]
#[case::uk_service("uk", &[("service-contact", "77")], &[("service-contact", "me")], "service-contact")]
#[case::lawyer("lawyer", &[("regulatorybody", "The Bar")], &[("regulatorybody", "")], "regulatorybody")]
#[case::attorney("attorney", &[("regulatorybody", "The Bar")], &[("regulatorybody", "")], "regulatorybody")]
#[case::ltda("ltda", &[("regulatorybody", "The Bar")], &[("regulatorybody", "")], "regulatorybody")]
#[case::srl("srl", &[], &[("regulatorybody", "")], "regulatorybody")]
#[case::dentist("dentist", &[("tnc", "y"), ("regulatorybody", "The Board")], &[("regulatorybody", "B")], "tnc")]
#[case::foreign_body("com", &[], &[("regulatorybody", "The Bar")], "regulatorybody")]
#[case::sunrise("com", &[("phase", "sunrise"), ("smd", "PHNtZD4=")], &[("phase", "sunrise")], "smd")]
#[case::smd_alone("com", &[], &[("smd", "PHNtZD4=")], "smd")]
#[case::phase("com", &[("phase", "landrush")], &[("phase", "moonrise")], "phase")]
#[case::prega("com", &[("phase", "prega")], &[("phase", "PREGA")], "phase")]
#[case::claim("com", &[("tm-claim", "accepted")], &[("tm-claim", "yes")], "tm-claim")]
#[case::premium("com", &[("premium", "true")], &[("premium", "1")], "premium")]
#[case::early("com", &[("premium", "true"), ("eap", "true")], &[("eap", "yes")], "eap")]
#[case::typo("com", &[], &[("premuim", "true")], "premuim")]
fn an_attribute_is_what_its_tld_takes(
    #[case] tld: &str,
    #[case] taken: Pairs,
    #[case] refused: Pairs,
    #[case] field: &str,
) {
    let name = format!("lark.{tld}");
    assert_eq!(registering(&name, &map(taken)), Vec::<String>::new());
    assert_eq!(registering(&name, &map(refused)), [format!("/attributes/{field}")]);
}

#[test]
fn terms_have_to_be_accepted_where_the_registry_wants_it() {
    for tld in [
        "airforce", "army", "degree", "engineer", "gives", "market", "mortgage", "navy", "rehab", "software", "vet",
        "vote", "voto", "dentist",
    ] {
        let name = format!("lark.{tld}");
        for yes in ["y", "Y"] {
            assert_eq!(registering(&name, &map(&[("tnc", yes)])), Vec::<String>::new(), "{tld}");
        }
        assert_eq!(
            registering(&name, &map(&[("tnc", "yes")])),
            ["/attributes/tnc"],
            "{tld}"
        );
        assert_eq!(registering(&name, &BTreeMap::new()), ["/attributes/tnc"], "{tld}");
    }
    assert_eq!(registering("lark.com", &map(&[("tnc", "y")])), ["/attributes/tnc"]);
}

#[test]
fn a_long_intended_use_would_be_cut_and_is_refused() {
    for (length, refused) in [(2048, false), (2049, true)] {
        let attributes = map(&[("intended-use", &"ü".repeat(length))]);
        assert_eq!(!registering("lark.quebec", &attributes).is_empty(), refused);
    }
}

#[test]
fn a_foreign_holder_of_a_second_level_uk_name_needs_a_service_contact() {
    let sale = |domain, attributes, contact| {
        fields_of(&Sale {
            operation: Operation::Register,
            domain,
            years: None,
            privacy: false,
            attributes,
            contacts: &[(Role::Registrant, contact)],
        })
    };
    let (none, given) = (BTreeMap::new(), map(&[("service-contact", "7")]));
    let german = berliner();
    let british = ContactData {
        country: "GB".into(),
        ..berliner()
    };
    assert_eq!(sale("lark.uk", &none, &german), ["/attributes/service-contact"]);
    for (domain, attributes, contact) in [
        ("lark.uk", &given, &german),
        ("lark.uk", &none, &british),
        ("lark.co.uk", &none, &german),
    ] {
        assert_eq!(sale(domain, attributes, contact), Vec::<String>::new(), "{domain}");
    }
}

#[test]
fn a_contact_has_the_type_of_its_tld() {
    for (tld, name) in [
        ("at", "AtContact"),
        ("ca", "CaContact"),
        ("cl", "ClContact"),
        ("cn", "CnContact"),
        ("co", "CoContact"),
        ("coop", "CoopContact"),
        ("de", "DeContact"),
        ("es", "EsContact"),
        ("eu", "EuContact"),
        ("fr", "FrContact"),
        ("mx", "MxContact"),
        ("lat", "MxContact"),
        ("nl", "NlContact"),
        ("nyc", "NycContact"),
        ("ru", "RuContact"),
        ("uk", "UkContact"),
        ("co.uk", "UkContact"),
        ("tel", "Contact"),
        ("com", "Contact"),
        ("eu.com", "Contact"),
        ("br", "BrOrgContact"),
    ] {
        assert_eq!(contact_type(&format!("lark.{tld}"), Role::Registrant), name, "{tld}");
        assert!(CONTACT_TYPES.contains(&name));
    }
    assert_eq!(contact_type("lark.com.br", Role::Tech), "BrContact");
    let of = |name: &str| ContactData {
        contact_type: Some(name.to_owned()),
        ..berliner()
    };
    assert_eq!(
        with_contact("lark.com", Role::Admin, &of("Contact")),
        Vec::<String>::new()
    );
    assert_eq!(
        with_contact("lark.com", Role::Admin, &of("UkContact")),
        ["/contacts/admin/type"]
    );
    assert_eq!(
        with_contact("lark.de", Role::Admin, &of("Contact")),
        ["/contacts/admin/type"]
    );
}

/// A change to the contact, taken, and one, refused by this field.
type Change = fn(&mut ContactData);

#[rstest]
#[case::name("com", |c: &mut ContactData| c.name = "x".repeat(255), |c: &mut ContactData| c.name = "x".repeat(256), "name")]
#[case::name_blank("com", |_: &mut ContactData| {}, |c: &mut ContactData| c.name = " ".into(), "name")]
#[case::name_eu("eu", |c: &mut ContactData| c.name = "x".repeat(50), |c: &mut ContactData| c.name = "x".repeat(51), "name")]
#[case::name_at("at", |c: &mut ContactData| c.name = "Erika Muster".into(), |c: &mut ContactData| c.name = "Erika".into(), "name")]
#[case::company("com", |c: &mut ContactData| c.company = Some("x".repeat(255)), |c: &mut ContactData| c.company = Some("x".repeat(256)), "company")]
#[case::company_eu("eu", |c: &mut ContactData| c.company = Some("x".repeat(100)), |c: &mut ContactData| c.company = Some("x".repeat(101)), "company")]
#[case::no_company("com", |c: &mut ContactData| c.company = None, |c: &mut ContactData| c.company = Some(String::new()), "company")]
#[case::email("com", |_: &mut ContactData| {}, |c: &mut ContactData| c.email = String::new(), "email")]
#[case::address("com", |c: &mut ContactData| c.address1 = "x".repeat(64), |c: &mut ContactData| c.address1 = "x".repeat(65), "address1")]
#[case::address2("com", |c: &mut ContactData| c.address2 = Some("x".repeat(64)), |c: &mut ContactData| c.address2 = Some("x".repeat(65)), "address2")]
#[case::address3("com", |c: &mut ContactData| c.address3 = Some("x".repeat(64)), |c: &mut ContactData| c.address3 = Some("x".repeat(65)), "address3")]
#[case::city("com", |c: &mut ContactData| c.city = "x".repeat(64), |c: &mut ContactData| c.city = "x".repeat(65), "city")]
#[case::state("com", |c: &mut ContactData| c.state = Some("x".repeat(64)), |c: &mut ContactData| c.state = Some("x".repeat(65)), "state")]
#[case::country("com", |c: &mut ContactData| c.country = "GB".into(), |c: &mut ContactData| c.country = "GBR".into(), "country")]
#[case::zip("com", |c: &mut ContactData| c.zip = "1234567890".into(), |c: &mut ContactData| c.zip = "12345678901".into(), "zip")]
#[case::zip_eu("eu", |c: &mut ContactData| c.zip = "x".repeat(16), |c: &mut ContactData| c.zip = "x".repeat(17), "zip")]
#[case::phone_cc("com", |c: &mut ContactData| c.phone_cc = "1".into(), |c: &mut ContactData| c.phone_cc = "1242".into(), "phone_cc")]
#[case::phone_cc_sign("com", |_: &mut ContactData| {}, |c: &mut ContactData| c.phone_cc = "+49".into(), "phone_cc")]
#[case::phone("com", |c: &mut ContactData| c.phone = "123456789012".into(), |c: &mut ContactData| c.phone = "1234567890123".into(), "phone")]
#[case::phone_short("com", |c: &mut ContactData| c.phone = "1234".into(), |c: &mut ContactData| c.phone = "123".into(), "phone")]
#[case::fax_cc("com", |c: &mut ContactData| c.fax_cc = Some("44".into()), |c: &mut ContactData| c.fax_cc = Some("a".into()), "fax_cc")]
#[case::fax("com", |c: &mut ContactData| c.fax = Some("12345".into()), |c: &mut ContactData| c.fax = Some("1-2345".into()), "fax")]
fn a_contact_field_is_what_the_provider_takes(
    #[case] tld: &str,
    #[case] taken: Change,
    #[case] refused: Change,
    #[case] field: &str,
) {
    let domain = format!("lark.{tld}");
    let (mut good, mut bad) = (berliner(), berliner());
    taken(&mut good);
    refused(&mut bad);
    assert_eq!(with_contact(&domain, Role::Registrant, &good), Vec::<String>::new());
    assert_eq!(
        with_contact(&domain, Role::Registrant, &bad),
        [format!("/contacts/registrant/{field}")]
    );
    let sentence = format!("{:?}", with_contact(&domain, Role::Registrant, &bad));
    assert!(!sentence.contains("xxx") && !sentence.contains("1-2345"), "{sentence}");
}

const RU_PERSON: &[(&str, &str)] = &[
    ("contract-type", "PRS"),
    ("birth-date", "01.02.1980"),
    ("person-r", "Lee Lark"),
    ("passport", "1234 issued by X on 01.01.2010"),
];
const RU_ORG: &[(&str, &str)] = &[
    ("contract-type", "ORG"),
    ("org-r", "Lark Mill"),
    ("address-r", "Mill Lane"),
    ("kpp", "123456789"),
    ("code", "1234567890"),
];
const ES: &[(&str, &str)] = &[
    ("es_form_juridica", "1"),
    ("es_tipo_identificacion", "1"),
    ("es_identificacion", "X"),
];
const JOBS: &[(&str, &str)] = &[
    ("title", "Head"),
    ("website", "lark.example"),
    ("industry_type", "2"),
    ("is_admin_contact", "true"),
    ("is_association_member", "false"),
];
const ASIA: &[(&str, &str)] = &[
    ("locality", "JP"),
    ("legalentitytype", "other"),
    ("otherlegalentitytype", "guild"),
    ("identform", "other"),
    ("otheridentform", "seal"),
    ("identnumber", "7"),
];
const CA: &[(&str, &str)] = &[("CPR", "CCT"), ("AgreementVersion", "2.0"), ("AgreementValue", "y")];
const US: &[(&str, &str)] = &[("purpose", "P1"), ("category", "C11")];

#[rstest]
#[case("asia", ASIA, "locality", &["Japan"])]
#[case("asia", ASIA, "legalentitytype", &["person"])]
#[case("asia", ASIA, "otherlegalentitytype", &[" "])]
#[case("asia", ASIA, "identform", &["card"])]
#[case("asia", ASIA, "otheridentform", &[""])]
#[case("asia", ASIA, "identnumber", &[""])]
#[case("com.br", &[("organisationId", "11.222.333/0001-81")], "organisationId", &[""])]
#[case("ca", CA, "CPR", &["XYZ", "cct"])]
#[case("ca", CA, "AgreementVersion", &[""])]
#[case("ca", CA, "AgreementValue", &["n", "Y"])]
#[case("coop", &[("sponsor1", "C-1")], "sponsor1", &[""])]
#[case("es", ES, "es_form_juridica", &["2", "one"])]
#[case("es", ES, "es_tipo_identificacion", &["2"])]
#[case("es", ES, "es_identificacion", &[""])]
#[case("jobs", JOBS, "title", &[""])]
#[case("jobs", JOBS, "website", &[""])]
#[case("jobs", JOBS, "industry_type", &[""])]
#[case("jobs", JOBS, "is_admin_contact", &["yes"])]
#[case("jobs", JOBS, "is_association_member", &["no"])]
#[case("nl", &[("legalForm", "ANDERS")], "legalForm", &["BV"])]
#[case("ru", RU_PERSON, "contract-type", &["XXX"])]
#[case("ru", RU_PERSON, "birth-date", &["1980-02-01", "32.01.1980", "1.2.1980"])]
#[case("ru", RU_PERSON, "person-r", &[""])]
#[case("ru", RU_PERSON, "passport", &[""])]
#[case("ru", RU_ORG, "org-r", &["Lark"])]
#[case("ru", RU_ORG, "address-r", &["Lane"])]
#[case("ru", RU_ORG, "kpp", &["12345678"])]
#[case("ru", RU_ORG, "code", &["123456789"])]
#[case("us", US, "purpose", &["P6"])]
#[case("us", US, "category", &["C13"])]
fn a_contact_carries_the_details_of_its_tld(
    #[case] tld: &str,
    #[case] taken: Pairs,
    #[case] name: &str,
    #[case] refused: &[&str],
) {
    let domain = format!("lark.{tld}");
    let country = if tld == "ru" { "RU" } else { "DE" };
    let contact = |attributes: BTreeMap<String, String>| ContactData {
        company: Some("Lark Mill".into()),
        country: country.into(),
        attributes,
        ..berliner()
    };
    let check = |attributes| with_contact(&domain, Role::Registrant, &contact(attributes));
    assert_eq!(check(map(taken)), Vec::<String>::new());
    let field = format!("/contacts/registrant/attributes/{name}");
    for value in refused {
        let mut attributes = map(taken);
        attributes.insert(name.to_owned(), (*value).to_owned());
        let named = check(attributes);
        assert!(named.contains(&field), "{value}: {named:?}");
    }
    let mut without = map(taken);
    without.remove(name);
    let named = check(without);
    assert!(named.contains(&field) || name == "contract-type", "{named:?}");
}

#[test]
fn details_have_conditions_of_their_own() {
    let check = |domain: &str, role, country: &str, pairs: &[(&str, &str)]| {
        let contact = ContactData {
            company: Some("Lark Mill".into()),
            country: country.into(),
            attributes: map(pairs),
            ..berliner()
        };
        with_contact(domain, role, &contact)
    };
    // kpp and code are Russian companies' only; a person needs neither, and everybody says what it is.
    assert_eq!(
        check("lark.ru", Role::Registrant, "DE", &RU_ORG[..3]),
        Vec::<String>::new()
    );
    assert_eq!(check("lark.ru", Role::Registrant, "RU", &RU_ORG[..3]).len(), 2);
    assert_eq!(
        check("lark.ru", Role::Registrant, "RU", RU_PERSON),
        Vec::<String>::new()
    );
    assert_eq!(
        check("lark.ru", Role::Registrant, "RU", &[]),
        ["/contacts/registrant/attributes/contract-type"]
    );
    // Only the registrant's kind is asked for in .us, .ca and .coop; the others carry none.
    assert_eq!(check("lark.us", Role::Tech, "US", &[]), Vec::<String>::new());
    assert_eq!(
        check("lark.us", Role::Tech, "US", &US[..1]),
        ["/contacts/tech/attributes/purpose"]
    );
    // A company may hold a .es name, and nothing more.
    let company = [("es_form_juridica", "612"), ES[1], ES[2]];
    assert_eq!(check("lark.es", Role::Registrant, "ES", &company), Vec::<String>::new());
    assert_eq!(
        check("lark.es", Role::Admin, "ES", &company),
        ["/contacts/admin/attributes/es_form_juridica"]
    );
    assert_eq!(check("lark.es", Role::Admin, "ES", ES), Vec::<String>::new());
    // CED details come all or none, and the "other" words only where they are told for.
    assert_eq!(check("lark.asia", Role::Admin, "JP", &[]), Vec::<String>::new());
    assert_eq!(check("lark.asia", Role::Admin, "JP", &ASIA[..1]).len(), 3);
    let plain = [
        ("locality", "JP"),
        ("legalentitytype", "society"),
        ("identform", "passport"),
        ("identnumber", "7"),
    ];
    assert_eq!(check("lark.asia", Role::Admin, "JP", &plain), Vec::<String>::new());
    // Chinese ones are optional; a detail of another TLD is a mistake.
    assert_eq!(
        check("lark.cn", Role::Admin, "CN", &[("organisationVerificationId", "7")]),
        Vec::<String>::new()
    );
    assert_eq!(
        check("lark.cn", Role::Admin, "CN", &US[..1]),
        ["/contacts/admin/attributes/purpose"]
    );
}

#[test]
fn types_have_field_rules_of_their_own() {
    let ru = |phone: &str, company: Option<&str>| ContactData {
        company: company.map(str::to_owned),
        phone: phone.into(),
        attributes: map(RU_PERSON),
        ..berliner()
    };
    let check = |contact: &ContactData| with_contact("lark.ru", Role::Registrant, contact);
    assert_eq!(check(&ru("1234567890123", None)), Vec::<String>::new());
    assert_eq!(check(&ru("12345678901234", None)), ["/contacts/registrant/phone"]);
    assert_eq!(check(&ru("12345", Some("N A"))), Vec::<String>::new());
    assert_eq!(check(&ru("12345", Some("Lark"))), ["/contacts/registrant/company"]);

    let es = |state: Option<&str>| ContactData {
        state: state.map(str::to_owned),
        attributes: map(ES),
        ..berliner()
    };
    for state in [
        None,
        Some("Coruña, A"),
        Some("Madrid"),
        Some("Palmas, Las"),
        Some("Rioja, La"),
    ] {
        assert_eq!(
            with_contact("lark.es", Role::Registrant, &es(state)),
            Vec::<String>::new()
        );
    }
    assert_eq!(
        with_contact("lark.es", Role::Registrant, &es(Some("Bavaria"))),
        ["/contacts/registrant/state"]
    );

    let service = |country: &str| ContactData {
        contact_type: Some("UkServiceContact".into()),
        country: country.into(),
        ..berliner()
    };
    let named = |country| with_contact("lark.com", Role::Registrant, &service(country));
    assert!(!named("JE").contains(&"/contacts/registrant/country".to_owned()));
    assert!(named("DE").contains(&"/contacts/registrant/country".to_owned()));
}

#[test]
fn no_organisation_is_said_in_the_words_of_the_type() {
    let nobody = ContactData {
        company: None,
        ..berliner()
    };
    for (kind, word) in [
        ("RuContact", "Not Applicable"),
        ("EuContact", "NA"),
        ("AtContact", "N/A"),
        ("Contact", "N/A"),
    ] {
        assert_eq!(nobody.fields(kind).company, word);
    }
    assert_eq!(berliner().fields("RuContact").company, "Muster Werk");
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
