use super::{Reply, raw};
use crate::provider::{Outcome, RejectionClass, Stage};

/// What an answer to a paid call comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Is {
    Taken(Stage),
    No(RejectionClass),
    /// May have been done, or be our own of before: found out by reading.
    Doubtful,
    /// As above, and counted.
    Unlisted,
}

impl From<&Outcome> for Is {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Accepted(accepted) => {
                Self::Taken(accepted.stage.expect("no answer of these providers is final by itself"))
            }
            Outcome::Rejected(rejection) => Self::No(rejection.class),
            Outcome::Unknown(doubt) if doubt.unlisted => Self::Unlisted,
            Outcome::Unknown(_) => Self::Doubtful,
            Outcome::NotSent(why) => panic!("{why:?}"),
        }
    }
}

/// Answers that say nothing of a paid call, whichever provider gives them: of another status than the words they hold
/// (`done`, a success in the provider's own words, and `refused`), no JSON, cut off, empty, or with a secret in them.
pub(crate) fn silent_answers(done: &str, refused: &str, elsewhere: &'static str, secret: &str) -> Vec<Reply> {
    vec![
        raw(200, format!("<html>{secret}</html>")).labelled("text/html"),
        Reply::redirect(elsewhere),
        raw(404, "<html>not found</html>"),
        raw(500, done),
        raw(500, ""),
        raw(502, "<html>bad gateway</html>"),
        raw(408, refused),
        raw(409, refused),
        raw(400, done),
        raw(200, ""),
        raw(200, "{"),
        raw(200, &done[..done.len() / 2]),
        raw(200, format!("[\"{secret}\"]")),
        raw(200, "null"),
    ]
}
