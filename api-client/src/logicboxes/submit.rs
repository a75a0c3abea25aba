//! The paid calls, and what their answers come to.
//!
//! Accepted needs everything: a success shape, an order or an action of ours in it, and our own domain or order. What
//! falls short of that is unknown and is found out by looking, never by sending again.

use jiff::Timestamp;

use super::answer::{Answer, Said, clip};
use super::client::{Client, Reply};
use super::error::Class;
use super::message::Message;
use super::order::stage;
use super::placing;
use super::stages::patience;
use super::wire::{ActionResponse, Body, Fields, FromBody, PrivacyPart, ascii_domain};
use crate::http::{CallResult, SendError, Visit};
use crate::provider::{
    Accepted, Baseline, Doubt, Evidence, InvoiceOption, NotSent, Outcome, Purchase, Rejection, RejectionClass, Stage,
};

/// What an answer must be about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) domain: &'a str,
    /// The order that is changed; `None` for a new one.
    pub(super) order_id: Option<&'a str>,
    pub(super) customer: Option<&'a str>,
    pub(super) invoice: InvoiceOption,
}

/// Sends the one request.
pub(super) async fn submit(
    client: &Client,
    via: &mut Visit,
    purchase: &Purchase,
    baseline: Option<&Baseline>,
) -> Outcome {
    // The stored id is sent, never a fresh one: a new order of the same name is not what was to be changed.
    let stored = baseline.and_then(|baseline| baseline.provider_order_id.as_deref());
    let asked = |order_id, customer, invoice| Asked {
        domain: purchase.domain(),
        order_id,
        customer,
        invoice,
    };
    let (asked, reply): (Asked<'_>, Result<Reply<ActionResponse>, SendError>) = match (purchase, stored) {
        (Purchase::Register(p), _) => {
            let order = match placing::register(p) {
                Ok(order) => order,
                Err(refusal) => return Outcome::Rejected(refusal),
            };
            (
                asked(None, Some(&p.customer), p.invoice),
                client.register(via, &order).await,
            )
        }
        (Purchase::Transfer(p), _) => {
            let order = match placing::transfer(p) {
                Ok(order) => order,
                Err(refusal) => return Outcome::Rejected(refusal),
            };
            (
                asked(None, Some(&p.customer), p.invoice),
                client.transfer(via, &order).await,
            )
        }
        (Purchase::Renew(p), Some(id)) => {
            // The stored end, always: a fresh one would let a second renewal through (fact sheet §11).
            let Some(end) = baseline.and_then(|baseline| baseline.expiry) else {
                return not_sent("the stored baseline holds no end time");
            };
            let order = placing::renew(p, id, end);
            (asked(stored, None, p.invoice), client.renew(via, &order).await)
        }
        (Purchase::EmailCreate(p), _) => (
            asked(None, Some(&p.customer), p.invoice),
            client.email_add(via, p).await,
        ),
        (Purchase::EmailRenew(p), Some(id)) => (asked(stored, None, p.invoice), client.email_renew(via, id, p).await),
        (Purchase::EmailAddAccounts(p), Some(id)) => (
            asked(stored, None, p.invoice),
            client.email_add_accounts(via, id, p.accounts, p.invoice).await,
        ),
        (Purchase::EmailRemoveAccounts(p), Some(id)) => (
            asked(stored, None, InvoiceOption::NoInvoice),
            client.email_delete_accounts(via, id, p.accounts).await,
        ),
        (Purchase::EmailDelete(_), Some(id)) => (
            asked(stored, None, InvoiceOption::NoInvoice),
            client.email_delete(via, id).await,
        ),
        (
            Purchase::Renew(_)
            | Purchase::EmailRenew(_)
            | Purchase::EmailAddAccounts(_)
            | Purchase::EmailRemoveAccounts(_)
            | Purchase::EmailDelete(_),
            None,
        ) => return not_sent("the stored baseline holds no order id"),
    };
    settled(reply, |answer| judge(answer, asked))
}

/// Judges a reply and tells the metrics what it came to.
pub(super) fn settled<T: FromBody>(
    reply: Result<Reply<T>, SendError>,
    judge: impl FnOnce(&Answer) -> Outcome,
) -> Outcome {
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return error.into(),
    };
    let outcome = judge(&reply.answer);
    let retry_after = reply.settle(match &outcome {
        Outcome::Accepted(_) => CallResult::Ok,
        Outcome::Rejected(_) => CallResult::Rejected,
        Outcome::NotSent(_) => CallResult::NotSent,
        Outcome::Unknown(_) => CallResult::Unknown,
    });
    match outcome {
        Outcome::Rejected(rejection) => Outcome::Rejected(Rejection {
            retry_after,
            ..rejection
        }),
        other => other,
    }
}

/// What an answer to a paid call comes to.
pub(super) fn judge(answer: &Answer, asked: Asked<'_>) -> Outcome {
    match answer {
        Answer::Said(said) => refused(said, asked),
        Answer::Value(Body::Object(fields)) => accepted(fields, asked),
        Answer::Value(Body::Bare(_) | Body::List(_)) => {
            doubt("a complete answer, but of another shape than documented", true)
        }
        Answer::Cut(cut) => match cut.refusal() {
            Some(class) => rejected(class, cut.text()),
            None => doubt(&cut.text(), false),
        },
    }
}

fn refused(said: &Said, asked: Asked<'_>) -> Outcome {
    let text = said.text();
    // Error and order data together (§8.2): the order exists, so this is no refusal whatever the words are.
    if let Some(order) = &said.order {
        let held = said.message.is_held() || Message::new(order.actionstatusdesc.as_str()).is_held();
        let paid = order.actionstatus.is("InvoicePaid") || order.status.is("InvoicePaid");
        return match about_us(order, asked) {
            Ok(()) if held && paid => taken(order, Stage::HeldForFunds, Some(&text)),
            Ok(()) => doubt(
                &format!("an error beside order data{}: {text}", traces(order)),
                said.row.is_none(),
            ),
            Err(why) => doubt(
                &format!("{why}{}, and an error: {text}", traces(order)),
                said.row.is_none(),
            ),
        };
    }
    match said.class() {
        Some(Class::Refused(class)) => rejected(class, text),
        Some(Class::Reconcile | Class::Held | Class::AlreadySo | Class::Absent) => doubt(&text, false),
        None => doubt(&text, true),
    }
}

fn accepted(fields: &Fields, asked: Asked<'_>) -> Outcome {
    let order = match ActionResponse::from_fields(fields) {
        Ok(order) => order,
        Err(at) => return doubt(&format!("an action response that can't be read {at}"), true),
    };
    if let Err(why) = about_us(&order, asked) {
        return doubt(&format!("{why}{}", traces(&order)), false);
    }
    let words = order.actionstatusdesc.as_str();
    if [&order.status, &order.actionstatus]
        .iter()
        .any(|word| word.is("Failed"))
    {
        return doubt(
            &format!("the action was taken and failed{}: {words}", traces(&order)),
            false,
        );
    }
    taken(&order, stage(words), None)
}

/// The order and the action that an answer names: the only handles there are, so they must not be lost with a doubt.
fn traces(order: &ActionResponse) -> String {
    let named = [("order", &order.entityid), ("action", &order.eaqid)];
    let named: Vec<String> = named
        .iter()
        .filter_map(|(what, id)| id.id().map(|id| format!("{what} {id}")))
        .collect();
    if named.is_empty() {
        String::new()
    } else {
        format!(" ({})", named.join(", "))
    }
}

/// Whether an action response tells of an order or an action, and of ours.
fn about_us(order: &ActionResponse, asked: Asked<'_>) -> Result<(), &'static str> {
    if let Some(name) = order.description.text()
        && ascii_domain(name).as_deref() != Some(asked.domain)
    {
        return Err("the answer is about another domain");
    }
    if let (Some(sent), Some(came)) = (asked.order_id, order.entityid.text())
        && sent != came
    {
        return Err("the answer is about another order");
    }
    if let (Some(sent), Some(came)) = (asked.customer, order.customerid.text())
        && sent != came
    {
        return Err("the answer is about another customer");
    }
    let named = order.description.text().is_some() || asked.order_id.is_some();
    // `OnlyAdd` answers with neither domain nor order; its invoice and its action have to do (§9.1).
    let only_add =
        asked.invoice == InvoiceOption::OnlyAdd && order.eaqid.id().is_some() && order.invoiceid.id().is_some();
    if (named && order.entityid.id().is_some()) || only_add {
        Ok(())
    } else {
        Err("the answer lacks the order it should tell of")
    }
}

/// The provider is asynchronous: even `Success` says only that it was queued, and the details prove it.
fn taken(order: &ActionResponse, stage: Stage, error: Option<&str>) -> Outcome {
    let privacy = order.privacydetails.as_ref().and_then(PrivacyPart::failure);
    let privacy = privacy.map(|why| format!("placed, but without privacy: {why}"));
    let words = error
        .or(privacy.as_deref())
        .or(order.actionstatusdesc.text())
        .or(order.actiontypedesc.text())
        .or(order.actionstatus.text());
    Outcome::Accepted(Accepted {
        evidence: Evidence {
            provider_order_id: order.entityid.id().map(str::to_owned),
            message: words.map(clip),
            ..Evidence::default()
        },
        stage: Some(stage),
        action_id: order.eaqid.id().map(str::to_owned),
    })
}

/// With the end of the provider's patience, which begins with the placing: what is asked for next shows it from then on.
pub(super) fn with_patience(mut outcome: Outcome, now: Option<Timestamp>) -> Outcome {
    if let Outcome::Accepted(accepted) = &mut outcome {
        let wait = accepted.stage.and_then(patience);
        accepted.evidence.gives_up_at = now.zip(wait).map(|(now, wait)| now + wait);
    }
    outcome
}

pub(super) fn rejected(class: RejectionClass, message: String) -> Outcome {
    Outcome::Rejected(Rejection {
        class,
        message,
        retry_after: None,
    })
}

pub(super) fn doubt(detail: &str, unlisted: bool) -> Outcome {
    Outcome::Unknown(Doubt {
        detail: clip(detail),
        unlisted,
    })
}

pub(super) fn not_sent(detail: &str) -> Outcome {
    Outcome::NotSent(NotSent {
        detail: detail.to_owned(),
    })
}
