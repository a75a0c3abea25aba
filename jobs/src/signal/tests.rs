use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;
use crate::validate::tests::{id, now, ring};

const CANARY: &str = "Canary!Secret9";

fn parse(doc: &Value) -> Result<SignalDocument, Refusal> {
    SignalDocument::parse(doc.to_string().as_bytes())
}

#[rstest]
#[case(json!({"order": id(), "signal": "cancel"}), SignalName::Cancel)]
#[case(json!({"idempotency_key": "k", "signal": "retry"}), SignalName::Retry)]
#[case(json!({"order": id(), "signal": "check-now"}), SignalName::CheckNow)]
#[case(json!({"order": id(), "signal": "resend-approval"}), SignalName::ResendApproval)]
#[case(json!({"order": id(), "signal": "auth-code", "auth_code": CANARY}), SignalName::AuthCode)]
#[case(json!({"order": id(), "signal": "resolve", "outcome": "done", "note": "it expires in 2028"}), SignalName::Resolve)]
#[case(json!({"order": id(), "signal": "resolve", "outcome": "not-done", "note": "seen in the panel"}), SignalName::Resolve)]
fn every_signal_is_taken(#[case] doc: Value, #[case] name: SignalName) {
    let read = parse(&doc).unwrap();
    assert_eq!(read.signal.name, name);
    assert_eq!(read.target == Target::Order(id()), doc.get("order").is_some());
    assert!(!format!("{read:?}").contains(CANARY));
}

#[rstest]
#[case(json!({"signal": "cancel"}), "/order", "`order` or `idempotency_key`")]
#[case(json!({"order": id(), "idempotency_key": "k", "signal": "cancel"}), "/order", "exactly one")]
#[case(json!({"order": "881", "signal": "cancel"}), "/order", "an order id, found \"881\"")]
#[case(json!({"idempotency_key": "", "signal": "cancel"}), "/idempotency_key", "printable ASCII")]
#[case(json!({"order": id()}), "/signal", "is missing")]
#[case(json!({"order": id(), "signal": "stop"}), "/signal", "`check-now`")]
#[case(json!({"order": id(), "signal": "auth-code"}), "/auth_code", "is missing")]
#[case(json!({"order": id(), "signal": "auth-code", "auth_code": 5}), "/auth_code", "found a number")]
#[case(json!({"order": id(), "signal": "cancel", "auth_code": CANARY}), "/auth_code", "belongs to the signal `auth-code`")]
#[case(json!({"order": id(), "signal": "resolve"}), "/outcome", "is missing")]
#[case(json!({"order": id(), "signal": "resolve", "outcome": "done"}), "/note", "is missing: expected how you know")]
#[case(json!({"order": id(), "signal": "resolve", "outcome": "done", "note": ""}), "/note", "")]
#[case(json!({"order": id(), "signal": "resolve", "outcome": "undone"}), "/outcome", "`done`, `not-done`")]
#[case(json!({"order": id(), "signal": "resolve", "outcome": "done", "note": "a\nb"}), "/note", "on one line")]
#[case(json!({"order": id(), "signal": "retry", "note": "x"}), "/note", "belongs to the signal `resolve`")]
#[case(json!({"order": id(), "signal": "auth-code", "authcode": CANARY}), "/authcode", "did you mean `auth_code`?")]
#[case(json!({"order": CANARY, "signal": "auth-code", "auth_code": CANARY}), "/order", "wrong place")]
#[case(json!({"order": id(), "signal": "retry", "actor": "me"}), "/actor", "is not a field")]
fn a_fault_is_named_where_it_stands(#[case] doc: Value, #[case] at: &str, #[case] says: &str) {
    let refusal = parse(&doc).unwrap_err();
    let fault = refusal
        .faults
        .iter()
        .find(|f| f.pointer == at)
        .unwrap_or_else(|| panic!("{refusal}"));
    assert!(fault.detail.contains(says), "{}", fault.detail);
    assert!(!refusal.problem_json().to_string().contains(CANARY));
}

#[test]
fn all_faults_are_told_at_once() {
    let refusal = parse(&json!({"signal": "resolve", "auth_code": "x", "wibble": 1})).unwrap_err();
    assert_eq!(refusal.faults.len(), 5, "{refusal}");
    assert_eq!(refusal.subject, "signal");
}

#[test]
fn a_body_holds_only_what_belongs_to_its_signal() {
    assert!(Signal::parse(SignalName::Retry, b" ").is_ok());
    let code = json!({"auth_code": CANARY}).to_string();
    assert!(Signal::parse(SignalName::AuthCode, code.as_bytes()).is_ok());
    let refusal = Signal::parse(SignalName::Retry, br#"{"order": "x", "a": 1}"#).unwrap_err();
    assert_eq!(refusal.faults.len(), 2, "{refusal}");
    assert_eq!(Signal::parse(SignalName::Retry, b"retry").unwrap_err().status(), 400);
}

#[test]
fn a_stored_signal_holds_its_secret_sealed() {
    let doc = json!({"order": id(), "signal": "auth-code", "auth_code": CANARY});
    let stored = parse(&doc)
        .unwrap()
        .signal
        .by("whmcs")
        .seal(id(), &ring(), now())
        .unwrap();
    let text = serde_json::to_string(&stored).unwrap();
    assert!(
        !text.contains(CANARY) && text.starts_with(r#"{"signal":"auth-code","auth_code":"v1.k1."#),
        "{text}"
    );
    let again: StoredSignal = serde_json::from_str(&text).unwrap();
    assert_eq!(again, stored);
    let opened = ring().open(id(), again.auth_code.as_ref().unwrap()).unwrap();
    assert_eq!(opened.expose_secret(), CANARY);
}
