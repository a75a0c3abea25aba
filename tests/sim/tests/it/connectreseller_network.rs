//! Zones, name servers below a domain and forwardings through the typed client; and every call by its row.

use domorder_api_client::connectreseller::Failure;
use domorder_api_client::connectreseller::client::{
    ChildHost, DomainRef, ForwardingParams, NewRecord, RecordChange, SrvRecord,
};
use domorder_api_client::connectreseller::endpoints::ENDPOINTS;
use domorder_api_client::endpoint::{Arguments, CallError, Shape};
use domorder_api_client::provider::{Provider as _, RejectionClass};

use crate::connectreseller_domains::{provider, refusal, view, visit, with_domain};
use crate::world::World;

#[tokio::test]
async fn a_zone_and_its_records() {
    let (world, provider, domain) = with_domain().await;
    let client = provider.client();
    let website = domain.website_id.as_deref().unwrap();
    let via = &mut visit(&provider);
    assert_eq!(
        client.view_dns_record(None, website).await.unwrap(),
        None,
        "not active yet"
    );
    for _ in 0..2 {
        client.manage_dns_records(via, website).await.unwrap();
    }
    let active = view(&provider).await;
    assert_eq!(active.dns_active, Some(true));
    let zone = active.dns_zone_id.as_deref().unwrap();
    assert_eq!(client.view_dns_record(None, website).await.unwrap(), Some(Vec::new()));

    let record = NewRecord {
        zone,
        name: "www.a.example",
        kind: "A",
        value: "192.0.2.7",
        priority: None,
        ttl_secs: Some(300),
    };
    client.add_dns_record(via, &record).await.unwrap();
    client.add_dns_record(via, &record).await.unwrap();
    let srv = SrvRecord {
        zone,
        name: "_sip._tcp.a.example",
        target: "sip.example",
        priority: Some(5),
        ttl_secs: None,
        port: 5060,
        weight: 50,
    };
    client.add_srv_record(via, &srv).await.unwrap();
    let records = client.view_dns_record(None, website).await.unwrap().unwrap();
    assert_eq!(
        records.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>(),
        ["A", "A", "SRV"]
    );
    assert_eq!(records[2].content.as_deref(), Some("50 5060 sip.example"));

    let change = RecordChange {
        zone,
        record: &records[0].id,
        name: "www.a.example",
        kind: "A",
        value: Some("192.0.2.8"),
        ttl_secs: None,
        srv: None,
    };
    client.modify_dns_record(via, &change).await.unwrap();
    client
        .delete_dns_record(&mut visit(&provider), zone, &records[1].id)
        .await
        .unwrap();
    let gone = client
        .delete_dns_record(&mut visit(&provider), zone, &records[1].id)
        .await;
    assert_eq!(refusal(gone), RejectionClass::NotFound);
    let records = client.view_dns_record(None, website).await.unwrap().unwrap();
    assert_eq!(
        (records.len(), records[0].content.as_deref(), records[0].ttl_secs),
        (2, Some("192.0.2.8"), Some(300))
    );

    let nowhere = NewRecord { zone: "1", ..record };
    assert_eq!(
        refusal(client.add_dns_record(via, &nowhere).await),
        RejectionClass::Invalid
    );
    let nowhere = SrvRecord { zone: "1", ..srv };
    assert_eq!(
        refusal(client.add_srv_record(via, &nowhere).await),
        RejectionClass::Invalid
    );
    let nothing = RecordChange { record: "1", ..change };
    assert_eq!(
        refusal(client.modify_dns_record(via, &nothing).await),
        RejectionClass::NotFound
    );
    assert_eq!(
        refusal(client.manage_dns_records(via, "1").await),
        RejectionClass::NotFound
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn name_servers_below_a_domain_need_it_unlocked() {
    let (world, provider, domain) = with_domain().await;
    let client = provider.client();
    let reference = DomainRef {
        id: &domain.id,
        name: "a.example",
    };
    let child = ChildHost {
        domain: reference,
        host: "ns1.a.example",
    };
    let (old, new) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let via = &mut visit(&provider);
    assert_eq!(
        refusal(client.add_child_name_server(via, child, old).await),
        RejectionClass::NotAllowed
    );
    client.manage_domain_lock(via, reference, false).await.unwrap();
    client.add_child_name_server(via, child, old).await.unwrap();
    let second = client.add_child_name_server(via, child, old).await;
    assert!(
        matches!(second, Err(Failure::Unknown(_))),
        "2302 may be our own: {second:?}"
    );
    for _ in 0..2 {
        client.modify_child_name_server_ip(via, child, old, new).await.unwrap();
    }
    client
        .modify_child_name_server_host(via, child, "ns9.a.example")
        .await
        .unwrap();
    let gone = client.modify_child_name_server_host(via, child, "ns8.a.example").await;
    assert_eq!(refusal(gone), RejectionClass::NotFound);
    assert_eq!(
        refusal(client.modify_child_name_server_ip(via, child, old, new).await),
        RejectionClass::NotFound
    );
    let list = client.get_child_name_servers(None, &domain.id).await.unwrap().unwrap();
    assert_eq!(
        (list.len(), list[0].host.as_str(), list[0].address),
        (1, "ns9.a.example", Some(new))
    );
    let renamed = ChildHost { host: "ns9", ..child };
    client
        .delete_child_name_server(&mut visit(&provider), renamed, Some(new))
        .await
        .unwrap();
    let gone = client
        .delete_child_name_server(&mut visit(&provider), renamed, None)
        .await;
    assert_eq!(refusal(gone), RejectionClass::NotFound);
    assert_eq!(
        client.get_child_name_servers(None, &domain.id).await.unwrap(),
        Some(Vec::new())
    );
    assert_eq!(client.get_child_name_servers(None, "1").await.unwrap(), None);
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_forwarding_is_set_changed_and_ended() {
    let (world, provider, domain) = with_domain().await;
    let client = provider.client();
    let website = domain.website_id.as_deref().unwrap();
    let via = &mut visit(&provider);
    let params = ForwardingParams {
        domain_id: &domain.id,
        website_id: website,
        masking: false,
        target: "https://www.example/a?b=1",
    };
    assert_eq!(
        refusal(client.update_domain_forwarding(via, &params).await),
        RejectionClass::NotFound
    );
    client.set_domain_forwarding(via, &params).await.unwrap();
    let seen = client.get_domain_forwarding(None, website).await.unwrap().unwrap();
    assert_eq!(
        (seen.rewrite.as_deref(), seen.proxy_pass),
        (Some("https://www.example/a?b=1"), None)
    );
    let masked = ForwardingParams {
        masking: true,
        ..params
    };
    client.update_domain_forwarding(via, &masked).await.unwrap();
    let seen = client.get_domain_forwarding(None, website).await.unwrap().unwrap();
    assert_eq!(
        (seen.masking, seen.proxy_pass.as_deref()),
        (Some(true), Some("https://www.example/a?b=1"))
    );
    client
        .delete_domain_forwarding(&mut visit(&provider), website, Some(&domain.id))
        .await
        .unwrap();
    let gone = client
        .delete_domain_forwarding(&mut visit(&provider), website, None)
        .await;
    assert_eq!(refusal(gone), RejectionClass::NotFound);
    assert_eq!(
        client
            .get_domain_forwarding(None, website)
            .await
            .unwrap()
            .unwrap()
            .target(),
        None
    );
    assert_eq!(client.get_domain_forwarding(None, "1").await.unwrap(), None);
    let nowhere = ForwardingParams {
        website_id: "1",
        ..params
    };
    assert_eq!(
        refusal(client.set_domain_forwarding(via, &nowhere).await),
        RejectionClass::Invalid
    );
    world.assert_nothing_unexpected();
}

/// Every parameter of a row is known to the simulator, and every required one of the simulator's is in the row: a call
/// with invented values is answered, if with a no.
#[tokio::test]
async fn every_row_is_understood_by_the_simulator() {
    let world = World::new().await;
    let provider = provider(&world);
    for row in ENDPOINTS {
        let arguments: Arguments = row
            .params
            .iter()
            .map(|param| {
                let value = match param.shape {
                    Shape::Whole => "1",
                    Shape::Flag => "1",
                    _ => match param.name {
                        "orderby" => "CustomerId",
                        "orderType" => "ASC",
                        "EmailAddress" | "EmailAdress" => "a@example.net",
                        _ => "word",
                    },
                };
                (param.name, value)
            })
            .collect();
        let result = provider.call(row, &arguments).await;
        assert!(
            !matches!(result, Err(CallError::Arguments(_) | CallError::NotSent(_))),
            "{}: {result:?}",
            row.name
        );
        assert_eq!(world.unexpected(), vec![], "{}", row.name);
    }
    assert_eq!(world.charges().count, 0);
}

/// What is optional in the row may be left out.
#[tokio::test]
async fn a_row_without_its_optional_parameters_is_understood_too() {
    let world = World::new().await;
    let provider = provider(&world);
    for row in ENDPOINTS {
        let required = row.params.iter().filter(|param| param.required);
        let arguments: Arguments = required.map(|param| (param.name, "1")).collect();
        let _ = provider.call(row, &arguments).await;
        assert_eq!(world.unexpected(), vec![], "{}", row.name);
    }
    assert_eq!(world.charges().count, 0);
}
