//! Business Email: asynchronous, stringly, and without a guard.

use std::time::Duration;

use domorder_tests_sim::Seed;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{Got, World};

const ADD: &str = "months=12&no-of-accounts=5&customer-id=4400012&auto-renew=false&invoice-option=NoInvoice";
const DELAY: Duration = Duration::from_secs(300);

async fn add(world: &World, domain: &str) -> Got {
    world
        .lb_post("eelite/us/add", &format!("domain-name={domain}&{ADD}"))
        .await
}

async fn details(world: &World, domain: &str) -> Value {
    let id = world
        .lb_get("eelite/us/orderid", &format!("domain-name={domain}"))
        .await
        .json();
    world
        .lb_get("eelite/us/details", &format!("order-id={id}"))
        .await
        .json()
}

fn settings(value: Value) -> Seed {
    serde_json::from_value(json!({ "logicboxes": { "settings": value } })).unwrap()
}

#[tokio::test]
async fn an_order_is_inactive_first_and_active_some_minutes_later() {
    let world = World::new().await;
    let absent = world.lb_get("eelite/us/orderid", "domain-name=lark-mill.example").await;
    assert_eq!(absent.status, 500);
    assert_eq!(
        absent.json(),
        json!({ "status": "ERROR", "message": "Website doesn't exist for lark-mill.example" })
    );
    let sent_secs = Timestamp::now().as_second();

    let added = add(&world, "lark-mill.example").await;

    assert_eq!(added.status, 200);
    let added = added.json();
    assert_eq!(
        (added["actiontype"].as_str(), added["actionstatus"].as_str()),
        (Some("Add"), Some("PendingExecution"))
    );
    assert_eq!(added["status"], "Success");
    assert!(added.get("invoiceid").is_none(), "no invoice, no invoice fields");
    let id = world
        .lb_get("eelite/us/orderid", "domain-name=lark-mill.example")
        .await
        .json();
    assert!(id.is_u64(), "a bare number");
    assert_eq!(added["entityid"], id.to_string(), "but a string inside an object");
    let pending = details(&world, "lark-mill.example").await;
    assert_eq!(
        (pending["currentstatus"].as_str(), pending.get("endtime")),
        (Some("InActive"), None)
    );
    assert_eq!(pending["eaqid"], added["eaqid"]);
    assert!(pending["creationtime"].as_str().unwrap().parse::<i64>().unwrap() >= sent_secs);
    let query = format!("no-of-records=10&page-no=1&order-id={id}");
    assert_eq!(
        world.lb_get("actions/search-current", &query).await.json()["1"]["eaqid"],
        added["eaqid"]
    );
    assert_eq!(world.lb_get("actions/search-archived", &query).await.status, 500);

    world.advance(DELAY);

    let active = details(&world, "lark-mill.example").await;
    assert_eq!(
        (active["currentstatus"].as_str(), active["eaqid"].as_str()),
        (Some("Active"), Some("0"))
    );
    assert_eq!(active["emailaccounts"], 5);
    assert!(active["endtime"].as_str().unwrap().parse::<i64>().unwrap() > sent_secs + 364 * 86_400);
    let none = world.lb_get("actions/search-current", &query).await;
    assert_eq!((none.status, none.json()["status"].as_str()), (500, Some("ERROR")));
    let archived = world.lb_get("actions/search-archived", &query).await.json();
    assert_eq!(
        (archived["recsindb"].as_str(), archived["1"]["actionstatus"].as_str()),
        (Some("1"), Some("Success"))
    );

    let second = add(&world, "lark-mill.example").await;
    assert_eq!(second.status, 500);
    assert!(second.text.contains("already exists in our database"));
    assert_eq!(world.charges().standing("eelite/add", "lark-mill.example"), 1);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn renewals_and_counts_have_no_guard() {
    let world = World::new().await;
    let before = details(&world, "mail-a.example").await;
    let id = before["orderid"].as_str().unwrap();
    let renew = format!("order-id={id}&months=12&auto-renew=false&invoice-option=NoInvoice&no-of-accounts=2");
    let renewed = world.lb_post("eelite/us/renew", &renew).await.json();
    assert_eq!(
        (renewed["actiontype"].as_str(), renewed["actionstatus"].as_str()),
        (Some("Renew"), Some("InvoicePaid"))
    );
    assert!(renewed.get("error").is_none());
    assert!(
        renewed["actionstatusdesc"]
            .as_str()
            .unwrap()
            .contains("5 to 10 minutes")
    );
    world.lb_post("eelite/us/renew", &renew).await;
    let more = format!("order-id={id}&no-of-accounts=3&invoice-option=NoInvoice");
    let added = world.lb_post("eelite/us/add-email-account", &more).await.json();
    assert_eq!(added["actionstatusdesc"], "Request will be processed in some time.");
    let fewer = format!("order-id={id}&no-of-accounts=1");
    let removed = world.lb_post("eelite/us/delete-email-account", &fewer).await.json();
    assert_eq!(removed["actionstatus"], "ExecutionStarted");
    assert_eq!(
        details(&world, "mail-a.example").await["endtime"],
        before["endtime"],
        "nothing has happened yet"
    );

    world.advance(DELAY);

    let after = details(&world, "mail-a.example").await;
    assert_eq!(after["emailaccounts"], 5 + 2 + 2 + 3 - 1);
    let moved = |value: &Value| value["endtime"].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!((moved(&after) - moved(&before)) / 86_400 / 365, 2);
    let charges = world.charges();
    assert_eq!(
        (
            charges.standing("eelite/renew", "mail-a.example"),
            charges.double_charges
        ),
        (2, 1)
    );
    assert_eq!(charges.standing("eelite/delete-email-account", "mail-a.example"), 0);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn the_invoice_option_shapes_the_answer() {
    let world = World::new().await;
    let id = details(&world, "mail-a.example").await["orderid"]
        .as_str()
        .unwrap()
        .to_owned();
    let more = |option: &str| format!("order-id={id}&no-of-accounts=5&invoice-option={option}");
    let nested = world
        .lb_post("eelite/us/add-email-account", &more("KeepInvoice"))
        .await
        .json();
    let (invoice, inner) = nested.as_object().unwrap().iter().next().unwrap();
    assert_eq!(
        (inner["invoiceid"].as_str(), inner["sellingamount"].as_str()),
        (Some(invoice.as_str()), Some("-4.500"))
    );
    let unpaid = world
        .lb_post("eelite/us/add-email-account", &more("OnlyAdd"))
        .await
        .json();
    let mut keys: Vec<_> = unpaid.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["customercost", "customerid", "eaqid", "invoiceid"]);
    world.advance(DELAY);
    assert_eq!(
        details(&world, "mail-a.example").await["emailaccounts"],
        10,
        "the unpaid five wait"
    );
    assert_eq!(world.charges().count, 1);
}

#[tokio::test]
async fn an_empty_account_locks_the_order_and_money_frees_it() {
    let world = World::of(json!({ "logicboxes": { "balance_cents": 10 } })).await;
    let locked = add(&world, "a.example").await;
    assert_eq!(locked.status, 200, "it looks like an error, but the order exists");
    assert_eq!(locked.json()["actionstatus"], "InvoicePaid");
    assert_eq!(
        locked.json()["error"],
        "Order Locked for Processing, Please contact Support"
    );
    assert_eq!(
        details(&world, "a.example").await["actionstatusdesc"],
        "Order Locked In Processing."
    );
    world.advance(DELAY);
    assert_eq!(details(&world, "a.example").await["currentstatus"], "InActive");
    assert_eq!(world.charges().count, 0);

    world.seed(&serde_json::from_value(json!({ "logicboxes": { "balance_cents": 100_000 } })).unwrap());
    assert_eq!(details(&world, "a.example").await["actionstatus"], "PendingExecution");
    world.advance(DELAY);
    assert_eq!(details(&world, "a.example").await["currentstatus"], "Active");
    assert_eq!(world.charges().standing("eelite/add", "a.example"), 1);
    let balance = world
        .lb_get("billing/reseller-balance", "reseller-id=700001")
        .await
        .json();
    assert_eq!(balance["sellingcurrencybalance"], (100_000.0 - 5_400.0) / 100.0);
}

#[tokio::test]
async fn an_action_can_fail_and_is_refunded() {
    let world = World::new().await;
    let id = add(&world, "fail-a.example").await.json()["entityid"]
        .as_str()
        .unwrap()
        .to_owned();
    world.advance(DELAY);
    assert_eq!(
        world
            .lb_get("eelite/us/orderid", "domain-name=fail-a.example")
            .await
            .status,
        500
    );
    let gone = world.lb_get("eelite/us/details", &format!("order-id={id}")).await;
    assert_eq!(gone.json()["message"], format!("No Entity found for Entityid: {id}"));
    let query = format!("no-of-records=10&page-no=1&order-id={id}");
    assert_eq!(
        world.lb_get("actions/search-archived", &query).await.json()["1"]["actionstatus"],
        "Failed"
    );
    assert_eq!(
        world.lb_get("eelite/us/search", &query).await.json()["1"]["entity.currentstatus"],
        "Deleted"
    );
    assert_eq!(world.charges().standing("eelite/add", "fail-a.example"), 0);
}

#[tokio::test]
async fn a_deleted_order_is_found_by_search_only() {
    let world = World::new().await;
    let id = details(&world, "mail-a.example").await["orderid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        world
            .lb_post("eelite/us/delete", &format!("order-id={id}"))
            .await
            .json()["actiontype"],
        "Del"
    );
    world.advance(DELAY);
    assert_eq!(
        world
            .lb_get("eelite/us/orderid", "domain-name=mail-a.example")
            .await
            .status,
        500
    );
    assert_eq!(
        world
            .lb_get("eelite/us/details", &format!("order-id={id}"))
            .await
            .status,
        500
    );
    let found = world
        .lb_get("eelite/us/search", "no-of-records=10&page-no=1&domain-name=mail-a")
        .await
        .json();
    assert_eq!(found["1"]["entity.currentstatus"], "Deleted");
    assert_eq!(
        add(&world, "mail-a.example").await.json()["status"],
        "Success",
        "the name is free again"
    );
    assert_eq!(world.state().email("mail-a.example").unwrap().status, "InActive");
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_in_the_providers_words() {
    let world = World::new().await;
    let id = details(&world, "mail-a.example").await["orderid"]
        .as_str()
        .unwrap()
        .to_owned();
    let rows = [
        (
            "eelite/us/renew",
            "order-id=1&months=1&auto-renew=true&invoice-option=NoInvoice".to_owned(),
            "not allowed",
        ),
        (
            "eelite/us/delete-email-account",
            format!("order-id={id}&no-of-accounts=5"),
            "atleast ONE email account",
        ),
        (
            "eelite/us/add-email-account",
            format!("order-id={id}&no-of-accounts=0&invoice-option=NoInvoice"),
            "#~#",
        ),
        (
            "eelite/us/add",
            format!("domain-name=b.example&{}", ADD.replace("4400012", "1")),
            "Customer 1 not found",
        ),
        (
            "eelite/us/add",
            format!("domain-name=b.example&{}", ADD.replace("12&", "0&")),
            "ValidationException",
        ),
    ];
    for (path, form, fragment) in rows {
        let got = world.lb_post(path, &form).await;
        assert_eq!(
            (got.status, got.json()["status"].as_str()),
            (500, Some("ERROR")),
            "{form}"
        );
        assert!(got.text.contains(fragment), "{form}: {}", got.text);
    }
    world.seed(&settings(json!({ "pending_conflict": true, "error_status": 200 })));
    let more = format!("order-id={id}&no-of-accounts=1&invoice-option=NoInvoice");
    assert_eq!(
        world.lb_post("eelite/us/add-email-account", &more).await.json()["status"],
        "Success"
    );
    let conflict = world.lb_post("eelite/us/add-email-account", &more).await;
    assert_eq!(conflict.status, 200);
    assert!(conflict.text.contains("already an action pending"));
    assert_eq!(world.charges().count, 1);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_search_matches_parts_filters_and_counts_in_strings() {
    let world = World::of(json!({ "logicboxes": { "email_orders": [
        { "domain": "one.example", "accounts": 1 },
        { "domain": "bone.example", "status": "Suspended", "ends_at": "2026-01-01T00:00:00Z" },
    ] } }))
    .await;
    let page = |more: &str| format!("no-of-records=10&page-no=1{more}");
    let both = world
        .lb_get(
            "eelite/us/search",
            &page("&domain-name=one.example&order-by=orderid desc"),
        )
        .await
        .json();
    assert_eq!(
        (both["recsonpage"].as_str(), both["recsindb"].as_str()),
        (Some("2"), Some("2"))
    );
    assert_eq!(both["1"]["entity.description"], "bone.example");
    let one = world
        .lb_get(
            "eelite/us/search",
            &page("&status=Suspended&expiry-date-end=1767225600"),
        )
        .await
        .json();
    assert_eq!(one["1"]["orders.endtime"], "1767225600");
    let none = world
        .lb_get("eelite/us/search", &page("&customer-id=1&customer-id=2"))
        .await;
    assert_eq!(
        (none.status, none.json()),
        (200, json!({ "recsonpage": "0", "recsindb": "0" }))
    );
    assert_eq!(
        world
            .lb_get("eelite/us/search", "no-of-records=9&page-no=1")
            .await
            .status,
        500
    );
}

#[tokio::test]
async fn a_wrong_key_is_told_so_and_a_foreign_address_gets_a_page() {
    let closed = json!([{ "id": 9, "key": "CLOSED", "allowed": false }]);
    let world = World::of(json!({ "logicboxes": { "resellers": closed } })).await;
    let ask = |id: u64, key: &str| {
        let path = format!("/api/eelite/us/orderid.json?domain-name=mail-a.example&auth-userid={id}&api-key={key}");
        World::send(world.client().get(world.url(&path)))
    };
    let wrong = ask(700_001, "WRONG").await.unwrap();
    assert_eq!((wrong.status, wrong.json()["status"].as_str()), (401, Some("ERROR")));
    let foreign = ask(9, "CLOSED").await.unwrap();
    assert_eq!(foreign.status, 403);
    assert!(foreign.text.contains("error code: 1020"));
}
