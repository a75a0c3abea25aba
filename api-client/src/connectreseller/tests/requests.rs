//! Requests, letter by letter.

use super::*;
use crate::http::CallClass;
use crate::provider::{Amendment, RejectionClass, TroubleKind};

#[tokio::test]
async fn an_order_is_spelled_as_documented() {
    let world = World::new([reply("order.done")]).await;
    world.submit(&register()).await;
    assert_eq!(
        world.asked(),
        [
            "Order?ProductType=1&Websitename=blue-otter-7.com&Duration=2&IsWhoisProtection=true&ns1=ns1.parked.example\
          &ns2=ns2.parked.example&ns3=ns3.parked.example&Id=5512&couponCode=SPRING+5%25"
        ]
    );
    let report = world.reports()[0];
    assert_eq!((report.operation, report.class), ("Order", CallClass::Paid));
}

#[tokio::test]
async fn a_transfer_is_spelled_as_documented() {
    let world = World::new([reply("transferorder.submitted")]).await;
    world.submit(&transfer()).await;
    assert_eq!(
        world.asked(),
        [
            "TransferOrder?OrderType=4&Websitename=blue-otter-7.com&IsWhoisProtection=false&AuthCode=canary-Auth%2699&Id=5512"
        ]
    );
}

#[tokio::test]
async fn what_only_some_orders_need_is_sent_where_it_is_given() {
    let world = World::new([
        reply("order.done"),
        reply("transferorder.submitted"),
        reply("renewalorder.done"),
    ])
    .await;
    let client = world.provider.client();
    let nameservers = ["a.example".to_owned(), "b.example".to_owned()];
    let order = OrderParams {
        domain: DOMAIN,
        years: 1,
        privacy: false,
        nameservers: &nameservers,
        customer: "5512",
        coupon: None,
        extras: OrderExtras {
            premium: Some(true),
            language: Some("GER"),
            us: Some(("P3", "C31/CC")),
        },
    };
    client.order(&mut world.visit(), &order).await;
    let auth_code = SecretString::from(AUTH_CODE);
    let transfer = TransferParams {
        domain: DOMAIN,
        privacy: false,
        auth_code: &auth_code,
        customer: "5512",
        coupon: Some("SPRING"),
    };
    client.transfer_order(&mut world.visit(), &transfer).await;
    let renewal = RenewalParams {
        domain: DOMAIN,
        years: 1,
        customer: "5512",
        privacy: None,
        premium: Some(false),
        coupon: Some("SPRING"),
        expiry_year: 2026,
    };
    client.renewal_order(&mut world.visit(), &renewal).await;
    assert_eq!(
        world.asked(),
        [
            "Order?ProductType=1&Websitename=blue-otter-7.com&Duration=1&IsWhoisProtection=false&ns1=a.example\
             &ns2=b.example&Id=5512&isEnablePremium=1&lang=GER&isUs=1&appPurpose=P3&nexusCategory=C31%2FCC",
            "TransferOrder?OrderType=4&Websitename=blue-otter-7.com&IsWhoisProtection=false&AuthCode=canary-Auth%2699\
             &Id=5512&couponCode=SPRING",
            "RenewalOrder?OrderType=2&Websitename=blue-otter-7.com&Duration=1&Id=5512&isEnablePremium=0\
             &couponCode=SPRING&Expiryyear=2026",
        ]
    );
}

#[tokio::test]
async fn a_renewal_sends_the_stored_baselines_year_and_customer() {
    for (purchase, rest) in [
        (renew(None, None), "&Id=5512&Expiryyear=2026"),
        (
            renew(Some("77"), Some(true)),
            "&Id=77&IsWhoisProtection=1&Expiryyear=2026",
        ),
        (
            renew(None, Some(false)),
            "&Id=5512&IsWhoisProtection=false&Expiryyear=2026",
        ),
    ] {
        let world = World::new([reply("renewalorder.done")]).await;
        world.submit(&purchase).await;
        assert_eq!(
            world.asked(),
            [format!(
                "RenewalOrder?OrderType=2&Websitename=blue-otter-7.com&Duration=1{rest}"
            )]
        );
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_not_sent() {
    let world = World::new([]).await;
    let mut visit = world.visit();
    let outcome = world.provider.submit(&mut visit, &renew(None, None), None).await;
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    let nobody = Baseline {
        customer: None,
        ..baseline()
    };
    let outcome = world
        .provider
        .submit(&mut visit, &renew(None, None), Some(&nobody))
        .await;
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    for count in [1, 5] {
        let Purchase::Register(mut wanted) = register() else {
            unreachable!()
        };
        wanted.nameservers = vec!["ns.parked.example".into(); count];
        let outcome = world
            .provider
            .submit(&mut visit, &Purchase::Register(wanted), None)
            .await;
        assert!(
            matches!(
                outcome,
                Outcome::Rejected(Rejection {
                    class: RejectionClass::Invalid,
                    ..
                })
            ),
            "{outcome:?}"
        );
    }
    let Purchase::Transfer(mut wanted) = transfer() else {
        unreachable!()
    };
    wanted.auth_code = None;
    let outcome = world
        .provider
        .submit(&mut visit, &Purchase::Transfer(wanted), None)
        .await;
    assert!(
        matches!(
            outcome,
            Outcome::Rejected(Rejection {
                class: RejectionClass::AuthCode,
                ..
            })
        ),
        "{outcome:?}"
    );
    assert!(world.asked().is_empty());
    assert!(!visit.is_spent());
}

#[tokio::test]
async fn a_cancellation_names_the_id() {
    let world = World::new([reply("viewdomain.inactive"), reply("canceltransfer.done")]).await;
    let purchase = transfer();
    let outcome = world
        .provider
        .cancel(&mut world.visit(), &looks::question(&purchase))
        .await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    assert_eq!(
        world.asked(),
        ["ViewDomain?websiteName=blue-otter-7.com", "CancelTransfer?id=900417"]
    );
    assert_eq!(world.reports()[1].class, CallClass::Write);
}

#[tokio::test]
async fn a_cancellation_finds_the_id_in_the_list() {
    let world = World::new([
        reply("viewdomain.absent"),
        reply("searchdomainlist.one"),
        reply("canceltransfer.done"),
    ])
    .await;
    let purchase = transfer();
    let outcome = world
        .provider
        .cancel(&mut world.visit(), &looks::question(&purchase))
        .await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    assert_eq!(
        world.asked()[1..],
        [
            "SearchDomainList?page=1&maxIndex=50&searchQuery=blue-otter-7.com",
            "CancelTransfer?id=900417"
        ]
    );
}

#[tokio::test]
async fn another_customers_transfer_is_not_cancelled() {
    let purchase = transfer();
    for replies in [
        vec![reply("viewdomain.other-customer")],
        vec![reply("viewdomain.absent"), reply("searchdomainlist.empty")],
    ] {
        let world = World::new(replies).await;
        let outcome = world
            .provider
            .cancel(&mut world.visit(), &looks::question(&purchase))
            .await;
        world.check(&outcome);
        assert!(
            matches!(
                outcome,
                Outcome::Rejected(Rejection {
                    class: RejectionClass::NotFound,
                    ..
                })
            ),
            "{outcome:?}"
        );
    }
    let world = World::new([raw(502, "")]).await;
    let outcome = world
        .provider
        .cancel(&mut world.visit(), &looks::question(&purchase))
        .await;
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
}

#[tokio::test]
async fn nothing_is_amended_in_place() {
    let world = World::new([]).await;
    let amendment = Amendment::AuthCode(SecretString::from(AUTH_CODE));
    assert_eq!(world.provider.abilities(), Abilities::default());
    let purchase = transfer();
    let outcome = world
        .provider
        .amend(&mut world.visit(), &looks::question(&purchase), &amendment)
        .await;
    assert!(matches!(outcome, Outcome::Rejected(_)));
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn the_control_read_tells_bad_credentials() {
    for list in [
        "searchdomainlist.one",
        "searchdomainlist.empty",
        "searchdomainlist.documented",
    ] {
        let world = World::new([reply(list)]).await;
        assert_eq!(world.provider.control().await, Ok(()));
        assert_eq!(world.asked(), ["SearchDomainList?page=1&maxIndex=1"]);
    }
    for (answer, kind) in [
        (reply("any.unauthorized"), TroubleKind::Credentials),
        (raw(401, fixture("any.unauthorized")), TroubleKind::Credentials),
        (reply("searchdomainlist.failure"), TroubleKind::Garbled),
        (reply("any.no-envelope"), TroubleKind::Garbled),
        (raw(500, fixture("any.server-error")), TroubleKind::Unavailable),
        (raw(429, ""), TroubleKind::Throttled),
    ] {
        let world = World::new([answer]).await;
        let trouble = world.provider.control().await.unwrap_err();
        world.check(&trouble);
        assert_eq!(trouble.kind, kind, "{trouble:?}");
    }
}

#[tokio::test]
async fn funds_are_asked_by_the_resellers_id() {
    let world = World::new([
        reply("searchdomainlist.one"),
        reply("availablefund.number"),
        reply("availablefund.object"),
        reply("availablefund.no-amount"),
        reply("availablefund.failure"),
    ])
    .await;
    let funds = world.provider.funds().await.unwrap().unwrap();
    assert_eq!((funds.amount.as_str(), funds.positive), ("120.50", true));
    let funds = world.provider.funds().await.unwrap().unwrap();
    assert_eq!((funds.amount.as_str(), funds.positive), ("0", false));
    assert_eq!(world.provider.funds().await, Ok(None));
    assert_eq!(world.provider.funds().await.unwrap_err().kind, TroubleKind::Garbled);
    world.check(&world.provider);
    assert_eq!(
        world.asked()[..3],
        [
            "SearchDomainList?page=1&maxIndex=1",
            "availablefund?resellerId=88",
            "availablefund?resellerId=88"
        ]
    );

    let world = World::new([reply("searchdomainlist.empty")]).await;
    assert_eq!(world.provider.funds().await, Ok(None));
}

#[tokio::test]
async fn a_repeat_is_refused_where_the_registry_does_it_and_email_is_not_sold() {
    let world = World::new([]).await;
    let provider = &world.provider;
    assert_eq!(provider.name(), "connectreseller");
    assert_eq!(provider.guard(Operation::Register), Guard::RefusesRepeat);
    assert_eq!(provider.guard(Operation::Transfer), Guard::RefusesRepeat);
    assert_eq!(provider.guard(Operation::Renew), Guard::Weak);
    let sold: Vec<_> = Operation::ALL
        .into_iter()
        .filter(|&operation| provider.sells(operation))
        .collect();
    assert_eq!(sold, [Operation::Register, Operation::Transfer, Operation::Renew]);
    assert!(
        provider.call_timeout() > Duration::from_secs(5),
        "connecting comes on top"
    );
}
