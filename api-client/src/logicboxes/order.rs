//! An email order as the looks see it: details whose required fields are there, and who is being asked about.

use jiff::Timestamp;

use super::answer::clip;
use super::message::Message;
use super::wire::{EmailDetails, Scalar, ascii_domain};
use crate::provider::{Baseline, Evidence, Snapshot, Stage, Trouble, TroubleKind};

/// The provider's status words (fact sheet §7.3) by what follows from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    /// `Active`.
    Active,
    /// `InActive`: not finished (§7.3: "registration not finished (funds, or OnlyAdd)").
    InActive,
    /// `Suspended`, `Expired`, a failed or pending verification: it stands, but not well.
    Impaired,
    /// `Pending Delete Restorable`, `QueuedForDeletion`.
    Deleting,
    /// `Deleted`, `Archived`.
    Gone,
    /// A word nobody has told us.
    Other,
}

impl Status {
    pub(super) fn of(word: &Scalar) -> Self {
        const WORDS: [(&str, Status); 10] = [
            ("Active", Status::Active),
            ("InActive", Status::InActive),
            ("Suspended", Status::Impaired),
            ("Expired", Status::Impaired),
            ("Pending Verification", Status::Impaired),
            ("Failed Verification", Status::Impaired),
            ("Pending Delete Restorable", Status::Deleting),
            ("QueuedForDeletion", Status::Deleting),
            ("Deleted", Status::Gone),
            ("Archived", Status::Gone),
        ];
        WORDS
            .into_iter()
            .find(|(known, _)| word.is(known))
            .map_or(Self::Other, |(_, status)| status)
    }
}

/// An email order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) customer: Option<String>,
    pub(super) status: Status,
    /// The status in the provider's word.
    pub(super) word: String,
    pub(super) created: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) accounts: Option<u32>,
    /// The pending action's id.
    pub(super) pending: Option<String>,
    /// The pending action in words, where the details show it.
    pub(super) action: Option<String>,
    /// A deletion was asked for.
    pub(super) leaving: bool,
}

impl Order {
    /// Believes details only if they are about the order and the domain that were asked for, and say what it is.
    pub(super) fn new(id: &str, domain: &str, details: &EmailDetails) -> Result<Self, Trouble> {
        let ids = [&details.orderid, &details.entityid];
        if ids.iter().all(|other| other.text().is_none())
            || ids.iter().any(|other| other.text().is_some_and(|o| o != id))
        {
            return Err(garbled("the details are not those of the order that was asked for"));
        }
        let name = details.domainname.text().or(details.description.text());
        if name.and_then(ascii_domain).as_deref() != Some(domain) {
            return Err(garbled("the details are not those of this domain"));
        }
        if details.currentstatus.text().is_none() {
            return Err(garbled("the details hold no status"));
        }
        Ok(Self {
            id: id.to_owned(),
            customer: details.customerid.id().map(str::to_owned),
            status: Status::of(&details.currentstatus),
            word: clip(details.currentstatus.as_str()),
            created: details.creationtime.instant(),
            end: details.endtime.instant(),
            accounts: details.emailaccounts.count(),
            pending: details.eaqid.id().map(str::to_owned),
            action: details.actionstatusdesc.text().map(clip),
            leaving: details.isdeletionrequest.flag() == Some(true),
        })
    }

    /// What becomes the baseline.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            baseline: Baseline {
                expiry: self.end,
                accounts: self.accounts,
                provider_order_id: Some(self.id.clone()),
                customer: self.customer.clone(),
            },
            taken_elsewhere: false,
        }
    }

    /// What is known of it, with the provider's words.
    pub(super) fn evidence(&self, message: Option<&str>) -> Evidence {
        Evidence {
            provider_order_id: Some(self.id.clone()),
            expiry: self.end,
            accounts: self.accounts,
            message: message.map(clip),
        }
    }
}

/// Where an unfinished action stands, by its words.
pub(super) fn stage(words: &str) -> Stage {
    if Message::new(words).is_held() {
        Stage::HeldForFunds
    } else {
        Stage::Working
    }
}

/// An answer that can't be understood.
pub(super) fn garbled(detail: impl Into<String>) -> Trouble {
    Trouble {
        kind: TroubleKind::Garbled,
        detail: detail.into(),
        retry_after: None,
    }
}

/// No answer that could be acted upon now; later.
pub(super) fn later(detail: impl Into<String>) -> Trouble {
    Trouble {
        kind: TroubleKind::Unavailable,
        detail: detail.into(),
        retry_after: None,
    }
}
