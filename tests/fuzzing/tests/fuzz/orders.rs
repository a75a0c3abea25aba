//! Order documents: what is accepted is what was said, what is refused says why, and neither tells the secret.

use std::fmt;

use domorder_jobs::domain_name::registrable;
use domorder_jobs::order::{Order, OrderId};
use domorder_jobs::seal::KeyRing;
use domorder_jobs::validate::{Draft, Refusal, RefusalKind, parse, redact_entry};
use domorder_tests_support::fuzz::{Fuzz, Verdict, law};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::world::{CANARY, NOW, brief, catalogue, corpus, demo_documents};

/// One of each shape that the demo's documents leave out.
const MORE: &[&str] = &[
    r#"{"idempotency_key": "k-1", "kind": "register", "account": "lb-main", "domain": "bücher-example.com", "years": 2,
        "nameservers": ["ns1.host.example", "ns2.host.example"], "customer": "4400012", "privacy": true,
        "contacts": {"registrant": {"name": "Ada Example", "company": "Example Press", "email": "ada@press.example",
        "address1": "1 Quay", "city": "Lisbon", "state": "Lisbon", "country": "PT", "zip": "1100-148", "phone_cc": "351",
        "phone": "2100000"}, "admin": {"id": "991"}}, "invoice": "NoInvoice", "attributes": {"idnLanguageCode": "de"},
        "not_before": "2026-06-01T00:00:00Z", "deadline": "2027-01-01T00:00:00+02:00", "priority": "high"}"#,
    r#"{"idempotency_key": "k-2", "kind": "transfer", "account": "cr-main", "domain": "moving-example.com",
        "auth_code": "epp-Canary-Code-77", "metadata": {"invoice": "1"}, "priority": "low"}"#,
    r#"{"idempotency_key": "k-3", "kind": "renew", "account": "nc-main", "domain": "renew-example.co.uk", "years": 1,
        "expected_expiry": "2026-09-01", "max_price": {"amount": "12.50", "currency": "USD"}, "auto_renew": false}"#,
    r#"{"idempotency_key": "k-4", "kind": "email-order", "account": "lb-main", "domain": "post-example.com",
        "action": "renew", "months": 12, "accounts": 3, "expected_expiry": "2027-02-01T00:00:00Z"}"#,
    r#"{"idempotency_key": "k-5", "kind": "register", "account": "cr-main", "domain": "coupon-example.com", "years": 1,
        "coupon": "SPRING", "max_price": {"amount": "9", "currency": "EUR"}}"#,
];

const FIELDS: &[&str] = &[
    "idempotency_key",
    "kind",
    "account",
    "domain",
    "years",
    "nameservers",
    "customer",
    "contacts",
    "privacy",
    "auto_renew",
    "auth_code",
    "expected_expiry",
    "action",
    "months",
    "accounts",
    "invoice",
    "coupon",
    "attributes",
    "max_price",
    "not_before",
    "deadline",
    "priority",
    "metadata",
];

#[test]
fn an_order_is_taken_as_it_was_said_or_refused_with_its_faults() {
    let catalogue = catalogue();
    let now: Timestamp = NOW.parse().unwrap();
    let ring = KeyRing::generate();
    let check = |input: &[u8]| match parse(input, &catalogue, now) {
        Ok(draft) => {
            let json: Value = serde_json::from_slice(input).map_err(|e| format!("accepted what is no JSON: {e}"))?;
            let again = |text: String| parse(text.as_bytes(), &catalogue, now);
            // Printed with its keys sorted, and with blanks: the same document.
            let printed = [
                again(json.to_string()),
                again(serde_json::to_string_pretty(&json).unwrap()),
            ];
            for printed in printed {
                let printed = printed.map_err(|refusal| format!("printed anew it is refused: {refusal}"))?;
                law(printed.fingerprint() == draft.fingerprint(), || {
                    "printed anew it is another".into()
                })?;
            }
            accepted(input, &json, draft, &ring)
        }
        Err(refusal) => refused(input, &refusal),
    };
    Fuzz::new("orders", &corpus(), check)
        .seeds(demo_documents())
        .seeds(MORE.iter().copied())
        .words(FIELDS.iter().copied())
        .words([
            "email-order",
            "cr-main",
            "lb-main",
            "register",
            "PT",
            "USD",
            "ns1.host.example",
            "k-1",
            "epp-Canary-Code-77",
        ])
        .holds(brief(60_000));
}

fn accepted(input: &[u8], json: &Value, draft: Draft, ring: &KeyRing) -> Verdict {
    let keys = keys_of(input)?;
    for (at, key) in keys.iter().enumerate() {
        law(FIELDS.contains(&key.as_str()), || {
            format!("accepted the unknown field {key}")
        })?;
        law(!keys[..at].contains(key), || format!("accepted {key} twice"))?;
    }
    let said = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    law(draft.idempotency_key().as_str() == said("idempotency_key"), || {
        "another key".into()
    })?;
    law(draft.kind().to_string() == said("kind"), || "another kind".into())?;
    law(draft.account() == said("account"), || "another account".into())?;
    let domain = draft.domain().to_owned();
    law(
        registrable(&domain, |suffix| suffix == "uk.com" || domain.ends_with(suffix)).as_ref() == Ok(&domain),
        || format!("{domain} is not normal"),
    )?;
    let way = format!("accepted {} {keys:?}", draft.operation().as_str());
    let secret = said("auth_code");
    let order = draft.seal(OrderId::new(&domain, 4), ring).map_err(|e| e.to_string())?;
    let stored = serde_json::to_string(&order).map_err(|e| e.to_string())?;
    let read: Order = serde_json::from_str(&stored).map_err(|e| format!("stored, it cannot be read: {e}"))?;
    law(read == order, || "stored and read it is another".into())?;
    law(order.auth_code.is_some() == json.get("auth_code").is_some(), || {
        "an auth code is lost or made up".into()
    })?;
    let elsewhere = String::from_utf8_lossy(input).matches(CANARY).count() > 1;
    law(elsewhere || !is_told(&secret, &stored), || {
        "the auth code stands in what is stored".into()
    })?;
    Ok(way)
}

fn refused(input: &[u8], refusal: &Refusal) -> Verdict {
    let told = format!("{refusal}\n{}", refusal.problem_json());
    law(!refusal.faults.is_empty() && refusal.faults.len() <= 101, || {
        format!("{} faults", refusal.faults.len())
    })?;
    for fault in &refusal.faults {
        let is_place = fault.pointer.is_empty() || fault.pointer.starts_with('/') || fault.pointer == "***";
        law(is_place, || format!("{:?} is no place", fault.pointer))?;
        law(!fault.detail.is_empty() && fault.detail.len() < 2_000, || {
            format!("{:?} says little or too much", fault.detail)
        })?;
    }
    law(!refusal.to_string().contains('\n'), || {
        "the message has more than one line".into()
    })?;
    let long = input.len() > 64 * 1024;
    law(long == (refusal.kind == RefusalKind::TooLarge), || {
        "too large, or not".into()
    })?;
    if let Some(secret) = secret_of(input) {
        law(!is_told(&secret, &told), || "the refusal tells the secret".into())?;
        law(!is_told(&secret, &redact_entry(input)), || {
            "what is kept of the entry tells the secret".into()
        })?;
    }
    let mut places: Vec<String> = refusal.faults.iter().map(|f| words(&f.pointer)).collect();
    places.sort();
    places.dedup();
    Ok(format!("{} {places:?}", refusal.reason()))
}

/// The head of a place: names in it are the document's, so they are not ways.
fn words(pointer: &str) -> String {
    let first = pointer.split('/').nth(1).unwrap_or_default();
    if FIELDS.contains(&first) {
        first.to_owned()
    } else {
        "?".to_owned()
    }
}

/// A secret that can be looked for: one that is still recognisable after it was spoilt.
pub(crate) fn secret_of(input: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(input).ok()?;
    json.get("auth_code").and_then(Value::as_str).map(str::to_owned)
}

pub(crate) fn is_told(secret: &str, text: &str) -> bool {
    secret.contains(CANARY) && text.contains(secret)
}

/// Every key of the outermost object, doubled ones too.
fn keys_of(input: &[u8]) -> Result<Vec<String>, String> {
    struct Keys(Vec<String>);
    struct Read;
    impl<'de> Visitor<'de> for Read {
        type Value = Keys;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
            let mut keys = Vec::new();
            while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
                keys.push(key);
            }
            Ok(Keys(keys))
        }
    }
    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Read)
        }
    }
    serde_json::from_slice::<Keys>(input)
        .map(|keys| keys.0)
        .map_err(|e| format!("accepted what is no object: {e}"))
}
