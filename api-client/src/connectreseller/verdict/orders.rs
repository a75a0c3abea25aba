//! Orders: registration, transfer, renewal, cancellation. The careful ones.
//!
//! `domain` is the one that was asked for; `None` where the asker reads the answer himself.

use super::super::error::{Call, stall, stall_by_code};
use super::super::wire::{Envelope, Inner};
use super::{Failure, Seen, doubt};
use crate::provider::{Accepted, Evidence, Stage};

/// `Order`: outer 200 and inner 1000 (done) or 1001 (the registry works on it).
pub(in super::super) fn order(seen: &Seen<'_>, domain: Option<&str>) -> Result<Accepted, Failure> {
    by_registry(*seen, Call::Order, domain)
}

/// `RenewalOrder`: outer 200 and inner 1000 or 1001.
pub(in super::super) fn renewal(seen: &Seen<'_>, domain: Option<&str>) -> Result<Accepted, Failure> {
    by_registry(*seen, Call::Renewal, domain)
}

fn by_registry(seen: Seen<'_>, call: Call, domain: Option<&str>) -> Result<Accepted, Failure> {
    let envelope = seen.verdict()?;
    let inner = inner_of(seen, call, &envelope, domain)?;
    match inner.code {
        // The answer's dates are in no settled format, so only a read can tell the expiry.
        1000 => Ok(accepted(seen, Stage::Working, &inner.message)),
        1001 => Ok(accepted(seen, Stage::Registry, &inner.message)),
        _ => Err(seen.refused_by_registry(call, &inner)),
    }
}

/// `TransferOrder`: with an outer 200 the order exists, whatever the inner part says.
pub(in super::super) fn transfer(seen: &Seen<'_>, domain: Option<&str>) -> Result<Accepted, Failure> {
    let envelope = seen.verdict()?;
    let inner = inner_of(*seen, Call::Transfer, &envelope, domain)?;
    let stage = match inner.code {
        200 | 1000 | 1001 => Stage::LosingRegistrar,
        code => stall(&inner.message).unwrap_or_else(|| stall_by_code(code)),
    };
    Ok(accepted(*seen, stage, &inner.message))
}

/// `CancelTransfer`: no data, so the outer code is all there is; a look verifies it.
pub(in super::super) fn cancel(seen: &Seen<'_>) -> Result<Accepted, Failure> {
    let envelope = seen.verdict()?;
    if envelope.succeeded() {
        Ok(accepted(*seen, Stage::Working, &envelope.message))
    } else {
        Err(seen.refused(Call::Cancel, envelope.code, &envelope.message))
    }
}

/// The inner part of a taken request about our domain.
fn inner_of(seen: Seen<'_>, call: Call, envelope: &Envelope, domain: Option<&str>) -> Result<Inner, Failure> {
    let inner = envelope.data.as_ref().and_then(Inner::of);
    match (envelope.succeeded(), inner, &envelope.data) {
        (true, Some(inner), _) => match (&inner.name, domain) {
            (Some(name), Some(domain)) if !name.eq_ignore_ascii_case(domain) => Err(doubt(
                seen.words(&format!("the answer is about another domain: {name}")),
                true,
            )),
            _ => Ok(inner),
        },
        (true, None, _) => Err(doubt("taken, but the answer's inner verdict is missing".into(), true)),
        (false, _, None) => Err(seen.refused(call, envelope.code, &envelope.message)),
        // Refused outside, yet with a verdict inside: a refusal only if that refuses too. With an order number or a
        // success inside, nobody can say.
        (false, Some(inner), Some(_)) if inner.code >= 2000 && call != Call::Transfer => {
            Err(seen.refused_by_registry(call, &inner))
        }
        (false, _, Some(_)) => Err(doubt(
            seen.words(&format!("refused with data: {} {}", envelope.code, envelope.message)),
            true,
        )),
    }
}

fn accepted(seen: Seen<'_>, stage: Stage, message: &str) -> Accepted {
    Accepted {
        evidence: Evidence {
            message: (!message.is_empty()).then(|| seen.words(message)),
            ..Evidence::default()
        },
        stage: Some(stage),
        action_id: None,
    }
}
