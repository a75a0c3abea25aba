//! What no careful client sends is refused, does nothing, and is written down.

use domorder_tests_sim::Behaviour;

use crate::world::{World, register_query, renew_query};

#[tokio::test]
async fn misspelt_missing_repeated_and_malformed_parameters_are_unexpected() {
    let world = World::new().await;
    let order = register_query("a.example");
    let rows = [
        (
            order.replace("Websitename", "websiteName"),
            "websiteName=Unknown parameter",
        ),
        (
            order.replace("&ns2=ns2.host.example", ""),
            "ns2=Required parameter missing",
        ),
        (format!("{order}&Duration=2"), "Duration=Parameter given more than once"),
        (
            order.replace("Duration=2", "Duration=two"),
            "Duration=Parameter has an invalid value",
        ),
        (
            order.replace("ProductType=1", "ProductType=2"),
            "ProductType=Parameter has an invalid value",
        ),
        (format!("{order}&couponcode=x"), "couponcode=Unknown parameter"),
        (
            renew_query("renew-1.example").replace("Id=5512", "id=5512"),
            "id=Unknown parameter",
        ),
        (
            format!("{}&ExpiryYear=2027", renew_query("renew-1.example")),
            "ExpiryYear=Unknown parameter",
        ),
        (
            "ViewDomain?websitename=a.example".to_owned(),
            "websitename=Unknown parameter",
        ),
    ];
    for (index, (query, reason)) in rows.iter().enumerate() {
        let got = world.cr(query).await;
        assert_eq!((got.status, got.code()), (200, 400), "{query}");
        let unexpected = world.unexpected();
        assert_eq!(
            (unexpected.len(), unexpected[index].reason.as_str()),
            (index + 1, *reason),
            "{query}"
        );
        assert!(!unexpected[index].path.contains('?'), "a query may hold a secret");
    }
    assert_eq!(world.charges().count, 0);
}

#[tokio::test]
async fn both_spellings_of_the_auth_code_may_be_sent() {
    let world = World::new().await;
    let query = "TransferOrder?OrderType=4&Websitename=a.example&AuthCode=x&Authcode=x&Id=5512";
    assert_eq!(world.cr(query).await.code(), 200);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_wrong_method_path_or_body_is_unexpected() {
    let world = World::new().await;
    let key = "APIKey=CR-DEMO-KEY-0001";
    let order = world.url(&format!("/ConnectReseller/ESHOP/{}&{key}", register_query("a.example")));
    let renew = "order-id=1&months=1&auto-renew=true&invoice-option=NoInvoice";
    let auth = "auth-userid=700001&api-key=LBDEMOKEY000";
    let client = world.client();
    let requests = [
        (client.post(&order), 405, "wrong method"),
        (client.get(&order).body("x=1"), 400, "GET with a body"),
        (
            client.get(world.url(&format!("/ConnectReseller/ESHOP/Ordr?{key}"))),
            404,
            "unknown call",
        ),
        (client.get(world.url("/nowhere")), 404, "unknown path"),
        (
            client.get(world.url(&format!("/api/eelite/us/renew.json?{renew}&{auth}"))),
            405,
            "wrong method",
        ),
        (
            client.post(world.url(&format!("/api/eelite/us/orderid.json?domain-name=a&{auth}"))),
            405,
            "wrong method",
        ),
        (
            client
                .post(world.url("/api/eelite/us/renew.json"))
                .body(format!("{renew}&{auth}")),
            400,
            "body is no form",
        ),
        (
            client.post(world.url(&format!("/api/eelite/us/renew.xml?{renew}&{auth}"))),
            404,
            "unknown call",
        ),
        (
            client.post(world.url(&format!("/api/eelite/us/renew.json?{renew}"))),
            500,
            "auth-userid=Required parameter missing",
        ),
        (
            client.post(world.url(&format!(
                "/api/eelite/us/renew.json?{}&{auth}",
                renew.replace("NoInvoice", "noinvoice")
            ))),
            500,
            "invoice-option=Parameter has an invalid value",
        ),
    ];
    for (index, (request, status, reason)) in requests.into_iter().enumerate() {
        let got = World::send(request).await.unwrap();
        assert_eq!(got.status, status, "{reason}");
        assert_eq!(world.unexpected()[index].reason, reason);
    }
    assert_eq!(world.charges().count, 0);
}

#[tokio::test]
async fn writes_may_stand_in_the_query() {
    let world = World::new().await;
    let query = "domain-name=a.example&customer-id=4400012&months=1&no-of-accounts=1&auto-renew=false\
                 &invoice-option=NoInvoice&auth-userid=700001&api-key=LBDEMOKEY000";
    let request = world
        .client()
        .post(world.url(&format!("/api/eelite/us/add.json?{query}")));
    assert_eq!(World::send(request).await.unwrap().status, 200);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_fault_does_not_hide_a_mistake() {
    let world = World::new().await;
    world.once("Order", Behaviour::DoThen500);
    world.cr(&register_query("a.example").replace("ns1", "NS1")).await;
    assert_eq!(world.unexpected().len(), 1);
    assert_eq!(
        world.register("a.example").await.status,
        500,
        "the rule waited for a call that counts"
    );
}
