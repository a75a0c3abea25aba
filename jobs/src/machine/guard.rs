//! Facts are guarded here, and only here: no epoch, zero, backward or far-future expiry gets past.
//!
//! Adapters hand on the dates as they were written. What shows an effect by a date that makes no sense is an answer that
//! cannot be believed, as a whole: the order does not end on it, nothing is measured against it, and it is looked at again.
//! Where the date is by the way (something still under way), it alone is dropped. Either way the order says so in its
//! `provider_message`, behind the last good words, until an answer comes that can be believed.

use domorder_api_client::provider::{
    Accepted, Evidence, Outcome, Sighting, Snapshot, Stage, Trouble, TroubleKind, expiry_plausible,
};
use jiff::{SignedDuration, Timestamp};

use super::{Facts, Observation, doubts};
use crate::record::OrderRecord;
use crate::state::Kind;

/// Stands between the provider's last good words and what could not be believed.
const MARK: &str = "the last answer could not be believed: ";
/// Characters of a `provider_message`.
const MESSAGE_CHARS_MAX: usize = 300;
/// Of which so many tell what could not be believed.
const TOLD_CHARS_MAX: usize = 120;
/// The word for what may be older than what is known.
const OLD: &str = "old";
/// A date this much earlier is the same one.
const BACKWARD_MIN: SignedDuration = SignedDuration::from_hours(24);
/// Email orders are sold for ten years on top of what they have, without a limit that is documented.
const EMAIL_TERM_MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24 + 72);

/// What could not be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disbelieved {
    /// `expiry`, `garbled` or `old`: a bounded word for a metric.
    pub what: &'static str,
    /// For people.
    pub told: String,
}

impl Disbelieved {
    /// It makes sense, but may be older than what is known already.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.what == OLD
    }
}

/// What of an observation is not to be believed; `None`: all of it may be.
#[must_use]
pub fn disbelieved(seen: &Observation, record: &OrderRecord, facts: &Facts<'_>) -> Option<Disbelieved> {
    if let Observation::Saw(Sighting::Unreadable(trouble)) = seen {
        return (trouble.kind == TroubleKind::Garbled).then(|| Disbelieved {
            what: "garbled",
            told: trouble.detail.clone(),
        });
    }
    let fault = expiry_of(seen).and_then(|at| Some((at, fault_of(at, record, facts)?)));
    match (fault, seen) {
        (Some((at, fault @ Fault::Nonsense)), _) => Some(Disbelieved {
            what: "expiry",
            told: fault.told(at),
        }),
        (fault, seen) => {
            let old = match seen {
                Observation::Saw(sighting) => doubts::doubted(sighting, record, facts),
                _ => None,
            };
            let old = old.map(|doubt| Disbelieved {
                what: OLD,
                told: doubt.told,
            });
            old.or_else(|| {
                fault.map(|(at, fault)| Disbelieved {
                    what: "expiry",
                    told: fault.told(at),
                })
            })
        }
    }
}

/// The observation as far as it may be believed.
pub(super) fn sifted(seen: Observation, record: &OrderRecord, facts: &Facts<'_>) -> Observation {
    let Some(at) = expiry_of(&seen) else { return seen };
    let Some(fault) = fault_of(at, record, facts) else {
        return seen;
    };
    match seen {
        Observation::Saw(Sighting::Pending(stage, evidence)) => {
            Observation::Saw(Sighting::Pending(stage, undated(evidence)))
        }
        // That a date went back is news for a person, who is asked; but it is not taken over.
        Observation::Saw(Sighting::Differs(snapshot, words)) if matches!(fault, Fault::Backward(_)) => {
            let mut baseline = snapshot.baseline;
            baseline.expiry = None;
            Observation::Saw(Sighting::Differs(Snapshot { baseline, ..snapshot }, words))
        }
        Observation::Saw(_) => Observation::Saw(Sighting::Unreadable(Trouble {
            kind: TroubleKind::Garbled,
            detail: fault.told(at),
            retry_after: None,
        })),
        Observation::Answered(outcome) => Observation::Answered(unsure(outcome)),
        Observation::Finished(outcome) => Observation::Finished(unsure(outcome)),
        Observation::AmendAnswered(outcome) => Observation::AmendAnswered(unsure(outcome)),
        Observation::CancelAnswered(outcome) => Observation::CancelAnswered(unsure(outcome)),
        other => other,
    }
}

/// A success whose date makes no sense shows nothing by itself: a read has to.
fn unsure(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Accepted(mut accepted) => {
            accepted.evidence = undated(accepted.evidence);
            accepted.stage = accepted.stage.or(Some(Stage::Working));
            Outcome::Accepted(accepted)
        }
        other => other,
    }
}

fn undated(evidence: Evidence) -> Evidence {
    Evidence {
        expiry: None,
        ..evidence
    }
}

/// Puts what could not be believed behind the last good words, or takes it away again where all can be. `spoken`: the
/// decision has words of its own on an answer that could not be read.
pub(super) fn tell(record: &mut OrderRecord, disbelieved: Option<&Disbelieved>, looked: bool, spoken: bool) {
    let good = record.provider_message.as_deref().map(good_words).unwrap_or_default();
    match disbelieved {
        Some(Disbelieved { what: "garbled", .. }) if spoken => {}
        Some(Disbelieved { told, .. }) if !good.starts_with(told.as_str()) => {
            // Cut before the mark and not behind it: what was not believed must be readable.
            let told: String = told.chars().take(TOLD_CHARS_MAX).collect();
            let room = MESSAGE_CHARS_MAX - TOLD_CHARS_MAX - MARK.len();
            let good: String = good.chars().take(room).collect();
            let between = if good.is_empty() { "" } else { "; " };
            record.provider_message = Some(format!("{good}{between}{MARK}{told}"));
        }
        None if looked && shows_disbelief(record) => {
            let good = good.to_owned();
            record.provider_message = (!good.is_empty()).then_some(good);
        }
        _ => {}
    }
}

/// Whether the order says that an answer could not be believed.
#[must_use]
pub fn shows_disbelief(record: &OrderRecord) -> bool {
    record
        .provider_message
        .as_deref()
        .is_some_and(|message| message.contains(MARK))
}

fn good_words(message: &str) -> &str {
    message
        .split_once(MARK)
        .map_or(message, |(good, _)| good.trim_end_matches("; "))
}

enum Fault {
    /// No expiry of anything.
    Nonsense,
    /// Earlier than the one that stood.
    Backward(Timestamp),
}

impl Fault {
    fn told(&self, at: Timestamp) -> String {
        match self {
            Self::Nonsense => format!("an expiry of {at} makes no sense"),
            Self::Backward(floor) => format!("the expiry is {at}, earlier than {floor} before"),
        }
    }
}

fn fault_of(at: Timestamp, record: &OrderRecord, facts: &Facts<'_>) -> Option<Fault> {
    let stored = record.baseline.as_ref().and_then(|baseline| baseline.expiry);
    let longer =
        |floor: Timestamp| facts.kind == Kind::EmailOrder && at > floor && at.duration_since(floor) <= EMAIL_TERM_MAX;
    if !expiry_plausible(at, facts.now) && !stored.is_some_and(longer) {
        return Some(Fault::Nonsense);
    }
    let floor = stored.or(record.expiry.filter(|_| record.placed))?;
    (floor.duration_since(at) > BACKWARD_MIN).then_some(Fault::Backward(floor))
}

/// The expiry that an observation would write into the order.
fn expiry_of(seen: &Observation) -> Option<Timestamp> {
    match seen {
        Observation::Saw(
            Sighting::Present(evidence) | Sighting::Unfinished(evidence) | Sighting::Pending(_, evidence),
        )
        | Observation::Answered(Outcome::Accepted(Accepted { evidence, .. }))
        | Observation::Finished(Outcome::Accepted(Accepted { evidence, .. }))
        | Observation::AmendAnswered(Outcome::Accepted(Accepted { evidence, .. }))
        | Observation::CancelAnswered(Outcome::Accepted(Accepted { evidence, .. })) => evidence.expiry,
        Observation::Saw(Sighting::Absent(snapshot) | Sighting::Differs(snapshot, _))
        | Observation::Quoted(snapshot, _) => snapshot.baseline.expiry,
        _ => None,
    }
}
