use std::collections::HashSet;

use super::*;

#[tokio::test]
async fn the_same_key_and_content_is_the_same_order() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let again = ledger
        .accept(vec![order(ledger, "a")])
        .await
        .remove(0)
        .expect("an answer");
    assert_eq!(again, Acceptance::Replayed { id: ids[0].clone() });
    assert_eq!(ledger.find_by_key("a").await.expect("found"), Some(ids[0].clone()));
    assert_eq!(ledger.queue_depth(ACCOUNT).await.expect("a depth").due, 1);
    assert_eq!(ledger.events(0, "0", 10).await.expect("events").len(), 1);
}

#[tokio::test]
async fn the_same_key_with_other_content_is_a_conflict() {
    let World { ledger, .. } = &world().await;
    let ids = accept_all(ledger, vec![order(ledger, "a")]).await;
    let other = NewOrder {
        fingerprint: "other".to_owned(),
        ..order(ledger, "a")
    };
    let answer = ledger.accept(vec![other]).await.remove(0).expect("an answer");
    assert_eq!(
        answer,
        Acceptance::Conflict {
            id: ids[0].clone(),
            fingerprint: "f".repeat(22)
        }
    );
    assert_eq!(ledger.queue_depth(ACCOUNT).await.expect("a depth").due, 1);
}

#[tokio::test]
async fn a_key_given_twice_in_one_batch_is_one_order() {
    let World { ledger, .. } = &world().await;
    let (first, second) = (order(ledger, "a"), order(ledger, "a"));
    let id = first.id.clone();
    let answers: Vec<_> = ledger
        .accept(vec![first, second])
        .await
        .into_iter()
        .map(|a| a.expect("an answer"))
        .collect();
    assert_eq!(answers, [Acceptance::Accepted, Acceptance::Replayed { id }]);
}

#[tokio::test]
async fn a_crash_between_the_two_steps_is_repaired_by_the_retry() {
    let World { ledger, server } = &world().await;
    let lost = order(ledger, "a");
    let mut connection = server.connection().await.expect("a connection");
    let held = format!("{} {}", lost.id, lost.fingerprint);
    let _: () = redis::cmd("SET")
        .arg("t:idem:a")
        .arg(held)
        .query_async(&mut connection)
        .await
        .expect("set");

    let retry = order(ledger, "a");
    let answer = ledger.accept(vec![retry.clone()]).await.remove(0).expect("an answer");
    assert_eq!(answer, Acceptance::Repair { id: lost.id.clone() });
    assert!(claim(ledger, 8).await.orders.is_empty());

    let rebuilt = NewOrder {
        id: lost.id.clone(),
        ..retry
    };
    assert_eq!(
        ledger.accept(vec![rebuilt]).await.remove(0).expect("an answer"),
        Acceptance::Accepted
    );
    assert_eq!(claim_one(ledger).await.id, lost.id);
}

#[tokio::test]
async fn sixty_four_producers_of_one_key_make_one_order() {
    let World { ledger, .. } = &world().await;
    let producers = (0..64).map(|_| async {
        let mut new = order(ledger, "a");
        loop {
            match ledger.accept(vec![new.clone()]).await.remove(0).expect("an answer") {
                Acceptance::Accepted => return new.id,
                Acceptance::Replayed { id } => return id,
                Acceptance::Repair { id } => new.id = id,
                Acceptance::Conflict { .. } => panic!("the content is the same"),
            }
        }
    });
    let ids: HashSet<String> = futures::future::join_all(producers).await.into_iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(claim(ledger, 128).await.orders.len(), 1);
    assert_eq!(ledger.events(0, "0", 10).await.expect("events").len(), 1);
}

#[tokio::test]
async fn what_would_break_the_index_is_refused_by_itself() {
    let World { ledger, .. } = &world().await;
    let wrong = NewOrder {
        account: "a|b".to_owned(),
        ..order(ledger, "a")
    };
    let answers = ledger
        .accept(vec![wrong, about(ledger, "b|with a bar", "b.example")])
        .await;
    assert!(matches!(answers[0], Err(LedgerError::Invalid(_))));
    assert!(matches!(answers[1], Ok(Acceptance::Accepted)));
    let stored = claim_one(ledger).await;
    let read = ledger.read(&[stored.id]).await.expect("read").remove(0).expect("there");
    assert_eq!(read.meta.idempotency_key, "b|with a bar");
}
