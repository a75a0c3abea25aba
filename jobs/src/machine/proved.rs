//! What earlier orders of the same name have proved.
//!
//! A provider's reads may be old. What an order has sent itself is safe from that, because absence has to settle. But
//! what it is *first* measured against comes from one look, and right after another order of the same name that look may
//! show what stood before it: the other's effect would then be taken for this one's, and nothing be bought.
//!
//! An order that succeeds says what it has proved ([`Decision::proves`](super::Decision::proves)): the new expiry, the
//! number of mailboxes. The ledger keeps that in the same step, and hands it out with the next order of the name
//! ([`Facts::proved`]). What is made of it then stands in [`super::doubts`].

use std::fmt;
use std::str::FromStr;

use domorder_api_client::provider::{Evidence, Operation, Outcome, Sighting};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::{Facts, Observation};
use crate::order::Order;
use crate::record::OrderRecord;

/// Facts older than this are dropped: longer than any settle time with its looks (which is a day at most).
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// By how much an order changes what it is measured against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Of an expiry, or an email order's end.
    pub months: u32,
    /// Of mailboxes.
    pub mailboxes: u32,
}

impl Change {
    /// What an order asks for.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        let years = order.years.map(|years| u32::from(years) * 12);
        Self {
            months: years.or(order.months.map(u32::from)).unwrap_or_default(),
            mailboxes: order.accounts.unwrap_or_default(),
        }
    }
}

/// What is known, and since when, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fact<T> {
    pub(super) is: T,
    pub(super) at: i64,
}

/// A number of mailboxes, and between which numbers it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mailboxes {
    pub(super) now: u32,
    pub(super) least: u32,
    pub(super) most: u32,
}

/// What the orders of one name that succeeded have proved, at one account.
///
/// As text, one word a fact: `x<expiry>@<when>`, seconds since 1970. The ledger reads nothing of it but the first word's
/// time, which is the latest. Words that are not known are passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proved {
    /// `d`: the name is in the account; and whether it came by a transfer, so that its year may still be added.
    pub(super) domain: Option<Fact<bool>>,
    /// `x`: its expiry, at least.
    pub(super) expiry: Option<Fact<i64>>,
    /// `m`: whether its email order has come to be (1), or has ended (0).
    pub(super) email: Option<Fact<bool>>,
    /// `e`: the end of its email order, at least.
    pub(super) end: Option<Fact<i64>>,
    /// `n`: its mailboxes.
    pub(super) mailboxes: Option<Fact<Mailboxes>>,
}

impl Proved {
    /// When the latest of it was proved.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.latest_secs()?).ok()
    }

    fn latest_secs(&self) -> Option<i64> {
        let (domain, email) = (self.domain.map(|f| f.at), self.email.map(|f| f.at));
        let (expiry, end) = (self.expiry.map(|f| f.at), self.end.map(|f| f.at));
        let all = [domain, expiry, email, end, self.mailboxes.map(|f| f.at)];
        all.into_iter().flatten().max()
    }

    /// Without what is too old to matter.
    pub(super) fn fresh(self, now: Timestamp) -> Self {
        fn kept<T>(fact: Option<Fact<T>>, from: i64) -> Option<Fact<T>> {
            fact.filter(|fact| fact.at >= from)
        }
        let from = now.as_second() - KEPT.as_secs();
        Self {
            domain: kept(self.domain, from),
            expiry: kept(self.expiry, from),
            email: kept(self.email, from),
            end: kept(self.end, from),
            mailboxes: kept(self.mailboxes, from),
        }
    }

    /// The mailboxes are so many now, and were so many before.
    fn count(&mut self, before: u32, now: u32, at: i64) {
        let (least, most) = self.mailboxes.map_or((before, before), |f| {
            (f.is.least.min(f.is.now), f.is.most.max(f.is.now))
        });
        let is = Mailboxes {
            now,
            least: least.min(before),
            most: most.max(before),
        };
        self.mailboxes = Some(Fact { is, at });
    }
}

impl fmt::Display for Proved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<(i64, String)> = Vec::new();
        let mut word = |at: i64, text: String| words.push((at, text));
        if let Some(Fact { is, at }) = self.domain {
            word(at, format!("d{}@{at}", u8::from(is)));
        }
        if let Some(Fact { is, at }) = self.expiry {
            word(at, format!("x{is}@{at}"));
        }
        if let Some(Fact { is, at }) = self.email {
            word(at, format!("m{}@{at}", u8::from(is)));
        }
        if let Some(Fact { is, at }) = self.end {
            word(at, format!("e{is}@{at}"));
        }
        if let Some(Fact { is, at }) = self.mailboxes {
            word(at, format!("n{},{},{}@{at}", is.now, is.least, is.most));
        }
        words.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let words: Vec<String> = words.into_iter().map(|(_, text)| text).collect();
        f.write_str(&words.join(" "))
    }
}

/// Nothing in a text is a fault: what cannot be read is not known.
impl FromStr for Proved {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        fn fact<T>(is: Option<T>, at: i64) -> Option<Fact<T>> {
            is.map(|is| Fact { is, at })
        }
        let mut proved = Self::default();
        for word in text.split(' ') {
            let Some((what, at)) = word.split_once('@') else {
                continue;
            };
            let (Some(measure), Ok(at)) = (what.get(..1), at.parse::<i64>()) else {
                continue;
            };
            let value = &what[1..];
            let yes = || matches!(value, "0" | "1").then_some(value == "1");
            match measure {
                "d" => proved.domain = fact(yes(), at),
                "x" => proved.expiry = fact(value.parse().ok(), at),
                "m" => proved.email = fact(yes(), at),
                "e" => proved.end = fact(value.parse().ok(), at),
                "n" => proved.mailboxes = fact(counts(value), at),
                _ => {}
            }
        }
        Ok(proved)
    }
}

fn counts(value: &str) -> Option<Mailboxes> {
    let mut numbers = value.split(',').map(|n| n.parse::<u32>().ok());
    let mut next = || numbers.next().flatten();
    Some(Mailboxes {
        now: next()?,
        least: next()?,
        most: next()?,
    })
}

// --- what a success proves ------------------------------------------------------------------------------------------

/// What an observation shows of the numbers that are measured.
pub(super) fn shown(seen: &Observation) -> Evidence {
    match seen {
        Observation::Saw(Sighting::Present(evidence)) => evidence.clone(),
        Observation::Answered(Outcome::Accepted(accepted)) | Observation::Finished(Outcome::Accepted(accepted)) => {
            accepted.evidence.clone()
        }
        _ => Evidence::default(),
    }
}

/// What is known of the name now that this order has succeeded; `None`: nothing that matters.
pub(super) fn by(record: &OrderRecord, shown: &Evidence, facts: &Facts<'_>) -> Option<Proved> {
    let mut proved = facts.proved.copied().unwrap_or_default().fresh(facts.now);
    let at = facts.now.as_second() + 1;
    let baseline = record.baseline.as_ref();
    let date = |before: Option<Timestamp>| {
        let told = shown.expiry.filter(|now| before.is_none_or(|before| *now > before));
        told.or_else(|| later(before?, facts.change.months)).map(|date| Fact {
            is: date.as_second(),
            at,
        })
    };
    let before = baseline.and_then(|b| b.accounts);
    let n = facts.change.mailboxes;
    match facts.operation {
        Operation::Register => {
            proved.expiry = shown.expiry.map(|expiry| Fact {
                is: expiry.as_second(),
                at,
            });
            proved.domain = proved.expiry.is_none().then_some(Fact { is: false, at });
        }
        Operation::Transfer => {
            proved.domain = Some(Fact { is: true, at });
            proved.expiry = shown.expiry.map(|expiry| Fact {
                is: expiry.as_second(),
                at,
            });
        }
        Operation::Renew => {
            let before = baseline.and_then(|b| b.expiry);
            let expiry = date(before)?;
            (proved.expiry, proved.domain) = (Some(expiry), None);
        }
        Operation::EmailCreate if record.sent => {
            proved.email = Some(Fact { is: true, at });
            proved.end = shown.expiry.map(|end| Fact {
                is: end.as_second(),
                at,
            });
            proved.mailboxes = None;
            if let Some(now) = shown.accounts.or((n > 0).then_some(n)) {
                proved.count(now, now, at);
            }
        }
        Operation::EmailRenew => {
            let end = baseline.and_then(|b| b.expiry);
            proved.end = date(end).or(proved.end);
            if let Some(before) = before.filter(|_| n > 0) {
                proved.count(before, shown.accounts.unwrap_or(before.saturating_add(n)), at);
            }
        }
        Operation::EmailAddAccounts => {
            let before = before?;
            proved.count(before, shown.accounts.unwrap_or(before.saturating_add(n)), at);
        }
        Operation::EmailRemoveAccounts => {
            let before = before?;
            proved.count(before, shown.accounts.unwrap_or(before.saturating_sub(n)), at);
        }
        Operation::EmailDelete if record.sent => {
            proved.email = Some(Fact { is: false, at });
            (proved.end, proved.mailboxes) = (None, None);
        }
        // Found as it was to be: nothing has changed.
        Operation::EmailCreate | Operation::EmailDelete => {}
    }
    proved.latest_secs().filter(|latest| *latest == at)?;
    Some(proved)
}

fn later(before: Timestamp, months: u32) -> Option<Timestamp> {
    let moved = before
        .to_zoned(TimeZone::UTC)
        .checked_add(Span::new().try_months(i64::from(months)).ok()?);
    moved.ok().map(|zoned| zoned.timestamp())
}
