//! What Name.com's codes and texts mean: tables, and nothing else. `verdict` reads answers by them.
//!
//! The verdict is `result.code`, under HTTP 200 for nearly everything. Inside an order that was processed (code 100)
//! each item has a verdict of its own, in words: `"<standard text> - <Detail In Title Case>"`, where the standard text
//! is that of a code (fact sheet 2, 4). So one table serves both: by number outside, by its text inside. A code or a
//! text that no row has means Unknown, is counted, and is found out by reading.

use crate::provider::RejectionClass;

/// What was asked, as far as texts mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `domain/create`, as a call or as an item.
    Register,
    /// `domain/renew`
    Renew,
    /// `whois_privacy/create` and `/renew`
    Privacy,
    /// `backorder/create`
    Backorder,
    /// What changes something for free.
    Write,
}

/// What a code or a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A documented refusal: surely no effect.
    Rejected(RejectionClass),
    /// It may have been done, by this call or by our own earlier one: Unknown, found out by reading.
    Reconcile,
}

use Call::{Backorder, Privacy, Register, Renew, Write};
use Meaning::{Reconcile, Rejected};
use RejectionClass as R;

/// A documented code.
#[derive(Debug, Clone, Copy)]
pub struct CodeRow {
    /// `result.code`
    pub code: u64,
    /// Its standard text; begins an item's text too.
    pub text: &'static str,
    /// What it means as `result.code`.
    pub meaning: Meaning,
    /// What its text means in an item of a processed order.
    pub in_item: Meaning,
    /// Whether the detail after the text may change that, by [`DETAILS`].
    pub detailed: bool,
    /// Section of the fact sheet and how sure it is: S stated, D the copy, P seen, I inferred (hi, md, lo).
    pub source: &'static str,
}

const fn code(
    code: u64,
    text: &'static str,
    meaning: Meaning,
    in_item: Meaning,
    detailed: bool,
    source: &'static str,
) -> CodeRow {
    CodeRow {
        code,
        text,
        meaning,
        in_item,
        detailed,
        source,
    }
}

/// Every documented code but 100.
pub static CODES: &[CodeRow] = &[
    code(
        203,
        "Required Parameter Missing",
        Rejected(R::Invalid),
        Rejected(R::Invalid),
        true,
        "2 S",
    ),
    code(
        204,
        "Parameter Value Error",
        Rejected(R::Invalid),
        Rejected(R::Invalid),
        true,
        "2 S: inspect the detail",
    ),
    // As an item's text it makes no sense, and what makes no sense is no proof.
    code(
        211,
        "Invalid Command URL",
        Rejected(R::Invalid),
        Reconcile,
        false,
        "2 S",
    ),
    // Outside it is about the account (seen for a bad token or address). In a batch that was processed it can only be
    // about the name, and whose that is a read tells.
    code(
        221,
        "Authorization Error",
        Rejected(R::Credentials),
        Reconcile,
        false,
        "2 S, 9 P; item I:md",
    ),
    code(
        240,
        "Command Failed",
        Reconcile,
        Reconcile,
        true,
        "2 S: look up before deciding",
    ),
    code(
        250,
        "Unexpected Error (Exception)",
        Reconcile,
        Reconcile,
        false,
        "2 S: outcome unknown",
    ),
    code(
        251,
        "Authentication Error",
        Rejected(R::Credentials),
        Reconcile,
        false,
        "2 S: nothing was executed",
    ),
    code(
        260,
        "Insufficient Funds",
        Rejected(R::NoFunds),
        Rejected(R::NoFunds),
        true,
        "2 I:hi; item 4 I:md",
    ),
    code(
        261,
        "Unable to Authorize Funds",
        Rejected(R::NoFunds),
        Rejected(R::NoFunds),
        true,
        "2 I:md",
    ),
];

/// A detail: a fragment, compared without regard to letter case.
#[derive(Debug, Clone, Copy)]
pub struct DetailRow {
    /// Part of the text.
    pub fragment: &'static str,
    /// Where it counts.
    pub on: &'static [Call],
    /// What it means there.
    pub meaning: Meaning,
    /// As in [`CodeRow::source`].
    pub source: &'static str,
}

const fn detail(fragment: &'static str, on: &'static [Call], meaning: Meaning, source: &'static str) -> DetailRow {
    DetailRow {
        fragment,
        on,
        meaning,
        source,
    }
}

const MONEY: &[Call] = &[Register, Renew, Privacy, Backorder];
const EVERY: &[Call] = &[Register, Renew, Privacy, Backorder, Write];

/// Details that mean something else than their code. The first row that matches counts.
pub static DETAILS: &[DetailRow] = &[
    // --- no money: before all else, for nothing else was tried then
    detail("insufficient funds", MONEY, Rejected(R::NoFunds), "4 I:md"),
    detail("unable to authorize funds", MONEY, Rejected(R::NoFunds), "2 I:md"),
    // --- may be our own first attempt
    detail("already", EVERY, Reconcile, "8 I:md"),
    detail("duplicate", EVERY, Reconcile, "2 M: Duplicate Record"),
    detail("pending", EVERY, Reconcile, "8 I:md"),
    detail("process", EVERY, Reconcile, "8 I:md"),
    detail("verification hold", EVERY, Reconcile, "2 M: Contact Verification Hold"),
    // --- said of a name that anybody has, we too: final only where a look shows that it is not ours
    detail(
        "not available",
        &[Register, Backorder],
        Rejected(R::Taken),
        "4 D, 9 I:hi",
    ),
];

/// Says that user name, token or address are wrong, and not that the domain is somebody else's: both come as 221 \[P\].
pub const BAD_CREDENTIALS: &str = "username or ip token invalid";

/// The row of a code.
#[must_use]
pub fn row_of_code(code: u64) -> Option<&'static CodeRow> {
    CODES.iter().find(|row| row.code == code)
}

/// The row whose standard text an item's text begins with.
#[must_use]
pub fn row_of_text(text: &str) -> Option<&'static CodeRow> {
    let text = text.trim().to_lowercase();
    CODES.iter().find(|row| text.starts_with(&row.text.to_lowercase()))
}

/// The first detail that a text matches.
#[must_use]
pub fn detail_of(call: Call, text: &str) -> Option<&'static DetailRow> {
    let text = text.to_lowercase();
    DETAILS
        .iter()
        .find(|row| row.on.contains(&call) && text.contains(row.fragment))
}

/// What `result` means, where its code is listed.
#[must_use]
pub fn meaning_of_code(call: Call, code: u64, message: &str) -> Option<Meaning> {
    let row = row_of_code(code)?;
    let detail = detail_of(call, message).filter(|_| row.detailed);
    Some(detail.map_or(row.meaning, |detail| detail.meaning))
}

/// What an item's text means, where its standard text is listed.
#[must_use]
pub fn meaning_of_text(call: Call, text: &str) -> Option<Meaning> {
    let row = row_of_text(text)?;
    let detail = detail_of(call, text).filter(|_| row.detailed);
    Some(detail.map_or(row.in_item, |detail| detail.meaning))
}
