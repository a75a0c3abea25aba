//! Transfers as the adapter performs them: placed, followed, mended, cancelled, over real HTTP.

use domorder_api_client::provider::{
    Amendment, Ending, Impediment, Outcome, Purchase, RejectionClass, Sighting, Stage, Transfer,
};
use domorder_tests_sim::Behaviour;
use secrecy::SecretString;
use serde_json::json;

use crate::world::World;

use crate::logicboxes_orders::*;

#[tokio::test]
async fn a_good_transfer_waits_for_the_losing_registrar_and_is_done() {
    let world = World::new().await;
    let mut order = Order::new(&world, transfer("lark-mill.example", "good-code"));
    order.absent().await;
    assert_eq!(order.accepted().await.stage, Some(Stage::LosingRegistrar));
    assert_eq!(order.stage().await, Stage::LosingRegistrar);
    world.advance(4 * DAY);
    assert_eq!(order.stage().await, Stage::LosingRegistrar, "slow, and normal");
    world.advance(DAY);
    assert!(order.present().await.expiry.is_some());
    assert_eq!(world.charges().standing("domains/transfer", "lark-mill.example"), 1);
    assert!(
        matches!(order.cancel().await, Outcome::Rejected(r) if r.class == RejectionClass::NotFound),
        "nothing runs any more"
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_wrong_auth_code_is_mended_in_place() {
    let world = World::of(json!({ "logicboxes": { "transfers": [
        { "name": "lark-mill.example", "auth_code": "Right!Code9" }
    ] } }))
    .await;
    let mut order = Order::new(&world, transfer("lark-mill.example", "Wrong!Code9"));
    assert_eq!(order.accepted().await.stage, Some(Stage::AuthCode));
    assert_eq!(order.stage().await, Stage::AuthCode);
    let hand_in = |code: &str| order.amend(Amendment::AuthCode(SecretString::from(code)));
    assert!(matches!(hand_in("Still!Wrong9").await, Outcome::Accepted(_)));
    assert_eq!(order.stage().await, Stage::AuthCode, "only the look tells");
    assert!(matches!(hand_in("Right!Code9").await, Outcome::Accepted(_)));
    assert_eq!(order.stage().await, Stage::LosingRegistrar);
    // Too late for another one: nothing to do, and nothing lost.
    assert!(!matches!(hand_in("Right!Code9").await, Outcome::NotSent(_)));
    world.advance(5 * DAY);
    order.present().await;
    assert_eq!(world.charges().count, 1, "the amendment costs nothing");
}

#[tokio::test]
async fn each_stall_is_told_by_its_phrase() {
    let world = World::new().await;
    for (name, stage) in [
        ("locked-a.example", Stage::Locked),
        ("badauth-a.example", Stage::AuthCode),
        ("whois-a.example", Stage::Contact),
        ("approval-a.example", Stage::Approval),
        ("starting-a.example", Stage::Working),
    ] {
        let mut order = Order::new(&world, transfer(name, "Some!Code9"));
        assert_eq!(order.accepted().await.stage, Some(stage), "{name}");
        assert_eq!(order.stage().await, stage, "{name}");
        let mail = order.amend(Amendment::ResendApproval).await;
        assert!(matches!(mail, Outcome::Accepted(_)), "{name}: {mail:?}");
    }
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_transfer_that_ends_without_effect_is_found_by_the_search_and_explained_by_the_log() {
    let world = World::new().await;
    for (name, after, ending) in [
        ("locked-a.example", 7, Ending::Failed),
        ("rejected-a.example", 5, Ending::Refused),
    ] {
        let mut order = Order::new(&world, transfer(name, "Some!Code9"));
        order.accepted().await;
        world.advance(after * DAY);
        let seen = order.look().await;
        assert!(
            matches!(&seen, Sighting::Ended(how, _) if *how == ending),
            "{name}: {seen:?}"
        );
        assert_eq!(world.charges().standing("domains/transfer", name), 0, "refunded");
        // An order that never sent anything is not told of another's failure.
        assert!(matches!(
            Order::new(&world, transfer(name, "x")).look().await,
            Sighting::Absent(_)
        ));
    }
}

#[tokio::test]
async fn a_running_transfer_can_be_cancelled() {
    let world = World::new().await;
    let mut order = Order::new(&world, transfer("badauth-a.example", "Some!Code9"));
    order.accepted().await;
    world.once("domains/cancel-transfer", Behaviour::DoThenDrop);
    assert!(matches!(order.cancel().await, Outcome::Unknown(_)));
    let seen = order.look().await;
    assert!(matches!(seen, Sighting::Ended(Ending::Cancelled, _)), "{seen:?}");
    assert_eq!(world.charges().standing("domains/transfer", "badauth-a.example"), 0);
}

#[tokio::test]
async fn what_cannot_be_transferred_costs_nothing() {
    let world = World::new().await;
    let look = |name| {
        let order = Order::new(&world, transfer(name, "Some!Code9"));
        async move { order.look().await }
    };
    assert!(matches!(
        look("free-a.example").await,
        Sighting::Impossible(Impediment::NotRegistered, _)
    ));
    assert!(matches!(look("never-a.example").await, Sighting::Differs(..)));
    for (name, class) in [
        ("free-a.example", RejectionClass::NotFound),
        ("refused-a.example", RejectionClass::Locked),
        ("sixty-a.example", RejectionClass::TooYoung),
    ] {
        let outcome = Order::new(&world, transfer(name, "Some!Code9")).submit().await;
        assert!(
            matches!(&outcome, Outcome::Rejected(r) if r.class == class),
            "{name}: {outcome:?}"
        );
    }
    let Purchase::Transfer(plain) = transfer("lark.example", "x") else {
        unreachable!()
    };
    let codeless = Purchase::Transfer(Transfer {
        auth_code: None,
        ..plain.clone()
    });
    let outcome = Order::new(&world, codeless).submit().await;
    assert!(matches!(outcome, Outcome::Rejected(r) if r.class == RejectionClass::AuthCode));
    // .uk is pushed by its tag.
    let pushed = Purchase::Transfer(Transfer {
        auth_code: None,
        domain: "lark.co.uk".into(),
        ..plain
    });
    assert!(matches!(
        Order::new(&world, pushed).submit().await,
        Outcome::Accepted(_)
    ));
    assert_eq!(world.charges().count, 1);
}

#[tokio::test]
async fn a_lost_answer_to_a_transfer_is_found_by_reading() {
    let world = World::new().await;
    world.once("domains/transfer", Behaviour::DoThenReset);
    let mut order = Order::new(&world, transfer("lark-mill.example", "good-code"));
    assert!(matches!(order.submit().await, Outcome::Unknown(_)));
    assert_eq!(order.stage().await, Stage::LosingRegistrar);
    world.once("domains/transfer", Behaviour::FailBefore);
    let mut order = Order::new(&world, transfer("other.example", "good-code"));
    assert!(matches!(order.submit().await, Outcome::Unknown(_)));
    order.absent().await;
    assert_eq!(world.charges().count, 1);
}
