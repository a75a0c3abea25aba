//! Terms (§4). What is not documented is left to the provider.

use super::{Fault, Sale, rule};
use crate::provider::Operation;

/// A TLD, whether it is sold for so many years, and the terms in words.
type Row = (&'static str, fn(u8) -> bool, &'static str);

/// TLDs whose terms are not any number of years.
const TERMS: &[Row] = &[
    // Seen, not documented.
    ("ai", |years| years.is_multiple_of(2), "2, 4, 6, 8 or 10 years"),
    // Classic terms \[S\].
    ("au", |years| years == 2, "2 years"),
];

pub(super) fn check(sale: &Sale<'_>, faults: &mut Vec<Fault>) {
    if !matches!(sale.operation, Operation::Register | Operation::Renew) {
        return;
    }
    let Some(years) = sale.years else { return };
    if !(1..=10).contains(&years) {
        faults.push(Fault::new("/years", "expected 1 to 10 years"));
        return;
    }
    let tld = rule(sale.domain, TERMS.iter().map(|(tld, ..)| *tld));
    if let Some((tld, fits, terms)) = TERMS.iter().find(|(t, ..)| Some(*t) == tld)
        && !fits(years)
    {
        faults.push(Fault::new("/years", format!(".{tld} is sold for {terms}")));
    }
}
