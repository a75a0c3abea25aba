//! Where webhook endpoints stand: a state an endpoint and shard, and the right to work on it.
//!
//! What is kept does not grow with an endpoint's downtime: a place in the event stream (the cursor), up to which every
//! event is delivered, a dead letter, or listed with an order that is held because its head is still being retried. Events
//! themselves are never copied; the stream keeps them for `retention.events`.
//!
//! Who delivers holds a lease with a fence in each shard; what a late holder writes is refused. None of it need be durable
//! before it is believed: what a crash of the server forgets is delivered once more, under the same id.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use super::{
    BATCH_MAX, Ledger, LedgerError, Link, Routed, Standard,
    claim::millis,
    events::{EventAt, entries},
    script, value,
};

/// Where an endpoint begins that was never seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// After the newest event.
    New,
    /// At the oldest event that is kept.
    Oldest,
}

/// An order whose oldest undelivered event was tried and not taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldOrder {
    /// Its undelivered events up to the cursor, oldest first.
    pub events: Vec<EventAt>,
    /// How often the first of them was tried.
    pub attempts: u32,
    /// Since when (ms) nothing of it was taken; 0: it was not tried yet.
    pub since_ms: u64,
    /// When (ms) it is tried again.
    pub next_ms: u64,
}

impl HeldOrder {
    fn pack(&self) -> String {
        let events: Vec<String> = self.events.iter().map(EventAt::to_string).collect();
        format!(
            "{}|{}|{}|{}",
            self.attempts,
            self.since_ms,
            self.next_ms,
            events.join(",")
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '|');
        Some(Self {
            attempts: parts.next()?.parse().ok()?,
            since_ms: parts.next()?.parse().ok()?,
            next_ms: parts.next()?.parse().ok()?,
            events: parts.next()?.split(',').filter_map(|at| at.parse().ok()).collect(),
        })
    }
}

/// An event that was given up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeadLetter {
    /// Where it stands in the stream.
    pub at: EventAt,
    /// The event's id: what the endpoint saw as `webhook-id`.
    pub event: String,
    /// Its type, such as `order.succeeded`.
    pub kind: String,
    /// The order.
    pub order: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of the last try, a word of the metric's `result`.
    pub result: String,
}

impl DeadLetter {
    fn pack(&self) -> String {
        let Self {
            at,
            event,
            kind,
            order,
            attempts,
            result,
        } = self;
        format!("{at} {event} {kind} {order} {attempts} {result}")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let mut next = || parts.next();
        Some(Self {
            at: next()?.parse().ok()?,
            event: next()?.to_owned(),
            kind: next()?.to_owned(),
            order: next()?.to_owned(),
            attempts: next()?.parse().ok()?,
            result: next()?.to_owned(),
        })
    }
}

/// How far an endpoint has come in a shard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookPosition {
    /// No event up to here is of interest any more, but those of held orders.
    pub cursor: EventAt,
    /// How many events of the stream lie up to the cursor.
    pub settled: u64,
    /// Since when (ms) the endpoint takes nothing; 0: it does.
    pub failing_ms: u64,
    /// Orders that are held.
    pub held: Vec<(String, HeldOrder)>,
}

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookUpdate {
    /// As [`HookPosition::cursor`].
    pub cursor: EventAt,
    /// As [`HookPosition::settled`].
    pub settled: u64,
    /// Events of held orders, all of them.
    pub waiting: u64,
    /// As [`HookPosition::failing_ms`].
    pub failing_ms: u64,
    /// Held orders that changed; `None`: no longer held.
    pub held: Vec<(String, Option<HeldOrder>)>,
    /// New dead letters.
    pub dead: Vec<DeadLetter>,
    /// Replays that stand in `held` now.
    pub begun: Vec<DeadLetter>,
}

/// An endpoint's state, looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HookLook {
    /// Events after the cursor.
    pub behind: u64,
    /// Events of held orders.
    pub waiting: u64,
    /// Held orders.
    pub held: u64,
    /// Dead letters.
    pub dead: u64,
    /// Dead letters that wait for their replay.
    pub again: u64,
    /// Since when (ms) it takes nothing; 0: it does.
    pub failing_ms: u64,
    /// Whether a replica delivers to it.
    pub served: bool,
}

impl HookLook {
    /// Events that are to be delivered.
    #[must_use]
    pub const fn depth(&self) -> u64 {
        self.behind + self.waiting + self.again
    }
}

/// The webhook endpoints' states. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    ledger: Ledger,
    link: Arc<Link>,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}

impl Ledger {
    /// The states of webhook endpoints.
    #[must_use]
    pub fn webhooks(&self) -> Webhooks {
        Webhooks {
            ledger: self.clone(),
            link: Arc::clone(&self.inner.others),
        }
    }
}

impl Webhooks {
    /// The same over connections of its own: pages of events hold up no claim.
    #[must_use]
    pub fn apart(self) -> Self {
        let timeout = self.ledger.inner.settings.response_timeout;
        let topology = Arc::clone(&self.ledger.inner.topology);
        Self {
            link: Arc::new(Link::new(topology, Some(timeout), timeout, Standard::none())),
            ..self
        }
    }

    /// Takes or keeps the right to deliver to an endpoint for `lease`, in every shard where nobody else has it. By shard:
    /// the fence (`None`: another has it) and how many replays wait.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn lease(
        &self,
        endpoint: &str,
        holder: &str,
        lease: Duration,
        begin: Begin,
    ) -> Result<Vec<(Option<u64>, u64)>, LedgerError> {
        let begin = match begin {
            Begin::New => "new",
            Begin::Oldest => "oldest",
        };
        let asked = self.all(|shard| {
            let mut command = self.ledger.call(&script::WEBHOOK_LEASE, shard);
            command.arg(endpoint).arg(holder).arg(millis(lease)).arg(begin);
            command
        });
        let read = |answer: &redis::Value| {
            let numbers: Vec<u64> = value::list(answer).iter().map(value::uint).collect();
            let fence = numbers.first().copied().filter(|fence| *fence > 0);
            (fence, numbers.get(1).copied().unwrap_or(0))
        };
        Ok(asked.await?.iter().map(read).collect())
    }

    /// Gives the right back, so that another replica need not wait for its end.
    ///
    /// # Errors
    /// Any of the server's; the right then ends by itself.
    pub async fn release(&self, endpoint: &str, holder: &str) -> Result<(), LedgerError> {
        self.lease(endpoint, holder, Duration::ZERO, Begin::New).await.map(drop)
    }

    /// How far an endpoint has come.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn position(&self, endpoint: &str, shard: u16) -> Result<HookPosition, LedgerError> {
        let key = self.key(endpoint, shard);
        let (mut state, mut held) = (redis::cmd("HMGET"), redis::cmd("HGETALL"));
        state.arg(&key).arg("cursor").arg("settled").arg("failing");
        held.arg(format!("{key}:held"));
        let commands = [state, held].map(|command| self.ledger.route(shard, command));
        let answers = self.link.send(commands.into(), self.ledger.patience(), false).await?;
        let fields = answers.first().map(value::texts).unwrap_or_default();
        let field = |at: usize| fields.get(at).map(String::as_str).unwrap_or_default();
        let pairs = answers.get(1).map(value::pairs).unwrap_or_default();
        let order = |(order, text): (&redis::Value, &redis::Value)| {
            Some((value::text(order), HeldOrder::parse(&value::text(text))?))
        };
        Ok(HookPosition {
            cursor: field(0).parse().unwrap_or_default(),
            settled: field(1).parse().unwrap_or(0),
            failing_ms: field(2).parse().unwrap_or(0),
            held: pairs.into_iter().filter_map(order).collect(),
        })
    }

    /// Writes down how far it has come: at most [`BATCH_MAX`] changes at once. `false`: another has taken over, and nothing
    /// was written.
    ///
    /// # Errors
    /// Any of the server's; written again, it is as written once.
    pub async fn save(&self, endpoint: &str, shard: u16, fence: u64, update: &HookUpdate) -> Result<bool, LedgerError> {
        if update.held.len() + update.dead.len() + update.begun.len() > BATCH_MAX {
            return Err(LedgerError::Invalid(
                "too many changes of a webhook's state at once".to_owned(),
            ));
        }
        let mut command = self.ledger.call(&script::WEBHOOK_SAVE, shard);
        command.arg(endpoint).arg(fence).arg(update.cursor.to_string());
        command.arg(update.settled).arg(update.waiting).arg(update.failing_ms);
        for (order, held) in &update.held {
            let kept = held.as_ref().map(HeldOrder::pack).unwrap_or_default();
            command.arg("held").arg(order).arg(kept);
        }
        for letter in &update.dead {
            command.arg("dead").arg(letter.at.ms).arg(letter.pack());
        }
        for letter in &update.begun {
            command.arg("again").arg(letter.pack()).arg("");
        }
        Ok(value::uint(&self.one(shard, command).await?) == 1)
    }

    /// Events after a place, oldest first, at most `max`.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn events_after(
        &self,
        shard: u16,
        after: EventAt,
        max: usize,
    ) -> Result<Vec<(EventAt, String)>, LedgerError> {
        let mut command = redis::cmd("XRANGE");
        command.arg(self.ledger.inner.keys.in_shard(shard, "events"));
        command.arg(after.next().to_string()).arg("+").arg("COUNT").arg(max);
        let found = entries(&self.one(shard, command).await?).into_iter();
        // A place without an event is passed, too.
        Ok(found.map(|(at, text)| (at, text.unwrap_or_default())).collect())
    }

    /// The event at a place; `None`: it is no longer kept.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn event(&self, shard: u16, at: EventAt) -> Result<Option<String>, LedgerError> {
        let mut command = redis::cmd("XRANGE");
        command.arg(self.ledger.inner.keys.in_shard(shard, "events"));
        command.arg(at.to_string()).arg(at.to_string());
        let found = entries(&self.one(shard, command).await?).pop();
        Ok(found.map(|(_, text)| text.unwrap_or_default()))
    }

    /// An endpoint's state by shard; `None` where it has none.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn look(&self, endpoint: &str) -> Result<Vec<Option<HookLook>>, LedgerError> {
        let asked = self.all(|shard| {
            let mut command = self.ledger.call(&script::WEBHOOK_LOOK, shard);
            command.arg(endpoint);
            command
        });
        let read = |answer: &redis::Value| {
            let numbers: Vec<u64> = value::list(answer).iter().map(value::uint).collect();
            let [behind, waiting, held, dead, again, failing_ms, served] = numbers[..] else {
                return None;
            };
            Some(HookLook {
                behind,
                waiting,
                held,
                dead,
                again,
                failing_ms,
                served: served > 0,
            })
        };
        Ok(asked.await?.iter().map(read).collect())
    }

    /// Every endpoint that has a state.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn known(&self) -> Result<BTreeSet<String>, LedgerError> {
        let asked = self.all(|shard| {
            let mut command = redis::cmd("SMEMBERS");
            command.arg(self.ledger.inner.keys.in_shard(shard, "webhooks"));
            command
        });
        Ok(asked.await?.iter().flat_map(value::texts).collect())
    }

    /// Dead letters of a shard, those of the oldest events first, from the `skip`th, at most `max`.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn dead(
        &self,
        endpoint: &str,
        shard: u16,
        skip: usize,
        max: usize,
    ) -> Result<Vec<DeadLetter>, LedgerError> {
        self.letters(endpoint, shard, "dead", skip, max).await
    }

    /// Dead letters that are to be delivered again, at most `max`.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn again(&self, endpoint: &str, shard: u16, max: usize) -> Result<Vec<DeadLetter>, LedgerError> {
        self.letters(endpoint, shard, "again", 0, max).await
    }

    async fn letters(
        &self,
        endpoint: &str,
        shard: u16,
        set: &str,
        skip: usize,
        max: usize,
    ) -> Result<Vec<DeadLetter>, LedgerError> {
        let mut command = redis::cmd("ZRANGE");
        command.arg(format!("{}:{set}", self.key(endpoint, shard)));
        command.arg(skip).arg((skip + max).saturating_sub(1));
        let letters = value::texts(&self.one(shard, command).await?);
        Ok(letters.iter().filter_map(|text| DeadLetter::parse(text)).collect())
    }

    /// Has dead letters delivered again, and wakes who delivers; returns how many of them were dead letters still.
    ///
    /// # Errors
    /// Any of the server's; those that were moved before it are delivered.
    pub async fn replay(&self, endpoint: &str, shard: u16, letters: &[DeadLetter]) -> Result<u64, LedgerError> {
        let mut moved = 0;
        for some in letters.chunks(BATCH_MAX) {
            let mut command = self.ledger.call(&script::WEBHOOK_REPLAY, shard);
            command.arg(endpoint);
            for letter in some {
                command.arg(letter.pack());
            }
            moved += value::uint(&self.one(shard, command).await?);
        }
        Ok(moved)
    }

    /// Deletes dead letters, and replays not begun, whose events were recorded before a moment: their events are no longer
    /// kept. How many that were.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn drop_dead(&self, endpoint: &str, shard: u16, before_ms: u64) -> Result<u64, LedgerError> {
        let key = self.key(endpoint, shard);
        let commands = ["dead", "again"].map(|set| {
            let mut command = redis::cmd("ZREMRANGEBYSCORE");
            command
                .arg(format!("{key}:{set}"))
                .arg("-inf")
                .arg(format!("({before_ms}"));
            self.ledger.route(shard, command)
        });
        let answers = self.link.send(commands.into(), self.ledger.patience(), false).await?;
        Ok(answers.iter().map(value::uint).sum())
    }

    /// Deletes an endpoint's state. `false`: a replica delivers to it, and some of it is left.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn forget(&self, endpoint: &str) -> Result<bool, LedgerError> {
        let asked = self.all(|shard| {
            let mut command = self.ledger.call(&script::WEBHOOK_FORGET, shard);
            command.arg(endpoint);
            command
        });
        Ok(asked.await?.iter().all(|answer| value::uint(answer) == 1))
    }

    fn key(&self, endpoint: &str, shard: u16) -> String {
        self.ledger.inner.keys.in_shard(shard, &format!("webhook:{endpoint}"))
    }

    async fn one(&self, shard: u16, command: redis::Cmd) -> Result<redis::Value, LedgerError> {
        self.link
            .one(self.ledger.slot(shard), command, self.ledger.patience())
            .await
    }

    async fn all(&self, command: impl Fn(u16) -> redis::Cmd) -> Result<Vec<redis::Value>, LedgerError> {
        let commands: Vec<Routed> = (0..self.ledger.shards())
            .map(|shard| self.ledger.route(shard, command(shard)))
            .collect();
        self.link.send(commands, self.ledger.patience(), false).await
    }
}
