//! Settings of a domain: name servers, lock, privacy, suspension, theft protection, secret, contacts, owner.

use serde_json::{Value, json};

use super::state::Domain;
use super::{DOMAIN_ID, WEBSITE_NAME, row, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Shape, optional, required};
use crate::world::World;

const SUBJECT: Subject = Subject::Id("domainNameId");

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(
        &["UpdateNameServer"],
        Effect::Write,
        SUBJECT,
        &[
            DOMAIN_ID,
            WEBSITE_NAME,
            optional(&["nameServer1"], Shape::Text),
            optional(&["nameServer2"], Shape::Text),
            optional(&["nameServer3"], Shape::Text),
            optional(&["nameServer4"], Shape::Text),
            optional(&["nameServer5"], Shape::Text),
            optional(&["nameServer6"], Shape::Text),
            optional(&["nameServer7"], Shape::Text),
            optional(&["nameServer8"], Shape::Text),
            optional(&["nameServer9"], Shape::Text),
            optional(&["nameServer10"], Shape::Text),
            optional(&["nameServer11"], Shape::Text),
            optional(&["nameServer12"], Shape::Text),
            optional(&["nameServer13"], Shape::Text),
            optional(&["Id"], Shape::Int),
        ],
        nameservers,
    ),
    row(
        &["ManageDomainLock"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, WEBSITE_NAME, required(&["isDomainLocked"], Shape::Flag)],
        lock,
    ),
    row(
        &["ManageDomainPrivacyProtection"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, required(&["iswhoisprotected"], Shape::Flag)],
        privacy,
    ),
    row(
        &["ManageDomainSuspend"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, WEBSITE_NAME, required(&["isDomainSuspend"], Shape::Flag)],
        suspend,
    ),
    row(
        &["ManageTheftProtection"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, WEBSITE_NAME, required(&["isTheftProtection"], Shape::Flag)],
        theft_protection,
    ),
    row(&["ViewEPPCode"], Effect::Read, SUBJECT, &[DOMAIN_ID], epp_code),
    row(
        &["updateAuthCode"],
        Effect::Write,
        SUBJECT,
        &[DOMAIN_ID, WEBSITE_NAME, required(&["authCode"], Shape::Text)],
        auth_code,
    ),
    row(
        &["updatecontact"],
        Effect::Write,
        SUBJECT,
        &[
            DOMAIN_ID,
            WEBSITE_NAME,
            required(&["registrantContactId"], Shape::Int),
            required(&["adminContactId"], Shape::Int),
            required(&["technicalContactId"], Shape::Int),
            required(&["billingContactId"], Shape::Int),
        ],
        contacts,
    ),
    row(
        &["movedomain"],
        Effect::Write,
        SUBJECT,
        &[
            DOMAIN_ID,
            required(&["customerId"], Shape::Int),
            required(&["userName"], Shape::Text),
            optional(&["isCustomerContact"], Shape::Flag),
        ],
        move_to,
    ),
];

/// The domain of a call that names it by id and perhaps by name, ready to be changed; else what to answer.
pub(super) fn domain<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Domain, Answer> {
    let absent = || wire::refusal(404, "Domain not found");
    let name = call.domain.clone().ok_or_else(absent)?;
    world.cr.settle(&name, call.now, &mut world.charges);
    let domain = world.cr.truth_mut(&name).domain.as_mut().ok_or_else(absent)?;
    // An id of an earlier registration is gone, and an id of another name is a mistake.
    let agrees = call
        .get("websiteName")
        .is_none_or(|given| given.eq_ignore_ascii_case(&name));
    if call.number("domainNameId") != Some(domain.id) || !agrees {
        return Err(absent());
    }
    domain.updated_ms = call.now.real_ms;
    Ok(domain)
}

/// Runs a change on the domain, or says that there is none.
fn on(world: &mut World, call: &Call, change: impl FnOnce(&mut Domain) -> Answer) -> Answer {
    domain(world, call).map_or_else(|answer| answer, change)
}

/// The outer part is spelled `responeMsg`, as documented.
fn nameservers(world: &mut World, call: &Call) -> Answer {
    let given: Vec<String> = (1..=13)
        .filter_map(|number| call.get(&format!("nameServer{number}")))
        .map(str::to_ascii_lowercase)
        .collect();
    let mut answer = on(world, call, |domain| {
        if given.len() < 2 || given.iter().any(|host| !host.contains('.')) {
            return wire::registry(2005);
        }
        domain.nameservers = given;
        wire::registry(1000)
    });
    if let crate::operation::Payload::Json(Value::Object(body)) = &mut answer.payload
        && let Some(outer) = body.remove("responseMsg")
    {
        body.insert("responeMsg".to_owned(), outer);
    }
    answer
}

fn lock(world: &mut World, call: &Call) -> Answer {
    let on_or_off = call.flag("isDomainLocked");
    on(world, call, |domain| {
        domain.locked = on_or_off;
        wire::nested(true, "Domain lock updated")
    })
}

fn privacy(world: &mut World, call: &Call) -> Answer {
    let on_or_off = call.flag("iswhoisprotected");
    on(world, call, |domain| {
        domain.privacy = on_or_off;
        wire::nested(true, "Privacy protection updated")
    })
}

fn suspend(world: &mut World, call: &Call) -> Answer {
    let on_or_off = call.flag("isDomainSuspend");
    on(world, call, |domain| {
        match (on_or_off, domain.status.trim()) {
            (true, "Active") => domain.status = "Suspended".to_owned(),
            (false, "Suspended") => domain.status = "Active".to_owned(),
            // Set to what it is: done, and nothing to do.
            (true, "Suspended") | (false, "Active") => {}
            _ => return wire::nested(false, "Status prohibits this operation"),
        }
        wire::nested(true, "Domain suspension updated")
    })
}

fn theft_protection(world: &mut World, call: &Call) -> Answer {
    let on_or_off = call.flag("isTheftProtection");
    on(world, call, |domain| {
        domain.theft_protected = on_or_off;
        wire::nested(true, "Theft protection updated")
    })
}

/// A bare text, without any object around it.
fn epp_code(world: &mut World, call: &Call) -> Answer {
    world.cr.settle(call.name(), call.now, &mut world.charges);
    let seen = world.cr.seen(call.name(), call.now);
    match seen.and_then(|entry| entry.domain.as_ref()) {
        Some(domain) if call.number("domainNameId") == Some(domain.id) => {
            Answer::done(Value::from(domain.auth_code.as_str()))
        }
        _ => wire::refusal(404, "Domain not found"),
    }
}

fn auth_code(world: &mut World, call: &Call) -> Answer {
    let code = call.text("authCode").to_owned();
    on(world, call, |domain| {
        if code.len() < 6 {
            return wire::registry(2005);
        }
        domain.auth_code = code;
        wire::registry(1000)
    })
}

/// Says 400 outside and the registry's 1000 inside when it is done.
fn contacts(world: &mut World, call: &Call) -> Answer {
    let ids = [
        "registrantContactId",
        "adminContactId",
        "technicalContactId",
        "billingContactId",
    ]
    .map(|name| call.number(name).unwrap_or_default());
    if ids.iter().any(|id| !world.cr.contacts.contains_key(id)) {
        return wire::flat(false, "Contact not found");
    }
    on(world, call, |domain| {
        domain.contacts = ids;
        let data = json!({ "statusCode": 1000, "message": "Command completed successfully" });
        Answer::done(wire::envelope(400, "Contact update failed", data))
    })
}

fn move_to(world: &mut World, call: &Call) -> Answer {
    let id = call.number("customerId").unwrap_or_default();
    let client = world.cr.clients.get(&id);
    let client = client.filter(|client| client.person.email.eq_ignore_ascii_case(call.text("userName")));
    let Some(contact_id) = client.map(|client| client.contact_id) else {
        return wire::nested(false, "Customer not found");
    };
    let take_contact = call.flag("isCustomerContact");
    on(world, call, |domain| {
        domain.customer_id = id;
        if take_contact {
            domain.contacts = [contact_id; 4];
        }
        wire::nested(true, "Domain moved")
    })
}
