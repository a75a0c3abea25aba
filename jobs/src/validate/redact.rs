//! A refused entry as it may be kept: without its secrets, however they were spelt.

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::rules::{distance, fields, plain};
use super::{DOCUMENT_BYTES_MAX, Fault, json};
use crate::fingerprint::short_digest;

const MASK: &str = "***";
/// What a secret's name holds, in plain letters.
const PARTS: [&str; 8] = ["auth", "epp", "passw", "passcode", "secret", "pwd", "token", "apikey"];
/// Names that are one letter or two away from these are taken for them.
const NEAR: [&str; 4] = ["authcode", "eppcode", "password", "transfercode"];
/// A shorter secret is not looked for elsewhere: it would be found in everything.
const COPY_CHARS_MIN: usize = 4;
/// By so many characters a long secret is recognised; less than what is told of a value.
const NEEDLE_CHARS_MAX: usize = 40;

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

/// Takes secrets out of what is told about a document: a producer may have put one into the wrong field as well.
pub(crate) fn scrub(faults: &mut [Fault], document: &Map<String, Value>) {
    let mut secrets = Vec::new();
    for (key, value) in document {
        find(key, value, &mut secrets);
    }
    // What is told ends after some characters, is quoted as JSON, and may be in lower case; so is what is looked for.
    let mut needles: Vec<String> = Vec::new();
    for secret in secrets.iter().filter(|secret| secret.chars().count() >= COPY_CHARS_MIN) {
        let head: String = secret.to_lowercase().chars().take(NEEDLE_CHARS_MAX).collect();
        // A secret that is a word of the contract hides nothing, and would hide where the faults are.
        if !fields().any(|field| field.contains(&head)) {
            let quoted = Value::from(head.as_str()).to_string();
            needles.push(quoted[1..quoted.len() - 1].to_owned());
            needles.push(head);
        }
    }
    let tells = |text: &str| {
        let text = text.to_lowercase();
        needles.iter().any(|needle| text.contains(needle.as_str()))
    };
    for fault in faults.iter_mut().filter(|_| !needles.is_empty()) {
        if tells(&fault.detail) {
            "holds a secret in the wrong place; the value is not shown".clone_into(&mut fault.detail);
        }
        if tells(&fault.pointer) {
            fault.pointer = MASK.to_owned();
        }
    }
}

/// Overwrites the secret of a document that was read. What was read from it is kept elsewhere, and wiped there.
pub(crate) fn wipe(document: &mut Map<String, Value>) {
    if let Some(Value::String(secret)) = document.get_mut("auth_code") {
        secret.zeroize();
    }
}

/// Every text and number in fields that may hold a secret.
fn find(key: &str, value: &Value, secrets: &mut Vec<String>) {
    if is_secret(key) {
        collect(value, secrets);
        return;
    }
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| find(key, value, secrets)),
        Value::Array(items) => items.iter().for_each(|item| find("", item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
