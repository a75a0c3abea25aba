//! Each request is sent as documented, once, and its answer comes to what it should.

use rstest::rstest;

use super::*;
use crate::provider::{Baseline, Guard, Operation, Outcome, RejectionClass as Refusal, Stage, TroubleKind};

const AUTH: &str = "auth-userid=700001&api-key=LBcanary%2BKEY%2F000";

fn baseline() -> Baseline {
    Baseline {
        provider_order_id: Some(ORDER.into()),
        ..Baseline::default()
    }
}

async fn submit(purchase: &Purchase, path: &str, status: u16, body: String) -> (Outcome, Vec<Seen>) {
    let world = World::raw(vec![(path, status, body)]).await;
    let outcome = world
        .provider
        .submit(&mut world.visit(), purchase, Some(&baseline()))
        .await;
    no_secret(&outcome);
    (outcome, world.seen())
}

async fn add(name: &str) -> Outcome {
    submit(&create(), "eelite/us/add", status(name), fixture(name)).await.0
}

#[rstest]
#[case::create(
    create(),
    "eelite/us/add",
    "add.pending.json",
    "domain-name=lark-mill.example&customer-id=4400012&months=12&no-of-accounts=5&auto-renew=false&invoice-option=NoInvoice",
    "551901190"
)]
#[case::renew(
    renew(),
    "eelite/us/renew",
    "renew.paid.json",
    "order-id=90220007&months=12&auto-renew=false&invoice-option=NoInvoice",
    "551901198"
)]
#[case::add_accounts(
    Purchase::EmailAddAccounts(accounts(InvoiceOption::NoInvoice)),
    "eelite/us/add-email-account",
    "add-email-account.flat.json",
    "order-id=90220007&no-of-accounts=5&invoice-option=NoInvoice",
    "551901200"
)]
#[case::add_accounts_invoiced(
    Purchase::EmailAddAccounts(accounts(InvoiceOption::KeepInvoice)),
    "eelite/us/add-email-account",
    "add-email-account.nested.json",
    "order-id=90220007&no-of-accounts=5&invoice-option=KeepInvoice",
    "551901201"
)]
#[case::remove_accounts(
    Purchase::EmailRemoveAccounts(accounts(InvoiceOption::NoInvoice)),
    "eelite/us/delete-email-account",
    "delete-email-account.started.json",
    "order-id=90220007&no-of-accounts=5",
    "551901202"
)]
#[case::delete(
    delete(),
    "eelite/us/delete",
    "delete.success.json",
    "order-id=90220007",
    "551901203"
)]
#[tokio::test]
async fn a_paid_call_is_one_post_with_its_key_in_the_body(
    #[case] purchase: Purchase,
    #[case] path: &str,
    #[case] name: &str,
    #[case] form: &str,
    #[case] action: &str,
) {
    let (outcome, seen) = submit(&purchase, path, 200, fixture(name)).await;
    let expected = Seen {
        method: Method::POST,
        path: format!("/api/{path}.json"),
        query: String::new(),
        body: format!("{AUTH}&{form}"),
    };
    assert_eq!(seen, [expected]);
    let Outcome::Accepted(accepted) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(accepted.evidence.provider_order_id.as_deref(), Some(ORDER));
    assert_eq!(accepted.action_id.as_deref(), Some(action));
    // Asynchronous: whatever the answer says, the details prove it.
    assert_eq!(accepted.stage, Some(Stage::Working));
}

#[tokio::test]
async fn the_reads_are_gets_with_their_key_in_the_query() {
    let world = World::new(&[
        ("eelite/us/orderid", "orderid.found.json"),
        ("eelite/us/details", "details.active.json"),
        ("eelite/us/search", "search.found.json"),
        ("actions/search-current", "actions-current.none.json"),
        ("actions/search-archived", "actions-archived.none.json"),
        ("billing/reseller-balance", "reseller-balance.positive.json"),
    ])
    .await;
    use super::super::client::{ActionQuery, Archive, OrderQuery};
    let mut reads = world.provider.client().reads(None);
    assert_eq!(reads.email_order_id(DOMAIN).await.unwrap().as_deref(), Some(ORDER));
    assert!(reads.email_details(ORDER).await.unwrap().is_some());
    assert_eq!(
        reads
            .email_search(&OrderQuery::page(100, 2).named(DOMAIN))
            .await
            .unwrap()
            .rows
            .len(),
        2
    );
    for (archive, orders) in [(Archive::Current, &[ORDER][..]), (Archive::Archived, &[])] {
        let query = ActionQuery {
            rows: 100,
            page_no: 1,
            order_ids: orders,
            ..ActionQuery::default()
        };
        assert!(reads.actions(archive, &query).await.unwrap().rows.is_empty());
    }
    assert_eq!(
        reads.reseller_balance().await.unwrap().sellingcurrencybalance.as_str(),
        "812.35"
    );
    let seen = world.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.method == Method::GET && seen.body.is_empty())
    );
    let asked: Vec<_> = seen
        .iter()
        .map(|seen| format!("{}?{}", &seen.path[5..], seen.query))
        .collect();
    assert_eq!(
        asked,
        [
            format!("eelite/us/orderid.json?domain-name={DOMAIN}&{AUTH}"),
            format!("eelite/us/details.json?order-id={ORDER}&{AUTH}"),
            format!("eelite/us/search.json?no-of-records=100&page-no=2&domain-name={DOMAIN}&{AUTH}"),
            format!("actions/search-current.json?no-of-records=100&page-no=1&order-id={ORDER}&{AUTH}"),
            format!("actions/search-archived.json?no-of-records=100&page-no=1&{AUTH}"),
            format!("billing/reseller-balance.json?reseller-id=700001&{AUTH}"),
        ]
    );
}

#[tokio::test]
async fn an_order_held_for_money_is_accepted_and_never_refused() {
    let Outcome::Accepted(accepted) = add("add.held.json").await else {
        panic!("not accepted")
    };
    assert_eq!(accepted.stage, Some(Stage::HeldForFunds));
    assert_eq!(accepted.evidence.provider_order_id.as_deref(), Some(ORDER));
}

#[tokio::test]
async fn only_add_is_accepted_by_its_invoice_and_only_when_it_was_asked_for() {
    let Purchase::EmailCreate(order) = create() else {
        unreachable!()
    };
    let only_add = Purchase::EmailCreate(EmailCreate {
        invoice: InvoiceOption::OnlyAdd,
        ..order
    });
    let body = fixture("add.only-add.json");
    let (outcome, _) = submit(&only_add, "eelite/us/add", 200, body.clone()).await;
    let Outcome::Accepted(accepted) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(accepted.action_id.as_deref(), Some("551901192"));
    assert!(matches!(
        submit(&create(), "eelite/us/add", 200, body).await.0,
        Outcome::Unknown(_)
    ));
    let (other, _) = submit(
        &only_add,
        "eelite/us/add",
        200,
        fixture("add.only-add.json").replace(CUSTOMER, "1"),
    )
    .await;
    assert!(matches!(other, Outcome::Unknown(_)), "another customer's: {other:?}");
}

#[rstest]
#[case::other_domain(renew(), "eelite/us/renew", fixture("renew.other-domain.json"))]
#[case::other_order(renew(), "eelite/us/renew", fixture("renew.paid.json").replace(ORDER, "90220099"))]
#[case::failed(renew(), "eelite/us/renew", fixture("renew.paid.json").replace("InvoicePaid", "Failed"))]
#[case::no_order(create(), "eelite/us/add", r#"{"status":"Success"}"#.into())]
#[case::bare(create(), "eelite/us/add", "true".into())]
#[case::truncated(create(), "eelite/us/add", fixture("add.truncated.json"))]
#[case::error_beside_an_order(
    create(),
    "eelite/us/add",
    fixture("add.pending.json").replace(r#""status": "Success""#, r#""status": "error", "error": "Access Denied""#)
)]
#[tokio::test]
async fn what_falls_short_of_a_success_is_unknown(
    #[case] purchase: Purchase,
    #[case] path: &str,
    #[case] body: String,
) {
    let (outcome, seen) = submit(&purchase, path, 200, body).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(seen.len(), 1, "sent again");
}

#[rstest]
#[case("error.low-funds.json", Refusal::NoFunds)]
#[case("error.validation-map.json", Refusal::Invalid)]
#[case("error.customer-wrong.json", Refusal::Invalid)]
#[case("error.access-denied.json", Refusal::Credentials)]
#[case("error.authentication.json", Refusal::Credentials)]
#[case("cdn.blocked.html", Refusal::Credentials)]
#[case("cdn.1020.txt", Refusal::Credentials)]
#[tokio::test]
async fn a_listed_refusal_is_final(#[case] name: &str, #[case] class: Refusal) {
    let outcome = add(name).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(rejection) if rejection.class == class),
        "{outcome:?}"
    );
}

#[rstest]
#[case::exists("error.already-exists.json", false)]
#[case::pending_order("error.pending-order.json", false)]
#[case::pending_action("error.pending-on-order.json", false)]
#[case::locked("error.order-locked.json", false)]
#[case::renewed("error.already-renewed.json", false)]
#[case::generic("generic.internal.json", true)]
#[case::fatal("generic.fatal.json", true)]
#[case::said_elsewhere("error.website-absent.json", true)]
#[case::gateway("gateway.502.html", false)]
#[tokio::test]
async fn guard_hits_and_what_nobody_has_listed_are_unknown(#[case] name: &str, #[case] unlisted: bool) {
    let outcome = add(name).await;
    assert!(
        matches!(&outcome, Outcome::Unknown(doubt) if doubt.unlisted == unlisted),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn too_fast_was_not_executed() {
    let (outcome, _) = submit(&create(), "eelite/us/add", 429, "slow down".into()).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(r) if r.class == Refusal::Throttled),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn without_a_stored_order_id_nothing_is_sent() {
    let world = World::new(&[("eelite/us/renew", "renew.paid.json")]).await;
    for baseline in [None, Some(&Baseline::default())] {
        let outcome = world.provider.submit(&mut world.visit(), &renew(), baseline).await;
        assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    }
    assert!(world.seen().is_empty());
}

#[tokio::test]
async fn the_last_mailbox_is_not_removed() {
    let purchase = Purchase::EmailRemoveAccounts(accounts(InvoiceOption::NoInvoice));
    let body = fixture("error.last-account.json");
    let (outcome, _) = submit(&purchase, "eelite/us/delete-email-account", 500, body).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(r) if r.class == Refusal::NotAllowed),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_echoed_key_shows_nowhere() {
    for text in ["bad key LBcanary+KEY/000", "see ?api-key=LBcanary%2BKEY%2F000"] {
        let error = format!(r#"{{"status":"ERROR","message":"{text}"}}"#);
        assert!(matches!(
            submit(&create(), "eelite/us/add", 500, error.clone()).await.0,
            Outcome::Unknown(_)
        ));
        let success = fixture("add.pending.json").replace("The action is pending execution", text);
        assert!(matches!(
            submit(&create(), "eelite/us/add", 200, success).await.0,
            Outcome::Accepted(_)
        ));
        let world = World::raw(vec![("billing/reseller-balance", 500, error)]).await;
        no_secret(&world.provider.funds().await.unwrap_err());
        no_secret(&world.provider);
    }
}

#[tokio::test]
async fn funds_and_control_read_the_account() {
    let world = World::new(&[
        ("billing/reseller-balance", "reseller-balance.positive.json"),
        ("domains/search", "search.empty.json"),
    ])
    .await;
    let funds = world.provider.funds().await.unwrap().unwrap();
    assert_eq!(
        (funds.amount.as_str(), funds.currency.as_deref(), funds.positive),
        ("812.35", Some("USD"), true)
    );
    world.provider.control().await.unwrap();
    assert_eq!(
        world.seen().len(),
        3,
        "an empty account is not proof enough: the balance is read too"
    );

    let world = World::new(&[
        ("billing/reseller-balance", "reseller-balance.failed.json"),
        ("domains/search", "search.failed.json"),
    ])
    .await;
    assert_eq!(world.provider.funds().await.unwrap_err().kind, TroubleKind::Credentials);
    assert_eq!(
        world.provider.control().await.unwrap_err().kind,
        TroubleKind::Unavailable
    );
}

#[tokio::test]
async fn everything_is_sold_and_guarded() {
    let world = World::new(&[]).await;
    for operation in Operation::ALL {
        assert!(world.provider.sells(operation), "{operation:?}");
        let refuses = matches!(
            operation,
            Operation::Register | Operation::Transfer | Operation::Renew | Operation::EmailDelete
        );
        assert_eq!(
            world.provider.guard(operation) == Guard::RefusesRepeat,
            refuses,
            "{operation:?}"
        );
    }
}
