//! What a write waits for before it counts, and whether its server can be believed.
//!
//! - `fsync`: with `appendfsync always` the answer itself comes after the disk has the write. With `everysec`, from
//!   Redis 7.2 on, `WAITAOF 1 0` behind the write, on its connection, waits for the disk, if the server means it: Valkey
//!   8.0 and 8.1 confirm within a tenth of a second what is written through once a second. So servers are measured.
//! - `replicated`: besides, `WAIT` for every replica that was ever connected to this life of the master: one that is
//!   away could be promoted without what was confirmed meanwhile.
//! - `relaxed`: nothing.
//!
//! Settings change while a server runs, so each write asks for them in the same pipeline, and does not count where they
//! are no longer those it relied on. The standard is then *unmet*: nothing is handed out until a check finds it met.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{Pipeline, Value, aio::MultiplexedConnection};
use tokio::time::Instant;

use super::{Durability, topology::Node, value};

/// What a write of one connection waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Waits {
    aof: bool,
    replicas: u64,
    settings: bool,
    impossible: bool,
}

impl Waits {
    /// Appends what is waited for; `limit` lies below the response timeout, so that a slow disk is told from a dead
    /// server.
    pub(super) fn append_to(self, pipeline: &mut Pipeline, limit: Duration) {
        let limit = u64::try_from(limit.as_millis()).unwrap_or(4_000);
        if self.aof {
            pipeline.cmd("WAITAOF").arg(1).arg(0).arg(limit);
        }
        if self.replicas > 0 {
            pipeline.cmd("WAIT").arg(self.replicas).arg(limit);
        }
        if self.settings {
            append_settings(pipeline);
        }
    }

    /// Why writes of this connection can never count; nothing where they can.
    pub(super) const fn hindrance(self) -> Option<&'static str> {
        if self.impossible {
            Some("`appendfsync` is not `always`, and the server has no WAITAOF to be believed")
        } else {
            None
        }
    }

    /// Reads the answers to what was appended: why the write does not count, and whether another connection may help.
    pub(super) fn verdict(self, answers: &[Value]) -> Result<(), (String, bool)> {
        let mut answers = answers.iter();
        if self.aof && count(answers.next()) < 1 {
            return Err(("the write is not on its disk yet".to_owned(), false));
        }
        if self.replicas > 0 && answers.next().map_or(0, value::uint) < self.replicas {
            return Err(("too few replicas have the write".to_owned(), true));
        }
        if !self.settings {
            return Ok(());
        }
        let now = Settings::read(answers.next());
        match now.fault(!self.aof) {
            None => Ok(()),
            Some(fault) => Err((fault, true)),
        }
    }
}

/// How many servers' disks have it: the first of WAITAOF's two numbers.
fn count(answer: Option<&Value>) -> u64 {
    answer
        .and_then(|value| value::list(value).first())
        .map_or(0, value::uint)
}

/// The settings that orders rely on; empty where the server does not tell them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) appendonly: String,
    pub(super) appendfsync: String,
    pub(super) maxmemory_policy: String,
}

pub(super) fn append_settings(pipeline: &mut Pipeline) {
    let command = pipeline.cmd("CONFIG").arg("GET");
    command.arg("appendonly").arg("appendfsync").arg("maxmemory-policy");
}

impl Settings {
    pub(super) fn read(answer: Option<&Value>) -> Self {
        let mut settings = Self::default();
        for (name, value) in answer.map(value::pairs).unwrap_or_default() {
            match value::text(name).as_str() {
                "appendonly" => settings.appendonly = value::text(value),
                "appendfsync" => settings.appendfsync = value::text(value),
                "maxmemory-policy" => settings.maxmemory_policy = value::text(value),
                _ => {}
            }
        }
        settings
    }

    /// What makes a confirmed write worth nothing.
    fn fault(&self, needs_always: bool) -> Option<String> {
        if self.appendonly != "yes" {
            return Some(format!("`appendonly` is `{}` now", self.appendonly));
        }
        if self.maxmemory_policy != "noeviction" {
            return Some(format!("`maxmemory-policy` is `{}` now", self.maxmemory_policy));
        }
        let always = self.appendfsync == "always";
        // What is waited for must still be written through at some time.
        let waited = !needs_always && self.appendfsync == "everysec";
        (!always && !waited).then(|| format!("`appendfsync` is `{}` now", self.appendfsync))
    }
}

/// What a server said of itself when a connection was opened.
pub(super) struct Told<'a> {
    pub(super) server: &'a str,
    pub(super) replication: &'a str,
    pub(super) settings: Settings,
}

/// The standard of a ledger, and what is known of how its servers meet it.
pub(super) struct Standard {
    pub(super) durability: Durability,
    /// Keys for the probe, one a shard and some beside them: it has to write to the server it asks.
    probes: Vec<String>,
    believed: Mutex<HashMap<(Node, String), bool>>,
    replicas: Mutex<HashMap<(Node, String), u64>>,
    unmet: Mutex<Option<String>>,
}

/// Two confirmations of a server that writes through once a second are a second apart. Far from what an early one takes
/// (0.1 s), even on a busy machine, and both have to be.
const APART_MIN: Duration = Duration::from_millis(700);
/// How long one confirmation may take while a server is measured.
const CONFIRMED_MAX: u64 = 3_000;

impl Standard {
    pub(super) fn new(durability: Durability, probes: Vec<String>) -> Self {
        Self {
            durability,
            probes,
            believed: Mutex::default(),
            replicas: Mutex::default(),
            unmet: Mutex::default(),
        }
    }

    /// Of a connection whose writes nobody waits for.
    pub(super) fn none() -> Arc<Self> {
        Arc::new(Self::new(Durability::Relaxed, Vec::new()))
    }

    /// Why the standard is not met, as last seen.
    pub(super) fn unmet(&self) -> Option<String> {
        lock(&self.unmet).clone()
    }

    /// A write did not count, for this reason.
    pub(super) fn fell_short(&self, why: &str) {
        let mut unmet = lock(&self.unmet);
        if unmet.is_none() {
            tracing::error!(
                why,
                "Redis does not keep what is written as durability asks for: nothing is handed out"
            );
            *unmet = Some(why.to_owned());
        }
    }

    /// A check found everything as it should be.
    pub(super) fn is_met(&self) {
        if lock(&self.unmet).take().is_some() {
            tracing::info!("Redis keeps what is written again: orders are handed out");
        }
    }

    /// What writes of a new connection have to wait for.
    pub(super) async fn waits(&self, node: &Node, connection: &MultiplexedConnection, told: &Told<'_>) -> Waits {
        if self.durability == Durability::Relaxed {
            return Waits::default();
        }
        let always = told.settings.appendfsync == "always";
        let believed = !always && self.believes_waitaof(node, connection, told.server).await;
        let connected = field(told.replication, "connected_slaves").and_then(|n| n.parse().ok());
        Waits {
            aof: believed,
            replicas: match self.durability {
                Durability::Replicated => self.replicas_wanted(node, run_id(told.server), connected.unwrap_or(0)),
                Durability::Fsync | Durability::Relaxed => 0,
            },
            // Some hosted servers do not tell; then only WAITAOF speaks for them.
            settings: told.settings != Settings::default(),
            impossible: !always && !believed,
        }
    }

    /// How many replicas have to have a write: all that were seen at this life of the master, and one at least.
    pub(super) fn replicas_wanted(&self, node: &Node, run_id: &str, connected: u64) -> u64 {
        let mut seen = lock(&self.replicas);
        let most = seen.entry((node.clone(), run_id.to_owned())).or_insert(1);
        *most = (*most).max(connected);
        *most
    }

    /// Whether a server has WAITAOF and means it. Measured once in its life, which takes up to three seconds.
    pub(super) async fn believes_waitaof(&self, node: &Node, connection: &MultiplexedConnection, server: &str) -> bool {
        if !waitaof_is_claimed(server) {
            return false;
        }
        let this_life = (node.clone(), run_id(server).to_owned());
        if let Some(believed) = lock(&self.believed).get(&this_life) {
            return *believed;
        }
        let Some(believed) = self.measure(connection.clone()).await else {
            return false;
        };
        lock(&self.believed).insert(this_life, believed);
        believed
    }

    /// Writes and waits three times; `None`: the server could not be asked.
    async fn measure(&self, mut connection: MultiplexedConnection) -> Option<bool> {
        let mut last: Option<Instant> = None;
        for _ in 0..3 {
            if !self.confirmed(&mut connection).await? {
                return Some(false);
            }
            let now = Instant::now();
            if last.is_some_and(|last| now.duration_since(last) < APART_MIN) {
                return Some(false);
            }
            last = Some(now);
        }
        Some(true)
    }

    /// Whether a write is confirmed, of the first key that the server serves.
    async fn confirmed(&self, connection: &mut MultiplexedConnection) -> Option<bool> {
        for key in &self.probes {
            let mut write = Pipeline::new();
            write.cmd("SET").arg(key).arg(1);
            write.cmd("DEL").arg(key);
            let written = connection.send_packed_commands(&write, 0, 2).await.ok()?;
            if matches!(written.first(), Some(Value::ServerError(_))) {
                continue;
            }
            let mut wait = Pipeline::new();
            wait.cmd("WAITAOF").arg(1).arg(0).arg(CONFIRMED_MAX);
            let waited = connection.send_packed_commands(&wait, 0, 1).await.ok()?;
            return Some(count(waited.first()) >= 1);
        }
        Some(false)
    }
}

/// A field of INFO.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines()
        .find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'))
}

fn run_id(server: &str) -> &str {
    field(server, "run_id").unwrap_or_default()
}

/// Whether a server has WAITAOF, from its `INFO server`, and is not known to confirm too early.
pub(super) fn waitaof_is_claimed(server: &str) -> bool {
    version(field(server, "redis_version").unwrap_or_default()) >= (7, 2) && !is_known_to_confirm_early(server)
}

/// Valkey 8.0 and 8.1 do under `everysec`: 8.0.1 was measured to answer after 0.1 s.
pub(super) fn is_known_to_confirm_early(server: &str) -> bool {
    field(server, "valkey_version").is_some_and(|own| [(8, 0), (8, 1)].contains(&version(own)))
}

/// Major and minor number.
pub(super) fn version(text: &str) -> (u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
