//! Name servers below a domain. The registry refuses any change while the domain is locked.

use std::collections::btree_map::Entry;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::state::Domain;
use super::{DOMAIN_ID, WEBSITE_NAME, row, settings, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Param, Shape, optional, required};
use crate::world::World;

const SUBJECT: Subject = Subject::Id("domainNameId");
const HOST: Param = required(&["hostName"], Shape::Text);

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(
        &["AddChildNameServer"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, WEBSITE_NAME, HOST, required(&["ipAddress"], Shape::Text)],
        add,
    ),
    row(
        &["ModifyChildNameServerIP"],
        Effect::Write,
        SUBJECT,
        &[
            DOMAIN_ID,
            WEBSITE_NAME,
            HOST,
            required(&["oldIpAddress"], Shape::Text),
            required(&["newIpAddress"], Shape::Text),
        ],
        modify_address,
    ),
    row(
        &["ModifyChildNameServerHost"],
        Effect::Write,
        SUBJECT,
        &[
            DOMAIN_ID,
            WEBSITE_NAME,
            required(&["oldHostName"], Shape::Text),
            required(&["newHostName"], Shape::Text),
        ],
        rename,
    ),
    row(
        &["DeleteChildNameServer"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, WEBSITE_NAME, HOST, optional(&["ipAddress"], Shape::Text)],
        delete,
    ),
    row(
        &["getchildnameservers"],
        Effect::Read,
        Subject::Id("id"),
        &[required(&["id", "Id"], Shape::Int)],
        list,
    ),
];

/// Runs a change for the registry's code.
fn on(world: &mut World, call: &Call, change: impl FnOnce(&mut Domain) -> u16) -> Answer {
    match settings::domain(world, call) {
        Err(answer) => answer,
        Ok(domain) if domain.locked => wire::registry(2304),
        Ok(domain) => wire::registry(change(domain)),
    }
}

/// A host in full: the document's samples give its first label alone.
fn full(domain: &Domain, host: &str) -> String {
    let (host, name) = (host.to_ascii_lowercase(), &*domain.name);
    if host.ends_with(&format!(".{name}")) {
        host
    } else {
        format!("{host}.{name}")
    }
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn add(world: &mut World, call: &Call) -> Answer {
    on(world, call, |domain| {
        let host = full(domain, call.text("hostName"));
        let address = call.text("ipAddress");
        if !is_address(address) {
            return 2005;
        }
        match domain.children.entry(host) {
            Entry::Occupied(_) => 2302,
            Entry::Vacant(free) => {
                free.insert(address.to_owned());
                1000
            }
        }
    })
}

fn modify_address(world: &mut World, call: &Call) -> Answer {
    on(world, call, |domain| {
        let host = full(domain, call.text("hostName"));
        let new = call.text("newIpAddress");
        match domain.children.get_mut(&host) {
            Some(address) if is_address(new) && (address == call.text("oldIpAddress") || address == new) => {
                new.clone_into(address);
                1000
            }
            Some(_) => 2005,
            None => 2303,
        }
    })
}

fn rename(world: &mut World, call: &Call) -> Answer {
    on(world, call, |domain| {
        let (old, new) = (
            full(domain, call.text("oldHostName")),
            full(domain, call.text("newHostName")),
        );
        if domain.children.contains_key(&new) {
            return 2302;
        }
        match domain.children.remove(&old) {
            Some(address) => {
                domain.children.insert(new, address);
                1000
            }
            None => 2303,
        }
    })
}

fn delete(world: &mut World, call: &Call) -> Answer {
    on(world, call, |domain| {
        let host = full(domain, call.text("hostName"));
        if domain.children.remove(&host).is_some() {
            1000
        } else {
            2303
        }
    })
}

fn list(world: &mut World, call: &Call) -> Answer {
    world.cr.settle(call.name(), call.now, &mut world.charges);
    let seen = world.cr.seen(call.name(), call.now);
    match seen.and_then(|entry| entry.domain.as_ref()) {
        Some(domain) if call.number("id") == Some(domain.id) => wire::success(
            domain
                .children
                .iter()
                .map(|(host, address)| json!({ "hostname": host, "ipAddress": address }))
                .collect::<Vec<Value>>()
                .into(),
        ),
        _ => wire::refusal(404, "Domain not found"),
    }
}
