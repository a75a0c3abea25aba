//! Accounts as queues: how deep, and whether paused.

use super::{Ledger, LedgerError, Wake, script, value};

/// How much work an account has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Orders that are due and that nobody holds.
    pub due: u64,
    /// Orders that become due later.
    pub later: u64,
    /// Orders that are held.
    pub leased: u64,
}

impl Ledger {
    /// How much work an account has, over all shards.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn queue_depth(&self, account: &str) -> Result<Depth, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = self.call(&script::DEPTH, shard);
                command.arg(account);
                command
            })
            .await?;
        Ok(answers.iter().fold(Depth::default(), |sum, answer| {
            let part = |index| value::list(answer).get(index).map_or(0, value::uint);
            Depth {
                due: sum.due + part(0),
                later: sum.later + part(1),
                leased: sum.leased + part(2),
            }
        }))
    }

    /// Pauses an account, with the reason, or lets it go on (`None`): a paused account's orders are not handed out.
    ///
    /// # Errors
    /// Any of the server's; some shards may have been told.
    pub async fn set_paused(&self, account: &str, reason: Option<&str>) -> Result<(), LedgerError> {
        let commands = (0..self.shards()).map(|shard| {
            let key = self.inner.keys.in_shard(shard, &format!("account:{account}"));
            let mut command = redis::cmd(if reason.is_some() { "HSET" } else { "HDEL" });
            command.arg(key).arg("paused");
            if let Some(reason) = reason {
                command.arg(reason);
            }
            self.route(shard, command)
        });
        self.inner
            .writes
            .send(commands.collect(), self.patience(), true)
            .await?;
        if reason.is_none() {
            self.wake(account).await
        } else {
            Ok(())
        }
    }

    /// Lets an account go on that was stopped, by a pause or by its breakers: whoever says so has looked at why.
    ///
    /// # Errors
    /// Any of the server's; some shards may have been told.
    pub async fn resume(&self, account: &str, who: &str) -> Result<(), LedgerError> {
        self.set_paused(account, None).await?;
        self.close_breakers(account, who).await?;
        self.wake(account).await
    }

    /// Which of these accounts are paused, and why.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn paused(&self, accounts: &[String]) -> Result<Vec<(String, String)>, LedgerError> {
        let mut commands = Vec::new();
        for account in accounts {
            for shard in 0..self.shards() {
                let mut command = redis::cmd("HGET");
                command
                    .arg(self.inner.keys.in_shard(shard, &format!("account:{account}")))
                    .arg("paused");
                commands.push(self.route(shard, command));
            }
        }
        let answers = self.inner.others.send(commands, self.patience(), false).await?;
        let by_account = accounts.iter().zip(answers.chunks(usize::from(self.shards())));
        Ok(by_account
            .filter_map(|(account, answers)| Some((account.clone(), answers.iter().find_map(value::opt_text)?)))
            .collect())
    }

    /// Wakes all who claim from an account, here and in other processes.
    ///
    /// # Errors
    /// Any of the server's. A wake-up that is lost costs time only.
    pub async fn wake(&self, account: &str) -> Result<(), LedgerError> {
        let mut command = redis::cmd("PUBLISH");
        command.arg(self.inner.keys.wake()).arg(account);
        self.ask(0, command).await.map(drop)
    }

    /// Wake-ups from now on. Whoever lags behind should look at all its accounts, as at the start.
    #[must_use]
    pub fn wakes(&self) -> tokio::sync::broadcast::Receiver<Wake> {
        self.inner.wakes.subscribe()
    }
}
