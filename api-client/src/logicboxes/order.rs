//! An order as the looks see it, of a domain or of email: details whose required fields are there, and who is being
//! asked about.

use jiff::Timestamp;

use super::answer::clip;
use super::message::Message;
use super::stages::stage_of;
use super::wire::{DomainDetails, EmailDetails, Scalar, ascii_domain};
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

/// What an order is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Domain,
    Email,
}

impl Product {
    /// For people.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Domain => "domain order",
            Self::Email => "email order",
        }
    }
}

/// An order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) product: Product,
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
    /// Its type, where the details show it.
    pub(super) action_type: Scalar,
    /// Its status, where the details show it.
    pub(super) action_status: Scalar,
    /// A deletion was asked for.
    pub(super) leaving: bool,
}

/// Who the details say they are about.
struct About<'a> {
    ids: [&'a Scalar; 2],
    names: [&'a Scalar; 2],
    status: &'a Scalar,
}

impl About<'_> {
    /// The order's id, if they are about that order (any, where the id isn't known yet) and that domain, and say what it
    /// is.
    fn check(&self, id: Option<&str>, domain: &str) -> Result<String, Trouble> {
        let told = self.ids.iter().find_map(|scalar| scalar.id());
        let id = id.or(told);
        let other = |scalar: &&Scalar| scalar.text().is_some_and(|other| Some(other) != id);
        let (Some(_), Some(id), false) = (told, id, self.ids.iter().any(other)) else {
            return Err(garbled("the details are not those of the order that was asked for"));
        };
        let name = self.names.iter().find_map(|scalar| scalar.text());
        if name.and_then(ascii_domain).as_deref() != Some(domain) {
            return Err(garbled("the details are not those of this domain"));
        }
        if self.status.text().is_none() {
            return Err(garbled("the details hold no status"));
        }
        Ok(id.to_owned())
    }
}

impl Order {
    /// Believes details only if they are about the order and the domain that were asked for, and say what it is.
    pub(super) fn email(id: &str, domain: &str, details: &EmailDetails) -> Result<Self, Trouble> {
        let about = About {
            ids: [&details.orderid, &details.entityid],
            names: [&details.domainname, &details.description],
            status: &details.currentstatus,
        };
        Ok(Self {
            product: Product::Email,
            id: about.check(Some(id), domain)?,
            customer: details.customerid.id().map(str::to_owned),
            status: Status::of(&details.currentstatus),
            word: clip(details.currentstatus.as_str()),
            created: details.creationtime.instant(),
            end: owed(details.endtime.end(), &details.currentstatus),
            accounts: details.emailaccounts.count(),
            pending: details.eaqid.id().map(str::to_owned),
            action: details.actionstatusdesc.text().map(clip),
            action_type: details.actiontype.clone(),
            action_status: details.actionstatus.clone(),
            leaving: details.isdeletionrequest.flag() == Some(true),
        })
    }

    /// The same for a domain's details, found by id or by name.
    pub(super) fn domain(id: Option<&str>, domain: &str, details: &DomainDetails) -> Result<Self, Trouble> {
        let about = About {
            ids: [&details.orderid, &details.entityid],
            names: [&details.domainname, &details.description],
            status: &details.currentstatus,
        };
        Ok(Self {
            product: Product::Domain,
            id: about.check(id, domain)?,
            customer: details.customerid.id().map(str::to_owned),
            status: Status::of(&details.currentstatus),
            word: clip(details.currentstatus.as_str()),
            created: details.creationtime,
            end: owed(details.endtime, &details.currentstatus),
            accounts: None,
            pending: details.eaqid.id().map(str::to_owned),
            action: details.actionstatusdesc.text().map(clip),
            action_type: details.actiontype.clone(),
            action_status: details.actionstatus.clone(),
            leaving: false,
        })
    }

    /// Whose it is.
    pub(super) fn owner(&self) -> Result<&str, Trouble> {
        self.customer
            .as_deref()
            .ok_or_else(|| garbled("the details hold no customer"))
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
            gives_up_at: None,
            created: None,
        }
    }
}

/// An order that is not finished owes no end: a zero there is none. Any other end is told as it was written, and believed
/// or not where it would become a fact.
fn owed(end: Option<Timestamp>, status: &Scalar) -> Option<Timestamp> {
    let unfinished = Status::of(status) == Status::InActive;
    end.filter(|end| !unfinished || end.as_second() > 0)
}

/// Where an unfinished action stands, by its words. Money is asked for before anything else, because one text can hold
/// both; words in no row are being worked on (fact sheet §7.2).
pub(super) fn stage(words: &str) -> Stage {
    if Message::new(words).is_held() {
        Stage::HeldForFunds
    } else {
        stage_of(words).unwrap_or(Stage::Working)
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
