//! Domains: looking them up, and setting what costs nothing.

use serde_json::{Map, Value, json};

use super::orders::{self, price_of};
use super::state::Domain;
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// Lets a call change a domain of the account that asks.
pub(crate) fn change(world: &mut World, call: &Call, change: impl FnOnce(&mut Domain) -> Answer) -> Answer {
    let username = world.nc.username(call);
    world.nc.settle(call.name(), call.now);
    match world.nc.owned_mut(call.name(), &username) {
        Some(domain) => change(domain),
        None => foreign(world),
    }
}

/// Lets a call read a domain of the account that asks.
pub(crate) fn read(world: &mut World, call: &Call, read: impl FnOnce(&Domain) -> Value) -> Answer {
    let username = world.nc.username(call);
    world.nc.settle(call.name(), call.now);
    match world.nc.seen(call.name(), call.now) {
        Some(domain) if domain.username == username => wire::success(read(domain)),
        _ => foreign(world),
    }
}

/// The answer about a domain that is not in the account.
fn foreign(world: &World) -> Answer {
    wire::refusal(world.nc.settings.foreign_code, "Domain Name Is Not In Account")
}

/// `domain/get`
pub(crate) fn get(world: &mut World, call: &Call) -> Answer {
    let settings = world.nc.settings.clone();
    read(world, call, |domain| wire::domain(domain, &settings, call.now.real_ms))
}

/// `domain/list`
pub(crate) fn list(world: &mut World, call: &Call) -> Answer {
    let settings = &world.nc.settings;
    let username = world.nc.username(call);
    let mut domains = Map::new();
    for domain in world.nc.all_seen(&username, call.now) {
        let renew = price_of(settings, &domain.name, settings.renew_cents);
        let entry = wire::listed(domain, renew, settings.privacy_cents, call.now.real_ms);
        domains.insert(domain.name.to_string(), entry);
    }
    wire::success(json!({ "domains": wire::map(domains) }))
}

/// `domain/lock`
pub(crate) fn lock(world: &mut World, call: &Call) -> Answer {
    set_lock(world, call, true)
}

/// `domain/unlock`
pub(crate) fn unlock(world: &mut World, call: &Call) -> Answer {
    set_lock(world, call, false)
}

fn set_lock(world: &mut World, call: &Call, locked: bool) -> Answer {
    change(world, call, |domain| {
        domain.locked = locked;
        wire::success(json!({}))
    })
}

/// `domain/update_nameservers`
pub(crate) fn update_nameservers(world: &mut World, call: &Call) -> Answer {
    let servers = texts(&call.body["nameservers"]);
    if !(2..=13).contains(&servers.len()) {
        return wire::refusal(204, "Nameservers");
    }
    change(world, call, |domain| {
        domain.nameservers = servers;
        wire::success(json!({}))
    })
}

/// `domain/update_contacts`
pub(crate) fn update_contacts(world: &mut World, call: &Call) -> Answer {
    change(world, call, |domain| {
        domain.set_contacts(&call.body["contacts"]);
        wire::success(json!({}))
    })
}

/// `domain/check`
pub(crate) fn check(world: &mut World, call: &Call) -> Answer {
    let keyword = call.text("keyword").to_ascii_lowercase();
    if keyword.contains('.') {
        return wire::refusal(204, "Keyword");
    }
    let mut tlds = texts(&call.body["tlds"]);
    if tlds.is_empty() {
        tlds = ["com", "net", "org"].map(str::to_owned).to_vec();
    }
    let services = texts(&call.body["services"]);
    let mut answer = json!({ "domains": entries(world, call, &keyword, &tlds) });
    if services.iter().any(|service| service == "suggested") {
        answer["suggested"] = entries(world, call, &format!("{keyword}s"), &tlds);
    }
    wire::success(answer)
}

fn entries(world: &mut World, call: &Call, keyword: &str, tlds: &[String]) -> Value {
    let mut found = Map::new();
    for tld in tlds {
        let name = format!("{keyword}.{tld}");
        world.nc.settle(&name, call.now);
        let settings = &world.nc.settings;
        if settings.unsupported_tlds.contains(tld) {
            continue;
        }
        let avail = !world.nc.taken.contains(&name) && world.nc.seen(&name, call.now).is_none();
        let cents = if avail {
            price_of(settings, &name, settings.register_cents)
        } else {
            settings.backorder_cents
        };
        let entry = json!({
            "avail": avail,
            "tld": tld,
            "price": wire::price(cents),
            "premium": name.starts_with("premium-"),
            "backorder": !avail,
        });
        found.insert(name, entry);
    }
    wire::map(found)
}

/// `domain/create`: as one item of an order, but answered in the envelope.
pub(crate) fn create(world: &mut World, call: &Call) -> Answer {
    let username = world.nc.username(call);
    let mut item = call.body.as_object().cloned().unwrap_or_default();
    // A sub-account may own what this account pays for.
    let owner = item
        .remove("username")
        .and_then(|owner| owner.as_str().map(str::to_owned))
        .unwrap_or_else(|| username.clone());
    item.insert("order_type".to_owned(), "domain/create".into());
    match orders::buy_alone(world, call, &username, &owner, &item) {
        Ok(()) => wire::success(json!({})),
        Err((code, detail)) => wire::refusal(code, &detail),
    }
}

/// The texts of a JSON array.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_ascii_lowercase)
        .collect()
}
