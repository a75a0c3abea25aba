//! Every row of the catalogue as a call by name, against the simulator.

use domorder_api_client::endpoint::{Arguments, CallError};
use domorder_api_client::http::CallClass;
use domorder_api_client::logicboxes::LogicBoxes;
use domorder_api_client::logicboxes::endpoints::ENDPOINTS;
use domorder_api_client::provider::Provider as _;
use domorder_tests_sim::Behaviour;
use serde_json::Value;

use crate::logicboxes_orders::provider;
use crate::world::World;

use crate::logicboxes_calls::CANARY;

/// Values with which a row's call is well made; what it is about need not exist.
fn arguments(row: &'static domorder_api_client::endpoint::Endpoint) -> Arguments {
    use domorder_api_client::endpoint::Shape;
    let value = |name: &str, shape| match (name, shape) {
        ("options", _) => "All",
        ("status", Shape::List) => "Active",
        ("product-key", _) => "domus",
        ("invoice-option", _) => "NoInvoice",
        ("domain-name", _) => "lark.example",
        ("whois-type", _) => "Legal",
        ("publish", _) => "Y",
        ("no-of-records", _) => "10",
        ("privacy-enabled", _) => "na",
        ("reseller-id", _) => "700001",
        ("customer-id", _) => "4400012",
        ("auth-code" | "passwd" | "new-passwd", _) => CANARY,
        ("attr", _) => "purpose:P1",
        (_, Shape::Whole) => "1",
        (_, Shape::Flag) => "true",
        (_, Shape::Text | Shape::List | Shape::Map | Shape::Json) => "12345",
    };
    row.params
        .iter()
        .map(|param| (param.name, value(param.name, param.shape)))
        .collect()
}

#[tokio::test]
async fn every_row_is_a_call_that_the_provider_understands() {
    let world = World::new().await;
    let provider = provider(&world);
    for row in provider.endpoints() {
        let outcome = provider.call(row, &arguments(row)).await;
        let told = format!("{outcome:?}");
        assert!(
            !told.contains(CANARY) && !told.contains("LBDEMOKEY000"),
            "{}: {told}",
            row.name
        );
        match outcome {
            Ok(_) | Err(CallError::Refused { .. }) => {}
            // A guard hit is no refusal: it may be our own first call's doing.
            Err(CallError::Unknown(why)) => assert!(row.class != CallClass::Read, "{}: {why}", row.name),
            other => panic!("{}: {other:?}", row.name),
        }
        assert_eq!(world.unexpected(), vec![], "{}", row.name);
        assert_eq!(world.requests().calls(row.name), 1, "{}", row.name);
    }
}

fn row(name: &str) -> &'static domorder_api_client::endpoint::Endpoint {
    ENDPOINTS.iter().find(|row| row.name == name).unwrap()
}

async fn call(provider: &LogicBoxes, name: &str, pairs: &[(&str, &str)]) -> Result<Value, CallError> {
    provider.call(row(name), &pairs.iter().copied().collect()).await
}

#[tokio::test]
async fn a_call_by_name_shows_the_answer_without_its_secrets() {
    let world = World::new().await;
    let provider = provider(&world);
    let one = call(&provider, "domains/orderid", &[("domain-name", "renew-a.example")])
        .await
        .unwrap();
    let id = one.as_u64().unwrap().to_string();
    let details = call(&provider, "domains/details", &[("order-id", &id), ("options", "All")])
        .await
        .unwrap();
    assert_eq!(details["domsecret"], "***");
    assert_eq!(details["raaVerificationStatus"], "Pending", "keys keep their spelling");
    let telephone = call(&provider, "domains/tel/cth-details", &[("order-id", &id)])
        .await
        .unwrap();
    assert_eq!(telephone["password"], "***");
    let set = call(
        &provider,
        "domains/modify-auth-code",
        &[("order-id", &id), ("auth-code", CANARY)],
    )
    .await;
    assert_eq!(set.unwrap()["actiontype"], "ModDomainSecret");

    let absent = call(&provider, "domains/orderid", &[("domain-name", "nobody.example")]).await;
    assert!(
        matches!(absent, Err(CallError::Refused { answer: Some(_), .. })),
        "{absent:?}"
    );
    let renew = [
        ("order-id", id.as_str()),
        ("years", "1"),
        ("exp-date", "1"),
        ("auto-renew", "false"),
        ("invoice-option", "NoInvoice"),
    ];
    let guarded = call(&provider, "domains/renew", &renew).await;
    assert!(matches!(guarded, Err(CallError::Unknown(_))), "{guarded:?}");
    world.once("domains/modify-ns", Behaviour::DoThenDrop);
    let lost = call(
        &provider,
        "domains/modify-ns",
        &[("order-id", &id), ("ns", "a.example"), ("ns", "b.example")],
    )
    .await;
    assert!(matches!(lost, Err(CallError::Unknown(_))), "{lost:?}");
    let faulty = call(&provider, "domains/renew", &[("yers", "1")]).await;
    assert!(matches!(faulty, Err(CallError::Arguments(faults)) if faults.len() == 6));
    world.refuse_connections();
    let unreachable = call(
        &provider,
        "domains/modify-ns",
        &[("order-id", &id), ("ns", "a.example")],
    )
    .await;
    assert!(matches!(unreachable, Err(CallError::NotSent(_))), "{unreachable:?}");
}
