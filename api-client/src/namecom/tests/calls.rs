//! Calls by their rows.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::endpoint::{Place, Shape, Verb};
use crate::http::{CallClass, CallResult};

fn endpoint(name: &str) -> &'static Endpoint {
    endpoints::ENDPOINTS
        .iter()
        .find(|row| row.name == name)
        .unwrap_or_else(|| panic!("no row {name}"))
}

async fn called(world: &World, name: &str, pairs: &[(&str, &str)]) -> Result<Value, CallError> {
    let answer = world
        .provider
        .call(endpoint(name), &pairs.iter().copied().collect())
        .await;
    if let Err(error) = &answer {
        let text = format!("{error:?} {error}");
        assert!(!text.contains("canary"), "{text}");
    }
    answer
}

/// Name, parameters, `METHOD path`, body.
type Case = (
    &'static str,
    Vec<(&'static str, &'static str)>,
    &'static str,
    Option<Value>,
);

/// Every call, with all its parameters, and what goes onto the wire.
fn table() -> Vec<Case> {
    let domain = ("domain", DOMAIN);
    let host = [domain, ("hostname", "ns1.quiet-harbor.org"), ("ip", "203.0.113.53")];
    let address = json!({"hostname": "ns1.quiet-harbor.org", "ip": "203.0.113.53"});
    vec![
        (
            "login",
            vec![("username", USERNAME), ("api_token", TOKEN)],
            "POST login",
            Some(json!({"username": USERNAME, "api_token": TOKEN})),
        ),
        ("logout", vec![], "GET logout", None),
        ("hello", vec![], "GET hello", None),
        ("account/get", vec![], "GET account/get", None),
        (
            "order",
            vec![("items", r#"[{"order_type":"backorder/create","domain_name":"a.org"}]"#)],
            "POST order",
            Some(json!({"items": [{"order_type": "backorder/create", "domain_name": "a.org"}]})),
        ),
        (
            "domain/create",
            vec![
                ("domain_name", DOMAIN),
                ("period", "2"),
                ("nameservers", "ns1.parked.example"),
                ("nameservers", "ns2.parked.example"),
                ("contacts", r#"[{"type":["billing"]}]"#),
                ("requirements", "language:GER"),
                ("username", "sub"),
            ],
            "POST domain/create",
            Some(
                json!({"domain_name": DOMAIN, "period": 2, "contacts": [{"type": ["billing"]}], "username": "sub",
                "nameservers": ["ns1.parked.example", "ns2.parked.example"], "requirements": {"language": "GER"}}),
            ),
        ),
        ("domain/get", vec![domain], "GET domain/get/quiet-harbor.org", None),
        ("domain/list", vec![], "GET domain/list", None),
        ("domain/lock", vec![domain], "POST domain/lock/quiet-harbor.org", None),
        (
            "domain/unlock",
            vec![domain],
            "POST domain/unlock/quiet-harbor.org",
            None,
        ),
        (
            "domain/update_nameservers",
            vec![domain, ("nameservers", "ns1.parked.example")],
            "POST domain/update_nameservers/quiet-harbor.org",
            Some(json!({"nameservers": ["ns1.parked.example"]})),
        ),
        (
            "domain/update_contacts",
            vec![domain, ("contacts", "[]")],
            "POST domain/update_contacts/quiet-harbor.org",
            Some(json!({"contacts": []})),
        ),
        (
            "domain/check",
            vec![
                ("keyword", "quiet-harbor"),
                ("tlds", "org"),
                ("services", "availability"),
            ],
            "POST domain/check",
            Some(json!({"keyword": "quiet-harbor", "tlds": ["org"], "services": ["availability"]})),
        ),
        ("dns/list", vec![domain], "GET dns/list/quiet-harbor.org", None),
        (
            "dns/create",
            vec![
                domain,
                ("hostname", ""),
                ("type", "MX"),
                ("content", "mx1.vane.example"),
                ("ttl", "300"),
                ("priority", "10"),
            ],
            "POST dns/create/quiet-harbor.org",
            Some(json!({"hostname": "", "type": "MX", "content": "mx1.vane.example", "ttl": 300, "priority": 10})),
        ),
        (
            "dns/delete",
            vec![domain, ("record_id", "550021")],
            "POST dns/delete/quiet-harbor.org",
            Some(json!({"record_id": "550021"})),
        ),
        ("host/list", vec![domain], "GET host/list/quiet-harbor.org", None),
        ("host/sync", vec![domain], "GET host/sync/quiet-harbor.org", None),
        (
            "host/create",
            host.to_vec(),
            "POST host/create/quiet-harbor.org",
            Some(address.clone()),
        ),
        (
            "host/delete",
            host[..2].to_vec(),
            "POST host/delete/quiet-harbor.org",
            Some(json!({"hostname": "ns1.quiet-harbor.org"})),
        ),
        (
            "host/add_ip",
            host.to_vec(),
            "POST host/add_ip/quiet-harbor.org",
            Some(address.clone()),
        ),
        (
            "host/remove_ip",
            host.to_vec(),
            "POST host/remove_ip/quiet-harbor.org",
            Some(address),
        ),
    ]
}

#[tokio::test]
async fn every_row_is_called_as_documented() {
    let table = table();
    let names: Vec<&str> = table.iter().map(|(name, ..)| *name).collect();
    let rows: Vec<&str> = endpoints::ENDPOINTS.iter().map(|row| row.name).collect();
    assert_eq!(names, rows);
    assert_eq!(rows.len(), 22);
    for (name, pairs, line, body) in table {
        let world = World::new([reply("any.done")]).await;
        called(&world, name, &pairs).await.unwrap();
        let sent = &world.sent()[0];
        assert_eq!((sent.line.as_str(), &sent.body), (line, &body));
        assert_eq!(sent.proof.is_empty(), name == "login", "{name}");
        let report = world.reports()[0];
        assert_eq!(
            (report.operation, report.class, report.result),
            (name, endpoint(name).class, CallResult::Ok)
        );
        // Without any one of the required values nothing is sent.
        for param in endpoint(name).params.iter().filter(|param| param.required) {
            let fewer: Vec<_> = pairs.iter().copied().filter(|(n, _)| *n != param.name).collect();
            let error = called(&world, name, &fewer).await.unwrap_err();
            assert!(
                matches!(&error, CallError::Arguments(faults) if faults[0].contains(param.name)),
                "{error:?}"
            );
        }
        assert_eq!(world.sent().len(), 1);
    }
}

#[test]
fn a_row_says_what_may_be_repeated_and_where_it_is_from() {
    let once: BTreeSet<&str> = endpoints::ENDPOINTS
        .iter()
        .filter(|row| !row.repeatable)
        .map(|row| row.name)
        .collect();
    assert_eq!(
        once,
        BTreeSet::from(["order", "domain/create", "dns/create", "host/create", "host/add_ip"])
    );
    for row in endpoints::ENDPOINTS {
        assert_eq!(row.path.split('/').take(2).collect::<Vec<_>>().join("/"), row.name);
        assert!(
            row.source.starts_with('3') && row.summary.ends_with('.'),
            "{}",
            row.name
        );
        let in_path = row.params.iter().filter(|p| p.place == Place::Path).count();
        assert_eq!(row.path.matches('{').count(), in_path);
        assert!(row.class != CallClass::Read || row.repeatable);
        if row.method == Verb::Get {
            assert!(row.params.iter().all(|p| p.place == Place::Path), "{}", row.name);
        }
        assert!(row.params.iter().all(|p| p.shape != Shape::Flag));
    }
}

#[tokio::test]
async fn an_answer_is_judged_by_its_envelope() {
    let pairs = [("items", "[]")];
    for (name, refused) in [
        ("any.code-203", true),
        ("any.code-221", true),
        ("any.code-260", true),
        ("any.credentials", true),
        ("order.detail-not-available", true),
        ("order.item-204", true),
        ("order.item-240", false),
        ("order.item-250", false),
        ("order.item-silent", false),
        ("order.item-unlisted", false),
        ("order.detail-already", false),
        ("order.detail-pending", false),
        ("any.code-240", false),
        ("any.code-250", false),
        ("any.code-unlisted", false),
        ("any.no-envelope", false),
    ] {
        let world = World::new([reply(name)]).await;
        let error = called(&world, "order", &pairs).await.unwrap_err();
        let found = match &error {
            CallError::Refused { answer, .. } => {
                assert!(answer.is_some());
                true
            }
            CallError::Unknown(_) => false,
            CallError::Arguments(_) | CallError::NotSent(_) => panic!("{error:?}"),
        };
        assert_eq!(found, refused, "{name}: {error:?}");
    }
    for answer in [raw(500, fixture("any.done")), raw(302, ""), raw(200, "<html>")] {
        let world = World::new([answer]).await;
        let error = called(&world, "order", &pairs).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
    }
    let world = World::new([raw(429, "")]).await;
    let error = called(&world, "order", &pairs).await.unwrap_err();
    assert!(matches!(error, CallError::Refused { answer: None, .. }), "{error:?}");
    // Done in part is done: the answer tells what.
    let world = World::new([reply("order.two-of-three")]).await;
    let answer = called(&world, "order", &pairs).await.unwrap();
    assert_eq!(answer["results"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn secrets_are_masked_and_the_rest_is_as_it_came() {
    let world = World::new([reply("login.session")]).await;
    let answer = called(&world, "login", &[("username", "demo"), ("api_token", "other-canary")])
        .await
        .unwrap();
    assert_eq!(answer["session_token"], "***");
    let long = format!("v=spf1 {} {TOKEN}\n", "a".repeat(400));
    let echo = json!({"result": {"code": 100}, "records": [{"content": long, TOKEN: 1}], "n": 1.5, "z": null});
    let world = World::new([raw(200, echo.to_string())]).await;
    let answer = called(&world, "dns/list", &[("domain", DOMAIN)]).await.unwrap();
    assert_eq!(
        answer["records"][0],
        json!({"content": long.replace(TOKEN, "***"), "***": 1})
    );
    let world = World::new([reply("account.credit")]).await;
    let answer = called(&world, "account/get", &[]).await.unwrap();
    assert_eq!(
        (&answer["username"], &answer["account_credit"]),
        (&json!(USERNAME), &json!("84.20"))
    );
}
