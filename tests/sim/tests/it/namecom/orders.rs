//! Products: what is bought, what is refused, and what it costs.

use jiff::Timestamp;
use serde_json::json;

use super::{buy, credit, get, item, order, person, settings};
use crate::world::World;

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
