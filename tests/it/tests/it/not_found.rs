//! "Not found" by a provider that finds nothing at all: no answer, and never the end of an order.

use domorder_tests_sim::{Behaviour, Provider, Rule};
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::*;

/// From now on the provider knows of nothing, whatever it is asked.
fn forget_everything(world: &World, provider: Provider, status: u16, body: Value) {
    let forgetful = Rule::new(Behaviour::Answer { status, body });
    world.providers().add_fault(forgetful.provider(provider));
}

fn asked(world: &World) -> u64 {
    world.providers().faults()[0].fired
}

#[rstest]
#[case::connectreseller(
    renew("renew-example-shop.com"),
    Provider::ConnectReseller,
    200,
    json!({"responseMsg": {"statusCode": 404, "message": "Domain not found"}})
)]
#[case::logicboxes(
    email_add("mail-example-shop.com"),
    Provider::LogicBoxes,
    500,
    json!({"status": "ERROR", "message": "Website doesn't exist for mail-example-shop.com"})
)]
#[tokio::test]
async fn what_a_provider_does_not_find_that_finds_nothing_is_looked_for_again(
    #[case] document: Value,
    #[case] provider: Provider,
    #[case] status: u16,
    #[case] body: Value,
) {
    let world = World::new().await;
    forget_everything(&world, provider, status, body);
    let key = world.order(document).await;
    let view = world.until(&key, "queued/look_failed").await;
    assert_eq!((&view["charged"], &view["attempts"]), (&json!("no"), &json!(0)));
    let told = text(&view, "provider_message");
    assert!(told.contains("the control read failed"), "{view:#}");
    let so_far = asked(&world);
    world
        .wait_until("it is looked for again and again", || async {
            asked(&world) >= so_far + 6
        })
        .await;
    world.providers().clear_faults();
    world.until(&key, "succeeded").await;
}
