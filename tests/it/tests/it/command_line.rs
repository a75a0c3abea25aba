//! The command line: what it prints, for people and for programs, and how it ends.

use serde_json::{Value, json};

use crate::world::*;

fn ndjson(documents: &[Value]) -> String {
    documents.iter().map(|document| format!("{document}\n")).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[tokio::test]
async fn enqueue_takes_files_of_one_document_or_many_and_standard_input() {
    let world = World::new().await;
    let one = world.folder().join("one.json");
    let many = world.folder().join("many.ndjson");
    let documents = [
        renew("renew-1-example.com"),
        renew("renew-2-example.com"),
        renew("renew-3-example.com"),
        register("new-4-example.com"),
    ];
    std::fs::write(&one, serde_json::to_string_pretty(&documents[0]).unwrap()).unwrap();
    std::fs::write(&many, format!("{}\n\n{}", documents[1], ndjson(&documents[2..3]))).unwrap();
    let files = [one.to_str().unwrap(), many.to_str().unwrap()];
    let ran = world
        .run_with(&["enqueue", files[0], files[1], "-"], &ndjson(&documents[3..]))
        .await
        .ended(0);
    assert_eq!(lines(&ran.err), ["4 accepted, 0 replayed, 0 refused, 0 not stored"]);
    let ids = lines(&ran.out);
    let keys: Vec<String> = documents.iter().map(key_of).collect();
    for (key, id) in keys.iter().zip(&ids) {
        assert_eq!(world.id_of(key).await.as_deref(), Some(*id));
    }
    world.until_all(&keys, "succeeded").await;

    let again = world.run_with(&["enqueue"], &ndjson(&documents)).await.ended(0);
    assert_eq!(lines(&again.out), ids, "a replay is the same order");
    assert_eq!(lines(&again.err), ["0 accepted, 4 replayed, 0 refused, 0 not stored"]);
}

#[tokio::test]
async fn enqueue_names_each_refused_line_and_takes_the_others() {
    let world = World::new().await;
    let file = world.folder().join("orders.ndjson");
    world.keep_secret("CanarySecret-4");
    let documents = [
        renew("renew-1-example.com"),
        with(
            renew("renew-2-example.com"),
            json!({"years": 11, "auth_code": "CanarySecret-4"}),
        ),
        renew("renew-3-example.com"),
        with(renew("renew-1-example.com"), json!({"years": 2})),
    ];
    std::fs::write(&file, format!("{}not json\n", ndjson(&documents))).unwrap();
    let path = file.to_str().unwrap();
    let ran = world.run(&["enqueue", path]).await.ended(1);
    let told = lines(&ran.err);
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(
        told[0].starts_with(&format!("{path}:2: ")) && told[0].contains("/years"),
        "{told:#?}"
    );
    assert!(
        told[1].starts_with(&format!("{path}:4: ")) && told[1].contains("other content"),
        "{told:#?}"
    );
    assert!(told[2].starts_with(&format!("{path}:5: ")), "{told:#?}");
    assert_eq!(told[3], "2 accepted, 0 replayed, 3 refused, 0 not stored");

    let json = world.run(&["enqueue", path, "-o", "json"]).await.ended(1).json();
    assert_eq!(json[0]["replayed"], true);
    assert_eq!(json[1]["problem"]["status"], 422);
    assert_eq!(json[3]["problem"]["status"], 409);
    let keys = [key_of(&documents[0]), key_of(&documents[2])];
    world.until_all(&keys, "succeeded").await;
    assert!(world.rejected().await.is_empty(), "who calls has the answer in hand");
}

#[tokio::test]
async fn a_file_that_is_not_there_fails_and_wrong_usage_says_so() {
    let world = World::new().await;
    let ran = world.run(&["enqueue", "/nowhere/orders.json"]).await.ended(1);
    assert!(ran.err.contains("/nowhere/orders.json cannot be read"), "{ran:?}");
    for arguments in [
        &["enqueue", "--wibble"][..],
        &["orders", "show"],
        &["orders", "list", "--state", "lost"],
        &["orders", "resolve", "x", "maybe", "--note", "n"],
        &["accounts", "pause", "nobody"],
        &["run", "--no-http", "--no-worker"],
        &["wibble"],
    ] {
        let ran = world.run(arguments).await.ended(2);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{ran:?}");
    }
}

#[tokio::test]
async fn completions_are_printed_for_every_shell() {
    let world = World::new().await;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = world.run(&["completions", shell]).await.ended(0);
        for word in ["resend-approval", "watch", "to-the-end", "needs"] {
            assert!(ran.out.contains(word), "{shell}: {word}");
        }
    }
}

#[tokio::test]
async fn a_redis_that_is_not_there_ends_commands_with_three() {
    let mut world = World::new().await;
    world.redis.kill9();
    for arguments in [
        &["enqueue"][..],
        &["orders", "list"],
        &["orders", "watch"],
        &["orders", "watch", "some-key"],
        &["accounts", "list"],
        &["accounts", "pause", "cr-main"],
    ] {
        let ran = world
            .run_with(arguments, &renew("renew-1-example.com").to_string())
            .await
            .ended(3);
        assert!(ran.err.contains("domorder doctor"), "{ran:?}");
    }
    world.redis.restart().await.unwrap();
}

#[tokio::test]
async fn orders_are_listed_shown_and_told_for_people_and_for_programs() {
    let world = World::with().scale(1.0).start().await;
    let done = world.order(renew("renew-example-shop.com")).await;
    world.until(&done, "succeeded").await;
    let open = world.order(transfer("move-example-shop.com", "right-Code-7Fq2")).await;
    world.until(&open, "blocked").await;

    let table = world.run(&["orders", "list"]).await.ended(0).out;
    for word in [
        "order",
        "waits on",
        "renew-example-shop.com",
        "losing_registrar",
        "succeeded",
    ] {
        assert!(table.contains(word), "no {word} in\n{table}");
    }
    let keys_of = |list: &Value| -> Vec<String> {
        let orders = list["orders"].as_array().unwrap();
        orders
            .iter()
            .map(|order| text(order, "idempotency_key").to_owned())
            .collect()
    };
    let list = async |arguments: &[&str]| {
        let arguments = [&["orders", "list", "-o", "json"], arguments].concat();
        world.run(&arguments).await.ended(0).json()
    };
    let cases: [(&[&str], &[&String]); 5] = [
        // Newest first.
        (&[], &[&open, &done]),
        (&["--kind", "renew"], &[&done]),
        (&["--state", "blocked"], &[&open]),
        (&["--domain", "move-example-shop.com"], &[&open]),
        (&["--account", "lb-main"], &[]),
    ];
    for (arguments, wanted) in cases {
        let listed = keys_of(&list(arguments).await);
        assert_eq!(listed.iter().collect::<Vec<_>>(), wanted, "{arguments:?}");
    }
    let first = list(&["--limit", "1"]).await;
    assert_eq!(keys_of(&first), std::slice::from_ref(&open));
    assert!(first["next_cursor"].is_string());

    let id = world.id_of(&done).await.unwrap();
    let by_id = world.run(&["orders", "show", &id, "-o", "json"]).await.ended(0).json();
    let by_key = world
        .run(&["orders", "show", &done, "-o", "json"])
        .await
        .ended(0)
        .json();
    assert_eq!(by_id, by_key);
    assert_eq!(by_id, world.view(&done).await.unwrap());
    let shown = world.run(&["orders", "show", &done]).await.ended(0).out;
    assert!(shown.contains("charged") && shown.contains(&id), "{shown}");

    let told = world
        .run(&["orders", "timeline", &done, "-o", "json"])
        .await
        .ended(0)
        .json();
    assert_eq!(told, Value::Array(world.timeline(&done).await));
    let told = world.run(&["orders", "timeline", &done]).await.ended(0).out;
    assert!(
        told.contains("read first") || told.contains("absent a moment ago"),
        "{told}"
    );
    let nobody = world.run(&["orders", "show", "nobody"]).await.ended(1);
    assert!(nobody.err.contains("no order `nobody`"), "{nobody:?}");

    world.providers().advance(std::time::Duration::from_secs(6 * 86_400));
    world.until(&open, "succeeded").await;
}

#[tokio::test]
async fn orders_are_told_things_from_the_command_line() {
    let domain = "move-example-shop.com";
    let seed = json!({"connectreseller": {"transfers": [{"name": domain, "auth_code": "right-Code-7Fq2"}]}});
    let world = World::with().seed(seed).start().await;
    world.keep_secret("right-Code-7Fq2");
    let key = world.order(transfer(domain, "wrong-Code-0000")).await;
    let view = world.until(&key, "action_required/auth_code_invalid").await;
    let card = world.run(&["orders", "show", &key]).await.ended(0).out;
    let command = format!("domorder orders auth-code {} < FILE", text(&view, "id"));
    for told in [
        "Transfer move-example-shop.com here",
        "cr-main (connectreseller)",
        "The customer: ask the losing registrar for a new auth code.",
        "does not go on without somebody",
        "its deadline is",
        "the provider took or reserved the money",
        "What happened",
        &command,
        "cancelled there and placed anew",
    ] {
        assert!(
            card.to_lowercase().contains(&told.to_lowercase()),
            "no `{told}` on the card\n{card}"
        );
    }
    let ran = world.run(&["orders", "resend-approval", &key]).await.ended(1);
    assert!(ran.err.contains("does not wait for an approval mail"), "{ran:?}");
    let ran = world
        .run_with(&["orders", "auth-code", &key], "right-Code-7Fq2\n")
        .await
        .ended(0);
    assert!(ran.out.contains("auth-code taken"), "{ran:?}");
    world.until(&key, "succeeded").await;
    let ran = world.run(&["orders", "retry", &key]).await.ended(1);
    assert!(ran.err.contains("final state"), "{ran:?}");

    let young = world.order(transfer("sixty-example-shop.com", "some-Code-4444")).await;
    world.until(&young, "action_required/too_young").await;
    world.run(&["orders", "check-now", &young]).await.ended(0);
    world.run(&["orders", "cancel", &young]).await.ended(0);
    world.until(&young, "cancelled/cancelled_by_signal").await;
    let timeline = world.timeline(&young).await;
    assert!(
        timeline
            .iter()
            .any(|entry| text(entry, "signal").starts_with("cancel by cli:")),
        "{timeline:#?}"
    );
}

#[tokio::test]
async fn an_order_is_resolved_from_the_command_line_with_a_note() {
    let world = World::new().await;
    let rule = domorder_tests_sim::Rule::new(domorder_tests_sim::Behaviour::FailBefore).operation("RenewalOrder");
    world.providers().add_fault(rule.once());
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "action_required/absence_inconclusive").await;
    world.run(&["orders", "resolve", &key, "not-done"]).await.ended(2);
    let retried = world.run(&["orders", "retry", &key]).await.ended(1);
    assert!(
        retried.err.contains("resolve"),
        "it says what to do instead: {retried:?}"
    );
    world
        .run(&["orders", "resolve", &key, "not-done", "--note", "looked at the panel"])
        .await
        .ended(0);
    world.until(&key, "succeeded").await;
    let timeline = world.timeline(&key).await;
    let said = timeline
        .iter()
        .map(|entry| text(entry, "signal"))
        .find(|said| !said.is_empty());
    let said = said.unwrap_or_default();
    assert!(
        said.starts_with("resolve not-done by cli:") && said.ends_with(": looked at the panel"),
        "{said}"
    );
}

#[tokio::test]
async fn accounts_are_listed_paused_and_resumed() {
    let world = World::new().await;
    world.run(&["accounts", "pause", "cr-main"]).await.ended(0);
    let key = world.order(renew("renew-example-shop.com")).await;
    world
        .wait_until("it is accepted", || async { world.view(&key).await.is_some() })
        .await;
    let list = world.run(&["accounts", "list", "-o", "json"]).await.ended(0).json();
    let row = |account: &str, provider: &str, due: u64, paused: Option<&str>| {
        let closed = json!({"state": "closed"});
        json!({"account": account, "provider": provider, "due": due, "later": 0, "in_hand": 0, "paused": paused,
            "breaker": {"paid": closed, "read": closed, "closed_by": null}})
    };
    assert_eq!(
        list,
        json!([
            row("cr-main", "connectreseller", 1, Some("by hand")),
            row("lb-main", "logicboxes", 0, None),
            row("nc-main", "namecom", 0, None),
        ])
    );
    let table = world.run(&["accounts", "list"]).await.ended(0).out;
    assert!(table.contains("by hand") && table.contains("logicboxes"), "{table}");
    assert_eq!(world.providers().requests().requests.len(), 0);
    world.run(&["accounts", "resume", "cr-main"]).await.ended(0);
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn accounts_are_checked_at_their_providers() {
    let mut world = World::with().prepare().await;
    let ran = world.run(&["accounts", "check", "-o", "json"]).await.ended(0).json();
    let money = |amount: &str, currency: Value| json!({"amount": amount, "currency": currency, "positive": true});
    assert_eq!(
        ran,
        json!([
            {"account": "cr-main", "provider": "connectreseller", "ok": true, "said": null, "clock_ahead_secs": 0,
             "funds": null},
            {"account": "lb-main", "provider": "logicboxes", "ok": true, "said": null, "clock_ahead_secs": 0,
             "funds": money("100000000", json!("USD"))},
            {"account": "nc-main", "provider": "namecom", "ok": true, "said": null, "clock_ahead_secs": 0,
             "funds": money("100000000.00", json!(null))},
        ])
    );
    world.reconfigure(&[("accounts.lb-main.api_key", "'Canary-key-7'")]);
    world.keep_secret("Canary-key-7");
    world.run(&["accounts", "check", "cr-main"]).await.ended(0);
    let ran = world.run(&["accounts", "check"]).await.ended(1);
    assert!(ran.out.contains("yes") && ran.out.contains("no"), "{ran:?}");
    world.run(&["accounts", "check", "nobody"]).await.ended(2);
    world.providers().refuse_connections();
    world.run(&["accounts", "check", "cr-main"]).await.ended(3);
}

#[tokio::test]
async fn the_parts_of_a_replica_run_apart() {
    let mut world = World::with().prepare().await;
    let worker = world.spawn_replica(&["run", "--no-http"]);
    let front = world.spawn_replica(&["run", "--no-worker"]);
    front.until_it_listens().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    assert!(worker.address().is_none(), "no HTTP");
    let metrics = front.metrics().await;
    assert_eq!(
        metrics.sum("domorder_orders", &[("state", "succeeded")]),
        1.0,
        "it reads the ledger"
    );
    assert_eq!(
        metrics.sum("domorder_orders_accepted_total", &[]),
        0.0,
        "and takes nothing in"
    );
    assert_eq!(front.get("/readyz").await.unwrap().0, 200);
    world.replicas.extend([worker, front]);
    for replica in &mut world.replicas {
        let (status, _) = replica.stop().await;
        assert!(status.success());
    }
}

#[tokio::test]
async fn a_replica_whose_address_is_taken_says_so_and_takes_no_order() {
    let mut world = World::with().prepare().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    world.reconfigure(&[("http.listen", &format!("'{address}'"))]);
    let key = world.order(renew("renew-example-shop.com")).await;
    let ran = world.run(&["run"]).await.ended(1);
    assert!(
        ran.err.contains(&format!("http.listen: {address} cannot be bound")),
        "{ran:?}"
    );
    assert_eq!(world.view(&key).await, None);
    drop(taken);
    world.another_replica().await;
    world.until(&key, "succeeded").await;
}

#[tokio::test]
async fn an_order_of_any_shard_is_found_by_its_domain() {
    let world = World::with().setting("redis.shards", "4").start().await;
    let documents: Vec<Value> = (0..12).map(|at| renew(&format!("renew-{at}-example.com"))).collect();
    let keys = world.orders(documents).await;
    world.until_all(&keys, "succeeded").await;
    for at in 0..12 {
        let domain = format!("renew-{at}-example.com");
        let list = world
            .run(&["orders", "list", "--domain", &domain, "-o", "json"])
            .await
            .ended(0)
            .json();
        assert_eq!(list["orders"].as_array().map(Vec::len), Some(1), "{domain}: {list:#}");
    }
}
