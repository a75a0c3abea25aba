//! `RenewalOrder`: buys years as often as it is asked, unless the client says from which year.

use serde_json::json;

use super::{domains, wire};
use crate::clock::{plus_years, year_of};
use crate::operation::{Answer, Call};
use crate::world::World;

/// Adds years and charges for them.
pub(crate) fn order(world: &mut World, call: &Call) -> Answer {
    // Seen on the live system: `true` here makes it fall over, while `1` and `false` work.
    if call.get("IsWhoisProtection") == Some("true") {
        return wire::crash();
    }
    let Some(name) = call.domain.clone() else {
        return wire::refusal(400, "Invalid parameters");
    };
    world.cr.settle(&name, call.now, &mut world.charges);
    if world.cr.truth(&name).is_none() {
        return wire::refusal(404, "Domain not found");
    }
    let (enforced, unit) = (world.cr.settings.enforce_expiry_year, world.cr.settings.renew_cents);
    let years = call.number("Duration").unwrap_or_default();
    let expires = match domains::owned(world, call, &name) {
        Err(answer) => return answer,
        Ok(domain) => match (domain.status.trim().to_ascii_lowercase().as_str(), domain.expires_ms) {
            ("active" | "locked" | "expired" | "renewal hold", Some(expires)) => expires,
            _ => return wire::inner_refusal(2304, "Object status prohibits operation"),
        },
    };
    if years == 0 {
        return wire::refusal(400, "Invalid duration");
    }
    let stated = call.get("Expiryyear").and_then(|year| year.parse::<i64>().ok());
    if enforced && stated.is_some_and(|year| year != year_of(expires)) {
        return wire::refusal(400, "Expiry year does not match the current expiry date");
    }
    let renewed = plus_years(expires, years);
    if renewed > plus_years(call.now.real_ms, 10) {
        return wire::inner_refusal(2105, "Object is not eligible for renewal");
    }
    let cents = domains::price_of(&name, unit, years);
    if !world.cr.pay(cents) {
        return wire::refusal(400, "Insufficient funds in reseller account");
    }
    world.charges.take(
        call,
        &name,
        cents,
        format!("renew from {} by {years} year(s)", wire::epp_date(expires)),
    );
    if let Some(domain) = &mut world.cr.truth_mut(&name).domain {
        domain.expires_ms = Some(renewed);
        domain.updated_ms = call.now.real_ms;
        domain.status = "Active".to_owned();
    }
    wire::success(json!({
        "statusCode": 1000,
        "message": "Command completed successfully",
        "exdate": wire::epp_date(renewed),
        "domainName": &*name,
    }))
}
