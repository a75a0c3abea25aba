//! Price lists and the DNS records of mail: read, and no more.

use serde_json::{Value, json};

use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// Strings for resellers.
pub(crate) fn reseller(world: &mut World, _call: &Call) -> Answer {
    let settings = &world.lb.settings;
    let text = |cents: i64| Value::from(format!("{}.{:02}", cents / 100, cents % 100));
    Answer::done(json!({ "domcno": {
        "addnewdomain": { "1": text(settings.register_cents) },
        "renewdomain": { "1": text(settings.renew_cents) },
        "addtransferdomain": { "1": text(settings.transfer_cents) },
    } }))
}

/// Numbers for customers.
#[expect(clippy::cast_precision_loss, reason = "prices stay far below 2^53 cents")]
pub(crate) fn customer(world: &mut World, _call: &Call) -> Answer {
    let settings = &world.lb.settings;
    let number = |cents: i64| Value::from(cents as f64 / 100.0);
    Answer::done(json!({ "domcno": {
        "addnewdomain": { "1": number(settings.register_cents) },
        "renewdomain": { "1": number(settings.renew_cents) },
        "addtransferdomain": { "1": number(settings.transfer_cents) },
    } }))
}

/// Product keys by category.
pub(crate) fn category_keys(_world: &mut World, _call: &Call) -> Answer {
    Answer::done(json!({ "domorder": ["domcno"], "hosting": ["eeliteus"] }))
}

/// `eelite/us/dns-record`
pub(crate) fn dns_record(world: &mut World, call: &Call) -> Answer {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let entry = world.lb.seen(call.name(), call.now);
    let order = entry.and_then(|entry| entry.order.as_ref());
    match order.filter(|order| call.number("order-id") == Some(order.id)) {
        Some(order) => {
            Answer::done(json!({ "mx": [{ "host": &*order.domain, "value": "mx1.mail.example", "priority": "100" }] }))
        }
        None => {
            let message = format!("No Entity found for Entityid: {}", call.text("order-id"));
            wire::error(&world.lb.settings, &message)
        }
    }
}
