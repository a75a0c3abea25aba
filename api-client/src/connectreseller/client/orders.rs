//! What is bought, and how it goes on (A1 to A6), and the money for it.

use secrecy::SecretString;

use super::super::endpoints::{
    AVAILABLE_FUND, CANCEL_TRANSFER, CHECK_DOMAIN, ORDER, RENEWAL_ORDER, SYNC_TRANSFER, TRANSFER_ORDER,
};
use super::super::verdict;
use super::super::wire::Sync;
use super::{Client, number};
use crate::failure::outcome;
use crate::http::Visit;
use crate::provider::{Outcome, Trouble};

/// Parameters of [`ORDER`].
#[derive(Debug, Clone)]
pub struct OrderParams<'a> {
    /// `Websitename`
    pub domain: &'a str,
    /// `Duration`
    pub years: u8,
    /// `IsWhoisProtection`
    pub privacy: bool,
    /// `ns1` to `ns4`: two to four.
    pub nameservers: &'a [String],
    /// `Id`
    pub customer: &'a str,
    /// `couponCode`
    pub coupon: Option<&'a str>,
    /// What the newer document adds.
    pub extras: OrderExtras<'a>,
}

/// Parameters of [`ORDER`] that only some names need (V11 A7 \[P\]); each is left out where `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrderExtras<'a> {
    /// `isEnablePremium`: buy it although it is premium.
    pub premium: Option<bool>,
    /// `lang`: the language code of an IDN.
    pub language: Option<&'a str>,
    /// `isUs`, `appPurpose` (P1 to P5) and `nexusCategory` (C11, C12, C21, C31/CC, C32/CC): for .us.
    pub us: Option<(&'a str, &'a str)>,
}

/// Parameters of [`TRANSFER_ORDER`]. There is no duration: a transfer adds a year.
#[derive(Debug, Clone)]
pub struct TransferParams<'a> {
    /// `Websitename`
    pub domain: &'a str,
    /// `IsWhoisProtection`
    pub privacy: bool,
    /// `AuthCode`
    pub auth_code: &'a SecretString,
    /// `Id`
    pub customer: &'a str,
    /// `couponCode` \[P\]
    pub coupon: Option<&'a str>,
}

/// Parameters of [`RENEWAL_ORDER`].
#[derive(Debug, Clone)]
pub struct RenewalParams<'a> {
    /// `Websitename`
    pub domain: &'a str,
    /// `Duration`
    pub years: u8,
    /// `Id`
    pub customer: &'a str,
    /// `IsWhoisProtection`; left out where `None`.
    pub privacy: Option<bool>,
    /// `isEnablePremium` \[P\]
    pub premium: Option<bool>,
    /// `couponCode` \[P\]
    pub coupon: Option<&'a str>,
    /// `Expiryyear`: the year in which the name expires *before* the renewal, from the stored baseline.
    pub expiry_year: i16,
}

impl Client {
    /// Registers (A2 \[S\]). Spends money. A second one for the name is refused by the registry, but looks like a
    /// failure: look first.
    pub async fn order(&self, via: &mut Visit, params: &OrderParams<'_>) -> Outcome {
        let mut request = self
            .request(&ORDER)
            .query("Websitename", params.domain)
            .query("Duration", params.years.to_string())
            .query("IsWhoisProtection", params.privacy.to_string());
        for (name, host) in ["ns1", "ns2", "ns3", "ns4"].into_iter().zip(params.nameservers) {
            request = request.query(name, host);
        }
        let request = request
            .query("Id", params.customer)
            .query_some("couponCode", params.coupon)
            .query_some("isEnablePremium", params.extras.premium.map(number))
            .query_some("lang", params.extras.language)
            .query_some("isUs", params.extras.us.map(|_| number(true)))
            .query_some("appPurpose", params.extras.us.map(|(purpose, _)| purpose))
            .query_some("nexusCategory", params.extras.us.map(|(_, category)| category));
        outcome(
            self.act(via, request, |seen| verdict::order(&seen, Some(params.domain)))
                .await,
        )
    }

    /// Asks for a transfer (A3 \[S\]). Spends money. The registry refuses a second one while the first is pending: look
    /// first.
    pub async fn transfer_order(&self, via: &mut Visit, params: &TransferParams<'_>) -> Outcome {
        let request = self
            .request(&TRANSFER_ORDER)
            .query("Websitename", params.domain)
            .query("IsWhoisProtection", params.privacy.to_string())
            .query_secret("AuthCode", params.auth_code)
            .query("Id", params.customer)
            .query_some("couponCode", params.coupon);
        outcome(
            self.act(via, request, |seen| verdict::transfer(&seen, Some(params.domain)))
                .await,
        )
    }

    /// Renews (A6 \[S\]). Spends money, and never repeated: nothing but a checked `Expiryyear` refuses a second one.
    pub async fn renewal_order(&self, via: &mut Visit, params: &RenewalParams<'_>) -> Outcome {
        // `true` as a word gives HTTP 500 here; `1` and `false` work [P].
        let privacy = params.privacy.map(|on| if on { "1" } else { "false" });
        let request = self
            .request(&RENEWAL_ORDER)
            .query("Websitename", params.domain)
            .query("Duration", params.years.to_string())
            .query("Id", params.customer)
            .query_some("IsWhoisProtection", privacy)
            .query_some("isEnablePremium", params.premium.map(number))
            .query_some("couponCode", params.coupon)
            .query("Expiryyear", params.expiry_year.to_string());
        outcome(
            self.act(via, request, |seen| verdict::renewal(&seen, Some(params.domain)))
                .await,
        )
    }

    /// Cancels a stalled transfer, by the domain's id (A4 \[S\]). Gives money back. A second one fails: look first.
    pub async fn cancel_transfer(&self, via: &mut Visit, domain_id: &str) -> Outcome {
        let request = self.request(&CANCEL_TRANSFER).query("id", domain_id);
        outcome(self.act(via, request, |seen| verdict::cancel(&seen)).await)
    }

    /// The transfer's state, or `None` where none was ever placed (A5 \[S\]). HTTP 500 is usual for a name without one
    /// \[P\], and is a trouble all the same.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn sync_transfer(&self, via: Option<&mut Visit>, domain: &str) -> Result<Option<Sync>, Trouble> {
        let request = self.request(&SYNC_TRANSFER).query("domainName", domain);
        self.ask(via, request, |seen| verdict::sync_transfer(&seen)).await
    }

    /// Whether the name is free (A1 \[S\]).
    ///
    /// # Errors
    /// The trouble, for any answer but "free" and "taken".
    pub async fn check_domain(&self, via: Option<&mut Visit>, domain: &str) -> Result<bool, Trouble> {
        let request = self.request(&CHECK_DOMAIN).query("websiteName", domain);
        self.ask(via, request, |seen| verdict::check_domain(&seen)).await
    }

    /// The reseller's money, a decimal as written; `None` where the answer shows no amount that can be told \[P\].
    ///
    /// # Errors
    /// The trouble, where the call did not succeed.
    pub async fn available_fund(&self, reseller: &str) -> Result<Option<String>, Trouble> {
        let request = self.request(&AVAILABLE_FUND).query("resellerId", reseller);
        self.ask(None, request, |seen| verdict::available_fund(&seen)).await
    }
}
