//! Whether a transfer was placed, how far it is, and how it ended (fact sheet §10).
//!
//! A running transfer is an `InActive` order whose `actionstatusdesc` says what it waits for. A failed or cancelled one is
//! gone from the details, and only the order search still shows it, as `Deleted`; why it failed stands in the action log.

use super::super::actions::{self, Kind, Trace};
use super::super::answer::clip;
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled, later, stage};
use super::super::stages::patience;
use super::{began, find, read, rows_of, words_only};
use crate::provider::{Ending, Evidence, Impediment, Question, Sighting, Snapshot, Stage, Transfer, Trouble};

pub(super) async fn look(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &Transfer,
) -> Result<Sighting, Trouble> {
    if let Some(order) = find(reads, Product::Domain, question, &wanted.domain).await?
        && let Some(seen) = judge(reads, question, wanted, &order).await?
    {
        return Ok(seen);
    }
    let Some(attempted_at) = began(question) else {
        return transferable(reads, wanted).await;
    };
    for row in rows_of(reads, Product::Domain, &wanted.domain).await? {
        let ours = row.customerid.text() == Some(&wanted.customer);
        let id = row
            .orderid
            .id()
            .or(row.entityid.id())
            .ok_or_else(|| garbled("a search row without an order id"))?;
        if Status::of(&row.currentstatus) == Status::Gone {
            match row.creationtime.instant() {
                Some(created) if created < question.since => {}
                _ if !ours => {}
                Some(_) => return ended(reads, id, row.currentstatus.as_str()).await,
                None => return Err(garbled("a deleted domain order without a creation time")),
            }
            continue;
        }
        let order = read(reads, Product::Domain, id, &wanted.domain).await?;
        let order = order.ok_or_else(|| later("the search shows a domain order that the details deny"))?;
        return match judge(reads, question, wanted, &order).await? {
            Some(seen) => Ok(seen),
            None => Err(later("the search and the details do not agree")),
        };
    }
    let trace = match question.provider_order_id {
        Some(id) => actions::trace(reads, id, Kind::Transfer, attempted_at, None).await?,
        None => actions::trace_by_domain(reads, &wanted.domain, Kind::Transfer, attempted_at).await?,
    };
    Ok(match trace {
        Trace::None | Trace::Foreign(_) => Sighting::Absent(Snapshot::default()),
        Trace::Ours(stage, words) => Sighting::Pending(stage, words_only(question, words)),
        Trace::Failed(words) => Sighting::Ended(ending(&words), words),
    })
}

/// Nothing of ours there, and nothing was sent: can it be transferred at all? Yes is no promise (§10).
async fn transferable(reads: &mut Reads<'_>, wanted: &Transfer) -> Result<Sighting, Trouble> {
    Ok(match reads.validate_transfer(&wanted.domain).await? {
        None => Sighting::Impossible(
            Impediment::NotRegistered,
            "the name is free: there is nothing to transfer".to_owned(),
        ),
        Some(true) => Sighting::Absent(Snapshot::default()),
        // Why, the provider does not say. To pay for it all the same is a person's decision.
        Some(false) => Sighting::Differs(
            Snapshot::default(),
            "the provider says that the name cannot be transferred now".to_owned(),
        ),
    })
}

/// What a domain order that is there means for a transfer; `None`: it is gone and was not ours, as good as absent.
async fn judge(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &Transfer,
    order: &Order,
) -> Result<Option<Sighting>, Trouble> {
    let ours = order.owner()? == wanted.customer;
    let since = order.created.map(|created| created >= question.since);
    if order.status == Status::Gone {
        return match (began(question), since) {
            (Some(_), None) if ours => Err(garbled("a deleted domain order without a creation time")),
            (Some(_), Some(true)) if ours => ended(reads, &order.id, &order.word).await.map(Some),
            _ => Ok(None),
        };
    }
    if !ours {
        return Ok(Some(Sighting::Impossible(
            Impediment::DomainTaken,
            format!("domain order {} belongs to another customer of this account", order.id),
        )));
    }
    Ok(Some(match order.status {
        Status::Active | Status::InActive | Status::Impaired if running(order) => {
            let words = order.action.as_deref().unwrap_or(&order.word);
            let stage = if order.action_status.is("Failed") || order.status == Status::Impaired {
                // It has failed or was suspended, and its order stands all the same: a person reads why.
                Stage::Stalled
            } else {
                stage(words)
            };
            let gives_up_at = patience(stage).zip(order.created).map(|(wait, placed)| placed + wait);
            Sighting::Pending(
                stage,
                Evidence {
                    gives_up_at,
                    ..order.evidence(Some(words))
                },
            )
        }
        Status::Active | Status::Impaired if order.end.is_some() => {
            let words = match since {
                Some(false) => "it was here before this order",
                _ => order.word.as_str(),
            };
            Sighting::Present(order.evidence(Some(words)))
        }
        Status::Active | Status::InActive | Status::Impaired => Sighting::Differs(
            order.snapshot(),
            format!("domain order {} is not finished, and is no transfer", order.id),
        ),
        Status::Deleting | Status::Gone => {
            Sighting::Differs(order.snapshot(), format!("domain order {} is {}", order.id, order.word))
        }
        Status::Other => return Err(garbled(format!("the status {} is not known", order.word))),
    }))
}

/// Whether an order is a transfer that is not done: by its pending action, and where the details show none, by having no
/// end yet. An end alone says nothing, since it "may be absent on new or pending orders" (fact sheet §5.2).
pub(in super::super) fn running(order: &Order) -> bool {
    let done = order.status == Status::Active && order.end.is_some();
    let action = order.action_type.as_str().to_ascii_lowercase();
    !done && (action.contains("transfer") || (action.is_empty() && order.end.is_none()))
}

/// It had been placed and is gone; the log says why.
async fn ended(reads: &mut Reads<'_>, order_id: &str, word: &str) -> Result<Sighting, Trouble> {
    Ok(match actions::last(reads, order_id, Kind::Transfer).await? {
        Some(row) => {
            let words = actions::describe(&row);
            Sighting::Ended(ending(&words), words)
        }
        None => Sighting::Ended(
            Ending::Failed,
            clip(&format!(
                "transfer order {order_id} is {word}, and the log does not say why"
            )),
        ),
    })
}

/// How a transfer ended, by the log's words. The wordings are not documented: what names nobody's decision has failed.
fn ending(words: &str) -> Ending {
    let text = words.to_ascii_lowercase();
    let says = |fragments: &[&str]| fragments.iter().any(|fragment| text.contains(fragment));
    if says(&["cancel"]) {
        Ending::Cancelled
    } else if says(&["reject", "refus", "denied", "declin", "nack"]) {
        Ending::Refused
    } else {
        Ending::Failed
    }
}
