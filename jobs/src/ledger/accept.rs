//! Accepting orders: two idempotent steps, so that a crash between them is repaired by the producer's retry.
//!
//! The key's own slot says which order a key stands for; the shard's script creates that order if it is absent. On one
//! server both are one script, and one round trip.

use redis::Value;

use super::{BATCH_MAX, Ledger, LedgerError, Routed, keys::slot_of, script, value};
use crate::fault::{self, Point};
use crate::state::{Kind, Priority};

/// An order to be accepted.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// From [`Ledger::new_order_id`].
    pub id: String,
    /// The producer's name for it, 1–200 printable ASCII characters.
    pub idempotency_key: String,
    /// Digest of the normalised content, without spaces; keep it short (22 characters hold 128 bits): it is stored.
    pub fingerprint: String,
    /// The provider account, which is its queue.
    pub account: String,
    /// What is ordered.
    pub kind: Kind,
    /// What only one order may work on at a time (the domain); empty: nothing.
    pub resource: String,
    /// Its place among what is due.
    pub priority: Priority,
    /// When it wants to run first, by Redis' clock; `None`: now.
    pub due_at_ms: Option<u64>,
    /// Its own deadline, by Redis' clock.
    pub deadline_ms: Option<u64>,
    /// The document.
    pub doc: String,
    /// The record of version 1.
    pub rec: String,
    /// The first event (`order.queued`).
    pub event: String,
}

/// What became of a [`NewOrder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// It is in the ledger, durably, under its id.
    Accepted,
    /// The key stands for this order already, with the same content. Nothing was changed.
    Replayed {
        /// The order's id.
        id: String,
    },
    /// The key stands for this id with the same content, but the order is not there: its producer died between the two
    /// steps, or is between them now. Build the order anew with this id (secrets are sealed to it) and accept it again.
    Repair {
        /// The id to use.
        id: String,
    },
    /// The key stands for other content. Nothing was changed.
    Conflict {
        /// The order that has the key.
        id: String,
        /// Its content's fingerprint.
        fingerprint: String,
    },
}

impl Ledger {
    /// Accepts orders, each for itself; the answers are in the same order.
    ///
    /// # Errors
    /// Per order: [`LedgerError::Invalid`] if it cannot be stored; else an error of the server, after which accepting
    /// the same order again is safe, whatever was done.
    pub async fn accept(&self, orders: Vec<NewOrder>) -> Vec<Result<Acceptance, LedgerError>> {
        let mut answers: Vec<Option<Result<Acceptance, LedgerError>>> =
            orders.iter().map(|order| self.faults(order).err().map(Err)).collect();
        let good: Vec<usize> = (0..orders.len()).filter(|index| answers[*index].is_none()).collect();
        for part in good.chunks(BATCH_MAX) {
            if let Err(error) = self.accept_part(&orders, part, &mut answers).await {
                for index in part {
                    answers[*index].get_or_insert_with(|| Err(error.share()));
                }
            }
        }
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or(Err(LedgerError::Closed)))
            .collect()
    }

    async fn accept_part(
        &self,
        orders: &[NewOrder],
        part: &[usize],
        answers: &mut [Option<Result<Acceptance, LedgerError>>],
    ) -> Result<(), LedgerError> {
        // On one server the script takes the keys too: one round trip. In a cluster a key has a slot of its own.
        let in_cluster = self.inner.topology.is_cluster();
        let mut ours: Vec<usize> = Vec::new();
        let mut taken: Vec<(usize, Holder)> = Vec::new();
        if in_cluster {
            for (index, holder) in part.iter().zip(self.claim_keys(orders, part).await?) {
                match holder {
                    Some(holder) if holder.id != orders[*index].id => taken.push((*index, holder)),
                    _ => ours.push(*index),
                }
            }
        } else {
            ours.extend(part);
        }
        if in_cluster {
            fault::here(self.namespace(), None).at(Point::KeyTaken).await;
        }
        for (index, made) in self.create(orders, &ours, !in_cluster).await? {
            match made {
                Ok(Some(holder)) => taken.push((index, holder)),
                Ok(None) => answers[index] = Some(Ok(Acceptance::Accepted)),
                Err(error) => answers[index] = Some(Err(error)),
            }
        }
        let mut replays: Vec<(usize, String)> = Vec::new();
        for (index, Holder { id, fingerprint }) in taken {
            if fingerprint == orders[index].fingerprint {
                replays.push((index, id));
            } else {
                answers[index] = Some(Ok(Acceptance::Conflict { id, fingerprint }));
            }
        }
        // After the creation, so that a key given twice in one batch finds its first order there.
        for (index, id, there) in self.exist(replays).await? {
            answers[index] = Some(Ok(if there {
                Acceptance::Replayed { id }
            } else {
                Acceptance::Repair { id }
            }));
        }
        Ok(())
    }

    /// What each key stands for, if it did before.
    async fn claim_keys(&self, orders: &[NewOrder], part: &[usize]) -> Result<Vec<Option<Holder>>, LedgerError> {
        let commands = part.iter().map(|index| {
            let order = &orders[*index];
            let key = self.inner.keys.idem(&order.idempotency_key);
            let mut command = redis::cmd("SET");
            command
                .arg(&key)
                .arg(format!("{} {}", order.id, order.fingerprint))
                .arg("NX")
                .arg("GET");
            Routed {
                slot: slot_of(&key),
                command,
            }
        });
        // On several servers what follows makes only its own server's writes durable: this must be by itself.
        let values = self
            .inner
            .writes
            .send(commands.collect(), self.patience(), true)
            .await?;
        Ok(values.iter().map(Holder::read).collect())
    }

    /// Creates orders; with each, what its key stands for if that is another's, or why nothing was done.
    async fn create(
        &self,
        orders: &[NewOrder],
        which: &[usize],
        with_keys: bool,
    ) -> Result<Vec<(usize, Result<Option<Holder>, LedgerError>)>, LedgerError> {
        let mut commands = Vec::new();
        let mut asked = Vec::with_capacity(which.len());
        for shard in 0..self.shards() {
            let own = |index: &&usize| self.shard_of(&orders[**index].id).ok() == Some(shard);
            let of_shard: Vec<usize> = which.iter().filter(own).copied().collect();
            if of_shard.is_empty() {
                continue;
            }
            let mut keys = vec![self.inner.keys.shard(shard)];
            if with_keys {
                keys.extend(
                    of_shard
                        .iter()
                        .map(|i| self.inner.keys.idem(&orders[*i].idempotency_key)),
                );
            }
            let mut command = script::ACCEPT.call_on(&keys);
            for order in of_shard.iter().map(|index| &orders[*index]) {
                command
                    .arg(&order.id)
                    .arg(&order.fingerprint)
                    .arg(&order.idempotency_key)
                    .arg(&order.account)
                    .arg(order.kind.as_str());
                command.arg(&order.resource).arg(rank(order.priority));
                command.arg(order.due_at_ms.map(|at| at.to_string()).unwrap_or_default());
                command.arg(&order.doc).arg(&order.rec).arg(&order.event);
                command.arg(order.deadline_ms.map(|at| at.to_string()).unwrap_or_default());
            }
            commands.push(self.route(shard, command));
            asked.extend(of_shard);
        }
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let values = self.inner.writes.send(commands, self.patience(), true).await?;
        let made = |answer: &Value| match answer {
            Value::Int(-1) => Err(LedgerError::Refused {
                what: "an idempotency key",
                message: "a value that is no order's stands in its place".to_owned(),
            }),
            other => Ok(Holder::read(other)),
        };
        let answers = values.iter().flat_map(|answer| value::list(answer).iter().map(made));
        let told: Vec<_> = asked.into_iter().zip(answers).collect();
        if told.len() == which.len() {
            Ok(told)
        } else {
            Err(LedgerError::Invalid(
                "the ledger's answer does not fit its question".to_owned(),
            ))
        }
    }

    async fn exist(&self, replays: Vec<(usize, String)>) -> Result<Vec<(usize, String, bool)>, LedgerError> {
        if replays.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = Vec::new();
        for (_, id) in &replays {
            let shard = self.shard_of(id)?;
            let mut command = redis::cmd("EXISTS");
            command.arg(self.inner.keys.order(shard, id));
            commands.push(self.route(shard, command));
        }
        let values = self.inner.others.send(commands, self.patience(), false).await?;
        Ok(replays
            .into_iter()
            .zip(values)
            .map(|((index, id), value)| (index, id, value::uint(&value) > 0))
            .collect())
    }

    /// What would break the packed index field or the key space.
    fn faults(&self, order: &NewOrder) -> Result<(), LedgerError> {
        self.shard_of(&order.id)?;
        let key = &order.idempotency_key;
        let name = |text: &str| !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b > b' ' && b != b'|');
        let wrong = if key.is_empty() || key.len() > 200 || !key.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            "an idempotency key has 1 to 200 printable ASCII characters"
        } else if !name(&order.account) || order.account.contains(['{', '}']) {
            "an account's name has no spaces, bars and braces"
        } else if !order.resource.is_empty() && !name(&order.resource) {
            "a resource's name has no spaces and bars"
        } else if !name(&order.fingerprint) {
            "a fingerprint is not empty and has no spaces"
        } else {
            return Ok(());
        };
        Err(LedgerError::Invalid(wrong.to_owned()))
    }
}

/// What an idempotency key stands for.
struct Holder {
    id: String,
    fingerprint: String,
}

impl Holder {
    /// `<id> <fingerprint>`; `None` for any other answer.
    fn read(value: &Value) -> Option<Self> {
        if matches!(value, Value::Int(_)) {
            return None;
        }
        let text = value::opt_text(value)?;
        let (id, fingerprint) = text.split_once(' ').unwrap_or((&text, ""));
        Some(Self {
            id: id.to_owned(),
            fingerprint: fingerprint.to_owned(),
        })
    }
}

/// Priority as stored.
pub(super) fn rank(priority: Priority) -> u8 {
    match priority {
        Priority::Low => 0,
        Priority::Normal => 1,
        Priority::High => 2,
    }
}
