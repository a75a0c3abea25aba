//! Every free change and every deletion: spelled as documented, done, refused, and in doubt.

use super::super::client::*;
use super::*;
use crate::http::CallClass;

pub(super) const REFERENCE: DomainRef<'static> = DomainRef {
    id: "900417",
    name: DOMAIN,
};
type R = RejectionClass;

/// Runs a change against its fixtures: how it is asked, done, refused (`None`: as doubtful), and what is said without a
/// key, without an answer and without a gate.
pub(super) async fn change<T: std::fmt::Debug>(
    done: &str,
    refused: (&str, Option<R>),
    asked: &str,
    run: impl AsyncFn(&Client, &mut Visit) -> Result<T, Failure>,
) -> T {
    let class = rows::row_of(asked.split('?').next().unwrap_or_default()).class;
    let with = async |answer: Reply| {
        let world = World::new([answer]).await;
        let result = run(world.provider.client(), &mut world.visit()).await;
        world.check(&result);
        assert_eq!(world.asked(), [asked]);
        assert_eq!(world.reports()[0].class, class);
        result
    };
    let failure = with(reply(refused.0)).await.expect_err(refused.0);
    match (refused.1, &failure) {
        (Some(class), Failure::Rejected(rejection)) => assert_eq!(rejection.class, class, "{failure:?}"),
        (None, Failure::Unknown(doubt)) => assert!(!doubt.unlisted, "{failure:?}"),
        other => panic!("{other:?}"),
    }
    match with(reply("any.unauthorized")).await.expect_err("no key") {
        Failure::Rejected(rejection) => assert_eq!(rejection.class, R::Credentials),
        other => panic!("{other:?}"),
    }
    for mute in [raw(502, "<html></html>"), raw(200, ""), reply("any.no-envelope")] {
        let failure = with(mute).await.expect_err("no answer");
        assert!(matches!(failure, Failure::Unknown(_)), "{failure:?}");
    }
    if class == CallClass::Paid {
        let world = World::new([]).await;
        let failure = run(world.provider.client(), &mut world.provider.visit()).await;
        assert!(matches!(failure, Err(Failure::NotSent(_))), "{failure:?}");
        assert!(world.asked().is_empty());
    }
    with(reply(done)).await.expect(done)
}

#[tokio::test]
async fn a_domains_settings() {
    let nameservers: Vec<String> = (1..=13).map(|n| format!("ns{n}.parked.example")).collect();
    let all: String = (1..=13)
        .map(|n| format!("&nameServer{n}=ns{n}.parked.example"))
        .collect();
    let done = change(
        "updatenameserver.done",
        ("updatenameserver.refused", Some(R::Invalid)),
        &format!("UpdateNameServer?domainNameId=900417&websiteName=blue-otter-7.com{all}&Id=5512"),
        async |client, via| {
            client
                .update_name_server(via, REFERENCE, &nameservers, Some("5512"))
                .await
        },
    )
    .await;
    assert_eq!(
        (done.code, done.message.as_deref()),
        (1000, Some("Command completed successfully"))
    );
    change(
        "managedomainlock.done",
        ("managedomainlock.refused", Some(R::NotFound)),
        "ManageDomainLock?domainNameId=900417&websiteName=blue-otter-7.com&isDomainLocked=true",
        async |client, via| client.manage_domain_lock(via, REFERENCE, true).await,
    )
    .await;
    change(
        "managedomainprivacyprotection.done",
        ("managedomainprivacyprotection.refused", Some(R::Unsupported)),
        "ManageDomainPrivacyProtection?domainNameId=900417&iswhoisprotected=false",
        async |client, via| client.manage_domain_privacy_protection(via, "900417", false).await,
    )
    .await;
    change(
        "managedomainsuspend.done",
        ("managedomainsuspend.refused", Some(R::NotFound)),
        "ManageDomainSuspend?domainNameId=900417&websiteName=blue-otter-7.com&isDomainSuspend=true",
        async |client, via| client.manage_domain_suspend(via, REFERENCE, true).await,
    )
    .await;
    change(
        "managetheftprotection.done",
        ("managetheftprotection.refused", Some(R::NotFound)),
        "ManageTheftProtection?domainNameId=900417&websiteName=blue-otter-7.com&isTheftProtection=false",
        async |client, via| client.manage_theft_protection(via, REFERENCE, false).await,
    )
    .await;
    let code = SecretString::from(AUTH_CODE);
    change(
        "updateauthcode.done",
        ("updateauthcode.refused", Some(R::NotAllowed)),
        "updateAuthCode?domainNameId=900417&websiteName=blue-otter-7.com&authCode=canary-Auth%2699",
        async |client, via| client.update_auth_code(via, REFERENCE, &code).await,
    )
    .await;
    let params = MoveParams {
        domain_id: "900417",
        customer: "5513",
        user_name: "mara.quill@example.net",
        take_default_contact: true,
    };
    change(
        "movedomain.done",
        ("movedomain.refused", Some(R::NotFound)),
        "movedomain?domainNameId=900417&customerId=5513&userName=mara.quill%40example.net&isCustomerContact=1",
        async |client, via| client.move_domain(via, &params).await,
    )
    .await;
}

#[tokio::test]
async fn the_contacts_of_a_domain_are_set_even_where_the_outer_code_denies_it() {
    let contacts = DomainContactIds {
        registrant: "1",
        admin: "2",
        tech: "3",
        billing: "4",
    };
    for done in ["updatecontact.done", "updatecontact.done-inside-only"] {
        change(
            done,
            ("updatecontact.refused", Some(R::NotFound)),
            "updatecontact?domainNameId=900417&websiteName=blue-otter-7.com&registrantContactId=1&adminContactId=2\
             &technicalContactId=3&billingContactId=4",
            async |client, via| client.update_contact(via, REFERENCE, &contacts).await,
        )
        .await;
    }
}

#[tokio::test]
async fn zones_and_records() {
    change(
        "managednsrecords.done",
        ("managednsrecords.refused", Some(R::NotFound)),
        "ManageDNSRecords?WebsiteId=771204",
        async |client, via| client.manage_dns_records(via, "771204").await,
    )
    .await;
    let record = NewRecord {
        zone: "2173",
        name: "blue-otter-7.com",
        kind: "MX",
        value: "mail.example",
        priority: Some(10),
        ttl_secs: Some(43_200),
    };
    change(
        "adddnsrecord.done",
        ("adddnsrecord.refused", Some(R::Invalid)),
        "AddDNSRecord?DNSZoneID=2173&RecordName=blue-otter-7.com&RecordType=MX&RecordValue=mail.example\
         &RecordPriority=10&RecordTTL=43200",
        async |client, via| client.add_dns_record(via, &record).await,
    )
    .await;
    let srv = SrvRecord {
        zone: "2173",
        name: "_sip._tcp.blue-otter-7.com",
        target: "sip.example",
        priority: Some(0),
        ttl_secs: None,
        port: 5060,
        weight: 50,
    };
    change(
        "addsrvrecord.done",
        ("addsrvrecord.refused", Some(R::Invalid)),
        "addsrvrecord?DNSZoneID=2173&RecordName=_sip._tcp.blue-otter-7.com&RecordValue=sip.example&RecordPriority=0\
         &RecordPort=5060&RecordWeight=50",
        async |client, via| client.add_srv_record(via, &srv).await,
    )
    .await;
    let modified = RecordChange {
        zone: "2173",
        record: "771",
        name: "www.blue-otter-7.com",
        kind: "A",
        value: Some("192.0.2.8"),
        ttl_secs: Some(300),
        srv: Some((5060, 50)),
    };
    change(
        "modifydnsrecord.done",
        ("modifydnsrecord.refused", Some(R::NotFound)),
        "ModifyDNSRecord?DNSZoneID=2173&DNSZoneRecordID=771&RecordName=www.blue-otter-7.com&RecordType=A\
         &RecordValue=192.0.2.8&RecordTTL=300&RecordPort=5060&RecordWeight=50",
        async |client, via| client.modify_dns_record(via, &modified).await,
    )
    .await;
    change(
        "deletednsrecord.done",
        ("deletednsrecord.refused", Some(R::NotFound)),
        "DeleteDNSRecord?DNSZoneID=2173&DNSZoneRecordID=771",
        async |client, via| client.delete_dns_record(via, "2173", "771").await,
    )
    .await;
}

#[tokio::test]
async fn name_servers_below_a_domain() {
    let child = ChildHost {
        domain: REFERENCE,
        host: "ns1.blue-otter-7.com",
    };
    let (old, new) = ("192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
    let about = "domainNameId=900417&websiteName=blue-otter-7.com";
    change(
        "addchildnameserver.done",
        ("addchildnameserver.refused", None),
        &format!("AddChildNameServer?{about}&hostName=ns1.blue-otter-7.com&ipAddress=192.0.2.1"),
        async |client, via| client.add_child_name_server(via, child, old).await,
    )
    .await;
    change(
        "modifychildnameserverip.done",
        ("modifychildnameserverip.refused", Some(R::NotFound)),
        &format!(
            "ModifyChildNameServerIP?{about}&hostName=ns1.blue-otter-7.com&oldIpAddress=192.0.2.1\
             &newIpAddress=2001%3Adb8%3A%3A1"
        ),
        async |client, via| client.modify_child_name_server_ip(via, child, old, new).await,
    )
    .await;
    change(
        "modifychildnameserverhost.done",
        ("modifychildnameserverhost.refused", Some(R::NotAllowed)),
        &format!("ModifyChildNameServerHost?{about}&oldHostName=ns1.blue-otter-7.com&newHostName=ns9.blue-otter-7.com"),
        async |client, via| {
            client
                .modify_child_name_server_host(via, child, "ns9.blue-otter-7.com")
                .await
        },
    )
    .await;
    for (address, rest) in [(None, ""), (Some(old), "&ipAddress=192.0.2.1")] {
        change(
            "deletechildnameserver.done",
            ("deletechildnameserver.refused", Some(R::NotFound)),
            &format!("DeleteChildNameServer?{about}&hostName=ns1.blue-otter-7.com{rest}"),
            async |client, via| client.delete_child_name_server(via, child, address).await,
        )
        .await;
    }
}

#[tokio::test]
async fn forwardings() {
    let params = ForwardingParams {
        domain_id: "900417",
        website_id: "771204",
        masking: true,
        target: "https://www.example/a?b=1",
    };
    let query = "domainNameId=900417&websiteId=771204&isMasking=1&rewrite=https%3A%2F%2Fwww.example%2Fa%3Fb%3D1";
    change(
        "setdomainforwarding.done",
        ("setdomainforwarding.refused", Some(R::Invalid)),
        &format!("SetDomainForwarding?{query}"),
        async |client, via| client.set_domain_forwarding(via, &params).await,
    )
    .await;
    change(
        "updatedomainforwarding.done",
        ("updatedomainforwarding.refused", Some(R::NotFound)),
        &format!("updatedomainforwarding?{query}"),
        async |client, via| client.update_domain_forwarding(via, &params).await,
    )
    .await;
    for (domain, rest) in [(None, ""), (Some("900417"), "&domainNameId=900417")] {
        change(
            "deletedomainforwarding.done",
            ("deletedomainforwarding.refused", Some(R::NotFound)),
            &format!("deletedomainforwarding?websiteId=771204{rest}"),
            async |client, via| client.delete_domain_forwarding(via, "771204", domain).await,
        )
        .await;
    }
}

#[tokio::test]
async fn a_deletion_uses_the_visit_up() {
    let world = World::new([reply("deletednsrecord.done")]).await;
    let mut visit = world.visit();
    let client = world.provider.client();
    client.delete_dns_record(&mut visit, "1", "2").await.unwrap();
    let second = client.delete_customer(&mut visit, "5513").await;
    assert!(matches!(second, Err(Failure::NotSent(_))), "{second:?}");
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn what_an_answer_lacks_is_told_by_its_keys() {
    let world = World::new([reply("updatenameserver.no-inner-code")]).await;
    let failure = world
        .provider
        .client()
        .update_name_server(&mut world.visit(), REFERENCE, &[], None)
        .await
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "outcome unknown: taken (200), but the answer lacks `statusCode`; it has note"
    );
}
