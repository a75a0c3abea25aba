use domorder_api_client::provider::Operation as Op;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::*;
use crate::validate::tests::{changed, document, order, ring};

#[test]
fn every_order_becomes_its_purchase() {
    for operation in Op::ALL {
        let purchase = order(&document(operation)).purchase(&ring(), None).unwrap();
        assert_eq!(purchase.operation(), operation);
        assert_eq!(purchase.domain(), "example.com");
    }
}

#[test]
fn a_role_left_out_is_the_registrants() {
    let contacts = json!({"contacts": {"registrant": {"id": "1"}, "tech": {"id": "2"}}});
    let Ok(Purchase::Register(register)) = order(&changed(Op::Register, contacts)).purchase(&ring(), None) else {
        panic!("no register");
    };
    let id = |id: &str| Some(id.to_owned());
    let wanted = ContactIds {
        registrant: id("1"),
        admin: id("1"),
        tech: id("2"),
        billing: id("1"),
    };
    assert_eq!(register.contacts, wanted);
}

#[test]
fn a_later_auth_code_stands_in_for_the_first() {
    let order = order(&document(Op::Transfer));
    let later = ring().seal(order.id, &SecretString::from("Later!1")).unwrap();
    let code = |sealed| match order.purchase(&ring(), sealed) {
        Ok(Purchase::Transfer(transfer)) => transfer.auth_code.unwrap().expose_secret().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(code(None), "Canary!Secret9");
    assert_eq!(code(Some(&later)), "Later!1");
}

#[test]
fn what_cannot_be_bought_as_asked_is_not_bought() {
    let years = order(&changed(Op::Transfer, json!({"years": 2})));
    assert_eq!(
        years.purchase(&ring(), None).unwrap_err(),
        PurchaseError::NotTaken("years")
    );

    let profile = json!({"name": "A", "email": "a@b.net", "address1": "x", "city": "x", "country": "NO", "zip": "1",
        "phone_cc": "47", "phone": "22000000"});
    let profile = order(&changed(Op::Register, json!({"contacts": {"registrant": profile}})));
    assert_eq!(
        profile.purchase(&ring(), None).unwrap_err(),
        PurchaseError::ProfileWithoutId("registrant")
    );

    let transfer = order(&document(Op::Transfer));
    let lost = transfer.purchase(&KeyRing::generate(), None).unwrap_err();
    assert_eq!(lost, PurchaseError::AuthCode(SealError::DoesNotOpen));

    let mut email = order(&document(Op::EmailCreate));
    email.action = None;
    assert_eq!(
        email.purchase(&ring(), None).unwrap_err(),
        PurchaseError::Missing("action")
    );
}

#[test]
fn contacts_in_full_are_prepared_and_bought_by_the_ids_that_were_made_of_them() {
    let profile = json!({"name": "A", "email": "a@b.net", "address1": "x", "city": "x", "country": "NO", "zip": "1",
        "phone_cc": "47", "phone": "22000000", "type": "Contact", "attributes": {"k": "v"}});
    let contacts = json!({"account": "sim", "contacts": {"registrant": profile, "tech": {"id": "2"}}});
    let order = order(&changed(Op::Register, contacts));
    assert!(order.has_profiles());
    let wanted = order.preparation();
    assert_eq!(
        (wanted.operation, wanted.domain.as_str()),
        (Op::Register, "example.com")
    );
    assert_eq!(Some(&wanted.customer), order.customer.as_ref());
    let Some(WantedContact::Profile(profile)) = &wanted.contacts.registrant else {
        panic!("no profile: {wanted:?}");
    };
    assert_eq!(
        (profile.name.as_str(), profile.contact_type.as_deref()),
        ("A", Some("Contact"))
    );
    assert_eq!(profile.attributes.get("k").map(String::as_str), Some("v"));
    assert_eq!(wanted.contacts.tech, Some(WantedContact::Id("2".to_owned())));
    assert_eq!(wanted.contacts.admin, None);

    let made = ContactIds {
        registrant: Some("30298".to_owned()),
        ..ContactIds::default()
    };
    let Ok(Purchase::Register(register)) = order.purchase_prepared(&ring(), None, &made) else {
        panic!("no register");
    };
    assert_eq!((register.contacts, register.profiles), (made, None));
}

#[test]
fn contacts_by_id_need_no_preparation() {
    let contacts = json!({"contacts": {"registrant": {"id": "1"}}});
    assert!(!order(&changed(Op::Register, contacts)).has_profiles());
    assert!(!order(&document(Op::Renew)).has_profiles());
}
