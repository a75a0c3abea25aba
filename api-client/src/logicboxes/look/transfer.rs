//! Whether a transfer was placed, how far it is, and how it ended (fact sheet §10).
//!
//! A running transfer is an `InActive` order whose `actionstatusdesc` says what it waits for. A failed or cancelled one is
//! gone from the details, and only the order search still shows it, as `Deleted`; why it failed stands in the action log.

use super::super::actions::{self, Kind};
use super::super::answer::clip;
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled, stage};
use super::super::stages::patience;
use super::here;
use super::new::New;
use crate::provider::{Ending, Evidence, Impediment, Sighting, Snapshot, Stage, Transfer, Trouble};

impl New for Transfer {
    const PRODUCT: Product = Product::Domain;
    const KIND: Kind = Kind::Transfer;

    fn domain(&self) -> &str {
        &self.domain
    }

    fn customer(&self) -> &str {
        &self.customer
    }

    async fn judge(&self, _reads: &mut Reads<'_>, order: &Order, since: Option<bool>) -> Result<Sighting, Trouble> {
        Ok(match order.status {
            Status::Active | Status::InActive | Status::Impaired if running(order) => moving(order),
            Status::Active | Status::Impaired if order.end.is_some() => here(order, since),
            Status::Active | Status::InActive | Status::Impaired => Sighting::Differs(
                order.snapshot(),
                format!("domain order {} is not finished, and is no transfer", order.id),
            ),
            Status::Deleting | Status::Gone => {
                Sighting::Differs(order.snapshot(), format!("domain order {} is {}", order.id, order.word))
            }
            Status::Other => return Err(garbled(format!("the status {} is not known", order.word))),
        })
    }

    async fn unseen(&self, reads: &mut Reads<'_>, attempted: bool) -> Result<Sighting, Trouble> {
        if attempted {
            Ok(Sighting::Absent(Snapshot::default()))
        } else {
            transferable(reads, &self.domain).await
        }
    }

    /// The log says why.
    async fn gone(&self, reads: &mut Reads<'_>, order_id: &str, word: &str) -> Result<Sighting, Trouble> {
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

    fn ending(words: &str) -> Ending {
        ending(words)
    }
}

/// Nothing of ours there, and nothing was sent: can it be transferred at all? Yes is no promise (§10).
async fn transferable(reads: &mut Reads<'_>, domain: &str) -> Result<Sighting, Trouble> {
    Ok(match reads.validate_transfer(domain).await? {
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

/// How far a running transfer is.
fn moving(order: &Order) -> Sighting {
    let words = order.action.as_deref().unwrap_or(&order.word);
    let stage = if order.action_status.is("Failed") || order.status == Status::Impaired {
        // It has failed or was suspended, and its order stands all the same: a person reads why.
        Stage::Stalled
    } else {
        stage(words)
    };
    let gives_up_at = patience(stage).zip(order.created).map(|(wait, placed)| placed + wait);
    let evidence = Evidence {
        gives_up_at,
        ..order.evidence(Some(words))
    };
    Sighting::Pending(stage, evidence)
}

/// Whether an order is a transfer that is not done: by its pending action, and where the details show none, by having no
/// end yet. An end alone says nothing, since it "may be absent on new or pending orders" (fact sheet §5.2).
pub(in super::super) fn running(order: &Order) -> bool {
    let done = order.status == Status::Active && order.end.is_some();
    let action = order.action_type.as_str().to_ascii_lowercase();
    !done && (action.contains("transfer") || (action.is_empty() && order.end.is_none()))
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
