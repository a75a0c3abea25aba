//! The intake stream: documents and signals of producers in any language.
//!
//! An entry is deleted only when what became of it is durable; the entries of a reader that died are taken over.

use std::{sync::Arc, time::Duration};

use redis::Value;

use super::{Effort, Ledger, LedgerError, Link, Standard, claim::millis, keys::slot_of, value};

/// All readers share one group.
const GROUP: &str = "domorder";
/// An entry that a reader holds for longer was given up by it.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// A reader without entries that was silent for longer is gone.
const READER_IDLE_MAX: Duration = Duration::from_secs(3_600);

/// An entry of the intake stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeEntry {
    /// Its id in the stream.
    pub id: String,
    /// Its fields as given: `order` or `signal`, perhaps `trace`.
    pub fields: Vec<(String, String)>,
}

impl IntakeEntry {
    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A reader of the intake stream, with a connection of its own (a blocking read holds up all that follows it).
pub struct Intake {
    ledger: Ledger,
    link: Arc<Link>,
    consumer: String,
    key: String,
    /// Where the search for given-up entries goes on.
    cursor: String,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake")
            .field("consumer", &self.consumer)
            .finish_non_exhaustive()
    }
}

/// Longest blocking read: the connection's answers must come within this and the response timeout.
const BLOCK_MAX: Duration = Duration::from_secs(5);

impl Ledger {
    /// A reader of the intake stream. Its name must be unique in the world, and new with every start of a process.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn intake(&self, consumer: &str) -> Result<Intake, LedgerError> {
        let timeout = self.inner.settings.response_timeout;
        let topology = self.inner.topology.clone();
        let link = Arc::new(Link::new(
            topology,
            Some(BLOCK_MAX + timeout),
            timeout,
            Standard::none(),
        ));
        let key = self.inner.keys.intake();
        let intake = Intake {
            ledger: self.clone(),
            link,
            consumer: consumer.to_owned(),
            key,
            cursor: "0-0".to_owned(),
        };
        intake.create_group().await?;
        Ok(intake)
    }

    /// Puts a document or signal into the intake stream, as a producer would; returns the entry's id.
    ///
    /// # Errors
    /// Any of the server's. If its answer was lost, the entry may be there twice, which one idempotency key makes harmless.
    pub async fn submit(&self, fields: &[(&str, &str)]) -> Result<String, LedgerError> {
        let key = self.inner.keys.intake();
        let mut command = redis::cmd("XADD");
        command.arg(&key).arg("*");
        for (name, text) in fields {
            command.arg(*name).arg(*text);
        }
        Ok(value::text(
            &self.inner.others.one(slot_of(&key), command, self.patience()).await?,
        ))
    }

    /// Refused entries, newest first, with their ids: below an id, where one is given.
    ///
    /// # Errors
    /// Any of the server's, which refuses an id that is none.
    pub async fn rejected(&self, below: Option<&str>, limit: usize) -> Result<Vec<IntakeEntry>, LedgerError> {
        let key = self.inner.keys.rejected();
        let mut command = redis::cmd("XREVRANGE");
        command.arg(&key);
        match below {
            Some(id) => command.arg(format!("({id}")),
            None => command.arg("+"),
        };
        command.arg("-").arg("COUNT").arg(limit);
        let answer = self.inner.others.one(slot_of(&key), command, self.patience()).await?;
        Ok(value::list(&answer).iter().filter_map(entry).collect())
    }

    /// Keeps a refused entry: what came in (without secrets), why it was refused, and when.
    ///
    /// # Errors
    /// Any of the server's; the refusal may then be kept twice.
    pub async fn reject(&self, entry: &str, error: &str, at: &str) -> Result<(), LedgerError> {
        let key = self.inner.keys.rejected();
        let mut command = redis::cmd("XADD");
        command
            .arg(&key)
            .arg("*")
            .arg("entry")
            .arg(entry)
            .arg("error")
            .arg(error)
            .arg("at")
            .arg(at);
        let routed = super::Routed {
            slot: slot_of(&key),
            command,
        };
        self.inner
            .writes
            .send(vec![routed], self.patience(), true)
            .await
            .map(drop)
    }
}

impl Intake {
    /// New entries, at most `max`; waits for the first one up to `block` (at most 5 s). Empty: none came.
    ///
    /// # Errors
    /// Any of the server's; what was handed out unheard is found again by [`Intake::reclaim`].
    pub async fn read(&self, max: usize, block: Duration) -> Result<Vec<IntakeEntry>, LedgerError> {
        let mut command = redis::cmd("XREADGROUP");
        command
            .arg("GROUP")
            .arg(GROUP)
            .arg(&self.consumer)
            .arg("COUNT")
            .arg(max);
        // 0 would mean for ever.
        command
            .arg("BLOCK")
            .arg(millis(block.min(BLOCK_MAX)).max(1))
            .arg("STREAMS")
            .arg(&self.key)
            .arg(">");
        let Some(answer) = self.ask_group(command).await? else {
            return Ok(Vec::new());
        };
        Ok(value::pairs(&answer)
            .first()
            .map(|(_, entries)| read(entries))
            .unwrap_or_default())
    }

    /// Entries that this reader has and that are not done: handed out while the answer was lost, or read and not
    /// stored. At most `max`, the oldest ones.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn mine(&self, max: usize) -> Result<Vec<IntakeEntry>, LedgerError> {
        let mut command = redis::cmd("XREADGROUP");
        command.arg("GROUP").arg(GROUP).arg(&self.consumer);
        command.arg("COUNT").arg(max).arg("STREAMS").arg(&self.key).arg("0");
        let Some(answer) = self.ask_group(command).await? else {
            return Ok(Vec::new());
        };
        let mut entries = value::pairs(&answer)
            .first()
            .map(|(_, entries)| read(entries))
            .unwrap_or_default();
        // An entry that somebody deleted is still told of, without its fields.
        entries.retain(|entry| !entry.fields.is_empty());
        Ok(entries)
    }

    /// Entries that another reader (or this one, unheard) took and left for more than a minute, at most `max`.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn reclaim(&mut self, max: usize) -> Result<Vec<IntakeEntry>, LedgerError> {
        let slot = slot_of(&self.key);
        let mut command = redis::cmd("XAUTOCLAIM");
        command
            .arg(&self.key)
            .arg(GROUP)
            .arg(&self.consumer)
            .arg(millis(IDLE_MAX))
            .arg(&self.cursor);
        command.arg("COUNT").arg(max);
        let answer = self
            .ledger
            .inner
            .others
            .one(slot, command, self.ledger.patience())
            .await?;
        let parts = value::list(&answer);
        self.cursor = parts
            .first()
            .map(value::text)
            .filter(|next| !next.is_empty())
            .unwrap_or("0-0".to_owned());
        if self.cursor == "0-0" {
            self.bury().await?;
        }
        Ok(parts.get(1).map(read).unwrap_or_default())
    }

    /// Deletes entries whose outcome is durable.
    ///
    /// # Errors
    /// Any of the server's; entries not deleted come back by [`Intake::reclaim`], and are accepted again to no effect.
    pub async fn done(&self, ids: &[String]) -> Result<(), LedgerError> {
        if ids.is_empty() {
            return Ok(());
        }
        let slot = slot_of(&self.key);
        let (mut ack, mut delete) = (redis::cmd("XACK"), redis::cmd("XDEL"));
        ack.arg(&self.key).arg(GROUP).arg(ids);
        delete.arg(&self.key).arg(ids);
        let commands = [ack, delete].map(|command| super::Routed { slot, command });
        self.ledger
            .inner
            .others
            .send(commands.into(), self.ledger.patience(), false)
            .await
            .map(drop)
    }

    /// Reads from the group; nothing where the stream was deleted under us, and then it is there again.
    async fn ask_group(&self, command: redis::Cmd) -> Result<Option<Value>, LedgerError> {
        match self.link.one(slot_of(&self.key), command, Effort::UnlessSent).await {
            Err(LedgerError::Refused { message, .. }) if message.starts_with("NOGROUP") => {
                self.create_group().await?;
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    async fn create_group(&self) -> Result<(), LedgerError> {
        let mut command = redis::cmd("XGROUP");
        // From the start: what producers wrote before the first reader is wanted too.
        command.arg("CREATE").arg(&self.key).arg(GROUP).arg("0").arg("MKSTREAM");
        match self
            .ledger
            .inner
            .others
            .one(slot_of(&self.key), command, self.ledger.patience())
            .await
        {
            Err(LedgerError::Refused { message, .. }) if message.starts_with("BUSYGROUP") => Ok(()),
            other => other.map(drop),
        }
    }

    /// Forgets readers that are gone and hold nothing, or every start of a process would leave one for ever.
    async fn bury(&self) -> Result<(), LedgerError> {
        let slot = slot_of(&self.key);
        let mut command = redis::cmd("XINFO");
        command.arg("CONSUMERS").arg(&self.key).arg(GROUP);
        let answer = self
            .ledger
            .inner
            .others
            .one(slot, command, self.ledger.patience())
            .await?;
        for reader in value::list(&answer) {
            let pairs = value::pairs(reader);
            let field = |name: &str| {
                pairs
                    .iter()
                    .find(|(key, _)| value::text(key) == name)
                    .map(|(_, value)| *value)
            };
            let gone = field("pending").map_or(1, value::uint) == 0
                && field("idle").map_or(0, value::uint) > millis(READER_IDLE_MAX);
            if let Some(name) = field("name")
                .map(value::text)
                .filter(|name| gone && *name != self.consumer)
            {
                let mut command = redis::cmd("XGROUP");
                command.arg("DELCONSUMER").arg(&self.key).arg(GROUP).arg(name);
                self.ledger
                    .inner
                    .others
                    .one(slot, command, self.ledger.patience())
                    .await?;
            }
        }
        Ok(())
    }
}

fn read(entries: &Value) -> Vec<IntakeEntry> {
    value::list(entries).iter().filter_map(entry).collect()
}

fn entry(entry: &Value) -> Option<IntakeEntry> {
    let parts = value::list(entry);
    let fields = value::pairs(parts.get(1)?);
    let fields = fields
        .into_iter()
        .map(|(name, text)| (value::text(name), value::text(text)))
        .collect();
    Some(IntakeEntry {
        id: value::text(parts.first()?),
        fields,
    })
}
