//! Attributes of registrations.

use rstest::rstest;

use super::*;

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
    let british = ContactProfile {
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
