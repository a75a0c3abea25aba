//! What earlier orders of the same name have proved, and what is not believed on that ground.
//!
//! A provider's reads may be old. What an order has sent itself is safe from that, because absence has to settle. But
//! what it is *first* measured against comes from one look, and right after another order of the same name that look may
//! show what stood before it: the other's effect would then be taken for this one's, and nothing be bought.
//!
//! 1. An order that succeeds says what it has proved ([`Decision::proves`]): the new expiry, the number of mailboxes. The
//!    ledger keeps that in the same step, and hands it out with the next order of the name ([`Facts::proved`]).
//! 2. A reading that contradicts it may be an old one. It is looked at again until as much time has passed since the proof
//!    as absence needs, by both clocks, and as many looks apart have shown the same: then somebody else has changed it.
//!
//! Dates only grow, so that an earlier one is the old one, and no date that shows an effect can be. The number of mailboxes
//! goes up and down: one that stood before may also be what this order gives, and is then not believed at once either. A
//! transfer adds a year that may be seen later than its end: for the settle time no expiry is believed after one.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domorder_api_client::provider::{Evidence, Impediment, Operation, Outcome, Sighting, Snapshot};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::{Decision, Facts, Observation, enter, kinds, scheduled, signed, wait};
use crate::order::Order;
use crate::record::{Doubts, OrderRecord};
use crate::state::{Reason, State};

/// Facts older than this are dropped: longer than any settle time with its looks (which is a day at most).
const KEPT: SignedDuration = SignedDuration::from_hours(48);
/// A date this much earlier is the same one.
const SAME: i64 = 86_400;

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
struct Fact<T> {
    is: T,
    at: i64,
}

/// A number of mailboxes, and between which numbers it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mailboxes {
    now: u32,
    least: u32,
    most: u32,
}

/// What the orders of one name that succeeded have proved, at one account.
///
/// As text, one word a fact: `x<expiry>@<when>`, seconds since 1970. The ledger reads nothing of it but the first word's
/// time, which is the latest. Words that are not known are passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proved {
    /// `d`: the name is in the account; and whether it came by a transfer, so that its year may still be added.
    domain: Option<Fact<bool>>,
    /// `x`: its expiry, at least.
    expiry: Option<Fact<i64>>,
    /// `m`: whether its email order has come to be (1), or has ended (0).
    email: Option<Fact<bool>>,
    /// `e`: the end of its email order, at least.
    end: Option<Fact<i64>>,
    /// `n`: its mailboxes.
    mailboxes: Option<Fact<Mailboxes>>,
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
    fn fresh(self, now: Timestamp) -> Self {
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

// --- what is not believed on that ground ----------------------------------------------------------------------------

/// A reading that may be an old one.
pub(super) struct Doubt {
    /// For people.
    pub(super) told: String,
    /// When what it contradicts was proved.
    at: i64,
    /// Time alone does not make it believable: looks apart have to show the same.
    contradicts: bool,
}

/// Why a look is not believed yet; `None`: it may be.
pub(super) fn doubted(sighting: &Sighting, record: &OrderRecord, facts: &Facts<'_>) -> Option<Doubt> {
    let doubt = of(sighting, record, facts)?;
    let settles = settles_at(&doubt, facts);
    let rest = facts.now >= settles && {
        let counted = counted(record, facts).map_or(0, |doubts| doubts.n);
        !doubt.contradicts || counted >= facts.policy.absences_min
    };
    (!rest).then_some(doubt)
}

/// Whether a look shows what contradicts what is known of the name. Something is concluded from that in the end, so that
/// it takes a control read.
#[must_use]
pub fn may_be_old(sighting: &Sighting, record: &OrderRecord, facts: &Facts<'_>) -> bool {
    of(sighting, record, facts).is_some()
}

/// Looked at again, in the state it is in.
pub(super) fn look_again(mut record: OrderRecord, doubt: &Doubt, facts: &Facts<'_>) -> Decision {
    let settles = settles_at(doubt, facts);
    let (at, why) = if facts.now < settles {
        let at = scheduled(&facts.policy.reconcile_looks, record.looks, facts).min(settles);
        (
            at,
            "what is shown may be older than what an order of this name has proved: looked at again",
        )
    } else {
        record.doubts = counted(&record, facts);
        let counted_at = record.doubts.as_ref().map_or(facts.now, |doubts| doubts.at);
        let at = counted_at + signed(apart(facts).mul_f64(1.0 + facts.jitter.clamp(0.0, 1.0) / 10.0));
        (
            at.max(facts.now),
            "what is shown contradicts what an order of this name has proved: looks apart have to agree",
        )
    };
    if record.state == State::Queued {
        enter(&mut record, State::Queued, Some(Reason::OldReading), None);
    }
    record.looks = record.looks.saturating_add(1);
    let at = super::by_deadline(at, &record, facts.now);
    wait(record, Some(at), why)
}

/// The row of looks that showed it, with the present one if it is far enough from the one before.
fn counted(record: &OrderRecord, facts: &Facts<'_>) -> Option<Doubts> {
    match &record.doubts {
        Some(doubts) if facts.now < doubts.at + signed(apart(facts)) => Some(doubts.clone()),
        row => Some(Doubts {
            n: row.as_ref().map_or(0, |doubts| doubts.n).saturating_add(1),
            at: facts.now,
        }),
    }
}

/// As far apart as looks are at the longest while an outcome is unknown: no short spell of old answers holds them all.
fn apart(facts: &Facts<'_>) -> Duration {
    let longest = facts.policy.reconcile_looks.iter().max().copied();
    longest.unwrap_or(Duration::from_secs(60))
}

/// When a call of the order that proved it must have come to its end, and reads show what it left: by both clocks.
fn settles_at(doubt: &Doubt, facts: &Facts<'_>) -> Timestamp {
    let settles = facts.policy.gate + facts.call_timeout + facts.policy.settle;
    let proved = Timestamp::from_second(doubt.at).unwrap_or(facts.now);
    let by_the_ledger = proved.saturating_add(signed(settles)).unwrap_or(facts.now);
    by_the_ledger.max(facts.now + signed(settles.saturating_sub(facts.proved_for)))
}

fn of(sighting: &Sighting, record: &OrderRecord, facts: &Facts<'_>) -> Option<Doubt> {
    let proved = facts.proved?.fresh(facts.now);
    let (domain, email) = (domain_since(proved), email_since(proved));
    let since = match facts.operation {
        Operation::Register | Operation::Transfer | Operation::Renew => domain,
        _ => email,
    };
    if let Some(since) = since.filter(|_| misses(sighting, record, facts)) {
        return contradicts(
            "it is not found, and an order of this name has shown it to be there".to_owned(),
            since,
        );
    }
    match (facts.operation, sighting, proved.email) {
        (Operation::Renew, ..) => {
            of_date(sighting, record, proved.expiry).or_else(|| of_transfer(sighting, record, proved, facts))
        }
        (Operation::EmailRenew, ..) => of_date(sighting, record, proved.end),
        (Operation::EmailAddAccounts | Operation::EmailRemoveAccounts, ..) => {
            of_count(sighting, record, proved.mailboxes?, facts)
        }
        (Operation::EmailDelete, Sighting::Present(_), Some(Fact { is: true, at })) => {
            contradicts("no email order is shown, and one was created".to_owned(), at)
        }
        // One that is known by its own id is that one.
        (Operation::EmailCreate, ..) if record.sent && record.provider_order_id.is_some() => None,
        (Operation::EmailCreate, Sighting::Present(_) | Sighting::Unfinished(_), Some(Fact { is: false, at })) => {
            contradicts(
                "an email order is shown, and the one that was there was deleted".to_owned(),
                at,
            )
        }
        _ => None,
    }
}

/// Whether something that an order would change, or create, is not found before anything was sent. The provider would
/// refuse to create a second one; but whose doing the first was could then not be told any more.
fn misses(sighting: &Sighting, record: &OrderRecord, facts: &Facts<'_>) -> bool {
    let nothing_sent = record.state == State::Queued && !record.sent;
    nothing_sent
        && match sighting {
            Sighting::Impossible(Impediment::NotFound, _) => true,
            Sighting::Absent(_) => !kinds::has_baseline(facts.operation),
            _ => false,
        }
}

fn contradicts(told: String, at: i64) -> Option<Doubt> {
    Some(Doubt {
        told,
        at,
        contradicts: true,
    })
}

/// Since when the name is known to be in the account.
fn domain_since(proved: Proved) -> Option<i64> {
    proved.domain.map(|f| f.at).max(proved.expiry.map(|f| f.at))
}

/// Since when the email order is known to stand.
fn email_since(proved: Proved) -> Option<i64> {
    match proved.email {
        Some(Fact { is: false, .. }) => None,
        Some(Fact { is: true, at }) => Some(at),
        None => proved.end.map(|f| f.at).or(proved.mailboxes.map(|f| f.at)),
    }
}

fn of_date(sighting: &Sighting, record: &OrderRecord, at_least: Option<Fact<i64>>) -> Option<Doubt> {
    let reading = match sighting {
        Sighting::Absent(snapshot) if record.baseline.is_none() => snapshot.baseline.expiry,
        Sighting::Present(evidence) if record.baseline.is_none() => evidence.expiry,
        Sighting::Differs(snapshot, _) => snapshot.baseline.expiry,
        _ => None,
    };
    let (reading, Fact { is, at }) = (reading?, at_least?);
    if reading.as_second() >= is - SAME {
        return None;
    }
    let stands = Timestamp::from_second(is).unwrap_or(reading);
    contradicts(format!("an expiry of {reading}, and {stands} was reached before"), at)
}

/// The year of a transfer may be added a little later than it ends.
fn of_transfer(sighting: &Sighting, record: &OrderRecord, proved: Proved, facts: &Facts<'_>) -> Option<Doubt> {
    let Some(Fact { is: true, at }) = proved.domain else {
        return None;
    };
    let measures = record.baseline.is_none()
        && matches!(
            sighting,
            Sighting::Absent(_) | Sighting::Differs(..) | Sighting::Present(_)
        );
    let doubt = Doubt {
        told: "the name was transferred a moment ago: its expiry may still move".to_owned(),
        at,
        contradicts: false,
    };
    (measures && facts.now < settles_at(&doubt, facts)).then_some(doubt)
}

fn of_count(sighting: &Sighting, record: &OrderRecord, proved: Fact<Mailboxes>, facts: &Facts<'_>) -> Option<Doubt> {
    let Fact { is, at } = proved;
    let before = record.baseline.as_ref().and_then(|b| b.accounts);
    let stood_before = |n: u32| n != is.now && (is.least..=is.most).contains(&n);
    let doubtful = |n: u32| match before {
        // Whatever it is measured against has to be what was proved.
        None => n != is.now,
        Some(_) => stood_before(n),
    };
    let accounts = |snapshot: &Snapshot| snapshot.baseline.accounts;
    let reading = match (sighting, before) {
        (Sighting::Absent(snapshot), None) | (Sighting::Differs(snapshot, _), _) => accounts(snapshot),
        (Sighting::Present(evidence), Some(before)) => evidence.accounts.or_else(|| {
            let n = facts.change.mailboxes;
            match facts.operation {
                Operation::EmailAddAccounts => before.checked_add(n),
                _ => before.checked_sub(n),
            }
        }),
        _ => None,
    }?;
    if !doubtful(reading) {
        return None;
    }
    contradicts(
        format!("{reading} mailboxes, and there were {} a moment ago", is.now),
        at,
    )
}
