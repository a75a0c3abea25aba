//! The trace that an order belongs to, by W3C Trace Context (recommendation of 23 November 2021, sections 3.2 and 3.3).
//!
//! It comes from the producer or is begun where the order is taken in, and stands in the order's document, which never
//! changes, so that every claim on every replica goes on with it. It decides nothing: an order with another trace is the
//! same order, and what is no trace is left out instead of refusing the order.

use serde::{Deserialize, Serialize};

/// The length of version 00; later ones may be longer and begin alike.
const PARENT_BYTES: usize = 55;
/// What has to be passed on of a `tracestate` at least; a longer one is left out as a whole.
const STATE_BYTES_MAX: usize = 512;

/// Where an order stands in a trace: `traceparent`, and behind a blank `tracestate`, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trace(String);

/// A text that is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no W3C traceparent (`00-<32 hex digits>-<16 hex digits>-<2 hex digits>`)")]
pub struct NoTrace;

impl Trace {
    /// Of a `traceparent` and, where it is one, the `tracestate` beside it. What a later version adds is left out.
    ///
    /// # Errors
    /// Where it is no `traceparent`, the invalid ones of only zeros included.
    pub fn parse(parent: &str, state: Option<&str>) -> Result<Self, NoTrace> {
        let parent = parent.trim();
        let (head, rest) = parent.split_at_checked(PARENT_BYTES).ok_or(NoTrace)?;
        let parts: Vec<&str> = head.split('-').collect();
        let [version, trace, span, flags] = parts.as_slice() else {
            return Err(NoTrace);
        };
        let is_hex = |text: &str, bytes: usize| {
            text.len() == bytes && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let is_id = |text: &str, bytes: usize| is_hex(text, bytes) && text.bytes().any(|b| b != b'0');
        let is_version = is_hex(version, 2) && *version != "ff";
        let ends = rest.is_empty() || (*version != "00" && rest.starts_with('-'));
        if !(is_version && is_id(trace, 32) && is_id(span, 16) && is_hex(flags, 2) && ends) {
            return Err(NoTrace);
        }
        // Of the flags only the first has a meaning in version 00.
        let sampled = u8::from_str_radix(flags, 16).unwrap_or(0) & 1;
        let state = state.map(str::trim).filter(|state| is_state(state));
        Ok(match state {
            Some(state) => Self(format!("00-{trace}-{span}-0{sampled} {state}")),
            None => Self(format!("00-{trace}-{span}-0{sampled}")),
        })
    }

    /// `traceparent`.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.0.split_once(' ').map_or(self.0.as_str(), |(parent, _)| parent)
    }

    /// The trace's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.split('-').nth(1).unwrap_or_default()
    }

    /// `tracestate`.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.0.split_once(' ').map(|(_, state)| state)
    }
}

/// Whether a text may be a `tracestate`: printable, not too long, of members that are `key=value`.
fn is_state(state: &str) -> bool {
    let is_member = |member: &str| {
        let member = member.trim();
        member.is_empty()
            || member
                .split_once('=')
                .is_some_and(|(key, value)| !key.is_empty() && !value.is_empty())
    };
    let printable = |b: u8| (b' '..=b'~').contains(&b) || b == b'\t';
    let members = state.split(',').count();
    !state.is_empty()
        && state.len() <= STATE_BYTES_MAX
        && members <= 32
        && state.bytes().all(printable)
        && state.split(',').all(is_member)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_kept_with_its_state() {
        let trace = Trace::parse(PARENT, Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")).unwrap();
        assert_eq!(
            (trace.parent(), trace.state()),
            (PARENT, Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"))
        );
        let text = serde_json::to_string(&trace).unwrap();
        assert_eq!(serde_json::from_str::<Trace>(&text).unwrap(), trace);
        let bare = Trace::parse(&format!(" {PARENT}\t"), None).unwrap();
        assert_eq!((bare.parent(), bare.state()), (PARENT, None));
        assert_eq!(bare.id(), "0af7651916cd43dd8448eb211c80319c");
    }

    #[rstest]
    #[case::later_version(
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-adds",
        PARENT
    )]
    #[case::other_flags("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", PARENT)]
    #[case::not_sampled(
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    )]
    fn what_a_later_version_adds_is_left_out(#[case] given: &str, #[case] kept: &str) {
        assert_eq!(Trace::parse(given, None).unwrap().parent(), kept);
    }

    #[rstest]
    #[case("")]
    #[case("00")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    #[case("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more")]
    #[case("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    #[case("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    #[case("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    #[case("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g")]
    #[case("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01")]
    #[case(
        "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}"
    )]
    fn what_is_no_traceparent_is_none(#[case] given: &str) {
        assert_eq!(Trace::parse(given, Some("a=b")), Err(NoTrace));
    }

    #[rstest]
    #[case("")]
    #[case("no members")]
    #[case("a=b\nc=d")]
    #[case("a=,c=d")]
    #[case(&format!("a={}", "b".repeat(600)))]
    fn a_state_that_is_none_is_left_out(#[case] state: &str) {
        assert_eq!(Trace::parse(PARENT, Some(state)).unwrap().state(), None);
    }
}
