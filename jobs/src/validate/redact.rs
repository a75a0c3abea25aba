//! A refused entry as it may be kept: without its secrets, however they were spelt.

use serde_json::Value;

use super::DOCUMENT_BYTES_MAX;
use super::json;
use super::rules::{distance, plain};
use crate::fingerprint::short_digest;

const MASK: &str = "***";
/// What a secret's name holds, in plain letters.
const PARTS: [&str; 8] = ["auth", "epp", "passw", "passcode", "secret", "pwd", "token", "apikey"];
/// Names that are one letter or two away from these are taken for them.
const NEAR: [&str; 4] = ["authcode", "eppcode", "password", "transfercode"];
/// A shorter secret is not looked for elsewhere: it would be found in everything.
const COPY_CHARS_MIN: usize = 4;

/// The entry with every secret masked. What is not JSON, or too long, could hold one anywhere: of that only the length
/// and a digest are kept, by which a producer finds it again.
#[must_use]
pub fn redact_entry(raw: &[u8]) -> String {
    let kept = if raw.len() > DOCUMENT_BYTES_MAX {
        None
    } else {
        json::parse(raw).ok()
    };
    // Of a key that stands twice only the first value was read, and it is the reader's business to tell.
    let Some(mut value) = kept
        .map(|parsed| parsed.value)
        .filter(|v| v.is_object() || v.is_array())
    else {
        return format!("{} bytes, sha256 {}…", raw.len(), short_digest(raw));
    };
    let mut secrets = Vec::new();
    mask(&mut value, &mut secrets);
    secrets.retain(|secret| secret.chars().count() >= COPY_CHARS_MIN);
    if !secrets.is_empty() {
        mask_copies(&mut value, &secrets);
    }
    value.to_string()
}

/// Whether a field of this name may hold a secret.
fn is_secret(name: &str) -> bool {
    let name = plain(name);
    name == "code"
        || PARTS.iter().any(|part| name.contains(part))
        || (name.len() <= 40 && NEAR.iter().any(|near| distance(&name, near) <= 2))
}

fn mask(value: &mut Value, secrets: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                if is_secret(key) {
                    collect(value, secrets);
                    *value = MASK.into();
                } else {
                    mask(value, secrets);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every text and number below a masked field.
fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::String(text) => secrets.push(text.clone()),
        Value::Number(number) => secrets.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, secrets)),
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            secrets.push(key.clone());
            collect(value, secrets);
        }),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Masks the texts that repeat a secret, and the names that do.
fn mask_copies(value: &mut Value, secrets: &[String]) {
    let holds = |text: &str| secrets.iter().any(|secret| text.contains(secret.as_str()));
    match value {
        Value::String(text) if holds(text) => *value = MASK.into(),
        Value::Number(number) if holds(&number.to_string()) => *value = MASK.into(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_copies(item, secrets)),
        Value::Object(map) => {
            let telling: Vec<String> = map.keys().filter(|key| holds(key)).cloned().collect();
            for key in telling {
                map.remove(&key);
                map.insert(MASK.to_owned(), MASK.into());
            }
            map.values_mut().for_each(|value| mask_copies(value, secrets));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
