//! Reads about domains.

use serde_json::{Map, Value, json};

use super::buying::{self, is_taken};
use super::domain::DomainOrder;
use super::search::{entries, one_of, page_of};
use super::state::{Action, DOMAIN_TYPE};
use super::{tlds, wire};
use crate::operation::{Answer, Call};
use crate::world::World;

/// `available` and `idn-available`: every label under every TLD.
pub(crate) fn available(world: &mut World, call: &Call) -> Answer {
    let tlds: Vec<String> = call.all("tlds").chain(call.all("tld")).map(str::to_owned).collect();
    let labels: Vec<String> = call.all("domain-name").map(str::to_ascii_lowercase).collect();
    let mut object = Map::new();
    for (label, tld) in labels.iter().flat_map(|label| tlds.iter().map(move |tld| (label, tld))) {
        let name = format!("{label}.{tld}");
        world.lb.settle(&name, call.now, &mut world.charges);
        let here = world
            .lb
            .seen(&name, call.now)
            .is_some_and(|entry| entry.domain.is_some());
        // A comma list is one silly name.
        let status = if label.contains(',') || tld.contains(',') || name.starts_with("unknown-") {
            "unknown"
        } else if here || name.starts_with("ours-") {
            "regthroughus"
        } else if is_taken(world, &name) {
            "regthroughothers"
        } else {
            "available"
        };
        let mut seen = json!({ "status": status, "classkey": "domcno" });
        if name.starts_with("premium-") {
            let settings = &world.lb.settings;
            let amount = |cents: i64| Value::from(format!("{}.{:02}", cents / 10, cents % 10 * 10));
            seen["costHash"] = json!({
                "create": amount(settings.register_cents), "renew": amount(settings.renew_cents),
                "transfer": amount(settings.transfer_cents), "sellingCurrencySymbol": "USD",
            });
        }
        if name.starts_with("claim-") {
            seen["tm-claims-key"] = Value::from("claim-7");
        }
        object.insert(name, seen);
    }
    Answer::done(Value::Object(object))
}

/// `premium/available`: names and prices.
pub(crate) fn premium(world: &mut World, call: &Call) -> Answer {
    let cents = buying::price("premium-", world.lb.settings.register_cents, 1);
    let names = call.all("tlds").map(|tld| {
        let name = format!("premium-{}.{tld}", call.text("key-word"));
        (name, Value::from(format!("{}.{:02}", cents / 100, cents % 100)))
    });
    Answer::done(Value::Object(names.collect()))
}

/// `v5/suggest-names`
pub(crate) fn suggest(_world: &mut World, call: &Call) -> Answer {
    let tlds: Vec<&str> = call.all("tld-only").collect();
    let tlds = if tlds.is_empty() { vec!["example"] } else { tlds };
    let names = tlds.iter().map(|tld| {
        let seen = json!({ "status": "available", "in_ga": "true", "score": "0.9", "spin": "" });
        (format!("{}.{tld}", call.text("keyword")), seen)
    });
    Answer::done(Value::Object(names.collect()))
}

/// `validate-transfer`: a bare boolean; an error for a free name.
pub(crate) fn validate_transfer(world: &mut World, call: &Call) -> Answer {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let name = call.name();
    if name.starts_with("free-") {
        let message = format!("{name} is currently available for Registration");
        return wire::error(&world.lb.settings, &message);
    }
    let here = world
        .lb
        .seen(name, call.now)
        .is_some_and(|entry| entry.domain.is_some());
    Answer::done(Value::from(!here && !name.starts_with("never-")))
}

/// `orderid`: a bare number.
pub(crate) fn order_id(world: &mut World, call: &Call) -> Answer {
    match seen(world, call) {
        Some((order, _)) => Answer::done(Value::from(order.id)),
        None => absent(world, call),
    }
}

/// `details-by-name`
pub(crate) fn details_by_name(world: &mut World, call: &Call) -> Answer {
    match seen(world, call) {
        Some((order, pending)) => shown(call, &order, pending.as_ref()),
        None => absent(world, call),
    }
}

/// `details`: of orders that are gone it knows nothing.
pub(crate) fn details(world: &mut World, call: &Call) -> Answer {
    match seen(world, call).filter(|(order, _)| call.number("order-id") == Some(order.id)) {
        Some((order, pending)) => shown(call, &order, pending.as_ref()),
        None => no_entity(world, call),
    }
}

/// `locks`
pub(crate) fn locks(world: &mut World, call: &Call) -> Answer {
    match seen(world, call).filter(|(order, _)| call.number("order-id") == Some(order.id)) {
        Some((order, _)) if order.theft_protection => Answer::done(json!({ "transferlock": true })),
        Some(_) => Answer::done(json!({})),
        None => no_entity(world, call),
    }
}

/// `tel/cth-details`
pub(crate) fn cth_details(world: &mut World, call: &Call) -> Answer {
    match seen(world, call).filter(|(order, _)| call.number("order-id") == Some(order.id)) {
        Some((order, _)) => Answer::done(json!({ "username": &*order.domain, "password": "Demo!Tel9" })),
        None => no_entity(world, call),
    }
}

/// `customer-default-ns`: an array.
pub(crate) fn default_ns(world: &mut World, call: &Call) -> Answer {
    let id = call.number("customer-id").unwrap_or_default();
    if world.lb.customers.contains(&id) {
        Answer::done(json!(["ns1.parked.example", "ns2.parked.example"]))
    } else {
        wire::error(&world.lb.settings, &format!("Customer {id} not found"))
    }
}

/// `search`: part of a name is enough, and what is gone is shown.
pub(crate) fn search(world: &mut World, call: &Call) -> Answer {
    let Some((skip, size)) = page_of(call) else {
        return wire::error(&world.lb.settings, "{no-of-records=no-of-records is invalid}");
    };
    // A name that exists as soon as it is spoken of is spoken of here as well.
    if let Some(name) = call.get("domain-name").map(str::to_ascii_lowercase) {
        world.lb.settle(&name, call.now, &mut world.charges);
    }
    world.lb.settle_all(call.now, &mut world.charges);
    let within = |value: Option<i64>, start: &str, end: &str| {
        let bound = |name: &str| call.get(name).and_then(|text| text.parse::<i64>().ok());
        bound(start).is_none_or(|start| value.is_some_and(|value| value >= start))
            && bound(end).is_none_or(|end| value.is_some_and(|value| value <= end))
    };
    let part = call.get("domain-name").map(str::to_ascii_lowercase);
    let fits = |order: &&DomainOrder| {
        one_of(call, "order-id", &order.id.to_string())
            && one_of(call, "customer-id", &order.customer_id.to_string())
            && one_of(call, "status", &order.status)
            && one_of(call, "product-key", "domcno")
            && part.as_ref().is_none_or(|part| order.domain.contains(part.as_str()))
            && call
                .get("privacy-enabled")
                .is_none_or(|wanted| wanted == privacy_word(order))
            && within(Some(order.created_secs), "creation-date-start", "creation-date-end")
            && within(order.ends_secs, "expiry-date-start", "expiry-date-end")
    };
    let mut found: Vec<&DomainOrder> = entries(world, call, &["order-id"])
        .into_iter()
        .flat_map(|entry| entry.domain.iter().chain(&entry.gone_domains))
        .filter(fits)
        .collect();
    let by = call.get("order-by").unwrap_or("orderid");
    match by.trim_end_matches(" desc") {
        "endtime" => found.sort_by_key(|order| (order.ends_secs, order.id)),
        "creationtime" | "creationdt" | "timestamp" => found.sort_by_key(|order| (order.created_secs, order.id)),
        "customerid" => found.sort_by_key(|order| (order.customer_id, order.id)),
        _ => found.sort_by_key(|order| order.id),
    }
    if by.ends_with(" desc") {
        found.reverse();
    }
    let total = found.len();
    let rows = found.into_iter().skip(skip).take(size).map(row).collect();
    Answer::done(wire::page(rows, total))
}

fn privacy_word(order: &DomainOrder) -> &'static str {
    match (tlds::privacy(&order.domain), order.privacy) {
        (false, _) => "na",
        (true, true) => "true",
        (true, false) => "false",
    }
}

/// The order reads show of a name, and what is pending on it.
fn seen(world: &mut World, call: &Call) -> Option<(DomainOrder, Option<Action>)> {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let entry = world.lb.seen(call.name(), call.now)?;
    let order = entry.domain.clone()?;
    let pending = entry.pending(order.id).cloned();
    Some((order, pending))
}

fn absent(world: &World, call: &Call) -> Answer {
    let message = format!("Website doesn't exist for {}", call.name());
    wire::error(&world.lb.settings, &message)
}

fn no_entity(world: &World, call: &Call) -> Answer {
    let message = format!("No Entity found for Entityid: {}", call.text("order-id"));
    wire::error(&world.lb.settings, &message)
}

/// The details that the options ask for; strings nearly everywhere, and no end while there is none.
fn shown(call: &Call, order: &DomainOrder, pending: Option<&Action>) -> Answer {
    let asked = |option: &str| call.all("options").any(|given| given == "All" || given == option);
    let mut object = json!({
        "orderid": order.id.to_string(), "entityid": order.id.to_string(),
        "domainname": &*order.domain, "description": &*order.domain,
        "currentstatus": order.status, "productcategory": "domorder", "productkey": "domcno", "classkey": "domcno",
        "entitytypeid": DOMAIN_TYPE, "customerid": order.customer_id.to_string(),
        "creationtime": order.created_secs.to_string(), "eaqid": "0",
        "recurring": if order.auto_renew { "true" } else { "false" }, "allowdeletion": "true",
        "orderstatus": if order.theft_protection { json!(["transferlock"]) } else { json!([]) },
        "domainstatus": [], "isprivacyprotected": if order.privacy { "true" } else { "false" },
        "privacyprotectedallowed": if tlds::privacy(&order.domain) { "true" } else { "false" },
        "raaVerificationStatus": "Pending",
    });
    let mut put = |key: &str, value: Value| object[key] = value;
    if let Some(ends) = order.ends_secs {
        put("endtime", Value::from(ends.to_string()));
    }
    if asked("OrderDetails") {
        put("domsecret", Value::from(order.secret.clone()));
    }
    if asked("NsDetails") {
        for (number, ns) in (1..).zip(&order.nameservers) {
            put(&format!("ns{number}"), Value::from(ns.clone()));
        }
        put("noOfNameServers", Value::from(order.nameservers.len().to_string()));
        put("cns", json!(order.children));
    }
    if asked("ContactIds") {
        for (role, id) in ["registrant", "admin", "tech", "billing"].iter().zip(&order.contacts) {
            put(&format!("{role}contactid"), Value::from(id.clone()));
        }
    }
    if let Some(action) = pending {
        put("eaqid", Value::from(action.eaq.to_string()));
        put("actiontype", Value::from(action.kind.word()));
        put("actiontypedesc", Value::from(action.about.clone()));
        put("actionstatus", Value::from(action.status));
        put("actionstatusdesc", Value::from(action.status_text));
        put("actioncompleted", Value::from("0"));
    }
    Answer::done(object)
}

fn row(order: &DomainOrder) -> Value {
    let mut row = json!({
        "orders.orderid": order.id.to_string(), "orders.creationtime": order.created_secs.to_string(),
        "orders.autorenew": if order.auto_renew { "true" } else { "false" },
        "entity.entityid": order.id.to_string(), "entity.customerid": order.customer_id.to_string(),
        "entity.description": &*order.domain, "entity.currentstatus": order.status,
        "entity.entitytypeid": DOMAIN_TYPE, "entitytype.entitytypekey": "domcno",
        "entitytype.entitytypename": "Domain",
    });
    if let Some(ends) = order.ends_secs {
        row["orders.endtime"] = Value::from(ends.to_string());
    }
    row
}
