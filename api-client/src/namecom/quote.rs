//! What a purchase would cost, from the prices that Name.com tells before buying (fact sheet 3.5).
//!
//! A quote is the whole price or none: where one of the products has no price that can be asked for, there is no quote.
//! The currency is told nowhere.

use rust_decimal::Decimal;

use super::client::Client;
use crate::provider::{Purchase, Quote, Register, Renew, Trouble};

pub(super) async fn quote(client: &Client, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
    let price = match purchase {
        Purchase::Register(wanted) => registration(client, wanted).await?,
        Purchase::Renew(wanted) => renewal(client, wanted).await?,
        Purchase::Transfer(_)
        | Purchase::EmailCreate(_)
        | Purchase::EmailRenew(_)
        | Purchase::EmailAddAccounts(_)
        | Purchase::EmailRemoveAccounts(_)
        | Purchase::EmailDelete(_) => None,
    };
    Ok(price.map(|amount| Quote {
        amount: amount.to_string(),
        currency: None,
    }))
}

/// The price of a free name. Privacy for a name that is not ours yet has no price that could be asked for.
async fn registration(client: &Client, wanted: &Register) -> Result<Option<Decimal>, Trouble> {
    let Some((keyword, tld)) = wanted.domain.split_once('.').filter(|_| !wanted.privacy) else {
        return Ok(None);
    };
    let checked = client.domain_check(None, keyword, &[tld], false).await?;
    let entry = checked
        .domains
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&wanted.domain));
    // Of a taken name the price is that of a backorder.
    Ok(entry
        .filter(|(_, entry)| entry.avail)
        .and_then(|(_, entry)| for_term(&entry.price, wanted.years)))
}

/// The prices that stand beside the domain in the list: there is no other place for them.
async fn renewal(client: &Client, wanted: &Renew) -> Result<Option<Decimal>, Trouble> {
    let listed = client.domain_list().await?;
    let Some((_, domain)) = listed
        .domains
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(&wanted.domain))
    else {
        return Ok(None);
    };
    let price = |product: &str| {
        domain
            .addons
            .get(product)
            .and_then(|addon| for_term(&addon.price, wanted.years))
    };
    let renewal = price("domain/renew");
    if wanted.privacy != Some(true) {
        return Ok(renewal);
    }
    let privacy = price("whois_privacy/renew").or_else(|| price("whois_privacy"));
    Ok(renewal
        .zip(privacy)
        .and_then(|(renewal, privacy)| renewal.checked_add(privacy)))
}

fn for_term(year: &str, years: u8) -> Option<Decimal> {
    Decimal::from_str_exact(year).ok()?.checked_mul(Decimal::from(years))
}
