//! DNS records and host objects.

use serde_json::json;

use super::settings;
use crate::world::World;

#[tokio::test]
async fn records_are_told_in_texts_and_made_in_numbers() {
    let world = World::new().await;
    let (list, create, delete) = (
        "dns/list/renew-1.example",
        "dns/create/renew-1.example",
        "dns/delete/renew-1.example",
    );
    assert_eq!(world.nc_get(list).await.json()["records"], json!([]));
    let mx = json!({ "hostname": "", "type": "MX", "content": "mx1.vane.example", "ttl": 300, "priority": 10 });
    let made = world.nc_post(create, mx.clone()).await.json();
    assert_eq!(
        (&made["name"], &made["ttl"], &made["priority"]),
        (&json!("renew-1.example"), &json!(300), &json!(10))
    );
    let id = made["record_id"].as_u64().unwrap();
    let www = json!({ "hostname": "www", "type": "A", "content": "203.0.113.9", "ttl": 600 });
    assert_eq!(world.nc_post(create, www).await.json()["name"], "www.renew-1.example");
    let records = world.nc_get(list).await.json()["records"].clone();
    assert_eq!(
        (&records[0]["record_id"], &records[0]["ttl"], &records[0]["priority"]),
        (&json!(id.to_string()), &json!("300"), &json!("10"))
    );
    assert_eq!(records[1].get("priority"), None);
    assert_eq!(
        world.nc_post(create, mx.clone()).await.said(),
        "Parameter Value Error - Duplicate Record"
    );
    world.seed(&settings(json!({ "refuse_duplicates": false })));
    assert_eq!(world.nc_post(create, mx.clone()).await.result(), 100);
    let mut short = mx;
    short["ttl"] = 299.into();
    assert_eq!(world.nc_post(create, short).await.result(), 204);
    for code in [100, 204] {
        assert_eq!(
            world
                .nc_post(delete, json!({ "record_id": id.to_string() }))
                .await
                .result(),
            code
        );
    }
    assert_eq!(world.state().namecom("renew-1.example").unwrap().records, 2);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn hosts_are_named_in_full() {
    let world = World::new().await;
    let path = |call: &str| format!("host/{call}/renew-1.example");
    let host = |ip: &str| json!({ "hostname": "ns1.renew-1.example", "ip": ip });
    assert_eq!(world.nc_get(&path("list")).await.json()["hosts"], json!([]));
    for (call, body, code) in [
        ("create", host("203.0.113.53"), 100),
        ("create", host("203.0.113.53"), 204),
        ("create", json!({ "hostname": "ns1", "ip": "203.0.113.53" }), 204),
        (
            "create",
            json!({ "hostname": "ns2.renew-1.example", "ip": "here" }),
            204,
        ),
        ("add_ip", host("2001:db8::53"), 100),
        ("add_ip", host("2001:db8::53"), 204),
        ("remove_ip", host("203.0.113.53"), 100),
        ("remove_ip", host("203.0.113.53"), 204),
    ] {
        assert_eq!(
            world.nc_post(&path(call), body.clone()).await.result(),
            code,
            "{call} {body}"
        );
    }
    assert_eq!(
        world.nc_get(&path("list")).await.json()["hosts"],
        json!({ "ns1.renew-1.example": ["2001:db8::53"] })
    );
    assert_eq!(world.nc_get(&path("sync")).await.result(), 100);
    for code in [100, 204] {
        let name = json!({ "hostname": "ns1.renew-1.example" });
        assert_eq!(world.nc_post(&path("delete"), name).await.result(), code);
    }
    assert_eq!(world.nc_get(&path("list")).await.json()["hosts"], json!([]));
    world.assert_nothing_unexpected();
}
