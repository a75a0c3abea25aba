//! How Name.com writes its answers: JSON under the name of HTML, HTTP 200 for nearly everything, strings where another
//! would write numbers, an empty array where another would write an empty object.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::seed::NameComSettings;
use super::state::{Domain, Record};
use crate::clock::instant;
use crate::operation::{Answer, Outcome, Payload};

fn labelled(outcome: Outcome, value: Value) -> Answer {
    Answer {
        status: 200,
        payload: Payload::Mislabelled(value),
        outcome,
    }
}

/// Code 100, with the call's own keys beside it.
pub(crate) fn success(keys: Value) -> Answer {
    let mut answer = json!({ "result": { "code": 100, "message": "Command Successful" } });
    if let (Value::Object(answer), Value::Object(keys)) = (&mut answer, keys) {
        answer.extend(keys);
    }
    labelled(Outcome::Done, answer)
}

/// The standard text of a code.
pub(crate) fn text_of(code: u16) -> &'static str {
    match code {
        203 => "Required Parameter Missing",
        204 => "Parameter Value Error",
        211 => "Invalid Command URL",
        221 => "Authorization Error",
        240 => "Command Failed",
        251 => "Authentication Error",
        260 => "Insufficient Funds",
        _ => "Unexpected Error (Exception)",
    }
}

/// A standard text with its detail.
pub(crate) fn words(code: u16, detail: &str) -> String {
    if detail.is_empty() {
        text_of(code).to_owned()
    } else {
        format!("{} - {detail}", text_of(code))
    }
}

/// Any other code.
pub(crate) fn refusal(code: u16, detail: &str) -> Answer {
    labelled(
        Outcome::Refused,
        json!({ "result": { "code": code, "message": words(code, detail) } }),
    )
}

/// The answer to what no careful client sends.
pub(crate) fn misfit(status: u16, reason: &str) -> Answer {
    let code = match (status, reason) {
        (404 | 405, _) => 211,
        (_, reason) if reason.ends_with("missing") => 203,
        _ => 204,
    };
    refusal(code, reason)
}

/// A wrong user name, token or address; which, it doesn't tell.
pub(crate) fn bad_credentials() -> Answer {
    refusal(221, "Username Or Ip Token Invalid")
}

/// Cents as a decimal text.
pub(crate) fn price(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// A date without a zone.
pub(crate) fn date(ms: i64) -> String {
    instant(ms).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// An object, or `[]` if there is nothing in it.
pub(crate) fn map(entries: Map<String, Value>) -> Value {
    if entries.is_empty() {
        Value::Array(Vec::new())
    } else {
        Value::Object(entries)
    }
}

fn privacy(domain: &Domain, now_ms: i64) -> Value {
    json!({
        "enabled": domain.privacy_ms.is_some_and(|until| until > now_ms),
        "expire_date": domain.privacy_ms.map(date),
    })
}

/// `domain/get`.
pub(crate) fn domain(domain: &Domain, settings: &NameComSettings, now_ms: i64) -> Value {
    let mut object = json!({
        "domain_name": &*domain.name,
        "create_date": date(domain.created_ms),
        "expire_date": date(domain.expires_ms),
        "locked": domain.locked,
        "nameservers": domain.nameservers,
        "username": domain.username,
        "contacts": domain.people(),
    });
    if settings.newer_answers {
        object["whois_privacy"] = privacy(domain, now_ms);
        object["auto_renew"] = Value::from("0");
    }
    object
}

/// An entry of `domain/list`.
pub(crate) fn listed(domain: &Domain, renew_cents: i64, privacy_cents: i64, now_ms: i64) -> Value {
    let tld = domain.name.split_once('.').map_or("", |(_, tld)| tld);
    let privacy_product = if domain.privacy_ms.is_some() {
        "whois_privacy/renew"
    } else {
        "whois_privacy"
    };
    let mut entry = json!({
        "tld": tld,
        "create_date": date(domain.created_ms),
        "expire_date": date(domain.expires_ms),
        "addons": {
            "domain/renew": { "price": price(renew_cents) },
            privacy_product: { "price": price(privacy_cents) },
        },
    });
    if domain.privacy_ms.is_some() {
        entry["whois_privacy"] = privacy(domain, now_ms);
    }
    entry
}

/// A record in the list: every value a text.
pub(crate) fn record_in_list(record: &Record) -> Value {
    let mut object = json!({
        "record_id": record.id.to_string(),
        "name": record.name,
        "type": record.kind,
        "content": record.content,
        "ttl": record.ttl.to_string(),
        "create_date": date(record.created_ms),
    });
    if let Some(priority) = record.priority {
        object["priority"] = Value::from(priority.to_string());
    }
    object
}

/// A record that was just made: numbers as numbers.
pub(crate) fn record_made(record: &Record) -> Value {
    let mut object = record_in_list(record);
    object["record_id"] = record.id.into();
    object["ttl"] = record.ttl.into();
    if let Some(priority) = record.priority {
        object["priority"] = priority.into();
    }
    object
}

/// `host/list`.
pub(crate) fn hosts(hosts: &BTreeMap<String, Vec<String>>) -> Value {
    map(hosts
        .iter()
        .map(|(name, addresses)| (name.clone(), Value::from(addresses.clone())))
        .collect())
}

/// The account's own contact, which a domain without one has.
pub(crate) fn own_contact() -> Map<String, Value> {
    let fields = [
        ("first_name", "Ilse"),
        ("last_name", "Vane"),
        ("organization", "Vane Works"),
        ("address_1", "9 Mill Row"),
        ("address_2", ""),
        ("city", "Laramie"),
        ("state", "WY"),
        ("zip", "82070"),
        ("country", "US"),
        ("phone", "+1.3075550100"),
        ("fax", ""),
        ("email", "ilse@vane.example"),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}
