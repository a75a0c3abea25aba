//! What can go wrong with one call, and whether it is carried out all the same.

use serde::{Deserialize, Serialize};

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Behaviour {
    /// Does it at once, answers after this long.
    Late {
        /// Milliseconds.
        ms: u64,
    },
    /// Does it only after this long, whether or not the client still waits, then answers.
    DoLate {
        /// Milliseconds.
        ms: u64,
    },
    /// Does it, then closes the connection without an answer.
    DoThenDrop,
    /// Does it, then resets the connection.
    DoThenReset,
    /// Does it, then answers HTTP 500 without a body.
    #[serde(rename = "do_then_500")]
    DoThen500,
    /// Does it, then answers a gateway's HTTP 502 page.
    #[serde(rename = "do_then_502_html")]
    DoThen502Html,
    /// Does it, then sends the headers and half of the body.
    DoThenTruncated,
    /// Does it, then answers text that is no JSON, labelled as JSON.
    Garbage,
    /// Does it, then answers a page with HTTP 200.
    #[serde(rename = "html_200")]
    Html200,
    /// Does it, then redirects to the same address: a client that follows does it again.
    Redirect,
    /// Does it, and never answers.
    Stall,
    /// Does it, then answers this.
    DoThenAnswer {
        /// HTTP status.
        status: u16,
        /// JSON body.
        body: serde_json::Value,
    },
    /// Does it, and answers, but for these fields of the answer, where it has them.
    DoThenChange {
        /// Fields of the JSON body's outermost object.
        fields: serde_json::Map<String, serde_json::Value>,
    },
    /// Closes the connection without doing it.
    FailBefore,
    /// Resets the connection without doing it.
    ResetBefore,
    /// Answers HTTP 500 without a body, without doing it.
    #[serde(rename = "fail_500_before")]
    Fail500Before,
    /// Answers a gateway's HTTP 502 page, without doing it.
    #[serde(rename = "fail_502_before")]
    Fail502Before,
    /// Answers this, without doing it.
    Answer {
        /// HTTP status.
        status: u16,
        /// JSON body.
        body: serde_json::Value,
    },
    /// Answers HTTP 429, without doing it.
    #[serde(rename = "throttle_429")]
    Throttle429,
    /// Answers as to a wrong key, without doing it.
    Unauthorized,
    /// Answers as a content network does to an address it does not know (HTTP 403, a page), without doing it.
    #[serde(rename = "cdn_1020")]
    Cdn1020,
    /// Does it and answers, but reads of that domain show the state before for this long. Applies to calls that
    /// change something, and beside one other behaviour.
    Lag {
        /// Milliseconds.
        ms: u64,
    },
    /// From this call on the provider answers nobody for this long: every connection is reset.
    Dead {
        /// Milliseconds.
        ms: u64,
    },
}

impl Behaviour {
    /// Its name, as in a rule.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Late { .. } => "late",
            Self::DoLate { .. } => "do_late",
            Self::DoThenDrop => "do_then_drop",
            Self::DoThenReset => "do_then_reset",
            Self::DoThen500 => "do_then_500",
            Self::DoThen502Html => "do_then_502_html",
            Self::DoThenTruncated => "do_then_truncated",
            Self::Garbage => "garbage",
            Self::Html200 => "html_200",
            Self::Redirect => "redirect",
            Self::Stall => "stall",
            Self::DoThenAnswer { .. } => "do_then_answer",
            Self::DoThenChange { .. } => "do_then_change",
            Self::FailBefore => "fail_before",
            Self::ResetBefore => "reset_before",
            Self::Fail500Before => "fail_500_before",
            Self::Fail502Before => "fail_502_before",
            Self::Answer { .. } => "answer",
            Self::Throttle429 => "throttle_429",
            Self::Unauthorized => "unauthorized",
            Self::Cdn1020 => "cdn_1020",
            Self::Lag { .. } => "lag",
            Self::Dead { .. } => "dead",
        }
    }

    /// Whether the call is carried out.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Late { .. }
            | Self::DoLate { .. }
            | Self::DoThenDrop
            | Self::DoThenReset
            | Self::DoThen500
            | Self::DoThen502Html
            | Self::DoThenTruncated
            | Self::Garbage
            | Self::Html200
            | Self::Redirect
            | Self::Stall
            | Self::DoThenAnswer { .. }
            | Self::DoThenChange { .. }
            | Self::Lag { .. } => true,
            Self::FailBefore
            | Self::ResetBefore
            | Self::Fail500Before
            | Self::Fail502Before
            | Self::Answer { .. }
            | Self::Throttle429
            | Self::Unauthorized
            | Self::Cdn1020
            | Self::Dead { .. } => false,
        }
    }

    /// The ways to lose an answer that chaos draws from, unless it is given others. `Stall` is left out, for it
    /// makes a run as slow as the client's timeout.
    pub fn lossy() -> Vec<Self> {
        vec![
            Self::DoThenDrop,
            Self::DoThenReset,
            Self::DoThen500,
            Self::DoThen502Html,
            Self::DoThenTruncated,
            Self::Garbage,
            Self::Html200,
            Self::FailBefore,
            Self::ResetBefore,
            Self::Fail500Before,
            Self::Fail502Before,
        ]
    }
}
