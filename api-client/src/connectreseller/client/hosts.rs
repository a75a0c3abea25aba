//! Name servers below a domain (E1 to E5). The registry's code decides: 2302 exists, 2303 does not, 2304 the domain is
//! locked \[P\].

use std::net::IpAddr;

use super::super::endpoints::{
    ADD_CHILD_NAME_SERVER, DELETE_CHILD_NAME_SERVER, GET_CHILD_NAME_SERVERS, MODIFY_CHILD_NAME_SERVER_HOST,
    MODIFY_CHILD_NAME_SERVER_IP,
};
use super::super::verdict;
use super::super::wire::ChildNameServer;
use super::settings::DomainRef;
use super::{Client, Done};
use crate::failure::Failure;
use crate::http::Visit;
use crate::provider::Trouble;

/// A name server below a domain.
#[derive(Debug, Clone, Copy)]
pub struct ChildHost<'a> {
    /// The domain.
    pub domain: DomainRef<'a>,
    /// `hostName`
    pub host: &'a str,
}

impl Client {
    /// Adds one (E1 \[S\]). A second of the name is refused: look first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn add_child_name_server(
        &self,
        via: &mut Visit,
        child: ChildHost<'_>,
        address: IpAddr,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&ADD_CHILD_NAME_SERVER, child.domain)
            .query("hostName", child.host)
            .query("ipAddress", address.to_string());
        self.done(via, request).await
    }

    /// Changes its address (E2 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn modify_child_name_server_ip(
        &self,
        via: &mut Visit,
        child: ChildHost<'_>,
        old: IpAddr,
        new: IpAddr,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&MODIFY_CHILD_NAME_SERVER_IP, child.domain)
            .query("hostName", child.host)
            .query("oldIpAddress", old.to_string())
            .query("newIpAddress", new.to_string());
        self.done(via, request).await
    }

    /// Renames it (E3 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn modify_child_name_server_host(
        &self,
        via: &mut Visit,
        child: ChildHost<'_>,
        new: &str,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&MODIFY_CHILD_NAME_SERVER_HOST, child.domain)
            .query("oldHostName", child.host)
            .query("newHostName", new);
        self.done(via, request).await
    }

    /// Deletes it (E4 \[S\]); the address stands in the sample URL only. Once: needs a gate.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_child_name_server(
        &self,
        via: &mut Visit,
        child: ChildHost<'_>,
        address: Option<IpAddr>,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&DELETE_CHILD_NAME_SERVER, child.domain)
            .query("hostName", child.host)
            .query_some("ipAddress", address.map(|address| address.to_string()));
        self.done(via, request).await
    }

    /// Those of a domain (E5 \[S\]), or `None` where there is no such domain.
    ///
    /// # Errors
    /// The trouble, where no list came.
    pub async fn get_child_name_servers(
        &self,
        via: Option<&mut Visit>,
        domain_id: &str,
    ) -> Result<Option<Vec<ChildNameServer>>, Trouble> {
        let request = self.request(&GET_CHILD_NAME_SERVERS).query("id", domain_id);
        self.ask(via, request, |seen| verdict::list(&seen, ChildNameServer::list))
            .await
    }
}
