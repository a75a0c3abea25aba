//! What a Name.com account takes: contacts in full, no ids, and what its top-level domains demand.

use domorder_api_client::provider::{Operation as Op, Purchase};
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

/// A valid registration at Name.com, changed.
fn registration(change: Value) -> Value {
    let mut doc = changed(
        Op::Register,
        json!({"account": "nc", "customer": null, "nameservers": null, "contacts": null}),
    );
    merge(&mut doc, change);
    doc
}

fn person(change: Value) -> Value {
    let mut person = json!({"name": "Ada Lind", "email": "ada@lind.example", "address1": "1 Mill Lane", "city": "Oslo",
        "country": "no", "zip": "0150", "phone_cc": "47", "phone": "22000000", "fax_cc": "47", "fax": "22000001"});
    merge(&mut person, change);
    person
}

#[test]
fn contacts_in_full_go_along_with_the_registration() {
    let doc = registration(json!({"contacts": {"registrant": person(json!({})),
        "tech": person(json!({"name": "Bo Rask", "company": "Rask"}))}}));
    let order = order(&doc);
    let Ok(Purchase::Register(register)) = order.purchase_with_profiles(&ring(), None) else {
        panic!("no register")
    };
    let profiles = register.profiles.as_deref().expect("profiles");
    let registrant = profiles.registrant.as_ref().expect("a registrant");
    assert_eq!(
        (
            registrant.name.as_str(),
            registrant.country.as_str(),
            registrant.fax.as_deref()
        ),
        ("Ada Lind", "NO", Some("22000001"))
    );
    assert_eq!(
        profiles.tech.as_ref().and_then(|tech| tech.company.as_deref()),
        Some("Rask")
    );
    assert_eq!(
        (&profiles.admin, &profiles.billing),
        (&None, &None),
        "the adapter's to fill in"
    );
    let shown = format!("{register:?}");
    assert!(
        !shown.contains("Ada") && !shown.contains("Mill"),
        "a person's data in Debug: {shown}"
    );
    // A provider that takes ids is not given the half of it.
    assert!(order.purchase(&ring(), None).is_err());
}

#[test]
fn a_registration_without_contacts_has_no_profiles() {
    let order = order(&registration(json!({})));
    let Ok(Purchase::Register(register)) = order.purchase_with_profiles(&ring(), None) else {
        panic!("no register")
    };
    assert_eq!(register.profiles, None);
}

#[test]
fn an_id_of_another_provider_is_not_dropped() {
    let other = order(&document(Op::Register));
    assert_eq!(
        other.purchase_with_profiles(&ring(), None).unwrap_err(),
        crate::purchase::PurchaseError::IdWithoutProfile("registrant")
    );
}

#[rstest]
#[case(json!({"contacts": {"registrant": {"id": "7"}}}), "/contacts/registrant/id", "has no contact ids")]
#[case(json!({"contacts": {"admin": person(json!({"name": "Ada"}))}}), "/contacts/admin/name", "a first and a last name")]
#[case(json!({"contacts": {"tech": person(json!({"type": "Contact"}))}}), "/contacts/tech/type", "no such detail")]
#[case(json!({"contacts": {"tech": person(json!({"attributes": {"a": "b"}}))}}), "/contacts/tech/attributes", "no such detail")]
#[case(json!({"domain": "harbor.us"}), "/attributes", "demands details")]
#[case(json!({"domain": "harbor.us", "attributes": {"us-app_purpose": "P9"}}), "/attributes/us-app_purpose", "`P1`, `P2`")]
#[case(json!({"domain": "harbor.de"}), "/attributes/de-admin_c", "administrative contact in full")]
#[case(json!({"domain": "harbor.tel"}), "/attributes/tel-whois_type", "is needed under .tel")]
#[case(json!({"domain": "b\u{fc}cher.com"}), "/attributes/language", "needs its language")]
#[case(json!({"domain": "b\u{fc}cher.com", "attributes": {"language": "de"}}), "/attributes/language", "language code")]
#[case(json!({"attributes": {"a/b": "c"}}), "/attributes/a~1b", "demands none")]
#[case(json!({"customer": "7"}), "/customer", "has no customers")]
#[case(json!({"auto_renew": true}), "/auto_renew", "does not renew by its own means")]
fn what_namecom_cannot_sell_is_refused(#[case] change: Value, #[case] at: &str, #[case] says: &str) {
    let faults = faults(&registration(change));
    let detail = faults
        .get(at)
        .unwrap_or_else(|| panic!("no fault at {at}: {faults:#?}"));
    assert!(detail.contains(says), "{detail}");
}

#[rstest]
#[case(json!({"domain": "harbor.us", "attributes": {"us-app_purpose": "P1", "us-nexus_category": "C11"}}))]
#[case(json!({"domain": "harbor.de", "attributes": {"de-admin_c": "Yes"}}))]
#[case(json!({"domain": "harbor.de", "contacts": {"registrant": person(json!({}))}}))]
#[case(json!({"domain": "b\u{fc}cher.com", "attributes": {"language": "GER"}}))]
#[case(json!({"domain": "harbor.eu", "attributes": {"eu-whatever": "1"}, "privacy": true}))]
#[case(json!({"max_price": {"amount": "12.50", "currency": "USD"}}))]
fn what_namecom_sells_is_taken(#[case] change: Value) {
    let order = order(&registration(change));
    assert!(order.purchase_with_profiles(&ring(), None).is_ok());
}

#[test]
fn a_renewal_and_a_transfer_have_no_requirements() {
    let renewal = changed(Op::Renew, json!({"account": "nc", "domain": "harbor.us"}));
    assert!(order(&renewal).purchase_with_profiles(&ring(), None).is_ok());
    let transfer = changed(
        Op::Transfer,
        json!({"account": "nc", "domain": "harbor.us", "customer": null, "contacts": null}),
    );
    assert_eq!(faults(&transfer).keys().collect::<Vec<_>>(), ["/kind"]);
}
