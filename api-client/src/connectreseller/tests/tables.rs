//! What each answer to a paid call comes to.

use std::collections::BTreeSet;

use super::super::client::DomainRef;
use super::super::error::{CODES, Call, MESSAGES, row_of};
use super::super::wire::Body;
use super::*;
use crate::provider::{RejectionClass as R, Stage};
use crate::testing::Is::{self, Doubtful, No, Taken, Unlisted};
use crate::testing::silent_answers;

const ORDER: &[(&str, Is)] = &[
    ("order.done", Taken(Stage::Working)),
    ("order.done-in-strings", Taken(Stage::Working)),
    ("order.pending-at-registry", Taken(Stage::Registry)),
    ("order.other-domain", Unlisted),
    ("order.no-data", Unlisted),
    ("order.no-inner-code", Unlisted),
    ("order.refused-with-success-inside", Unlisted),
    ("order.refused-with-registry-code", No(R::Invalid)),
    ("order.inner-unlisted", Unlisted),
    ("order.refused-already-registered", Doubtful),
    ("order.refused-already", Doubtful),
    ("order.refused-duplicate", Doubtful),
    ("order.refused-pending", Doubtful),
    ("order.refused-processing", Doubtful),
    ("order.refused-in-progress", Doubtful),
    ("order.refused-refund", Doubtful),
    ("order.refused-insufficient", No(R::NoFunds)),
    ("order.refused-fund", No(R::NoFunds)),
    ("order.refused-balance", No(R::NoFunds)),
    ("order.refused-not-available", No(R::Taken)),
    ("order.refused-not-supported", No(R::Unsupported)),
    ("order.refused-tld", No(R::Unsupported)),
    ("order.refused-not-found", No(R::Invalid)),
    ("order.refused-invalid", No(R::Invalid)),
    ("order.refused-unlisted", Unlisted),
    ("order.server-code", Unlisted),
    ("order.registry-2002", Doubtful),
    ("order.registry-2003", No(R::Invalid)),
    ("order.registry-2004", No(R::Invalid)),
    ("order.registry-2005", No(R::Invalid)),
    ("order.registry-2104", Doubtful),
    ("order.registry-2106", Doubtful),
    ("order.registry-2201", No(R::NotAllowed)),
    ("order.registry-2202", No(R::NotAllowed)),
    ("order.registry-2300", Doubtful),
    ("order.registry-2302", Doubtful),
    ("order.registry-2303", No(R::Invalid)),
    ("order.registry-2304", Doubtful),
    ("order.registry-2400", Doubtful),
    ("order.registry-2502", Doubtful),
];

const TRANSFER: &[(&str, Is)] = &[
    ("transferorder.submitted", Taken(Stage::LosingRegistrar)),
    ("transferorder.submitted-nested", Taken(Stage::LosingRegistrar)),
    ("transferorder.stalled-authcode", Taken(Stage::AuthCode)),
    ("transferorder.stalled-nested", Taken(Stage::AuthCode)),
    ("transferorder.stalled-locked", Taken(Stage::Locked)),
    ("transferorder.stalled-prohibited", Taken(Stage::Locked)),
    ("transferorder.stalled-too-young", Taken(Stage::TooYoung)),
    ("transferorder.stalled-funds", Taken(Stage::HeldForFunds)),
    ("transferorder.stalled-unknown", Taken(Stage::Stalled)),
    ("transferorder.stalled-registry-2104", Taken(Stage::HeldForFunds)),
    ("transferorder.stalled-registry-2106", Taken(Stage::Stalled)),
    ("transferorder.stalled-registry-2201", Taken(Stage::AuthCode)),
    ("transferorder.stalled-registry-2202", Taken(Stage::AuthCode)),
    ("transferorder.stalled-registry-2300", Taken(Stage::LosingRegistrar)),
    ("transferorder.stalled-registry-2304", Taken(Stage::Locked)),
    ("transferorder.refused-already", Doubtful),
    ("transferorder.refused-invalid-authcode", No(R::AuthCode)),
    ("transferorder.refused-invalid-auth-code", No(R::AuthCode)),
    ("transferorder.refused-no-money-and-auth-code", No(R::NoFunds)),
    ("transferorder.refused-locked", No(R::Locked)),
    ("transferorder.refused-prohibited", No(R::Locked)),
    ("transferorder.refused-60-days", No(R::TooYoung)),
    ("transferorder.refused-60-day-rule", No(R::TooYoung)),
    ("transferorder.refused-not-supported", No(R::Unsupported)),
    ("transferorder.refused-not-found", No(R::Invalid)),
    ("transferorder.refused-unlisted", Unlisted),
    ("transferorder.no-data", Unlisted),
];

const RENEWAL: &[(&str, Is)] = &[
    ("renewalorder.done", Taken(Stage::Working)),
    ("renewalorder.done-without-envelope", Taken(Stage::Working)),
    ("renewalorder.other-domain", Unlisted),
    ("renewalorder.refused-already", Doubtful),
    ("renewalorder.refused-expiry", Doubtful),
    ("renewalorder.refused-exdate", Doubtful),
    ("renewalorder.refused-insufficient", No(R::NoFunds)),
    ("renewalorder.refused-not-found", No(R::NotFound)),
    ("renewalorder.refused-not-supported", No(R::Unsupported)),
    ("renewalorder.refused-unlisted", Unlisted),
    ("renewalorder.inner-invalid", No(R::Invalid)),
    ("renewalorder.inner-no-money", Unlisted),
    ("renewalorder.registry-2002", Doubtful),
    ("renewalorder.registry-2003", No(R::Invalid)),
    ("renewalorder.registry-2004", No(R::Invalid)),
    ("renewalorder.registry-2005", No(R::Invalid)),
    ("renewalorder.registry-2104", Doubtful),
    ("renewalorder.registry-2105", No(R::NotAllowed)),
    ("renewalorder.registry-2106", Doubtful),
    ("renewalorder.registry-2201", No(R::NotAllowed)),
    ("renewalorder.registry-2202", No(R::NotAllowed)),
    ("renewalorder.registry-2300", Doubtful),
    ("renewalorder.registry-2302", Doubtful),
    ("renewalorder.registry-2303", No(R::NotFound)),
    ("renewalorder.registry-2304", No(R::NotAllowed)),
    ("renewalorder.registry-2400", Doubtful),
    ("renewalorder.registry-2502", Doubtful),
];

const CANCEL: &[(&str, Is)] = &[
    ("canceltransfer.done", Taken(Stage::Working)),
    ("canceltransfer.refused-not-found", No(R::NotFound)),
    ("canceltransfer.refused-unlisted", Unlisted),
    ("canceltransfer.refused-already", Doubtful),
];

/// Met by `UpdateNameServer`, whose rule is that of all changes but those whose outer code may decide.
const CHANGE: &[(&str, Is)] = &[
    ("updatenameserver.done", Taken(Stage::Working)),
    ("updatenameserver.pending-at-registry", Taken(Stage::Registry)),
    ("managedomainlock.done", Taken(Stage::Working)),
    ("modifydnsrecord.done", Taken(Stage::Working)),
    ("addchildnameserver.documented", Taken(Stage::Working)),
    ("updatenameserver.no-inner-code", Unlisted),
    ("updatenameserver.no-data", Unlisted),
    ("updatenameserver.refused-with-data", Unlisted),
    ("updatenameserver.refused-with-success-inside", Unlisted),
    ("updatecontact.done-inside-only", Unlisted),
    ("deletecustomer.contradiction", Unlisted),
    ("updatenameserver.refused", No(R::Invalid)),
    ("managedomainlock.refused", No(R::NotFound)),
    ("managedomainprivacyprotection.refused", No(R::Unsupported)),
    ("order.refused-insufficient", No(R::NoFunds)),
    ("addchildnameserver.refused-not-exist", No(R::NotFound)),
    ("addchildnameserver.refused-exist", Doubtful),
    ("addchildnameserver.refused-prohibited", No(R::NotAllowed)),
    ("addchildnameserver.refused-is-locked", No(R::NotAllowed)),
    ("addchildnameserver.refused-unlisted", Unlisted),
    ("addchildnameserver.server-code", Unlisted),
    ("updatenameserver.registry-2002", Doubtful),
    ("updatenameserver.registry-2003", No(R::Invalid)),
    ("updatenameserver.registry-2004", No(R::Invalid)),
    ("updatenameserver.registry-2005", No(R::Invalid)),
    ("updatenameserver.registry-2104", Doubtful),
    ("updatenameserver.registry-2201", No(R::NotAllowed)),
    ("updatenameserver.registry-2202", No(R::NotAllowed)),
    ("updatenameserver.registry-2300", Doubtful),
    ("updatenameserver.registry-2302", Doubtful),
    ("updatenameserver.registry-2303", No(R::NotFound)),
    ("updatenameserver.registry-2304", No(R::NotAllowed)),
    ("updatenameserver.registry-2400", Doubtful),
    ("updatenameserver.registry-2502", Doubtful),
    ("updatenameserver.registry-unlisted", Unlisted),
];

async fn outcome_of(call: Call, answer: Reply) -> Outcome {
    let purchase = match call {
        Call::Order => register(),
        Call::Transfer => transfer(),
        Call::Renewal => renew(None, None),
        Call::Cancel => {
            let world = World::new([reply("viewdomain.inactive"), answer]).await;
            let purchase = transfer();
            let outcome = world
                .provider
                .cancel(&mut world.visit(), &looks::question(&purchase))
                .await;
            world.check(&outcome);
            return outcome;
        }
        Call::Change => return changed(answer).await,
        Call::Price => unreachable!("a read"),
    };
    World::new([answer]).await.submit(&purchase).await
}

/// A change in the words of orders, so that one table shape serves all.
async fn changed(answer: Reply) -> Outcome {
    let world = World::new([answer]).await;
    let domain = DomainRef {
        id: "900417",
        name: DOMAIN,
    };
    let changed = world
        .provider
        .client()
        .update_name_server(&mut world.visit(), domain, &["ns1.parked.example".to_owned()], None)
        .await;
    world.check(&changed);
    match changed {
        Ok(done) => Outcome::Accepted(Accepted {
            stage: Some(if done.code == 1001 {
                Stage::Registry
            } else {
                Stage::Working
            }),
            ..Default::default()
        }),
        Err(failure) => failure.into(),
    }
}

const ALL: [(Call, &[(&str, Is)]); 5] = [
    (Call::Order, ORDER),
    (Call::Transfer, TRANSFER),
    (Call::Renewal, RENEWAL),
    (Call::Cancel, CANCEL),
    (Call::Change, CHANGE),
];

#[tokio::test]
async fn every_answer_is_classified_by_the_tables() {
    for (call, table) in ALL {
        for (name, expected) in table {
            let outcome = outcome_of(call, reply(name)).await;
            assert_eq!(Is::from(&outcome), *expected, "{name}: {outcome:?}");
        }
    }
}

#[test]
fn every_row_of_messages_is_met_by_a_fixture() {
    let mut met = BTreeSet::new();
    for (call, table) in ALL {
        for (name, _) in table {
            if let Body::Envelope(envelope) = Body::of(serde_json::from_str(&fixture(name)).unwrap()) {
                met.extend(row_of(call, &envelope.message).map(std::ptr::from_ref));
            }
        }
    }
    for row in MESSAGES {
        assert!(
            met.contains(&std::ptr::from_ref(row)),
            "no fixture for {:?} on {:?}",
            row.fragment,
            row.on
        );
    }
}

#[test]
fn every_row_of_codes_has_its_fixture() {
    for row in CODES {
        for call in row.on {
            let (_, table) = ALL.iter().find(|(listed, _)| listed == call).expect("a table");
            let ending = format!(".registry-{}", row.code);
            assert!(
                table.iter().any(|(name, _)| name.ends_with(&ending)),
                "{} on {call:?}",
                row.code
            );
        }
    }
}

#[tokio::test]
async fn what_says_nothing_is_unknown_for_every_change() {
    for (call, table) in ALL {
        let done = fixture(table[0].0);
        let refused = fixture("order.refused-invalid");
        let secret = format!("{KEY} {AUTH_CODE}");
        let said = [raw(500, fixture("any.server-error")), reply("any.no-envelope")];
        for answer in silent_answers(&done, &refused, "/ConnectReseller/ESHOP/Order", &secret)
            .into_iter()
            .chain(said)
        {
            let shown = format!("{answer:?}");
            let outcome = outcome_of(call, answer).await;
            assert!(matches!(outcome, Outcome::Unknown(_)), "{call:?} {shown}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn bad_credentials_and_throttling_are_surely_not_executed() {
    for (call, _) in ALL {
        for status in [200, 401, 403] {
            let outcome = outcome_of(call, raw(status, fixture("any.unauthorized"))).await;
            assert_eq!(Is::from(&outcome), No(R::Credentials));
        }
        let Outcome::Rejected(rejection) = outcome_of(call, Reply::throttled()).await else {
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
        r#"{{"responseMsg":{{"statusCode":400,"message":"Invalid AuthCode {AUTH_CODE} of {KEY}, canary-Auth%2699"}},"responseData":null}}"#
    );
    let Outcome::Rejected(rejection) = outcome_of(Call::Transfer, raw(200, echo)).await else {
        panic!("refused")
    };
    assert_eq!(rejection.message, "Invalid AuthCode *** of ***, ***");
    let purchase = transfer();
    let sync = format!(
        r#"{{"responseMsg":{{"statusCode":200}},"responseData":{{"status":"pending","reason":"Invalid Auth Code {AUTH_CODE}"}}}}"#
    );
    let world = World::new([raw(200, sync)]).await;
    world.look(&looks::question(&purchase)).await;
    assert!(!format!("{:?} {:?}", world.provider, purchase).contains("canary"));
}

#[test]
fn every_fixture_is_json_and_read_by_a_test() {
    let tests = [
        include_str!("calls.rs"),
        include_str!("changes.rs"),
        include_str!("contacts.rs"),
        include_str!("looks.rs"),
        include_str!("people.rs"),
        include_str!("quotes.rs"),
        include_str!("reads.rs"),
        include_str!("requests.rs"),
        include_str!("rows.rs"),
        include_str!("tables.rs"),
    ];
    testing::assert_every_fixture_is_read("connectreseller", &tests);
}
