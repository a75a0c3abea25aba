//! `domorder accounts`.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use domorder_api_client::provider::TroubleKind;

use super::output::{Format, print, print_json, table};
use super::{Failure, Loaded, OutputArgs};
use crate::wiring;

/// Commands about provider accounts.
#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// List the accounts and how much work they have
    List(OutputArgs),
    /// Ask the providers whether the accounts' credentials are taken; needs no Redis
    Check(CheckArgs),
    /// Hand out no more orders of an account
    Pause {
        /// The account
        account: String,
    },
    /// Go on with a paused account
    Resume {
        /// The account
        account: String,
    },
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
        AccountsCommand::Check(_) => {}
        AccountsCommand::Pause { account } => {
            known(account)?;
            ledger.set_paused(account, Some("by hand")).await?;
        }
        AccountsCommand::Resume { account } => {
            known(account)?;
            ledger.set_paused(account, None).await?;
            ledger.wake(account).await?;
        }
        AccountsCommand::List(args) => {
            let names: Vec<String> = loaded.config.accounts.keys().cloned().collect();
            let paused = ledger.paused(&names).await?;
            let mut rows = table(&["account", "provider", "due", "later", "in hand", "paused"]);
            let mut json = Vec::new();
            for name in &names {
                let account = loaded.config.accounts.get(name).ok_or_else(|| anyhow!("no account"))?;
                let depth = ledger.queue_depth(name).await?;
                let why = paused.iter().find(|(n, _)| n == name).map(|(_, why)| why.clone());
                let provider = account.provider.as_str();
                json.push(
                    serde_json::json!({"account": name, "provider": provider, "due": depth.due,
                    "later": depth.later, "in_hand": depth.leased, "paused": why}),
                );
                rows.add_row(vec![
                    name.clone(),
                    provider.to_owned(),
                    depth.due.to_string(),
                    depth.later.to_string(),
                    depth.leased.to_string(),
                    why.unwrap_or_default(),
                ]);
            }
            if args.output == Format::Json {
                print_json(&json)
            } else {
                print(&rows.to_string())
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A harmless read of each account, which needs its credentials. Exit code 1 where one is refused, 3 where a provider
/// does not answer (and none is refused).
async fn check(loaded: &Loaded, args: &CheckArgs) -> Result<ExitCode, Failure> {
    let mut rows = table(&["account", "provider", "ok", "said"]);
    let mut json = Vec::new();
    let (mut refused, mut silent) = (false, false);
    for (account, provider) in wiring::providers(&loaded.config)? {
        if !args.accounts.is_empty() && !args.accounts.contains(&account) {
            continue;
        }
        let trouble = provider.control().await.err();
        match trouble.as_ref().map(|trouble| trouble.kind) {
            None => {}
            Some(TroubleKind::Credentials | TroubleKind::Garbled) => refused = true,
            Some(TroubleKind::Unavailable | TroubleKind::Throttled) => silent = true,
        }
        let (ok, said) = (trouble.is_none(), trouble.map(|trouble| trouble.detail));
        json.push(serde_json::json!({"account": account, "provider": provider.name(), "ok": ok, "said": said}));
        rows.add_row(vec![
            account,
            provider.name().to_owned(),
            if ok { "yes" } else { "no" }.to_owned(),
            said.unwrap_or_default(),
        ]);
    }
    if args.output.output == Format::Json {
        print_json(&json);
    } else {
        print(&rows.to_string());
    }
    Ok(ExitCode::from(match (refused, silent) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    }))
}
