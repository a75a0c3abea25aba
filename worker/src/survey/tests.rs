//! When a list is believed, and when it is read.

use std::time::{Duration, Instant};

use domorder_api_client::provider::{ListRow, Listing, Mark, Operation, Stage, Tells};

use super::desk::{Answer, Desk, Looker};
use super::{Waiting, looker};

const STANDING: Listing = Listing {
    name: "standing",
    tells: Tells::Standing,
    page_rows: 500,
    singly_first: 0,
    singly_every: 24,
};
const ARRIVALS: Listing = Listing {
    name: "arrivals",
    tells: Tells::Arrivals,
    page_rows: 500,
    singly_first: 4,
    singly_every: 4,
};
const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// An order at the losing registrar that is due after an hour.
fn due(key: &str) -> Looker<'_> {
    Looker {
        key,
        stage: Stage::LosingRegistrar,
        words: Some("waiting for the losing registrar"),
        since: HOUR,
        age_max: HOUR / 2,
    }
}

fn waits(key: &str, stage: Stage, words: &str) -> ListRow {
    ListRow {
        key: key.to_owned(),
        mark: Mark::Waits(stage, vec![words.to_owned(), format!("action 1: {words}")]),
    }
}

fn same(key: &str) -> ListRow {
    waits(key, Stage::LosingRegistrar, "waiting for the losing registrar")
}

fn marked(key: &str, mark: Mark) -> ListRow {
    ListRow {
        key: key.to_owned(),
        mark,
    }
}

fn read(desk: &mut Desk, rows: Vec<ListRow>, at: Instant) {
    let mut draft = desk.draft(at);
    draft.add(rows);
    desk.keep(draft, at);
}

#[test]
fn unchanged_is_what_stands_there_at_the_same_stage_in_the_same_words() {
    let now = Instant::now();
    let mut desk = Desk::new();
    let stalled = waits("3", Stage::Locked, "waiting for the losing registrar");
    let other = waits("4", Stage::LosingRegistrar, "no word from the losing registrar");
    let twice = [same("6"), waits("6", Stage::Locked, "waiting to be unlocked")];
    let mut rows = vec![same("1"), stalled, other, marked("5", Mark::Moved)];
    rows.extend(twice);
    read(&mut desk, rows, now);
    let says = |looker: &Looker<'_>| desk.says(looker, &STANDING, now + MINUTE);
    assert_eq!(says(&due("1")), Some(true));
    let in_the_log = Looker {
        words: Some("action 1: waiting for the losing registrar"),
        ..due("1")
    };
    assert_eq!(says(&in_the_log), Some(true), "either of its forms will do");
    for (key, why) in [
        ("2", "missing"),
        ("3", "another stage"),
        ("4", "other words"),
        ("5", "it has moved"),
        ("6", "two rows that do not agree"),
    ] {
        assert_eq!(says(&due(key)), Some(false), "{why}");
    }
    let wordless = Looker {
        words: None,
        ..due("1")
    };
    assert_eq!(says(&wordless), Some(false), "nothing known, nothing to compare");
}

#[test]
fn a_name_that_has_not_arrived_is_unchanged_and_one_that_has_is_not() {
    let now = Instant::now();
    let mut desk = Desk::new();
    let dormant = |key| marked(key, Mark::Dormant("InActive".to_owned()));
    let rows = vec![dormant("waits-example.com"), marked("came-example.com", Mark::Moved)];
    read(&mut desk, rows, now);
    let says = |desk: &Desk, key, after| desk.says(&due(key), &ARRIVALS, now + after);
    assert_eq!(says(&desk, "waits-example.com", MINUTE), Some(true));
    assert_eq!(says(&desk, "nowhere-example.com", MINUTE), Some(true));
    assert_eq!(says(&desk, "came-example.com", MINUTE), Some(false));

    // A row that goes between two lists, or changes, means that something happened.
    read(&mut desk, vec![marked("came-example.com", Mark::Moved)], now + MINUTE);
    assert_eq!(
        says(&desk, "waits-example.com", 2 * MINUTE),
        Some(false),
        "its row is gone"
    );
    assert_eq!(says(&desk, "nowhere-example.com", 2 * MINUTE), Some(true));
    let looked_since = Looker {
        since: MINUTE,
        age_max: HOUR,
        ..due("waits-example.com")
    };
    let later = now + 61 * MINUTE;
    read(&mut desk, vec![], later);
    assert_eq!(desk.says(&looked_since, &ARRIVALS, later + MINUTE / 2), Some(true));
}

#[test]
fn a_list_is_not_believed_when_it_is_old_or_from_before_the_last_record() {
    let now = Instant::now();
    let mut desk = Desk::new();
    read(&mut desk, vec![same("1")], now);
    assert_eq!(desk.says(&due("1"), &STANDING, now + HOUR / 2), Some(true));
    assert_eq!(desk.says(&due("1"), &STANDING, now + HOUR / 2 + MINUTE), None);
    let recorded_just_now = Looker {
        since: MINUTE,
        ..due("1")
    };
    assert_eq!(desk.says(&recorded_just_now, &STANDING, now + 2 * MINUTE), None);
    assert_eq!(desk.says(&recorded_just_now, &STANDING, now + MINUTE / 2), Some(true));
}

#[test]
fn three_waiting_orders_are_looked_at_singly() {
    let mut desk = Desk::new();
    let begun = Instant::now();
    for hour in 0..48 {
        for key in ["1", "2", "3"] {
            let answer = desk.ask(&due(key), &STANDING, begun + hour * HOUR);
            assert_eq!(answer, Answer::LookYourself);
        }
    }
}

#[test]
fn a_list_is_read_once_as_many_came_in_vain_as_it_has_pages() {
    let mut desk = Desk::new();
    let now = Instant::now();
    let ask = |desk: &mut Desk| desk.ask(&due("1"), &STANDING, now);
    for _ in 0..9 {
        assert_eq!(ask(&mut desk), Answer::LookYourself);
    }
    // Its length is not known yet: the first page tells it, and is not worth twenty.
    assert_eq!(ask(&mut desk), Answer::Read { looks: 10 });
    assert_eq!(ask(&mut desk), Answer::Wait, "one reads at a time");
    assert!(!desk.worth(20, 10, now));
    desk.leave();
    for _ in 0..8 {
        assert_eq!(ask(&mut desk), Answer::LookYourself);
    }
    assert_eq!(ask(&mut desk), Answer::Read { looks: 20 });
    assert!(desk.worth(20, 20, now));
    read(&mut desk, vec![same("1")], now);
    assert_eq!(ask(&mut desk), Answer::Unchanged);
}

#[test]
fn those_who_came_longer_ago_than_a_list_would_have_served_do_not_count() {
    let mut desk = Desk::new();
    let begun = Instant::now();
    for minute in 0..100 {
        let often = Looker {
            since: 10 * MINUTE,
            age_max: 5 * MINUTE,
            ..due("1")
        };
        assert_eq!(
            desk.ask(&often, &STANDING, begun + minute * MINUTE),
            Answer::LookYourself
        );
    }
    assert!(matches!(
        desk.ask(&due("1"), &STANDING, begun + 100 * MINUTE),
        Answer::Read { .. }
    ));
}

#[test]
fn a_list_that_fails_is_left_alone_for_longer_and_longer() {
    let mut desk = Desk::new();
    let mut now = Instant::now();
    let ask_ten = |desk: &mut Desk, now| {
        let answers: Vec<Answer> = (0..10).map(|_| desk.ask(&due("1"), &STANDING, now)).collect();
        answers.last().copied()
    };
    assert!(matches!(ask_ten(&mut desk, now), Some(Answer::Read { .. })));
    for rest in [1, 2, 4, 8, 16, 30, 30] {
        desk.fail(None, now);
        now += rest * MINUTE - Duration::from_secs(1);
        assert_eq!(ask_ten(&mut desk, now), Some(Answer::LookYourself), "{rest}");
        now += Duration::from_secs(1);
        assert!(
            matches!(desk.ask(&due("1"), &STANDING, now), Answer::Read { .. }),
            "{rest}"
        );
    }
    desk.fail(Some(HOUR), now);
    now += 59 * MINUTE;
    assert_eq!(
        ask_ten(&mut desk, now),
        Some(Answer::LookYourself),
        "as the provider asked"
    );
}

#[test]
fn every_so_often_an_order_is_looked_at_singly_whatever_the_list_says() {
    let waiting = |looks, spread, stage| Waiting {
        operation: Operation::Transfer,
        domain: "move-example-shop.com",
        provider_order_id: Some("90110040"),
        stage,
        words: None,
        since: HOUR,
        wait: HOUR,
        looks,
        spread,
    };
    let listed = |listing: &Listing, spread, stage| -> Vec<u32> {
        (0..48)
            .filter(|looks| looker(&waiting(*looks, spread, stage), listing).is_some())
            .collect()
    };
    assert_eq!(listed(&STANDING, 0, Stage::Locked).len(), 46);
    assert_eq!(listed(&ARRIVALS, 0, Stage::LosingRegistrar).len(), 33);
    assert!(
        listed(&ARRIVALS, 1, Stage::LosingRegistrar)[0] >= 4,
        "the first hours are single looks"
    );
    assert_ne!(
        listed(&ARRIVALS, 1, Stage::LosingRegistrar),
        listed(&ARRIVALS, 2, Stage::LosingRegistrar),
        "orders that began together take turns"
    );
    assert!(
        listed(&ARRIVALS, 0, Stage::AuthCode).is_empty(),
        "a list of arrivals tells of no stall"
    );
    let unknown = Waiting {
        provider_order_id: None,
        ..waiting(5, 0, Stage::Locked)
    };
    assert!(
        looker(&unknown, &STANDING).is_none(),
        "it could not be found in the list"
    );
}
