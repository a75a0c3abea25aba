use domorder_api_client::provider::Operation as Op;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

#[rstest]
// --- the head
#[case(Op::Renew, json!({"idempotency_key": null}), "/idempotency_key", "is missing")]
#[case(Op::Renew, json!({"idempotency_key": ""}), "/idempotency_key", "1–200 printable ASCII")]
#[case(Op::Renew, json!({"idempotency_key": "ü"}), "/idempotency_key", "1–200 printable ASCII")]
#[case(Op::Renew, json!({"idempotency_key": "a\nb"}), "/idempotency_key", "1–200 printable ASCII")]
#[case(Op::Renew, json!({"idempotency_key": "x".repeat(201)}), "/idempotency_key", "1–200 printable ASCII")]
#[case(Op::Renew, json!({"idempotency_key": 7}), "/idempotency_key", "found 7")]
#[case(Op::Renew, json!({"kind": null}), "/kind", "is missing")]
#[case(Op::Renew, json!({"kind": "renewal"}), "/kind", "found \"renewal\"")]
#[case(Op::Renew, json!({"kind": ["renew"]}), "/kind", "found a list")]
#[case(Op::Renew, json!({"account": null}), "/account", "is missing")]
#[case(Op::Renew, json!({"account": "main"}), "/account", "found \"main\"")]
#[case(Op::EmailDelete, json!({"account": "cr"}), "/kind", "(connectreseller) does not sell email-order delete")]
#[case(Op::Transfer, json!({"account": "nc"}), "/kind", "(namecom) does not sell transfer")]
#[case(Op::EmailDelete, json!({"action": null}), "/action", "is missing")]
#[case(Op::EmailDelete, json!({"action": "remove"}), "/action", "`remove-accounts`")]
// --- names
#[case(Op::Renew, json!({"domain": null}), "/domain", "is missing")]
#[case(Op::Renew, json!({"domain": "www.example.com"}), "/domain", "the registrable name is `example.com`")]
#[case(Op::Renew, json!({"domain": "co.uk"}), "/domain", "is a public suffix")]
#[case(Op::Renew, json!({"domain": "shop.example"}), "/domain", "no known top-level domain")]
#[case(Op::Renew, json!({"domain": "192.0.2.1"}), "/domain", "is an IP address")]
#[case(Op::Renew, json!({"domain": 5}), "/domain", "found 5")]
#[case(Op::Register, json!({"nameservers": ["ns1.host.net"]}), "/nameservers", "found 1")]
#[case(Op::Register, json!({"nameservers": "ns1.host.net"}), "/nameservers", "expected a list")]
#[case(Op::Register, json!({"nameservers": ["ns1.host.net", "NS1.host.NET."]}), "/nameservers/1", "same as /nameservers/0")]
#[case(Op::Register, json!({"nameservers": ["ns1.host.net", "ns1 .host.net"]}), "/nameservers/1", "expected a host name")]
#[case(Op::Register, json!({"nameservers": ["ns1.host.net", 3]}), "/nameservers/1", "found 3")]
#[case(Op::Register, json!({"nameservers": ["ns1.host.net", "192.0.2.1"]}), "/nameservers/1", "is an IP address")]
#[case(Op::Register, json!({"nameservers": ["ns1.host.net", "localhost"]}), "/nameservers/1", "only one label")]
#[case(Op::Register, json!({"nameservers": (0..14).map(|n| format!("ns{n}.host.net")).collect::<Vec<_>>()}), "/nameservers", "found 14")]
#[case(Op::Register, json!({"account": "cr", "nameservers": (0..5).map(|n| format!("ns{n}.host.net")).collect::<Vec<_>>()}), "/nameservers", "2 to 4")]
#[case(Op::Register, json!({"nameservers": null}), "/nameservers", "at least 2 name servers")]
#[case(Op::Register, json!({"nameservers": []}), "/nameservers", "at least 2 name servers")]
#[case(Op::Transfer, json!({"account": "cr", "nameservers": ["ns1.host.net", "ns2.host.net"]}), "/nameservers", "with a transfer")]
// --- numbers
#[case(Op::Renew, json!({"years": null}), "/years", "is missing")]
#[case(Op::Renew, json!({"years": 0}), "/years", "from 1 to 10, found 0")]
#[case(Op::Renew, json!({"years": 11}), "/years", "found 11")]
#[case(Op::Renew, json!({"years": -1}), "/years", "found -1")]
#[case(Op::Renew, json!({"years": 1.5}), "/years", "found 1.5")]
#[case(Op::Renew, json!({"years": "1"}), "/years", "found \"1\"")]
#[case(Op::Renew, json!({"years": 1e300}), "/years", "found 1e+300")]
#[case(Op::Renew, json!({"years": u64::MAX}), "/years", "found 18446744073709551615")]
#[case(Op::Register, json!({"years": null}), "/years", "is missing")]
#[case(Op::Transfer, json!({"account": "lb", "years": 1}), "/years", "takes no term with a transfer")]
#[case(Op::EmailCreate, json!({"months": null}), "/months", "is missing")]
#[case(Op::EmailCreate, json!({"months": 0}), "/months", "found 0")]
#[case(Op::EmailRenew, json!({"months": 121}), "/months", "found 121")]
#[case(Op::EmailCreate, json!({"accounts": null}), "/accounts", "is missing")]
#[case(Op::EmailAddAccounts, json!({"accounts": null}), "/accounts", "is missing")]
#[case(Op::EmailRemoveAccounts, json!({"accounts": 0}), "/accounts", "at least 1, found 0")]
#[case(Op::EmailRemoveAccounts, json!({"accounts": 4_294_967_296_u64}), "/accounts", "found 4294967296")]
// --- customer and contacts
#[case(Op::Register, json!({"customer": null}), "/customer", "needs a customer")]
#[case(Op::Transfer, json!({"customer": null}), "/customer", "needs a customer")]
#[case(Op::EmailCreate, json!({"customer": null}), "/customer", "needs a customer")]
#[case(Op::Register, json!({"customer": 7}), "/customer", "as a string, found 7")]
#[case(Op::Register, json!({"customer": ""}), "/customer", "as a string")]
#[case(Op::Register, json!({"account": "nc"}), "/customer", "has no customers")]
#[case(Op::Register, json!({"contacts": null}), "/contacts", "needs a registrant")]
#[case(Op::Register, json!({"contacts": {}}), "/contacts/registrant", "needs a registrant")]
#[case(Op::Register, json!({"account": "bare"}), "/contacts", "takes no contacts")]
#[case(Op::Register, json!({"account": "cr", "contacts": {"registrant": {"type": "Contact"}}}), "/contacts/registrant/type", "takes no such detail")]
#[case(Op::Register, json!({"contacts": {"owner": {"id": "1"}}}), "/contacts/owner", "is not a field")]
#[case(Op::Register, json!({"contacts": {"registrant": {}}}), "/contacts/registrant", "is empty")]
#[case(Op::Register, json!({"contacts": {"registrant": "991"}}), "/contacts/registrant", "expected an object")]
#[case(Op::Register, json!({"contacts": {"registrant": {"id": 991}}}), "/contacts/registrant/id", "as a string, found 991")]
#[case(Op::Register, json!({"contacts": {"registrant": {"id": "9", "name": "A"}}}), "/contacts/registrant/name", "beside `id`")]
#[case(Op::Register, json!({"contacts": {"registrant": {"name": "A"}}}), "/contacts/registrant/phone_cc", "is missing")]
#[case(Op::Register, json!({"contacts": {"registrant": {"country": "XX"}}}), "/contacts/registrant/country", "alpha-2")]
#[case(Op::Register, json!({"contacts": {"registrant": {"country": "Germany"}}}), "/contacts/registrant/country", "alpha-2")]
#[case(Op::Register, json!({"contacts": {"registrant": {"email": "a@b"}}}), "/contacts/registrant/email", "a mail address")]
#[case(Op::Register, json!({"contacts": {"registrant": {"email": "a b@c.net"}}}), "/contacts/registrant/email", "a mail address")]
#[case(Op::Register, json!({"contacts": {"registrant": {"phone": "+4722"}}}), "/contacts/registrant/phone", "4–14 digits")]
#[case(Op::Register, json!({"contacts": {"registrant": {"zip": 150}}}), "/contacts/registrant/zip", "found a number")]
#[case(Op::Register, json!({"contacts": {"registrant": {"e-mail": "a@b.net"}}}), "/contacts/registrant/e-mail", "did you mean `email`?")]
#[case(Op::Register, json!({"account": "bare", "contacts": {"registrant": {"name": "A"}}}), "/contacts/registrant", "cannot make a contact")]
// --- switches, secrets, words
#[case(Op::Renew, json!({"privacy": "yes"}), "/privacy", "true or false, found \"yes\"")]
#[case(Op::Renew, json!({"auto_renew": 1}), "/auto_renew", "true or false, found 1")]
#[case(Op::Renew, json!({"account": "cr", "auto_renew": true}), "/auto_renew", "does not renew by its own means")]
#[case(Op::Renew, json!({"account": "lb", "domain": "shop.us", "privacy": true}), "/privacy", "under this TLD")]
#[case(Op::Register, json!({"account": "lb", "domain": "shop.us"}), "/attributes", "is needed under .us")]
#[case(Op::Transfer, json!({"auth_code": null}), "/auth_code", "is missing")]
#[case(Op::Transfer, json!({"auth_code": ""}), "/auth_code", "the value is not shown")]
#[case(Op::Transfer, json!({"auth_code": 55}), "/auth_code", "found a number")]
#[case(Op::Register, json!({"invoice": "payinvoice"}), "/invoice", "`PayInvoice`")]
#[case(Op::Register, json!({"account": "cr", "invoice": "NoInvoice"}), "/invoice", "takes no invoice option")]
#[case(Op::Register, json!({"coupon": "A B"}), "/coupon", "a coupon code")]
#[case(Op::Register, json!({"account": "lb", "coupon": "A"}), "/coupon", "takes no coupon")]
#[case(Op::Register, json!({"attributes": {"a": 1}}), "/attributes/a", "expected a string, found a number")]
#[case(Op::Register, json!({"account": "cr", "attributes": {"a": "1"}}), "/attributes", "takes no attributes")]
#[case(Op::Renew, json!({"priority": "urgent"}), "/priority", "`low`, `normal`, `high`, found \"urgent\"")]
// --- money and time
#[case(Op::Renew, json!({"max_price": "12.50"}), "/max_price", "expected an object")]
#[case(Op::Renew, json!({"max_price": {"amount": "12.50"}}), "/max_price/currency", "is missing")]
#[case(Op::Renew, json!({"max_price": {"currency": "USD"}}), "/max_price/amount", "is missing")]
#[case(Op::Renew, json!({"max_price": {"amount": 12.5, "currency": "USD"}}), "/max_price/amount", "in a string")]
#[case(Op::Renew, json!({"max_price": {"amount": "0.00", "currency": "USD"}}), "/max_price/amount", "above 0")]
#[case(Op::Renew, json!({"max_price": {"amount": "-1", "currency": "USD"}}), "/max_price/amount", "above 0")]
#[case(Op::Renew, json!({"max_price": {"amount": "1e3", "currency": "USD"}}), "/max_price/amount", "above 0")]
#[case(Op::Renew, json!({"max_price": {"amount": "1_000", "currency": "USD"}}), "/max_price/amount", "above 0")]
#[case(Op::Renew, json!({"max_price": {"amount": "1", "currency": "dollar"}}), "/max_price/currency", "ISO 4217")]
#[case(Op::Renew, json!({"max_price": {"amount": "1", "currency": "usd"}}), "/max_price/currency", "ISO 4217")]
#[case(Op::Renew, json!({"max_price": {"amount": "1", "currency": "USD", "tax": "1"}}), "/max_price/tax", "is not a field")]
#[case(Op::Renew, json!({"account": "lb", "max_price": {"amount": "1", "currency": "USD"}}), "/max_price", "cannot be asked for a price")]
#[case(Op::Renew, json!({"not_before": "tomorrow"}), "/not_before", "RFC 3339")]
#[case(Op::Renew, json!({"not_before": "2026-05-02"}), "/not_before", "RFC 3339")]
#[case(Op::Renew, json!({"not_before": "2026-05-02T00:00:00"}), "/not_before", "RFC 3339")]
#[case(Op::Renew, json!({"not_before": "2026-05-02T00:00:00+02:00[Europe/Oslo]"}), "/not_before", "RFC 3339")]
#[case(Op::Renew, json!({"not_before": "2026-02-30T00:00:00Z"}), "/not_before", "RFC 3339")]
#[case(Op::Renew, json!({"not_before": 1_777_000_000}), "/not_before", "RFC 3339")]
#[case(Op::Renew, json!({"deadline": NOW}), "/deadline", "has passed")]
#[case(Op::Renew, json!({"deadline": "2026-06-01T00:00:00Z", "not_before": "2026-06-01T00:00:00Z"}), "/deadline", "must be after `not_before`")]
#[case(Op::Renew, json!({"expected_expiry": "30.06.2026"}), "/expected_expiry", "a date such as")]
#[case(Op::Renew, json!({"expected_expiry": "2026-13-01"}), "/expected_expiry", "a date such as")]
#[case(Op::Renew, json!({"metadata": {"n": {"deep": 1}}}), "/metadata/n", "found an object")]
#[case(Op::Renew, json!({"metadata": "x"}), "/metadata", "expected an object")]
#[case(Op::Renew, json!({"metadata": {"a/b~": 1}}), "/metadata/a~1b~0", "found a number")]
#[case(Op::Renew, json!({"metadata": {"n": "x".repeat(4090)}}), "/metadata", "at most 4096 bytes")]
// --- unknown and foreign
#[case(Op::Renew, json!({"year": 1}), "/year", "did you mean `years`?")]
#[case(Op::Transfer, json!({"authCode": "x"}), "/authCode", "did you mean `auth_code`?")]
#[case(Op::Renew, json!({"wibble": 1}), "/wibble", "is not a field of this document")]
#[case(Op::Renew, json!({"auth_code": "x"}), "/auth_code", "belongs to transfer, not to renew")]
#[case(Op::Renew, json!({"months": 1}), "/months", "belongs to email-order (create, renew), not to renew")]
#[case(Op::Renew, json!({"customer": "7"}), "/customer", "not to renew")]
#[case(Op::Transfer, json!({"auto_renew": true}), "/auto_renew", "not to transfer")]
#[case(Op::EmailDelete, json!({"months": 1}), "/months", "not to email-order delete")]
#[case(Op::EmailAddAccounts, json!({"expected_expiry": "2026-06-30"}), "/expected_expiry", "not to email-order add-accounts")]
#[case(Op::EmailRemoveAccounts, json!({"invoice": "NoInvoice"}), "/invoice", "orders that are paid for")]
#[case(Op::Register, json!({"expected_expiry": "2026-06-30"}), "/expected_expiry", "not to register")]
#[case(Op::Transfer, json!({"coupon": "x"}), "/coupon", "belongs to register")]
#[case(Op::Transfer, json!({"attributes": {}}), "/attributes", "belongs to register")]
#[case(Op::EmailCreate, json!({"max_price": {"amount": "1", "currency": "USD"}}), "/max_price", "not to email-order create")]
fn a_fault_is_named_where_it_stands(#[case] op: Op, #[case] change: Value, #[case] at: &str, #[case] says: &str) {
    let doc = changed(op, change);
    let faults = faults(&doc);
    let detail = faults
        .get(at)
        .unwrap_or_else(|| panic!("no fault at {at}: {faults:#?}"));
    assert!(detail.contains(says), "{detail}");
}

#[test]
fn null_is_no_value() {
    let doc =
        r#"{"idempotency_key":"k","kind":"renew","account":"sim","domain":"example.com","years":1,"privacy":null}"#;
    let refusal = parse(doc.as_bytes(), &catalogue(), now()).unwrap_err();
    assert_eq!(refusal.faults.len(), 1);
    assert!(refusal.faults[0].detail.contains("leave the field out"), "{refusal}");
}

#[test]
fn all_faults_are_told_at_once() {
    let doc = json!({"idempotency_key": "", "kind": "register", "account": "sim", "domain": "com", "years": 99,
        "nameservers": ["a"], "customer": 5, "contacts": {"registrant": {"id": ""}, "boss": {}}, "privacy": "y",
        "auth_code": "x", "deadline": "x", "metadata": {"a": 1, "b": []}, "yaers": 1});
    let faults = faults(&doc);
    let wanted = [
        "/auth_code",
        "/contacts/boss",
        "/contacts/registrant/id",
        "/customer",
        "/deadline",
        "/domain",
        "/idempotency_key",
        "/metadata/a",
        "/metadata/b",
        "/nameservers",
        "/nameservers/0",
        "/privacy",
        "/yaers",
        "/years",
    ];
    assert_eq!(faults.keys().collect::<Vec<_>>(), wanted);
}

#[test]
fn keys_that_stand_twice_are_told_at_any_depth() {
    let doc = r#"{"idempotency_key":"k","kind":"renew","account":"sim","domain":"example.com","years":1,"years":10,
        "metadata":{"a":"1","a":"2","b/c":"1","b/c":"2"},"x":[{"y":1},{"y":1,"y":2}]}"#;
    let refusal = parse(doc.as_bytes(), &catalogue(), now()).unwrap_err();
    let twice: Vec<&str> = refusal
        .faults
        .iter()
        .filter(|f| f.detail.contains("more than once"))
        .map(|f| f.pointer.as_str())
        .collect();
    assert_eq!(twice, ["/years", "/metadata/a", "/metadata/b~1c", "/x/1/y"]);
}

#[rstest]
#[case("", "not_json", 400)]
#[case("renew example.com", "not_json", 400)]
#[case("{\"kind\": \"renew\"", "not_json", 400)]
#[case("{} {}", "not_json", 400)]
#[case("{\"a\": NaN}", "not_json", 400)]
#[case("[]", "invalid", 422)]
#[case("\"x\"", "invalid", 422)]
#[case("{}", "invalid", 422)]
fn what_is_no_document_is_its_own_refusal(#[case] text: &str, #[case] reason: &str, #[case] status: u16) {
    let refusal = parse(text.as_bytes(), &catalogue(), now()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.status()), (reason, status), "{refusal}");
}

#[test]
fn what_is_too_long_or_too_deep_is_not_read() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(DOCUMENT_BYTES_MAX));
    let refusal = parse(long.as_bytes(), &catalogue(), now()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.status()), ("too_large", 413));
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(
        parse(deep.as_bytes(), &catalogue(), now()).unwrap_err().reason(),
        "not_json"
    );
    assert_eq!(
        parse(&[b'{', b'"', 0xff, b'"', b'}'], &catalogue(), now())
            .unwrap_err()
            .reason(),
        "not_json"
    );
}

#[test]
fn a_thousand_faults_are_counted_not_told() {
    let mut doc = document(Op::Renew);
    for n in 0..1000 {
        doc[format!("wibble{n}")] = n.into();
    }
    let refusal = parse_value(&doc).unwrap_err();
    assert_eq!(refusal.faults.len(), 101);
    assert_eq!(refusal.faults[100].detail, "900 more faults are not listed");
}

#[test]
fn a_refusal_is_a_problem_document_and_one_line() {
    let mut doc = changed(Op::Renew, json!({"years": 0}));
    doc["a\nb"] = 1.into();
    let refusal = parse_value(&doc).unwrap_err();
    assert!(!refusal.to_string().contains('\n'));
    let problem = refusal.problem_json();
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["type"], "urn:domorder:problem:invalid");
    assert_eq!(
        problem["errors"][1],
        json!({"pointer": "/years", "detail": "expected a whole number from 1 to 10, found 0"})
    );
    assert_eq!(refusal.idempotency_key.as_deref(), Some("k-1"));
}

#[test]
fn a_document_that_is_only_late_is_handed_back_for_a_replay() {
    let doc = changed(Op::Renew, json!({"deadline": "2026-04-30T00:00:00Z"}));
    let refusal = parse_value(&doc).unwrap_err();
    let late = refusal.late.expect("nothing else is wrong");
    let in_time = parse(
        doc.to_string().as_bytes(),
        &catalogue(),
        "2026-04-01T00:00:00Z".parse().unwrap(),
    )
    .unwrap();
    assert_eq!(late.fingerprint(), in_time.fingerprint());
    let worse = changed(Op::Renew, json!({"deadline": "2026-04-30T00:00:00Z", "years": 0}));
    assert!(parse_value(&worse).unwrap_err().late.is_none());
}
