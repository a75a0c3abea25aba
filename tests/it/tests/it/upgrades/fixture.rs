//! The ledger of a release, as a file: a head in JSON, then a Redis command a line.
//!
//! What it says of time is moved to the present when it is loaded, or every wait of it would be over.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::world::{Builder, World};

/// A code that stands sealed in fixtures, and nowhere open.
pub(super) const SECRETS: [&str; 1] = ["right-Code-7Fq2"];

/// The ledger that a release left.
#[derive(Serialize, Deserialize)]
pub(super) struct Fixture {
    /// Which release.
    pub(super) release: String,
    /// When it was recorded.
    pub(super) recorded_at: Timestamp,
    /// What is true at the providers, as a seed of the simulator.
    pub(super) providers: Value,
    /// Its orders.
    pub(super) orders: Vec<Expected>,
    #[serde(skip)]
    pub(super) commands: Vec<Vec<String>>,
}

/// An order of a fixture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Expected {
    pub(super) key: String,
    /// Where it stood.
    pub(super) stood: String,
    /// Where it ends.
    pub(super) ends: String,
    /// How many charges its domain causes once it is loaded, by whichever order of it.
    pub(super) buys: u64,
    /// What it is told once it is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) then: Option<Value>,
}

/// Where fixtures lie.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledger")
}

/// A world as fixtures are recorded and loaded in: time passes as it does, and the sealing key is theirs.
pub(super) fn world() -> Builder {
    let key = folder().join("sealing.key");
    World::with()
        .scale(1.0)
        .setting("secrets.key_file", &format!("'{}'", key.display()))
        .setting("worker.lease", "'4s'")
}

impl Fixture {
    /// Those of all releases.
    pub(super) fn all() -> Vec<Self> {
        let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<PathBuf> = files
            .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
            .collect();
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let head: Self = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        // By whole seconds: a waiting signal is stored behind its length, which other fractions would change.
        let by = SignedDuration::from_secs(Timestamp::now().duration_since(head.recorded_at).as_secs());
        let text = moved(&text, by);
        let (head, commands) = text.split_once('\n').unwrap();
        let mut fixture: Self = serde_json::from_str(head).unwrap();
        fixture.commands = commands
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        fixture
    }

    /// Writes it down, a line a command.
    pub(super) fn write(&self) {
        let mut text = serde_json::to_string(self).unwrap();
        for command in &self.commands {
            text.push('\n');
            text.push_str(&serde_json::to_string(command).unwrap());
        }
        text.push('\n');
        std::fs::write(folder().join(format!("{}.jsonl", self.release)), text).unwrap();
    }

    /// Puts it into a world's empty Redis.
    pub(super) async fn load(&self, world: &World) {
        let mut pipeline = redis::pipe();
        for command in &self.commands {
            pipeline.cmd(&command[0]).arg(&command[1..]).ignore();
        }
        let () = pipeline.query_async(&mut world.connection().await).await.unwrap();
    }
}

/// Every key of a namespace, as the commands that make it.
pub(super) async fn commands(world: &World) -> Vec<Vec<String>> {
    let mut keys: Vec<String> = world.redis(&["KEYS", "*"]).await;
    keys.sort();
    let mut commands = Vec::new();
    for key in &keys {
        let kind: String = world.redis(&["TYPE", key]).await;
        let mut begin = |words: &[&str], rest: Vec<String>| {
            let mut command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            command.extend(rest);
            commands.push(command);
        };
        match kind.as_str() {
            "string" => begin(&["SET", key], vec![world.redis(&["GET", key]).await]),
            "hash" => begin(&["HSET", key], world.redis(&["HGETALL", key]).await),
            "list" => begin(&["RPUSH", key], world.redis(&["LRANGE", key, "0", "-1"]).await),
            "zset" => {
                let pairs: Vec<String> = world.redis(&["ZRANGE", key, "0", "-1", "WITHSCORES"]).await;
                let turned = pairs.chunks(2).flat_map(|pair| [pair[1].clone(), pair[0].clone()]);
                begin(&["ZADD", key], turned.collect());
            }
            "stream" => {
                let entries: redis::streams::StreamRangeReply = world.redis(&["XRANGE", key, "-", "+"]).await;
                for entry in entries.ids {
                    let mut names: Vec<&String> = entry.map.keys().collect();
                    names.sort();
                    let fields = names.iter().flat_map(|name| {
                        let value: String = entry.get(name).unwrap();
                        [(*name).clone(), value]
                    });
                    begin(&["XADD", key, &entry.id], fields.collect());
                }
            }
            other => panic!("{key} is a {other}"),
        }
    }
    commands
}

/// A text in which every instant near the recording, in milliseconds or written out, is this much later.
fn moved(text: &str, by: SignedDuration) -> String {
    let by_ms = i64::try_from(by.as_millis()).unwrap();
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = (at..).find(|next| !is_digit(*next)).unwrap();
        if end == at {
            let char = text[at..].chars().next().unwrap();
            out.push(char);
            at += char.len_utf8();
            continue;
        }
        let digits = &text[at..end];
        let instant = text[at..].find('Z').map(|z| &text[at..=at + z]);
        let instant = instant.filter(|word| end == at + 4 && word.len() <= 32 && word.contains('T'));
        if let Some((word, instant)) = instant.and_then(|word| Some((word, word.parse::<Timestamp>().ok()?))) {
            out.push_str(&(instant + by).to_string());
            at += word.len();
            continue;
        }
        // From the year 2001 on milliseconds have 13 digits; fences have more, and all else has fewer.
        match digits.parse::<i64>() {
            Ok(ms) if digits.len() == 13 => out.push_str(&(ms + by_ms).to_string()),
            _ => out.push_str(digits),
        }
        at = end;
    }
    out
}

#[test]
fn instants_are_moved_and_numbers_are_not() {
    let by = SignedDuration::from_hours(24);
    let text = r#"{"ca":1795511895316,"t":"2026-11-24T09:18:15.316Z","n":179551189531600,"id":"0-01M86D5H4627CSR03M8874880T","x":"1795511895316-0","y":2}"#;
    let wanted = r#"{"ca":1795598295316,"t":"2026-11-25T09:18:15.316Z","n":179551189531600,"id":"0-01M86D5H4627CSR03M8874880T","x":"1795598295316-0","y":2}"#;
    assert_eq!(moved(text, by), wanted);
}
