//! Clients, known by their mail address.

use serde_json::{Value, json};

use super::people::{Person, page};
use super::{row, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Shape, optional, required};
use crate::world::World;

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(
        &["AddClient"],
        Effect::Write,
        Subject::Nobody,
        &[
            required(&["FirstName"], Shape::Text),
            required(&["UserName"], Shape::Text),
            required(&["Password"], Shape::Text),
            required(&["CompanyName"], Shape::Text),
            required(&["Address1"], Shape::Text),
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
            optional(&["Id"], Shape::Int),
        ],
        add,
    ),
    row(
        &["ModifyClient"],
        Effect::Write,
        Subject::Nobody,
        &[
            required(&["Id"], Shape::Int),
            optional(&["FirstName"], Shape::Text),
            optional(&["UserName"], Shape::Text),
            optional(&["Password"], Shape::Text),
            optional(&["CompanyName"], Shape::Text),
            optional(&["Address", "Address1"], Shape::Text),
            optional(&["City"], Shape::Text),
            optional(&["StateName"], Shape::Text),
            optional(&["CountryName"], Shape::Text),
            optional(&["Zip"], Shape::Text),
            optional(&["PhoneNo_cc"], Shape::Text),
            optional(&["PhoneNo"], Shape::Text),
            optional(&["Faxno_cc"], Shape::Any),
            optional(&["FaxNo"], Shape::Any),
            optional(&["Alternate_Phone_cc"], Shape::Any),
            optional(&["Alternate_Phone"], Shape::Any),
        ],
        modify,
    ),
    row(
        &["ViewClient"],
        Effect::Read,
        Subject::Nobody,
        &[required(&["UserName"], Shape::Text)],
        view,
    ),
    row(
        &["ChangeClientPassword"],
        Effect::Write,
        Subject::Nobody,
        &[
            required(&["UserName"], Shape::Text),
            required(&["OldPassword"], Shape::Text),
            required(&["NewPassword", "Password"], Shape::Text),
        ],
        change_password,
    ),
    row(
        &["DeleteCustomer"],
        Effect::Write,
        Subject::Nobody,
        &[required(&["customerId"], Shape::Int)],
        delete,
    ),
    row(
        &["clientsearchlist"],
        Effect::Read,
        Subject::Nobody,
        &[
            required(&["page"], Shape::Int),
            required(&["maxIndex"], Shape::Int),
            optional(&["searchQuery"], Shape::Any),
        ],
        search,
    ),
];

const TAKEN: &str = "User name already exists";
const UNKNOWN: &str = "Client not found";

/// The client of a mail address.
fn id_of(world: &World, user_name: &str) -> Option<u64> {
    let mut clients = world.cr.clients.iter();
    clients
        .find(|(_, client)| client.person.email.eq_ignore_ascii_case(user_name))
        .map(|(id, _)| *id)
}

fn add(world: &mut World, call: &Call) -> Answer {
    let mut person = Person::default();
    person.update(call);
    if let Some(fault) = person.fault() {
        return wire::refusal(400, fault);
    }
    if id_of(world, &person.email).is_some() {
        return wire::refusal(400, TAKEN);
    }
    let user_name = person.email.clone();
    let id = world.cr.new_client(person, call.text("Password").to_owned());
    wire::success(json!({ "clientId": id, "userName": user_name }))
}

fn modify(world: &mut World, call: &Call) -> Answer {
    let id = call.number("Id").unwrap_or_default();
    let namesake = call.get("UserName").and_then(|name| id_of(world, name));
    let Some(client) = world.cr.clients.get_mut(&id) else {
        return wire::flat(false, UNKNOWN);
    };
    if namesake.is_some_and(|other| other != id) {
        return wire::flat(false, TAKEN);
    }
    let mut person = client.person.clone();
    person.update(call);
    if let Some(fault) = person.fault() {
        return wire::flat(false, fault);
    }
    client.person = person;
    if let Some(password) = call.get("Password") {
        password.clone_into(&mut client.password);
    }
    wire::flat(true, "Client modified")
}

/// Tells the password too, as the real one does.
fn view(world: &mut World, call: &Call) -> Answer {
    let reseller_id = world.cr.reseller_id(call.text("APIKey"));
    let found = id_of(world, call.text("UserName")).and_then(|id| Some((id, world.cr.clients.get(&id)?)));
    match found {
        Some((id, client)) => wire::success(client.shown(id, reseller_id)),
        None => wire::refusal(404, UNKNOWN),
    }
}

fn change_password(world: &mut World, call: &Call) -> Answer {
    let id = id_of(world, call.text("UserName")).unwrap_or_default();
    match world.cr.clients.get_mut(&id) {
        None => wire::flat(false, UNKNOWN),
        Some(client) if client.password != call.text("OldPassword") => wire::flat(false, "Invalid old password"),
        Some(client) => {
            call.text("NewPassword").clone_into(&mut client.password);
            wire::flat(true, "Password changed")
        }
    }
}

fn delete(world: &mut World, call: &Call) -> Answer {
    let id = call.number("customerId").unwrap_or_default();
    world.cr.settle_all(call.now, &mut world.charges);
    let has_domains = world
        .cr
        .all()
        .any(|(_, entry)| entry.domain.as_ref().is_some_and(|domain| domain.customer_id == id));
    if has_domains {
        return wire::flat(false, "Operation prohibited: the customer has domains");
    }
    if world.cr.clients.remove(&id).is_none() {
        return wire::flat(false, "Customer not found");
    }
    world.cr.contacts.retain(|_, contact| contact.client_id != id);
    wire::flat(true, "Client deleted")
}

/// A list without an envelope.
fn search(world: &mut World, call: &Call) -> Answer {
    let query = call.get("searchQuery").unwrap_or_default();
    let rows: Vec<Value> = world
        .cr
        .clients
        .iter()
        .filter(|(_, client)| client.person.matches(query))
        .map(|(id, client)| client.row(*id))
        .collect();
    page(call, &rows).map_or_else(|| wire::refusal(400, "Invalid page"), Answer::done)
}
