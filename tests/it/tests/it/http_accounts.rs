//! Accounts over HTTP.

use serde_json::{Value, json};

use crate::world::*;

#[tokio::test]
async fn an_account_is_paused_with_a_reason_and_goes_on() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    let http = world.http();
    let account = async |name: &str| {
        let all = http.by("reader").get("/v1/accounts").await.is(200);
        let accounts = all["accounts"].as_array().unwrap().clone();
        accounts.into_iter().find(|account| account["account"] == name).unwrap()
    };
    assert_eq!(
        account("cr-main").await,
        json!({"account": "cr-main", "provider": "connectreseller", "due": 0, "later": 0, "in_hand": 0, "paused": null})
    );
    http.by("shop")
        .post("/v1/accounts/cr-main/pause", &json!({}))
        .await
        .is(403);
    let boss = http.by("boss");
    let paused = boss
        .post("/v1/accounts/cr-main/pause", &json!({"reason": "their maintenance"}))
        .await
        .is(200);
    assert_eq!(paused["paused"], "their maintenance (by boss)");
    let key = world.order(renew("renew-example-shop.com")).await;
    world
        .wait_until("it waits", || async { account("cr-main").await["due"] == 1 })
        .await;
    assert_eq!(account("lb-main").await["paused"], Value::Null);
    let view = world.view(&key).await.unwrap();
    assert_eq!(view["attempts"], 0);

    let again = boss
        .send(boss.request("POST", "/v1/accounts/cr-main/pause"))
        .await
        .is(200);
    assert_eq!(again["paused"], "by hand (by boss)");
    let resumed = boss
        .send(boss.request("POST", "/v1/accounts/cr-main/resume"))
        .await
        .is(200);
    assert_eq!(resumed["paused"], Value::Null);
    world.until(&key, "succeeded").await;
    boss.post("/v1/accounts/cr-main/resume", &json!({})).await.is(200);
}

#[tokio::test]
async fn what_is_wrong_about_an_account_is_told() {
    let world = World::new().await;
    let http = world.http();
    http.post("/v1/accounts/nobody/pause", &json!({})).await.is(404);
    http.post("/v1/accounts/nobody/resume", &json!({})).await.is(404);
    for (path, body, places) in [
        ("pause", json!({"reason": ""}), vec!["/reason"]),
        ("pause", json!({"reason": 7}), vec!["/reason"]),
        ("pause", json!({"reason": "x".repeat(201)}), vec!["/reason"]),
        ("pause", json!({"why": "rain"}), vec!["/why"]),
        ("resume", json!({"reason": "sun"}), vec!["/reason"]),
        ("resume", json!([]), vec![""]),
    ] {
        let answer = http.post(&format!("/v1/accounts/cr-main/{path}"), &body).await;
        answer.is(422);
        assert_eq!(answer.places(), places, "{path} {body}");
    }
    let broken = http
        .request("POST", "/v1/accounts/cr-main/pause")
        .header("content-type", "application/json");
    http.send(broken.body("{")).await.is(400);
    let large = http
        .request("POST", "/v1/accounts/cr-main/pause")
        .header("content-type", "application/json");
    http.send(large.body(" ".repeat(5000))).await.is(413);
    assert!(
        http.get("/v1/accounts").await.is(200)["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|a| a["paused"].is_null())
    );
}
