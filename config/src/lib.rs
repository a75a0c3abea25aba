//! What may be set, and to what: the configuration of domorder.
//!
//! Four layers, each over the one before: the compiled-in `default.toml`, a TOML file ([`locate`]), the environment
//! (`DOMORDER__REDIS__URL`, …) and the files that `<key>_file` settings point to; and, below the file, the variables that
//! OpenTelemetry's own specification names. [`load`] checks every value of every
//! layer against one schema and reports all that is wrong at once: key, source, what was expected, what to do.
//!
//! Deliberately absent: a reload at run time, and any message that could hold the value of a secret. serde is not
//! used for the values, because it stops at the first fault and quotes what it found.

mod accounts;
mod breaker;
mod duration;
mod error;
mod hosts;
mod http;
mod kind;
mod layers;
mod print;
mod redis;
mod schema;
mod secret;
mod settings;
mod telemetry;
#[cfg(test)]
mod tests;
mod timing;
mod webhooks;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub use accounts::{Account, Credentials, Defaults, InvoiceOption, ProviderKind};
pub use breaker::Breaker;
pub use duration::{Rate, format_duration, parse_duration};
pub use error::{ConfigErrors, Fault, FaultKind, Source};
pub use http::{Http, Scope, Token};
pub use redis::{Durability, JournalUse, Redis, Secrets};
pub use telemetry::Telemetry;
pub use timing::{Polling, Reconcile, Retention, Retry, Worker};
pub use webhooks::{Begin, Webhook};

use settings::Settings;

/// Every setting with its default, unit and reason: the first layer, and the reference to print.
pub const DEFAULT_TOML: &str = include_str!("../default.toml");

/// The file that is read if neither the command line nor the environment names one.
pub const DEFAULT_FILE: &str = "domorder.toml";

/// The variable that names the file.
pub const FILE_VARIABLE: &str = "DOMORDER_CONFIG";

/// The effective configuration. Its `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where orders live.
    pub redis: Redis,
    /// Keys that seal auth codes.
    pub secrets: Secrets,
    /// The server.
    pub http: Http,
    /// The worker.
    pub worker: Worker,
    /// Accounts at providers, by name; may be empty.
    pub accounts: BTreeMap<String, Account>,
    /// Waits between looks at orders.
    pub polling: Polling,
    /// How lost answers are found out.
    pub reconcile: Reconcile,
    /// When an account stops buying.
    pub breaker: Breaker,
    /// How calls without effect are repeated.
    pub retry: Retry,
    /// How long things are kept.
    pub retention: Retention,
    /// Endpoints for events, by name.
    pub webhooks: BTreeMap<String, Webhook>,
    /// Where traces go.
    pub telemetry: Telemetry,
}

impl Config {
    /// The effective configuration as TOML, with secrets as `***`.
    pub fn masked_toml(&self) -> String {
        print::toml(self, None)
    }

    /// As [`masked_toml`](Self::masked_toml), each line with the source of its value as a comment.
    pub fn masked_toml_with(&self, sources: &Sources) -> String {
        print::toml(self, Some(sources))
    }
}

/// Where each setting came from.
#[derive(Debug, Clone)]
pub struct Sources {
    file: Option<PathBuf>,
    keys: BTreeMap<String, Source>,
}

impl Sources {
    /// The configuration file that was read, if any.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The source of a dotted key (`redis.url`, `accounts.cr-main.timeout`, `http.tokens[0].token`). A secret's source
    /// stands under its own key, not under `<key>_file`. None where nothing was set.
    pub fn of(&self, key: &str) -> Option<&Source> {
        self.keys.get(key)
    }

    /// Every key that is set, with its source.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.keys.iter().map(|(key, source)| (key.as_str(), source))
    }
}

/// What [`load`] reads besides the defaults.
#[derive(Debug, Clone)]
pub struct LoadOptions<E> {
    /// The configuration file, from [`locate`]; none: defaults and environment only.
    pub file: Option<PathBuf>,
    /// The environment, from [`process_env`] or made up by a test.
    pub env: E,
}

/// The configuration file to read: the command line's, else `DOMORDER_CONFIG`, else `./domorder.toml` if it exists.
pub fn locate(cli: Option<PathBuf>, env: impl IntoIterator<Item = (String, String)>) -> Option<PathBuf> {
    let named = || {
        env.into_iter()
            .find(|(name, value)| name == FILE_VARIABLE && !value.is_empty())
    };
    let here = || Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists());
    cli.or_else(|| named().map(|(_, value)| PathBuf::from(value)))
        .or_else(here)
}

/// The variables of this process that concern the configuration. Bytes that are not UTF-8 are replaced and so refused
/// where they matter, whereas [`std::env::vars`] would panic over a variable of somebody else.
pub fn process_env() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .filter(|(name, _)| name == FILE_VARIABLE || name.starts_with(layers::ENV_PREFIX) || layers::is_standard(name))
        .collect()
}

/// Reads and checks the configuration.
///
/// # Errors
/// All faults of all layers: unknown keys, wrong types and values, what is missing, what contradicts. Print the error
/// and exit with code 2.
pub fn load<E>(options: LoadOptions<E>) -> Result<(Config, Sources), ConfigErrors>
where
    E: IntoIterator<Item = (String, String)>,
{
    let mut faults = Vec::new();
    let mut settings = Settings::default();
    settings.overlay(layers::from_toml(DEFAULT_TOML, Source::Default, None, &mut faults));
    let env: Vec<(String, String)> = options.env.into_iter().collect();
    settings.overlay(layers::from_standard_env(&env, &mut faults));
    if let Some(file) = &options.file {
        settings.overlay(read_file(file, &mut faults));
    }
    // A file that could not be read at all would make everything that it sets look missing.
    let whole = faults.is_empty() || faults.iter().all(|fault| !fault.key.is_empty());
    let env = layers::from_env(env, &settings.named, &mut faults);
    settings.overlay(env);
    settings.complete(&mut faults);
    let config = if whole { build(&settings, &mut faults) } else { None };
    match config {
        Some(config) if faults.is_empty() => {
            let mut keys = settings.into_sources();
            for name in config.accounts.keys() {
                keys.entry(format!("accounts.{name}.base_url"))
                    .or_insert(Source::Default);
            }
            Ok((
                config,
                Sources {
                    file: options.file,
                    keys,
                },
            ))
        }
        _ => Err(ConfigErrors::new(faults)),
    }
}

fn read_file(file: &Path, faults: &mut Vec<Fault>) -> layers::Layer {
    let source = Source::File(file.to_owned());
    match fs::read_to_string(file) {
        Ok(text) => layers::from_toml(&text, source, file.parent(), faults),
        Err(error) => {
            faults.push(Fault {
                key: String::new(),
                source: Some(source),
                kind: FaultKind::Unreadable,
                found: format!("cannot be read: {error}"),
                expected: "a readable TOML file".to_owned(),
                remedy: format!("Correct the path given by --config or {FILE_VARIABLE}, or its permissions"),
            });
            layers::Layer::default()
        }
    }
}

/// Every section is built, and so checked, before any of them is given up.
fn build(settings: &Settings, faults: &mut Vec<Fault>) -> Option<Config> {
    let redis = redis::redis(settings, faults);
    let http = http::http(settings, faults);
    let worker = timing::worker(settings, faults);
    let accounts = accounts::accounts(settings, faults);
    let reconcile = timing::reconcile(settings, faults);
    let breaker = breaker::breaker(settings, faults);
    let retry = timing::retry(settings, faults);
    let webhooks = webhooks::webhooks(settings, faults);
    let telemetry = telemetry::telemetry(settings, faults);
    Some(Config {
        redis: redis?,
        secrets: redis::secrets(settings),
        http: http?,
        worker: worker?,
        accounts: accounts?,
        polling: timing::polling(settings)?,
        reconcile: reconcile?,
        breaker: breaker?,
        retry: retry?,
        retention: timing::retention(settings)?,
        webhooks: webhooks?,
        telemetry: telemetry?,
    })
}
