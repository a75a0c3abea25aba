//! What ConnectReseller's codes and messages mean: tables, and nothing else. `verdict` reads answers by them.
//!
//! The HTTP status is 200 even for failures; the verdict is in the body, in two parts: the outer code says whether the
//! request was taken, the inner one what came of it (fact sheet 3.2). Messages are hardly documented, so a message
//! means something only where a row of [`MESSAGES`] says so; everything else is Unknown, is counted, and is found out
//! by reading. Where a message matches rows of both kinds, the row that says "may be our own" stands first and wins.

use crate::provider::{RejectionClass, Stage};

/// The calls whose messages are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `Order`
    Order,
    /// `TransferOrder`
    Transfer,
    /// `RenewalOrder`
    Renewal,
    /// `CancelTransfer`
    Cancel,
    /// Any other call that changes something: settings, contacts, clients, records, child name servers, forwardings.
    Change,
    /// `checkdomainavailable`, `getdomainprice` and `checkDomainPrice`, which can only be told what is not sold.
    Price,
}

/// What a message means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A final refusal: surely no effect.
    Rejected(RejectionClass),
    /// It may be our own first attempt: Unknown, found out by reading.
    Reconcile,
}

/// A row of the tables: a fragment, compared without regard to letter case.
#[derive(Debug, Clone, Copy)]
pub struct MessageRow {
    /// Part of the message.
    pub fragment: &'static str,
    /// Where it counts.
    pub on: &'static [Call],
    /// What it means there.
    pub meaning: Meaning,
    /// Section of the fact sheet and how sure it is: S stated, P seen in public clients, I inferred (hi, md, lo).
    pub source: &'static str,
}

use Call::{Cancel, Change, Order, Price, Renewal, Transfer};
use Meaning::{Reconcile, Rejected};
use RejectionClass as R;

const fn row(fragment: &'static str, on: &'static [Call], meaning: Meaning, source: &'static str) -> MessageRow {
    MessageRow {
        fragment,
        on,
        meaning,
        source,
    }
}

/// Every call that changes something.
const EVERY: &[Call] = &[Order, Transfer, Renewal, Cancel, Change];
/// Calls that spend, or may.
const SPENDING: &[Call] = &[Order, Transfer, Renewal, Change];

/// Messages of an outer refusal (and of a registry's inner refusal without a listed code). The first row that matches
/// counts.
pub static MESSAGES: &[MessageRow] = &[
    // --- stands first only because the row for "exist" would take it
    row("not exist", &[Change], Rejected(R::NotFound), "5.2 P: 2303 in words"),
    // --- may be our own first attempt
    row("already registered", &[Order, Transfer], Reconcile, "3.5 I:md"),
    row("already", EVERY, Reconcile, "3.5 I:md, 6.1"),
    row("duplicate", EVERY, Reconcile, "6.1 I:md"),
    row("pending", EVERY, Reconcile, "6.1 I:md"),
    row("process", EVERY, Reconcile, "6.1 I:md"),
    row("in progress", EVERY, Reconcile, "6.1 I:md"),
    row(
        "refund",
        EVERY,
        Reconcile,
        "3.5 I:lo: speaks of funds, and of an order that was placed",
    ),
    row(
        "expir",
        &[Renewal],
        Reconcile,
        "6.3, 7 I:md: Expiryyear differs, perhaps because we renewed",
    ),
    row("exdate", &[Renewal], Reconcile, "6.3 I:md"),
    row(
        "exist",
        &[Change],
        Reconcile,
        "5.2 P: 2302 in words; 6.1: a client's name, a child name server",
    ),
    // --- no money: before the auth code, whose rows would take "insufficient funds to verify the auth code"
    row("insufficient", SPENDING, Rejected(R::NoFunds), "3.5 I:md"),
    row("fund", SPENDING, Rejected(R::NoFunds), "3.5 I:md"),
    row("balance", SPENDING, Rejected(R::NoFunds), "3.5 I:md"),
    // --- the losing side, before anything was placed
    row("invalid authcode", &[Transfer], Rejected(R::AuthCode), "3.5 P"),
    row("invalid auth code", &[Transfer], Rejected(R::AuthCode), "3.5 P"),
    row("lock", &[Transfer], Rejected(R::Locked), "3.5 I:md"),
    row("transferprohibited", &[Transfer], Rejected(R::Locked), "3.5 I:md"),
    row("60 day", &[Transfer], Rejected(R::TooYoung), "3.5 I:lo"),
    row("60-day", &[Transfer], Rejected(R::TooYoung), "3.5 I:lo"),
    // --- a state of the domain that forbids a change
    row(
        "prohibit",
        &[Change],
        Rejected(R::NotAllowed),
        "3.2, 5.2 P: 2304 in words",
    ),
    row("is locked", &[Change], Rejected(R::NotAllowed), "3.2 P: 2304 in words"),
    // --- final
    row(
        "not available",
        &[Order, Price],
        Rejected(R::Taken),
        "3.5 I:md; V11 A1 P",
    ),
    row(
        "not supported",
        &[Order, Transfer, Renewal, Change, Price],
        Rejected(R::Unsupported),
        "3.5 I:md",
    ),
    row(
        "tld",
        &[Order, Transfer, Renewal, Price],
        Rejected(R::Unsupported),
        "3.5 I:md",
    ),
    row("not found", &[Renewal, Cancel, Change], Rejected(R::NotFound), "3.5 S"),
    row(
        "not found",
        &[Order, Transfer],
        Rejected(R::Invalid),
        "3.5 I:md: the customer or a contact",
    ),
    row("invalid", EVERY, Rejected(R::Invalid), "3.5 I:md"),
];

/// A row of the registry's codes (EPP, RFC 5730 §3; fact sheet 5.2).
#[derive(Debug, Clone, Copy)]
pub struct CodeRow {
    /// The code.
    pub code: i64,
    /// Where it counts.
    pub on: &'static [Call],
    /// What it means there.
    pub meaning: Meaning,
}

const fn epp(code: i64, on: &'static [Call], meaning: Meaning) -> CodeRow {
    CodeRow { code, on, meaning }
}

/// Calls whose inner part speaks for the registry. A transfer's never refuses: its order exists, so there [`stall`]
/// speaks.
const REGISTRY: &[Call] = &[Order, Renewal, Change];

/// Codes of the inner part. Prefer codes to words.
pub static CODES: &[CodeRow] = &[
    // The command did not fit the object's state, which our own first attempt may have changed.
    epp(2002, REGISTRY, Reconcile),
    epp(2003, REGISTRY, Rejected(R::Invalid)),
    epp(2004, REGISTRY, Rejected(R::Invalid)),
    epp(2005, REGISTRY, Rejected(R::Invalid)),
    // Taken outside, without money inside: whether an order is kept and tried again is not known (fact sheet 8).
    epp(2104, REGISTRY, Reconcile),
    epp(2105, &[Renewal], Rejected(R::NotAllowed)),
    epp(2106, &[Order, Renewal], Reconcile),
    epp(2201, REGISTRY, Rejected(R::NotAllowed)),
    epp(2202, REGISTRY, Rejected(R::NotAllowed)),
    epp(2300, REGISTRY, Reconcile),
    epp(2302, REGISTRY, Reconcile),
    epp(2303, &[Renewal, Change], Rejected(R::NotFound)),
    epp(2303, &[Order], Rejected(R::Invalid)),
    epp(2304, &[Renewal, Change], Rejected(R::NotAllowed)),
    epp(2304, &[Order], Reconcile),
    // "Command failed" and "session limit" say nothing about whether it was done.
    epp(2400, REGISTRY, Reconcile),
    epp(2502, REGISTRY, Reconcile),
];

/// The meaning of a message, by the first row that matches.
#[must_use]
pub fn meaning_of(call: Call, message: &str) -> Option<Meaning> {
    row_of(call, message).map(|row| row.meaning)
}

/// The first row that matches a message.
#[must_use]
pub fn row_of(call: Call, message: &str) -> Option<&'static MessageRow> {
    let message = message.to_lowercase();
    MESSAGES
        .iter()
        .find(|row| row.on.contains(&call) && message.contains(row.fragment))
}

/// Words of a transfer that does not go on.
#[derive(Debug, Clone, Copy)]
pub struct StallRow {
    /// Part of the reason, of which letters and digits count only, in any letter case.
    pub fragment: &'static str,
    /// What says something else, and holds the fragment.
    pub but_not: &'static str,
    /// Where the transfer stands.
    pub stage: Stage,
}

const fn stalled(fragment: &'static str, but_not: &'static str, stage: Stage) -> StallRow {
    StallRow {
        fragment,
        but_not,
        stage,
    }
}

/// The reasons of stalled transfers (fact sheet 3.5, 5.1). The first row that matches counts: no money comes first, since
/// the auth code was then not even tried.
pub static STALLS: &[StallRow] = &[
    stalled("insufficient", "", Stage::HeldForFunds),
    stalled("balance", "", Stage::HeldForFunds),
    stalled("fund", "refund", Stage::HeldForFunds),
    stalled("invalidauthcode", "", Stage::AuthCode),
    stalled("invalidauthorizationinfo", "", Stage::AuthCode),
    stalled("lock", "unlocked", Stage::Locked),
    stalled("transferprohibited", "", Stage::Locked),
    stalled("60day", "", Stage::TooYoung),
];

/// The first row that matches the reason of a transfer.
#[must_use]
pub fn stall_row_of(reason: &str) -> Option<&'static StallRow> {
    let words = reason.to_lowercase();
    let joined: String = words.chars().filter(|c| c.is_alphanumeric()).collect();
    let fits = |row: &&StallRow| match row.but_not {
        "" => joined.contains(row.fragment),
        opposite => joined.replace(opposite, " ").contains(row.fragment),
    };
    STALLS.iter().find(fits)
}

/// Where a transfer stands by the words of its reason, whether in the answer to `TransferOrder` or in `syncTransfer`.
/// `None`: words that are not listed.
#[must_use]
pub fn stall(reason: &str) -> Option<Stage> {
    stall_row_of(reason).map(|row| row.stage)
}

/// Where a stalled transfer stands by the registry's code, for messages that say nothing.
pub(super) fn stall_by_code(code: i64) -> Stage {
    match code {
        2104 => Stage::HeldForFunds,
        2201 | 2202 => Stage::AuthCode,
        2304 => Stage::Locked,
        2300 => Stage::LosingRegistrar,
        _ => Stage::Stalled,
    }
}
