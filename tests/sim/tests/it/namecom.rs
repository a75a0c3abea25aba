//! Name.com: all calls, and an order whose items each have a verdict of their own.

use domorder_tests_sim::{Behaviour, Seed};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{Got, World};

fn item(product: &str, domain: &str) -> Value {
    let mut item = json!({ "order_type": product, "domain_name": domain });
    if product != "backorder/create" {
        item["period"] = 1.into();
    }
    item
}

async fn order(world: &World, items: Value) -> Got {
    world.nc_post("order", json!({ "items": items })).await
}

async fn buy(world: &World, product: &str, domain: &str) -> Got {
    order(world, json!([item(product, domain)])).await
}

async fn get(world: &World, domain: &str) -> Value {
    let got = world.nc_get(&format!("domain/get/{domain}")).await;
    assert_eq!(got.result(), 100, "{}", got.text);
    got.json()
}

fn settings(value: Value) -> Seed {
    serde_json::from_value(json!({ "namecom": { "settings": value } })).unwrap()
}

fn credit(cents: i64) -> Seed {
    let account = json!({ "username": "demo-seller", "token": "nc-demo-token-0001", "credit_cents": cents });
    serde_json::from_value(json!({ "namecom": { "accounts": [account] } })).unwrap()
}

fn person(roles: &[&str]) -> Value {
    json!({ "type": roles, "first_name": "Olaf", "last_name": "Rask", "organization": "", "address_1": "1 Quay",
        "address_2": "", "city": "Bergen", "state": "", "zip": "5003", "country": "NO", "phone": "+47.22000000",
        "fax": "", "email": "olaf@rask.example" })
}

#[tokio::test]
async fn every_answer_is_json_under_the_name_of_html() {
    let world = World::new().await;
    let answer = world.nc_unsigned("GET", "hello").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/html;charset=UTF-8");
    let hello: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(hello["result"], json!({ "code": 100, "message": "Command Successful" }));
    assert_eq!(
        (&hello["service"], &hello["version"]),
        (&json!("Name.com API Test Server"), &json!("2.0"))
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_session_stands_for_user_name_and_token_until_it_ends() {
    let world = World::new().await;
    let login = |token: &str| {
        let body = json!({ "username": "demo-seller", "api_token": token });
        World::send(world.nc_unsigned("POST", "login").json(&body))
    };
    let wrong = login("guess").await.unwrap();
    assert_eq!(
        (wrong.result(), wrong.said().as_str()),
        (221, "Authorization Error - Username Or Ip Token Invalid")
    );
    let session = login("nc-demo-token-0001").await.unwrap().json()["session_token"].clone();
    let session = session.as_str().unwrap().to_owned();
    assert_eq!(session.len(), 40);
    let by_session = |path: &str| World::send(world.nc_unsigned("GET", path).header("Api-Session-Token", &session));
    let account = by_session("account/get").await.unwrap().json();
    assert_eq!(
        (
            &account["username"],
            &account["account_credit"],
            &account["domain_count"]
        ),
        (&json!("demo-seller"), &json!("100000000.00"), &json!("0"))
    );
    assert_eq!(by_session("logout").await.unwrap().result(), 100);
    assert_eq!(by_session("account/get").await.unwrap().result(), 251);
    let requests = serde_json::to_string(&world.requests()).unwrap();
    assert!(
        !requests.contains("nc-demo-token") && !requests.contains(&session),
        "keys are never kept"
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn wrong_credentials_and_a_foreign_address_are_one_answer_and_none_is_another() {
    let closed = json!({ "username": "closed", "token": "T", "allowed": false });
    let world = World::of(json!({ "namecom": { "accounts": [closed] } })).await;
    for (username, token) in [("demo-seller", "T"), ("nobody", "nc-demo-token-0001"), ("closed", "T")] {
        let request = world
            .nc_unsigned("POST", "order")
            .header("Api-Username", username)
            .header("Api-Token", token)
            .json(&json!({ "items": [item("domain/create", "a.example")] }));
        let got = World::send(request).await.unwrap();
        assert_eq!(got.result(), 221);
        assert!(got.said().ends_with("Username Or Ip Token Invalid"), "{}", got.text);
    }
    assert_eq!(
        World::send(world.nc_unsigned("GET", "account/get"))
            .await
            .unwrap()
            .result(),
        251
    );
    assert_eq!(world.charges().count, 0);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_free_name_is_registered_once() {
    let world = World::new().await;
    let sent_at = Timestamp::now();
    let mut wanted = item("domain/create", "Fogbell.Example");
    wanted["period"] = 2.into();
    wanted["nameservers"] = json!(["ns1.host.example", "ns2.host.example"]);
    wanted["contacts"] = json!([person(&["registrant", "administrative"])]);

    let got = order(&world, json!([wanted])).await;

    assert_eq!(got.result(), 100);
    assert_eq!(
        got.json()["results"],
        json!([{ "success": true, "order_type": "domain/create", "domain_name": "fogbell.example", "price": "20.98",
            "duration": "2", "interval": "year" }])
    );
    let domain = get(&world, "fogbell.example").await;
    assert_eq!(domain["nameservers"], json!(["ns1.host.example", "ns2.host.example"]));
    assert_eq!(domain["username"], "demo-seller");
    assert_eq!(domain["locked"], true);
    assert_eq!(domain["whois_privacy"]["enabled"], false);
    assert_eq!(domain["contacts"][0]["type"], json!(["registrant", "administrative"]));
    assert_eq!(domain["contacts"][0]["first_name"], "Olaf");
    assert_eq!(domain["contacts"][1]["type"], json!(["billing", "technical"]));
    assert!(domain["expire_date"].as_str().unwrap().len() == 19, "no zone");
    let state = world.state();
    let truth = state.namecom("fogbell.example").unwrap();
    assert!(truth.created_at.as_second() >= sent_at.as_second());
    assert!(truth.expires_at > truth.created_at + jiff::SignedDuration::from_hours(729 * 24));

    let second = buy(&world, "domain/create", "fogbell.example").await;

    assert_eq!(second.result(), 100, "the batch was processed");
    assert_eq!(second.json()["results"][0]["success"], false);
    assert_eq!(
        second.json()["results"][0]["information"],
        json!(["Parameter Value Error - Domain Name Is Not Available"])
    );
    let charges = world.charges();
    assert_eq!((charges.count, charges.double_charges), (1, 0));
    assert_eq!(charges.standing("domain/create", "fogbell.example"), 1);
    assert_eq!(charges.charges[0].amount_cents, 2098);
    let requests = world.requests();
    assert_eq!(
        (requests.requests[0].charge, requests.requests[1].charge),
        (Some(1), None)
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn domain_create_does_the_same_and_answers_the_bare_envelope() {
    let world = World::new().await;
    let body = json!({ "domain_name": "a.example", "period": 1, "username": "sub" });
    let got = world.nc_post("domain/create", body.clone()).await;
    assert_eq!(
        got.json(),
        json!({ "result": { "code": 100, "message": "Command Successful" } })
    );
    assert_eq!(world.state().namecom("a.example").unwrap().username, "sub");
    let second = world.nc_post("domain/create", body).await;
    assert_eq!(
        (second.result(), second.said().as_str()),
        (204, "Parameter Value Error - Domain Name Is Not Available")
    );
    assert_eq!(world.charges().standing("domain/create", "a.example"), 1);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn every_renewal_is_charged_and_echoed_in_another_word() {
    let world = World::new().await;
    get(&world, "renew-1.example").await;
    let before = world.state().namecom("renew-1.example").unwrap().expires_at;
    for _ in 0..2 {
        let got = buy(&world, "domain/renew", "renew-1.example").await;
        assert_eq!(got.json()["results"][0]["order_type"], "domain/renewal");
        assert_eq!(got.json()["results"][0]["success"], true);
    }
    let after = world.state().namecom("renew-1.example").unwrap().expires_at;
    assert_eq!((after.as_second() - before.as_second()) / 86_400 / 365, 2);
    let charges = world.charges();
    assert_eq!(
        (
            charges.standing("domain/renew", "renew-1.example"),
            charges.double_charges
        ),
        (2, 1)
    );
}

#[tokio::test]
async fn privacy_adds_rows_after_what_was_ordered() {
    let world = World::new().await;
    let mut first = item("domain/create", "a.example");
    first["whois_privacy"] = 1.into();
    let mut second = item("domain/renew", "renew-1.example");
    second["whois_privacy"] = 1.into();
    let results = order(&world, json!([first, second])).await.json()["results"].clone();
    let rows: Vec<(&str, &str)> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            assert_eq!(row["success"], true);
            (
                row["order_type"].as_str().unwrap(),
                row["domain_name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("domain/create", "a.example"),
            ("domain/renewal", "renew-1.example"),
            ("whois_privacy/create", "a.example"),
            ("whois_privacy/create", "renew-1.example"),
        ]
    );
    assert_eq!(get(&world, "a.example").await["whois_privacy"]["enabled"], true);
    let again = buy(&world, "whois_privacy/create", "a.example").await;
    assert_eq!(again.json()["results"][0]["success"], false, "one for a domain");
    let renewed = buy(&world, "whois_privacy/renew", "a.example").await;
    assert_eq!(renewed.json()["results"][0]["order_type"], "whois_privacy/renewal");
    let mut third = item("domain/renew", "a.example");
    third["whois_privacy"] = 1.into();
    let third = order(&world, json!([third])).await;
    assert_eq!(third.json()["results"][1]["order_type"], "whois_privacy/renewal");
    let charges = world.charges();
    assert_eq!(charges.standing("whois_privacy/renew", "a.example"), 2);
    assert_eq!(charges.charged_cents, 1049 + 1149 * 2 + 299 * 4);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn what_cannot_be_bought_costs_nothing() {
    let foreign = json!({ "name": "foreign.example", "username": "other" });
    let far = json!({ "name": "far.example", "expires_at": "2099-01-01T00:00:00Z" });
    let world = World::of(json!({ "namecom": { "taken": ["Taken.example"], "domains": [foreign, far] } })).await;
    let long = |product, domain| {
        let mut item = item(product, domain);
        item["period"] = 11.into();
        item
    };
    let idn = item("domain/create", "xn--hfen-5qa.example");
    let rows = [
        (item("domain/create", "taken.example"), "Domain Name Is Not Available"),
        (item("domain/create", "foreign.example"), "Domain Name Is Not Available"),
        (item("domain/create", "renew-1.example"), "Domain Name Is Not Available"),
        (item("domain/create", "a.invalid"), "Tld Is Not Supported"),
        (
            item("domain/create", "harbor.us"),
            "Required Parameter Missing - Requirements",
        ),
        (idn.clone(), "Required Parameter Missing - Language"),
        (long("domain/create", "a.example"), "Parameter Value Error - Period"),
        (item("domain/renew", "nobody.example"), "Authorization Error"),
        (item("domain/renew", "foreign.example"), "Authorization Error"),
        (item("domain/renew", "far.example"), "Period Exceeds Ten Years"),
        (item("whois_privacy/create", "nobody.example"), "Authorization Error"),
        (item("whois_privacy/renew", "renew-1.example"), "No Whois Privacy"),
        (item("backorder/create", "a.example"), "Domain Name Is Available"),
    ];
    for (item, fragment) in rows {
        let got = order(&world, json!([item])).await;
        assert_eq!(got.result(), 100);
        let row = &got.json()["results"][0];
        assert_eq!(row["success"], false, "{item}");
        assert!(row["information"][0].as_str().unwrap().contains(fragment), "{row}");
    }
    assert_eq!(world.charges().count, 0);
    let mut idn = idn;
    idn["requirements"] = json!({ "language": "GER" });
    let mut us = item("domain/create", "harbor.us");
    us["requirements"] = json!({ "us-app_purpose": "P1" });
    let mut de = item("domain/create", "harbor.de");
    de["contacts"] = json!([person(&["administrative"])]);
    let got = order(&world, json!([idn, us, de])).await.json();
    assert!((0..3).all(|n| got["results"][n]["success"] == true), "{got}");
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_backorder_tells_its_period_in_another_key() {
    let world = World::of(json!({ "namecom": { "taken": ["taken.example"] } })).await;
    let got = buy(&world, "backorder/create", "taken.example").await.json();
    assert_eq!(got["results"][0]["period"], "1");
    assert_eq!(got["results"][0].get("duration"), None);
    assert_eq!(world.charges().standing("backorder/create", "taken.example"), 1);
    let again = buy(&world, "backorder/create", "taken.example").await.json();
    assert_eq!(again["results"][0]["success"], false);
}

#[tokio::test]
async fn want_of_money_refuses_the_order_or_the_item() {
    let world = World::new().await;
    world.seed(&credit(1049 + 1000));
    let both = || {
        json!([
            item("domain/create", "a.example"),
            item("domain/create", "taken.invalid"),
            item("domain/renew", "renew-1.example")
        ])
    };
    let got = order(&world, both()).await;
    assert_eq!((got.result(), got.said().as_str()), (260, "Insufficient Funds"));
    assert_eq!((got.json().get("results"), world.charges().count), (None, 0));

    world.seed(&settings(json!({ "funds_by_item": true })));
    let got = order(&world, both()).await.json();
    assert_eq!(got["result"]["code"], 100);
    assert_eq!(
        (&got["results"][0]["success"], &got["results"][2]["success"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(got["results"][2]["information"], json!(["Insufficient Funds"]));
    assert_eq!(world.nc_get("account/get").await.json()["account_credit"], "10.00");
    assert_eq!(world.charges().count, 1);
    let create = json!({ "domain_name": "b.example", "period": 1 });
    assert_eq!(world.nc_post("domain/create", create).await.result(), 260);
}

#[tokio::test]
async fn the_list_is_an_object_with_prices_or_an_empty_array() {
    let world = World::new().await;
    assert_eq!(world.nc_get("domain/list").await.json()["domains"], json!([]));
    buy(&world, "domain/create", "a.example").await;
    let mut private = item("domain/create", "premium-b.example");
    private["whois_privacy"] = 1.into();
    order(&world, json!([private])).await;
    let domains = world.nc_get("domain/list").await.json()["domains"].clone();
    assert_eq!(
        domains["a.example"]["addons"],
        json!({ "domain/renew": { "price": "11.49" }, "whois_privacy": { "price": "2.99" } })
    );
    assert_eq!(domains["a.example"].get("whois_privacy"), None);
    let premium = &domains["premium-b.example"];
    assert_eq!(premium["addons"]["domain/renew"]["price"], "114.90");
    assert_eq!(premium["whois_privacy"]["enabled"], true);
    assert_eq!(world.nc_get("account/get").await.json()["domain_count"], "2");
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn availability_is_asked_by_label() {
    let world =
        World::of(json!({ "namecom": { "taken": ["fogbell.net"], "settings": { "tld_cents": { "net": 1199 } } } }))
            .await;
    let got = world
        .nc_post(
            "domain/check",
            json!({ "keyword": "fogbell", "tlds": ["com", "net", "invalid"], "services": ["availability", "suggested"] }),
        )
        .await
        .json();
    assert_eq!(
        got["domains"]["fogbell.com"],
        json!({ "avail": true, "tld": "com", "price": "10.49", "premium": false, "backorder": false })
    );
    assert_eq!(
        got["domains"]["fogbell.net"],
        json!({ "avail": false, "tld": "net", "price": "49.95", "premium": false, "backorder": true })
    );
    assert_eq!(got["domains"].get("fogbell.invalid"), None);
    assert_eq!(got["suggested"]["fogbells.net"]["price"], "11.99");
    let plain = world
        .nc_post("domain/check", json!({ "keyword": "premium-x" }))
        .await
        .json();
    assert_eq!(plain["domains"].as_object().unwrap().len(), 3);
    assert_eq!(
        (&plain["domains"]["premium-x.org"]["premium"], plain.get("suggested")),
        (&json!(true), None)
    );
    let none = json!({ "keyword": "x", "tlds": ["invalid"] });
    assert_eq!(world.nc_post("domain/check", none).await.json()["domains"], json!([]));
    let dotted = json!({ "keyword": "x.com" });
    assert_eq!(world.nc_post("domain/check", dotted).await.result(), 204);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn locks_name_servers_and_contacts_are_set_to_a_value() {
    let world = World::new().await;
    let path = |call: &str| format!("domain/{call}/renew-1.example");
    for (method, call, locked) in [
        ("POST", "unlock", false),
        ("POST", "unlock", false),
        ("GET", "lock", true),
        ("GET", "unlock", false),
        ("POST", "lock", true),
    ] {
        let got = World::send(world.nc_signed(method, &path(call))).await.unwrap();
        assert_eq!(got.result(), 100);
        assert_eq!(get(&world, "renew-1.example").await["locked"], locked);
    }
    let servers = json!({ "nameservers": ["ns3.host.example", "ns4.host.example"] });
    assert_eq!(
        world
            .nc_post(&path("update_nameservers"), servers.clone())
            .await
            .result(),
        100
    );
    assert_eq!(
        get(&world, "renew-1.example").await["nameservers"],
        servers["nameservers"]
    );
    let one = json!({ "nameservers": ["ns3.host.example"] });
    assert_eq!(world.nc_post(&path("update_nameservers"), one).await.result(), 204);
    let contacts = json!({ "contacts": [person(&["technical"])] });
    assert_eq!(world.nc_post(&path("update_contacts"), contacts).await.result(), 100);
    let contacts = get(&world, "renew-1.example").await["contacts"].clone();
    assert_eq!(
        contacts[0]["type"],
        json!(["registrant", "administrative", "billing"]),
        "others keep theirs"
    );
    assert_eq!(
        (&contacts[1]["type"], &contacts[1]["country"]),
        (&json!(["technical"]), &json!("NO"))
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn records_are_told_in_texts_and_made_in_numbers() {
    let world = World::new().await;
    let (list, create, delete) = (
        "dns/list/renew-1.example",
        "dns/create/renew-1.example",
        "dns/delete/renew-1.example",
    );
    assert_eq!(world.nc_get(list).await.json()["records"], json!([]));
    let mx = json!({ "hostname": "", "type": "MX", "content": "mx1.vane.example", "ttl": 300, "priority": 10 });
    let made = world.nc_post(create, mx.clone()).await.json();
    assert_eq!(
        (&made["name"], &made["ttl"], &made["priority"]),
        (&json!("renew-1.example"), &json!(300), &json!(10))
    );
    let id = made["record_id"].as_u64().unwrap();
    let www = json!({ "hostname": "www", "type": "A", "content": "203.0.113.9", "ttl": 600 });
    assert_eq!(world.nc_post(create, www).await.json()["name"], "www.renew-1.example");
    let records = world.nc_get(list).await.json()["records"].clone();
    assert_eq!(
        (&records[0]["record_id"], &records[0]["ttl"], &records[0]["priority"]),
        (&json!(id.to_string()), &json!("300"), &json!("10"))
    );
    assert_eq!(records[1].get("priority"), None);
    assert_eq!(
        world.nc_post(create, mx.clone()).await.said(),
        "Parameter Value Error - Duplicate Record"
    );
    world.seed(&settings(json!({ "refuse_duplicates": false })));
    assert_eq!(world.nc_post(create, mx.clone()).await.result(), 100);
    let mut short = mx;
    short["ttl"] = 299.into();
    assert_eq!(world.nc_post(create, short).await.result(), 204);
    for code in [100, 204] {
        assert_eq!(
            world
                .nc_post(delete, json!({ "record_id": id.to_string() }))
                .await
                .result(),
            code
        );
    }
    assert_eq!(world.state().namecom("renew-1.example").unwrap().records, 2);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn hosts_are_named_in_full() {
    let world = World::new().await;
    let path = |call: &str| format!("host/{call}/renew-1.example");
    let host = |ip: &str| json!({ "hostname": "ns1.renew-1.example", "ip": ip });
    assert_eq!(world.nc_get(&path("list")).await.json()["hosts"], json!([]));
    for (call, body, code) in [
        ("create", host("203.0.113.53"), 100),
        ("create", host("203.0.113.53"), 204),
        ("create", json!({ "hostname": "ns1", "ip": "203.0.113.53" }), 204),
        (
            "create",
            json!({ "hostname": "ns2.renew-1.example", "ip": "here" }),
            204,
        ),
        ("add_ip", host("2001:db8::53"), 100),
        ("add_ip", host("2001:db8::53"), 204),
        ("remove_ip", host("203.0.113.53"), 100),
        ("remove_ip", host("203.0.113.53"), 204),
    ] {
        assert_eq!(
            world.nc_post(&path(call), body.clone()).await.result(),
            code,
            "{call} {body}"
        );
    }
    assert_eq!(
        world.nc_get(&path("list")).await.json()["hosts"],
        json!({ "ns1.renew-1.example": ["2001:db8::53"] })
    );
    assert_eq!(world.nc_get(&path("sync")).await.result(), 100);
    for code in [100, 204] {
        let name = json!({ "hostname": "ns1.renew-1.example" });
        assert_eq!(world.nc_post(&path("delete"), name).await.result(), code);
    }
    assert_eq!(world.nc_get(&path("list")).await.json()["hosts"], json!([]));
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_foreign_domain_is_refused_by_every_call_about_it() {
    let foreign = json!({ "name": "foreign.example", "username": "other" });
    let world = World::of(json!({ "namecom": { "domains": [foreign] } })).await;
    let record = json!({ "hostname": "", "type": "A", "content": "203.0.113.9", "ttl": 300 });
    let address = json!({ "hostname": "ns1.foreign.example", "ip": "203.0.113.9" });
    for code in [221, 204, 240] {
        world.seed(&settings(json!({ "foreign_code": code })));
        for call in ["domain/get", "dns/list", "host/list", "host/sync"] {
            assert_eq!(
                world.nc_get(&format!("{call}/foreign.example")).await.result(),
                code,
                "{call}"
            );
        }
        for (call, body) in [
            ("domain/lock", Value::Null),
            ("domain/unlock", Value::Null),
            (
                "domain/update_nameservers",
                json!({ "nameservers": ["ns1.host.example", "ns2.host.example"] }),
            ),
            ("domain/update_contacts", json!({ "contacts": [person(&["billing"])] })),
            ("dns/create", record.clone()),
            ("dns/delete", json!({ "record_id": 1 })),
            ("host/create", address.clone()),
            ("host/add_ip", address.clone()),
            ("host/remove_ip", address.clone()),
            ("host/delete", json!({ "hostname": "ns1.foreign.example" })),
        ] {
            let got = world.nc_post(&format!("{call}/foreign.example"), body).await;
            assert_eq!(got.result(), code, "{call}");
        }
    }
    world.assert_nothing_unexpected();
}

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

#[tokio::test]
async fn older_answers_leave_privacy_and_renewal_out() {
    let world = World::of(json!({ "namecom": { "settings": { "newer_answers": false } } })).await;
    let domain = get(&world, "renew-1.example").await;
    assert_eq!((domain.get("whois_privacy"), domain.get("auto_renew")), (None, None));
}

#[tokio::test]
async fn a_seeded_domain_is_as_it_was_seeded() {
    let domain = json!({ "name": "Own.example", "created_at": "2024-01-01T10:00:00Z",
        "expires_at": "2031-01-01T10:00:00Z", "privacy_until": "2031-01-01T10:00:01Z",
        "nameservers": ["ns1.host.example", "ns2.host.example"] });
    let world = World::of(json!({ "namecom": { "domains": [domain], "auto_seed": [{ "prefix": "mine-" }] } })).await;
    let own = get(&world, "own.example").await;
    assert_eq!(
        (&own["create_date"], &own["expire_date"]),
        (&json!("2024-01-01 10:00:00"), &json!("2031-01-01 10:00:00"))
    );
    assert_eq!(
        own["whois_privacy"],
        json!({ "enabled": true, "expire_date": "2031-01-01 10:00:01" })
    );
    get(&world, "mine-1.example").await;
    assert_eq!(world.nc_get("domain/get/renew-1.example").await.result(), 221);
}
