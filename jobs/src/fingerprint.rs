//! Whether two documents ask for the same: a digest of the normalised content.
//!
//! Taken before the account's defaults are filled in, so that a change of the configuration makes no conflict of a
//! replay. Secrets are in it only as "there is one": a kept digest of a short secret could be searched for. They are
//! compared by opening the sealed one ([`crate::seal::same_secret`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

const BYTES: usize = 16;

/// Digest of a document's content; 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; BYTES]);

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 lower-case hexadecimal digits")]
pub struct NoFingerprint;

impl Fingerprint {
    /// Of a JSON value, whatever the order of its keys.
    #[must_use]
    pub fn of(content: &Value) -> Self {
        let mut canonical = String::with_capacity(256);
        write(content, &mut canonical);
        let mut hasher = Sha256::new();
        // The form's version: a change of it must not pass for a change of the document.
        hasher.update(b"domorder/1\n");
        hasher.update(canonical.as_bytes());
        let digest = hasher.finalize();
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&digest[..BYTES]);
        Self(bytes)
    }
}

/// The first digits of a digest over bytes that are not kept.
#[must_use]
pub fn short_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..8])
}

/// One spelling for one value: keys sorted, no blanks. `serde_json` sorts keys itself only while no crate of the build
/// asks it to keep their order.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            out.push_str(&scalar.to_string());
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
            text
        })
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let digits = text.as_bytes();
        if digits.len() != 2 * BYTES || digits.iter().any(|d| !matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(NoFingerprint);
        }
        let mut bytes = [0; BYTES];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| NoFingerprint)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = NoFingerprint;

    fn try_from(text: String) -> Result<Self, NoFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_count() {
        let a: Value = serde_json::from_str(r#"{"b": [1, {"y": 1, "x": 2}], "a": "é"}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"a":"\u00e9","b":[1,{"x":2,"y":1}]}"#).unwrap();
        assert_eq!(Fingerprint::of(&a), Fingerprint::of(&b));
        assert_ne!(Fingerprint::of(&a), Fingerprint::of(&json!({"a": "é"})));
    }

    #[test]
    fn it_reads_back_what_it_shows() {
        let one = Fingerprint::of(&json!({"a": 1}));
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(
            serde_json::from_str::<Fingerprint>(&serde_json::to_string(&one).unwrap()).unwrap(),
            one
        );
        assert_eq!("zz".parse::<Fingerprint>(), Err(NoFingerprint));
        assert_eq!("é".repeat(16).parse::<Fingerprint>(), Err(NoFingerprint));
    }

    #[test]
    fn its_form_is_pinned() {
        // Kept in ledgers: a new form needs a new version and a reader for both.
        assert_eq!(
            Fingerprint::of(&json!({"kind": "renew", "years": 1})).to_string(),
            "278461151b0e6ae052124db0eb687f1e"
        );
    }
}
