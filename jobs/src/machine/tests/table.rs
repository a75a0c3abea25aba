//! Each kind's whole table, and the diagram drawn from it, as snapshots: a changed arm shows in the diff.
//!
//! A [`Stand`] is a representative record for a state or an important variant of it; every observation is put to each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use domorder_api_client::provider::{Operation, Outcome, Sighting, Snapshot};

use super::check::told;
use super::stands::{Stand, stands};
use super::world::*;
use crate::machine::{Observation, PreparationSeen, SignalSeen, next};
use crate::state::{Kind, State};

/// The contract's table "Steps that exist".
pub(super) const fn steps_that_exist(from: State) -> &'static [State] {
    use State as S;
    const WAITING: &[State] = &[
        S::InProgress,
        S::Blocked,
        S::ActionRequired,
        S::Parked,
        S::Queued,
        S::Succeeded,
        S::Failed,
        S::Cancelled,
    ];
    match from {
        S::Queued => &[
            S::Dispatching,
            S::Parked,
            S::ActionRequired,
            S::InProgress,
            S::Succeeded,
            S::Failed,
            S::Cancelled,
        ],
        S::Parked => &[
            S::Queued,
            S::InProgress,
            S::ActionRequired,
            S::Succeeded,
            S::Failed,
            S::Cancelled,
        ],
        S::Dispatching => &[
            S::InProgress,
            S::Blocked,
            S::ActionRequired,
            S::UnknownOutcome,
            S::Parked,
            S::Queued,
            S::Succeeded,
            S::Failed,
        ],
        S::UnknownOutcome => &[
            S::InProgress,
            S::Blocked,
            S::ActionRequired,
            S::Parked,
            S::Queued,
            S::Succeeded,
            S::Failed,
        ],
        S::InProgress | S::Blocked | S::ActionRequired => WAITING,
        S::Succeeded | S::Failed | S::Cancelled => &[],
    }
}

/// Steps of the contract that nothing takes, and why.
const NOT_TAKEN: &[(State, State, &str)] = &[(
    State::Blocked,
    State::Queued,
    "what is placed anew is cancelled first, so `in_progress` stands before it",
)];

/// Every observation by its group; a group that cannot be seen at all in a stand is one line there.
fn observations() -> Vec<(&'static str, Vec<(String, Observation)>)> {
    let words = |word: &str, all: Vec<Observation>| {
        all.into_iter()
            .map(|seen| (format!("{word} {}", inner(&seen)).trim_end().to_owned(), seen))
            .collect::<Vec<_>>()
    };
    let staged = |outcome: &Outcome| matches!(outcome, Outcome::Accepted(accepted) if accepted.stage.is_some());
    // The answer to a change of what is placed tells no stage: a look does.
    let changed = |make: fn(Outcome) -> Observation| outcomes().into_iter().filter(|o| !staged(o)).map(make).collect();
    vec![
        ("claimed", vec![("claimed".to_owned(), Observation::Claimed)]),
        (
            "a look",
            words("saw", sightings().into_iter().map(Observation::Saw).collect()),
        ),
        ("a list", vec![("listed".to_owned(), Observation::Listed)]),
        (
            "a preparation",
            words(
                "prepared",
                preparations().into_iter().map(Observation::Prepared).collect(),
            ),
        ),
        (
            "a quote",
            quotes()
                .into_iter()
                .map(|(word, quote)| {
                    let seen = Observation::Quoted(Snapshot::default(), quote);
                    (format!("quoted {word}"), seen)
                })
                .collect(),
        ),
        (
            "an answer to the finishing",
            words("finished", changed(Observation::Finished)),
        ),
        (
            "an answer",
            words("answered", outcomes().into_iter().map(Observation::Answered).collect()),
        ),
        (
            "an answer to a cancellation",
            words("cancel answered", changed(Observation::CancelAnswered)),
        ),
        (
            "an answer to an amendment",
            words("amend answered", changed(Observation::AmendAnswered)),
        ),
        (
            "a read of the funds",
            words("funds", funds().into_iter().map(Observation::Funds).collect()),
        ),
        (
            "a signal",
            words("signal", signals().into_iter().map(Observation::Signal).collect()),
        ),
        ("unusable", vec![("unusable".to_owned(), super::check::unusable())]),
    ]
}

/// What was seen, in the words of its type: `pending(losing_registrar)`, `rejected(no_funds)`.
fn inner(seen: &Observation) -> String {
    let of = |word: &str, what: &dyn std::fmt::Debug| format!("{word}({})", snake(&format!("{what:?}")));
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Accepted(accepted) => match accepted.stage {
            None => "accepted(done)".to_owned(),
            Some(stage) => of("accepted", &stage),
        },
        Outcome::Rejected(rejection) => of("rejected", &rejection.class),
        Outcome::NotSent(_) => "not sent".to_owned(),
        Outcome::Unknown(_) => "unknown".to_owned(),
    };
    match seen {
        Observation::Saw(Sighting::Present(seen)) if seen.created.is_some() => "present, since long".to_owned(),
        Observation::Saw(Sighting::Present(_)) => "present".to_owned(),
        Observation::Saw(Sighting::Unfinished(_)) => "unfinished".to_owned(),
        Observation::Saw(Sighting::Absent(s)) if s.taken_elsewhere => "absent, taken elsewhere".to_owned(),
        Observation::Saw(Sighting::Absent(_)) => "absent".to_owned(),
        Observation::Saw(Sighting::Differs(..)) => "differs".to_owned(),
        Observation::Saw(Sighting::Pending(stage, _)) => of("pending", stage),
        Observation::Saw(Sighting::Impossible(impediment, _)) => of("impossible", impediment),
        Observation::Saw(Sighting::Ended(ending, _)) => of("ended", ending),
        Observation::Saw(Sighting::Unreadable(trouble)) => of("unreadable", &trouble.kind),
        Observation::Answered(o)
        | Observation::Finished(o)
        | Observation::CancelAnswered(o)
        | Observation::AmendAnswered(o) => outcome(o),
        Observation::Prepared(PreparationSeen::Ready(_)) => "ready".to_owned(),
        Observation::Prepared(PreparationSeen::Refused(_)) => "refused".to_owned(),
        Observation::Prepared(PreparationSeen::Later(trouble)) => of("later", &trouble.kind),
        Observation::Funds(crate::machine::FundsSeen::Unreadable(trouble)) => of("unreadable", &trouble.kind),
        Observation::Funds(funds) => snake(&format!("{funds:?}")),
        Observation::Signal(SignalSeen::Resolve { done }) => {
            format!("resolve {}", if *done { "done" } else { "not-done" })
        }
        Observation::Signal(signal) => signal.name().to_string(),
        Observation::Claimed
        | Observation::Listed
        | Observation::Unusable(_)
        | Observation::Quoted(..)
        | Observation::Recalled(_) => String::new(),
    }
}

/// `LosingRegistrar` as `losing_registrar`.
fn snake(word: &str) -> String {
    word.chars().enumerate().fold(String::new(), |mut snake, (at, c)| {
        if c.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
        snake
    })
}

/// Every observation put to every stand: a line a pair.
fn table(operation: Operation) -> String {
    let mut table = String::new();
    for Stand { name, record, facts } in stands(operation) {
        let _ = writeln!(table, "\n{name}");
        for (group, all) in observations() {
            let lines: Vec<_> = all
                .into_iter()
                .map(|(word, seen)| (word, next(&record, seen, &facts)))
                .collect();
            if let Some((_, refused @ Err(_))) = lines.iter().find(|_| lines.iter().all(|(_, next)| next.is_err())) {
                let _ = writeln!(table, "  {group} -> {}", told(refused));
                continue;
            }
            for (word, next) in lines {
                let why = next.as_ref().map_or("", |decision| decision.why);
                let _ = writeln!(table, "  {word} -> {} | {why}", told(&next));
            }
        }
    }
    table
}

/// The steps between states that the table takes, with the reasons on arrival.
fn steps(operation: Operation) -> BTreeMap<(State, State), BTreeSet<String>> {
    let mut steps: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for Stand { record, facts, .. } in stands(operation) {
        for (_, seen) in observations().into_iter().flat_map(|(_, all)| all) {
            let Ok(decision) = next(&record, seen, &facts) else {
                continue;
            };
            let to = decision.record.state;
            if to != record.state {
                let reasons = steps.entry((record.state, to)).or_default();
                reasons.extend(decision.record.reason.map(|reason| reason.to_string()));
            }
        }
    }
    steps
}

/// The same as a mermaid state diagram.
fn diagram(operation: Operation) -> String {
    let mut diagram = "stateDiagram-v2\n    [*] --> queued\n".to_owned();
    for ((from, to), reasons) in steps(operation) {
        let reasons: Vec<_> = reasons.into_iter().collect();
        let label = if reasons.is_empty() {
            String::new()
        } else {
            format!(" : {}", reasons.join(", "))
        };
        let _ = writeln!(diagram, "    {from} --> {to}{label}");
    }
    for state in State::ALL.iter().filter(|state| state.is_final()) {
        let _ = writeln!(diagram, "    {state} --> [*]");
    }
    diagram
}

fn kinds() -> [(Kind, Operation); 4] {
    [
        (Kind::Register, Operation::Register),
        (Kind::Transfer, Operation::Transfer),
        (Kind::Renew, Operation::Renew),
        (Kind::EmailOrder, Operation::EmailCreate),
    ]
}

#[test]
fn each_kinds_whole_table_is_as_last_agreed() {
    for (kind, operation) in kinds() {
        insta::assert_snapshot!(format!("{kind}"), table(operation));
    }
}

#[test]
fn each_kinds_diagram_is_as_last_agreed() {
    for (kind, operation) in kinds() {
        insta::assert_snapshot!(format!("{kind}-diagram"), diagram(operation));
    }
}

/// One table speaks for all email operations: those with a price decide alike, those without differ in the charge only.
#[test]
fn email_operations_differ_in_nothing_but_their_charge() {
    let create = table(Operation::EmailCreate);
    for operation in Operation::ALL.into_iter().filter(|o| kind_of(*o) == Kind::EmailOrder) {
        let this = table(operation);
        let this = this.replace(" against the baseline", "");
        if operation.costs_money() {
            assert_eq!(this, create, "{operation:?}");
        } else {
            let uncharged = |line: &str| {
                let (before, after) = line.split_once(", charged ").unwrap_or((line, ""));
                let after = after.split_once(": ").map_or(after, |(_, after)| after);
                format!("{before}: {after}")
            };
            for (this, create) in this.lines().zip(create.lines()) {
                assert_eq!(uncharged(this), uncharged(create), "{operation:?}");
                assert!(
                    this.is_empty() || !this.contains("charged yes") && !this.contains("charged unknown"),
                    "{this}"
                );
            }
        }
    }
}

#[test]
fn the_steps_taken_are_those_of_the_contract() {
    let taken: BTreeSet<_> = kinds()
        .into_iter()
        .flat_map(|(_, operation)| steps(operation).into_keys())
        .collect();
    for (from, to) in &taken {
        assert!(
            steps_that_exist(*from).contains(to),
            "{from} -> {to} is no step of the contract"
        );
    }
    for from in State::ALL {
        for to in steps_that_exist(*from).iter().filter(|to| **to != *from) {
            let excused = NOT_TAKEN.iter().any(|(f, t, _)| (f, t) == (from, to));
            assert_ne!(
                taken.contains(&(*from, *to)),
                excused,
                "{from} -> {to}: taken and excused, or neither"
            );
        }
    }
}

#[test]
fn nothing_leads_out_of_a_final_state_and_queued_stands_before_every_dispatching() {
    for from in State::ALL {
        assert_eq!(steps_that_exist(*from).is_empty(), from.is_final(), "{from}");
        assert_eq!(
            steps_that_exist(*from).contains(&State::Dispatching),
            *from == State::Queued,
            "{from}"
        );
    }
}
