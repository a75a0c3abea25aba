//! Keeps secrets out of every text that leaves the crate.
//!
//! Providers take keys and auth codes in the URL, and some echo them in messages. So each text is scrubbed of the
//! secrets that were known when its request was made, as they are and as a URL spells them; what remains is cut to a
//! length and freed of control characters, so that it can stand in a log line.

use std::fmt;
use std::sync::OnceLock;

use secrecy::{ExposeSecret, SecretString};

/// The longest text that leaves the crate, in characters.
pub const MESSAGE_CHARS_MAX: usize = 300;

/// Shorter secrets are not searched for: they would take every other word with them and hide nothing.
const SECRET_BYTES_MIN: usize = 3;

const MASK: &str = "***";

/// Knows what must not be seen. Cheap to make and to clone: most answers have no text that leaves the crate, so the
/// secrets' spellings are made when the first text is scrubbed.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<SecretString>,
    /// Longest first, so that a secret which holds another one goes as a whole.
    needles: OnceLock<Vec<SecretString>>,
}

impl Redactor {
    /// A redactor for these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        Self {
            secrets: secrets.into_iter().cloned().collect(),
            needles: OnceLock::new(),
        }
    }

    /// Also hides this one.
    #[must_use]
    pub fn and(&self, secret: &SecretString) -> Self {
        Self::new(self.secrets.iter().chain([secret]))
    }

    fn needles(&self) -> &[SecretString] {
        self.needles.get_or_init(|| spellings(&self.secrets))
    }

    /// The text without secrets, otherwise as it is: for answers that are shown or read whole.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for needle in self.needles() {
            let needle = needle.expose_secret();
            if clean.contains(needle) {
                clean = clean.replace(needle, MASK);
            }
        }
        clean
    }

    /// The text without secrets and control characters, at most [`MESSAGE_CHARS_MAX`] characters.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        // Control characters go first: one in the middle of a secret would hide it from the search.
        let mut clean: String = text
            .chars()
            .filter_map(|c| match c {
                '\n' | '\r' | '\t' => Some(' '),
                c if c.is_control() => None,
                c => Some(c),
            })
            .collect();
        clean = self.mask(&clean);
        // Cut last: a secret cut in half would be found by nobody but the reader.
        match clean.char_indices().nth(MESSAGE_CHARS_MAX) {
            Some((end, _)) => {
                clean.truncate(end);
                clean
            }
            None => clean,
        }
    }
}

/// Every way in which a text may spell one of the secrets.
fn spellings(secrets: &[SecretString]) -> Vec<SecretString> {
    let mut needles: Vec<String> = Vec::new();
    for secret in secrets {
        let plain = secret.expose_secret();
        if plain.len() < SECRET_BYTES_MIN {
            continue;
        }
        let form: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
        let percent = form.replace('+', "%20");
        // A control character inside a secret is stripped from the text before the search, so here too.
        let bare: String = plain.chars().filter(|c| !c.is_control()).collect();
        let json = serde_json::to_string(plain).unwrap_or_default();
        let json = json.trim_matches('"').to_owned();
        let html = plain
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        for spelling in [
            plain.to_owned(),
            lower_hex(&form),
            lower_hex(&percent),
            form,
            percent,
            bare,
            json,
            html,
        ] {
            if spelling.len() >= SECRET_BYTES_MIN && !needles.contains(&spelling) {
                needles.push(spelling);
            }
        }
    }
    needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    needles.into_iter().map(SecretString::from).collect()
}

/// `%2B` as `%2b`; the letters outside of escapes stay.
fn lower_hex(escaped: &str) -> String {
    let mut left = 0;
    let lower = |c: char| {
        if c == '%' {
            left = 3;
        }
        left = i32::max(left - 1, -1);
        if left >= 0 { c.to_ascii_lowercase() } else { c }
    };
    escaped.chars().map(lower).collect()
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("secrets", &self.secrets.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub(secret: &str, text: &str) -> String {
        Redactor::new([&SecretString::from(secret)]).scrub(text)
    }

    #[test]
    fn a_secret_is_hidden_in_each_spelling() {
        assert_eq!(
            scrub("a b&c", "said a b&c, a+b%26c, a%20b%26c and a b&amp;c"),
            "said ***, ***, *** and ***"
        );
        assert_eq!(scrub("q\"x\\y", r#"{"k":"q\"x\\y"}"#), r#"{"k":"***"}"#);
        assert_eq!(scrub("K+1", "K%2B1 K%2b1 K+1 k"), "*** *** *** k");
    }

    #[test]
    fn a_control_character_does_not_hide_a_secret() {
        assert_eq!(scrub("canary", "can\u{7}ary\r\nnext"), "***  next");
    }

    #[test]
    fn a_longer_secret_goes_whole() {
        let both = [SecretString::from("abc"), SecretString::from("abcdef")];
        assert_eq!(Redactor::new(&both).scrub("abcdef abc"), "*** ***");
        assert_eq!(Redactor::new(&both[..1]).and(&both[1]).scrub("abcdef abc"), "*** ***");
    }

    #[test]
    fn a_text_is_cut_after_it_was_scrubbed() {
        let text = format!("{}canary", "é".repeat(MESSAGE_CHARS_MAX - 4));
        let clean = scrub("canary", &text);
        assert_eq!(clean.chars().count(), MESSAGE_CHARS_MAX - 1);
        assert!(!clean.contains("can"));
    }
}
