use domorder_api_client::provider::{InvoiceOption, Operation as Op};
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::order::{Contact, Contacts};
use crate::state::Priority;

#[test]
fn the_least_document_of_every_operation_is_taken() {
    for operation in Op::ALL {
        let order = order(&document(operation));
        assert_eq!(order.operation(), operation);
        assert_eq!(order.resource(), "example.com");
    }
}

#[rstest]
#[case(Op::Renew, json!({"domain": "EXAMPLE.com."}), "domain", json!("example.com"))]
#[case(Op::Renew, json!({"domain": "bücher.de"}), "domain", json!("xn--bcher-kva.de"))]
#[case(Op::Renew, json!({"domain": "shop.uk.com"}), "domain", json!("shop.uk.com"))]
#[case(Op::Renew, json!({"years": 10}), "years", json!(10))]
#[case(Op::Renew, json!({"years": 3.0}), "years", json!(3))]
#[case(Op::Transfer, json!({"years": 2}), "years", json!(2))]
#[case(Op::Register, json!({"nameservers": ["NS1.Host.net.", "ns2.bücher.de"]}), "nameservers",
    json!(["ns1.host.net", "ns2.xn--bcher-kva.de"]))]
#[case(Op::Transfer, json!({"nameservers": []}), "nameservers", Value::Null)]
#[case(Op::Renew, json!({"privacy": false}), "privacy", json!(false))]
#[case(Op::Renew, json!({"auto_renew": true}), "auto_renew", json!(true))]
#[case(Op::Renew, json!({"auto_renew": false}), "auto_renew", Value::Null)]
#[case(Op::Renew, json!({"expected_expiry": "2026-06-30"}), "expected_expiry", json!("2026-06-30T00:00:00Z"))]
#[case(Op::EmailRenew, json!({"expected_expiry": "2026-06-30T02:00:00+02:00"}), "expected_expiry",
    json!("2026-06-30T00:00:00Z"))]
#[case(Op::EmailRenew, json!({"accounts": 3}), "accounts", json!(3))]
#[case(Op::EmailCreate, json!({"months": 120}), "months", json!(120))]
#[case(Op::EmailDelete, json!({"customer": "7"}), "customer", json!("7"))]
#[case(Op::Register, json!({"invoice": "PayInvoice"}), "invoice", json!("PayInvoice"))]
#[case(Op::Register, json!({"coupon": "SPRING-26"}), "coupon", json!("SPRING-26"))]
#[case(Op::Register, json!({"attributes": {"idnLanguageCode": "de"}}), "attributes", json!({"idnLanguageCode": "de"}))]
#[case(Op::Renew, json!({"max_price": {"amount": "12.50", "currency": "USD"}}), "max_price",
    json!({"amount": "12.5", "currency": "USD"}))]
#[case(Op::Renew, json!({"not_before": "2026-05-02T00:00:00.5-05:30"}), "not_before", json!("2026-05-02T05:30:00.5Z"))]
#[case(Op::Renew, json!({"deadline": "2026-05-01t12:00:01z"}), "deadline", json!("2026-05-01T12:00:01Z"))]
#[case(Op::Renew, json!({"priority": "high"}), "priority", json!("high"))]
#[case(Op::Renew, json!({"priority": "normal"}), "priority", Value::Null)]
#[case(Op::Renew, json!({"metadata": {"invoice": "20931", "ü": ""}}), "metadata", json!({"invoice": "20931", "ü": ""}))]
#[case(Op::Renew, json!({"idempotency_key": " ~"}), "idempotency_key", json!(" ~"))]
fn a_field_is_taken_and_normalised(#[case] op: Op, #[case] change: Value, #[case] field: &str, #[case] stored: Value) {
    let stored_order = serde_json::to_value(order(&changed(op, change))).unwrap();
    assert_eq!(stored_order.get(field).cloned().unwrap_or_default(), stored);
}

#[test]
fn a_full_profile_is_taken_where_contacts_can_be_made() {
    let profile = json!({"name": "Ada Lind", "company": "Lind Ltd", "email": "ada@lind.example", "address1": "1 Mill Lane",
        "city": "Oslo", "country": "no", "zip": "0150", "phone_cc": "47", "phone": "22000000", "type": "Contact",
        "attributes": {"a": "b"}});
    let order = order(&changed(
        Op::Register,
        json!({"contacts": {"registrant": profile, "tech": {"id": "5"}}}),
    ));
    let Some(Contact::Profile(read)) = &order.contacts.registrant else {
        panic!("no profile")
    };
    assert_eq!(
        (read.country.as_str(), read.contact_type.as_deref()),
        ("NO", Some("Contact"))
    );
    assert!(!format!("{order:?}").contains("Ada"), "a person's data in Debug");
    let text = serde_json::to_string(&order).unwrap();
    assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
}

#[test]
fn what_the_document_leaves_out_comes_from_the_account() {
    let order = order(&changed(
        Op::Register,
        json!({"account": "lb-full", "customer": null, "nameservers": null, "contacts": null}),
    ));
    assert_eq!(order.customer.as_deref(), Some("4400012"));
    assert_eq!(order.nameservers, ["ns1.host.net", "ns2.host.net"]);
    let id = |id: &str| Some(Contact::Id { id: id.into() });
    // Billing is the registrant's anyway, so it is not stored.
    assert_eq!(
        order.contacts,
        Contacts {
            registrant: id("71"),
            admin: None,
            tech: id("72"),
            billing: None
        }
    );
    assert_eq!((order.privacy, order.auto_renew), (Some(true), Some(true)));
    assert_eq!(order.invoice, Some(InvoiceOption::KeepInvoice));
}

#[test]
fn what_the_document_says_wins_over_the_account() {
    let order = order(&changed(
        Op::Register,
        json!({"account": "lb-full", "privacy": false, "auto_renew": false, "invoice": "NoInvoice"}),
    ));
    assert_eq!(order.customer.as_deref(), Some("7"));
    assert_eq!(order.contacts.registrant, Some(Contact::Id { id: "991".into() }));
    assert_eq!((order.privacy, order.auto_renew), (None, None));
    assert_eq!(order.invoice, Some(InvoiceOption::NoInvoice));
}

#[test]
fn defaults_buy_nothing_that_was_not_asked_for() {
    // Privacy costs money with a renewal, and cannot be had under .us at all.
    assert_eq!(order(&changed(Op::Renew, json!({"account": "lb-full"}))).privacy, None);
    let us = json!({"account": "lb-full", "domain": "shop.us", "attributes": {"purpose": "P1", "category": "C11"}});
    assert_eq!(order(&changed(Op::Register, us)).privacy, None);
    // A transferred name keeps its name servers, a renewal its customer.
    assert!(
        order(&changed(Op::Transfer, json!({"account": "lb-full"})))
            .nameservers
            .is_empty()
    );
    assert_eq!(order(&changed(Op::Renew, json!({"account": "lb-full"}))).customer, None);
    assert_eq!(
        order(&changed(Op::EmailDelete, json!({"account": "lb-full"}))).invoice,
        None
    );
}

#[test]
fn a_transfer_needs_no_auth_code_where_the_tld_has_none() {
    let uk = changed(
        Op::Transfer,
        json!({"account": "lb", "domain": "shop.co.uk", "auth_code": null}),
    );
    assert_eq!(order(&uk).auth_code, None);
}

#[test]
fn a_connectreseller_register_needs_no_contacts() {
    let doc = changed(Op::Register, json!({"account": "cr", "contacts": null}));
    assert!(order(&doc).contacts.is_empty());
}

#[test]
fn a_namecom_register_needs_no_customer_and_no_name_servers() {
    let doc = changed(
        Op::Register,
        json!({"account": "nc", "contacts": null, "customer": null, "nameservers": null}),
    );
    assert_eq!(order(&doc).customer, None);
}

#[test]
fn the_key_may_come_from_outside() {
    let doc = changed(Op::Renew, json!({"idempotency_key": null})).to_string();
    let draft = parse_keyed(doc.as_bytes(), Some("from-header"), &catalogue(), now()).unwrap();
    assert_eq!(draft.idempotency_key().as_str(), "from-header");
    let both = document(Op::Renew).to_string();
    assert!(parse_keyed(both.as_bytes(), Some("k-1"), &catalogue(), now()).is_ok());
    let refusal = parse_keyed(both.as_bytes(), Some("k-2"), &catalogue(), now()).unwrap_err();
    assert_eq!(refusal.faults[0].pointer, "/idempotency_key");
    let refusal = parse_keyed(doc.as_bytes(), Some("ü"), &catalogue(), now()).unwrap_err();
    assert_eq!(refusal.faults[0].pointer, "/idempotency_key");
}

#[test]
fn a_plain_renewal_is_stored_in_few_bytes() {
    let doc = json!({"idempotency_key": "whmcs-renew-20931", "kind": "renew", "account": "cr", "domain": "example.com",
        "years": 1, "expected_expiry": "2026-06-30", "metadata": {"invoice": "20931"}});
    let order = order(&doc);
    let text = serde_json::to_string(&order).unwrap();
    assert!(text.len() <= 350, "{} bytes: {text}", text.len());
    assert_eq!(order.priority, Priority::Normal);
    assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
}
