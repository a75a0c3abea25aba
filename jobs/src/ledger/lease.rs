//! Holding on, letting go, and being told something: what happens to an order besides its records.

use std::time::Duration;

use super::{BATCH_MAX, Ledger, LedgerError, claim::millis, script, value};

/// Most signals that may wait at an order.
pub const SIGNALS_MAX: usize = 16;

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signalled {
    /// It waits at the order, which is due now (or as soon as its holder lets go).
    Signalled,
    /// The order has changed since it was looked at: look again whether the signal still fits.
    VersionChanged {
        /// The version it has.
        found: u64,
    },
    /// There is no such order.
    Missing,
    /// Too many wait already.
    Full,
}

impl Ledger {
    /// Extends leases from now; tells for each whether it is still held. What is not was lost for good.
    ///
    /// # Errors
    /// Any of the server's; the leases stand as they did, or are extended.
    pub async fn extend(&self, held: &[(String, u64)], lease: Duration) -> Result<Vec<bool>, LedgerError> {
        self.leases(held, millis(lease).max(1)).await
    }

    /// Lets go of orders without a change; they are due at once. Tells for each whether it was still held.
    ///
    /// # Errors
    /// Any of the server's; what was not handed back comes back when its lease ends.
    pub async fn hand_back(&self, held: &[(String, u64)]) -> Result<Vec<bool>, LedgerError> {
        self.leases(held, 0).await
    }

    async fn leases(&self, held: &[(String, u64)], lease_ms: u64) -> Result<Vec<bool>, LedgerError> {
        let mut places: Vec<(u16, usize)> = Vec::with_capacity(held.len());
        for (index, (id, _)) in held.iter().enumerate() {
            places.push((self.shard_of(id)?, index));
        }
        places.sort_unstable();
        let batches: Vec<&[(u16, usize)]> = places
            .chunk_by(|a, b| a.0 == b.0)
            .flat_map(|same| same.chunks(BATCH_MAX))
            .collect();
        let commands = batches.iter().map(|batch| {
            let shard = batch.first().map_or(0, |place| place.0);
            let mut command = self.call(&script::LEASE, shard);
            command.arg(lease_ms);
            for (_, index) in *batch {
                let (id, fence) = &held[*index];
                command.arg(id).arg(*fence);
            }
            self.route(shard, command)
        });
        let answers = self
            .inner
            .others
            .send(commands.collect(), self.patience(), false)
            .await?;
        let mut kept = vec![false; held.len()];
        for (batch, answer) in batches.iter().zip(&answers) {
            for ((_, index), one) in batch.iter().zip(value::list(answer)) {
                kept[*index] = value::uint(one) == 1;
            }
        }
        Ok(kept)
    }

    /// Gives an order a signal, if it still has the version that its sender saw. The same text twice is one signal.
    ///
    /// # Errors
    /// Any of the server's; sending the same again is safe.
    pub async fn signal(&self, id: &str, expected_version: u64, signal: &str) -> Result<Signalled, LedgerError> {
        let Ok(shard) = self.shard_of(id) else {
            return Ok(Signalled::Missing);
        };
        let mut command = self.call(&script::SIGNAL, shard);
        command.arg(id).arg(expected_version).arg(signal).arg(SIGNALS_MAX);
        let answers = self
            .inner
            .writes
            .send(vec![self.route(shard, command)], self.patience(), true)
            .await?;
        let answer = answers.first().map(value::list).unwrap_or_default();
        let code = answer.first().map(value::text).unwrap_or_default();
        Ok(match code.as_str() {
            "signalled" => Signalled::Signalled,
            "version" => Signalled::VersionChanged {
                found: answer.get(1).map_or(0, value::uint),
            },
            "full" => Signalled::Full,
            _ => Signalled::Missing,
        })
    }

    /// Appends evidence to an order's timeline, held or not: a late holder's "200, order 123" must not be lost.
    /// `false` if there is no such order.
    ///
    /// # Errors
    /// Any of the server's; noting the same again is safe.
    pub async fn note(&self, id: &str, text: &str) -> Result<bool, LedgerError> {
        let shard = self.shard_of(id)?;
        let mut command = self.call(&script::NOTE, shard);
        command.arg(id).arg(text);
        let answers = self
            .inner
            .writes
            .send(vec![self.route(shard, command)], self.patience(), true)
            .await?;
        Ok(answers.first().map_or(0, value::uint) == 1)
    }

    /// Sets an order aside that we hold and cannot read; it is not handed out again before [`Ledger::put_back`].
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn set_aside(&self, id: &str, fence: u64) -> Result<bool, LedgerError> {
        let shard = self.shard_of(id)?;
        let mut command = self.call(&script::ASIDE, shard);
        command.arg("aside").arg(id).arg(fence);
        Ok(value::uint(&self.ask(shard, command).await?) == 1)
    }

    /// Makes an order due again that was set aside, if its index fields can be read.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn put_back(&self, id: &str) -> Result<bool, LedgerError> {
        let shard = self.shard_of(id)?;
        let mut command = self.call(&script::ASIDE, shard);
        command.arg("back").arg(id);
        Ok(value::uint(&self.ask(shard, command).await?) == 1)
    }
}
