//! Every way a transfer can go.

use std::time::Duration;

use domorder_tests_sim::{Seed, SimOptions};
use serde_json::{Value, json};

use crate::world::World;

const FIVE_DAYS: Duration = Duration::from_secs(5 * 86_400);

#[tokio::test]
async fn a_good_transfer_completes_after_the_losing_registrar_was_silent() {
    let world = World::new().await;
    let placed = world.transfer("moving.example", "right-code").await;
    assert_eq!((placed.code(), placed.data()["statusCode"].clone()), (200, json!(200)));
    let sync = world.sync("moving.example").await.data();
    assert_eq!(
        (sync["status"].as_str(), sync["expiryDate"].clone()),
        (Some("pending"), Value::Null)
    );
    let domain = world.view("moving.example").await.data();
    assert_eq!(
        (domain["status"].as_str(), domain["customerId"].clone()),
        (Some("InActive"), json!(5512))
    );

    world.advance(FIVE_DAYS);

    let sync = world.sync("moving.example").await.data();
    assert_eq!(
        (sync["status"].as_str(), sync["reason"].clone()),
        (Some("completed"), Value::Null)
    );
    let domain = world.view("moving.example").await.data();
    assert_eq!(domain["status"], "Active");
    assert_eq!(domain["expirationDate"], sync["expiryDate"]);
    assert_eq!(world.charges().standing("TransferOrder", "moving.example"), 1);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn at_a_day_a_second_five_days_pass_by_themselves() {
    // Ten days a millisecond, so that nobody waits.
    let world = World::started(SimOptions {
        scale: 864_000_000.0,
        ..SimOptions::default()
    })
    .await;
    world.transfer("moving.example", "right-code").await;
    for _ in 0..1000 {
        if world.sync("moving.example").await.data()["status"] == "completed" {
            return;
        }
    }
    panic!("never completed");
}

#[tokio::test]
async fn a_stalled_transfer_is_paid_for_and_shows_its_reason_until_it_is_cancelled() {
    let rows = [
        ("a.example", "bad-code", "invalid AuthCode", "Invalid Auth Code"),
        ("badauth-a.example", "any", "invalid AuthCode", "Invalid Auth Code"),
        ("locked-a.example", "any", "lock", "clientTransferProhibited"),
        ("b.example", "sixty-code", "60 days", "60 days"),
    ];
    let world = World::new().await;
    for (name, code, message, reason) in rows {
        let placed = world.transfer(name, code).await;
        assert_eq!(
            (placed.code(), placed.data()["statusCode"].clone()),
            (200, json!(400)),
            "{name}"
        );
        assert!(placed.data()["message"].as_str().unwrap().contains(message), "{name}");
        world.advance(FIVE_DAYS);
        let sync = world.sync(name).await.data();
        assert_eq!(sync["status"], "pending", "{name}");
        assert!(sync["reason"].as_str().unwrap().contains(reason), "{name}");
        assert_eq!(
            world.transfer(name, "good-code").await.code(),
            400,
            "{name}: one transfer at a time"
        );

        let id = world.view(name).await.data()["domainNameId"].clone();
        let cancelled = world.cr(&format!("CancelTransfer?id={id}")).await;

        assert_eq!((cancelled.code(), cancelled.data()), (200, Value::Null), "{name}");
        assert_eq!(world.cr(&format!("CancelTransfer?id={id}")).await.code(), 404, "{name}");
        assert_eq!(world.sync(name).await.data()["status"], "cancelled", "{name}");
        assert_eq!(world.view(name).await.code(), 404, "{name}");
        assert_eq!(
            world.transfer(name, "good-code").await.data()["statusCode"],
            200,
            "{name}"
        );
        let charges = world.charges();
        assert_eq!(
            charges.standing("TransferOrder", name),
            1,
            "{name}: the first was given back"
        );
        assert_eq!(charges.double_charges, 0, "{name}");
    }
    assert_eq!(world.charges().refunds, 4);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_running_transfer_cannot_be_cancelled() {
    let world = World::new().await;
    world.transfer("a.example", "right").await;
    let id = world.view("a.example").await.data()["domainNameId"].clone();
    assert_eq!(world.cr(&format!("CancelTransfer?id={id}")).await.code(), 400);
    assert_eq!(world.charges().refunds, 0);
}

#[tokio::test]
async fn a_rejected_transfer_fails_later_and_is_refunded() {
    let world = World::new().await;
    assert_eq!(
        world.transfer("rejected-a.example", "right").await.data()["statusCode"],
        200
    );
    world.advance(FIVE_DAYS);
    assert_eq!(world.sync("rejected-a.example").await.data()["status"], "failed");
    assert_eq!(world.view("rejected-a.example").await.code(), 404);
    assert_eq!(world.charges().standing("TransferOrder", "rejected-a.example"), 0);
}

#[tokio::test]
async fn a_refused_transfer_leaves_nothing_behind() {
    let world = World::new().await;
    for name in ["refused-a.example", "renew-own.example", "a.invalid"] {
        let refused = world.transfer(name, "right").await;
        assert_eq!((refused.code(), refused.data()), (400, Value::Null), "{name}");
    }
    assert_eq!(world.sync("refused-a.example").await.code(), 404);
    assert_eq!(
        world.sync("renew-own.example").await.data()["status"],
        "failed",
        "registered, never transferred"
    );
    assert_eq!(world.charges().count, 0);
}

#[tokio::test]
async fn a_plan_sets_code_pace_and_expiry() {
    let world = World::of(json!({ "connectreseller": { "transfers": [
        { "name": "a.example", "auth_code": "s3cret", "after_secs": 60, "expires_at": "2027-01-01T00:00:00Z" },
        { "name": "b.example", "scenario": "instant" },
    ] } }))
    .await;
    assert_eq!(world.transfer("a.example", "other").await.data()["statusCode"], 400);
    let id = world.view("a.example").await.data()["domainNameId"].clone();
    world.cr(&format!("CancelTransfer?id={id}")).await;
    assert_eq!(world.transfer("a.example", "s3cret").await.data()["statusCode"], 200);
    world.advance(Duration::from_secs(60));
    assert_eq!(
        world.sync("a.example").await.data()["expiryDate"],
        1_830_297_600_000_i64,
        "one year more"
    );
    world.transfer("b.example", "any").await;
    assert_eq!(world.sync("b.example").await.data()["status"], "completed");
    assert!(
        !format!("{:?}", world.requests()).contains("s3cret"),
        "auth codes are never kept"
    );
}

#[tokio::test]
async fn a_name_never_heard_of_is_404_or_a_crash_as_set_and_the_inner_status_may_be_wrapped() {
    let world = World::new().await;
    assert_eq!(world.sync("a.example").await.code(), 404);
    let settings = json!({ "sync_unknown": "server_error", "nested_transfer_status": true });
    let seed: Seed = serde_json::from_value(json!({ "connectreseller": { "settings": settings } })).unwrap();
    world.seed(&seed);
    assert_eq!(world.sync("a.example").await.status, 500);
    assert_eq!(
        world.transfer("a.example", "bad").await.data()["responseMsg"]["statusCode"],
        400
    );
}
