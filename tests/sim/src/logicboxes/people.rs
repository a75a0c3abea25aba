//! Contacts, and whom there is.
//!
//! Contact ids below [`FIRST_CONTACT`] are taken for contacts that were there before: orders may name them, but nothing
//! is known of them. User names are unique; contacts are not.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::search::{one_of, page_of};
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// The id of the first contact that is added.
const FIRST_CONTACT: u64 = 7_712_001;
/// A contact's fields: as sent, and as answered.
const FIELDS: [(&str, &str); 12] = [
    ("name", "name"),
    ("company", "company"),
    ("email", "emailaddr"),
    ("phone-cc", "telnocc"),
    ("phone", "telno"),
    ("address-line-1", "address1"),
    ("address-line-2", "address2"),
    ("address-line-3", "address3"),
    ("city", "city"),
    ("state", "state"),
    ("country", "country"),
    ("zipcode", "zip"),
];

#[derive(Debug, Clone)]
struct Contact {
    customer_id: u64,
    kind: String,
    status: &'static str,
    fields: BTreeMap<&'static str, String>,
}

#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub(super) username: String,
    pub(super) fields: BTreeMap<&'static str, String>,
    pub(super) created_secs: i64,
}

/// Everybody.
#[derive(Debug, Default)]
pub(crate) struct People {
    contacts: BTreeMap<u64, Contact>,
    pub(super) customers: BTreeMap<u64, Customer>,
    defaults: BTreeMap<(u64, String), [String; 4]>,
}

impl People {
    /// Whether a customer's order may name this contact.
    pub(super) fn usable(&self, id: &str, customer_id: u64) -> bool {
        let Ok(id) = id.parse::<u64>() else { return false };
        match self.contacts.get(&id) {
            Some(contact) => contact.customer_id == customer_id && contact.status == "Active",
            None => (1..FIRST_CONTACT).contains(&id),
        }
    }
}

/// The fields of a person, by the names under which they are answered.
pub(super) fn fields(call: &Call) -> BTreeMap<&'static str, String> {
    let given = FIELDS
        .iter()
        .filter_map(|(sent, kept)| Some((*kept, call.get(sent)?.trim().to_owned())));
    given.collect()
}

/// What is wrong with a contact, as the provider says it.
fn fault(call: &Call) -> Option<String> {
    let digits = |name: &str, low: usize, high: usize| {
        let text = call.text(name);
        (low..=high).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let mut faults = Vec::new();
    if !digits("phone-cc", 1, 3) {
        faults.push("telnocc=TelephoneNo Country Code is invalid");
    }
    if !digits("phone", 4, 13) {
        faults.push("telno=Telephone No is invalid");
    }
    if call.text("zipcode").len() > 16 {
        faults.push("zip=Postal Code is invalid");
    }
    if call.get("type") == Some("RuContact") && call.text("company").split_whitespace().count() < 2 {
        return Some("Company Name should contain at least two words.".to_owned());
    }
    (!faults.is_empty()).then(|| format!("{{{}}}", faults.join(", ")))
}

fn customer_of(world: &World, call: &Call) -> Result<u64, Answer> {
    let id = call.number("customer-id").unwrap_or_default();
    if world.lb.customers.contains(&id) {
        Ok(id)
    } else {
        Err(wire::error(&world.lb.settings, &format!("Customer {id} not found")))
    }
}

/// `contacts/add`, `contacts/coop/add-sponsor`: a bare number; duplicates are allowed.
pub(crate) fn contact_add(world: &mut World, call: &Call) -> Answer {
    let customer_id = match customer_of(world, call) {
        Ok(id) => id,
        Err(answer) => return answer,
    };
    if let Some(fault) = fault(call) {
        return wire::error(&world.lb.settings, &fault);
    }
    let contacts = &mut world.lb.people.contacts;
    let id = contacts.keys().last().map_or(FIRST_CONTACT, |last| last + 1);
    let contact = Contact {
        customer_id,
        kind: call.get("type").unwrap_or("Sponsor").to_owned(),
        status: "Active",
        fields: fields(call),
    };
    contacts.insert(id, contact);
    Answer::done(Value::from(id))
}

/// The contact a call names; else what to answer.
fn contact_of(world: &World, call: &Call) -> Result<u64, Answer> {
    let id = call.number("contact-id").unwrap_or_default();
    match world.lb.people.contacts.get(&id) {
        Some(contact) if contact.status == "Active" => Ok(id),
        _ => {
            let message = format!("No Entity found for Entityid: {id}");
            Err(wire::error(&world.lb.settings, &message))
        }
    }
}

fn contact_action(id: u64, word: &str) -> Answer {
    Answer::done(json!({
        "entityid": id.to_string(), "actiontype": word, "actiontypedesc": "", "eaqid": "551900001",
        "actionstatus": "Success", "actionstatusdesc": "", "status": "Success",
    }))
}

/// `contacts/modify`
pub(crate) fn contact_modify(world: &mut World, call: &Call) -> Answer {
    let id = match contact_of(world, call) {
        Ok(id) => id,
        Err(answer) => return answer,
    };
    if let Some(fault) = fault(call) {
        return wire::error(&world.lb.settings, &fault);
    }
    if let Some(contact) = world.lb.people.contacts.get_mut(&id) {
        contact.fields = fields(call);
    }
    contact_action(id, "ModContact")
}

/// `contacts/details`
pub(crate) fn contact_details(world: &mut World, call: &Call) -> Answer {
    match contact_of(world, call) {
        Err(answer) => answer,
        Ok(id) => {
            let contact = &world.lb.people.contacts[&id];
            let mut object = Map::from_iter(
                contact
                    .fields
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), Value::from(v.clone()))),
            );
            object.insert("entityid".to_owned(), Value::from(id.to_string()));
            object.insert("contactid".to_owned(), Value::from(id.to_string()));
            object.insert("type".to_owned(), Value::from(contact.kind.clone()));
            object.insert("currentstatus".to_owned(), Value::from(contact.status));
            object.insert("customerid".to_owned(), Value::from(contact.customer_id.to_string()));
            object.insert("classkey".to_owned(), Value::from("domcontact"));
            object.insert("contacttype".to_owned(), json!([]));
            Answer::done(Value::Object(object))
        }
    }
}

/// A contact with dotted keys.
fn dotted(id: u64, contact: &Contact) -> Value {
    let mut row = Map::from_iter(
        contact
            .fields
            .iter()
            .map(|(k, v)| (format!("contact.{k}"), Value::from(v.clone()))),
    );
    row.insert("contact.type".to_owned(), Value::from(contact.kind.clone()));
    row.insert("entity.entityid".to_owned(), Value::from(id.to_string()));
    row.insert("entity.currentstatus".to_owned(), Value::from(contact.status));
    row.insert(
        "entity.customerid".to_owned(),
        Value::from(contact.customer_id.to_string()),
    );
    row.insert(
        "whoisValidity".to_owned(),
        json!({ "valid": "true", "invalidData": [] }),
    );
    Value::Object(row)
}

/// `contacts/search`: counters, and rows in an array.
pub(crate) fn contact_search(world: &mut World, call: &Call) -> Answer {
    let customer_id = match customer_of(world, call) {
        Ok(id) => id,
        Err(answer) => return answer,
    };
    let Some((skip, size)) = page_of(call) else {
        return wire::error(&world.lb.settings, "{no-of-records=no-of-records is invalid}");
    };
    let like = |contact: &Contact, asked: &str, kept: &str| {
        call.get(asked).is_none_or(|part| {
            let there = contact.fields.get(kept).map_or("", String::as_str).to_ascii_lowercase();
            there.contains(&part.to_ascii_lowercase())
        })
    };
    let found: Vec<Value> = world
        .lb
        .people
        .contacts
        .iter()
        .filter(|(id, contact)| {
            contact.customer_id == customer_id
                && one_of(call, "contact-id", &id.to_string())
                && one_of(call, "status", contact.status)
                && call.get("type").is_none_or(|kind| kind == contact.kind)
                && like(contact, "name", "name")
                && like(contact, "company", "company")
                && like(contact, "email", "emailaddr")
        })
        .map(|(id, contact)| dotted(*id, contact))
        .collect();
    let total = found.len();
    let rows: Vec<Value> = found.into_iter().skip(skip).take(size).collect();
    Answer::done(json!({ "recsonpage": rows.len().to_string(), "recsindb": total.to_string(), "result": rows }))
}

/// `contacts/delete`: not while an order names it.
pub(crate) fn contact_delete(world: &mut World, call: &Call) -> Answer {
    let id = match contact_of(world, call) {
        Ok(id) => id,
        Err(answer) => return answer,
    };
    let text = id.to_string();
    let in_use = world
        .lb
        .all()
        .filter_map(|(_, entry)| entry.domain.as_ref())
        .any(|order| order.contacts.contains(&text));
    if in_use {
        return wire::error(&world.lb.settings, "Cannot Delete Contact");
    }
    if let Some(contact) = world.lb.people.contacts.get_mut(&id) {
        contact.status = "Deleted";
    }
    contact_action(id, "DelContact")
}

/// `contacts/set-details`: a bare boolean.
pub(crate) fn contact_set_details(world: &mut World, call: &Call) -> Answer {
    match contact_of(world, call) {
        Ok(_) => Answer::done(Value::from(true)),
        Err(answer) => answer,
    }
}

fn defaults_of(world: &World, customer_id: u64, kinds: &[String]) -> Answer {
    let types = kinds.iter().map(|kind| {
        let key = (customer_id, kind.clone());
        let ids = world.lb.people.defaults.get(&key).cloned();
        let ids = ids.unwrap_or_else(|| std::array::from_fn(|_| "991".to_owned()));
        let mut one = Map::from_iter([("type".to_owned(), json!([kind]))]);
        for (role, id) in ["registrant", "admin", "tech", "billing"].iter().zip(ids) {
            if let Some((id, contact)) = id
                .parse()
                .ok()
                .and_then(|id| world.lb.people.contacts.get_key_value(&id))
            {
                one.insert(format!("{role}ContactDetails"), dotted(*id, contact));
            }
            one.insert((*role).to_owned(), Value::from(id));
        }
        (kind.clone(), Value::Object(one))
    });
    Answer::done(Value::Object(types.collect()))
}

/// `contacts/default`: a POST that changes nothing.
pub(crate) fn contact_default(world: &mut World, call: &Call) -> Answer {
    match customer_of(world, call) {
        Ok(id) => {
            let kinds: Vec<String> = call.all("type").map(str::to_owned).collect();
            defaults_of(world, id, &kinds)
        }
        Err(answer) => answer,
    }
}

/// `contacts/modDefault`
pub(crate) fn contact_set_default(world: &mut World, call: &Call) -> Answer {
    let customer_id = match customer_of(world, call) {
        Ok(id) => id,
        Err(answer) => return answer,
    };
    let roles = [
        "reg-contact-id",
        "admin-contact-id",
        "tech-contact-id",
        "billing-contact-id",
    ];
    let ids = roles.map(|role| call.text(role).to_owned());
    let kind = call.text("type").to_owned();
    if ids.iter().any(|id| !world.lb.people.usable(id, customer_id)) {
        return wire::error(&world.lb.settings, "Invalid contact-id");
    }
    world.lb.people.defaults.insert((customer_id, kind.clone()), ids);
    defaults_of(world, customer_id, &[kind])
}

/// `contacts/sponsors`
pub(crate) fn sponsors(world: &mut World, call: &Call) -> Answer {
    let customer_id = match customer_of(world, call) {
        Ok(id) => id,
        Err(answer) => return answer,
    };
    let found = world.lb.people.contacts.iter();
    let found = found.filter(|(_, c)| c.customer_id == customer_id && c.kind == "Sponsor");
    Answer::done(Value::Object(
        found.map(|(id, c)| (id.to_string(), dotted(*id, c))).collect(),
    ))
}

/// `contacts/dotca/registrantagreement`
pub(crate) fn agreement(_world: &mut World, _call: &Call) -> Answer {
    Answer::done(json!({ "version": "2.0", "agreement": "The registrant agrees. ".repeat(40) }))
}

/// `contacts/validate-registrant`
pub(crate) fn validate(world: &mut World, call: &Call) -> Answer {
    match contact_of(world, call) {
        Ok(_) => Answer::done(Value::Object(
            call.all("eligibility-criteria")
                .map(|c| (c.to_owned(), Value::from("true")))
                .collect(),
        )),
        Err(answer) => answer,
    }
}
