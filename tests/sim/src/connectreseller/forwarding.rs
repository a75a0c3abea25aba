//! Where a domain's visitors are sent.

use std::sync::Arc;

use serde_json::json;

use super::{row, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Param, Shape, optional, required};
use crate::world::World;

/// A forwarding.
#[derive(Debug, Clone)]
pub(crate) struct Forwarding {
    masking: bool,
    target: String,
}

const WEBSITE: Param = required(&["websiteId"], Shape::Int);
const PARAMS: &[Param] = &[
    required(&["domainNameId"], Shape::Int),
    required(&["websiteId"], Shape::Int),
    required(&["isMasking"], Shape::OneOf(&["0", "1"])),
    required(&["rewrite"], Shape::Text),
];
const SUBJECT: Subject = Subject::Id("domainNameId");
const NONE: &str = "Domain forwarding not found";

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(&["SetDomainForwarding"], Effect::Write, SUBJECT, PARAMS, set),
    row(&["GetDomainForwarding"], Effect::Read, Subject::Nobody, &[WEBSITE], get),
    row(&["updatedomainforwarding"], Effect::Write, SUBJECT, PARAMS, update),
    row(
        &["deletedomainforwarding"],
        Effect::Write,
        Subject::Nobody,
        &[WEBSITE, optional(&["domainNameId"], Shape::Int)],
        delete,
    ),
];

/// The name of the website, if what else the call says of it agrees.
fn name(world: &mut World, call: &Call) -> Option<Arc<str>> {
    let id = call.number("websiteId")?;
    let name = world.cr.name_of_website(id)?;
    world.cr.settle(&name, call.now, &mut world.charges);
    let domain = world.cr.truth(&name)?.domain.as_ref()?;
    let agrees = call.number("domainNameId").is_none_or(|given| given == domain.id);
    (domain.website_id == id && agrees).then_some(name)
}

fn slot<'a>(world: &'a mut World, call: &Call) -> Option<&'a mut Option<Forwarding>> {
    let name = name(world, call)?;
    Some(&mut world.cr.truth_mut(&name).domain.as_mut()?.forwarding)
}

fn wanted(call: &Call) -> Forwarding {
    Forwarding {
        masking: call.flag("isMasking"),
        target: call.text("rewrite").to_owned(),
    }
}

fn set(world: &mut World, call: &Call) -> Answer {
    match slot(world, call) {
        Some(slot) => {
            *slot = Some(wanted(call));
            wire::flat(true, "Domain forwarding set")
        }
        None => wire::flat(false, "Invalid website id"),
    }
}

fn update(world: &mut World, call: &Call) -> Answer {
    match slot(world, call).and_then(Option::as_mut) {
        Some(forwarding) => {
            *forwarding = wanted(call);
            wire::flat(true, "Domain forwarding updated")
        }
        None => wire::flat(false, NONE),
    }
}

fn delete(world: &mut World, call: &Call) -> Answer {
    match slot(world, call).and_then(Option::take) {
        Some(_) => wire::flat(true, "Domain forwarding deleted"),
        None => wire::flat(false, NONE),
    }
}

/// A domain that is not forwarded is shown with two times nothing.
fn get(world: &mut World, call: &Call) -> Answer {
    let reseller_id = world.cr.reseller_id(call.text("APIKey"));
    let Some(name) = name(world, call) else {
        return wire::refusal(404, "Domain not found");
    };
    let domain = world.cr.seen(&name, call.now).and_then(|entry| entry.domain.as_ref());
    let forwarding = domain.and_then(|domain| domain.forwarding.as_ref());
    let target = |masked: bool| {
        forwarding
            .filter(|forwarding| forwarding.masking == masked)
            .map(|forwarding| forwarding.target.as_str())
    };
    wire::success(json!({
        "websiteName": &*name,
        "resellerId": reseller_id,
        "isMasking": u8::from(forwarding.is_some_and(|forwarding| forwarding.masking)),
        "rewrite": target(false),
        "proxyPass": target(true),
    }))
}
