//! Whether something new was made: a name registered or transferred here, an email order created.
//!
//! The details are the first witness. After an attempt the order search is the second, since it shows what the details no
//! longer (or not yet) do, and the log of unfinished actions the third.

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
    if let Some(order) = find(reads, N::PRODUCT, question, wanted.domain()).await?
        && let Some(seen) = judge(reads, question, wanted, &order).await?
    {
        return Ok(seen);
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
        Trace::None | Trace::Foreign(_) => wanted.unseen(reads, true).await,
    }
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
