//! How ConnectReseller writes its answers.

use serde_json::{Value, json};

use super::state::Domain;
use crate::clock::instant;
use crate::operation::{Answer, Outcome, Payload};
use crate::seed::ConnectResellerSettings;

/// The usual envelope.
pub(crate) fn envelope(code: u16, message: &str, data: Value) -> Value {
    json!({ "responseMsg": { "statusCode": code, "message": message, "reason": null, "id": 0 }, "responseData": data })
}

/// Outer 200 with data.
pub(crate) fn success(data: Value) -> Answer {
    Answer::done(envelope(200, "Success", data))
}

/// An outer code that says no, without data, under HTTP 200.
pub(crate) fn refusal(code: u16, message: &str) -> Answer {
    Answer::refused(200, envelope(code, message, Value::Null))
}

/// Outer 200, but the registry said no inside.
pub(crate) fn inner_refusal(code: u16, message: &str) -> Answer {
    Answer::refused(
        200,
        envelope(200, "Success", json!({ "statusCode": code, "message": message })),
    )
}

/// Outer 200, and the verdict one level deeper in another `responseMsg`: 200 or 400.
pub(crate) fn nested(is_done: bool, message: &str) -> Answer {
    let code = if is_done { 200 } else { 400 };
    let data = json!({ "responseMsg": { "statusCode": code, "message": message } });
    verdict(is_done, envelope(200, "Success", data))
}

/// The same code and text outside and inside.
pub(crate) fn flat(is_done: bool, message: &str) -> Answer {
    let code = if is_done { 200 } else { 400 };
    let data = json!({ "statusCode": code, "message": message });
    verdict(is_done, envelope(code, message, data))
}

/// Outer 200, and the registry's word inside.
pub(crate) fn registry(code: u16) -> Answer {
    let message = match code {
        1000 => "Command completed successfully",
        2005 => "Parameter value syntax error",
        2302 => "Object exists",
        2303 => "Object does not exist",
        2304 => "Object status prohibits operation",
        _ => "Command failed",
    };
    let data = json!({ "msg": message, "msgCode": code });
    verdict(code == 1000, envelope(200, "Success", data))
}

fn verdict(is_done: bool, body: Value) -> Answer {
    if is_done {
        Answer::done(body)
    } else {
        Answer::refused(200, body)
    }
}

/// The shape without an envelope that a wrong key gets.
pub(crate) fn unauthorized(settings: &ConnectResellerSettings, text: &str) -> Answer {
    Answer::refused(
        settings.unauthorized_status,
        json!({ "statusCode": 401, "statusText": "Unauthorized", "responseText": text }),
    )
}

/// HTTP 500 with no JSON, as some calls answer to what they did not foresee.
pub(crate) fn crash() -> Answer {
    let html = "<html><body><h1>HTTP Status 500 - Internal Server Error</h1></body></html>";
    Answer {
        status: 500,
        payload: Payload::Html(html.to_owned()),
        outcome: Outcome::Refused,
    }
}

/// A date as in the data of an order: `2025-03-04T09:15:02.0Z`.
pub(crate) fn epp_date(ms: i64) -> String {
    instant(ms).strftime("%Y-%m-%dT%H:%M:%S.0Z").to_string()
}

/// The domain object, with its booleans as words, its ids with a prefix, and its dates in milliseconds.
pub(crate) fn domain(domain: &Domain, settings: &ConnectResellerSettings) -> Value {
    let date = |ms: Option<i64>| match ms {
        None => Value::Null,
        Some(ms) if settings.dates_as_strings => Value::from(ms.to_string()),
        Some(ms) => Value::from(ms),
    };
    let contact = |role: usize| format!("OR_{}", domain.contacts[role]);
    let word = |on: bool| if on { "true" } else { "false" };
    let mut object = json!({
        "domainNameId": domain.id,
        "websiteName": &*domain.name,
        "websiteId": domain.website_id,
        "status": domain.status,
        "orderDate": date(Some(domain.ordered_ms)),
        "creationDate": date(Some(domain.created_ms)),
        "lastUpdatedDate": date(Some(domain.updated_ms)),
        "expirationDate": date(domain.expires_ms),
        "authCode": domain.auth_code,
        "isDomainLocked": word(domain.locked),
        "isThiefProtected": if domain.theft_protected { "True" } else { "False" },
        "isPrivacyProtection": word(domain.privacy),
        "isParked": "0",
        "customerId": domain.customer_id,
        "registrantContactId": contact(0),
        "adminContactId": contact(1),
        "technicalContactId": contact(2),
        "billingContactId": contact(3),
        "isRegistrantVerification": "false",
        "registrantVerificationDate": null,
        "dnszoneStatus": if domain.zone.is_some() { "1" } else { "0" },
        "dnszoneId": domain.zone.as_ref().map_or(0, |zone| zone.id),
    });
    for index in 0..13 {
        let server = domain.nameservers.get(index).map_or("", String::as_str);
        object[format!("nameserver{}", index + 1)] = Value::from(server);
    }
    object
}

/// A row of the list, which has other keys than the domain object.
pub(crate) fn list_row(domain: &Domain, reseller_id: u64) -> Value {
    json!({
        "entryId": domain.id,
        "domainName": &*domain.name,
        "expirationDate": domain.expires_ms,
        "creationDate": domain.created_ms,
        "actionStatus": domain.status,
        "resellerId": reseller_id,
        "customerId": domain.customer_id,
    })
}
