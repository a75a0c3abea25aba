//! Looking at what stands in the ledger, for gauges: whatever the indexes do not count.

use super::{Ledger, LedgerError, Stored, slot_of, value};
use crate::state::State;

/// What waits outside the orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Entries of the intake stream that were not taken yet.
    pub intake: u64,
    /// Refused entries that are kept.
    pub rejected: u64,
    /// Records that were set aside.
    pub aside: u64,
}

impl Ledger {
    /// A page of the orders of a state, those first that have been in it longest: from `offset` on, `n` a shard; `None`
    /// behind the last. Orders that cannot be read are left out.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn longest_in(&self, state: State, offset: usize, n: usize) -> Result<Option<Vec<Stored>>, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("ZRANGE");
                command
                    .arg(self.inner.keys.in_shard(shard, &format!("state:{state}")))
                    .arg(offset)
                    .arg(offset + n.max(1) - 1);
                command
            })
            .await?;
        let ids: Vec<String> = answers.iter().flat_map(value::texts).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.read(&ids).await?.into_iter().flatten().collect()))
    }

    /// What waits outside the orders.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn backlog(&self) -> Result<Backlog, LedgerError> {
        let length = async |key: String| {
            let slot = slot_of(&key);
            let mut command = redis::cmd("XLEN");
            command.arg(key);
            self.inner.others.one(slot, command, self.patience()).await
        };
        let keys = &self.inner.keys;
        let (intake, rejected) = futures::join!(length(keys.intake()), length(keys.rejected()));
        let aside = self
            .ask_all(|shard| {
                let mut command = redis::cmd("ZCARD");
                command.arg(self.inner.keys.in_shard(shard, "aside"));
                command
            })
            .await?;
        Ok(Backlog {
            intake: value::uint(&intake?),
            rejected: value::uint(&rejected?),
            aside: aside.iter().map(value::uint).sum(),
        })
    }
}
