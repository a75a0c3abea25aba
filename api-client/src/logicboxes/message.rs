//! A message taken apart, and the wordings that are asked for outside of the catalogue.

/// A message, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// What it says.
    pub text: String,
    /// The exception's class of the old four-part form, without its package.
    pub exception: Option<String>,
    /// `debug` < `info` < `warn` < `error` < `fatal`, of the old four-part form.
    pub level: Option<String>,
}

impl Message {
    /// Takes a message apart: `class#~#thrower#~#text#~#level#~#`, or plain text.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let parts: Vec<&str> = raw.split("#~#").map(str::trim).collect();
        let &[class, _thrower, text, level, ..] = parts.as_slice() else {
            return Self {
                text: raw.trim().to_owned(),
                ..Self::default()
            };
        };
        Self {
            text: text.to_owned(),
            exception: class
                .rsplit('.')
                .next()
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            level: Some(level.to_ascii_lowercase()).filter(|level| !level.is_empty()),
        }
    }

    /// The text as rows are matched against it. The exception is matched apart, and the thrower not at all: a class
    /// name may hold any word.
    pub(super) fn lowered(&self) -> String {
        // A curly apostrophe is a template's doing, not another message.
        self.text.replace('\u{2019}', "'").to_ascii_lowercase()
    }

    /// The fields of a `{field=msg, field=msg}` text; empty where it isn't one.
    ///
    /// Messages hold commas of their own, so a new field begins only at a comma followed by `name=`.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        let Some(inner) = self.text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) else {
            return Vec::new();
        };
        let mut fields: Vec<(String, String)> = Vec::new();
        for part in inner.split(", ") {
            let named = part.split_once('=').filter(|(name, _)| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
            });
            match (named, fields.last_mut()) {
                (Some((name, text)), _) => fields.push((name.to_owned(), text.trim().to_owned())),
                (None, Some((_, text))) => {
                    text.push_str(", ");
                    text.push_str(part);
                }
                (None, None) => return Vec::new(),
            }
        }
        fields
    }

    /// Whether it says only that something went wrong in there: an outage, not an answer.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        const GENERIC: [&str; 12] = [
            "internal error",
            "internal server error",
            "unexpected",
            "try again",
            "timed out",
            "timeout",
            "unable to",
            "could not connect",
            "lookup failed",
            "unavailable",
            "null pointer",
            "nullpointer",
        ];
        let text = self.lowered();
        text.is_empty()
            || matches!(self.level.as_deref(), Some("error" | "fatal"))
            || GENERIC.iter().any(|word| text.contains(word))
    }

    /// Whether an action search says by it that nothing matches: it reports that as an error (fact sheet §3.7).
    ///
    /// Its exact wording is not documented, so the words of an empty answer are asked for, and an outage's wording
    /// excludes it; anything else stays a failed look-up.
    #[must_use]
    pub fn is_no_match(&self) -> bool {
        const NOTHING: [&str; 12] = [
            "no record",
            "no match",
            "no action",
            "no entity",
            "no result",
            "no data",
            "no order",
            "not found",
            "not exist",
            "doesn't exist",
            "nothing",
            "no such",
        ];
        let text = self.lowered();
        !self.is_generic() && NOTHING.iter().any(|word| text.contains(word))
    }

    /// Whether it says that an order is held for lack of money.
    #[must_use]
    pub fn is_held(&self) -> bool {
        const HELD: [&str; 7] = [
            "locked for processing",
            "locked in processing",
            "insufficient",
            "low funds",
            "debit account",
            "account balance",
            "credit limit",
        ];
        let text = self.lowered();
        HELD.iter().any(|word| text.contains(word))
    }
}
