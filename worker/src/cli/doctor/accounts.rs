//! Provider accounts: what stops them in the ledger, and what their providers say.

use domorder_api_client::provider::{Trouble, TroubleKind};
use domorder_api_client::{logicboxes, namecom};
use domorder_config::Account;
use domorder_jobs::ledger::Ledger;

use super::super::accounts::{Checked, breaker_words};
use super::super::{Failure, Loaded};
use super::Finding;
use crate::wiring;

/// What is known without asking a provider.
pub(super) async fn at_rest(loaded: &Loaded, ledger: &Ledger) -> Result<Vec<Finding>, Failure> {
    let names: Vec<String> = loaded.config.accounts.keys().cloned().collect();
    let mut findings = Vec::new();
    for (account, why) in ledger.paused(&names).await? {
        findings.push(Finding::new(
            format!("account {account} is paused: {why}"),
            format!("mend the cause, then `domorder accounts resume {account}`"),
        ));
    }
    for account in &names {
        let words = breaker_words(&ledger.breakers(account).await?);
        if !words.is_empty() {
            findings.push(Finding::new(
                format!("account {account} is held back after answers that told nothing: {words}"),
                format!("see `domorder accounts check {account}`; it goes on by itself when the provider is well"),
            ));
        }
    }
    Ok(findings)
}

/// What the providers say.
pub(super) async fn at_providers(loaded: &Loaded) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    if loaded.config.accounts.is_empty() {
        findings.push(Finding::new(
            "no account is configured: nothing can be ordered",
            "add `[accounts.NAME]` with provider and credentials (config/default.toml shows one of each)",
        ));
    }
    for (name, provider) in wiring::providers(&loaded.config)? {
        let account = loaded.config.accounts.get(&name);
        if account.is_some_and(is_for_tests) {
            findings.push(Finding::new(
                format!("account {name} speaks to its provider's test system: what it buys is not real"),
                format!("take `base_url` out of [accounts.{name}], and give it the live system's credentials"),
            ));
        }
        let checked = Checked::of(provider.as_ref()).await;
        for trouble in checked.troubles() {
            findings.push(Finding::new(
                format!("account {name}: {}", trouble.detail),
                mend(&name, trouble),
            ));
        }
        if let Some(words) = checked.clock_that_differs() {
            findings.push(Finding::new(
                format!("account {name}: by the provider's clock, {words}"),
                "set this machine's clock by NTP: what an order bought is told by when it was created there",
            ));
        }
        if checked.has_no_funds() {
            findings.push(Finding::new(
                format!("account {name} has no money: {}", checked.funds_words()),
                "pay in; orders that wait for it go on by themselves",
            ));
        }
    }
    Ok(findings)
}

fn is_for_tests(account: &Account) -> bool {
    let bases = [logicboxes::TEST_BASE_URL, namecom::TEST_BASE_URL];
    let host = |base: &str| {
        url::Url::parse(base)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
    };
    bases
        .iter()
        .any(|base| host(base).as_deref() == account.base_url.host_str())
}

fn mend(account: &str, trouble: &Trouble) -> String {
    match trouble.kind {
        TroubleKind::Credentials => format!(
            "correct the credentials of [accounts.{account}], or have this machine's address put on the provider's list; \
             then `domorder accounts resume {account}` if it was paused"
        ),
        TroubleKind::Throttled => format!("lower `rate` of [accounts.{account}] to what the provider allows"),
        TroubleKind::Unavailable => format!(
            "check `base_url` of [accounts.{account}], the way out (firewall, name server), and the provider's status page"
        ),
        TroubleKind::Garbled => {
            format!("check `base_url` of [accounts.{account}]: what answers there is not this provider")
        }
    }
}
