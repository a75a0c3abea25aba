//! The state record of an order: all that is known about where it stands, as the ledger stores it.
//!
//! Written whole with every step, by the holder of the lease only. Field names are short because a million waiting
//! orders are a million of these; what is `None` or zero is not written.

use domorder_api_client::provider::{Baseline, ContactIds, Evidence};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::state::{Charged, Kind, Needs, Reason, State, WaitingOn};

mod millis;

#[cfg(test)]
mod tests;

/// One permission to send one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Which attempt, from 1.
    #[serde(rename = "n")]
    pub attempt: u32,
    /// When it was decided, by Redis' clock.
    #[serde(rename = "at", with = "millis")]
    pub at: Timestamp,
    /// The ledger's epoch it belongs to.
    #[serde(rename = "ep")]
    pub epoch: u64,
    /// First bytes of a digest of the request's content (no secret in it), to recognise it later.
    #[serde(rename = "dg", default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// Its outcome is not recorded yet.
    #[serde(rename = "op", default, skip_serializing_if = "is_default")]
    pub open: bool,
}

/// A row of looks, apart, that showed what contradicts what is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubts {
    /// How many.
    #[serde(rename = "n")]
    pub n: u32,
    /// The last of them.
    #[serde(rename = "at", with = "millis")]
    pub at: Timestamp,
}

/// What a cancellation at the provider is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cancelling {
    /// The order ends with it.
    #[serde(rename = "c")]
    ToEnd,
    /// The transfer is placed anew afterwards, with what was stalled mended.
    #[serde(rename = "r")]
    ToReplace,
}

impl Cancelling {
    /// Why an order whose thing is being cancelled is in progress.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::ToEnd => Reason::BeingCancelled,
            Self::ToReplace => Reason::BeingReplaced,
        }
    }
}

/// How far a new auth code is on its way to a transfer that takes it in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Amending {
    /// It surely did not arrive yet.
    #[serde(rename = "w")]
    Wanted,
    /// It arrived, or may have: looks show what comes of it.
    #[serde(rename = "s")]
    Sent,
}

/// The state record. See the module's head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct OrderRecord {
    /// Where it stands.
    #[serde(rename = "st")]
    pub state: State,
    /// Why.
    #[serde(rename = "re", default, skip_serializing_if = "follows_from_a_change")]
    pub reason: Option<Reason>,
    /// What a person has to bring.
    #[serde(rename = "ne", default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// Whether money was spent.
    #[serde(rename = "ch", default = "not_charged", skip_serializing_if = "is_not_charged")]
    pub charged: Charged,
    /// The provider's id.
    #[serde(rename = "po", default, skip_serializing_if = "Option::is_none")]
    pub provider_order_id: Option<String>,
    /// The provider's last words, without secrets.
    #[serde(rename = "pm", default, skip_serializing_if = "Option::is_none")]
    pub provider_message: Option<String>,
    /// The expiry that stands.
    #[serde(
        rename = "ex",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub expiry: Option<Timestamp>,
    /// Intents so far.
    #[serde(rename = "at", default, skip_serializing_if = "is_default")]
    pub attempts: u32,
    /// Attempts whose outcome was unknown and then proven absent.
    #[serde(rename = "uk", default, skip_serializing_if = "is_default")]
    pub unknowns: u32,
    /// What a renewal or a relative change is measured against; once set, never changed.
    #[serde(rename = "ba", default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// The ids of the contacts that were made or found for the order's profiles; once set, never changed.
    #[serde(rename = "ci", default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<ContactIds>,
    /// The latest intent.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// Since when an effect of ours may exist; `None`: nothing that is not accounted for was ever sent.
    #[serde(
        rename = "as",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub attempted_at: Option<Timestamp>,
    /// The provider has taken it (or it was adopted).
    #[serde(rename = "pl", default, skip_serializing_if = "is_default")]
    pub placed: bool,
    /// The paid call was refused as "not available", and nothing unknown came before it.
    #[serde(rename = "tk", default, skip_serializing_if = "is_default")]
    pub refused_as_taken: bool,
    /// A call of this order may once have had an effect, so that what is found may be its doing.
    #[serde(rename = "se", default, skip_serializing_if = "is_default")]
    pub sent: bool,
    /// An earlier placement was paid for and has ended without effect: whatever comes, that is owed back.
    #[serde(rename = "rd", default, skip_serializing_if = "is_default")]
    pub refund_due: bool,
    /// What was created before this instant is known to have ended; the order was placed anew after it.
    #[serde(
        rename = "os",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub anew_since: Option<Timestamp>,
    /// Looks in this state.
    #[serde(rename = "lo", default, skip_serializing_if = "is_default")]
    pub looks: u32,
    /// Looks in a row that saw absence.
    #[serde(rename = "ab", default, skip_serializing_if = "is_default")]
    pub absences: u32,
    /// When absence was first seen in this row.
    #[serde(
        rename = "af",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub absent_since: Option<Timestamp>,
    /// When absence was last seen by a look that counts; kept until the next attempt, for whoever has to decide.
    #[serde(
        rename = "al",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub last_absent_at: Option<Timestamp>,
    /// Looks that showed what may be older than what is known of the name, if they count.
    #[serde(rename = "dt", default, skip_serializing_if = "Option::is_none")]
    pub doubts: Option<Doubts>,
    /// What came of the latest paid call instead of an answer that can be believed.
    #[serde(rename = "an", default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Retries of what surely had no effect.
    #[serde(rename = "rt", default, skip_serializing_if = "is_default")]
    pub retries: u32,
    /// Since when it is being retried.
    #[serde(
        rename = "rs",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub retrying_since: Option<Timestamp>,
    /// A newer auth code than the document's, sealed.
    #[serde(rename = "ac", default, skip_serializing_if = "Option::is_none")]
    pub auth_code: Option<String>,
    /// A cancellation at the provider is wanted or under way.
    #[serde(rename = "cg", default, skip_serializing_if = "Option::is_none")]
    pub cancelling: Option<Cancelling>,
    /// The decision that was asked for when a person decided on what is under way: no deadline takes that back.
    #[serde(rename = "dr", default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Reason>,
    /// Since when it may be cancelled at the provider, whatever a read that lags shows.
    #[serde(
        rename = "cs",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub called_off_at: Option<Timestamp>,
    /// A new auth code is on its way to what the provider has.
    #[serde(rename = "am", default, skip_serializing_if = "Option::is_none")]
    pub amending: Option<Amending>,
    /// The operator said it was done: the next look that agrees closes it.
    #[serde(rename = "rv", default, skip_serializing_if = "is_default")]
    pub resolving: bool,
    /// When it wants to be looked at next.
    #[serde(
        rename = "nc",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub next_check_at: Option<Timestamp>,
    /// When the provider gives it up by itself, at the earliest; of what it waits for now.
    #[serde(
        rename = "gu",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub gives_up_at: Option<Timestamp>,
    /// When waiting ends by the order's own deadline.
    #[serde(
        rename = "dl",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub deadline_at: Option<Timestamp>,
    /// Accepted at.
    #[serde(rename = "ca", with = "millis")]
    pub created_at: Timestamp,
    /// Last recorded at.
    #[serde(
        rename = "ua",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub updated_at: Option<Timestamp>,
    /// Final since.
    #[serde(
        rename = "fa",
        default,
        skip_serializing_if = "Option::is_none",
        with = "millis::option"
    )]
    pub finished_at: Option<Timestamp>,
}

impl Serialize for OrderRecord {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

impl<'de> Deserialize<'de> for OrderRecord {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut record = Self::deserialize(from)?;
        if record.state == State::InProgress && record.reason.is_none() {
            record.reason = record.change_under_way();
        }
        Ok(record)
    }
}

/// Such a reason is not stored: what it follows from is. So a program that does not know the word reads the record as one
/// of its own, and goes on with the cancellation as it always did.
#[expect(clippy::ref_option, reason = "serde hands a reference")]
const fn follows_from_a_change(reason: &Option<Reason>) -> bool {
    matches!(
        reason,
        None | Some(Reason::BeingReplaced | Reason::BeingCancelled | Reason::BeingAmended)
    )
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn not_charged() -> Charged {
    Charged::No
}

fn is_not_charged(charged: &Charged) -> bool {
    *charged == Charged::No
}

/// What has its own event: a change of any of these is told to the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Face {
    /// The state.
    pub state: State,
    /// Why.
    pub reason: Option<Reason>,
    /// What a person has to bring.
    pub needs: Option<Needs>,
    /// Whether money was spent.
    pub charged: Charged,
}

impl OrderRecord {
    /// The record of an order that was just accepted.
    #[must_use]
    pub fn accepted(at: Timestamp, deadline_at: Option<Timestamp>) -> Self {
        Self {
            state: State::Queued,
            reason: None,
            needs: None,
            charged: Charged::No,
            provider_order_id: None,
            provider_message: None,
            expiry: None,
            attempts: 0,
            unknowns: 0,
            baseline: None,
            contacts: None,
            intent: None,
            attempted_at: None,
            placed: false,
            refused_as_taken: false,
            sent: false,
            refund_due: false,
            anew_since: None,
            looks: 0,
            absences: 0,
            absent_since: None,
            last_absent_at: None,
            doubts: None,
            answer: None,
            retries: 0,
            retrying_since: None,
            auth_code: None,
            cancelling: None,
            decided: None,
            called_off_at: None,
            amending: None,
            resolving: false,
            next_check_at: None,
            gives_up_at: None,
            deadline_at,
            created_at: at,
            updated_at: None,
            finished_at: None,
        }
    }

    /// Why it is in progress, where a change of what the provider has is under way.
    fn change_under_way(&self) -> Option<Reason> {
        self.cancelling
            .map(Cancelling::reason)
            .or_else(|| self.amending.map(|_| Reason::BeingAmended))
    }

    /// Whether a person has decided on the cancellation that is wanted or under way.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.cancelling.is_some() && (self.decided.is_some() || self.needs == Some(Needs::Decision))
    }

    /// No change of what the provider has is wanted any more.
    pub(crate) fn leave_as_it_is(&mut self) {
        self.cancelling = None;
        self.decided = None;
        self.called_off_at = None;
        self.amending = None;
    }

    /// What has its own event.
    #[must_use]
    pub const fn face(&self) -> Face {
        Face {
            state: self.state,
            reason: self.reason,
            needs: self.needs,
            charged: self.charged,
        }
    }

    /// Who acts next; `None` where the order is through.
    #[must_use]
    pub const fn waiting_on(&self) -> Option<WaitingOn> {
        match self.state {
            State::Queued | State::Dispatching | State::UnknownOutcome => Some(WaitingOn::Domorder),
            State::InProgress => Some(WaitingOn::Provider),
            State::Blocked => match self.reason {
                Some(Reason::AwaitingRegistry) => Some(WaitingOn::Registry),
                _ => Some(WaitingOn::LosingRegistrar),
            },
            State::ActionRequired => match self.needs {
                Some(Needs::Decision) | None => Some(WaitingOn::Operator),
                Some(_) => Some(WaitingOn::Customer),
            },
            State::Parked => match self.reason {
                Some(Reason::Funds | Reason::Paused) => Some(WaitingOn::Operator),
                _ => Some(WaitingOn::Domorder),
            },
            State::Succeeded | State::Failed | State::Cancelled => None,
        }
    }

    /// When waiting ends: at the order's deadline, or earlier where the provider gives it up by itself.
    #[must_use]
    pub fn waiting_ends_at(&self) -> Option<Timestamp> {
        self.deadline_at.into_iter().chain(self.gives_up_at).min()
    }

    /// Takes over what a look or an answer tells; what it doesn't tell stays, but for the end of the provider's patience,
    /// which belongs to what it waits for now.
    pub fn learn(&mut self, evidence: &Evidence) {
        if let Some(id) = &evidence.provider_order_id {
            self.provider_order_id = Some(id.clone());
        }
        if let Some(expiry) = evidence.expiry {
            self.expiry = Some(expiry);
        }
        if let Some(message) = &evidence.message {
            self.provider_message = Some(message.clone());
        }
        self.gives_up_at = evidence.gives_up_at;
    }

    /// What was created at the provider before this instant is not what is looked for now (before any clock skew is
    /// taken off): the intake, or the end of an earlier placement that was replaced.
    #[must_use]
    pub fn ours_since(&self) -> Timestamp {
        self.anew_since.unwrap_or(self.created_at)
    }

    /// What was charged, as far as nothing of the present attempt was.
    #[must_use]
    pub const fn charged_before(&self) -> Charged {
        if self.refund_due {
            Charged::RefundDue
        } else {
            Charged::No
        }
    }

    /// Whether something of ours may stand at the provider that is not accounted for.
    #[must_use]
    pub fn effect_possible(&self) -> bool {
        self.attempted_at.is_some() || self.intent.as_ref().is_some_and(|i| i.open)
    }

    /// When the last call whose effect may not be accounted for was decided, by Redis' clock; `None`: none was.
    #[must_use]
    pub fn last_sent_at(&self) -> Option<Timestamp> {
        self.intent.as_ref().map(|intent| intent.at).or(self.attempted_at)
    }

    /// How long waiting lasts at most for a kind, unless the document says otherwise.
    #[must_use]
    pub fn default_deadline(
        kind: Kind,
        accepted_at: Timestamp,
        transfer_deadline: std::time::Duration,
    ) -> Option<Timestamp> {
        match kind {
            Kind::Transfer => jiff::SignedDuration::try_from(transfer_deadline)
                .ok()
                .map(|d| accepted_at + d),
            Kind::Register | Kind::Renew | Kind::EmailOrder => None,
        }
    }
}
