//! Every row of `deploy/doctor.md`: the misconfiguration made, and what the real `domorder doctor` says of it.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use domorder_tests_support::{RedisOptions, RedisReplica};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::*;

/// The rows: misconfiguration, and the words that are said, in their order.
fn rows() -> Vec<(String, Vec<String>)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/doctor.md");
    let page = std::fs::read_to_string(page).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let &[what, says, _] = cells.as_slice() else {
            panic!("{line}")
        };
        let says = says.trim_matches('`').split(" … ").map(str::to_owned).collect();
        (what.to_owned(), says)
    };
    let table = page.lines().filter(|line| line.starts_with('|')).skip(2);
    table.map(row).collect()
}

fn says(what: &str) -> Vec<String> {
    let row = rows().into_iter().find(|(name, _)| name == what);
    row.unwrap_or_else(|| panic!("deploy/doctor.md has no row {what}")).1
}

/// The words stand in the text, one after the other.
fn is_said(what: &str, text: &str) -> bool {
    let mut rest = text;
    says(what).iter().all(|word| match rest.find(word.as_str()) {
        Some(at) => {
            rest = &rest[at + word.len()..];
            true
        }
        None => false,
    })
}

fn findings(json: &Value) -> Vec<String> {
    let all = json["findings"].as_array().unwrap();
    all.iter()
        .map(|finding| {
            assert!(!text(finding, "mend").is_empty(), "{finding}");
            text(finding, "what").to_owned()
        })
        .collect()
}

/// The doctor finds it, and ends with this code; nothing else is wrong but what `beside` says.
async fn finds(world: &World, what: &str, code: i32, beside: &[&str]) {
    let json = world.run(&["doctor", "-o", "json"]).await.ended(code).json();
    let found = findings(&json);
    assert!(found.iter().any(|found| is_said(what, found)), "{what}: {json:#}");
    let others = found.iter().filter(|found| !is_said(what, found));
    let strange: Vec<_> = others
        .filter(|found| !beside.iter().any(|word| found.contains(word)))
        .collect();
    assert!(strange.is_empty(), "{what}: also {strange:?}");
}

async fn finds_it(world: &World, what: &str) {
    finds(world, what, 1, &[]).await;
}

async fn is_well(world: &World) {
    world.run(&["doctor"]).await.ended(0);
}

/// A world, and the settings that it is put back to after each misconfiguration.
struct Patient {
    world: World,
    sound: Vec<(&'static str, String)>,
}

impl Patient {
    async fn new() -> Self {
        let world = World::with().prepare().await;
        let sim = format!("'http://{}/ConnectReseller/ESHOP'", world.sim.address());
        let sound = vec![
            ("redis.url", format!("'{}'", world.redis.url())),
            ("accounts.cr-main.base_url", sim),
        ];
        is_well(&world).await;
        Self { world, sound }
    }

    /// With these settings it is found; with those of before all is well again.
    async fn with(&mut self, what: &str, settings: &[(&str, &str)], back: &[(&str, &str)], code: i32, beside: &[&str]) {
        self.world.reconfigure(settings);
        finds(&self.world, what, code, beside).await;
        let sound: Vec<(&str, &str)> = self.sound.iter().map(|(key, value)| (*key, value.as_str())).collect();
        self.world.reconfigure(&sound);
        self.world.reconfigure(back);
        is_well(&self.world).await;
    }
}

#[test]
fn every_row_has_its_case() {
    let source = include_str!("doctor.rs");
    let mut names = BTreeSet::new();
    for (what, words) in rows() {
        assert!(source.contains(&format!("\"{what}\"")), "no test makes: {what}");
        assert!(
            !words.is_empty() && words.iter().all(|word| word.len() > 1),
            "{what} says nothing"
        );
        assert!(names.insert(what.clone()), "{what} stands twice");
    }
    assert!(names.len() > 30, "{names:?}");
    let runbook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/runbook.md");
    assert!(
        std::fs::read_to_string(runbook).unwrap().contains("(doctor.md)"),
        "the runbook leads there"
    );
}

#[tokio::test]
async fn a_configuration_that_is_wrong_is_told_before_anything_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("domorder.toml");
    let account = "provider = 'connectreseller'\napi_key = 'Canary-key-5'\n";
    for (what, config) in [
        (
            "a setting that is misspelt or of a wrong value",
            "redis.shards = 0".to_owned(),
        ),
        (
            "HTTP beyond loopback, and no token",
            "http.listen = '0.0.0.0:8080'".to_owned(),
        ),
        (
            "a provider's address without TLS",
            format!("[accounts.cr-main]\n{account}base_url = 'http://192.0.2.1/ESHOP'"),
        ),
        (
            "a lease that a slow call outlives",
            format!("worker.lease = '50s'\n[accounts.cr-main]\n{account}timeout = '40s'"),
        ),
        (
            "a webhook without TLS",
            "[webhooks.billing]\nurl = 'http://billing.example/'\nsecret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'"
                .to_owned(),
        ),
    ] {
        std::fs::write(&path, config).unwrap();
        let ran = run(&["doctor", "--config", path.to_str().unwrap()], "").await.ended(2);
        assert!(is_said(what, &ran.err), "{what}: {ran:?}");
        assert!(!ran.err.contains("Canary"), "{ran:?}");
    }
}

#[tokio::test]
async fn a_redis_that_does_not_fit_is_told() {
    let mut patient = Patient::new().await;
    let url = |text: &str| format!("'{text}'");
    let nobody = url("redis://127.0.0.1:1");
    patient
        .with(
            "Redis is not there, or its name does not resolve",
            &[("redis.url", &nobody)],
            &[],
            3,
            &[],
        )
        .await;
    let stranger = url(&patient.world.redis.url_as("nobody", "wrong-Canary-1"));
    patient.world.keep_secret("wrong-Canary-1");
    patient
        .with(
            "Redis knows another user or password",
            &[("redis.url", &stranger)],
            &[],
            1,
            &[],
        )
        .await;
    let grant = |more: &'static [&'static str]| {
        [&["ACL", "SETUSER", "worker", "on", ">word-Canary-2", "resetkeys"], more].concat()
    };
    patient.world.keep_secret("word-Canary-2");
    let worker = url(&patient.world.redis.url_as("worker", "word-Canary-2"));
    let () = patient.world.redis(&grant(&["~*", "&*", "+@all", "-hincrby"])).await;
    patient
        .with("the login lacks a command", &[("redis.url", &worker)], &[], 1, &[])
        .await;
    let () = patient
        .world
        .redis(&grant(&["~other:*", "~{other:*}:*", "+@all"]))
        .await;
    patient
        .with(
            "the login is for another namespace",
            &[("redis.url", &worker)],
            &[],
            1,
            &["set aside", "cannot be used"],
        )
        .await;
    patient
        .with(
            "`replicated`, and no replica",
            &[("redis.durability", "'replicated'")],
            &[("redis.durability", "'fsync'")],
            1,
            &[],
        )
        .await;
    patient
        .with(
            "`relaxed`",
            &[("redis.durability", "'relaxed'")],
            &[("redis.durability", "'fsync'")],
            1,
            &[],
        )
        .await;
    let replica = RedisReplica::of(&patient.world.redis, RedisOptions::default())
        .await
        .unwrap();
    let address = url(&replica.server().url());
    patient
        .with(
            "`redis.url` names a replica",
            &[("redis.url", &address)],
            &[],
            1,
            &["cannot be used", "replica"],
        )
        .await;
}

#[tokio::test]
async fn a_redis_that_would_lose_orders_is_told() {
    for (what, name, wrong, sound) in [
        (
            "Redis deletes keys when memory is full",
            "maxmemory-policy",
            "allkeys-lru",
            "noeviction",
        ),
        ("Redis keeps no append-only file", "appendonly", "no", "yes"),
        (
            "Redis answers before its disk has the write",
            "appendfsync",
            "no",
            "always",
        ),
    ] {
        let world = World::with().prepare().await;
        let () = world.redis(&["CONFIG", "SET", name, wrong]).await;
        finds_it(&world, what).await;
        let () = world.redis(&["CONFIG", "SET", name, sound]).await;
        is_well(&world).await;
    }
}

#[tokio::test]
async fn shards_that_were_changed_and_an_intake_without_a_reader_are_told() {
    let mut world = World::new().await;
    let keys = world
        .orders((0..12).map(|at| register(&format!("new-{at}-example.com"))))
        .await;
    world.until_all(&keys, "succeeded").await;
    is_well(&world).await;
    world.reconfigure(&[("redis.shards", "8")]);
    finds_it(&world, "more shards than the orders were accepted under").await;
    world.reconfigure(&[("redis.shards", "1")]);

    world.stop_all().await;
    let document = json!({"wibble": 1}).to_string();
    let _: String = world.redis(&["XADD", "it:intake", "*", "order", &document]).await;
    finds_it(&world, "nobody takes in what is handed in").await;
    let _: u64 = world.redis(&["DEL", "it:intake"]).await;

    let _: u64 = world.redis(&["XLEN", "{it:0}:events"]).await;
    let _: u64 = world.redis(&["COPY", "{it:0}:events", "{it:3}:events"]).await;
    finds_it(&world, "fewer shards than the orders were accepted under").await;
    let _: u64 = world.redis(&["DEL", "{it:3}:events"]).await;
    is_well(&world).await;
    world.another_replica().await;
}

#[tokio::test]
async fn accounts_that_cannot_buy_are_told() {
    let mut patient = Patient::new().await;
    let wrong = ("accounts.cr-main.api_key", "'Canary-key-6'");
    patient.world.keep_secret("Canary-key-6");
    patient.world.reconfigure(&[wrong]);
    finds_it(
        &patient.world,
        "credentials that the provider refuses, or an address that is not on its list",
    )
    .await;
    drop(patient);

    let mut patient = Patient::new().await;
    let address = "accounts.cr-main.base_url";
    patient
        .with(
            "a provider that cannot be reached from here",
            &[(address, "'http://127.0.0.1:1/ESHOP'")],
            &[],
            1,
            &[],
        )
        .await;
    patient.world.run(&["accounts", "pause", "lb-main"]).await.ended(0);
    finds_it(&patient.world, "an account that was paused, and forgotten").await;
    patient.world.run(&["accounts", "resume", "lb-main"]).await.ended(0);
    // Nothing answers there on this machine: what is said of that is beside the point.
    let test = "'https://test.httpapi.com/api'";
    patient.world.reconfigure(&[
        ("accounts.lb-main.base_url", test),
        ("accounts.lb-main.timeout", "'1s'"),
    ]);
    finds(&patient.world, "a provider's test system", 1, &["account lb-main:"]).await;
}

/// Says nothing that makes sense, but what time it is there.
async fn provider_whose_clock_is_an_hour_ahead() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            let date = (Timestamp::now() + Duration::from_secs(3_600)).strftime("%a, %d %b %Y %H:%M:%S GMT");
            let answer =
                format!("HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn a_clock_an_empty_purse_and_no_account_at_all_are_told() {
    let world = World::with()
        // The balance is asked for by the reseller's id, which only a domain tells.
        .seed(json!({"connectreseller": {"balance_cents": 0, "domains": [{"name": "own-example-shop.com"}]}}))
        .prepare()
        .await;
    finds_it(&world, "an account without money").await;
    let mut world = World::with().prepare().await;
    is_well(&world).await;
    let fast = provider_whose_clock_is_an_hour_ahead().await;
    world.reconfigure(&[("accounts.cr-main.base_url", &format!("'http://{fast}/ESHOP'"))]);
    finds(
        &world,
        "a clock that differs from the provider's",
        1,
        &["account cr-main:"],
    )
    .await;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("domorder.toml");
    std::fs::write(
        &path,
        format!("redis.url = '{}'\nredis.namespace = 'other'", world.redis.url()),
    )
    .unwrap();
    let ran = run(&["doctor", "-o", "json", "--config", path.to_str().unwrap()], "")
        .await
        .ended(1);
    assert!(
        findings(&ran.json()).iter().any(|found| is_said("no account", found)),
        "{ran:?}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_this_machine_is_told() {
    let mut patient = Patient::new().await;
    let folder = patient.world.folder().to_owned();
    let (keys, none) = (folder.join("domorder.key"), ("secrets.key_file", "'other.keys'"));
    patient.world.reconfigure(&[none]);
    finds_it(&patient.world, "the sealing keys are not there").await;
    let other = folder.join("other.keys");
    std::fs::write(&other, "k1:c2hvcnQ=\n").unwrap();
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    finds_it(&patient.world, "a sealing key that is too short").await;
    let _ = std::fs::remove_file(&keys);
    std::fs::write(&other, "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
    is_well(&patient.world).await;

    // The folder is nobody else's; once everybody may pass it, the file's own rights count.
    let rights = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    rights(&other, 0o604);
    is_well(&patient.world).await;
    rights(&folder, 0o755);
    finds(
        &patient.world,
        "a secret that every user may read",
        1,
        &["domorder.toml holds a secret"],
    )
    .await;
    rights(&folder, 0o700);
    rights(&other, 0o600);

    let nowhere = ("redis.journal_folder", "'/proc/nowhere/journal'");
    let back = [
        ("redis.journal", "'auto'"),
        ("redis.journal_folder", "'domorder.journal'"),
    ];
    patient
        .with(
            "a journal that cannot be written",
            &[("redis.journal", "'on'"), nowhere],
            &back,
            1,
            &[],
        )
        .await;
    let elsewhere = [("http.listen", "'192.0.2.1:8080'"), ("http.tokens", TOKENS)];
    patient
        .with(
            "an address to listen at that is another machine's",
            &elsewhere,
            &[("http.listen", "'127.0.0.1:0'")],
            1,
            &[],
        )
        .await;
    let hook = [
        ("webhooks.billing.url", "'https://169.254.169.254/hook'"),
        ("webhooks.billing.secret", "'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'"),
    ];
    patient.world.reconfigure(&hook);
    finds_it(&patient.world, "a webhook at an address that is not allowed").await;
}

#[tokio::test]
async fn a_sealing_key_that_orders_need_and_a_collector_that_is_away_are_told() {
    let mut world = World::with().prepare().await;
    let file = world.folder().join("domorder.key");
    let keys = |lines: &[&str]| std::fs::write(&file, lines.join("\n")).unwrap();
    let (old, new) = (
        "old:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "new:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
    );
    keys(&[old]);
    // No worker runs: it stays as it was accepted.
    let order = transfer("move-1-example.com", "right-Code-7Fq2");
    world.run_with(&["enqueue"], &order.to_string()).await.ended(0);
    world.leave(text(&order, "idempotency_key"));
    is_well(&world).await;
    keys(&[new, old]);
    finds_it(&world, "an older sealing key that orders still need").await;
    keys(&[new]);
    finds_it(&world, "a sealing key that orders need, taken away").await;
    keys(&[new, old]);
    world.run(&["secrets", "rotate"]).await.ended(0);
    keys(&[new]);
    is_well(&world).await;

    world.reconfigure(&[("telemetry.traces_url", "'http://127.0.0.1:1/v1/traces'")]);
    finds_it(&world, "nobody takes the traces").await;
}

#[tokio::test]
async fn too_few_open_files_are_told_and_a_low_soft_limit_is_not() {
    let world = World::with().prepare().await;
    let config = world.folder().join("domorder.toml");
    let config = config.display();
    let doctor = async |limit: &str| -> Value {
        let program = env!("CARGO_BIN_EXE_domorder-under-test");
        let script = format!("ulimit {limit}; exec {program} doctor -o json --config {config}");
        let ran = tokio::process::Command::new("sh").args(["-c", &script]).output().await;
        serde_json::from_slice(&ran.unwrap().stdout).unwrap()
    };
    let json = doctor("-n 100").await;
    let found = findings(&json);
    assert!(found.len() == 1 && is_said("too few open files", &found[0]), "{json:#}");
    // The hard limit counts: `run` raises the soft one by itself.
    assert_eq!(doctor("-Sn 100").await, json!({"ok": true, "findings": []}));
}
