//! Orders, letter by letter: one product each, and nothing that was asked for left out.

use serde_json::json;

use super::super::order::normalised;
use super::requests::signed;
use super::*;
use crate::http::{CallClass, CallResult};
use crate::provider::{Abilities, NotSent, Rejection};

#[tokio::test]
async fn a_registration_is_one_item_of_an_order() {
    let world = World::new([reply("order.created")]).await;
    world.submit(&register()).await;
    let item = json!({"order_type": "domain/create", "domain_name": DOMAIN, "period": 2});
    assert_eq!(world.sent(), signed("POST order", Some(json!({"items": [item]}))));
    let report = world.reports()[0];
    assert_eq!(
        (report.operation, report.class, report.result),
        ("order", CallClass::Paid, CallResult::Ok)
    );
}

#[tokio::test]
async fn a_registration_carries_all_that_was_asked_for() {
    let world = World::new([reply("order.created-with-privacy")]).await;
    let wanted = Register {
        nameservers: vec!["ns1.parked.example".into(), "ns2.parked.example".into()],
        profiles: Some(Box::new(ContactProfiles {
            registrant: Some(profile("Ilse Marie Vane")),
            tech: Some(ContactProfile {
                fax_cc: Some("1".into()),
                fax: Some("3075550101".into()),
                company: None,
                address2: None,
                address3: None,
                state: None,
                ..profile("Olaf Rask")
            }),
            ..ContactProfiles::default()
        })),
        privacy: true,
        attributes: vec![("us-app_purpose".into(), "P1".into())],
        ..registration()
    };
    world.submit(&Purchase::Register(wanted)).await;
    let person = json!({"first_name": "Ilse Marie", "last_name": "Vane", "organization": "Vane Works",
        "address_1": "9 Mill Row", "address_2": "Back door, Third floor", "city": "Laramie", "state": "WY", "zip": "82070",
        "country": "US", "phone": "+1.3075550100", "fax": "", "email": "ilse@vane.example"});
    let mut holder = person.clone();
    holder["type"] = json!(["registrant", "administrative", "billing"]);
    let mut technician = person;
    for (name, value) in [
        ("type", json!(["technical"])),
        ("first_name", "Olaf".into()),
        ("last_name", "Rask".into()),
        ("organization", "".into()),
        ("address_2", "".into()),
        ("state", "".into()),
        ("fax", "+1.3075550101".into()),
    ] {
        technician[name] = value;
    }
    let item = json!({"order_type": "domain/create", "domain_name": DOMAIN, "period": 2, "whois_privacy": 1,
        "nameservers": ["ns1.parked.example", "ns2.parked.example"], "contacts": [holder, technician],
        "requirements": {"us-app_purpose": "P1"}});
    assert_eq!(world.sent()[0].body, Some(json!({"items": [item]})));
}

#[tokio::test]
async fn a_renewal_asks_for_privacy_only_where_it_was_asked_for() {
    for (privacy, flag) in [(None, None), (Some(false), None), (Some(true), Some(1))] {
        let world = World::new([reply("order.renewed-with-privacy")]).await;
        world.submit(&Purchase::Renew(Renew { privacy, ..renewal() })).await;
        let mut item = json!({"order_type": "domain/renew", "domain_name": DOMAIN, "period": 1});
        if let Some(flag) = flag {
            item["whois_privacy"] = flag.into();
        }
        assert_eq!(world.sent(), signed("POST order", Some(json!({"items": [item]}))));
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_not_sent() {
    let world = World::new([]).await;
    let mut visit = world.visit();
    for before in [None, Some(Baseline::default())] {
        let outcome = world.provider.submit(&mut visit, &renew(), before.as_ref()).await;
        assert!(matches!(outcome, Outcome::NotSent(NotSent { .. })), "{outcome:?}");
    }
    let one_word = ContactProfiles {
        registrant: Some(profile("Ilse")),
        ..ContactProfiles::default()
    };
    let ids = ContactIds {
        registrant: Some("7".into()),
        ..ContactIds::default()
    };
    let email = Purchase::EmailDelete(crate::provider::EmailDelete { domain: DOMAIN.into() });
    for (purchase, class) in [
        (
            Purchase::Register(Register {
                profiles: Some(Box::new(one_word)),
                ..registration()
            }),
            RejectionClass::Invalid,
        ),
        (
            Purchase::Register(Register {
                contacts: ids,
                ..registration()
            }),
            RejectionClass::Invalid,
        ),
        (
            Purchase::Register(Register {
                auto_renew: true,
                ..registration()
            }),
            RejectionClass::Unsupported,
        ),
        (
            Purchase::Renew(Renew {
                auto_renew: true,
                ..renewal()
            }),
            RejectionClass::Unsupported,
        ),
        (transfer(), RejectionClass::Unsupported),
        (email, RejectionClass::Unsupported),
    ] {
        let outcome = world.provider.submit(&mut visit, &purchase, Some(&baseline())).await;
        world.check(&outcome);
        assert!(
            matches!(&outcome, Outcome::Rejected(Rejection { class: found, .. }) if *found == class),
            "{outcome:?}"
        );
    }
    let purchase = transfer();
    let amendment = Amendment::AuthCode(SecretString::from("canary"));
    assert_eq!(world.provider.abilities(), Abilities::default());
    let question = looks::question(&purchase);
    for outcome in [
        world.provider.amend(&mut visit, &question, &amendment).await,
        world.provider.cancel(&mut visit, &question).await,
    ] {
        assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
    }
    assert!(world.sent().is_empty());
    assert!(!visit.is_spent());
}

#[tokio::test]
async fn an_order_takes_every_product() {
    let world = World::new([
        reply("order.backordered"),
        reply("order.privacy-bought"),
        reply("order.two-of-three"),
    ])
    .await;
    let (domain, years) = (DOMAIN, 1);
    let items = [
        Item::Backorder { domain },
        Item::PrivacyCreate { domain, years },
        Item::PrivacyRenew { domain, years },
    ];
    let rows = world.client().order(&mut world.visit(), &items[..1]).await.unwrap();
    assert_eq!(rows[0].duration, Some(1));
    assert!(matches!(verdict::of_item(&rows, &items[0]), Outcome::Accepted(_)));
    let rows = world.client().order(&mut world.visit(), &items[1..]).await.unwrap();
    assert!(matches!(verdict::of_item(&rows, &items[1]), Outcome::Accepted(_)));
    assert!(
        matches!(verdict::of_item(&rows, &items[2]), Outcome::Unknown(_)),
        "there is no row of it"
    );
    assert_eq!(
        world.sent()[0].body,
        Some(json!({"items": [{"order_type": "backorder/create", "domain_name": DOMAIN}]}))
    );
    assert_eq!(
        world.sent()[1].body,
        Some(json!({"items": [
            {"order_type": "whois_privacy/create", "domain_name": DOMAIN, "period": 1},
            {"order_type": "whois_privacy/renew", "domain_name": DOMAIN, "period": 1}]}))
    );
    let batch = ["quiet-harbor.org", "loud-harbor.org", "low-harbor.org"].map(|domain| {
        Item::DomainCreate(NewDomain {
            domain,
            years: 1,
            ..NewDomain::default()
        })
    });
    let rows = world.client().order(&mut world.visit(), &batch).await.unwrap();
    let kinds: Vec<&str> = batch
        .iter()
        .map(|item| match verdict::of_item(&rows, item) {
            Outcome::Accepted(_) => "yes",
            Outcome::Rejected(_) => "no",
            Outcome::NotSent(_) | Outcome::Unknown(_) => "?",
        })
        .collect();
    assert_eq!(kinds, ["yes", "no", "?"]);
    let results: Vec<CallResult> = world.reports().into_iter().map(|report| report.result).collect();
    assert_eq!(results, [CallResult::Ok, CallResult::Unknown, CallResult::Unknown]);
}

#[test]
fn the_echo_of_an_order_type_is_told_from_another() {
    for (echoed, asked) in [
        ("domain/renewal", "domain/renew"),
        ("whois_privacy/renewal", "whois_privacy/renew"),
        ("Domain/Create", "domain/create"),
    ] {
        assert_eq!(normalised(echoed), normalised(asked));
    }
    assert_ne!(normalised("whois_privacy/create"), normalised("domain/create"));
}

#[tokio::test]
async fn a_repeat_is_refused_where_the_registry_does_it_and_no_transfer_is_sold() {
    let world = World::new([]).await;
    let provider = &world.provider;
    assert_eq!(provider.name(), "namecom");
    assert!(provider.takes_profiles());
    assert_eq!(provider.guard(Operation::Register), Guard::RefusesRepeat);
    assert_eq!(provider.guard(Operation::Renew), Guard::Weak);
    let sold: Vec<_> = Operation::ALL.into_iter().filter(|&op| provider.sells(op)).collect();
    assert_eq!(sold, [Operation::Register, Operation::Renew]);
    assert!(
        provider.call_timeout() > Duration::from_secs(5),
        "connecting comes on top"
    );
}
