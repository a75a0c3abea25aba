//! Readings that may be older than what earlier orders of the name have proved, and are not believed yet.
//!
//! Such a reading is looked at again until as much time has passed since the proof as absence needs, by both clocks, and as
//! many looks apart, each with a control read, have shown the same: then somebody else has changed it.
//!
//! Dates only grow, so that an earlier one is the old one, and no date that shows an effect can be. The number of mailboxes
//! goes up and down: one that stood before may also be what this order gives, and is then not believed at once either. A
//! transfer adds a year that may be seen later than its end: for the settle time no expiry is believed after one.

use std::time::Duration;

use domorder_api_client::provider::{Impediment, Operation, Sighting, Snapshot};
use jiff::Timestamp;

use super::proved::{Fact, Mailboxes, Proved};
use super::{Decision, Facts, enter, kinds, scheduled, signed, wait};
use crate::record::{Doubts, OrderRecord};
use crate::state::{Reason, State};

/// A date this much earlier is the same one, in seconds.
const SAME: i64 = 86_400;

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
