//! Domains of the account: looked up, listed, set to a value.

use serde_json::{Value, json};

use super::{buy, get, item, order, person, settings};
use crate::world::World;

#[tokio::test]
async fn the_list_is_an_object_with_prices_or_an_empty_array() {
    let world = World::new().await;
    assert_eq!(world.nc_get("domain/list").await.json()["domains"], json!([]));
    buy(&world, "domain/create", "a.example").await;
    let mut private = item("domain/create", "premium-b.example");
    private["whois_privacy"] = 1.into();
    order(&world, json!([private])).await;
    let domains = world.nc_get("domain/list").await.json()["domains"].clone();
    assert_eq!(
        domains["a.example"]["addons"],
        json!({ "domain/renew": { "price": "11.49" }, "whois_privacy": { "price": "2.99" } })
    );
    assert_eq!(domains["a.example"].get("whois_privacy"), None);
    let premium = &domains["premium-b.example"];
    assert_eq!(premium["addons"]["domain/renew"]["price"], "114.90");
    assert_eq!(premium["whois_privacy"]["enabled"], true);
    assert_eq!(world.nc_get("account/get").await.json()["domain_count"], "2");
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn availability_is_asked_by_label() {
    let world =
        World::of(json!({ "namecom": { "taken": ["fogbell.net"], "settings": { "tld_cents": { "net": 1199 } } } }))
            .await;
    let got = world
        .nc_post(
            "domain/check",
            json!({ "keyword": "fogbell", "tlds": ["com", "net", "invalid"], "services": ["availability", "suggested"] }),
        )
        .await
        .json();
    assert_eq!(
        got["domains"]["fogbell.com"],
        json!({ "avail": true, "tld": "com", "price": "10.49", "premium": false, "backorder": false })
    );
    assert_eq!(
        got["domains"]["fogbell.net"],
        json!({ "avail": false, "tld": "net", "price": "49.95", "premium": false, "backorder": true })
    );
    assert_eq!(got["domains"].get("fogbell.invalid"), None);
    assert_eq!(got["suggested"]["fogbells.net"]["price"], "11.99");
    let plain = world
        .nc_post("domain/check", json!({ "keyword": "premium-x" }))
        .await
        .json();
    assert_eq!(plain["domains"].as_object().unwrap().len(), 3);
    assert_eq!(
        (&plain["domains"]["premium-x.org"]["premium"], plain.get("suggested")),
        (&json!(true), None)
    );
    let none = json!({ "keyword": "x", "tlds": ["invalid"] });
    assert_eq!(world.nc_post("domain/check", none).await.json()["domains"], json!([]));
    let dotted = json!({ "keyword": "x.com" });
    assert_eq!(world.nc_post("domain/check", dotted).await.result(), 204);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn locks_name_servers_and_contacts_are_set_to_a_value() {
    let world = World::new().await;
    let path = |call: &str| format!("domain/{call}/renew-1.example");
    for (method, call, locked) in [
        ("POST", "unlock", false),
        ("POST", "unlock", false),
        ("GET", "lock", true),
        ("GET", "unlock", false),
        ("POST", "lock", true),
    ] {
        let got = World::send(world.nc_signed(method, &path(call))).await.unwrap();
        assert_eq!(got.result(), 100);
        assert_eq!(get(&world, "renew-1.example").await["locked"], locked);
    }
    let servers = json!({ "nameservers": ["ns3.host.example", "ns4.host.example"] });
    assert_eq!(
        world
            .nc_post(&path("update_nameservers"), servers.clone())
            .await
            .result(),
        100
    );
    assert_eq!(
        get(&world, "renew-1.example").await["nameservers"],
        servers["nameservers"]
    );
    let one = json!({ "nameservers": ["ns3.host.example"] });
    assert_eq!(world.nc_post(&path("update_nameservers"), one).await.result(), 204);
    let contacts = json!({ "contacts": [person(&["technical"])] });
    assert_eq!(world.nc_post(&path("update_contacts"), contacts).await.result(), 100);
    let contacts = get(&world, "renew-1.example").await["contacts"].clone();
    assert_eq!(
        contacts[0]["type"],
        json!(["registrant", "administrative", "billing"]),
        "others keep theirs"
    );
    assert_eq!(
        (&contacts[1]["type"], &contacts[1]["country"]),
        (&json!(["technical"]), &json!("NO"))
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_foreign_domain_is_refused_by_every_call_about_it() {
    let foreign = json!({ "name": "foreign.example", "username": "other" });
    let world = World::of(json!({ "namecom": { "domains": [foreign] } })).await;
    let record = json!({ "hostname": "", "type": "A", "content": "203.0.113.9", "ttl": 300 });
    let address = json!({ "hostname": "ns1.foreign.example", "ip": "203.0.113.9" });
    for code in [221, 204, 240] {
        world.seed(&settings(json!({ "foreign_code": code })));
        for call in ["domain/get", "dns/list", "host/list", "host/sync"] {
            assert_eq!(
                world.nc_get(&format!("{call}/foreign.example")).await.result(),
                code,
                "{call}"
            );
        }
        for (call, body) in [
            ("domain/lock", Value::Null),
            ("domain/unlock", Value::Null),
            (
                "domain/update_nameservers",
                json!({ "nameservers": ["ns1.host.example", "ns2.host.example"] }),
            ),
            ("domain/update_contacts", json!({ "contacts": [person(&["billing"])] })),
            ("dns/create", record.clone()),
            ("dns/delete", json!({ "record_id": 1 })),
            ("host/create", address.clone()),
            ("host/add_ip", address.clone()),
            ("host/remove_ip", address.clone()),
            ("host/delete", json!({ "hostname": "ns1.foreign.example" })),
        ] {
            let got = world.nc_post(&format!("{call}/foreign.example"), body).await;
            assert_eq!(got.result(), code, "{call}");
        }
    }
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn older_answers_leave_privacy_and_renewal_out() {
    let world = World::of(json!({ "namecom": { "settings": { "newer_answers": false } } })).await;
    let domain = get(&world, "renew-1.example").await;
    assert_eq!((domain.get("whois_privacy"), domain.get("auto_renew")), (None, None));
}

#[tokio::test]
async fn a_seeded_domain_is_as_it_was_seeded() {
    let domain = json!({ "name": "Own.example", "created_at": "2024-01-01T10:00:00Z",
        "expires_at": "2031-01-01T10:00:00Z", "privacy_until": "2031-01-01T10:00:01Z",
        "nameservers": ["ns1.host.example", "ns2.host.example"] });
    let world = World::of(json!({ "namecom": { "domains": [domain], "auto_seed": [{ "prefix": "mine-" }] } })).await;
    let own = get(&world, "own.example").await;
    assert_eq!(
        (&own["create_date"], &own["expire_date"]),
        (&json!("2024-01-01 10:00:00"), &json!("2031-01-01 10:00:00"))
    );
    assert_eq!(
        own["whois_privacy"],
        json!({ "enabled": true, "expire_date": "2031-01-01 10:00:01" })
    );
    get(&world, "mine-1.example").await;
    assert_eq!(world.nc_get("domain/get/renew-1.example").await.result(), 221);
}
