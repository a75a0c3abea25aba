//! One row of a table: a record, what was seen, and what follows, told in a line.

use std::fmt::Write as _;
use std::panic::Location;

use domorder_api_client::provider::{Operation, Outcome, Sighting};
use jiff::Timestamp;

use super::world::{facts, t0};
use crate::machine::{Decision, Facts, IllegalPair, Look, Observation, SignalSeen, Step, next};
use crate::record::OrderRecord;

/// Given, when, then. Made by [`row`]; remembers where it stands in the source.
pub(super) struct Row {
    at: &'static Location<'static>,
    record: OrderRecord,
    seen: Observation,
    facts: fn(&mut Facts<'static>),
    then: &'static str,
}

#[track_caller]
pub(super) fn row(record: OrderRecord, seen: Observation, then: &'static str) -> Row {
    Row {
        at: Location::caller(),
        record,
        seen,
        facts: |_| {},
        then,
    }
}

impl Row {
    /// Under other facts than those of [`facts`].
    pub(super) fn given(self, facts: fn(&mut Facts<'static>)) -> Self {
        Self { facts, ..self }
    }
}

/// Holds every row, and names all that do not.
pub(super) fn check(operation: Operation, rows: impl IntoIterator<Item = Row>) {
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|row| {
            let mut facts = facts(operation);
            (row.facts)(&mut facts);
            let decided = next(&row.record, row.seen.clone(), &facts);
            let told = told(&decided);
            (told != row.then).then(|| {
                let why = decided.map_or("", |decision| decision.why);
                let (at, from, seen, then) = (row.at, row.record.state, &row.seen, row.then);
                format!("{at}\n  {from} {seen:?}\n  expected {then}\n  decided  {told}\n  because  {why}")
            })
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} rows are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What is decided for an order, where a row alone does not tell enough of the record.
#[track_caller]
pub(super) fn decided(operation: Operation, record: &OrderRecord, seen: Observation) -> Decision {
    next(record, seen, &facts(operation)).expect("a pair that can be")
}

/// A decision as tables and snapshots write it: `state/reason needs …, charged …: step`. Waits are told from [`t0`].
pub(super) fn told(decided: &Result<Decision, IllegalPair>) -> String {
    let decision = match decided {
        Ok(decision) => decision,
        Err(illegal) => return format!("refused: {illegal}"),
    };
    let record = &decision.record;
    let mut told = record.state.to_string();
    if let Some(reason) = record.reason {
        let _ = write!(told, "/{reason}");
    }
    if let Some(needs) = record.needs {
        let _ = write!(told, " needs {needs}");
    }
    let _ = write!(told, ", charged {}: {}", record.charged, step(decision.step, t0()));
    if decision.step == Step::Submit && record.baseline.is_some() {
        told.push_str(" against the baseline");
    }
    if decision.lane.is_some() {
        told.push_str("; the account is paused");
    }
    told
}

fn step(step: Step, now: Timestamp) -> String {
    match step {
        Step::Look(Look::BeforePaying) => "look before paying".to_owned(),
        Step::Look(Look::Verify) => "look to verify".to_owned(),
        Step::Look(Look::Reconcile) => "look to reconcile".to_owned(),
        Step::Look(Look::Follow) => "look to follow".to_owned(),
        Step::Prepare => "prepare the contacts".to_owned(),
        Step::Quote => "ask for the price".to_owned(),
        Step::Finish => "finish".to_owned(),
        Step::Submit => "submit".to_owned(),
        Step::AmendAuthCode => "amend the auth code".to_owned(),
        Step::ResendApproval => "resend the approval mail".to_owned(),
        Step::Cancel => "cancel at the provider".to_owned(),
        Step::ReadFunds => "read the funds".to_owned(),
        Step::GoOn => "go on".to_owned(),
        Step::Wait(Some(at)) => format!("wait {:#}", at.duration_since(now)),
        Step::Wait(None) => "wait for somebody".to_owned(),
        Step::Close => "close".to_owned(),
    }
}

// --- what can be seen, in a word ------------------------------------------------------------------------------------

pub(super) const CLAIMED: Observation = Observation::Claimed;

pub(super) fn saw(sighting: Sighting) -> Observation {
    Observation::Saw(sighting)
}

pub(super) fn answered(outcome: Outcome) -> Observation {
    Observation::Answered(outcome)
}

pub(super) fn cancel_answered(outcome: Outcome) -> Observation {
    Observation::CancelAnswered(outcome)
}

pub(super) fn amend_answered(outcome: Outcome) -> Observation {
    Observation::AmendAnswered(outcome)
}

pub(super) fn told_to(signal: SignalSeen) -> Observation {
    Observation::Signal(signal)
}

pub(super) fn unusable() -> Observation {
    Observation::Unusable("sealed with a key that is gone".to_owned())
}
