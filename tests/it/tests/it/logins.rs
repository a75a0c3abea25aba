//! Redis as it is deployed: started by `deploy/redis-start` with `redis.conf` and `users.acl`, each login for its part.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use domorder_jobs::ledger::{Ledger, LedgerSettings};
use domorder_tests_support::RedisOptions;
use redis::aio::MultiplexedConnection;
use serde_json::json;
use tempfile::TempDir;

use crate::world::*;

const USERS: [&str; 4] = ["worker", "producer", "observer", "admin"];

fn password_of(user: &str) -> String {
    format!("{user}-5b1f0c7e9d2a4861")
}

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(name)
}

/// A folder with a password file for each of these users.
fn passwords(users: &[&str]) -> TempDir {
    let folder = private_folder();
    for user in users {
        std::fs::write(folder.path().join(user), format!("{}\n", password_of(user))).unwrap();
    }
    folder
}

/// A world on the deployed Redis; the world itself looks at it as the administrator. No replica runs yet.
async fn deployed(passwords: &TempDir) -> World {
    let environment = [
        ("REDIS_PASSWORDS", passwords.path().display().to_string()),
        ("REDIS_NAMESPACE", "it".to_owned()),
    ];
    let options = RedisOptions {
        program: Some(deploy("redis-start")),
        brings_settings: true,
        environment: environment.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        login: Some(("admin".to_owned(), password_of("admin"))),
        ..RedisOptions::default()
    };
    let url_file = passwords.path().join("url");
    let world = World::with()
        .server(options)
        .setting("redis.url_file", &format!("'{}'", url_file.display()))
        .prepare()
        .await;
    std::fs::write(url_file, world.redis.url_as("worker", &password_of("worker"))).unwrap();
    for user in USERS {
        world.keep_secret(&password_of(user));
    }
    world
}

async fn log_in(world: &World, user: &str) -> MultiplexedConnection {
    let url = world.redis.url_as(user, &password_of(user));
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// Says a command in one line; its answer, or the code of the refusal.
async fn say(connection: &mut MultiplexedConnection, words: &str) -> Result<redis::Value, String> {
    let mut words = words.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    command.arg(words.collect::<Vec<_>>());
    let said: redis::RedisResult<redis::Value> = command.query_async(connection).await;
    said.map_err(|error| error.code().unwrap_or("broken").to_owned())
}

async fn may(connection: &mut MultiplexedConnection, words: &str) {
    let said = say(connection, words).await;
    assert!(said.is_ok(), "`{words}` should be allowed: {said:?}");
}

async fn may_not(connection: &mut MultiplexedConnection, words: &str) {
    let said = say(connection, words).await;
    assert_eq!(said, Err("NOPERM".to_owned()), "`{words}` should be refused");
}

#[tokio::test]
async fn the_worker_does_all_of_its_work_with_the_rights_that_it_is_given() {
    let passwords = passwords(&USERS);
    let mut world = deployed(&passwords).await;
    world.another_replica().await;
    // One that is swept away with its key, before there is anything that the books would miss.
    let later = json!({"not_before": "2090-01-01T00:00:00Z"});
    let key = world.order(with(renew("renew-later-example.com"), later)).await;
    world.until(&key, "queued").await;
    world.run(&["orders", "cancel", &key]).await.ended(0);
    world.until(&key, "cancelled").await;
    let url = world.redis.url_as("worker", &password_of("worker"));
    let ledger = Ledger::connect(LedgerSettings::new(url, "it")).await.unwrap();
    assert_eq!(ledger.sweep(Duration::ZERO, 10).await.unwrap(), 1);
    ledger.trim_events(Duration::from_secs(3_600)).await.unwrap();

    // By the producer's own login, in a domain's line and out of it, with signals.
    let mut producer = log_in(&world, "producer").await;
    let documents = [
        register("new-example-shop.com"),
        renew("renew-example-shop.com"),
        with(renew("renew-example-shop.com"), json!({"idempotency_key": "in line"})),
        transfer("move-example-shop.com", "right-Code-7Fq2"),
        transfer("move-again-example.com", "bad-Code-5hGw"),
        email_create("fresh-example-shop.com"),
        email_renew("mail-longer-example.com"),
        email_add("mail-more-example.com"),
        email_remove("mail-fewer-example.com"),
        email_delete("mail-gone-example.com"),
        with(register("new-nc-example.com"), json!({"account": "nc-main"})),
    ];
    for document in &documents {
        let () = redis::cmd("XADD")
            .arg(&["it:intake", "*", "order", &document.to_string()])
            .query_async(&mut producer)
            .await
            .unwrap();
    }
    let stalled = "transfer:move-again-example.com";
    world.until(stalled, "action_required/auth_code_invalid").await;
    let signal = json!({"idempotency_key": stalled, "signal": "auth-code", "auth_code": "right-Code-7Fq2"});
    let () = redis::cmd("XADD")
        .arg(&["it:intake", "*", "signal", &signal.to_string()])
        .query_async(&mut producer)
        .await
        .unwrap();
    for document in &documents {
        world.until(&key_of(document), "succeeded").await;
    }
    let () = redis::cmd("XADD")
        .arg(&["it:intake", "*", "order", "no document"])
        .query_async(&mut producer)
        .await
        .unwrap();
    world.until_rejected(1).await;

    for command in [
        "doctor",
        "accounts list",
        "accounts pause cr-main",
        "accounts resume cr-main",
        "orders list",
        "orders show in\u{a0}line",
        "orders timeline in\u{a0}line",
        "orders put-back --all",
        "config check",
    ] {
        let words: Vec<String> = command.split(' ').map(|word| word.replace('\u{a0}', " ")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        world.run(&words).await.ended(0);
    }
    let document = renew("renew-by-hand-example.com").to_string();
    world.run_with(&["enqueue", "-"], &document).await.ended(0);
    world.until("renew:renew-by-hand-example.com", "succeeded").await;
    let refused: Vec<redis::Value> = world.redis(&["ACL", "LOG"]).await;
    assert!(refused.is_empty(), "nobody was refused anything: {refused:?}");
    // All of it is there after a crash: the journal is read back with the default user's rights, which must be enough.
    world.redis.kill9();
    world.redis.restart().await.unwrap();
    for document in &documents {
        let view = world.view(&key_of(document)).await.expect("it is still there");
        assert_eq!(view["state"], "succeeded", "{view:#}");
    }
    let key = world.order(renew("renew-after-example.com")).await;
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn nobody_can_do_more_than_their_part() {
    let passwords = passwords(&USERS);
    let mut world = deployed(&passwords).await;
    world.another_replica().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    let id = world.id_of(&key).await.unwrap();
    let order = format!("{{it:0}}:order:{id}");
    let idem = format!("it:idem:{key}");
    let () = world.redis(&["SET", "elsewhere", "another program's"]).await;

    let client = redis::Client::open(format!("redis://127.0.0.1:{}", world.redis.port())).unwrap();
    let mut stranger = client.get_multiplexed_async_connection().await.unwrap();
    for words in ["PING", "XADD it:intake * order {}", "INFO"] {
        assert_eq!(say(&mut stranger, words).await, Err("NOAUTH".to_owned()), "{words}");
    }

    let for_nobody = [
        "FLUSHALL",
        "FLUSHDB",
        "EVAL return(1) 0",
        "CONFIG SET appendonly no",
        "SHUTDOWN NOSAVE",
        "KEYS *",
        "SCAN 0",
        "ACL LIST",
        "ACL SETUSER worker +@all",
        "REPLICAOF NO ONE",
        "SCRIPT FLUSH",
        "CLIENT KILL TYPE normal",
        "MONITOR",
        "GET elsewhere",
        "SET elsewhere mine",
        "DEL elsewhere",
        "RENAME it:intake elsewhere",
        "XADD other:intake * order {}",
        "PUBLISH other:wake x",
        "PEXPIRE it:intake 1",
    ];
    let mut worker = log_in(&world, "worker").await;
    let mut producer = log_in(&world, "producer").await;
    for words in for_nobody {
        may_not(&mut worker, words).await;
        may_not(&mut producer, words).await;
    }
    // Not even by a script of its own.
    let script = "return redis.call('GET', 'elsewhere')";
    let hash: String = redis::cmd("SCRIPT")
        .arg("LOAD")
        .arg(script)
        .query_async(&mut worker)
        .await
        .unwrap();
    let said = say(&mut worker, &format!("EVALSHA {hash} 0")).await;
    assert!(said.is_err(), "{said:?}");
    let there: String = world.redis(&["GET", "elsewhere"]).await;
    assert_eq!(there, "another program's");

    may(&mut producer, "XREAD COUNT 1 STREAMS {it:0}:events 0").await;
    may(&mut producer, "XRANGE {it:0}:events - +").await;
    for words in [
        &format!("HGETALL {order}"),
        &format!("GET {idem}"),
        &format!("HGET {order} d"),
        "XRANGE it:intake - +",
        "XREAD STREAMS it:intake 0",
        "XDEL it:intake 1-1",
        "DEL it:intake",
        "XADD {it:0}:events * event {}",
        "XADD it:rejected * entry {}",
        "XRANGE it:rejected - +",
        "HSET {it:0}:account:cr-main paused x",
        "PUBLISH it:wake cr-main",
        "EVALSHA 0000000000000000000000000000000000000000 0",
        "SCRIPT LOAD return",
        "CONFIG GET appendonly",
        "INFO",
    ] {
        may_not(&mut producer, words).await;
    }

    let mut observer = log_in(&world, "observer").await;
    may(&mut observer, &format!("HGETALL {order}")).await;
    may(&mut observer, "XRANGE it:rejected - +").await;
    may(&mut observer, "INFO").await;
    for words in [
        &format!("HSET {order} r x"),
        &format!("DEL {order}"),
        "XADD it:intake * order {}",
        "GET elsewhere",
        "FLUSHALL",
        "EVAL return(1) 0",
        "CONFIG GET requirepass",
        "KEYS *",
    ] {
        may_not(&mut observer, words).await;
    }
    let () = world.redis(&["DEL", "elsewhere"]).await;
}

#[tokio::test]
async fn doctor_names_the_rights_that_a_login_lacks() {
    let passwords = passwords(&USERS);
    let world = deployed(&passwords).await;
    world.run(&["doctor"]).await.ended(0);
    let lacks = [
        "ACL",
        "SETUSER",
        "worker",
        "-hincrby",
        "-xautoclaim",
        "-xinfo|consumers",
        "-subscribe",
    ];
    let () = world.redis(&lacks).await;
    let doctor = world.run(&["doctor"]).await.ended(1);
    for name in ["hincrby", "xautoclaim", "xinfo|consumers", "subscribe"] {
        assert!(doctor.out.contains(name), "{name}: {doctor:?}");
    }
    assert!(!doctor.out.contains("zadd"), "{doctor:?}");
    // A worker that would get stuck in the midst of its work does not begin it.
    let mut replica = world.spawn_replica(&["run"]);
    assert!(!replica.ended().await.success());
    assert!(replica.said("xautoclaim"), "{}", replica.log());

    let () = world
        .redis(&[
            "ACL",
            "SETUSER",
            "worker",
            "+hincrby",
            "+xautoclaim",
            "+xinfo|consumers",
        ])
        .await;
    let () = world
        .redis(&["ACL", "SETUSER", "worker", "+subscribe", "resetkeys", "~{it:*}:*"])
        .await;
    let doctor = world.run(&["doctor"]).await.ended(1);
    for place in ["idempotency keys", "`intake`", "`rejected`"] {
        assert!(doctor.out.contains(place), "{place}: {doctor:?}");
    }
    let wrong = std::fs::read_to_string(passwords.path().join("url")).unwrap();
    let wrong = wrong.replace(&password_of("worker"), "not-the-password");
    std::fs::write(passwords.path().join("url"), wrong).unwrap();
    let doctor = world.run(&["doctor"]).await;
    assert!(
        doctor.code != 0 && !doctor.out.contains("not-the-password"),
        "{doctor:?}"
    );
    assert!(!doctor.err.contains("not-the-password"), "{doctor:?}");
}

#[test]
fn a_redis_without_good_passwords_does_not_start() {
    let start = |passwords: &TempDir, namespace: &str| {
        let output = Command::new(deploy("redis-start"))
            .env("REDIS_PASSWORDS", passwords.path())
            .env("REDIS_ACL", passwords.path().join("users.acl"))
            .env("REDIS_NAMESPACE", namespace)
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(start(&passwords(&["producer"]), "it").contains("domorder's own login"));
    let short = passwords(&["worker"]);
    std::fs::write(short.path().join("producer"), "secret\n").unwrap();
    assert!(start(&short, "it").contains("shorter than 16"));
    assert!(start(&passwords(&["worker"]), "a b;s/x/y/").contains("REDIS_NAMESPACE"));
}

#[tokio::test]
async fn whoever_has_no_password_file_cannot_log_in() {
    let passwords = passwords(&["worker", "admin"]);
    let world = deployed(&passwords).await;
    let url = world.redis.url_as("producer", &password_of("producer"));
    let refused = redis::Client::open(url)
        .unwrap()
        .get_multiplexed_async_connection()
        .await;
    assert!(refused.is_err());
    let list = std::fs::read_to_string(world.redis.folder().join("users.acl")).unwrap();
    for user in USERS {
        assert!(!list.contains(&password_of(user)), "digests only");
    }
    let settings = ["appendonly", "appendfsync", "maxmemory-policy", "protected-mode"];
    let wanted = ["yes", "always", "noeviction", "yes"];
    for (setting, wanted) in settings.iter().zip(wanted) {
        let told: Vec<String> = world.redis(&["CONFIG", "GET", setting]).await;
        assert_eq!(told[1], *wanted, "{setting}");
    }
}
