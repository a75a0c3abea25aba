//! Orders at Name.com as the adapter drives them: bought and seen, lost and found, refused.

use domorder_api_client::namecom::NameCom;
use domorder_api_client::provider::{
    Baseline, ContactIds, InvoiceOption, Outcome, Provider, Purchase, Question, Register, RejectionClass, Renew,
    Sighting, TroubleKind,
};
use domorder_tests_sim::{Behaviour, NAMECOM_TOKEN, NAMECOM_USERNAME};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::client::{DOMAIN, open, profiles, provider, provider_of};
use crate::world::World;

fn register(domain: &str) -> Purchase {
    Purchase::Register(Register {
        domain: domain.into(),
        years: 2,
        nameservers: vec!["ns1.host.example".into(), "ns2.host.example".into()],
        customer: String::new(),
        contacts: ContactIds::default(),
        profiles: Some(Box::new(profiles())),
        privacy: true,
        auto_renew: false,
        invoice: InvoiceOption::default(),
        coupon: None,
        attributes: Vec::new(),
    })
}

fn renew(domain: &str) -> Purchase {
    Purchase::Renew(Renew {
        domain: domain.into(),
        years: 1,
        customer: None,
        privacy: None,
        auto_renew: false,
        invoice: InvoiceOption::default(),
    })
}

/// What is asked before (`attempted: false`) and after a paid call.
fn question<'a>(purchase: &'a Purchase, baseline: Option<&'a Baseline>, attempted: bool) -> Question<'a> {
    let now = Timestamp::now();
    Question {
        purchase,
        baseline,
        expected_expiry: None,
        since: now - SignedDuration::from_mins(5),
        attempted_at: attempted.then_some(now),
        provider_order_id: None,
    }
}

/// One attempt: look, and send on the same connection.
async fn attempt(provider: &NameCom, purchase: &Purchase) -> (Baseline, Outcome) {
    let mut visit = open(provider);
    let before = match provider.look(Some(&mut visit), &question(purchase, None, false)).await {
        Sighting::Absent(snapshot) => snapshot.baseline,
        other => panic!("{other:?}"),
    };
    let outcome = provider.submit(&mut visit, purchase, Some(&before)).await;
    (before, outcome)
}

#[tokio::test]
async fn a_registration_and_a_renewal_are_bought_and_seen() {
    let world = World::new().await;
    let provider = provider(&world);
    for purchase in [register("fogbell.example"), renew(DOMAIN)] {
        let (before, outcome) = attempt(&provider, &purchase).await;
        assert!(
            matches!(&outcome, Outcome::Accepted(accepted) if accepted.evidence.message.is_none()),
            "{outcome:?}"
        );
        let seen = provider.look(None, &question(&purchase, Some(&before), true)).await;
        let Sighting::Present(evidence) = seen else {
            panic!("{seen:?}")
        };
        assert!(evidence.expiry.is_some() && evidence.message.is_none());
    }
    let charges = world.charges();
    assert_eq!(
        (charges.count, charges.double_charges),
        (3, 0),
        "two names, and privacy for one"
    );
    let fogbell = world.state().namecom("fogbell.example").cloned().unwrap();
    assert_eq!(fogbell.nameservers, ["ns1.host.example", "ns2.host.example"]);
    assert!(fogbell.privacy_until.is_some());
    // The same name again is refused in words that a look makes out.
    let again = register("fogbell.example");
    let outcome = provider.submit(&mut open(&provider), &again, None).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(rejection) if rejection.class == RejectionClass::Taken),
        "{outcome:?}"
    );
    world.assert_nothing_unexpected();
}

#[tokio::test]
async fn a_lost_answer_is_found_out_by_reading() {
    let exception = Behaviour::DoThenAnswer {
        status: 200,
        body: json!({ "result": { "code": 250, "message": "Unexpected Error (Exception)" } }),
    };
    let lost = [
        (Behaviour::DoThenDrop, true),
        (exception, true),
        (Behaviour::DoThen502Html, true),
        (Behaviour::DoThenTruncated, true),
        (Behaviour::Html200, true),
        (Behaviour::Redirect, true),
        (Behaviour::FailBefore, false),
        (Behaviour::Fail502Before, false),
    ];
    for (behaviour, done) in lost {
        let world = World::new().await;
        let provider = provider(&world);
        for purchase in [register("fogbell.example"), renew(DOMAIN)] {
            world.once("order", behaviour.clone());
            let (before, outcome) = attempt(&provider, &purchase).await;
            assert!(matches!(outcome, Outcome::Unknown(_)), "{behaviour:?}: {outcome:?}");
            let seen = provider.look(None, &question(&purchase, Some(&before), true)).await;
            match (&seen, done) {
                (Sighting::Present(_), true) => {}
                (Sighting::Absent(snapshot), false) => assert!(!snapshot.taken_elsewhere),
                _ => panic!("{behaviour:?}: {seen:?}"),
            }
        }
        assert_eq!(world.requests().calls("order"), 2, "each was sent once");
        world.assert_nothing_unexpected();
    }
}

#[tokio::test]
async fn a_refusal_costs_nothing_and_says_which() {
    let world = World::of(json!({ "namecom": { "taken": ["taken.example"], "accounts": [
        { "username": NAMECOM_USERNAME, "token": NAMECOM_TOKEN, "credit_cents": 0 }] } }))
    .await;
    let provider = provider(&world);
    let funds = provider.funds().await.unwrap().unwrap();
    assert_eq!((funds.amount.as_str(), funds.positive), ("0.00", false));
    for (by_item, purchase, class) in [
        (false, renew(DOMAIN), RejectionClass::NoFunds),
        (true, renew(DOMAIN), RejectionClass::NoFunds),
        (true, register("fogbell.example"), RejectionClass::NoFunds),
        (true, register("taken.example"), RejectionClass::Taken),
    ] {
        let settings = json!({ "namecom": { "settings": { "funds_by_item": by_item } } });
        world.seed(&serde_json::from_value(settings).unwrap());
        let (_, outcome) = attempt(&provider, &purchase).await;
        assert!(
            matches!(&outcome, Outcome::Rejected(rejection) if rejection.class == class),
            "{outcome:?}"
        );
    }
    let taken = register("taken.example");
    let seen = provider.look(None, &question(&taken, None, true)).await;
    assert!(
        matches!(&seen, Sighting::Absent(snapshot) if snapshot.taken_elsewhere),
        "{seen:?}"
    );
    assert_eq!(world.charges().count, 0);
    let wrong = provider_of(&world, "guess");
    assert_eq!(wrong.control().await.unwrap_err().kind, TroubleKind::Credentials);
    let renewal = renew(DOMAIN);
    let seen = wrong.look(None, &question(&renewal, None, false)).await;
    assert!(
        matches!(&seen, Sighting::Unreadable(trouble) if trouble.kind == TroubleKind::Credentials),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_quote_is_what_the_order_then_costs() {
    let world = World::new().await;
    let provider = provider(&world);
    let mut purchase = register("fogbell.example");
    if let Purchase::Register(wanted) = &mut purchase {
        wanted.privacy = false;
    }
    let private = Purchase::Renew(Renew {
        domain: "fogbell.example".into(),
        years: 3,
        customer: None,
        privacy: Some(true),
        auto_renew: false,
        invoice: InvoiceOption::default(),
    });
    for (purchase, amount, cents) in [(purchase, "20.98", 2098), (private, "43.44", 4344 + 2098)] {
        let quote = provider.quote(&purchase).await.unwrap().unwrap();
        assert_eq!(quote.amount, amount);
        let before = Baseline {
            expiry: Some(Timestamp::now()),
            ..Baseline::default()
        };
        let outcome = provider.submit(&mut open(&provider), &purchase, Some(&before)).await;
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
        assert_eq!(world.charges().charged_cents, cents);
    }
    world.assert_nothing_unexpected();
}
