//! The world's own laws: broken on purpose, each is found. A check that finds nothing proves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domorder_tests_sim::CONNECTRESELLER_KEY;

use crate::world::*;

/// What the end of a world complains of.
fn complaint(mut world: World) -> String {
    world.keep_out_of_the_report();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(world))).expect_err("the world finds fault");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

/// Renews once, by order.
async fn renewed() -> (World, String) {
    let world = World::new().await;
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    (world, key)
}

#[tokio::test]
async fn an_unfinished_order_is_found() {
    let world = World::with().scale(1.0).start().await;
    let key = world.order(transfer("move-example-shop.com", "right-Code-7Fq2")).await;
    world.until(&key, "blocked").await;
    assert!(complaint(world).contains("is unfinished"));
}

#[tokio::test]
async fn a_second_charge_and_a_second_request_are_found() {
    let (world, _) = renewed().await;
    let base = world.sim.base_url_connectreseller();
    let query = "OrderType=2&Websitename=renew-example-shop.com&Duration=1&Id=5512";
    let url = format!("{base}/RenewalOrder?{query}&APIKey={CONNECTRESELLER_KEY}");
    reqwest::get(url).await.unwrap();
    let complaint = complaint(world);
    assert!(
        complaint.contains("2 charges stand, the orders account for 1 to 1"),
        "{complaint}"
    );
    assert!(complaint.contains("2 requests for 1 attempts"), "{complaint}");
}

#[tokio::test]
async fn a_charge_without_an_order_is_found() {
    let (world, key) = renewed().await;
    let id = world.id_of(&key).await.unwrap();
    let () = world.redis(&["DEL", &format!("{{it:0}}:order:{id}")]).await;
    assert!(complaint(world).contains("1 charges stand, the orders account for 0 to 0"));
}

#[tokio::test]
async fn a_secret_in_a_key_is_found_and_a_key_that_expires_or_is_foreign() {
    let (world, _) = renewed().await;
    world.keep_secret("CanarySecret-9");
    let text = "a longer text that a server would compress, with a CanarySecret-9 in the midst of it".repeat(3);
    let () = world.redis(&["XADD", "it:canary", "*", "note", &text]).await;
    let () = world.redis(&["SET", "elsewhere", "x", "EX", "100"]).await;
    let complaint = complaint(world);
    for found in [
        "it:canary holds the secret",
        "elsewhere expires",
        "elsewhere is outside",
    ] {
        assert!(complaint.contains(found), "{complaint}");
    }
}

#[tokio::test]
async fn a_request_that_no_client_should_send_is_found() {
    let (world, _) = renewed().await;
    let base = world.sim.base_url_connectreseller();
    reqwest::get(format!("{base}/Wibble?APIKey={CONNECTRESELLER_KEY}"))
        .await
        .unwrap();
    assert!(complaint(world).contains("did not expect"));
}

#[tokio::test]
async fn a_missing_an_invented_and_a_doubled_event_are_found() {
    let (world, key) = renewed().await;
    let entries: redis::streams::StreamRangeReply = world.redis(&["XRANGE", "{it:0}:events", "-", "+"]).await;
    let () = world.redis(&["XDEL", "{it:0}:events", &entries.ids[1].id]).await;
    let last = world.events(&key).await.pop().unwrap().to_string();
    let () = world.redis(&["XADD", "{it:0}:events", "*", "event", &last]).await;
    let complaint = complaint(world);
    for found in [
        "not every paid attempt has its own",
        "one tells of no change",
        "two have one id",
    ] {
        assert!(complaint.contains(found), "no {found} in {complaint}");
    }
}
