//! `domorder accounts`.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use domorder_api_client::provider::{Funds, Provider, Trouble, TroubleKind};
use domorder_jobs::ledger::{BreakerState, Breakers, Ledger};
use jiff::SignedDuration;

use super::doctor::SKEW_MAX;
use super::output::{Format, print, print_json, table};
use super::{Failure, Loaded, OutputArgs, actor};
use crate::{clock, wiring};

/// Commands about provider accounts.
#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// List the accounts and how much work they have
    List(OutputArgs),
    /// Ask the providers whether credentials are taken, what money there is and what time it is; needs no Redis
    Check(CheckArgs),
    /// Hand out no more orders of an account
    Pause(AccountArgs),
    /// Go on with a paused account, and close its breaker
    Resume(AccountArgs),
}

/// An account that is told something.
#[derive(Debug, Args)]
pub(super) struct AccountArgs {
    /// The account
    account: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The accounts; none: all
    accounts: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) async fn run(loaded: Loaded, command: &AccountsCommand) -> Result<ExitCode, Failure> {
    let known = |account: &String| {
        let names: Vec<&str> = loaded.config.accounts.keys().map(String::as_str).collect();
        if loaded.config.accounts.contains_key(account) {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "there is no account `{account}`; configured: {}",
            names.join(", ")
        )))
    };
    if let AccountsCommand::Check(args) = command {
        args.accounts.iter().try_for_each(known)?;
        return check(&loaded, args).await;
    }
    let ledger = loaded.ledger().await?;
    match command {
        AccountsCommand::Check(args) => check(&loaded, args).await,
        AccountsCommand::Pause(AccountArgs { account, output }) => {
            known(account)?;
            ledger.set_paused(account, Some("by hand")).await?;
            list(&loaded, &ledger, std::slice::from_ref(account), output.output).await
        }
        AccountsCommand::Resume(AccountArgs { account, output }) => {
            known(account)?;
            ledger.resume(account, &actor()).await?;
            list(&loaded, &ledger, std::slice::from_ref(account), output.output).await
        }
        AccountsCommand::List(args) => {
            let names: Vec<String> = loaded.config.accounts.keys().cloned().collect();
            list(&loaded, &ledger, &names, args.output).await
        }
    }
}

async fn list(loaded: &Loaded, ledger: &Ledger, names: &[String], output: Format) -> Result<ExitCode, Failure> {
    let paused = ledger.paused(names).await?;
    let mut rows = table(&["account", "provider", "due", "later", "in hand", "breaker", "paused"]);
    let mut json = Vec::new();
    for name in names {
        let account = loaded.config.accounts.get(name).ok_or_else(|| anyhow!("no account"))?;
        let depth = ledger.queue_depth(name).await?;
        let why = paused.iter().find(|(n, _)| n == name).map(|(_, why)| why.clone());
        let breakers = ledger.breakers(name).await?;
        let provider = account.provider.as_str();
        json.push(
            serde_json::json!({"account": name, "provider": provider, "due": depth.due,
            "later": depth.later, "in_hand": depth.leased, "paused": why,
            "breaker": {"paid": breaker_json(breakers.paid), "read": breaker_json(breakers.read),
                "closed_by": breakers.closed_by}}),
        );
        rows.add_row(vec![
            name.clone(),
            provider.to_owned(),
            depth.due.to_string(),
            depth.later.to_string(),
            depth.leased.to_string(),
            breaker_words(&breakers),
            why.unwrap_or_default(),
        ]);
    }
    if output == Format::Json {
        print_json(&json)
    } else {
        print(&rows.to_string())
    }
    Ok(ExitCode::SUCCESS)
}

fn breaker_json(state: BreakerState) -> serde_json::Value {
    match state {
        BreakerState::Closed => serde_json::json!({"state": "closed"}),
        BreakerState::HalfOpen => serde_json::json!({"state": "half-open"}),
        BreakerState::Open { until_ms } => serde_json::json!({"state": "open", "until": instant(until_ms)}),
    }
}

/// What does not go, in words; empty where all does.
pub(super) fn breaker_words(breakers: &Breakers) -> String {
    let words = |what: &str, state| match state {
        BreakerState::Closed => None,
        BreakerState::HalfOpen => Some(format!("{what}: one tries")),
        BreakerState::Open { until_ms } => Some(match instant(until_ms) {
            Some(until) => format!("{what}: open until {until}"),
            None => format!("{what}: open"),
        }),
    };
    let told = [words("paid calls", breakers.paid), words("looks", breakers.read)];
    told.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn instant(ms: u64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?;
    Some(at.to_string())
}

/// A harmless read of each account, which needs its credentials; its money and the provider's clock, where they are told.
/// Exit code 1 where something is wrong, 3 where a provider does not answer (and nothing else is wrong).
async fn check(loaded: &Loaded, args: &CheckArgs) -> Result<ExitCode, Failure> {
    let mut rows = table(&["account", "provider", "ok", "funds", "clock", "said"]);
    let mut json = Vec::new();
    let (mut wrong, mut silent) = (false, false);
    for (account, provider) in wiring::providers(&loaded.config)? {
        if !args.accounts.is_empty() && !args.accounts.contains(&account) {
            continue;
        }
        let checked = Checked::of(provider.as_ref()).await;
        wrong |= checked.is_wrong();
        silent |= checked.is_silent();
        json.push(checked.json(&account, provider.name()));
        rows.add_row(vec![
            account,
            provider.name().to_owned(),
            if checked.is_ok() { "yes" } else { "no" }.to_owned(),
            checked.funds_words(),
            checked.clock_words(),
            checked.said(),
        ]);
    }
    if args.output.output == Format::Json {
        print_json(&json);
    } else {
        print(&rows.to_string());
    }
    Ok(ExitCode::from(match (wrong, silent) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    }))
}

/// What an account's provider told.
#[derive(Debug, Default)]
pub(super) struct Checked {
    troubles: Vec<Trouble>,
    funds: Option<Funds>,
    /// How far this machine's clock is ahead of the provider's.
    ahead: Option<SignedDuration>,
}

impl Checked {
    pub(super) async fn of(provider: &dyn Provider) -> Self {
        let mut checked = Self::default();
        match provider.control().await {
            // Whoever refuses the credentials or does not answer would only say so again.
            Err(trouble) => checked.troubles.push(trouble),
            Ok(()) => match provider.funds().await {
                Ok(funds) => checked.funds = funds,
                Err(mut trouble) => {
                    trouble.detail.insert_str(0, "the funds could not be read: ");
                    checked.troubles.push(trouble);
                }
            },
        }
        let theirs = provider.server_clock();
        checked.ahead = theirs.map(|theirs| clock::now().duration_since(theirs));
        checked
    }

    pub(super) fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    pub(super) fn clock_that_differs(&self) -> Option<String> {
        self.differs().then(|| self.clock_words())
    }

    pub(super) fn has_no_funds(&self) -> bool {
        self.funds.as_ref().is_some_and(|funds| !funds.positive)
    }

    fn differs(&self) -> bool {
        self.ahead.is_some_and(|ahead| ahead.abs() > SKEW_MAX)
    }

    fn is_wrong(&self) -> bool {
        let refused = |t: &Trouble| matches!(t.kind, TroubleKind::Credentials | TroubleKind::Garbled);
        self.differs() || self.troubles.iter().any(refused)
    }

    fn is_silent(&self) -> bool {
        let silent = |t: &Trouble| matches!(t.kind, TroubleKind::Unavailable | TroubleKind::Throttled);
        self.troubles.iter().any(silent)
    }

    fn is_ok(&self) -> bool {
        self.troubles.is_empty() && !self.differs()
    }

    pub(super) fn funds_words(&self) -> String {
        match &self.funds {
            None => "not shown".to_owned(),
            Some(funds) => [Some(funds.amount.as_str()), funds.currency.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    fn clock_words(&self) -> String {
        match self.ahead {
            None => "not told".to_owned(),
            Some(_) if !self.differs() => "agrees".to_owned(),
            Some(ahead) => format!(
                "ours is {} s {}",
                ahead.abs().as_secs(),
                if ahead.is_positive() { "ahead" } else { "behind" }
            ),
        }
    }

    fn said(&self) -> String {
        let mut said: Vec<&str> = self.troubles.iter().map(|trouble| trouble.detail.as_str()).collect();
        if self.differs() {
            said.push("set this machine's clock by NTP: what an order bought is told by when it was created there");
        }
        said.join("; ")
    }

    fn json(&self, account: &str, provider: &str) -> serde_json::Value {
        let funds = self.funds.as_ref();
        let said = self.said();
        serde_json::json!({
            "account": account,
            "provider": provider,
            "ok": self.is_ok(),
            "funds": funds.map(|f| serde_json::json!({
                "amount": f.amount, "currency": f.currency, "positive": f.positive,
            })),
            "clock_ahead_secs": self.ahead.map(|ahead| ahead.as_secs()),
            "said": (!said.is_empty()).then_some(said),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Option<TroubleKind>, ahead_secs: Option<i64>) -> Checked {
        let trouble = |kind| Trouble {
            kind,
            detail: "HTTP 502".to_owned(),
            retry_after: None,
        };
        Checked {
            troubles: kind.map(trouble).into_iter().collect(),
            funds: None,
            ahead: ahead_secs.map(SignedDuration::from_secs),
        }
    }

    #[test]
    fn a_clock_that_differs_is_wrong_and_told_by_how_much_and_which_way() {
        for (secs, words, ok) in [
            (0, "agrees", true),
            (10, "agrees", true),
            (-10, "agrees", true),
            (90, "ours is 90 s ahead", false),
            (-3_600, "ours is 3600 s behind", false),
        ] {
            let checked = of(None, Some(secs));
            assert_eq!((checked.clock_words().as_str(), checked.is_ok()), (words, ok));
            assert_eq!((checked.is_wrong(), checked.is_silent()), (!ok, false));
            assert_eq!(checked.said().contains("NTP"), !ok);
        }
        assert_eq!(of(None, None).clock_words(), "not told");
    }

    #[test]
    fn refused_and_silent_are_two_things() {
        let refused = of(Some(TroubleKind::Credentials), None);
        assert_eq!(
            (refused.is_wrong(), refused.is_silent(), refused.is_ok()),
            (true, false, false)
        );
        let silent = of(Some(TroubleKind::Unavailable), None);
        assert_eq!(
            (silent.is_wrong(), silent.is_silent(), silent.is_ok()),
            (false, true, false)
        );
        assert_eq!(silent.json("cr-main", "connectreseller")["said"], "HTTP 502");
    }
}
