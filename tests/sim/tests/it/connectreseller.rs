//! Registration, renewal and look-ups, as the fact sheet's examples show them.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{World, register_query};

#[tokio::test]
async fn a_free_name_is_registered_and_charged_once() {
    let world = World::new().await;
    assert_eq!(
        world.cr("checkDomain?websiteName=blue-otter-7.example").await.code(),
        200
    );
    let sent_ms = Timestamp::now().as_millisecond();

    let order = world.register("blue-otter-7.example").await;

    assert_eq!((order.status, order.code()), (200, 200));
    assert_eq!(order.data()["msgCode"], 1000);
    assert_eq!(order.data()["name"], "blue-otter-7.example");
    assert!(order.data()["creationDate"].as_str().unwrap().ends_with(".0Z"));
    let domain = world.view("blue-otter-7.example").await.data();
    assert!(domain["creationDate"].as_i64().unwrap() >= sent_ms);
    assert!(domain["expirationDate"].as_i64().unwrap() > sent_ms + 729 * 86_400_000);
    assert_eq!(domain["customerId"], 5512);
    assert_eq!(domain["status"], "Active");
    assert_eq!(domain["isDomainLocked"], "true");
    assert_eq!(domain["isPrivacyProtection"], "true");
    assert!(domain["registrantContactId"].as_str().unwrap().starts_with("OR_"));
    assert_eq!(domain["nameserver1"], "ns1.host.example");
    assert_eq!(domain["nameserver3"], "");
    assert_eq!(
        world.cr("checkDomain?websiteName=blue-otter-7.example").await.code(),
        400
    );

    let second = world.register("blue-otter-7.example").await;

    assert_eq!((second.status, second.code(), second.data()), (200, 400, Value::Null));
    let charges = world.charges();
    assert_eq!((charges.count, charges.double_charges), (1, 0));
    assert_eq!(charges.charges[0].amount_cents, 2 * 1099);
    assert_eq!(charges.standing("Order", "blue-otter-7.example"), 1);
    let requests = world.requests();
    assert_eq!(requests.requests[0].charge, Some(1));
    assert_eq!(requests.requests[0].seq, charges.charges[0].request_seq);
    assert!(
        !requests.requests[0].parameters.contains("CR-DEMO-KEY"),
        "keys are never kept"
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn what_cannot_be_registered_costs_nothing() {
    let world = World::of(json!({ "connectreseller": { "taken": ["Taken.example"] } })).await;
    let rows = [
        (register_query("taken.example"), "not available"),
        (register_query("renew-1.example"), "not available"),
        (register_query("a.invalid"), "not supported"),
        (
            register_query("a.example").replace("5512", "5513"),
            "Customer not found",
        ),
        (
            register_query("a.example").replace("Duration=2", "Duration=11"),
            "duration",
        ),
    ];
    for (query, fragment) in rows {
        let got = world.cr(&query).await;
        assert_eq!((got.status, got.code(), got.data()), (200, 400, Value::Null), "{query}");
        assert!(got.text.contains(fragment), "{query}: {}", got.text);
    }
    world.seed(&serde_json::from_value(json!({ "connectreseller": { "balance_cents": 2197 } })).unwrap());
    assert!(world.register("a.example").await.text.contains("Insufficient funds"));
    assert_eq!(world.charges().count, 0);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_registry_that_takes_its_time_answers_1001() {
    let world = World::new().await;
    let order = world.register("pending-1.example").await;
    assert_eq!(order.data()["msgCode"], 1001);
    assert_eq!(world.view("pending-1.example").await.data()["status"], "InActive");
    world.advance(std::time::Duration::from_secs(3600));
    assert_eq!(world.view("pending-1.example").await.data()["status"], "Active");
}

#[tokio::test]
async fn the_newer_name_any_letter_case_and_a_slash_reach_the_same_call() {
    let world = World::new().await;
    let query = register_query("a.example").replace("Order?", "DomainOrder/?");
    assert_eq!(world.cr(&query).await.code(), 200);
    assert_eq!(
        world.cr("viewdomain/?websiteName=A.Example").await.data()["websiteName"],
        "a.example"
    );
    assert_eq!(world.requests().calls("Order"), 1);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn every_renewal_without_a_year_is_charged() {
    let world = World::new().await;
    let before = world.view("renew-1.example").await.data()["expirationDate"]
        .as_i64()
        .unwrap();

    let first = world.renew("renew-1.example").await;
    assert_eq!(first.code(), 200);
    assert_eq!(first.data()["statusCode"], 1000);
    assert_eq!(first.data()["domainName"], "renew-1.example");
    assert!(first.data()["exdate"].is_string());
    world.renew("renew-1.example").await;

    let after = world.view("renew-1.example").await.data()["expirationDate"]
        .as_i64()
        .unwrap();
    assert_eq!((after - before) / 86_400_000 / 365, 2);
    assert_eq!(world.charges().standing("RenewalOrder", "renew-1.example"), 2);
    assert_eq!(world.charges().double_charges, 1);
}

#[tokio::test]
async fn a_stated_expiry_year_guards_a_renewal() {
    let domain = json!({ "name": "a.example", "expires_at": "2027-03-04T09:15:02Z" });
    let world = World::of(json!({ "connectreseller": { "domains": [domain] } })).await;
    let query = "RenewalOrder?OrderType=2&Websitename=a.example&Duration=1&Id=5512&Expiryyear=2027";
    assert_eq!(world.cr(query).await.data()["exdate"], "2028-03-04T09:15:02.0Z");
    let second = world.cr(query).await;
    assert_eq!((second.code(), second.data()), (400, Value::Null));
    assert_eq!(world.charges().count, 1);

    let settings = json!({ "connectreseller": { "settings": { "enforce_expiry_year": false } } });
    world.seed(&serde_json::from_value(settings).unwrap());
    assert_eq!(world.cr(query).await.code(), 200);
    assert_eq!(world.charges().double_charges, 1);
}

#[tokio::test]
async fn what_cannot_be_renewed_costs_nothing() {
    let world = World::of(json!({ "connectreseller": { "domains": [
        { "name": "gone.example", "status": "Deleted" },
        { "name": "spaced.example", "status": " Active " },
        { "name": "far.example", "expires_at": "2045-01-01T00:00:00Z" },
    ] } }))
    .await;
    assert_eq!(world.renew("unknown.example").await.code(), 404);
    assert_eq!(world.renew("gone.example").await.data()["statusCode"], 2304);
    assert_eq!(world.renew("far.example").await.data()["statusCode"], 2105);
    let foreign = world
        .cr("RenewalOrder?OrderType=2&Websitename=renew-1.example&Duration=1&Id=77")
        .await;
    assert_eq!(foreign.code(), 400);
    let crash = world
        .cr("RenewalOrder?OrderType=2&Websitename=renew-1.example&Duration=1&Id=5512&IsWhoisProtection=true")
        .await;
    assert_eq!(crash.status, 500);
    assert_eq!(world.charges().count, 0);
    assert_eq!(world.renew("spaced.example").await.code(), 200);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn domains_are_found_by_name_by_id_and_in_a_list_without_envelope() {
    let world = World::new().await;
    for name in ["b.example", "a.example", "c.test"] {
        world.register(name).await;
    }
    let by_name = world.view("a.example").await.data();
    let by_id = world
        .cr(&format!("ViewDomainById?id={}", by_name["domainNameId"]))
        .await;
    assert_eq!(by_id.data(), by_name);
    let absent = world.view("nobody.example").await;
    assert_eq!((absent.status, absent.code(), absent.data()), (200, 404, Value::Null));
    assert_eq!(world.cr("ViewDomainById?id=1").await.code(), 404);

    let list = world
        .cr("SearchDomainList?page=1&maxIndex=10&searchQuery=.example&orderby=WebsiteName&orderType=DESC")
        .await;
    let list = list.json();
    assert_eq!(list["totalCount"], 2);
    assert_eq!(list["records"][0]["domainName"], "b.example");
    assert_eq!(list["records"][1]["entryId"], by_name["domainNameId"]);
    assert!(list.get("responseMsg").is_none());
    let second = world.cr("SearchDomainList?page=2&maxIndex=2").await.json();
    assert_eq!(
        (
            second["totalCount"].clone(),
            second["records"].as_array().unwrap().len()
        ),
        (json!(3), 1)
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn money_and_prices_are_told_in_their_odd_ways() {
    let world = World::of(json!({ "connectreseller": { "balance_cents": 10_050 } })).await;
    let fund = world.cr("availablefund?resellerId=88").await;
    assert_eq!((fund.code(), fund.data()), (0, json!(100.5)));
    assert_eq!(world.cr("availablefund?resellerId=89").await.code(), 400);
    let available = world.cr("checkdomainavailable?websiteName=a.example").await.data();
    assert_eq!(available["available"], true);
    assert_eq!(available["domainType"], "Standard");
    assert_eq!(available["registrationFee"], 10.99);
    assert_eq!(
        world
            .cr("checkdomainavailable?websiteName=premium-a.example")
            .await
            .data()["domainType"],
        "Premium"
    );
    let price = world.cr("getdomainprice?websiteName=a.example").await.data();
    assert_eq!(
        (price["registrationFees"].clone(), price["transferFees"].clone()),
        (json!(10.99), json!(10.49))
    );
    assert_eq!(world.cr("getdomainprice?websiteName=a.invalid").await.code(), 400);
    assert_eq!(world.cr("checkdomainavailable?websiteName=a.invalid").await.code(), 400);
}

#[tokio::test]
async fn a_wrong_key_and_a_foreign_address_get_the_shape_without_envelope() {
    let closed = json!([{ "id": 9, "key": "CLOSED", "allowed": false }]);
    let world = World::of(json!({ "connectreseller": { "resellers": closed } })).await;
    for (key, text) in [
        ("WRONG", "Invalid API key"),
        ("CLOSED", "Request origin is not permitted"),
    ] {
        let url = world.url(&format!(
            "/ConnectReseller/ESHOP/{}&APIKey={key}",
            register_query("a.example")
        ));
        let got = World::send(world.client().get(url)).await.unwrap();
        assert_eq!(got.status, 200);
        assert_eq!(got.json()["statusCode"], 401);
        assert_eq!(got.json()["responseText"], text);
    }
    assert_eq!(world.charges().count, 0);
}
