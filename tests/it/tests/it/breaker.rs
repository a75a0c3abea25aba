//! A provider that misbehaves: the account stops buying, and goes on looking.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::json;

use crate::world::*;

/// Whatever is bought, the answer is lost.
fn lose_every_paid_answer(world: &World) {
    let rule = Rule::new(Behaviour::DoThenDrop).operation("RenewalOrder");
    world.providers().add_fault(rule);
}

fn sent(world: &World) -> usize {
    world.providers().requests().requests.len()
}

async fn breaker(world: &World, replica: usize, class: &str) -> f64 {
    let labels = [("account", "cr-main"), ("class", class)];
    world.replicas[replica]
        .metrics()
        .await
        .sum("domorder_breaker_state", &labels)
}

#[tokio::test]
async fn lost_answers_stop_the_buying_while_looks_go_on_and_it_all_ends_once_the_provider_recovers() {
    let world = World::with()
        .setting("breaker.unknowns", "3")
        .setting("breaker.pause", "'10m'")
        .setting("accounts.cr-main.concurrency", "1")
        .start()
        .await;
    lose_every_paid_answer(&world);
    let keys = world.orders(renewals(33)).await;
    world
        .wait_until("thirty wait for the breaker", || async {
            let list = world
                .run(&["orders", "list", "--state", "parked", "--limit", "100", "-o", "json"])
                .await
                .ended(0)
                .json();
            list["orders"].as_array().is_some_and(|orders| {
                orders.len() == 30 && orders.iter().all(|order| order["reason"] == "breaker_open")
            })
        })
        .await;
    let mut bought = Vec::new();
    for key in &keys {
        let view = world.view(key).await.unwrap();
        match view["state"].as_str() {
            Some("parked") => assert_eq!(
                (&view["waiting_on"], &view["charged"]),
                (&json!("domorder"), &json!("no"))
            ),
            _ => bought.push(key),
        }
    }
    assert_eq!(bought.len(), 3);
    // What was bought in the dark is found by looking, all the while.
    world.until_all(&bought, "succeeded").await;
    assert_eq!(sent(&world), 3);
    assert_eq!(
        (breaker(&world, 0, "paid").await, breaker(&world, 0, "read").await),
        (2.0, 0.0)
    );
    let listed = world.run(&["accounts", "list", "-o", "json"]).await.ended(0).json();
    let account = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["account"] == "cr-main")
        .unwrap();
    assert_eq!(account["breaker"]["paid"]["state"], "open", "{account:#}");
    let table = world.run(&["accounts", "list"]).await.ended(0).out;
    assert!(table.contains("paid calls: open until"), "{table}");

    world.providers().clear_faults();
    assert_eq!(sent(&world), 3, "nothing by itself before the pause is over");
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until_all(&keys, "succeeded").await;
    assert_eq!(breaker(&world, 0, "paid").await, 0.0);
    assert_eq!(world.providers().charges().count, 33);
    let listed = world.run(&["accounts", "list", "-o", "json"]).await.ended(0).json();
    let account = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["account"] == "cr-main")
        .unwrap();
    assert!(
        account["breaker"]["closed_by"].as_str().unwrap().starts_with("cli:"),
        "{account:#}"
    );
}

#[tokio::test]
async fn who_resumes_the_account_over_http_closes_its_breaker() {
    let world = World::with()
        .setting("http.tokens", TOKENS)
        .setting("breaker.unknowns", "2")
        .setting("breaker.pause", "'10m'")
        .setting("accounts.cr-main.concurrency", "1")
        .start()
        .await;
    lose_every_paid_answer(&world);
    let keys = world.orders(renewals(5)).await;
    world
        .wait_until("it is open", || async { breaker(&world, 0, "paid").await == 2.0 })
        .await;
    world.providers().clear_faults();
    let resume = "/v1/accounts/cr-main/resume";
    world.http().by("boss").post(resume, &json!({})).await.is(200);
    world.until_all(&keys, "succeeded").await;
    let listed = world.run(&["accounts", "list", "-o", "json"]).await.ended(0).json();
    let accounts = listed.as_array().unwrap();
    let account = accounts.iter().find(|row| row["account"] == "cr-main").unwrap();
    assert_eq!(account["breaker"]["closed_by"], "boss");
}

#[tokio::test]
async fn after_the_pause_two_replicas_let_one_order_try_and_its_answer_decides() {
    let world = World::with()
        .replicas(2)
        .setting("breaker.unknowns", "4")
        .setting("breaker.pause", "'1500ms'")
        .setting("breaker.pause_max", "'3s'")
        .start()
        .await;
    lose_every_paid_answer(&world);
    // As many as it takes, at once: all of them are under way when it opens.
    let first = world.orders(renewals(4)).await;
    world
        .wait_until("it is open", || async { breaker(&world, 0, "paid").await == 2.0 })
        .await;
    assert_eq!(breaker(&world, 1, "paid").await, 2.0, "every replica says the same");
    let documents: Vec<_> = (0..30)
        .map(|at| renew(&format!("renew-late-{at}-example.com")))
        .collect();
    let keys = world.orders(documents).await;
    world.until_all(&keys, "parked/breaker_open").await;
    assert_eq!(sent(&world), 4);

    // One tries, and is lost too: the rest waits for twice as long.
    world.wait_until("one tries", || async { sent(&world) > 4 }).await;
    world
        .wait_until("it is open again", || async { breaker(&world, 0, "paid").await == 2.0 })
        .await;
    assert_eq!(sent(&world), 5);
    world.providers().clear_faults();
    world.wait_until("another tries", || async { sent(&world) > 5 }).await;
    world.until_all(&keys, "succeeded").await;
    world.until_all(&first, "succeeded").await;
    assert_eq!((sent(&world), world.providers().charges().count), (34, 34));
    let said = |words: &str| world.replicas.iter().filter(|replica| replica.said(words)).count();
    assert_eq!(said("the breaker is closed"), 1, "one tried, and told");
}

#[tokio::test]
async fn a_provider_that_cannot_be_read_is_not_asked_once_for_each_order() {
    let world = World::with()
        .setting("breaker.failed_looks", "5")
        .setting("breaker.look_pause", "'700ms'")
        .setting("breaker.look_pause_max", "'2s'")
        .start()
        .await;
    world
        .providers()
        .add_fault(Rule::new(Behaviour::Fail500Before).operation("ViewDomain"));
    let keys = world.orders(renewals(60)).await;
    world
        .wait_until("looks are spaced", || async { breaker(&world, 0, "read").await > 0.0 })
        .await;
    assert_eq!(breaker(&world, 0, "paid").await, 0.0);
    world.until_all(&keys, "queued/look_failed").await;
    let asked = || world.providers().request_summary().calls("viewdomain");
    let begun = std::time::Instant::now();
    let before = asked();
    // Sixty orders want to be looked at five times in this time, by `retry`.
    world
        .wait_until("a while passes", || async {
            begun.elapsed() > Duration::from_millis(2_500)
        })
        .await;
    let more = asked() - before;
    assert!(more <= 3 * 8, "{more} looks, each with its own few tries");
    world.providers().clear_faults();
    world.until_all(&keys, "succeeded").await;
    assert_eq!(breaker(&world, 0, "read").await, 0.0);
    assert_eq!(world.providers().charges().count, 60);
}
