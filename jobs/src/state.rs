//! The words of the contract: kinds, states, reasons, needs, who acts next, what was charged.
//!
//! Spelled alike in code, ledger, API and metrics (`contract.md` §3). A word that is stored is never renamed.

use serde::{Deserialize, Serialize};

/// Declares a closed set of words with one spelling for serde, Redis, metrics and people.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$inner])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every word, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::schema::words(&[$($word,)+])
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(s: &str) -> Result<Self, UnknownWord> {
                match s { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord { set: stringify!($name), found: s.to_owned() }) }
            }
        }
    };
}

/// A word that is not in its set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no {set}")]
pub struct UnknownWord {
    set: &'static str,
    found: String,
}

words! {
    /// What is ordered.
    Kind {
        /// A new name.
        Register = "register",
        /// A name moved here.
        Transfer = "transfer",
        /// More years.
        Renew = "renew",
        /// Something about a Business Email order.
        EmailOrder = "email-order",
    }
}

words! {
    /// What an email order asks for.
    EmailAction {
        /// A new order.
        Create = "create",
        /// More months.
        Renew = "renew",
        /// More mailboxes.
        AddAccounts = "add-accounts",
        /// Fewer mailboxes.
        RemoveAccounts = "remove-accounts",
        /// The end of it.
        Delete = "delete",
    }
}

words! {
    /// Where an order stands.
    State {
        /// Accepted; nothing was sent that could cost money.
        Queued = "queued",
        /// The intent is on disk; a paid call may be on its way.
        Dispatching = "dispatching",
        /// A paid call was sent and its effect is not known; it is being found out by reading.
        UnknownOutcome = "unknown_outcome",
        /// The provider has it.
        InProgress = "in_progress",
        /// A third party has to act; normal, with a deadline.
        Blocked = "blocked",
        /// A person has to act.
        ActionRequired = "action_required",
        /// Waits on purpose.
        Parked = "parked",
        /// Final: the effect stands.
        Succeeded = "succeeded",
        /// Final: no effect.
        Failed = "failed",
        /// Final: called off.
        Cancelled = "cancelled",
    }
}

impl State {
    /// Nothing leads out of it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

words! {
    /// What a person has to bring.
    Needs {
        /// A new EPP secret.
        AuthCode = "auth_code",
        /// The lock taken off at the losing registrar.
        Unlock = "unlock",
        /// A mail confirmed.
        Approval = "approval",
        /// Contact data mended.
        Contact = "contact",
        /// A decision by the operator.
        Decision = "decision",
    }
}

words! {
    /// Who acts next.
    WaitingOn {
        /// This worker.
        Domorder = "domorder",
        /// The provider.
        Provider = "provider",
        /// The registrar that loses the name.
        LosingRegistrar = "losing_registrar",
        /// The registry.
        Registry = "registry",
        /// The customer.
        Customer = "customer",
        /// The operator.
        Operator = "operator",
    }
}

words! {
    /// Whether money was spent.
    Charged {
        /// Nothing.
        No = "no",
        /// The provider took or reserved money for the order.
        Yes = "yes",
        /// Not known yet.
        Unknown = "unknown",
        /// Ended without effect after `yes`: the provider owes it back.
        RefundDue = "refund_due",
        /// It came back.
        Refunded = "refunded",
    }
}

words! {
    /// What a person or a program tells an order.
    SignalName {
        /// A new EPP secret.
        AuthCode = "auth-code",
        /// Call it off.
        Cancel = "cancel",
        /// Leave a wait now.
        Retry = "retry",
        /// Look now.
        CheckNow = "check-now",
        /// Have the approval mail sent again.
        ResendApproval = "resend-approval",
        /// The operator's decision, with `outcome` and `note`.
        Resolve = "resolve",
    }
}

words! {
    /// How urgent.
    Priority {
        /// After the others.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Before the others.
        High = "high",
    }
}

words! {
    /// Why an order stands where it stands.
    Reason {
        // --- parked
        /// No money at the provider.
        Funds = "funds",
        /// The account is paused (by a person, or for its credentials).
        Paused = "paused",
        /// Too many paid calls of the account came to nothing known.
        BreakerOpen = "breaker_open",
        /// The provider asked for a slower pace.
        RateLimited = "rate_limited",
        /// The order is not to start yet.
        NotBefore = "not_before",
        /// The provider renews only nearer to the expiry.
        RenewalWindow = "renewal_window",
        /// An earlier order of the same domain is not through.
        DomainBusy = "domain_busy",
        // --- queued
        /// Redis restarted or failed over: no paid call for the settle time.
        LedgerRestarted = "ledger_restarted",
        /// The provider could not be reached; nothing was sent.
        NotSent = "not_sent",
        /// The read before the paid call gave no answer; nothing was sent.
        LookFailed = "look_failed",
        /// What the provider shows may be older than what an earlier order of the name has proved; nothing was sent.
        OldReading = "old_reading",
        /// Absence was proven, so a new attempt is allowed.
        AbsenceProven = "absence_proven",
        /// Started over by a signal.
        Restarted = "restarted",
        // --- unknown_outcome
        /// No complete, recognised answer came back.
        AnswerLost = "answer_lost",
        /// An intent was found open: its worker died or was too late.
        FoundAfterCrash = "found_after_crash",
        /// The provider says the name is not available: whether it is ours is being found out.
        TakenCheck = "taken_check",
        // --- in_progress: a change of what the provider has is under way
        /// A stalled transfer is cancelled there, to be placed anew with what was mended.
        BeingReplaced = "being_replaced",
        /// It is cancelled there, and the order ends with it.
        BeingCancelled = "being_cancelled",
        /// A new auth code is handed in, and what comes of it is not seen yet.
        BeingAmended = "being_amended",
        // --- blocked
        /// The losing registrar has the word.
        AwaitingLosingRegistrar = "awaiting_losing_registrar",
        /// The registry has the word.
        AwaitingRegistry = "awaiting_registry",
        // --- action_required
        /// The auth code is wrong, missing or expired.
        AuthCodeInvalid = "auth_code_invalid",
        /// Locked at the losing registrar.
        DomainLocked = "domain_locked",
        /// Registered or transferred too short a time ago.
        TooYoung = "too_young",
        /// A mail waits to be confirmed.
        ApprovalPending = "approval_pending",
        /// Contact data stand in the way.
        ContactInvalid = "contact_invalid",
        /// Stalled in words that are in no table.
        Stalled = "stalled",
        /// The order's deadline passed.
        DeadlinePassed = "deadline_passed",
        /// What the provider holds is neither what was expected nor what this order would give.
        ExpectationDiffers = "expectation_differs",
        /// Neither presence nor absence could be shown in the time given.
        OutcomeUnknown = "outcome_unknown",
        /// Absence was seen by one weak witness only: sending again could buy twice.
        AbsenceInconclusive = "absence_inconclusive",
        /// As many attempts as are allowed were made.
        AttemptsExhausted = "attempts_exhausted",
        /// The provider could not be reached for as long as is allowed.
        ProviderUnreachable = "provider_unreachable",
        /// What the provider had taken is no longer found there.
        Vanished = "vanished",
        /// The quote is in another currency than `max_price`, so the two cannot be compared.
        PriceNotComparable = "price_not_comparable",
        /// The order's own record or document cannot be used as it is.
        RecordUnusable = "record_unusable",
        // --- failed
        /// The quote is higher than `max_price`.
        PriceExceeded = "price_exceeded",
        /// The name is held by another customer or elsewhere.
        DomainTaken = "domain_taken",
        /// The losing side or the registry refused the transfer.
        TransferRefused = "transfer_refused",
        /// The provider refused a parameter.
        Invalid = "invalid",
        /// What should be changed does not exist at the provider.
        NotFound = "not_found",
        /// The name is free: there is nothing to transfer.
        NotRegistered = "not_registered",
        /// The provider does not sell it.
        Unsupported = "unsupported",
        /// A rule of the provider forbids it.
        NotAllowed = "not_allowed",
        /// The provider took it and then gave it up.
        ProviderFailed = "provider_failed",
        // --- succeeded
        /// The effect stood before anything was sent.
        AlreadyDone = "already_done",
        // --- cancelled
        /// By a signal.
        CancelledBySignal = "cancelled_by_signal",
        /// At the provider, not by this order.
        CancelledAtProvider = "cancelled_at_provider",
    }
}
