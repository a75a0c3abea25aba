//! `domorder accounts`.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Subcommand;

use super::output::{Format, print, print_json, table};
use super::{Failure, Loaded, OutputArgs};

/// Commands about provider accounts.
#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// List the accounts and how much work they have
    List(OutputArgs),
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

pub(super) async fn run(loaded: Loaded, command: &AccountsCommand) -> Result<ExitCode, Failure> {
    let ledger = loaded.ledger().await?;
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
    match command {
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
