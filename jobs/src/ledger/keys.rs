//! Every key of the ledger, and which slot and shard it belongs to.
//!
//! | key | type | what |
//! |---|---|---|
//! | `{<ns>:<shard>}:order:<id>` | hash | `d` document, `r` record, `m` index fields, `s` pending signals (if any) |
//! | `{<ns>:<shard>}:order:<id>:timeline` | list | what happened; none until something did |
//! | `{<ns>:<shard>}:due:<account>` | zset | id → when it wants to run, or when its lease ends |
//! | `{<ns>:<shard>}:leased:<account>` | zset | id → end of its lease |
//! | `{<ns>:<shard>}:lanes` | hash | resource → the order that may work on it, and `+` while others wait |
//! | `{<ns>:<shard>}:domain:<resource>` | list | the orders that wait for the one in `lanes`; none if none wait |
//! | `{<ns>:<shard>}:proved` | hash | `resource\|account` → what was last proved of it, and when; kept for two days |
//! | `{<ns>:<shard>}:state:<state>` | zset | id → since when |
//! | `{<ns>:<shard>}:counts` | hash | `state\|kind\|account` → how many |
//! | `{<ns>:<shard>}:events` | stream | the outbox, field `event` |
//! | `{<ns>:<shard>}:fence` | string | the last fence given out |
//! | `{<ns>:<shard>}:epoch` | hash | `run_id`, `n`, `since`, `fence` of the server's present life, `name` of the ledger |
//! | `{<ns>:<shard>}:account:<name>` | hash | `paused` (why), `tat` (rate), `epoch`, `starved`, its breaker (see `breaker.lua`) |
//! | `{<ns>:<shard>}:parked:breaker_open:<account>` | zset | id → deadline, of what is parked for the account's breaker |
//! | `{<ns>:0}:funds:<account>`, `…:line`, `…:prices`, `…:held` | hash, zset | its money, who waits for it, what is set aside (see `purse.lua`) |
//! | `{<ns>:0}:contacts:<account>` | hash | keyed digest of a profile → the contact made of it, or who is making it; at most 100,000 |
//! | `{<ns>:<shard>}:aside` | zset | id → when it was set aside |
//! | `{<ns>:<shard>}:webhooks` | set | endpoints with state here |
//! | `{<ns>:<shard>}:webhook:<endpoint>` | hash | `cursor`, `settled`, `waiting`, `failing`; `holder`, `until`, `fence` |
//! | `{<ns>:<shard>}:webhook:<endpoint>:held` | hash | order → its undelivered events up to the cursor; bounded |
//! | `{<ns>:<shard>}:webhook:<endpoint>:dead`, `…:again` | zset | dead letters, those to be replayed → when the event was |
//! | `<ns>:idem:<key>` | string | `<id> <fingerprint>` |
//! | `<ns>:intake`, `<ns>:rejected` | stream | what came in; what was refused |
//! | `<ns>:wake` | channel | the account that has something due |
//!
//! An order takes its domain when it is first claimed: before that it costs nothing there, afterwards one field of `lanes`.
//! A list of one, kept from the start, would be a key an order, the dearest way of all.

use std::sync::{Mutex, PoisonError};

/// Names keys.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    namespace: String,
}

impl Keys {
    pub(super) fn new(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
        }
    }

    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What all keys of a shard begin with, and its scripts' only KEYS.
    pub(super) fn shard(&self, shard: u16) -> String {
        format!("{{{}:{shard}}}:", self.namespace)
    }

    /// Keys that nothing is kept under, for measuring a server: one a shard, and some in other slots.
    pub(super) fn probes(&self, shards: u16) -> Vec<String> {
        let of_shards = (0..shards).map(|shard| self.in_shard(shard, "probe"));
        let elsewhere = (0..32).map(|at| format!("{}:probe:{at}", self.namespace));
        of_shards.chain(elsewhere).collect()
    }

    pub(super) fn in_shard(&self, shard: u16, name: &str) -> String {
        format!("{{{}:{shard}}}:{name}", self.namespace)
    }

    pub(super) fn order(&self, shard: u16, id: &str) -> String {
        format!("{{{}:{shard}}}:order:{id}", self.namespace)
    }

    pub(super) fn timeline(&self, shard: u16, id: &str) -> String {
        format!("{{{}:{shard}}}:order:{id}:timeline", self.namespace)
    }

    pub(super) fn idem(&self, key: &str) -> String {
        format!("{}:idem:{key}", self.namespace)
    }

    pub(super) fn intake(&self) -> String {
        format!("{}:intake", self.namespace)
    }

    pub(super) fn rejected(&self) -> String {
        format!("{}:rejected", self.namespace)
    }

    pub(super) fn wake(&self) -> String {
        format!("{}:wake", self.namespace)
    }
}

/// Orders that become due in one millisecond run by id; so ids grow within a process, even in one millisecond.
static IDS: Mutex<ulid::Generator> = Mutex::new(ulid::Generator::new());

/// A new order id for a shard: `<shard>-<ULID>`, so that an id alone says where its order is.
#[must_use]
pub fn new_order_id(shard: u16) -> String {
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let ulid = ids.generate().unwrap_or_else(ulid::Overflow::commit_overflow_increment);
    format!("{shard}-{ulid}")
}

/// The shard an order id names; `None` if it is no order id.
#[must_use]
pub fn shard_of_id(id: &str) -> Option<u16> {
    let (shard, ulid) = id.split_once('-')?;
    let plain = ulid.len() == 26 && ulid.bytes().all(|b| b.is_ascii_alphanumeric());
    (plain && !shard.starts_with('+')).then(|| shard.parse().ok())?
}

/// The shard of all orders about one resource (a domain name).
#[must_use]
pub fn shard_of_resource(resource: &str, shards: u16) -> u16 {
    // One rule for all: orders get their ids by it, and are looked for by it.
    crate::order::shard_of(resource, shards)
}

/// The cluster slot of a key: CRC16 of its hash tag, or of all of it (Redis Cluster specification, "Hash tags").
pub(super) fn slot_of(key: &str) -> u16 {
    let tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .map(|(tag, _)| tag)
        .filter(|tag| !tag.is_empty());
    crc16(tag.unwrap_or(key).as_bytes()) % 16_384
}

/// CRC-16/XMODEM, as Redis Cluster uses it.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_redis_cluster() {
        // From the specification: CRC16 of "123456789" is 0x31C3; the slot of "foo" is 12182 (CLUSTER KEYSLOT).
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(slot_of("foo"), 12_182);
        assert_eq!(slot_of("{foo}:order:1"), 12_182);
        assert_eq!(slot_of("{}foo"), slot_of("{}foo"));
    }

    #[test]
    fn an_id_names_its_shard() {
        assert_eq!(shard_of_id(&new_order_id(7)), Some(7));
        for wrong in [
            "",
            "7",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "-01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "+1-01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "a|b-1",
        ] {
            assert_eq!(shard_of_id(wrong), None, "{wrong}");
        }
    }
}
