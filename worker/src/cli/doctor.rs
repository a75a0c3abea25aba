//! `domorder doctor`: what is wrong, and how to mend it.

use std::process::ExitCode;

use super::output::{Format, print, print_json};
use super::{Cli, Failure, Loaded};
use crate::wiring;

/// Something that is wrong.
#[derive(serde::Serialize)]
struct Finding {
    what: String,
    mend: String,
}

pub(super) async fn run(cli: &Cli, format: Format) -> Result<ExitCode, Failure> {
    let loaded = Loaded::of(cli)?;
    let mut findings = Vec::new();
    let mut unreachable = false;
    match loaded.ledger().await {
        Ok(ledger) => {
            let report = ledger.check().await?;
            findings.extend(report.faults.into_iter().map(|f| Finding {
                what: f.what,
                mend: f.mend,
            }));
            for (id, _) in ledger.aside(100).await? {
                findings.push(Finding {
                    what: format!("the record of order {id} was set aside: it could not be read"),
                    mend: "look at it with `orders show`, mend it, and put it back".to_owned(),
                });
            }
            let names: Vec<String> = loaded.config.accounts.keys().cloned().collect();
            for (account, why) in ledger.paused(&names).await? {
                findings.push(Finding {
                    what: format!("account {account} is paused: {why}"),
                    mend: format!("mend the cause, then `domorder accounts resume {account}`"),
                });
            }
        }
        Err(Failure::Unreachable(error)) => {
            unreachable = true;
            findings.push(Finding {
                what: format!(
                    "Redis at {} is not reachable: {error:#}",
                    loaded.config.redis.masked_url()
                ),
                mend: "start it, or correct `redis.url`".to_owned(),
            });
        }
        Err(other) => return Err(other),
    }
    for (account, provider) in wiring::providers(&loaded.config)? {
        if let Err(trouble) = provider.control().await {
            findings.push(Finding {
                what: format!("account {account}: {}", trouble.detail),
                mend: "check its credentials, its address, and the provider's list of allowed addresses".to_owned(),
            });
        }
    }
    match format {
        Format::Json => print_json(&serde_json::json!({"ok": findings.is_empty(), "findings": findings})),
        Format::Table if findings.is_empty() => print("all is well"),
        Format::Table => {
            for finding in &findings {
                print(&format!("- {}\n  to mend it: {}", finding.what, finding.mend));
            }
        }
    }
    Ok(ExitCode::from(match (unreachable, findings.is_empty()) {
        (true, _) => 3,
        (false, false) => 1,
        (false, true) => 0,
    }))
}
