//! Everything at once, from a seed: lost answers, signals, replicas killed and replaced, Redis killed, hung and flushed
//! of its scripts. Then the faults stop, and every order comes to its end or asks a person; the world's books hold the money.
//!
//! Short by default. `DOMORDER_SOAK=<rounds>` makes it long; `DOMORDER_SEED=<number>` repeats one.

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_tests_sim::{Behaviour, Chaos, Rule};
use serde_json::{Value, json};

use crate::world::*;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Draws from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % n
    }
}

/// Some orders of every kind, about domains of their own.
fn orders_of(round: u64) -> Vec<Value> {
    let name = |at: u64, prefix: &str| format!("{prefix}-{round}-{at}-example.com");
    (0..4)
        .flat_map(|at| {
            [
                register(&name(at, "new")),
                renew(&name(at, "renew")),
                transfer(&name(at, "move"), "right-Code-7Fq2"),
                email_create(&name(at, "fresh")),
                email_renew(&name(at, "mail-longer")),
                email_add(&name(at, "mail-more")),
                email_remove(&name(at, "mail-fewer")),
                email_delete(&name(at, "mail-gone")),
            ]
        })
        .collect()
}

#[tokio::test]
async fn whatever_breaks_nothing_is_bought_twice_and_everything_comes_to_rest() {
    let seed =
        number("DOMORDER_SEED").unwrap_or_else(|| u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap());
    let rounds = number("DOMORDER_SOAK").unwrap_or(3);
    eprintln!("DOMORDER_SEED={seed}");
    let mut chance = Chance(seed);
    let mut world = World::with()
        .replicas(2)
        .setting("worker.lease", "'4s'")
        .setting("redis.shards", &(1 + chance.below(3)).to_string())
        .start()
        .await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Late { ms: 10 }).probability(0.5, seed));
    world.providers().set_chaos(Some(Chaos {
        seed,
        rate: 0.25,
        behaviours: Behaviour::lossy(),
    }));

    let mut keys = Vec::new();
    for round in 0..rounds {
        keys.extend(world.orders(orders_of(round)).await);
        // People and programs speak at any time, whether or not it fits.
        for signal in ["check-now", "retry", "cancel", "check-now", "cancel"] {
            tokio::time::sleep(Duration::from_millis(chance.below(150))).await;
            let at = usize::try_from(chance.below(keys.len() as u64)).unwrap();
            world.tell(&keys[at], signal, json!({})).await;
        }
        let victim = usize::try_from(chance.below(2)).unwrap();
        let what = chance.below(6);
        eprintln!("round {round}: {what} to {victim}");
        match what {
            0 | 1 => {
                world.replicas[victim].kill9();
                replace(&mut world, victim).await;
            }
            2 => {
                let (status, _) = world.replicas[victim].stop().await;
                assert!(status.success(), "{status:?}");
                replace(&mut world, victim).await;
            }
            3 => {
                world.redis.kill9();
                tokio::time::sleep(Duration::from_millis(chance.below(500))).await;
                world.redis.restart().await.unwrap();
            }
            4 => {
                world.replicas[victim].signal("-STOP");
                tokio::time::sleep(Duration::from_millis(chance.below(6_000))).await;
                world.replicas[victim].signal("-CONT");
            }
            _ => {
                let () = world.redis(&["SCRIPT", "FLUSH", "SYNC"]).await;
                world.redis.pause();
                tokio::time::sleep(Duration::from_millis(chance.below(1_500))).await;
                world.redis.resume();
            }
        }
    }

    world.providers().clear_faults();
    world.take_over_what_the_dead_had_read().await;
    let mut ended = BTreeMap::new();
    for key in &keys {
        world
            .wait_until(&format!("{key} comes to rest (seed {seed})"), || async {
                let view = world.view(key).await.unwrap_or_default();
                let is_over = ["succeeded", "failed", "cancelled"].contains(&text(&view, "state"));
                is_over || view["needs"] == "decision"
            })
            .await;
        let mut view = world.view(key).await.unwrap();
        if view["needs"] == "decision" {
            // By one weak witness only; a person looks, finds nothing, and says so.
            assert_eq!(state_of(&view), "action_required/absence_inconclusive", "{view:#}");
            let found = json!({"outcome": "not-done", "note": "nothing there"});
            world.tell(key, "resolve", found).await;
            view = world.until(key, "succeeded").await;
        }
        assert_ne!(view["state"], "failed", "{view:#}");
        ended.insert(text(&view, "domain").to_owned(), text(&view, "state").to_owned());
    }
    // What is free is not in the books: relative changes show in the number of mailboxes.
    for order in world.providers().state().email_orders {
        let is_done = ended[&order.domain] == "succeeded";
        match order.domain.split('-').nth(1) {
            Some("more") => assert_eq!(order.accounts, if is_done { 7 } else { 5 }, "{order:?}"),
            Some("fewer") => assert_eq!(order.accounts, if is_done { 3 } else { 5 }, "{order:?}"),
            _ => {}
        }
    }
}

async fn replace(world: &mut World, victim: usize) {
    let fresh = world.another_replica().await;
    world.replicas.swap(victim, fresh);
}
