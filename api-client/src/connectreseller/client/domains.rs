//! Domains of the account, looked at (A7 to A9, A15).

use secrecy::SecretString;

use super::super::endpoints::{SEARCH_DOMAIN_LIST, VIEW_DOMAIN, VIEW_DOMAIN_BY_ID, VIEW_EPP_CODE};
use super::super::verdict;
use super::super::wire::{Domain, Listing, Row};
use super::Client;
use crate::http::Visit;
use crate::provider::Trouble;

/// What a list of domains is sorted by \[P\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The name.
    WebsiteName,
    /// The expiry.
    ExpirationDate,
    /// The client.
    CustomerId,
    /// When it was registered.
    CreationDate,
}

impl SortBy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::WebsiteName => "WebsiteName",
            Self::ExpirationDate => "ExpirationDate",
            Self::CustomerId => "CustomerId",
            Self::CreationDate => "CreationDate",
        }
    }
}

/// Parameters of [`SEARCH_DOMAIN_LIST`].
#[derive(Debug, Clone, Copy)]
pub struct DomainSearch<'a> {
    /// `page`, from 1.
    pub page: u32,
    /// `maxIndex`: rows a page.
    pub rows_max: u16,
    /// `searchQuery`: a part of the name.
    pub query: Option<&'a str>,
    /// `clientId`
    pub client: Option<&'a str>,
    /// `orderby` and `orderType`; the flag is for descending.
    pub sort: Option<(SortBy, bool)>,
}

impl<'a> DomainSearch<'a> {
    /// The first rows, perhaps of names with this in them.
    #[must_use]
    pub const fn first(rows_max: u16, query: Option<&'a str>) -> Self {
        Self {
            page: 1,
            rows_max,
            query,
            client: None,
            sort: None,
        }
    }
}

impl Client {
    /// The domain object, or `None` where the account doesn't have it (A8 \[S\]).
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn view_domain(&self, via: Option<&mut Visit>, domain: &str) -> Result<Option<Domain>, Trouble> {
        let request = self.request(&VIEW_DOMAIN).query("websiteName", domain);
        self.ask(via, request, |seen| verdict::view_domain(&seen, domain)).await
    }

    /// As [`Client::view_domain`], by the domain's id (A7 \[S\]).
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn view_domain_by_id(&self, via: Option<&mut Visit>, id: &str) -> Result<Option<Domain>, Trouble> {
        let request = self.request(&VIEW_DOMAIN_BY_ID).query("id", id);
        self.ask(via, request, |seen| verdict::view_domain_by_id(&seen, id))
            .await
    }

    /// A page of the account's domains (A9 \[S\]); the list has no envelope.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn search_domain_list(
        &self,
        via: Option<&mut Visit>,
        search: &DomainSearch<'_>,
    ) -> Result<Listing<Row>, Trouble> {
        let order = search
            .sort
            .map(|(_, descending)| if descending { "DESC" } else { "ASC" });
        let request = self
            .request(&SEARCH_DOMAIN_LIST)
            .query("page", search.page.to_string())
            .query("maxIndex", search.rows_max.to_string())
            .query_some("searchQuery", search.query)
            .query_some("clientId", search.client)
            .query_some("orderby", search.sort.map(|(by, _)| by.as_str()))
            .query_some("orderType", order);
        self.ask(via, request, |seen| verdict::search_domain_list(&seen)).await
    }

    /// The domain's EPP secret (A15 \[S\]\[P\]), in whichever of its forms it came; `None` where there is no such domain.
    ///
    /// # Errors
    /// The trouble, for any answer that is neither.
    pub async fn view_epp_code(
        &self,
        via: Option<&mut Visit>,
        domain_id: &str,
    ) -> Result<Option<SecretString>, Trouble> {
        let request = self.request(&VIEW_EPP_CODE).query("domainNameId", domain_id);
        self.ask(via, request, |seen| verdict::epp_code(&seen)).await
    }
}
