//! Where a domain's visitors are sent (F1 to F4).

use super::super::endpoints::{
    DELETE_DOMAIN_FORWARDING, GET_DOMAIN_FORWARDING, SET_DOMAIN_FORWARDING, UPDATE_DOMAIN_FORWARDING,
};
use super::super::verdict;
use super::super::wire::Forwarding;
use super::{Client, Done, number};
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::http::{Request, Visit};
use crate::provider::Trouble;

/// Parameters of [`SET_DOMAIN_FORWARDING`] and [`UPDATE_DOMAIN_FORWARDING`].
#[derive(Debug, Clone, Copy)]
pub struct ForwardingParams<'a> {
    /// `domainNameId`
    pub domain_id: &'a str,
    /// `websiteId`, of the domain object.
    pub website_id: &'a str,
    /// `isMasking`: the visitor goes on seeing the domain.
    pub masking: bool,
    /// `rewrite`: the address.
    pub target: &'a str,
}

impl Client {
    fn forwarding(&self, row: &'static Endpoint, params: &ForwardingParams<'_>) -> Request {
        self.request(row)
            .query("domainNameId", params.domain_id)
            .query("websiteId", params.website_id)
            .query("isMasking", number(params.masking))
            .query("rewrite", params.target)
    }

    /// Forwards a domain (F1 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn set_domain_forwarding(&self, via: &mut Visit, params: &ForwardingParams<'_>) -> Result<Done, Failure> {
        let request = self.forwarding(&SET_DOMAIN_FORWARDING, params);
        self.done(via, request).await
    }

    /// Changes a forwarding (F3 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn update_domain_forwarding(
        &self,
        via: &mut Visit,
        params: &ForwardingParams<'_>,
    ) -> Result<Done, Failure> {
        let request = self.forwarding(&UPDATE_DOMAIN_FORWARDING, params);
        self.done(via, request).await
    }

    /// A domain's forwarding (F2 \[S\]), or `None` where there is none.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn get_domain_forwarding(
        &self,
        via: Option<&mut Visit>,
        website_id: &str,
    ) -> Result<Option<Forwarding>, Trouble> {
        let request = self.request(&GET_DOMAIN_FORWARDING).query("websiteId", website_id);
        self.ask(via, request, |seen| verdict::thing(&seen, Forwarding::of))
            .await
    }

    /// Ends a domain's forwarding (F4 \[S\]); the newer document wants the domain's id too \[P\]. Once: needs a gate.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_domain_forwarding(
        &self,
        via: &mut Visit,
        website_id: &str,
        domain_id: Option<&str>,
    ) -> Result<Done, Failure> {
        let request = self
            .request(&DELETE_DOMAIN_FORWARDING)
            .query("websiteId", website_id)
            .query_some("domainNameId", domain_id);
        self.done(via, request).await
    }
}
