//! What is done to a domain order for nothing: at once, and written into the archive of actions.

use std::sync::Arc;

use serde_json::Value;

use super::buying::{NOT_ALLOWED, PENDING, is_pending, order_of};
use super::domain::{self, DomainOrder, LOSING, SECRET};
use super::state::{Action, ActionKind, Wait};
use super::{actions, wire};
use crate::operation::{Answer, Call};
use crate::world::World;

/// Files an action that is done already.
pub(super) fn done(
    world: &mut World,
    call: &Call,
    name: &Arc<str>,
    order: &DomainOrder,
    word: &'static str,
    about: String,
) -> Action {
    let action = Action {
        eaq: world.lb.next_eaq(name),
        order_id: order.id,
        domain: Arc::clone(name),
        kind: ActionKind::Domain(word),
        months: 0,
        accounts: 0,
        cents: 0,
        status: "Success",
        status_text: "Action completed successfully",
        about,
        added_secs: call.now.real_secs(),
        completed_secs: Some(call.now.real_secs()),
        wait: Wait::Over,
        charge: None,
        fails: None,
        script: domain::Script::Good,
        after_secs: None,
        cause: (call.operation, call.seq),
    };
    world.lb.truth_mut(name).actions.push(action.clone());
    action
}

/// Changes an order and answers the action response; `change` may say why not instead.
fn change(
    world: &mut World,
    call: &Call,
    word: &'static str,
    change: impl FnOnce(&mut DomainOrder) -> Result<(), &'static str>,
) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if is_pending(world, &name, order.id) {
        return wire::error(&world.lb.settings, PENDING);
    }
    let changed = match &mut world.lb.truth_mut(&name).domain {
        Some(order) => change(order),
        None => Err(NOT_ALLOWED),
    };
    if let Err(why) = changed {
        return wire::error(&world.lb.settings, why);
    }
    let action = done(world, call, &name, &order, word, format!("{word} of {name}"));
    Answer::done(wire::action_response(&action, None, false))
}

/// `modify-ns`
pub(crate) fn modify_ns(world: &mut World, call: &Call) -> Answer {
    let servers: Vec<String> = call.all("ns").map(str::to_owned).collect();
    change(world, call, "ModNS", |order| {
        if servers.is_empty() || servers.iter().any(|ns| ns.starts_with("bad")) {
            return Err("{ns1=NameServer is not a valid Nameserver}");
        }
        if order.nameservers == servers {
            return Err("Same value for new and old NameServers.");
        }
        order.nameservers = servers;
        Ok(())
    })
}

/// `modify-contact`
pub(crate) fn modify_contact(world: &mut World, call: &Call) -> Answer {
    let roles = [
        "reg-contact-id",
        "admin-contact-id",
        "tech-contact-id",
        "billing-contact-id",
    ];
    let ids = roles.map(|role| call.text(role).to_owned());
    change(world, call, "ModContact", |order| {
        if order.contacts == ids {
            return Err("The Contacts selected are the same as the existing contacts");
        }
        order.contacts = ids;
        Ok(())
    })
}

/// `modify-auth-code`
pub(crate) fn modify_auth_code(world: &mut World, call: &Call) -> Answer {
    let code = call.text("auth-code").to_owned();
    change(world, call, "ModDomainSecret", |order| {
        order.secret = code;
        Ok(())
    })
}

/// `enable-theft-protection`
pub(crate) fn lock(world: &mut World, call: &Call) -> Answer {
    change(world, call, "Lock", |order| {
        order.theft_protection = true;
        Ok(())
    })
}

/// `disable-theft-protection`
pub(crate) fn unlock(world: &mut World, call: &Call) -> Answer {
    change(world, call, "Unlock", |order| {
        order.theft_protection = false;
        Ok(())
    })
}

/// `add-cns`
pub(crate) fn add_cns(world: &mut World, call: &Call) -> Answer {
    let (cns, ips) = (call.text("cns").to_owned(), call.all("ip").map(str::to_owned).collect());
    change(world, call, "AddCns", |order| {
        if order.children.contains_key(&cns) {
            return Err("Child NameServer already exists");
        }
        order.children.insert(cns, ips);
        Ok(())
    })
}

/// `modify-cns-name`
pub(crate) fn modify_cns_name(world: &mut World, call: &Call) -> Answer {
    let (old, new) = (call.text("old-cns").to_owned(), call.text("new-cns").to_owned());
    change(world, call, "ModCnsName", |order| {
        let ips = order.children.remove(&old).ok_or("Invalid Old Child NameServer")?;
        order.children.insert(new, ips);
        Ok(())
    })
}

/// `modify-cns-ip`
pub(crate) fn modify_cns_ip(world: &mut World, call: &Call) -> Answer {
    let (old, new) = (call.text("old-ip").to_owned(), call.text("new-ip").to_owned());
    let cns = call.text("cns").to_owned();
    change(world, call, "ModCnsIp", |order| {
        let ips = order.children.get_mut(&cns).ok_or("Invalid Old Child NameServer")?;
        if ips.contains(&new) {
            return Err("This IpAddress already exists");
        }
        let ip = ips
            .iter_mut()
            .find(|ip| **ip == old)
            .ok_or("Invalid Old Child NameServer")?;
        *ip = new;
        Ok(())
    })
}

/// `delete-cns-ip`: the last address takes its server along.
pub(crate) fn delete_cns_ip(world: &mut World, call: &Call) -> Answer {
    let (cns, ip) = (call.text("cns").to_owned(), call.text("ip").to_owned());
    change(world, call, "DelCnsIp", |order| {
        let ips = order.children.get_mut(&cns).ok_or("Invalid Old Child NameServer")?;
        let before = ips.len();
        ips.retain(|known| *known != ip);
        if ips.len() == before {
            return Err("Invalid Old Child NameServer");
        }
        if ips.is_empty() {
            order.children.remove(&cns);
        }
        Ok(())
    })
}

/// `transfer/submit-auth-code`: a right one sends the transfer on.
pub(crate) fn submit_auth_code(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let code = call.text("auth-code");
    let planned = world.lb.plans.get(&*name);
    let right = planned.and_then(|plan| plan.auth_code.as_deref());
    let is_right = right.map_or(!code.starts_with("bad"), |right| right == code);
    let due = call.now.virtual_after(world.lb.settings.losing_registrar_secs);
    let running = |action: &&mut Action| action.order_id == order.id && action.is_current();
    let entry = world.lb.truth_mut(&name);
    let waiting = entry
        .actions
        .iter_mut()
        .find(running)
        .filter(|a| a.status_text == SECRET);
    match waiting {
        None => wire::error(
            &world.lb.settings,
            "The current status of Transfer action for the domain name does not allow this operation",
        ),
        Some(action) => {
            if is_right {
                (action.wait, action.status, action.status_text) = (Wait::Until(due), "AdminApproved", LOSING);
            }
            Answer::done(Value::from("Success"))
        }
    }
}

/// `cancel-transfer`: while it runs; the money comes back.
pub(crate) fn cancel_transfer(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let running = |action: &Action| {
        action.order_id == order.id && action.is_current() && action.kind == ActionKind::AddTransferDomain
    };
    let at = world
        .lb
        .truth(&name)
        .and_then(|entry| entry.actions.iter().position(running));
    let Some(at) = at else {
        return wire::error(
            &world.lb.settings,
            "Invalid action status/action type for this operation",
        );
    };
    let mut balance = world.lb.balance_cents;
    let entry = world.lb.truth_mut(&name);
    actions::end(
        entry,
        at,
        &mut balance,
        "Transfer cancelled",
        call.now,
        &mut world.charges,
    );
    domain::bury(entry);
    world.lb.balance_cents = balance;
    Answer::done(Value::from("Success"))
}

/// `resend-rfa`: only where an approval is waited for.
pub(crate) fn resend_rfa(world: &mut World, call: &Call) -> Answer {
    let (name, order) = match order_of(world, call) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let pending = world.lb.truth(&name).and_then(|entry| entry.pending(order.id));
    match pending {
        Some(action) if action.status == "RFASent" => Answer::done(Value::from(true)),
        _ => wire::error(
            &world.lb.settings,
            "The current status of Transfer action for the domain name does not allow this operation",
        ),
    }
}

/// `uk/release`: two letters without `#` are no tag.
pub(crate) fn uk_release(world: &mut World, call: &Call) -> Answer {
    let tag = call.text("new-tag");
    if !call.name().ends_with(".uk") || (tag.len() == 2 && !tag.starts_with('#')) {
        return wire::error(&world.lb.settings, "{new-tag=new-tag is invalid}");
    }
    let answer = change(world, call, "ReleaseUk", |_| Ok(()));
    if answer.status == 200
        && let Some(name) = call.domain.clone()
    {
        domain::bury(world.lb.truth_mut(&name));
    }
    answer
}

/// `orders/suspend`, of any product.
pub(crate) fn suspend(world: &mut World, call: &Call) -> Answer {
    set_status(world, call, "Suspend", "Suspended")
}

/// `orders/unsuspend`
pub(crate) fn unsuspend(world: &mut World, call: &Call) -> Answer {
    set_status(world, call, "UnSuspend", "Active")
}

fn set_status(world: &mut World, call: &Call, word: &'static str, status: &str) -> Answer {
    world.lb.settle(call.name(), call.now, &mut world.charges);
    let id = call.number("order-id");
    if let Some(name) = call.domain.clone()
        && let Some(order) = &mut world.lb.truth_mut(&name).order
        && Some(order.id) == id
    {
        order.status = status.to_owned();
        let id = order.id.to_string();
        return Answer::done(serde_json::json!({
            "description": &*name, "entityid": id, "actiontype": word, "actionstatus": "Success", "status": "Success",
        }));
    }
    change(world, call, word, |order| {
        order.status = status.to_owned();
        Ok(())
    })
}

/// `domains/delete`
pub(crate) fn delete(world: &mut World, call: &Call) -> Answer {
    let answer = change(world, call, "DelDomain", |_| Ok(()));
    if answer.status == 200
        && let Some(name) = call.domain.clone()
    {
        domain::bury(world.lb.truth_mut(&name));
    }
    answer
}

/// `raa/resend-verification`, `de/recheck-ns`: a bare yes.
pub(crate) fn bare_yes(world: &mut World, call: &Call) -> Answer {
    match order_of(world, call) {
        Ok(_) => Answer::done(Value::from(true)),
        Err(answer) => answer,
    }
}

/// `dotxxx/association-details`, `tel/modify-whois-pref`: noted, and no more.
pub(crate) fn noted(world: &mut World, call: &Call) -> Answer {
    change(world, call, "ModAttributes", |_| Ok(()))
}
