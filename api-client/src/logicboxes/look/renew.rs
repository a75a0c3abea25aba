//! Whether a name's end was moved by the term.

use super::super::actions::Kind;
use super::super::client::Reads;
use super::super::order::Product;
use super::{began, missing, standing, unfit, unmeasured, unmoved, unreadable_yet};
use crate::provider::{ExpiryMove, Impediment, Question, Renew, Sighting, Trouble, expiry_move};

pub(super) async fn look(reads: &mut Reads<'_>, question: &Question<'_>, wanted: &Renew) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, Product::Domain, question, &wanted.domain).await? else {
        return Ok(missing(Product::Domain, question));
    };
    if let Some(seen) = unfit(&order)? {
        return Ok(seen);
    }
    let owner = wanted
        .customer
        .as_deref()
        .or_else(|| question.baseline.and_then(|baseline| baseline.customer.as_deref()));
    let foreign = owner.is_some_and(|owner| order.customer.as_deref() != Some(owner));
    if foreign && began(question).is_none() {
        return Ok(Sighting::Impossible(
            Impediment::NotFound,
            "another customer of this account has it".to_owned(),
        ));
    }
    let Some(end) = order.end else {
        return Err(unreadable_yet(&order, "no end time"));
    };
    let before = question
        .baseline
        .and_then(|baseline| baseline.expiry)
        .or(question.expected_expiry);
    match before.map(|before| expiry_move(before, end, u32::from(wanted.years) * 12)) {
        // An effect stands, whoever holds the name by now.
        Some(ExpiryMove::ByTerm) => Ok(Sighting::Present(order.evidence(None))),
        Some(ExpiryMove::Other) => {
            let detail = format!("the name ends {end}, which is neither the end before nor the end after");
            Ok(Sighting::Differs(order.snapshot(), detail))
        }
        Some(ExpiryMove::Same) if foreign => Ok(Sighting::Differs(
            order.snapshot(),
            "it moved to another customer".to_owned(),
        )),
        Some(ExpiryMove::Same) => unmoved(reads, question, &order, Kind::RenewDomain).await,
        None => unmeasured(question, &order),
    }
}
