//! Who signed in: a cookie that only this configuration can have made.
//!
//! It is sealed with a key made of the token that was proven, so that every replica knows it, a restart changes nothing,
//! whoever forges one has the token anyway, and a token that is changed or taken out ends its sessions. It says nothing
//! that could not be told: the token's name, the person's, an end, and what forms have to bring. Signing out takes the
//! cookie from the browser and is remembered by this process; elsewhere a stolen one is good until its end.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A working day; then somebody signs in again.
pub(super) const LONGEST: SignedDuration = SignedDuration::from_hours(10);
/// Sessions remembered that were ended before their time.
const ENDED_MAX: usize = 4096;
const NONCE_BYTES: usize = 24;

/// A session, as it stands in the cookie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    /// The person, as they said themselves.
    #[serde(rename = "p")]
    pub(super) person: String,
    /// What a form has to bring.
    #[serde(rename = "f")]
    pub(super) proof: String,
    /// When it ends, in seconds.
    #[serde(rename = "u")]
    until: i64,
}

impl Session {
    pub(super) fn new(person: &str, now: Timestamp) -> Self {
        Self {
            person: person.to_owned(),
            proof: URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>()),
            until: (now + LONGEST).as_second(),
        }
    }

    /// How long it is still good for.
    pub(super) fn left(&self, now: Timestamp) -> std::time::Duration {
        let seconds = u64::try_from(self.until - now.as_second()).unwrap_or(0);
        std::time::Duration::from_secs(seconds)
    }
}

/// Opens and ends sessions.
pub(super) struct Sessions {
    /// Stands for a token where there are none: nobody else can know it.
    own: [u8; 32],
    ended: Mutex<VecDeque<String>>,
}

impl Sessions {
    pub(super) fn new() -> Self {
        Self {
            own: rand::random(),
            ended: Mutex::default(),
        }
    }

    /// The cookie's value. `digest` stands for the token; none where there are no tokens.
    pub(super) fn seal(&self, name: &str, digest: Option<&[u8; 32]>, session: &Session) -> Option<String> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let text = serde_json::to_vec(session).ok()?;
        let payload = Payload {
            msg: &text,
            aad: name.as_bytes(),
        };
        let sealed = self.cipher(digest).encrypt(&XNonce::from(nonce), payload).ok()?;
        let name = URL_SAFE_NO_PAD.encode(name);
        Some(format!(
            "{name}.{}",
            URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
        ))
    }

    /// The name of the token that a cookie claims.
    pub(super) fn claimed(cookie: &str) -> Option<String> {
        let (name, _) = cookie.split_once('.')?;
        String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()
    }

    /// The session of a cookie, where it is one of ours and goes on.
    pub(super) fn open(&self, cookie: &str, digest: Option<&[u8; 32]>, now: Timestamp) -> Option<Session> {
        let name = Self::claimed(cookie)?;
        let (_, sealed) = cookie.split_once('.')?;
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        let payload = Payload {
            msg: sealed,
            aad: name.as_bytes(),
        };
        let text = self.cipher(digest).decrypt(&XNonce::from(nonce), payload).ok()?;
        let session: Session = serde_json::from_slice(&text).ok()?;
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        (!session.left(now).is_zero() && !ended.contains(&session.proof)).then_some(session)
    }

    /// Ends a session here.
    pub(super) fn end(&self, proof: &str) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() == ENDED_MAX {
            ended.pop_front();
        }
        ended.push_back(proof.to_owned());
    }

    fn cipher(&self, digest: Option<&[u8; 32]>) -> XChaCha20Poly1305 {
        let mut key = Sha256::new();
        key.update(b"domorder page session 1");
        key.update(digest.unwrap_or(&self.own));
        let key: [u8; 32] = key.finalize().into();
        XChaCha20Poly1305::new(&key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_good_for_its_token_until_its_end_and_until_it_is_ended() {
        let (sessions, now) = (Sessions::new(), Timestamp::UNIX_EPOCH);
        let (digest, other) = ([1; 32], [2; 32]);
        let session = Session::new("Ina Invented", now);
        let cookie = sessions.seal("boss", Some(&digest), &session).unwrap();
        assert_eq!(Sessions::claimed(&cookie).as_deref(), Some("boss"));
        let open = |digest, at| sessions.open(&cookie, digest, at);
        assert_eq!(open(Some(&digest), now).unwrap().person, "Ina Invented");
        assert!(
            Sessions::new().open(&cookie, Some(&digest), now).is_some(),
            "another replica"
        );
        assert!(open(Some(&other), now).is_none(), "the token was changed");
        assert!(open(None, now).is_none());
        assert!(open(Some(&digest), now + LONGEST).is_none());
        let (_, sealed) = cookie.split_once('.').unwrap();
        let forged = format!("{}.{sealed}", URL_SAFE_NO_PAD.encode("shop"));
        assert!(sessions.open(&forged, Some(&digest), now).is_none(), "of another name");
        for broken in ["", ".", "boss.", "Ym9zcw.AAAA", "Ym9zcw.!!"] {
            assert!(sessions.open(broken, Some(&digest), now).is_none(), "{broken}");
        }
        sessions.end(&session.proof);
        assert!(open(Some(&digest), now).is_none());
    }
}
