//! Redis faults with real servers (`exactly-once.md` §5): what was answered and is gone, what was done and not answered,
//! a server that is full, read-only, loading, leaderless, hung, slow, or holds what is not ours.
//!
//! A test that says "nothing was lost" proves little where nothing could be: where records are lost on purpose, the
//! test first shows one that is older than it was, of an order that was paid for.

mod cuts;
mod disk;
mod failover;
mod foreign;
mod unwilling;

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use domorder_tests_support::RedisProxy;
use domorder_tests_support::report::Row;
use serde_json::{Value, json};

use crate::world::*;

/// What holds of money after records were lost (`exactly-once.md` §5): orders that reading first protects, since what
/// they buy is unique or their producer states what it believes. Not claimed, and so not here: a renewal or a change of
/// mailboxes whose baseline was lost with its record; two of them then look like two orders.
fn claimed_after_loss(at: usize) -> Vec<Value> {
    let name = |prefix: &str| format!("{prefix}-{at}-example.com");
    let in_a_year = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_add(jiff::Span::new().years(1))
        .unwrap();
    let expected = json!({"expected_expiry": in_a_year.timestamp().to_string()});
    vec![
        register(&name("new")),
        transfer(&name("move"), "right-Code-7Fq2"),
        with(renew(&name("renew")), expected.clone()),
        email_create(&name("fresh")),
        with(email_renew(&name("mail-longer")), expected),
        email_delete(&name("mail-gone")),
    ]
}

/// All kinds, with what is measured against a baseline of our own too.
fn every_kind(at: usize) -> Vec<Value> {
    let name = |prefix: &str| format!("{prefix}-{at}-example.com");
    let mut all = claimed_after_loss(at);
    all.extend([
        renew(&name("renew-plain")),
        email_add(&name("mail-more")),
        email_remove(&name("mail-fewer")),
    ]);
    all
}

/// Orders wait for each other at the account, so that some are on their way and others untouched at any time.
fn slowly(builder: Builder) -> Builder {
    builder
        .setting("accounts.cr-main.concurrency", "3")
        .setting("accounts.lb-main.concurrency", "3")
}

fn answers_take(world: &World, ms: u64) {
    world.providers().add_fault(Rule::new(Behaviour::Late { ms }));
}

/// Hands documents in and waits until all of them are orders.
async fn accepted(world: &World, documents: Vec<Value>) -> Vec<String> {
    let keys = world.orders(documents).await;
    world.until_all_is_taken_in().await;
    keys
}

async fn until_charged(world: &World, n: u64) {
    world
        .wait_until(&format!("{n} charges"), || async {
            world.providers().charge_summary().count >= n
        })
        .await;
}

/// Waits until the ledger says of so many orders that they were paid for.
async fn until_recorded_as_charged(world: &World, keys: &[String], n: usize) {
    world
        .wait_until(&format!("{n} paid orders are recorded"), || async {
            let views = views(world, keys).await;
            views.values().filter(|view| view["charged"] == "yes").count() >= n
        })
        .await;
}

async fn epoch(world: &World) -> u64 {
    world
        .redis::<Option<u64>>(&["HGET", "{it:0}:epoch", "n"])
        .await
        .unwrap_or(0)
}

/// How often each domain was charged, by the provider's books.
fn charges_of(world: &World) -> BTreeMap<String, u64> {
    let mut charges = BTreeMap::new();
    for row in world.providers().charges().by_domain {
        *charges.entry(row.domain).or_default() += row.charges - row.refunds;
    }
    charges
}

/// What is free is not in the provider's books.
fn is_free(view: &Value) -> bool {
    let domain = text(view, "domain");
    domain.starts_with("mail-gone") || domain.starts_with("mail-fewer")
}

/// Each of these orders was paid for once, and its domain by nobody else; told to the report with the faults it took.
fn assert_charged_once(world: &World, views: &[Value], faults: u64) {
    let charges = charges_of(world);
    let wrong: Vec<&Value> = views
        .iter()
        .filter(|view| charges.get(text(view, "domain")).copied().unwrap_or(0) != u64::from(!is_free(view)))
        .collect();
    let row = Row {
        faults,
        orders: views.len() as u64,
        charges_expected: views.iter().filter(|view| !is_free(view)).count() as u64,
        charges_found: charges.values().sum(),
        violations: wrong.len() as u64,
        ..Row::of("redis faults")
    };
    row.tell();
    assert!(wrong.is_empty(), "charged otherwise than once: {wrong:#?}");
    assert_eq!(row.charges_found, row.charges_expected, "{charges:?}");
}

/// Whatever was paid for has its attempt in the ledger: no money without a durable intent.
async fn assert_intents(world: &World, keys: &[String]) {
    // The books first: an intent stands before its charge.
    let charges = charges_of(world);
    for key in keys {
        let Some(view) = world.view(key).await else { continue };
        if charges.get(text(&view, "domain")).is_some_and(|n| *n > 0) {
            assert!(view["attempts"].as_u64() >= Some(1), "paid without an intent: {view:#}");
        }
    }
}

/// How every order stands, by key.
async fn views(world: &World, keys: &[String]) -> BTreeMap<String, Value> {
    let mut views = BTreeMap::new();
    for key in keys {
        if let Some(view) = world.view(key).await {
            views.insert(key.clone(), view);
        }
    }
    views
}

/// Paid orders whose record was behind `dispatching` before and knows of no attempt now: that is what loss looks like.
async fn lost(world: &World, before: &BTreeMap<String, Value>) -> Vec<String> {
    let mut lost = Vec::new();
    for (key, was) in before {
        let paid = was["charged"] == "yes" && was["attempts"].as_u64() >= Some(1);
        let now = world.view(key).await;
        if paid && now.is_none_or(|now| now["attempts"] == 0) {
            lost.push(key.clone());
        }
    }
    lost
}

/// A world that reaches its Redis through a proxy; no replica runs yet.
async fn behind_a_proxy(builder: Builder) -> (World, RedisProxy) {
    let mut world = builder.prepare().await;
    let proxy = RedisProxy::start(world.redis.port()).await.unwrap();
    world.reconfigure(&[("redis.url", &format!("'{}'", proxy.url()))]);
    (world, proxy)
}

/// Nothing is bought for a while, and what was on its way is over.
async fn nothing_is_bought(world: &World) {
    // What had its intent may still be answered.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = world.providers().charge_summary().count;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(
        world.providers().charge_summary().count,
        before,
        "money without a ledger"
    );
}

/// Waits until all are over. Where one weak witness only could be asked, a person looks, finds out, and says so.
async fn until_at_rest(world: &World, keys: &[String]) -> Vec<Value> {
    let mut ended = Vec::new();
    for key in keys {
        world
            .wait_until(&format!("{key} comes to rest"), || async {
                let view = world.view(key).await.unwrap_or_default();
                view["state"] == "succeeded" || view["needs"] == "decision"
            })
            .await;
        let mut view = world.view(key).await.unwrap();
        if view["needs"] == "decision" {
            assert_eq!(state_of(&view), "action_required/absence_inconclusive", "{view:#}");
            let found = json!({"outcome": "not-done", "note": "nothing there"});
            world.tell(key, "resolve", found).await;
            view = world.until(key, "succeeded").await;
        }
        ended.push(view);
    }
    ended
}
