//! What is known of a purchase of unknown effect, in words.

use domorder_jobs::known::Known;

use super::date;

/// Each by its name, in the order in which one would ask.
pub(super) fn told(known: &Known) -> Vec<(&'static str, String)> {
    let mut rows = vec![("the purchase", sent(known)), ("it came back", answer(known))];
    let mut tell = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    tell(
        "at the provider",
        known.provider_order_id.as_ref().map(|id| format!("order {id}")),
    );
    tell("looked for", looks(known));
    tell("asked", witnesses(known));
    tell("before it", state(known.expiry_before.map(date), known.accounts_before));
    tell(
        "after it",
        state(known.expiry_expected.map(date), known.accounts_expected),
    );
    rows
}

fn sent(known: &Known) -> String {
    let mut text = format!("attempt {}", known.attempts);
    if let Some(at) = known.intent_at {
        text += &format!(", decided {} UTC", at.strftime("%Y-%m-%d %H:%M:%S"));
    }
    if let Some(digest) = &known.request_digest {
        text += &format!(" (request {digest})");
    }
    match known.shown_absent {
        0 => text,
        n => format!("{text}; of {n} it was shown that they had no effect"),
    }
}

fn answer(known: &Known) -> String {
    match &known.answer {
        Some(answer) => answer.clone(),
        None if known.placed => "the provider said that it has it".to_owned(),
        None => "nothing: the worker ended before an answer came".to_owned(),
    }
}

fn looks(known: &Known) -> Option<String> {
    let times = |n: u32| match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    };
    let looked = (known.looks > 0).then(|| times(known.looks));
    let unseen = match (known.first_absent_at, known.last_absent_at) {
        (Some(first), Some(last)) => Some(format!(
            "not seen at the last {} that count, from {} to {}",
            known.absences,
            date(first),
            date(last)
        )),
        (None, Some(last)) => Some(format!("last not seen {}", date(last))),
        (_, None) => None,
    };
    match (looked, unseen) {
        (Some(looked), Some(unseen)) => Some(format!("{looked}; {unseen}")),
        (Some(looked), None) => Some(format!("{looked}; no look could show that it is not there")),
        (None, unseen) => unseen,
    }
}

fn witnesses(known: &Known) -> Option<String> {
    (!known.witnesses.is_empty()).then(|| {
        format!(
            "{}; with each a read of something else, which was answered",
            known.witnesses.join(", ")
        )
    })
}

fn state(expiry: Option<String>, accounts: Option<u32>) -> Option<String> {
    let accounts = accounts.map(|n| match n {
        1 => "1 mailbox".to_owned(),
        n => format!("{n} mailboxes"),
    });
    let expiry = expiry.map(|expiry| format!("expires {expiry}"));
    match (expiry, accounts) {
        (Some(expiry), Some(accounts)) => Some(format!("{expiry}, {accounts}")),
        (one, other) => one.or(other),
    }
}
