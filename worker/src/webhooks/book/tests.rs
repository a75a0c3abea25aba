//! The laws of the book, over random histories: order within orders, nothing missing, nothing beyond the bounds.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;

const DAY: u64 = 24 * 3_600 * 1_000;

fn event(at: u64, order: &str) -> (EventAt, Option<Event>) {
    let at = EventAt { ms: at, seq: 0 };
    let head = Head {
        id: format!("{order}-{}", at.ms),
        kind: "order.queued".to_owned(),
        subject: order.to_owned(),
    };
    let body = "{}".to_owned();
    (at, Some(Event { at, head, body }))
}

fn failed(job: &Job) -> Done {
    done(
        job,
        End::Failed {
            result: "refused",
            last: false,
            wait: None,
        },
    )
}

fn done(job: &Job, end: End) -> Done {
    Done {
        order: job.order.clone(),
        at: job.at,
        head: job.event.as_ref().map(|event| event.head.clone()),
        end,
    }
}

fn at(now_ms: u64) -> Terms<'static> {
    Terms {
        now_ms,
        failing_ms: 0,
        give_up: Duration::from_millis(3 * DAY),
        wait: &|attempts| Duration::from_secs(5 * u64::from(attempts)),
    }
}

/// Writes all down, as the ledger would hold it.
fn save(book: &mut Book, kept: &mut HookPosition) -> Vec<DeadLetter> {
    let mut dead = Vec::new();
    while let Some(update) = book.update(0) {
        (kept.cursor, kept.settled) = (update.cursor, update.settled);
        for (order, held) in &update.held {
            kept.held.retain(|(name, _)| name != order);
            kept.held.extend(held.clone().map(|held| (order.clone(), held)));
        }
        dead.extend(update.dead.clone());
        book.saved(&update);
    }
    dead
}

#[test]
fn a_later_event_of_an_order_waits_and_other_orders_go_on() {
    let mut book = Book::default();
    book.take(vec![event(1, "a"), event(2, "a"), event(3, "b")]);
    let first = book.fresh().unwrap();
    assert_eq!((first.order.as_str(), first.at.ms), ("a", 1));
    let other = book.fresh().unwrap();
    assert_eq!((other.order.as_str(), other.at.ms), ("b", 3));
    assert_eq!(book.fresh(), None, "the second of `a` flies beside the first");
    book.enter(failed(&first), &at(100));
    book.enter(done(&other, End::Delivered), &at(100));
    book.take(vec![event(4, "a"), event(5, "b")]);
    assert_eq!(book.fresh().unwrap().at.ms, 5);
    assert_eq!(book.held(5_099), None, "before its time");
    for wanted in [1, 2, 4] {
        let job = book.held(5_100).unwrap();
        assert_eq!(job.at.ms, wanted);
        assert_eq!(book.held(u64::MAX), None);
        book.enter(done(&job, End::Delivered), &at(5_100));
    }
    assert!(!book.has_held(u64::MAX));
}

#[test]
fn the_cursor_passes_what_is_delivered_or_written_down_only() {
    let (mut book, mut kept) = (Book::default(), HookPosition::default());
    book.take(vec![event(1, "a"), event(2, "b"), (EventAt { ms: 3, seq: 0 }, None)]);
    let (a, b) = (book.fresh().unwrap(), book.fresh().unwrap());
    book.enter(done(&b, End::Delivered), &at(9));
    save(&mut book, &mut kept);
    assert_eq!(kept.cursor.ms, 0, "the first is still on its way");
    book.enter(failed(&a), &at(9));
    save(&mut book, &mut kept);
    assert_eq!((kept.cursor.ms, kept.settled, kept.held.len()), (3, 3, 1));
    assert_eq!(book.unsaved(), 0);
}

#[test]
fn an_event_is_given_up_when_it_and_the_trouble_are_old_enough() {
    let mut book = Book::default();
    book.take(vec![event(1, "a"), event(3 * DAY, "a")]);
    let job = book.fresh().unwrap();
    assert_eq!(book.enter(failed(&job), &at(4 * DAY)), None, "old, but tried only now");
    let job = book.held(u64::MAX).unwrap();
    assert_eq!(book.enter(failed(&job), &at(7 * DAY - 1)), None);
    let job = book.held(u64::MAX).unwrap();
    let letter = book.enter(failed(&job), &at(7 * DAY)).unwrap();
    assert_eq!(
        (letter.at.ms, letter.attempts, letter.result.as_str()),
        (1, 3, "refused")
    );
    let job = book.held(u64::MAX).unwrap();
    assert_eq!(job.at.ms, 3 * DAY);
    assert!(
        book.enter(failed(&job), &at(7 * DAY)).is_some(),
        "its order has been refused for three days"
    );
    assert!(!book.has_held(u64::MAX));
}

#[test]
fn an_endpoint_that_takes_nothing_for_long_makes_old_events_dead_at_once_and_young_ones_wait() {
    let terms = Terms {
        failing_ms: DAY,
        ..at(5 * DAY)
    };
    let mut book = Book::default();
    book.take(vec![event(1, "a"), event(4 * DAY, "b")]);
    let (a, b) = (book.fresh().unwrap(), book.fresh().unwrap());
    assert!(book.enter(failed(&a), &terms).is_some());
    assert!(book.enter(failed(&b), &terms).is_none());
}

#[test]
fn a_replay_takes_its_place_among_the_events_of_its_order() {
    let mut book = Book::default();
    let letter = |at: u64| DeadLetter {
        at: EventAt { ms: at, seq: 0 },
        event: format!("a-{at}"),
        kind: "order.queued".to_owned(),
        order: "a".to_owned(),
        attempts: 3,
        result: "refused".to_owned(),
    };
    book.take(vec![event(5, "a")]);
    let job = book.fresh().unwrap();
    book.replay(vec![letter(1)], 9);
    assert_eq!(book.held(u64::MAX), None, "an event of the order flies");
    book.enter(failed(&job), &at(9));
    book.replay(vec![letter(3), letter(1), letter(3)], 9);
    let places: Vec<u64> = std::iter::from_fn(|| {
        let job = book.held(u64::MAX)?;
        book.enter(done(&job, End::Delivered), &at(9));
        Some(job.at.ms)
    })
    .collect();
    assert_eq!(places, [1, 3, 5]);
}

#[test]
fn no_more_is_read_than_can_be_held() {
    let mut book = Book::default();
    let mut next = 0;
    while book.is_hungry() {
        assert!(next < 100_000, "it is never full");
        next += 1;
        book.take(vec![event(next, &format!("o{next}"))]);
        if let Some(job) = book.fresh() {
            book.enter(failed(&job), &at(next));
        }
    }
    assert_eq!(book.held.len(), HELD_MAX);
    assert!(book.window.is_empty());
}

/// Any history: deliveries that succeed, fail and are given up, saves, and crashes that forget what was not saved.
#[test]
fn whatever_happens_nothing_is_missing_and_no_event_overtakes_another_of_its_order() {
    for seed in 0..400 {
        let mut dice = StdRng::seed_from_u64(seed);
        let stream: Vec<_> = (1..120)
            .map(|ms| event(ms, &format!("o{}", dice.random_range(0..8))))
            .collect();
        let (mut kept, mut flying) = (HookPosition::default(), Vec::<Job>::new());
        let mut book = Book::new(kept.clone());
        let mut came = BTreeMap::<String, Vec<u64>>::new();
        let mut now = 1_000;
        for step in 0.. {
            assert!(step < 100_000, "seed {seed} does not end");
            now += dice.random_range(0..4_000);
            let calm = step > 2_000;
            match dice.random_range(0..10) {
                0..3 => {
                    let from = stream.partition_point(|(at, _)| *at <= book.read());
                    let page = stream[from..].iter().take(dice.random_range(1..9)).cloned().collect();
                    book.take(page);
                }
                3..5 => flying.extend(book.fresh()),
                5 => flying.extend(book.held(now)),
                6..8 if !flying.is_empty() => {
                    let job = flying.swap_remove(dice.random_range(0..flying.len()));
                    let taken = calm || dice.random_bool(0.6);
                    if taken {
                        came.entry(job.order.clone()).or_default().push(job.at.ms);
                    }
                    let end = if taken { End::Delivered } else { failed(&job).end };
                    book.enter(done(&job, end), &at(now));
                }
                8 => drop(save(&mut book, &mut kept)),
                9 if !calm && dice.random_bool(0.05) => {
                    flying.clear();
                    book = Book::new(kept.clone());
                }
                _ => {}
            }
            let read_all = stream.last().is_some_and(|(at, _)| book.read() == *at);
            if calm && read_all && flying.is_empty() && !book.has_fresh() && !book.has_held(u64::MAX) {
                break;
            }
        }
        save(&mut book, &mut kept);
        assert_eq!(
            (kept.cursor.ms, kept.settled, kept.held.len(), book.waiting),
            (119, 119, 0, 0),
            "seed {seed}"
        );
        let mut wanted = BTreeMap::<String, Vec<u64>>::new();
        for (at, event) in stream {
            wanted.entry(event.unwrap().head.subject).or_default().push(at.ms);
        }
        for (order, places) in came {
            // A crash makes events come again; each comes for the first time after all before it.
            let mut firsts = Vec::new();
            for at in places {
                if !firsts.contains(&at) {
                    firsts.push(at);
                }
            }
            assert_eq!(Some(firsts), wanted.remove(&order), "seed {seed}: {order}");
        }
        assert!(wanted.is_empty(), "seed {seed}: {wanted:?}");
    }
}
