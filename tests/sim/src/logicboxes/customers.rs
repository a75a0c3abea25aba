//! Customers: user names are unique.

use serde_json::{Map, Value, json};

use super::people::{Customer, fields};
use super::search::{one_of, page_of};
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// The id of the first customer that signs up.
const FIRST_CUSTOMER: u64 = 4_410_001;

/// `customers/signup`, `customers/v2/signup`: a bare number; a taken user name is refused.
pub(crate) fn signup(world: &mut World, call: &Call) -> Answer {
    let username = call.text("username").to_ascii_lowercase();
    let password = call.text("passwd");
    if !(8..=16).contains(&password.len()) || !password.bytes().any(|b| b.is_ascii_digit()) {
        return wire::error(&world.lb.settings, "{passwd=Password is invalid}");
    }
    if world.lb.people.customers.values().any(|c| c.username == username) {
        return wire::error(&world.lb.settings, "{username=Username is already in use}");
    }
    let customers = &mut world.lb.people.customers;
    let id = customers.keys().last().map_or(FIRST_CUSTOMER, |last| last + 1);
    let customer = Customer {
        username,
        fields: fields(call),
        created_secs: call.now.real_secs(),
    };
    customers.insert(id, customer);
    world.lb.customers.insert(id);
    Answer::done(Value::from(id))
}

fn shown(id: u64, customer: &Customer, reseller_id: u64) -> Answer {
    let mut object = Map::from_iter(
        customer
            .fields
            .iter()
            .map(|(k, v)| ((*k).to_owned(), Value::from(v.clone()))),
    );
    object.extend([
        ("customerid".to_owned(), Value::from(id.to_string())),
        ("username".to_owned(), Value::from(customer.username.clone())),
        ("useremail".to_owned(), Value::from(customer.username.clone())),
        ("resellerid".to_owned(), Value::from(reseller_id.to_string())),
        ("langpref".to_owned(), Value::from("en")),
        ("pin".to_owned(), Value::from("4711")),
        ("creationdt".to_owned(), Value::from(customer.created_secs.to_string())),
        ("customerstatus".to_owned(), Value::from("Active")),
        ("totalreceipts".to_owned(), Value::from("0.000")),
        ("isDominicanTaxConfiguredByParent".to_owned(), Value::from(false)),
    ]);
    Answer::done(Value::Object(object))
}

/// `customers/details`
pub(crate) fn customer(world: &mut World, call: &Call) -> Answer {
    let username = call.text("username").to_ascii_lowercase();
    let found = world.lb.people.customers.iter().find(|(_, c)| c.username == username);
    match found {
        Some((id, customer)) => shown(*id, customer, call.number("auth-userid").unwrap_or_default()),
        None => wire::error(&world.lb.settings, &format!("Customer {username} not found")),
    }
}

/// The customer a call names; else what to answer.
fn signed_up(world: &World, call: &Call) -> Result<u64, Answer> {
    let id = call.number("customer-id").unwrap_or_default();
    if world.lb.people.customers.contains_key(&id) {
        Ok(id)
    } else {
        Err(wire::error(&world.lb.settings, &format!("Customer {id} not found")))
    }
}

/// `customers/details-by-id`
pub(crate) fn customer_by_id(world: &mut World, call: &Call) -> Answer {
    match signed_up(world, call) {
        Ok(id) => shown(
            id,
            &world.lb.people.customers[&id],
            call.number("auth-userid").unwrap_or_default(),
        ),
        Err(answer) => answer,
    }
}

/// `customers/search`: numbered rows.
pub(crate) fn customer_search(world: &mut World, call: &Call) -> Answer {
    let Some((skip, size)) = page_of(call) else {
        return wire::error(&world.lb.settings, "{no-of-records=no-of-records is invalid}");
    };
    let found: Vec<Value> = world
        .lb
        .people
        .customers
        .iter()
        .filter(|(id, customer)| {
            one_of(call, "customer-id", &id.to_string())
                && call
                    .get("username")
                    .is_none_or(|part| customer.username.contains(&part.to_ascii_lowercase()))
        })
        .map(|(id, customer)| {
            let name = customer.fields.get("name").cloned().unwrap_or_default();
            json!({
                "customer.customerid": id.to_string(), "customer.username": customer.username,
                "customer.name": name, "customer.customerstatus": "Active",
            })
        })
        .collect();
    let total = found.len();
    Answer::done(wire::page(found.into_iter().skip(skip).take(size).collect(), total))
}

/// `customers/modify`: a bare boolean.
pub(crate) fn customer_modify(world: &mut World, call: &Call) -> Answer {
    match signed_up(world, call) {
        Ok(id) => {
            if let Some(customer) = world.lb.people.customers.get_mut(&id) {
                customer.username = call.text("username").to_ascii_lowercase();
                customer.fields = fields(call);
            }
            Answer::done(Value::from(true))
        }
        Err(answer) => answer,
    }
}

/// `customers/delete`: a bare boolean.
pub(crate) fn customer_delete(world: &mut World, call: &Call) -> Answer {
    match signed_up(world, call) {
        Ok(id) => {
            world.lb.people.customers.remove(&id);
            world.lb.customers.remove(&id);
            Answer::done(Value::from(true))
        }
        Err(answer) => answer,
    }
}

/// `customers/change-password`: a bare boolean.
pub(crate) fn change_password(world: &mut World, call: &Call) -> Answer {
    match signed_up(world, call) {
        Ok(_) => Answer::done(Value::from(true)),
        Err(answer) => answer,
    }
}
