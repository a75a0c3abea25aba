//! Replicas of the release before and of this one on one ledger, while answers are lost: up, back, and up again.
//!
//! `tests/upgrade` builds an earlier revision and names its program (`DOMORDER_PREVIOUS`). Without it this program plays
//! both parts: then nothing is shown of what differs, but that each is replaced by the other under fire is.

use std::time::{Duration, Instant};

use domorder_tests_sim::{Behaviour, Chaos, Rule};
use serde_json::{Value, json};

use crate::world::*;

/// How long a stretch may take to come to rest.
const REST: Duration = Duration::from_secs(60);

/// Who hands orders in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

/// Orders of every kind, in fields that every release knows, about domains of their own.
fn wave(which: &str) -> Vec<Value> {
    let name = |prefix: &str| format!("{prefix}-{which}-example.com");
    let at_logicboxes = |document| with(document, json!({"account": "lb-main"}));
    let mut all = vec![
        register(&name("new")),
        transfer(&name("move"), "right-Code-7Fq2"),
        renew(&name("renew")),
        at_logicboxes(renew(&name("renew-lb"))),
        with(renew(&name("renew-nc")), json!({"account": "nc-main"})),
        email_create(&name("fresh")),
        email_renew(&name("mail-longer")),
        email_add(&name("mail-more")),
        email_remove(&name("mail-fewer")),
        email_delete(&name("mail-gone")),
    ];
    for document in &mut all {
        document["metadata"] = json!({"wave": which});
    }
    all
}

/// A world of two programs, and what was ordered in it so far.
struct Rolling {
    world: World,
    old: Other,
    documents: Vec<Value>,
}

impl Rolling {
    /// A wave of orders, by the command line of each program and by the stream, whoever reads that.
    async fn order(&mut self, which: &str, sides: &[Side]) {
        for side in sides {
            let which = format!("{which}-{}", if *side == Side::Old { "old" } else { "new" });
            let documents = wave(&which);
            let lines: Vec<String> = documents.iter().map(|document| format!("{document}\n")).collect();
            self.world.keep_secret("right-Code-7Fq2");
            let ran = match side {
                Side::Old => self.world.run_by(&self.old, &["enqueue", "-"], &lines.concat()).await,
                Side::New => self.world.run_with(&["enqueue", "-"], &lines.concat()).await,
            };
            ran.ended(0);
            self.documents.extend(documents);
        }
        let documents = wave(&format!("{which}-stream"));
        self.world.orders(documents.clone()).await;
        self.documents.extend(documents);
    }

    /// Orders come until this replica has made a paid call: it shares the work, and not the ledger only.
    async fn until_it_has_bought(&mut self, replica: usize, side: Side, which: &str) {
        for wave in 0..20 {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(1) {
                if self.world.replicas[replica].said("the paid call came to its end") {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.order(&format!("{which}{wave}"), &[side]).await;
        }
        panic!("replica {replica} buys nothing");
    }

    async fn start(&mut self, side: Side) -> usize {
        match side {
            Side::Old => self.world.another_replica_of(&self.old).await,
            Side::New => self.world.another_replica().await,
        }
    }

    /// It is told to stop, and finishes what it has in hand.
    async fn drain(&mut self, replica: usize) {
        let (status, _) = self.world.replicas[replica].stop().await;
        assert!(status.success(), "{status:?}");
    }

    /// Everything that was ordered so far ends, whoever wrote it, by the replicas that run now; answers are no longer lost.
    async fn come_to_rest(&mut self, side: Side) {
        self.world.providers().set_chaos(None);
        self.world.give_up_what_the_dead_had_read().await;
        self.start(side).await;
        self.world.until_all_is_taken_in().await;
        let asked = self.world.until_at_rest(&self.documents, REST).await;
        eprintln!("{} orders at rest, {asked} asked a person", self.documents.len());
    }

    fn lose_answers(&self, seed: u64) {
        self.world.providers().set_chaos(Some(Chaos {
            seed,
            rate: 0.2,
            behaviours: Behaviour::lossy(),
        }));
    }
}

#[tokio::test]
async fn old_and_new_replicas_share_a_ledger_on_the_way_up_and_back() {
    let seed = std::env::var("DOMORDER_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap());
    eprintln!("DOMORDER_SEED={seed}");
    // Few at a time, so that everybody gets some.
    let world = World::with()
        .setting("worker.lease", "'4s'")
        .setting("accounts.cr-main.concurrency", "4")
        .setting("accounts.lb-main.concurrency", "4")
        .prepare()
        .await;
    let old = world.previous().await;
    let suite = if old.is_this_one() {
        "upgrade (this program on both sides)"
    } else {
        "upgrade from an earlier program"
    };
    eprintln!("{suite}: {}", old.path().display());
    world.counts_as(suite);
    world.providers().add_fault(Rule::new(Behaviour::Late { ms: 30 }));
    let documents = Vec::new();
    let mut rolling = Rolling { world, old, documents };

    // The ledger is the old program's.
    let first = rolling.start(Side::Old).await;
    let second = rolling.start(Side::Old).await;
    rolling.lose_answers(seed);
    rolling.order("a", &[Side::Old]).await;
    rolling.until_it_has_bought(first, Side::Old, "first").await;

    // Both at work, on orders of both.
    let third = rolling.start(Side::New).await;
    rolling.order("b", &[Side::Old, Side::New]).await;
    rolling.until_it_has_bought(second, Side::New, "second").await;
    rolling.until_it_has_bought(third, Side::Old, "third").await;
    // One dies in the middle of its work, the other is drained: the new one takes over.
    rolling.world.replicas[first].kill9();
    let fourth = rolling.start(Side::New).await;
    rolling.order("c", &[Side::New]).await;
    rolling.drain(second).await;
    rolling.until_it_has_bought(fourth, Side::New, "fourth").await;

    // Back again: the old program goes on with whatever the new one has written.
    let fifth = rolling.start(Side::Old).await;
    rolling.world.replicas[third].kill9();
    rolling.order("d", &[Side::New, Side::Old]).await;
    rolling.drain(fourth).await;
    rolling.until_it_has_bought(fifth, Side::Old, "fifth").await;
    rolling.come_to_rest(Side::Old).await;
    let sixth = rolling.world.replicas.len() - 1;

    // And up for good: what the old one has finished is read, what is new is driven to its end.
    rolling.lose_answers(seed.wrapping_add(1));
    rolling.order("e", &[Side::Old, Side::New]).await;
    let last = rolling.start(Side::New).await;
    rolling.until_it_has_bought(last, Side::New, "last").await;
    rolling.drain(fifth).await;
    rolling.drain(sixth).await;
    rolling.come_to_rest(Side::New).await;

    let Rolling { world, documents, .. } = rolling;
    let aside: u64 = world.redis(&["ZCARD", "{it:0}:aside"]).await;
    assert_eq!(aside, 0, "each reads what the other writes");
    for document in &documents {
        let view = world.view(&key_of(document)).await.unwrap();
        assert_eq!(view["metadata"], document["metadata"], "{view:#}");
    }
    assert_eq!(world.rejected().await.len(), 0);
}
