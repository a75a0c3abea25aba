//! Contacts: added as often as asked, viewed, listed, changed; and mails to them.

use serde_json::{Value, json};

use super::people::{Contact, Person, page};
use super::{row, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Param, Shape, optional, required};
use crate::world::World;

/// The document's `EmailAdress` is a second spelling; both may be sent if they agree.
const EMAIL: Param = required(&["EmailAddress", "EmailAdress"], Shape::Text);

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(
        &["AddRegistrantContact"],
        Effect::Write,
        Subject::Nobody,
        &[
            required(&["Name"], Shape::Text),
            EMAIL,
            required(&["CompanyName"], Shape::Text),
            required(&["Address"], Shape::Text),
            required(&["City"], Shape::Text),
            required(&["StateName"], Shape::Text),
            required(&["CountryName"], Shape::Text),
            required(&["Zip"], Shape::Text),
            required(&["PhoneNo_cc"], Shape::Text),
            required(&["PhoneNo"], Shape::Text),
            optional(&["Faxno_cc"], Shape::Any),
            optional(&["FaxNo"], Shape::Any),
            optional(&["Alternate_Phone_cc"], Shape::Any),
            optional(&["Alternate_Phone"], Shape::Any),
            required(&["Id"], Shape::Int),
        ],
        add,
    ),
    row(
        &["ModifyRegistrantContact"],
        Effect::Write,
        Subject::Nobody,
        &[
            required(&["Name"], Shape::Text),
            EMAIL,
            required(&["CompanyName"], Shape::Text),
            required(&["Address"], Shape::Text),
            required(&["City"], Shape::Text),
            required(&["StateName"], Shape::Text),
            required(&["CountryName"], Shape::Text),
            required(&["Zip"], Shape::Text),
            required(&["PhoneNo_cc"], Shape::Text),
            required(&["PhoneNo"], Shape::Text),
            optional(&["Faxno_cc"], Shape::Any),
            optional(&["FaxNo"], Shape::Any),
            optional(&["Alternate_Phone_cc"], Shape::Any),
            optional(&["Alternate_Phone"], Shape::Any),
            required(&["RegistrantContactId"], Shape::Int),
        ],
        modify,
    ),
    row(
        &["ViewRegistrant"],
        Effect::Read,
        Subject::Nobody,
        &[required(&["RegistrantContactId"], Shape::Int)],
        view,
    ),
    row(
        &["DefaultRegistrantContact"],
        Effect::Read,
        Subject::Nobody,
        &[required(&["Id"], Shape::Int)],
        default_of,
    ),
    row(
        &["registrantsearchlist"],
        Effect::Read,
        Subject::Nobody,
        &[
            required(&["clientId"], Shape::Int),
            required(&["page"], Shape::Int),
            required(&["maxIndex"], Shape::Int),
            optional(&["searchQuery"], Shape::Any),
        ],
        search,
    ),
    row(
        &["resendRegistrantMail"],
        Effect::Write,
        Subject::Nobody,
        &[required(&["contactId"], Shape::Int)],
        verification_mail,
    ),
    row(
        &["sendKYCMail"],
        Effect::Write,
        Subject::Nobody,
        &[required(&["registrantContactId"], Shape::Int)],
        identity_mail,
    ),
];

const UNKNOWN: &str = "Contact not found";

/// Adds one, however many there are of the same data; its id comes in the outer part.
fn add(world: &mut World, call: &Call) -> Answer {
    let mut person = Person::default();
    person.update(call);
    if let Some(fault) = person.fault() {
        return wire::refusal(400, fault);
    }
    match call.number("Id").filter(|id| world.cr.clients.contains_key(id)) {
        None => wire::refusal(400, "Customer not found"),
        Some(client_id) => {
            let mut body = wire::envelope(200, "Success", Value::Null);
            body["responseMsg"]["id"] = Value::from(world.cr.new_contact(client_id, person));
            Answer::done(body)
        }
    }
}

fn modify(world: &mut World, call: &Call) -> Answer {
    let id = call.number("RegistrantContactId").unwrap_or_default();
    let Some(contact) = world.cr.contacts.get_mut(&id) else {
        return wire::flat(false, UNKNOWN);
    };
    let mut person = contact.person.clone();
    person.update(call);
    if let Some(fault) = person.fault() {
        return wire::flat(false, fault);
    }
    *contact = Contact::new(contact.client_id, person);
    wire::flat(true, "Contact modified")
}

fn view(world: &mut World, call: &Call) -> Answer {
    let id = call.number("RegistrantContactId").unwrap_or_default();
    match world.cr.contacts.get(&id) {
        Some(contact) => wire::success(contact.shown(id)),
        None => wire::refusal(404, UNKNOWN),
    }
}

fn default_of(world: &mut World, call: &Call) -> Answer {
    match call.number("Id").and_then(|id| world.cr.clients.get(&id)) {
        Some(client) => wire::success(json!({ "registrantContactId": format!("OR_{}", client.contact_id) })),
        None => wire::refusal(404, "Client not found"),
    }
}

/// A list without an envelope.
fn search(world: &mut World, call: &Call) -> Answer {
    let (client_id, query) = (call.number("clientId"), call.get("searchQuery").unwrap_or_default());
    let query = query.to_ascii_lowercase();
    let domains = |id: u64| {
        let all = world.cr.all().filter_map(|(_, entry)| entry.domain.as_ref());
        all.filter(|domain| domain.contacts.contains(&id)).count()
    };
    let rows: Vec<Value> = world
        .cr
        .contacts
        .iter()
        .filter(|(_, contact)| Some(contact.client_id) == client_id && contact.matches(&query))
        .map(|(id, contact)| contact.row(*id, domains(*id)))
        .collect();
    page(call, &rows).map_or_else(|| wire::refusal(400, "Invalid page"), Answer::done)
}

/// The verdict by itself, without a `responseMsg` around it.
fn verification_mail(world: &mut World, call: &Call) -> Answer {
    match call.number("contactId").filter(|id| world.cr.contacts.contains_key(id)) {
        Some(id) => Answer::done(json!({
            "message": "Mail Send Successfully", "id": id, "reason": null, "statusCode": 200
        })),
        None => Answer::refused(
            200,
            json!({ "message": UNKNOWN, "id": 0, "reason": null, "statusCode": 400 }),
        ),
    }
}

fn identity_mail(world: &mut World, call: &Call) -> Answer {
    match call
        .number("registrantContactId")
        .filter(|id| world.cr.contacts.contains_key(id))
    {
        Some(_) => Answer::done(wire::envelope(200, "Mail Send Successfully", Value::Null)),
        None => wire::refusal(400, UNKNOWN),
    }
}
