//! Business Email: one order for a domain, changed by actions. Renewals and counts are relative and have no guard.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::actions::{self, Wanted};
use super::state::{Action, ActionKind, EmailOrder, Wait};
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

const NOT_ALLOWED: &str = "You are not allowed to perform this action";
const PENDING: &str = "There is already an action pending on this Order";

/// `orderid`: a bare number.
pub(crate) fn order_id(world: &mut World, call: &Call) -> Answer {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    match world
        .lb
        .seen(call.name(), call.now)
        .and_then(|entry| entry.order.as_ref())
    {
        Some(order) => Answer::done(Value::from(order.id)),
        None => wire::error(
            &world.lb.settings,
            &format!("Website doesn't exist for {}", call.name()),
        ),
    }
}

/// `details`: of orders that are gone it knows nothing.
pub(crate) fn details(world: &mut World, call: &Call) -> Answer {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let entry = world.lb.seen(call.name(), call.now);
    let order = entry.and_then(|entry| entry.order.as_ref().map(|order| (entry, order)));
    match order {
        Some((entry, order)) if call.number("order-id") == Some(order.id) => {
            let reseller_id = call.number("auth-userid").unwrap_or_default();
            Answer::done(wire::details(order, entry.pending(order.id), reseller_id))
        }
        _ => {
            let message = format!("No Entity found for Entityid: {}", call.text("order-id"));
            wire::error(&world.lb.settings, &message)
        }
    }
}

/// `add`: one order for a domain.
pub(crate) fn add(world: &mut World, call: &Call) -> Answer {
    let Some(domain) = call.domain.clone() else {
        return wire::error(&world.lb.settings, NOT_ALLOWED);
    };
    world.lb.settle(&domain, call.now, &mut world.charges);
    let customer_id = call.number("customer-id").unwrap_or_default();
    let (Some(months), Some(accounts)) = (positive(call, "months"), positive(call, "no-of-accounts")) else {
        return invalid(world, call);
    };
    if !world.lb.customers.contains(&customer_id) {
        return wire::error(&world.lb.settings, &format!("Customer {customer_id} not found"));
    }
    if world.lb.truth(&domain).is_some_and(|entry| entry.order.is_some()) {
        return wire::error(&world.lb.settings, &format!("{domain} already exists in our database"));
    }
    let mut order = world.lb.new_order(&domain, customer_id, accounts, call.now.real_secs());
    order.auto_renew = call.flag("auto-renew");
    let order_id = order.id;
    world.lb.truth_mut(&domain).order = Some(order);
    let wanted = Wanted {
        kind: ActionKind::Add,
        order_id,
        months,
        accounts,
        cents: price(world, months, accounts),
        about: format!("Addition of Business Email 1 for {domain} for {months} months"),
    };
    let action = actions::begin(world, call, &domain, wanted);
    flat(world, call, &action, customer_id)
}

/// `renew`: adds months as often as it is asked.
pub(crate) fn renew(world: &mut World, call: &Call) -> Answer {
    let (domain, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let (Some(months), accounts) = (
        positive(call, "months"),
        call.number("no-of-accounts").unwrap_or_default(),
    ) else {
        return invalid(world, call);
    };
    if order.ends_secs.is_none() {
        return wire::error(&world.lb.settings, PENDING);
    }
    let wanted = Wanted {
        kind: ActionKind::Renew,
        order_id: order.id,
        months,
        accounts,
        cents: price(world, months, order.accounts + accounts),
        about: format!("Renewal of Business Email 1 for {domain} for {months} months"),
    };
    let action = actions::begin(world, call, &domain, wanted);
    flat(world, call, &action, order.customer_id)
}

/// `add-email-account`: so many more; the answer's form depends on the invoice.
pub(crate) fn add_accounts(world: &mut World, call: &Call) -> Answer {
    let (domain, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(accounts) = positive(call, "no-of-accounts") else {
        return invalid(world, call);
    };
    let wanted = Wanted {
        kind: ActionKind::AddAccounts,
        order_id: order.id,
        months: 0,
        accounts,
        cents: price(world, 1, accounts),
        about: format!("Addition of {accounts} Email Account(s)"),
    };
    let action = actions::begin(world, call, &domain, wanted);
    match call.text("invoice-option") {
        "OnlyAdd" => {
            let invoice = world.lb.next_invoice();
            Answer::done(wire::unpaid_response(&action, invoice, order.customer_id))
        }
        "NoInvoice" => flat(world, call, &action, order.customer_id),
        _ => {
            let invoice = world.lb.next_invoice();
            let inner = wire::action_response(&action, Some((invoice, order.customer_id)), is_locked(&action));
            Answer::done(Value::Object(Map::from_iter([(invoice.to_string(), inner)])))
        }
    }
}

/// `delete-email-account`: so many fewer, but never none.
pub(crate) fn delete_accounts(world: &mut World, call: &Call) -> Answer {
    let (domain, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Some(accounts) = positive(call, "no-of-accounts") else {
        return invalid(world, call);
    };
    let leaving: u64 = world
        .lb
        .truth(&domain)
        .map(|entry| {
            let deletions = |action: &&Action| action.is_current() && action.kind == ActionKind::DeleteAccounts;
            entry
                .actions
                .iter()
                .filter(deletions)
                .map(|action| action.accounts)
                .sum()
        })
        .unwrap_or_default();
    if accounts + leaving >= order.accounts {
        return wire::error(&world.lb.settings, "You must have atleast ONE email account.");
    }
    let about = format!("Deletion of {accounts} Email Account(s)");
    let wanted = free(ActionKind::DeleteAccounts, &order, accounts, about);
    let action = actions::begin(world, call, &domain, wanted);
    flat(world, call, &action, order.customer_id)
}

/// `delete`: the order and all its mailboxes.
pub(crate) fn delete(world: &mut World, call: &Call) -> Answer {
    let (domain, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let wanted = free(
        ActionKind::Del,
        &order,
        0,
        format!("Deletion of Business Email 1 for {domain}"),
    );
    let action = actions::begin(world, call, &domain, wanted);
    flat(world, call, &action, order.customer_id)
}

fn free(kind: ActionKind, order: &EmailOrder, accounts: u64, about: String) -> Wanted {
    Wanted {
        kind,
        order_id: order.id,
        months: 0,
        accounts,
        cents: 0,
        about,
    }
}

/// The order a write is about, if it may be changed now.
fn order_of(world: &mut World, call: &Call) -> Result<(Arc<str>, EmailOrder), Answer> {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let id = call.number("order-id");
    let found = call.domain.clone().and_then(|domain| {
        let entry = world.lb.truth(&domain)?;
        let order = entry.order.as_ref().filter(|order| Some(order.id) == id)?;
        Some((order.clone(), entry.pending(order.id).is_some(), domain))
    });
    match found {
        None => Err(wire::error(&world.lb.settings, NOT_ALLOWED)),
        Some((_, true, _)) if world.lb.settings.pending_conflict => Err(wire::error(&world.lb.settings, PENDING)),
        Some((order, _, domain)) => Ok((domain, order)),
    }
}

/// The usual action response.
fn flat(world: &mut World, call: &Call, action: &Action, customer_id: u64) -> Answer {
    let has_invoice = call.get("invoice-option").is_some_and(|option| option != "NoInvoice");
    let invoice = has_invoice.then(|| (world.lb.next_invoice(), customer_id));
    Answer::done(wire::action_response(action, invoice, is_locked(action)))
}

fn is_locked(action: &Action) -> bool {
    action.wait == Wait::Funds
}

fn positive(call: &Call, name: &str) -> Option<u64> {
    call.number(name).filter(|number| (1..=10_000).contains(number))
}

/// The old-style text of a validation error.
fn invalid(world: &World, call: &Call) -> Answer {
    let name = if positive(call, "no-of-accounts").is_none() {
        "no-of-accounts"
    } else {
        "months"
    };
    let text = format!(
        "com.logicboxes.error.ValidationException#~#com.logicboxes.foundation.sfnb.order.eelite.EEliteValidation\
         #~#{{{name}={name} is invalid}}#~#warn#~#"
    );
    wire::error(&world.lb.settings, &text)
}

fn price(world: &World, months: u64, accounts: u64) -> i64 {
    i64::try_from(months.saturating_mul(accounts))
        .unwrap_or(i64::MAX)
        .saturating_mul(world.lb.settings.account_month_cents)
}
