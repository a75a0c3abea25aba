//! Registration, looking domains up, prices and money.

use std::sync::Arc;

use serde_json::{Value, json};

use super::state::{Domain, Entry};
use super::wire;
use crate::clock::plus_years;
use crate::operation::{Answer, Call, Outcome};
use crate::seed::ConnectResellerSettings;
use crate::world::World;

const TAKEN: &str = "Domain name is not available for registration";

/// `checkDomain`: 200 is free, 400 is taken.
pub(crate) fn check(world: &mut World, call: &Call) -> Answer {
    if !supported(&world.cr.settings, call.name()) {
        return wire::refusal(400, "TLD is not supported");
    }
    world.cr.settle(call.name(), call.now, &mut world.charges);
    if is_free(world, call, true) {
        Answer::done(wire::envelope(200, "Domain is available for registration", Value::Null))
    } else {
        wire::refusal(400, TAKEN)
    }
}

/// `Order`: registers and charges in one step.
pub(crate) fn order(world: &mut World, call: &Call) -> Answer {
    let (Some(name), Some(customer_id)) = (call.domain.clone(), call.number("Id")) else {
        return wire::refusal(400, "Invalid parameters");
    };
    let years = call.number("Duration").unwrap_or_default();
    world.cr.settle(&name, call.now, &mut world.charges);
    if !world.cr.clients.contains_key(&customer_id) {
        return wire::refusal(400, "Customer not found");
    }
    if !(1..=10).contains(&years) {
        return wire::refusal(400, "Invalid duration");
    }
    if !supported(&world.cr.settings, &name) {
        return wire::refusal(400, "TLD is not supported");
    }
    if !is_free(world, call, false) {
        return wire::refusal(400, TAKEN);
    }
    let cents = price_of(&name, world.cr.settings.register_cents, years);
    if !world.cr.pay(cents) {
        return wire::refusal(400, "Insufficient funds in reseller account");
    }
    world
        .charges
        .take(call, &name, cents, format!("register for {years} year(s)"));
    let mut domain = world.cr.new_domain(&name, customer_id, call.now.real_ms);
    let expires = plus_years(call.now.real_ms, years);
    domain.nameservers = ["ns1", "ns2", "ns3", "ns4"]
        .iter()
        .filter_map(|ns| call.get(ns))
        .map(str::to_owned)
        .collect();
    domain.privacy = call.flag("IsWhoisProtection");
    let is_pending = name.starts_with("pending-");
    if is_pending {
        domain.status = "InActive".to_owned();
        domain.pending = Some((call.now.virtual_after(world.cr.settings.registry_pending_secs), expires));
    } else {
        domain.expires_ms = Some(expires);
    }
    world.cr.truth_mut(&name).domain = Some(domain);
    let (code, text) = if is_pending {
        (1001, "Command completed successfully; action pending")
    } else {
        (1000, "Command completed successfully")
    };
    let data = json!({
        "name": &*name,
        "creationDate": wire::epp_date(call.now.real_ms),
        "expiryDate": wire::epp_date(expires),
        "msg": text,
        "msgCode": code,
    });
    Answer::done(wire::envelope(200, "Domain registered successfully", data))
}

/// `ViewDomain` and `ViewDomainById`.
pub(crate) fn view(world: &mut World, call: &Call) -> Answer {
    world.cr.settle(call.name(), call.now, &mut world.charges);
    match world
        .cr
        .seen(call.name(), call.now)
        .and_then(|entry| entry.domain.as_ref())
    {
        // An id of an earlier registration of the name is gone.
        Some(domain) if call.number("id").is_none_or(|id| id == domain.id) => {
            wire::success(wire::domain(domain, &world.cr.settings))
        }
        _ => wire::refusal(404, "Domain not found"),
    }
}

/// `SearchDomainList`: a part of the name finds it, and there is no envelope.
pub(crate) fn search(world: &mut World, call: &Call) -> Answer {
    let (page, size) = (
        call.number("page").unwrap_or_default(),
        call.number("maxIndex").unwrap_or_default(),
    );
    if page == 0 || size == 0 {
        return wire::refusal(400, "Invalid page");
    }
    world.cr.settle_all(call.now, &mut world.charges);
    let query = call.get("searchQuery").unwrap_or_default().to_ascii_lowercase();
    let client = call.number("clientId");
    let mut found: Vec<&Domain> = world
        .cr
        .all_seen(call.now)
        .filter_map(|entry| entry.domain.as_ref())
        .filter(|domain| domain.name.contains(&query) && client.is_none_or(|client| client == domain.customer_id))
        .collect();
    match call.get("orderby") {
        Some("ExpirationDate") => found.sort_by_key(|domain| (domain.expires_ms, domain.id)),
        Some("CustomerId") => found.sort_by_key(|domain| (domain.customer_id, domain.id)),
        Some("WebsiteName") => found.sort_by(|a, b| a.name.cmp(&b.name)),
        _ => found.sort_by_key(|domain| (domain.created_ms, domain.id)),
    }
    if call.get("orderType") == Some("DESC") {
        found.reverse();
    }
    let reseller_id = world.cr.reseller_id(call.text("APIKey"));
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let total = found.len();
    let rows: Vec<Value> = found
        .into_iter()
        .skip(skip)
        .take(size)
        .map(|domain| wire::list_row(domain, reseller_id))
        .collect();
    Answer::done(json!({ "totalCount": total, "records": rows }))
}

/// `availablefund`: here success is code 0, and the data a bare amount.
pub(crate) fn available_fund(world: &mut World, call: &Call) -> Answer {
    world.cr.settle_all(call.now, &mut world.charges);
    if call.number("resellerId") != Some(world.cr.reseller_id(call.text("APIKey"))) {
        return wire::refusal(400, "Invalid reseller id");
    }
    Answer::done(wire::envelope(0, "Available Fund", amount(world.cr.balance_cents)))
}

/// `checkdomainavailable`: availability with prices, in spellings of its own.
pub(crate) fn check_available(world: &mut World, call: &Call) -> Answer {
    if !supported(&world.cr.settings, call.name()) {
        return wire::refusal(400, "TLD is not supported");
    }
    world.cr.settle(call.name(), call.now, &mut world.charges);
    let settings = &world.cr.settings;
    let kind = if call.name().starts_with("premium-") {
        "Premium"
    } else {
        "Standard"
    };
    wire::success(json!({
        "domainType": kind,
        "available": is_free(world, call, true),
        "registrationFee": amount(price_of(call.name(), settings.register_cents, 1)),
        "renewalfees": amount(price_of(call.name(), settings.renew_cents, 1)),
        "transferFees": amount(price_of(call.name(), settings.transfer_cents, 1)),
    }))
}

/// `getdomainprice`: the same fees, spelt differently.
pub(crate) fn price(world: &mut World, call: &Call) -> Answer {
    let settings = &world.cr.settings;
    if !supported(settings, call.name()) {
        return wire::refusal(400, "TLD is not supported");
    }
    wire::success(json!({
        "registrationFees": amount(price_of(call.name(), settings.register_cents, 1)),
        "renewalfees": amount(price_of(call.name(), settings.renew_cents, 1)),
        "transferFees": amount(price_of(call.name(), settings.transfer_cents, 1)),
    }))
}

/// Names beginning with `premium-` cost ten times as much.
pub(crate) fn price_of(name: &str, year_cents: i64, years: u64) -> i64 {
    let factor = if name.starts_with("premium-") { 10 } else { 1 };
    i64::try_from(years)
        .unwrap_or(i64::MAX)
        .saturating_mul(year_cents)
        .saturating_mul(factor)
}

/// Whether names of this kind are sold at all.
pub(crate) fn supported(settings: &ConnectResellerSettings, name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((label, tld)) => !label.is_empty() && !settings.unsupported_tlds.iter().any(|unsold| unsold == tld),
        None => false,
    }
}

/// Whether nobody has the call's name: as reads show it, or in truth.
fn is_free(world: &World, call: &Call, as_seen: bool) -> bool {
    let entry: Option<&Entry> = if as_seen {
        world.cr.seen(call.name(), call.now)
    } else {
        world.cr.truth(call.name())
    };
    !world.cr.taken.contains(call.name()) && entry.is_none_or(|entry| entry.domain.is_none())
}

/// Whether somebody has any name, as reads show it.
pub(crate) fn taken(world: &mut World, call: &Call, name: &str) -> bool {
    world.cr.settle(name, call.now, &mut world.charges);
    let entry = world.cr.seen(name, call.now);
    world.cr.taken.contains(name) || entry.is_some_and(|entry| entry.domain.is_some())
}

#[expect(clippy::cast_precision_loss, reason = "balances stay far below 2^53 cents")]
pub(crate) fn amount(cents: i64) -> Value {
    Value::from(cents as f64 / 100.0)
}

/// The domain of a name if it may be renewed or moved by this customer; else what to answer.
pub(crate) fn owned<'a>(world: &'a mut World, call: &Call, name: &Arc<str>) -> Result<&'a mut Domain, Answer> {
    let customer_id = call.number("Id");
    match &mut world.cr.truth_mut(name).domain {
        None => Err(Answer {
            outcome: Outcome::Refused,
            ..wire::refusal(404, "Domain not found")
        }),
        Some(domain) if customer_id != Some(domain.customer_id) => Err(wire::refusal(400, "Invalid customer id")),
        Some(domain) => Ok(domain),
    }
}
