//! Searches: orders, those that are gone included, and actions, current and archived.

use std::sync::Arc;

use serde_json::Value;

use super::state::{Action, EmailOrder, Entry};
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// `eelite/us/search`: part of a name is enough.
pub(crate) fn orders(world: &mut World, call: &Call) -> Answer {
    let Some((skip, size)) = page_of(call) else {
        return wire::error(&world.lb.settings, "{no-of-records=no-of-records is invalid}");
    };
    world.lb.settle_all(call.now, &mut world.charges);
    let in_range = |value: Option<i64>, start: &str, end: &str| {
        let bound = |name: &str| call.get(name).and_then(|text| text.parse::<i64>().ok());
        bound(start).is_none_or(|start| value.is_some_and(|value| value >= start))
            && bound(end).is_none_or(|end| value.is_some_and(|value| value <= end))
    };
    let part = call.get("domain-name").map(str::to_ascii_lowercase);
    let fits = |order: &&EmailOrder| {
        one_of(call, "order-id", &order.id.to_string())
            && one_of(call, "customer-id", &order.customer_id.to_string())
            && one_of(call, "status", &order.status)
            && one_of(call, "product-key", "eeliteus")
            && part.as_ref().is_none_or(|part| order.domain.contains(part.as_str()))
            && in_range(Some(order.created_secs), "creation-date-start", "creation-date-end")
            && in_range(order.ends_secs, "expiry-date-start", "expiry-date-end")
    };
    let mut found: Vec<&EmailOrder> = entries(world, call, &["order-id"])
        .into_iter()
        .flat_map(|entry| entry.order.iter().chain(&entry.gone))
        .filter(fits)
        .collect();
    let (column, is_descending) = match call.get("order-by").map(|by| by.trim_end_matches(" desc")) {
        None => ("orderid", false),
        Some(column) => (column, call.text("order-by").ends_with(" desc")),
    };
    match column {
        "endtime" => found.sort_by_key(|order| (order.ends_secs, order.id)),
        "creationtime" | "creationdt" | "timestamp" => found.sort_by_key(|order| (order.created_secs, order.id)),
        "customerid" => found.sort_by_key(|order| (order.customer_id, order.id)),
        _ => found.sort_by_key(|order| order.id),
    }
    if is_descending {
        found.reverse();
    }
    let total = found.len();
    let rows = found.into_iter().skip(skip).take(size).map(wire::search_row).collect();
    Answer::done(wire::page(rows, total))
}

/// `actions/search-current`.
pub(crate) fn current(world: &mut World, call: &Call) -> Answer {
    actions(world, call, true)
}

/// `actions/search-archived`.
pub(crate) fn archived(world: &mut World, call: &Call) -> Answer {
    actions(world, call, false)
}

/// Actions that are not over, or those that are. None found is an error here, not an empty page.
fn actions(world: &mut World, call: &Call, is_current: bool) -> Answer {
    let Some((skip, size)) = page_of(call) else {
        return wire::error(&world.lb.settings, "{no-of-records=no-of-records is invalid}");
    };
    for domain in named(world, call, &["order-id", "eaq-id"]).unwrap_or_default() {
        world.lb.settle(&domain, call.now, &mut world.charges);
    }
    if named(world, call, &["order-id", "eaq-id"]).is_none() {
        world.lb.settle_all(call.now, &mut world.charges);
    }
    let fits = |action: &&Action| {
        action.is_current() == is_current
            && one_of(call, "order-id", &action.order_id.to_string())
            && one_of(call, "eaq-id", &action.eaq.to_string())
            && one_of(call, "action-type", action.kind.word())
            && one_of(call, "action-status", action.status)
            && one_of(call, "entity-type-id", action.kind.entity_type())
    };
    let mut found: Vec<&Action> = entries(world, call, &["order-id", "eaq-id"])
        .into_iter()
        .flat_map(|entry| &entry.actions)
        .filter(fits)
        .collect();
    found.sort_by_key(|action| action.eaq);
    let total = found.len();
    let rows: Vec<Value> = found.into_iter().skip(skip).take(size).map(wire::action_row).collect();
    if rows.is_empty() {
        return wire::error(&world.lb.settings, "No record found");
    }
    Answer::done(wire::page(rows, total))
}

/// `billing/reseller-balance`.
pub(crate) fn balance(world: &mut World, call: &Call) -> Answer {
    world.lb.settle_all(call.now, &mut world.charges);
    if call.number("reseller-id") != call.number("auth-userid") {
        return wire::error(&world.lb.settings, "You are not allowed to perform this action");
    }
    Answer::done(wire::balance(world.lb.balance_cents))
}

/// Rows to skip and to show: 10 to 500 on a page, pages from 1.
pub(super) fn page_of(call: &Call) -> Option<(usize, usize)> {
    let (size, page) = (call.number("no-of-records")?, call.number("page-no")?);
    let is_sane = (10..=500).contains(&size) && (1..=1_000_000).contains(&page);
    is_sane
        .then(|| usize::try_from((page - 1) * size).ok().zip(usize::try_from(size).ok()))
        .flatten()
}

/// The domains named by ids in these parameters; nothing if there are no ids.
fn named(world: &World, call: &Call, parameters: &[&str]) -> Option<Vec<Arc<str>>> {
    let ids: Vec<u64> = parameters
        .iter()
        .flat_map(|name| call.all(name))
        .filter_map(|id| id.parse().ok())
        .collect();
    if ids.is_empty() {
        return None;
    }
    let mut domains: Vec<Arc<str>> = ids.into_iter().filter_map(|id| world.lb.name_of(id)).collect();
    domains.sort();
    domains.dedup();
    Some(domains)
}

/// What reads show of the domains named, or of all.
pub(super) fn entries<'a>(world: &'a World, call: &Call, parameters: &[&str]) -> Vec<&'a Entry> {
    match named(world, call, parameters) {
        Some(domains) => domains
            .iter()
            .filter_map(|domain| world.lb.seen(domain, call.now))
            .collect(),
        None => world.lb.all_seen(call.now).collect(),
    }
}

/// Whether a value is among those asked for, or none was.
pub(super) fn one_of(call: &Call, name: &str, value: &str) -> bool {
    call.get(name).is_none() || call.all(name).any(|wanted| wanted == value)
}
