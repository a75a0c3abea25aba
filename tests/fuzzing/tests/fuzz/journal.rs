//! The journal of paid calls, damaged on the disk: an entry is recalled as it was written or not at all, and the other
//! entries stay.

use std::fs;
use std::path::Path;
use std::time::Duration;

use domorder::journal::{CameTo, Journal, Kept, Subject};
use domorder_api_client::provider::Baseline;
use domorder_jobs::machine::Recalled;
use domorder_jobs::record::Intent;
use domorder_tests_support::fuzz::{Fuzz, law};
use jiff::Timestamp;

use crate::world::{brief, corpus};

const KEEP: Duration = Duration::from_secs(3_600);

fn subject(number: i64) -> Subject {
    Subject {
        key: format!("inv-{number}"),
        account: "cr-main".to_owned(),
        operation: "renew".to_owned(),
        domain: format!("renew-{number}-example.com"),
    }
}

fn kept(number: i64) -> Kept {
    let at = Timestamp::from_millisecond(1_764_000_000_000 + number).unwrap();
    Kept {
        intent: Intent {
            attempt: 1,
            at,
            epoch: 1,
            digest: "d".to_owned(),
            open: true,
        },
        order: "0-01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        baseline: Some(Baseline {
            expiry: Some("2027-05-01T00:00:00Z".parse().unwrap()),
            ..Baseline::default()
        }),
        accepted_at: at,
        anew_since: None,
    }
}

fn segment_of(folder: &Path) -> Vec<u8> {
    let file = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    fs::read(file).unwrap()
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder, KEEP, "reader").expect("a damaged journal is read past its damage")
}

#[test]
fn a_damaged_line_is_no_entry_and_takes_no_other_with_it() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let recall = |journal: &Journal, number| runtime.block_on(journal.recall(subject(number))).unwrap();
    let written = tempfile::tempdir().unwrap();
    let journal = Journal::open(written.path(), KEEP, "writer").unwrap();
    runtime.block_on(async {
        for number in 1..=3 {
            journal.keep(subject(number), kept(number)).await.unwrap();
            let came_to = CameTo {
                what: "accepted".to_owned(),
                void: number == 3,
                provider_order_id: Some(format!("88{number}")),
            };
            journal.tell(subject(number), kept(number).intent.at, came_to);
        }
        // Behind what was told, in the same queue.
        journal.keep(subject(9), kept(9)).await.unwrap();
    });
    let whole = segment_of(written.path());
    let lines: Vec<Vec<u8>> = whole
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    assert_eq!(lines.len(), 7, "{}", String::from_utf8_lossy(&whole));
    let meant: Vec<Option<Recalled>> = (1..=3).map(|number| recall(&journal, number)).collect();
    assert_eq!(meant.iter().flatten().count(), 2, "what had no effect is not recalled");

    let check = |input: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("0000000000001-written.journal"), input).unwrap();
        let journal = open(folder.path());
        let mut way = String::new();
        for number in 1..=3usize {
            let stands = |line: &Vec<u8>| {
                input
                    .split_inclusive(|byte| *byte == b'\n')
                    .any(|found| found == line.as_slice())
            };
            let (intent, outcome) = (&lines[2 * number - 2], &lines[2 * number - 1]);
            let found = recall(&journal, i64::try_from(number).unwrap());
            way += match &found {
                None => "-",
                Some(found) => {
                    law(stands(intent), || {
                        format!("entry {number} is recalled, and does not stand there")
                    })?;
                    let wanted = kept(i64::try_from(number).unwrap());
                    law(
                        found.intent == wanted.intent && found.baseline == wanted.baseline,
                        || format!("entry {number} is recalled changed: {found:?}"),
                    )?;
                    if found.provider_order_id.is_some() { "o" } else { "i" }
                }
            };
            // What stands whole counts, whatever stands around it; what had no effect is void where both stand.
            let void = number == 3 && stands(outcome);
            law(found.is_some() || !stands(intent) || void, || {
                format!("entry {number} stands there and is not recalled")
            })?;
        }
        Ok(way)
    };
    Fuzz::new("journal", &corpus(), check)
        .seeds([whole.clone(), lines.concat(), lines[..2].concat(), Vec::new()])
        .words(["00000000 {}", "\n\n", "void", "inv-1", "881"])
        .holds(brief(3_000));
}
