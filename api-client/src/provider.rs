//! What every provider can do for an order, in this project's words.
//!
//! The border between a provider's spelling and the machines of `domorder-jobs`: an adapter turns a [`Purchase`] into
//! its provider's call and that provider's answer into an [`Outcome`] or a [`Sighting`]. No adapter knows of order
//! states, and no machine knows a provider's word. Deciding which class an answer belongs to is the adapter's job and
//! nobody else's, by the tables of its `error` room.
//!
//! An attempt runs in this order: [`Provider::look`] on a [`Visit`] (a connection opened for the attempt), the durable
//! intent (the caller's), then [`Provider::submit`] on the same visit, whose gate is asked after the connection is up
//! and before the first byte.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Arguments, CallError, Endpoint};
pub use crate::failure::Failure;
use crate::http::Visit;
pub use crate::listing::{ListPage, ListRow, Listing, Mark, Tells};
pub use crate::model::*;

/// One effect an order can ask for: everything that is needed to send it, already in the provider's ids.
#[derive(Debug, Clone)]
pub enum Purchase {
    /// Register a name. Costs money.
    Register(Register),
    /// Move a name here. Costs money.
    Transfer(Transfer),
    /// Buy more years. Costs money; on most providers nothing but the expiry tells a first call from a second.
    Renew(Renew),
    /// A new email order. Costs money.
    EmailCreate(EmailCreate),
    /// More months for an email order. Costs money; relative.
    EmailRenew(EmailRenew),
    /// More mailboxes. Costs money; relative.
    EmailAddAccounts(EmailAccounts),
    /// Fewer mailboxes. Free, but destroys mail; relative, so never repeated blindly.
    EmailRemoveAccounts(EmailAccounts),
    /// The end of an email order. Free, but destroys mail.
    EmailDelete(EmailDelete),
}

impl Purchase {
    /// Which operation this is.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Register(_) => Operation::Register,
            Self::Transfer(_) => Operation::Transfer,
            Self::Renew(_) => Operation::Renew,
            Self::EmailCreate(_) => Operation::EmailCreate,
            Self::EmailRenew(_) => Operation::EmailRenew,
            Self::EmailAddAccounts(_) => Operation::EmailAddAccounts,
            Self::EmailRemoveAccounts(_) => Operation::EmailRemoveAccounts,
            Self::EmailDelete(_) => Operation::EmailDelete,
        }
    }

    /// The domain it is about (ASCII, lower case).
    #[must_use]
    pub fn domain(&self) -> &str {
        match self {
            Self::Register(p) => &p.domain,
            Self::Transfer(p) => &p.domain,
            Self::Renew(p) => &p.domain,
            Self::EmailCreate(p) => &p.domain,
            Self::EmailRenew(p) => &p.domain,
            Self::EmailAddAccounts(p) | Self::EmailRemoveAccounts(p) => &p.domain,
            Self::EmailDelete(p) => &p.domain,
        }
    }
}

/// What a renewal or a relative change is measured against: read once, stored durably, never refreshed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The expiry (domain) or end time (email) before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Timestamp>,
    /// Mailboxes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<u32>,
    /// The provider's id of the domain or email order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_order_id: Option<String>,
    /// The customer that holds it at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

/// What a look is asked to find out.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The effect that is looked for.
    pub purchase: &'a Purchase,
    /// The stored baseline; `None` until one was read. Its absence makes a relative change answer
    /// [`Sighting::Absent`] with the snapshot that becomes the baseline.
    pub baseline: Option<&'a Baseline>,
    /// The producer's stated expiry before a renewal (`expected_expiry`); only without a baseline.
    pub expected_expiry: Option<Timestamp>,
    /// Effects created before this instant are not of this order (its intake, less clock skew).
    pub since: Timestamp,
    /// Since when an attempt may have had an effect (the first intent); `None`: nothing was ever sent.
    /// With `Some`, the adapter consults its second witnesses too (availability, action log).
    pub attempted_at: Option<Timestamp>,
    /// The provider's id for it, once known.
    pub provider_order_id: Option<&'a str>,
}

/// What a look saw. "Not found" and "the look failed" are different answers, everywhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Sighting {
    /// The effect stands.
    Present(Evidence),
    /// The effect stands, and is not all that was asked for: what can only be set afterwards is missing, for
    /// [`Provider::finish`]. Never a reason to buy again.
    Unfinished(Evidence),
    /// The effect does not stand, and every witness consulted says so. Carries what was read instead.
    Absent(Snapshot),
    /// The provider has it (placed and ours) and has not finished.
    Pending(Stage, Evidence),
    /// Neither the state before nor the state after: somebody else changed it, or the expectation was wrong.
    Differs(Snapshot, String),
    /// It can never come to be, and is not our own doing.
    Impossible(Impediment, String),
    /// It was with the provider and has ended there without effect (refused, cancelled, deleted, failed).
    Ended(Ending, String),
    /// The read gave no answer that can be believed.
    Unreadable(Trouble),
}

/// What was read where the effect does not stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Becomes the baseline of a renewal or a relative change.
    pub baseline: Baseline,
    /// The name is not free, though not in this account (register only): somebody else has it.
    pub taken_elsewhere: bool,
}

/// What is known of an effect that stands or is under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The provider's id of the order or domain.
    pub provider_order_id: Option<String>,
    /// The expiry that stands now.
    pub expiry: Option<Timestamp>,
    /// Mailboxes now (email).
    pub accounts: Option<u32>,
    /// The provider's own words, without secrets, at most 300 characters.
    pub message: Option<String>,
    /// When the provider gives it up by itself, at the earliest, unless somebody does what it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives_up_at: Option<Timestamp>,
    /// When the very thing that is asked for was made, where that is told: not of a name that came by a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// Where a thing stands that the provider has taken but not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The provider is working on it.
    Working,
    /// The losing registrar has the word (normal for days).
    LosingRegistrar,
    /// The registry has the word.
    Registry,
    /// The provider holds it for lack of reseller funds: never send again.
    HeldForFunds,
    /// Stalled until a new auth code comes.
    AuthCode,
    /// Stalled until the customer unlocks the name at the losing registrar.
    Locked,
    /// Stalled until somebody confirms a mail.
    Approval,
    /// Stalled on contact data (for instance whois privacy at the losing side).
    Contact,
    /// Too young to be transferred (60 days); waits or needs a person.
    TooYoung,
    /// Stalled, and the provider does not say in known words why: a person has to read it.
    Stalled,
}

/// Why it can never come to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impediment {
    /// Another customer of this account, or somebody elsewhere, holds the name or the email order.
    DomainTaken,
    /// What should be renewed, changed or deleted is not in this account.
    NotFound,
    /// The name is free: there is nothing to transfer.
    NotRegistered,
}

/// How it ended without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The losing side or the registry said no.
    Refused,
    /// It was cancelled.
    Cancelled,
    /// It failed or was deleted for another reason.
    Failed,
}

/// Why a read gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What the lane should make of it.
    pub kind: TroubleKind,
    /// For people; without secrets.
    pub detail: String,
    /// When the provider asks to be left alone for a while.
    pub retry_after: Option<Duration>,
}

/// What the lane should make of a failed read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// Bad key, unlisted address: the lane pauses, a person is called.
    Credentials,
    /// Too fast.
    Throttled,
    /// Not reachable, 5xx, HTML, timeout: later.
    Unavailable,
    /// An answer came that cannot be understood: counted, shown, never believed.
    Garbled,
}

/// What a call that must not be repeated came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A success shape with all required fields, about our domain.
    Accepted(Accepted),
    /// A documented final refusal: surely no effect.
    Rejected(Rejection),
    /// It could not be built, or the connection could not be made, or the gate refused: surely no effect.
    NotSent(NotSent),
    /// Everything else. Found out by reading, never by sending again.
    Unknown(Doubt),
}

/// A success answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Accepted {
    /// What the answer tells.
    pub evidence: Evidence,
    /// `None`: the answer itself shows the finished effect, and no verifying read is owed. Otherwise where it stands;
    /// [`Stage::Working`] where only a read can tell.
    pub stage: Option<Stage>,
    /// The provider's handle of the action (LogicBoxes `eaqid`).
    pub action_id: Option<String>,
}

/// A refusal on the provider's allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// What the machine branches on.
    pub class: RejectionClass,
    /// The provider's words, without secrets, at most 300 characters.
    pub message: String,
    /// When the provider says when to come back.
    pub retry_after: Option<Duration>,
}

/// Why the provider said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionClass {
    /// No money; nothing was placed.
    NoFunds,
    /// A parameter is wrong; permanent.
    Invalid,
    /// The name is not available. Final only where a look shows that it is not ours.
    Taken,
    /// The thing to change does not exist; permanent.
    NotFound,
    /// The provider doesn't sell this; permanent.
    Unsupported,
    /// Wrong or missing auth code; nothing was placed.
    AuthCode,
    /// Locked at the losing registrar; nothing was placed.
    Locked,
    /// Too young to be transferred; nothing was placed.
    TooYoung,
    /// A rule forbids it (longest term reached, last mailbox, not cancellable any more); permanent.
    NotAllowed,
    /// Bad key or unlisted address: the lane pauses.
    Credentials,
    /// Too fast; surely not executed.
    Throttled,
}

/// Why nothing left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// For people; without secrets.
    pub detail: String,
}

/// Why the effect is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// For people; without secrets.
    pub detail: String,
    /// The answer was complete but is in no table: it counts in a metric.
    pub unlisted: bool,
}

/// What the provider itself does about a repeated call, and so how far absence may be trusted for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// The provider refuses a repeat (unique name, expiry check).
    RefusesRepeat,
    /// Nothing refuses a repeat, but two independent witnesses can agree that nothing happened.
    TwoWitnesses,
    /// One weak witness only: a person decides.
    Weak,
}

/// Money at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funds {
    /// As the provider writes it, a decimal.
    pub amount: String,
    /// ISO 4217, where told.
    pub currency: Option<String>,
    /// Whether it is more than nothing.
    pub positive: bool,
}

/// What a purchase would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// A decimal.
    pub amount: String,
    /// ISO 4217, where told.
    pub currency: Option<String>,
}

/// A remedy for something under way; each may be repeated or is verified by a look afterwards.
#[derive(Debug, Clone)]
pub enum Amendment {
    /// Hand in a new auth code in place.
    AuthCode(SecretString),
    /// Send the approval mail again.
    ResendApproval,
}

/// A provider account, as orders see it. One per configured account; cheap to share.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The provider's name as configured: `connectreseller`, `logicboxes`, `namecom`.
    fn name(&self) -> &'static str;

    /// Whether this provider sells the operation at all. Checked at intake.
    fn sells(&self, operation: Operation) -> bool;

    /// What the provider does about a repeat of this operation.
    fn guard(&self, operation: Operation) -> Guard;

    /// What a look asks after an attempt before it calls the effect absent: all of it has to agree. In words for people.
    fn witnesses(&self, operation: Operation) -> &'static [&'static str];

    /// The longest a paid call may take, connecting included. Lease and settle time are measured by it.
    fn call_timeout(&self) -> Duration;

    /// Whether its orders take contacts as full profiles ([`Register::profiles`]). Elsewhere a profile is refused,
    /// never dropped.
    fn takes_profiles(&self) -> bool {
        false
    }

    /// Opens nothing yet: the connection of one attempt, made at its first use.
    fn visit(&self) -> Visit;

    /// Finds out whether the effect stands. With a visit, its reads go over that connection (fresh, and kept for the
    /// paid call); without, over the pooled, retried client.
    async fn look(&self, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting;

    /// Which list of the whole account tells of orders of this operation that wait; `None`: each is looked at singly.
    fn listing(&self, operation: Operation) -> Option<Listing> {
        let _ = operation;
        None
    }

    /// A page of that list, from 1, over the pooled client.
    ///
    /// # Errors
    /// The trouble, where no page came.
    async fn list(&self, operation: Operation, page: u32) -> Result<ListPage, Trouble> {
        let _ = (operation, page);
        Ok(ListPage::default())
    }

    /// Sends the one request of an intent. Never retried by any layer. The visit's gate was set by the caller.
    async fn submit(&self, via: &mut Visit, purchase: &Purchase, baseline: Option<&Baseline>) -> Outcome;

    /// What can be done about a running transfer.
    fn abilities(&self) -> Abilities;

    /// Amends a running transfer in place.
    async fn amend(&self, via: &mut Visit, question: &Question<'_>, amendment: &Amendment) -> Outcome;

    /// Cancels a running transfer at the provider; verified by a look afterwards.
    async fn cancel(&self, via: &mut Visit, question: &Question<'_>) -> Outcome;

    /// A read of something that is surely there, so that "not found" can be told from "answers nothing".
    /// Also the check of the credentials.
    ///
    /// # Errors
    /// The trouble, where it did not answer as documented.
    async fn control(&self) -> Result<(), Trouble>;

    /// Money at hand, where the provider shows it (`None`: it doesn't).
    ///
    /// # Errors
    /// The trouble, where the read failed.
    async fn funds(&self) -> Result<Option<Funds>, Trouble>;

    /// The provider's clock as of now, where its answers tell it; `None` before the first answer. Effects are told by
    /// when they were created there, so it must not differ much from ours.
    fn server_clock(&self) -> Option<Timestamp> {
        None
    }

    /// Whether it makes contacts of full profiles before the purchase ([`Provider::prepare`]).
    fn prepares(&self) -> bool {
        false
    }

    /// Tells the contacts that a preparation may have to make from all others: a digest each, the same at every call, of
    /// the data, the customer and whatever else makes another contact of it. Whoever keeps a digest keeps it keyed: the
    /// data behind it could be guessed. Empty: ids are not remembered, and each is looked for.
    fn contact_digests(&self, wanted: &Preparation) -> Vec<String> {
        let _ = wanted;
        Vec::new()
    }

    /// Sees to it that the contacts of a purchase are there: each looked for first, and added only where it is not.
    /// Costs nothing, and may be repeated; but one caller at a time for one contact, since two at once would both find
    /// nothing. `known` are the ids of earlier calls ([`Prepared::by_digest`]), which need no look.
    ///
    /// # Errors
    /// [`Failure::Rejected`]: the data are refused for good, or the account's credentials or pace are the trouble.
    /// [`Failure::NotSent`]: a look failed, nothing was added. [`Failure::Unknown`]: something may have been added that
    /// is not to be seen yet; later again.
    async fn prepare(
        &self,
        via: &mut Visit,
        wanted: &Preparation,
        known: &BTreeMap<String, String>,
    ) -> Result<Prepared, Failure> {
        let _ = (via, wanted, known);
        Err(Failure::Rejected(Rejection {
            class: RejectionClass::Unsupported,
            message: "this provider makes no contacts".to_owned(),
            retry_after: None,
        }))
    }

    /// Sets on what was bought what can only be set afterwards ([`Sighting::Unfinished`]). Costs nothing, sets to a value,
    /// and may be repeated. [`Outcome::Accepted`] without a stage: it was seen to stand.
    async fn finish(&self, via: &mut Visit, question: &Question<'_>) -> Outcome {
        let _ = (via, question);
        Outcome::Rejected(Rejection {
            class: RejectionClass::Unsupported,
            message: "nothing is set after a purchase".to_owned(),
            retry_after: None,
        })
    }

    /// What the purchase would cost now, all its parts together; `None` where the provider cannot tell before buying.
    ///
    /// # Errors
    /// The trouble, where the read failed.
    async fn quote(&self, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
        let _ = purchase;
        Ok(None)
    }

    /// Every documented operation of this provider, in the order of its fact sheet.
    fn endpoints(&self) -> &'static [Endpoint];

    /// Performs one documented operation by its row and named values; for people and tools, not for orders. A paid one
    /// is sent once, as carefully as an order's, but without a ledger: whoever calls it keeps the books.
    ///
    /// # Errors
    /// [`CallError`]; for anything but a read, [`CallError::Unknown`] means that it may have been done.
    async fn call(&self, endpoint: &'static Endpoint, arguments: &Arguments) -> Result<serde_json::Value, CallError>;
}
