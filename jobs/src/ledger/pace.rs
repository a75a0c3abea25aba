//! Calls that belong to no order (pages of a list) keep to the account's rate as well.

use std::time::Duration;

use super::{Ledger, LedgerError, Rate, script, value};

/// With several shards each has its part of the rate; what belongs to none is taken from the first one's.
const SHARD: u16 = 0;

impl Ledger {
    /// Takes one call from an account's rate; how long to wait before it is made. What was taken stays taken.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn take_call(&self, account: &str, rate: Rate) -> Result<Duration, LedgerError> {
        let (cost, burst) = rate.cost_and_burst(self.shards());
        let mut command = self.call(&script::PACE, SHARD);
        command.arg(account).arg(cost).arg(burst);
        Ok(Duration::from_millis(value::uint(&self.ask(SHARD, command).await?)))
    }
}
