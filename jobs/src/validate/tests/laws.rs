use domorder_api_client::provider::Operation as Op;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

/// Spellings of one content.
#[rstest]
#[case(Op::Renew, json!({}), json!({"priority": "normal"}))]
#[case(Op::Renew, json!({}), json!({"metadata": {}}))]
#[case(Op::Renew, json!({}), json!({"auto_renew": false}))]
#[case(Op::Renew, json!({}), json!({"idempotency_key": "another"}))]
#[case(Op::Renew, json!({"years": 1}), json!({"years": 1.0}))]
#[case(Op::Renew, json!({"domain": "bücher.de"}), json!({"domain": "XN--BCHER-KVA.DE."}))]
#[case(Op::Renew, json!({"not_before": "2026-06-01T00:00:00Z"}), json!({"not_before": "2026-06-01T02:00:00.000+02:00"}))]
#[case(Op::Renew, json!({"expected_expiry": "2026-06-01"}), json!({"expected_expiry": "2026-06-01T00:00:00Z"}))]
#[case(Op::Renew, json!({"max_price": {"amount": "12.5", "currency": "USD"}}), json!({"max_price": {"amount": "012.50", "currency": "USD"}}))]
#[case(Op::Register, json!({}), json!({"nameservers": ["NS1.HOST.NET.", "ns2.host.net"], "attributes": {}}))]
#[case(Op::Transfer, json!({}), json!({"nameservers": [], "auth_code": "other"}))]
fn two_spellings_are_one_content(#[case] op: Op, #[case] one: Value, #[case] other: Value) {
    assert_eq!(
        draft(&changed(op, one)).fingerprint(),
        draft(&changed(op, other)).fingerprint()
    );
}

#[rstest]
#[case(Op::Renew, json!({"years": 2}))]
#[case(Op::Renew, json!({"domain": "example.net"}))]
#[case(Op::Renew, json!({"account": "cr"}))]
#[case(Op::Renew, json!({"auto_renew": true}))]
#[case(Op::Renew, json!({"privacy": false}))]
#[case(Op::Renew, json!({"metadata": {"a": "b"}}))]
#[case(Op::Renew, json!({"deadline": "2027-01-01T00:00:00Z"}))]
#[case(Op::Renew, json!({"priority": "low"}))]
#[case(Op::Register, json!({"customer": "8"}))]
#[case(Op::Register, json!({"contacts": {"registrant": {"id": "992"}}}))]
#[case(Op::Register, json!({"nameservers": ["ns2.host.net", "ns1.host.net"]}))]
#[case(Op::EmailAddAccounts, json!({"action": "remove-accounts"}))]
fn another_content_has_another_fingerprint(#[case] op: Op, #[case] change: Value) {
    assert_ne!(
        draft(&document(op)).fingerprint(),
        draft(&changed(op, change)).fingerprint()
    );
}

#[test]
fn a_change_of_the_defaults_is_no_change_of_the_document() {
    let doc = changed(Op::Register, json!({"account": "lb-full"}));
    let bare = Catalogue::new([("lb-full".to_owned(), catalogue().account("lb").unwrap().clone())]);
    let later = parse(doc.to_string().as_bytes(), &bare, now()).unwrap();
    assert_eq!(draft(&doc).fingerprint(), later.fingerprint());
}

#[test]
fn leaving_out_and_refusing_auto_renew_differ_where_the_account_would_turn_it_on() {
    let plain = draft(&changed(Op::Renew, json!({"account": "lb-full"})));
    let refused = draft(&changed(Op::Renew, json!({"account": "lb-full", "auto_renew": false})));
    assert_ne!(plain.fingerprint(), refused.fingerprint());
}

/// Any JSON, leaning towards the words of the document.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "renew",
            "register",
            "email-order",
            "sim",
            "lb",
            "example.com",
            "USD",
            "1.5",
            "create"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any_key(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn any_key() -> impl Strategy<Value = String> {
    let known: Vec<String> = rules::fields()
        .chain(["registrant", "id", "amount", "currency"])
        .map(str::to_owned)
        .collect();
    prop_oneof![4 => prop::sample::select(known), 1 => ".{0,8}"]
}

/// The document with its keys in the given order and blanks between.
fn spelled(doc: &Value, order: &[usize], blank: &str) -> String {
    let map = doc.as_object().unwrap();
    let mut entries: Vec<String> = map
        .iter()
        .map(|(key, value)| format!("{blank}{}{blank}:{blank}{value}", Value::from(key.as_str())))
        .collect();
    for (at, to) in order.iter().enumerate() {
        let len = entries.len();
        entries.swap(at % len, to % len);
    }
    format!("{{{}{blank}}}", entries.join(","))
}

proptest! {
    #[test]
    fn parsing_never_panics_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, &catalogue(), now());
        let _ = redact_entry(&bytes);
    }

    #[test]
    fn parsing_never_panics_on_json(op in prop::sample::select(Op::ALL.to_vec()), entries in prop::collection::vec((any_key(), any_json()), 0..8)) {
        let mut doc = document(op);
        for (key, value) in entries {
            doc[key] = value;
        }
        match parse_value(&doc) {
            Ok(draft) => {
                let order = draft.seal(id(), &ring()).unwrap();
                let text = serde_json::to_string(&order).unwrap();
                prop_assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
            }
            Err(refusal) => prop_assert!(!refusal.faults.is_empty() && !refusal.to_string().contains('\n')),
        }
    }

    #[test]
    fn the_fingerprint_does_not_see_spelling(op in prop::sample::select(Op::ALL.to_vec()), order in prop::collection::vec(0_usize..20, 0..20), blank in "[ \n\t]{0,3}") {
        let doc = document(op);
        let respelled = parse(spelled(&doc, &order, &blank).as_bytes(), &catalogue(), now()).unwrap();
        prop_assert_eq!(respelled.fingerprint(), draft(&doc).fingerprint());
    }

    #[test]
    fn a_canary_in_a_transfer_never_comes_back(canary in "[A-Za-z0-9]{12}", extra in any_key(), value in any_json()) {
        let mut doc = changed(Op::Transfer, json!({"auth_code": canary, "years": 99}));
        if extra != "auth_code" {
            doc[extra] = value;
        }
        let text = doc.to_string();
        let refusal = parse(text.as_bytes(), &catalogue(), now()).unwrap_err();
        prop_assert!(!refusal.problem_json().to_string().contains(&canary));
        prop_assert!(!redact_entry(text.as_bytes()).contains(&canary));
    }
}
