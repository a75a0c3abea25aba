//! Secrets that stand in answers: a domain's EPP secret, a client's password. Nobody knows them before, so they are
//! looked for in each answer by their keys.

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::http::{Answer, Redactor};

pub(super) const MASK: &str = "***";

/// Keys, in lower case, whose values are never shown; parts of them count too (`oldPassword`).
const KEYS: &[&str] = &["password", "authcode", "secretkey", "scretkey", "eppcode", "apikey"];

/// What keeps the call's secrets and those of its answer out of texts.
pub(super) fn redactor(answer: &Answer) -> Redactor {
    let mut secrets = Vec::new();
    if let Ok(json) = answer.json() {
        collect(&json, &mut secrets);
    }
    secrets
        .iter()
        .fold(answer.redactor().clone(), |redactor, secret| redactor.and(secret))
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    KEYS.iter().any(|name| key.contains(name))
}

fn collect(json: &Value, secrets: &mut Vec<SecretString>) {
    match json {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if is_secret(key) => secrets.push(SecretString::from(text.clone())),
                    _ => collect(value, secrets),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The JSON, fit to be printed: what stands under a secret's key is masked, other texts are scrubbed.
pub(super) fn masked(json: Value, redactor: &Redactor) -> Value {
    match json {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| {
                    let value = match value {
                        Value::Null => Value::Null,
                        Value::String(text) if text.is_empty() => Value::String(text),
                        _ if is_secret(&key) => Value::from(MASK),
                        value => masked(value, redactor),
                    };
                    (redactor.scrub(&key), value)
                })
                .collect::<Map<_, _>>(),
        ),
        Value::Array(items) => items.into_iter().map(|item| masked(item, redactor)).collect(),
        Value::String(text) => Value::String(redactor.scrub(&text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => json,
    }
}
