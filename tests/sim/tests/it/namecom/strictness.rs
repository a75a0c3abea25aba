//! What no careful client sends, and answers that are lost.

use domorder_tests_sim::Behaviour;
use serde_json::{Value, json};

use super::{buy, item};
use crate::world::World;

#[tokio::test]
async fn what_no_careful_client_sends_is_unexpected_and_does_nothing() {
    let world = World::new().await;
    let create = |change: &dyn Fn(&mut Value)| {
        let mut item = item("domain/create", "a.example");
        change(&mut item);
        json!({ "items": [item] })
    };
    let rows = [
        ("order", json!({ "item": [] }), 204, "item=Unknown parameter"),
        ("order", json!({}), 203, "items=Required parameter missing"),
        (
            "order",
            json!({ "items": [] }),
            204,
            "items=Parameter has an invalid value",
        ),
        (
            "order",
            create(&|item| item["perod"] = 1.into()),
            204,
            "items/0/perod=Unknown parameter",
        ),
        (
            "order",
            create(&|item| item["whois_privacy"] = true.into()),
            204,
            "items/0/whois_privacy=Parameter has an invalid value",
        ),
        (
            "order",
            create(&|item| item["order_type"] = "domain/transfer".into()),
            204,
            "items/0/order_type=Parameter has an invalid value",
        ),
        (
            "order",
            create(&|item| item["contact"] = json!([])),
            204,
            "items/0/contact=Unknown parameter",
        ),
        (
            "order",
            create(&|item| item["contacts"] = json!([{ "type": ["registrant"] }])),
            203,
            "items/0/contacts/0/first_name=Required parameter missing",
        ),
        (
            "order",
            json!({ "items": [item("domain/create", "a.example"), { "order_type": "domain/renew", "period": 1 }] }),
            203,
            "items/1/domain_name=Required parameter missing",
        ),
        (
            "domain/create",
            json!({ "domain_name": "a.example", "period": 1, "whois_privacy": 1 }),
            204,
            "whois_privacy=Unknown parameter",
        ),
        (
            "dns/create/renew-1.example",
            json!({ "host": "", "type": "A", "content": "203.0.113.9", "ttl": 300 }),
            204,
            "host=Unknown parameter",
        ),
        (
            "dns/create/renew-1.example",
            json!({ "hostname": "", "type": "a", "content": "203.0.113.9", "ttl": 300 }),
            204,
            "type=Parameter has an invalid value",
        ),
        (
            "domain/lock/renew-1.example",
            json!({ "domain": "renew-1.example" }),
            204,
            "domain=Parameter given more than once",
        ),
        (
            "domain/check",
            json!({ "keyword": "a", "tlds": "com" }),
            204,
            "tlds=Parameter has an invalid value",
        ),
        ("domain/transfer/a.example", json!({}), 211, "unknown call"),
        ("domain/get", json!({}), 211, "unknown call"),
        ("domain/get/a.example", json!({}), 211, "wrong method"),
    ];
    for (index, (path, body, code, reason)) in rows.into_iter().enumerate() {
        let got = world.nc_post(path, body).await;
        assert_eq!(got.result(), code, "{path} {}", got.text);
        assert_eq!(world.unexpected()[index].reason, reason, "{path}");
    }
    world.clear_requests();
    for (request, reason) in [
        (
            world.nc_signed("POST", "order").body("items=1"),
            "body is no JSON object",
        ),
        (world.nc_signed("GET", "hello").body("{}"), "GET with a body"),
        (
            world.nc_signed("GET", "domain/get/a.example?domain=b.example"),
            "a query, where a body is expected",
        ),
    ] {
        World::send(request).await.unwrap();
        assert_eq!(world.unexpected().last().unwrap().reason, reason);
    }
    assert_eq!(world.charges().count, 0);
}

#[tokio::test]
async fn answers_are_lost_where_the_effect_stands() {
    let world = World::new().await;
    let failure = json!({ "result": { "code": 250, "message": "Unexpected Error (Exception)" } });
    world.once(
        "order",
        Behaviour::DoThenAnswer {
            status: 200,
            body: failure,
        },
    );
    assert_eq!(buy(&world, "domain/renew", "renew-1.example").await.result(), 250);
    world.once("order", Behaviour::DoThen502Html);
    assert_eq!(buy(&world, "domain/renew", "renew-2.example").await.status, 502);
    world.once("order", Behaviour::DoThenDrop);
    let dropped = world
        .try_nc_post("order", json!({ "items": [item("domain/renew", "renew-3.example")] }))
        .await;
    assert!(dropped.is_err());
    world.once("order", Behaviour::Unauthorized);
    let refused = buy(&world, "domain/renew", "renew-4.example").await;
    assert_eq!(refused.result(), 221);
    let rows: Vec<u64> = (1..=4)
        .map(|n| world.charges().standing("domain/renew", &format!("renew-{n}.example")))
        .collect();
    assert_eq!(rows, [1, 1, 1, 0]);
}

#[tokio::test]
async fn a_lagging_read_shows_the_domain_as_it_was() {
    let world = World::new().await;
    world.once("order", Behaviour::Lag { ms: 60_000 });
    buy(&world, "domain/create", "a.example").await;
    assert_eq!(world.nc_get("domain/get/a.example").await.result(), 221);
    let check = json!({ "keyword": "a", "tlds": ["example"] });
    assert_eq!(
        world.nc_post("domain/check", check).await.json()["domains"]["a.example"]["avail"],
        true
    );
    assert!(world.state().namecom("a.example").is_some());
}

#[tokio::test]
async fn rules_find_a_check_and_an_order_by_their_domain() {
    let world = World::new().await;
    for operation in ["order", "domain/check", "domain/create"] {
        world.add_fault(
            domorder_tests_sim::Rule::new(Behaviour::Fail500Before)
                .provider(domorder_tests_sim::Provider::NameCom)
                .operation(operation)
                .domain("a.example"),
        );
    }
    let check = |tld: &str| json!({ "keyword": "a", "tlds": [tld] });
    assert_eq!(world.nc_post("domain/check", check("example")).await.status, 500);
    assert_eq!(world.nc_post("domain/check", check("test")).await.status, 200);
    assert_eq!(buy(&world, "domain/create", "A.example").await.status, 500);
    let create = json!({ "domain_name": "a.example", "period": 1 });
    assert_eq!(world.nc_post("domain/create", create).await.status, 500);
}
