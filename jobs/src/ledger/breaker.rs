//! The breakers of an account, one for paid calls and one for looks: when a provider misbehaves, stop buying, keep
//! looking.
//!
//! They live in the ledger, so all replicas share them, and cost no round trip of their own: a claim tells how they
//! stand ([`Brake`]), an intent is refused while the one for paid calls is open, and only a call that goes wrong, or the
//! first that goes right again, is told to the ledger. The life of the one for paid calls: *closed*, counting unknown
//! outcomes in a row; *open* for a pause, in which intents are refused and orders park; *half-open*: one order is let
//! through, whose known outcome closes it and whose unknown one opens it for twice as long. With several shards each has
//! a trial of its own.

use std::time::Duration;

use redis::{Cmd, Value};

use super::{Ledger, LedgerError, claim::millis, script, value};

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// So many failures in a row open it.
    pub in_a_row: u32,
    /// For this long, the first time.
    pub pause: Duration,
    /// Each failed trial doubles the pause, up to this.
    pub pause_max: Duration,
}

/// What the breakers keep an order's claim from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brake {
    /// No paid call before this, by Redis' clock, ms.
    pub paid_until_ms: Option<u64>,
    /// This order is the one that tries whether paid calls are answered again.
    pub tries: bool,
    /// The present pause.
    pub pause: Duration,
    /// Looks have failed of late: one that is answered has to be told.
    pub looks_fail: bool,
    /// Looks are spaced: each has to be asked for with [`Ledger::may_look`].
    pub looks_spaced: bool,
}

impl Brake {
    /// `until, trial, pause, failed looks, spaced`: the brake of every order of a claim, and the order that tries.
    pub(super) fn read(answer: &Value) -> (Self, String) {
        let parts = value::list(answer);
        let number = |index: usize| parts.get(index).map_or(0, value::uint);
        let brake = Self {
            paid_until_ms: Some(number(0)).filter(|until| *until > 0),
            tries: false,
            pause: Duration::from_millis(number(2)),
            looks_fail: number(3) > 0,
            looks_spaced: number(4) > 0,
        };
        (brake, parts.get(1).map(value::text).unwrap_or_default())
    }

    pub(super) fn of(self, tries: bool) -> Self {
        Self {
            tries,
            paid_until_ms: self.paid_until_ms.filter(|_| !tries),
            ..self
        }
    }
}

/// What a paid call came to, as far as the breaker is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidCall {
    /// Its outcome is not known.
    Unknown(BreakerLimits),
    /// It was taken or refused, in words that are known.
    Known,
    /// It surely did not leave.
    Unsent,
    /// There was nothing to buy after all.
    Passed,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakerState {
    /// Everything goes.
    #[default]
    Closed,
    /// One call tries.
    HalfOpen,
    /// Nothing goes before this, by Redis' clock, ms.
    Open {
        /// Until then.
        until_ms: u64,
    },
}

/// An account's breakers, the worst of its shards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breakers {
    /// Paid calls.
    pub paid: BreakerState,
    /// Looks.
    pub read: BreakerState,
    /// Who closed them by hand, the last time.
    pub closed_by: Option<String>,
}

impl Ledger {
    /// Counts what a paid call came to, in every shard. `true`: that opened or closed the breaker.
    ///
    /// # Errors
    /// Any of the server's; some shards may have been told.
    pub async fn paid_call_came_to(&self, account: &str, id: &str, paid: PaidCall) -> Result<bool, LedgerError> {
        self.tell_breaker(account, |command| match paid {
            PaidCall::Unknown(limits) => within(command.arg("unknown").arg(id), limits),
            PaidCall::Known => command.arg("known").arg(id),
            PaidCall::Unsent => command.arg("unsent").arg(id),
            PaidCall::Passed => command.arg("pass").arg(id),
        })
        .await
    }

    /// Counts a look that was answered, or (with the limits) one that was not. `true`: that opened or closed the breaker.
    ///
    /// # Errors
    /// Any of the server's; some shards may have been told.
    pub async fn look_came_to(&self, account: &str, failed: Option<BreakerLimits>) -> Result<bool, LedgerError> {
        self.tell_breaker(account, |command| match failed {
            Some(limits) => within(command.arg("unread"), limits),
            None => command.arg("read"),
        })
        .await
    }

    /// How long to wait before a look where looks are spaced; zero: go ahead, it is this one's turn.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn may_look(&self, account: &str, id: &str) -> Result<Duration, LedgerError> {
        let shard = self.shard_of(id)?;
        let mut command = self.call(&script::BREAKER, shard);
        command.arg(account).arg("look");
        let ms = value::uint(&self.ask(shard, command).await?);
        Ok(Duration::from_millis(ms))
    }

    /// Closes an account's breakers by hand. `true`: one of them was not closed.
    ///
    /// # Errors
    /// Any of the server's; some shards may have been told.
    pub async fn close_breakers(&self, account: &str, who: &str) -> Result<bool, LedgerError> {
        self.tell_breaker(account, |command| command.arg("close").arg(who))
            .await
    }

    /// How an account's breakers stand.
    ///
    /// # Errors
    /// Any of the server's.
    pub async fn breakers(&self, account: &str) -> Result<Breakers, LedgerError> {
        let now = self.now_ms().await?;
        let answers = self
            .ask_all(|shard| {
                let mut command = redis::cmd("HMGET");
                command
                    .arg(self.inner.keys.in_shard(shard, &format!("account:{account}")))
                    .arg(&["paid_until", "read_until", "closed_by"]);
                command
            })
            .await?;
        let mut all = Breakers::default();
        for answer in &answers {
            let state = |index: usize| match value::list(answer).get(index).map_or(0, value::uint) {
                0 => BreakerState::Closed,
                until_ms if until_ms > now => BreakerState::Open { until_ms },
                _ => BreakerState::HalfOpen,
            };
            all.paid = all.paid.max(state(0));
            all.read = all.read.max(state(1));
            all.closed_by = value::list(answer).get(2).and_then(value::opt_text).or(all.closed_by);
        }
        Ok(all)
    }

    async fn tell_breaker(
        &self,
        account: &str,
        what: impl for<'a> Fn(&'a mut Cmd) -> &'a mut Cmd,
    ) -> Result<bool, LedgerError> {
        let answers = self
            .ask_all(|shard| {
                let mut command = self.call(&script::BREAKER, shard);
                command.arg(account);
                what(&mut command);
                command
            })
            .await?;
        Ok(answers.iter().any(|answer| value::uint(answer) == 1))
    }
}

fn within(command: &mut Cmd, limits: BreakerLimits) -> &mut Cmd {
    command
        .arg(limits.in_a_row)
        .arg(millis(limits.pause))
        .arg(millis(limits.pause_max))
}
