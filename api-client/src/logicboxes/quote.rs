//! Prices that the provider tells before buying.
//!
//! Only a name with prices of its own tells them, in its availability (`costHash`: `create`, `renew`, `transfer`,
//! `early_access_fee`, a selling currency symbol; fact sheet §3.2). Whether they are for one year or for the term is not
//! documented, so they are a quote for one year only. The price lists of §3.7 are documented as "maps" and no further.

use super::client::Reads;
use super::wire::{Fields, Scalar, ascii_domain, scalar};
use crate::provider::{Purchase, Quote, Trouble};

pub(super) async fn quote(reads: &mut Reads<'_>, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
    let (domain, key) = match purchase {
        Purchase::Register(wanted) if wanted.years == 1 => (&wanted.domain, "create"),
        Purchase::Renew(wanted) if wanted.years == 1 => (&wanted.domain, "renew"),
        Purchase::Transfer(wanted) => (&wanted.domain, "transfer"),
        _ => return Ok(None),
    };
    let Some((label, tld)) = domain.split_once('.') else {
        return Ok(None);
    };
    let all = reads.available(&[label], &[tld], None).await?;
    let seen = all
        .0
        .into_iter()
        .find(|(name, _)| ascii_domain(name).as_deref() == Some(domain));
    Ok(seen.and_then(|(_, seen)| seen.cost).and_then(|cost| read(&cost, key)))
}

/// The price under this key; with an early-access fee it is not one amount, and none is told.
fn read(cost: &Fields, key: &str) -> Option<Quote> {
    let decimal = |key: &str| scalar(cost, key).filter(|s| s.as_str().parse::<f64>().is_ok_and(|v| v.is_finite()));
    let fee = decimal("early_access_fee").is_some_and(|fee| fee.as_str().parse::<f64>().is_ok_and(|v| v > 0.0));
    if key == "create" && fee {
        return None;
    }
    let currency = ["sellingcurrencysymbol", "selling_currency_symbol", "currency"]
        .iter()
        .find_map(|key| scalar(cost, key).and_then(|s| s.text().map(str::to_owned)));
    decimal(key).map(|amount: Scalar| Quote {
        amount: amount.as_str().to_owned(),
        currency,
    })
}
