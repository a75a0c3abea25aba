//! What must stand before an order: contacts and customers, looked up before they are added.

use domorder_api_client::logicboxes::client::WriteError;
use domorder_api_client::logicboxes::prepare::{self, PrepareError};
use domorder_api_client::logicboxes::tlds::{ContactData, Role};
use domorder_api_client::provider::RejectionClass;
use domorder_tests_sim::Behaviour;
use secrecy::SecretString;
use serde_json::json;

use crate::logicboxes_orders::provider;
use crate::world::World;

use crate::logicboxes_calls::{CANARY, person, signing_up, visit};

fn profile() -> ContactData {
    let person = person();
    ContactData {
        name: person.name,
        company: Some(person.company),
        email: person.email,
        address1: person.address1,
        city: person.city,
        country: person.country,
        zip: person.zip,
        phone_cc: person.phone_cc,
        phone: person.phone,
        ..ContactData::default()
    }
}

#[tokio::test]
async fn a_contact_is_added_once_and_found_afterwards() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let want = |domain: &'static str, role, contact: ContactData| async move {
        prepare::contact(client, &mut visit(client), "4400012", domain, role, &contact).await
    };
    world.once("contacts/add", Behaviour::DoThenDrop);
    let lost = want("lark.com", Role::Registrant, profile()).await;
    assert!(matches!(lost, Err(PrepareError::Lost(_))), "{lost:?}");
    let id = want("lark.com", Role::Registrant, profile()).await.unwrap().unwrap();
    assert_eq!(
        want("lark.com", Role::Tech, profile()).await.unwrap().as_ref(),
        Some(&id)
    );
    assert_eq!(
        world.requests().calls("contacts/add"),
        1,
        "found by reading, not added again"
    );

    // Any other field, or another TLD's type, is another contact; and some roles have none.
    let elsewhere = ContactData {
        city: "Lark Town".into(),
        ..profile()
    };
    assert_ne!(
        want("lark.com", Role::Registrant, elsewhere).await.unwrap().unwrap(),
        id
    );
    assert_ne!(want("lark.nl", Role::Registrant, profile()).await.unwrap().unwrap(), id);
    assert_eq!(want("lark.co.uk", Role::Admin, profile()).await.unwrap(), None);
    // "Lee Lark" is found by a search for parts: only the whole name counts.
    let longer = ContactData {
        name: "Lee Larkin".into(),
        ..profile()
    };
    let other = want("lark.com", Role::Registrant, longer).await.unwrap().unwrap();
    assert_ne!(other, id);
    assert_eq!(
        want("lark.com", Role::Registrant, profile()).await.unwrap().as_ref(),
        Some(&id)
    );

    world.once(
        "contacts/search",
        Behaviour::Answer {
            status: 502,
            body: json!("no"),
        },
    );
    let failed = want("lark.com", Role::Registrant, profile()).await;
    assert!(
        matches!(failed, Err(PrepareError::Lookup(_))),
        "a failed look-up adds nothing: {failed:?}"
    );
    let bad = ContactData {
        phone_cc: "+44".into(),
        name: "Bad".into(),
        ..profile()
    };
    let refused = want("lark.com", Role::Registrant, bad).await;
    assert!(
        matches!(
            &refused,
            Err(PrepareError::Write(WriteError::Refused {
                class: RejectionClass::Invalid,
                ..
            }))
        ),
        "{refused:?}"
    );
    assert_eq!(world.requests().calls("contacts/add"), 5);
}

#[tokio::test]
async fn a_customer_signs_up_once() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let password = SecretString::from(CANARY);
    let sign_up =
        || async { prepare::customer(client, &mut visit(client), &signing_up("lee@lark.example"), &password).await };
    world.once("customers/signup", Behaviour::DoThenDrop);
    let lost = sign_up().await;
    assert!(matches!(lost, Err(PrepareError::Lost(_))));
    assert!(!format!("{lost:?}").contains(CANARY));
    let id = sign_up().await.unwrap();
    assert_eq!(sign_up().await.unwrap(), id);
    assert_eq!(world.requests().calls("customers/signup"), 1);
}
