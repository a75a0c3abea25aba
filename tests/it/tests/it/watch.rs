//! `domorder orders watch`: orders as they change, for people and for programs.

use serde_json::{Value, json};

use crate::world::*;

const STALLED: &str = "action_required/auth_code_invalid";

/// A world in which nothing is begun before [`go_on`], and time passes at the test's word.
async fn waiting() -> World {
    let world = World::with().scale(1.0).start().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    world
}

async fn go_on(world: &World) {
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
}

async fn accepted(world: &World, documents: impl IntoIterator<Item = Value>) -> Vec<String> {
    let keys = world.orders(documents).await;
    world.until_all(&keys, "queued").await;
    keys
}

/// The lines about an order, as `state` or `state/reason`.
fn of(lines: &[Value], key: &str) -> Vec<String> {
    let lines = lines.iter().filter(|line| text(line, "idempotency_key") == key);
    lines.map(state_of).collect()
}

#[tokio::test]
async fn named_orders_are_watched_from_where_they_stand_to_their_good_end() {
    let world = waiting().await;
    let documents = [renew("renew-example-shop.com"), register("new-example-shop.com")];
    let keys = accepted(&world, documents).await;
    let other = accepted(&world, [renew("renew-other-shop.com")]).await.remove(0);
    let id = world.id_of(&keys[0]).await.unwrap();
    let mut watch = world.start_running(&["orders", "watch", "--json", &id, &keys[1]]);
    watch.until_lines(2).await;
    go_on(&world).await;
    watch.ended(0).await;
    let lines = watch.lines();
    for key in &keys {
        assert_eq!(of(&lines, key), world.steps(key).await, "a line an event of {key}");
        let last = lines.iter().rfind(|line| text(line, "idempotency_key") == key);
        assert_eq!(last, world.view(key).await.as_ref(), "the view that all else shows");
    }
    assert!(of(&lines, &other).is_empty(), "{lines:#?}");
    assert!(watch.err().contains("2 orders: 2 succeeded"), "{}", watch.err());
    world.until(&other, "succeeded").await;

    // What is over when it begins is told, and is all.
    let mut again = world.start_running(&["orders", "watch", "-o", "json", &id]);
    again.ended(0).await;
    assert_eq!(of(&again.lines(), &keys[0]), ["succeeded"]);
}

#[tokio::test]
async fn what_enqueue_took_is_watched_to_its_end() {
    let world = World::new().await;
    let documents: String = renewals(40).iter().map(|document| format!("{document}\n")).collect();
    let ids = world.run_with(&["enqueue"], &documents).await.ended(0).out;
    let ran = world.run_with(&["orders", "watch", "-"], &ids).await.ended(0);
    assert!(ran.err.contains("40 orders: 40 succeeded"), "{ran:?}");
}

#[tokio::test]
async fn an_order_that_needs_a_person_ends_a_watch_with_one_and_its_card_is_named() {
    let world = waiting().await;
    let documents = [
        transfer("badauth-example-shop.com", "some-Code-4444"),
        renew("renew-example-shop.com"),
    ];
    let keys = accepted(&world, documents).await;
    let mut watch = world.start_running(&["orders", "watch", &keys[0], &keys[1]]);
    let mut to_the_end = world.start_running(&["orders", "watch", "--to-the-end", &keys[0]]);
    watch.until_lines(2).await;
    to_the_end.until_lines(1).await;
    go_on(&world).await;
    watch.ended(1).await;
    let id = world.id_of(&keys[0]).await.unwrap();
    for told in [
        "2 orders: 1 succeeded, 1 needs a person",
        &format!("domorder orders show {id}"),
    ] {
        assert!(watch.err().contains(told), "no `{told}` in {}", watch.err());
    }
    for told in ["The customer has to bring a new auth code", "invalid AuthCode", "Done"] {
        assert!(watch.out().contains(told), "no `{told}` in {}", watch.out());
    }

    // The code is handed in and the order watched at once: that it asked a moment ago ends nothing.
    world.until(&keys[0], STALLED).await;
    let ran = world
        .run_with(&["orders", "auth-code", &keys[0]], "good-Code-9Xk2")
        .await;
    ran.ended(0);
    let mut anew = world.start_running(&["orders", "watch", &keys[0]]);
    anew.until_said("Somebody else has to act").await;
    world.providers().advance(std::time::Duration::from_secs(8 * 86_400));
    anew.ended(0).await;
    to_the_end.ended(0).await;
    assert!(to_the_end.out().contains("new auth code"), "{}", to_the_end.out());
}

#[tokio::test]
async fn orders_that_fit_are_watched_until_somebody_has_enough() {
    let world = waiting().await;
    let documents = [
        transfer("badauth-example-shop.com", "some-Code-4444"),
        transfer("locked-example-shop.com", "some-Code-4444"),
        renew("renew-example-shop.com"),
    ];
    let keys = accepted(&world, documents).await;
    let on = |marks: &[&str]| world.start_running(&[&["orders", "watch", "--json"], marks].concat());
    let mut asked = on(&["--needs", "auth_code"]);
    let mut transfers = on(&["--kind", "transfer", "--account", "cr-main"]);
    let mut all = on(&[]);
    let mut elsewhere = on(&["--account", "lb-main", "--timeout", "1s"]);
    transfers.until_lines(2).await;
    all.until_lines(3).await;
    go_on(&world).await;
    world.until(&keys[1], "action_required/domain_locked").await;
    asked.until_lines(1).await;
    // Who is watched once is watched on.
    world.run(&["orders", "cancel", &keys[0]]).await.ended(0);
    world.run(&["orders", "cancel", &keys[1]]).await.ended(0);
    world.until_all(&keys[..2], "cancelled").await;
    world.until(&keys[2], "succeeded").await;
    asked.until_said("cancelled_by_signal").await;
    all.until_said("\"succeeded\"").await;
    world
        .wait_until("both are told", || async {
            let lines = transfers.lines();
            let over = |key: &String| of(&lines, key).last().is_some_and(|last| last.starts_with("cancelled"));
            keys[..2].iter().all(over)
        })
        .await;
    let lines = transfers.lines();
    for key in &keys[..2] {
        assert_eq!(of(&lines, key), world.steps(key).await);
    }
    assert!(of(&lines, &keys[2]).is_empty());
    assert_eq!(of(&asked.lines(), &keys[0])[0], STALLED);
    assert!(of(&asked.lines(), &keys[1]).is_empty(), "it asked for something else");
    for (watch, signal) in [(&mut asked, "-INT"), (&mut transfers, "-TERM"), (&mut all, "-INT")] {
        assert!(watch.goes_on());
        watch.signal(signal);
        watch.ended(0).await;
    }
    elsewhere.ended(0).await;
    assert!(elsewhere.lines().is_empty() && elsewhere.err().contains("the time is over"));
}

#[tokio::test]
async fn a_watch_that_ends_before_its_orders_says_where_they_stand() {
    let world = waiting().await;
    let keys = accepted(&world, [renew("renew-example-shop.com")]).await;
    let ran = world
        .run(&["orders", "watch", &keys[0], "--timeout", "100ms"])
        .await
        .ended(1);
    assert!(ran.err.contains("the time is over; 1 order: 1 in hand"), "{ran:?}");
    let mut watch = world.start_running(&["orders", "watch", &keys[0]]);
    watch.until_lines(1).await;
    watch.signal("-INT");
    watch.ended(1).await;
    assert!(watch.err().contains("interrupted; 1 order"), "{}", watch.err());
    go_on(&world).await;
    world.until(&keys[0], "succeeded").await;
}

#[tokio::test]
async fn what_cannot_be_watched_is_named_whole() {
    let world = World::new().await;
    let ran = world.run(&["orders", "watch", "nobody", "no-one"]).await.ended(1);
    for name in ["nobody", "no-one"] {
        assert!(ran.err.contains(&format!("no order `{name}`")), "{ran:?}");
    }
    for arguments in [
        &["some-key", "--kind", "renew"][..],
        &["--to-the-end"],
        &["--timeout", "soon"],
        &["--needs", "nothing"],
    ] {
        let ran = world.run(&[&["orders", "watch"], arguments].concat()).await.ended(2);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{ran:?}");
    }
}

#[tokio::test]
async fn a_redis_that_is_away_for_a_moment_is_waited_for() {
    let mut world = waiting().await;
    let keys = accepted(&world, [renew("renew-example-shop.com")]).await;
    let mut watch = world.start_running(&["orders", "watch", "--json", &keys[0]]);
    watch.until_lines(1).await;
    world.redis.kill9();
    watch.until_said("it is tried again").await;
    world.redis.restart().await.unwrap();
    watch.until_said("Redis answers again").await;
    go_on(&world).await;
    watch.ended(0).await;
    assert_eq!(of(&watch.lines(), &keys[0]), world.steps(&keys[0]).await);
}

#[tokio::test]
async fn orders_of_every_shard_are_watched_together() {
    let world = World::with().setting("redis.shards", "4").start().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let keys = accepted(&world, renewals(12)).await;
    let arguments: Vec<&str> = ["orders", "watch", "--json"]
        .into_iter()
        .chain(keys.iter().map(String::as_str))
        .collect();
    let mut watch = world.start_running(&arguments);
    watch.until_lines(12).await;
    go_on(&world).await;
    watch.ended(0).await;
    for key in &keys {
        assert_eq!(of(&watch.lines(), key), world.steps(key).await);
    }
}

#[tokio::test]
async fn on_a_terminal_a_bar_counts_those_that_are_over() {
    let world = waiting().await;
    let keys = accepted(&world, renewals(3)).await;
    let mut watch = world.start_on_a_terminal(&["orders", "watch", &keys[0], &keys[1], &keys[2]]);
    watch.until_said("0/3 over").await;
    watch.until_said("3 in hand").await;
    go_on(&world).await;
    watch.ended(0).await;
    for told in ["3 orders: 3 succeeded", "renew-2-example.com", "Done, expires "] {
        assert!(watch.out().contains(told), "no `{told}` in {}", watch.out());
    }
}

#[tokio::test]
async fn a_watch_that_nobody_reads_ends() {
    let world = waiting().await;
    let keys = accepted(&world, [renew("renew-example-shop.com")]).await;
    let mut watch = world.start_unread(&["orders", "watch"]);
    watch.until_said("1 order not over: 1 in hand").await;
    go_on(&world).await;
    watch.ended(0).await;
    assert!(watch.err().contains("nobody reads"), "{}", watch.err());
    world.until(&keys[0], "succeeded").await;
}

#[tokio::test]
async fn orders_are_listed_by_what_they_ask_for_by_several_states_and_page_by_page() {
    let world = World::with().scale(1.0).start().await;
    let documents = [
        transfer("badauth-example-shop.com", "some-Code-4444"),
        transfer("locked-example-shop.com", "some-Code-4444"),
        renew("renew-example-shop.com"),
        with(register("bücher-example-shop.com"), json!({"idempotency_key": "books"})),
    ];
    let keys = world.orders(documents).await;
    world.until(&keys[0], STALLED).await;
    world.until(&keys[1], "action_required/domain_locked").await;
    world.until_all(&keys[2..], "succeeded").await;
    let list = async |marks: &[&str]| {
        let list = world.run(&[&["orders", "list", "-o", "json"], marks].concat()).await;
        list.ended(0).json()
    };
    let keys_of = |list: &Value| -> Vec<String> {
        let orders = list["orders"].as_array().unwrap();
        let mut keys: Vec<String> = orders.iter().map(|o| text(o, "idempotency_key").to_owned()).collect();
        keys.sort();
        keys
    };
    let cases: [(&[&str], &[usize]); 6] = [
        (&["--needs", "auth_code"], &[0]),
        (&["--needs", "unlock", "--account", "cr-main"], &[1]),
        (&["--needs", "approval"], &[]),
        (&["--needs", "unlock", "--state", "succeeded"], &[]),
        (&["--state", "succeeded,action_required"], &[0, 1, 2, 3]),
        (&["--domain", "BÜCHER-example-shop.com"], &[3]),
    ];
    for (marks, wanted) in cases {
        let mut wanted: Vec<&String> = wanted.iter().map(|at| &keys[*at]).collect();
        wanted.sort();
        assert_eq!(
            keys_of(&list(marks).await).iter().collect::<Vec<_>>(),
            wanted,
            "{marks:?}"
        );
    }
    let mut seen = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut marks = vec!["--limit", "1"];
        if let Some(cursor) = &cursor {
            marks.extend(["--cursor", cursor]);
        }
        let page = list(&marks).await;
        seen.extend(keys_of(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    let mut all = keys.clone();
    all.sort();
    seen.sort();
    assert_eq!(seen, all);
    world.run(&["orders", "list", "--cursor", "nowhere"]).await.ended(2);
    let ran = world.run(&["orders", "list", "--domain", "-"]).await.ended(2);
    assert!(ran.err.contains("domain"), "{ran:?}");

    // Told on the command line, for programs, and from a file.
    let shown = world
        .run(&["orders", "check-now", &keys[1], "-o", "json"])
        .await
        .ended(0)
        .json();
    assert_eq!(shown["idempotency_key"], json!(keys[1]));
    world.keep_secret("good-Code-9Xk2");
    let file = world.folder().join("code.secret");
    std::fs::write(&file, "good-Code-9Xk2\n").unwrap();
    let path = file.to_str().unwrap();
    world.run(&["orders", "auth-code", &keys[0], path]).await.ended(0);
    world.until(&keys[0], "blocked").await;
    let ran = world
        .run(&["orders", "auth-code", &keys[0], "/nowhere/code"])
        .await
        .ended(1);
    assert!(ran.err.contains("/nowhere/code cannot be read"), "{ran:?}");
    world.run(&["orders", "cancel", &keys[1]]).await.ended(0);
    world.providers().advance(std::time::Duration::from_secs(8 * 86_400));
    world.until(&keys[1], "cancelled").await;
    world.until(&keys[0], "succeeded").await;
}
