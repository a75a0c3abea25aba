//! Configurations that are wrong, and servers that are not fit: told in full, before anything is done.

use crate::world::*;

/// A configuration with faults of several sorts, and the keys that have one.
const WRONG: &str = r#"
redis.ulr = "redis://127.0.0.1:1"
redis.shards = 0
worker.lease = 90
http.listen = "0.0.0.0:8080"
polling.email = []
accounts.cr-main.provider = "connectreseler"
accounts.lb-main.provider = "logicboxes"
accounts.lb-main.api_key = "Canary-key-5"
"#;
const FAULTS: [&str; 7] = [
    "redis.ulr",
    "redis.shards",
    "worker.lease",
    "http.listen",
    "polling.email",
    "accounts.cr-main.provider",
    "accounts.lb-main.auth_userid",
];

#[tokio::test]
async fn everything_wrong_with_a_configuration_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("domorder.toml");
    std::fs::write(&path, WRONG).unwrap();
    let path = path.to_str().unwrap();
    for arguments in [
        &["config", "check"][..],
        &["run"],
        &["enqueue"],
        &["orders", "list"],
        &["doctor"],
    ] {
        let ran = run(&[arguments, &["--config", path]].concat(), "").await.ended(2);
        for fault in FAULTS {
            assert!(
                ran.err.contains(&format!("\n  {fault} ")) || ran.err.contains(&format!("\n  {fault}:")),
                "no {fault} in {}",
                ran.err
            );
        }
        assert!(ran.err.contains("Did you mean `url`?"), "{}", ran.err);
        assert!(!ran.err.contains("Canary-key-5"), "{}", ran.err);
    }
}

#[tokio::test]
async fn a_configuration_is_printed_with_its_secrets_masked_and_its_sources_named() {
    let world = World::new().await;
    let ran = world.run(&["config", "check"]).await.ended(0);
    for line in ["namespace = \"it\"", "api_key = \"***\"", "concurrency = 32"] {
        assert!(ran.out.contains(line), "no {line} in\n{}", ran.out);
    }
    assert!(
        ran.out.contains("# default.toml") && ran.out.contains("# file "),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn a_configuration_file_that_is_not_there_is_named() {
    let ran = run(&["config", "check", "--config", "/nowhere/domorder.toml"], "")
        .await
        .ended(2);
    assert!(ran.err.contains("/nowhere/domorder.toml"), "{}", ran.err);
}

#[tokio::test]
async fn a_key_file_that_is_not_there_or_none_is_refused() {
    let mut world = World::with().prepare().await;
    world.reconfigure(&[("secrets.key_file", "'missing.key'")]);
    let ran = world.run(&["run"]).await.ended(1);
    assert!(ran.err.contains("missing.key") && ran.err.contains("seals"), "{ran:?}");
    std::fs::write(world.folder().join("missing.key"), "k1:not-a-key\n").unwrap();
    let ran = world.run(&["run"]).await.ended(1);
    assert!(ran.err.contains("is no key file"), "{ran:?}");
}

#[tokio::test]
async fn replicas_that_start_together_share_one_new_key() {
    let world = World::with().replicas(3).start().await;
    let keys = world
        .orders((0..9).map(|at| transfer(&format!("move-{at}-example.com"), "right-Code-7Fq2")))
        .await;
    world.until_all(&keys, "succeeded").await;
    let path = world.folder().join("domorder.key");
    let key = std::fs::read_to_string(&path).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "for its owner only");
    world.keep_secret(key.trim().split(':').next_back().unwrap());
}

/// Writes the key file, and starts a replica in place of the one that runs.
async fn restart_with_keys(world: &mut World, keys: &str) {
    if let Some(replica) = world.replicas.last_mut() {
        replica.stop().await;
    }
    std::fs::write(world.folder().join("domorder.key"), keys).unwrap();
    world.another_replica().await;
}

#[tokio::test]
async fn a_sealed_auth_code_outlives_a_change_of_keys_and_asks_a_person_where_its_key_is_gone() {
    let (old, new) = (
        "old:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "new:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
    );
    let mut world = World::with().prepare().await;
    restart_with_keys(&mut world, old).await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let keys = world
        .orders([
            transfer("move-1-example.com", "right-Code-7Fq2"),
            transfer("move-2-example.com", "right-Code-8Gr3"),
        ])
        .await;
    for key in &keys {
        world
            .wait_until("it is accepted", || async { world.view(key).await.is_some() })
            .await;
    }

    // The old key is gone.
    restart_with_keys(&mut world, new).await;
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    for view in world.until_all(&keys, "action_required/record_unusable").await {
        assert_eq!(
            (&view["charged"], &view["attempts"]),
            (&"no".into(), &0.into()),
            "{view:#}"
        );
        assert_eq!(view["needs"], "decision");
    }
    assert_eq!(world.providers().requests().requests.len(), 0);

    // It is back, behind the new one: the first seals, all open.
    restart_with_keys(&mut world, &format!("{new}\n{old}\n")).await;
    for key in &keys {
        world.run(&["orders", "retry", key]).await.ended(0);
    }
    world.until_all(&keys, "succeeded").await;
    for key in [old, new] {
        world.keep_secret(key.split(':').next_back().unwrap());
    }
}

#[tokio::test]
async fn doctor_finds_nothing_where_all_is_well() {
    let world = World::new().await;
    let ran = world.run(&["doctor"]).await.ended(0);
    assert_eq!(ran.out, "all is well\n");
    let json = world.run(&["doctor", "-o", "json"]).await.ended(0).json();
    assert_eq!(json, serde_json::json!({"ok": true, "findings": []}));
}

#[tokio::test]
async fn doctor_and_run_refuse_a_server_that_would_lose_orders() {
    let unfit = [
        (["--appendonly", "no"], "append-only file", "appendonly yes"),
        (
            ["--maxmemory-policy", "allkeys-lru"],
            "allkeys-lru",
            "maxmemory-policy noeviction",
        ),
        (
            ["--appendfsync", "no"],
            "before the disk has the write",
            "appendfsync always",
        ),
    ];
    for (arguments, what, mend) in unfit {
        let mut world = World::with().redis(&arguments).prepare().await;
        let ran = world.run(&["doctor"]).await.ended(1);
        assert!(ran.out.contains(what) && ran.out.contains(mend), "{ran:?}");
        let ran = world.run(&["run"]).await.ended(1);
        assert!(ran.err.contains(what) && ran.err.contains(mend), "{ran:?}");

        world.reconfigure(&[("redis.durability", "'relaxed'")]);
        let replica = world.spawn_replica(&["run"]);
        replica.until_it_listens().await;
        assert!(replica.said("can lose orders"), "it is said loudly: {}", replica.log());
        let told = world.run(&["doctor"]).await.ended(1).out;
        assert!(told.contains("\"relaxed\"") && told.contains("journal"), "{told}");
        let labels = [("durability", "relaxed")];
        let metrics = replica.metrics().await;
        assert!(metrics.series().any(|(name, _, _)| name == "domorder_redis_durable"));
        assert_eq!(metrics.sum("domorder_redis_durable", &labels), 0.0);
    }
}

#[tokio::test]
async fn doctor_says_what_to_do_about_a_redis_that_is_not_there() {
    let mut world = World::with().prepare().await;
    world.redis.kill9();
    let ran = world.run(&["doctor"]).await.ended(3);
    assert!(
        ran.out.contains("not reachable") && ran.out.contains("redis.url"),
        "{ran:?}"
    );
    world.redis.restart().await.unwrap();
}

#[tokio::test]
async fn doctor_names_accounts_that_cannot_be_used_or_are_paused() {
    let mut world = World::with().prepare().await;
    world.reconfigure(&[("accounts.cr-main.api_key", "'Canary-key-6'")]);
    world.keep_secret("Canary-key-6");
    world.run(&["accounts", "pause", "lb-main"]).await.ended(0);
    let json = world.run(&["doctor", "-o", "json"]).await.ended(1).json();
    let findings: Vec<&str> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| text(f, "what"))
        .collect();
    assert_eq!(findings.len(), 2, "{json:#}");
    assert!(findings[0].contains("lb-main is paused"), "{json:#}");
    assert!(findings[1].contains("account cr-main"), "{json:#}");
}
