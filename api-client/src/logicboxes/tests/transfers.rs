//! Domain orders against fixtures: each phrase of a running transfer, and answers that look like failures and are none.

use rstest::rstest;

use super::super::stages::{STAGES, stage_of};
use super::*;
use crate::provider::{ContactIds, InvoiceOption, Outcome, Register, Renew, Sighting, Stage, Transfer};

/// Each phrase's fixture, in the table's order.
const PHRASES: &[&str] = &[
    "held",
    "held-for-processing",
    "locked",
    "auth-code",
    "contact",
    "starting",
    "approval",
    "losing-registrar",
];

fn transfer() -> Purchase {
    Purchase::Transfer(Transfer {
        domain: DOMAIN.into(),
        auth_code: Some(SecretString::from(CANARY)),
        nameservers: Vec::new(),
        customer: CUSTOMER.into(),
        contacts: ContactIds {
            registrant: Some("7712001".into()),
            ..ContactIds::default()
        },
        privacy: false,
        invoice: InvoiceOption::NoInvoice,
    })
}

fn registration() -> Purchase {
    Purchase::Register(Register {
        domain: DOMAIN.into(),
        years: 1,
        nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
        customer: CUSTOMER.into(),
        contacts: ContactIds {
            registrant: Some("7712001".into()),
            ..ContactIds::default()
        },
        privacy: true,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
        coupon: None,
        attributes: Vec::new(),
        profiles: None,
    })
}

#[tokio::test]
async fn every_phrase_of_a_running_transfer_is_met_by_its_fixture() {
    assert_eq!(PHRASES.len(), STAGES.len());
    for (name, row) in PHRASES.iter().zip(STAGES) {
        let fixture = format!("transfer.{name}.json");
        let world = World::new(&[("domains/details-by-name", &fixture)]).await;
        let purchase = transfer();
        let seen = world.provider.look(None, &question(&purchase)).await;
        no_secret(&seen);
        assert!(
            matches!(&seen, Sighting::Pending(stage, _) if *stage == row.stage),
            "{name}: {seen:?}"
        );
    }
}

#[tokio::test]
async fn the_provider_s_own_end_is_told_of_a_lock_and_of_an_approval_and_of_nothing_else() {
    for (name, days) in PHRASES.iter().map(|name| match *name {
        "locked" => (name, Some(7)),
        "approval" => (name, Some(5)),
        _ => (name, None),
    }) {
        let body = fixture(&format!("transfer.{name}.json"));
        let details: serde_json::Value = serde_json::from_str(&body).unwrap();
        let placed: i64 = details["creationtime"].as_str().unwrap().parse().unwrap();
        let world = World::raw(vec![("domains/details-by-name", 200, body)]).await;
        let purchase = transfer();
        let seen = world.provider.look(None, &question(&purchase)).await;
        let Sighting::Pending(_, evidence) = seen else {
            panic!("{name}: {seen:?}");
        };
        let ends = days.map(|days| placed + days * 86_400);
        assert_eq!(evidence.gives_up_at.map(|at| at.as_second()), ends, "{name}");
    }
}

#[rstest]
#[case("Order Locked In Processing. Waiting for Domain-Secret", Some(Stage::HeldForFunds))]
#[case(
    "Waiting for Domain-Secret; Action waiting for domain to be unlocked",
    Some(Stage::Locked)
)]
#[case("WAITING FOR DOMAIN-SECRET", Some(Stage::AuthCode))]
#[case("The stars are not right", None)]
#[case("", None)]
fn money_and_locks_are_read_before_the_auth_code(#[case] words: &str, #[case] stage: Option<Stage>) {
    assert_eq!(stage_of(words), stage);
}

#[tokio::test]
async fn an_unfinished_order_is_a_transfer_by_its_action_whatever_its_end() {
    let running = fixture("transfer.losing-registrar.json");
    let ended = running.replace("\"eaqid\"", "\"endtime\": \"1772615702\", \"eaqid\"");
    let wordless = running.replace("actiontype\"", "other\"");
    let registering = running.replace("AddTransferDomain", "AddNewDomain");
    let failed = running.replace("AdminApproved", "Failed");
    for (body, expected) in [
        (ended.clone(), Some(Stage::LosingRegistrar)),
        (wordless, Some(Stage::LosingRegistrar)),
        (failed, Some(Stage::Stalled)),
        (ended.replace("InActive", "Suspended"), Some(Stage::Stalled)),
        (registering, None),
    ] {
        let world = World::raw(vec![("domains/details-by-name", 200, body)]).await;
        let purchase = transfer();
        let seen = world.provider.look(None, &question(&purchase)).await;
        match (&seen, expected) {
            (Sighting::Pending(stage, _), Some(expected)) => assert_eq!(*stage, expected),
            (Sighting::Differs(..), None) => {}
            _ => panic!("{seen:?}"),
        }
    }
    let world = World::raw(vec![(
        "domains/details-by-name",
        200,
        ended.replace("InActive", "Active"),
    )])
    .await;
    let purchase = transfer();
    let seen = world.provider.look(None, &question(&purchase)).await;
    assert!(matches!(seen, Sighting::Present(_)), "{seen:?}");
}

async fn submitted(purchase: &Purchase, path: &str, status: u16, body: String) -> Outcome {
    let world = World::raw(vec![(path, status, body)]).await;
    let outcome = world.provider.submit(&mut world.visit(), purchase, None).await;
    no_secret(&outcome);
    assert_eq!(world.seen().len(), 1, "sent once");
    outcome
}

#[tokio::test]
async fn an_answer_that_looks_like_a_failure_is_read_for_what_it_is() {
    let placed = fixture("operations/domains.transfer.ok.json");
    let outcome = submitted(&transfer(), "domains/transfer", 200, placed).await;
    assert!(
        matches!(&outcome, Outcome::Accepted(a) if a.stage == Some(Stage::LosingRegistrar)),
        "{outcome:?}"
    );

    let held = fixture("register.held.json");
    let outcome = submitted(&registration(), "domains/register", 200, held).await;
    assert!(
        matches!(&outcome, Outcome::Accepted(a) if a.stage == Some(Stage::HeldForFunds)),
        "{outcome:?}"
    );

    let without_privacy = fixture("register.privacy-failed.json");
    let outcome = submitted(&registration(), "domains/register", 200, without_privacy).await;
    let Outcome::Accepted(accepted) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(
        accepted.evidence.message.unwrap().contains("without privacy"),
        "the outer call is good"
    );

    for name in ["already-exists", "pending-order"] {
        let body = fixture(&format!("error.{name}.json"));
        let outcome = submitted(&registration(), "domains/register", 500, body).await;
        assert!(
            matches!(outcome, Outcome::Unknown(_)),
            "{name}: adopt, never send again"
        );
    }
}

#[tokio::test]
async fn a_doubt_keeps_the_order_that_the_answer_names() {
    let other = fixture("operations/domains.register.ok.json").replace("lark-mill.example", "old-kiln.example");
    let outcome = submitted(&registration(), "domains/register", 200, other).await;
    assert!(
        matches!(&outcome, Outcome::Unknown(doubt) if doubt.detail.contains("90110022") && doubt.detail.contains("551900871")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_renewal_sends_the_stored_end_and_nothing_without_one() {
    let renewal = Purchase::Renew(Renew {
        domain: DOMAIN.into(),
        years: 1,
        customer: None,
        privacy: None,
        auto_renew: false,
        invoice: InvoiceOption::NoInvoice,
    });
    let stored = crate::provider::Baseline {
        expiry: Some(at(END)),
        provider_order_id: Some("90110022".into()),
        ..Default::default()
    };
    let world = World::new(&[("domains/renew", "operations/domains.renew.ok.json")]).await;
    let outcome = world.provider.submit(&mut world.visit(), &renewal, Some(&stored)).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    let form = "order-id=90110022&years=1&exp-date=1772616000&auto-renew=false&invoice-option=NoInvoice";
    assert!(world.seen()[0].body.ends_with(form), "{}", world.seen()[0].body);
    let endless = crate::provider::Baseline { expiry: None, ..stored };
    for baseline in [None, Some(&endless)] {
        let outcome = world.provider.submit(&mut world.visit(), &renewal, baseline).await;
        assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    }
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test]
async fn an_echoed_auth_code_shows_nowhere() {
    for text in ["bad code LBcanary+KEY/000", "see ?code=LBcanary%2BKEY%2F000"] {
        let body = format!(r#"{{"status":"ERROR","message":"{text}"}}"#);
        let outcome = submitted(&transfer(), "domains/transfer", 500, body.clone()).await;
        assert!(matches!(outcome, Outcome::Unknown(_)));
        let world = World::raw(vec![
            ("domains/details-by-name", 200, fixture("transfer.auth-code.json")),
            ("domains/transfer/submit-auth-code", 500, body),
        ])
        .await;
        let purchase = transfer();
        let amendment = crate::provider::Amendment::AuthCode(SecretString::from(CANARY));
        let outcome = world
            .provider
            .amend(&mut world.visit(), &question(&purchase), &amendment)
            .await;
        no_secret(&outcome);
        no_secret(&amendment);
        no_secret(&purchase);
    }
}

#[tokio::test]
async fn an_amendment_touches_no_order_of_another_customer_and_none_that_is_done() {
    let foreign = fixture("transfer.auth-code.json").replace(CUSTOMER, "4400099");
    let finished = fixture("operations/domains.details.ok.json");
    for body in [foreign, finished] {
        let world = World::raw(vec![("domains/details-by-name", 200, body)]).await;
        let purchase = transfer();
        let outcome = world.provider.cancel(&mut world.visit(), &question(&purchase)).await;
        assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
        assert_eq!(world.seen().len(), 1, "looked, and not touched");
    }
}
