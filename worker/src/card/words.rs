//! What a state, a reason and a need mean to somebody who does not know the words.

use domorder_jobs::order::Order;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{EmailAction, Kind, Needs, Reason, State, WaitingOn};

use super::Standing;

/// What was ordered, in a line.
#[must_use]
pub fn title(order: &Order) -> String {
    let domain = &order.domain;
    let years = order.years.map(|n| count(u64::from(n), "year"));
    let accounts = order.accounts.map(|n| count(u64::from(n), "mailbox"));
    let months = order.months.map(|n| count(u64::from(n), "month"));
    let joined = |parts: Vec<Option<String>>| {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => String::new(),
            false => format!(" ({})", parts.join(", ")),
        }
    };
    match (order.kind, order.action) {
        (Kind::Register, _) => format!("Register {domain}{}", joined(vec![years])),
        (Kind::Transfer, _) => format!("Transfer {domain} here{}", joined(vec![years])),
        (Kind::Renew, _) => format!("Renew {domain}{}", joined(vec![years])),
        (Kind::EmailOrder, action) => {
            let what = match action {
                Some(EmailAction::Create) | None => "Open Business Email for",
                Some(EmailAction::Renew) => "Renew Business Email of",
                Some(EmailAction::AddAccounts) => "Add mailboxes to",
                Some(EmailAction::RemoveAccounts) => "Take mailboxes from",
                Some(EmailAction::Delete) => "End Business Email of",
            };
            format!("{what} {domain}{}", joined(vec![accounts, months]))
        }
    }
}

fn count(n: u64, noun: &str) -> String {
    match (n, noun) {
        (1, _) => format!("1 {noun}"),
        (_, "mailbox") => format!("{n} mailboxes"),
        _ => format!("{n} {noun}s"),
    }
}

/// Whether somebody has to worry.
pub(super) const fn standing(record: &OrderRecord) -> Standing {
    match record.state {
        State::Succeeded => Standing::Done,
        State::Failed | State::Cancelled => Standing::Over,
        State::ActionRequired => Standing::Stopped,
        State::UnknownOutcome => Standing::Unusual,
        State::Parked => match record.reason {
            Some(Reason::Funds | Reason::Paused) => Standing::Stopped,
            Some(Reason::BreakerOpen) => Standing::Unusual,
            _ => Standing::Normal,
        },
        State::Queued => match record.reason {
            Some(Reason::LedgerRestarted | Reason::NotSent | Reason::LookFailed | Reason::OldReading) => {
                Standing::Unusual
            }
            _ => Standing::Normal,
        },
        State::Dispatching | State::InProgress | State::Blocked => Standing::Normal,
    }
}

pub(super) const fn normal(standing: Standing) -> &'static str {
    match standing {
        Standing::Done => "Yes: it is done.",
        Standing::Normal => "Yes: it goes on by itself.",
        Standing::Unusual => "Not usual, but taken care of: do not order it again by hand.",
        Standing::Stopped => "No: it does not go on without somebody.",
        Standing::Over => "It is over, without effect. The same order again needs a new key.",
    }
}

/// Where it stands, in half a line.
#[must_use]
pub fn headline(record: &OrderRecord) -> String {
    headline_of(record.state, record.reason, record.needs)
}

/// As [`headline`], of what a view tells.
#[must_use]
pub fn headline_of(state: State, reason: Option<Reason>, needs: Option<Needs>) -> String {
    let state = match state {
        State::Queued => "Accepted, and not begun",
        State::Dispatching => "Being bought",
        State::UnknownOutcome => "What became of the purchase is being found out",
        State::InProgress => match reason {
            Some(Reason::BeingReplaced) => "Being placed anew",
            Some(Reason::BeingCancelled) => "Being called off",
            Some(Reason::BeingAmended) => "The new auth code is being handed in",
            _ => "The provider is working on it",
        },
        State::Blocked => "Somebody else has to act, as usual",
        State::ActionRequired => match needs {
            Some(Needs::AuthCode) => "The customer has to bring a new auth code",
            Some(Needs::Unlock) => "The customer has to unlock the domain",
            Some(Needs::Approval) => "The customer has to confirm a mail",
            Some(Needs::Contact) => "The customer's contact data have to be mended",
            Some(Needs::Decision) | None => "Somebody has to decide",
        },
        State::Parked => "Waiting on purpose",
        State::Succeeded => "Done",
        State::Failed => "Failed",
        State::Cancelled => "Called off",
    };
    match reason {
        Some(reason) => format!("{state} ({reason})"),
        None => state.to_owned(),
    }
}

pub(super) const fn who(record: &OrderRecord) -> &'static str {
    match record.waiting_on() {
        None => "Nobody.",
        Some(WaitingOn::Domorder) => "Nobody: domorder goes on by itself.",
        Some(WaitingOn::Provider) => "The provider.",
        Some(WaitingOn::LosingRegistrar) => {
            "The losing registrar, which may let the usual days pass. The owner can often confirm it there at once."
        }
        Some(WaitingOn::Registry) => "The registry.",
        Some(WaitingOn::Customer) => match record.needs {
            Some(Needs::AuthCode) => "The customer: ask the losing registrar for a new auth code.",
            Some(Needs::Unlock) => "The customer: take off the transfer lock at the losing registrar.",
            Some(Needs::Approval) => "The customer: confirm the mail that went to the domain's contact.",
            Some(Needs::Contact) => "The customer: give contact data that the provider accepts.",
            Some(Needs::Decision) | None => "The customer.",
        },
        Some(WaitingOn::Operator) => match record.reason {
            Some(Reason::Funds) => "You: add money to the provider's account.",
            Some(Reason::Paused) => "You: find out why the account is paused, and resume it.",
            _ => "You: look at the provider, and decide.",
        },
    }
}

/// What the reason means; without one, the state.
#[must_use]
pub const fn meaning(record: &OrderRecord) -> &'static str {
    let Some(reason) = record.reason else {
        return match record.state {
            State::Queued => "It is taken up as soon as a worker is free.",
            State::Dispatching => "The intent is on disk, and the purchase may be on its way.",
            State::InProgress => "It was taken, and is looked after until it is done.",
            State::Succeeded => "The effect was seen at the provider.",
            _ => "No reason was recorded.",
        };
    };
    match reason {
        Reason::Funds => "The provider has too little money of yours. It is bought by itself when money is seen there.",
        Reason::Paused => "The account is paused, by a person or because its credentials were refused.",
        Reason::BreakerOpen => "Several purchases of this account came to nothing known, so buying rests for a while.",
        Reason::RateLimited => "The provider asked for a slower pace.",
        Reason::NotBefore => "It was ordered for later.",
        Reason::RenewalWindow => "The provider renews this name only nearer to its expiry.",
        Reason::DomainBusy => "An earlier order of the same domain has to end first.",
        Reason::LedgerRestarted => {
            "Redis restarted or failed over: nothing is bought until it is sure what was sent before."
        }
        Reason::NotSent => "The provider could not be reached. Nothing was sent; it is tried again.",
        Reason::LookFailed => {
            "The provider could not be read, and without a read nothing is bought. It is tried again."
        }
        Reason::OldReading => {
            "The provider shows what may be older than what an earlier order of this name has reached. Nothing is bought on \
             that: it is looked at again."
        }
        Reason::AbsenceProven => "The first purchase was shown to have had no effect, so another one is allowed.",
        Reason::Restarted => "It begins again, by somebody's word.",
        Reason::AnswerLost => {
            "The purchase was sent and no answer that can be believed came back. Reads find out whether it took effect; \
             nothing is sent again before."
        }
        Reason::FoundAfterCrash => {
            "A worker ended while the purchase may have been on its way. Reads find out whether it took effect; nothing \
             is sent again before."
        }
        Reason::TakenCheck => {
            "The provider says the name is not available: whether it is already ours is being found out."
        }
        Reason::BeingReplaced => {
            "The stalled transfer is being cancelled at the provider. As soon as that is seen, it is placed anew with what was \
             mended; nobody has to bring anything again."
        }
        Reason::BeingCancelled => {
            "It is being cancelled at the provider. As soon as that is seen, the order ends; nobody has to do anything more."
        }
        Reason::BeingAmended => {
            "The provider was given the new auth code, or is given it now; what it makes of it is seen in a moment."
        }
        Reason::AwaitingLosingRegistrar => "The losing registrar has some days to let the name go.",
        Reason::AwaitingRegistry => "The registry has to finish it.",
        Reason::AuthCodeInvalid => "The auth code is wrong, missing or expired.",
        Reason::DomainLocked => "The domain is locked at the losing registrar.",
        Reason::TooYoung => {
            "The domain was registered or transferred too short a time ago: usually 60 days have to pass."
        }
        Reason::ApprovalPending => "A mail to the domain's contact waits to be confirmed.",
        Reason::ContactInvalid => "The provider does not accept the contact data.",
        Reason::Stalled => {
            "It does not go on, for a reason in words that are not known here: read what the provider says."
        }
        Reason::DeadlinePassed => "It was not through by its deadline.",
        Reason::ExpectationDiffers => {
            "The provider's date is neither the expected one nor the one that this order would give."
        }
        Reason::OutcomeUnknown => {
            "Neither the effect nor its absence could be shown. Look at the provider's panel or bill before deciding: \
             a wrong `not-done` buys twice."
        }
        Reason::AbsenceInconclusive => {
            "One weak sign says that nothing happened, which is too little to buy again on. Look at the provider's panel \
             or bill before deciding."
        }
        Reason::AttemptsExhausted => "As many purchases as are allowed were tried, and none had an effect.",
        Reason::ProviderUnreachable => "The provider could not be reached for as long as is allowed. Nothing was sent.",
        Reason::Vanished => "The provider had taken it, and no longer knows it.",
        Reason::PriceNotComparable => "The provider's price is in another currency than the limit.",
        Reason::RecordUnusable => {
            "The stored order cannot be used as it is, perhaps because its sealing key is missing."
        }
        Reason::PriceExceeded => "The price is higher than the limit. Nothing was bought.",
        Reason::DomainTaken => "The name is held by another customer or elsewhere.",
        Reason::TransferRefused => "The losing side or the registry refused the transfer.",
        Reason::Invalid => "The provider refused something that was ordered.",
        Reason::NotFound => "What should be changed does not exist at the provider.",
        Reason::NotRegistered => "The name is free: there is nothing to transfer.",
        Reason::Unsupported => "The provider does not sell it.",
        Reason::NotAllowed => "A rule of the provider or registry forbids it.",
        Reason::ProviderFailed => "The provider took it, and then gave it up.",
        Reason::AlreadyDone => "It stood already before anything was sent, so nothing was bought.",
        Reason::CancelledBySignal => "Somebody called it off.",
        Reason::CancelledAtProvider => "It was cancelled at the provider, not from here.",
    }
}
