//! A call by its row, for people and tools: judged by the envelope, answered as the provider's JSON without secrets.

use secrecy::SecretString;
use serde_json::Value;

use super::client::Client;
use super::endpoints::{self, Endpoint};
use super::error::{Call, Meaning, meaning_of_code, meaning_of_text, row_of_code};
use super::wire::{Results, Row, SUCCESS, Verdict, read};
use crate::endpoint::{Arguments, CallError, request};
use crate::http::{Answer, CallClass, CallResult, ReadError, Redactor, SendError};

pub(super) async fn call(
    client: &Client,
    endpoint: &'static Endpoint,
    arguments: &Arguments,
) -> Result<Value, CallError> {
    let mut request = request(endpoint, arguments).map_err(CallError::Arguments)?;
    if endpoint.name != endpoints::LOGIN.name {
        request = client.sign(request);
    }
    let answer = if endpoint.class == CallClass::Read {
        client.http().read(None, &request).await.map_err(|error| match error {
            ReadError::NotSent(why) => CallError::NotSent(why),
            ReadError::Lost(why) | ReadError::TooLong(why) => CallError::Unknown(why),
        })
    } else {
        let mut visit = client.http().visit();
        // Whoever calls by name has decided already; there is no lease and no intent to ask.
        visit.set_gate(|| Ok(()));
        client
            .http()
            .send_once(&mut visit, &request)
            .await
            .map_err(|error| match error {
                SendError::NotSent(why) => CallError::NotSent(why),
                SendError::Unknown(why) => CallError::Unknown(why),
            })
    };
    let mut answer = answer?;
    // The user name is half of the credentials, but the account's own data too: here it may be seen.
    let secrets: Vec<SecretString> = arguments
        .secrets(endpoint)
        .chain([client.api_token()])
        .cloned()
        .collect();
    let judged = judge(&answer, endpoint, &Redactor::new(&secrets));
    answer.classified(match &judged {
        Ok(_) => CallResult::Ok,
        Err(CallError::Refused { .. }) => CallResult::Rejected,
        Err(CallError::Arguments(_) | CallError::NotSent(_)) => CallResult::NotSent,
        Err(CallError::Unknown(_)) => CallResult::Unknown,
    });
    judged
}

/// What a complete answer comes to. Of what changes something, "no" is said by the same rows as to an order: whoever called
/// may call again on it.
pub(crate) fn judge(answer: &Answer, endpoint: &Endpoint, redactor: &Redactor) -> Result<Value, CallError> {
    let status = answer.status;
    if status == 429 {
        return Err(CallError::Refused {
            message: "too many requests".into(),
            answer: None,
        });
    }
    let json = answer.json().map_err(CallError::Unknown)?;
    let Some(verdict) = Verdict::of(&json) else {
        return Err(CallError::Unknown(format!(
            "HTTP {status} without the documented envelope"
        )));
    };
    let message = answer.scrub(&format!("{} {}", verdict.code, verdict.message));
    let refused = |message, json| CallError::Refused {
        message,
        answer: Some(Box::new(masked(json, redactor))),
    };
    match (status, verdict.code) {
        (200, SUCCESS) => match failed_whole(&json) {
            None => Ok(masked(json, redactor)),
            Some(true) => Err(refused("processed, and no item succeeded".into(), json)),
            Some(false) => Err(CallError::Unknown(
                "processed, and no item succeeded, but not by words that say that nothing was done".into(),
            )),
        },
        (200 | 400 | 401 | 403 | 404, code) if is_no(endpoint, code, &verdict.message) => Err(refused(message, json)),
        _ => Err(CallError::Unknown(format!("HTTP {status}: {message}"))),
    }
}

/// What an item of an order may be.
const ITEMS: &[Call] = &[Call::Register, Call::Renew, Call::Privacy, Call::Backorder];

/// Whether a code says for sure that nothing was done.
fn is_no(endpoint: &Endpoint, code: u64, message: &str) -> bool {
    let calls = match endpoint.class {
        // "Command Failed" and "Unexpected Error" say nothing, to a read neither (fact sheet 2).
        CallClass::Read => return row_of_code(code).is_some() && !matches!(code, 240 | 250),
        CallClass::Paid => ITEMS,
        CallClass::Write => &[Call::Write],
    };
    calls
        .iter()
        .all(|call| matches!(meaning_of_code(*call, code, message), Some(Meaning::Rejected(_))))
}

/// Of an order that was processed and every item of which failed: whether each says in listed words that nothing was done.
/// `None`: something was done, or it is no order.
fn failed_whole(json: &Value) -> Option<bool> {
    json.get("results")?;
    let rows = read::<Results>(json.clone()).ok()?.results;
    if rows.is_empty() || rows.iter().any(|row| row.success) {
        return None;
    }
    let says_no = |text: &String| {
        ITEMS
            .iter()
            .all(|call| matches!(meaning_of_text(*call, text), Some(Meaning::Rejected(_))))
    };
    let sure = |row: &Row| !row.information.is_empty() && row.information.iter().all(says_no);
    Some(rows.iter().all(sure))
}

/// The same JSON, its secrets masked: what was given as one, and what the provider hands out as one.
fn masked(json: Value, redactor: &Redactor) -> Value {
    match json {
        Value::String(text) => Value::String(redactor.mask(&text)),
        Value::Array(items) => items.into_iter().map(|item| masked(item, redactor)).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| match name.as_str() {
                "session_token" | "api_token" => (name, Value::from("***")),
                _ => {
                    let value = masked(value, redactor);
                    (redactor.mask(&name), value)
                }
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => json,
    }
}
