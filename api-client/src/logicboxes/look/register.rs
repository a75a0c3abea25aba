//! Whether a name was registered here.

use super::super::actions::Kind;
use super::super::client::Reads;
use super::super::order::{Order, Product, Status, garbled, later};
use super::super::wire::{Available, ascii_domain};
use super::new::New;
use super::{here, unfinished};
use crate::provider::{Evidence, Register, Sighting, Snapshot, Trouble};

impl New for Register {
    const PRODUCT: Product = Product::Domain;
    const KIND: Kind = Kind::Register;

    fn domain(&self) -> &str {
        &self.domain
    }

    fn customer(&self) -> &str {
        &self.customer
    }

    async fn judge(&self, reads: &mut Reads<'_>, order: &Order, since: Option<bool>) -> Result<Sighting, Trouble> {
        let other =
            |what: &str| Sighting::Differs(order.snapshot(), format!("domain order {} stands: {what}", order.id));
        let transfer = order
            .action_type
            .as_str()
            .to_ascii_lowercase()
            .starts_with("addtransfer");
        Ok(match order.status {
            Status::Active if order.end.is_some() => match here(order, since) {
                Sighting::Present(evidence) => Sighting::Present(Evidence {
                    created: order.created,
                    ..evidence
                }),
                other => other,
            },
            Status::Active | Status::InActive if transfer => other("a transfer of this name is running"),
            Status::Active | Status::InActive => unfinished(reads, order).await,
            // Suspended since, for instance until the registrant's address is verified: bought all the same.
            Status::Impaired if order.end.is_some() && since == Some(true) => {
                Sighting::Present(order.evidence(Some(&order.word)))
            }
            Status::Impaired | Status::Deleting | Status::Gone => other(&order.word),
            Status::Other => return Err(garbled(format!("the status {} is not known", order.word))),
        })
    }

    /// The registry is the last witness.
    async fn unseen(&self, reads: &mut Reads<'_>, _attempted: bool) -> Result<Sighting, Trouble> {
        not_here(reads, &self.domain).await
    }
}

/// The account has no such order: is the name free? "Registered through us" is said of every account of this registrar.
async fn not_here(reads: &mut Reads<'_>, domain: &str) -> Result<Sighting, Trouble> {
    let absent = |taken_elsewhere| {
        Ok(Sighting::Absent(Snapshot {
            taken_elsewhere,
            ..Snapshot::default()
        }))
    };
    match availability(reads, domain).await? {
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
