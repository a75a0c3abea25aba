//! How to find out whether an effect stands: reads, and the rules of the fact sheet's sections 5.1 and 6.2.

use jiff::{Timestamp, tz::TimeZone};
use secrecy::SecretString;

use super::client::Client;
use super::error::stall;
use super::preparation::as_wanted;
use super::wire::{Domain, Standing};
use crate::http::Visit;
use crate::provider::{
    Baseline, ContactIds, Ending, Evidence, ExpiryMove, Impediment, Purchase, Question, Register, Renew, Sighting,
    Snapshot, Stage, Transfer, Trouble, TroubleKind, expiry_move, expiry_plausible,
};

pub(super) async fn look(client: &Client, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting {
    match question.purchase {
        Purchase::Register(wanted) => register(client, via, question, wanted).await,
        Purchase::Transfer(wanted) => transfer(&client.hiding(wanted.auth_code.as_ref()), via, question, wanted).await,
        Purchase::Renew(wanted) => renew(client, via, question, wanted).await,
        Purchase::EmailCreate(_)
        | Purchase::EmailRenew(_)
        | Purchase::EmailAddAccounts(_)
        | Purchase::EmailRemoveAccounts(_)
        | Purchase::EmailDelete(_) => Sighting::Impossible(Impediment::NotFound, "sells no email".into()),
    }
}

/// The auth code of a purchase, to be kept out of texts.
pub(super) fn secret_of(purchase: &Purchase) -> Option<&SecretString> {
    match purchase {
        Purchase::Transfer(wanted) => wanted.auth_code.as_ref(),
        _ => None,
    }
}

async fn register(
    client: &Client,
    mut via: Option<&mut Visit>,
    question: &Question<'_>,
    wanted: &Register,
) -> Sighting {
    match client.view_domain(via.as_deref_mut(), &wanted.domain).await {
        Err(trouble) => Sighting::Unreadable(trouble),
        Ok(Some(domain)) if domain.standing != Standing::Gone => {
            if domain.customer != wanted.customer {
                return Sighting::Impossible(
                    Impediment::DomainTaken,
                    "another customer of this account has it".into(),
                );
            }
            match domain.standing {
                Standing::Held => {
                    let before = domain.created.is_some_and(|created| created < question.since);
                    let words = before.then(|| "it was here before this order".to_owned());
                    let evidence = Evidence {
                        created: domain.created,
                        ..evidence(&domain, question, words)
                    };
                    held(&domain, &wanted.contacts, evidence)
                }
                Standing::Lapsed => Sighting::Impossible(
                    Impediment::DomainTaken,
                    "this customer holds it already, past its expiry".into(),
                ),
                Standing::Dormant | Standing::Gone => {
                    Sighting::Pending(Stage::Registry, evidence(&domain, question, None))
                }
            }
        }
        // Nothing was ever sent, so the account's own word is enough.
        Ok(_) if question.attempted_at.is_none() => Sighting::Absent(Snapshot::default()),
        Ok(_) => match client.check_domain(via, &wanted.domain).await {
            Ok(free) => Sighting::Absent(Snapshot {
                taken_elsewhere: !free,
                ..Snapshot::default()
            }),
            Err(trouble) => Sighting::Unreadable(trouble),
        },
    }
}

async fn transfer(
    client: &Client,
    mut via: Option<&mut Visit>,
    question: &Question<'_>,
    wanted: &Transfer,
) -> Sighting {
    let sync = client.sync_transfer(via.as_deref_mut(), &wanted.domain).await;
    match &sync {
        // Another read would meet the same.
        Err(trouble) if matches!(trouble.kind, TroubleKind::Credentials | TroubleKind::Throttled) => {
            return Sighting::Unreadable(trouble.clone());
        }
        Ok(Some(running)) if running.status == "pending" => {
            let stage = running
                .reason
                .as_deref()
                .and_then(stall)
                .unwrap_or(Stage::LosingRegistrar);
            let evidence = Evidence {
                message: running.reason.clone(),
                ..Evidence::default()
            };
            return Sighting::Pending(stage, evidence);
        }
        Ok(_) | Err(_) => {}
    }
    let viewed = match client.view_domain(via, &wanted.domain).await {
        Ok(viewed) => viewed.filter(|domain| domain.standing != Standing::Gone),
        Err(trouble) => return Sighting::Unreadable(trouble),
    };
    // Whatever the transfer's record says, a name that is here is here: "failed" is also answered for names that were
    // registered here and never transferred.
    match &viewed {
        Some(domain) if domain.customer != wanted.customer => {
            return Sighting::Impossible(
                Impediment::DomainTaken,
                "another customer of this account has it".into(),
            );
        }
        Some(domain) if matches!(domain.standing, Standing::Held | Standing::Lapsed) => {
            return held(domain, &wanted.contacts, evidence(domain, question, None));
        }
        Some(_) | None => {}
    }
    let unfinished = viewed.as_ref().map(|domain| evidence(domain, question, None));
    let attempted = question.attempted_at.is_some();
    match sync {
        Ok(Some(record)) => match (record.status.as_str(), unfinished) {
            ("completed", Some(evidence)) => Sighting::Pending(Stage::Registry, evidence),
            // Ours is done and not to be seen yet; or, if we never sent one, it is the record of an older transfer.
            ("completed", None) if attempted => Sighting::Pending(Stage::Working, Evidence::default()),
            ("completed", None) => Sighting::Absent(Snapshot::default()),
            (status, _) => match ending_of(status) {
                Some(ending) if attempted => {
                    let reason = record.reason.unwrap_or_else(|| record.status.clone());
                    Sighting::Ended(ending, reason)
                }
                Some(_) => Sighting::Absent(Snapshot::default()),
                // The sheet calls every other word "not running"; a word nobody has seen is no proof of that.
                None => Sighting::Unreadable(garbled(format!("unlisted transfer status {status}"))),
            },
        },
        Ok(None) => match unfinished {
            Some(evidence) => Sighting::Pending(Stage::Working, evidence),
            None => Sighting::Absent(Snapshot::default()),
        },
        // HTTP 500 is what the live system answers for a name without a transfer (fact sheet 3.4). Before anything was
        // sent, and with the account saying that the name is not in it, that is believed, or no transfer could ever
        // start; the registry refuses a second one. After an attempt it proves nothing.
        Err(Trouble {
            kind: TroubleKind::Unavailable,
            detail,
            ..
        }) if !attempted && viewed.is_none() && detail.starts_with("HTTP 500") => Sighting::Absent(Snapshot::default()),
        Err(trouble) => Sighting::Unreadable(trouble),
    }
}

/// It is here: as asked for, or with other contacts than the order wants, which are set afterwards.
fn held(domain: &Domain, contacts: &ContactIds, evidence: Evidence) -> Sighting {
    if as_wanted(domain, contacts) {
        Sighting::Present(evidence)
    } else {
        Sighting::Unfinished(evidence)
    }
}

fn ending_of(status: &str) -> Option<Ending> {
    match status {
        "failed" => Some(Ending::Refused),
        "cancelled" | "canceled" => Some(Ending::Cancelled),
        _ => None,
    }
}

async fn renew(client: &Client, via: Option<&mut Visit>, question: &Question<'_>, wanted: &Renew) -> Sighting {
    let domain = match client.view_domain(via, &wanted.domain).await {
        Err(trouble) => return Sighting::Unreadable(trouble),
        Ok(Some(domain)) if domain.standing != Standing::Gone => domain,
        Ok(_) => return Sighting::Impossible(Impediment::NotFound, "not in this account".into()),
    };
    let Some(expiry) = plausible(domain.expiry, question.since) else {
        return Sighting::Unreadable(garbled("the expiry is missing or makes no sense".into()));
    };
    let owner = wanted
        .customer
        .as_ref()
        .or_else(|| question.baseline.and_then(|b| b.customer.as_ref()));
    let foreign = owner.is_some_and(|owner| *owner != domain.customer);
    if foreign && question.attempted_at.is_none() {
        // The customer's name is what should be renewed, and that customer has none.
        return Sighting::Impossible(Impediment::NotFound, "another customer of this account has it".into());
    }
    let snapshot = Snapshot {
        baseline: Baseline {
            expiry: Some(expiry),
            accounts: None,
            provider_order_id: Some(domain.id.clone()),
            customer: Some(domain.customer.clone()),
        },
        taken_elsewhere: false,
    };
    let before = question.baseline.and_then(|b| b.expiry).or(question.expected_expiry);
    let Some(before) = before else {
        return Sighting::Absent(snapshot);
    };
    match expiry_move(before, expiry, u32::from(wanted.years) * 12) {
        // An effect stands, whoever holds the name by now.
        ExpiryMove::ByTerm => Sighting::Present(evidence(&domain, question, None)),
        ExpiryMove::Same if foreign => Sighting::Differs(snapshot, "it moved to another customer".into()),
        ExpiryMove::Same => Sighting::Absent(snapshot),
        ExpiryMove::Other => Sighting::Differs(
            snapshot,
            format!("the expiry was {before} and is {expiry}, which is not the term"),
        ),
    }
}

/// The year that is sent as `Expiryyear`: always of the stored baseline, never of a fresh read, so that the provider
/// refuses a second renewal where it checks.
pub(super) fn expiry_year(baseline: &Baseline) -> Option<i16> {
    Some(baseline.expiry?.to_zoned(TimeZone::UTC).year())
}

fn plausible(expiry: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    // The order's intake stands for "now": no clock is needed to see a broken date.
    expiry.filter(|at| expiry_plausible(*at, now))
}

/// A name that is not active yet owes no expiry, so that a zero there is none. Else the date is told as it was written:
/// whether it can be believed is not decided here.
fn evidence(domain: &Domain, question: &Question<'_>, message: Option<String>) -> Evidence {
    let expiry = match domain.standing {
        Standing::Dormant => plausible(domain.expiry, question.since),
        Standing::Held | Standing::Lapsed | Standing::Gone => domain.expiry,
    };
    Evidence {
        provider_order_id: Some(domain.id.clone()),
        expiry,
        accounts: None,
        message,
        gives_up_at: None,
        created: None,
    }
}

fn garbled(detail: String) -> Trouble {
    Trouble {
        kind: TroubleKind::Garbled,
        detail,
        retry_after: None,
    }
}
