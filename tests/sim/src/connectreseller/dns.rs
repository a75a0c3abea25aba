//! Zones and their records.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{row, wire};
use crate::operation::{Answer, Call, Effect, Operation, Subject};
use crate::params::{Param, Shape, optional, required};
use crate::world::World;

/// A domain's zone.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    pub(crate) id: u64,
    records: BTreeMap<u64, Record>,
}

/// A record of a zone.
#[derive(Debug, Clone)]
struct Record {
    name: String,
    kind: String,
    content: String,
    priority: u64,
    ttl_secs: u64,
}

const ZONE: Param = required(&["DNSZoneID", "DNZZoneID"], Shape::Int);
const RECORD: Param = required(&["DNSZoneRecordID", "DNZZoneRecordID"], Shape::Int);
const WEBSITE: Param = required(&["WebsiteId"], Shape::Int);

/// The calls.
pub(crate) static ROWS: &[Operation] = &[
    row(
        &["ManageDNSRecords"],
        Effect::Write,
        Subject::Nobody,
        &[WEBSITE],
        activate,
    ),
    row(
        &["AddDNSRecord"],
        Effect::Write,
        Subject::Nobody,
        &[
            ZONE,
            required(&["RecordName"], Shape::Text),
            required(&["RecordType"], Shape::Text),
            optional(&["RecordValue"], Shape::Text),
            optional(&["RecordPriority"], Shape::Int),
            optional(&["RecordTTL"], Shape::Int),
        ],
        add,
    ),
    row(
        &["addsrvrecord"],
        Effect::Write,
        Subject::Nobody,
        &[
            ZONE,
            required(&["RecordName"], Shape::Text),
            required(&["RecordValue"], Shape::Text),
            optional(&["RecordPriority"], Shape::Int),
            optional(&["RecordTTL"], Shape::Int),
            required(&["RecordPort"], Shape::Int),
            required(&["RecordWeight"], Shape::Int),
        ],
        add_srv,
    ),
    row(
        &["ModifyDNSRecord"],
        Effect::Write,
        Subject::Nobody,
        &[
            ZONE,
            RECORD,
            required(&["RecordName"], Shape::Text),
            required(&["RecordType"], Shape::Text),
            optional(&["RecordValue"], Shape::Text),
            optional(&["RecordTTL"], Shape::Int),
            optional(&["RecordPort"], Shape::Int),
            optional(&["RecordWeight"], Shape::Int),
        ],
        modify,
    ),
    row(
        &["DeleteDNSRecord"],
        Effect::Write,
        Subject::Nobody,
        &[ZONE, RECORD],
        delete,
    ),
    row(&["ViewDNSRecord"], Effect::Read, Subject::Nobody, &[WEBSITE], view),
];

const TYPES: [&str; 7] = ["A", "AAAA", "CNAME", "MX", "TXT", "NS", "SRV"];

/// Makes the zone; a second time it is there.
fn activate(world: &mut World, call: &Call) -> Answer {
    let Some(name) = website(world, call) else {
        return wire::nested(false, "Website not found");
    };
    if world.cr.truth(&name).and_then(|entry| entry.domain.as_ref()).is_none() {
        return wire::nested(false, "Website not found");
    }
    let id = world.cr.new_zone_id(&name);
    if let Some(domain) = &mut world.cr.truth_mut(&name).domain
        && domain.zone.is_none()
    {
        domain.zone = Some(Zone {
            id,
            records: BTreeMap::new(),
        });
    }
    wire::nested(true, "DNS management activated")
}

fn website(world: &mut World, call: &Call) -> Option<Arc<str>> {
    let name = world.cr.name_of_website(call.number("WebsiteId")?)?;
    world.cr.settle(&name, call.now, &mut world.charges);
    Some(name)
}

/// The zone of a call, if it is one that stands.
fn zone<'a>(world: &'a mut World, call: &Call) -> Option<&'a mut Zone> {
    let id = call.number("DNSZoneID")?;
    let name = world.cr.name_of_zone(id)?;
    let zone = world.cr.truth_mut(&name).domain.as_mut()?.zone.as_mut()?;
    (zone.id == id).then_some(zone)
}

fn add(world: &mut World, call: &Call) -> Answer {
    if call.get("RecordValue").is_none() || !TYPES.contains(&call.text("RecordType")) {
        return wire::nested(false, "Invalid record");
    }
    let kind = call.text("RecordType").to_owned();
    put(world, call, kind, call.text("RecordValue").to_owned())
}

fn add_srv(world: &mut World, call: &Call) -> Answer {
    let content = format!(
        "{} {} {}",
        call.text("RecordWeight"),
        call.text("RecordPort"),
        call.text("RecordValue")
    );
    put(world, call, "SRV".to_owned(), content)
}

/// Adds as often as it is asked.
fn put(world: &mut World, call: &Call, kind: String, content: String) -> Answer {
    let record = Record {
        name: call.text("RecordName").to_owned(),
        kind,
        content,
        priority: call.number("RecordPriority").unwrap_or_default(),
        ttl_secs: call.number("RecordTTL").unwrap_or(43_200),
    };
    let Some(name) = call.number("DNSZoneID").and_then(|id| world.cr.name_of_zone(id)) else {
        return wire::nested(false, "Invalid zone id");
    };
    // Records share the zones' numbers, which are never used twice.
    let id = world.cr.new_zone_id(&name);
    match zone(world, call) {
        None => wire::nested(false, "Invalid zone id"),
        Some(zone) => {
            zone.records.insert(id, record);
            wire::nested(true, "DNS record added")
        }
    }
}

fn modify(world: &mut World, call: &Call) -> Answer {
    let id = call.number("DNSZoneRecordID").unwrap_or_default();
    let Some(record) = zone(world, call).and_then(|zone| zone.records.get_mut(&id)) else {
        return wire::flat(false, "DNS record not found");
    };
    call.text("RecordName").clone_into(&mut record.name);
    call.text("RecordType").clone_into(&mut record.kind);
    match (
        call.get("RecordValue"),
        call.get("RecordWeight"),
        call.get("RecordPort"),
    ) {
        (Some(target), Some(weight), Some(port)) => record.content = format!("{weight} {port} {target}"),
        (Some(value), ..) => value.clone_into(&mut record.content),
        (None, ..) => {}
    }
    record.ttl_secs = call.number("RecordTTL").unwrap_or(record.ttl_secs);
    wire::flat(true, "DNS record modified")
}

fn delete(world: &mut World, call: &Call) -> Answer {
    let id = call.number("DNSZoneRecordID").unwrap_or_default();
    match zone(world, call).and_then(|zone| zone.records.remove(&id)) {
        Some(_) => wire::flat(true, "DNS record deleted"),
        None => wire::flat(false, "DNS record not found"),
    }
}

/// An array, where the document speaks of a verdict.
fn view(world: &mut World, call: &Call) -> Answer {
    let zone = website(world, call)
        .and_then(|name| world.cr.seen(&name, call.now))
        .and_then(|entry| entry.domain.as_ref()?.zone.as_ref());
    let Some(zone) = zone else {
        return wire::refusal(400, "DNS zone not found");
    };
    let rows: Vec<Value> = zone
        .records
        .iter()
        .map(|(id, record)| {
            json!({
                "dnszoneRecordID": id,
                "recordName": record.name,
                "recordType": record.kind,
                "recordContent": record.content,
                "recordPriority": record.priority.to_string(),
                "recordTTL": record.ttl_secs,
            })
        })
        .collect();
    wire::success(Value::from(rows))
}
