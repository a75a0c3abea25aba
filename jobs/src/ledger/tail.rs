//! The event streams, read along: which shard has something new, without asking again and again.
//!
//! The reads block, each tail on a connection of its own. In a cluster one read cannot span slots, so there every shard has
//! a tail; elsewhere one serves all shards.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use redis::Value;

use super::{Effort, Ledger, LedgerError, Link, Routed, Standard, claim::millis, keys::slot_of, value};

/// The place of an event in its shard's stream: the millisecond it was recorded in, by Redis' clock, and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventAt {
    /// Milliseconds since 1970.
    pub ms: u64,
    /// Counts within a millisecond.
    pub seq: u64,
}

impl EventAt {
    /// The first place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.seq.checked_add(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => Self {
                ms: self.ms + 1,
                seq: 0,
            },
        }
    }
}

impl fmt::Display for EventAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

impl FromStr for EventAt {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ms, seq) = text.split_once('-').ok_or(())?;
        let number = |digits: &str| digits.parse().map_err(|_| ());
        Ok(Self {
            ms: number(ms)?,
            seq: number(seq)?,
        })
    }
}

/// Longest blocking read; a server that is gone is noticed within this and the response timeout.
const BLOCK: Duration = Duration::from_secs(5);

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
        let groups: Vec<Vec<u16>> = if self.inner.topology.is_cluster() {
            (0..self.shards()).map(|shard| vec![shard]).collect()
        } else {
            vec![(0..self.shards()).collect()]
        };
        let timeout = self.inner.settings.response_timeout;
        let tail = |shards: Vec<u16>| Tail {
            link: Link::new(
                Arc::clone(&self.inner.topology),
                Some(BLOCK + timeout),
                timeout,
                Standard::none(),
            ),
            shards: shards
                .into_iter()
                .map(|shard| Heard {
                    shard,
                    key: self.inner.keys.in_shard(shard, "events"),
                    last: EventAt::default(),
                    look: true,
                })
                .collect(),
        };
        groups.into_iter().map(tail).collect()
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
            .arg(millis(BLOCK))
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

/// Entries of the event stream: place and text.
pub(super) fn entries(answer: &Value) -> Vec<(EventAt, String)> {
    let entry = |entry: &Value| {
        let parts = value::list(entry);
        let at = value::text(parts.first()?).parse().ok()?;
        let fields = value::pairs(parts.get(1)?);
        let event = fields.into_iter().find(|(name, _)| value::text(name) == "event");
        Some((at, event.map(|(_, text)| value::text(text)).unwrap_or_default()))
    };
    value::list(answer).iter().filter_map(entry).collect()
}
