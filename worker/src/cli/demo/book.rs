//! What is known of the orders, from nothing but the events that the worker sends out.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domorder_jobs::state::{Needs, Reason, State};
use domorder_jobs::view::OrderView;

use super::billing::News;
use super::documents::{Document, Foreseen, Signal};

/// All that was handed in, and what became of it.
#[derive(Default)]
pub(super) struct Book {
    /// The orders, as they were handed in.
    pub(super) orders: Vec<Entry>,
    /// Documents that must be refused, and why they were.
    pub(super) refusals: Vec<(Document, Option<String>)>,
    /// How many documents were handed in twice.
    pub(super) replays: usize,
    /// What happened that no document foresees.
    pub(super) surprises: Vec<String>,
    /// The orders whose answers were lost, by key.
    pub(super) lost: Vec<String>,
    /// Orders found in a dead replica's hands.
    pub(super) orphaned: usize,
    signals: Vec<Signal>,
    by_key: HashMap<String, usize>,
}

/// An order.
pub(super) struct Entry {
    /// Its document.
    pub(super) document: Document,
    /// As the last event tells it.
    pub(super) view: Option<OrderView>,
}

/// How many orders stand where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// All.
    pub(super) orders: u64,
    /// Those that need nothing more.
    pub(super) at_their_end: u64,
    states: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<String> = self.states.iter().map(|(state, n)| format!("{state} {n}")).collect();
        f.write_str(&states.join(", "))
    }
}

impl Entry {
    /// It stands where its document foresees.
    pub(super) fn as_foreseen(&self) -> bool {
        match (&self.view, self.document.end()) {
            (Some(view), Some(end)) => view.state == end.state && view.reason == end.reason,
            _ => false,
        }
    }

    fn state(&self) -> Option<State> {
        self.view.as_ref().map(|view| view.state)
    }

    /// Nothing can be on its way to a provider at this moment, nor is about to be.
    fn is_calm(&self) -> bool {
        match &self.view {
            None => false,
            Some(view) => match view.state {
                State::Queued => self.document.starts_in.is_some(),
                State::Dispatching => false,
                State::Parked => view.reason != Some(Reason::DomainBusy),
                State::UnknownOutcome
                | State::InProgress
                | State::Blocked
                | State::ActionRequired
                | State::Succeeded
                | State::Failed
                | State::Cancelled => true,
            },
        }
    }
}

impl Book {
    pub(super) fn new(signals: Vec<Signal>) -> Self {
        Self {
            signals,
            ..Self::default()
        }
    }

    /// Enters documents that are about to be handed in.
    pub(super) fn enter(&mut self, documents: Vec<Document>) {
        for document in documents {
            match document.foreseen {
                Foreseen::Refused => self.refusals.push((document, None)),
                Foreseen::Replayed => self.replays += 1,
                Foreseen::Order(_) => {
                    self.by_key.insert(document.key.clone(), self.orders.len());
                    self.orders.push(Entry { document, view: None });
                }
            }
        }
    }

    /// Notes news; what is worth telling of it, in words.
    pub(super) fn note(&mut self, news: News) -> Option<String> {
        match news {
            News::Order(view) => self.note_order(*view),
            News::Refused { key, why } => {
                let told = format!("refused ({key}): {why}");
                let waiting =
                    |(document, done): &&mut (Document, Option<String>)| document.key == key && done.is_none();
                match self.refusals.iter_mut().find(waiting) {
                    Some((_, done)) => *done = Some(why),
                    None => self.surprises.push(format!("a document was {told}")),
                }
                Some(told)
            }
        }
    }

    fn note_order(&mut self, view: OrderView) -> Option<String> {
        let Some(entry) = self
            .by_key
            .get(view.idempotency_key.as_str())
            .map(|at| &mut self.orders[*at])
        else {
            let told = format!("order {} that nobody handed in: {}", view.id, view.idempotency_key);
            self.surprises.push(told.clone());
            return Some(told);
        };
        let before = entry.view.replace(view.clone());
        match view.reason {
            Some(Reason::AnswerLost) => self.lost.push(view.idempotency_key.to_string()),
            Some(Reason::FoundAfterCrash) => self.orphaned += 1,
            _ => {}
        }
        let told = moment(before.as_ref(), &view)?;
        Some(format!("{}: {told}", entry.document.name()))
    }

    /// Signals that are to be told now, each once.
    pub(super) fn signals_due(&mut self) -> Vec<Signal> {
        let asks = |signal: &mut Signal| {
            let entry = self.by_key.get(&signal.key).map(|at| &self.orders[*at]);
            entry.is_some_and(|entry| entry.state() == Some(State::ActionRequired))
        };
        self.signals.extract_if(.., asks).collect()
    }

    /// An order that asks for an auth code.
    pub(super) fn asks_for_auth_code(&self) -> Option<&str> {
        let asks = |entry: &&Entry| {
            entry
                .view
                .as_ref()
                .is_some_and(|view| view.needs == Some(Needs::AuthCode))
        };
        Some(self.orders.iter().find(asks)?.document.key.as_str())
    }

    /// Every order was tried, none is in the middle of a paid call, and all refusals are there.
    pub(super) fn is_calm(&self) -> bool {
        self.orders.iter().all(Entry::is_calm) && self.refusals.iter().all(|(_, why)| why.is_some())
    }

    /// Every one of these orders (by key) waits for money.
    pub(super) fn without_funds(&self, keys: &[String]) -> bool {
        keys.iter().all(|key| {
            let view = self.by_key.get(key).and_then(|at| self.orders[*at].view.as_ref());
            view.is_some_and(|view| view.state == State::Parked && view.reason == Some(Reason::Funds))
        })
    }

    /// Nothing more is to come.
    pub(super) fn is_settled(&self) -> bool {
        self.signals.is_empty()
            && self.refusals.iter().all(|(_, why)| why.is_some())
            && self
                .orders
                .iter()
                .all(|entry| entry.as_foreseen() || entry.state().is_some_and(State::is_final))
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.orders {
            counts.orders += 1;
            counts.at_their_end += u64::from(entry.as_foreseen());
            let state = entry.state().map_or("handed in", State::as_str);
            *counts.states.entry(state).or_default() += 1;
        }
        counts
    }
}

/// A change that people want to hear of; most are as usual and are only counted.
fn moment(before: Option<&OrderView>, now: &OrderView) -> Option<String> {
    let was_unknown = before.is_some_and(|view| view.state == State::UnknownOutcome);
    let reason = now.reason.map_or("", Reason::as_str);
    let told = match now.state {
        State::UnknownOutcome => match now.reason {
            Some(Reason::FoundAfterCrash) => "was in the killed replica's hands: found out by reading".to_owned(),
            Some(Reason::TakenCheck) => "the provider says it is not available: is it ours?".to_owned(),
            _ => "the answer was lost: found out by reading, not sent again".to_owned(),
        },
        State::Queued => match now.reason {
            Some(Reason::AbsenceProven) => "proven not done: sent anew".to_owned(),
            Some(Reason::LookFailed) => "the look before paying failed: nothing was sent".to_owned(),
            Some(Reason::OldReading) => "shown as before an earlier order: looked at again".to_owned(),
            Some(Reason::NotSent) => "the call did not leave: tried again".to_owned(),
            _ => return None,
        },
        State::Succeeded if was_unknown => "found done".to_owned(),
        State::Succeeded if now.reason == Some(Reason::AlreadyDone) => "stands already: not bought again".to_owned(),
        State::InProgress | State::Blocked if was_unknown => "found with the provider".to_owned(),
        State::ActionRequired => {
            let needs = now.needs.map_or("", |needs| needs.as_str());
            format!("a person has to act, {reason}: needs {needs}")
        }
        State::Parked => match now.reason {
            Some(Reason::DomainBusy) => "waits for the other order of its domain".to_owned(),
            Some(Reason::Funds) => "no money at the provider: parked".to_owned(),
            _ => format!("parked: {reason}"),
        },
        State::Failed => format!("failed: {reason}"),
        State::Succeeded | State::InProgress | State::Blocked | State::Dispatching | State::Cancelled => return None,
    };
    Some(told)
}
