//! Keys of another type, and garbage, where orders should be: set aside, and the lane goes on.

use super::*;

#[tokio::test]
async fn what_is_no_order_is_set_aside_and_the_others_of_its_batch_go_on() {
    let world = World::new().await;
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "pause", account]).await.ended(0);
    }
    let spoilt = accepted(
        &world,
        (0..10).map(|at| renew(&format!("renew-{at}-example.com"))).collect(),
    )
    .await;
    let sound = accepted(&world, every_kind(100)).await;
    let mut ids = Vec::new();
    for key in &spoilt {
        ids.push(world.id_of(key).await.unwrap());
        world.leave(key);
    }
    let order = |at: usize| format!("{{it:0}}:order:{}", ids[at]);
    let gone = |at: usize| vec!["DEL".to_owned(), order(at)];
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let commands = [
        gone(0),
        words(&["SET", &order(0), "a stranger's"]),
        gone(1),
        words(&["RPUSH", &order(1), "a", "list"]),
        gone(2),
        words(&["XADD", &order(2), "*", "a", "stream"]),
        // The order itself is gone, its due time is not.
        gone(3),
        words(&["HSET", &order(4), "m", "\u{0}\u{1}|not|ours"]),
        words(&["HSET", &order(5), "m", "queued|1|0|0|lb-main|renew|1|0|x|y"]),
        words(&["HSET", &order(6), "r", "[]"]),
        words(&["HSET", &order(7), "d", "null"]),
        words(&["HDEL", &order(8), "d"]),
        words(&[
            "HSET",
            &order(9),
            "r",
            "{\"st\":\"queued\",\"ca\":99999999999999999999}",
        ]),
        // An order that never was.
        words(&["ZADD", "{it:0}:due:cr-main", "1", "0-01ARZ3NDEKTSV4RRFFQ69G5FAV"]),
        words(&["ZADD", "{it:0}:due:cr-main", "1", "neither an id"]),
    ];
    for command in &commands {
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let _: redis::Value = world.redis(&command).await;
    }
    for account in ["cr-main", "lb-main"] {
        world.run(&["accounts", "resume", account]).await.ended(0);
    }
    let ended = world.until_all(&sound, "succeeded").await;
    assert_charged_once(&world, &ended, 12);
    world
        .wait_until("all of it is set aside", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:aside"]).await == 12
        })
        .await;
    assert_eq!(world.redis::<u64>(&["ZCARD", "{it:0}:due:cr-main"]).await, 0);
    let charges = charges_of(&world);
    assert!(
        !charges.keys().any(|domain| domain.starts_with("renew-1-")),
        "{charges:?}"
    );
    let doctor = world.run(&["doctor"]).await.ended(1);
    for id in &ids {
        assert!(doctor.out.contains(id), "{doctor:?}");
    }
    // What is of another type is no order, and its world cannot read it.
    for at in 0..3 {
        let () = world.redis(&["DEL", &order(at)]).await;
    }
    for at in [4, 5, 8] {
        let () = world.redis(&["DEL", &order(at)]).await;
    }
}

#[tokio::test]
async fn keys_of_another_type_around_an_order_do_not_stop_it_or_its_batch() {
    let world = World::new().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    // One that waits for the domain, behind a line that is no list; it is set aside, and the first goes on.
    let first = accepted(&world, vec![renew("renew-example-shop.com")]).await.remove(0);
    let second = with(
        renew("renew-example-shop.com"),
        json!({"idempotency_key": "the second"}),
    );
    let second = accepted(&world, vec![second]).await.remove(0);
    let () = world
        .redis(&["SET", "{it:0}:domain:renew-example-shop.com", "a stranger's"])
        .await;
    // A timeline that is none: the order goes on without.
    let other = accepted(&world, vec![renew("renew-other-example.com")]).await.remove(0);
    let id = world.id_of(&other).await.unwrap();
    let () = world
        .redis(&["SET", &format!("{{it:0}}:order:{id}:timeline"), "a stranger's"])
        .await;
    // An idempotency key that stands for no order: its document waits, those of its batch do not.
    let () = world
        .redis(&["RPUSH", "it:idem:renew:renew-taken-example.com", "x"])
        .await;
    let documents = [renew("renew-taken-example.com"), renew("renew-free-example.com")];
    let keys = world.orders(documents).await;
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until(&keys[1], "succeeded").await;
    world.until(&first, "succeeded").await;
    world.until(&other, "succeeded").await;

    assert!(world.replicas[0].said("could not be stored"), "it is told of");
    let left: u64 = world.redis(&["XLEN", "it:intake"]).await;
    assert_eq!(left, 1, "the document is kept");
    let () = world.redis(&["DEL", "it:idem:renew:renew-taken-example.com"]).await;
    world.until(&keys[0], "succeeded").await;
    world
        .wait_until("the one behind the broken line is set aside", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:aside"]).await == 1
        })
        .await;
    world.leave(&second);
}
