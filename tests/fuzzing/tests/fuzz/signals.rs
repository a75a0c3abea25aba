//! Signals, as documents of the intake stream and as bodies of an address.

use domorder_jobs::order::OrderId;
use domorder_jobs::signal::{Signal, SignalDocument, Target};
use domorder_jobs::state::SignalName;
use domorder_jobs::validate::{Refusal, redact_entry};
use domorder_tests_support::fuzz::{Fuzz, Verdict, law};
use serde_json::Value;

use crate::orders::{is_told, secret_of};
use crate::world::{brief, corpus};

const SEEDS: &[&str] = &[
    r#"{"order": "0-01ARZ3NDEKTSV4RRFFQ69G5FAV", "signal": "auth-code", "auth_code": "new-Canary-Code-1"}"#,
    r#"{"idempotency_key": "inv-1", "signal": "resolve", "outcome": "not-done", "note": "the panel shows nothing"}"#,
    r#"{"idempotency_key": "inv-1", "signal": "resolve", "outcome": "done", "note": "seen"}"#,
    r#"{"order": "0-01ARZ3NDEKTSV4RRFFQ69G5FAV", "signal": "cancel"}"#,
    r#"{"idempotency_key": "inv-1", "signal": "retry"}"#,
    r#"{"idempotency_key": "inv-1", "signal": "check-now"}"#,
    r#"{"idempotency_key": "inv-1", "signal": "resend-approval"}"#,
    r#"{"auth_code": "new-Canary-Code-1"}"#,
    r#"{"outcome": "done", "note": "seen in the panel"}"#,
    "{}",
    "",
];

#[test]
fn a_signal_is_taken_as_it_was_said_or_refused_with_its_faults() {
    let check = |input: &[u8]| {
        let mut ways = vec![match SignalDocument::parse(input) {
            Ok(document) => {
                let json: Value =
                    serde_json::from_slice(input).map_err(|e| format!("accepted what is no JSON: {e}"))?;
                let (field, said) = match &document.target {
                    Target::Order(id) => ("order", id.to_string()),
                    Target::Key(key) => ("idempotency_key", key.as_str().to_owned()),
                };
                let is_same = match &document.target {
                    // An id may be spelt in lower case.
                    Target::Order(id) => json["order"].as_str().and_then(|s| s.parse::<OrderId>().ok()) == Some(*id),
                    Target::Key(_) => json[field] == said.as_str(),
                };
                law(is_same, || format!("another {field}: {said}"))?;
                law(json["signal"] == document.signal.name.to_string(), || {
                    "another signal".into()
                })?;
                taken(&document.signal)?
            }
            Err(refusal) => refused(input, &refusal)?,
        }];
        for name in SignalName::ALL {
            ways.push(match Signal::parse(*name, input) {
                Ok(signal) => {
                    law(signal.name == *name, || "another signal than the address names".into())?;
                    taken(&signal)?
                }
                Err(refusal) => refused(input, &refusal)?,
            });
        }
        Ok(ways.join(" "))
    };
    Fuzz::new("signals", &corpus(), check)
        .seeds(SEEDS.iter().copied())
        .words([
            "signal",
            "order",
            "idempotency_key",
            "auth_code",
            "outcome",
            "note",
            "not-done",
            "resolve",
            "auth-code",
        ])
        .holds(brief(30_000));
}

/// Nothing may stand with a signal that it does not belong to, and nothing be missing: `not-done` buys again.
fn taken(signal: &Signal) -> Verdict {
    let is_auth_code = signal.name == SignalName::AuthCode;
    let is_resolve = signal.name == SignalName::Resolve;
    law(signal.auth_code.is_some() == is_auth_code, || {
        "a code is missing or too much".into()
    })?;
    law(signal.outcome.is_some() == is_resolve, || {
        "an outcome is missing or too much".into()
    })?;
    law(signal.note.is_some() == is_resolve, || {
        "a note is missing or too much".into()
    })?;
    law(signal.actor.is_none(), || "a document names its sender".into())?;
    Ok(signal.name.to_string())
}

fn refused(input: &[u8], refusal: &Refusal) -> Verdict {
    law(!refusal.faults.is_empty(), || "refused without a fault".into())?;
    law(!refusal.to_string().contains('\n'), || {
        "the message has more than one line".into()
    })?;
    if let Some(secret) = secret_of(input) {
        let told = format!("{refusal} {}", refusal.problem_json());
        law(!is_told(&secret, &told), || "the refusal tells the secret".into())?;
        law(!is_told(&secret, &redact_entry(input)), || {
            "what is kept tells the secret".into()
        })?;
    }
    Ok(format!("{}{}", refusal.reason(), refusal.faults.len().min(4)))
}
