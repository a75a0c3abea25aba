//! The events of all shards: places in them, pages of them, and their end as it grows.
//!
//! Each shard has a stream of its own, with ids of its own server's clock. A place in all of them is a place in each: no
//! single number would do, since an event of one shard may come in after a younger one of another was read.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::Value;

use super::{Effort, Ledger, LedgerError, Link, Standard, claim::millis, value};

/// Longest blocking read: the connection's answers must come within this and the response timeout.
pub(super) const BLOCK_MAX: Duration = Duration::from_secs(5);
/// First byte of a place in several shards, so that another form can be told from this one.
const FORM: u8 = 1;

/// The place of an event in its shard's stream, as Redis writes it: `<ms>-<n>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventAt {
    /// The millisecond it was recorded in since 1970, by Redis' clock.
    pub ms: u64,
    /// Counts within a millisecond.
    pub seq: u64,
}

impl EventAt {
    /// The first place after this one; behind the last that there can be, that one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.seq.checked_add(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => match self.ms.checked_add(1) {
                Some(ms) => Self { ms, seq: 0 },
                None => self,
            },
        }
    }
}

/// A text that is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the events of this ledger")]
pub struct NoPlace;

impl fmt::Display for EventAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

impl FromStr for EventAt {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|_| plain).ok_or(NoPlace)
        };
        let (ms, seq) = text.split_once('-').ok_or(NoPlace)?;
        Ok(Self {
            ms: number(ms)?,
            seq: number(seq)?,
        })
    }
}

/// An event as it stands in its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The shard.
    pub shard: u16,
    /// Its place there.
    pub id: EventAt,
    /// The CloudEvent.
    pub text: String,
}

/// A place in the events of all shards: what stands before it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCursor {
    by_shard: Vec<EventAt>,
}

impl EventCursor {
    /// Before the first event.
    #[must_use]
    pub fn start(shards: u16) -> Self {
        Self {
            by_shard: vec![EventAt::default(); usize::from(shards)],
        }
    }

    /// Reads what `Display` wrote, for a ledger of so many shards.
    ///
    /// # Errors
    /// Where it is another text, or a place in a ledger of another number of shards.
    pub fn parse(text: &str, shards: u16) -> Result<Self, NoPlace> {
        if shards == 1 {
            return Ok(Self {
                by_shard: vec![text.parse()?],
            });
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoPlace)?;
        let mut rest = bytes.strip_prefix(&[FORM]).ok_or(NoPlace)?;
        let latest = number(&mut rest)?;
        let mut by_shard = Vec::with_capacity(usize::from(shards));
        for _ in 0..shards {
            let ms = latest.checked_sub(number(&mut rest)?).ok_or(NoPlace)?;
            let seq = number(&mut rest)?;
            by_shard.push(EventAt { ms, seq });
        }
        // One spelling for one place: the latest time is that of a shard.
        if rest.is_empty() && by_shard.iter().any(|at| at.ms == latest) {
            Ok(Self { by_shard })
        } else {
            Err(NoPlace)
        }
    }

    /// The place in one shard.
    #[must_use]
    pub fn in_shard(&self, shard: u16) -> EventAt {
        self.by_shard.get(usize::from(shard)).copied().unwrap_or_default()
    }

    /// Moves one shard's place.
    pub fn set(&mut self, shard: u16, id: EventAt) {
        if let Some(place) = self.by_shard.get_mut(usize::from(shard)) {
            *place = id;
        }
    }

    /// The event was read.
    pub fn pass(&mut self, event: &Event) {
        self.set(event.shard, event.id);
    }

    /// Whether the event stands behind this place.
    #[must_use]
    pub fn is_before(&self, event: &Event) -> bool {
        self.in_shard(event.shard) < event.id
    }

    /// Whether in no shard this place stands before the other.
    #[must_use]
    pub fn reaches(&self, other: &Self) -> bool {
        self.by_shard
            .iter()
            .zip(&other.by_shard)
            .all(|(mine, theirs)| mine >= theirs)
    }
}

/// One shard: its own id. Several: a byte for the form, the latest time, and for each shard how long before it, and the
/// number, as LEB128 in base64url; some ten characters a shard.
impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [one] = self.by_shard.as_slice() {
            return one.fmt(f);
        }
        let latest = self.by_shard.iter().map(|id| id.ms).max().unwrap_or(0);
        let mut bytes = vec![FORM];
        push(&mut bytes, latest);
        for id in &self.by_shard {
            push(&mut bytes, latest - id.ms);
            push(&mut bytes, id.seq);
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// LEB128: seven bits a byte, the lowest first.
fn push(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn number(bytes: &mut &[u8]) -> Result<u64, NoPlace> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(NoPlace)?;
        *bytes = rest;
        let part = u64::from(first & 0x7f);
        let moved = part << shift;
        if moved >> shift != part {
            return Err(NoPlace);
        }
        number |= moved;
        if first & 0x80 == 0 {
            // One spelling for one number.
            return if part == 0 && shift > 0 {
                Err(NoPlace)
            } else {
                Ok(number)
            };
        }
    }
    Err(NoPlace)
}

impl Ledger {
    /// Events after a place, about by age, at most so many.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn events_after(&self, after: &EventCursor, limit: usize) -> Result<Vec<Event>, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("XRANGE");
                command
                    .arg(self.inner.keys.in_shard(shard, "events"))
                    .arg(format!("({}", after.in_shard(shard)))
                    .arg("+")
                    .arg("COUNT")
                    .arg(limit);
                command
            })
            .await?;
        let mut events: Vec<Event> = (0..self.shards())
            .zip(&answers)
            .flat_map(|(shard, answer)| read(shard, answer))
            .collect();
        // Of each shard the first ones stay, whatever is cut off.
        events.sort_by_key(|event| (event.id, event.shard));
        events.truncate(limit);
        Ok(events)
    }

    /// The place behind all events that there are.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn events_end(&self) -> Result<EventCursor, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("XREVRANGE");
                command.arg(self.inner.keys.in_shard(shard, "events"));
                command.arg("+").arg("-").arg("COUNT").arg(1);
                command
            })
            .await?;
        let mut end = EventCursor::start(self.shards());
        for (shard, answer) in (0..self.shards()).zip(&answers) {
            for event in read(shard, answer) {
                end.pass(&event);
            }
        }
        Ok(end)
    }

    /// Readers of the events' end that together read every shard; each wants a task of its own.
    #[must_use]
    pub fn event_tails(&self) -> Vec<EventTail> {
        let tail = |(link, shards)| EventTail {
            ledger: self.clone(),
            link,
            shards,
        };
        self.tail_links().into_iter().map(tail).collect()
    }

    /// A connection for blocking reads, and the shards that it can read: all of them, or in a cluster, where one read
    /// cannot span slots, one a connection.
    pub(super) fn tail_links(&self) -> Vec<(Link, Vec<u16>)> {
        let shards: Vec<u16> = (0..self.shards()).collect();
        let size = if self.inner.topology.is_cluster() {
            1
        } else {
            shards.len()
        };
        let timeout = self.inner.settings.response_timeout;
        let link = || {
            Link::new(
                self.inner.topology.clone(),
                Some(BLOCK_MAX + timeout),
                timeout,
                Standard::none(),
            )
        };
        let parts = shards.chunks(size.max(1));
        parts.map(|part| (link(), part.to_vec())).collect()
    }
}

/// Reads events as they come, by a blocking read: it costs nothing while nothing happens.
pub struct EventTail {
    ledger: Ledger,
    link: Link,
    shards: Vec<u16>,
}

impl fmt::Debug for EventTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTail")
            .field("shards", &self.shards)
            .finish_non_exhaustive()
    }
}

impl EventTail {
    /// The shards that this one reads.
    #[must_use]
    pub fn shards(&self) -> &[u16] {
        &self.shards
    }

    /// Events after a place, at most so many a shard; waits for the first up to `block` (at most 5 s). Empty: none came.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn read(&self, after: &EventCursor, max: usize, block: Duration) -> Result<Vec<Event>, LedgerError> {
        let key = |shard: &u16| self.ledger.inner.keys.in_shard(*shard, "events");
        let mut command = redis::cmd("XREAD");
        // 0 would mean for ever.
        command
            .arg("COUNT")
            .arg(max)
            .arg("BLOCK")
            .arg(millis(block.min(BLOCK_MAX)).max(1));
        command.arg("STREAMS");
        for shard in &self.shards {
            command.arg(key(shard));
        }
        for shard in &self.shards {
            command.arg(after.in_shard(*shard).to_string());
        }
        let slot = self.ledger.slot(self.shards.first().copied().unwrap_or(0));
        let answer = self.link.one(slot, command, Effort::UnlessSent).await?;
        let mut events = Vec::new();
        for (name, entries) in value::pairs(&answer) {
            let name = value::text(name);
            if let Some(shard) = self.shards.iter().find(|shard| key(shard) == name) {
                events.extend(read(*shard, entries));
            }
        }
        events.sort_by_key(|event| (event.id, event.shard));
        Ok(events)
    }
}

fn read(shard: u16, answer: &Value) -> Vec<Event> {
    let event = |(id, text): (EventAt, Option<String>)| Some(Event { shard, id, text: text? });
    entries(answer).into_iter().filter_map(event).collect()
}

/// Entries of an event stream: each place, and the event where the entry is one.
pub(super) fn entries(answer: &Value) -> Vec<(EventAt, Option<String>)> {
    let entry = |entry: &Value| {
        let parts = value::list(entry);
        let at = value::text(parts.first()?).parse().ok()?;
        let fields = value::pairs(parts.get(1)?);
        let event = fields.into_iter().find(|(name, _)| value::text(name) == "event");
        Some((at, event.map(|(_, text)| value::text(text))))
    };
    value::list(answer).iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_any_number_of_shards_is_read_as_it_was_written() {
        for shards in [1u16, 2, 3, 16, 1024] {
            let mut cursor = EventCursor::start(shards);
            for shard in 0..shards {
                let far = u64::from(shard);
                cursor.set(
                    shard,
                    EventAt {
                        ms: 1_764_000_000_000 - far * 997,
                        seq: far,
                    },
                );
            }
            for cursor in [cursor, EventCursor::start(shards)] {
                let text = cursor.to_string();
                assert_eq!(EventCursor::parse(&text, shards), Ok(cursor), "{text}");
                assert_eq!(EventCursor::parse(&text, shards + 1), Err(NoPlace), "{text}");
                assert!(text.len() < 60 + usize::from(shards) * 12, "{} characters", text.len());
            }
        }
        let one = EventCursor::start(1);
        assert_eq!(one.to_string(), "0-0");
    }

    #[test]
    fn behind_the_last_place_there_is_none() {
        let last = EventAt {
            ms: u64::MAX,
            seq: u64::MAX,
        };
        assert_eq!(last.next(), last);
        assert_eq!(EventAt { ms: 1, seq: u64::MAX }.next(), EventAt { ms: 2, seq: 0 });
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "",
            "0",
            "-",
            "1-",
            "-1",
            "1-2-3",
            "+1-0",
            "1 -0",
            "x-0",
            "99999999999999999999-0",
        ] {
            assert_eq!(EventCursor::parse(text, 1), Err(NoPlace), "{text}");
        }
        for bytes in [
            &[][..],
            &[FORM],
            &[2, 0, 0, 0, 0, 0],
            &[FORM, 0, 1, 0, 0, 0],
            &[FORM, 0, 0, 0, 0, 0, 0],
            &[FORM, 0x80, 0, 0, 0, 0, 0],
            &[FORM, 9, 1, 0, 1, 0],
        ] {
            assert_eq!(
                EventCursor::parse(&URL_SAFE_NO_PAD.encode(bytes), 2),
                Err(NoPlace),
                "{bytes:?}"
            );
        }
        assert!(EventCursor::parse(&URL_SAFE_NO_PAD.encode([FORM, 0, 0, 0, 0, 0]), 2).is_ok());
    }
}
