//! `domorder doctor`: what is wrong, and how to mend it.

use std::process::ExitCode;

use domorder_jobs::format::Unreadable;
use domorder_jobs::ledger::{Durability, Ledger, Stored};

use super::output::{Format, print, print_json};
use super::{Cli, Failure, Loaded, orders, secrets, webhooks};
use crate::{clock, traces, wiring};

/// Most orders that were set aside are told of one by one; more of them have one cause.
const ASIDE_MAX: usize = 100;

/// Something that is wrong.
#[derive(serde::Serialize)]
pub(super) struct Finding {
    pub(super) what: String,
    pub(super) mend: String,
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
            if ledger.durability() == Durability::Relaxed {
                findings.push(Finding {
                    what: "redis.durability is \"relaxed\": a crash of Redis can lose orders and the proof of what was bought"
                        .to_owned(),
                    mend: match loaded.config.redis.keeps_journal() {
                        true => "set durability = \"fsync\"; until then the journal beside the workers is all there is",
                        false => "set durability = \"fsync\", or at least journal = \"on\"",
                    }
                    .to_owned(),
                });
            }
            findings.extend(clocks(clock::now(), ledger.now_ms().await?));
            findings.extend(aside(&ledger).await?);
            findings.extend(secrets::findings(&loaded, &ledger).await?);
            findings.extend(webhooks::findings(&loaded, &ledger).await?);
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
    findings.extend(webhooks::addresses(&loaded).await);
    if let Err(why) = traces::probe(&loaded.config.telemetry).await {
        findings.push(Finding {
            what: format!(
                "traces cannot be sent to {}: {why}",
                loaded.config.telemetry.masked_url().unwrap_or_default()
            ),
            mend:
                "orders go on without; correct telemetry.traces_url (OTLP over HTTP, a collector's port 4318, the path \
                   /v1/traces) or traces_headers, or leave them out"
                    .to_owned(),
        });
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

/// Orders that were set aside, each with what has to be done before it can go on.
async fn aside(ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let ids: Vec<String> = ledger.aside(ASIDE_MAX).await?.into_iter().map(|(id, _)| id).collect();
    let orders = ledger.read(&ids).await?;
    let finding = |(id, order): (&String, &Option<Stored>)| {
        let put_back = format!("`domorder orders put-back {id}`");
        let (what, mend) = match order.as_ref().map(orders::stored) {
            None => (
                "its key is gone, of another type, or has a damaged index field".to_owned(),
                format!("restore it from a backup if it is an order of yours, then {put_back}"),
            ),
            Some(Err(fault @ Unreadable::Newer { .. })) => {
                (fault.to_string(), format!("upgrade this domorder, then {put_back}"))
            }
            Some(Err(fault)) => (fault.to_string(), format!("mend its record, then {put_back}")),
            Some(Ok(_)) => ("it can be read by this domorder".to_owned(), put_back),
        };
        Finding {
            what: format!("order {id} was set aside: {what}"),
            mend,
        }
    };
    Ok(ids.iter().zip(&orders).map(finding).collect())
}

/// Clocks may differ by so much: less than anything that is told by them.
pub(super) const SKEW_MAX: jiff::SignedDuration = jiff::SignedDuration::from_secs(10);

/// Leases and waits go by Redis' clock, so replicas' clocks hardly matter; but when an order came in, and whether its
/// deadline had passed then, is told by this machine's.
fn clocks(ours: jiff::Timestamp, redis_ms: u64) -> Option<Finding> {
    let redis = jiff::Timestamp::from_millisecond(i64::try_from(redis_ms).ok()?).ok()?;
    let ahead = ours.duration_since(redis);
    (ahead.abs() > SKEW_MAX).then(|| Finding {
        what: format!(
            "this machine's clock is {} s {} that of Redis",
            ahead.abs().as_secs(),
            if ahead.is_positive() { "ahead of" } else { "behind" }
        ),
        mend: "set both by NTP".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_are_told_by_how_much_and_which_way() {
        let ours: jiff::Timestamp = "2026-05-01T12:00:00Z".parse().unwrap();
        let redis = |by: i64| u64::try_from(ours.as_millisecond() + by * 1_000).unwrap();
        let told = |by| clocks(ours, redis(by)).map(|finding| finding.what).unwrap_or_default();
        assert_eq!((told(0), told(10), told(-10)), Default::default());
        assert_eq!(told(90), "this machine's clock is 90 s behind that of Redis");
        assert_eq!(told(-3_600), "this machine's clock is 3600 s ahead of that of Redis");
    }
}
