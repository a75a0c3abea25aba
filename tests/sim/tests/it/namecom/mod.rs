//! Name.com: all calls, and an order whose items each have a verdict of their own.

mod buying;
mod client;
mod domains;
mod orders;
mod strictness;
mod zones;

use domorder_tests_sim::Seed;
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
