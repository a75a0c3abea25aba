//! Email effects: an order created, its end moved, its mailboxes counted, its end come.

use super::super::actions::{self, Kind, Trace};
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled, later};
use super::{
    began, ended, find, known_id, missing, read, rows_of, standing, unfinished, unfit, unmeasured, unmoved,
    unreadable_yet, words_only,
};
use crate::provider::{
    EmailAccounts, EmailCreate, EmailDelete, EmailRenew, Ending, Evidence, ExpiryMove, Impediment, Question, Sighting,
    Snapshot, Stage, Trouble, expiry_move,
};

pub(super) async fn create(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &EmailCreate,
) -> Result<Sighting, Trouble> {
    if let Some(order) = find(reads, Product::Email, question, &wanted.domain).await?
        && let Some(seen) = judge_created(reads, question, wanted, &order).await?
    {
        return Ok(seen);
    }
    let Some(attempted_at) = began(question) else {
        return Ok(Sighting::Absent(Snapshot::default()));
    };

    // Second witness: the search shows what the look-up by name no longer (or not yet) does.
    for row in rows_of(reads, Product::Email, &wanted.domain).await? {
        if Status::of(&row.currentstatus) == Status::Gone {
            match row.creationtime.instant() {
                Some(created) if created < question.since => {}
                _ if row.customerid.text() != Some(&wanted.customer) => {}
                Some(_) => return Ok(ended(Product::Email, &row.currentstatus.to_string())),
                None => return Err(garbled("a deleted email order without a creation time")),
            }
            continue;
        }
        let id = row
            .orderid
            .id()
            .or(row.entityid.id())
            .ok_or_else(|| garbled("a search row without an order id"))?;
        let order = read(reads, Product::Email, id, &wanted.domain).await?;
        let order = order.ok_or_else(|| later("the search shows an email order that the details deny"))?;
        return match judge_created(reads, question, wanted, &order).await? {
            Some(seen) => Ok(seen),
            None => Err(later("the search and the details do not agree")),
        };
    }

    // Third: an addition that is still queued.
    let trace = match question.provider_order_id {
        Some(id) => actions::trace(reads, id, Kind::Add, attempted_at, None).await?,
        None => actions::trace_by_domain(reads, &wanted.domain, Kind::Add, attempted_at).await?,
    };
    Ok(match trace {
        Trace::None | Trace::Foreign(_) => Sighting::Absent(Snapshot::default()),
        Trace::Ours(stage, words) => Sighting::Pending(stage, words_only(question, words)),
        Trace::Failed(words) => Sighting::Ended(Ending::Failed, words),
    })
}

/// What an order that is there means for a new one; `None`: it is gone and was not ours, as good as absent.
async fn judge_created(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &EmailCreate,
    order: &Order,
) -> Result<Option<Sighting>, Trouble> {
    let ours = order.owner()? == wanted.customer;
    if order.status == Status::Gone {
        return match (began(question), order.created) {
            (Some(_), None) if ours => Err(garbled("a deleted email order without a creation time")),
            (Some(_), Some(created)) if ours && created >= question.since => {
                Ok(Some(ended(Product::Email, &order.word)))
            }
            _ => Ok(None),
        };
    }
    if !ours {
        return Ok(Some(Sighting::Impossible(
            Impediment::DomainTaken,
            format!("email order {} of this domain belongs to another customer", order.id),
        )));
    }
    Ok(Some(match order.status {
        Status::Active if order.end.is_some() => Sighting::Present(order.evidence(Some(&order.word))),
        Status::Active | Status::InActive => unfinished(reads, order).await,
        Status::Impaired | Status::Deleting | Status::Gone => Sighting::Differs(
            order.snapshot(),
            format!("email order {} stands and is {}", order.id, order.word),
        ),
        Status::Other => return Err(garbled(format!("the status {} is not known", order.word))),
    }))
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
