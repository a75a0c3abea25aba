//! The format of what is stored: documents and state records.
//!
//! Replicas of two releases work on one ledger while it is upgraded. A program reads what an older one wrote; what a newer
//! one wrote it leaves alone, because what it does not know of it would be gone with its next record. Such an order is set
//! aside, and put back where a newer program runs (`domorder orders put-back`).
//!
//! A text without a `v` is of format 1. A change that an older program may overlook, and lose with its next record, needs
//! no new number; any other does, and the number is written from then on.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The newest format that this program reads, and the one that it writes.
pub const NEWEST: u32 = 1;

/// What is stored cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A newer program wrote it. Nothing is wrong with it: upgrade, then put it back.
    #[error("it is of format {found}, and this program reads up to {NEWEST}: a newer domorder wrote it")]
    Newer {
        /// Its format.
        found: u32,
    },
    /// It is damaged. A person should look.
    #[error("it is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

impl Unreadable {
    /// Whether a newer program would read it.
    #[must_use]
    pub const fn is_newer(&self) -> bool {
        matches!(self, Self::Newer { .. })
    }
}

/// What every format has.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "v", default = "first")]
    format: u32,
}

const fn first() -> u32 {
    1
}

/// Reads a document or a state record, unless a newer program wrote it.
///
/// # Errors
/// [`Unreadable`], by what is to be done about it.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    // The format first: what is new in it may be what does not parse.
    if text.contains("\"v\"")
        && let Ok(Head { format: found @ 2.. }) = serde_json::from_str(text)
    {
        return Err(Unreadable::Newer { found });
    }
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::OrderRecord;

    #[test]
    fn what_a_newer_program_wrote_is_told_from_what_is_damaged() {
        let fault = |text: &str| read::<OrderRecord>(text).expect_err("unreadable");
        for newer in [
            r#"{"v":2,"st":"queued","ca":1}"#,
            r#"{"st":"entangled","ca":{"new":1},"v":7}"#,
        ] {
            assert!(fault(newer).is_newer(), "{newer}");
        }
        for damaged in [
            "",
            "{",
            "[]",
            "null",
            r#"{"v":1,"st":"entangled","ca":1}"#,
            r#"{"v":"2","st":"queued"}"#,
        ] {
            assert!(!fault(damaged).is_newer(), "{damaged}");
        }
        for ours in [r#"{"st":"queued","ca":1}"#, r#"{"v":1,"st":"queued","ca":1}"#] {
            assert!(read::<OrderRecord>(ours).is_ok(), "{ours}");
        }
    }
}
