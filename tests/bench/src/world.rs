//! What a measurement runs in: a private Redis, the provider, and the worker that is measured.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;
use domorder::wiring;
use domorder_config::Config;
use domorder_jobs::ledger::{Count, Ledger};
use domorder_jobs::producer::Producer;
use domorder_jobs::state::State;
use domorder_tests_support::{AppendFsync, RedisOptions, RedisServer};
use tempfile::TempDir;

use crate::process::Running;
use crate::provider::Provider;

/// How durable Redis' answers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Fsync {
    /// `appendfsync everysec`
    #[value(name = "everysec")]
    EverySec,
    /// `appendfsync always`
    Always,
}

impl Fsync {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::EverySec => "everysec",
            Self::Always => "always",
        }
    }
}

/// What is measured, and how much of it.
pub(crate) struct Bench {
    pub(crate) orders: usize,
    pub(crate) rounds: usize,
    pub(crate) concurrency: u32,
    pub(crate) domorder: PathBuf,
}

/// One private world.
pub(crate) struct World {
    pub(crate) redis: RedisServer,
    pub(crate) provider: Provider,
    pub(crate) folder: TempDir,
    config: Config,
}

/// What Redis counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RedisStats {
    pub(crate) reads: f64,
    pub(crate) commands: f64,
    pub(crate) memory: f64,
}

impl World {
    /// Starts Redis and the provider, and writes the configuration.
    pub(crate) async fn start(bench: &Bench, fsync: Fsync, delay_ms: u64) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let redis = RedisServer::start(RedisOptions {
            appendfsync: match fsync {
                Fsync::EverySec => AppendFsync::EverySecond,
                Fsync::Always => AppendFsync::Always,
            },
            ..RedisOptions::default()
        })
        .await?;
        let provider = Provider::start(folder.path(), delay_ms).await?;
        // Redis 7.0 has no WAITAOF: under `everysec` nothing but `relaxed` can be measured on it.
        let durability = match fsync {
            Fsync::EverySec => "relaxed",
            Fsync::Always => "fsync",
        };
        let file = folder.path().join("domorder.toml");
        let text = format!(
            "[redis]\nurl = \"{}\"\ndurability = \"{durability}\"\njournal = \"off\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
             [accounts.cr-main]\nprovider = \"connectreseller\"\nbase_url = \"{}\"\napi_key = \"CR-BENCH-KEY\"\n\
             default_customer = \"5512\"\ndefault_nameservers = [\"ns1.host.example\", \"ns2.host.example\"]\n\
             concurrency = {}\nrate = \"1000000/s\"\n",
            redis.url(),
            provider.base_url(),
            bench.concurrency,
        );
        std::fs::write(&file, text)?;
        let (config, _) = domorder_config::load(domorder_config::LoadOptions {
            file: Some(file.clone()),
            env: std::iter::empty(),
        })
        .map_err(|errors| anyhow::anyhow!("{errors}"))?;
        wiring::key_ring(&config, Some(&file), true)?;
        Ok(Self {
            redis,
            provider,
            folder,
            config,
        })
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("domorder.toml")
    }

    /// `domorder run`, as a process of its own.
    pub(crate) fn domorder(&self, bench: &Bench) -> anyhow::Result<Running> {
        let mut command = Command::new(&bench.domorder);
        command.arg("--config").arg(self.file()).arg("run");
        Running::start(&mut command, &self.log("domorder"))
    }

    /// The peer, as a process of its own.
    pub(crate) fn peer(&self, bench: &Bench) -> anyhow::Result<Running> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("peer").arg("--redis").arg(self.redis.url());
        command.arg("--provider").arg(self.provider.base_url());
        command.arg("--concurrency").arg(bench.concurrency.to_string());
        Running::start(&mut command, &self.log("peer"))
    }

    fn log(&self, who: &str) -> PathBuf {
        let name = format!("{who}-{}.log", crate::provider::now_us());
        let log: &Path = self.folder.path();
        log.join(name)
    }

    /// The ledger, as the worker opens it.
    pub(crate) async fn ledger(&self) -> anyhow::Result<Ledger> {
        Ok(Ledger::connect(wiring::ledger_settings(&self.config)).await?)
    }

    /// A producer of this configuration.
    pub(crate) fn producer(&self, ledger: &Ledger) -> anyhow::Result<Producer> {
        let ring = Arc::new(wiring::key_ring(&self.config, Some(&self.file()), false)?);
        let providers = wiring::providers(&self.config)?;
        let catalogue = wiring::catalogue(&self.config, &providers);
        Ok(wiring::producer(&self.config, ledger, catalogue, ring))
    }

    /// Redis' own counters.
    pub(crate) async fn redis_stats(&self) -> anyhow::Result<RedisStats> {
        let client = redis::Client::open(self.redis.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let mut info = String::new();
        for section in ["stats", "memory"] {
            info += &redis::cmd("INFO")
                .arg(section)
                .query_async::<String>(&mut connection)
                .await?;
        }
        let field = |name: &str| -> anyhow::Result<f64> {
            info.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse().ok())
                .with_context(|| format!("INFO has no {name}"))
        };
        Ok(RedisStats {
            reads: field("total_reads_processed")?,
            commands: field("total_commands_processed")?,
            memory: field("used_memory")?,
        })
    }

    pub(crate) fn redis_pid(&self) -> anyhow::Result<u32> {
        self.redis.pid().context("Redis does not run")
    }
}

/// A renewal's document, as a billing system writes it.
pub(crate) fn document(n: usize) -> Vec<u8> {
    document_from(n, "")
}

/// The same with further fields, each with a comma before it.
pub(crate) fn document_from(n: usize, more: &str) -> Vec<u8> {
    format!(
        r#"{{"idempotency_key":"invoice-{n}","kind":"renew","account":"cr-main","domain":"renew-{n}.com","years":1,"expected_expiry":"2026-03-04"{more}}}"#
    )
    .into_bytes()
}

/// Submits documents in batches as the command line does; every one must be accepted.
pub(crate) async fn submit(producer: &Producer, documents: &[Vec<u8>]) -> anyhow::Result<()> {
    for batch in documents.chunks(1024) {
        let batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
        for answer in producer.submit(&batch, domorder::clock::now()).await {
            answer.map_err(|e| anyhow::anyhow!("{e}"))?;
        }
    }
    Ok(())
}

/// How many orders stand in a state.
pub(crate) fn in_state(counts: &[Count], state: State) -> u64 {
    counts.iter().filter(|c| c.state == state).map(|c| c.n).sum()
}
