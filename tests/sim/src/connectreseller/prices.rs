//! Names in bulk, suggestions and price lists: calls of the newer document.

use serde_json::{Value, json};

use super::domains::{amount, price_of, supported, taken};
use super::{row, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Shape, required};
use crate::world::World;

/// Top-level domains that are listed and suggested.
const TLDS: [&str; 3] = ["example", "test", "com"];

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(
        &["bulkDomainCheck"],
        Effect::Read,
        Subject::Nobody,
        &[required(&["websiteNames"], Shape::Text)],
        bulk,
    ),
    row(
        &["checkDomainPrice"],
        Effect::Read,
        Subject::Name("websiteName"),
        &[required(&["websiteName"], Shape::Text)],
        years,
    ),
    row(
        &["domainSuggestion"],
        Effect::Read,
        Subject::Nobody,
        &[
            required(&["keyword"], Shape::Text),
            required(&["maxResult"], Shape::Int),
        ],
        suggest,
    ),
    row(
        &["getTldSuggestion"],
        Effect::Read,
        Subject::Nobody,
        &[required(&["websiteName"], Shape::Text)],
        suggest_tlds,
    ),
    row(&["tldsync"], Effect::Read, Subject::Nobody, &[], tlds),
];

/// What is told of a name among others.
fn candidate(world: &mut World, call: &Call, name: &str) -> Value {
    let settings = &world.cr.settings;
    let fee = amount(price_of(name, settings.register_cents, 1));
    if supported(settings, name) && !taken(world, call, name) {
        json!({ "websiteName": name, "domainType": "Standard", "available": true, "registrationFee": fee })
    } else {
        json!({ "websiteName": name, "domainType": "-", "available": false })
    }
}

fn bulk(world: &mut World, call: &Call) -> Answer {
    let names: Vec<String> = call
        .text("websiteNames")
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    if names.len() > 200 {
        return wire::refusal(400, "Invalid number of names");
    }
    let list: Vec<Value> = names.iter().map(|name| candidate(world, call, name)).collect();
    wire::success(Value::from(list))
}

/// Prices in sentences.
fn years(world: &mut World, call: &Call) -> Answer {
    let name = call.name().to_owned();
    if !supported(&world.cr.settings, &name) {
        return wire::refusal(400, "TLD is not supported");
    }
    if taken(world, call, &name) {
        return wire::refusal(400, "Domain name is not available for registration");
    }
    let unit = world.cr.settings.register_cents;
    let sentences: Vec<Value> = (1..=10)
        .map(|years| {
            let price = amount(price_of(&name, unit, years));
            json!({ "description": format!("Registration Price for {years} Year is {price}") })
        })
        .collect();
    let data = json!({ "1": sentences });
    Answer::done(wire::envelope(200, "Domain Available for Registration", data))
}

/// The list stands inside `responseMsg`, which has no code.
fn suggest(world: &mut World, call: &Call) -> Answer {
    let most = match call.number("maxResult") {
        Some(most @ 1..=50) => usize::try_from(most).unwrap_or_default(),
        _ => return wire::refusal(400, "Invalid number of results"),
    };
    let keyword = call.text("keyword").to_ascii_lowercase();
    let label = keyword.split('.').next().unwrap_or_default();
    let price = amount(world.cr.settings.register_cents);
    let list: Vec<Value> = ["", "get", "hello"]
        .iter()
        .flat_map(|prefix| TLDS.iter().map(move |tld| format!("{prefix}{label}.{tld}")))
        .take(most)
        .map(|name| json!({ "domainName": name, "price": price }))
        .collect();
    Answer::done(json!({ "responseMsg": { "registryDomainSuggestionList": list } }))
}

fn suggest_tlds(world: &mut World, call: &Call) -> Answer {
    let name = call.text("websiteName").to_ascii_lowercase();
    let label = name.split('.').next().unwrap_or_default().to_owned();
    let list: Vec<Value> = TLDS
        .iter()
        .map(|tld| candidate(world, call, &format!("{label}.{tld}")))
        .collect();
    wire::success(Value::from(list))
}

/// A bare array.
fn tlds(world: &mut World, _call: &Call) -> Answer {
    let settings = &world.cr.settings;
    let list: Vec<Value> = TLDS
        .iter()
        .map(|tld| {
            json!({
                "tld": format!(".{tld}"),
                "minPeriod": 1,
                "maxPeriod": 10,
                "registrationPrice": amount(settings.register_cents),
                "renewalPrice": amount(settings.renew_cents),
                "transferPrice": amount(settings.transfer_cents),
                "currencyCode": "USD",
            })
        })
        .collect();
    Answer::done(Value::from(list))
}
