//! Email effects: an order created, its end moved, its mailboxes counted, its end come.

use super::super::actions::Kind;
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled};
use super::new::New;
use super::{known_id, missing, standing, unfinished, unfit, unmeasured, unmoved, unreadable_yet};
use crate::provider::{
    EmailAccounts, EmailCreate, EmailDelete, EmailRenew, Evidence, ExpiryMove, Question, Sighting, Snapshot, Stage,
    Trouble, expiry_move,
};

impl New for EmailCreate {
    const PRODUCT: Product = Product::Email;
    const KIND: Kind = Kind::Add;
    const MAY_STAND_TWICE: bool = true;

    fn domain(&self) -> &str {
        &self.domain
    }

    fn customer(&self) -> &str {
        &self.customer
    }

    async fn judge(&self, reads: &mut Reads<'_>, order: &Order, _since: Option<bool>) -> Result<Sighting, Trouble> {
        Ok(match order.status {
            Status::Active if order.end.is_some() => Sighting::Present(Evidence {
                created: order.created,
                ..order.evidence(Some(&order.word))
            }),
            Status::Active | Status::InActive => unfinished(reads, order).await,
            Status::Impaired | Status::Deleting | Status::Gone => Sighting::Differs(
                order.snapshot(),
                format!("email order {} stands and is {}", order.id, order.word),
            ),
            Status::Other => return Err(garbled(format!("the status {} is not known", order.word))),
        })
    }

    async fn unseen(&self, _reads: &mut Reads<'_>, _attempted: bool) -> Result<Sighting, Trouble> {
        Ok(Sighting::Absent(Snapshot::default()))
    }
}

pub(super) async fn renew(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &EmailRenew,
) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, Product::Email, question, &wanted.domain).await? else {
        return Ok(missing(Product::Email, question));
    };
    if let Some(seen) = unfit(&order)? {
        return Ok(seen);
    }
    let Some(end) = order.end else {
        return Err(unreadable_yet(&order, "no end time"));
    };
    let before = question
        .baseline
        .and_then(|baseline| baseline.expiry)
        .or(question.expected_expiry);
    match before.map(|before| expiry_move(before, end, u32::from(wanted.months))) {
        Some(ExpiryMove::ByTerm) => Ok(Sighting::Present(order.evidence(None))),
        Some(ExpiryMove::Other) => {
            let detail = format!("the email order ends {end}, which is neither the end before nor the end after");
            Ok(Sighting::Differs(order.snapshot(), detail))
        }
        Some(ExpiryMove::Same) => unmoved(reads, question, &order, Kind::Renew).await,
        None => unmeasured(question, &order),
    }
}

pub(super) async fn accounts(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &EmailAccounts,
    kind: Kind,
) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, Product::Email, question, &wanted.domain).await? else {
        return Ok(missing(Product::Email, question));
    };
    if let Some(seen) = unfit(&order)? {
        return Ok(seen);
    }
    let Some(now) = order.accounts else {
        return Err(unreadable_yet(&order, "no number of mailboxes"));
    };
    let Some(before) = question.baseline.and_then(|baseline| baseline.accounts) else {
        return unmeasured(question, &order);
    };
    let after = if kind == Kind::AddAccounts {
        before.checked_add(wanted.accounts)
    } else {
        before.checked_sub(wanted.accounts)
    };
    if now == before {
        unmoved(reads, question, &order, kind).await
    } else if Some(now) == after {
        Ok(Sighting::Present(order.evidence(None)))
    } else {
        let detail = format!("there are {now} mailboxes, which is neither the number before nor the number after");
        Ok(Sighting::Differs(order.snapshot(), detail))
    }
}

/// Gone is what is asked for, so an order that isn't there is the effect, whoever brought it about.
pub(super) async fn delete(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &EmailDelete,
) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, Product::Email, question, &wanted.domain).await? else {
        return Ok(Sighting::Present(Evidence {
            provider_order_id: known_id(question).map(str::to_owned),
            message: Some("there is no email order of this domain".to_owned()),
            ..Evidence::default()
        }));
    };
    match order.status {
        Status::Other => Err(garbled(format!("the status {} is not known", order.word))),
        Status::Deleting => Ok(Sighting::Pending(Stage::Working, order.evidence(Some(&order.word)))),
        _ if order.leaving => Ok(Sighting::Pending(
            Stage::Working,
            order.evidence(Some("its deletion was asked for")),
        )),
        Status::Active | Status::InActive | Status::Impaired | Status::Gone => {
            unmoved(reads, question, &order, Kind::Delete).await
        }
    }
}
