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
