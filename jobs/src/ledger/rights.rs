//! Whether the login may do what the ledger needs: each command is made once, where it does no harm.
//!
//! Redis does not tell a user his own rights, and a right that is missing may be noticed only when the one order comes
//! that needs it. `deploy/users.acl` grants exactly what stands here.

use redis::{Pipeline, Value};

use super::{Ledger, LedgerError, keys::Keys, topology::Node};

/// A harmless call of every command, in an order that leaves nothing behind. `{p}` is a key of the first shard that is
/// nobody's, `{n}` the namespace.
const CALLS: &[&str] = &[
    "PING",
    "TIME",
    "INFO server",
    "CONFIG GET appendfsync",
    "SCRIPT LOAD return",
    "EVALSHA 0000000000000000000000000000000000000000 0",
    "WAIT 0 1",
    "SET {p}:text 1",
    "INCR {p}:text",
    "GET {p}:text",
    "EXISTS {p}:text",
    "UNLINK {p}:text",
    "HSET {p}:hash f 1",
    "HGET {p}:hash f",
    "HMGET {p}:hash f",
    "HGETALL {p}:hash",
    "HINCRBY {p}:hash f 1",
    "HLEN {p}:hash",
    "HEXISTS {p}:hash f",
    "HRANDFIELD {p}:hash -1 WITHVALUES",
    "HDEL {p}:hash f",
    "RPUSH {p}:list a",
    "LPUSH {p}:list a",
    "LINDEX {p}:list 0",
    "LPOS {p}:list a",
    "LRANGE {p}:list 0 0",
    "LREM {p}:list 1 a",
    "LPOP {p}:list",
    "ZADD {p}:zset 1 a",
    "ZCARD {p}:zset",
    "ZCOUNT {p}:zset 0 1",
    "ZRANGE {p}:zset 0 0",
    "ZRANGEBYSCORE {p}:zset 0 1",
    "ZREVRANGEBYSCORE {p}:zset 1 0",
    "ZSCORE {p}:zset a",
    "ZREM {p}:zset a",
    "ZREMRANGEBYSCORE {p}:zset 0 1",
    "ZPOPMIN {p}:zset",
    "SADD {p}:set a",
    "SMEMBERS {p}:set",
    "SREM {p}:set a",
    "XADD {p}:stream * f v",
    "XLEN {p}:stream",
    "XRANGE {p}:stream - + COUNT 1",
    "XREVRANGE {p}:stream + - COUNT 1",
    "XGROUP CREATE {p}:stream g 0",
    "XREAD COUNT 1 STREAMS {p}:stream 0-0",
    "XREADGROUP GROUP g c COUNT 1 STREAMS {p}:stream >",
    "XAUTOCLAIM {p}:stream g c 60000 0",
    "XINFO CONSUMERS {p}:stream g",
    "XACK {p}:stream g 0-1",
    "XDEL {p}:stream 0-1",
    "XTRIM {p}:stream MAXLEN 1",
    "XGROUP DELCONSUMER {p}:stream g c",
    "DEL {p}:text {p}:hash {p}:list {p}:zset {p}:set {p}:stream",
    "GET {n}:idem:",
    "XRANGE {n}:intake + + COUNT 1",
    "XRANGE {n}:rejected + + COUNT 1",
    "PUBLISH {n}:wake nobody",
];

/// The name of a call's command as an access list spells it: `xinfo|consumers`.
fn name_of(call: &str) -> String {
    let mut words = call.split(' ');
    let command = words.next().unwrap_or_default().to_lowercase();
    match command.as_str() {
        "config" | "script" | "xgroup" | "xinfo" => {
            format!("{command}|{}", words.next().unwrap_or_default().to_lowercase())
        }
        _ => command,
    }
}

/// What a login may not do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// Commands, as an access list spells them.
    pub(super) commands: Vec<String>,
    /// The keys or channels of the namespace.
    pub(super) places: Vec<String>,
}

impl Ledger {
    /// What the login lacks at a node.
    pub(super) async fn rights_missing(&self, node: &Node) -> Result<Missing, LedgerError> {
        let mut pipeline = Pipeline::new();
        for call in CALLS {
            let mut words = call.split(' ');
            let command = pipeline.cmd(words.next().unwrap_or_default());
            for word in words {
                command.arg(filled(word, &self.inner.keys));
            }
        }
        let answers = self.inner.others.ask(node, &pipeline).await?;
        let mut missing = Missing::default();
        for (call, answer) in CALLS.iter().zip(&answers) {
            missing.note(call, answer);
        }
        let wake = self.inner.keys.wake();
        let heard = async {
            let mut pubsub = self.inner.topology.client(node).ok()?.get_async_pubsub().await.ok()?;
            pubsub.subscribe(&wake).await.err()
        };
        if let Some(error) = heard.await
            && error.code() == Some("NOPERM")
        {
            let refused = error.detail().unwrap_or_default();
            missing.refused("SUBSCRIBE", &wake, refused);
        }
        Ok(missing)
    }
}

fn filled(word: &str, keys: &Keys) -> String {
    word.replace("{p}", &keys.in_shard(0, "probe"))
        .replace("{n}", keys.namespace())
}

impl Missing {
    fn note(&mut self, call: &str, answer: &Value) {
        let Value::ServerError(error) = answer else { return };
        // Any other refusal is no question of rights: a full server, another node's slot, an unknown command.
        if error.code() == "NOPERM" {
            let place = call.split(' ').find(|word| word.contains('{')).unwrap_or_default();
            self.refused(call, place, error.details().unwrap_or_default());
        }
    }

    fn refused(&mut self, call: &str, place: &str, told: &str) {
        let is_place = told.contains("one of the keys") || told.contains("channel") || told.contains("a key");
        let (list, what) = if is_place {
            let kind = match place {
                "{n}:idem:" => "idempotency keys",
                "{n}:intake" => "the stream `intake`",
                "{n}:rejected" => "the stream `rejected`",
                _ if place.ends_with(":wake") => "the channel `wake`",
                _ => "the shards' keys",
            };
            (&mut self.places, kind.to_owned())
        } else {
            (&mut self.commands, name_of(call))
        };
        if !list.contains(&what) {
            list.push(what);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the client library says when it connects, or does only for sentinels and clusters, and what a newer server has
    /// only.
    const BESIDE: [&str; 5] = ["client|setinfo", "select", "cluster|slots", "waitaof", "subscribe"];

    fn granted() -> BTreeSet<String> {
        let list = include_str!("../../../deploy/users.acl").replace("\\\n", " ");
        let worker = list
            .lines()
            .find(|line| line.starts_with("user worker "))
            .expect("there");
        let words = worker.split_whitespace();
        words
            .filter_map(|word| word.strip_prefix('+').map(str::to_owned))
            .collect()
    }

    #[test]
    fn the_access_list_grants_what_is_asked_for_and_nothing_else() {
        let mut asked: BTreeSet<String> = CALLS.iter().map(|call| name_of(call)).collect();
        asked.extend(BESIDE.map(str::to_owned));
        assert_eq!(granted(), asked);
    }

    /// Every word in quotes after one of these is a command that the ledger makes.
    #[test]
    fn every_command_of_the_ledger_is_asked_for() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ledger");
        let mut found = BTreeSet::new();
        for folder in [folder.clone(), folder.join("scripts")] {
            for file in std::fs::read_dir(folder).expect("a folder") {
                let path = file.expect("a file").path();
                let ends = |with: &str| path.to_string_lossy().ends_with(with);
                if !path.is_file() || ends("rights.rs") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("text");
                for (before, quote) in [("cmd(", '"'), ("call(", '\''), ("try(", '\''), ("{ \"H", '"')] {
                    for part in text.split(before).skip(1) {
                        let Some(word) = part.split(quote).nth(1).filter(|_| part.starts_with(quote)) else {
                            continue;
                        };
                        found.insert(word.to_lowercase());
                    }
                }
            }
        }
        // Sentinels are asked without our login.
        found.remove("sentinel");
        assert!(found.len() > 30, "{found:?}");
        let granted: BTreeSet<String> = granted()
            .iter()
            .map(|name| name.split('|').next().unwrap_or_default().to_owned())
            .collect();
        let lacking: Vec<_> = found.difference(&granted).collect();
        assert!(lacking.is_empty(), "add to CALLS and deploy/users.acl: {lacking:?}");
    }
}
