//! A line of the journal: checksum, space, JSON.

use domorder_api_client::provider::Baseline;
use domorder_jobs::machine::Recalled;
use domorder_jobs::record::Intent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is bought, and by whose word: the same again is the same order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The producer's name for the order.
    pub key: String,
    /// The account.
    pub account: String,
    /// The operation it comes to.
    pub operation: String,
    /// The domain.
    pub domain: String,
}

/// An intent, with all that is needed to recognise its effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The intent.
    pub intent: Intent,
    /// The order it was made for.
    pub order: String,
    /// What its effect is measured against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// When the order was accepted.
    pub accepted_at: Timestamp,
    /// What was created before this instant has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew_since: Option<Timestamp>,
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameTo {
    /// `accepted`, `rejected`, `not_sent`, `unknown`.
    pub what: String,
    /// It surely had no effect.
    pub void: bool,
    /// What the provider calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_order_id: Option<String>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(flatten)]
    pub(super) subject: Subject,
    /// When the intent was decided, ms: what its outcome is told apart by.
    pub(super) at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kept: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) came_to: Option<CameTo>,
}

impl Line {
    pub(super) fn intent(subject: Subject, kept: Kept) -> Self {
        Self {
            subject,
            at: kept.intent.at.as_millisecond(),
            kept: Some(kept),
            came_to: None,
        }
    }

    pub(super) fn outcome(subject: Subject, intent_at: Timestamp, came_to: CameTo) -> Self {
        Self {
            subject,
            at: intent_at.as_millisecond(),
            kept: None,
            came_to: Some(came_to),
        }
    }

    /// With its checksum and the end of the line.
    pub(super) fn framed(&self) -> serde_json::Result<String> {
        let json = serde_json::to_string(self)?;
        Ok(format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())))
    }

    /// A whole line without its end; `None` where it is damaged.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let (sum, rest) = line.split_at_checked(8)?;
        let json = rest.strip_prefix(b" ")?;
        // As it is written, and in no other spelling: what is not what stood there is damaged.
        let is_whole = sum == format!("{:08x}", crc32fast::hash(json)).as_bytes();
        is_whole.then(|| serde_json::from_slice(json).ok())?
    }
}

impl Kept {
    pub(super) fn recalled(self, came_to: Option<CameTo>) -> Recalled {
        Recalled {
            intent: self.intent,
            baseline: self.baseline,
            accepted_at: self.accepted_at,
            anew_since: self.anew_since,
            provider_order_id: came_to.and_then(|told| told.provider_order_id),
        }
    }
}
