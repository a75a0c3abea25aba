//! What a list of the account's names says of each.

use super::*;
use crate::provider::{Mark, Tells, TroubleKind};

#[tokio::test]
async fn a_name_has_arrived_or_is_not_active_yet() {
    let rows = ["Active", "InActive", "Suspended", "Deleted", "Pending Transfer", ""];
    let records: Vec<serde_json::Value> = rows
        .iter()
        .zip(1..)
        .map(|(status, n)| {
            serde_json::json!({"entryId": n, "domainName": format!("Otter-{n}.com"), "actionStatus": status,
                "customerId": 5512, "resellerId": 88, "creationDate": 1_741_079_702_000_i64})
        })
        .collect();
    let body = serde_json::json!({"totalCount": 1207, "records": records}).to_string();
    let world = World::new([raw(200, body)]).await;
    let page = world.provider.list(Operation::Transfer, 2).await.unwrap();
    world.check(&page);
    assert_eq!(page.total, 1207);
    assert_eq!(page.rows[0].key, "otter-1.com");
    let dormant = |word: &str| Mark::Dormant(word.to_owned());
    let marks: Vec<Mark> = page.rows.into_iter().map(|row| row.mark).collect();
    let expected = [
        Mark::Moved,
        dormant("InActive"),
        Mark::Moved,
        Mark::Moved,
        dormant("Pending Transfer"),
        dormant(""),
    ];
    assert_eq!(marks, expected);
    let asked = world.asked();
    for part in ["page=2", "maxIndex=500", "orderby=CreationDate", "orderType=DESC"] {
        assert!(asked[0].contains(part), "{part} in {asked:?}");
    }
}

#[tokio::test]
async fn a_list_without_its_total_or_its_rows_is_trouble() {
    for body in [
        r#"{"records": []}"#,
        r#"{"totalCount": 3}"#,
        r#"{"totalCount": 1, "records": [{}]}"#,
    ] {
        let world = World::new([raw(200, body)]).await;
        let trouble = world.provider.list(Operation::Transfer, 1).await.expect_err(body);
        assert_eq!(trouble.kind, TroubleKind::Garbled, "{body}");
    }
}

#[tokio::test]
async fn transfers_and_registrations_are_listed_and_renewals_are_not() {
    let world = World::new([]).await;
    for operation in Operation::ALL {
        let listing = world.provider.listing(operation);
        let wanted = matches!(operation, Operation::Register | Operation::Transfer);
        assert_eq!(listing.is_some(), wanted, "{operation:?}");
        assert!(listing.is_none_or(|listing| listing.tells == Tells::Arrivals && listing.singly_every == 4));
    }
}
