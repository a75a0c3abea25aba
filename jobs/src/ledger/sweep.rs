//! Retention: finished orders and old events go; nothing else ever does, and nothing expires by itself.

use std::time::Duration;

use super::{BATCH_MAX, Ledger, LedgerError, Routed, claim::millis, keys::slot_of, query::clock, script, value};

impl Ledger {
    /// Deletes orders that have been final for longer than `age`, at most `limit` a shard (and [`BATCH_MAX`]); returns
    /// how many. First the key, then the order: a crash between leaves an order that the next sweep finds.
    ///
    /// # Errors
    /// Any of the server's; what was not deleted is found by the next sweep.
    pub async fn sweep(&self, age: Duration, limit: usize) -> Result<u64, LedgerError> {
        let found = self
            .ask_all(|shard| {
                let mut command = self.call(&script::SWEEP_FIND, shard);
                command.arg(millis(age)).arg(limit.min(BATCH_MAX));
                command
            })
            .await?;
        let mut keys = Vec::new();
        let mut orders = Vec::new();
        for (shard, answer) in (0..self.shards()).zip(&found) {
            let mut command = self.call(&script::SWEEP, shard);
            command.arg(millis(age));
            for (id, key) in value::list(answer)
                .chunks_exact(2)
                .map(|pair| (value::text(&pair[0]), value::text(&pair[1])))
            {
                let key = self.inner.keys.idem(&key);
                let mut release = script::RELEASE_KEY.call(&key);
                release.arg(&id);
                keys.push(Routed {
                    slot: slot_of(&key),
                    command: release,
                });
                command.arg(id);
            }
            if !value::list(answer).is_empty() {
                orders.push(self.route(shard, command));
            }
        }
        if orders.is_empty() {
            return Ok(0);
        }
        self.inner.others.send(keys, self.patience(), false).await?;
        let deleted = self.inner.others.send(orders, self.patience(), false).await?;
        Ok(deleted.iter().flat_map(value::list).map(value::uint).sum())
    }

    /// Deletes events and refusals older than `age` (about: whole blocks of them); returns how many.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn trim_events(&self, age: Duration) -> Result<u64, LedgerError> {
        let now_ms = clock(&self.ask(0, redis::cmd("TIME")).await?);
        let trim = |key: String| {
            let mut command = redis::cmd("XTRIM");
            command
                .arg(&key)
                .arg("MINID")
                .arg("~")
                .arg(now_ms.saturating_sub(millis(age)));
            Routed {
                slot: slot_of(&key),
                command,
            }
        };
        let streams = (0..self.shards()).map(|shard| self.inner.keys.in_shard(shard, "events"));
        let commands = streams.chain([self.inner.keys.rejected()]).map(trim).collect();
        let answers = self.inner.others.send(commands, self.patience(), false).await?;
        Ok(answers.iter().map(value::uint).sum())
    }
}
