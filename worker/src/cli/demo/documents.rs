//! The demo's documents: orders as a billing system writes them, and what each foresees for itself.
//!
//! A folder holds `email.ndjson`, `register.ndjson`, `renew.ndjson`, `transfer.ndjson` and `refused.ndjson` (handed in
//! first), `killed.ndjson` (in the air when a replica is killed), `no-funds.ndjson` (while the accounts are empty),
//! `signals.ndjson` (told to orders that ask for something) and `world.json` (what the providers hold, and what goes
//! wrong there). Its README names the keys in `metadata` by which an order foresees its end.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use domorder_jobs::state::{EmailAction, Kind, Reason, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Files that are handed in first.
const FIRST: [&str; 5] = [
    "register.ndjson",
    "transfer.ndjson",
    "renew.ndjson",
    "email.ndjson",
    "refused.ndjson",
];

/// All of the folder.
pub(super) struct Documents {
    /// Handed in at the start, refused ones and replays included.
    pub(super) first: Vec<Document>,
    /// In the air when a replica is killed.
    pub(super) killed: Vec<Document>,
    /// Handed in while the accounts are empty.
    pub(super) no_funds: Vec<Document>,
    /// Told to orders that ask for something.
    pub(super) signals: Vec<Signal>,
    /// What the simulator is told.
    pub(super) world: Value,
}

/// One document.
pub(super) struct Document {
    /// Its idempotency key.
    pub(super) key: String,
    /// `register`, `email-order create`.
    pub(super) kind: String,
    /// As it was written.
    pub(super) domain: String,
    /// What it foresees.
    pub(super) foreseen: Foreseen,
    /// The provider and its operation, as the simulator's ledger of charges names them.
    pub(super) charge: Option<(&'static str, &'static str)>,
    /// It is not to start before so much time has passed.
    pub(super) starts_in: Option<Duration>,
    body: Value,
}

/// What a document foresees for itself, in its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Foreseen {
    /// It is not accepted.
    Refused,
    /// The same document was handed in before: nothing changes.
    Replayed,
    /// An order.
    Order(End),
}

/// How an order ends, or where it waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// Its state.
    pub(super) state: State,
    /// Why it is in it.
    pub(super) reason: Option<Reason>,
    /// Charges that stand.
    pub(super) charges: u64,
    /// Charges that were given back.
    pub(super) refunds: u64,
}

/// A signal, told once its order asks for something.
pub(super) struct Signal {
    /// The order's idempotency key.
    pub(super) key: String,
    /// The document.
    pub(super) text: String,
}

impl Documents {
    /// Reads the folder.
    ///
    /// # Errors
    /// Names the file, the line and what is wrong with it.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut seen = HashMap::new();
        let mut first = Vec::new();
        for file in FIRST {
            first.extend(orders(folder, file, &mut seen)?);
        }
        let signals = lines(folder, "signals.ndjson")?
            .into_iter()
            .map(|(place, value)| {
                let key = text(&value, "/idempotency_key").with_context(|| place.clone())?;
                Ok(Signal {
                    key,
                    text: value.to_string(),
                })
            })
            .collect::<anyhow::Result<_>>()?;
        let place = folder.join("world.json");
        let world = std::fs::read(&place).with_context(|| format!("{} cannot be read", place.display()))?;
        Ok(Self {
            first,
            killed: orders(folder, "killed.ndjson", &mut seen)?,
            no_funds: orders(folder, "no-funds.ndjson", &mut seen)?,
            signals,
            world: serde_json::from_slice(&world).with_context(|| format!("{} is no JSON", place.display()))?,
        })
    }
}

impl Document {
    fn of(body: Value, seen: &mut HashMap<String, Value>) -> anyhow::Result<Self> {
        let key = text(&body, "/idempotency_key")?;
        let kind: Kind = text(&body, "/kind")?.parse()?;
        let action = match kind {
            Kind::EmailOrder => Some(text(&body, "/action")?.parse::<EmailAction>()?),
            Kind::Register | Kind::Transfer | Kind::Renew => None,
        };
        let foreseen = match seen.insert(key.clone(), body.clone()) {
            Some(before) if before == body => Foreseen::Replayed,
            _ => foreseen(&body)?,
        };
        let starts_in = match body.pointer("/metadata/demo.starts_in") {
            None => None,
            Some(wait) => Some(seconds(wait).ok_or_else(|| anyhow!("demo.starts_in is a text like \"6s\""))?),
        };
        Ok(Self {
            key,
            kind: match action {
                Some(action) => format!("{kind} {action}"),
                None => kind.to_string(),
            },
            domain: text(&body, "/domain")?,
            foreseen,
            charge: charged_as(kind, action),
            starts_in,
            body,
        })
    }

    /// The document as it is handed in now.
    pub(super) fn hand_in(&self, now: Timestamp) -> String {
        let Some(wait) = self.starts_in else {
            return self.body.to_string();
        };
        // The one field that a file cannot hold: a moment that is always a few seconds ahead.
        let mut body = self.body.clone();
        let at = now.saturating_add(SignedDuration::try_from(wait).unwrap_or_default());
        body["not_before"] = Value::from(at.unwrap_or(now).to_string());
        body.to_string()
    }

    /// How people call it.
    pub(super) fn name(&self) -> String {
        format!("{} {} ({})", self.kind, self.domain, self.key)
    }

    /// What it foresees as an order, if it is one.
    pub(super) fn end(&self) -> Option<&End> {
        match &self.foreseen {
            Foreseen::Order(end) => Some(end),
            Foreseen::Refused | Foreseen::Replayed => None,
        }
    }
}

fn orders(folder: &Path, file: &str, seen: &mut HashMap<String, Value>) -> anyhow::Result<Vec<Document>> {
    lines(folder, file)?
        .into_iter()
        .map(|(place, body)| Document::of(body, seen).with_context(|| place))
        .collect()
}

/// A file's lines as JSON, each with its place.
fn lines(folder: &Path, file: &str) -> anyhow::Result<Vec<(String, Value)>> {
    let place = folder.join(file);
    let text = std::fs::read_to_string(&place).with_context(|| format!("{} cannot be read", place.display()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            let place = format!("{}:{}", place.display(), number + 1);
            let value = serde_json::from_str(line).with_context(|| format!("{place} is no JSON"))?;
            Ok((place, value))
        })
        .collect()
}

fn foreseen(body: &Value) -> anyhow::Result<Foreseen> {
    let ends = text(body, "/metadata/demo.ends")?;
    if ends == "refused" {
        return Ok(Foreseen::Refused);
    }
    let count = |pointer: &str| -> anyhow::Result<u64> {
        match body.pointer(pointer) {
            None => Ok(0),
            Some(count) => count
                .as_str()
                .and_then(|count| count.parse().ok())
                .ok_or_else(|| anyhow!("{pointer} is a number in quotes")),
        }
    };
    let (state, reason) = match ends.split_once('/') {
        Some((state, reason)) => (state, Some(reason.parse()?)),
        None => (ends.as_str(), None),
    };
    let state: State = state.parse()?;
    if !(state.is_final() || state == State::ActionRequired) {
        bail!("/metadata/demo.ends: an order that is `{state}` is neither through nor waits for a person");
    }
    Ok(Foreseen::Order(End {
        state,
        reason,
        charges: count("/metadata/demo.charges")?,
        refunds: count("/metadata/demo.refunds")?,
    }))
}

/// Where the simulator writes the order's money down; what is free stands nowhere.
const fn charged_as(kind: Kind, action: Option<EmailAction>) -> Option<(&'static str, &'static str)> {
    match (kind, action) {
        (Kind::Register, _) => Some(("connectreseller", "Order")),
        (Kind::Transfer, _) => Some(("connectreseller", "TransferOrder")),
        (Kind::Renew, _) => Some(("connectreseller", "RenewalOrder")),
        (Kind::EmailOrder, Some(EmailAction::Create)) => Some(("logicboxes", "eelite/add")),
        (Kind::EmailOrder, Some(EmailAction::Renew)) => Some(("logicboxes", "eelite/renew")),
        (Kind::EmailOrder, Some(EmailAction::AddAccounts)) => Some(("logicboxes", "eelite/add-email-account")),
        (Kind::EmailOrder, Some(EmailAction::RemoveAccounts | EmailAction::Delete) | None) => None,
    }
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("{pointer} is missing, or no text"))
}

fn seconds(value: &Value) -> Option<Duration> {
    let text = value.as_str()?.strip_suffix('s')?;
    text.parse().ok().map(Duration::from_secs)
}
