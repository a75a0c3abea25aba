//! Looking: orders by id, key and state, their timelines, how many there are.

use redis::Value;

use super::{Ledger, LedgerError, keys::slot_of, value};
use crate::state::{Kind, Priority, State};

/// The index fields of an order, as packed in `m`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Where it stands.
    pub state: State,
    /// Counts its records.
    pub version: u64,
    /// The fence of the last claim; 0: never claimed.
    pub fence: u64,
    /// When its lease ends; 0: nobody holds it.
    pub lease_end_ms: u64,
    /// Its queue.
    pub account: String,
    /// What is ordered.
    pub kind: Kind,
    /// Its urgency.
    pub priority: Priority,
    /// What only one order may work on at a time; empty: nothing.
    pub resource: String,
    /// The producer's name for it.
    pub idempotency_key: String,
}

impl Meta {
    /// Reads `m`; `None` if it is damaged, or of a newer version of ours.
    pub(super) fn parse(packed: &str) -> Option<Self> {
        let mut parts = packed.splitn(10, '|');
        let mut next = || parts.next();
        let meta = Self {
            state: next()?.parse().ok()?,
            version: next()?.parse().ok()?,
            fence: next()?.parse().ok()?,
            lease_end_ms: next()?.parse().ok()?,
            account: next()?.to_owned(),
            kind: next()?.parse().ok()?,
            priority: match next()? {
                "0" => Priority::Low,
                "1" => Priority::Normal,
                "2" => Priority::High,
                _ => return None,
            },
            resource: {
                next()?;
                next()?.to_owned()
            },
            idempotency_key: next()?.to_owned(),
        };
        Some(meta)
    }
}

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub id: String,
    /// Its index fields.
    pub meta: Meta,
    /// Whether somebody holds it now.
    pub leased: bool,
    /// The document.
    pub doc: String,
    /// The record.
    pub rec: String,
    /// Signals that wait, oldest first.
    pub signals: Vec<String>,
}

/// Which orders to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty: in any.
    pub states: Vec<State>,
    /// Of this account.
    pub account: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// About this resource.
    pub resource: Option<String>,
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The order.
    pub order: Stored,
    /// Since when it is in its state, by Redis' clock.
    pub since_ms: u64,
}

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Orders, those first that came into their state last. May be fewer than asked for although more follow.
    pub orders: Vec<Listed>,
    /// Where the next part begins; `None`: there is none.
    pub next_cursor: Option<String>,
}

/// How many orders there are of a sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Their state.
    pub state: State,
    /// Their kind.
    pub kind: Kind,
    /// Their account.
    pub account: String,
    /// How many.
    pub n: u64,
}

/// Orders looked at for one page: with a filter that fits few, a page may be short.
const EXAMINED_MAX: usize = 2_000;

impl Ledger {
    /// Orders by id, `None` for what is not there or cannot be read.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn read(&self, ids: &[String]) -> Result<Vec<Option<Stored>>, LedgerError> {
        let foreign = |error: &LedgerError| matches!(error, LedgerError::Refused { message, .. } if message.starts_with("WRONGTYPE"));
        match self.read_together(ids).await {
            // A stranger's value stands in the place of one of them: it must not hide the others.
            Err(error) if foreign(&error) => {}
            read => return read,
        }
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            match self.read_together(std::slice::from_ref(id)).await {
                Err(error) if foreign(&error) => orders.push(None),
                read => orders.extend(read?),
            }
        }
        Ok(orders)
    }

    async fn read_together(&self, ids: &[String]) -> Result<Vec<Option<Stored>>, LedgerError> {
        let mut commands = Vec::new();
        for shard in 0..self.shards() {
            commands.push(self.route(shard, redis::cmd("TIME")));
        }
        let mut asked = Vec::new();
        for id in ids {
            let Ok(shard) = self.shard_of(id) else { continue };
            let mut command = redis::cmd("HMGET");
            command
                .arg(self.inner.keys.order(shard, id))
                .arg("m")
                .arg("d")
                .arg("r")
                .arg("s");
            commands.push(self.route(shard, command));
            asked.push((id, shard));
        }
        let mut answers = self.inner.others.send(commands, self.patience(), false).await?;
        let fields = answers.split_off(usize::from(self.shards()));
        let clocks: Vec<u64> = answers.iter().map(clock).collect();
        let mut found = asked.iter().zip(fields).map(|((id, shard), fields)| {
            let now = clocks.get(usize::from(*shard)).copied().unwrap_or(0);
            (id.as_str(), stored(id, &fields, now))
        });
        let mut next = found.next();
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            // Ids that are none were not asked for.
            match next.take_if(|(asked, _)| asked == id) {
                Some((_, order)) => {
                    orders.push(order);
                    next = found.next();
                }
                None => orders.push(None),
            }
        }
        Ok(orders)
    }

    /// The order that an idempotency key stands for (it may still be about to be created, see [`super::Acceptance::Repair`]).
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn find_by_key(&self, idempotency_key: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.find_key(idempotency_key).await?.map(|(id, _)| id))
    }

    /// As [`Ledger::find_by_key`], with the fingerprint of the content that the key stands for.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn find_key(&self, idempotency_key: &str) -> Result<Option<(String, String)>, LedgerError> {
        let key = self.inner.keys.idem(idempotency_key);
        let mut command = redis::cmd("GET");
        command.arg(&key);
        let answer = self.inner.others.one(slot_of(&key), command, self.patience()).await?;
        let text = value::opt_text(&answer);
        Ok(text.and_then(|text| {
            text.split_once(' ')
                .map(|(id, print)| (id.to_owned(), print.to_owned()))
        }))
    }

    /// Orders by state, newest first. The cursor names a place and not a number, so it is stable while orders come and go;
    /// an order that changes its state meanwhile may be seen twice or not at all.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] for a cursor that is none of ours; else any of the server's.
    pub async fn list(&self, filter: &Filter, cursor: Option<&str>, limit: usize) -> Result<Page, LedgerError> {
        let mut from = match cursor {
            None => None,
            Some(text) => Some(place(text).ok_or_else(|| LedgerError::Invalid("this is no cursor".to_owned()))?),
        };
        let mut page = Page::default();
        let mut examined = 0;
        let step = limit.clamp(16, 256);
        while page.orders.len() < limit && examined < EXAMINED_MAX {
            let places = self.places(filter, from.as_ref(), step).await?;
            if places.is_empty() {
                return Ok(page);
            }
            let ids: Vec<String> = places.iter().map(|(_, id)| id.clone()).collect();
            let orders = self.read(&ids).await?;
            for ((since_ms, id), order) in places.into_iter().zip(orders) {
                examined += 1;
                from = Some((since_ms, id));
                let Some(order) = order.filter(|order| filter.fits(&order.meta)) else {
                    continue;
                };
                page.orders.push(Listed { order, since_ms });
                if page.orders.len() == limit {
                    break;
                }
            }
        }
        page.next_cursor = from.map(|(since_ms, id)| format!("{since_ms}.{id}"));
        Ok(page)
    }

    /// The next `n` places of a list below a place, over all shards and states.
    async fn places(
        &self,
        filter: &Filter,
        from: Option<&(u64, String)>,
        n: usize,
    ) -> Result<Vec<(u64, String)>, LedgerError> {
        let states = if filter.states.is_empty() {
            State::ALL
        } else {
            &filter.states
        };
        let shards: Vec<u16> = match &filter.resource {
            Some(resource) => vec![super::shard_of_resource(resource, self.shards())],
            None => (0..self.shards()).collect(),
        };
        let mut open: Vec<(u16, State, usize)> = shards
            .iter()
            .flat_map(|shard| states.iter().map(|state| (*shard, *state, 0)))
            .collect();
        let mut places = Vec::new();
        // More than once only where many orders came into a state in the cursor's very millisecond.
        while !open.is_empty() {
            let commands = open.iter().map(|(shard, state, offset)| {
                let mut command = redis::cmd("ZREVRANGEBYSCORE");
                command.arg(self.inner.keys.in_shard(*shard, &format!("state:{state}")));
                match from {
                    Some((since, _)) => command.arg(*since),
                    None => command.arg("+inf"),
                };
                command.arg("-inf").arg("WITHSCORES").arg("LIMIT").arg(*offset).arg(n);
                self.route(*shard, command)
            });
            let answers = self
                .inner
                .others
                .send(commands.collect(), self.patience(), false)
                .await?;
            let mut again = Vec::new();
            for ((shard, state, offset), answer) in open.into_iter().zip(&answers) {
                let pairs = value::pairs(answer);
                let (had, before) = (pairs.len(), places.len());
                let found = pairs
                    .into_iter()
                    .map(|(id, score)| (value::uint(score), value::text(id)));
                places.extend(found.filter(|place| from.is_none_or(|from| place < from)));
                if places.len() == before && had == n {
                    again.push((shard, state, offset + n));
                }
            }
            open = again;
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(n);
        Ok(places)
    }

    /// What happened to an order, oldest first; at most 256 entries, of which the first is never dropped.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn timeline(&self, id: &str) -> Result<Vec<String>, LedgerError> {
        let shard = self.shard_of(id)?;
        let mut command = redis::cmd("LRANGE");
        command.arg(self.inner.keys.timeline(shard, id)).arg(0).arg(-1);
        Ok(value::texts(&self.ask(shard, command).await?))
    }

    /// How many orders there are, by state, kind and account.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn counts(&self) -> Result<Vec<Count>, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("HGETALL");
                command.arg(self.inner.keys.in_shard(shard, "counts"));
                command
            })
            .await?;
        let mut counts: Vec<Count> = Vec::new();
        for (field, n) in answers.iter().flat_map(value::pairs) {
            let field = value::text(field);
            let mut parts = field.splitn(3, '|');
            let (Some(Ok(state)), Some(Ok(kind)), Some(account)) =
                (parts.next().map(str::parse), parts.next().map(str::parse), parts.next())
            else {
                continue;
            };
            let n = value::uint(n);
            match counts
                .iter_mut()
                .find(|c| c.state == state && c.kind == kind && c.account == account)
            {
                Some(count) => count.n += n,
                None => counts.push(Count {
                    state,
                    kind,
                    account: account.to_owned(),
                    n,
                }),
            }
        }
        Ok(counts)
    }

    /// Since when the longest-waiting order of a state is in it, by Redis' clock.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn oldest(&self, state: State) -> Result<Option<u64>, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("ZRANGE");
                command
                    .arg(self.inner.keys.in_shard(shard, &format!("state:{state}")))
                    .arg(0)
                    .arg(0)
                    .arg("WITHSCORES");
                command
            })
            .await?;
        Ok(answers
            .iter()
            .flat_map(value::pairs)
            .map(|(_, score)| value::uint(score))
            .min())
    }

    /// Redis' clock, in ms.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn now_ms(&self) -> Result<u64, LedgerError> {
        Ok(clock(&self.ask(0, redis::cmd("TIME")).await?))
    }

    /// Orders that were set aside, with the time.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn aside(&self, limit: usize) -> Result<Vec<(String, u64)>, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("ZRANGE");
                command
                    .arg(self.inner.keys.in_shard(shard, "aside"))
                    .arg(0)
                    .arg(limit.max(1) - 1)
                    .arg("WITHSCORES");
                command
            })
            .await?;
        let pairs = answers.iter().flat_map(value::pairs);
        Ok(pairs
            .take(limit)
            .map(|(id, at)| (value::text(id), value::uint(at)))
            .collect())
    }

    /// Events of a shard after an id (`0`: from the start), oldest first, with their ids.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn events(&self, shard: u16, after: &str, limit: usize) -> Result<Vec<(String, String)>, LedgerError> {
        let mut command = redis::cmd("XRANGE");
        command
            .arg(self.inner.keys.in_shard(shard, "events"))
            .arg(format!("({after}"))
            .arg("+")
            .arg("COUNT")
            .arg(limit);
        let answer = self.ask(shard, command).await?;
        let event = |entry: &Value| {
            let parts = value::list(entry);
            let fields = value::pairs(parts.get(1)?);
            let (_, event) = fields.into_iter().find(|(name, _)| value::text(name) == "event")?;
            Some((value::text(parts.first()?), value::text(event)))
        };
        Ok(value::list(&answer).iter().filter_map(event).collect())
    }
}

impl Filter {
    fn fits(&self, meta: &Meta) -> bool {
        (self.states.is_empty() || self.states.contains(&meta.state))
            && self.account.as_ref().is_none_or(|account| *account == meta.account)
            && self.kind.is_none_or(|kind| kind == meta.kind)
            && self.resource.as_ref().is_none_or(|resource| *resource == meta.resource)
    }
}

fn place(cursor: &str) -> Option<(u64, String)> {
    let (since, id) = cursor.split_once('.')?;
    Some((since.parse().ok()?, id.to_owned()))
}

/// `TIME`, in ms.
pub(super) fn clock(value: &Value) -> u64 {
    let parts = value::list(value);
    parts.first().map_or(0, value::uint) * 1_000 + parts.get(1).map_or(0, value::uint) / 1_000
}

fn stored(id: &str, fields: &Value, now_ms: u64) -> Option<Stored> {
    let [packed, doc, rec, signals] = value::list(fields) else {
        return None;
    };
    let meta = Meta::parse(&value::opt_text(packed)?)?;
    Some(Stored {
        id: id.to_owned(),
        leased: meta.lease_end_ms > now_ms,
        meta,
        doc: value::opt_text(doc)?,
        rec: value::opt_text(rec)?,
        signals: value::signals(&value::text(signals)),
    })
}
