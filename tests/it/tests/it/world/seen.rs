//! Everything that a test was shown from outside: HTTP answers and streams, posts of webhooks, exports of traces, what
//! commands printed. Kept as it came, so that the end of a world can search it for secrets.
//!
//! One store for a process: a secret of one world has no place in what another world was shown either.

use std::collections::BTreeMap;
use std::sync::Mutex;

static SEEN: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// Keeps what was seen, by where it came from.
pub(crate) fn note(whence: &str, bytes: &[u8]) {
    let mut seen = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let kept = seen.entry(whence.to_owned()).or_default();
    kept.extend_from_slice(bytes);
    kept.push(b'\n');
}

/// Goes through all of it.
pub(super) fn each(mut look: impl FnMut(&str, &[u8])) {
    let seen = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (whence, bytes) in seen.iter() {
        look(whence, bytes);
    }
}
