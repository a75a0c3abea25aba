//! What a look sees, before and after an attempt.

use rstest::rstest;

use super::*;
use crate::provider::{Baseline, Ending, Impediment, Sighting, Stage, TroubleKind};

const FOUND: (&str, &str) = ("eelite/us/orderid", "orderid.found.json");
const ABSENT: (&str, &str) = ("eelite/us/orderid", "orderid.absent.json");
const ACTIVE: (&str, &str) = ("eelite/us/details", "details.active.json");
const PENDING: (&str, &str) = ("eelite/us/details", "details.pending.json");
const NO_ROWS: (&str, &str) = ("eelite/us/search", "search.empty.json");
const NO_CURRENT: (&str, &str) = ("actions/search-current", "actions-current.none.json");
const NO_ARCHIVED: (&str, &str) = ("actions/search-archived", "actions-archived.none.json");
const RENEWING: (&str, &str) = ("actions/search-current", "actions-current.renew.json");

fn before() -> Baseline {
    Baseline {
        expiry: Some(at(END)),
        accounts: Some(15),
        provider_order_id: Some(ORDER.into()),
        customer: Some(CUSTOMER.into()),
    }
}

async fn look(answers: &[(&str, &str)], question: &Question<'_>) -> (Sighting, Vec<String>) {
    let world = World::new(answers).await;
    let sighting = world.provider.look(None, question).await;
    no_secret(&sighting);
    // Over the attempt's own connection the same is seen.
    let again = world.provider.look(Some(&mut world.visit()), question).await;
    assert_eq!(sighting, again);
    let seen = world.seen();
    (
        sighting,
        seen[..seen.len() / 2]
            .iter()
            .map(|seen| seen.path["/api/".len()..].to_owned())
            .collect(),
    )
}

async fn details(purchase: &Purchase, baseline: Option<&Baseline>, attempted: bool, body: String) -> Sighting {
    let world = World::raw(vec![
        (FOUND.0, 200, fixture(FOUND.1)),
        (ACTIVE.0, 200, body),
        (NO_CURRENT.0, 500, fixture(NO_CURRENT.1)),
        (NO_ARCHIVED.0, 200, fixture(NO_ARCHIVED.1)),
    ])
    .await;
    let attempted_at = attempted.then(|| at(ATTEMPT));
    let question = Question {
        baseline,
        attempted_at,
        ..question(purchase)
    };
    world.provider.look(None, &question).await
}

fn unavailable(sighting: &Sighting, words: &str) {
    let Sighting::Unreadable(trouble) = sighting else {
        panic!("{sighting:?}")
    };
    assert_eq!(trouble.kind, TroubleKind::Unavailable);
    assert!(trouble.detail.contains(words), "{}", trouble.detail);
}

#[tokio::test]
async fn a_new_order_is_absent_before_an_attempt_by_one_witness() {
    let purchase = create();
    let (sighting, asked) = look(&[ABSENT], &question(&purchase)).await;
    assert!(matches!(sighting, Sighting::Absent(_)), "{sighting:?}");
    assert_eq!(asked, ["eelite/us/orderid.json"]);
}

#[tokio::test]
async fn a_new_order_is_absent_after_an_attempt_only_by_three_witnesses() {
    let purchase = create();
    let question = Question {
        attempted_at: Some(at(ATTEMPT)),
        ..question(&purchase)
    };
    let (sighting, asked) = look(&[ABSENT, NO_ROWS, NO_CURRENT], &question).await;
    assert!(matches!(sighting, Sighting::Absent(_)), "{sighting:?}");
    assert_eq!(
        asked,
        [
            "eelite/us/orderid.json",
            "eelite/us/search.json",
            "actions/search-current.json"
        ]
    );

    let (sighting, _) = look(&[ABSENT, ("eelite/us/search", "search.failed.json")], &question).await;
    unavailable(&sighting, "look-up failed");
    let (sighting, _) = look(
        &[
            ABSENT,
            NO_ROWS,
            ("actions/search-current", "actions-current.failed.json"),
        ],
        &question,
    )
    .await;
    unavailable(&sighting, "look-up failed");
    let (sighting, _) = look(
        &[ABSENT, NO_ROWS, ("actions/search-current", "actions-current.add.json")],
        &question,
    )
    .await;
    assert!(matches!(sighting, Sighting::Pending(Stage::Working, _)), "{sighting:?}");
    // The search shows what the look-up by name doesn't.
    let question = Question {
        since: at(1_741_079_000),
        ..question
    };
    let (sighting, _) = look(&[ABSENT, ("eelite/us/search", "search.found.json"), ACTIVE], &question).await;
    assert!(matches!(sighting, Sighting::Present(_)), "{sighting:?}");
}

#[tokio::test]
async fn an_order_that_was_there_before_is_no_effect_of_an_attempt_and_never_a_reason_for_another() {
    let purchase = create();
    let attempted = Question {
        attempted_at: Some(at(ATTEMPT)),
        ..question(&purchase)
    };
    const ROWS: (&str, &str) = ("eelite/us/search", "search.found.json");
    let stands = [FOUND, ACTIVE, ROWS, NO_CURRENT];
    for answers in [&stands[..], &[ABSENT, ACTIVE, ROWS, NO_CURRENT]] {
        let (sighting, _) = look(answers, &attempted).await;
        let Sighting::Differs(_, words) = sighting else {
            panic!("{sighting:?}")
        };
        assert!(words.contains("was here before this order"), "{words}");
    }
    // What is being made is told all the same.
    let adding = ("actions/search-current", "actions-current.add.json");
    let (sighting, _) = look(&[FOUND, ACTIVE, ROWS, adding], &attempted).await;
    assert!(matches!(sighting, Sighting::Pending(Stage::Working, _)), "{sighting:?}");
    // Its own by its id, or by its time; and before an attempt it is not bought a second time.
    let named = Question {
        provider_order_id: Some(ORDER),
        ..attempted.clone()
    };
    let since = Question {
        since: at(1_741_080_000),
        ..attempted
    };
    for ours in [named, since, question(&purchase)] {
        let (sighting, _) = look(&stands, &ours).await;
        assert!(matches!(sighting, Sighting::Present(_)), "{sighting:?}");
    }
}

#[tokio::test]
async fn a_deleted_order_is_ours_only_if_it_was_created_since() {
    let purchase = create();
    let answers = [ABSENT, ("eelite/us/search", "search.deleted.json"), NO_CURRENT];
    let old = Question {
        attempted_at: Some(at(ATTEMPT)),
        ..question(&purchase)
    };
    assert!(matches!(look(&answers, &old).await.0, Sighting::Absent(_)));
    let ours = Question {
        since: at(1_741_079_000),
        ..old
    };
    assert!(matches!(
        look(&answers, &ours).await.0,
        Sighting::Ended(Ending::Failed, _)
    ));
    let deleted = [
        FOUND,
        ("eelite/us/details", "details.deleted.json"),
        NO_ROWS,
        NO_CURRENT,
    ];
    assert!(matches!(
        look(&deleted, &ours).await.0,
        Sighting::Ended(Ending::Failed, _)
    ));
    assert!(matches!(
        look(&deleted, &question(&purchase)).await.0,
        Sighting::Absent(_)
    ));
}

#[tokio::test]
async fn a_new_order_is_present_when_it_is_active_and_ours() {
    let purchase = create();
    for details in ["details.active.json", "details.pending.json", "details.strings.json"] {
        let (sighting, _) = look(&[FOUND, ("eelite/us/details", details)], &question(&purchase)).await;
        let Sighting::Present(evidence) = sighting else {
            panic!("{sighting:?}")
        };
        assert_eq!((evidence.expiry, evidence.accounts), (Some(at(END)), Some(15)));
    }
    let (sighting, _) = look(
        &[FOUND, ("eelite/us/details", "details.inactive.json"), NO_CURRENT],
        &question(&purchase),
    )
    .await;
    assert!(matches!(sighting, Sighting::Pending(Stage::Working, _)), "{sighting:?}");
    let active = fixture(ACTIVE.1);
    let sighting = details(&purchase, None, false, active.replace(CUSTOMER, "4400099")).await;
    assert!(
        matches!(sighting, Sighting::Impossible(Impediment::DomainTaken, _)),
        "{sighting:?}"
    );
    let sighting = details(&purchase, None, false, active.replace("Active", "Suspended")).await;
    assert!(matches!(sighting, Sighting::Differs(..)), "{sighting:?}");
    for odd in [
        active.replace("Active", "Dreaming"),
        active.replace("lark-mill", "my-lark-mill"),
        active.replace("customerid", "c"),
    ] {
        let sighting = details(&purchase, None, false, odd).await;
        assert!(
            matches!(&sighting, Sighting::Unreadable(t) if t.kind == TroubleKind::Garbled),
            "{sighting:?}"
        );
    }
}

#[tokio::test]
async fn a_held_new_order_is_pending_for_funds() {
    let body = fixture("details.inactive.json")
        .replace(
            r#""eaqid""#,
            r#""actionstatusdesc": "Order Locked In Processing.", "eaqid""#,
        )
        // Made by the attempt, and not before it.
        .replace("1741080000", &ATTEMPT.to_string());
    let sighting = details(&create(), None, true, body).await;
    assert!(
        matches!(sighting, Sighting::Pending(Stage::HeldForFunds, _)),
        "{sighting:?}"
    );
}

#[rstest]
#[case::moved_by_the_term(END + 365 * 86_400, true)]
#[case::moved_by_a_month(END + 30 * 86_400, false)]
#[case::moved_back(END - 30 * 86_400, false)]
#[tokio::test]
async fn a_renewal_is_measured_against_the_stored_end(#[case] end: i64, #[case] present: bool) {
    let body = fixture(ACTIVE.1).replace(&END.to_string(), &end.to_string());
    for attempted in [false, true] {
        let sighting = details(&renew(), Some(&before()), attempted, body.clone()).await;
        match (&sighting, present) {
            (Sighting::Present(evidence), true) => assert_eq!(evidence.expiry, Some(at(end))),
            (Sighting::Differs(snapshot, _), false) => assert_eq!(snapshot.baseline.expiry, Some(at(end))),
            _ => panic!("{sighting:?}"),
        }
    }
}

#[tokio::test]
async fn an_unmoved_renewal_is_absent_with_its_baseline() {
    let purchase = renew();
    let (sighting, asked) = look(&[FOUND, ACTIVE], &question(&purchase)).await;
    let Sighting::Absent(snapshot) = sighting else {
        panic!("{sighting:?}")
    };
    assert_eq!(snapshot.baseline, before());
    assert_eq!(asked, ["eelite/us/orderid.json", "eelite/us/details.json"]);

    // The producer's expectation is compared where no baseline is stored.
    let expects = |second| Question {
        expected_expiry: Some(at(second)),
        ..question(&purchase)
    };
    assert!(matches!(
        look(&[FOUND, ACTIVE], &expects(END)).await.0,
        Sighting::Absent(_)
    ));
    assert!(matches!(
        look(&[FOUND, ACTIVE], &expects(END - 365 * 86_400)).await.0,
        Sighting::Present(_)
    ));
    assert!(matches!(
        look(&[FOUND, ACTIVE], &expects(END - 30 * 86_400)).await.0,
        Sighting::Differs(..)
    ));
}

#[tokio::test]
async fn an_unmoved_renewal_after_an_attempt_asks_both_action_lists() {
    let (purchase, baseline) = (renew(), before());
    let asked_at = |second| Question {
        baseline: Some(&baseline),
        attempted_at: Some(at(second)),
        ..question(&purchase)
    };
    let attempted = asked_at(ATTEMPT);
    let (sighting, asked) = look(&[ACTIVE, NO_CURRENT, NO_ARCHIVED], &attempted).await;
    assert!(matches!(sighting, Sighting::Absent(_)), "{sighting:?}");
    assert_eq!(
        asked,
        [
            "eelite/us/details.json",
            "actions/search-current.json",
            "actions/search-archived.json"
        ]
    );

    let (sighting, _) = look(&[ACTIVE, RENEWING, NO_ARCHIVED], &attempted).await;
    assert!(matches!(sighting, Sighting::Pending(Stage::Working, _)), "{sighting:?}");
    // An action of long before is not ours.
    let (sighting, _) = look(&[ACTIVE, RENEWING, NO_ARCHIVED], &asked_at(ATTEMPT + 86_400)).await;
    assert!(matches!(sighting, Sighting::Absent(_)), "{sighting:?}");
    let failed = ("actions/search-archived", "actions-archived.renew-failed.json");
    let (sighting, _) = look(&[ACTIVE, NO_CURRENT, failed], &attempted).await;
    assert!(matches!(sighting, Sighting::Ended(Ending::Failed, _)), "{sighting:?}");
    // "No match" and "failed" are different answers, in either list.
    for (path, name) in [
        ("actions/search-current", "actions-current.failed.json"),
        ("actions/search-archived", "actions-archived.failed.json"),
    ] {
        let answers = [(path, name), ACTIVE, NO_CURRENT, NO_ARCHIVED];
        let once: Vec<_> = answers
            .iter()
            .filter(|(p, n)| *p != path || *n == name)
            .copied()
            .collect();
        unavailable(&look(&once, &attempted).await.0, "look-up failed");
    }
}

#[tokio::test]
async fn a_pending_action_before_any_attempt_makes_the_order_wait() {
    let baseline = before();
    for purchase in [
        renew(),
        Purchase::EmailAddAccounts(accounts(InvoiceOption::NoInvoice)),
        delete(),
    ] {
        for baseline in [None, Some(&baseline)] {
            let question = Question {
                baseline,
                ..question(&purchase)
            };
            unavailable(&look(&[FOUND, PENDING], &question).await.0, "another action is pending");
        }
    }
}

#[tokio::test]
async fn a_pending_action_after_an_attempt_is_ours_unless_the_log_says_otherwise() {
    let (purchase, baseline) = (renew(), before());
    let question = Question {
        baseline: Some(&baseline),
        attempted_at: Some(at(ATTEMPT)),
        ..question(&purchase)
    };
    let (sighting, _) = look(&[PENDING, NO_CURRENT, NO_ARCHIVED], &question).await;
    assert!(matches!(sighting, Sighting::Pending(Stage::Working, _)), "{sighting:?}");

    let foreign = fixture(RENEWING.1)
        .replace("551901198", "551901200")
        .replace("\"Renew\"", "\"AddEmailAccount\"");
    let world = World::raw(vec![
        (PENDING.0, 200, fixture(PENDING.1)),
        (RENEWING.0, 200, foreign),
        (NO_ARCHIVED.0, 200, fixture(NO_ARCHIVED.1)),
    ])
    .await;
    unavailable(&world.provider.look(None, &question).await, "another action is pending");
}

#[tokio::test]
async fn an_id_learnt_from_an_answer_counts_as_an_attempt() {
    let (purchase, baseline) = (renew(), before());
    let question = Question {
        baseline: Some(&baseline),
        provider_order_id: Some(ORDER),
        ..question(&purchase)
    };
    let (sighting, _) = look(&[PENDING, RENEWING, NO_ARCHIVED], &question).await;
    assert!(matches!(sighting, Sighting::Pending(Stage::Working, _)), "{sighting:?}");
}

#[tokio::test]
async fn mailboxes_are_counted_from_the_stored_number() {
    let more = Purchase::EmailAddAccounts(accounts(InvoiceOption::NoInvoice));
    let fewer = Purchase::EmailRemoveAccounts(accounts(InvoiceOption::NoInvoice));
    let with = |count: u32| fixture(ACTIVE.1).replace("15", &count.to_string());
    for attempted in [false, true] {
        for (purchase, goal) in [(&more, 20), (&fewer, 10)] {
            let see = |count| details(purchase, Some(const { &BEFORE }), attempted, with(count));
            assert!(matches!(see(15).await, Sighting::Absent(_)));
            assert!(matches!(see(goal).await, Sighting::Present(_)));
            assert!(matches!(see(17).await, Sighting::Differs(..)));
        }
        // Without a baseline: read it, but only if nothing was ever sent.
        let sighting = details(&more, None, attempted, with(15)).await;
        assert_eq!(matches!(sighting, Sighting::Absent(_)), !attempted, "{sighting:?}");
    }
}

const BEFORE: Baseline = Baseline {
    expiry: None,
    accounts: Some(15),
    provider_order_id: None,
    customer: None,
};

#[tokio::test]
async fn a_missing_order_is_no_order_before_an_attempt_and_a_question_after_it() {
    for purchase in [
        renew(),
        Purchase::EmailRemoveAccounts(accounts(InvoiceOption::NoInvoice)),
    ] {
        let fresh = question(&purchase);
        let sighting = look(&[ABSENT], &fresh).await.0;
        assert!(
            matches!(sighting, Sighting::Impossible(Impediment::NotFound, _)),
            "{sighting:?}"
        );
        let attempted = Question {
            attempted_at: Some(at(ATTEMPT)),
            ..fresh
        };
        let sighting = look(&[ABSENT], &attempted).await.0;
        assert!(matches!(sighting, Sighting::Differs(..)), "{sighting:?}");
    }
}

#[tokio::test]
async fn a_deletion_is_present_when_the_order_is_gone() {
    let (purchase, baseline) = (delete(), before());
    let fresh = question(&purchase);
    let (sighting, _) = look(&[FOUND, ACTIVE], &fresh).await;
    assert!(
        matches!(&sighting, Sighting::Absent(s) if s.baseline == baseline),
        "{sighting:?}"
    );
    for answers in [
        &[ABSENT][..],
        &[FOUND, ("eelite/us/details", "details.deleted.json")][..],
    ] {
        assert!(matches!(look(answers, &fresh).await.0, Sighting::Present(_)));
    }
    let attempted = Question {
        baseline: Some(&baseline),
        attempted_at: Some(at(ATTEMPT)),
        ..fresh
    };
    let gone = ("eelite/us/details", "details.absent.json");
    assert!(matches!(look(&[gone], &attempted).await.0, Sighting::Present(_)));
    assert!(matches!(
        look(&[ACTIVE, NO_CURRENT, NO_ARCHIVED], &attempted).await.0,
        Sighting::Absent(_)
    ));
}

#[rstest]
#[case::outage("search.failed.json", TroubleKind::Unavailable)]
#[case::gateway("gateway.502.html", TroubleKind::Unavailable)]
#[case::denied("error.access-denied.json", TroubleKind::Credentials)]
#[case::address("cdn.1020.txt", TroubleKind::Credentials)]
#[case::shape("search.empty.json", TroubleKind::Garbled)]
#[tokio::test]
async fn a_failed_look_up_is_never_an_absence(#[case] name: &str, #[case] kind: TroubleKind) {
    let baseline = before();
    for purchase in [create(), renew(), delete()] {
        for question in [
            question(&purchase),
            Question {
                baseline: Some(&baseline),
                ..question(&purchase)
            },
        ] {
            let (sighting, _) = look(&[("eelite/us/orderid", name), ("eelite/us/details", name)], &question).await;
            assert!(
                matches!(&sighting, Sighting::Unreadable(t) if t.kind == kind),
                "{sighting:?}"
            );
        }
    }
}
