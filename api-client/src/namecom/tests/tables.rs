//! What each answer to a call that costs money comes to.

use super::super::error::Meaning::{Reconcile, Rejected};
use super::super::error::{
    CODES, Call, DETAILS, detail_of, meaning_of_code, meaning_of_text, row_of_code, row_of_text,
};
use super::*;
use crate::provider::{RejectionClass as R, Stage};
use crate::testing::Is::{self, Doubtful, No, Unlisted};
use crate::testing::silent_answers;

/// Only a read tells the expiry.
const TAKEN: Is = Is::Taken(Stage::Working);

const EVERY: &[(&str, Is)] = &[
    ("any.code-203", No(R::Invalid)),
    ("any.code-204", No(R::Invalid)),
    ("any.code-211", No(R::Invalid)),
    ("any.code-221", No(R::Credentials)),
    ("any.code-240", Doubtful),
    ("any.code-250", Doubtful),
    ("any.code-251", No(R::Credentials)),
    ("any.code-260", No(R::NoFunds)),
    ("any.code-261", No(R::NoFunds)),
    ("any.credentials", No(R::Credentials)),
    ("any.code-unlisted", Unlisted),
    ("any.no-envelope", Unlisted),
    ("any.done", Unlisted),
    ("domain-create.failed-funds", No(R::NoFunds)),
    ("order.other-domain", Unlisted),
    ("order.no-rows", Unlisted),
    ("order.no-results", Unlisted),
    ("order.twice", Unlisted),
    ("order.no-success", Unlisted),
    ("order.refused-with-success", Unlisted),
    ("order.refused-with-rows", No(R::NoFunds)),
];

const REGISTER: &[(&str, Is)] = &[
    ("order.created", TAKEN),
    ("order.created-with-privacy", TAKEN),
    ("order.created-without-its-privacy", TAKEN),
    ("order.privacy-only", Unlisted),
    ("order.renewed", Unlisted),
    ("domain-create.not-available", No(R::Taken)),
    ("order.item-203", No(R::Invalid)),
    ("order.item-204", No(R::Invalid)),
    ("order.item-211", Doubtful),
    ("order.item-221", Doubtful),
    ("order.item-240", Doubtful),
    ("order.item-250", Doubtful),
    ("order.item-251", Doubtful),
    ("order.item-260", No(R::NoFunds)),
    ("order.item-261", No(R::NoFunds)),
    ("order.item-unlisted", Unlisted),
    ("order.item-silent", Unlisted),
    ("order.detail-not-available", No(R::Taken)),
    ("order.detail-insufficient-funds", No(R::NoFunds)),
    ("order.detail-unable-to-authorize", No(R::NoFunds)),
    ("order.detail-already", Doubtful),
    ("order.detail-duplicate", Doubtful),
    ("order.detail-pending", Doubtful),
    ("order.detail-process", Doubtful),
    ("order.detail-verification-hold", Doubtful),
    ("order.detail-funds-and-more", No(R::NoFunds)),
    ("order.detail-pending-and-invalid", Doubtful),
    ("order.detail-unlisted-and-invalid", Unlisted),
];

const RENEW: &[(&str, Is)] = &[
    ("order.renewed", TAKEN),
    ("order.renewed-with-privacy", TAKEN),
    ("order.renewed-in-strings", TAKEN),
    ("order.created", Unlisted),
    ("order.privacy-renewed", Unlisted),
    ("domain-create.not-available", No(R::Invalid)),
    ("order.renewal-not-available", No(R::Invalid)),
    ("order.renewal-item-203", No(R::Invalid)),
    ("order.renewal-item-204", No(R::Invalid)),
    ("order.renewal-item-211", Doubtful),
    ("order.renewal-item-221", Doubtful),
    ("order.renewal-item-240", Doubtful),
    ("order.renewal-item-250", Doubtful),
    ("order.renewal-item-251", Doubtful),
    ("order.renewal-item-260", No(R::NoFunds)),
    ("order.renewal-item-261", No(R::NoFunds)),
];

#[tokio::test]
async fn every_answer_is_classified_by_the_tables() {
    for (purchase, table) in [(register(), REGISTER), (renew(), RENEW)] {
        for (name, expected) in table.iter().chain(EVERY) {
            let outcome = World::new([reply(name)]).await.submit(&purchase).await;
            assert_eq!(Is::from(&outcome), *expected, "{name}: {outcome:?}");
        }
    }
}

#[test]
fn every_row_of_codes_is_met_outside_and_inside() {
    let listed = |name: &str| {
        EVERY
            .iter()
            .chain(REGISTER)
            .chain(RENEW)
            .any(|(known, _)| *known == name)
    };
    for row in CODES {
        for name in [
            format!("any.code-{}", row.code),
            format!("order.item-{}", row.code),
            format!("order.renewal-item-{}", row.code),
        ] {
            assert!(listed(&name), "{name}");
        }
        assert_eq!(row_of_text(row.text).map(|found| found.code), Some(row.code));
        assert_eq!(row_of_code(row.code).map(|found| found.text), Some(row.text));
    }
}

#[test]
fn every_row_of_details_is_met_by_a_fixture() {
    let met: Vec<_> = REGISTER
        .iter()
        .filter(|(name, _)| name.contains(".detail-"))
        .flat_map(|(name, _)| {
            let json: Value = serde_json::from_str(&fixture(name)).unwrap();
            let texts = json["results"][0]["information"].as_array().unwrap().clone();
            texts.into_iter().map(|text| text.as_str().unwrap().to_owned())
        })
        .filter_map(|text| detail_of(Call::Register, &text))
        .map(std::ptr::from_ref)
        .collect();
    for row in DETAILS {
        assert!(
            met.contains(&std::ptr::from_ref(row)),
            "no fixture for {:?}",
            row.fragment
        );
    }
}

#[test]
fn no_money_comes_first_and_an_exception_has_no_details() {
    let money = Some(Rejected(R::NoFunds));
    assert_eq!(
        meaning_of_text(Call::Renew, "Insufficient Funds - Order Already Pending"),
        money
    );
    assert_eq!(
        meaning_of_code(Call::Renew, 204, "Parameter Value Error - Insufficient Funds"),
        money
    );
    assert_eq!(
        meaning_of_code(Call::Renew, 250, "Unexpected Error (Exception) - Insufficient Funds"),
        Some(Reconcile)
    );
    assert_eq!(
        meaning_of_code(Call::Register, 221, "Authorization Error - Pending"),
        Some(Rejected(R::Credentials))
    );
    assert_eq!(meaning_of_code(Call::Register, 900, "Insufficient Funds"), None);
    assert_eq!(meaning_of_text(Call::Register, "Sorry - Insufficient Funds"), None);
    // A write that is free has no money to lack, and no name to be taken.
    assert_eq!(
        meaning_of_code(Call::Write, 204, "Parameter Value Error - Not Available"),
        Some(Rejected(R::Invalid))
    );
}

#[tokio::test]
async fn a_product_that_was_not_bought_along_with_the_name_is_told() {
    let outcome = World::new([reply("order.created-without-its-privacy")])
        .await
        .submit(&register())
        .await;
    let Outcome::Accepted(accepted) = outcome else { panic!() };
    assert_eq!(
        accepted.evidence.message.as_deref(),
        Some("whois_privacy/create was not bought: Command Failed - Privacy Not Offered")
    );
}

#[tokio::test]
async fn what_says_nothing_is_unknown_for_every_paid_call() {
    for (purchase, done) in [(register(), "order.created"), (renew(), "order.renewed")] {
        let done = fixture(done);
        let said = [
            raw(500, fixture("any.code-260")),
            raw(200, format!("{{\"result\":{{\"code\":\"{TOKEN}\"}}}}")),
        ];
        let secret = format!("{TOKEN} {USERNAME}");
        for answer in silent_answers(&done, &fixture("any.code-203"), "/api/order", &secret)
            .into_iter()
            .chain(said)
        {
            let shown = format!("{answer:?}");
            let outcome = World::new([answer]).await.submit(&purchase).await;
            assert!(matches!(outcome, Outcome::Unknown(_)), "{shown}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn bad_credentials_and_throttling_are_surely_not_executed() {
    for purchase in [register(), renew()] {
        for (status, name) in [(200, "any.credentials"), (401, "any.code-251"), (403, "any.code-221")] {
            let outcome = World::new([raw(status, fixture(name))]).await.submit(&purchase).await;
            assert_eq!(Is::from(&outcome), No(R::Credentials));
        }
        let world = World::new([Reply::throttled()]).await;
        let Outcome::Rejected(rejection) = world.submit(&purchase).await else {
            panic!("refused")
        };
        assert_eq!(
            (rejection.class, rejection.retry_after),
            (R::Throttled, Some(Duration::from_secs(17)))
        );
    }
}

#[tokio::test]
async fn echoed_secrets_leave_no_trace() {
    let echo = format!(
        r#"{{"result":{{"code":221,"message":"Authorization Error - {USERNAME} with {TOKEN}, canary%26token%2F0001"}}}}"#
    );
    let world = World::new([raw(200, echo.clone())]).await;
    let Outcome::Rejected(rejection) = world.submit(&register()).await else {
        panic!("refused")
    };
    assert_eq!(rejection.message, "Authorization Error - *** with ***, ***");
    let world = World::new([raw(200, echo)]).await;
    let trouble = world.provider.control().await.unwrap_err();
    world.check(&trouble);
    let row = format!(
        r#"{{"result":{{"code":100}},"results":[{{"success":false,"order_type":"domain/create","domain_name":"{DOMAIN}","information":["Parameter Value Error - {TOKEN}"]}}]}}"#
    );
    let world = World::new([raw(200, row)]).await;
    assert_eq!(Is::from(&world.submit(&register()).await), No(R::Invalid));
    assert!(!format!("{:?}", transfer()).contains("canary"));
}
