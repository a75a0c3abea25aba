//! Every answer to what changes something, with one byte of it changed: at every place, in several ways.
//!
//! What was done must never look refused, because a refusal is what makes an order be bought again or given up; what was
//! refused must stay refused by a documented row, or be unknown; what is unknown must not become known by chance.

use std::time::Instant;

use domorder_api_client::endpoint::CallError;
use domorder_api_client::http::CallClass;
use serde_json::Value;

use crate::answers::{Given, fixtures, is_documented, json_of, money};
use crate::world::brief;

/// What a byte is replaced by, or taken away.
const BYTES: [Option<u8>; 5] = [None, Some(b'"'), Some(b'0'), Some(b'x'), Some(0xff)];

#[test]
fn no_single_byte_makes_a_refusal_of_what_was_done_or_is_not_known() {
    let fixtures: Vec<Vec<u8>> = fixtures()
        .into_iter()
        .filter(|fixture| Given::read(fixture).is_some_and(|given| given.endpoint.class != CallClass::Read))
        .collect();
    // All places, in an order that a short run sees a fair part of: every 97th, then the next ones.
    let limits = brief(25_000);
    let began = Instant::now();
    let mut answers = 0u64;
    'run: for offset in 0..97 {
        for fixture in &fixtures {
            let given = Given::read(fixture).expect("read before");
            let before = given.judged();
            money(&given, &before).unwrap_or_else(|law| panic!("{law}: {before:?}"));
            for at in (offset..given.body.len()).step_by(97) {
                for byte in BYTES {
                    check(&given, &before, at, byte);
                    answers += 1;
                }
            }
            if answers > limits.inputs || began.elapsed() > limits.time {
                break 'run;
            }
        }
    }
    eprintln!("one byte: {answers} answers");
    assert!(answers > 1_000, "{answers}");
}

fn check(given: &Given<'_>, before: &Result<Value, CallError>, at: usize, byte: Option<u8>) {
    let mut body = given.body.to_vec();
    match byte {
        Some(byte) => body[at] = byte,
        None => drop(body.remove(at)),
    }
    let spoilt = Given { body: &body, ..*given };
    let after = spoilt.judged();
    let shown = || {
        let (head, body) = (spoilt.endpoint.name, String::from_utf8_lossy(&body));
        format!("{head}, byte {at}: {before:?} becomes {after:?}\n{body}")
    };
    money(&spoilt, &after).unwrap_or_else(|law| panic!("{law}: {}", shown()));
    if matches!(after, Err(CallError::Refused { .. })) {
        assert!(before.is_err(), "what was done looks refused: {}", shown());
        // Half a word of a doubt may leave a word of a refusal; then a row has to say so.
        assert!(is_documented(&spoilt, json_of(&body).as_ref()), "{}", shown());
    }
}
