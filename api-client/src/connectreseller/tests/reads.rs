//! Every read: spelled as documented, there, absent, and not to be understood.

use secrecy::ExposeSecret as _;

use super::super::client::*;
use super::super::wire::Standing;
use super::*;
use crate::http::CallClass;
use crate::provider::TroubleKind;

const SHOWN_CODE: &str = "canary-shown-Auth-1";

/// Runs a read against an answer: over the pool and over a visit, which must not differ.
pub(super) async fn read<T: std::fmt::Debug>(
    answer: Reply,
    asked: &str,
    run: impl AsyncFn(&Client, Option<&mut Visit>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let world = World::new([answer.clone(), answer]).await;
    let pooled = run(world.provider.client(), None).await;
    let result = run(world.provider.client(), Some(&mut world.provider.visit())).await;
    world.check(&result);
    assert_eq!(format!("{pooled:?}"), format!("{result:?}"));
    assert_eq!(world.asked(), [asked, asked]);
    assert_eq!(world.reports()[0].class, CallClass::Read);
    result
}

/// What each read makes of answers that say nothing.
pub(super) async fn troubles<T: std::fmt::Debug>(
    garbled: &[&str],
    asked: &str,
    run: impl AsyncFn(&Client, Option<&mut Visit>) -> Result<T, Trouble>,
) {
    let kind = async |answer: Reply| {
        let shown = format!("{answer:?}");
        read(answer, asked, &run).await.expect_err(&shown).kind
    };
    for name in garbled {
        assert_eq!(kind(reply(name)).await, TroubleKind::Garbled, "{name}");
    }
    assert_eq!(kind(reply("any.no-envelope")).await, TroubleKind::Garbled);
    assert_eq!(kind(raw(200, "")).await, TroubleKind::Garbled);
    assert_eq!(kind(reply("any.unauthorized")).await, TroubleKind::Credentials);
    assert_eq!(kind(raw(429, "")).await, TroubleKind::Throttled);
    assert_eq!(kind(raw(404, "<html></html>")).await, TroubleKind::Unavailable);
    assert_eq!(
        kind(raw(500, fixture("viewregistrant.absent"))).await,
        TroubleKind::Unavailable
    );
}

#[tokio::test]
async fn a_domain_by_its_id() {
    let asked = "ViewDomainById?id=900417";
    let run = async |client: &Client, via: Option<&mut Visit>| client.view_domain_by_id(via, "900417").await;
    let found = read(reply("viewdomainbyid.active"), asked, run).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.customer.as_str()), (DOMAIN, "5512"));
    assert!(
        read(reply("viewdomainbyid.absent"), asked, run)
            .await
            .unwrap()
            .is_none()
    );
    troubles(&["viewdomainbyid.other-domain", "viewdomain.unlisted"], asked, run).await;
}

#[tokio::test]
async fn every_field_of_a_domain_is_read_leniently() {
    let asked = "ViewDomain?websiteName=blue-otter-7.com";
    let run = async |client: &Client, via: Option<&mut Visit>| client.view_domain(via, DOMAIN).await;
    let found = read(reply("viewdomain.full"), asked, run).await.unwrap().unwrap();
    let at = |text: &str| text.parse::<Timestamp>().ok();
    assert_eq!(found.standing, Standing::Held);
    assert_eq!(found.ordered, at("2025-03-04T09:15:00Z"));
    assert_eq!(found.created, at("2025-03-04T09:15:02Z"));
    assert_eq!(found.updated, found.created);
    assert_eq!(found.expiry, at("2026-03-04T09:15:02Z"));
    assert_eq!(found.website_id.as_deref(), Some("771204"));
    assert_eq!(
        found.nameservers,
        ["ns1.parked.example", "ns2.parked.example", "ns3.parked.example"]
    );
    assert_eq!(found.auth_code.as_ref().unwrap().expose_secret(), SHOWN_CODE);
    assert_eq!(
        (found.locked, found.theft_protected, found.privacy, found.parked),
        (Some(true), Some(false), Some(false), Some(true))
    );
    let contacts = &found.contacts;
    assert_eq!(
        [&contacts.registrant, &contacts.admin, &contacts.tech, &contacts.billing].map(|id| id.as_deref().unwrap()),
        ["30211", "30212", "30213", "30211"]
    );
    assert_eq!(
        (found.registrant_verified, found.registrant_verified_at),
        (Some(true), found.created)
    );
    assert_eq!(
        (found.dns_active, found.dns_zone_id.as_deref()),
        (Some(true), Some("2173"))
    );

    let documented = read(reply("viewdomain.documented"), asked, run).await.unwrap().unwrap();
    assert_eq!(documented.standing, Standing::Held);
    assert_eq!(
        (documented.expiry, documented.locked, documented.dns_zone_id),
        (None, None, None)
    );
    assert_eq!(documented.auth_code.unwrap().expose_secret(), SHOWN_CODE);

    let lacking = read(reply("viewdomain.no-customer"), asked, run).await.unwrap_err();
    assert!(lacking.detail.contains("lacks `customerId`"), "{lacking:?}");
}

#[tokio::test]
async fn the_list_of_domains_is_asked_with_every_filter() {
    let search = DomainSearch {
        page: 3,
        rows_max: 10,
        query: Some("otter"),
        client: Some("5512"),
        sort: Some((SortBy::ExpirationDate, true)),
    };
    let asked =
        "SearchDomainList?page=3&maxIndex=10&searchQuery=otter&clientId=5512&orderby=ExpirationDate&orderType=DESC";
    let run = async |client: &Client, via: Option<&mut Visit>| client.search_domain_list(via, &search).await;
    let list = read(reply("searchdomainlist.one"), asked, run).await.unwrap();
    assert_eq!((list.total, list.rows.len()), (Some(1), 1));
    let row = &list.rows[0];
    assert_eq!(
        (row.entry_id.as_deref(), row.status.as_deref()),
        (Some("900417"), Some("Active"))
    );
    assert_eq!(row.created.unwrap().to_string(), "2025-03-04T09:15:02Z");
    assert_eq!(row.expiry.unwrap().to_string(), "2026-03-04T09:15:02Z");
    troubles(
        &["searchdomainlist.failure", "registrantsearchlist.in-data"],
        asked,
        run,
    )
    .await;
}

#[tokio::test]
async fn a_transfer_that_is_completed_has_an_expiry() {
    let run = async |client: &Client, via: Option<&mut Visit>| client.sync_transfer(via, DOMAIN).await;
    let sync = read(
        reply("synctransfer.completed"),
        "syncTransfer?domainName=blue-otter-7.com",
        run,
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(sync.expiry.unwrap().as_millisecond(), 1_803_978_902_000);
}

#[tokio::test]
async fn an_epp_code_comes_in_any_of_its_forms_and_is_never_shown() {
    let asked = "ViewEPPCode?domainNameId=900417";
    let run = async |client: &Client, via: Option<&mut Visit>| client.view_epp_code(via, "900417").await;
    for form in [
        "vieweppcode.bare",
        "vieweppcode.data",
        "vieweppcode.key",
        "vieweppcode.misspelt-key",
        "vieweppcode.top-level-key",
    ] {
        let code = read(reply(form), asked, run).await.unwrap().unwrap();
        assert_eq!(code.expose_secret(), SHOWN_CODE, "{form}");
    }
    assert!(read(reply("vieweppcode.absent"), asked, run).await.unwrap().is_none());
    troubles(&["vieweppcode.empty", "vieweppcode.unlisted"], asked, run).await;
}

#[tokio::test]
async fn availability_and_prices() {
    let asked = "checkdomainavailable?websiteName=blue-otter-7.com";
    let run = async |client: &Client, via: Option<&mut Visit>| client.check_domain_available(via, DOMAIN).await;
    let free = read(reply("checkdomainavailable.free"), asked, run)
        .await
        .unwrap()
        .unwrap();
    assert!(free.available && !free.is_premium());
    assert_eq!(free.fees.registration.as_deref(), Some("10.99"));
    assert_eq!(free.fees.renewal.as_deref(), Some("12.50"));
    let premium = read(reply("checkdomainavailable.documented"), asked, run)
        .await
        .unwrap()
        .unwrap();
    assert!(premium.available && premium.is_premium());
    assert_eq!(premium.fees.registration.as_deref(), Some("109.90"));
    for taken in [
        "checkdomainavailable.taken",
        "checkdomainavailable.refused-not-available",
    ] {
        assert!(!read(reply(taken), asked, run).await.unwrap().unwrap().available);
    }
    for unsold in [
        "checkdomainavailable.refused-tld",
        "checkdomainavailable.refused-not-supported",
    ] {
        assert_eq!(read(reply(unsold), asked, run).await, Ok(None));
    }
    troubles(
        &["checkdomainavailable.unlisted", "checkdomainavailable.no-verdict"],
        asked,
        run,
    )
    .await;

    let asked = "getdomainprice?websiteName=blue-otter-7.com";
    let run = async |client: &Client, via: Option<&mut Visit>| client.get_domain_price(via, DOMAIN).await;
    for form in ["getdomainprice.done", "getdomainprice.singular"] {
        let fees = read(reply(form), asked, run).await.unwrap().unwrap();
        assert_eq!(
            [fees.registration, fees.renewal, fees.transfer].map(Option::unwrap),
            ["10.99", "12.5", "10.49"]
        );
    }
    assert_eq!(read(reply("getdomainprice.refused"), asked, run).await, Ok(None));
    troubles(&["getdomainprice.no-fees", "checkdomainavailable.unlisted"], asked, run).await;

    let asked = "checkDomainPrice?websiteName=blue-otter-7.com";
    let run = async |client: &Client, via: Option<&mut Visit>| client.check_domain_price(via, DOMAIN).await;
    let sentences = read(reply("checkdomainprice.free"), asked, run).await.unwrap().unwrap();
    assert_eq!(sentences[1], "Registration Price for 2 Year is 21.98");
    assert_eq!(read(reply("checkdomainprice.refused"), asked, run).await, Ok(None));
    troubles(&["checkdomainprice.no-sentences"], asked, run).await;
}

#[tokio::test]
async fn names_in_bulk_and_suggestions() {
    let asked = "bulkDomainCheck?websiteNames=example1.com%2Cexample2.com";
    let run = async |client: &Client, via: Option<&mut Visit>| {
        client.bulk_domain_check(via, &["example1.com", "example2.com"]).await
    };
    let found = read(reply("bulkdomaincheck.done"), asked, run).await.unwrap();
    assert_eq!(
        (found[0].name.as_str(), found[0].available),
        ("example1.com", Some(true))
    );
    assert_eq!((found[1].kind.as_deref(), found[1].price.as_deref()), (None, None));
    troubles(&["bulkdomaincheck.failure"], asked, run).await;

    let asked = "getTldSuggestion?websiteName=example.com";
    let run = async |client: &Client, via: Option<&mut Visit>| client.get_tld_suggestion(via, "example.com").await;
    assert_eq!(
        read(reply("gettldsuggestion.done"), asked, run).await.unwrap()[1].available,
        Some(false)
    );
    troubles(&["gettldsuggestion.failure"], asked, run).await;

    let asked = "domainSuggestion?keyword=example.com&maxResult=5";
    let run = async |client: &Client, via: Option<&mut Visit>| client.domain_suggestion(via, "example.com", 5).await;
    for form in ["domainsuggestion.done", "domainsuggestion.in-data"] {
        let found = read(reply(form), asked, run).await.unwrap();
        assert_eq!(
            (found[0].name.as_str(), found[0].price.as_deref()),
            ("example.biz", Some("5.5"))
        );
    }
    troubles(&["domainsuggestion.failure"], asked, run).await;

    let run = async |client: &Client, via: Option<&mut Visit>| client.tld_sync(via).await;
    let tlds = read(reply("tldsync.done"), "tldsync", run).await.unwrap();
    assert_eq!((tlds[0].years_min, tlds[0].years_max), (Some(1), Some(10)));
    assert_eq!(tlds[0].currency.as_deref(), Some("USD"));
    assert_eq!(tlds[0].fees.renewal.as_deref(), Some("12.50"));
    troubles(&["tldsync.failure"], "tldsync", run).await;
}

#[tokio::test]
async fn records_name_servers_and_forwardings() {
    let asked = "ViewDNSRecord?WebsiteId=771204";
    let run = async |client: &Client, via: Option<&mut Visit>| client.view_dns_record(via, "771204").await;
    let records = read(reply("viewdnsrecord.done"), asked, run).await.unwrap().unwrap();
    assert_eq!((records[0].id.as_str(), records[0].ttl_secs), ("771", Some(43_200)));
    assert_eq!((records[1].kind.as_str(), records[1].priority), ("MX", Some(10)));
    assert_eq!(
        read(reply("viewdnsrecord.bare"), asked, run)
            .await
            .unwrap()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        read(reply("viewdnsrecord.empty"), asked, run).await,
        Ok(Some(Vec::new()))
    );
    assert_eq!(read(reply("viewdnsrecord.absent"), asked, run).await, Ok(None));
    troubles(&["viewdnsrecord.documented", "viewdnsrecord.no-id"], asked, run).await;

    let asked = "getchildnameservers?id=900417";
    let run = async |client: &Client, via: Option<&mut Visit>| client.get_child_name_servers(via, "900417").await;
    let children = read(reply("getchildnameservers.done"), asked, run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(children[0].host, "ns1.blue-otter-7.com");
    assert_eq!(children[1].address, Some("2001:db8::2".parse().unwrap()));
    assert_eq!(
        read(reply("getchildnameservers.empty"), asked, run).await,
        Ok(Some(Vec::new()))
    );
    assert_eq!(read(reply("getchildnameservers.absent"), asked, run).await, Ok(None));
    troubles(&["getchildnameservers.failure"], asked, run).await;

    let asked = "GetDomainForwarding?websiteId=771204";
    let run = async |client: &Client, via: Option<&mut Visit>| client.get_domain_forwarding(via, "771204").await;
    let found = read(reply("getdomainforwarding.done"), asked, run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.masking, found.target()),
        (Some(true), Some("https://www.example/"))
    );
    let none = read(reply("getdomainforwarding.none"), asked, run)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((none.masking, none.target()), (Some(false), None));
    assert_eq!(read(reply("getdomainforwarding.absent"), asked, run).await, Ok(None));
    troubles(&["getdomainforwarding.failure"], asked, run).await;
}
