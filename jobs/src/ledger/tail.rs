//! The event streams, read along: which shard has something new, without asking again and again.
//!
//! The reads block, each tail on a connection of its own.

use std::fmt;

use super::events::{BLOCK_MAX, EventAt, entries};
use super::{Effort, Ledger, LedgerError, Link, Routed, claim::millis, keys::slot_of, value};

/// Hears of new events in some shards.
pub struct Tail {
    link: Link,
    shards: Vec<Heard>,
}

struct Heard {
    shard: u16,
    key: String,
    /// The newest event known.
    last: EventAt,
    /// More may have come than was heard of.
    look: bool,
}

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shards: Vec<u16> = self.shards.iter().map(|heard| heard.shard).collect();
        f.debug_struct("Tail").field("shards", &shards).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Tails that together hear of every shard; each wants a task of its own.
    #[must_use]
    pub fn tails(&self) -> Vec<Tail> {
        let heard = |shard| Heard {
            shard,
            key: self.inner.keys.in_shard(shard, "events"),
            last: EventAt::default(),
            look: true,
        };
        let tail = |(link, shards): (Link, Vec<u16>)| Tail {
            link,
            shards: shards.into_iter().map(heard).collect(),
        };
        self.tail_links().into_iter().map(tail).collect()
    }
}

impl Tail {
    /// Waits until there is something new, at most some seconds: the shards that have it. Between two calls a caller may
    /// pause; what comes meanwhile is told then.
    ///
    /// # Errors
    /// Any of the server's; nothing is missed for it.
    pub async fn heard(&mut self) -> Result<Vec<u16>, LedgerError> {
        let newer = self.look().await?;
        if !newer.is_empty() {
            return Ok(newer);
        }
        let mut command = redis::cmd("XREAD");
        command
            .arg("COUNT")
            .arg(1)
            .arg("BLOCK")
            .arg(millis(BLOCK_MAX))
            .arg("STREAMS");
        for heard in &self.shards {
            command.arg(&heard.key);
        }
        for heard in &self.shards {
            command.arg(heard.last.to_string());
        }
        let slot = self.shards.first().map_or(0, |heard| slot_of(&heard.key));
        let answer = self.link.one(slot, command, Effort::UnlessSent).await?;
        let streams: Vec<String> = value::pairs(&answer)
            .into_iter()
            .map(|(key, _)| value::text(key))
            .collect();
        let mut told = Vec::new();
        for heard in self.shards.iter_mut().filter(|heard| streams.contains(&heard.key)) {
            heard.look = true;
            told.push(heard.shard);
        }
        Ok(told)
    }

    /// Shards whose newest event is not the one that was known, of those that may have one.
    async fn look(&mut self) -> Result<Vec<u16>, LedgerError> {
        let asked: Vec<&mut Heard> = self.shards.iter_mut().filter(|heard| heard.look).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let newest = |heard: &&mut Heard| {
            let mut command = redis::cmd("XREVRANGE");
            command.arg(&heard.key).arg("+").arg("-").arg("COUNT").arg(1);
            Routed {
                slot: slot_of(&heard.key),
                command,
            }
        };
        let commands = asked.iter().map(newest).collect();
        let answers = self.link.send(commands, Effort::UnlessSent, false).await?;
        let mut newer = Vec::new();
        for (heard, answer) in asked.into_iter().zip(&answers) {
            let at = entries(answer).first().map(|(at, _)| *at).unwrap_or_default();
            heard.look = false;
            if at > heard.last {
                heard.last = at;
                newer.push(heard.shard);
            }
        }
        Ok(newer)
    }
}
