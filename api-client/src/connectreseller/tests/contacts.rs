//! Clients and contacts around a registration.

use std::collections::BTreeMap;

use super::super::client::{ClientParams, ContactParams};
use super::people::{PASSWORD, PERSON};
use super::*;
use crate::provider::{ContactProfile, Prepared, WantedContact, WantedContacts};

fn mara() -> ContactProfile {
    ContactProfile {
        name: "Mara Quill".into(),
        email: "mara.quill+domains@example.net".into(),
        address1: " 1 Mill Lane ".into(),
        address2: Some("Floor 2".into()),
        city: "Oslo".into(),
        country: "no".into(),
        zip: "0150".into(),
        phone_cc: "+47".into(),
        phone: "22334455".into(),
        ..ContactProfile::default()
    }
}

fn wanted(registrant: WantedContact) -> WantedContacts {
    WantedContacts {
        registrant: Some(registrant),
        ..WantedContacts::default()
    }
}

fn profile() -> WantedContacts {
    wanted(WantedContact::Profile(Box::new(mara())))
}

const LIST: &str = "registrantsearchlist?clientId=5512&page=1&maxIndex=100&searchQuery=mara.quill%40example.net";

async fn prepared(
    world: &World,
    contacts: &WantedContacts,
    known: &BTreeMap<String, String>,
) -> Result<Prepared, Failure> {
    let prepared = world
        .provider
        .prepare_contacts(&mut world.visit(), "5512", contacts, known)
        .await;
    world.check(&prepared);
    prepared
}

fn ids(id: &str) -> ContactIds {
    ContactIds {
        registrant: Some(id.into()),
        admin: Some(id.into()),
        tech: Some(id.into()),
        billing: Some(id.into()),
    }
}

#[tokio::test]
async fn a_contact_that_is_not_in_the_list_is_added_by_the_providers_rules() {
    let world = World::new([reply("registrantsearchlist.empty"), reply("addregistrantcontact.done")]).await;
    let made = prepared(&world, &profile(), &BTreeMap::new()).await.unwrap();
    assert_eq!(made.contacts, ids("30298"));
    assert_eq!(
        world.asked(),
        [
            LIST,
            "AddRegistrantContact?Name=Mara+Quill&EmailAddress=mara.quill%40example.net\
             &EmailAdress=mara.quill%40example.net&CompanyName=NA&Address=1+Mill+Lane%2C+Floor+2&City=Oslo&StateName=other\
             &CountryName=Norway&Zip=0150&PhoneNo_cc=47&PhoneNo=22334455&Id=5512"
        ]
    );
}

#[tokio::test]
async fn a_contact_that_is_there_is_taken_and_of_several_the_first() {
    for (list, views, id) in [
        ("registrantsearchlist.one", vec!["viewregistrant.done"], "30298"),
        ("registrantsearchlist.one", vec!["viewregistrant.documented"], "30298"),
        (
            "registrantsearchlist.several",
            vec!["viewregistrant.other-street", "viewregistrant.done"],
            "30298",
        ),
        (
            "registrantsearchlist.several",
            vec![
                "viewregistrant.other-phone",
                "viewregistrant.absent",
                "viewregistrant.done",
            ],
            "30299",
        ),
    ] {
        let answers = [list].into_iter().chain(views).map(reply);
        let world = World::new(answers).await;
        let found = prepared(&world, &profile(), &BTreeMap::new()).await.unwrap();
        assert_eq!(found.contacts.registrant.as_deref(), Some(id));
        assert!(world.asked().iter().all(|asked| !asked.starts_with("Add")));
    }
}

#[tokio::test]
async fn one_profile_is_one_contact_and_a_known_digest_asks_nothing() {
    let mut contacts = profile();
    contacts.admin.clone_from(&contacts.registrant);
    contacts.tech = Some(WantedContact::Id("77".into()));
    let world = World::new([reply("registrantsearchlist.empty"), reply("addregistrantcontact.done")]).await;
    let first = prepared(&world, &contacts, &BTreeMap::new()).await.unwrap();
    let expected = ContactIds {
        tech: Some("77".into()),
        ..ids("30298")
    };
    assert_eq!((&first.contacts, first.by_digest.len()), (&expected, 1));

    let world = World::new([]).await;
    let again = prepared(&world, &contacts, &first.by_digest).await.unwrap();
    assert_eq!(again, first);
    assert!(world.asked().is_empty());

    let nobody = prepared(&world, &WantedContacts::default(), &BTreeMap::new())
        .await
        .unwrap();
    assert_eq!(nobody.contacts, ContactIds::default());
    let stored = format!("{:?} {:?}", first.by_digest, contacts);
    assert!(!stored.contains("Mara") && !stored.contains("example.net"), "{stored}");
}

#[tokio::test]
async fn an_addition_in_doubt_is_looked_up_and_never_repeated() {
    let empty = || reply("registrantsearchlist.empty");
    for lost in [
        raw(500, ""),
        raw(502, "<html></html>"),
        reply("addregistrantcontact.unlisted"),
    ] {
        let found = [reply("registrantsearchlist.one"), reply("viewregistrant.done")];
        let world = World::new([empty(), lost.clone()].into_iter().chain(found)).await;
        let made = prepared(&world, &profile(), &BTreeMap::new()).await.unwrap();
        assert_eq!(made.contacts.registrant.as_deref(), Some("30298"));

        for second_look in [empty(), raw(500, "")] {
            let world = World::new([empty(), lost.clone(), second_look]).await;
            let failure = prepared(&world, &profile(), &BTreeMap::new()).await.unwrap_err();
            assert!(matches!(failure, Failure::Unknown(_)), "{failure:?}");
        }
    }
    let without_id = reply("addregistrantcontact.done-without-id");
    let world = World::new([
        empty(),
        without_id,
        reply("registrantsearchlist.one"),
        reply("viewregistrant.done"),
    ])
    .await;
    let made = prepared(&world, &profile(), &BTreeMap::new()).await.unwrap();
    assert_eq!(made.contacts.registrant.as_deref(), Some("30298"));
}

#[tokio::test]
async fn a_failed_look_adds_nothing() {
    for (answer, expected) in [
        (raw(500, ""), None),
        (reply("registrantsearchlist.failure"), None),
        (reply("any.unauthorized"), Some(RejectionClass::Credentials)),
        (raw(429, ""), Some(RejectionClass::Throttled)),
    ] {
        let world = World::new([answer]).await;
        match (prepared(&world, &profile(), &BTreeMap::new()).await, expected) {
            (Err(Failure::NotSent(_)), None) => {}
            (Err(Failure::Rejected(rejection)), Some(class)) => assert_eq!(rejection.class, class),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.asked(), [LIST]);
    }
    let world = World::new([
        reply("registrantsearchlist.empty"),
        reply("addregistrantcontact.refused"),
    ])
    .await;
    let refused = prepared(&world, &profile(), &BTreeMap::new()).await.unwrap_err();
    assert!(matches!(refused, Failure::Rejected(_)), "{refused:?}");
    let nowhere = ContactProfile {
        country: "XX".into(),
        ..mara()
    };
    let world = World::new([]).await;
    let refused = prepared(
        &world,
        &wanted(WantedContact::Profile(Box::new(nowhere))),
        &BTreeMap::new(),
    )
    .await;
    assert!(matches!(refused, Err(Failure::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn countries_have_the_names_that_billing_systems_write() {
    for (code, name) in [
        ("GB", "United+Kingdom"),
        ("US", "United+States"),
        ("NL", "Netherlands"),
        ("de", "Germany"),
        ("KR", "South+Korea"),
        ("AE", "United+Arab+Emirates"),
    ] {
        let someone = ContactProfile {
            country: code.into(),
            company: Some("Quill & Co".into()),
            state: Some("Here".into()),
            fax_cc: Some("47".into()),
            fax: Some("1".into()),
            ..mara()
        };
        let world = World::new([reply("registrantsearchlist.none"), reply("addregistrantcontact.done")]).await;
        prepared(
            &world,
            &wanted(WantedContact::Profile(Box::new(someone))),
            &BTreeMap::new(),
        )
        .await
        .unwrap();
        let asked = &world.asked()[1];
        for part in [
            &format!("CountryName={name}&"),
            "CompanyName=Quill+%26+Co&",
            "StateName=Here&",
            "Faxno_cc=47&FaxNo=1&",
        ] {
            assert!(asked.contains(part), "{asked}");
        }
    }
}

fn four(registrant: &str, others: [Option<&str>; 3]) -> ContactIds {
    let [admin, tech, billing] = others.map(|id| id.map(Into::into));
    ContactIds {
        registrant: Some(registrant.into()),
        admin,
        tech,
        billing,
    }
}

async fn applied(world: &World, contacts: &ContactIds) -> Result<Applied, Failure> {
    let applied = world
        .provider
        .apply_contacts(&mut world.visit(), DOMAIN, "5512", contacts)
        .await;
    world.check(&applied);
    applied
}

#[tokio::test]
async fn contacts_are_set_once_and_seen_afterwards() {
    // 30211, 30212, 30213, 30211 stand in the one, 30211 four times in the other.
    let target = four("OR_30211", [Some("30212"), Some("30213"), None]);
    let world = World::new([
        reply("viewdomain.active"),
        reply("updatecontact.done-inside-only"),
        reply("viewdomain.full"),
    ])
    .await;
    assert_eq!(applied(&world, &target).await, Ok(Applied::Set));
    assert_eq!(
        world.asked()[1],
        "updatecontact?domainNameId=900417&websiteName=blue-otter-7.com&registrantContactId=30211&adminContactId=30212\
         &technicalContactId=30213&billingContactId=30211"
    );
    for already in [
        target.clone(),
        four("30211", [Some("30212"), Some("30213"), Some("30211")]),
    ] {
        let world = World::new([reply("viewdomain.full")]).await;
        assert_eq!(applied(&world, &already).await, Ok(Applied::Already));
    }
    let world = World::new([reply("viewdomain.active")]).await;
    assert_eq!(
        applied(&world, &ContactIds::default()).await,
        Ok(Applied::Already),
        "none were asked for"
    );

    let world = World::new([reply("viewdomain.active"), raw(500, ""), reply("viewdomain.full")]).await;
    assert_eq!(applied(&world, &target).await, Ok(Applied::Set), "the answer was lost");
    for answer in [raw(500, ""), reply("updatecontact.done")] {
        for look in [reply("viewdomain.active"), raw(500, ""), reply("viewdomain.absent")] {
            let world = World::new([reply("viewdomain.active"), answer.clone(), look]).await;
            let failure = applied(&world, &target).await.unwrap_err();
            assert!(matches!(failure, Failure::Unknown(_)), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn contacts_of_a_domain_that_is_not_this_customers_stay() {
    let target = four("1", [None; 3]);
    for (answer, class) in [
        (reply("viewdomain.absent"), RejectionClass::NotFound),
        (reply("viewdomain.other-customer"), RejectionClass::NotAllowed),
        (reply("any.unauthorized"), RejectionClass::Credentials),
    ] {
        let world = World::new([answer]).await;
        match applied(&world, &target).await {
            Err(Failure::Rejected(rejection)) => assert_eq!(rejection.class, class),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.asked(), ["ViewDomain?websiteName=blue-otter-7.com"]);
    }
    let world = World::new([raw(500, "")]).await;
    assert!(matches!(applied(&world, &target).await, Err(Failure::NotSent(_))));
    let world = World::new([reply("viewdomain.documented")]).await;
    let unknown = applied(&world, &ContactIds::default()).await;
    assert!(
        matches!(unknown, Err(Failure::Rejected(_))),
        "no registrant is known: {unknown:?}"
    );
    let world = World::new([reply("viewdomain.active"), reply("updatecontact.refused")]).await;
    assert!(matches!(applied(&world, &target).await, Err(Failure::Rejected(_))));
}

async fn ensured(answers: Vec<Reply>) -> (Result<String, Failure>, Vec<String>) {
    let password = SecretString::from(PASSWORD);
    let world = World::new(answers).await;
    let params = ClientParams {
        contact: ContactParams { ..PERSON },
        password: &password,
        brand: None,
    };
    let ensured = world.provider.ensure_client(&mut world.visit(), &params).await;
    world.check(&ensured);
    (ensured, world.asked())
}

#[tokio::test]
async fn a_client_is_looked_for_added_and_looked_for_again_in_doubt() {
    let absent = || reply("viewclient.absent");
    let (found, asked) = ensured(vec![reply("viewclient.done")]).await;
    assert_eq!((found, asked.len()), (Ok("5513".into()), 1));
    for added in [
        vec![absent(), reply("addclient.done")],
        vec![
            reply("viewclient.absent-400"),
            reply("addclient.documented"),
            reply("viewclient.done"),
        ],
        vec![absent(), reply("addclient.already"), reply("viewclient.done")],
        vec![absent(), raw(500, ""), reply("viewclient.done")],
    ] {
        assert_eq!(ensured(added).await.0, Ok("5513".into()));
    }
    for lost in [reply("addclient.documented"), raw(500, "")] {
        for look in [absent(), raw(500, "")] {
            let (failure, _) = ensured(vec![absent(), lost.clone(), look]).await;
            assert!(matches!(failure, Err(Failure::Unknown(_))), "{failure:?}");
        }
    }
    assert!(matches!(ensured(vec![raw(500, "")]).await.0, Err(Failure::NotSent(_))));
    let (refused, _) = ensured(vec![absent(), reply("addclient.refused")]).await;
    assert!(matches!(refused, Err(Failure::Rejected(_))), "{refused:?}");
}
