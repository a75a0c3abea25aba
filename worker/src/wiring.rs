//! Configuration to providers, ledger, policy, catalogue: the one place that knows them all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use domorder_api_client::connectreseller::{self, ConnectReseller};
use domorder_api_client::logicboxes::{self, LogicBoxes};
use domorder_api_client::namecom::{self, NameCom};
use domorder_api_client::provider::{InvoiceOption, Operation, Provider};
use domorder_config::{Account, Config, Credentials, Durability as Wanted, InvoiceOption as Invoice};
use domorder_jobs::catalogue::{
    AccountDefaults, AccountFacts, Capabilities, Catalogue, private_suffixes_of, tld_rules_of,
};
use domorder_jobs::ledger::{BreakerLimits, Durability, Ledger, LedgerSettings};
use domorder_jobs::machine::Policy;
use domorder_jobs::producer::Producer;
use domorder_jobs::seal::KeyRing;
use secrecy::{ExposeSecret as _, SecretString};

use crate::handler::Breakers;
use crate::journal::Journal;
use crate::metrics::Calls;

/// The providers by account.
pub type Providers = BTreeMap<String, Arc<dyn Provider>>;

/// Makes each account's provider.
///
/// # Errors
/// Where an account cannot be used; the account is named.
pub fn providers(config: &Config) -> anyhow::Result<Providers> {
    let mut providers = Providers::new();
    for (name, account) in &config.accounts {
        let provider = provider(name, account).with_context(|| format!("accounts.{name} cannot be used"))?;
        providers.insert(name.clone(), provider);
    }
    Ok(providers)
}

fn provider(name: &str, account: &Account) -> anyhow::Result<Arc<dyn Provider>> {
    let observer = Some(Calls::of(name));
    Ok(match &account.credentials {
        Credentials::ConnectReseller { api_key } => {
            let mut settings = connectreseller::Settings::new(account.base_url.clone(), api_key.clone());
            settings.timeout = account.timeout;
            settings.observer = observer;
            Arc::new(ConnectReseller::new(settings)?)
        }
        Credentials::LogicBoxes { auth_userid, api_key } => {
            let mut settings =
                logicboxes::Settings::new(account.base_url.clone(), auth_userid.clone(), api_key.clone());
            settings.timeout = account.timeout;
            settings.observer = observer;
            Arc::new(LogicBoxes::new(settings)?)
        }
        Credentials::NameCom { username, api_token } => {
            let mut settings = namecom::Settings::new(account.base_url.clone(), username.clone(), api_token.clone());
            settings.timeout = account.timeout;
            settings.observer = observer;
            Arc::new(NameCom::new(settings)?)
        }
    })
}

/// What intake may accept.
#[must_use]
pub fn catalogue(config: &Config, providers: &Providers) -> Catalogue {
    Catalogue::new(config.accounts.iter().map(|(name, account)| {
        let provider = account.provider.as_str();
        let served = providers.get(name);
        let sells = Operation::ALL
            .into_iter()
            .filter(|o| served.is_some_and(|p| p.sells(*o)))
            .collect();
        let facts = AccountFacts {
            provider: provider.to_owned(),
            sells,
            abilities: served.map(|p| p.abilities()).unwrap_or_default(),
            capabilities: Capabilities::of(provider).unwrap_or_default(),
            default_customer: account.default_customer.clone(),
            default_nameservers: account.default_nameservers.clone(),
            defaults: AccountDefaults {
                registrant: account.defaults.registrant.clone(),
                admin: account.defaults.admin.clone(),
                tech: account.defaults.tech.clone(),
                billing: account.defaults.billing.clone(),
                invoice: account.defaults.invoice.map(invoice),
                privacy: account.defaults.privacy,
                auto_renew: account.defaults.auto_renew,
            },
            private_suffixes: private_suffixes_of(provider),
            tld_rules: tld_rules_of(provider),
        };
        (name.clone(), facts)
    }))
}

const fn invoice(option: Invoice) -> InvoiceOption {
    match option {
        Invoice::NoInvoice => InvoiceOption::NoInvoice,
        Invoice::PayInvoice => InvoiceOption::PayInvoice,
        Invoice::KeepInvoice => InvoiceOption::KeepInvoice,
        Invoice::OnlyAdd => InvoiceOption::OnlyAdd,
    }
}

/// Waits and limits.
#[must_use]
pub fn policy(config: &Config) -> Policy {
    Policy {
        poll_register: config.polling.register.clone(),
        poll_transfer: config.polling.transfer.clone(),
        poll_email: config.polling.email.clone(),
        poll_funds: config.polling.funds.clone(),
        settle: config.reconcile.settle,
        gate: config.reconcile.gate,
        reconcile_looks: config.reconcile.looks.clone(),
        give_up: config.reconcile.give_up,
        retry_initial: config.retry.initial,
        retry_max: config.retry.max,
        retry_max_elapsed: config.retry.max_elapsed,
        ..Policy::default()
    }
}

/// When accounts stop buying, and looking as often.
#[must_use]
pub const fn breakers(config: &Config) -> Breakers {
    let wanted = &config.breaker;
    Breakers {
        paid: BreakerLimits {
            in_a_row: wanted.unknowns,
            pause: wanted.pause,
            pause_max: wanted.pause_max,
        },
        looks: BreakerLimits {
            in_a_row: wanted.failed_looks,
            pause: wanted.look_pause,
            pause_max: wanted.look_pause_max,
        },
    }
}

/// Where the ledger is.
#[must_use]
pub fn ledger_settings(config: &Config) -> LedgerSettings {
    let mut settings = LedgerSettings::new(config.redis.url.expose_secret(), config.redis.namespace.clone());
    settings.shards = config.redis.shards;
    settings.durability = match config.redis.durability {
        Wanted::Fsync => Durability::Fsync,
        Wanted::Replicated => Durability::Replicated,
        Wanted::Relaxed => Durability::Relaxed,
    };
    settings
}

/// Opens the ledger, waiting for a Redis that is not there yet.
///
/// # Errors
/// Where waiting cannot help: wrong settings.
pub async fn ledger_when_there(config: &Config) -> anyhow::Result<Ledger> {
    let mut wait = Duration::from_millis(250);
    loop {
        match Ledger::connect(ledger_settings(config)).await {
            Ok(ledger) => return Ok(ledger),
            Err(error) if error.is_retryable() => {
                tracing::warn!(
                    redis = config.redis.masked_url(), %error,
                    "Redis is not reachable: tried again; `domorder doctor` says what to do"
                );
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(5));
            }
            Err(error) => return Err(error).context("the ledger cannot be opened"),
        }
    }
}

/// Reads the key ring; with `create`, a first start without any writes a new one beside the configuration and says so.
///
/// # Errors
/// Where the file cannot be read or written, or is no key file.
pub fn key_ring(config: &Config, config_file: Option<&Path>, create: bool) -> anyhow::Result<KeyRing> {
    let path = key_file(config, config_file);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = SecretString::from(text);
            KeyRing::parse(text.expose_secret()).with_context(|| format!("{} is no key file", path.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && create && config.secrets.key_file.is_none() => {
            let ring = KeyRing::generate();
            write_new_secret(&path, &ring.to_file())?;
            // Two replicas that start together: the file that is there now is the ring of both.
            let text = SecretString::from(std::fs::read_to_string(&path)?);
            tracing::warn!(
                path = %path.display(),
                "a new key was written: it seals the orders' secrets. Keep it safe, and give every replica the same file"
            );
            KeyRing::parse(text.expose_secret()).with_context(|| format!("{} is no key file", path.display()))
        }
        Err(error) => bail!(
            "{}: {error}. It holds the key that seals the orders' secrets; `domorder run` without `secrets.key_file` writes one",
            path.display()
        ),
    }
}

/// Where the sealing keys are: as configured, or beside the configuration.
#[must_use]
pub fn key_file(config: &Config, config_file: Option<&Path>) -> PathBuf {
    let named = config.secrets.key_file.clone();
    named.unwrap_or_else(|| beside(config_file).join("domorder.key"))
}

fn beside(config_file: Option<&Path>) -> &Path {
    config_file.and_then(Path::parent).unwrap_or_else(|| Path::new("."))
}

/// Where the journal is, if one is kept and wherever the configuration lies.
#[must_use]
pub fn journal_folder(config: &Config, config_file: Option<&Path>) -> PathBuf {
    let named = config.redis.journal_folder.clone();
    named.unwrap_or_else(|| beside(config_file).join("domorder.journal"))
}

/// Opens the journal, if one is to be kept.
///
/// # Errors
/// Where it cannot be read and written: nothing could be bought.
pub fn journal(config: &Config, instance: &str) -> anyhow::Result<Option<Arc<Journal>>> {
    if !config.redis.keeps_journal() {
        return Ok(None);
    }
    let folder = journal_folder(config, None);
    let journal = Journal::open(&folder, config.redis.journal_keep, instance)?;
    tracing::info!(folder = %folder.display(), "paid calls are written to a journal here, too");
    Ok(Some(Arc::new(journal)))
}

/// Creates the file for its owner only, whole or not at all; one that is there already stays.
fn write_new_secret(path: &Path, text: &SecretString) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .with_context(|| format!("{} cannot be written", draft.display()))?;
    file.write_all(text.expose_secret().as_bytes())?;
    file.sync_all()?;
    // A hard link fails where the name is taken, which a rename would not.
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("{} cannot be written", path.display()))
        }
        _ => Ok(()),
    }
}

/// The producer of this configuration.
#[must_use]
pub fn producer(config: &Config, ledger: &Ledger, catalogue: Catalogue, ring: Arc<KeyRing>) -> Producer {
    Producer::new(
        ledger.clone(),
        Arc::new(catalogue),
        ring,
        config.polling.transfer_deadline,
    )
}
