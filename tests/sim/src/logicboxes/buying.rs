//! Calls on domains that spend money.

use std::sync::Arc;

use serde_json::{Value, json};

use super::actions::{self, Wanted};
use super::domain::{DomainOrder, Script};
use super::state::{Action, ActionKind, Wait};
use super::{tlds, wire};
use crate::clock::plus_years;
use crate::operation::{Answer, Call};
use crate::seed::Scenario;
use crate::world::World;

pub(super) const NOT_ALLOWED: &str = "You are not allowed to perform this action";
pub(super) const PENDING: &str = "There is already an action pending on this Order";
const CONTACTS: [&str; 4] = [
    "reg-contact-id",
    "admin-contact-id",
    "tech-contact-id",
    "billing-contact-id",
];

/// `register`
pub(crate) fn register(world: &mut World, call: &Call) -> Answer {
    let (name, customer_id) = match newcomer(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let years = call.number("years").unwrap_or_default();
    if !(1..=10).contains(&years) {
        return invalid(world, "years", "Years is invalid");
    }
    if let Some(text) = tlds::terms(&name, call) {
        return wire::error(&world.lb.settings, text);
    }
    if is_taken(world, &name) {
        let message = format!("Domain name {name} is not available for registration");
        return wire::failed_action(&world.lb.settings, &message);
    }
    let order = placed(world, call, &name, customer_id);
    let wanted = Wanted {
        kind: ActionKind::AddNewDomain,
        order_id: order,
        months: years,
        accounts: 0,
        cents: price(&name, world.lb.settings.register_cents, years) + privacy_cents(world, call, &name),
        about: format!("Registration of {name} for {years} year(s)"),
    };
    let action = actions::begin(world, call, &name, wanted);
    answer(world, call, &action, customer_id)
}

/// `transfer`
pub(crate) fn transfer(world: &mut World, call: &Call) -> Answer {
    let (name, customer_id) = match newcomer(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let code = call.get("auth-code").unwrap_or_default().to_owned();
    let plan = world.lb.plans.get(&*name).cloned();
    let refused = match (
        scenario(plan.as_ref().and_then(|plan| plan.scenario), &name, &code),
        &*name,
    ) {
        (_, free) if free.starts_with("free-") => Err("It is available for registration as new domain"),
        (Found::Refused, _) => Err("The domain transfer is prohibited by the registry"),
        (Found::SixtyDays, _) => Err("The domain was registered less than 60 days ago"),
        (Found::Script(script), _) => Ok(script),
    };
    let mut script = match refused {
        Ok(script) => script,
        Err(message) => return wire::failed_action(&world.lb.settings, message),
    };
    let right = plan.as_ref().and_then(|plan| plan.auth_code.as_deref());
    if right.is_some_and(|right| right != code) {
        script = Script::WrongSecret;
    }
    let order_id = placed(world, call, &name, customer_id);
    if let Some(order) = &mut world.lb.truth_mut(&name).domain {
        order.before_secs = plan.as_ref().and_then(|plan| plan.expires_at).map(|at| at.as_second());
    }
    let wanted = Wanted {
        kind: ActionKind::AddTransferDomain,
        order_id,
        months: 1,
        accounts: 0,
        cents: price(&name, world.lb.settings.transfer_cents, 1) + privacy_cents(world, call, &name),
        about: format!("Transfer of {name} from old Registrar along with 1 year Renewal"),
    };
    let after_secs = plan.and_then(|plan| plan.after_secs);
    let action = actions::begin_scripted(world, call, &name, wanted, script, after_secs);
    answer(world, call, &action, customer_id)
}

/// `renew`: the current end is its guard.
pub(crate) fn renew(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let years = call.number("years").unwrap_or_default();
    if !(1..=10).contains(&years) {
        return invalid(world, "years", "Years is invalid");
    }
    if is_pending(world, &name, order.id) {
        return wire::error(&world.lb.settings, PENDING);
    }
    let given = call.get("exp-date").and_then(|text| text.parse::<i64>().ok());
    let Some(ends) = order.ends_secs.filter(|ends| given == Some(*ends)) else {
        return wire::error(&world.lb.settings, "Domain already renewed.");
    };
    if plus_years(ends * 1000, years) > plus_years(call.now.real_ms, 10) {
        return wire::error(&world.lb.settings, "The domain cannot be extended beyond 10 years");
    }
    let cents = price(&name, world.lb.settings.renew_cents, years) + privacy_cents(world, call, &name);
    if call.flag("purchase-privacy")
        && let Some(order) = &mut world.lb.truth_mut(&name).domain
    {
        order.wants_privacy = tlds::privacy(&name);
    }
    let wanted = Wanted {
        kind: ActionKind::RenewDomain,
        order_id: order.id,
        months: years,
        accounts: 0,
        cents,
        about: format!("Renewal of {name} for {years} year(s)"),
    };
    let action = actions::begin(world, call, &name, wanted);
    answer(world, call, &action, order.customer_id)
}

/// `restore`: of a deleted name that can still be had back.
pub(crate) fn restore(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if order.status != "Pending Delete Restorable" {
        return wire::error(
            &world.lb.settings,
            "Invalid action status/action type for this operation",
        );
    }
    let wanted = Wanted {
        kind: ActionKind::RestoreDomain,
        order_id: order.id,
        months: 0,
        accounts: 0,
        cents: world.lb.settings.restore_cents,
        about: format!("Restoration of {name}"),
    };
    let action = actions::begin(world, call, &name, wanted);
    answer(world, call, &action, order.customer_id)
}

/// `purchase-privacy`
pub(crate) fn purchase_privacy(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if !tlds::privacy(&name) {
        return wire::error(&world.lb.settings, "Privacy Protection Service not available.");
    }
    let wanted = Wanted {
        kind: ActionKind::PurchasePrivacy,
        order_id: order.id,
        months: 0,
        accounts: 0,
        cents: world.lb.settings.privacy_cents,
        about: format!("Privacy Protection for {name}"),
    };
    let action = actions::begin(world, call, &name, wanted);
    answer(world, call, &action, order.customer_id)
}

/// `modify-privacy-protection`: answers invoice fields even for nothing.
pub(crate) fn modify_privacy(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if !order.privacy_bought {
        return wire::error(&world.lb.settings, "Privacy Protection not Purchased");
    }
    let protect = call.flag("protect-privacy");
    if let Some(order) = &mut world.lb.truth_mut(&name).domain {
        order.privacy = protect;
    }
    let about = format!("Privacy Protection of {name} switched");
    let action = super::manage::done(world, call, &name, &order, "ModPrivacyProtection", about);
    let invoice = world.lb.next_invoice();
    Answer::done(wire::action_response(
        &action,
        Some((invoice, order.customer_id)),
        false,
    ))
}

/// What a new name and its customer are; else what to answer.
fn newcomer(world: &mut World, call: &Call) -> Result<(Arc<str>, u64), Answer> {
    let Some(name) = call.domain.clone() else {
        return Err(wire::error(&world.lb.settings, NOT_ALLOWED));
    };
    world.lb.settle(&name, call.now, &mut world.charges);
    let customer_id = call.number("customer-id").unwrap_or_default();
    if !world.lb.customers.contains(&customer_id) {
        return Err(wire::error(
            &world.lb.settings,
            &format!("Customer {customer_id} not found"),
        ));
    }
    for (role, parameter) in CONTACTS.iter().enumerate() {
        let id = call.text(parameter);
        let none = tlds::no_contact(&name, role);
        let known = world.lb.people.usable(id, customer_id);
        if (id == "-1") != none || (!none && !known) {
            let role = ["registrant", "admin", "tech", "billing"][role];
            let message = format!("{{{role}contactid={role}contactid is invalid}}");
            return Err(wire::error(&world.lb.settings, &message));
        }
    }
    for (number, ns) in (1..).zip(call.all("ns")) {
        if ns.starts_with("bad") || !ns.contains('.') {
            let message = format!(
                "{{ns{number}=NameServer {} is not a valid Nameserver}}",
                ns.to_ascii_uppercase()
            );
            return Err(wire::error(&world.lb.settings, &message));
        }
    }
    if world.lb.truth(&name).is_some_and(|entry| entry.domain.is_some()) {
        return Err(wire::error(
            &world.lb.settings,
            &format!("{name} already exists in our database"),
        ));
    }
    Ok((name, customer_id))
}

/// Makes the order, not active yet; its number.
fn placed(world: &mut World, call: &Call, name: &Arc<str>, customer_id: u64) -> u64 {
    let mut order = world.lb.new_domain(name, customer_id, call.now.real_secs());
    order.auto_renew = call.flag("auto-renew");
    order.contacts = CONTACTS.map(|parameter| call.text(parameter).to_owned());
    order.wants_privacy = call.flag("purchase-privacy") && tlds::privacy(name);
    let servers: Vec<String> = call.all("ns").map(str::to_owned).collect();
    if !servers.is_empty() {
        order.nameservers = servers;
    }
    let id = order.id;
    world.lb.truth_mut(name).domain = Some(order);
    id
}

/// The order a write is about; else what to answer.
pub(super) fn order_of(world: &mut World, call: &Call) -> Result<(Arc<str>, DomainOrder), Answer> {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let id = call.number("order-id");
    let found = call.domain.clone().and_then(|domain| {
        let order = world.lb.truth(&domain)?.domain.as_ref()?;
        (Some(order.id) == id).then(|| (domain.clone(), order.clone()))
    });
    found.ok_or_else(|| wire::error(&world.lb.settings, NOT_ALLOWED))
}

pub(super) fn is_pending(world: &World, name: &str, order_id: u64) -> bool {
    world
        .lb
        .truth(name)
        .is_some_and(|entry| entry.pending(order_id).is_some())
}

/// The action response, with the privacy part if privacy was asked for.
fn answer(world: &mut World, call: &Call, action: &Action, customer_id: u64) -> Answer {
    let has_invoice = call.get("invoice-option").is_some_and(|option| option != "NoInvoice");
    let invoice = has_invoice.then(|| (world.lb.next_invoice(), customer_id));
    let mut object = wire::action_response(action, invoice, action.wait == Wait::Funds);
    if action.kind == ActionKind::AddTransferDomain && action.wait != Wait::Funds {
        object["status"] = Value::from(action.status);
        object["error"] = Value::from("NoError");
    }
    if call.flag("purchase-privacy") {
        object["privacydetails"] = if tlds::privacy(&action.domain) {
            json!({ "status": "Success", "eaqid": action.eaq.to_string(), "error": "NoError" })
        } else {
            json!({ "status": "error", "error": "Privacy Protection Service not available." })
        };
    }
    Answer::done(object)
}

pub(super) fn is_taken(world: &World, name: &str) -> bool {
    name.starts_with("taken-") || world.lb.taken.contains(name)
}

/// Names beginning with `premium-` cost ten times as much.
pub(super) fn price(name: &str, year_cents: i64, years: u64) -> i64 {
    let factor = if name.starts_with("premium-") { 10 } else { 1 };
    i64::try_from(years)
        .unwrap_or(i64::MAX)
        .saturating_mul(year_cents)
        .saturating_mul(factor)
}

fn privacy_cents(world: &World, call: &Call, name: &str) -> i64 {
    if call.flag("purchase-privacy") && tlds::privacy(name) {
        world.lb.settings.privacy_cents
    } else {
        0
    }
}

/// The old-style text of a validation error.
fn invalid(world: &World, field: &str, text: &str) -> Answer {
    let text = format!(
        "com.logicboxes.error.ValidationException#~#com.logicboxes.foundation.sfnb.order.domcno.DomCnoValidation\
         #~#{{{field}={text}}}#~#warn#~#"
    );
    wire::error(&world.lb.settings, &text)
}

enum Found {
    Script(Script),
    Refused,
    SixtyDays,
}

/// What a transfer meets: by the seed, else by the code, else by the name. A code beginning with `good` cures.
fn scenario(seeded: Option<Scenario>, name: &str, code: &str) -> Found {
    if let Some(seeded) = seeded {
        return match seeded {
            Scenario::Good => Found::Script(Script::Good),
            Scenario::WrongAuthCode => Found::Script(Script::WrongSecret),
            Scenario::Locked => Found::Script(Script::Locked),
            Scenario::SixtyDays => Found::SixtyDays,
            Scenario::Rejected => Found::Script(Script::Rejected),
            Scenario::Cancelled | Scenario::Canceled => Found::Script(Script::Cancelled),
            Scenario::Refused => Found::Refused,
            Scenario::Instant => Found::Script(Script::Instant),
        };
    }
    let told = |text: &str| {
        let (word, _) = text.split_once('-')?;
        Some(match word {
            "locked" => Found::Script(Script::Locked),
            "badauth" => Found::Script(Script::WrongSecret),
            "rejected" => Found::Script(Script::Rejected),
            "cancelled" | "canceled" => Found::Script(Script::Cancelled),
            "instant" => Found::Script(Script::Instant),
            "whois" => Found::Script(Script::Whois),
            "approval" => Found::Script(Script::Approval),
            "starting" => Found::Script(Script::Starting),
            "sixty" => Found::SixtyDays,
            "refused" => Found::Refused,
            _ => return None,
        })
    };
    if code.starts_with("good") {
        return Found::Script(Script::Good);
    }
    if code.is_empty() && tlds::auth_code(name) || code.starts_with("bad") {
        return Found::Script(Script::WrongSecret);
    }
    told(code).or_else(|| told(name)).unwrap_or(Found::Script(Script::Good))
}
