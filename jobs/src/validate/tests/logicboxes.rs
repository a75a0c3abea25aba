//! What a LogicBoxes account's TLDs demand of a document, and that nobody else's do.

use domorder_api_client::provider::Operation as Op;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

fn person(change: Value) -> Value {
    let mut person = json!({"name": "Ada Lind", "email": "ada@lind.example", "address1": "1 Mill Lane", "city": "Oslo",
        "country": "NO", "zip": "0150", "phone_cc": "47", "phone": "22000000"});
    merge(&mut person, change);
    person
}

/// A document for the account with the rules; `null` takes a field away.
fn sold_by(account: &str, operation: Op, change: Value) -> Value {
    let mut doc = changed(operation, json!({"account": account}));
    merge(&mut doc, change);
    doc
}

#[rstest]
#[case::idn(Op::Register, json!({"domain": "bücher.de"}), "/attributes/idnLanguageCode")]
#[case::idn_code(Op::Register, json!({"domain": "bücher.eu", "attributes": {"idnLanguageCode": "de"}}), "/attributes/idnLanguageCode")]
#[case::asia(Op::Register, json!({"domain": "lind.asia"}), "/attributes/cedcontactid")]
#[case::terms(Op::Register, json!({"domain": "lind.software", "attributes": {"tnc": "no"}}), "/attributes/tnc")]
#[case::typo(Op::Register, json!({"attributes": {"tnd": "y"}}), "/attributes/tnd")]
#[case::two_years(Op::Register, json!({"domain": "lind.ai"}), "/years")]
#[case::two_more_years(Op::Renew, json!({"domain": "lind.ai"}), "/years")]
#[case::privacy(Op::Register, json!({"domain": "lind.de", "privacy": true}), "/privacy")]
#[case::privacy_renewed(Op::Renew, json!({"domain": "lind.us", "privacy": true}), "/privacy")]
#[case::privacy_moved(Op::Transfer, json!({"domain": "lind.co.uk", "privacy": true}), "/privacy")]
#[case::auth_code(Op::Transfer, json!({"auth_code": null}), "/auth_code")]
#[case::long_zip(Op::Register, json!({"contacts": {"registrant": person(json!({"zip": "12345678901"}))}}), "/contacts/registrant/zip")]
#[case::type_of_tld(Op::Transfer, json!({"domain": "lind.nl", "contacts": {"registrant": person(json!({"type": "Contact", "attributes": {"legalForm": "ANDERS"}}))}}), "/contacts/registrant/type")]
#[case::detail(Op::Register, json!({"domain": "lind.us", "contacts": {"registrant": person(json!({"attributes": {"purpose": "P1"}}))}}), "/contacts/registrant/attributes/category")]
#[case::no_admin(Op::Register, json!({"domain": "lind.eu", "contacts": {"registrant": {"id": "1"}, "admin": person(json!({}))}}), "/contacts/admin")]
fn a_rule_of_the_tld_is_told_by_its_field(#[case] operation: Op, #[case] change: Value, #[case] field: &str) {
    let doc = sold_by("lb-rules", operation, change.clone());
    let found = faults(&doc);
    assert_eq!(found.keys().collect::<Vec<_>>(), [field], "{found:?}");
    assert!(!found[field].contains("Ada"), "{found:?}");
    // An account without these rules is held to the contract only.
    if field != "/auth_code" {
        assert!(parse_value(&sold_by("sim", operation, change)).is_ok());
    }
}

#[rstest]
#[case(Op::Register, json!({"domain": "bücher.de", "attributes": {"idnLanguageCode": "de"}}))]
#[case(Op::Register, json!({"domain": "lind.asia", "attributes": {"cedcontactid": "77"}}))]
#[case(Op::Register, json!({"domain": "lind.software", "attributes": {"tnc": "y"}}))]
#[case(Op::Register, json!({"domain": "lind.ai", "years": 2}))]
#[case(Op::Register, json!({"domain": "lind.uk.com"}))]
#[case(Op::Transfer, json!({"domain": "lind.co.uk", "auth_code": null}))]
#[case(Op::Register, json!({"domain": "lind.us", "contacts": {"registrant": person(json!({"attributes": {"purpose": "P1", "category": "C31"}}))}}))]
fn what_the_tld_wants_is_taken(#[case] operation: Op, #[case] change: Value) {
    draft(&sold_by("lb-rules", operation, change));
}

#[test]
fn every_fault_is_told_at_once() {
    let doc = sold_by(
        "lb-rules",
        Op::Register,
        json!({"domain": "bücher.ai", "years": 3, "attributes": {"phase": "moonrise"},
            "contacts": {"registrant": person(json!({"phone": "1234567890123", "zip": "12345678901"}))}}),
    );
    let found: Vec<String> = faults(&doc).into_keys().collect();
    assert_eq!(
        found,
        [
            "/attributes/phase",
            "/contacts/registrant/phone",
            "/contacts/registrant/zip",
            "/years"
        ]
    );
}
