//! Clients and contacts through the typed client, and the steps around a registration.

use std::collections::BTreeMap;

use domorder_api_client::connectreseller::client::{ClientChange, ClientParams, ContactParams, PasswordChange, Phone};
use domorder_api_client::connectreseller::{Applied, Failure};
use domorder_api_client::provider::{ContactIds, ContactProfile, RejectionClass, WantedContact, WantedContacts};
use domorder_tests_sim::Behaviour;
use secrecy::SecretString;

use crate::connectreseller_domains::{provider, refusal, view, visit, with_domain};
use crate::world::World;

const MARA: ContactParams<'static> = ContactParams {
    name: "Mara Quill",
    email: "mara.quill@example.net",
    company: "NA",
    address: "1 Mill Lane",
    city: "London",
    state: "other",
    country: "United Kingdom",
    zip: "0150",
    phone: Phone {
        country_code: "44",
        number: "22334455",
    },
    fax: None,
    other_phone: None,
};

fn mara() -> ContactProfile {
    ContactProfile {
        name: "Mara Quill".into(),
        email: "mara.quill+a@example.net".into(),
        address1: "1 Mill Lane".into(),
        address2: Some("Floor 2".into()),
        city: "London".into(),
        country: "GB".into(),
        zip: "0150".into(),
        phone_cc: "44".into(),
        phone: "22334455".into(),
        ..ContactProfile::default()
    }
}

#[tokio::test]
async fn a_client_from_its_first_day_to_its_last() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let via = &mut visit(&provider);
    let (first, second) = (SecretString::from("first-Pass-1"), SecretString::from("second-Pass-1"));
    let params = ClientParams {
        contact: MARA,
        password: &first,
        brand: None,
    };
    assert_eq!(client.view_client(None, MARA.email).await.unwrap(), None);
    let id = provider.ensure_client(via, &params).await.unwrap();
    assert_eq!(
        provider.ensure_client(via, &params).await.unwrap(),
        id,
        "looked for, not added again"
    );
    let twice = client.add_client(via, &params).await;
    assert!(
        matches!(twice, Err(Failure::Unknown(_))),
        "it may be our own: {twice:?}"
    );
    let seen = client.view_client(None, MARA.email).await.unwrap().unwrap();
    assert_eq!((seen.id.as_str(), seen.reseller.as_deref()), (id.as_str(), Some("88")));
    assert_eq!(
        client
            .client_search_list(None, 1, 10, Some("mara"))
            .await
            .unwrap()
            .total,
        Some(1)
    );

    let change = ClientChange {
        city: Some("Bergen"),
        ..ClientChange::default()
    };
    client.modify_client(via, &id, &change).await.unwrap();
    let seen = client.view_client(None, MARA.email).await.unwrap().unwrap();
    assert_eq!(
        (seen.city.as_deref(), seen.zip.as_deref()),
        (Some("Bergen"), Some("0150"))
    );
    assert_eq!(
        refusal(client.modify_client(via, "1", &change).await),
        RejectionClass::NotFound
    );

    let passwords = PasswordChange {
        user_name: MARA.email,
        old: &first,
        new: &second,
    };
    client.change_client_password(via, &passwords).await.unwrap();
    assert_eq!(
        refusal(client.change_client_password(via, &passwords).await),
        RejectionClass::Invalid
    );

    let kept = format!("{:?}", world.requests().requests);
    assert!(
        kept.contains("UserName=") && !kept.contains("-Pass-"),
        "passwords are never kept: {kept}"
    );

    client.delete_customer(&mut visit(&provider), &id).await.unwrap();
    let again = client.delete_customer(&mut visit(&provider), &id).await;
    assert_eq!(refusal(again), RejectionClass::NotFound);
    world.register("a.example").await;
    let owner = client.delete_customer(&mut visit(&provider), "5512").await;
    assert_eq!(refusal(owner), RejectionClass::NotAllowed);
    let foreign = ContactParams { country: "GB", ..MARA };
    let foreign = ClientParams {
        contact: foreign,
        ..params
    };
    assert_eq!(refusal(client.add_client(via, &foreign).await), RejectionClass::Invalid);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_contact_is_added_seen_changed_and_written_to() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let via = &mut visit(&provider);
    let id = client
        .add_registrant_contact(via, "5512", &MARA)
        .await
        .unwrap()
        .unwrap();
    let other = client
        .add_registrant_contact(via, "5512", &MARA)
        .await
        .unwrap()
        .unwrap();
    assert_ne!(id, other, "nothing refuses a second one");
    let list = client
        .registrant_search_list(None, "5512", 1, 1, Some("mara.quill@"))
        .await
        .unwrap();
    assert_eq!(
        (list.total, list.rows.len(), list.rows[0].id.as_str()),
        (Some(2), 1, id.as_str())
    );
    let changed = ContactParams { city: "Bergen", ..MARA };
    client.modify_registrant_contact(via, &id, &changed).await.unwrap();
    let seen = client.view_registrant(None, &id).await.unwrap().unwrap();
    assert_eq!(
        (seen.city.as_deref(), seen.client.as_deref()),
        (Some("Bergen"), Some("5512"))
    );
    client.resend_registrant_mail(via, &id).await.unwrap();
    client.send_kyc_mail(via, &id).await.unwrap();

    assert_eq!(client.view_registrant(None, "1").await.unwrap(), None);
    assert_eq!(client.default_registrant_contact(None, "1").await.unwrap(), None);
    assert_eq!(
        refusal(client.modify_registrant_contact(via, "1", &MARA).await),
        RejectionClass::NotFound
    );
    assert_eq!(
        refusal(client.resend_registrant_mail(via, "1").await),
        RejectionClass::NotFound
    );
    assert_eq!(refusal(client.send_kyc_mail(via, "1").await), RejectionClass::NotFound);
    assert_eq!(
        refusal(client.add_registrant_contact(via, "1", &MARA).await),
        RejectionClass::NotFound
    );
    let tagged = ContactParams {
        email: "mara+a@example.net",
        ..MARA
    };
    assert_eq!(
        refusal(client.add_registrant_contact(via, "5512", &tagged).await),
        RejectionClass::Invalid
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn contacts_are_made_once_and_put_on_the_domain_once() {
    let (world, provider, _) = with_domain().await;
    let wanted = WantedContacts {
        registrant: Some(WantedContact::Profile(Box::new(mara()))),
        tech: Some(WantedContact::Profile(Box::new(ContactProfile {
            name: "Otto Berg".into(),
            ..mara()
        }))),
        ..WantedContacts::default()
    };
    let nothing = BTreeMap::new();
    let via = &mut visit(&provider);
    let first = provider.prepare_contacts(via, "5512", &wanted, &nothing).await.unwrap();
    let second = provider.prepare_contacts(via, "5512", &wanted, &nothing).await.unwrap();
    assert_eq!(first, second, "found again without what was stored");
    assert_ne!(first.contacts.registrant, first.contacts.tech);
    assert_eq!(first.contacts.registrant, first.contacts.billing);
    assert_eq!(world.requests().calls("AddRegistrantContact"), 2);

    for expected in [Applied::Set, Applied::Already] {
        let applied = provider.apply_contacts(via, "a.example", "5512", &first.contacts).await;
        assert_eq!(applied, Ok(expected));
    }
    let shown = view(&provider).await.contacts;
    let shown = ContactIds {
        registrant: shown.registrant,
        admin: shown.admin,
        tech: shown.tech,
        billing: shown.billing,
    };
    assert_eq!(shown, first.contacts);
    assert_eq!(world.requests().calls("updatecontact"), 1);
    let foreign = provider.apply_contacts(via, "a.example", "77", &first.contacts).await;
    assert_eq!(refusal(foreign), RejectionClass::NotAllowed);
    assert_eq!(world.charges().count, 0);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn lost_answers_make_no_second_contact_and_no_second_client() {
    let (world, provider, _) = with_domain().await;
    let wanted = WantedContacts {
        registrant: Some(WantedContact::Profile(Box::new(mara()))),
        ..WantedContacts::default()
    };
    let password = SecretString::from("first-Pass-1");
    let params = ClientParams {
        contact: MARA,
        password: &password,
        brand: None,
    };
    for lost in [
        Behaviour::DoThenDrop,
        Behaviour::DoThen500,
        Behaviour::DoThenTruncated,
        Behaviour::Garbage,
    ] {
        world.once("AddRegistrantContact", lost.clone());
        world.once("updatecontact", lost.clone());
        world.once("AddClient", lost);
        let via = &mut visit(&provider);
        let made = provider
            .prepare_contacts(via, "5512", &wanted, &BTreeMap::new())
            .await
            .unwrap();
        let applied = provider.apply_contacts(via, "a.example", "5512", &made.contacts).await;
        assert!(matches!(applied, Ok(Applied::Set | Applied::Already)), "{applied:?}");
        provider.ensure_client(via, &params).await.unwrap();
    }
    assert_eq!(world.requests().calls("AddRegistrantContact"), 1);
    assert_eq!(world.requests().calls("AddClient"), 1);
    assert_eq!(world.requests().calls("updatecontact"), 1);
    world.assert_nothing_unexpected();
}
