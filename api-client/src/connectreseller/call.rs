//! Any documented action by its row and named values, for people and tools ([`Provider::call`]).
//!
//! The answer comes as it is written, but for its secrets: what stands under a secret's key is masked, and so is every
//! echo of it, of the key and of the secret values that were sent.
//!
//! [`Provider::call`]: crate::provider::Provider::call

use serde_json::Value;

use super::client::{Client, report};
use super::endpoints::{
    AVAILABLE_FUND, CANCEL_TRANSFER, CHECK_DOMAIN, CLIENT_SEARCH_LIST, DOMAIN_SUGGESTION, ENDPOINTS,
    GET_CHILD_NAME_SERVERS, ORDER, REGISTRANT_SEARCH_LIST, RENEWAL_ORDER, SEARCH_DOMAIN_LIST, TLD_SYNC, TRANSFER_ORDER,
    VIEW_DNS_RECORD, VIEW_EPP_CODE,
};
use super::secrets::{self, MASK};
use super::verdict::{self, Rule, Seen, Sorted};
use crate::endpoint::{Arguments, CallError, Endpoint, request};
use crate::failure::Failure;
use crate::http::{Answer, CallClass, CallResult, ReadError};

pub(super) async fn call(
    client: &Client,
    endpoint: &'static Endpoint,
    arguments: &Arguments,
) -> Result<Value, CallError> {
    if !ENDPOINTS.iter().any(|row| row.name == endpoint.name) {
        let fault = format!("{} is no operation of {}", endpoint.name, super::NAME);
        return Err(CallError::Arguments(vec![fault]));
    }
    let request = client.signed(request(endpoint, arguments).map_err(CallError::Arguments)?);
    if endpoint.class == CallClass::Read {
        let mut answer = client.http().read(None, &request).await.map_err(|error| match &error {
            ReadError::NotSent(detail) => CallError::NotSent(detail.clone()),
            ReadError::Lost(_) | ReadError::TooLong(_) => CallError::Unknown(error.to_string()),
        })?;
        let judged = read(&answer, endpoint);
        answer.classified(match &judged {
            Ok(_) => CallResult::Ok,
            Err(CallError::Unknown(_)) => CallResult::Unknown,
            Err(_) => CallResult::Rejected,
        });
        judged
    } else {
        let mut visit = client.http().visit();
        // Whoever calls keeps the books; there is no intent whose age or lease could be asked for.
        visit.set_gate(|| Ok(()));
        let mut answer = client
            .http()
            .send_once(&mut visit, &request)
            .await
            .map_err(|error| unmade(error.into(), None))?;
        let failure = changed(&Seen::new(&answer), endpoint).err();
        report(&mut answer, failure.as_ref());
        let shown = shown(&answer, endpoint);
        match failure {
            None => Ok(shown.unwrap_or_default()),
            Some(failure) => Err(unmade(failure, shown)),
        }
    }
}

/// What a complete answer to a call by name comes to.
pub(crate) fn judge(answer: &Answer, endpoint: &Endpoint) -> Result<Value, CallError> {
    if endpoint.class == CallClass::Read {
        return read(answer, endpoint);
    }
    let shown = shown(answer, endpoint);
    match changed(&Seen::new(answer), endpoint) {
        Ok(()) => Ok(shown.unwrap_or_default()),
        Err(failure) => Err(unmade(failure, shown)),
    }
}

/// A read is judged by its outer code, and by whether it may come without an envelope (fact sheet 3.2).
fn read(answer: &Answer, endpoint: &Endpoint) -> Result<Value, CallError> {
    let seen = Seen::new(answer);
    let shown = shown(answer, endpoint);
    match seen.sort() {
        Sorted::Bare(_) if is_bare(endpoint.name) => Ok(shown.unwrap_or_default()),
        Sorted::Bare(_) => Err(CallError::Unknown("an answer without the documented envelope".into())),
        Sorted::Envelope(envelope) => {
            let is_answer = envelope.succeeded()
                || (envelope.code == 0 && endpoint.name == AVAILABLE_FUND.name)
                || (envelope.code == 400 && endpoint.name == CHECK_DOMAIN.name);
            if is_answer {
                Ok(shown.unwrap_or_default())
            } else {
                Err(CallError::Refused {
                    message: seen.words(&format!("{} {}", envelope.code, envelope.message)),
                    answer: shown.map(Box::new),
                })
            }
        }
        Sorted::Credentials(message) => Err(CallError::Refused {
            message,
            answer: shown.map(Box::new),
        }),
        Sorted::Throttled(_) => Err(CallError::Refused {
            message: "too many requests".into(),
            answer: None,
        }),
        Sorted::Mute(_, why) => Err(CallError::Unknown(why)),
    }
}

/// Which answers come without an envelope: lists, and the EPP secret.
fn is_bare(name: &str) -> bool {
    [
        SEARCH_DOMAIN_LIST,
        REGISTRANT_SEARCH_LIST,
        CLIENT_SEARCH_LIST,
        VIEW_DNS_RECORD,
        GET_CHILD_NAME_SERVERS,
        TLD_SYNC,
        DOMAIN_SUGGESTION,
        VIEW_EPP_CODE,
    ]
    .iter()
    .any(|row| row.name == name)
}

fn changed(seen: &Seen<'_>, endpoint: &Endpoint) -> Result<(), Failure> {
    match endpoint.name {
        name if name == ORDER.name => verdict::order(seen, None).map(drop),
        // With an outer 200 the order exists, also a stalled one: what it says inside is for the reader.
        name if name == TRANSFER_ORDER.name => verdict::transfer(seen, None).map(drop),
        name if name == RENEWAL_ORDER.name => verdict::renewal(seen, None).map(drop),
        name if name == CANCEL_TRANSFER.name => verdict::cancel(seen).map(drop),
        name => verdict::change(seen, Rule::of(name)).map(drop),
    }
}

fn unmade(failure: Failure, answer: Option<Value>) -> CallError {
    match failure {
        Failure::Rejected(rejection) => CallError::Refused {
            message: rejection.message,
            answer: answer.map(Box::new),
        },
        Failure::NotSent(why) => CallError::NotSent(why.detail),
        Failure::Unknown(doubt) => CallError::Unknown(doubt.detail),
    }
}

/// The answer's JSON, fit to be printed; `None` where it is none.
fn shown(answer: &Answer, endpoint: &Endpoint) -> Option<Value> {
    let mut json = answer.json().ok()?;
    if endpoint.name == VIEW_EPP_CODE.name {
        mask_epp_code(&mut json);
    }
    Some(secrets::masked(json, &secrets::redactor(answer)))
}

/// The secret stands where anything may: as the body, as the data, or under a key of the data.
fn mask_epp_code(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                if !is_key(key, "responseMsg") && !is_key(key, "responeMsg") {
                    match value {
                        Value::Object(_) | Value::Array(_) => mask_epp_code(value),
                        // Codes and texts of an answer without a secret stay readable.
                        _ if ["statusCode", "statusText", "responseText", "message"]
                            .iter()
                            .any(|name| is_key(key, name)) => {}
                        Value::Null => {}
                        _ => *value = Value::from(MASK),
                    }
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_epp_code),
        Value::Null => {}
        _ => *json = Value::from(MASK),
    }
}

fn is_key(key: &str, name: &str) -> bool {
    key.eq_ignore_ascii_case(name)
}
