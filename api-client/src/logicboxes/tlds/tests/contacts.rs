//! Contacts given in full: types, fields, details.

use rstest::rstest;

use super::*;

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
    let of = |name: &str| ContactProfile {
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
type Change = fn(&mut ContactProfile);

#[rstest]
#[case::name("com", |c: &mut ContactProfile| c.name = "x".repeat(255), |c: &mut ContactProfile| c.name = "x".repeat(256), "name")]
#[case::name_blank("com", |_: &mut ContactProfile| {}, |c: &mut ContactProfile| c.name = " ".into(), "name")]
#[case::name_eu("eu", |c: &mut ContactProfile| c.name = "x".repeat(50), |c: &mut ContactProfile| c.name = "x".repeat(51), "name")]
#[case::name_at("at", |c: &mut ContactProfile| c.name = "Erika Muster".into(), |c: &mut ContactProfile| c.name = "Erika".into(), "name")]
#[case::company("com", |c: &mut ContactProfile| c.company = Some("x".repeat(255)), |c: &mut ContactProfile| c.company = Some("x".repeat(256)), "company")]
#[case::company_eu("eu", |c: &mut ContactProfile| c.company = Some("x".repeat(100)), |c: &mut ContactProfile| c.company = Some("x".repeat(101)), "company")]
#[case::no_company("com", |c: &mut ContactProfile| c.company = None, |c: &mut ContactProfile| c.company = Some(String::new()), "company")]
#[case::email("com", |_: &mut ContactProfile| {}, |c: &mut ContactProfile| c.email = String::new(), "email")]
#[case::address("com", |c: &mut ContactProfile| c.address1 = "x".repeat(64), |c: &mut ContactProfile| c.address1 = "x".repeat(65), "address1")]
#[case::address2("com", |c: &mut ContactProfile| c.address2 = Some("x".repeat(64)), |c: &mut ContactProfile| c.address2 = Some("x".repeat(65)), "address2")]
#[case::address3("com", |c: &mut ContactProfile| c.address3 = Some("x".repeat(64)), |c: &mut ContactProfile| c.address3 = Some("x".repeat(65)), "address3")]
#[case::city("com", |c: &mut ContactProfile| c.city = "x".repeat(64), |c: &mut ContactProfile| c.city = "x".repeat(65), "city")]
#[case::state("com", |c: &mut ContactProfile| c.state = Some("x".repeat(64)), |c: &mut ContactProfile| c.state = Some("x".repeat(65)), "state")]
#[case::country("com", |c: &mut ContactProfile| c.country = "GB".into(), |c: &mut ContactProfile| c.country = "GBR".into(), "country")]
#[case::zip("com", |c: &mut ContactProfile| c.zip = "1234567890".into(), |c: &mut ContactProfile| c.zip = "12345678901".into(), "zip")]
#[case::zip_eu("eu", |c: &mut ContactProfile| c.zip = "x".repeat(16), |c: &mut ContactProfile| c.zip = "x".repeat(17), "zip")]
#[case::phone_cc("com", |c: &mut ContactProfile| c.phone_cc = "1".into(), |c: &mut ContactProfile| c.phone_cc = "1242".into(), "phone_cc")]
#[case::phone_cc_sign("com", |_: &mut ContactProfile| {}, |c: &mut ContactProfile| c.phone_cc = "+49".into(), "phone_cc")]
#[case::phone("com", |c: &mut ContactProfile| c.phone = "123456789012".into(), |c: &mut ContactProfile| c.phone = "1234567890123".into(), "phone")]
#[case::phone_short("com", |c: &mut ContactProfile| c.phone = "1234".into(), |c: &mut ContactProfile| c.phone = "123".into(), "phone")]
#[case::fax_cc("com", |c: &mut ContactProfile| c.fax_cc = Some("44".into()), |c: &mut ContactProfile| c.fax_cc = Some("a".into()), "fax_cc")]
#[case::fax("com", |c: &mut ContactProfile| c.fax = Some("12345".into()), |c: &mut ContactProfile| c.fax = Some("1-2345".into()), "fax")]
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
#[case("ru", RU_PERSON, "contract-type", &["RUBBISH"])]
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
    let contact = |attributes: BTreeMap<String, String>| ContactProfile {
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
        let contact = ContactProfile {
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
    let ru = |phone: &str, company: Option<&str>| ContactProfile {
        company: company.map(str::to_owned),
        phone: phone.into(),
        attributes: map(RU_PERSON),
        ..berliner()
    };
    let check = |contact: &ContactProfile| with_contact("lark.ru", Role::Registrant, contact);
    assert_eq!(check(&ru("1234567890123", None)), Vec::<String>::new());
    assert_eq!(check(&ru("12345678901234", None)), ["/contacts/registrant/phone"]);
    assert_eq!(check(&ru("12345", Some("N A"))), Vec::<String>::new());
    assert_eq!(check(&ru("12345", Some("Lark"))), ["/contacts/registrant/company"]);

    let es = |state: Option<&str>| ContactProfile {
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

    let service = |country: &str| ContactProfile {
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
    let nobody = ContactProfile {
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
