//! The client that is built for Name.com against Name.com as it is simulated: every call both ways, and orders whose
//! answers are lost.

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
use domorder_api_client::provider::{
    Baseline, ContactIds, ContactProfile, ContactProfiles, InvoiceOption, Outcome, Provider, Purchase, Question,
    Register, RejectionClass, Renew, Sighting, TroubleKind,
};
use domorder_tests_sim::{Behaviour, NAMECOM_TOKEN, NAMECOM_USERNAME};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::world::World;

const DOMAIN: &str = "renew-1.example";

fn provider_of(world: &World, token: &str) -> NameCom {
    let base = world.url("/namecom/api").parse().unwrap();
    let mut settings = Settings::new(base, NAMECOM_USERNAME, SecretString::from(token));
    settings.timeout = Duration::from_secs(10);
    NameCom::new(settings).unwrap()
}

fn provider(world: &World) -> NameCom {
    provider_of(world, NAMECOM_TOKEN)
}

fn open(provider: &NameCom) -> Visit {
    let mut visit = provider.visit();
    visit.set_gate(|| Ok(()));
    visit
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
    assert_eq!(by_session.account_get(None).await.unwrap().username, NAMECOM_USERNAME);
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

fn profiles() -> ContactProfiles {
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

fn register(domain: &str) -> Purchase {
    Purchase::Register(Register {
        domain: domain.into(),
        years: 2,
        nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
        customer: String::new(),
        contacts: ContactIds::default(),
        profiles: Some(Box::new(profiles())),
        privacy: true,
        auto_renew: false,
        invoice: InvoiceOption::default(),
        coupon: None,
        attributes: Vec::new(),
    })
}

fn renew(domain: &str) -> Purchase {
    Purchase::Renew(Renew {
        domain: domain.into(),
        years: 1,
        customer: None,
        privacy: None,
        auto_renew: false,
        invoice: InvoiceOption::default(),
    })
}

/// What is asked before (`attempted: false`) and after a paid call.
fn question<'a>(purchase: &'a Purchase, baseline: Option<&'a Baseline>, attempted: bool) -> Question<'a> {
    let now = Timestamp::now();
    Question {
        purchase,
        baseline,
        expected_expiry: None,
        since: now - SignedDuration::from_mins(5),
        attempted_at: attempted.then_some(now),
        provider_order_id: None,
    }
}

/// One attempt: look, and send on the same connection.
async fn attempt(provider: &NameCom, purchase: &Purchase) -> (Baseline, Outcome) {
    let mut visit = open(provider);
    let before = match provider.look(Some(&mut visit), &question(purchase, None, false)).await {
        Sighting::Absent(snapshot) => snapshot.baseline,
        other => panic!("{other:?}"),
    };
    let outcome = provider.submit(&mut visit, purchase, Some(&before)).await;
    (before, outcome)
}

#[tokio::test]
async fn a_registration_and_a_renewal_are_bought_and_seen() {
    let world = World::new().await;
    let provider = provider(&world);
    for purchase in [register("fogbell.example"), renew(DOMAIN)] {
        let (before, outcome) = attempt(&provider, &purchase).await;
        assert!(
            matches!(&outcome, Outcome::Accepted(accepted) if accepted.evidence.message.is_none()),
            "{outcome:?}"
        );
        let seen = provider.look(None, &question(&purchase, Some(&before), true)).await;
        let Sighting::Present(evidence) = seen else {
            panic!("{seen:?}")
        };
        assert!(evidence.expiry.is_some() && evidence.message.is_none());
    }
    let charges = world.charges();
    assert_eq!(
        (charges.count, charges.double_charges),
        (3, 0),
        "two names, and privacy for one"
    );
    let fogbell = world.state().namecom("fogbell.example").cloned().unwrap();
    assert_eq!(fogbell.nameservers, ["ns1.host.example", "ns2.host.example"]);
    assert!(fogbell.privacy_until.is_some());
    // The same name again is refused in words that a look makes out.
    let again = register("fogbell.example");
    let outcome = provider.submit(&mut open(&provider), &again, None).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(rejection) if rejection.class == RejectionClass::Taken),
        "{outcome:?}"
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_lost_answer_is_found_out_by_reading() {
    let exception = Behaviour::DoThenAnswer {
        status: 200,
        body: json!({ "result": { "code": 250, "message": "Unexpected Error (Exception)" } }),
    };
    let lost = [
        (Behaviour::DoThenDrop, true),
        (exception, true),
        (Behaviour::DoThen502Html, true),
        (Behaviour::DoThenTruncated, true),
        (Behaviour::Html200, true),
        (Behaviour::Redirect, true),
        (Behaviour::FailBefore, false),
        (Behaviour::Fail502Before, false),
    ];
    for (behaviour, done) in lost {
        let world = World::new().await;
        let provider = provider(&world);
        for purchase in [register("fogbell.example"), renew(DOMAIN)] {
            world.once("order", behaviour.clone());
            let (before, outcome) = attempt(&provider, &purchase).await;
            assert!(matches!(outcome, Outcome::Unknown(_)), "{behaviour:?}: {outcome:?}");
            let seen = provider.look(None, &question(&purchase, Some(&before), true)).await;
            match (&seen, done) {
                (Sighting::Present(_), true) => {}
                (Sighting::Absent(snapshot), false) => assert!(!snapshot.taken_elsewhere),
                _ => panic!("{behaviour:?}: {seen:?}"),
            }
        }
        assert_eq!(world.requests().calls("order"), 2, "each was sent once");
        world.assert_nothing_unexpected();
    }
}

#[tokio::test]
async fn a_refusal_costs_nothing_and_says_which() {
    let world = World::of(json!({ "namecom": { "taken": ["taken.example"], "accounts": [
        { "username": NAMECOM_USERNAME, "token": NAMECOM_TOKEN, "credit_cents": 0 }] } }))
    .await;
    let provider = provider(&world);
    let funds = provider.funds().await.unwrap().unwrap();
    assert_eq!((funds.amount.as_str(), funds.positive), ("0.00", false));
    for (by_item, purchase, class) in [
        (false, renew(DOMAIN), RejectionClass::NoFunds),
        (true, renew(DOMAIN), RejectionClass::NoFunds),
        (true, register("fogbell.example"), RejectionClass::NoFunds),
        (true, register("taken.example"), RejectionClass::Taken),
    ] {
        let settings = json!({ "namecom": { "settings": { "funds_by_item": by_item } } });
        world.seed(&serde_json::from_value(settings).unwrap());
        let (_, outcome) = attempt(&provider, &purchase).await;
        assert!(
            matches!(&outcome, Outcome::Rejected(rejection) if rejection.class == class),
            "{outcome:?}"
        );
    }
    let taken = register("taken.example");
    let seen = provider.look(None, &question(&taken, None, true)).await;
    assert!(
        matches!(&seen, Sighting::Absent(snapshot) if snapshot.taken_elsewhere),
        "{seen:?}"
    );
    assert_eq!(world.charges().count, 0);
    let wrong = provider_of(&world, "guess");
    assert_eq!(wrong.control().await.unwrap_err().kind, TroubleKind::Credentials);
    let renewal = renew(DOMAIN);
    let seen = wrong.look(None, &question(&renewal, None, false)).await;
    assert!(
        matches!(&seen, Sighting::Unreadable(trouble) if trouble.kind == TroubleKind::Credentials),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_quote_is_what_the_order_then_costs() {
    let world = World::new().await;
    let provider = provider(&world);
    let mut purchase = register("fogbell.example");
    if let Purchase::Register(wanted) = &mut purchase {
        wanted.privacy = false;
    }
    let private = Purchase::Renew(Renew {
        domain: "fogbell.example".into(),
        years: 3,
        customer: None,
        privacy: Some(true),
        auto_renew: false,
        invoice: InvoiceOption::default(),
    });
    for (purchase, amount, cents) in [(purchase, "20.98", 2098), (private, "43.44", 4344 + 2098)] {
        let quote = provider.quote(&purchase).await.unwrap().unwrap();
        assert_eq!(quote.amount, amount);
        let before = Baseline {
            expiry: Some(Timestamp::now()),
            ..Baseline::default()
        };
        let outcome = provider.submit(&mut open(&provider), &purchase, Some(&before)).await;
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
        assert_eq!(world.charges().charged_cents, cents);
    }
    world.assert_nothing_unexpected();
}
