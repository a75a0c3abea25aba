//! What must stand before an order: contacts and customers, looked up before they are added.

use std::collections::BTreeMap;

use domorder_api_client::logicboxes::client::WriteError;
use domorder_api_client::logicboxes::prepare::{self, PrepareError};
use domorder_api_client::logicboxes::tlds::Role;
use domorder_api_client::provider::{
    ContactProfile, Failure, Operation, Preparation, Provider as _, RejectionClass, WantedContact, WantedContacts,
};
use domorder_tests_sim::Behaviour;
use secrecy::SecretString;
use serde_json::json;

use crate::logicboxes_orders::provider;
use crate::world::World;

use crate::logicboxes_calls::{CANARY, person, signing_up, visit};

fn profile() -> ContactProfile {
    let person = person();
    ContactProfile {
        name: person.name,
        company: Some(person.company),
        email: person.email,
        address1: person.address1,
        city: person.city,
        country: person.country,
        zip: person.zip,
        phone_cc: person.phone_cc,
        phone: person.phone,
        ..ContactProfile::default()
    }
}

#[tokio::test]
async fn a_contact_is_added_once_and_found_afterwards() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let want = |domain: &'static str, role, contact: ContactProfile| async move {
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
    let elsewhere = ContactProfile {
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
    let longer = ContactProfile {
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
    let bad = ContactProfile {
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
async fn an_orders_contacts_are_made_by_type_and_once_each() {
    let world = World::new().await;
    let provider = provider(&world);
    let wanted = |domain: &str| Preparation {
        operation: Operation::Register,
        domain: domain.into(),
        customer: "4400012".into(),
        contacts: WantedContacts {
            registrant: Some(WantedContact::Profile(Box::new(profile()))),
            tech: Some(WantedContact::Id("991".into())),
            ..WantedContacts::default()
        },
    };
    let nothing = BTreeMap::new();
    let via = &mut visit(provider.client());
    let made = provider.prepare(via, &wanted("lark.com"), &nothing).await.unwrap();
    assert_eq!(made.contacts.admin, made.contacts.registrant);
    assert_eq!(made.contacts.tech.as_deref(), Some("991"));
    assert_eq!(world.requests().calls("contacts/add"), 1);
    let digests = provider.contact_digests(&wanted("lark.com"));
    assert_eq!(digests, made.by_digest.keys().cloned().collect::<Vec<_>>());
    assert_eq!(
        digests,
        provider.contact_digests(&wanted("wren.com")),
        "one type, one contact"
    );
    assert_ne!(digests, provider.contact_digests(&wanted("lark.nl")));

    // What is known needs no call at all; what is not remembered is found.
    let asked = world.requests().total;
    let known = provider
        .prepare(via, &wanted("wren.com"), &made.by_digest)
        .await
        .unwrap();
    assert_eq!((known.contacts, world.requests().total), (made.contacts.clone(), asked));
    let found = provider.prepare(via, &wanted("lark.com"), &nothing).await.unwrap();
    assert_eq!(found, made);
    // Where a role has another type, the registrant's data make another contact; where there is no such role, none.
    let uk = provider.prepare(via, &wanted("lark.co.uk"), &nothing).await.unwrap();
    assert_eq!((uk.contacts.admin, uk.contacts.billing), (None, None));
    assert_eq!(world.requests().calls("contacts/add"), 2);
}

#[tokio::test]
async fn an_orders_contacts_that_cannot_be_made_say_whether_to_come_back() {
    let world = World::new().await;
    let provider = provider(&world);
    let wanted = |profile: ContactProfile| Preparation {
        operation: Operation::Register,
        domain: "lark.com".into(),
        customer: "4400012".into(),
        contacts: WantedContacts {
            registrant: Some(WantedContact::Profile(Box::new(profile))),
            ..WantedContacts::default()
        },
    };
    let nothing = BTreeMap::new();
    let via = &mut visit(provider.client());
    let bad = ContactProfile {
        phone_cc: "+44".into(),
        ..profile()
    };
    let refused = provider.prepare(via, &wanted(bad), &nothing).await;
    assert!(
        matches!(&refused, Err(Failure::Rejected(r)) if r.class == RejectionClass::Invalid),
        "{refused:?}"
    );
    let unread = Behaviour::Answer {
        status: 502,
        body: json!("no"),
    };
    world.once("contacts/search", unread);
    let failed = provider.prepare(via, &wanted(profile()), &nothing).await;
    assert!(matches!(failed, Err(Failure::NotSent(_))), "{failed:?}");
    world.once("contacts/add", Behaviour::DoThenDrop);
    let lost = provider
        .prepare(&mut visit(provider.client()), &wanted(profile()), &nothing)
        .await;
    assert!(matches!(lost, Err(Failure::Unknown(_))), "{lost:?}");
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
