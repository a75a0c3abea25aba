//! Whether a name was registered here.

use super::super::actions::{self, Kind, Trace};
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled, later};
use super::super::wire::{Available, ascii_domain};
use super::{began, ended, find, read, rows_of, unfinished, words_only};
use crate::provider::{Ending, Impediment, Question, Register, Sighting, Snapshot, Trouble};

pub(super) async fn look(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &Register,
) -> Result<Sighting, Trouble> {
    if let Some(order) = find(reads, Product::Domain, question, &wanted.domain).await?
        && let Some(seen) = judge(reads, question, wanted, &order).await?
    {
        return Ok(seen);
    }
    let Some(attempted_at) = began(question) else {
        return not_here(reads, wanted).await;
    };

    // Second witness: the search shows what the details no longer (or not yet) do.
    for row in rows_of(reads, Product::Domain, &wanted.domain).await? {
        let ours = row.customerid.text() == Some(&wanted.customer);
        if Status::of(&row.currentstatus) == Status::Gone {
            match row.creationtime.instant() {
                Some(created) if created < question.since => {}
                _ if !ours => {}
                Some(_) => return Ok(ended(Product::Domain, row.currentstatus.as_str())),
                None => return Err(garbled("a deleted domain order without a creation time")),
            }
            continue;
        }
        let id = row
            .orderid
            .id()
            .or(row.entityid.id())
            .ok_or_else(|| garbled("a search row without an order id"))?;
        let order = read(reads, Product::Domain, id, &wanted.domain).await?;
        let order = order.ok_or_else(|| later("the search shows a domain order that the details deny"))?;
        return match judge(reads, question, wanted, &order).await? {
            Some(seen) => Ok(seen),
            None => Err(later("the search and the details do not agree")),
        };
    }

    // Third: a registration that is still queued.
    let trace = match question.provider_order_id {
        Some(id) => actions::trace(reads, id, Kind::Register, attempted_at, None).await?,
        None => actions::trace_by_domain(reads, &wanted.domain, Kind::Register, attempted_at).await?,
    };
    match trace {
        Trace::Ours(stage, words) => Ok(Sighting::Pending(stage, words_only(question, words))),
        Trace::Failed(words) => Ok(Sighting::Ended(Ending::Failed, words)),
        // Fourth: the registry.
        Trace::None | Trace::Foreign(_) => not_here(reads, wanted).await,
    }
}

/// The account has no such order: is the name free? "Registered through us" is said of every account of this registrar.
async fn not_here(reads: &mut Reads<'_>, wanted: &Register) -> Result<Sighting, Trouble> {
    let absent = |taken_elsewhere| {
        Ok(Sighting::Absent(Snapshot {
            taken_elsewhere,
            ..Snapshot::default()
        }))
    };
    match availability(reads, &wanted.domain).await? {
        Available::Free => absent(false),
        Available::ThroughUs | Available::ThroughOthers => absent(true),
        Available::Unknown => Err(later("the registry could not be asked whether the name is free")),
    }
}

/// What is said of exactly this name.
pub(super) async fn availability(reads: &mut Reads<'_>, domain: &str) -> Result<Available, Trouble> {
    let (label, tld) = domain.split_once('.').ok_or_else(|| garbled("a name without a TLD"))?;
    let all = reads.available(&[label], &[tld], None).await?;
    all.0
        .iter()
        .find(|(name, _)| ascii_domain(name).as_deref() == Some(domain))
        .map(|(_, seen)| seen.status)
        .ok_or_else(|| garbled("the availability of another name"))
}

/// What a domain order that is there means for a registration; `None`: it is gone and was not ours, as good as absent.
async fn judge(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &Register,
    order: &Order,
) -> Result<Option<Sighting>, Trouble> {
    let ours = order.owner()? == wanted.customer;
    let since = order.created.map(|created| created >= question.since);
    if order.status == Status::Gone {
        return match (began(question), since) {
            (Some(_), None) if ours => Err(garbled("a deleted domain order without a creation time")),
            (Some(_), Some(true)) if ours => Ok(Some(ended(Product::Domain, &order.word))),
            _ => Ok(None),
        };
    }
    if !ours {
        return Ok(Some(Sighting::Impossible(
            Impediment::DomainTaken,
            format!("domain order {} belongs to another customer of this account", order.id),
        )));
    }
    let other = |what: &str| Sighting::Differs(order.snapshot(), format!("domain order {} stands: {what}", order.id));
    let transfer = order
        .action_type
        .as_str()
        .to_ascii_lowercase()
        .starts_with("addtransfer");
    Ok(Some(match order.status {
        Status::Active if order.end.is_some() => {
            let words = match since {
                Some(false) => "it was here before this order",
                _ => order.word.as_str(),
            };
            Sighting::Present(order.evidence(Some(words)))
        }
        Status::Active | Status::InActive if transfer => other("a transfer of this name is running"),
        Status::Active | Status::InActive => unfinished(reads, order).await,
        // Suspended since, for instance until the registrant's address is verified: bought all the same.
        Status::Impaired if order.end.is_some() && since == Some(true) => {
            Sighting::Present(order.evidence(Some(&order.word)))
        }
        Status::Impaired | Status::Deleting | Status::Gone => other(&order.word),
        Status::Other => return Err(garbled(format!("the status {} is not known", order.word))),
    }))
}
