//! Rolling upgrades: what an earlier release left in the ledger is driven to its right end by this one, and what a later
//! one writes is left alone by it; and both work on one ledger while one replaces the other, and back again.
//!
//! `fixtures/ledger` holds the ledger of every release, as its own program left it; see the README there.

mod fixture;
mod record;
mod side_by_side;

use serde_json::json;

use crate::world::*;
use fixture::Fixture;

/// The account's lanes; fixtures are taken while they are paused.
const ACCOUNTS: [&str; 3] = ["cr-main", "lb-main", "nc-main"];

#[tokio::test]
async fn the_ledger_of_every_earlier_release_is_driven_to_its_right_end() {
    let fixtures = Fixture::all();
    assert!(!fixtures.is_empty());
    for fixture in fixtures {
        eprintln!("the ledger of {}", fixture.release);
        let mut world = fixture::world().seed(fixture.providers.clone()).prepare().await;
        for secret in fixture::SECRETS {
            world.keep_secret(secret);
        }
        // The providers of this world were paid in another one.
        world.ledger_was_lost();
        fixture.load(&world).await;
        let before = world.all_events("0").await.len();
        world.another_replica().await;
        world.another_replica().await;
        for account in ACCOUNTS {
            world.run(&["accounts", "resume", account]).await.ended(0);
        }
        for order in &fixture.orders {
            if let Some(signal) = &order.then {
                world.until(&order.key, &order.stood).await;
                world.tell(&order.key, text(signal, "signal"), signal.clone()).await;
            }
        }
        let charged = |domain: &str| -> u64 {
            let rows = world.providers().charges().by_domain;
            let rows = rows.iter().filter(|row| row.domain == domain);
            rows.map(|row| row.charges - row.refunds).sum()
        };
        let mut ended = Vec::new();
        for order in &fixture.orders {
            let view = world.until(&order.key, &order.ends).await;
            if !["succeeded", "failed", "cancelled"].contains(&text(&view, "state")) {
                world.leave(&order.key);
            }
            ended.push((order, view));
        }
        for (order, view) in ended {
            assert_eq!(charged(text(&view, "domain")), order.buys, "{view:#}");
            assert_eq!(view["metadata"], json!({"release": fixture.release}), "{view:#}");
        }
        assert!(world.all_events("0").await.len() > before);
        assert_eq!(world.redis::<u64>(&["ZCARD", "{it:0}:aside"]).await, 0);
        for replica in &world.replicas {
            assert!(!replica.said("set aside"), "every record is read");
        }
    }
}

#[tokio::test]
async fn a_record_of_a_later_release_is_left_alone_and_put_back_where_it_can_be_read() {
    let world = World::new().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let keys = world.orders(renewals(4)).await;
    let waits = with(renew("renew-0-example.com"), json!({"idempotency_key": "the next one"}));
    let waits = world.order(waits).await;
    world
        .wait_until("all are accepted", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:due:cr-main"]).await == 5
        })
        .await;
    let mut ids = Vec::new();
    for key in &keys {
        ids.push(world.id_of(key).await.unwrap());
    }
    let order = |at: usize| format!("{{it:0}}:order:{}", ids[at]);
    let mut stored = Vec::new();
    for at in 0..2 {
        let field = ["r", "d"][at];
        let ours: String = world.redis(&["HGET", &order(at), field]).await;
        // As a later release may write it: with what only that one knows.
        let theirs = ours.replacen('{', "{\"v\":2,\"entangled\":[{\"with\":\"another\"}],", 1);
        let () = world.redis(&["HSET", &order(at), field, &theirs]).await;
        stored.push((at, field, ours, theirs));
    }
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&keys[2..], "succeeded").await;
    world
        .wait_until("both are set aside", || async {
            world.redis::<u64>(&["ZCARD", "{it:0}:aside"]).await == 2
        })
        .await;

    assert!(world.replicas[0].said("a newer domorder wrote it"), "in plain words");
    let doctor = world.run(&["doctor"]).await.ended(1);
    for (at, field, _, theirs) in &stored {
        let there: String = world.redis(&["HGET", &order(*at), field]).await;
        assert_eq!(there, *theirs, "not a byte of it is changed");
        let mend = format!("`domorder orders put-back {}`", ids[*at]);
        assert!(
            doctor.out.contains("is of format 2") && doctor.out.contains(&mend),
            "{doctor:?}"
        );
    }
    assert_eq!(world.providers().charges().count, 2, "and nothing of it is bought");
    let refused = world.run(&["orders", "put-back", &keys[0]]).await.ended(1);
    assert!(refused.err.contains("Upgrade"), "{refused:?}");
    world.run(&["orders", "put-back", "--all"]).await.ended(1);
    let refused = world.run(&["orders", "put-back", &keys[2]]).await.ended(1);
    assert!(refused.err.contains("not set aside"), "{refused:?}");
    let told = world
        .run(&["orders", "put-back", "-o", "json", &keys[2]])
        .await
        .ended(1)
        .json();
    assert_eq!(
        (&told[0]["order"], &told[0]["put_back"]),
        (&json!(ids[2]), &json!(false))
    );
    world.run(&["orders", "put-back"]).await.ended(2);

    // A program that reads it comes: here, the record becomes one that this program reads.
    for (at, field, ours, _) in &stored {
        let () = world.redis(&["HSET", &order(*at), field, ours]).await;
    }
    let doctor = world.run(&["doctor"]).await.ended(1);
    assert!(doctor.out.contains("it can be read by this domorder"), "{doctor:?}");
    let told = world.run(&["orders", "put-back", "--all"]).await.ended(0);
    assert!(ids[..2].iter().all(|id| told.out.contains(id)), "{told:?}");
    world.until_all(&keys, "succeeded").await;
    world.until(&waits, "succeeded").await;
    let told = world.run(&["orders", "put-back", "--all"]).await.ended(0);
    assert!(told.out.contains("no order is set aside"), "{told:?}");
    world.run(&["doctor"]).await.ended(0);
}

#[tokio::test]
async fn a_document_sent_again_is_no_conflict_because_a_later_release_stored_it() {
    let world = World::new().await;
    let document = renew("renew-example-shop.com");
    let key = world.order(document.clone()).await;
    world.until(&key, "succeeded").await;
    let id = world.id_of(&key).await.unwrap();
    let order = format!("{{it:0}}:order:{id}");
    let ours: String = world.redis(&["HGET", &order, "d"]).await;
    let theirs = ours.replacen('{', "{\"v\":2,", 1);
    let () = world.redis(&["HSET", &order, "d", &theirs]).await;
    world.order(document).await;
    world
        .wait_until("it is told of", || async {
            world.replicas[0].said("could not be stored")
        })
        .await;
    assert_eq!(
        world.rejected().await.len(),
        0,
        "a later release will know whether it is the same"
    );
    let () = world.redis(&["HSET", &order, "d", &ours]).await;
    world.until_all_is_taken_in().await;
    assert_eq!(world.rejected().await.len(), 0);
}
