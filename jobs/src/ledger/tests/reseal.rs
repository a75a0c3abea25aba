use super::*;

const OLD: &str = "v1.old.AAAA";
const NEW: &str = "v1.newer.BBBB";

/// An order that holds the value in its document and its record.
async fn sealed_order(ledger: &Ledger) -> String {
    let mut order = order(ledger, "k");
    order.doc = format!("{{\"key\":\"k\",\"auth_code\":\"{OLD}\"}}");
    order.rec = format!("{{\"v\":1,\"ac\":\"{OLD}\"}}");
    accept_all(ledger, vec![order]).await.remove(0)
}

async fn reseal(ledger: &Ledger, id: &str) -> Resealed {
    let one = Reseal {
        id: id.to_owned(),
        old: OLD.to_owned(),
        new: NEW.to_owned(),
    };
    ledger.reseal(&[one]).await.expect("asked").remove(0)
}

async fn stored(ledger: &Ledger, id: &str) -> Stored {
    ledger
        .read(&[id.to_owned()])
        .await
        .expect("read")
        .remove(0)
        .expect("there")
}

#[tokio::test]
async fn a_value_is_replaced_wherever_it_stands_and_nothing_else_is_touched() {
    let World { ledger, .. } = &world().await;
    let id = sealed_order(ledger).await;
    for signal in [
        format!("{{\"signal\":\"auth-code\",\"auth_code\":\"{OLD}\"}}"),
        "{\"signal\":\"check-now\"}".to_owned(),
    ] {
        ledger.signal(&id, 1, &signal).await.expect("signalled");
    }
    let before = stored(ledger, &id).await;
    assert_eq!(reseal(ledger, &id).await, Resealed::Done);
    let after = stored(ledger, &id).await;
    assert_eq!(after.meta, before.meta);
    let put = |text: &str| text.replace(OLD, NEW);
    assert_eq!(
        (after.doc, after.rec, after.signals),
        (
            put(&before.doc),
            put(&before.rec),
            before.signals.iter().map(|s| put(s)).collect()
        )
    );
    // Asked again after a lost answer it is as done as before; an order that has neither any more has nothing to lose.
    assert_eq!(reseal(ledger, &id).await, Resealed::Done);
    assert_eq!(reseal(ledger, &ledger.new_order_id("k.example")).await, Resealed::Gone);
}

#[tokio::test]
async fn a_record_in_a_holders_hand_is_left_alone_and_its_repeat_is_still_recognised() {
    let World { ledger, .. } = &world().await;
    let id = sealed_order(ledger).await;
    let held = claim_one(ledger).await;
    let mine = Record {
        rec: format!("{{\"v\":2,\"ac\":\"{OLD}\"}}"),
        ..record(&held)
    };
    ledger.record(mine.clone()).await.expect("recorded");
    assert_eq!(reseal(ledger, &id).await, Resealed::Held);
    let between = stored(ledger, &id).await;
    assert!(between.doc.contains(NEW), "no holder writes the document");
    assert_eq!(between.rec, mine.rec);
    ledger.record(mine.clone()).await.expect("the same record again");

    let last = Record {
        version: 2,
        release: true,
        rec: mine.rec.replace("\"v\":2", "\"v\":3"),
        ..mine
    };
    ledger.record(last).await.expect("let go");
    assert_eq!(reseal(ledger, &id).await, Resealed::Done);
    assert_eq!(stored(ledger, &id).await.rec, format!("{{\"v\":3,\"ac\":\"{NEW}\"}}"));
}

#[tokio::test]
async fn a_record_whose_holder_lost_its_lease_is_nobodys() {
    let World { ledger, .. } = &world().await;
    let id = sealed_order(ledger).await;
    claim_for(ledger, 1, Duration::from_millis(1)).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(reseal(ledger, &id).await, Resealed::Done);
    assert!(!stored(ledger, &id).await.rec.contains(OLD));
}
