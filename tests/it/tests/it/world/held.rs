//! A held order leaves by an operator's word only, with who and why (P17): the law, asked of every order of a world.

use serde_json::Value;

use super::text;

/// What is wrong with how an order left its decisions, by its events and its timeline.
pub(super) fn faults(events: &[Value], timeline: &[Value]) -> Vec<String> {
    let version = |event: &Value| -> u64 {
        let number = text(event, "id").rsplit('-').next();
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    };
    let asks = |event: &Value| event["data"]["needs"] == "decision";
    let mut faults = Vec::new();
    // Where a person was asked, and no word of anybody has come since.
    let mut asked: Option<u64> = None;
    let said: Vec<(u64, &str)> = timeline
        .iter()
        .filter_map(|entry| Some((entry["v"].as_u64()?, entry["signal"].as_str()?)))
        .collect();
    for event in events {
        let now = version(event);
        let between = |at: u64| asked.is_some_and(|since| at > since && at <= now);
        let word = said.iter().any(|(at, said)| between(*at) && says_who_and_why(said));
        if asked.is_some() && !word && !asks(event) {
            let state = text(&event["data"], "state");
            faults.push(format!("it left a decision for `{state}` without who and why"));
        }
        asked = match (asks(event), asked) {
            (false, _) => None,
            // A word that was given is followed through looks, and may come to another question.
            (true, since) => since.or(Some(now)),
        };
    }
    faults
}

/// `resolve done by boss: seen in the panel`; of the other signals the signal itself is the reason.
fn says_who_and_why(said: &str) -> bool {
    let Some((what, who)) = said.split_once(" by ") else {
        return false;
    };
    let named = !who.is_empty() && !who.starts_with(':');
    named && (!what.starts_with("resolve") || who.split_once(": ").is_some_and(|(_, why)| !why.trim().is_empty()))
}
