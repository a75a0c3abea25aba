//! Gauges of what the ledger's indexes do not count: why orders wait, and how long they still may.
//!
//! Read from the records of the orders that have stood longest in each state, at most [`LOOKED_AT_MAX`] a state: a scrape
//! must not grow with the number of orders, and those that stand long are those that a person has to hear of. How many
//! orders there are is told by `domorder_orders`, which counts all.

use std::collections::BTreeMap;
use std::time::Duration;

use domorder_api_client::provider::Operation;
use domorder_jobs::ledger::{Ledger, LedgerError, Stored};
use domorder_jobs::order::Order;
use domorder_jobs::record::OrderRecord;
use domorder_jobs::state::{Kind, Needs, Reason, State};
use jiff::{SignedDuration, Timestamp};
use metrics::{describe_gauge, gauge};

use super::as_f64;

/// Orders of a state that are looked at for a scrape.
const LOOKED_AT_MAX: usize = 4_000;
/// Read at once, of all shards together.
const PAGE: usize = 250;
/// How long all of it may take; then the gauges stay as they were.
const TIME_MAX: Duration = Duration::from_secs(5);

/// Why orders wait on purpose: every reason has its series, so that one that is over goes back to 0.
const PARKING: [Reason; 7] = [
    Reason::Funds,
    Reason::Paused,
    Reason::BreakerOpen,
    Reason::RateLimited,
    Reason::NotBefore,
    Reason::RenewalWindow,
    Reason::DomainBusy,
];

/// The reasons for which a person may be asked.
const ASKING: [Reason; 16] = [
    Reason::AuthCodeInvalid,
    Reason::DomainLocked,
    Reason::TooYoung,
    Reason::ApprovalPending,
    Reason::ContactInvalid,
    Reason::Stalled,
    Reason::DeadlinePassed,
    Reason::ExpectationDiffers,
    Reason::OutcomeUnknown,
    Reason::AbsenceInconclusive,
    Reason::AttemptsExhausted,
    Reason::ProviderUnreachable,
    Reason::ProviderFailed,
    Reason::Vanished,
    Reason::PriceNotComparable,
    Reason::RecordUnusable,
];

/// So near is an end; each counts what the nearer ones count, too. `0d`: it has passed.
const WITHIN: [(&str, i64); 4] = [("0d", 0), ("1d", 1), ("7d", 7), ("30d", 30)];
/// So old is a transfer; each counts what the older ones count, too.
const OLDER: [(&str, i64); 4] = [("0d", 0), ("2d", 2), ("7d", 7), ("14d", 14)];

pub(super) fn describe() {
    describe_gauge!(
        "domorder_orders_parked",
        "orders that wait on purpose, by reason and account (of the 4,000 of a state that stand longest)"
    );
    describe_gauge!(
        "domorder_orders_needing",
        "orders that wait for a person, by what is needed and account (of the 4,000 of a state that stand longest)"
    );
    describe_gauge!(
        "domorder_transfers_stalled",
        "transfers that wait for a person, by reason (of the 4,000 of a state that stand longest)"
    );
    describe_gauge!(
        "domorder_transfers_open",
        "transfers that are not over, by how old they are at least (of the 4,000 of a state that stand longest)"
    );
    describe_gauge!(
        "domorder_charged_twice_suspected",
        "orders after whose purchase the provider holds what one purchase cannot have made, by account"
    );
    describe_gauge!(
        "domorder_renewals_expiring",
        "renewals that are not done, by how soon the name or mailbox expires at the latest; 0d: it has expired"
    );
    describe_gauge!(
        "domorder_deadlines_ending",
        "orders that are not over, by how soon their deadline ends at the latest; 0d: it has passed"
    );
}

/// Looks, and tells. What goes wrong leaves the gauges as they were: whether Redis answers is told elsewhere.
pub(super) async fn take(ledger: &Ledger, accounts: &[String]) {
    match tokio::time::timeout(TIME_MAX, look(ledger)).await {
        Ok(Ok(census)) => census.tell(accounts),
        Ok(Err(error)) => tracing::warn!(%error, "the records could not be looked through for the metrics"),
        Err(_) => tracing::warn!("looking through the records for the metrics took too long"),
    }
}

async fn look(ledger: &Ledger) -> Result<Census, LedgerError> {
    let now = i64::try_from(ledger.now_ms().await?).unwrap_or(0);
    let mut census = Census::at(Timestamp::from_millisecond(now).unwrap_or_default());
    let page = (PAGE / usize::from(ledger.shards())).max(1);
    for state in State::ALL.iter().filter(|state| !state.is_final()) {
        let (mut offset, mut looked_at) = (0, 0);
        while looked_at < LOOKED_AT_MAX
            && let Some(orders) = ledger.longest_in(*state, offset, page).await?
        {
            orders.iter().for_each(|order| census.count(order));
            offset += page;
            looked_at += orders.len();
        }
    }
    Ok(census)
}

/// What was seen.
#[derive(Debug, Default)]
struct Census {
    now: Timestamp,
    parked: BTreeMap<(Reason, String), u64>,
    needing: BTreeMap<(Needs, String), u64>,
    stalled: BTreeMap<Reason, u64>,
    twice: BTreeMap<String, u64>,
    open: [u64; OLDER.len()],
    expiring: BTreeMap<String, [u64; WITHIN.len()]>,
    ending: [u64; WITHIN.len()],
}

impl Census {
    fn at(now: Timestamp) -> Self {
        Self { now, ..Self::default() }
    }

    fn count(&mut self, stored: &Stored) {
        // One that cannot be read is set aside by the worker that claims it, and counted there.
        let Ok(record) = domorder_jobs::format::read::<OrderRecord>(&stored.rec) else {
            return;
        };
        let account = &stored.meta.account;
        if let (State::Parked, Some(reason)) = (record.state, record.reason) {
            *self.parked.entry((reason, account.clone())).or_default() += 1;
        }
        if let Some(needs) = record.needs {
            *self.needing.entry((needs, account.clone())).or_default() += 1;
        }
        if bought_and_found_otherwise(&record) {
            *self.twice.entry(account.clone()).or_default() += 1;
        }
        if stored.meta.kind == Kind::Transfer {
            if let (State::ActionRequired, Some(reason)) = (record.state, record.reason) {
                *self.stalled.entry(reason).or_default() += 1;
            }
            let age = self.now.duration_since(record.created_at);
            for (count, (_, days)) in self.open.iter_mut().zip(OLDER) {
                *count += u64::from(age >= SignedDuration::from_hours(24 * days));
            }
        }
        if let Some(expiry) = renews_what_ends(stored, &record) {
            let counts = self.expiring.entry(account.clone()).or_default();
            within(counts, expiry.duration_since(self.now));
        }
        if let Some(deadline) = record.deadline_at {
            within(&mut self.ending, deadline.duration_since(self.now));
        }
    }

    /// Sets every series of the configured accounts, those that have nothing too.
    fn tell(&self, accounts: &[String]) {
        for reason in ASKING {
            let n = self.stalled.get(&reason).copied().unwrap_or(0);
            gauge!("domorder_transfers_stalled", "reason" => reason.as_str()).set(as_f64(n));
        }
        for (n, (older, _)) in self.open.iter().zip(OLDER) {
            gauge!("domorder_transfers_open", "older" => older).set(as_f64(*n));
        }
        for (n, (within, _)) in self.ending.iter().zip(WITHIN) {
            gauge!("domorder_deadlines_ending", "within" => within).set(as_f64(*n));
        }
        for account in accounts {
            let label = || account.clone();
            for reason in PARKING {
                let n = self.parked.get(&(reason, label())).copied().unwrap_or(0);
                gauge!("domorder_orders_parked", "reason" => reason.as_str(), "account" => label()).set(as_f64(n));
            }
            for needs in Needs::ALL {
                let n = self.needing.get(&(*needs, label())).copied().unwrap_or(0);
                gauge!("domorder_orders_needing", "needs" => needs.as_str(), "account" => label()).set(as_f64(n));
            }
            let twice = self.twice.get(account).copied().unwrap_or(0);
            gauge!("domorder_charged_twice_suspected", "account" => label()).set(as_f64(twice));
            let expiring = self.expiring.get(account).copied().unwrap_or_default();
            for (n, (within, _)) in expiring.iter().zip(WITHIN) {
                gauge!("domorder_renewals_expiring", "account" => label(), "within" => within).set(as_f64(*n));
            }
        }
    }
}

/// Counts an end that is so far away.
fn within(counts: &mut [u64; WITHIN.len()], away: SignedDuration) {
    for (count, (_, days)) in counts.iter_mut().zip(WITHIN) {
        *count += u64::from(away <= SignedDuration::from_hours(24 * days));
    }
}

/// Something of ours was sent, and what stands at the provider is neither what stood before nor what one purchase gives:
/// an expiry that moved by two terms, two additions instead of one. Machines cannot say more; a person has to look.
fn bought_and_found_otherwise(record: &OrderRecord) -> bool {
    record.state == State::ActionRequired && record.reason == Some(Reason::ExpectationDiffers) && record.sent
}

/// When what a renewal renews ends, as far as it is known: seen at the provider, or believed by the producer.
fn renews_what_ends(stored: &Stored, record: &OrderRecord) -> Option<Timestamp> {
    if !matches!(stored.meta.kind, Kind::Renew | Kind::EmailOrder) {
        return None;
    }
    let before = record.baseline.as_ref().and_then(|baseline| baseline.expiry);
    let order: Order = domorder_jobs::format::read(&stored.doc).ok()?;
    // A mailbox order that adds or removes accounts has an expiry, too, and does nothing about it.
    let renews = matches!(order.operation(), Operation::Renew | Operation::EmailRenew);
    renews.then_some(before.or(record.expiry).or(order.expected_expiry))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_counts_for_every_span_it_lies_within() {
        let counted = |hours: i64| {
            let mut counts = Default::default();
            within(&mut counts, SignedDuration::from_hours(hours));
            counts
        };
        assert_eq!(counted(-1), [1, 1, 1, 1]);
        assert_eq!(counted(1), [0, 1, 1, 1]);
        assert_eq!(counted(24 * 6), [0, 0, 1, 1]);
        assert_eq!(counted(24 * 31), [0, 0, 0, 0]);
    }

    #[test]
    fn the_words_of_the_spans_are_their_numbers() {
        for (word, days) in WITHIN.into_iter().chain(OLDER) {
            assert_eq!(word, format!("{days}d"));
        }
        assert!(WITHIN.is_sorted_by_key(|(_, days)| days) && OLDER.is_sorted_by_key(|(_, days)| days));
    }

    #[test]
    fn only_what_was_sent_can_have_been_bought_twice() {
        let mut record = OrderRecord::accepted(Timestamp::UNIX_EPOCH, None);
        record.state = State::ActionRequired;
        record.reason = Some(Reason::ExpectationDiffers);
        assert!(
            !bought_and_found_otherwise(&record),
            "the producer's belief was wrong, no more"
        );
        record.sent = true;
        assert!(bought_and_found_otherwise(&record));
        record.reason = Some(Reason::OutcomeUnknown);
        assert!(!bought_and_found_otherwise(&record));
    }
}
