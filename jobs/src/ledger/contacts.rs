//! Which contact was made of which profile, so that the registrant of a thousand orders is added once.
//!
//! Providers have no guard against a second contact of the same data, and two orders that look at once both find none.
//! So whoever is about to look and add takes the profile first, for as long as that can last; the others wait. All of it
//! is memory only: what is lost here is looked for at the provider again. Digests come keyed: no data of anybody, and
//! nothing by which they could be guessed. Bounded by number, and never needed after the order that made it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Ledger, LedgerError, script, value};

/// One shard keeps the contacts of all: they belong to an account and to no domain.
const SHARD: u16 = 0;

impl Ledger {
    /// Takes profiles, by their digests, for `hold`. The ids of those that were made before; `None`: another is making
    /// one of them now, and nothing was taken.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn take_contacts(
        &self,
        account: &str,
        token: &str,
        hold: Duration,
        digests: &[String],
    ) -> Result<Option<BTreeMap<String, String>>, LedgerError> {
        let mut command = self.call(&script::CONTACTS, SHARD);
        command.arg(account).arg("take").arg(token);
        command
            .arg(u64::try_from(hold.as_millis()).unwrap_or(u64::MAX))
            .arg(digests);
        let answer = value::texts(&self.ask(SHARD, command).await?);
        let Some((taken, ids)) = answer.split_first() else {
            return Ok(None);
        };
        let known = digests.iter().zip(ids).filter(|(_, id)| !id.is_empty());
        Ok((taken == "1").then(|| known.map(|(digest, id)| (digest.clone(), id.clone())).collect()))
    }

    /// Keeps what was made, by digest.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn keep_contacts(&self, account: &str, ids: &BTreeMap<String, String>) -> Result<(), LedgerError> {
        let mut command = self.call(&script::CONTACTS, SHARD);
        command.arg(account).arg("keep");
        for (digest, id) in ids {
            command.arg(digest).arg(id);
        }
        self.ask(SHARD, command).await.map(drop)
    }

    /// Gives back what was taken, where nothing can have been made of it.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn free_contacts(&self, account: &str, token: &str, digests: &[String]) -> Result<(), LedgerError> {
        let mut command = self.call(&script::CONTACTS, SHARD);
        command.arg(account).arg("free").arg(token).arg(digests);
        self.ask(SHARD, command).await.map(drop)
    }
}
