//! Sealed values and key files: what was changed does not open, and no key is told.

use domorder_jobs::order::OrderId;
use domorder_jobs::seal::{KeyRing, Sealed};
use domorder_tests_support::fuzz::{Fuzz, law};
use secrecy::{ExposeSecret as _, SecretString};

use crate::world::{brief, corpus};

/// A zero key and another, for this test only.
const KEYS: &str =
    "new:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nold:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n";
const SECRET: &str = "epp-Canary-Code-77";

#[test]
fn a_sealed_value_opens_as_it_was_sealed_or_not_at_all() {
    let ring = KeyRing::parse(KEYS).unwrap();
    let id: OrderId = "0-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    let sealed = ring.seal(id, &SecretString::from(SECRET)).unwrap();
    let other = ring.seal(id, &SecretString::from("another")).unwrap();
    let check = |input: &[u8]| {
        let text = String::from_utf8_lossy(input).into_owned();
        match ring.open(id, &Sealed::from(text.clone())) {
            Ok(opened) => {
                let known = [(sealed.as_str(), SECRET), (other.as_str(), "another")];
                let fits = known.contains(&(text.as_str(), opened.expose_secret()));
                law(fits, || "what was changed opens".into())?;
                Ok("opened".to_owned())
            }
            Err(error) => {
                law(!error.to_string().contains(SECRET), || {
                    "the error tells the secret".into()
                })?;
                Ok(format!("{error:?}").chars().take(10).collect())
            }
        }
    };
    Fuzz::new("sealed", &corpus(), check)
        .seeds([sealed.as_str(), other.as_str(), "v1.old.AAAA", "v1..", "v2.new.AAAA"])
        .words(["v1.", "new", "old", "."])
        .holds(brief(30_000));
}

#[test]
fn a_key_file_is_read_as_it_was_written_or_every_bad_line_is_named() {
    let check = |input: &[u8]| {
        let text = String::from_utf8_lossy(input);
        match KeyRing::parse(&text) {
            Ok(ring) => {
                let ids: Vec<String> = ring.ids().map(str::to_owned).collect();
                let file = ring.to_file();
                let again = KeyRing::parse(file.expose_secret()).map_err(|e| format!("written, it is refused: {e}"))?;
                law(again.ids().eq(ids.iter()), || {
                    "written and read it has other keys".into()
                })?;
                law(again.digest("x") == ring.digest("x"), || {
                    "written and read it seals with another".into()
                })?;
                Ok(format!("{} keys", ids.len().min(4)))
            }
            Err(error) => {
                law(!error.faults.is_empty(), || "refused without a fault".into())?;
                let told = error.to_string();
                let keys = ["AQEBAQEB", "AgICAgIC"];
                law(!keys.iter().any(|key| told.contains(key)), || {
                    "the error tells a key".into()
                })?;
                let mut whats: Vec<&str> = error.faults.iter().map(|(_, what)| *what).collect();
                whats.sort_unstable();
                whats.dedup();
                Ok(format!("{whats:?}"))
            }
        }
    };
    Fuzz::new("key-file", &corpus(), check)
        .seeds([
            KEYS,
            "# a comment\n\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
            "k1:short",
        ])
        .words(["k1:", "=", "#", "AQEB"])
        .holds(brief(30_000));
}
