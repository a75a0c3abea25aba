//! The lists of the whole account, as the adapters read them from the simulator: pages, order, what is missing.

use domorder_api_client::connectreseller::{self, ConnectReseller};
use domorder_api_client::provider::{ListRow, Mark, Operation, Provider, Stage, TroubleKind};
use domorder_tests_sim::{Behaviour, CONNECTRESELLER_KEY, Rule};
use secrecy::SecretString;

use crate::logicboxes_orders::{DAY, Order, provider, transfer};
use crate::world::World;

fn at_connectreseller(world: &World) -> ConnectReseller {
    let base = world.url("/ConnectReseller/ESHOP").parse().unwrap();
    let mut settings = connectreseller::Settings::new(base, SecretString::from(CONNECTRESELLER_KEY));
    settings.timeout = std::time::Duration::from_secs(5);
    ConnectReseller::new(settings).unwrap()
}

fn keys(rows: &[ListRow]) -> Vec<&str> {
    rows.iter().map(|row| row.key.as_str()).collect()
}

#[tokio::test]
async fn logicboxes_lists_running_transfers_in_the_words_of_a_look() {
    let world = World::new().await;
    let lb = provider(&world);
    let empty = lb.list(Operation::Transfer, 1).await.unwrap();
    assert_eq!(
        (empty.total, empty.rows.len()),
        (0, 0),
        "no match is called an error, and is an empty list"
    );

    let mut good = Order::new(&world, transfer("lark-mill.example", "good-code"));
    good.accepted().await;
    let mut locked = Order::new(&world, transfer("locked-mill.example", "any-code"));
    locked.accepted().await;
    let page = lb.list(Operation::Transfer, 1).await.unwrap();
    assert_eq!(page.total, 2);
    let waits = |row: &ListRow| match &row.mark {
        Mark::Waits(stage, words) => (*stage, words[0].clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        page.rows.iter().map(waits).collect::<Vec<_>>(),
        [
            (
                Stage::LosingRegistrar,
                "Transfer waiting for Losing Registrar Approval".to_owned()
            ),
            (Stage::Locked, "Action waiting for domain to be unlocked".to_owned()),
        ]
    );
    // The same words as those of a single look: that is what "unchanged" is measured by.
    let domorder_api_client::provider::Sighting::Pending(stage, evidence) = good.look().await else {
        panic!("it runs");
    };
    let (listed, words) = waits(&page.rows[0]);
    assert_eq!((stage, evidence.message), (listed, Some(words)));
    assert_eq!(evidence.provider_order_id.as_deref(), Some(page.rows[0].key.as_str()));
    assert!(
        lb.list(Operation::Register, 1).await.unwrap().rows.is_empty(),
        "another type of action"
    );
    assert!(
        lb.list(Operation::Transfer, 2).await.unwrap().rows.is_empty(),
        "past the last page"
    );

    world.advance(6 * DAY);
    assert_eq!(
        keys(&lb.list(Operation::Transfer, 1).await.unwrap().rows),
        [page.rows[1].key.as_str()]
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_list_of_logicboxes_goes_on_over_pages() {
    let world = World::new().await;
    let lb = provider(&world);
    for n in 0..502 {
        let query = format!(
            "domain-name=move-{n}.example&auth-code=good&customer-id=4400012&reg-contact-id=991&admin-contact-id=991\
             &tech-contact-id=991&billing-contact-id=991&invoice-option=NoInvoice&auto-renew=false"
        );
        assert_eq!(world.lb_post("domains/transfer", &query).await.status, 200);
    }
    let first = lb.list(Operation::Transfer, 1).await.unwrap();
    let second = lb.list(Operation::Transfer, 2).await.unwrap();
    assert_eq!((first.total, first.rows.len(), second.rows.len()), (502, 500, 2));
    assert!(!keys(&first.rows).contains(&second.rows[0].key.as_str()));
}

#[tokio::test]
async fn connectreseller_lists_which_names_have_arrived_newest_first() {
    let world = World::new().await;
    let cr = at_connectreseller(&world);
    world.register("here.example").await;
    world.transfer("moving.example", "right-code").await;
    let page = cr.list(Operation::Transfer, 1).await.unwrap();
    assert_eq!(
        (page.total, keys(&page.rows)),
        (2, vec!["moving.example", "here.example"])
    );
    assert_eq!(page.rows[0].mark, Mark::Dormant("InActive".to_owned()));
    assert_eq!(page.rows[1].mark, Mark::Moved);
    world.advance(6 * DAY);
    let page = cr.list(Operation::Transfer, 1).await.unwrap();
    assert_eq!(page.rows[0].mark, Mark::Moved, "it has arrived");
    assert!(cr.listing(Operation::Renew).is_none(), "a renewal is looked at singly");
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_list_that_is_none_is_trouble_and_not_an_empty_list() {
    for (behaviour, kind) in [
        (Behaviour::Garbage, TroubleKind::Garbled),
        (Behaviour::Unauthorized, TroubleKind::Credentials),
        (Behaviour::Throttle429, TroubleKind::Throttled),
        (Behaviour::Fail502Before, TroubleKind::Unavailable),
    ] {
        let world = World::new().await;
        for operation in ["SearchDomainList", "actions/search-current"] {
            world.add_fault(Rule::new(behaviour.clone()).operation(operation));
        }
        let told = at_connectreseller(&world)
            .list(Operation::Transfer, 1)
            .await
            .unwrap_err();
        assert!(
            told.kind == kind || told.kind == TroubleKind::Unavailable,
            "{behaviour:?}: {told:?}"
        );
        let told = provider(&world).list(Operation::Transfer, 1).await.unwrap_err();
        assert!(
            told.kind == kind || told.kind == TroubleKind::Unavailable,
            "{behaviour:?}: {told:?}"
        );
    }
}
