//! The client that is built for Name.com against Name.com as it is simulated: every call, by its row and typed.

use std::collections::BTreeSet;
use std::time::Duration;

use domorder_api_client::endpoint::CallError;
use domorder_api_client::http::Visit;
use domorder_api_client::namecom::client::NewRecord;
use domorder_api_client::namecom::contact::contacts;
use domorder_api_client::namecom::endpoints::ENDPOINTS;
use domorder_api_client::namecom::order::{Item, NewDomain};
use domorder_api_client::namecom::verdict::of_item;
use domorder_api_client::namecom::{NameCom, Settings};
use domorder_api_client::provider::{ContactProfile, ContactProfiles, Outcome, Provider, TroubleKind};
use domorder_tests_sim::{NAMECOM_TOKEN, NAMECOM_USERNAME};
use secrecy::SecretString;
use serde_json::Value;

use crate::world::World;

pub(super) const DOMAIN: &str = "renew-1.example";

pub(super) fn provider_of(world: &World, token: &str) -> NameCom {
    let base = world.url("/namecom/api").parse().unwrap();
    let mut settings = Settings::new(base, NAMECOM_USERNAME, SecretString::from(token));
    settings.timeout = Duration::from_secs(10);
    NameCom::new(settings).unwrap()
}

pub(super) fn provider(world: &World) -> NameCom {
    provider_of(world, NAMECOM_TOKEN)
}

pub(super) fn open(provider: &NameCom) -> Visit {
    let mut visit = provider.visit();
    visit.set_gate(|| Ok(()));
    visit
}

pub(super) fn profiles() -> ContactProfiles {
    ContactProfiles {
        registrant: Some(ContactProfile {
            name: "Olaf Rask".into(),
            email: "olaf@rask.example".into(),
            address1: "1 Quay".into(),
            city: "Bergen".into(),
            country: "NO".into(),
            zip: "5003".into(),
            phone_cc: "47".into(),
            phone: "22000000".into(),
            ..ContactProfile::default()
        }),
        ..ContactProfiles::default()
    }
}

async fn called(provider: &NameCom, name: &str, pairs: &[(&str, &str)]) -> Result<Value, CallError> {
    let endpoint = ENDPOINTS.iter().find(|row| row.name == name).unwrap();
    provider.call(endpoint, &pairs.iter().copied().collect()).await
}

#[tokio::test]
async fn every_row_is_understood_by_the_simulator() {
    let world = World::new().await;
    let provider = provider(&world);
    let domain = ("domain", DOMAIN);
    let host = [domain, ("hostname", "ns1.renew-1.example"), ("ip", "203.0.113.53")];
    let person = r#"[{"type":["registrant"],"first_name":"Olaf","last_name":"Rask","address_1":"1 Quay","city":"Bergen",
        "zip":"5003","country":"NO","phone":"+47.22000000","email":"olaf@rask.example"}]"#;
    let items = r#"[{"order_type":"domain/renew","domain_name":"renew-1.example","period":1}]"#;
    let record = [
        domain,
        ("hostname", "www"),
        ("type", "A"),
        ("content", "203.0.113.9"),
        ("ttl", "300"),
    ];
    let calls: Vec<(&str, Vec<(&str, &str)>)> = vec![
        (
            "login",
            vec![("username", NAMECOM_USERNAME), ("api_token", NAMECOM_TOKEN)],
        ),
        ("logout", vec![]),
        ("hello", vec![]),
        ("account/get", vec![]),
        ("order", vec![("items", items)]),
        (
            "domain/create",
            vec![
                ("domain_name", "a.example"),
                ("period", "1"),
                ("nameservers", "ns1.host.example"),
                ("nameservers", "ns2.host.example"),
                ("contacts", person),
                ("requirements", "language:GER"),
                ("username", "sub"),
            ],
        ),
        ("domain/get", vec![domain]),
        ("domain/list", vec![]),
        ("domain/lock", vec![domain]),
        ("domain/unlock", vec![domain]),
        (
            "domain/update_nameservers",
            vec![
                domain,
                ("nameservers", "ns1.host.example"),
                ("nameservers", "ns2.host.example"),
            ],
        ),
        ("domain/update_contacts", vec![domain, ("contacts", person)]),
        (
            "domain/check",
            vec![
                ("keyword", "a"),
                ("tlds", "example"),
                ("services", "availability"),
                ("services", "suggested"),
            ],
        ),
        ("dns/list", vec![domain]),
        ("dns/create", record.to_vec()),
        ("dns/delete", vec![domain, ("record_id", "550021")]),
        ("host/list", vec![domain]),
        ("host/sync", vec![domain]),
        ("host/create", host.to_vec()),
        ("host/add_ip", vec![host[0], host[1], ("ip", "203.0.113.54")]),
        ("host/remove_ip", host.to_vec()),
        ("host/delete", host[..2].to_vec()),
    ];
    for (name, pairs) in &calls {
        let answer = called(&provider, name, pairs).await;
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(answer["result"]["code"], 100, "{name}");
        assert!(!answer.to_string().contains(NAMECOM_TOKEN));
    }
    let done: BTreeSet<&str> = calls.iter().map(|(name, _)| *name).collect();
    assert_eq!(done, ENDPOINTS.iter().map(|row| row.name).collect());
    for row in ENDPOINTS {
        assert_eq!(world.requests().calls(row.name), 1, "{}", row.name);
    }
    world.assert_nothing_unexpected();
    let refused = called(&provider, "domain/get", &[("domain", "nobody.example")]).await;
    assert!(matches!(refused, Err(CallError::Refused { .. })), "{refused:?}");
    let again = called(
        &provider,
        "order",
        &[(
            "items",
            r#"[{"order_type":"domain/create","domain_name":"a.example","period":1}]"#,
        )],
    )
    .await;
    assert!(matches!(again, Err(CallError::Refused { .. })), "{again:?}");
}

#[tokio::test]
async fn every_typed_call_comes_back_typed() {
    let world = World::new().await;
    let provider = provider(&world);
    let client = provider.client();
    let session = client.login(&mut open(&provider)).await.unwrap().session_token;
    let by_session = client.in_session(session);
    assert_eq!(by_session.account_get(None).await.unwrap().username.0, NAMECOM_USERNAME);
    by_session.logout(&mut open(&provider)).await.unwrap();
    let over = by_session.account_get(None).await.unwrap_err();
    assert_eq!(over.kind, TroubleKind::Credentials);
    assert_eq!(client.hello().await.unwrap().language, "en");

    let new = NewDomain {
        domain: "a.example",
        years: 1,
        ..NewDomain::default()
    };
    client.domain_create(&mut open(&provider), &new).await.unwrap();
    let years = 1;
    let domain = "a.example";
    let items = [
        Item::DomainRenew {
            domain,
            years,
            privacy: true,
        },
        Item::PrivacyRenew { domain, years },
        Item::Backorder { domain },
    ];
    let rows = client.order(&mut open(&provider), &items).await.unwrap();
    assert_eq!(rows.len(), 4);
    // The stand-alone renewal of privacy comes after the flag, which made it, or before, and then there is none to renew.
    assert!(matches!(of_item(&rows, &items[0]), Outcome::Accepted(_)), "{rows:?}");
    assert!(matches!(of_item(&rows, &items[2]), Outcome::Accepted(_)), "{rows:?}");
    let made = Item::PrivacyCreate { domain: DOMAIN, years };
    assert!(client.domain_get(None, DOMAIN).await.unwrap().is_some());
    let rows = client.order(&mut open(&provider), &[made]).await.unwrap();
    assert!(matches!(of_item(&rows, &made), Outcome::Accepted(_)), "{rows:?}");
    assert_eq!(client.domain_list().await.unwrap().domains.len(), 2);

    client.domain_unlock(&mut open(&provider), domain).await.unwrap();
    assert!(!client.domain_get(None, domain).await.unwrap().unwrap().locked);
    client.domain_lock(&mut open(&provider), domain).await.unwrap();
    let servers = ["ns1.host.example".to_owned(), "ns2.host.example".to_owned()];
    client
        .domain_update_nameservers(&mut open(&provider), domain, &servers)
        .await
        .unwrap();
    let people = contacts(&profiles()).unwrap();
    client
        .domain_update_contacts(&mut open(&provider), domain, &people)
        .await
        .unwrap();
    let held = client.domain_get(None, domain).await.unwrap().unwrap();
    assert!(held.locked);
    assert_eq!((&held.nameservers[..], held.contacts.len()), (&servers[..], 1));
    assert_eq!(held.contacts[0].last_name, "Rask");
    let checked = client.domain_check(None, "b", &["example"], true).await.unwrap();
    assert!(checked.domains["b.example"].avail && checked.suggested["bs.example"].avail);

    let record = NewRecord {
        hostname: "",
        kind: "MX",
        content: "mx1.vane.example",
        ttl: 300,
        priority: Some(10),
    };
    let made = client.dns_create(&mut open(&provider), domain, &record).await.unwrap();
    assert_eq!(client.dns_list(domain).await.unwrap(), std::slice::from_ref(&made));
    client
        .dns_delete(&mut open(&provider), domain, &made.record_id)
        .await
        .unwrap();
    assert_eq!(client.dns_list(domain).await.unwrap(), []);

    let host = "ns1.a.example";
    client
        .host_create(&mut open(&provider), domain, host, "203.0.113.53")
        .await
        .unwrap();
    client
        .host_add_ip(&mut open(&provider), domain, host, "203.0.113.54")
        .await
        .unwrap();
    client
        .host_remove_ip(&mut open(&provider), domain, host, "203.0.113.53")
        .await
        .unwrap();
    client.host_sync(&mut open(&provider), domain).await.unwrap();
    assert_eq!(client.host_list(domain).await.unwrap().hosts[host], ["203.0.113.54"]);
    client.host_delete(&mut open(&provider), domain, host).await.unwrap();
    assert!(client.host_list(domain).await.unwrap().hosts.is_empty());
    world.assert_nothing_unexpected();
}
