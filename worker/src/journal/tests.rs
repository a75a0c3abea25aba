//! What a crash, a full disk, time and other processes do to the journal.

use std::io::Write as _;

use domorder_api_client::provider::Baseline;
use domorder_jobs::record::Intent;
use jiff::Timestamp;
use tempfile::TempDir;

use super::*;

const KEEP: Duration = Duration::from_secs(3_600);

fn subject(key: &str) -> Subject {
    Subject {
        key: key.to_owned(),
        account: "cr-main".to_owned(),
        operation: "renew".to_owned(),
        domain: "renew-example-shop.com".to_owned(),
    }
}

fn kept(attempt: u32, at_ms: i64) -> Kept {
    Kept {
        intent: Intent {
            attempt,
            at: Timestamp::from_millisecond(at_ms).unwrap(),
            epoch: 1,
            digest: "d".to_owned(),
            open: true,
        },
        order: "0-01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        baseline: Some(Baseline {
            expiry: Some("2027-05-01T00:00:00Z".parse().unwrap()),
            ..Baseline::default()
        }),
        accepted_at: Timestamp::from_millisecond(at_ms - 50).unwrap(),
        anew_since: None,
    }
}

fn came_to(void: bool, id: Option<&str>) -> CameTo {
    CameTo {
        what: "accepted".to_owned(),
        void,
        provider_order_id: id.map(str::to_owned),
    }
}

fn open(folder: &TempDir, instance: &str) -> Journal {
    Journal::open(folder.path(), KEEP, instance).unwrap()
}

async fn attempt_of(journal: &Journal, key: &str) -> Option<u32> {
    let recalled = journal.recall(subject(key)).await.unwrap();
    recalled.map(|recalled| recalled.intent.attempt)
}

fn segments(folder: &TempDir) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.path()).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn the_latest_intent_is_recalled_whole_by_this_process_another_and_the_next() {
    let folder = TempDir::new().unwrap();
    let (one, other) = (open(&folder, "a"), open(&folder, "b"));
    one.keep(subject("k"), kept(1, 1_000)).await.unwrap();
    one.keep(subject("k"), kept(2, 2_000)).await.unwrap();
    let at = Timestamp::from_millisecond(2_000).unwrap();
    one.tell(subject("k"), at, came_to(false, Some("881")));
    // The outcome is in the same queue before this one, which is waited for.
    one.keep(subject("later"), kept(1, 3_000)).await.unwrap();
    let next = open(&folder, "c");
    for journal in [&one, &other, &next] {
        let recalled = journal.recall(subject("k")).await.unwrap().unwrap();
        let expected = kept(2, 2_000);
        assert_eq!(recalled.intent, expected.intent);
        assert_eq!(
            (recalled.baseline, recalled.accepted_at),
            (expected.baseline, expected.accepted_at)
        );
        assert_eq!(recalled.provider_order_id.as_deref(), Some("881"));
        let elsewhere = Subject {
            domain: "other-example-shop.com".to_owned(),
            ..subject("k")
        };
        assert_eq!(journal.recall(elsewhere).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_surely_had_no_effect_is_not_recalled() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder, "a");
    journal.keep(subject("k"), kept(1, 1_000)).await.unwrap();
    let at = Timestamp::from_millisecond(1_000).unwrap();
    // An outcome of another intent changes nothing.
    journal.tell(
        subject("k"),
        at + jiff::SignedDuration::from_secs(9),
        came_to(true, None),
    );
    journal.keep(subject("other"), kept(1, 2_000)).await.unwrap();
    assert_eq!(attempt_of(&journal, "k").await, Some(1));
    journal.tell(subject("k"), at, came_to(true, None));
    journal.keep(subject("other"), kept(2, 3_000)).await.unwrap();
    assert_eq!(attempt_of(&journal, "k").await, None);
    assert_eq!(attempt_of(&open(&folder, "b"), "k").await, None);
}

#[tokio::test]
async fn a_torn_last_line_and_a_damaged_one_cost_nothing_else() {
    let folder = TempDir::new().unwrap();
    let journal = open(&folder, "a");
    for (key, at) in [("first", 1_000), ("damaged", 2_000), ("last", 3_000)] {
        journal.keep(subject(key), kept(1, at)).await.unwrap();
    }
    drop(journal);
    let segment = segments(&folder).remove(0);
    let text = std::fs::read_to_string(&segment).unwrap();
    std::fs::write(&segment, text.replace("\"key\":\"damaged\"", "\"key\":\"dAmaged\"")).unwrap();
    let mut torn = std::fs::OpenOptions::new().append(true).open(&segment).unwrap();
    write!(torn, "0badc0de {{\"key\":\"torn").unwrap();
    let next = open(&folder, "b");
    assert_eq!(attempt_of(&next, "first").await, Some(1));
    assert_eq!(attempt_of(&next, "last").await, Some(1));
    assert_eq!(attempt_of(&next, "damaged").await, None);
    assert_eq!(attempt_of(&next, "torn").await, None);
    next.keep(subject("torn"), kept(3, 4_000)).await.unwrap();
    assert_eq!(attempt_of(&open(&folder, "c"), "torn").await, Some(3));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused_at_the_start_and_at_each_call() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("in-the-way");
    std::fs::write(&file, "").unwrap();
    let refused = Journal::open(&file, KEEP, "a").unwrap_err().to_string();
    assert!(
        refused.contains("in-the-way") && refused.contains("redis.journal"),
        "{refused}"
    );

    let inner = folder.path().join("journal");
    let journal = Journal::open(&inner, KEEP, "a").unwrap();
    lock(&journal.folder).tidy();
    // The segment that is open is full, and there is no place for the next.
    std::fs::remove_dir_all(&inner).unwrap();
    std::fs::write(&inner, "").unwrap();
    let big = Subject {
        key: "k".repeat(9 * 1024 * 1024),
        ..subject("")
    };
    let _ = journal.keep(big, kept(1, 1_000)).await;
    let refused = journal
        .keep(subject("k"), kept(1, 1_000))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("cannot be written"), "{refused}");
    let unread = journal.recall(subject("k")).await.unwrap_err().to_string();
    assert!(unread.contains("cannot be read"), "{unread}");
}

#[tokio::test]
async fn what_is_too_old_goes_and_what_a_live_process_writes_stays() {
    let folder = TempDir::new().unwrap();
    let (dead, live) = (open(&folder, "dead"), open(&folder, "live"));
    dead.keep(subject("dead"), kept(1, 1_000)).await.unwrap();
    live.keep(subject("live"), kept(1, 1_000)).await.unwrap();
    drop(dead);
    let old = std::time::SystemTime::UNIX_EPOCH;
    for segment in segments(&folder) {
        let file = std::fs::OpenOptions::new().append(true).open(segment).unwrap();
        file.set_modified(old).unwrap();
    }
    // The writer lets go of its segment a moment after the journal is gone.
    let mut next = open(&folder, "next-0");
    for at in 1..400 {
        if attempt_of(&next, "dead").await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        next = open(&folder, &format!("next-{at}"));
    }
    assert_eq!(attempt_of(&next, "dead").await, None);
    assert_eq!(attempt_of(&next, "live").await, Some(1));
}
