//! A server that dies, with its journal whole or without its end; and one that is emptied.

use domorder_tests_sim::{Behaviour, Chaos};

use super::*;

fn lossy(seed: u64) -> Option<Chaos> {
    Some(Chaos {
        seed,
        rate: 0.3,
        behaviours: Behaviour::lossy(),
    })
}

#[tokio::test]
async fn a_server_that_was_killed_and_writes_through_has_all_that_it_answered() {
    let mut world = slowly(World::with().replicas(2)).start().await;
    answers_take(&world, 30);
    world.providers().set_chaos(lossy(7));
    let keys = accepted(&world, (0..4).flat_map(every_kind).collect()).await;
    for round in 1..=2 {
        until_charged(&world, 6 * round).await;
        // The order as its last answered record shows it must not be newer than what is there afterwards.
        let before = views(&world, &keys).await;
        world.redis.kill9();
        world.redis.restart().await.unwrap();
        assert_eq!(lost(&world, &before).await, [""; 0]);
        for (key, was) in &before {
            let now = world.view(key).await.unwrap();
            assert!(
                now["updated_at"].as_str() >= was["updated_at"].as_str(),
                "{was:#} was answered, {now:#} is there"
            );
        }
        assert_intents(&world, &keys).await;
    }
    world.providers().clear_faults();
    let ended = until_at_rest(&world, &keys).await;
    assert_charged_once(&world, &ended, 2);
    assert_eq!(epoch(&world).await, 3, "each life of the server is an epoch");
}

#[tokio::test]
async fn what_an_unsynced_journal_lost_is_found_by_reading_and_not_bought_again() {
    let everysec = ["--appendfsync", "everysec"];
    let builder = World::with().redis(&everysec).setting("redis.durability", "'relaxed'");
    let mut world = slowly(builder.replicas(2)).start().await;
    answers_take(&world, 40);
    let documents: Vec<Value> = (0..5).flat_map(claimed_after_loss).collect();
    let keys = accepted(&world, documents).await;
    // As far as the disk was told to keep it.
    let synced = world.redis.journal_len().unwrap();
    until_charged(&world, 8).await;
    until_recorded_as_charged(&world, &keys, 4).await;
    let before = views(&world, &keys).await;
    world.redis.kill9();
    // In the midst of a command: the server has to put up with that, too.
    world.redis.cut_journal(synced + 11).unwrap();
    world.ledger_was_lost();
    world.redis.restart().await.unwrap();
    let lost = lost(&world, &before).await;
    assert!(
        lost.len() >= 4,
        "records of paid orders are gone: {lost:?} of {before:#?}"
    );

    let ended = world.until_all(&keys, "succeeded").await;
    assert_charged_once(&world, &ended, 2);
    for view in ended
        .iter()
        .filter(|view| lost.contains(&text(view, "idempotency_key").to_owned()))
    {
        let (told, key) = (state_of(view), text(view, "idempotency_key"));
        // By the replica that had sent it, and keeps a journal of that where Redis may lose it.
        let timeline = world.timeline(key).await;
        let recalled = timeline
            .iter()
            .any(|entry| text(entry, "why").contains("journal knows"));
        let found = told == "succeeded/already_done" || view["attempts"] == 0 || recalled;
        assert!(found, "read first, and not bought anew: {view:#}\n{timeline:#?}");
    }
    assert_eq!(epoch(&world).await, 2);
}

#[tokio::test]
async fn after_a_flush_in_mid_traffic_what_producers_send_again_at_once_is_charged_once() {
    let world = slowly(World::with().replicas(2)).start().await;
    answers_take(&world, 40);
    let documents: Vec<Value> = (0..3).flat_map(claimed_after_loss).collect();
    let keys = accepted(&world, documents.clone()).await;
    until_charged(&world, 5).await;
    until_recorded_as_charged(&world, &keys, 2).await;
    let () = world.redis(&["FLUSHALL"]).await;
    world.ledger_was_lost();
    assert_eq!(views(&world, &keys).await.len(), 0, "all orders are gone");

    // Calls of before are still on their way, and their holders do not know that their orders are gone. What is claimed
    // even now: unique names, and renewals whose producer says from which date. Not claimed: a call that the provider
    // had received and not yet worked on, of something that it would sell twice.
    world.orders(documents).await;
    let ended = world.until_all(&keys, "succeeded").await;
    assert_charged_once(&world, &ended, 1);
}
