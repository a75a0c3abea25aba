//! What can be done about a running transfer: a new auth code, another approval mail, an end.

use super::answer::Answer;
use super::client::{Client, Reply};
use super::error::Class;
use super::look;
use super::order::{Order, Product, Status};
use super::submit::{doubt, not_sent, rejected, settled};
use super::wire::{Done, FromBody};
use crate::http::{SendError, Visit};
use crate::provider::{Accepted, Amendment, Evidence, Outcome, Purchase, Question, RejectionClass, Stage, Transfer};

/// Hands in a new auth code, or has the approval mail sent again.
pub(super) async fn amend(client: &Client, via: &mut Visit, question: &Question<'_>, amendment: &Amendment) -> Outcome {
    let order = match transfer_of(client, via, question).await {
        Ok(order) => order,
        Err(outcome) => return outcome,
    };
    let reply = match amendment {
        Amendment::AuthCode(code) => client.submit_auth_code(via, &order.id, code).await,
        Amendment::ResendApproval => client.resend_rfa(via, &order.id).await,
    };
    answered(reply, &order)
}

/// Cancels it; a look shows whether it is gone.
pub(super) async fn cancel(client: &Client, via: &mut Visit, question: &Question<'_>) -> Outcome {
    let order = match transfer_of(client, via, question).await {
        Ok(order) => order,
        Err(outcome) => return outcome,
    };
    let reply = client.cancel_transfer(via, &order.id).await;
    answered(reply, &order)
}

/// The running transfer of exactly this customer: no other order may be touched.
async fn transfer_of(client: &Client, via: &mut Visit, question: &Question<'_>) -> Result<Order, Outcome> {
    let Purchase::Transfer(wanted) = question.purchase else {
        return Err(rejected(
            RejectionClass::NotAllowed,
            "only a transfer can be amended or cancelled".to_owned(),
        ));
    };
    let found = look::domain_order(&mut client.reads(Some(via)), question, &wanted.domain).await;
    match found {
        // Nothing was sent, and nothing is known against it.
        Err(trouble) => Err(not_sent(&trouble.detail)),
        Ok(Some(order)) if is_ours(&order, wanted) => Ok(order),
        Ok(_) => Err(rejected(
            RejectionClass::NotFound,
            "no such transfer of this customer is running".to_owned(),
        )),
    }
}

fn is_ours(order: &Order, wanted: &Transfer) -> bool {
    order.product == Product::Domain
        && order.customer.as_deref() == Some(&wanted.customer)
        && matches!(order.status, Status::InActive | Status::Active)
        && look::running(order)
}

fn answered(reply: Result<Reply<Done>, SendError>, order: &Order) -> Outcome {
    settled(reply, |answer| match answer {
        Answer::Value(body) => match Done::from_body(body) {
            Ok(Done(true)) => accepted(order, None),
            Ok(Done(false)) => rejected(RejectionClass::NotAllowed, "the provider answers false".to_owned()),
            Err(why) => doubt(&why, true),
        },
        Answer::Said(said) => match said.class() {
            Some(Class::Refused(class)) => rejected(class, said.text()),
            // Nothing to do any more: the look afterwards tells where it stands.
            Some(Class::AlreadySo) => accepted(order, Some(said.text())),
            Some(Class::Reconcile | Class::Held | Class::Absent) => doubt(&said.text(), false),
            None => doubt(&said.text(), true),
        },
        Answer::Cut(cut) => match cut.refusal() {
            Some(class) => rejected(class, cut.text()),
            None => doubt(&cut.text(), false),
        },
    })
}

fn accepted(order: &Order, message: Option<String>) -> Outcome {
    Outcome::Accepted(Accepted {
        evidence: Evidence {
            provider_order_id: Some(order.id.clone()),
            message,
            ..Evidence::default()
        },
        stage: Some(Stage::Working),
        action_id: None,
    })
}
