//! What a list of unfinished actions says of each order.

use super::*;
use crate::provider::{ListPage, Mark, Operation, Stage, Tells, TroubleKind};

async fn list(status: u16, body: &str) -> (Result<ListPage, crate::provider::Trouble>, String) {
    let world = World::raw(vec![("actions/search-current", status, body.to_owned())]).await;
    let page = world.provider.list(Operation::Transfer, 3).await;
    no_secret(&page);
    (page, world.seen()[0].query.clone())
}

#[tokio::test]
async fn each_row_is_where_its_order_stands_or_is_to_be_looked_at() {
    let (page, query) = list(200, &fixture("actions-current.transfers.json")).await;
    let page = page.unwrap();
    assert_eq!(page.total, 1207);
    let seen: Vec<(&str, &Mark)> = page.rows.iter().map(|row| (row.key.as_str(), &row.mark)).collect();
    let words = "Transfer waiting for Losing Registrar Approval".to_owned();
    let logged = format!("action 551900950 AddTransferDomain AdminApproved: {words}");
    assert_eq!(
        seen[0],
        ("90110040", &Mark::Waits(Stage::LosingRegistrar, vec![words, logged]))
    );
    assert!(matches!(seen[1].1, Mark::Waits(Stage::AuthCode, _)));
    assert!(matches!(seen[2].1, Mark::Waits(Stage::HeldForFunds, _)));
    let moved = ["90110043", "90110044", "90110045"].map(|id| (id, &Mark::Moved));
    assert_eq!(seen[3..], moved, "failed, done, without words");
    for part in ["no-of-records=500", "page-no=3", "action-type=AddTransferDomain"] {
        assert!(query.contains(part), "{part} in {query}");
    }
}

#[tokio::test]
async fn no_match_is_an_empty_list_and_everything_else_is_trouble() {
    let (page, _) = list(500, &fixture("actions-current.none.json")).await;
    assert_eq!(page.unwrap(), ListPage::default());
    let short = fixture("actions-current.transfers.json").replacen(r#""recsonpage": "7""#, r#""recsonpage": "8""#, 1);
    for (status, body, kind) in [
        (200, short.as_str(), TroubleKind::Garbled),
        (200, "{", TroubleKind::Unavailable),
        (502, "<html>Bad gateway</html>", TroubleKind::Unavailable),
        (403, "error code: 1020", TroubleKind::Credentials),
    ] {
        let (page, _) = list(status, body).await;
        let trouble = page.expect_err(body);
        assert!(
            trouble.kind == kind || (status == 200 && trouble.kind == TroubleKind::Garbled),
            "{trouble:?}"
        );
    }
}

#[tokio::test]
async fn only_what_has_a_documented_word_is_listed() {
    let world = World::new(&[]).await;
    for operation in Operation::ALL {
        let listing = world.provider.listing(operation);
        assert_eq!(listing.is_none(), operation == Operation::EmailDelete, "{operation:?}");
        if let Some(listing) = listing {
            assert_eq!((listing.tells, listing.page_rows), (Tells::Standing, 500));
        }
    }
}
