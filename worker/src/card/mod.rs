//! An order as people should see it: what it is, whether this is normal, who has to act and by when, what was charged,
//! what happened so far, and what can be done now. Plain words, made of the same record that programs read; the command
//! line prints it, and so may a page. Nothing here decides: what may be done is asked of the machine.

mod known;
mod remedies;
mod words;

#[cfg(test)]
mod tests;

use domorder_api_client::provider::Abilities;
use domorder_jobs::known::Known;
use domorder_jobs::order::Order;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Charged, Needs, State};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

pub use remedies::Remedy;
pub use words::{headline, headline_of, meaning, title};

/// Whether somebody has to worry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is done.
    Done,
    /// It goes on by itself.
    Normal,
    /// It is taken care of, but worth knowing.
    Unusual,
    /// It does not go on without a person.
    Stopped,
    /// It is over, without effect.
    Over,
}

/// An instant of the order's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// Where it stood then.
    pub state: String,
    /// What happened, with what people said and the provider answered.
    pub what: String,
}

/// The card. Every text is a sentence or a phrase for people; no secret can stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What was ordered.
    pub title: String,
    /// Where it stands, in half a line.
    pub headline: String,
    /// What that means.
    pub meaning: &'static str,
    /// Whether somebody has to worry.
    pub standing: Standing,
    /// Since when it stands there.
    pub since: Option<Timestamp>,
    /// The same as `standing`, in a sentence.
    pub normal: &'static str,
    /// Who has to act, and what they have to do.
    pub who: String,
    /// Until when, and when it is looked at next.
    pub when: String,
    /// What was charged.
    pub charged: &'static str,
    /// The provider's own last words.
    pub told: Option<String>,
    /// Oldest first.
    pub happened: Vec<Happened>,
    /// Where somebody has to decide on a purchase of unknown effect: what is known of it, each by its name.
    pub known: Vec<(&'static str, String)>,
    /// What can be done now.
    pub remedies: Vec<Remedy>,
}

/// A line of the timeline, as the handler writes it.
#[derive(Deserialize)]
struct Line {
    at: i64,
    state: String,
    #[serde(default)]
    reason: Option<String>,
    why: String,
    #[serde(default)]
    provider: Option<String>,
    #[serde(default)]
    signal: Option<String>,
    #[serde(default)]
    known: Option<Known>,
}

impl Card {
    /// The card of an order as it stands. `timeline` is as stored; a line that cannot be read is left out.
    #[must_use]
    pub fn of(order: &Order, record: &OrderRecord, timeline: &[String], abilities: Abilities, now: Timestamp) -> Self {
        let standing = words::standing(record);
        let lines: Vec<Line> = timeline
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        Self {
            title: title(order),
            headline: headline(record),
            meaning: meaning(record),
            standing,
            since: stands_since(record, &lines),
            normal: words::normal(standing),
            who: words::who(record).to_owned(),
            when: when(record, now),
            charged: charged(record.charged, record.state),
            told: record.provider_message.clone(),
            known: known_now(record, &lines).map(known::told).unwrap_or_default(),
            happened: lines.into_iter().filter_map(happened).collect(),
            remedies: remedies::of(order, record, abilities),
        }
    }
}

const fn charged(charged: Charged, state: State) -> &'static str {
    match (charged, state) {
        (Charged::No, State::Queued | State::Parked | State::Dispatching) => "Nothing so far.",
        (Charged::No, _) => "Nothing.",
        (Charged::Yes, _) => "Yes: the provider took or reserved the money.",
        (Charged::Unknown, _) => "Not known yet: the answer to the purchase is missing.",
        (Charged::RefundDue, _) => "Yes, and it is owed back: see that the provider's refund comes.",
        (Charged::Refunded, _) => "It was, and it came back.",
    }
}

fn when(record: &OrderRecord, now: Timestamp) -> String {
    if let Some(at) = record.finished_at {
        return format!("It ended {}.", since(at, now));
    }
    let look = record
        .next_check_at
        .map(|at| format!("looked at again {}", until(at, now)));
    let by_itself = record.waiting_ends_at() != record.deadline_at;
    let end = record.waiting_ends_at().map(|at| match (at <= now, by_itself) {
        (true, true) => "the provider may give it up at any time".to_owned(),
        (false, true) => format!("the provider gives it up on {} ({})", date(at), until(at, now)),
        (true, false) => format!("its deadline passed {}", since(at, now)),
        (false, false) => format!("its deadline is {} ({})", date(at), until(at, now)),
    });
    match (end, look) {
        (Some(end), Some(look)) => sentence(&format!("{end}; {look}.")),
        (Some(one), None) | (None, Some(one)) => sentence(&format!("{one}.")),
        (None, None) => "No deadline is set; it waits until somebody acts.".to_owned(),
    }
}

/// The first of the last lines that tell of this state and reason; a restart of the timeline, which is bounded, makes it
/// later and never earlier.
fn stands_since(record: &OrderRecord, lines: &[Line]) -> Option<Timestamp> {
    let reason = record.reason.map(|reason| reason.as_str());
    let same = lines
        .iter()
        .rev()
        .take_while(|line| line.state == record.state.as_str() && line.reason.as_deref() == reason);
    Timestamp::from_millisecond(same.last()?.at).ok()
}

/// What was known when the decision was asked for that is still open.
fn known_now<'a>(record: &OrderRecord, lines: &'a [Line]) -> Option<&'a Known> {
    let open = record.state == State::ActionRequired && record.needs == Some(Needs::Decision);
    let latest = lines.iter().rev().find_map(|line| line.known.as_ref())?;
    (open && latest.attempts == record.attempts).then_some(latest)
}

fn happened(line: Line) -> Option<Happened> {
    let mut what = line.why;
    if let Some(said) = line.signal {
        what = format!("[{said}] {what}");
    }
    if let Some(told) = line.provider {
        what = format!("{what} (the provider: {told})");
    }
    Some(Happened {
        at: Timestamp::from_millisecond(line.at).ok()?,
        state: line.state,
        what,
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A point in time, to the minute, UTC.
#[must_use]
pub fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How far ahead, in words.
#[must_use]
pub fn until(at: Timestamp, now: Timestamp) -> String {
    let left = at.duration_since(now);
    match left.is_positive() {
        true => format!("in {}", span(left)),
        false => "now".to_owned(),
    }
}

/// How long ago, in words.
#[must_use]
pub fn since(at: Timestamp, now: Timestamp) -> String {
    let past = now.duration_since(at);
    match past.as_secs() {
        ..1 => "just now".to_owned(),
        _ => format!("{} ago", span(past)),
    }
}

/// The one unit that people would say; two are no better understood.
fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (n, unit) = match seconds {
        ..90 => (seconds.max(1), "second"),
        90..5_400 => ((seconds + 30) / 60, "minute"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    match n {
        1 => format!("1 {unit}"),
        _ => format!("{n} {unit}s"),
    }
}
