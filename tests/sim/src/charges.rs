//! The ledger of charges: what every call really cost, whatever its answer said.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Now;
use crate::operation::{Call, Operation, Provider};

/// Money taken once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Its number, from 1, in the order the charges happened.
    pub seq: u64,
    /// When, in real time.
    pub at: Timestamp,
    /// Whose money it was.
    pub provider: Provider,
    /// The operation that cost it, as the simulator names it.
    pub operation: Cow<'static, str>,
    /// The domain it was spent on.
    pub domain: String,
    /// How much, in cents.
    pub amount_cents: i64,
    /// The request that caused it; see the journal.
    pub request_seq: u64,
    /// What was bought, for people: `register 1 year`.
    pub effect: String,
    /// When it was given back, if it was.
    pub refunded_at: Option<Timestamp>,
}

/// The charges of one operation on one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainCharges {
    /// The provider.
    pub provider: Provider,
    /// The operation.
    pub operation: String,
    /// The domain.
    pub domain: String,
    /// How often money was taken.
    pub charges: u64,
    /// How often it was given back.
    pub refunds: u64,
}

/// All charges, and their sums.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeReport {
    /// How many charges there were, refunded ones included.
    pub count: u64,
    /// How many of them were refunded.
    pub refunds: u64,
    /// Money taken, in cents.
    pub charged_cents: i64,
    /// Money given back, in cents.
    pub refunded_cents: i64,
    /// Charges that stand, beyond one for each operation on each domain. Two renewals that were both ordered count
    /// here too: the simulator cannot know what was ordered. Compare `by_domain` with your own orders then.
    pub double_charges: u64,
    /// Counts by provider, operation and domain, sorted.
    pub by_domain: Vec<DomainCharges>,
    /// Every charge, in order; empty in a summary.
    pub charges: Vec<Charge>,
}

impl ChargeReport {
    /// How many charges stand (refunded ones left out) for this operation on this domain.
    pub fn standing(&self, operation: &str, domain: &str) -> u64 {
        self.by_domain
            .iter()
            .filter(|row| row.operation.eq_ignore_ascii_case(operation) && row.domain == domain)
            .map(|row| row.charges - row.refunds)
            .sum()
    }
}

/// The ledger itself.
#[derive(Debug, Default)]
pub(crate) struct Charges {
    rows: Vec<Charge>,
}

impl Charges {
    /// Takes money for a call; the number of the charge.
    pub(crate) fn take(&mut self, call: &Call, domain: &str, amount_cents: i64, effect: String) -> u64 {
        self.post(call.operation, call.seq, call.now, domain, amount_cents, effect)
    }

    /// Takes money for one of a call's products, which stands in the ledger under its own name.
    pub(crate) fn sell(&mut self, call: &Call, product: &'static str, domain: &str, cents: i64, effect: String) -> u64 {
        let seq = self.take(call, domain, cents, effect);
        if let Some(charge) = self.rows.last_mut() {
            charge.operation = Cow::Borrowed(product);
        }
        seq
    }

    /// Takes money for a request that came earlier; the number of the charge.
    pub(crate) fn post(
        &mut self,
        operation: &'static Operation,
        request_seq: u64,
        now: Now,
        domain: &str,
        amount_cents: i64,
        effect: String,
    ) -> u64 {
        let seq = self.rows.len() as u64 + 1;
        self.rows.push(Charge {
            seq,
            at: now.at(),
            provider: operation.provider,
            operation: Cow::Borrowed(operation.name),
            domain: domain.to_owned(),
            amount_cents,
            request_seq,
            effect,
            refunded_at: None,
        });
        seq
    }

    /// Gives the money of a charge back, once; the amount given.
    pub(crate) fn refund(&mut self, seq: u64, now: Now) -> i64 {
        let row = usize::try_from(seq).ok().and_then(|seq| seq.checked_sub(1));
        match row.and_then(|index| self.rows.get_mut(index)) {
            Some(charge) if charge.refunded_at.is_none() => {
                charge.refunded_at = Some(now.at());
                charge.amount_cents
            }
            _ => 0,
        }
    }

    /// The charge this request caused, if it is among those after `seq`.
    pub(crate) fn caused_by(&self, request_seq: u64, after: u64) -> Option<u64> {
        let first = usize::try_from(after).unwrap_or(usize::MAX);
        self.rows
            .iter()
            .skip(first)
            .find(|charge| charge.request_seq == request_seq)
            .map(|charge| charge.seq)
    }

    /// The number of the last charge, 0 if there is none.
    pub(crate) fn last(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Sums, and all rows if `raw`.
    pub(crate) fn report(&self, raw: bool) -> ChargeReport {
        let mut report = ChargeReport {
            count: self.last(),
            ..ChargeReport::default()
        };
        let mut by_domain = BTreeMap::<(Provider, &str, &str), (u64, u64)>::new();
        for charge in &self.rows {
            let counts = by_domain
                .entry((charge.provider, &charge.operation, &charge.domain))
                .or_default();
            counts.0 += 1;
            report.charged_cents += charge.amount_cents;
            if charge.refunded_at.is_some() {
                counts.1 += 1;
                report.refunds += 1;
                report.refunded_cents += charge.amount_cents;
            }
        }
        for ((provider, operation, domain), (charges, refunds)) in by_domain {
            report.double_charges += (charges - refunds).saturating_sub(1);
            let (operation, domain) = (operation.to_owned(), domain.to_owned());
            report.by_domain.push(DomainCharges {
                provider,
                operation,
                domain,
                charges,
                refunds,
            });
        }
        if raw {
            report.charges.clone_from(&self.rows);
        }
        report
    }
}
