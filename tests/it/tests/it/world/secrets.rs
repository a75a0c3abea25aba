//! No secret anywhere: searched for at the end of every world, in all that it has let out.
//!
//! *Secrets* (credentials, auth codes, tokens, keys) may stand nowhere. *Private* texts (people's data) may stand in
//! the ledger, where the order is, and nowhere else.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use super::{Metrics, NAMESPACE, Replica, World, labels, seen, token};

/// Most orders that are asked for one by one.
const SHOWN_MAX: usize = 20;

/// Looks for texts in what is given to it.
struct Search<'a> {
    secrets: &'a BTreeSet<String>,
    private: &'a BTreeSet<String>,
    faults: &'a mut Vec<String>,
}

impl Search<'_> {
    /// Outside of the ledger.
    fn outside(&mut self, place: &str, bytes: &[u8]) {
        self.look(place, bytes, true);
    }

    fn look(&mut self, place: &str, bytes: &[u8], is_outside: bool) {
        let private = self
            .private
            .iter()
            .filter(|_| is_outside)
            .map(|text| ("private text", text));
        for (what, text) in self.secrets.iter().map(|text| ("secret", text)).chain(private) {
            if holds(bytes, text.as_bytes()) {
                self.faults.push(format!("{place} holds the {what} `{text}`"));
            }
        }
    }
}

/// Whether a text stands in bytes; by its first byte first, for there are megabytes of logs.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(text) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

impl World {
    /// A text that must appear nowhere outside of the ledger.
    pub(crate) fn keep_private(&self, text: &str) {
        self.private.lock().unwrap().insert(text.to_owned());
    }

    /// This replica was given secrets by its environment, where they may stand.
    pub(crate) fn given_by_environment(&self, replica: &Replica) {
        self.by_environment.lock().unwrap().insert(replica.pid());
    }

    pub(super) fn check_secrets(&self, redis: &mut redis::Connection, orders: &[String], faults: &mut Vec<String>) {
        let (secrets, private) = (self.secrets.lock().unwrap(), self.private.lock().unwrap());
        let mut search = Search {
            secrets: &secrets,
            private: &private,
            faults,
        };
        in_keys(redis, &mut search);
        for (at, replica) in self.replicas.iter().enumerate() {
            search.outside(&format!("the log of replica {at}"), replica.log().as_bytes());
            // What was its number and its address may be somebody else's since it ended: another test's, that counts calls.
            if replica.has_ended() {
                continue;
            }
            self.in_process(at, replica, &mut search);
            let Some(metrics) = replica.address().and_then(scrape) else {
                continue;
            };
            search.faults.extend(labels::faults(&metrics, &self.builder.accounts()));
            search.outside(&format!("the metrics of replica {at}"), metrics.text().as_bytes());
            if let Some(address) = replica.address() {
                self.in_answers(at, address, orders, &mut search);
            }
        }
        in_files(self.folder(), &mut search);
        seen::each(|whence, bytes| search.outside(whence, bytes));
    }

    /// How it was called, and what stands in its environment.
    fn in_process(&self, at: usize, replica: &Replica, search: &mut Search<'_>) {
        let read = |what: &str| std::fs::read(format!("/proc/{}/{what}", replica.pid())).unwrap_or_default();
        search.outside(&format!("the command line of replica {at}"), &read("cmdline"));
        if !self.by_environment.lock().unwrap().contains(&replica.pid()) {
            search.outside(&format!("the environment of replica {at}"), &read("environ"));
        }
    }

    /// What anybody with every right is shown.
    fn in_answers(&self, at: usize, address: SocketAddr, orders: &[String], search: &mut Search<'_>) {
        let bearer = self.builder.has("http.tokens").then(|| token("boss"));
        let mut paths: Vec<String> = [
            "/sign-in",
            "/livez",
            "/readyz",
            "/openapi.json",
            "/v1/orders",
            "/v1/events",
            "/v1/accounts",
            "/v1/nothing",
        ]
        .map(str::to_owned)
        .to_vec();
        for id in orders.iter().take(SHOWN_MAX) {
            paths.extend([format!("/v1/orders/{id}"), format!("/v1/orders/{id}/timeline")]);
        }
        for path in paths {
            // A replica whose Redis is away, or behind a proxy that stands still at the end of its test, answers nothing more.
            let Some(answer) = ask(address, &path, bearer) else {
                return;
            };
            search.outside(&format!("the answer of replica {at} to {path}"), answer.as_bytes());
        }
    }

    /// All that Redis has written to its disk. An intake entry is its producer's own text until it is taken, and stands in
    /// the append-only file until that is rewritten: so it is rewritten first. A stream keeps deleted entries as long as
    /// one beside them is left: so it has to be empty.
    pub(crate) async fn check_redis_files(&self) -> Vec<String> {
        self.until_all_is_taken_in().await;
        let _: String = self.redis(&["BGREWRITEAOF"]).await;
        self.wait_until("the append-only file is rewritten", || async {
            let info: String = self.redis(&["INFO", "persistence"]).await;
            info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0")
        })
        .await;
        let _: String = self.redis(&["SAVE"]).await;
        let (secrets, private) = (self.secrets.lock().unwrap(), BTreeSet::new());
        let mut faults = Vec::new();
        let mut search = Search {
            secrets: &secrets,
            private: &private,
            faults: &mut faults,
        };
        let mut files = 0;
        walk(self.redis.folder(), &mut |path, bytes| {
            files += 1;
            search.outside(&format!("the file {} of Redis", path.display()), bytes);
        });
        assert!(files >= 2, "the append-only file and the snapshot");
        faults
    }
}

fn in_keys(redis: &mut redis::Connection, search: &mut Search<'_>) {
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query(redis).unwrap();
    for key in keys {
        if !key.starts_with(&format!("{NAMESPACE}:")) && !key.starts_with(&format!("{{{NAMESPACE}:")) {
            search.faults.push(format!("the key {key} is outside the namespace"));
        }
        let lives: i64 = redis::cmd("PTTL").arg(&key).query(redis).unwrap();
        if lives >= 0 {
            search.faults.push(format!("the key {key} expires by itself"));
        }
        // Gone meanwhile, where a replica still works.
        let dump: Option<Vec<u8>> = redis::cmd("DUMP").arg(&key).query(redis).unwrap();
        // Whole documents stand in two places: with their orders, and where refused ones are kept.
        let is_outside = !(key.contains(":order:") || key.ends_with(":rejected")) || key.ends_with(":timeline");
        search.look(&format!("the Redis key {key}"), &dump.unwrap_or_default(), is_outside);
    }
}

/// What the program has written beside its configuration: its journal, above all. Configurations and files of secrets are
/// the test's own.
fn in_files(folder: &Path, search: &mut Search<'_>) {
    walk(folder, &mut |path, bytes| {
        let name = path.to_string_lossy();
        let is_given = [
            "toml", "key", "keys", "token", "secret", "url", "headers", "pem", "ndjson", "json",
        ]
        .iter()
        .any(|ending| name.ends_with(ending));
        if !is_given {
            search.outside(&format!("the file {name}"), bytes);
        }
    });
}

fn walk(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, look);
        } else if let Ok(bytes) = std::fs::read(&path) {
            look(&path, &bytes);
        }
    }
}

/// An answer, head and all, without a runtime; nothing where none comes.
fn ask(address: SocketAddr, path: &str, bearer: Option<&str>) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(4))).ok()?;
    let authorization = bearer.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    stream
        .write_all(
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{authorization}connection: close\r\n\r\n").as_bytes(),
        )
        .ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// A scrape without a runtime; nothing where the replica does not answer.
fn scrape(address: SocketAddr) -> Option<Metrics> {
    let answer = ask(address, "/metrics", None)?;
    Some(Metrics::of(answer.split_once("\r\n\r\n")?.1.to_owned()))
}
