//! What a world is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use domorder_tests_sim::{
    CONNECTRESELLER_KEY, LOGICBOXES_ID, LOGICBOXES_KEY, NAMECOM_TOKEN, NAMECOM_USERNAME, Seed, Sim, SimOptions,
};
use domorder_tests_support::{RedisOptions, RedisServer};
use serde_json::Value;
use tempfile::TempDir;

use super::World;

/// The namespace of every world's Redis keys.
pub(crate) const NAMESPACE: &str = "it";

/// The five days of a losing registrar pass in a second of a test.
const SCALE: f64 = 432_000.0;

/// A world that is not started yet.
#[derive(Debug, Clone)]
pub(crate) struct Builder {
    replicas: usize,
    seed: Value,
    scale: f64,
    redis: Vec<String>,
    server: RedisOptions,
    settings: BTreeMap<String, String>,
}

impl Default for Builder {
    fn default() -> Self {
        let settings = [
            ("redis.namespace", "'it'"),
            ("http.listen", "'127.0.0.1:0'"),
            ("worker.shutdown_grace", "'10s'"),
            // Three times the longest timeout, so that every call fits into what is left of it.
            ("worker.lease", "'5s'"),
            ("polling.register", "['40ms', '80ms']"),
            ("polling.transfer", "['40ms', '80ms']"),
            ("polling.email", "['40ms', '80ms']"),
            ("polling.funds", "['60ms', '120ms']"),
            ("reconcile.settle", "'300ms'"),
            ("reconcile.gate", "'1s'"),
            ("reconcile.looks", "['80ms', '200ms']"),
            ("reconcile.give_up", "'30s'"),
            // Answers are lost on purpose here, by the dozen.
            ("breaker.unknowns", "1000"),
            ("breaker.failed_looks", "1000"),
            ("retry.initial", "'40ms'"),
            ("retry.max", "'300ms'"),
            ("retry.max_elapsed", "'60s'"),
            ("accounts.cr-main.provider", "'connectreseller'"),
            ("accounts.cr-main.timeout", "'1500ms'"),
            ("accounts.cr-main.concurrency", "32"),
            ("accounts.cr-main.rate", "'1000/s'"),
            ("accounts.cr-main.default_customer", "'5512'"),
            (
                "accounts.cr-main.default_nameservers",
                "['ns1.host.example', 'ns2.host.example']",
            ),
            ("accounts.lb-main.provider", "'logicboxes'"),
            ("accounts.lb-main.timeout", "'1500ms'"),
            ("accounts.lb-main.concurrency", "32"),
            ("accounts.lb-main.rate", "'1000/s'"),
            ("accounts.lb-main.default_customer", "'4400012'"),
            ("accounts.lb-main.defaults.invoice", "'NoInvoice'"),
            ("accounts.nc-main.provider", "'namecom'"),
            ("accounts.nc-main.timeout", "'1500ms'"),
            ("accounts.nc-main.concurrency", "32"),
            ("accounts.nc-main.rate", "'1000/s'"),
        ];
        let mut builder = Self {
            replicas: 1,
            seed: Value::Object(serde_json::Map::new()),
            scale: SCALE,
            // Dumps of keys are searched for secrets, and a compressed one would hide them.
            redis: vec!["--rdbcompression".to_owned(), "no".to_owned()],
            server: RedisOptions::default(),
            settings: settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        };
        builder.set("accounts.cr-main.api_key", &format!("'{CONNECTRESELLER_KEY}'"));
        builder.set("accounts.lb-main.api_key", &format!("'{LOGICBOXES_KEY}'"));
        builder.set("accounts.lb-main.auth_userid", &format!("'{LOGICBOXES_ID}'"));
        builder.set("accounts.nc-main.username", &format!("'{NAMECOM_USERNAME}'"));
        builder.set("accounts.nc-main.api_token", &format!("'{NAMECOM_TOKEN}'"));
        builder
    }
}

impl Builder {
    /// So many replicas instead of one.
    pub(crate) fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// What the simulator starts with beside its standard world, as JSON (see its `seed.rs`).
    pub(crate) fn seed(mut self, seed: Value) -> Self {
        self.seed = seed;
        self
    }

    /// So many seconds of the providers pass in one of ours.
    pub(crate) fn scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// A setting, its value as TOML.
    pub(crate) fn setting(mut self, key: &str, value: &str) -> Self {
        self.set(key, value);
        self
    }

    /// As [`Builder::setting`]; an empty value takes the setting out.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            self.settings.remove(key);
        } else {
            self.settings.insert(key.to_owned(), value.to_owned());
        }
    }

    /// Whether a setting was made.
    pub(super) fn has(&self, key: &str) -> bool {
        self.settings.contains_key(key)
    }

    /// The accounts that were configured.
    pub(super) fn accounts(&self) -> BTreeSet<String> {
        let names = self.settings.keys().filter_map(|key| key.strip_prefix("accounts."));
        names
            .filter_map(|rest| Some(rest.split_once('.')?.0.to_owned()))
            .collect()
    }

    /// Arguments of `redis-server`.
    pub(crate) fn redis(mut self, arguments: &[&str]) -> Self {
        self.redis
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// A server of another sort.
    pub(crate) fn server(mut self, options: RedisOptions) -> Self {
        self.server = options;
        self
    }

    /// Starts all of it, and waits until every replica is ready.
    pub(crate) async fn start(self) -> World {
        let replicas = self.replicas;
        let mut world = self.prepare().await;
        for _ in 0..replicas {
            world.replicas.push(world.spawn_replica(&["run"]));
        }
        for replica in &world.replicas {
            replica.until_it_listens().await;
        }
        world
    }

    /// Starts Redis and the simulator, writes the configuration, and starts no replica.
    pub(crate) async fn prepare(mut self) -> World {
        // Already installed by another test, where several share a process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = RedisOptions {
            args: self.redis.clone(),
            ..self.server.clone()
        };
        let redis = RedisServer::start(options).await.unwrap();
        let seed: Seed = serde_json::from_value(self.seed.clone()).unwrap();
        let options = SimOptions {
            seed,
            scale: self.scale,
            ..SimOptions::default()
        };
        let sim = Sim::start(options).await.unwrap();
        let folder = private_folder();
        if !self.settings.contains_key("redis.url_file") {
            self.set("redis.url", &format!("'{}'", redis.url()));
        }
        let base_url = |name: &str| format!("accounts.{name}.base_url");
        self.settings
            .entry(base_url("cr-main"))
            .or_insert_with(|| format!("'{}'", sim.base_url_connectreseller()));
        self.settings
            .entry(base_url("lb-main"))
            .or_insert_with(|| format!("'{}'", sim.base_url_logicboxes()));
        self.settings
            .entry(base_url("nc-main"))
            .or_insert_with(|| format!("'{}'", sim.base_url_namecom()));
        self.write(folder.path());
        let secrets = [CONNECTRESELLER_KEY, LOGICBOXES_KEY, NAMECOM_TOKEN].map(str::to_owned);
        World {
            redis,
            sim,
            replicas: Vec::new(),
            builder: self,
            folder,
            left: Mutex::default(),
            by_hand: Mutex::default(),
            lost: AtomicBool::new(false),
            secrets: Mutex::new(BTreeSet::from(secrets)),
            private: Mutex::default(),
            by_environment: Mutex::default(),
            is_settled: false,
            tells: true,
            suite: Mutex::default(),
        }
    }

    /// Where the configuration lies.
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        folder.join("domorder.toml")
    }

    /// Takes out the settings whose key is such a one.
    pub(super) fn leave_out(&mut self, which: impl Fn(&str) -> bool) {
        self.settings.retain(|key, _| !which(key));
    }

    /// The configuration.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = self
            .settings
            .iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect();
        lines.concat()
    }

    pub(super) fn write(&self, folder: &Path) {
        std::fs::write(self.path(folder), self.text()).unwrap();
    }
}

/// A folder that keeps other users out, as one with secrets should.
pub(crate) fn private_folder() -> TempDir {
    let mut folder = tempfile::Builder::new();
    folder.permissions(PermissionsExt::from_mode(0o700)).tempdir().unwrap()
}
