//! Places in the events, ids, durations: short texts that come back from outside as they were given out, or spoilt.

use domorder_config::{Rate, format_duration, parse_duration};
use domorder_jobs::ledger::{EventAt, EventCursor};
use domorder_jobs::order::{IdempotencyKey, OrderId};
use domorder_tests_support::fuzz::{Fuzz, law};

use crate::world::{brief, corpus};

#[test]
fn a_text_that_was_given_out_is_read_as_it_was_meant_or_refused() {
    let mut several = EventCursor::start(3);
    let at = |ms, seq| EventAt { ms, seq };
    several.set(0, at(1_764_000_000_000, 7));
    several.set(2, at(1_764_000_000_100, 0));
    let seeds = [
        several.to_string(),
        EventCursor::start(16).to_string(),
        "1764000000000-3".to_owned(),
        "18446744073709551615-18446744073709551615".to_owned(),
        OrderId::new("shop-example.com", 4).to_string(),
        "inv-20660".to_owned(),
        "90s".to_owned(),
        "250ms".to_owned(),
        "14d".to_owned(),
        "10/s".to_owned(),
    ];
    let check = |input: &[u8]| {
        let text = String::from_utf8_lossy(input);
        let mut way = String::new();
        for shards in [1u16, 3, 16, 1_024] {
            if let Ok(cursor) = EventCursor::parse(&text, shards) {
                way += "place ";
                let printed = cursor.to_string();
                law(EventCursor::parse(&printed, shards).as_ref() == Ok(&cursor), || {
                    format!("{printed} is another place")
                })?;
                law(shards == 1 || printed == text, || {
                    format!("{text} and {printed} are one place")
                })?;
                for shard in 0..shards {
                    // Redis takes no place beyond the last one; nobody may be sent back to the first by one.
                    let place = cursor.in_shard(shard);
                    law(place.next() >= place, || {
                        format!("after {place} comes {}", place.next())
                    })?;
                }
            }
        }
        if let Ok(id) = text.parse::<OrderId>() {
            way += "id ";
            law(id.to_string().parse::<OrderId>().as_ref() == Ok(&id), || {
                format!("{id} is another id")
            })?;
        }
        if let Ok(key) = text.parse::<IdempotencyKey>() {
            way += "key ";
            law(key.as_str() == text && (1..=200).contains(&text.len()), || {
                "another key".into()
            })?;
        }
        if let Some(duration) = parse_duration(&text) {
            way += "duration ";
            let printed = format_duration(duration);
            law(parse_duration(&printed) == Some(duration), || {
                format!("{text} is printed as {printed}")
            })?;
        }
        if let Some(rate) = Rate::parse(&text) {
            way += "rate ";
            let printed = rate.to_string();
            law(Rate::parse(&printed) == Some(rate), || {
                format!("{text} is printed as {printed}")
            })?;
        }
        Ok(way)
    };
    Fuzz::new("places", &corpus(), check)
        .seeds(seeds)
        .words(["-", "18446744073709551615", "ms", "/s", "s", "d", "AQ", "gA"])
        .holds(brief(60_000));
}
