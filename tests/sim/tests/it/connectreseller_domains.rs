//! Domains through the typed client: looked at, priced, and every setting changed and seen again.

use domorder_api_client::connectreseller::client::{
    DomainContactIds, DomainRef, DomainSearch, MoveParams, OrderExtras, OrderParams, RenewalParams, SortBy,
    TransferParams,
};
use domorder_api_client::connectreseller::wire::{Domain, Standing};
use domorder_api_client::connectreseller::{ConnectReseller, Failure, Settings};
use domorder_api_client::http::Visit;
use domorder_api_client::provider::{Outcome, Provider as _, RejectionClass, Stage};
use domorder_tests_sim::CONNECTRESELLER_KEY;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::world::World;

/// An account at the simulator.
pub(crate) fn provider(world: &World) -> ConnectReseller {
    let base = world.url("/ConnectReseller/ESHOP").parse().unwrap();
    ConnectReseller::new(Settings::new(base, SecretString::from(CONNECTRESELLER_KEY))).unwrap()
}

/// The connection of one attempt, with an open gate.
pub(crate) fn visit(provider: &ConnectReseller) -> Visit {
    let mut visit = provider.visit();
    visit.set_gate(|| Ok(()));
    visit
}

/// A world with one domain of client 5512, and that domain.
pub(crate) async fn with_domain() -> (World, ConnectReseller, Domain) {
    let world = World::of(json!({ "connectreseller": {
        "domains": [{ "name": "a.example", "expires_at": "2027-03-04T09:15:02Z", "nameservers": ["ns1.host.example", "ns2.host.example"] }],
        "customers": [77],
    } }))
    .await;
    let provider = provider(&world);
    let domain = view(&provider).await;
    (world, provider, domain)
}

/// The domain as it stands.
pub(crate) async fn view(provider: &ConnectReseller) -> Domain {
    provider.client().view_domain(None, "a.example").await.unwrap().unwrap()
}

/// Why a change was refused.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> RejectionClass {
    match result {
        Err(Failure::Rejected(rejection)) => rejection.class,
        other => panic!("{other:?}"),
    }
}

fn stage(outcome: &Outcome) -> Stage {
    match outcome {
        Outcome::Accepted(accepted) => accepted.stage.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_bought_is_seen_and_charged_once() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let nameservers = ["ns1.host.example".to_owned(), "ns2.host.example".to_owned()];
    assert!(client.check_domain(None, "b.example").await.unwrap());
    let order = OrderParams {
        domain: "b.example",
        years: 2,
        privacy: true,
        nameservers: &nameservers,
        customer: "5512",
        coupon: Some("SPRING"),
        extras: OrderExtras::default(),
    };
    assert_eq!(
        stage(&client.order(&mut visit(&provider), &order).await),
        Stage::Working
    );
    let second = client.order(&mut visit(&provider), &order).await;
    assert!(matches!(second, Outcome::Rejected(_)), "{second:?}");
    assert!(!client.check_domain(None, "b.example").await.unwrap());
    let found = client.view_domain(None, "b.example").await.unwrap().unwrap();
    assert_eq!((found.standing, found.privacy), (Standing::Held, Some(true)));
    assert_eq!(found.nameservers, nameservers);

    let renewal = RenewalParams {
        domain: "renew-1.example",
        years: 1,
        customer: "5512",
        privacy: Some(true),
        premium: None,
        coupon: None,
        expiry_year: 1999,
    };
    let refused = client.renewal_order(&mut visit(&provider), &renewal).await;
    assert!(matches!(refused, Outcome::Unknown(_)), "{refused:?}");

    let code = SecretString::from("bad-code");
    let transfer = TransferParams {
        domain: "c.example",
        privacy: false,
        auth_code: &code,
        customer: "5512",
        coupon: None,
    };
    let stalled = client.transfer_order(&mut visit(&provider), &transfer).await;
    assert_eq!(stage(&stalled), Stage::AuthCode);
    let sync = client.sync_transfer(None, "c.example").await.unwrap().unwrap();
    assert_eq!((sync.status.as_str(), sync.expiry), ("pending", None));
    let id = client.view_domain(None, "c.example").await.unwrap().unwrap().id;
    assert_eq!(
        stage(&client.cancel_transfer(&mut visit(&provider), &id).await),
        Stage::Working
    );
    let again = client.cancel_transfer(&mut visit(&provider), &id).await;
    assert!(matches!(again, Outcome::Rejected(_)), "{again:?}");
    assert_eq!(client.sync_transfer(None, "nobody.example").await.unwrap(), None);

    let money = client.available_fund("88").await.unwrap().unwrap();
    assert!(money.parse::<f64>().unwrap() > 0.0);
    assert_eq!(world.charges().standing("Order", "b.example"), 1);
    assert_eq!((world.charges().count, world.charges().double_charges), (2, 0));
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_domain_is_found_by_id_and_in_the_list() {
    let (world, provider, domain) = with_domain().await;
    let client = provider.client();
    let by_id = client.view_domain_by_id(None, &domain.id).await.unwrap().unwrap();
    assert_eq!((by_id.name, by_id.website_id), (domain.name, domain.website_id));
    assert!(client.view_domain_by_id(None, "1").await.unwrap().is_none());
    let search = DomainSearch {
        client: Some("5512"),
        sort: Some((SortBy::CreationDate, false)),
        ..DomainSearch::first(10, Some("a.ex"))
    };
    let list = client.search_domain_list(None, &search).await.unwrap();
    assert_eq!(
        (list.total, list.rows[0].entry_id.as_deref()),
        (Some(1), Some(domain.id.as_str()))
    );
    let foreign = DomainSearch {
        client: Some("77"),
        ..search
    };
    assert_eq!(client.search_domain_list(None, &foreign).await.unwrap().total, Some(0));
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn settings_are_set_seen_and_set_again() {
    let (world, provider, before) = with_domain().await;
    let client = provider.client();
    let domain = DomainRef {
        id: &before.id,
        name: "a.example",
    };
    assert_eq!(
        (before.locked, before.theft_protected, before.privacy),
        (Some(true), Some(true), Some(false))
    );
    let nameservers: Vec<String> = (1..=13).map(|n| format!("ns{n}.other.example")).collect();
    let secret = SecretString::from("new-Secret-1");
    for _ in 0..2 {
        let via = &mut visit(&provider);
        client.manage_domain_lock(via, domain, false).await.unwrap();
        client.manage_theft_protection(via, domain, false).await.unwrap();
        client.manage_domain_suspend(via, domain, true).await.unwrap();
        client.update_auth_code(via, domain, &secret).await.unwrap();
        let done = client
            .update_name_server(via, domain, &nameservers, None)
            .await
            .unwrap();
        assert_eq!(done.code, 1000);
        client
            .manage_domain_privacy_protection(via, &before.id, true)
            .await
            .unwrap();
    }
    let after = view(&provider).await;
    assert_eq!(
        (after.locked, after.theft_protected, after.privacy),
        (Some(false), Some(false), Some(true))
    );
    assert_eq!(after.nameservers, nameservers);
    assert_eq!(after.status.as_deref(), Some("Suspended"));
    let shown = client.view_epp_code(None, &before.id).await.unwrap().unwrap();
    assert_eq!(shown.expose_secret(), "new-Secret-1");
    assert_eq!(after.auth_code.unwrap().expose_secret(), "new-Secret-1");
    assert!(client.view_epp_code(None, "1").await.unwrap().is_none());

    let via = &mut visit(&provider);
    client.manage_domain_suspend(via, domain, false).await.unwrap();
    assert_eq!(view(&provider).await.status.as_deref(), Some("Active"));
    let elsewhere = DomainRef { id: "1", ..domain };
    assert_eq!(
        refusal(client.manage_domain_lock(via, elsewhere, true).await),
        RejectionClass::NotFound
    );
    assert_eq!(
        refusal(client.manage_theft_protection(via, elsewhere, true).await),
        RejectionClass::NotFound
    );
    assert_eq!(
        refusal(client.manage_domain_suspend(via, elsewhere, true).await),
        RejectionClass::NotFound
    );
    assert_eq!(
        refusal(client.update_name_server(via, domain, &[], None).await),
        RejectionClass::Invalid
    );
    let short = SecretString::from("x");
    assert_eq!(
        refusal(client.update_auth_code(via, domain, &short).await),
        RejectionClass::Invalid
    );
    assert_eq!(
        refusal(
            client
                .manage_domain_privacy_protection(&mut visit(&provider), "1", true)
                .await
        ),
        RejectionClass::NotFound
    );
    assert_eq!(world.charges().count, 0);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn contacts_are_set_and_a_domain_is_given_to_another_client() {
    let (world, provider, before) = with_domain().await;
    let client = provider.client();
    let domain = DomainRef {
        id: &before.id,
        name: "a.example",
    };
    let other = client.default_registrant_contact(None, "77").await.unwrap().unwrap();
    let contacts = DomainContactIds {
        registrant: before.contacts.registrant.as_deref().unwrap(),
        admin: &other,
        tech: &other,
        billing: &other,
    };
    let via = &mut visit(&provider);
    assert_eq!(client.update_contact(via, domain, &contacts).await.unwrap().code, 1000);
    assert_eq!(view(&provider).await.contacts.admin.as_deref(), Some(other.as_str()));
    let nobody = DomainContactIds {
        billing: "1",
        ..contacts
    };
    assert_eq!(
        refusal(client.update_contact(via, domain, &nobody).await),
        RejectionClass::NotFound
    );

    let params = MoveParams {
        domain_id: &before.id,
        customer: "77",
        user_name: "client-77@customers.example",
        take_default_contact: true,
    };
    client.move_domain(via, &params).await.unwrap();
    let after = view(&provider).await;
    assert_eq!(
        (after.customer.as_str(), after.contacts.registrant),
        ("77", Some(other))
    );
    let wrong = MoveParams {
        user_name: "nobody@customers.example",
        ..params
    };
    assert_eq!(refusal(client.move_domain(via, &wrong).await), RejectionClass::NotFound);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn prices_availability_and_suggestions() {
    let (world, provider, _) = with_domain().await;
    let client = provider.client();
    let free = client.check_domain_available(None, "b.example").await.unwrap().unwrap();
    assert!(free.available && !free.is_premium());
    assert_eq!(free.fees.registration.as_deref(), Some("10.99"));
    let premium = client
        .check_domain_available(None, "premium-b.example")
        .await
        .unwrap()
        .unwrap();
    assert!(premium.is_premium());
    assert!(
        !client
            .check_domain_available(None, "a.example")
            .await
            .unwrap()
            .unwrap()
            .available
    );
    assert_eq!(client.check_domain_available(None, "a.invalid").await.unwrap(), None);
    let fees = client.get_domain_price(None, "a.example").await.unwrap().unwrap();
    assert_eq!(
        (fees.renewal.as_deref(), fees.transfer.as_deref()),
        (Some("11.99"), Some("10.49"))
    );
    assert_eq!(client.get_domain_price(None, "a.invalid").await.unwrap(), None);
    let sentences = client.check_domain_price(None, "b.example").await.unwrap().unwrap();
    assert_eq!(sentences[1], "Registration Price for 2 Year is 21.98");
    assert_eq!(client.check_domain_price(None, "a.example").await.unwrap(), None);

    let bulk = client
        .bulk_domain_check(None, &["a.example", "b.example"])
        .await
        .unwrap();
    assert_eq!(
        bulk.iter().map(|name| name.available).collect::<Vec<_>>(),
        [Some(false), Some(true)]
    );
    assert!(client.bulk_domain_check(None, &["a.example"; 201]).await.is_err());
    let suggested = client.domain_suggestion(None, "otter.example", 4).await.unwrap();
    assert_eq!((suggested.len(), suggested[0].name.as_str()), (4, "otter.example"));
    assert!(client.domain_suggestion(None, "otter", 51).await.is_err());
    let tlds = client.get_tld_suggestion(None, "a.example").await.unwrap();
    assert_eq!((tlds[0].available, tlds[1].available), (Some(false), Some(true)));
    let list = client.tld_sync(None).await.unwrap();
    assert_eq!(
        (list[0].tld.as_str(), list[0].currency.as_deref()),
        (".example", Some("USD"))
    );
    world.assert_nothing_unexpected();
}
