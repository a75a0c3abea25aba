//! Sealing keys that are rotated: beside orders that run, through a crash, and too hastily.

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_tests_support::{Cut, Place, RedisProxy};
use serde_json::{Value, json};

use crate::world::*;

const OLD: &str = "old:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const NEW: &str = "new:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

/// A world without a replica, and its key file.
async fn with_keys(builder: Builder, keys: &[&str]) -> World {
    let world = builder.prepare().await;
    for key in [OLD, NEW] {
        world.keep_secret(key.split(':').next_back().unwrap());
    }
    hand_out(&world, keys);
    world
}

/// Writes the key file, for whatever is started from now on.
fn hand_out(world: &World, keys: &[&str]) {
    std::fs::write(world.folder().join("domorder.key"), keys.join("\n")).unwrap();
}

/// The new key file, and one replica after another started anew with it.
async fn roll_out(world: &mut World, keys: &[&str]) {
    hand_out(world, keys);
    let replicas = world.replicas.len();
    for _ in 0..replicas {
        world.another_replica().await;
        let mut before = world.replicas.remove(0);
        before.stop().await;
    }
}

/// How many sealed values stand in the ledger under each key.
async fn under(world: &World) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut orders: Vec<String> = world.redis(&["KEYS", "{it:0}:order:*"]).await;
    orders.retain(|key| !key.ends_with(":timeline"));
    for order in orders {
        let texts: Vec<String> = world.redis(&["HVALS", &order]).await;
        for value in texts.iter().flat_map(|text| text.split("\"v1.").skip(1)) {
            let key = value.split('.').next().unwrap().to_owned();
            *found.entry(key).or_default() += 1;
        }
    }
    found
}

fn only(key: &str, n: usize) -> BTreeMap<String, usize> {
    BTreeMap::from([(key.to_owned(), n)])
}

fn transfers(n: usize) -> Vec<Value> {
    let document = |at| transfer(&format!("move-{at}-example.com"), "right-Code-7Fq2");
    (0..n).map(document).collect()
}

/// Orders whose account is paused: none of them moves.
async fn paused(world: &World, documents: Vec<Value>) -> Vec<String> {
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let input: String = documents.iter().map(|document| format!("{document}\n")).collect();
    world.run_with(&["enqueue"], &input).await.ended(0);
    let keys = documents
        .iter()
        .map(|document| text(document, "idempotency_key").to_owned());
    keys.collect()
}

#[tokio::test]
async fn keys_are_rotated_beside_running_orders_and_then_the_old_one_is_needed_by_nobody() {
    // With their losing registrar until the test says that days have passed.
    let stalled =
        json!({"connectreseller": {"transfers": [{"name": "stall-example.com", "auth_code": "right-Code-8Gr3"}]}});
    let mut world = with_keys(World::with().scale(1.0).seed(stalled), &[OLD]).await;
    world.another_replica().await;
    world.another_replica().await;
    let mut keys = world.orders(transfers(30)).await;
    let given_anew = world.order(transfer("stall-example.com", "wrong-Code-0000")).await;
    world.until_all(&keys, "blocked").await;
    world.until(&given_anew, "action_required/auth_code_invalid").await;
    let code = json!({"auth_code": "right-Code-8Gr3"});
    world.tell(&given_anew, "auth-code", code).await;
    world.until(&given_anew, "blocked").await;
    assert_eq!(
        under(&world).await,
        only("old", 32),
        "a newer code stands in a record, too"
    );

    // It opens everywhere before it seals anywhere.
    roll_out(&mut world, &[OLD, NEW]).await;
    roll_out(&mut world, &[NEW, OLD]).await;
    let told = world.run(&["doctor"]).await.ended(1).out;
    assert!(
        told.contains("32 secrets of 31 orders still need the sealing key `old`"),
        "{told}"
    );
    let more = transfers(60).split_off(30);
    keys.extend(world.orders(more).await);
    let rotated = world.run(&["secrets", "rotate", "-o", "json"]).await.ended(0).json();
    assert_eq!(
        (
            &rotated["complete"],
            &rotated["rotation"]["resealed"],
            &rotated["sealing_key"]
        ),
        (&true.into(), &32.into(), &"new".into()),
        "{rotated:#}"
    );
    world.until_all(&keys, "blocked").await;
    assert_eq!(under(&world).await, only("new", 62));
    let told = world.run(&["secrets", "rotate"]).await.ended(0).out;
    assert!(
        told.contains("0 secrets sealed anew") && told.contains("only `new` is needed now"),
        "{told}"
    );

    roll_out(&mut world, &[NEW]).await;
    assert_eq!(world.run(&["doctor"]).await.ended(0).out, "all is well\n");
    // The code of each is opened with every look, and compared where its document comes again.
    world.providers().advance(Duration::from_secs(6 * 86_400));
    world.until_all(&keys, "succeeded").await;
    world.until(&given_anew, "succeeded").await;
    let again: String = transfers(60).iter().map(|document| format!("{document}\n")).collect();
    let told = world.run_with(&["enqueue"], &again).await.ended(0).err;
    assert!(
        told.contains("60 replayed"),
        "finished orders were rotated, too: {told}"
    );
}

#[tokio::test]
async fn a_rotation_that_is_killed_half_way_is_finished_by_the_next_one() {
    let mut world = with_keys(World::with(), &[OLD]).await;
    let keys = paused(&world, transfers(150)).await;
    hand_out(&world, &[NEW, OLD]);
    let proxy = RedisProxy::start(world.redis.port()).await.unwrap();
    world.reconfigure(&[("redis.url", &format!("'{}'", proxy.url()))]);
    // The first batch is done and not answered; asked again, it comes through no more.
    let batch = ["v1.old.", "v1.new."];
    proxy.plan(Cut::at(Place::BeforeReply, &batch).and_hold());
    let mut rotation = world.spawn_replica(&["secrets", "rotate"]);
    world
        .wait_until("a batch is done", || async { proxy.is_refusing() })
        .await;
    rotation.kill9();
    let found = under(&world).await;
    assert!(found["new"] > 0 && found["old"] > 0, "{found:?}");
    assert_eq!(found["new"] + found["old"], 150);

    proxy.accept();
    let rotated = world.run(&["secrets", "rotate", "-o", "json"]).await.ended(0).json();
    assert_eq!(rotated["rotation"]["resealed"], found["old"], "{rotated:#}");
    assert_eq!(under(&world).await, only("new", 150));
    hand_out(&world, &[NEW]);
    world.another_replica().await;
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn an_answer_that_is_lost_during_a_rotation_is_asked_for_again() {
    let mut world = with_keys(World::with(), &[OLD]).await;
    let keys = paused(&world, transfers(5)).await;
    for key in &keys {
        world.leave(key);
    }
    hand_out(&world, &[NEW, OLD]);
    let proxy = RedisProxy::start(world.redis.port()).await.unwrap();
    world.reconfigure(&[("redis.url", &format!("'{}'", proxy.url()))]);
    for place in Place::ALL {
        proxy.plan(Cut::at(place, &["v1.old.", "v1.new."]));
    }
    let rotated = world.run(&["secrets", "rotate", "-o", "json"]).await.ended(0).json();
    assert_eq!(rotated["rotation"]["resealed"], 5, "each is counted once: {rotated:#}");
    assert_eq!(under(&world).await, only("new", 5));
    assert_eq!(proxy.cuts().iter().map(|(_, n)| n).sum::<u64>(), 5);
}

#[tokio::test]
async fn a_rotation_tells_of_a_replica_that_still_seals_with_the_old_key() {
    let mut world = with_keys(World::with().scale(1.0), &[OLD, NEW]).await;
    world.another_replica().await;
    let mut keys = world.orders(transfers(3)).await;
    world.until_all(&keys, "blocked").await;
    // The command has the new one first already; the replica has not, and takes orders all the while.
    hand_out(&world, &[NEW, OLD]);
    let proxy = RedisProxy::start(world.redis.port()).await.unwrap();
    proxy.delay(Duration::from_millis(60));
    world.reconfigure(&[("redis.url", &format!("'{}'", proxy.url()))]);
    let ran = {
        let rotating = world.run(&["secrets", "rotate"]);
        tokio::pin!(rotating);
        let mut documents = transfers(200).split_off(3).into_iter();
        loop {
            tokio::select! {
                ran = &mut rotating => break ran,
                () = tokio::time::sleep(Duration::from_millis(100)) => {
                    keys.extend(world.orders(documents.next()).await);
                }
            }
        }
    };
    assert!(ran.code == 1 && ran.out.contains("still has that one first"), "{ran:?}");

    world.reconfigure(&[("redis.url", &format!("'{}'", world.redis.url()))]);
    roll_out(&mut world, &[NEW, OLD]).await;
    world.run(&["secrets", "rotate"]).await.ended(0);
    world.until_all(&keys, "blocked").await;
    assert_eq!(under(&world).await, only("new", keys.len()));
    roll_out(&mut world, &[NEW]).await;
    world.providers().advance(Duration::from_secs(6 * 86_400));
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let world = with_keys(World::with(), &[OLD]).await;
    let keys = paused(&world, transfers(3)).await;
    for key in &keys {
        world.leave(key);
    }
    hand_out(&world, &[NEW, OLD]);
    let counted = world
        .run(&["secrets", "rotate", "--dry-run", "-o", "json"])
        .await
        .ended(0)
        .json();
    assert_eq!(
        (&counted["complete"], &counted["rotation"]["found"]),
        (&false.into(), &json!({"old": {"values": 3, "orders": 3}})),
        "{counted:#}"
    );
    assert_eq!(under(&world).await, only("old", 3));
}

#[tokio::test]
async fn a_key_that_was_taken_away_too_early_is_named_with_the_orders_that_need_it() {
    let mut world = with_keys(World::with(), &[OLD]).await;
    let keys = paused(&world, transfers(3)).await;
    let before: Vec<u8> = world
        .redis(&[
            "DUMP",
            &format!("{{it:0}}:order:{}", world.id_of(&keys[0]).await.unwrap()),
        ])
        .await;

    hand_out(&world, &[NEW]);
    world.another_replica().await;
    let told = world.run(&["doctor"]).await.ended(1).out;
    assert!(
        told.contains("3 secrets of 3 orders need the sealing key `old`, which is not in the key file"),
        "{told}"
    );
    let told = world.run(&["secrets", "rotate"]).await.ended(1).out;
    assert!(
        told.contains("3 secrets of 3 orders left as they were") && told.contains("`old`"),
        "{told}"
    );
    let after: Vec<u8> = world
        .redis(&[
            "DUMP",
            &format!("{{it:0}}:order:{}", world.id_of(&keys[0]).await.unwrap()),
        ])
        .await;
    assert_eq!(before, after, "nothing was touched");
    // Whoever meets it asks a person, and names the key.
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    for view in world.until_all(&keys, "action_required/record_unusable").await {
        assert!(text(&view, "provider_message").contains("key `old`"), "{view:#}");
    }

    roll_out(&mut world, &[NEW, OLD]).await;
    world.run(&["secrets", "rotate"]).await.ended(0);
    roll_out(&mut world, &[NEW]).await;
    for key in &keys {
        world.run(&["orders", "retry", key]).await.ended(0);
    }
    world.until_all(&keys, "succeeded").await;
}

#[tokio::test]
async fn a_rotation_without_a_key_file_or_without_redis_says_so_by_its_code() {
    let mut world = with_keys(World::with(), &["old:too-short"]).await;
    let ran = world.run(&["secrets", "rotate"]).await.ended(2);
    assert!(
        ran.err.contains("domorder.key") && ran.err.contains("line 1"),
        "{ran:?}"
    );
    hand_out(&world, &[OLD]);
    world.redis.kill9();
    world.run(&["secrets", "rotate"]).await.ended(3);
    world.redis.restart().await.unwrap();
}
