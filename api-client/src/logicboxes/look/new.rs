//! Whether something new was made: a name registered or transferred here, an email order created.
//!
//! The details are the first witness. After an attempt the order search is the second, since it shows what the details no
//! longer (or not yet) do, and the log of unfinished actions the third.
//!
//! An email order that was there before the order was taken in is not what it asked for: nothing in the fact sheet says that a
//! second one of the name is refused. After an attempt a newer one is looked for behind it, and without one a person decides.

use super::super::actions::{self, Kind, Trace};
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled, later};
use super::super::wire::OrderRow;
use super::{began, find, read, rows_of, words_only};
use crate::provider::{Ending, Impediment, Question, Sighting, Trouble};

/// What is to be made.
pub(super) trait New {
    const PRODUCT: Product;
    const KIND: Kind;
    /// The provider may sell it although one stands.
    const MAY_STAND_TWICE: bool = false;

    fn domain(&self) -> &str;
    fn customer(&self) -> &str;

    /// What an order of the same customer means that is not gone. `since`: whether it was created after intake, `None`
    /// where the details do not say when.
    async fn judge(&self, reads: &mut Reads<'_>, order: &Order, since: Option<bool>) -> Result<Sighting, Trouble>;

    /// The account shows nothing of it, and no action that could be it.
    async fn unseen(&self, reads: &mut Reads<'_>, attempted: bool) -> Result<Sighting, Trouble>;

    /// It was placed after intake, and is gone.
    async fn gone(&self, _reads: &mut Reads<'_>, _order_id: &str, word: &str) -> Result<Sighting, Trouble> {
        let words = format!("the {} was placed and is {word}", Self::PRODUCT.noun());
        Ok(Sighting::Ended(Ending::Failed, words))
    }

    /// How it ended, by the words of an action that failed.
    fn ending(_words: &str) -> Ending {
        Ending::Failed
    }
}

pub(super) async fn look<N: New>(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &N,
) -> Result<Sighting, Trouble> {
    let noun = N::PRODUCT.noun();
    let mut from_before = None;
    if let Some(order) = find(reads, N::PRODUCT, question, wanted.domain()).await? {
        if stood_before(question, wanted, &order)? {
            from_before = Some(order);
        } else if let Some(seen) = judge(reads, question, wanted, &order).await? {
            return Ok(seen);
        }
    }
    let Some(attempted_at) = began(question) else {
        return wanted.unseen(reads, false).await;
    };
    for row in rows_of(reads, N::PRODUCT, wanted.domain()).await? {
        if Status::of(&row.currentstatus) == Status::Gone {
            match row.creationtime.instant() {
                Some(created) if created < question.since => {}
                _ if row.customerid.text() != Some(wanted.customer()) => {}
                Some(_) => return wanted.gone(reads, id_of(&row)?, row.currentstatus.as_str()).await,
                None => return Err(garbled(format!("{noun}: deleted, and without a creation time"))),
            }
            continue;
        }
        let order = read(reads, N::PRODUCT, id_of(&row)?, wanted.domain()).await?;
        let order = order.ok_or_else(|| later(format!("the search shows the {noun}, and the details deny it")))?;
        if stood_before(question, wanted, &order)? {
            from_before = Some(order);
            continue;
        }
        return match judge(reads, question, wanted, &order).await? {
            Some(seen) => Ok(seen),
            None => Err(later("the search and the details do not agree")),
        };
    }
    let trace = match question.provider_order_id {
        Some(id) => actions::trace(reads, id, N::KIND, attempted_at, None).await?,
        None => actions::trace_by_domain(reads, wanted.domain(), N::KIND, attempted_at).await?,
    };
    match trace {
        Trace::Ours(stage, words) => Ok(Sighting::Pending(stage, words_only(question, words))),
        Trace::Failed(words) => Ok(Sighting::Ended(N::ending(&words), words)),
        Trace::None | Trace::Foreign(_) => match from_before {
            Some(order) => Ok(Sighting::Differs(
                order.snapshot(),
                format!("{noun} {} stands, and was here before this order", order.id),
            )),
            None => wanted.unseen(reads, true).await,
        },
    }
}

/// Whether an order that stands after an attempt cannot be what the attempt brought about.
fn stood_before<N: New>(question: &Question<'_>, wanted: &N, order: &Order) -> Result<bool, Trouble> {
    Ok(N::MAY_STAND_TWICE
        && began(question).is_some()
        && question.provider_order_id != Some(&order.id)
        && order.status != Status::Gone
        && order.created.is_some_and(|created| created < question.since)
        && order.owner()? == wanted.customer())
}

/// What an order that is there means; `None`: it is gone and was not ours, as good as absent.
async fn judge<N: New>(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &N,
    order: &Order,
) -> Result<Option<Sighting>, Trouble> {
    let noun = N::PRODUCT.noun();
    let ours = order.owner()? == wanted.customer();
    let since = order.created.map(|created| created >= question.since);
    if order.status == Status::Gone {
        return match (began(question), since) {
            (Some(_), None) if ours => Err(garbled(format!("{noun}: deleted, and without a creation time"))),
            (Some(_), Some(true)) if ours => wanted.gone(reads, &order.id, &order.word).await.map(Some),
            _ => Ok(None),
        };
    }
    if !ours {
        return Ok(Some(Sighting::Impossible(
            Impediment::DomainTaken,
            format!("{noun} {} belongs to another customer of this account", order.id),
        )));
    }
    wanted.judge(reads, order, since).await.map(Some)
}

fn id_of(row: &OrderRow) -> Result<&str, Trouble> {
    row.orderid
        .id()
        .or(row.entityid.id())
        .ok_or_else(|| garbled("a search row without an order id"))
}
