//! DNS records and host objects.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::domains::{change, read};
use super::state::Record;
use super::wire;
use crate::operation::{Answer, Call};
use crate::world::World;

/// `dns/list`
pub(crate) fn dns_list(world: &mut World, call: &Call) -> Answer {
    read(world, call, |domain| {
        let records: Vec<Value> = domain.records.iter().map(wire::record_in_list).collect();
        json!({ "records": records })
    })
}

/// `dns/create`: the name is relative to the zone.
pub(crate) fn dns_create(world: &mut World, call: &Call) -> Answer {
    let label = call.text("hostname").to_ascii_lowercase();
    let name = if label.is_empty() {
        call.name().to_owned()
    } else {
        format!("{label}.{}", call.name())
    };
    let ttl = call.number("ttl").unwrap_or_default();
    if ttl < 300 {
        return wire::refusal(204, "Ttl");
    }
    let refuse_duplicates = world.nc.settings.refuse_duplicates;
    let id = world.nc.next_record();
    let record = Record {
        id,
        name,
        kind: call.text("type").to_owned(),
        content: call.text("content").to_owned(),
        ttl,
        priority: call.number("priority"),
        created_ms: call.now.real_ms,
    };
    change(world, call, |domain| {
        let same =
            |known: &Record| known.name == record.name && known.kind == record.kind && known.content == record.content;
        if refuse_duplicates && domain.records.iter().any(same) {
            return wire::refusal(204, "Duplicate Record");
        }
        let answer = wire::success(wire::record_made(&record));
        domain.records.push(record);
        answer
    })
}

/// `dns/delete`
pub(crate) fn dns_delete(world: &mut World, call: &Call) -> Answer {
    let id = call.number("record_id");
    change(world, call, |domain| {
        let before = domain.records.len();
        domain.records.retain(|record| Some(record.id) != id);
        if domain.records.len() == before {
            wire::refusal(204, "Record Id")
        } else {
            wire::success(json!({}))
        }
    })
}

/// `host/list`
pub(crate) fn host_list(world: &mut World, call: &Call) -> Answer {
    read(world, call, |domain| json!({ "hosts": wire::hosts(&domain.hosts) }))
}

/// `host/sync`: what is here is what the registry has.
pub(crate) fn host_sync(world: &mut World, call: &Call) -> Answer {
    change(world, call, |_| wire::success(json!({})))
}

/// The full name of a host below the domain, in lower case.
fn host_of(call: &Call) -> Result<String, Answer> {
    let host = call.text("hostname").to_ascii_lowercase();
    if host.ends_with(&format!(".{}", call.name())) {
        Ok(host)
    } else {
        Err(wire::refusal(204, "Hostname"))
    }
}

fn address_of(call: &Call) -> Result<String, Answer> {
    match call.text("ip").parse::<IpAddr>() {
        Ok(ip) => Ok(ip.to_string()),
        Err(_) => Err(wire::refusal(204, "Ip")),
    }
}

fn both(call: &Call) -> Result<(String, String), Answer> {
    Ok((host_of(call)?, address_of(call)?))
}

/// `host/create`
pub(crate) fn host_create(world: &mut World, call: &Call) -> Answer {
    let (host, ip) = match both(call) {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    change(world, call, |domain| {
        if domain.hosts.contains_key(&host) {
            return wire::refusal(204, "Duplicate Host");
        }
        domain.hosts.insert(host, vec![ip]);
        wire::success(json!({}))
    })
}

/// `host/delete`
pub(crate) fn host_delete(world: &mut World, call: &Call) -> Answer {
    let host = match host_of(call) {
        Ok(host) => host,
        Err(answer) => return answer,
    };
    change(world, call, |domain| match domain.hosts.remove(&host) {
        Some(_) => wire::success(json!({})),
        None => wire::refusal(204, "Hostname"),
    })
}

/// `host/add_ip`
pub(crate) fn host_add_ip(world: &mut World, call: &Call) -> Answer {
    let (host, ip) = match both(call) {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    change(world, call, |domain| match domain.hosts.get_mut(&host) {
        None => wire::refusal(204, "Hostname"),
        Some(addresses) if addresses.contains(&ip) => wire::refusal(204, "Duplicate Ip"),
        Some(addresses) => {
            addresses.push(ip);
            wire::success(json!({}))
        }
    })
}

/// `host/remove_ip`
pub(crate) fn host_remove_ip(world: &mut World, call: &Call) -> Answer {
    let (host, ip) = match both(call) {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    change(world, call, |domain| {
        let Some(addresses) = domain.hosts.get_mut(&host) else {
            return wire::refusal(204, "Hostname");
        };
        let before = addresses.len();
        addresses.retain(|known| *known != ip);
        if addresses.len() == before {
            wire::refusal(204, "Ip")
        } else {
            wire::success(json!({}))
        }
    })
}
