//! A world of one test: Redis, a simulator, a configuration, and replicas of `domorder run`.

mod books;
mod browser;
mod builder;
mod collector;
mod documents;
mod held;
mod http;
mod labels;
mod ledger;
mod metrics;
mod money;
mod other;
mod program;
mod receiver;
mod replica;
mod rest;
mod running;
mod secrets;
pub(crate) mod seen;
mod sold;
mod words;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domorder_tests_sim::{Control, SimHandle};
use domorder_tests_support::RedisServer;
use serde_json::Value;
use tempfile::TempDir;

#[allow(
    unused_imports,
    reason = "the suite of enumerated faults reads orders without a world"
)]
pub(crate) use books::{operation, request_of};
pub(crate) use browser::Browser;
pub(crate) use builder::{Builder, NAMESPACE, private_folder};
pub(crate) use collector::{Collector, Mood, Told};
pub(crate) use documents::*;
pub(crate) use http::{Http, TOKENS, ndjson, streamed, token};
pub(crate) use ledger::state_of;
#[allow(unused_imports, reason = "as above")]
pub(crate) use ledger::view_of;
pub(crate) use metrics::Metrics;
pub(crate) use other::Other;
pub(crate) use program::{Ran, of_python, run, run_that};
pub(crate) use receiver::{Post, Receiver, Reply, SECRET};
pub(crate) use replica::Replica;
#[allow(unused_imports, reason = "as above")]
pub(crate) use running::Running;
pub(crate) use sold::{SOLD, Sold};

/// How long anything may take that is waited for: far more than it does, for machines that are busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(40);
/// Between looks at what is waited for.
const PAUSE: Duration = Duration::from_millis(15);

/// Names the plan of faults of a replica.
pub(crate) const FAULTS: &str = "DOMORDER_FAULTS_FOR_TESTS_ONLY";

/// A world. Dropped, it fails its test where an order is unfinished that was not left so on purpose, or where one of
/// the laws of [`books`] does not hold.
pub(crate) struct World {
    pub(crate) redis: RedisServer,
    pub(crate) sim: SimHandle,
    pub(crate) replicas: Vec<Replica>,
    builder: Builder,
    folder: TempDir,
    left: Mutex<BTreeSet<String>>,
    by_hand: Mutex<BTreeSet<(String, String)>>,
    lost: AtomicBool,
    secrets: Mutex<BTreeSet<String>>,
    private: Mutex<BTreeSet<String>>,
    /// Replicas whose environment holds secrets.
    by_environment: Mutex<BTreeSet<u32>>,
    /// The end was checked already.
    is_settled: bool,
    /// Whether its numbers go into the report, and in which line if not that of its module.
    tells: bool,
    suite: Mutex<Option<String>>,
}

impl World {
    /// A world with one replica that runs.
    pub(crate) async fn new() -> Self {
        Builder::default().start().await
    }

    /// A world to be described first.
    pub(crate) fn with() -> Builder {
        Builder::default()
    }

    /// The hand on the simulator.
    pub(crate) fn providers(&self) -> &Control {
        self.sim.control()
    }

    /// Starts another replica of the same configuration.
    pub(crate) async fn another_replica(&mut self) -> usize {
        let replica = self.spawn_replica(&["run"]);
        replica.until_it_listens().await;
        self.replicas.push(replica);
        self.replicas.len() - 1
    }

    /// Starts a replica that goes wrong as planned (`src/main.rs`), and waits until it listens.
    pub(crate) async fn another_replica_that(&mut self, faults: &Value) -> usize {
        let at = self.another_replica_unheard(faults);
        self.replicas[at].until_it_listens().await;
        at
    }

    /// As [`World::another_replica_that`], for one that may not live to listen.
    pub(crate) fn another_replica_unheard(&mut self, faults: &Value) -> usize {
        let replica = self.spawn_replica_with(&["run"], &[(FAULTS, &faults.to_string())]);
        self.replicas.push(replica);
        self.replicas.len() - 1
    }

    /// As [`World::another_replica_that`]; the kernel kills it when it was held still for so many milliseconds.
    pub(crate) async fn another_replica_to_live(&mut self, faults: &Value, to_live_ms: &str) -> usize {
        let environment = [
            (FAULTS, faults.to_string()),
            ("DOMORDER_TIME_TO_LIVE_MS_FOR_TESTS_ONLY", to_live_ms.to_owned()),
        ];
        let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
        let replica = self.spawn_replica_with(&["run"], &environment);
        replica.until_it_listens().await;
        self.replicas.push(replica);
        self.replicas.len() - 1
    }

    /// Asks every replica that still runs to stop, and waits until it has.
    pub(crate) async fn stop_all(&mut self) {
        for replica in &mut self.replicas {
            if !replica.has_ended() {
                let _ = replica.stop().await;
            }
        }
    }

    /// Its line of the report, where that of its module would say too little.
    pub(crate) fn counts_as(&self, suite: &str) {
        *self.suite.lock().unwrap() = Some(suite.to_owned());
    }

    /// Starts `domorder run` with these arguments and does not wait for it.
    pub(crate) fn spawn_replica(&self, arguments: &[&str]) -> Replica {
        self.spawn_replica_with(arguments, &[])
    }

    /// As [`World::spawn_replica`], with these in its environment.
    pub(crate) fn spawn_replica_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Replica {
        let log = self.folder.path().join(format!("replica-{}.log", next()));
        Replica::spawn(&self.builder.path(self.folder.path()), arguments, environment, log)
    }

    /// What is broken here on purpose is no violation.
    pub(crate) fn keep_out_of_the_report(&mut self) {
        self.tells = false;
    }

    /// As [`World::another_replica`], started by another program with these arguments.
    pub(crate) async fn another_replica_by(&mut self, by: &[&str]) -> usize {
        let log = self.folder.path().join(format!("replica-{}.log", next()));
        let replica = Replica::spawn_by(by, &self.builder.path(self.folder.path()), &["run"], &[], log);
        replica.until_it_listens().await;
        self.replicas.push(replica);
        self.replicas.len() - 1
    }

    /// This order (by its key) stays unfinished at the end, and that is right.
    pub(crate) fn leave(&self, key: &str) {
        self.left.lock().unwrap().insert(key.to_owned());
    }

    /// The test itself has once made this call about this domain, as a person in the provider's panel.
    pub(crate) fn by_hand(&self, operation: &str, domain: &str) {
        self.by_hand
            .lock()
            .unwrap()
            .insert((operation.to_owned(), domain.to_owned()));
    }

    /// The ledger was lost: orders of before are gone, and their charges stand for themselves, one a thing.
    pub(crate) fn ledger_was_lost(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// A text that must appear nowhere.
    pub(crate) fn keep_secret(&self, secret: &str) {
        self.secrets.lock().unwrap().insert(secret.to_owned());
    }

    /// Waits for a condition with a limit; `what` says what was waited for.
    pub(crate) async fn wait_until<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let begun = Instant::now();
        while !holds().await {
            assert!(begun.elapsed() < LIMIT, "waited in vain: {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the provider has had so many calls of an operation.
    pub(crate) async fn until_called(&self, operation: &str, calls: u64) {
        self.wait_until(&format!("{calls} calls of {operation}"), || async {
            self.providers().request_summary().calls(operation) >= calls
        })
        .await;
    }

    /// Where files of a test may lie.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Writes the configuration anew, for replicas and commands started from now on.
    pub(crate) fn reconfigure(&mut self, settings: &[(&str, &str)]) {
        for (key, value) in settings {
            self.builder.set(key, value);
        }
        self.builder.write(self.folder.path());
    }
}

/// A name that no other file has.
fn next() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

/// A text of a document, a view or an event; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
