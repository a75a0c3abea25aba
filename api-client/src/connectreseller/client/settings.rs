//! Settings of a domain (A10 to A14, A21, A22). Each sets something to a value, so an unknown outcome may be met by
//! sending it again, except privacy, which may cost; `ViewDomain` shows what stands.

use secrecy::SecretString;

use super::super::endpoints::{
    MANAGE_DOMAIN_LOCK, MANAGE_DOMAIN_PRIVACY_PROTECTION, MANAGE_DOMAIN_SUSPEND, MANAGE_THEFT_PROTECTION, MOVE_DOMAIN,
    UPDATE_AUTH_CODE, UPDATE_CONTACT, UPDATE_NAME_SERVER,
};
use super::contacts::DomainContactIds;
use super::{Client, Done, number};
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::http::{Request, Visit};

/// The names of [`UPDATE_NAME_SERVER`]'s parameters; the table misspells the eighth as `nameServe8`.
const NAME_SERVERS: [&str; 13] = [
    "nameServer1",
    "nameServer2",
    "nameServer3",
    "nameServer4",
    "nameServer5",
    "nameServer6",
    "nameServer7",
    "nameServer8",
    "nameServer9",
    "nameServer10",
    "nameServer11",
    "nameServer12",
    "nameServer13",
];

/// A domain as most calls want it named: by its id and its name.
#[derive(Debug, Clone, Copy)]
pub struct DomainRef<'a> {
    /// `domainNameId`, of the domain object.
    pub id: &'a str,
    /// `websiteName`
    pub name: &'a str,
}

/// Parameters of [`MOVE_DOMAIN`].
#[derive(Debug, Clone, Copy)]
pub struct MoveParams<'a> {
    /// `domainNameId`
    pub domain_id: &'a str,
    /// `customerId`: whose it shall be.
    pub customer: &'a str,
    /// `userName`: that client's mail address.
    pub user_name: &'a str,
    /// `isCustomerContact`: take that client's default contact; otherwise the present contacts stay.
    pub take_default_contact: bool,
}

impl Client {
    pub(super) fn about(&self, row: &'static Endpoint, domain: DomainRef<'_>) -> Request {
        self.request(row)
            .query("domainNameId", domain.id)
            .query("websiteName", domain.name)
    }

    /// Sets the name servers, thirteen at most (A10 \[S\]); the registry's code decides.
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn update_name_server(
        &self,
        via: &mut Visit,
        domain: DomainRef<'_>,
        nameservers: &[String],
        customer: Option<&str>,
    ) -> Result<Done, Failure> {
        let request = NAME_SERVERS
            .into_iter()
            .zip(nameservers)
            .fold(self.about(&UPDATE_NAME_SERVER, domain), |request, (name, host)| {
                request.query(name, host)
            })
            .query_some("Id", customer);
        self.done(via, request).await
    }

    /// Sets or lifts the transfer lock (A11 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn manage_domain_lock(
        &self,
        via: &mut Visit,
        domain: DomainRef<'_>,
        locked: bool,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&MANAGE_DOMAIN_LOCK, domain)
            .query("isDomainLocked", locked.to_string());
        self.done(via, request).await
    }

    /// Sets or lifts whois privacy (A12 \[S\]). May spend money \[I\], so it needs a gate and is sent once: look first.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn manage_domain_privacy_protection(
        &self,
        via: &mut Visit,
        domain_id: &str,
        private: bool,
    ) -> Result<Done, Failure> {
        let request = self
            .request(&MANAGE_DOMAIN_PRIVACY_PROTECTION)
            .query("domainNameId", domain_id)
            .query("iswhoisprotected", private.to_string());
        self.done(via, request).await
    }

    /// Suspends the domain or lifts that (A13 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn manage_domain_suspend(
        &self,
        via: &mut Visit,
        domain: DomainRef<'_>,
        suspended: bool,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&MANAGE_DOMAIN_SUSPEND, domain)
            .query("isDomainSuspend", suspended.to_string());
        self.done(via, request).await
    }

    /// Sets or lifts theft protection (A14 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn manage_theft_protection(
        &self,
        via: &mut Visit,
        domain: DomainRef<'_>,
        protected: bool,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&MANAGE_THEFT_PROTECTION, domain)
            .query("isTheftProtection", protected.to_string());
        self.done(via, request).await
    }

    /// Sets the EPP secret (V11 A16 \[P\]); the registry's code decides.
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn update_auth_code(
        &self,
        via: &mut Visit,
        domain: DomainRef<'_>,
        auth_code: &SecretString,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&UPDATE_AUTH_CODE, domain)
            .query_secret("authCode", auth_code);
        self.done(via, request).await
    }

    /// Sets the four contacts (A21 \[S\]). An inner 1000 counts, even where the outer code is an error \[P\].
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn update_contact(
        &self,
        via: &mut Visit,
        domain: DomainRef<'_>,
        contacts: &DomainContactIds<'_>,
    ) -> Result<Done, Failure> {
        let request = self
            .about(&UPDATE_CONTACT, domain)
            .query("registrantContactId", contacts.registrant)
            .query("adminContactId", contacts.admin)
            .query("technicalContactId", contacts.tech)
            .query("billingContactId", contacts.billing);
        self.done(via, request).await
    }

    /// Gives the domain to another client (A22 \[S\]).
    ///
    /// # Errors
    /// [`Failure`]; may be repeated.
    pub async fn move_domain(&self, via: &mut Visit, params: &MoveParams<'_>) -> Result<Done, Failure> {
        let request = self
            .request(&MOVE_DOMAIN)
            .query("domainNameId", params.domain_id)
            .query("customerId", params.customer)
            .query("userName", params.user_name)
            .query("isCustomerContact", number(params.take_default_contact));
        self.done(via, request).await
    }
}
