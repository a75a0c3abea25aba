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
    let contact = format!("OR_{}", domain.contact_id);
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
        "isDomainLocked": "true",
        "isThiefProtected": "True",
        "isPrivacyProtection": if domain.privacy { "true" } else { "false" },
        "isParked": "0",
        "customerId": domain.customer_id,
        "registrantContactId": contact,
        "adminContactId": contact,
        "technicalContactId": contact,
        "billingContactId": contact,
        "isRegistrantVerification": "false",
        "registrantVerificationDate": null,
        "dnszoneStatus": "0",
        "dnszoneId": 0,
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
