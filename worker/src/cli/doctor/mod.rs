//! `domorder doctor`: what is wrong, and how to mend it.
//!
//! `deploy/doctor.md` lists every misconfiguration that is found, with the words that are said; a test makes each of them
//! and holds the list against what this says. What is wrong with the configuration itself is told by its own check, by
//! every command, and nothing else is looked at then.

mod accounts;
mod machine;
mod server;

use std::process::ExitCode;

use domorder_jobs::ledger::Ledger;

use super::output::{Format, print, print_json};
use super::{Cli, Failure, Loaded, secrets, webhooks};
use crate::traces;

/// Clocks may differ by so much: less than anything that is told by them.
pub(super) const SKEW_MAX: jiff::SignedDuration = jiff::SignedDuration::from_secs(10);

/// Something that is wrong.
#[derive(Debug, serde::Serialize)]
pub(super) struct Finding {
    pub(super) what: String,
    pub(super) mend: String,
}

impl Finding {
    fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            mend: mend.into(),
        }
    }
}

pub(super) async fn run(cli: &Cli, format: Format) -> Result<ExitCode, Failure> {
    let loaded = Loaded::of(cli)?;
    let mut findings = machine::findings(&loaded);
    let mut unreachable = false;
    match loaded.ledger().await {
        Ok(ledger) => {
            let unfit = server::findings(&loaded, &ledger).await?;
            let is_fit = unfit.is_empty();
            findings.extend(unfit);
            match in_the_ledger(&loaded, &ledger).await {
                Ok(more) => findings.extend(more),
                // What it refuses for want of a right was named before.
                Err(Failure::Failed(_)) if !is_fit => {}
                Err(Failure::Failed(error)) => findings.push(server::refused(&loaded, &error)),
                Err(other) => return Err(other),
            }
        }
        Err(Failure::Unreachable(error)) if !server::is_login_refused(&error) => {
            unreachable = true;
            findings.push(server::unreachable(&loaded, &error));
        }
        Err(Failure::Unreachable(error) | Failure::Failed(error)) => findings.push(server::refused(&loaded, &error)),
        Err(usage @ Failure::Usage(_)) => return Err(usage),
    }
    findings.extend(webhooks::addresses(&loaded).await);
    findings.extend(collector(&loaded).await);
    findings.extend(accounts::at_providers(&loaded).await?);
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

/// What stands in a server that answers.
async fn in_the_ledger(loaded: &Loaded, ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let mut findings = server::contents(ledger).await?;
    findings.extend(secrets::findings(loaded, ledger).await?);
    findings.extend(webhooks::findings(loaded, ledger).await?);
    findings.extend(accounts::at_rest(loaded, ledger).await?);
    Ok(findings)
}

/// Whoever traces are sent to.
async fn collector(loaded: &Loaded) -> Option<Finding> {
    let telemetry = &loaded.config.telemetry;
    let why = traces::probe(telemetry).await.err()?;
    Some(Finding::new(
        format!(
            "traces cannot be sent to {}: {why}",
            telemetry.masked_url().unwrap_or_default()
        ),
        "orders go on without; correct telemetry.traces_url (OTLP over HTTP, a collector's port 4318, the path \
         /v1/traces) or traces_headers, or leave them out",
    ))
}
