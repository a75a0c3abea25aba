//! What is free and what it costs (A23, A24, and calls of the newer document). All are reads.

use super::super::endpoints::{
    BULK_DOMAIN_CHECK, CHECK_DOMAIN_AVAILABLE, CHECK_DOMAIN_PRICE, DOMAIN_SUGGESTION, GET_DOMAIN_PRICE,
    GET_TLD_SUGGESTION, TLD_SYNC,
};
use super::super::verdict;
use super::super::wire::{Availability, Candidate, Fees, Tld};
use super::Client;
use crate::http::Visit;
use crate::provider::Trouble;

impl Client {
    /// Whether a name is free, of which kind it is and what it costs (A23 \[S\]); `None` where names of this kind are
    /// not sold.
    ///
    /// # Errors
    /// The trouble, for any other answer.
    pub async fn check_domain_available(
        &self,
        via: Option<&mut Visit>,
        domain: &str,
    ) -> Result<Option<Availability>, Trouble> {
        let request = self.request(&CHECK_DOMAIN_AVAILABLE).query("websiteName", domain);
        self.ask(via, request, |seen| verdict::availability(&seen)).await
    }

    /// A name's fees (A24 \[S\]), in the account's currency, which is not told; `None` where names of this kind are not
    /// sold.
    ///
    /// # Errors
    /// The trouble, for any other answer.
    pub async fn get_domain_price(&self, via: Option<&mut Visit>, domain: &str) -> Result<Option<Fees>, Trouble> {
        let request = self.request(&GET_DOMAIN_PRICE).query("websiteName", domain);
        self.ask(via, request, |seen| verdict::fees(&seen)).await
    }

    /// A free name's price for one to ten years, in sentences (V11 A5 \[P\]); `None` where it is not free or not sold.
    ///
    /// # Errors
    /// The trouble, for any other answer.
    pub async fn check_domain_price(
        &self,
        via: Option<&mut Visit>,
        domain: &str,
    ) -> Result<Option<Vec<String>>, Trouble> {
        let request = self.request(&CHECK_DOMAIN_PRICE).query("websiteName", domain);
        self.ask(via, request, |seen| verdict::price_sentences(&seen)).await
    }

    /// Whether names are free (V11 A2 \[P\]): 200 at most, and times out above about 40.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn bulk_domain_check(
        &self,
        via: Option<&mut Visit>,
        domains: &[&str],
    ) -> Result<Vec<Candidate>, Trouble> {
        let request = self
            .request(&BULK_DOMAIN_CHECK)
            .query("websiteNames", domains.join(","));
        self.candidates(via, request).await
    }

    /// Whether the name is free under some 25 top-level domains (V11 A4 \[P\]).
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn get_tld_suggestion(&self, via: Option<&mut Visit>, name: &str) -> Result<Vec<Candidate>, Trouble> {
        let request = self.request(&GET_TLD_SUGGESTION).query("websiteName", name);
        self.candidates(via, request).await
    }

    /// Names for a keyword, with their prices (V11 A3 \[P\]); 50 at most.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn domain_suggestion(
        &self,
        via: Option<&mut Visit>,
        keyword: &str,
        results_max: u8,
    ) -> Result<Vec<Candidate>, Trouble> {
        let request = self
            .request(&DOMAIN_SUGGESTION)
            .query("keyword", keyword)
            .query("maxResult", results_max.to_string());
        self.ask(via, request, |seen| verdict::suggestions(&seen)).await
    }

    /// The top-level domains that are sold, with terms in years and prices (V11 A6 \[P\]); a bare array.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn tld_sync(&self, via: Option<&mut Visit>) -> Result<Vec<Tld>, Trouble> {
        let list = self
            .ask(via, self.request(&TLD_SYNC), |seen| verdict::list(&seen, Tld::list))
            .await?;
        Ok(list.unwrap_or_default())
    }

    async fn candidates(
        &self,
        via: Option<&mut Visit>,
        request: crate::http::Request,
    ) -> Result<Vec<Candidate>, Trouble> {
        let list = self
            .ask(via, request, |seen| verdict::list(&seen, Candidate::list))
            .await?;
        Ok(list.unwrap_or_default())
    }
}
