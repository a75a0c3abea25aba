//! What purchases would cost.

use super::*;
use crate::provider::{EmailDelete, Quote, TroubleKind};

async fn quoted(purchase: &Purchase, answer: &str) -> Result<Option<String>, Trouble> {
    let world = World::new([reply(answer)]).await;
    let quote = world.provider.quote(purchase).await;
    world.check(&quote);
    quote.map(|quote| {
        quote.map(|Quote { amount, currency }| {
            assert_eq!(currency, None);
            amount
        })
    })
}

/// Without privacy, for which no price is told.
fn plain() -> Purchase {
    match register() {
        Purchase::Register(wanted) => Purchase::Register(Register {
            privacy: false,
            ..wanted
        }),
        other => other,
    }
}

fn years(purchase: Purchase, years: u8) -> Purchase {
    match purchase {
        Purchase::Register(wanted) => Purchase::Register(Register { years, ..wanted }),
        Purchase::Renew(wanted) => Purchase::Renew(Renew { years, ..wanted }),
        other => other,
    }
}

#[tokio::test]
async fn a_quote_counts_every_year_and_errs_upwards() {
    let amount = |text: &str| Ok(Some(text.to_owned()));
    for (purchase, answer, expected) in [
        (years(plain(), 1), "checkdomainavailable.free", "10.99"),
        (years(plain(), 3), "checkdomainavailable.free", "35.99"),
        (years(plain(), 2), "checkdomainavailable.documented", "234.9"),
        (years(renew(None, None), 1), "getdomainprice.done", "12.5"),
        (years(renew(None, None), 10), "getdomainprice.done", "125"),
        (transfer(), "getdomainprice.singular", "10.49"),
    ] {
        assert_eq!(quoted(&purchase, answer).await, amount(expected), "{purchase:?}");
    }
}

#[tokio::test]
async fn what_has_no_price_has_no_quote_and_a_broken_price_is_a_trouble() {
    for unsold in [
        "checkdomainavailable.refused-tld",
        "checkdomainavailable.refused-not-supported",
    ] {
        assert_eq!(quoted(&plain(), unsold).await, Ok(None));
    }
    assert_eq!(quoted(&transfer(), "getdomainprice.refused").await, Ok(None));
    for broken in [
        "checkdomainavailable.no-price",
        "checkdomainavailable.negative-price",
        "checkdomainavailable.refused-not-available",
        "checkdomainavailable.unlisted",
    ] {
        let trouble = quoted(&plain(), broken).await.expect_err(broken);
        assert_eq!(trouble.kind, TroubleKind::Garbled);
    }
    let trouble = quoted(&renew(None, None), "any.unauthorized").await.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Credentials);
    let world = World::new([]).await;
    let email = Purchase::EmailDelete(EmailDelete { domain: DOMAIN.into() });
    // A price without that of the privacy would let more be spent than is allowed.
    for purchase in [email, register(), renew(None, Some(true))] {
        assert_eq!(world.provider.quote(&purchase).await, Ok(None), "{purchase:?}");
    }
    assert!(world.asked().is_empty());
}
