//! What can be asked for, in a word.

use serde::{Deserialize, Serialize};

/// The words of [`crate::provider::Purchase`] without their contents: for tables, metrics and guard classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// [`crate::provider::Purchase::Register`]
    Register,
    /// [`crate::provider::Purchase::Transfer`]
    Transfer,
    /// [`crate::provider::Purchase::Renew`]
    Renew,
    /// [`crate::provider::Purchase::EmailCreate`]
    EmailCreate,
    /// [`crate::provider::Purchase::EmailRenew`]
    EmailRenew,
    /// [`crate::provider::Purchase::EmailAddAccounts`]
    EmailAddAccounts,
    /// [`crate::provider::Purchase::EmailRemoveAccounts`]
    EmailRemoveAccounts,
    /// [`crate::provider::Purchase::EmailDelete`]
    EmailDelete,
}

impl Operation {
    /// Every operation, in the order of [`crate::provider::Purchase`].
    pub const ALL: [Self; 8] = [
        Self::Register,
        Self::Transfer,
        Self::Renew,
        Self::EmailCreate,
        Self::EmailRenew,
        Self::EmailAddAccounts,
        Self::EmailRemoveAccounts,
        Self::EmailDelete,
    ];

    /// The word as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Transfer => "transfer",
            Self::Renew => "renew",
            Self::EmailCreate => "email-create",
            Self::EmailRenew => "email-renew",
            Self::EmailAddAccounts => "email-add-accounts",
            Self::EmailRemoveAccounts => "email-remove-accounts",
            Self::EmailDelete => "email-delete",
        }
    }

    /// Whether the effect costs money. A free one never leaves `charged: no`, but is guarded all the same.
    #[must_use]
    pub const fn costs_money(self) -> bool {
        !matches!(self, Self::EmailRemoveAccounts | Self::EmailDelete)
    }
}
