//! How to find out whether an effect stands: reads, and the rules of the fact sheet's section 8.
//!
//! There is no order to ask about and no status to poll: the domain itself is the only witness. That it "is refused" is
//! no absence yet, for bad credentials look the same: so a refused name is believed to be absent only after
//! `account/get` has answered.

use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::wire::{Domain, Stamp};
use crate::http::Visit;
use crate::provider::{
    Baseline, Evidence, ExpiryMove, Impediment, Purchase, Question, Register, Renew, Sighting, Snapshot, Trouble,
    TroubleKind, expiry_move, expiry_plausible,
};

/// Times come without a zone, so that ours and theirs agree to a day at best (fact sheet 6, 8).
const ZONE: SignedDuration = SignedDuration::from_hours(48);

pub(super) async fn look(client: &Client, via: Option<&mut Visit>, question: &Question<'_>) -> Sighting {
    match question.purchase {
        Purchase::Register(wanted) => register(client, via, question, wanted).await,
        Purchase::Renew(wanted) => renew(client, via, question, wanted).await,
        Purchase::Transfer(_) => not_sold("sells no transfer"),
        Purchase::EmailCreate(_)
        | Purchase::EmailRenew(_)
        | Purchase::EmailAddAccounts(_)
        | Purchase::EmailRemoveAccounts(_)
        | Purchase::EmailDelete(_) => not_sold("sells no email"),
    }
}

async fn register(
    client: &Client,
    mut via: Option<&mut Visit>,
    question: &Question<'_>,
    wanted: &Register,
) -> Sighting {
    match in_account(client, via.as_deref_mut(), &wanted.domain).await {
        Err(trouble) => Sighting::Unreadable(trouble),
        Ok(Some(domain)) => held(client, question, wanted.privacy, &domain),
        // Nothing was ever sent, so the account's own word is enough.
        Ok(None) if question.attempted_at.is_none() => Sighting::Absent(Snapshot::default()),
        Ok(None) => match is_free(client, via, &wanted.domain).await {
            Ok(free) => Sighting::Absent(Snapshot {
                taken_elsewhere: !free,
                ..Snapshot::default()
            }),
            Err(trouble) => Sighting::Unreadable(trouble),
        },
    }
}

/// A name that should be registered is in reach of the account.
fn held(client: &Client, question: &Question<'_>, privacy: bool, domain: &Domain) -> Sighting {
    if !domain.username.0.eq_ignore_ascii_case(client.username()) {
        return Sighting::Impossible(
            Impediment::DomainTaken,
            "another user name below this account has it".into(),
        );
    }
    // There are no customers here by which an older one could be told to be the same buyer's.
    match domain.create_date.as_if_utc() {
        Some(created) if created >= question.since - ZONE => Sighting::Present(evidence(domain, privacy)),
        Some(_) => Sighting::Impossible(
            Impediment::DomainTaken,
            format!("in this account since {}, before this order", domain.create_date),
        ),
        None => Sighting::Unreadable(garbled("the creation date makes no sense")),
    }
}

async fn renew(client: &Client, via: Option<&mut Visit>, question: &Question<'_>, wanted: &Renew) -> Sighting {
    let domain = match in_account(client, via, &wanted.domain).await {
        Err(trouble) => return Sighting::Unreadable(trouble),
        Ok(Some(domain)) => domain,
        Ok(None) => return Sighting::Impossible(Impediment::NotFound, "not in this account".into()),
    };
    let Some(expiry) = plausible(domain.expire_date, question.since) else {
        return Sighting::Unreadable(garbled("the expiry makes no sense"));
    };
    let snapshot = Snapshot {
        baseline: Baseline {
            expiry: Some(expiry),
            accounts: None,
            provider_order_id: None,
            customer: None,
        },
        taken_elsewhere: false,
    };
    let before = question.baseline.and_then(|b| b.expiry).or(question.expected_expiry);
    let Some(before) = before else {
        return Sighting::Absent(snapshot);
    };
    match expiry_move(before, expiry, u32::from(wanted.years) * 12) {
        ExpiryMove::ByTerm => Sighting::Present(evidence(&domain, wanted.privacy == Some(true))),
        ExpiryMove::Same => Sighting::Absent(snapshot),
        ExpiryMove::Other => Sighting::Differs(
            snapshot,
            format!("the expiry was {before} and is {expiry}, which is not the term"),
        ),
    }
}

/// The domain, or `None` where the account surely does not have it.
async fn in_account(client: &Client, mut via: Option<&mut Visit>, domain: &str) -> Result<Option<Domain>, Trouble> {
    match client.domain_get(via.as_deref_mut(), domain).await? {
        Some(found) => Ok(Some(found)),
        None => client.account_get(via).await.map(|_| None),
    }
}

/// The second witness: whether anybody has the name.
async fn is_free(client: &Client, via: Option<&mut Visit>, domain: &str) -> Result<bool, Trouble> {
    let Some((keyword, tld)) = domain.split_once('.') else {
        return Err(garbled("the name has no top-level domain"));
    };
    let checked = client.domain_check(via, keyword, &[tld], false).await?;
    checked
        .domains
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(domain))
        .map(|(_, entry)| entry.avail)
        .ok_or_else(|| garbled("the answer does not tell of the name"))
}

fn plausible(expiry: Stamp, now: Timestamp) -> Option<Timestamp> {
    // The order's intake stands for "now": no clock is needed to see a broken date.
    expiry.as_if_utc().filter(|at| expiry_plausible(*at, now))
}

fn evidence(domain: &Domain, privacy: bool) -> Evidence {
    // Privacy is a product of its own, which may fail while the name succeeds (fact sheet 8).
    let bare = privacy && domain.whois_privacy.as_ref().is_some_and(|privacy| !privacy.enabled);
    Evidence {
        provider_order_id: None,
        // As it was written: whether it can be believed is not decided here.
        expiry: domain.expire_date.as_if_utc(),
        accounts: None,
        message: bare.then(|| "whois privacy was asked for and is not on".to_owned()),
        gives_up_at: None,
        // One from before is taken, and not present.
        created: None,
    }
}

fn not_sold(what: &str) -> Sighting {
    Sighting::Impossible(Impediment::NotFound, what.to_owned())
}

fn garbled(detail: &str) -> Trouble {
    Trouble {
        kind: TroubleKind::Garbled,
        detail: detail.to_owned(),
        retry_after: None,
    }
}
