//! Signals over HTTP.

use std::time::Duration;

use domorder_tests_sim::{Behaviour, Rule};
use serde_json::json;

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_stalled_transfer_goes_on_with_a_new_auth_code_and_the_timeline_says_whose() {
    let domain = "move-example-shop.com";
    let world = World::with()
        .scale(1.0)
        .seed(json!({"connectreseller": {"transfers": [{"name": domain, "auth_code": "right-Code-7Fq2"}]}}))
        .setting("http.tokens", TOKENS)
        .start()
        .await;
    world.keep_secret("right-Code-7Fq2");
    world.keep_secret("wrong-Code-0000");
    let shop = world.http().by("shop");
    let view = shop
        .post("/v1/orders", &transfer(domain, "wrong-Code-0000"))
        .await
        .is(202);
    let (key, order) = (
        text(&view, "idempotency_key"),
        format!("/v1/orders/{}", text(&view, "id")),
    );
    world.until(key, "action_required/auth_code_invalid").await;
    assert_eq!(
        shop.get("/v1/orders?needs=auth_code").await.is(200)["orders"][0]["id"],
        view["id"]
    );

    let unfit = shop.post(&format!("{order}/resend-approval"), &json!({})).await;
    let problem = unfit.is(409);
    assert!(!text(&problem, "detail").is_empty(), "{problem:#}");
    let taken = shop
        .post(&format!("{order}/auth-code"), &json!({"auth_code": "right-Code-7Fq2"}))
        .await;
    assert_eq!(taken.is(202)["id"], view["id"]);
    world.until(key, "blocked/awaiting_losing_registrar").await;
    world.providers().advance(6 * DAY);
    world.until(key, "succeeded").await;

    let timeline = shop.get(&format!("{order}/timeline")).await.is(200);
    let entries = timeline["timeline"].as_array().unwrap();
    let told: Vec<&str> = entries
        .iter()
        .map(|e| text(e, "signal"))
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(told, ["auth-code by shop"]);
    for signal in ["cancel", "retry", "check-now"] {
        let problem = shop
            .send(shop.request("POST", &format!("{order}/{signal}")))
            .await
            .is(409);
        assert!(text(&problem, "detail").contains("the order is through"), "{problem:#}");
    }
}

#[tokio::test]
async fn bodies_of_signals_are_read_strictly() {
    let world = World::with().scale(1.0).start().await;
    let http = world.http();
    let key = world.order(transfer("locked-example-shop.com", "some-Code-4444")).await;
    world.until(&key, "action_required/domain_locked").await;
    let order = format!("/v1/orders/{}", world.id_of(&key).await.unwrap());
    for (signal, body, places) in [
        ("auth-code", json!({}), vec!["/auth_code"]),
        ("auth-code", json!({"auth_code": 7}), vec!["/auth_code"]),
        ("cancel", json!({"auth_code": "some-Code-5555"}), vec!["/auth_code"]),
        (
            "cancel",
            json!({"because": "of rain", "signal": "retry"}),
            vec!["/because", "/signal"],
        ),
        (
            "resolve",
            json!({"outcome": "perhaps", "note": ""}),
            vec!["/note", "/outcome"],
        ),
        ("retry", json!([]), vec![""]),
    ] {
        let answer = http.post(&format!("{order}/{signal}"), &body).await;
        answer.is(422);
        assert_eq!(answer.places(), places, "{signal} {body}");
        assert!(!answer.text.contains("Code-5555"));
    }
    let plain = http
        .request("POST", &format!("{order}/cancel"))
        .header("content-type", "text/plain")
        .body("{}");
    http.send(plain).await.is(415);
    let broken = http
        .request("POST", &format!("{order}/cancel"))
        .header("content-type", "application/json")
        .body("{");
    http.send(broken).await.is(400);
    http.post("/v1/orders/0-01K9ZJ4R7QWX5T3V8M2N6P1D0E/cancel", &json!({}))
        .await
        .is(404);
    http.post("/v1/orders/wibble/cancel", &json!({})).await.is(404);
    http.post(&format!("{order}/explode"), &json!({})).await.is(404);

    // Repeated signals are harmless, and no body is an empty one.
    for _ in 0..3 {
        let status = http.send(http.request("POST", &format!("{order}/cancel"))).await.status;
        assert!(matches!(status, 202 | 409), "{status}");
    }
    world.until(&key, "cancelled").await;
}

#[tokio::test]
async fn only_an_admin_resolves() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    let http = world.http();
    let view = http
        .by("shop")
        .post("/v1/orders", &renew("renew-example-shop.com"))
        .await
        .is(202);
    let resolve = format!("/v1/orders/{}/resolve", text(&view, "id"));
    let body = json!({"outcome": "done", "note": "seen in the panel"});
    let refused = http.by("shop").post(&resolve, &body).await;
    assert!(text(&refused.is(403), "detail").contains("`admin`"));
    world.until(text(&view, "idempotency_key"), "succeeded").await;
    http.by("boss").post(&resolve, &body).await.is(409);
}

#[tokio::test]
async fn who_decides_over_http_says_why_and_both_stay_with_the_order() {
    let world = World::with().setting("http.tokens", TOKENS).start().await;
    let lost = Rule::new(Behaviour::ResetBefore).operation("RenewalOrder").once();
    world.providers().add_fault(lost);
    let boss = world.http().by("boss");
    let key = world.order(renew("renew-example-shop.com")).await;
    let view = world.until(&key, "action_required/absence_inconclusive").await;
    let order = format!("/v1/orders/{}", text(&view, "id"));
    let entries = |timeline: &serde_json::Value| timeline["timeline"].as_array().unwrap().clone();
    let timeline = boss.get(&format!("{order}/timeline")).await.is(200);
    let known = entries(&timeline).last().unwrap()["known"].clone();
    assert_eq!(
        (&known["attempts"], &known["absences"]),
        (&json!(1), &json!(3)),
        "{known:#}"
    );

    let silent = boss
        .post(&format!("{order}/resolve"), &json!({"outcome": "not-done"}))
        .await;
    silent.is(422);
    assert_eq!(silent.places(), ["/note"]);
    let found = json!({"outcome": "not-done", "note": "not in the panel"});
    boss.post(&format!("{order}/resolve"), &found).await.is(202);
    world.until(&key, "succeeded").await;
    let timeline = boss.get(&format!("{order}/timeline")).await.is(200);
    let said: Vec<String> = entries(&timeline)
        .iter()
        .map(|entry| text(entry, "signal").to_owned())
        .filter(|said| !said.is_empty())
        .collect();
    assert_eq!(said, ["resolve not-done by boss: not in the panel"]);
}
