//! Answers in their odd shapes, letter by letter.

use serde_json::{Value, json};

use crate::world::World;

async fn with_domain() -> (World, Value) {
    let world = World::of(json!({ "connectreseller": { "domains": [{ "name": "a.example" }] } })).await;
    let domain = world.view("a.example").await.data();
    (world, domain)
}

#[tokio::test]
async fn contacts_are_updated_under_an_outer_400() {
    let (world, domain) = with_domain().await;
    let contact = domain["registrantContactId"].as_str().unwrap().replace("OR_", "");
    let query = |contact: &str| {
        format!(
            "updatecontact?domainNameId={}&websiteName=a.example&registrantContactId={contact}&adminContactId={contact}\
             &technicalContactId={contact}&billingContactId={contact}",
            domain["domainNameId"]
        )
    };
    let done = world.cr(&query(&contact)).await;
    assert_eq!(
        (done.status, done.code(), &done.data()["statusCode"]),
        (200, 400, &json!(1000))
    );
    let refused = world.cr(&query("1")).await;
    assert_eq!((refused.code(), &refused.data()["statusCode"]), (400, &json!(400)));
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn the_secret_is_a_bare_text_and_the_outer_part_of_name_servers_is_misspelt() {
    let (world, domain) = with_domain().await;
    let id = &domain["domainNameId"];
    let code = world.cr(&format!("ViewEPPCode?domainNameId={id}")).await;
    assert_eq!(code.json(), domain["authCode"]);
    let set = world
        .cr(&format!(
            "UpdateNameServer?domainNameId={id}&websitename=a.example&nameServer1=ns1.b.example&nameServer2=ns2.b.example"
        ))
        .await
        .json();
    assert_eq!(set["responeMsg"]["statusCode"], 200);
    assert!(set.get("responseMsg").is_none());
    assert_eq!(set["responseData"]["msgCode"], 1000);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn switches_answer_one_level_deeper_and_show_as_words() {
    let (world, domain) = with_domain().await;
    let id = &domain["domainNameId"];
    for (action, flag, field, on, off) in [
        ("ManageDomainLock", "isDomainLocked", "isDomainLocked", "true", "false"),
        (
            "ManageTheftProtection",
            "isTheftProtection",
            "isThiefProtected",
            "True",
            "False",
        ),
        (
            "ManageDomainPrivacyProtection",
            "iswhoisprotected",
            "isPrivacyProtection",
            "true",
            "false",
        ),
        (
            "ManageDomainSuspend",
            "isDomainSuspend",
            "status",
            "Suspended",
            "Active",
        ),
    ] {
        let name = if action.contains("Privacy") {
            ""
        } else {
            "&websiteName=a.example"
        };
        for (value, shown) in [("1", on), ("false", off), ("true", on), ("0", off)] {
            let got = world
                .cr(&format!("{action}?domainNameId={id}{name}&{flag}={value}"))
                .await;
            assert_eq!(got.data()["responseMsg"]["statusCode"], 200, "{action}");
            assert_eq!(world.view("a.example").await.data()[field], shown, "{action}");
        }
    }
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn lists_and_mails_have_no_envelope_and_a_new_contacts_id_is_outside() {
    let world = World::new().await;
    let person = "Name=Mara&EmailAdress=mara@example.net&CompanyName=NA&Address=x&City=Oslo&StateName=other\
                  &CountryName=Norway&Zip=1&PhoneNo_cc=47&PhoneNo=1&Id=5512";
    let added = world.cr(&format!("AddRegistrantContact?{person}")).await.json();
    let id = &added["responseMsg"]["id"];
    assert!(id.as_u64().unwrap() > 0);
    assert_eq!(added["responseData"], Value::Null);
    let list = world
        .cr("registrantsearchlist?clientId=5512&page=1&maxIndex=9&searchQuery=mara")
        .await
        .json();
    assert_eq!(
        (&list["totalCount"], &list["records"][0]["registrantContactId"]),
        (&json!(1), id)
    );
    let clients = world.cr("clientsearchlist?page=1&maxIndex=9").await.json();
    assert_eq!(clients["records"][0]["entryId"], 5512);
    assert_eq!(world.cr("clientsearchlist?page=0&maxIndex=9").await.code(), 400);
    let mail = world.cr(&format!("resendRegistrantMail?contactId={id}")).await.json();
    assert_eq!(mail["statusCode"], 200);
    assert!(mail.get("responseMsg").is_none());
    assert!(world.cr("tldsync/?").await.json().is_array());
    let suggested = world.cr("domainSuggestion?keyword=otter&maxResult=2").await.json();
    assert_eq!(
        suggested["responseMsg"]["registryDomainSuggestionList"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let client = world
        .cr("ViewClient?UserName=client-5512@customers.example")
        .await
        .data();
    assert_eq!(
        client["password"], "demo-Pass-5512",
        "as the real one, it tells the password"
    );
    world.assert_nothing_unexpected();
}
