use std::collections::BTreeMap;

use super::*;

fn digests(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const HOLD: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_profile_is_taken_by_one_and_found_by_all_once_it_is_made() {
    let World { ledger, .. } = &world().await;
    let both = digests(&["d1", "d2"]);
    let taken = ledger.take_contacts(ACCOUNT, "a", HOLD, &both).await.expect("asked");
    assert_eq!(taken, Some(BTreeMap::new()));
    let taken = |token: &'static str, of: &'static [&str]| async move {
        ledger
            .take_contacts(ACCOUNT, token, HOLD, &digests(of))
            .await
            .expect("asked")
    };
    assert_eq!(taken("b", &["d3", "d2"]).await, None);
    assert_eq!(
        taken("c", &["d3"]).await,
        Some(BTreeMap::new()),
        "b has taken none of them"
    );
    assert_eq!(
        taken("a", &["d1", "d2"]).await,
        Some(BTreeMap::new()),
        "its own it may take again"
    );
    let elsewhere = ledger.take_contacts("other", "b", HOLD, &both).await.expect("asked");
    assert_eq!(
        elsewhere,
        Some(BTreeMap::new()),
        "accounts have nothing to do with each other"
    );

    let made = BTreeMap::from([("d1".to_owned(), "30298".to_owned())]);
    ledger.keep_contacts(ACCOUNT, &made).await.expect("kept");
    ledger
        .free_contacts(ACCOUNT, "a", &digests(&["d2"]))
        .await
        .expect("freed");
    ledger
        .free_contacts(ACCOUNT, "a", &digests(&["d1", "d3"]))
        .await
        .expect("freed");
    assert_eq!(
        taken("b", &["d1", "d2"]).await,
        Some(made),
        "what was made is not freed"
    );
    assert_eq!(taken("b", &["d3"]).await, None, "nor what another has taken");
}

#[tokio::test]
async fn what_was_taken_by_one_who_died_is_free_again_in_time() {
    let World { ledger, .. } = &world().await;
    let one = digests(&["d1"]);
    let short = Duration::from_millis(200);
    assert!(
        ledger
            .take_contacts(ACCOUNT, "a", short, &one)
            .await
            .expect("asked")
            .is_some()
    );
    assert!(
        ledger
            .take_contacts(ACCOUNT, "b", HOLD, &one)
            .await
            .expect("asked")
            .is_none()
    );
    for _ in 0..400 {
        if ledger
            .take_contacts(ACCOUNT, "b", HOLD, &one)
            .await
            .expect("asked")
            .is_some()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it stays taken");
}
