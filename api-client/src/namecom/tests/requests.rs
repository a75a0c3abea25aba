//! Requests that are not orders, letter by letter, and what each call makes of a good answer.

use serde_json::json;

use super::super::client::NewRecord;
use super::*;

fn by_token() -> Vec<(String, String)> {
    vec![
        ("api-username".into(), USERNAME.into()),
        ("api-token".into(), TOKEN.into()),
    ]
}

/// One request, signed by user name and token.
pub(super) fn signed(line: &str, body: Option<Value>) -> Vec<Sent> {
    vec![Sent {
        line: line.into(),
        body,
        proof: by_token(),
    }]
}

#[tokio::test]
async fn a_session_stands_for_user_name_and_token() {
    let world = World::new([reply("login.session"), reply("account.credit"), reply("any.done")]).await;
    let session = world.client().login(&mut world.visit()).await.unwrap();
    assert!(!format!("{session:?}").contains("canary"));
    let client = world.client().in_session(session.session_token);
    client.account_get(None).await.unwrap();
    client.logout(&mut world.visit()).await.unwrap();
    world.check(&client);
    let proof = vec![(
        "api-session-token".to_owned(),
        "canary5e551011c0ffee5e551011c0ffee5e551011".to_owned(),
    )];
    let sent = |line: &str, body, proof| Sent {
        line: line.into(),
        body,
        proof,
    };
    assert_eq!(
        world.sent(),
        [
            sent(
                "POST login",
                Some(json!({"username": USERNAME, "api_token": TOKEN})),
                Vec::new()
            ),
            sent("GET account/get", None, proof.clone()),
            sent("GET logout", None, proof),
        ]
    );
    let world = World::new([reply("login.no-token")]).await;
    let failure = world.client().login(&mut world.visit()).await.unwrap_err();
    world.check(&failure);
    assert!(format!("{failure:?}").contains("session_token"), "{failure:?}");
}

#[tokio::test]
async fn reads_are_spelled_as_documented() {
    let world = World::new([reply("hello.server")]).await;
    let hello = world.client().hello().await.unwrap();
    assert_eq!(
        (hello.version.as_str(), hello.client_ip.as_str()),
        ("2.0", "198.51.100.7")
    );
    assert_eq!(
        (world.lines(), world.sent()[0].proof.len()),
        (vec!["GET hello".to_owned()], 0)
    );

    let world = World::new([reply("account.credit")]).await;
    let account = world.client().account_get(None).await.unwrap();
    assert_eq!((account.domain_count, account.account_credit.as_str()), (3, "84.20"));
    assert_eq!(account.contacts[0].roles.len(), 4);
    world.check(&account);
    assert_eq!(world.sent(), signed("GET account/get", None));

    let world = World::new([reply("domain.held")]).await;
    let domain = world.client().domain_get(None, DOMAIN).await.unwrap().unwrap();
    assert_eq!((domain.locked, domain.auto_renew), (true, Some(false)));
    world.check(&domain);
    assert_eq!(domain.expire_date.to_string(), "2026-05-01 18:22:10");
    assert_eq!(world.sent(), signed("GET domain/get/quiet-harbor.org", None));

    let world = World::new([reply("domains.two"), reply("domains.none")]).await;
    let list = world.client().domain_list().await.unwrap();
    assert_eq!(list.domains[DOMAIN].addons["domain/renew"].price, "11.49");
    assert!(world.client().domain_list().await.unwrap().domains.is_empty());
    assert_eq!(world.lines(), ["GET domain/list"; 2]);

    let world = World::new([reply("records.zone"), reply("records.none")]).await;
    let records = world.client().dns_list(DOMAIN).await.unwrap();
    assert_eq!(
        (records[0].ttl, records[0].priority, records[1].priority),
        (300, Some(10), None)
    );
    assert_eq!(world.client().dns_list(DOMAIN).await.unwrap(), []);
    assert_eq!(world.lines(), ["GET dns/list/quiet-harbor.org"; 2]);

    let world = World::new([reply("hosts.one"), reply("hosts.none")]).await;
    let hosts = world.client().host_list(DOMAIN).await.unwrap().hosts;
    assert_eq!(hosts["ns1.quiet-harbor.org"], ["203.0.113.53"]);
    assert!(world.client().host_list(DOMAIN).await.unwrap().hosts.is_empty());
    assert_eq!(world.lines(), ["GET host/list/quiet-harbor.org"; 2]);
}

#[tokio::test]
async fn a_check_asks_for_a_label_and_top_level_domains() {
    let world = World::new([reply("check.suggested"), reply("check.free")]).await;
    let checked = world
        .client()
        .domain_check(None, "quiet-harbor", &["org", "net"], true)
        .await
        .unwrap();
    assert!(!checked.domains[DOMAIN].avail);
    assert_eq!(checked.suggested["quiet-harbors.net"].price, "11.99");
    let checked = world
        .client()
        .domain_check(None, "quiet-harbor", &[], false)
        .await
        .unwrap();
    assert!(checked.suggested.is_empty());
    let sent = world.sent();
    assert_eq!(
        sent[0],
        signed(
            "POST domain/check",
            Some(json!({"keyword": "quiet-harbor", "tlds": ["org", "net"], "services": ["availability", "suggested"]}))
        )[0]
    );
    assert_eq!(
        sent[1].body,
        Some(json!({"keyword": "quiet-harbor", "services": ["availability"]}))
    );
}

#[tokio::test]
async fn writes_are_spelled_as_documented() {
    let world = World::new([(); 11].map(|()| reply("any.done"))).await;
    let client = world.client();
    let host = "ns1.quiet-harbor.org";
    let contacts = contact::contacts(&ContactProfiles {
        admin: Some(profile("Ilse Vane")),
        ..ContactProfiles::default()
    })
    .unwrap();
    let mut visits: Vec<Visit> = (0..11).map(|_| world.visit()).collect();
    let [a, b, c, d, e, f, g, h, i, j, k] = visits.as_mut_slice() else {
        unreachable!()
    };
    let servers = ["ns1.parked.example".to_owned(), "ns2.parked.example".to_owned()];
    let new = NewDomain {
        domain: DOMAIN,
        years: 3,
        nameservers: &servers,
        ..NewDomain::default()
    };
    client.domain_create(a, &new).await.unwrap();
    client.domain_lock(b, DOMAIN).await.unwrap();
    client.domain_unlock(c, DOMAIN).await.unwrap();
    client.domain_update_nameservers(d, DOMAIN, &servers).await.unwrap();
    client.domain_update_contacts(e, DOMAIN, &contacts).await.unwrap();
    client.dns_delete(f, DOMAIN, "550021").await.unwrap();
    client.host_sync(g, DOMAIN).await.unwrap();
    client.host_create(h, DOMAIN, host, "203.0.113.53").await.unwrap();
    client.host_delete(i, DOMAIN, host).await.unwrap();
    client.host_add_ip(j, DOMAIN, host, "203.0.113.54").await.unwrap();
    client.host_remove_ip(k, DOMAIN, host, "203.0.113.53").await.unwrap();
    let admin = world.sent()[4].body.clone().unwrap();
    assert_eq!(admin["contacts"][0]["type"], json!(["administrative"]));
    let rows = [
        (
            "POST domain/create",
            Some(json!({"domain_name": DOMAIN, "period": 3, "nameservers": servers})),
        ),
        ("POST domain/lock/quiet-harbor.org", None),
        ("POST domain/unlock/quiet-harbor.org", None),
        (
            "POST domain/update_nameservers/quiet-harbor.org",
            Some(json!({"nameservers": servers})),
        ),
        ("POST domain/update_contacts/quiet-harbor.org", Some(admin)),
        ("POST dns/delete/quiet-harbor.org", Some(json!({"record_id": "550021"}))),
        ("GET host/sync/quiet-harbor.org", None),
        (
            "POST host/create/quiet-harbor.org",
            Some(json!({"hostname": host, "ip": "203.0.113.53"})),
        ),
        ("POST host/delete/quiet-harbor.org", Some(json!({"hostname": host}))),
        (
            "POST host/add_ip/quiet-harbor.org",
            Some(json!({"hostname": host, "ip": "203.0.113.54"})),
        ),
        (
            "POST host/remove_ip/quiet-harbor.org",
            Some(json!({"hostname": host, "ip": "203.0.113.53"})),
        ),
    ];
    let wanted: Vec<Sent> = rows.into_iter().flat_map(|(line, body)| signed(line, body)).collect();
    assert_eq!(world.sent(), wanted);
}

#[tokio::test]
async fn a_record_is_made_with_numbers_and_a_relative_name() {
    let world = World::new([
        reply("record.made"),
        reply("any.done-in-strings"),
        reply("record.no-id"),
    ])
    .await;
    let new = NewRecord {
        hostname: "www",
        kind: "A",
        content: "203.0.113.9",
        ttl: 300,
        priority: Some(10),
    };
    let made = world
        .client()
        .dns_create(&mut world.visit(), DOMAIN, &new)
        .await
        .unwrap();
    assert_eq!(
        (made.record_id.as_str(), made.ttl, made.priority),
        ("550022", 300, Some(10))
    );
    assert_eq!(
        world.sent(),
        signed(
            "POST dns/create/quiet-harbor.org",
            Some(json!({"hostname": "www", "type": "A", "content": "203.0.113.9", "ttl": 300, "priority": 10}))
        )
    );
    // Made, perhaps, but the answer does not tell what.
    for _ in 0..2 {
        let new = NewRecord { priority: None, ..new };
        let failure = world
            .client()
            .dns_create(&mut world.visit(), DOMAIN, &new)
            .await
            .unwrap_err();
        assert!(
            matches!(&failure, verdict::Failure::Unknown(doubt) if doubt.unlisted),
            "{failure:?}"
        );
        assert!(format!("{failure:?}").contains("record_id"), "{failure:?}");
    }
}
