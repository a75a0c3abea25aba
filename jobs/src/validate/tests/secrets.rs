use domorder_api_client::provider::Operation as Op;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

const CANARY: &str = "Canary!Secret9";

#[test]
fn a_secret_shows_nowhere_but_in_what_is_opened() {
    let doc = document(Op::Transfer);
    let draft = draft(&doc);
    assert!(!format!("{draft:?}").contains(CANARY));
    let order = draft.seal(id(), &ring()).unwrap();
    assert!(!format!("{order:?}").contains(CANARY));
    assert!(!serde_json::to_string(&order).unwrap().contains(CANARY));
}

#[rstest]
#[case(json!({"auth_code": format!("{CANARY}\n")}))]
#[case(json!({"auth_code": [CANARY]}))]
#[case(json!({"auth_code": {CANARY: CANARY}}))]
#[case(json!({"auth_code": CANARY.repeat(30)}))]
#[case(json!({"auth_code": null, "authcode": CANARY}))]
#[case(json!({"auth_code": null, "auth-code": CANARY}))]
#[case(json!({"auth_code": null, "EPP": CANARY}))]
#[case(json!({"auth_code": null, "auht_code": CANARY}))]
#[case(json!({"auth_code": null, "transfer_password": CANARY}))]
#[case(json!({"kind": "renew", "auth_code": CANARY}))]
#[case(json!({"kind": CANARY.len(), "auth_code": CANARY}))]
#[case(json!({"years": [CANARY], "metadata": {"epp_code": CANARY, "note": format!("code is {CANARY}")}}))]
#[case(json!({"metadata": {"n": [CANARY]}, "nameservers": {"auth": CANARY}}))]
#[case(json!({"years": CANARY}))]
#[case(json!({"years": format!("{}{CANARY}", "x".repeat(45))}))]
#[case(json!({"priority": CANARY.to_lowercase(), CANARY: 1}))]
#[case(json!({"auth_code": format!("{CANARY}\"\\"), "years": format!("{CANARY}\"\\")}))]
#[case(json!({"auth_code": CANARY.repeat(9), "years": CANARY.repeat(9)}))]
fn a_secret_is_not_in_a_refusal_nor_in_a_kept_entry(#[case] change: Value) {
    let text = changed(Op::Transfer, change).to_string();
    let refusal = parse(text.as_bytes(), &catalogue(), now()).unwrap_err();
    for shown in [
        refusal.to_string(),
        refusal.problem_json().to_string(),
        format!("{refusal:?}"),
    ] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    let kept = redact_entry(text.as_bytes());
    assert!(!kept.contains(CANARY), "{kept}");
    assert!(kept.contains("k-1") && kept.contains("example.com"), "{kept}");
}

#[test]
fn a_secret_that_stands_twice_is_not_kept() {
    let text = format!(r#"{{"auth_code": "{CANARY}", "auth_code": "{CANARY}2", "domain": "example.com"}}"#);
    assert!(!redact_entry(text.as_bytes()).contains(CANARY));
}

#[test]
fn what_is_not_json_is_kept_as_length_and_digest() {
    let kept = redact_entry(format!("auth_code={CANARY}").as_bytes());
    assert!(kept.starts_with("24 bytes, sha256 "), "{kept}");
    assert_eq!(
        redact_entry(CANARY.as_bytes()).len(),
        "14 bytes, sha256 0123456789abcdef…".len()
    );
    let long = json!({"auth_code": CANARY, "x": "x".repeat(DOCUMENT_BYTES_MAX)}).to_string();
    assert!(!redact_entry(long.as_bytes()).contains(CANARY));
    assert!(!redact_entry(json!(CANARY).to_string().as_bytes()).contains(CANARY));
}

#[test]
fn personal_data_is_not_in_a_refusal() {
    let profile = json!({"name": "Ada\nLind", "email": "ada(at)lind.example", "phone": "12 34 Lind"});
    let refusal = parse_value(&changed(Op::Register, json!({"contacts": {"registrant": profile}}))).unwrap_err();
    assert!(!refusal.to_string().to_lowercase().contains("lind"), "{refusal}");
}

#[test]
fn a_replay_has_the_same_secret() {
    let order = order(&document(Op::Transfer));
    let first = draft(&document(Op::Transfer));
    let other = draft(&changed(Op::Transfer, json!({"auth_code": "Another"})));
    assert_eq!(
        first.fingerprint(),
        other.fingerprint(),
        "the secret is not in the digest"
    );
    assert!(first.is_replay_of(&order, first.fingerprint(), &ring()));
    assert!(!other.is_replay_of(&order, first.fingerprint(), &ring()));
    assert!(!first.is_replay_of(&order, first.fingerprint(), &KeyRing::generate()));
}
