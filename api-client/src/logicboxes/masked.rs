//! An answer's JSON as it may be shown: this call's secrets scrubbed, fields that hold secrets of others masked.

use serde_json::Value;

use crate::http::Redactor;

const MASK: &str = "***";

/// The body's JSON, fit to be shown; `None` where it is none. A bare word becomes a JSON string.
pub(super) fn masked(body: &[u8], redactor: &Redactor) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let mut value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(_) => match super::wire::parse(body)? {
            super::wire::Body::Bare(word) => Value::String(word),
            super::wire::Body::Object(_) | super::wire::Body::List(_) => return None,
        },
    };
    mask(&mut value, redactor);
    Some(value)
}

fn mask(value: &mut Value, redactor: &Redactor) {
    match value {
        Value::String(text) => *text = redactor.mask(text),
        Value::Array(list) => list.iter_mut().for_each(|value| mask(value, redactor)),
        Value::Object(fields) => {
            let whole = std::mem::take(fields);
            fields.extend(whole.into_iter().map(|(key, mut value)| {
                if is_secret(&key) && !value.is_null() {
                    value = Value::String(MASK.to_owned());
                } else {
                    mask(&mut value, redactor);
                }
                // A provider that echoes may do so in a key as well.
                (redactor.mask(&key), value)
            }));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `domsecret` is the auth code of a domain, `pin` the word by which a customer proves who is calling.
fn is_secret(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase();
    key == "pin"
        || ["secret", "passw", "auth-code", "authcode", "api-key"]
            .iter()
            .any(|word| key.contains(word))
}
