//! An account's money: who reads the balance, who is paid for next, and what is set aside for whom.
//!
//! Orders that were refused for want of money stand in line, the nearest deadline first. Whoever of them comes round
//! when a read is due reads the balance, one for the account and all replicas; then those at the head of the line are
//! let go while it lasts, each with its price set aside until a later read has seen it spent. An order whose price
//! nobody can tell goes alone, and the balance is read again after it.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{BATCH_MAX, Ledger, LedgerError, claim::millis, commit::NO_DEADLINE, script, value};

/// The money is the account's, whichever shard its orders are in.
const SHARD: u16 = 0;
/// What is set aside and not heard of again is free after this: an order that waits so long asks anew.
const HOLD: Duration = Duration::from_secs(900);
/// Rounds of waking: each finds orders that have moved on, and lets others go in their place.
const ROUNDS_MAX: usize = 8;

/// An order that wants to be paid for.
#[derive(Debug, Clone, Copy)]
pub struct Purse<'a> {
    /// The account.
    pub account: &'a str,
    /// The order.
    pub id: &'a str,
    /// Its deadline by Redis' clock, ms: the nearest goes first.
    pub deadline_ms: Option<u64>,
    /// How long a read of the balance may take.
    pub reading: Duration,
    /// Waits between reads; the last one repeats.
    pub waits: &'a [Duration],
}

/// What an order would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// Not asked yet.
    Unasked,
    /// Nobody tells it.
    NotTold,
    /// So much, in the account's currency.
    Of(Decimal),
}

/// May it be paid for?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayPay {
    /// Its price is set aside: it may.
    Go,
    /// Not now: there is too little money, or others come first. It is woken when that changes.
    Wait,
    /// It is the one to read the balance: [`Ledger::balance_seen`], then ask again.
    ReadBalance,
    /// Its price decides: ask again with it.
    TellPrice,
}

/// What became of an order that wanted to be paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// It was paid for, or may have been.
    Spent,
    /// It was refused for want of money.
    Broke,
    /// It will not be paid for now.
    Gone,
}

/// An account's money, as far as it was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Funds {
    /// The last balance that was read, in the account's currency; none was read yet where it is `None`.
    pub amount: Option<Decimal>,
    /// When, by Redis' clock, ms.
    pub read_at_ms: u64,
    /// Orders that stand in line for money.
    pub waiting: u64,
}

impl Ledger {
    /// What was seen of an account's money. It is read only while orders wait for some.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn funds(&self, account: &str) -> Result<Funds, LedgerError> {
        let key = self.inner.keys.in_shard(SHARD, &format!("funds:{account}"));
        let mut seen = redis::cmd("HMGET");
        seen.arg(&key).arg(&["amount", "read_at"]);
        let mut line = redis::cmd("ZCARD");
        line.arg(format!("{key}:line"));
        let (seen, line) = (self.ask(SHARD, seen).await?, self.ask(SHARD, line).await?);
        let seen = value::list(&seen);
        let amount = seen
            .first()
            .and_then(value::opt_text)
            .and_then(|text| text.parse().ok());
        Ok(Funds {
            // Stored in ten-thousandths.
            amount: amount.map(|whole: i64| Decimal::new(whole, 4).normalize()),
            read_at_ms: seen.get(1).map_or(0, value::uint),
            waiting: value::uint(&line),
        })
    }

    /// Asks whether an order may be paid for, and puts it in line.
    ///
    /// # Errors
    /// Any of the server's; asking again is safe.
    pub async fn may_pay(&self, purse: Purse<'_>, price: Price) -> Result<MayPay, LedgerError> {
        let price = match price {
            Price::Unasked => String::new(),
            Price::NotTold => "?".to_owned(),
            Price::Of(amount) => whole(amount).to_string(),
        };
        self.purse(purse, "ask", vec![deadline(purse), price]).await
    }

    /// The balance was read (`None`: it could not be). Those that it is enough for are let go.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn balance_seen(&self, purse: Purse<'_>, amount: Option<Decimal>) -> Result<(), LedgerError> {
        match amount {
            Some(amount) => self.purse(purse, "seen", vec![whole(amount).to_string()]).await,
            None => self.purse(purse, "unseen", Vec::new()).await,
        }
        .map(drop)
    }

    /// Tells what became of an order; others may be let go by it.
    ///
    /// # Errors
    /// Any of the server's; what was set aside is free again after a while.
    pub async fn paid(&self, purse: Purse<'_>, paid: Paid) -> Result<(), LedgerError> {
        match paid {
            Paid::Spent => self.purse(purse, "spent", Vec::new()).await,
            Paid::Broke => self.purse(purse, "broke", vec![deadline(purse)]).await,
            Paid::Gone => self.purse(purse, "gone", Vec::new()).await,
        }
        .map(drop)
    }

    async fn purse(&self, purse: Purse<'_>, what: &str, more: Vec<String>) -> Result<MayPay, LedgerError> {
        let (code, mut woken) = self.ask_purse(purse, purse.id, what, &more).await?;
        for _ in 0..ROUNDS_MAX {
            let mut others = Vec::new();
            for gone in self.poke(&woken).await? {
                others.extend(self.ask_purse(purse, &gone, "gone", &[]).await?.1);
            }
            if others.is_empty() {
                break;
            }
            woken = others;
        }
        Ok(code)
    }

    async fn ask_purse(
        &self,
        purse: Purse<'_>,
        id: &str,
        what: &str,
        more: &[String],
    ) -> Result<(MayPay, Vec<String>), LedgerError> {
        let waits: Vec<String> = purse.waits.iter().map(|wait| millis(*wait).to_string()).collect();
        let mut command = self.call(&script::PURSE, SHARD);
        command
            .arg(purse.account)
            .arg(id)
            .arg(millis(HOLD))
            .arg(millis(purse.reading));
        command.arg(waits.join(",")).arg(what).arg(more);
        let answer = value::texts(&self.ask(SHARD, command).await?);
        let code = match answer.first().map(String::as_str) {
            Some("go") => MayPay::Go,
            Some("read") => MayPay::ReadBalance,
            Some("price") => MayPay::TellPrice,
            _ => MayPay::Wait,
        };
        Ok((code, answer.into_iter().skip(2).collect()))
    }

    /// Has parked orders looked at; tells which have moved on.
    async fn poke(&self, ids: &[String]) -> Result<Vec<String>, LedgerError> {
        let mut moved_on = Vec::new();
        for shard in 0..self.shards() {
            let own: Vec<&String> = ids.iter().filter(|id| self.shard_of(id).ok() == Some(shard)).collect();
            for part in own.chunks(BATCH_MAX) {
                let mut command = self.call(&script::POKE, shard);
                command.arg(part);
                let answers = self.ask(shard, command).await?;
                let gone = part
                    .iter()
                    .zip(value::list(&answers))
                    .filter(|(_, there)| value::uint(there) == 0);
                moved_on.extend(gone.map(|(id, _)| (*id).clone()));
            }
        }
        Ok(moved_on)
    }
}

fn deadline(purse: Purse<'_>) -> String {
    purse.deadline_ms.unwrap_or(NO_DEADLINE).to_string()
}

/// In ten-thousandths, which are exact in Lua's numbers; what is beyond those is as much as anybody needs.
fn whole(amount: Decimal) -> i64 {
    const MOST: i64 = 1_000_000_000_000_000;
    let scaled = amount.checked_mul(Decimal::from(10_000)).map(|scaled| scaled.ceil());
    scaled
        .and_then(|scaled| i64::try_from(scaled).ok())
        .unwrap_or(MOST)
        .clamp(0, MOST)
}
