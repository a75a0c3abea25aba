//! LogicBoxes' domains, contacts and customers as a plain client sees them.

use serde_json::json;

use crate::world::World;

const REGISTER: &str = "years=1&ns=ns1.host.example&ns=ns2.host.example&customer-id=4400012&reg-contact-id=991\
    &admin-contact-id=991&tech-contact-id=991&billing-contact-id=991&invoice-option=NoInvoice&auto-renew=false";

async fn register(world: &World, name: &str) -> String {
    let got = world
        .lb_post("domains/register", &format!("domain-name={name}&{REGISTER}"))
        .await
        .json();
    got["entityid"].as_str().unwrap_or_else(|| panic!("{got}")).to_owned()
}

#[tokio::test]
async fn an_order_is_told_in_strings_and_without_an_end_while_it_is_pending() {
    let world = World::new().await;
    let id = register(&world, "pending-a.example").await;
    let pending = world
        .lb_get("domains/details", &format!("order-id={id}&options=StatusDetails"))
        .await
        .json();
    assert_eq!(pending["currentstatus"], "InActive");
    assert_eq!(pending["actiontype"], "AddNewDomain");
    assert!(pending.get("endtime").is_none() && pending["eaqid"] != "0", "{pending}");
    assert!(pending.get("domsecret").is_none(), "not asked for");
    world.advance(std::time::Duration::from_secs(3_600));
    let active = world
        .lb_get("domains/details-by-name", "domain-name=pending-a.example&options=All")
        .await
        .json();
    assert_eq!(
        (active["eaqid"].as_str(), active["currentstatus"].as_str()),
        (Some("0"), Some("Active"))
    );
    for key in ["endtime", "domsecret", "ns1", "registrantcontactid", "creationtime"] {
        assert!(active[key].is_string(), "{key}");
    }
}

#[tokio::test]
async fn privacy_fails_inside_where_the_tld_has_none() {
    let world = World::new().await;
    let form = format!("domain-name=lark.in&{REGISTER}&purchase-privacy=true&protect-privacy=true");
    let got = world.lb_post("domains/register", &form).await.json();
    assert_eq!(
        (got["status"].as_str(), got["actionstatus"].as_str()),
        (Some("Success"), Some("Success"))
    );
    assert_eq!(got["privacydetails"]["status"], "error");
    assert_eq!(
        got["privacydetails"]["error"],
        "Privacy Protection Service not available."
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_order_is_said_in_the_providers_words() {
    let world = World::new().await;
    register(&world, "lark.example").await;
    let with = |name: &str, from: &str, to: &str| format!("domain-name={name}&{}", REGISTER.replace(from, to));
    for (form, words) in [
        (with("lark.example", "x", "x"), "already exists in our database"),
        (with("taken-a.example", "x", "x"), "not available for registration"),
        (with("b.example", "4400012", "1"), "Customer 1 not found"),
        (
            with("b.example", "reg-contact-id=991", "reg-contact-id=-1"),
            "registrantcontactid is invalid",
        ),
        (with("b.eu", "x", "x"), "admincontactid is invalid"),
        (with("b.example", "ns=ns1", "ns=bad1"), "is not a valid Nameserver"),
        (with("b.example", "years=1", "years=11"), "ValidationException"),
        (with("b.vet", "x", "x"), "Please accept the Terms"),
    ] {
        let got = world.lb_post("domains/register", &form).await;
        assert_eq!(got.status, 500, "{form}");
        assert!(got.text.contains(words), "{form}: {}", got.text);
    }
    let renew = "order-id=90110022&years=1&exp-date=1&auto-renew=false&invoice-option=NoInvoice";
    let got = world.lb_post("domains/renew", renew).await;
    assert_eq!(got.json()["message"], "Domain already renewed.");
    assert_eq!(world.charges().count, 1);
}

#[tokio::test]
async fn an_error_comes_in_either_envelope() {
    let world = World::new().await;
    let taken = world
        .lb_post("domains/register", &format!("domain-name=taken-a.example&{REGISTER}"))
        .await
        .json();
    assert_eq!(
        taken,
        json!({ "status": "error", "actionstatus": "Failed",
            "error": "Domain name taken-a.example is not available for registration" })
    );
    let unknown = world.lb_get("domains/orderid", "domain-name=lark.example").await.json();
    assert_eq!(
        unknown,
        json!({ "status": "ERROR", "message": "Website doesn't exist for lark.example" })
    );
}

#[tokio::test]
async fn a_deleted_order_is_found_by_the_search_only() {
    let world = World::new().await;
    let id = register(&world, "lark.example").await;
    world.lb_post("domains/delete", &format!("order-id={id}")).await;
    assert_eq!(
        world.lb_get("domains/orderid", "domain-name=lark.example").await.status,
        500
    );
    let by_id = world
        .lb_get("domains/details", &format!("order-id={id}&options=All"))
        .await;
    assert_eq!(by_id.json()["message"], format!("No Entity found for Entityid: {id}"));
    register(&world, "lark.example").await;
    let found = world
        .lb_get("domains/search", "no-of-records=10&page-no=1&domain-name=ark.ex")
        .await
        .json();
    assert_eq!(
        found["recsindb"], "2",
        "a part is enough, and both registrations are told: {found}"
    );
    assert_eq!(found["1"]["entity.currentstatus"], "Deleted");
    assert_eq!(found["2"]["entity.currentstatus"], "Active");
    let none = world
        .lb_get("domains/search", "no-of-records=10&page-no=1&status=Suspended")
        .await
        .json();
    assert_eq!(none, json!({ "recsonpage": "0", "recsindb": "0" }));
}

#[tokio::test]
async fn actions_of_domains_and_of_mail_stand_in_one_log() {
    let world = World::new().await;
    let id = register(&world, "lark.example").await;
    let log = |list: &'static str, more: String| {
        let world = &world;
        async move {
            let query = format!("no-of-records=10&page-no=1{more}");
            world.lb_get(&format!("actions/search-{list}"), &query).await
        }
    };
    assert_eq!(
        log("current", format!("&order-id={id}")).await.status,
        500,
        "none is an error"
    );
    let archived = log("archived", format!("&order-id={id}")).await.json();
    assert_eq!(archived["1"]["actiontype"], "AddNewDomain");
    assert_ne!(archived["1"]["actioncompleted"], "0");
}

#[tokio::test]
async fn an_available_name_is_told_by_label_and_tld() {
    let world = World::new().await;
    register(&world, "mine.example").await;
    let query = "domain-name=mine&domain-name=lark&domain-name=taken-a&domain-name=unknown-a&tlds=example";
    let got = world.lb_get("domains/available", query).await.json();
    for (name, status) in [
        ("mine.example", "regthroughus"),
        ("lark.example", "available"),
        ("taken-a.example", "regthroughothers"),
        ("unknown-a.example", "unknown"),
    ] {
        assert_eq!(got[name]["status"], status, "{name}");
    }
    let commas = world
        .lb_get("domains/available", "domain-name=a,b&tlds=example")
        .await
        .json();
    assert_eq!(
        commas,
        json!({ "a,b.example": { "status": "unknown", "classkey": "domcno" } })
    );
}

#[tokio::test]
async fn a_misspelt_parameter_is_unexpected() {
    let world = World::new().await;
    let got = world
        .lb_post("domains/register", &format!("domainname=lark.example&{REGISTER}"))
        .await;
    assert_eq!(got.status, 500);
    assert_eq!(world.unexpected().len(), 1);
    assert_eq!(world.charges().count, 0);
}
