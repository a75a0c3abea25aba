//! What a purchase would cost, before it is made.

use std::str::FromStr as _;

use rust_decimal::Decimal;

use super::client::Client;
use crate::provider::{Purchase, Quote, Trouble, TroubleKind};

/// What a purchase would cost, by `checkdomainavailable` (register) or `getdomainprice` (transfer, renew) \[S\].
///
/// Fees are taken to be for one year, which is not documented \[I\]. A registration's later years are counted at the
/// dearer of the fees for registration and renewal: a quote that is too high asks a person, one that is too low
/// spends more than was allowed. The currency is not told.
///
/// `None`: no price is told for this (email, a name of a kind that is not sold, or privacy, for which no call tells
/// one), so nothing may be bought under a limit.
///
/// # Errors
/// The trouble, where the read failed or the answer lacks the fee.
pub(super) async fn quote(client: &Client, purchase: &Purchase) -> Result<Option<Quote>, Trouble> {
    let privacy = match purchase {
        Purchase::Register(wanted) => wanted.privacy,
        Purchase::Transfer(wanted) => wanted.privacy,
        Purchase::Renew(wanted) => wanted.privacy == Some(true),
        _ => false,
    };
    if privacy {
        return Ok(None);
    }
    let fees = match purchase {
        Purchase::Register(wanted) => client
            .check_domain_available(None, &wanted.domain)
            .await?
            .map(|availability| availability.fees),
        Purchase::Transfer(_) | Purchase::Renew(_) => client.get_domain_price(None, purchase.domain()).await?,
        Purchase::EmailCreate(_)
        | Purchase::EmailRenew(_)
        | Purchase::EmailAddAccounts(_)
        | Purchase::EmailRemoveAccounts(_)
        | Purchase::EmailDelete(_) => None,
    };
    let Some(fees) = fees else { return Ok(None) };
    let registration = || fee("registrationFee", fees.registration.as_deref());
    let renewal = || fee("renewalfees", fees.renewal.as_deref());
    let amount = match purchase {
        Purchase::Register(wanted) if wanted.years > 1 => {
            let first = registration()?;
            Decimal::from(wanted.years - 1)
                .checked_mul(first.max(renewal()?))
                .and_then(|rest| first.checked_add(rest))
        }
        Purchase::Register(_) => Some(registration()?),
        Purchase::Renew(wanted) => Decimal::from(wanted.years).checked_mul(renewal()?),
        _ => Some(fee("transferFees", fees.transfer.as_deref())?),
    };
    let amount = amount.ok_or_else(|| garbled("the price is beyond all numbers".into()))?;
    Ok(Some(Quote {
        amount: amount.normalize().to_string(),
        currency: None,
    }))
}

fn fee(name: &str, text: Option<&str>) -> Result<Decimal, Trouble> {
    let text = text.ok_or_else(|| garbled(format!("the answer lacks `{name}`")))?;
    let amount = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text));
    match amount {
        Ok(amount) if amount.is_sign_positive() => Ok(amount),
        _ => Err(garbled(format!("`{name}` is no price"))),
    }
}

fn garbled(detail: String) -> Trouble {
    Trouble {
        kind: TroubleKind::Garbled,
        detail,
        retry_after: None,
    }
}
