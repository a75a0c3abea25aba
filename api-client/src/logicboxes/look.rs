//! Whether an email effect stands.
//!
//! The order's details are the witness; the action log and the order search are asked besides once an attempt was made,
//! and all have to agree before an effect is called absent. An action that is pending *before* any attempt is somebody
//! else's: the look then answers [`TroubleKind::Unavailable`](crate::provider::TroubleKind::Unavailable), so that the
//! order waits and pays nothing, neither on top of it nor measured against a baseline that is about to change.

use jiff::Timestamp;

use super::actions::{self, Kind, Trace};
use super::client::Reads;
use super::order::{Order, Status, garbled, later, stage};
use super::wire::{OrderRow, ascii_domain};
use crate::provider::{
    EmailAccounts, EmailCreate, EmailDelete, EmailRenew, Ending, Evidence, ExpiryMove, Impediment, Purchase, Question,
    Sighting, Snapshot, Stage, Trouble, expiry_move,
};

/// Rows of one page of the order search; the provider allows 10 to 500.
const PAGE_ROWS: u32 = 100;
/// Pages read before the search is called too long to prove an absence.
const PAGES_MAX: u32 = 5;

/// Finds out whether the effect stands.
pub(super) async fn look(reads: &mut Reads<'_>, question: &Question<'_>) -> Sighting {
    let seen = match question.purchase {
        Purchase::EmailCreate(wanted) => create(reads, question, wanted).await,
        Purchase::EmailRenew(wanted) => renew(reads, question, wanted).await,
        Purchase::EmailAddAccounts(wanted) => accounts(reads, question, wanted, Kind::AddAccounts).await,
        Purchase::EmailRemoveAccounts(wanted) => accounts(reads, question, wanted, Kind::DeleteAccounts).await,
        Purchase::EmailDelete(wanted) => delete(reads, question, wanted).await,
        Purchase::Register(_) | Purchase::Transfer(_) | Purchase::Renew(_) => {
            Err(garbled("domain orders are not sold through this provider account"))
        }
    };
    seen.unwrap_or_else(Sighting::Unreadable)
}

async fn create(reads: &mut Reads<'_>, question: &Question<'_>, wanted: &EmailCreate) -> Result<Sighting, Trouble> {
    if let Some(order) = find(reads, question, &wanted.domain).await?
        && let Some(seen) = judge_created(reads, question, wanted, &order).await?
    {
        return Ok(seen);
    }
    let Some(attempted_at) = began(question) else {
        return Ok(Sighting::Absent(Snapshot::default()));
    };

    // Second witness: the search shows what the look-up by name no longer (or not yet) does.
    for row in rows_of(reads, &wanted.domain).await? {
        if Status::of(&row.currentstatus) == Status::Gone {
            match row.creationtime.instant() {
                Some(created) if created < question.since => {}
                _ if row.customerid.text() != Some(&wanted.customer) => {}
                Some(_) => return Ok(ended(&row.currentstatus.to_string())),
                None => return Err(garbled("a deleted email order without a creation time")),
            }
            continue;
        }
        let id = row
            .orderid
            .id()
            .or(row.entityid.id())
            .ok_or_else(|| garbled("a search row without an order id"))?;
        let order = read(reads, id, &wanted.domain).await?;
        let order = order.ok_or_else(|| later("the search shows an email order that the details deny"))?;
        return match judge_created(reads, question, wanted, &order).await? {
            Some(seen) => Ok(seen),
            None => Err(later("the search and the details do not agree")),
        };
    }

    // Third: an addition that is still queued.
    let trace = match question.provider_order_id {
        Some(id) => actions::trace(reads, id, Kind::Add, attempted_at, None).await?,
        None => actions::trace_by_domain(reads, &wanted.domain, attempted_at).await?,
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
    let customer = order
        .customer
        .as_deref()
        .ok_or_else(|| garbled("the details hold no customer"))?;
    let ours = customer == wanted.customer;
    if order.status == Status::Gone {
        return match (began(question), order.created) {
            (Some(_), None) if ours => Err(garbled("a deleted email order without a creation time")),
            (Some(_), Some(created)) if ours && created >= question.since => Ok(Some(ended(&order.word))),
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

async fn renew(reads: &mut Reads<'_>, question: &Question<'_>, wanted: &EmailRenew) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, question, &wanted.domain).await? else {
        return Ok(missing(question));
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

async fn accounts(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    wanted: &EmailAccounts,
    kind: Kind,
) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, question, &wanted.domain).await? else {
        return Ok(missing(question));
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
async fn delete(reads: &mut Reads<'_>, question: &Question<'_>, wanted: &EmailDelete) -> Result<Sighting, Trouble> {
    let Some(order) = standing(reads, question, &wanted.domain).await? else {
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

/// The details are as before: asks the second witness.
async fn unmoved(
    reads: &mut Reads<'_>,
    question: &Question<'_>,
    order: &Order,
    kind: Kind,
) -> Result<Sighting, Trouble> {
    let Some(attempted_at) = began(question) else {
        return match &order.pending {
            Some(eaqid) => Err(foreign(&format!("action {eaqid}"))),
            None => Ok(Sighting::Absent(order.snapshot())),
        };
    };
    match actions::trace(reads, &order.id, kind, attempted_at, order.pending.as_deref()).await? {
        Trace::None => Ok(Sighting::Absent(order.snapshot())),
        Trace::Ours(stage, words) => Ok(Sighting::Pending(stage, order.evidence(Some(&words)))),
        Trace::Failed(words) => Ok(Sighting::Ended(Ending::Failed, words)),
        Trace::Foreign(words) => Err(foreign(&words)),
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
        (Some(eaqid), None) => Err(foreign(&format!("action {eaqid}"))),
        (None, None) => Ok(Sighting::Absent(order.snapshot())),
    }
}

/// The order to change isn't there. After an attempt that is no plain "not found": somebody took it away in between.
fn missing(question: &Question<'_>) -> Sighting {
    match began(question) {
        None => Sighting::Impossible(
            Impediment::NotFound,
            "there is no email order of this domain".to_owned(),
        ),
        Some(_) => Sighting::Differs(
            Snapshot::default(),
            "the email order is gone since the attempt".to_owned(),
        ),
    }
}

/// States in which an order can be neither measured nor changed.
fn unfit(order: &Order) -> Result<Option<Sighting>, Trouble> {
    match order.status {
        Status::Deleting => Ok(Some(Sighting::Differs(
            order.snapshot(),
            format!("email order {} is {}", order.id, order.word),
        ))),
        Status::Other => Err(garbled(format!("the status {} is not known", order.word))),
        Status::Active | Status::InActive | Status::Impaired | Status::Gone => Ok(None),
    }
}

fn unreadable_yet(order: &Order, lack: &str) -> Trouble {
    if order.status == Status::InActive || order.pending.is_some() {
        later(format!("email order {} is not finished: {lack}", order.id))
    } else {
        garbled(format!("the details of email order {} hold {lack}", order.id))
    }
}

fn foreign(what: &str) -> Trouble {
    later(format!("another action is pending on this email order: {what}"))
}

fn ended(word: &str) -> Sighting {
    Sighting::Ended(Ending::Failed, format!("the email order was placed and is {word}"))
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
async fn standing(reads: &mut Reads<'_>, question: &Question<'_>, domain: &str) -> Result<Option<Order>, Trouble> {
    let order = match known_id(question) {
        Some(id) => read(reads, id, domain).await?,
        None => find(reads, question, domain).await?,
    };
    Ok(order.filter(|order| order.status != Status::Gone))
}

/// The domain's order, by its id if one is known, else by name.
async fn find(reads: &mut Reads<'_>, question: &Question<'_>, domain: &str) -> Result<Option<Order>, Trouble> {
    if let Some(id) = question.provider_order_id
        && let Some(order) = read(reads, id, domain).await?
    {
        return Ok(Some(order));
    }
    let Some(id) = reads.email_order_id(domain).await? else {
        return Ok(None);
    };
    match read(reads, &id, domain).await? {
        Some(order) => Ok(Some(order)),
        None => Err(later(format!("email order {id} was named and then denied"))),
    }
}

async fn read(reads: &mut Reads<'_>, id: &str, domain: &str) -> Result<Option<Order>, Trouble> {
    match reads.email_details(id).await? {
        Some(details) => Order::new(id, domain, &details).map(Some),
        None => Ok(None),
    }
}

/// All search rows of exactly this domain: the provider matches parts of names. Newest first.
async fn rows_of(reads: &mut Reads<'_>, domain: &str) -> Result<Vec<OrderRow>, Trouble> {
    let mut rows: Vec<OrderRow> = Vec::new();
    let mut seen: usize = 0;
    for page_no in 1..=PAGES_MAX {
        let page = reads.email_search(Some(domain), PAGE_ROWS, page_no).await?;
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
