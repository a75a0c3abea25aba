//! Secrets at rest: XChaCha20-Poly1305 under the keys of the operator's key file.
//!
//! A sealed value is `v1.<key id>.<base64url(nonce ‖ ciphertext)>`. What it belongs to (order id and field) is bound to
//! it as associated data, so that a value copied to another order does not open. The first key seals, all open: a new
//! key goes on top, [`crate::rotation`] brings every value under it, and then the old one may leave the file.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::order::OrderId;

#[cfg(test)]
mod tests;

const VERSION: &str = "v1";
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// The field every sealed value of an order stands in today; part of the associated data.
const FIELD: &str = "auth_code";

/// A sealed value. It tells nothing without a key, and its Debug shows the key's name only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// As stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the key that it was sealed with; `None` for what is no sealed value.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        split(&self.0).map(|(key, _)| key)
    }
}

impl From<String> for Sealed {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.key_id().unwrap_or("?"))
    }
}

/// Why a value was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The text is no sealed value.
    #[error("the sealed value is malformed")]
    Malformed,
    /// Its key is not in the key file.
    #[error("the sealed value needs key `{0}`, which is not in the key file")]
    UnknownKey(String),
    /// It was changed, or belongs to another order.
    #[error("the sealed value does not open: changed, or of another order")]
    DoesNotOpen,
    /// The cipher refused to seal (a value beyond its limits).
    #[error("the value could not be sealed")]
    NotSealed,
}

/// What is wrong with a key file: every line at fault, never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key file: {}", .faults.iter().map(|(line, what)| if *line == 0 { (*what).to_owned() } else { format!("line {line}: {what}") }).collect::<Vec<_>>().join("; "))]
pub struct KeyFileError {
    /// Line (from 1; 0 for the file as a whole) and what is wrong there.
    pub faults: Vec<(usize, &'static str)>,
}

struct Key {
    id: String,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// The keys of the key file. Never empty.
pub struct KeyRing {
    keys: Vec<Key>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|k| &k.id)).finish()
    }
}

impl KeyRing {
    /// Reads a key file: a key a line, `id:base64(32 bytes)`; without an id it is `k1`. Blank lines and lines that
    /// begin with `#` are passed over.
    ///
    /// # Errors
    /// Every line at fault.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let mut keys: Vec<Key> = Vec::new();
        let mut faults = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match parse_line(line) {
                Err(what) => faults.push((at + 1, what)),
                Ok(key) if keys.iter().any(|k| k.id == key.id) => faults.push((at + 1, "this key id was used before")),
                Ok(key) => keys.push(key),
            }
        }
        if keys.is_empty() && faults.is_empty() {
            faults.push((0, "no key in it; expected lines of `id:base64(32 bytes)`"));
        }
        if faults.is_empty() {
            Ok(Self { keys })
        } else {
            Err(KeyFileError { faults })
        }
    }

    /// A ring of one new random key, `k1`.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = chacha20poly1305::Key::generate();
        let bytes = Zeroizing::new(<[u8; KEY_BYTES]>::from(key));
        key.as_mut_slice().zeroize();
        Self {
            keys: vec![Key {
                id: "k1".to_owned(),
                bytes,
            }],
        }
    }

    /// The text of a key file that holds these keys.
    #[must_use]
    pub fn to_file(&self) -> SecretString {
        let mut text = Zeroizing::new(String::new());
        for key in &self.keys {
            let line = Zeroizing::new(STANDARD.encode(key.bytes.as_slice()));
            text.push_str(&key.id);
            text.push(':');
            text.push_str(&line);
            text.push('\n');
        }
        SecretString::from(text.as_str())
    }

    /// The keys' names; the first seals.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|k| k.id.as_str())
    }

    /// The name of the key that seals.
    #[must_use]
    pub fn sealing_id(&self) -> &str {
        self.keys.first().map_or("", |key| key.id.as_str())
    }

    /// The same secret under the key that seals now; `None` where it is under that already, and opens.
    ///
    /// # Errors
    /// Why it does not open.
    pub fn reseal(&self, id: OrderId, sealed: &Sealed) -> Result<Option<Sealed>, SealError> {
        let plaintext = self.open(id, sealed)?;
        if sealed.key_id() == Some(self.sealing_id()) {
            return Ok(None);
        }
        self.seal(id, &plaintext).map(Some)
    }

    /// A digest that nobody without the first key can search for: for what is remembered and must not be guessed back.
    /// Another first key gives other digests, and what was remembered by the old ones is forgotten.
    #[must_use]
    pub fn digest(&self, content: &str) -> String {
        let mut hash = Sha256::new();
        if let Some(key) = self.keys.first() {
            hash.update(key.bytes.as_slice());
        }
        // A digest of fixed length behind the key: nothing can be appended to it.
        hash.update(Sha256::digest(content.as_bytes()));
        URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
    }

    /// Seals a secret for an order, under the first key and a fresh random nonce.
    ///
    /// # Errors
    /// [`SealError::NotSealed`], which a text of ordinary length cannot cause.
    pub fn seal(&self, id: OrderId, plaintext: &SecretString) -> Result<Sealed, SealError> {
        let key = self.keys.first().ok_or(SealError::NotSealed)?;
        let nonce = XNonce::generate();
        let aad = associated(id);
        let payload = Payload {
            msg: plaintext.expose_secret().as_bytes(),
            aad: aad.as_bytes(),
        };
        let body = key
            .cipher()
            .encrypt(&nonce, payload)
            .map_err(|_| SealError::NotSealed)?;
        let mut bytes = nonce.as_slice().to_vec();
        bytes.extend_from_slice(&body);
        Ok(Sealed(format!(
            "{VERSION}.{}.{}",
            key.id,
            URL_SAFE_NO_PAD.encode(bytes)
        )))
    }

    /// Opens what was sealed for this order.
    ///
    /// # Errors
    /// Why it does not open.
    pub fn open(&self, id: OrderId, sealed: &Sealed) -> Result<SecretString, SealError> {
        let (key_id, body) = split(&sealed.0).ok_or(SealError::Malformed)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| SealError::Malformed)?;
        let key = self
            .keys
            .iter()
            .find(|k| k.id == key_id)
            .ok_or_else(|| SealError::UnknownKey(key_id.to_owned()))?;
        let (nonce, body) = bytes.split_at_checked(NONCE_BYTES).ok_or(SealError::Malformed)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::Malformed)?;
        let aad = associated(id);
        let plain = key
            .cipher()
            .decrypt(
                &nonce,
                Payload {
                    msg: body,
                    aad: aad.as_bytes(),
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| SealError::DoesNotOpen)?;
        std::str::from_utf8(&plain)
            .map(SecretString::from)
            .map_err(|_| SealError::Malformed)
    }
}

/// Whether a sealed value holds this secret. Compares digests in constant time, so that neither content nor length
/// shows in how long it takes. A value that does not open holds no secret that could be the same.
#[must_use]
pub fn same_secret(sealed: &Sealed, id: OrderId, secret: &SecretString, ring: &KeyRing) -> bool {
    ring.open(id, sealed).is_ok_and(|stored| {
        let digest = |s: &SecretString| Sha256::digest(s.expose_secret().as_bytes());
        digest(&stored).as_slice().ct_eq(digest(secret).as_slice()).into()
    })
}

impl Key {
    fn cipher(&self) -> XChaCha20Poly1305 {
        // By slice: making a key array first would leave a copy that nobody wipes.
        XChaCha20Poly1305::new_from_slice(self.bytes.as_slice()).expect("a key of the ring has 32 bytes")
    }
}

fn associated(id: OrderId) -> String {
    format!("{id}/{FIELD}")
}

/// Key id and body of a sealed text.
fn split(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(VERSION)?
        .strip_prefix('.')?
        .split_once('.')
        .filter(|(key, _)| is_key_id(key))
}

fn is_key_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn parse_line(line: &str) -> Result<Key, &'static str> {
    let (id, encoded) = line
        .split_once(':')
        .map_or(("k1", line), |(id, key)| (id.trim(), key.trim()));
    if !is_key_id(id) {
        return Err("the key id must be 1–32 letters, digits, `-` or `_`");
    }
    let bytes = STANDARD_PAD_INDIFFERENT
        .decode(encoded)
        .map(Zeroizing::new)
        .map_err(|_| "the key is not valid base64")?;
    let bytes = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).map_err(|_| "the key must be 32 bytes")?;
    Ok(Key {
        id: id.to_owned(),
        bytes: Zeroizing::new(bytes),
    })
}
