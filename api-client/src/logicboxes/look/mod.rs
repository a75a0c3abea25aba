//! Whether an effect stands.
//!
//! The order's details are the witness; the action log, the order search and, for names, availability are asked besides
//! once an attempt was made, and all have to agree before an effect is called absent. An action that is pending *before*
//! any attempt is somebody else's: the look then answers
//! [`TroubleKind::Unavailable`](crate::provider::TroubleKind::Unavailable), so that the order waits and pays nothing,
//! neither on top of it nor measured against a baseline that is about to change.

mod email;
mod new;
mod register;
mod renew;
mod transfer;

use jiff::Timestamp;

use super::actions::{self, Kind, Trace};
use super::client::{OrderQuery, Reads};
use super::order::{Order, Product, Status, garbled, later, stage};
use super::wire::{OrderRow, ascii_domain};
use crate::provider::{Ending, Evidence, Impediment, Purchase, Question, Sighting, Snapshot, Stage, Trouble};

pub(super) use transfer::running;

/// Rows of one page of the order search; the provider allows 10 to 500.
const PAGE_ROWS: u32 = 100;
/// Pages read before the search is called too long to prove an absence.
const PAGES_MAX: u32 = 5;
/// What of a domain's details a look needs (fact sheet §5.1).
const OPTIONS: &[&str] = &["OrderDetails", "StatusDetails", "DomainStatus"];

/// Finds out whether the effect stands.
pub(super) async fn look(reads: &mut Reads<'_>, question: &Question<'_>) -> Sighting {
    let seen = match question.purchase {
        Purchase::Register(wanted) => new::look(reads, question, wanted).await,
        Purchase::Transfer(wanted) => new::look(reads, question, wanted).await,
        Purchase::Renew(wanted) => renew::look(reads, question, wanted).await,
        Purchase::EmailCreate(wanted) => new::look(reads, question, wanted).await,
        Purchase::EmailRenew(wanted) => email::renew(reads, question, wanted).await,
        Purchase::EmailAddAccounts(wanted) => email::accounts(reads, question, wanted, Kind::AddAccounts).await,
        Purchase::EmailRemoveAccounts(wanted) => email::accounts(reads, question, wanted, Kind::DeleteAccounts).await,
        Purchase::EmailDelete(wanted) => email::delete(reads, question, wanted).await,
    };
    seen.unwrap_or_else(Sighting::Unreadable)
}

/// Where an order that isn't finished stands. The log is asked for its words only; without them it is simply at work.
async fn unfinished(reads: &mut Reads<'_>, order: &Order) -> Sighting {
    let pending = match (&order.action, &order.pending) {
        (None, Some(eaqid)) => actions::words(reads, &order.id, eaqid).await.ok().flatten(),
        _ => None,
    };
    let (stage, words) = match (&pending, &order.action) {
        (Some(row), _) if actions::failed(row) => (Stage::Stalled, actions::describe(row)),
        (Some(row), _) => (stage(row.actionstatusdesc.as_str()), actions::describe(row)),
        (None, Some(words)) => (stage(words), words.clone()),
        (None, None) => (Stage::Working, order.word.clone()),
    };
    Sighting::Pending(stage, order.evidence(Some(&words)))
}

/// The details are as before: asks the second witness.
async fn unmoved(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    order: &Order,
    kind: Kind,
) -> Result<Sighting, Trouble> {
    let Some(attempted_at) = began(question) else {
        return match &order.pending {
            Some(eaqid) => Err(foreign(order.product, &format!("action {eaqid}"))),
            None => Ok(Sighting::Absent(order.snapshot())),
        };
    };
    match actions::trace(reads, &order.id, kind, attempted_at, order.pending.as_deref()).await? {
        Trace::None => Ok(Sighting::Absent(order.snapshot())),
        Trace::Ours(stage, words) => Ok(Sighting::Pending(stage, order.evidence(Some(&words)))),
        Trace::Failed(words) => Ok(Sighting::Ended(Ending::Failed, words)),
        Trace::Foreign(words) => Err(foreign(order.product, &words)),
    }
}

/// No baseline yet: what is read becomes it. After an attempt there has to be one; without it nothing can be judged,
/// and a fresh one is how things are bought twice.
fn unmeasured(question: &Question<'_>, order: &Order) -> Result<Sighting, Trouble> {
    match (&order.pending, began(question)) {
        (_, Some(_)) => Ok(Sighting::Differs(
            order.snapshot(),
            "an attempt was made without a stored baseline".to_owned(),
        )),
        (Some(eaqid), None) => Err(foreign(order.product, &format!("action {eaqid}"))),
        (None, None) => Ok(Sighting::Absent(order.snapshot())),
    }
}

/// The order to change isn't there. After an attempt that is no plain "not found": somebody took it away in between.
fn missing(product: Product, question: &Question<'_>) -> Sighting {
    let noun = product.noun();
    match began(question) {
        None => Sighting::Impossible(Impediment::NotFound, format!("there is no {noun} of this domain")),
        Some(_) => Sighting::Differs(Snapshot::default(), format!("the {noun} is gone since the attempt")),
    }
}

/// States in which an order can be neither measured nor changed.
fn unfit(order: &Order) -> Result<Option<Sighting>, Trouble> {
    match order.status {
        Status::Deleting => Ok(Some(Sighting::Differs(
            order.snapshot(),
            format!("{} {} is {}", order.product.noun(), order.id, order.word),
        ))),
        Status::Other => Err(garbled(format!("the status {} is not known", order.word))),
        Status::Active | Status::InActive | Status::Impaired | Status::Gone => Ok(None),
    }
}

fn unreadable_yet(order: &Order, lack: &str) -> Trouble {
    if order.status == Status::InActive || order.pending.is_some() {
        later(format!("{} {} is not finished: {lack}", order.product.noun(), order.id))
    } else {
        garbled(format!(
            "the details of {} {} hold {lack}",
            order.product.noun(),
            order.id
        ))
    }
}

fn foreign(product: Product, what: &str) -> Trouble {
    later(format!("another action is pending on this {}: {what}", product.noun()))
}

/// The name is in our account, and active or suspended.
fn here(order: &Order, since: Option<bool>) -> Sighting {
    let words = match since {
        Some(false) => "it was here before this order",
        _ => order.word.as_str(),
    };
    Sighting::Present(order.evidence(Some(words)))
}

fn words_only(question: &Question<'_>, words: String) -> Evidence {
    Evidence {
        provider_order_id: question.provider_order_id.map(str::to_owned),
        message: Some(words),
        ..Evidence::default()
    }
}

/// Since when an attempt may have had an effect. An id learnt from an answer says as much as an intent does: the provider
/// has taken it, so what is pending is ours; all that can be said of its time is "after intake".
fn began(question: &Question<'_>) -> Option<Timestamp> {
    question
        .attempted_at
        .or(question.provider_order_id.map(|_| question.since))
}

/// The id the order is known by. The stored one: a new order of the same name is another order.
fn known_id<'a>(question: &Question<'a>) -> Option<&'a str> {
    question
        .baseline
        .and_then(|baseline| baseline.provider_order_id.as_deref())
        .or(question.provider_order_id)
}

/// The order that is to be changed; a deleted one is none.
async fn standing(
    reads: &mut Reads<'_>,
    product: Product,
    question: &Question<'_>,
    domain: &str,
) -> Result<Option<Order>, Trouble> {
    let order = match known_id(question) {
        Some(id) => read(reads, product, id, domain).await?,
        None => find(reads, product, question, domain).await?,
    };
    Ok(order.filter(|order| order.status != Status::Gone))
}

/// The domain order that a question is about.
pub(super) async fn domain_order(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    domain: &str,
) -> Result<Option<Order>, Trouble> {
    find(reads, Product::Domain, question, domain).await
}

/// The domain's order, by its id if one is known, else by name.
async fn find(
    reads: &mut Reads<'_>,
    product: Product,
    question: &Question<'_>,
    domain: &str,
) -> Result<Option<Order>, Trouble> {
    if let Some(id) = question.provider_order_id
        && let Some(order) = read(reads, product, id, domain).await?
    {
        return Ok(Some(order));
    }
    match product {
        Product::Domain => match reads.domain_details_by_name(domain, OPTIONS).await? {
            Some(details) => Order::domain(None, domain, &details).map(Some),
            None => Ok(None),
        },
        Product::Email => {
            let Some(id) = reads.email_order_id(domain).await? else {
                return Ok(None);
            };
            match read(reads, product, &id, domain).await? {
                Some(order) => Ok(Some(order)),
                None => Err(later(format!("email order {id} was named and then denied"))),
            }
        }
    }
}

async fn read(reads: &mut Reads<'_>, product: Product, id: &str, domain: &str) -> Result<Option<Order>, Trouble> {
    match product {
        Product::Domain => match reads.domain_details(id, OPTIONS).await? {
            Some(details) => Order::domain(Some(id), domain, &details).map(Some),
            None => Ok(None),
        },
        Product::Email => match reads.email_details(id).await? {
            Some(details) => Order::email(id, domain, &details).map(Some),
            None => Ok(None),
        },
    }
}

/// All search rows of exactly this domain: the provider matches parts of names. Newest first.
async fn rows_of(reads: &mut Reads<'_>, product: Product, domain: &str) -> Result<Vec<OrderRow>, Trouble> {
    let mut rows: Vec<OrderRow> = Vec::new();
    let mut seen: usize = 0;
    for page_no in 1..=PAGES_MAX {
        let query = OrderQuery::page(PAGE_ROWS, page_no).named(domain);
        let page = match product {
            Product::Domain => reads.domain_search(&query).await?,
            Product::Email => reads.email_search(&query).await?,
        };
        let came = page.rows.len();
        seen += came;
        rows.extend(
            page.rows
                .into_iter()
                .filter(|row| ascii_domain(row.description.as_str()).as_deref() == Some(domain)),
        );
        if seen >= page.total as usize {
            rows.sort_by_key(|row| std::cmp::Reverse(row.creationtime.instant().unwrap_or(Timestamp::MAX)));
            return Ok(rows);
        }
        if came == 0 {
            break;
        }
    }
    Err(later("the order search is not complete"))
}
